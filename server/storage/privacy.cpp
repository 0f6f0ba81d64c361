// What is kept for a while for the merchant's sake, and all rows of one customer.

#include <string>

#include "server/domain/words.h"
#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kConsentText{
    "SELECT ja, en, terms_url FROM consent_text WHERE tenant = :a AND version = :b"};
constexpr Sql kLeaving{
    "SELECT code, pos_member_id, reason, points, points_as_of, left_at, told_at FROM leaving "
    "WHERE tenant = :a AND code = :b"};
constexpr Sql kDataRequests{
    "SELECT request_id, customer_id, orders, requested_at FROM data_request WHERE tenant = :a "
    "ORDER BY requested_at DESC, request_id LIMIT :b"};
constexpr Sql kDataRequest{
    "SELECT request_id, customer_id, orders, requested_at FROM data_request "
    "WHERE tenant = :a AND request_id = :b"};
constexpr Sql kCodes{
    "SELECT code FROM member_code WHERE tenant = :a AND customer_id = :b ORDER BY code LIMIT :c"};
constexpr Sql kTrail{
    "SELECT at, actor, action, subject, reason FROM audit WHERE tenant = :a AND subject = :b "
    "ORDER BY id LIMIT :c"};
// The bodies that kept_body() leaves (domain/events/event_body.h).
constexpr Sql kEvents{
    "SELECT id, type, received_at, state, attempts, due_at, error FROM inbox WHERE tenant = :a "
    "AND system = 'shopify' AND (body LIKE :b OR body LIKE :c) ORDER BY id LIMIT :d"};
constexpr Sql kWrites{
    "SELECT id, kind, item_key, state, attempts, due_at, enqueued_at, error FROM outbox "
    "WHERE tenant = :a AND kind IN ('write_card', 'create_member', 'customer_changed', "
    "'member_changed', 'drop_customer', 'tag_customer') AND item_key = :b ORDER BY id LIMIT :c"};
constexpr Sql kPurgeRequests{"DELETE FROM data_request WHERE requested_at < :a"};
constexpr Sql kPurgeLeavings{"DELETE FROM leaving WHERE told_at > 0 AND told_at < :a"};

template <class... In>
std::vector<DataRequest> requests(Session& session, const Sql& sql, const In&... in) {
  DataRequest row;
  std::string orders;
  std::vector<DataRequest> rows;
  session.each(
      sql, std::tie(row.request_id, row.customer_id, orders, row.requested_at),
      [&] {
        row.orders = words_of(orders);
        rows.push_back(row);
      },
      in...);
  return rows;
}

std::vector<AuditRow> trail_of(Session& session, TenantId tenant, const std::string& customer) {
  AuditRow row;
  std::vector<AuditRow> rows;
  session.each(
      kTrail, std::tie(row.at, row.actor, row.action, row.subject, row.reason),
      [&] { rows.push_back(row); }, tenant, "customer " + customer, kHeldRowsMost);
  return rows;
}

std::vector<OutboxEntry> writes_of(Session& session, TenantId tenant, const std::string& key) {
  OutboxEntry row;
  std::string kind;
  std::string state;
  std::vector<OutboxEntry> rows;
  session.each(
      kWrites,
      std::tie(row.item.id, kind, row.item.write.key, state, row.item.attempts, row.due_at,
               row.enqueued_at, row.error),
      [&] {
        row.item.write.kind = outbox_kind(kind).value_or(OutboxKind::kWriteCard);
        row.state = queue_state(state).value_or(QueueState::kDead);
        rows.push_back(row);
      },
      tenant, key, kHeldRowsMost);
  return rows;
}

std::vector<InboxEntry> events_of(Session& session, TenantId tenant, const std::string& customer) {
  InboxEntry row;
  std::string state;
  std::vector<InboxEntry> rows;
  session.each(
      kEvents,
      std::tie(row.item.id, row.item.event.type, row.item.event.received_at, state,
               row.item.attempts, row.due_at, row.error),
      [&] {
        row.state = queue_state(state).value_or(QueueState::kDead);
        rows.push_back(row);
      },
      tenant, R"(%"customer":{"id":)" + customer + "}%", "%/Customer/" + customer + "\"%",
      kHeldRowsMost);
  return rows;
}

}  // namespace

Result<std::optional<Consent>> SqlStorage::consent_text(TenantId tenant, std::string_view version) {
  return read([&](Session& session) -> Result<std::optional<Consent>> {
    Consent text;
    if (!session.one(kConsentText, std::tie(text.ja, text.en, text.terms_url), tenant, version)) {
      return std::optional<Consent>();
    }
    return std::optional(text);
  });
}

Result<std::optional<Leaving>> SqlStorage::leaving(TenantId tenant, std::string_view code) {
  return read([&](Session& session) -> Result<std::optional<Leaving>> {
    Leaving row;
    std::string reason;
    if (!session.one(kLeaving,
                     std::tie(row.code, row.pos_member_id, reason, row.points, row.points_as_of,
                              row.left_at, row.told_at),
                     tenant, code)) {
      return std::optional<Leaving>();
    }
    const auto known = leave_reason(reason);
    if (!known) return Error{ErrorCode::kInternal, "a leaving has an unknown reason"};
    row.reason = *known;
    return std::optional(row);
  });
}

Result<std::vector<DataRequest>> SqlStorage::data_requests(TenantId tenant, int limit) {
  if (limit <= 0) return Error{ErrorCode::kInvalid, "a list must be of at least one request"};
  return read([&](Session& session) -> Result<std::vector<DataRequest>> {
    return requests(session, kDataRequests, tenant, limit);
  });
}

Result<std::optional<DataRequest>> SqlStorage::data_request(TenantId tenant,
                                                            std::string_view request_id) {
  return read([&](Session& session) -> Result<std::optional<DataRequest>> {
    const auto found = requests(session, kDataRequest, tenant, request_id);
    return found.empty() ? std::optional<DataRequest>() : std::optional(found.front());
  });
}

Result<HeldRows> SqlStorage::held_rows(TenantId tenant, int64_t customer_id) {
  const std::string customer = std::to_string(customer_id);
  auto own = pickups_of(tenant, customer_id, kHeldRowsMost);
  if (!own.ok()) return own.error();
  std::vector<std::string> ids;
  ids.reserve(own->size());
  for (const Pickup& pickup : *own) ids.push_back(pickup.id);
  const auto mails = mails_of(tenant, ids);
  if (!mails.ok()) return mails.error();
  const auto asked = restocks_ever(tenant, customer_id, kHeldRowsMost);
  if (!asked.ok()) return asked.error();
  return read([&](Session& session) -> Result<HeldRows> {
    HeldRows held{.codes = {},
                  .trail = trail_of(session, tenant, customer),
                  .writes = writes_of(session, tenant, customer),
                  .events = events_of(session, tenant, customer)};
    std::string code;
    session.each(
        kCodes, std::tie(code), [&] { held.codes.push_back(code); }, tenant, customer_id,
        kHeldRowsMost);
    held.pickups = *own;
    held.pickup_mails = *mails;
    held.restocks = *asked;
    return held;
  });
}

Result<int64_t> SqlStorage::purge_papers(Seconds before) {
  return write([&](Session& session) -> Result<int64_t> {
    return session.run(kPurgeRequests, before) + session.run(kPurgeLeavings, before);
  });
}

}  // namespace tsunagi::storage
