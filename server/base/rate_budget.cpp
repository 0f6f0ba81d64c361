#include "server/base/rate_budget.h"

#include <algorithm>
#include <cmath>

namespace tsunagi {
namespace {

using Steady = std::chrono::steady_clock;

// A second, and a little for calls that overtake each other on the way.
constexpr std::chrono::milliseconds kWindow{1'050};
constexpr double kBelowRefused = 0.9;
constexpr std::chrono::milliseconds kLongestNap{250};  // the clock may be a test's: look again

Steady::duration scaled(double factor) {
  return std::chrono::duration_cast<Steady::duration>(
      std::chrono::duration<double, std::milli>(static_cast<double>(kWindow.count()) * factor));
}

// Of each second's calls.
double share(Priority priority) {
  switch (priority) {
    case Priority::kShopper:
      return 1;
    case Priority::kEvent:
      return 0.8;
    case Priority::kSweep:
      return 0.6;
  }
  return 1;
}

}  // namespace

RateBudget::RateBudget(RateLimits limits, Clock& clock)
    : limits_(limits), clock_(clock), rate_(limits.start), crept_at_(clock.steady()) {}

// Of the last n calls, n = the rate's whole part, the oldest must be a window ago; of fewer for
// background work. Below one call a second the window grows instead.
RateBudget::TimePoint RateBudget::free_at(TimePoint now, Priority priority) const {
  const double calls = std::max(1.0, std::floor(rate_));
  const Steady::duration window = scaled(calls / std::max(rate_, limits_.floor));
  const auto n = static_cast<size_t>(std::max(1.0, std::floor(calls * share(priority))));
  TimePoint at = std::max(now, held_until_);
  if (starts_.size() >= n) at = std::max(at, starts_[starts_.size() - n] + window);
  return at;
}

void RateBudget::creep(TimePoint now) {
  if (now - crept_at_ < limits_.creep_after) return;
  crept_at_ = now;
  if (refused_rate_ > 0 && now - refused_at_ >= limits_.remember_refusal) refused_rate_ = 0;
  double top = limits_.ceiling;
  if (refused_rate_ > 0) top = std::min(top, refused_rate_ * kBelowRefused);
  rate_ = std::max(rate_, std::min(rate_ + limits_.creep, std::max(top, limits_.floor)));
}

Result<Done> RateBudget::acquire(Priority priority, TimePoint deadline) {
  std::unique_lock lock(mutex_);
  if (queue_.size() >= limits_.max_waiting) {
    return Error{ErrorCode::kUnavailable, "rate budget: too many callers wait"};
  }
  const Ticket ticket{priority, next_ticket_++};
  queue_.insert(ticket);
  const auto leave = [&] {
    queue_.erase(ticket);
    changed_.notify_all();
  };
  for (;;) {
    const TimePoint now = clock_.steady();
    creep(now);
    const TimePoint free = free_at(now, priority);
    const bool first = *queue_.begin() == ticket;
    if (first && free <= now) {
      starts_.push_back(now);
      while (static_cast<double>(starts_.size()) > limits_.ceiling + 1) starts_.pop_front();
      leave();
      return Done{};
    }
    if (now >= deadline || (first && free > deadline)) {
      leave();
      return Error{ErrorCode::kUnavailable, "rate budget: no turn before the deadline"};
    }
    const TimePoint until = std::min(deadline, first ? free : deadline);
    changed_.wait_for(lock, std::min<Steady::duration>(until - now, kLongestNap));
  }
}

void RateBudget::refused(std::chrono::milliseconds retry_after) {
  const std::scoped_lock lock(mutex_);
  const TimePoint now = clock_.steady();
  // Calls that were under way together are refused together: that counts once.
  if (refused_rate_ == 0 || now - refused_at_ >= kWindow) {
    refused_rate_ = rate_;
    rate_ = std::max(limits_.floor, rate_ / 2);
  }
  refused_at_ = now;
  crept_at_ = now;
  held_until_ = std::max(held_until_, now + std::min(retry_after, limits_.max_hold));
  changed_.notify_all();
}

double RateBudget::rate() const {
  const std::scoped_lock lock(mutex_);
  return rate_;
}

size_t RateBudget::waiting() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

}  // namespace tsunagi
