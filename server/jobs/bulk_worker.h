#pragma once
// Backfills: reads the next customers when there is room for them, and does the writes that are in
// the background, a few at once, so that its threads share them. What a platform lets it do is
// decided by the clients it is given.

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "server/domain/sync/backfill.h"
#include "server/jobs/jobs.h"
#include "server/jobs/outbox_worker.h"

namespace tsunagi {

inline constexpr int kBulkBatch = 2;
// Cards wait for each other this long: 25 cost a shop as much as one.
inline constexpr std::chrono::seconds kBulkCardsEvery{4};
inline constexpr Seconds kBackfillClaimSeconds = 60;  // a page is read within
// A shop whose page could not be read is not asked again before.
inline constexpr std::chrono::seconds kBackfillRest{5};

class BulkWorker {
 public:
  explicit BulkWorker(const JobsPorts& ports);
  int run_once();  // what was done; 0 when there is nothing to do
  void renew() { writes_.renew(); }

 private:
  int read_pages();
  bool is_ours(const Tenant& tenant);
  int write_cards();
  bool begin_cards();

  JobsPorts ports_;
  BackfillService backfills_;
  OutboxWorker writes_;
  const std::string process_;
  std::mutex reading_;  // one thread reads
  std::mutex mutex_;
  std::chrono::steady_clock::time_point cards_at_{};                       // guarded by mutex_
  std::map<TenantId, std::chrono::steady_clock::time_point> rests_until_;  // guarded by reading_
};

}  // namespace tsunagi
