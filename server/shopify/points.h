#pragma once
// A shop's leaky bucket of query points, as its replies report it. Callers wait until what they
// need has dripped back. Safe from any thread.

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "server/domain/ports.h"
#include "server/shopify/reply.h"

namespace tsunagi::shopify {

inline constexpr double kUnknownCost =
    12;  // a mutation is 10, an object 1: what to keep free before the first reply

class PointBucket {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit PointBucket(Clock& clock) : clock_(clock) {}

  // Waits for the points that `operation` needed last time and takes them. kUnavailable: not before
  // the deadline.
  Result<Done> take(std::string_view operation, TimePoint deadline);
  // What a reply said; throttled: the request was refused for want of points.
  void learn(std::string_view operation, const Cost& cost, bool throttled);

  [[nodiscard]] double available() const;  // as estimated now; 0 before the first reply

 private:
  double estimate(TimePoint now) const;

  Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  Cost last_;  // restored_per_second 0: nothing known
  TimePoint last_at_{};
  std::map<std::string, double, std::less<>> needs_;  // by operation: a handful
};

}  // namespace tsunagi::shopify
