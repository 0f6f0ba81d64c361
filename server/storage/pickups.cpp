// Pick-ups: held in the transaction that looks whether there is enough.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/storage/pickup_rows.h"
#include "server/storage/shelves.h"
#include "server/storage/sql_storage.h"
#include "server/storage/text.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kByCode{
    "SELECT pickup_id FROM pickup WHERE tenant = :a AND code = :b AND is_open = 1"};
// What waits at the counter comes after what there is to do, however many there are of either.
constexpr Sql kOpen{
    "SELECT pickup_id FROM pickup WHERE tenant = :a AND is_open = 1 "
    "AND CASE state WHEN 'ready' THEN 1 ELSE 0 END = :b ORDER BY ready_from, pickup_id LIMIT :c"};
constexpr Sql kOpenOf{
    "SELECT pickup_id FROM pickup WHERE tenant = :a AND is_open = 1 "
    "AND CASE state WHEN 'ready' THEN 1 ELSE 0 END = :b AND store_id IN "
    "({in_json_array_open}:c{in_json_array_close}) ORDER BY ready_from, pickup_id LIMIT :d"};
constexpr Sql kOfCustomer{
    "SELECT pickup_id FROM pickup WHERE tenant = :a AND customer_id = :b "
    "ORDER BY is_open DESC, placed_at DESC, pickup_id LIMIT :c"};
constexpr Sql kOverdue{
    "SELECT p.pickup_id FROM pickup p WHERE p.tenant = :a AND p.is_open = 1 AND p.hold_until <= :b "
    "AND (p.state = 'ready' OR NOT EXISTS (SELECT 1 FROM pickup_order o "
    "WHERE o.tenant = p.tenant AND o.pickup_id = p.pickup_id)) "
    "ORDER BY p.hold_until, p.pickup_id LIMIT :c"};
constexpr Sql kToRemind{
    "SELECT p.pickup_id FROM pickup p WHERE p.tenant = :a AND p.is_open = 1 AND p.state = 'ready' "
    "AND p.customer_id <> 0 AND p.hold_until > :b AND p.hold_until <= :c AND p.changed_at <= "
    "p.hold_until - :d "
    "AND NOT EXISTS (SELECT 1 FROM pickup_mail m WHERE m.tenant = p.tenant "
    "AND m.pickup_id = p.pickup_id AND m.mail_id = 'reminder-' || p.hold_until) "
    "ORDER BY p.hold_until, p.pickup_id LIMIT :e"};
constexpr Sql kUnanswered{
    "SELECT p.pickup_id FROM pickup p WHERE p.tenant = :a AND p.is_open = 1 "
    "AND p.state = 'placed' AND p.customer_id <> 0 AND p.accept_by <= :b AND NOT EXISTS "
    "(SELECT 1 FROM pickup_order o WHERE o.tenant = p.tenant AND o.pickup_id = p.pickup_id) "
    "AND NOT EXISTS (SELECT 1 FROM pickup_mail m WHERE m.tenant = p.tenant "
    "AND m.pickup_id = p.pickup_id AND m.mail_id = 'late') "
    "ORDER BY p.ready_from, p.pickup_id LIMIT :c"};
// Whether there is such a shop, the id is there, and how many the customer has open, with the rows
// of the stock locked: one trip to the database. The rows are the locks of the products in the
// shop: who holds them counts alone. They are taken in one order, so that two who want the same two
// do not wait for each other. The open ones are those above 0, not those with is_open = 1: where
// none was open when the database last counted, it would look for them among all shops' open ones.
constexpr Sql kBeforePlacing{
    "WITH asked AS MATERIALIZED (SELECT product_id FROM stock_level "
    "WHERE tenant = :a AND store_id = :b "
    "AND product_id {any_open}{in_json_array_open}:c{in_json_array_close}{any_close} "
    "ORDER BY product_id {hold_alone}) "
    "SELECT (SELECT COUNT(*) FROM asked), "
    "(SELECT COUNT(*) FROM pickup WHERE tenant = :d AND pickup_id = :e), "
    "(SELECT COUNT(*) FROM pickup WHERE tenant = :f AND customer_id = :g AND is_open > 0) "
    "FROM tenant WHERE tenant = :h {hold}"};
// A statement of its own: it sees what was committed while the one before it waited.
constexpr Sql kShelves{
    "SELECT product_id, on_hand * (1 - doubted), layaway, "
    "(SELECT COALESCE(CAST(SUM(held) AS BIGINT), 0) FROM pickup_line "
    "WHERE pickup_line.tenant = stock_level.tenant AND pickup_line.product_id = "
    "stock_level.product_id AND pickup_line.store_id = stock_level.store_id AND held > 0) + "
    "(SELECT COALESCE(CAST(SUM(held) AS BIGINT), 0) FROM shipment_line "
    "WHERE shipment_line.tenant = stock_level.tenant AND shipment_line.product_id = "
    "stock_level.product_id AND shipment_line.store_id = stock_level.store_id AND held > 0) "
    "FROM stock_level WHERE tenant = :a AND store_id = :b "
    "AND product_id {any_open}{in_json_array_open}:c{in_json_array_close}{any_close}"};
constexpr Sql kPut{
    "INSERT INTO pickup (tenant, pickup_id, customer_id, store_id, code, state, is_open, language, "
    "placed_at, accept_by, ready_from, hold_until, changed_at, page, reason) "
    "VALUES (:a, :b, :c, :d, :e, :f, 1, :g, :h, :i, :j, :k, :l, :m, '') "
    "ON CONFLICT DO NOTHING"};
constexpr Sql kPutLines{
    "INSERT INTO pickup_line (tenant, pickup_id, product_id, store_id, product_code, product_name, "
    "quantity, picked, held) SELECT :a, :b, value ->> 'id', :c, value ->> 'code', value ->> "
    "'name', "
    "CAST(value ->> 'quantity' AS BIGINT), CAST(value ->> 'picked' AS BIGINT), "
    "CAST(value ->> 'held' AS BIGINT) "
    "FROM {each_object_open}:d{each_object_close}"};
constexpr Sql kPutFirstDeed{
    "INSERT INTO pickup_deed (tenant, pickup_id, deed_id, place, done_at, role, actor, action, "
    "state_before, state_after, reason, refused) "
    "VALUES (:a, :b, 'place', 0, :c, 'shopper', :d, 'place', '', :e, '', 0)"};
// The three before and the mail, with its outbox item, as one trip, which SQLite has no words for.
// No mail's id: no mail.
constexpr Sql kPutAtOnce{
    "WITH put AS (INSERT INTO pickup (tenant, pickup_id, customer_id, store_id, code, state, "
    "is_open, language, placed_at, accept_by, ready_from, hold_until, changed_at, page, reason) "
    "VALUES (:a, :b, :c, :d, :e, :f, 1, :g, :h, :i, :j, :k, :l, :m, '') ON CONFLICT DO NOTHING "
    "RETURNING tenant, pickup_id, customer_id, store_id, state, placed_at), "
    "lines AS (INSERT INTO pickup_line (tenant, pickup_id, product_id, store_id, product_code, "
    "product_name, quantity, picked, held) SELECT tenant, pickup_id, value ->> 'id', store_id, "
    "value ->> 'code', value ->> 'name', CAST(value ->> 'quantity' AS BIGINT), "
    "CAST(value ->> 'picked' AS BIGINT), CAST(value ->> 'held' AS BIGINT) "
    "FROM put CROSS JOIN {each_object_open}:n{each_object_close}), "
    "told AS (INSERT INTO pickup_mail "
    "(tenant, pickup_id, mail_id, place, step, asked_at, settled_at, outcome) "
    "SELECT tenant, pickup_id, CAST(:o AS TEXT), 0, CAST(:p AS TEXT), CAST(:q AS BIGINT), 0, '' "
    "FROM put WHERE CAST(:r AS TEXT) <> '' AND customer_id <> 0 "
    "RETURNING tenant, pickup_id, mail_id, asked_at), "
    "mails AS (INSERT INTO outbox "
    "(tenant, kind, item_key, state, due_at, enqueued_at, background) SELECT tenant, "
    "'pickup_mail', pickup_id || '/' || mail_id, 'waiting', asked_at, asked_at, 0 FROM told "
    "ON CONFLICT (tenant, kind, item_key) DO NOTHING) "
    "INSERT INTO pickup_deed (tenant, pickup_id, deed_id, place, done_at, role, actor, action, "
    "state_before, state_after, reason, refused) SELECT tenant, pickup_id, 'place', 0, placed_at, "
    "'shopper', CAST(customer_id AS TEXT), 'place', '', state, '', 0 FROM put"};
constexpr Sql kSetState{
    "UPDATE pickup SET state = :a, is_open = :b, hold_until = :c, changed_at = :d, reason = :e "
    "WHERE tenant = :f AND pickup_id = :g"};
constexpr Sql kSetUndecided{
    "UPDATE pickup_order SET undecided = :a, put_off = :b, choice_id = :c, choice = :d, "
    "choice_state = :e, choice_store = :f, refund_at = :g WHERE tenant = :h AND pickup_id = :i"};
constexpr Sql kPutPurchase{
    "INSERT INTO pickup_order (tenant, pickup_id, order_id, order_name, paid, short_of, on_hold, "
    "prepared, undecided, put_off, told_id) VALUES (:a, :b, :c, :d, :e, :f, 0, 0, 0, 0, 0)"};
constexpr Sql kPutPurchaseLines{
    "INSERT INTO pickup_order_line (tenant, pickup_id, order_line, product_id, quantity) "
    "SELECT :a, :b, CAST(value ->> 'order_line' AS BIGINT), value ->> 'id', "
    "CAST(value ->> 'quantity' AS BIGINT) FROM {each_object_open}:c{each_object_close}"};
constexpr Sql kSetLine{
    "UPDATE pickup_line SET picked = :a, held = :b "
    "WHERE tenant = :c AND pickup_id = :d AND product_id = :e"};
constexpr Sql kReleaseSold{
    "UPDATE pickup_line SET held = 0 WHERE tenant = :a AND held > 0 AND EXISTS "
    "(SELECT 1 FROM pickup p WHERE p.tenant = pickup_line.tenant "
    "AND p.pickup_id = pickup_line.pickup_id AND p.state = 'handed_over' "
    "AND NOT EXISTS (SELECT 1 FROM pickup_order o WHERE o.tenant = p.tenant "
    "AND o.pickup_id = p.pickup_id) "
    "AND (p.changed_at <= :b OR EXISTS (SELECT 1 FROM stock_level s WHERE s.tenant = p.tenant "
    "AND s.product_id = pickup_line.product_id AND s.store_id = pickup_line.store_id "
    "AND s.changed_at >= p.changed_at - :c)))"};
constexpr Sql kDeed{
    "SELECT actor, action, refused FROM pickup_deed "
    "WHERE tenant = :a AND pickup_id = :b AND deed_id = :c"};
constexpr Sql kCountDeeds{"SELECT COUNT(*) FROM pickup_deed WHERE tenant = :a AND pickup_id = :b"};
constexpr int64_t kDeedsMost = 1'000;  // of one pick-up; more that are refused are not noted
constexpr Sql kDeeds{
    "SELECT done_at, role, actor, action, state_before, state_after, reason, refused "
    "FROM pickup_deed WHERE tenant = :a AND pickup_id = :b ORDER BY place"};

Error code_taken() { return {ErrorCode::kUnavailable, std::string(kCodeTaken)}; }
Error no_such() { return {ErrorCode::kNotFound, "there is no such pick-up"}; }

std::string products_of(const Pickup& wish) {
  std::vector<std::string> ids;
  ids.reserve(wish.lines.size());
  for (const PickupLine& line : wish.lines) ids.push_back(line.product_id);
  return json_array(ids);
}

// What the shop has of the lines' products, whose rows are locked.
Shelves shelves_of(Session& session, TenantId tenant, const Pickup& wish) {
  Shelves shelves;
  std::string id;
  Shelf shelf;
  session.each(
      kShelves, std::tie(id, shelf.on_hand, shelf.layaway, shelf.held),
      [&] { shelves[id] = shelf; }, tenant, wish.store_id, products_of(wish));
  return shelves;
}

Result<Done> check_offered(Session& session, TenantId tenant, const Pickup& wish,
                           const std::vector<int64_t>& safety) {
  const auto shelves = shelves_of(session, tenant, wish);
  for (size_t i = 0; i < wish.lines.size(); ++i) {
    const PickupLine& line = wish.lines[i];
    const auto found = shelves.find(line.product_id);
    if (found == shelves.end() || line.quantity > offered_on(found->second, safety[i])) {
      return Error{ErrorCode::kConflict, std::string(kNotEnough) + line.product_id};
    }
  }
  return Done{};
}

std::string lines_of(const Pickup& wish) {
  nlohmann::json list = nlohmann::json::array();
  for (const PickupLine& line : wish.lines) {
    list.push_back({{"id", storable(line.product_id)},
                    {"code", storable(line.product_code)},
                    {"name", storable(line.product_name)},
                    {"quantity", line.quantity},
                    {"picked", line.picked},
                    {"held", line.held}});
  }
  return list.dump();
}

// What there is of the wish before it is placed; kNotFound: no such shop.
struct BeforePlacing {
  int64_t stocked = 0;  // of its products, with their rows locked
  int64_t same_id = 0, open = 0;
};
Result<BeforePlacing> before_placing(Session& session, TenantId tenant, const Pickup& wish) {
  BeforePlacing before;
  if (!session.one(kBeforePlacing, std::tie(before.stocked, before.same_id, before.open), tenant,
                   wish.store_id, products_of(wish), tenant, wish.id, tenant, wish.customer_id,
                   tenant)) {
    return Error{ErrorCode::kNotFound, "unknown shop"};
  }
  session.hold(tenant);
  return before;
}

// Whether it is there now: somebody may have been faster. With its mail, which is asked for now.
Result<bool> put_anew(Session& session, TenantId tenant, const Pickup& wish,
                      const std::optional<change::TellShopper>& tell, Seconds now) {
  const auto put = [&](const Sql& sql, const auto&... more) {
    return session.run(sql, tenant, wish.id, wish.customer_id, wish.store_id, wish.code,
                       word(wish.state), wish.language, wish.placed_at, wish.accept_by,
                       wish.ready_from, wish.hold_until, wish.changed_at, wish.page, more...) > 0;
  };
  if (session.dialect() == Dialect::kPostgres) {
    const auto mail = tell.value_or(change::TellShopper{});
    return put(kPutAtOnce, lines_of(wish), mail.mail_id, word(mail.step), now, mail.mail_id);
  }
  if (!put(kPut)) return false;
  session.run(kPutLines, tenant, wish.id, wish.store_id, lines_of(wish));
  session.run(kPutFirstDeed, tenant, wish.id, wish.placed_at, std::to_string(wish.customer_id),
              word(wish.state));
  if (!tell) return true;
  const auto told = apply_changes(session, tenant, {*tell}, now);
  return told ? Result<bool>(true) : told.error();
}

Result<Done> check_placing(Session& session, TenantId tenant, const Pickup& wish,
                           const std::vector<int64_t>& safety, const BeforePlacing& before) {
  if (before.open >= kOpenPickupsMost) {
    return Error{ErrorCode::kConflict, "the customer has as many open pick-ups as one may have"};
  }
  return check_offered(session, tenant, wish, safety);
}

// What became of a deed that arrives again; none: it is new.
std::optional<Result<Pickup>> done_before(Session& session, TenantId tenant, const Pickup& pickup,
                                          const PickupMove& move) {
  std::string actor;
  std::string action;
  int64_t refused = 0;
  const bool known =
      session.one(kDeed, std::tie(actor, action, refused), tenant, pickup.id, move.action_id);
  if (!known) return std::nullopt;
  if (actor != move.actor.id || action != word(move.action)) {
    return Error{ErrorCode::kConflict, "the id is another deed's"};
  }
  if (refused != 0) return Error{ErrorCode::kConflict, "it was refused before"};
  return pickup;
}

void put_back(Session& session, TenantId tenant, const Pickup& pickup) {
  session.run(kSetState, word(pickup.state), int64_t{is_open(pickup.state)}, pickup.hold_until,
              pickup.changed_at, pickup.reason, tenant, pickup.id);
  for (const PickupLine& line : pickup.lines) {
    session.run(kSetLine, line.picked, line.held, tenant, pickup.id, line.product_id);
  }
  const Purchase& purchase = pickup.purchase;
  if (!is_purchase(purchase)) return;
  const PurchaseChoice& choice = purchase.choice;
  session.run(kSetUndecided, int64_t{purchase.undecided}, static_cast<int64_t>(purchase.put_off),
              choice.id, static_cast<int64_t>(choice.what), static_cast<int64_t>(choice.state),
              choice.store_id, purchase.refund_at, tenant, pickup.id);
}

std::string purchase_lines_of(const Purchase& purchase) {
  nlohmann::json list = nlohmann::json::array();
  for (const PurchaseLine& line : purchase.lines) {
    list.push_back({{"order_line", line.order_line},
                    {"id", storable(line.product_id)},
                    {"quantity", line.quantity}});
  }
  return list.dump();
}

// Whether the shop has not what it is to hold.
bool is_short_of(Session& session, TenantId tenant, const Pickup& pickup) {
  const Shelves shelves = shelves_of(session, tenant, pickup);
  return std::ranges::any_of(pickup.lines, [&](const PickupLine& line) {
    const auto found = shelves.find(line.product_id);
    return line.held > 0 && (found == shelves.end() || line.held > offered_on(found->second, 0));
  });
}

}  // namespace

Result<Pickup> SqlStorage::place(TenantId tenant, const Pickup& wish,
                                 const std::vector<int64_t>& safety,
                                 const std::optional<change::TellShopper>& tell) {
  if (auto key = check_key("a pick-up's id", wish.id); !key) return key.error();
  if (safety.size() != wish.lines.size() || wish.lines.empty()) {
    return Error{ErrorCode::kInternal, "a pick-up's lines and safety stocks are not as many"};
  }
  const Seconds now = clock_.now();
  return write([&](Session& session) -> Result<Pickup> {
    const auto before = before_placing(session, tenant, wish);
    if (!before) return before.error();
    if (before->same_id > 0) {
      auto there = pickup_of(session, tenant, wish.id);
      if (there && there->customer_id == wish.customer_id) return *std::move(there);
      return Error{ErrorCode::kConflict, "the id is another pick-up's"};
    }
    auto good = check_placing(session, tenant, wish, safety, *before);
    if (!good) {
      // The same wish, sent twice at once, may have been placed while this one waited for the lock.
      auto there = pickup_of(session, tenant, wish.id);
      if (there && there->customer_id == wish.customer_id) return *std::move(there);
      return good.error();
    }
    const auto put = put_anew(session, tenant, wish, tell, now);
    if (!put.ok()) return put.error();
    // Another draw has another code, and finds the same wish placed.
    return *put ? Result<Pickup>(wish) : code_taken();
  });
}

Result<Pickup> SqlStorage::put_purchase(TenantId tenant, const Pickup& pickup) {
  if (auto key = check_key("a pick-up's id", pickup.id); !key) return key.error();
  return write([&](Session& session) -> Result<Pickup> {
    const auto before = before_placing(session, tenant, pickup);
    if (!before) return before.error();
    if (before->same_id > 0) {
      auto there = pickup_of(session, tenant, pickup.id);
      if (there) return *std::move(there);
      return Error{ErrorCode::kInternal, "a pick-up has an unknown state"};
    }
    Pickup put = pickup;
    put.purchase.short_of = is_short_of(session, tenant, pickup);
    const auto anew = put_anew(session, tenant, put, std::nullopt, 0);
    if (!anew.ok()) return anew.error();
    if (!*anew) return code_taken();
    const Purchase& purchase = put.purchase;
    session.run(kPutPurchase, tenant, put.id, purchase.order_id, storable(purchase.order_name),
                int64_t{purchase.paid}, int64_t{purchase.short_of});
    session.run(kPutPurchaseLines, tenant, put.id, purchase_lines_of(purchase));
    return put;
  });
}

Result<Pickup> SqlStorage::move(TenantId tenant, const PickupMove& move,
                                const std::vector<Change>& also) {
  if (auto key = check_key("a deed's id", move.action_id); !key) return key.error();
  const Seconds now = clock_.now();
  std::optional<PickupState> refused_in;
  auto moved = write([&](Session& session) -> Result<Pickup> {
    refused_in.reset();
    if (!hold_pickup(session, tenant, move.pickup_id)) return no_such();
    auto pickup = pickup_of(session, tenant, move.pickup_id);
    if (!pickup) return Error{ErrorCode::kInternal, "a pick-up has an unknown state"};
    if (auto before = done_before(session, tenant, *pickup, move)) return *std::move(before);
    const PickupState before = pickup->state;
    if (auto done = do_to(*pickup, move); !done) {
      if (done.error().code == ErrorCode::kConflict) refused_in = before;
      return done.error();
    }
    put_back(session, tenant, *pickup);
    put_deed(session, tenant, pickup->id, deed_of(move, before, pickup->state, false));
    std::vector<Change> changes = also;
    for (const std::string& product : not_there(*pickup, move)) {
      changes.emplace_back(change::DoubtStock{product, pickup->store_id});
    }
    auto applied = apply_changes(session, tenant, changes, now);
    if (!applied) return applied.error();
    return *std::move(pickup);
  });
  if (!refused_in) return moved;
  auto noted = note_refused(tenant, move.pickup_id, deed_of(move, *refused_in, *refused_in, true));
  if (!noted.ok()) return noted.error();
  return moved;
}

// In a transaction of its own: the one that refused it is undone.
Result<Done> SqlStorage::note_refused(TenantId tenant, std::string_view pickup, const Deed& deed) {
  auto noted = write([&](Session& session) -> Result<Done> {
    if (!hold_pickup(session, tenant, pickup)) return Done{};  // erased in between
    int64_t deeds = 0;
    session.one(kCountDeeds, std::tie(deeds), tenant, pickup);
    if (deeds < kDeedsMost) put_deed(session, tenant, pickup, deed);
    return Done{};
  });
  const bool twice = !noted.ok() && noted.error().code == ErrorCode::kConflict;
  return twice ? Result<Done>(Done{}) : noted;
}

Result<std::optional<Pickup>> SqlStorage::pickup(TenantId tenant, std::string_view id) {
  return read([&](Session& session) -> Result<std::optional<Pickup>> {
    return pickup_of(session, tenant, id);
  });
}

Result<std::optional<Pickup>> SqlStorage::open_pickup_by_code(TenantId tenant,
                                                              std::string_view code) {
  return read([&](Session& session) -> Result<std::optional<Pickup>> {
    std::vector<Pickup> found = pickups(session, kByCode, tenant, code);
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
  });
}

Result<std::vector<Pickup>> SqlStorage::open_pickups(TenantId tenant,
                                                     const std::vector<std::string>& stores,
                                                     int limit) {
  const std::string of = json_array(stores);
  return read([&](Session& session) -> Result<std::vector<Pickup>> {
    std::vector<std::string> ids;
    for (const int64_t waits : {0, 1}) {
      const auto some = stores.empty() ? ids_of(session, kOpen, tenant, waits, limit)
                                       : ids_of(session, kOpenOf, tenant, waits, of, limit);
      ids.insert(ids.end(), some.begin(), some.end());
    }
    return pickups_by_id(session, tenant, ids);
  });
}

Result<std::vector<Pickup>> SqlStorage::pickups_of(TenantId tenant, int64_t customer_id,
                                                   int limit) {
  return read([&](Session& session) -> Result<std::vector<Pickup>> {
    return pickups(session, kOfCustomer, tenant, customer_id, limit);
  });
}

Result<std::vector<Pickup>> SqlStorage::overdue_pickups(TenantId tenant, Seconds until, int limit) {
  return read([&](Session& session) -> Result<std::vector<Pickup>> {
    return pickups(session, kOverdue, tenant, until, limit);
  });
}

Result<std::vector<Pickup>> SqlStorage::pickups_to_remind(TenantId tenant, Seconds now, int limit) {
  return read([&](Session& session) -> Result<std::vector<Pickup>> {
    return pickups(session, kToRemind, tenant, now, now + kReminderSeconds, kReminderSeconds,
                   limit);
  });
}

Result<std::vector<Pickup>> SqlStorage::unanswered_pickups(TenantId tenant, Seconds accept_by,
                                                           int limit) {
  return read([&](Session& session) -> Result<std::vector<Pickup>> {
    return pickups(session, kUnanswered, tenant, accept_by, limit);
  });
}

Result<Done> SqlStorage::release_sold(TenantId tenant, Seconds now) {
  return write([&](Session& session) -> Result<Done> {
    session.run(kReleaseSold, tenant, now - kSoldUnheardSeconds, kPaidBeforeSeconds);
    return Done{};
  });
}

Result<std::vector<PickupDeed>> SqlStorage::deeds_of(TenantId tenant, std::string_view id) {
  return read([&](Session& session) -> Result<std::vector<PickupDeed>> {
    PickupDeed deed;
    std::string role;
    int64_t refused = 0;
    std::vector<PickupDeed> deeds;
    session.each(
        kDeeds,
        std::tie(deed.at, role, deed.actor, deed.action, deed.from, deed.to, deed.reason, refused),
        [&] {
          deed.role = role_of(role).value_or(Role::kSystem);
          deed.refused = refused != 0;
          deeds.push_back(deed);
        },
        tenant, id);
    return deeds;
  });
}

}  // namespace tsunagi::storage
