// Reading members: a card is a link with the last figures, in one statement.

#include "server/domain/member/field_words.h"
#include "server/domain/words.h"
#include "server/storage/sql_storage.h"
#include "server/storage/statements.h"

namespace tsunagi::storage {
namespace {

// as_of -1: no snapshot.
constexpr Sql kCard{
    "SELECT l.customer_id, l.code, l.pos_member_id, l.state, l.joined_at, l.missing, "
    "COALESCE(s.has_points, 0), COALESCE(s.points, 0), COALESCE(s.points_expire_on, ''), "
    "COALESCE(s.rank, ''), COALESCE(s.holder, ''), COALESCE(s.as_of, -1) "
    "FROM member_link l LEFT JOIN card_snapshot s "
    "ON s.tenant = l.tenant AND s.customer_id = l.customer_id "
    "WHERE l.tenant = :a AND l.customer_id = :b"};
constexpr Sql kCardByMember{
    "SELECT l.customer_id, l.code, l.pos_member_id, l.state, l.joined_at, l.missing, "
    "COALESCE(s.has_points, 0), COALESCE(s.points, 0), COALESCE(s.points_expire_on, ''), "
    "COALESCE(s.rank, ''), COALESCE(s.holder, ''), COALESCE(s.as_of, -1) "
    "FROM member_link l LEFT JOIN card_snapshot s "
    "ON s.tenant = l.tenant AND s.customer_id = l.customer_id "
    "WHERE l.tenant = :a AND l.pos_member_id = :b AND l.pos_member_id <> ''"};
constexpr Sql kCardsAfter{
    "SELECT l.customer_id, l.code, l.pos_member_id, l.state, l.joined_at, l.missing, "
    "COALESCE(s.has_points, 0), COALESCE(s.points, 0), COALESCE(s.points_expire_on, ''), "
    "COALESCE(s.rank, ''), COALESCE(s.holder, ''), COALESCE(s.as_of, -1) "
    "FROM member_link l LEFT JOIN card_snapshot s "
    "ON s.tenant = l.tenant AND s.customer_id = l.customer_id "
    "WHERE l.tenant = :a AND l.customer_id > :b ORDER BY l.customer_id LIMIT :c"};
constexpr Sql kWasMember{
    "SELECT customer_id FROM former_member WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kDroppedLink{
    "SELECT code, pos_member_id, state, joined_at FROM dropped_link "
    "WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kLeftMembers{
    "SELECT code, pos_member_id, kept_customer_id FROM left_member WHERE tenant = :a "
    "ORDER BY code LIMIT :b"};
// Ids are digits without leading zeros: the longer one is the greater.
constexpr Sql kLinksOfLength{
    "SELECT customer_id, code, pos_member_id, state, joined_at FROM member_link "
    "WHERE tenant = :a AND pos_member_id <> '' AND LENGTH(pos_member_id) = :b "
    "AND pos_member_id > :c ORDER BY pos_member_id LIMIT :d"};
constexpr Sql kLinksOfGreaterLength{
    "SELECT customer_id, code, pos_member_id, state, joined_at FROM member_link "
    "WHERE tenant = :a AND pos_member_id <> '' AND LENGTH(pos_member_id) > :b "
    "ORDER BY LENGTH(pos_member_id), pos_member_id LIMIT :c"};
constexpr Sql kPurgeMerged{
    "DELETE FROM merged_customer WHERE (tenant, gone) IN (SELECT tenant, gone FROM "
    "merged_customer WHERE noted_at < :a ORDER BY noted_at LIMIT :b)"};
constexpr Sql kPurgeDropped{
    "DELETE FROM dropped_link WHERE (tenant, customer_id) IN (SELECT tenant, customer_id FROM "
    "dropped_link WHERE dropped_at < :a ORDER BY dropped_at LIMIT :b)"};
constexpr Sql kFieldPrints{
    "SELECT prints FROM field_prints WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kGivenFields{
    "SELECT field, value FROM given_field WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kWaiting{
    "SELECT customer_id, code, joined_at, missing FROM member_link "
    "WHERE tenant = :a AND missing <> '' ORDER BY joined_at, customer_id LIMIT :b"};
constexpr Sql kFavourite{"SELECT store_id FROM favourite WHERE tenant = :a AND customer_id = :b"};
constexpr Sql kPins{
    "SELECT product_code FROM pin WHERE tenant = :a AND customer_id = :b "
    "ORDER BY position, product_code"};

template <class... In>
Result<std::vector<Card>> select(Session& session, const Sql& sql, const In&... in) {
  MemberLink link;
  CardSnapshot snapshot;
  std::string state;
  std::string missing;
  int64_t has_points = 0;
  std::vector<Card> cards;
  bool broken = false;
  session.each(
      sql,
      std::tie(link.customer_id, link.code, link.pos_member_id, state, link.joined_at, missing,
               has_points, snapshot.points, snapshot.points_expire_on, snapshot.rank,
               snapshot.holder, snapshot.as_of),
      [&] {
        const auto known = link_state(state);
        broken = broken || !known;
        if (!known) return;
        link.state = *known;
        link.missing = words_of(missing);
        Card card{.link = link, .snapshot = std::nullopt};
        if (snapshot.as_of >= 0) {
          snapshot.customer_id = link.customer_id;
          snapshot.has_points = has_points != 0;
          card.snapshot = snapshot;
        }
        cards.push_back(std::move(card));
      },
      in...);
  if (broken) return Error{ErrorCode::kInternal, "a member link has an unknown state"};
  return cards;
}

template <class... In>
Result<std::optional<Card>> select_card(Session& session, const Sql& sql, const In&... in) {
  auto found = select(session, sql, in...);
  if (!found) return found.error();
  if (found->empty()) return std::optional<Card>();
  return std::optional<Card>(std::move(found->front()));
}

}  // namespace

Result<std::optional<Card>> SqlStorage::card(TenantId tenant, int64_t customer_id) {
  return read([&](Session& session) { return select_card(session, kCard, tenant, customer_id); });
}

Result<std::optional<Card>> SqlStorage::card_by_member(TenantId tenant,
                                                       std::string_view pos_member_id) {
  return read(
      [&](Session& session) { return select_card(session, kCardByMember, tenant, pos_member_id); });
}

Result<std::vector<Card>> SqlStorage::cards_after(TenantId tenant, int64_t customer_id, int limit) {
  if (limit <= 0) return Error{ErrorCode::kInvalid, "a page must have at least one card"};
  return read(
      [&](Session& session) { return select(session, kCardsAfter, tenant, customer_id, limit); });
}

Result<std::string> SqlStorage::field_prints(TenantId tenant, int64_t customer_id) {
  return read([&](Session& session) -> Result<std::string> {
    std::string prints;
    session.one(kFieldPrints, std::tie(prints), tenant, customer_id);
    return prints;
  });
}

Result<FieldChanges> SqlStorage::given_fields(TenantId tenant, int64_t customer_id) {
  return read([&](Session& session) -> Result<FieldChanges> {
    std::string field;
    std::string value;
    FieldChanges given;
    session.each(
        kGivenFields, std::tie(field, value),
        [&] {
          if (const auto known = member_field(field)) given[*known] = value;
        },
        tenant, customer_id);
    return given;
  });
}

Result<std::vector<MemberLink>> SqlStorage::waiting_links(TenantId tenant, int limit) {
  if (limit <= 0) return Error{ErrorCode::kInvalid, "a page must have at least one link"};
  return read([&](Session& session) -> Result<std::vector<MemberLink>> {
    MemberLink link;
    std::string missing;
    std::vector<MemberLink> waiting;
    session.each(
        kWaiting, std::tie(link.customer_id, link.code, link.joined_at, missing),
        [&] {
          link.missing = words_of(missing);
          waiting.push_back(link);
        },
        tenant, limit);
    return waiting;
  });
}

Result<std::optional<int64_t>> SqlStorage::code_owner(TenantId tenant, std::string_view code) {
  return read([&](Session& session) -> Result<std::optional<int64_t>> {
    int64_t customer_id = 0;
    if (!session.one(kCodeOwner, std::tie(customer_id), tenant, code)) {
      return std::optional<int64_t>();
    }
    return std::optional<int64_t>(customer_id);
  });
}

Result<bool> SqlStorage::was_member(TenantId tenant, int64_t customer_id) {
  return read([&](Session& session) -> Result<bool> {
    int64_t found = 0;
    return session.one(kWasMember, std::tie(found), tenant, customer_id);
  });
}

Result<std::optional<int64_t>> SqlStorage::merged_into(TenantId tenant, int64_t customer_id) {
  return read([&](Session& session) -> Result<std::optional<int64_t>> {
    int64_t kept = 0;
    if (!session.one(kMergedInto, std::tie(kept), tenant, customer_id)) {
      return std::optional<int64_t>();
    }
    return std::optional<int64_t>(kept);
  });
}

Result<std::optional<MemberLink>> SqlStorage::dropped_link(TenantId tenant, int64_t customer_id) {
  return read([&](Session& session) -> Result<std::optional<MemberLink>> {
    MemberLink link;
    link.customer_id = customer_id;
    std::string state;
    if (!session.one(kDroppedLink, std::tie(link.code, link.pos_member_id, state, link.joined_at),
                     tenant, customer_id)) {
      return std::optional<MemberLink>();
    }
    const auto known = link_state(state);
    if (!known) return Error{ErrorCode::kInternal, "a dropped link has an unknown state"};
    link.state = *known;
    return std::optional(std::move(link));
  });
}

Result<std::vector<LeftMember>> SqlStorage::left_members(TenantId tenant, int limit) {
  if (limit <= 0) return Error{ErrorCode::kInvalid, "a page must have at least one member"};
  return read([&](Session& session) -> Result<std::vector<LeftMember>> {
    LeftMember member;
    std::vector<LeftMember> members;
    session.each(
        kLeftMembers, std::tie(member.code, member.pos_member_id, member.kept_customer_id),
        [&] { members.push_back(member); }, tenant, limit);
    return members;
  });
}

Result<std::vector<MemberLink>> SqlStorage::links_by_member(TenantId tenant,
                                                            std::string_view after_member_id,
                                                            int limit) {
  if (limit <= 0) return Error{ErrorCode::kInvalid, "a page must have at least one link"};
  const auto length = static_cast<int64_t>(after_member_id.size());
  return read([&](Session& session) -> Result<std::vector<MemberLink>> {
    MemberLink link;
    std::string state;
    std::vector<MemberLink> links;
    bool broken = false;
    const auto row =
        std::tie(link.customer_id, link.code, link.pos_member_id, state, link.joined_at);
    const auto take = [&] {
      const auto known = link_state(state);
      broken = broken || !known;
      link.state = known.value_or(LinkState::kStopped);
      links.push_back(link);
    };
    session.each(kLinksOfLength, row, take, tenant, length, after_member_id, limit);
    const int64_t left = limit - static_cast<int64_t>(links.size());
    if (left > 0) session.each(kLinksOfGreaterLength, row, take, tenant, length, left);
    if (broken) return Error{ErrorCode::kInternal, "a member link has an unknown state"};
    return links;
  });
}

Result<int64_t> SqlStorage::purge_merges(Seconds before, int limit) {
  return write([&](Session& session) -> Result<int64_t> {
    return session.run(kPurgeMerged, before, limit) + session.run(kPurgeDropped, before, limit);
  });
}

Result<std::optional<Card>> SqlStorage::card_by_code(TenantId tenant, std::string_view code) {
  return read([&](Session& session) -> Result<std::optional<Card>> {
    int64_t customer_id = 0;
    if (!session.one(kCodeOwner, std::tie(customer_id), tenant, code)) {
      return std::optional<Card>();
    }
    auto card = select_card(session, kCard, tenant, customer_id);
    // A code that the customer had before stays issued.
    if (card && *card && (*card)->link.code != code) return std::optional<Card>();
    return card;
  });
}

Result<std::string> SqlStorage::favourite(TenantId tenant, int64_t customer_id) {
  return read([&](Session& session) -> Result<std::string> {
    std::string store_id;
    session.one(kFavourite, std::tie(store_id), tenant, customer_id);
    return store_id;
  });
}

Result<std::vector<std::string>> SqlStorage::pins(TenantId tenant, int64_t customer_id) {
  return read([&](Session& session) -> Result<std::vector<std::string>> {
    std::string code;
    std::vector<std::string> codes;
    session.each(kPins, std::tie(code), [&] { codes.push_back(code); }, tenant, customer_id);
    return codes;
  });
}

}  // namespace tsunagi::storage
