#pragma once
// What is read from the platforms when, for every tenant. One tenant's readings run one at a time,
// so that a slow contract holds up nobody else's; of several servers one reads for a tenant, and
// another takes over when it ends.

#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>

#include "server/domain/sync/id_sweep.h"
#include "server/domain/sync/sync_service.h"
#include "server/jobs/jobs.h"

namespace tsunagi {

enum class Reading : uint8_t {
  kBook,
  kStock,
  kTransactions,
  kCatalogue,
  kMembers,
  kCustomers,
  kLook,
  kSweep,
  kIds,
  kPickups,
  kInventory,
  kOrders,
  kRestocks
};
inline constexpr Reading kReadings[] = {
    Reading::kBook,    Reading::kStock,     Reading::kTransactions, Reading::kCatalogue,
    Reading::kMembers, Reading::kCustomers, Reading::kLook,         Reading::kSweep,
    Reading::kIds,     Reading::kPickups,   Reading::kInventory,    Reading::kOrders,
    Reading::kRestocks};
inline constexpr size_t kReadingCount = std::size(kReadings);
std::string_view reading_name(Reading reading);
// Seconds from one reading to the next.
Seconds period_of(Reading reading);

// A server that ended leaves a tenant unread for so long.
inline constexpr Seconds kReaderClaimSeconds = 30;
inline constexpr Seconds kReaderLookSeconds = 10;         // how soon others see that
inline constexpr Seconds kTenantsReadSeconds = 1;         // how soon a new tenant is seen
inline constexpr Seconds kLongestPollDelaySeconds = 120;  // between readings that fail
// Longer than any platform sends an event again (Shopify: two days).
inline constexpr Seconds kDoneKeptSeconds = 7 * 86'400;
inline constexpr Seconds kDeadBodyKeptSeconds = 30 * 86'400;  // for a person to look into
inline constexpr Seconds kPapersKeptSeconds = 30 * 86'400;    // data requests, leavings told
inline constexpr Seconds kPurgeSeconds = 60;
inline constexpr int kPurgeRows = 1'000;  // at once: the writer is not held up

class Schedule {
 public:
  explicit Schedule(const JobsPorts& ports);

  // Runs everything that is due, one after the other; how many readings ran.
  int run_due();
  // Runs one reading that is due, false when none is. Threads share the work by calling this.
  bool run_one();
  // Everything of the tenant, the whole book included, is due now.
  void all_soon(TenantId tenant);

 private:
  struct Plan {
    Tenant tenant;
    std::array<Seconds, kReadingCount> due_at{};
    std::array<int, kReadingCount> failures{};
    bool book_wanted = false;  // asked for by a person
    bool busy = false;
    Seconds ours_until = 0;    // when several servers share the work
    Seconds others_until = 0;  // another server reads: not looked at before
  };
  struct Turn {
    Tenant tenant;
    Reading reading = Reading::kBook;
    bool book_wanted = false;
  };
  void read_tenants();
  void purge();
  std::optional<Turn> take();
  // Whether this server reads for the tenant; claims it when it is time.
  bool is_ours(const Turn& turn);
  Result<bool> run(const Turn& turn);  // true: there is more to do at once
  void give_back(const Turn& turn, const Result<bool>& outcome);

  JobsPorts ports_;
  SyncService sync_;
  IdSweep ids_;
  const std::string process_;
  std::mutex mutex_;
  std::map<TenantId, Plan> plans_;  // guarded by mutex_, as is tenants_due_at_
  Seconds tenants_due_at_ = 0;
  Seconds purge_due_at_ = 0;  // guarded by mutex_
};

}  // namespace tsunagi
