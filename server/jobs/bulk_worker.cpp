#include "server/jobs/bulk_worker.h"

#include <algorithm>

namespace tsunagi {
BulkWorker::BulkWorker(const JobsPorts& ports)
    : ports_(ports),
      backfills_({.storage = ports.storage,
                  .shop = ports.shop,
                  .clock = ports.clock,
                  .random = ports.random}),
      writes_(ports),
      process_(ports.random.token(kProcessTokenBytes)) {}

// What is begun is ended first: so neither platform waits for the other, and of the one that is
// slower nothing is left unused.
int BulkWorker::run_once() {
  if (const int written = write_cards(); written > 0) return written;
  const int tagged = writes_.run_background_once(OutboxKind::kTagCustomer, kBulkBatch);
  if (tagged > 0) return tagged;
  if (const int read = read_pages(); read > 0) return read;
  const int counted = writes_.run_background_once(OutboxKind::kWriteOnHand, kOutboxBatch);
  if (counted > 0) return counted;
  return writes_.run_background_once(OutboxKind::kCreateMember, kBulkBatch);
}

int BulkWorker::write_cards() {
  if (!begin_cards()) return 0;
  int done = 0;
  for (;;) {
    const int written =
        writes_.run_background_once(OutboxKind::kWriteCard, static_cast<int>(kCardsAWrite));
    done += written;
    if (written < static_cast<int>(kCardsAWrite)) return done;
  }
}

bool BulkWorker::begin_cards() {
  const std::lock_guard lock(mutex_);
  const auto now = ports_.clock.steady();
  if (now < cards_at_) return false;
  cards_at_ = now + kBulkCardsEvery;
  return true;
}

int BulkWorker::read_pages() {
  const std::unique_lock reading(reading_, std::try_to_lock);
  if (!reading.owns_lock()) return 0;
  const auto running = ports_.storage.running_backfills();
  if (!running.ok()) {
    ports_.say("backfill: cannot look: " + running.error().message);
    return 0;
  }
  int read = 0;
  for (const TenantId id : *running) {
    auto& rests_until = rests_until_[id];
    if (ports_.clock.steady() < rests_until) continue;
    const auto tenant = ports_.storage.tenant(id);
    if (!tenant.ok() || !tenant->has_value() || !is_ours(**tenant)) continue;
    const auto stepped = backfills_.step(**tenant, *ports_.known);
    if (!stepped.ok()) {
      ports_.say("backfill: a page failed: " + stepped.error().message);
      rests_until = ports_.clock.steady() + kBackfillRest;
      continue;
    }
    read += *stepped ? 1 : 0;
  }
  std::erase_if(rests_until_, [&](const auto& entry) {
    return std::ranges::find(*running, entry.first) == running->end();
  });
  return read;
}

bool BulkWorker::is_ours(const Tenant& tenant) {
  if (!ports_.storage.shared()) return true;
  const Seconds now = ports_.clock.now();
  const Storage::Claim claim{.name = "backfill", .holder = process_};
  const auto claimed = ports_.storage.claim(tenant.id, claim, now, now + kBackfillClaimSeconds);
  if (!claimed.ok()) ports_.say("backfill: cannot claim: " + claimed.error().message);
  return claimed.ok() && *claimed;
}

}  // namespace tsunagi
