// The queues as operators see them, putting dead letters back, and deciding what is in review.

#include <limits>

#include "server/domain/fulfilment/shipping_service.h"
#include "server/domain/words.h"
#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

// Each by the partial index of its state.
constexpr Sql kOpenEvents{
    "SELECT id, tenant, system, type, event_id, received_at, attempts, state, due_at, error, "
    "CASE WHEN body = '' THEN 0 ELSE 1 END FROM inbox "
    "WHERE state IN ('waiting', 'leased') AND state = :a AND tenant BETWEEN :b AND :c "
    "ORDER BY due_at, id LIMIT :d"};
constexpr Sql kDoneEvents{
    "SELECT id, tenant, system, type, event_id, received_at, attempts, state, due_at, error, "
    "CASE WHEN body = '' THEN 0 ELSE 1 END FROM inbox "
    "WHERE state = 'done' AND tenant BETWEEN :a AND :b ORDER BY done_at DESC, id DESC LIMIT :c"};
constexpr Sql kDeadEvents{
    "SELECT id, tenant, system, type, event_id, received_at, attempts, state, due_at, error, "
    "CASE WHEN body = '' THEN 0 ELSE 1 END FROM inbox "
    "WHERE state = 'dead' AND tenant BETWEEN :a AND :b ORDER BY tenant, id LIMIT :c"};
constexpr Sql kOpenItems{
    "SELECT id, tenant, kind, item_key, attempts, revision, state, due_at, enqueued_at, error "
    "FROM outbox WHERE state IN ('waiting', 'leased') AND state = :a AND tenant BETWEEN :b AND :c "
    "ORDER BY due_at, id LIMIT :d"};
constexpr Sql kDeadItems{
    "SELECT id, tenant, kind, item_key, attempts, revision, state, due_at, enqueued_at, error "
    "FROM outbox WHERE state = 'dead' AND tenant BETWEEN :a AND :b ORDER BY tenant, id LIMIT :c"};
constexpr Sql kReviewItems{
    "SELECT id, tenant, kind, item_key, attempts, revision, state, due_at, enqueued_at, error "
    "FROM outbox WHERE state = 'review' AND tenant BETWEEN :a AND :b ORDER BY tenant, id LIMIT :c"};
constexpr Sql kDeadEvent{
    "SELECT tenant, system, type, CASE WHEN body = '' THEN 0 ELSE 1 END FROM inbox "
    "WHERE id = :a AND state = 'dead'"};
constexpr Sql kDeadItem{
    "SELECT tenant, kind, item_key FROM outbox WHERE id = :a AND state = 'dead'"};
constexpr Sql kReplayEvent{
    "UPDATE inbox SET state = 'waiting', attempts = 0, due_at = :a, error = '' "
    "WHERE id = :b AND state = 'dead' AND body <> ''"};
// A new revision: who still holds it from before its death cannot close or bury what is new.
constexpr Sql kReplayItem{
    "UPDATE outbox SET state = 'waiting', attempts = 0, due_at = :a, error = '', "
    "revision = revision + 1 WHERE id = :b AND state = 'dead'"};
constexpr Sql kReviewItem{
    "SELECT tenant, kind, item_key FROM outbox "
    "WHERE id = :a AND tenant BETWEEN :b AND :c AND state = 'review'"};
constexpr Sql kHappened{"DELETE FROM outbox WHERE id = :a AND state = 'review'"};
// As kReplayItem. Nor may who held it say, from now on, what became of it.
constexpr Sql kAgain{
    "UPDATE outbox SET state = 'waiting', attempts = 0, due_at = :a, error = '', "
    "revision = revision + 1, lease = lease + 1 WHERE id = :b AND state = 'review'"};

struct Range {
  TenantId low = 0, high = 0;
};
Range range_of(TenantId tenant) {
  if (tenant != Storage::kEveryTenant) return {tenant, tenant};
  return {0, std::numeric_limits<TenantId>::max()};
}

template <class... In>
Result<std::vector<InboxEntry>> events(Session& session, const Sql& sql, const In&... in) {
  InboxEntry row;
  std::string system;
  std::string state;
  int64_t has_body = 0;
  std::vector<InboxEntry> rows;
  bool broken = false;
  session.each(
      sql,
      std::tie(row.item.id, row.item.tenant, system, row.item.event.type, row.item.event.event_id,
               row.item.event.received_at, row.item.attempts, state, row.due_at, row.error,
               has_body),
      [&] {
        const auto known_system = system_of(system);
        const auto known_state = queue_state(state);
        broken = broken || !known_system || !known_state;
        row.item.event.system = known_system.value_or(System::kShopify);
        row.state = known_state.value_or(QueueState::kDead);
        row.has_body = has_body != 0;
        rows.push_back(row);
      },
      in...);
  if (broken) return Error{ErrorCode::kInternal, "an event has an unknown system or state"};
  return rows;
}

template <class... In>
Result<std::vector<OutboxEntry>> items(Session& session, const Sql& sql, const In&... in) {
  OutboxEntry row;
  std::string kind;
  std::string state;
  std::vector<OutboxEntry> rows;
  bool broken = false;
  session.each(
      sql,
      std::tie(row.item.id, row.item.tenant, kind, row.item.write.key, row.item.attempts,
               row.item.revision, state, row.due_at, row.enqueued_at, row.error),
      [&] {
        const auto known_kind = outbox_kind(kind);
        const auto known_state = queue_state(state);
        broken = broken || !known_kind || !known_state;
        row.item.write.kind = known_kind.value_or(OutboxKind::kWriteCard);
        row.state = known_state.value_or(QueueState::kDead);
        rows.push_back(row);
      },
      in...);
  if (broken) return Error{ErrorCode::kInternal, "an outbox item has an unknown kind or state"};
  return rows;
}

Error no_rows_asked_for() { return {ErrorCode::kInvalid, "a list must be of at least one item"}; }

// Without the error: the trail is for ever.
Result<Done> audit_replay(Session& session, TenantId tenant, std::string subject,
                          std::string reason, Seconds now) {
  return apply_changes(session, tenant,
                       {change::Audit{"operator", "replay", std::move(subject), std::move(reason)}},
                       now);
}

Result<bool> replay_event(Session& session, int64_t id, Seconds now) {
  TenantId tenant = 0;
  std::string system;
  std::string type;
  int64_t has_body = 0;
  if (!session.one(kDeadEvent, std::tie(tenant, system, type, has_body), id)) return false;
  if (has_body == 0) {
    return Error{ErrorCode::kConflict, "the event's body was purged: there is nothing to replay"};
  }
  if (session.run(kReplayEvent, now, id) == 0) return false;  // somebody else was first
  auto audited =
      audit_replay(session, tenant, "inbox " + std::to_string(id), system + " " + type, now);
  if (!audited) return audited.error();
  return true;
}

// What knowing that it happened would have changed.
std::vector<Change> changes_of(OutboxKind kind, const std::string& key) {
  if (kind == OutboxKind::kTellLeaving) return {change::LeavingTold{key}};
  if (kind == OutboxKind::kShipOrder) return {change::ParcelsSettled{order_of_key(key)}};
  if (kind == OutboxKind::kRestockMail) {
    return {change::RestockTold{.request_id = key, .outcome = PickupMailOutcome::kSent}};
  }
  if (kind != OutboxKind::kPickupMail) return {};
  return {change::ShopperTold{.key = key, .outcome = PickupMailOutcome::kSent}};
}

struct Judged {
  TenantId tenant = 0;
  int64_t id = 0;
  ReviewVerdict verdict = ReviewVerdict::kHappened;
  std::string_view actor;
};

Result<bool> settle(Session& session, const Judged& judged, Seconds now) {
  const auto [low, high] = range_of(judged.tenant);
  TenantId tenant = 0;
  std::string kind;
  std::string key;
  if (!session.one(kReviewItem, std::tie(tenant, kind, key), judged.id, low, high)) return false;
  const auto known = outbox_kind(kind);
  if (!known) return Error{ErrorCode::kInternal, "an outbox item has an unknown kind"};
  const bool happened = judged.verdict == ReviewVerdict::kHappened;
  const int64_t settled =
      happened ? session.run(kHappened, judged.id) : session.run(kAgain, now, judged.id);
  if (settled == 0) return false;  // somebody else was first
  std::vector<Change> changes = happened ? changes_of(*known, key) : std::vector<Change>{};
  changes.emplace_back(change::Audit{std::string(judged.actor), "review",
                                     "outbox " + std::to_string(judged.id),
                                     kind + " " + key + (happened ? ": done" : ": again")});
  if (auto applied = apply_changes(session, tenant, changes, now); !applied) return applied.error();
  return true;
}

Result<bool> replay_item(Session& session, int64_t id, Seconds now) {
  TenantId tenant = 0;
  std::string kind;
  std::string key;
  if (!session.one(kDeadItem, std::tie(tenant, kind, key), id)) return false;
  if (session.run(kReplayItem, now, id) == 0) return false;
  auto audited =
      audit_replay(session, tenant, "outbox " + std::to_string(id), kind + " " + key, now);
  if (!audited) return audited.error();
  return true;
}

}  // namespace

Result<std::vector<InboxEntry>> SqlStorage::inbox_in(TenantId tenant, QueueState state, int limit) {
  if (limit <= 0) return no_rows_asked_for();
  const auto [low, high] = range_of(tenant);
  return read([&](Session& session) -> Result<std::vector<InboxEntry>> {
    switch (state) {
      case QueueState::kWaiting:
      case QueueState::kLeased:
        return events(session, kOpenEvents, word(state), low, high, limit);
      case QueueState::kDone:
        return events(session, kDoneEvents, low, high, limit);
      case QueueState::kDead:
        return events(session, kDeadEvents, low, high, limit);
      case QueueState::kReview:
        return std::vector<InboxEntry>();  // an event is read again, whatever became of it
    }
    return Error{ErrorCode::kInternal, "no such state"};
  });
}

Result<std::vector<OutboxEntry>> SqlStorage::outbox_in(TenantId tenant, QueueState state,
                                                       int limit) {
  if (limit <= 0) return no_rows_asked_for();
  const auto [low, high] = range_of(tenant);
  return read([&](Session& session) -> Result<std::vector<OutboxEntry>> {
    switch (state) {
      case QueueState::kWaiting:
      case QueueState::kLeased:
        return items(session, kOpenItems, word(state), low, high, limit);
      case QueueState::kDone:
        return std::vector<OutboxEntry>();  // an item that is done is gone
      case QueueState::kDead:
        return items(session, kDeadItems, low, high, limit);
      case QueueState::kReview:
        return items(session, kReviewItems, low, high, limit);
    }
    return Error{ErrorCode::kInternal, "no such state"};
  });
}

Result<bool> SqlStorage::replay_inbox(int64_t id) {
  const Seconds now = clock_.now();
  return write([&](Session& session) { return replay_event(session, id, now); });
}

Result<bool> SqlStorage::replay_outbox(int64_t id) {
  const Seconds now = clock_.now();
  return write([&](Session& session) { return replay_item(session, id, now); });
}

Result<bool> SqlStorage::settle_review(TenantId tenant, int64_t id, ReviewVerdict verdict,
                                       std::string_view actor) {
  const Seconds now = clock_.now();
  const Judged judged{.tenant = tenant, .id = id, .verdict = verdict, .actor = actor};
  return write([&](Session& session) { return settle(session, judged, now); });
}

}  // namespace tsunagi::storage
