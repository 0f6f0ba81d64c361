// Applying a use case's changes, inside the transaction of the caller.

#include <algorithm>

#include "server/domain/member/field_words.h"
#include "server/domain/member/member_merge.h"
#include "server/domain/words.h"
#include "server/storage/fulfilment_changes.h"
#include "server/storage/inventory.h"
#include "server/storage/restock_changes.h"
#include "server/storage/sql_storage.h"
#include "server/storage/statements.h"
#include "server/storage/text.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kLeaseTurn{"SELECT pg_advisory_xact_lock(7846114)"};
constexpr Sql kHoldTenant{"SELECT tenant FROM tenant WHERE tenant = :a {hold}"};
constexpr Sql kReserveCode{
    "INSERT INTO member_code (tenant, code, customer_id) VALUES (:a, :b, :c) "
    "ON CONFLICT (tenant, code) DO NOTHING"};
constexpr Sql kAddLink{
    "INSERT INTO member_link (tenant, customer_id, code, pos_member_id, state, joined_at, missing) "
    "VALUES (:a, :b, :c, :d, :e, :f, :g) ON CONFLICT (tenant, customer_id) DO NOTHING"};
constexpr Sql kPutLink{
    "INSERT INTO member_link (tenant, customer_id, code, pos_member_id, state, joined_at, missing) "
    "VALUES (:a, :b, :c, :d, :e, :f, :g) ON CONFLICT (tenant, customer_id) DO UPDATE SET "
    "code = excluded.code, pos_member_id = excluded.pos_member_id, state = excluded.state, "
    "joined_at = excluded.joined_at, missing = excluded.missing"};
constexpr Sql kRetireCodes{
    "UPDATE member_code SET customer_id = 0 WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kKeepDropped{
    "INSERT INTO dropped_link "
    "(tenant, customer_id, code, pos_member_id, state, joined_at, dropped_at) "
    "SELECT tenant, customer_id, code, pos_member_id, state, joined_at, CAST(:a AS BIGINT) "
    "FROM member_link WHERE tenant = :b AND customer_id = :c "
    "ON CONFLICT (tenant, customer_id) DO UPDATE SET code = excluded.code, "
    "pos_member_id = excluded.pos_member_id, state = excluded.state, "
    "joined_at = excluded.joined_at, dropped_at = excluded.dropped_at"};
constexpr Sql kForgetDropped{"DELETE FROM dropped_link WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kRestoreLink{
    "INSERT INTO member_link (tenant, customer_id, code, pos_member_id, state, joined_at) "
    "SELECT tenant, customer_id, code, pos_member_id, state, joined_at FROM dropped_link "
    "WHERE tenant = :a AND customer_id = :b ON CONFLICT DO NOTHING"};
constexpr Sql kRestoreCode{
    "UPDATE member_code SET customer_id = :a WHERE tenant = :b AND customer_id = 0 AND code = "
    "(SELECT code FROM dropped_link WHERE tenant = :c AND customer_id = :d)"};
constexpr Sql kNoteMerge{
    "INSERT INTO merged_customer (tenant, gone, kept, noted_at) VALUES (:a, :b, :c, :d) "
    "ON CONFLICT (tenant, gone) DO UPDATE SET kept = excluded.kept, noted_at = excluded.noted_at"};
constexpr Sql kKeptAs{"SELECT kept FROM merged_customer WHERE tenant = :a AND gone = :b"};
constexpr Sql kAtWork{
    "SELECT id FROM outbox WHERE tenant = :a AND kind IN ('create_member', 'customer_changed', "
    "'member_changed', 'drop_customer') AND item_key IN (:b, :c) AND state = 'leased' "
    "AND due_at > :d"};
constexpr Sql kLeaveMember{
    "INSERT INTO left_member (tenant, code, pos_member_id, kept_customer_id, left_at) "
    "VALUES (:a, :b, :c, :d, :e) ON CONFLICT (tenant, code) DO UPDATE SET "
    "pos_member_id = excluded.pos_member_id, kept_customer_id = excluded.kept_customer_id, "
    "left_at = excluded.left_at"};
constexpr Sql kForgetLeft{"DELETE FROM left_member WHERE tenant = :a AND code = :b"};
constexpr Sql kDropLink{"DELETE FROM member_link WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kRememberMember{
    "INSERT INTO former_member (tenant, customer_id) VALUES (:a, :b) "
    "ON CONFLICT (tenant, customer_id) DO NOTHING"};
constexpr Sql kDropSnapshot{"DELETE FROM card_snapshot WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kDropPrints{"DELETE FROM field_prints WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kDropGiven{"DELETE FROM given_field WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kPutGiven{
    "INSERT INTO given_field (tenant, customer_id, field, value) VALUES (:a, :b, :c, :d)"};
constexpr Sql kDropFavourite{"DELETE FROM favourite WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kDropPins{"DELETE FROM pin WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kMovePrints{
    "UPDATE field_prints SET customer_id = :a WHERE tenant = :b AND customer_id = :c"};
constexpr Sql kHoldLink{
    "SELECT customer_id, state FROM member_link WHERE tenant = :a AND customer_id = :b {hold}"};
constexpr Sql kHoldState{
    "SELECT state FROM member_link WHERE tenant = :a AND customer_id = :b {hold_as_it_is}"};
// Of a link that moves to another customer: to, tenant, from.
constexpr Sql kMoves[] = {
    {"UPDATE member_link SET customer_id = :a WHERE tenant = :b AND customer_id = :c"},
    {"UPDATE member_code SET customer_id = :a WHERE tenant = :b AND customer_id = :c"},
    {"UPDATE card_snapshot SET customer_id = :a WHERE tenant = :b AND customer_id = :c"},
    {"UPDATE given_field SET customer_id = :a WHERE tenant = :b AND customer_id = :c"}};
constexpr Sql kMoveFavourite{
    "UPDATE favourite SET customer_id = :a WHERE tenant = :b AND customer_id = :c "
    "AND NOT EXISTS (SELECT 1 FROM favourite own WHERE own.tenant = :d AND own.customer_id = :e)"};
constexpr Sql kMovePins{
    "UPDATE pin SET customer_id = :a WHERE tenant = :b AND customer_id = :c "
    "AND NOT EXISTS (SELECT 1 FROM pin own WHERE own.tenant = :d AND own.customer_id = :e)"};
constexpr Sql kPutSnapshot{
    "INSERT INTO card_snapshot "
    "(tenant, customer_id, has_points, points, points_expire_on, rank, holder, as_of) "
    "VALUES (:a, :b, :c, :d, :e, :f, :g, :h) ON CONFLICT (tenant, customer_id) DO UPDATE SET "
    "has_points = excluded.has_points, points = excluded.points, "
    "points_expire_on = excluded.points_expire_on, rank = excluded.rank, "
    "holder = excluded.holder, as_of = excluded.as_of "
    "WHERE excluded.as_of >= card_snapshot.as_of"};
constexpr Sql kUpdateSnapshot{
    "UPDATE card_snapshot SET has_points = :a, points = :b, points_expire_on = :c, rank = :d, "
    "holder = :e, as_of = :f WHERE tenant = :g AND customer_id = :h AND as_of <= :i"};
constexpr Sql kPutPrints{
    "INSERT INTO field_prints (tenant, customer_id, prints) VALUES (:a, :b, :c) "
    "ON CONFLICT (tenant, customer_id) DO UPDATE SET prints = excluded.prints"};
constexpr Sql kPutStore{
    "INSERT INTO store (tenant, store_id, code, name, phone, address, display_order, paused) "
    "VALUES (:a, :b, :c, :d, :e, :f, :g, :h) ON CONFLICT (tenant, store_id) DO UPDATE SET "
    "code = excluded.code, name = excluded.name, phone = excluded.phone, "
    "address = excluded.address, display_order = excluded.display_order, "
    "paused = excluded.paused"};
constexpr Sql kPutProduct{
    "INSERT INTO product (tenant, product_id, code, supplier_code, name, stock_controlled) "
    "VALUES (:a, :b, :c, :d, :e, :f) ON CONFLICT (tenant, product_id) DO UPDATE SET "
    "code = excluded.code, supplier_code = excluded.supplier_code, name = excluded.name, "
    "stock_controlled = excluded.stock_controlled"};
constexpr Sql kDropProduct{"DELETE FROM product WHERE tenant = :a AND product_id = :b"};
constexpr Sql kDropStock{"DELETE FROM stock_level WHERE tenant = :a AND product_id = :b"};
constexpr Sql kKeepProducts{
    "DELETE FROM product WHERE tenant = :a AND product_id NOT IN "
    "({in_json_array_open}:b{in_json_array_close})"};
constexpr Sql kKeepStock{
    "DELETE FROM stock_level WHERE tenant = :a AND product_id NOT IN "
    "({in_json_array_open}:b{in_json_array_close})"};
constexpr Sql kPutStock{
    "INSERT INTO stock_level (tenant, product_id, store_id, on_hand, layaway, changed_at) "
    "VALUES (:a, :b, :c, :d, :e, :f) ON CONFLICT (tenant, product_id, store_id) DO UPDATE SET "
    "on_hand = excluded.on_hand, layaway = excluded.layaway, changed_at = excluded.changed_at, "
    "doubted = CASE WHEN excluded.changed_at > stock_level.changed_at "
    "OR excluded.on_hand <> stock_level.on_hand THEN 0 ELSE stock_level.doubted END "
    "WHERE excluded.changed_at >= stock_level.changed_at AND (excluded.changed_at <> "
    "stock_level.changed_at OR excluded.on_hand <> stock_level.on_hand OR "
    "excluded.layaway <> stock_level.layaway)"};
constexpr Sql kDoubtStock{
    "UPDATE stock_level SET doubted = 1 "
    "WHERE tenant = :a AND product_id = :b AND store_id = :c AND doubted = 0"};
constexpr Sql kSetCursor{
    "INSERT INTO sync_cursor (tenant, name, value) VALUES (:a, :b, :c) "
    "ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value "
    "WHERE excluded.value > sync_cursor.value"};
constexpr Sql kSetPlace{
    "INSERT INTO sync_cursor (tenant, name, value) VALUES (:a, :b, :c) "
    "ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value"};
// Enqueued again: a waiting item is due at once, or when it was if that is sooner; one that is
// being written stays leased, and its revision tells the writer that there is more to write; one
// that is dead or in review has a new reason to live.
constexpr Sql kEnqueue{
    "INSERT INTO outbox (tenant, kind, item_key, state, due_at, enqueued_at, background) "
    "VALUES (:a, :b, :c, 'waiting', :d, :e, :f) ON CONFLICT (tenant, kind, item_key) DO UPDATE SET "
    "background = CASE WHEN outbox.background < excluded.background AND outbox.state <> 'dead' "
    "THEN outbox.background ELSE excluded.background END, revision = outbox.revision + 1, attempts "
    "= 0, error = '', "
    "due_at = CASE WHEN outbox.state = 'leased' OR "
    "(outbox.state = 'waiting' AND outbox.due_at < excluded.due_at) "
    "THEN outbox.due_at ELSE excluded.due_at END, "
    "state = CASE outbox.state WHEN 'leased' THEN 'leased' ELSE 'waiting' END, "
    "enqueued_at = CASE WHEN outbox.state IN ('dead', 'review') THEN excluded.enqueued_at "
    "ELSE outbox.enqueued_at END"};
constexpr Sql kFirstBackfill{
    "INSERT INTO backfill (tag, state, begun_at, changed_at, expected, place, brought, members, "
    "left_before, revision, tenant) VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, 1, :j) "
    "ON CONFLICT (tenant) DO NOTHING"};
constexpr Sql kPutBackfill{
    "UPDATE backfill SET tag = :a, state = :b, begun_at = :c, changed_at = :d, expected = :e, "
    "place = :f, brought = :g, members = :h, left_before = :i, revision = revision + 1 "
    "WHERE tenant = :j AND revision = :k"};
constexpr Sql kSetFavourite{
    "INSERT INTO favourite (tenant, customer_id, store_id) VALUES (:a, :b, :c) "
    "ON CONFLICT (tenant, customer_id) DO UPDATE SET store_id = excluded.store_id"};
constexpr Sql kLockPins{"SELECT pg_advisory_xact_lock(:a)"};
constexpr Sql kPinCount{
    "SELECT COUNT(*), COALESCE(MAX(position), 0) FROM pin WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kPin{
    "INSERT INTO pin (tenant, customer_id, product_code, position) VALUES (:a, :b, :c, :d)"};
constexpr Sql kPinned{
    "SELECT position FROM pin WHERE tenant = :a AND customer_id = :b AND product_code = :c"};
constexpr Sql kUnpin{
    "DELETE FROM pin WHERE tenant = :a AND customer_id = :b AND product_code = :c"};
constexpr Sql kAudit{
    "INSERT INTO audit (tenant, at, actor, action, subject, reason) "
    "VALUES (:a, :b, :c, :d, :e, :f)"};

constexpr Sql kKeepConsentText{
    "INSERT INTO consent_text (tenant, version, ja, en, terms_url, since) "
    "VALUES (:a, :b, :c, :d, :e, :f) ON CONFLICT (tenant, version) DO NOTHING"};
constexpr Sql kLinkCode{"SELECT code FROM member_link WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kNoteLeaving{
    "INSERT INTO leaving (tenant, code, pos_member_id, reason, points, points_as_of, left_at) "
    "SELECT l.tenant, l.code, l.pos_member_id, CAST(:a AS TEXT), s.points, s.as_of, "
    "CAST(:b AS BIGINT) FROM member_link l JOIN card_snapshot s "
    "ON s.tenant = l.tenant AND s.customer_id = l.customer_id "
    "WHERE l.tenant = :c AND l.customer_id = :d AND s.has_points = 1 AND s.points <> 0 "
    "ON CONFLICT (tenant, code) DO NOTHING"};
constexpr Sql kForgetLeaving{"DELETE FROM leaving WHERE tenant = :a AND code = :b"};
constexpr Sql kForgetLeavingOfDropped{
    "DELETE FROM leaving WHERE tenant = :a AND code = "
    "(SELECT code FROM dropped_link WHERE tenant = :b AND customer_id = :c)"};
constexpr Sql kLeavingTold{"UPDATE leaving SET told_at = :a WHERE tenant = :b AND code = :c"};
constexpr Sql kPutDataRequest{
    "INSERT INTO data_request (tenant, request_id, customer_id, orders, requested_at) "
    "VALUES (:a, :b, :c, :d, :e) ON CONFLICT (tenant, request_id) DO NOTHING"};
constexpr Sql kForgetFormer{"DELETE FROM former_member WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kForgetRequests{"DELETE FROM data_request WHERE tenant = :a AND customer_id = :b"};

class Applier {
 public:
  Applier(Session& session, TenantId tenant, Seconds now)
      : session_(session), tenant_(tenant), now_(now) {}

  Result<Done> operator()(const change::PutLink& put) {
    const MemberLink& link = put.link;
    if (auto key = check_key("a member code", link.code); !key) return key;
    if (link.pos_member_id.size() > kKeyMaxBytes) {
      return check_key("a member id", link.pos_member_id);
    }
    session_.run(kReserveCode, tenant_, link.code, link.customer_id);
    int64_t owner = 0;
    session_.one(kCodeOwner, std::tie(owner), tenant_, link.code);
    if (owner != link.customer_id) {
      return Error{ErrorCode::kConflict, "the code was issued to another customer"};
    }
    const int64_t written = session_.run(
        put.only_new ? kAddLink : kPutLink, tenant_, link.customer_id, link.code,
        link.pos_member_id, word(link.state), link.joined_at, joined_words(link.missing));
    if (written == 0) return Error{ErrorCode::kConflict, "the customer has a link already"};
    // Who is back has not left, and may leave again.
    if (link.state == LinkState::kLinked) session_.run(kForgetLeaving, tenant_, link.code);
    return Done{};
  }

  Result<Done> operator()(const change::DropLink& drop) {
    session_.run(kForgetDropped, tenant_, drop.customer_id);
    if (drop.restorable) session_.run(kKeepDropped, now_, tenant_, drop.customer_id);
    const int64_t dropped = session_.run(kDropLink, tenant_, drop.customer_id);
    if (dropped > 0 && drop.left) session_.run(kRememberMember, tenant_, drop.customer_id);
    session_.run(kRetireCodes, tenant_, drop.customer_id);
    session_.run(kDropSnapshot, tenant_, drop.customer_id);
    session_.run(kDropPrints, tenant_, drop.customer_id);
    session_.run(kDropGiven, tenant_, drop.customer_id);
    session_.run(kDropFavourite, tenant_, drop.customer_id);
    session_.run(kDropPins, tenant_, drop.customer_id);
    forget_restocks_of(session_, tenant_, drop.customer_id);
    return Done{};
  }

  Result<Done> operator()(const change::RestoreLink& restore) {
    const int64_t id = restore.customer_id;
    if (session_.run(kRestoreLink, tenant_, id) > 0) {
      session_.run(kRestoreCode, id, tenant_, tenant_, id);
      session_.run(kForgetLeavingOfDropped, tenant_, tenant_, id);
    }
    session_.run(kForgetDropped, tenant_, id);
    return Done{};
  }

  Result<Done> operator()(const change::MoveLink& move) {
    if (!has_link(move.from)) return Error{ErrorCode::kConflict, "the link went meanwhile"};
    const bool joining = link_state(state_) == LinkState::kJoining;
    if (has_link(move.to)) return Error{ErrorCode::kConflict, "the customer has a link already"};
    int64_t survivor = 0;
    if (session_.one(kMergedInto, std::tie(survivor), tenant_, move.to)) {
      return Error{ErrorCode::kConflict, "the customer was merged into another meanwhile"};
    }
    session_.run(kDropPrints, tenant_, move.to);
    if (joining) session_.run(kMovePrints, move.to, tenant_, move.from);
    for (const Sql& one : kMoves) session_.run(one, move.to, tenant_, move.from);
    for (const Sql* unless_own : {&kMoveFavourite, &kMovePins}) {
      session_.run(*unless_own, move.to, tenant_, move.from, tenant_, move.to);
    }
    for (const Sql* left : {&kDropPrints, &kDropFavourite, &kDropPins}) {
      session_.run(*left, tenant_, move.from);
    }
    return Done{};
  }

  // Leasing stands still meanwhile: nobody takes up a creation after the look, and of two merges of
  // one chain the second sees what the first did.
  Result<Done> operator()(const change::NoteMerge& note) {
    take_lease_turn(session_);
    int64_t id = 0;
    if (session_.one(kAtWork, std::tie(id), tenant_, std::to_string(note.gone),
                     std::to_string(note.kept), now_)) {
      return Error{ErrorCode::kUnavailable, "somebody is at work on one of the two customers"};
    }
    if (note.without_link && has_link(note.gone)) {
      return Error{ErrorCode::kConflict, "the customer has a link by now"};
    }
    session_.run(kNoteMerge, tenant_, note.gone, note.kept, now_);
    const int64_t kept = kept_as(note.kept);
    move_pickups(session_, tenant_, note.gone, kept);
    move_restocks(session_, tenant_, note.gone, kept);
    return Done{};
  }

  Result<Done> operator()(const change::LeaveMember& leave) {
    const LeftMember& member = leave.member;
    if (auto key = check_key("a member code", member.code); !key) return key;
    session_.run(kLeaveMember, tenant_, member.code, member.pos_member_id, member.kept_customer_id,
                 now_);
    return Done{};
  }

  Result<Done> operator()(const change::ForgetLeftMember& forget) {
    session_.run(kForgetLeft, tenant_, forget.code);
    return Done{};
  }

  // A lookup that ends after its customer was erased must not bring the customer's name back: no
  // link, no snapshot.
  Result<Done> operator()(const change::PutSnapshot& put) {
    const CardSnapshot& snapshot = put.snapshot;
    if (!put.anew) {
      session_.run(kUpdateSnapshot, int64_t{snapshot.has_points}, snapshot.points,
                   snapshot.points_expire_on, snapshot.rank, snapshot.holder, snapshot.as_of,
                   tenant_, snapshot.customer_id, snapshot.as_of);
      return Done{};
    }
    if (!has_link(snapshot.customer_id)) return Done{};
    session_.run(kPutSnapshot, tenant_, snapshot.customer_id, int64_t{snapshot.has_points},
                 snapshot.points, snapshot.points_expire_on, snapshot.rank, snapshot.holder,
                 snapshot.as_of);
    return Done{};
  }

  Result<Done> operator()(const change::PutFieldPrints& put) {
    if (!has_link(put.customer_id)) return Done{};
    session_.run(kPutPrints, tenant_, put.customer_id, put.prints);
    return Done{};
  }

  Result<Done> operator()(const change::PutGivenFields& put) {
    std::string state;
    if (!session_.one(kHoldState, std::tie(state), tenant_, put.customer_id)) return Done{};
    // Nobody would take away what comes after the registration did.
    if (!put.fields.empty() && state != word(LinkState::kJoining)) {
      return Error{ErrorCode::kConflict, "the customer is registered already"};
    }
    session_.run(kDropGiven, tenant_, put.customer_id);
    for (const auto& [field, value] : put.fields) {
      session_.run(kPutGiven, tenant_, put.customer_id, word(field), value);
    }
    return Done{};
  }

  Result<Done> operator()(const change::PutStores& put) {
    session_.run(kForgetStores, tenant_);
    for (const Store& store : put.stores) {
      if (auto key = check_key("a store id", store.store_id); !key) return key;
      session_.run(kPutStore, tenant_, store.store_id, store.code, store.name, store.phone,
                   store.address, store.display_order, int64_t{store.paused});
    }
    return Done{};
  }

  Result<Done> operator()(const change::PutProducts& put) {
    for (const Product& product : put.products) {
      if (auto key = check_key("a product id", product.product_id); !key) return key;
      // Nobody scans or types a longer code: keep the product, findable by its other code.
      session_.run(kPutProduct, tenant_, product.product_id, indexable(product.code),
                   indexable(product.supplier_code), product.name,
                   int64_t{product.stock_controlled});
    }
    return Done{};
  }

  Result<Done> operator()(const change::DropProducts& drop) {
    for (const std::string& product_id : drop.product_ids) {
      session_.run(kDropProduct, tenant_, product_id);
      session_.run(kDropStock, tenant_, product_id);
    }
    return Done{};
  }

  Result<Done> operator()(const change::KeepProducts& keep) {
    const std::string ids = json_array(keep.product_ids);
    session_.run(kKeepProducts, tenant_, ids);
    session_.run(kKeepStock, tenant_, ids);
    return Done{};
  }

  Result<Done> operator()(const change::PutStock& put) {
    for (const StockLevel& level : put.levels) {
      if (auto key = check_key("a product id", level.product_id); !key) return key;
      if (auto key = check_key("a store id", level.store_id); !key) return key;
      const int64_t changed =
          session_.run(kPutStock, tenant_, level.product_id, level.store_id, level.on_hand,
                       std::max<int64_t>(0, level.layaway), level.changed_at);
      if (changed == 0) continue;
      auto asked = ask_for_on_hand(level.product_id, level.store_id);
      if (!asked) return asked;
    }
    return Done{};
  }

  Result<Done> operator()(const change::DoubtStock& doubt) {
    if (session_.run(kDoubtStock, tenant_, doubt.product_id, doubt.store_id) == 0) return Done{};
    return ask_for_on_hand(doubt.product_id, doubt.store_id);
  }

  Result<Done> operator()(const change::TakeFromTills& take) {
    if (!take_from_tills(session_, tenant_, take.taking)) return Done{};
    return (*this)(change::Enqueue{{OutboxKind::kTakeFromTills, taking_key(take.taking.name)}});
  }

  Result<Done> operator()(const change::TillsTook& took) {
    tills_took(session_, tenant_, took.taking, now_);
    // It was taken off what is written there as long as it was on its way.
    return ask_for_on_hand(took.taking.product_id, took.taking.store_id);
  }

  Result<Done> operator()(const change::ReleaseSent& release) {
    release_sent(session_, tenant_, release);
    return Done{};
  }

  Result<Done> operator()(const change::ReleaseHandedOver& release) {
    release_handed_over(session_, tenant_, release);
    return Done{};
  }

  Result<Done> operator()(const change::SetCursor& set) {
    if (auto key = check_key("a cursor's name", set.name); !key) return key;
    session_.run(set.anew ? kSetPlace : kSetCursor, tenant_, set.name, set.value);
    return Done{};
  }

  Result<Done> operator()(const change::Enqueue& enqueue) {
    if (auto key = check_key("an outbox key", enqueue.write.key); !key) return key;
    const Seconds due_at = now_ + enqueue.delay;
    session_.run(kEnqueue, tenant_, word(enqueue.write.kind), enqueue.write.key, due_at, due_at,
                 enqueue.background ? 1 : 0);
    return Done{};
  }

  Result<Done> operator()(const change::SetFavourite& set) {
    if (set.store_id.empty()) {
      session_.run(kDropFavourite, tenant_, set.customer_id);
      return Done{};
    }
    if (auto key = check_key("a store id", set.store_id); !key) return key;
    session_.run(kSetFavourite, tenant_, set.customer_id, set.store_id);
    return Done{};
  }

  Result<Done> operator()(const change::SetPin& set) {
    if (auto key = check_key("a product code", set.product_code); !key) return key;
    if (!set.pinned) {
      session_.run(kUnpin, tenant_, set.customer_id, set.product_code);
      return Done{};
    }
    lock_pins(set.customer_id);
    int64_t position = 0;
    if (session_.one(kPinned, std::tie(position), tenant_, set.customer_id, set.product_code)) {
      return Done{};
    }
    int64_t count = 0;
    session_.one(kPinCount, std::tie(count, position), tenant_, set.customer_id);
    if (count >= kMaxPins) {
      return Error{ErrorCode::kConflict,
                   "at most " + std::to_string(kMaxPins) + " products can be pinned"};
    }
    session_.run(kPin, tenant_, set.customer_id, set.product_code, position + 1);
    return Done{};
  }

  Result<Done> operator()(const change::Audit& audit) {
    session_.run(kAudit, tenant_, now_, audit.actor, audit.action, audit.subject, audit.reason);
    return Done{};
  }

  Result<Done> operator()(const change::KeepConsentText& keep) {
    if (auto key = check_key("a text's version", keep.version); !key) return key;
    const Consent& text = keep.consent;
    session_.run(kKeepConsentText, tenant_, keep.version, text.ja, text.en, text.terms_url, now_);
    return Done{};
  }

  Result<Done> operator()(const change::ForgetFigures& forget) {
    for (const Sql* of : {&kDropSnapshot, &kDropGiven}) {
      session_.run(*of, tenant_, forget.customer_id);
    }
    return Done{};
  }

  Result<Done> operator()(const change::TellLeaving& tell) {
    std::string code;
    if (!session_.one(kLinkCode, std::tie(code), tenant_, tell.customer_id)) return Done{};
    const bool noted =
        session_.run(kNoteLeaving, word(tell.reason), now_, tenant_, tell.customer_id) > 0;
    if (!noted) return Done{};
    return (*this)(change::Enqueue{{.kind = OutboxKind::kTellLeaving, .key = code}});
  }

  Result<Done> operator()(const change::LeavingTold& told) {
    session_.run(kLeavingTold, now_, tenant_, told.code);
    return Done{};
  }

  Result<Done> operator()(const change::TellShopper& tell) {
    if (!tell_shopper(session_, tenant_, tell, now_)) return Done{};
    const std::string key = pickup_mail_key(tell.pickup_id, tell.mail_id);
    return (*this)(change::Enqueue{{.kind = OutboxKind::kPickupMail, .key = key}});
  }

  Result<Done> operator()(const change::MarkShort& mark) {
    mark_short(session_, tenant_, mark, now_);
    return Done{};
  }

  Result<Done> operator()(const change::ShopperTold& told) {
    shopper_told(session_, tenant_, told, now_);
    return Done{};
  }

  Result<Done> operator()(const change::AskRestock& ask) {
    lock_pins(ask.request.customer_id);
    return ask_restock(session_, tenant_, ask.request);
  }

  Result<Done> operator()(const change::TakeBackRestock& take) {
    take_back_restock(session_, tenant_, take);
    return Done{};
  }

  Result<Done> operator()(const change::TellRestock& tell) {
    if (!tell_restock(session_, tenant_, tell, now_)) return Done{};
    return (*this)(change::Enqueue{{OutboxKind::kRestockMail, tell.request_id}});
  }

  Result<Done> operator()(const change::RestockTold& told) {
    restock_told(session_, tenant_, told, now_);
    return Done{};
  }

  Result<Done> operator()(const change::ParcelsSettled& settled) {
    settle_parcels(session_, tenant_, settled.order_id);
    return Done{};
  }

  Result<Done> operator()(const change::PutDataRequest& put) {
    const DataRequest& request = put.request;
    if (auto key = check_key("a request's id", request.request_id); !key) return key;
    session_.run(kPutDataRequest, tenant_, request.request_id, request.customer_id,
                 joined_words(request.orders), request.requested_at);
    return Done{};
  }

  Result<Done> operator()(const change::PutBackfill& put) {
    const Backfill& now = put.backfill;
    if (auto key = check_key("a tag", now.tag); !key) return key;
    const auto write = [&](const Sql& sql, const auto&... more) {
      return session_.run(sql, now.tag, word(now.state), now.begun_at, now.changed_at, now.expected,
                          now.place, now.brought, now.members, now.left, tenant_, more...);
    };
    const bool first = now.revision == 0;
    if ((first ? write(kFirstBackfill) : write(kPutBackfill, now.revision)) > 0) return Done{};
    return Error{ErrorCode::kConflict, "the backfill is another one by now"};
  }

  Result<Done> operator()(const change::EraseCustomer& erase) {
    session_.run(kForgetFormer, tenant_, erase.customer_id);
    session_.run(kForgetDropped, tenant_, erase.customer_id);
    session_.run(kForgetRequests, tenant_, erase.customer_id);
    forget_pickups_of(session_, tenant_, erase.customer_id);
    forget_restocks_of(session_, tenant_, erase.customer_id);
    return Done{};
  }

 private:
  // Who carries on of a chain of merges, whose links are told of in any order.
  int64_t kept_as(int64_t customer_id) {
    int64_t next = 0;
    for (int step = 0; step < kMergeChainMost; ++step) {
      if (!session_.one(kKeptAs, std::tie(next), tenant_, customer_id)) break;
      customer_id = next;
    }
    return customer_id;
  }

  // The online shop is told, where it has the product and the shop is one of its places.
  Result<Done> ask_for_on_hand(const std::string& product_id, const std::string& store_id) {
    if (!is_matched(session_, tenant_, product_id)) return Done{};
    const auto mapped = mapped_.has(session_, tenant_, store_id);
    if (!mapped) return mapped.error();
    if (!*mapped) return Done{};
    return (*this)(change::Enqueue{{OutboxKind::kWriteOnHand, on_hand_key(product_id, store_id)}});
  }

  // The link stays as it is until the transaction ends; state_ is its state.
  bool has_link(int64_t customer_id) {
    return session_.one(kHoldLink, std::tie(customer_id, state_), tenant_, customer_id);
  }

  static std::string_view indexable(std::string_view code) {
    return code.size() <= kKeyMaxBytes ? code : std::string_view();
  }

  // SQLite has one writer; in PostgreSQL two transactions could each count one pin, or request,
  // too few.
  void lock_pins(int64_t customer_id) {
    if (session_.dialect() != Dialect::kPostgres) return;
    constexpr uint64_t kSpread =
        0x9E3779B97F4A7C15;  // two ids to one number; a chance meeting only waits
    const uint64_t lock =
        static_cast<uint64_t>(tenant_) * kSpread ^ static_cast<uint64_t>(customer_id);
    session_.run(kLockPins, static_cast<int64_t>(lock));
  }

  Session& session_;
  const TenantId tenant_;
  const Seconds now_;
  MappedStores mapped_;
  std::string state_;
};

}  // namespace

Result<Done> hold_tenant(Session& session, TenantId tenant) {
  if (session.holds(tenant)) return Done{};
  if (!session.one(kHoldTenant, std::tie(tenant), tenant)) {
    return Error{ErrorCode::kNotFound, "unknown shop"};
  }
  session.hold(tenant);
  return Done{};
}

void take_lease_turn(Session& session) {
  if (session.dialect() == Dialect::kPostgres) session.run(kLeaseTurn);
}

Result<Done> apply_changes(Session& session, TenantId tenant, const std::vector<Change>& changes,
                           Seconds now) {
  if (changes.empty()) return Done{};
  if (auto known = hold_tenant(session, tenant); !known) return known;
  Applier applier(session, tenant, now);
  for (const Change& change : changes) {
    if (Result<Done> applied = std::visit(applier, change); !applied) return applied;
  }
  return Done{};
}

}  // namespace tsunagi::storage
