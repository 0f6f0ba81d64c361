// Outbound writes: one row a key, leased lane by lane, and deleted when the state it stands for has
// been written.

#include <algorithm>
#include <limits>

#include "server/domain/words.h"
#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kAnyDue{
    "SELECT id FROM outbox WHERE state IN ('waiting', 'leased') AND background = 0 AND due_at <= "
    ":a LIMIT 1"};
constexpr Sql kAnyInBackground{
    "SELECT id FROM outbox WHERE state IN ('waiting', 'leased') AND background = 1 AND due_at <= "
    ":a LIMIT 1"};
// Not behind another of its lane (tenant and key): one that is being worked on, or one that is due
// before it. A lease that ended is due like what waits, unless its write was begun. Of what is in
// the background a lane is not held up: it comes last.
constexpr Sql kLease{
    "UPDATE outbox SET state = 'leased', attempts = attempts + 1, lease = lease + 1, begun = 0, "
    "due_at = :a WHERE id IN (SELECT o.id FROM outbox o "
    "WHERE o.state IN ('waiting', 'leased') AND o.background = 0 AND o.due_at <= :b "
    "AND o.begun <> o.revision AND NOT EXISTS "
    "(SELECT 1 FROM outbox l WHERE l.tenant = o.tenant AND l.item_key = o.item_key "
    "AND l.id <> o.id AND l.state IN ('waiting', 'leased') AND "
    "((l.state = 'leased' AND l.due_at > :c) OR (l.background = 0 AND l.due_at <= :d AND "
    "(l.due_at < o.due_at OR (l.due_at = o.due_at AND l.id < o.id))))) "
    "ORDER BY o.due_at, o.id LIMIT :e {skip_locked}) "
    "RETURNING id, tenant, kind, item_key, attempts - 1, revision, lease, background"};
constexpr Sql kLeaseBackground{
    "UPDATE outbox SET state = 'leased', attempts = attempts + 1, lease = lease + 1, begun = 0, "
    "due_at = :a WHERE id IN (SELECT o.id FROM outbox o "
    "WHERE o.state IN ('waiting', 'leased') AND o.background = 1 AND o.kind = :k AND "
    "o.due_at <= :b AND o.begun <> o.revision AND NOT EXISTS "
    "(SELECT 1 FROM outbox l WHERE l.tenant = o.tenant AND l.item_key = o.item_key "
    "AND l.id <> o.id AND l.state IN ('waiting', 'leased') AND "
    "((l.state = 'leased' AND l.due_at > :c) OR (l.due_at <= :d AND (l.background = 0 OR "
    "l.due_at < o.due_at OR (l.due_at = o.due_at AND l.id < o.id))))) "
    "ORDER BY o.due_at, o.id LIMIT :e {skip_locked}) "
    "RETURNING id, tenant, kind, item_key, attempts - 1, revision, lease, background"};
// The lease number stays: should its holder wake up and know the outcome, that counts.
constexpr Sql kReviewInterrupted{
    "UPDATE outbox SET state = 'review', begun = 0, error = :a "
    "WHERE begun > 0 AND begun = revision AND state = 'leased' AND due_at <= :b"};
constexpr Sql kBegin{
    "UPDATE outbox SET begun = revision "
    "WHERE id = :a AND tenant = :b AND revision = :c AND lease = :d AND state = 'leased'"};
constexpr Sql kRenew{
    "UPDATE outbox SET due_at = :a WHERE id = :b AND tenant = :c AND lease = :d AND state = "
    "'leased'"};
constexpr Sql kFinish{
    "DELETE FROM outbox WHERE id = :a AND tenant = :b AND revision = :c AND lease = :d"};
// Enqueued again since it was leased: what is to be written now has not been tried yet.
constexpr Sql kWaitAgain{
    "UPDATE outbox SET state = 'waiting', due_at = :a, attempts = 0, begun = 0, error = '' "
    "WHERE id = :b AND tenant = :c AND revision > :d AND lease = :e"};
constexpr Sql kRetry{
    "UPDATE outbox SET state = 'waiting', due_at = :a, begun = 0, error = :b "
    "WHERE id = :c AND tenant = :d AND lease = :e"};
constexpr Sql kPutOff{
    "UPDATE outbox SET state = 'waiting', due_at = :a, begun = 0, error = :b, "
    "attempts = attempts - 1 "
    "WHERE id = :c AND tenant = :d AND lease = :e"};
constexpr Sql kBury{
    "UPDATE outbox SET state = 'dead', begun = 0, error = :a "
    "WHERE id = :b AND tenant = :c AND revision = :d AND lease = :e"};
constexpr Sql kReview{
    "UPDATE outbox SET state = 'review', begun = 0, error = :a "
    "WHERE id = :b AND tenant = :c AND revision = :d AND lease = :e"};
// Each count by its partial index: of the events that are done there are many. What was put off on
// purpose does not wait before its time.
constexpr Sql kDepth{
    "WITH asked AS (SELECT CAST(:a AS BIGINT) AS low, CAST(:b AS BIGINT) AS high, "
    "CAST(:c AS BIGINT) AS now) SELECT "
    "(SELECT COUNT(*) FROM inbox, asked "
    "WHERE state IN ('waiting', 'leased') AND tenant BETWEEN low AND high), "
    "(SELECT COUNT(*) FROM inbox, asked WHERE state = 'dead' AND tenant BETWEEN low AND high), "
    "(SELECT COUNT(*) FROM outbox, asked "
    "WHERE state IN ('waiting', 'leased') AND enqueued_at <= now AND tenant BETWEEN low AND high), "
    "(SELECT COUNT(*) FROM outbox, asked WHERE state = 'dead' AND tenant BETWEEN low AND high), "
    "(SELECT COUNT(*) FROM outbox, asked WHERE state = 'review' AND tenant BETWEEN low AND high), "
    "COALESCE((SELECT MIN(received_at) FROM inbox, asked "
    "WHERE state IN ('waiting', 'leased') AND tenant BETWEEN low AND high), 0), "
    "COALESCE((SELECT MIN(enqueued_at) FROM outbox, asked "
    "WHERE state IN ('waiting', 'leased') AND enqueued_at <= now AND tenant BETWEEN low AND high), "
    "0)"};

Error gone() { return {ErrorCode::kConflict, "the item is done already, or somebody else's"}; }

template <class... In>
Result<std::vector<OutboxItem>> lease(Session& session, const Sql& sql, const In&... in) {
  OutboxItem item;
  std::string kind;
  int64_t background = 0;
  std::vector<OutboxItem> items;
  bool broken = false;
  session.each(
      sql,
      std::tie(item.id, item.tenant, kind, item.write.key, item.attempts, item.revision, item.lease,
               background),
      [&] {
        const auto known = outbox_kind(kind);
        broken = broken || !known;
        item.write.kind = known.value_or(OutboxKind::kWriteCard);
        item.background = background != 0;
        items.push_back(item);
      },
      in...);
  if (broken) return Error{ErrorCode::kInternal, "an outbox item has an unknown kind"};
  // RETURNING promises no order.
  std::sort(items.begin(), items.end(),
            [](const OutboxItem& a, const OutboxItem& b) { return a.id < b.id; });
  return items;
}

}  // namespace

Result<std::vector<OutboxItem>> SqlStorage::lease_outbox(int limit, Seconds now,
                                                         int lease_seconds) {
  if (limit <= 0) return Error{ErrorCode::kInvalid, "a lease must be of at least one item"};
  const auto due = any_due(kAnyDue, now);
  if (!due) return due.error();
  if (!*due) return std::vector<OutboxItem>();
  return write([&](Session& session) {
    take_lease_turn(session);
    session.run(kReviewInterrupted, kWriteInterrupted, now);
    return lease(session, kLease, now + lease_seconds, now, now, now, limit);
  });
}

Result<std::vector<OutboxItem>> SqlStorage::lease_background(OutboxKind kind, int limit,
                                                             Seconds now, int lease_seconds) {
  if (limit <= 0) return Error{ErrorCode::kInvalid, "a lease must be of at least one item"};
  const auto due = any_due(kAnyInBackground, now);
  if (!due) return due.error();
  if (!*due) return std::vector<OutboxItem>();
  return write([&](Session& session) {
    take_lease_turn(session);
    return lease(session, kLeaseBackground, now + lease_seconds, word(kind), now, now, now, limit);
  });
}

Result<std::vector<int64_t>> SqlStorage::renew_outbox(const std::vector<OutboxItem>& items,
                                                      Seconds until) {
  return write([&](Session& session) -> Result<std::vector<int64_t>> {
    std::vector<int64_t> kept;
    for (const OutboxItem& item : items) {
      if (session.run(kRenew, until, item.id, item.tenant, item.lease) > 0) kept.push_back(item.id);
    }
    return kept;
  });
}

Result<Done> SqlStorage::finish_outbox(const OutboxItem& item, const std::vector<Change>& changes) {
  const Seconds now = clock_.now();
  return write([&](Session& session) -> Result<Done> {
    if (session.run(kFinish, item.id, item.tenant, item.revision, item.lease) == 0 &&
        session.run(kWaitAgain, now, item.id, item.tenant, item.revision, item.lease) == 0) {
      return gone();
    }
    return apply_changes(session, item.tenant, changes, now);
  });
}

Result<Done> SqlStorage::retry_outbox(const OutboxItem& item, Seconds at, std::string_view error) {
  return write([&](Session& session) -> Result<Done> {
    const auto held = session.run(kRetry, at, cut_error(error), item.id, item.tenant, item.lease);
    return held == 0 ? Result<Done>(gone()) : Done{};
  });
}

Result<Done> SqlStorage::put_off_outbox(const OutboxItem& item, Seconds at,
                                        std::string_view reason) {
  return write([&](Session& session) -> Result<Done> {
    const auto held = session.run(kPutOff, at, cut_error(reason), item.id, item.tenant, item.lease);
    return held == 0 ? Result<Done>(gone()) : Done{};
  });
}

Result<Done> SqlStorage::set_aside(const Sql& how, const OutboxItem& item, std::string_view error) {
  const Seconds now = clock_.now();
  return write([&](Session& session) -> Result<Done> {
    if (session.run(how, cut_error(error), item.id, item.tenant, item.revision, item.lease) == 0 &&
        session.run(kWaitAgain, now, item.id, item.tenant, item.revision, item.lease) == 0) {
      return gone();
    }
    return Done{};
  });
}

Result<Done> SqlStorage::bury_outbox(const OutboxItem& item, std::string_view error) {
  return set_aside(kBury, item, error);
}

Result<Done> SqlStorage::review_outbox(const OutboxItem& item, std::string_view error) {
  return set_aside(kReview, item, error);
}

// Of another revision nothing is begun: what is to be written now is read anew by its next holder.
Result<Done> SqlStorage::begin_outbox(const OutboxItem& item) {
  return write([&](Session& session) -> Result<Done> {
    const auto held = session.run(kBegin, item.id, item.tenant, item.revision, item.lease);
    return held == 0 ? Result<Done>(gone()) : Done{};
  });
}

Result<Storage::QueueDepth> SqlStorage::queue_depth(TenantId tenant) {
  return read([&](Session& session) -> Result<QueueDepth> {
    QueueDepth depth;
    Seconds oldest_inbox = 0;
    Seconds oldest_outbox = 0;
    session.one(kDepth,
                std::tie(depth.inbox_waiting, depth.inbox_dead, depth.outbox_waiting,
                         depth.outbox_dead, depth.outbox_review, oldest_inbox, oldest_outbox),
                tenant, tenant == kEveryTenant ? std::numeric_limits<int64_t>::max() : tenant,
                clock_.now());
    depth.oldest_waiting = oldest_inbox == 0    ? oldest_outbox
                           : oldest_outbox == 0 ? oldest_inbox
                                                : std::min(oldest_inbox, oldest_outbox);
    return depth;
  });
}

}  // namespace tsunagi::storage
