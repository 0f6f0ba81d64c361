#pragma once
// A shop's leaky bucket of query points, as its replies report it. Callers wait until what they
// need has dripped back; of a bucket that several processes share, each waits for its part. Safe
// from any thread.

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "server/base/budget_part.h"
#include "server/domain/ports.h"
#include "server/shopify/reply.h"

namespace tsunagi::shopify {

// Of the bucket, what work in the background leaves to whom somebody waits for.
inline constexpr double kLeftFree = 0.25;
inline constexpr double kUnknownCost =
    12;  // a mutation is 10, an object 1: what to keep free before the first reply

class PointBucket {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // lease: when other processes spend of the same bucket.
  explicit PointBucket(Clock& clock, BudgetPart::Lease lease = {})
      : clock_(clock), slice_(std::move(lease)) {}

  // Waits for the points that `operation` needed last time, takes them and answers how many.
  // kBusy: not before the deadline. in_background: kLeftFree of the bucket is left alone,
  // and who came first goes first.
  Result<double> take(std::string_view operation, TimePoint deadline, bool in_background = false);
  // The call that these were taken for is over, whatever came of it. Before learn().
  void over(double taken);
  // What a reply said; throttled: the request was refused for want of points. The calls that are
  // still under way may not be counted in it.
  void learn(std::string_view operation, const Cost& cost, bool throttled);

  [[nodiscard]] double available() const;  // as estimated now; 0 before the first reply

 private:
  double estimate(TimePoint now) const;
  // What this process may take of it.
  double own(TimePoint now) const;
  void share(std::unique_lock<std::mutex>& lock, TimePoint now);
  Result<double> take_turn(std::unique_lock<std::mutex>& lock, double need, TimePoint deadline,
                           std::optional<uint64_t> ticket);

  Clock& clock_;
  BudgetPart slice_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  Cost last_;  // restored_per_second 0: nothing known
  TimePoint last_at_{};
  double part_ = 1;
  double own_ = 0;  // when shared: what this process's part has dripped back, at own_at_
  TimePoint own_at_{};
  double taken_ = 0;  // since counted_from_: what a slice is asked for by
  TimePoint counted_from_{};
  double under_way_ = 0;      // taken for calls that are not over
  std::set<uint64_t> queue_;  // of work in the background
  uint64_t next_ticket_ = 0;
  std::map<std::string, double, std::less<>> needs_;  // by operation: a handful
};

}  // namespace tsunagi::shopify
