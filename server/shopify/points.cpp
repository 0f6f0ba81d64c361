#include "server/shopify/points.h"

#include <algorithm>

namespace tsunagi::shopify {
namespace {
constexpr std::chrono::milliseconds kLongestNap{250};  // the clock may be a test's: look again
using Steady = std::chrono::steady_clock;
}  // namespace

double PointBucket::estimate(TimePoint now) const {
  const double passed = std::chrono::duration<double>(now - last_at_).count();
  return std::min(last_.maximum, last_.available + passed * last_.restored_per_second);
}

Result<Done> PointBucket::take(std::string_view operation, TimePoint deadline) {
  std::unique_lock lock(mutex_);
  const auto known = needs_.find(operation);
  const double need = known == needs_.end() ? kUnknownCost : known->second;
  for (;;) {
    if (last_.restored_per_second <= 0) return Done{};
    const TimePoint now = clock_.steady();
    const double have = estimate(now);
    // An operation dearer than the whole bucket goes when the bucket is full: Shopify then says
    // what is wrong.
    if (have >= std::min(need, last_.maximum)) {
      last_.available = std::max(0.0, have - need);
      last_at_ = now;
      return Done{};
    }
    const auto wait = std::chrono::duration_cast<Steady::duration>(
        std::chrono::duration<double>((need - have) / last_.restored_per_second));
    if (now + wait > deadline) {
      return Error{ErrorCode::kUnavailable, "Shopify: no query points before the deadline"};
    }
    changed_.wait_for(
        lock, std::clamp<Steady::duration>(wait, std::chrono::milliseconds(1), kLongestNap));
  }
}

void PointBucket::learn(std::string_view operation, const Cost& cost, bool throttled) {
  const std::scoped_lock lock(mutex_);
  if (cost.requested > 0) needs_.insert_or_assign(std::string(operation), cost.requested);
  if (cost.restored_per_second <= 0) return;
  const TimePoint now = clock_.steady();
  // A refusal means that the points were not there, whatever the figures say.
  last_ = cost;
  if (throttled) last_.available = std::min(last_.available, std::max(0.0, cost.requested - 1));
  last_at_ = now;
  changed_.notify_all();
}

double PointBucket::available() const {
  const std::scoped_lock lock(mutex_);
  return estimate(clock_.steady());
}

}  // namespace tsunagi::shopify
