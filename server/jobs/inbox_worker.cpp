#include "server/jobs/inbox_worker.h"

#include <algorithm>
#include <map>
#include <string>

#include "server/domain/health/health.h"
#include "server/jobs/retry.h"

namespace tsunagi {

InboxWorker::InboxWorker(const JobsPorts& ports)
    : ports_(ports),
      events_({.storage = ports.storage,
               .pos = ports.pos,
               .shop = ports.shop,
               .clock = ports.clock,
               .cards = ports.cards,
               .stock = ports.stock,
               .directory = ports.directory,
               .log = ports.log,
               .known = ports.known,
               .orders = ports.orders}) {}

int InboxWorker::run_once() {
  const Seconds now = ports_.clock.now();
  const auto leased = ports_.storage.lease_inbox(kInboxBatch, now, kLeaseSeconds);
  if (!leased.ok()) {
    ports_.say("inbox: cannot lease: " + leased.error().message);
    return 0;
  }
  held_.hold(*leased, now + kLeaseSeconds);
  std::map<TenantId, std::vector<InboxItem>> by_tenant;
  for (const InboxItem& item : *leased) by_tenant[item.tenant].push_back(item);
  for (const auto& [tenant, items] : by_tenant) {
    handle(tenant, items);
    for (const InboxItem& item : items) held_.release(item);
  }
  return static_cast<int>(leased->size());
}

void InboxWorker::renew() {
  const auto renewed =
      held_.renew(ports_.clock.now(), [this](const std::vector<InboxItem>& items, Seconds until) {
        std::vector<int64_t> ids;
        ids.reserve(items.size());
        for (const InboxItem& item : items) ids.push_back(item.id);
        const auto done = ports_.storage.renew_inbox(ids, until);
        return done.ok() ? Result(std::move(ids)) : Result<std::vector<int64_t>>(done.error());
      });
  if (!renewed.ok()) ports_.say("inbox: cannot renew leases: " + renewed.error().message);
}

void InboxWorker::handle(TenantId tenant_id, const std::vector<InboxItem>& items) {
  const auto read = ports_.storage.tenant(tenant_id);
  if (!read.ok()) {
    for (const InboxItem& item : items) put_off(item, read.error().message, false);
    return;
  }
  const std::optional<Tenant>& tenant = *read;
  if (!tenant) {  // erased meanwhile: there is nothing left that an event could change
    std::vector<int64_t> ids;
    ids.reserve(items.size());
    for (const InboxItem& item : items) ids.push_back(item.id);
    // Their rows went with the shop, as a rule; then this finds nothing to close.
    (void)ports_.storage.finish_inbox(tenant_id, ids, {});
    return;
  }
  EventBatch batch = events_.handle(*tenant, items);
  note_arrivals(items, batch);
  settle(*tenant, items, batch);
}

// When the newest event of each platform came in: that they come at all is part of the shop's
// health.
void InboxWorker::note_arrivals(const std::vector<InboxItem>& items, EventBatch& batch) {
  std::map<System, Seconds> newest;
  for (const InboxItem& item : items) {
    const bool done = std::find(batch.done.begin(), batch.done.end(), item.id) != batch.done.end();
    Seconds& at = newest[item.event.system];
    if (done) at = std::max(at, item.event.received_at);
  }
  for (const auto& [system, at] : newest) {
    if (at > 0) batch.changes.emplace_back(change::SetCursor{notice_cursor(system), at});
  }
}

void InboxWorker::settle(const Tenant& tenant, const std::vector<InboxItem>& items,
                         const EventBatch& batch) {
  for (const EventBatch::Failure& failure : batch.failures) {
    put_off(failure.item, failure.reason, failure.refused);
  }
  if (batch.done.empty() && batch.changes.empty()) return;
  const auto finished = ports_.storage.finish_inbox(tenant.id, batch.done, batch.changes);
  if (finished.ok()) return events_.settled(tenant.id, batch);
  for (const InboxItem& item : items) {
    const bool was_done =
        std::find(batch.done.begin(), batch.done.end(), item.id) != batch.done.end();
    if (was_done) settle_alone(tenant, item, finished.error(), batch);
  }
  events_.settled(tenant.id, batch);
}

// The batch was refused as a whole. When one of its events was done by somebody else meanwhile (our
// lease had ended), the others are closed one by one; the changes say what is true at Smaregi and
// may be written again with each.
void InboxWorker::settle_alone(const Tenant& tenant, const InboxItem& item, const Error& error,
                               const EventBatch& batch) {
  if (error.code != ErrorCode::kConflict) return put_off(item, error.message, false);
  const auto finished = ports_.storage.finish_inbox(tenant.id, {item.id}, batch.changes);
  if (finished.ok() || finished.error().code == ErrorCode::kConflict) return;
  put_off(item, finished.error().message, false);
}

void InboxWorker::put_off(const InboxItem& item, std::string_view reason, bool refused) {
  ports_.say("inbox: " + item.event.type + " failed: " + std::string(reason));
  // An erasure that somebody asked for is tried until it is done; and what drops the card of a
  // merged customer does not give up either, so the merge has to come first.
  const std::string& type = item.event.type;
  const bool must_happen =
      type == "customers/redact" || type == "shop/redact" || type == "customers/merge";
  // A 400 may be of the moment all the same: what a contract takes changes, and so do its answers.
  const int tried = item.attempts + 1;
  const bool give_up =
      refused ? tried >= kMaxRefusedAttempts : !must_happen && tried >= kMaxAttempts;
  const auto stored =
      give_up
          ? ports_.storage.bury_inbox(item.id, reason)
          : ports_.storage.retry_inbox(
                item.id, ports_.clock.now() + delay_after(item.attempts, ports_.random), reason);
  // Not stored: the lease ends by itself.
  if (!stored.ok()) ports_.say("inbox: cannot put an event off: " + stored.error().message);
}

}  // namespace tsunagi
