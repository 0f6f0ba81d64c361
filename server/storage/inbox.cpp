// Inbound events: stored once, leased, done once.

#include <algorithm>

#include "server/domain/words.h"
#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kInboxPut{
    "INSERT INTO inbox (tenant, system, type, event_id, body, state, due_at, received_at) "
    "VALUES (:a, :b, :c, :d, :e, 'waiting', :f, :g) "
    "ON CONFLICT (tenant, system, type, event_id) DO NOTHING"};
constexpr Sql kInboxAnyDue{
    "SELECT id FROM inbox WHERE state IN ('waiting', 'leased') AND due_at <= :a LIMIT 1"};
constexpr Sql kInboxLease{
    "UPDATE inbox SET state = 'leased', attempts = attempts + 1, due_at = :a WHERE id IN "
    "(SELECT id FROM inbox WHERE state IN ('waiting', 'leased') AND due_at <= :b "
    "ORDER BY due_at, id LIMIT :c {skip_locked}) "
    "RETURNING id, tenant, system, type, event_id, body, received_at, attempts - 1"};
constexpr Sql kInboxRenew{"UPDATE inbox SET due_at = :a WHERE id = :b AND state = 'leased'"};
constexpr Sql kInboxFinish{
    "UPDATE inbox SET state = 'done', body = '', error = '', done_at = :a "
    "WHERE id = :b AND tenant = :c AND state <> 'done'"};
constexpr Sql kInboxRetry{
    "UPDATE inbox SET state = 'waiting', due_at = :a, error = :b "
    "WHERE id = :c AND state <> 'done'"};
constexpr Sql kInboxBury{
    "UPDATE inbox SET state = 'dead', error = :a WHERE id = :b AND state <> 'done'"};

constexpr Sql kPurgeDone{
    "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE state = 'done' AND done_at < :a "
    "ORDER BY done_at, id LIMIT :b)"};
constexpr Sql kPurgeBodies{
    "UPDATE inbox SET body = '' WHERE id IN (SELECT id FROM inbox WHERE state = 'dead' "
    "AND body <> '' AND received_at < :a ORDER BY received_at, id LIMIT :b)"};

Error not_waiting() {
  return {ErrorCode::kConflict, "the event is done already, or there is no such event"};
}

Result<std::vector<InboxItem>> lease(Session& session, int limit, Seconds now, int lease_seconds) {
  InboxItem item;
  std::string system;
  std::vector<InboxItem> items;
  bool broken = false;
  session.each(
      kInboxLease,
      std::tie(item.id, item.tenant, system, item.event.type, item.event.event_id, item.event.body,
               item.event.received_at, item.attempts),
      [&] {
        const auto known = system_of(system);
        broken = broken || !known;
        item.event.system = known.value_or(System::kShopify);
        items.push_back(item);
      },
      now + lease_seconds, now, limit);
  if (broken) return Error{ErrorCode::kInternal, "an event has an unknown system"};
  // RETURNING promises no order.
  std::sort(items.begin(), items.end(), [](const InboxItem& a, const InboxItem& b) {
    return std::pair(a.event.received_at, a.id) < std::pair(b.event.received_at, b.id);
  });
  return items;
}

}  // namespace

Result<bool> SqlStorage::put_inbox(TenantId tenant, const InboxEvent& event) {
  if (auto key = check_key("an event's type", event.type); !key) return key.error();
  if (auto key = check_key("an event's id", event.event_id); !key) return key.error();
  return write([&](Session& session) -> Result<bool> {
    if (auto known = hold_tenant(session, tenant); !known) return known.error();
    return session.run(kInboxPut, tenant, word(event.system), event.type, event.event_id,
                       event.body, event.received_at, event.received_at) > 0;
  });
}

Result<bool> SqlStorage::any_due(const Sql& sql, Seconds now) {
  return read([&](Session& session) -> Result<bool> {
    int64_t id = 0;
    return session.one(sql, std::tie(id), now);
  });
}

Result<std::vector<InboxItem>> SqlStorage::lease_inbox(int limit, Seconds now, int lease_seconds) {
  if (limit <= 0) return Error{ErrorCode::kInvalid, "a lease must be of at least one event"};
  const auto due = any_due(kInboxAnyDue, now);
  if (!due) return due.error();
  if (!*due) return std::vector<InboxItem>();
  return write([&](Session& session) { return lease(session, limit, now, lease_seconds); });
}

Result<Done> SqlStorage::renew_inbox(const std::vector<int64_t>& ids, Seconds until) {
  return write([&](Session& session) -> Result<Done> {
    for (const int64_t id : ids) session.run(kInboxRenew, until, id);
    return Done{};
  });
}

Result<Done> SqlStorage::finish_inbox(TenantId tenant, const std::vector<int64_t>& ids,
                                      const std::vector<Change>& changes) {
  const Seconds now = clock_.now();
  return write([&](Session& session) -> Result<Done> {
    for (const int64_t id : ids) {
      if (session.run(kInboxFinish, now, id, tenant) == 0) return not_waiting();
    }
    return apply_changes(session, tenant, changes, now);
  });
}

Result<Done> SqlStorage::retry_inbox(int64_t id, Seconds at, std::string_view error) {
  return write([&](Session& session) -> Result<Done> {
    if (session.run(kInboxRetry, at, cut_error(error), id) == 0) return not_waiting();
    return Done{};
  });
}

Result<Done> SqlStorage::bury_inbox(int64_t id, std::string_view error) {
  return write([&](Session& session) -> Result<Done> {
    if (session.run(kInboxBury, cut_error(error), id) == 0) return not_waiting();
    return Done{};
  });
}

Result<int64_t> SqlStorage::purge_inbox(Seconds done_before, Seconds dead_before, int limit) {
  return write([&](Session& session) -> Result<int64_t> {
    return session.run(kPurgeDone, done_before, limit) +
           session.run(kPurgeBodies, dead_before, limit);
  });
}

}  // namespace tsunagi::storage
