#pragma once
// What a platform lets us ask in a second, shared by all callers of one contract. At most `rate`
// calls start in any second. Callers queue: who has a shopper waiting goes first, then in the order
// of arrival; work in the background leaves a part of every second free, so that a shopper does not
// wait for it, and re-reads for events, of which anybody can send a flood, take at most half. A 429
// halves the rate and holds everybody for as long as the platform asks; the rate creeps back while
// nothing is refused, but stays below the rate that was refused for a while. Safe from any thread.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <set>
#include <utility>

#include "server/base/budget_part.h"
#include "server/domain/ports.h"

namespace tsunagi {

enum class Priority : uint8_t {
  kShopper,
  kEvent,
  kSweep
};  // somebody waits; a webhook's re-read; background reading

struct RateLimits {
  double start = 10;    // calls a second
  double floor = 0.5;   // never slower
  double ceiling = 50;  // never faster
  double creep = 1;     // added after creep_after without a refusal
  std::chrono::milliseconds creep_after{10'000};
  std::chrono::milliseconds remember_refusal{600'000};  // stay below the refused rate for so long
  std::chrono::milliseconds max_hold{60'000};           // longest Retry-After that is honoured
  size_t max_waiting = 1'000;
  double events = 0.5;  // of each second's calls, what events may have of them
  // The same of work in the background. 1: all that nobody else takes, at equal distances.
  double sweeps = 0.6;
};

class RateBudget {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // lease: when other processes spend of the same budget; then `rate` is what all of them may.
  RateBudget(RateLimits limits, Clock& clock, BudgetPart::Lease lease = {});

  // Waits for a turn. kBusy when none comes before the deadline, or too many wait.
  Result<Done> acquire(Priority priority, TimePoint deadline);
  // The platform refused (429). retry_after: what it asks for, 0 when it says nothing.
  void refused(std::chrono::milliseconds retry_after);

  [[nodiscard]] double rate() const;  // calls a second, now, of all processes
  [[nodiscard]] size_t waiting() const;

 private:
  using Ticket = std::pair<Priority, uint64_t>;  // ordered: priority, then arrival

  [[nodiscard]] double share(Priority priority) const;
  // When the next call of that priority may start.
  [[nodiscard]] TimePoint free_at(TimePoint now, Priority priority) const;
  // Whether nobody who could go now goes before it.
  [[nodiscard]] bool is_next(const Ticket& ticket, TimePoint now) const;
  [[nodiscard]] int64_t wanted(TimePoint now) const;
  // Asks for a slice when it is time, without the lock.
  void take_slice(std::unique_lock<std::mutex>& lock, TimePoint now);
  void creep(TimePoint now);

  const RateLimits limits_;
  Clock& clock_;
  BudgetPart slice_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  double rate_;
  double refused_rate_ = 0;  // 0: none remembered
  TimePoint refused_at_{};
  TimePoint crept_at_;
  TimePoint held_until_{};
  std::deque<TimePoint> starts_;        // of the last `ceiling` calls
  std::deque<TimePoint> event_starts_;  // of those, the re-reads of events
  double part_ = 1;                     // of the rate, this process's
  std::set<Ticket> queue_;
  uint64_t next_ticket_ = 0;
};

}  // namespace tsunagi
