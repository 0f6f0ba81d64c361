#include "server/shopify/points.h"

#include <algorithm>

#include "server/shopify/access.h"

namespace tsunagi::shopify {
namespace {
using Steady = std::chrono::steady_clock;
}  // namespace

double PointBucket::estimate(TimePoint now) const {
  const double passed = std::chrono::duration<double>(now - last_at_).count();
  return std::min(last_.maximum, last_.available + passed * last_.restored_per_second);
}

double PointBucket::own(TimePoint now) const {
  if (!slice_.shared()) return last_.maximum;
  const double passed = std::chrono::duration<double>(now - own_at_).count();
  return std::min(last_.maximum * part_, own_ + passed * last_.restored_per_second * part_);
}

void PointBucket::share(std::unique_lock<std::mutex>& lock, TimePoint now) {
  if (!slice_.shared()) return;
  constexpr double kSeconds = kSliceRenewSeconds;
  const double drips = std::max(1.0, last_.restored_per_second * kSeconds);
  const auto wanted = static_cast<int64_t>(2 * taken_ / drips * static_cast<double>(kWholeBudget));
  lock.unlock();
  const double part = slice_.now(now, wanted);
  lock.lock();
  if (now - counted_from_ >= std::chrono::seconds(kSliceRenewSeconds)) {
    taken_ = 0;
    counted_from_ = now;
  }
  if (part == part_) return;
  own_ = own(now);
  own_at_ = now;
  part_ = part;
}

Result<double> PointBucket::take(std::string_view operation, TimePoint deadline,
                                 bool in_background) {
  std::unique_lock lock(mutex_);
  const auto known = needs_.find(operation);
  const double need = known == needs_.end() ? kUnknownCost : known->second;
  if (!in_background) return take_turn(lock, need, deadline, std::nullopt);
  const uint64_t ticket = next_ticket_++;
  queue_.insert(ticket);
  auto taken = take_turn(lock, need, deadline, ticket);
  queue_.erase(ticket);
  clock_.wake(changed_);
  return taken;
}

Result<double> PointBucket::take_turn(std::unique_lock<std::mutex>& lock, double need,
                                      TimePoint deadline, std::optional<uint64_t> ticket) {
  for (;;) {
    if (last_.restored_per_second <= 0) return 0.0;
    const TimePoint now = clock_.steady();
    share(lock, now);
    const bool first = !ticket || *queue_.begin() == *ticket;
    const double left_free = ticket ? last_.maximum * kLeftFree : 0;
    const double have = std::min(estimate(now) - left_free, own(now));
    // An operation dearer than the whole bucket goes when the bucket is full: Shopify then says
    // what is wrong.
    const double enough = std::min(need, (last_.maximum - left_free) * std::max(part_, 0.0));
    if (first && part_ > 0 && have >= enough) {
      last_.available = std::max(0.0, estimate(now) - need);
      last_at_ = now;
      own_ = std::max(0.0, own(now) - need);
      own_at_ = now;
      taken_ += need;
      under_way_ += need;
      return need;
    }
    const double drips = last_.restored_per_second * std::max(part_, 0.01);
    const auto wait = std::chrono::duration_cast<Steady::duration>(
        std::chrono::duration<double>(std::max(0.0, enough - have) / drips));
    if (now + wait > deadline || now >= deadline) {
      return Error{ErrorCode::kBusy, "Shopify: no query points before the deadline"};
    }
    clock_.wait(lock, changed_,
                first
                    ? std::clamp<Steady::duration>(wait, std::chrono::milliseconds(1), kLongestNap)
                    : kLongestNap);
  }
}

void PointBucket::over(double taken) {
  const std::scoped_lock lock(mutex_);
  under_way_ = std::max(0.0, under_way_ - taken);
}

void PointBucket::learn(std::string_view operation, const Cost& cost, bool throttled) {
  const std::scoped_lock lock(mutex_);
  if (cost.requested > 0) needs_.insert_or_assign(std::string(operation), cost.requested);
  if (cost.restored_per_second <= 0) return;
  const TimePoint now = clock_.steady();
  // The first reply: of what is there this process has its part.
  if (last_.restored_per_second <= 0) {
    own_ = cost.available * part_;
    own_at_ = now;
  }
  // A refusal means that the points were not there, whatever the figures say.
  last_ = cost;
  last_.available = std::max(0.0, cost.available - under_way_);
  if (throttled) last_.available = std::min(last_.available, std::max(0.0, cost.requested - 1));
  last_at_ = now;
  clock_.wake(changed_);
}

double PointBucket::available() const {
  const std::scoped_lock lock(mutex_);
  return estimate(clock_.steady());
}

}  // namespace tsunagi::shopify
