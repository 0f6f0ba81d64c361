#include "server/base/rate_budget.h"

#include <algorithm>
#include <cmath>

namespace tsunagi {
namespace {

using Steady = std::chrono::steady_clock;

// A second, and a little for calls that overtake each other on the way.
constexpr std::chrono::milliseconds kWindow{1'050};
// Of calls that start one after the other at equal distances fewer overtake each other.
constexpr std::chrono::milliseconds kEvenWindow{1'030};
constexpr double kBelowRefused = 0.9;
constexpr std::chrono::milliseconds kLongestNap{250};  // the clock may be a test's: look again

Steady::duration scaled(std::chrono::milliseconds window, double factor) {
  return std::chrono::duration_cast<Steady::duration>(
      std::chrono::duration<double, std::milli>(static_cast<double>(window.count()) * factor));
}

size_t share_of(double calls, double share) {
  return static_cast<size_t>(std::max(1.0, std::floor(calls * share)));
}

// When one call more may start, of which at most `most` start in a window.
Steady::time_point after(const std::deque<Steady::time_point>& starts, size_t most,
                         Steady::duration window, Steady::time_point at) {
  return starts.size() < most ? at : std::max(at, starts[starts.size() - most] + window);
}

}  // namespace

RateBudget::RateBudget(RateLimits limits, Clock& clock, BudgetPart::Lease lease)
    : limits_(limits),
      clock_(clock),
      slice_(std::move(lease)),
      rate_(limits.start),
      crept_at_(clock.steady()) {}

// Of each second's calls, those of this priority and above it.
double RateBudget::share(Priority priority) const {
  constexpr double kEvents = 0.8;
  switch (priority) {
    case Priority::kShopper:
      return 1;
    case Priority::kEvent:
      return kEvents;
    case Priority::kSweep:
      return limits_.sweeps;
  }
  return 1;
}

// Of the last n calls, n = the rate's whole part, the oldest must be a window ago; of fewer for
// background work. Below one call a second the window grows instead.
RateBudget::TimePoint RateBudget::free_at(TimePoint now, Priority priority) const {
  if (part_ <= 0) return now + kLongestNap;  // the slice ended: look again
  const double rate = std::max(rate_, limits_.floor) * part_;
  const double calls = std::max(1.0, std::floor(rate));
  const TimePoint start = std::max(now, held_until_);
  // One after the other, so that who is in a hurry waits for one of them at most.
  if (priority == Priority::kSweep && limits_.sweeps >= 1) {
    const Steady::duration even = scaled(kEvenWindow, calls / rate);
    const TimePoint at = after(starts_, static_cast<size_t>(calls), even, start);
    if (starts_.empty()) return at;
    return std::max(at, starts_.back() + scaled(kEvenWindow, 1 / rate));
  }
  const Steady::duration window = scaled(kWindow, calls / rate);
  const TimePoint at = after(starts_, share_of(calls, share(priority)), window, start);
  if (priority != Priority::kEvent) return at;
  return after(event_starts_, share_of(calls, limits_.events), window, at);
}

bool RateBudget::is_next(const Ticket& ticket, TimePoint now) const {
  for (const Priority priority : {Priority::kShopper, Priority::kEvent, Priority::kSweep}) {
    const auto first = queue_.lower_bound(Ticket{priority, 0});
    if (priority == ticket.first) return *first == ticket;
    const bool waits = first != queue_.end() && first->first == priority;
    if (waits && free_at(now, priority) <= now) return false;
  }
  return false;
}

// What was used lately and who waits, with as much again for what comes.
int64_t RateBudget::wanted(TimePoint now) const {
  const auto lately = std::count_if(starts_.begin(), starts_.end(),
                                    [now](TimePoint start) { return now - start < kWindow; });
  const double calls = 2.0 * static_cast<double>(lately) + static_cast<double>(queue_.size());
  return static_cast<int64_t>(calls / rate_ * static_cast<double>(kWholeBudget));
}

void RateBudget::take_slice(std::unique_lock<std::mutex>& lock, TimePoint now) {
  if (!slice_.shared()) return;
  const int64_t asked = wanted(now);
  lock.unlock();
  const double part = slice_.now(now, asked);
  const int64_t slow_to = slice_.slow_to();
  lock.lock();
  part_ = part;
  if (slow_to <= 0) return;
  const double slow = static_cast<double>(slow_to) / static_cast<double>(kWholeBudget);
  if (slow >= rate_) return;
  refused_rate_ = slow * 2;
  refused_at_ = now;
  rate_ = std::max(limits_.floor, slow);
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
    return Error{ErrorCode::kBusy, "rate budget: too many callers wait"};
  }
  const Ticket ticket{priority, next_ticket_++};
  queue_.insert(ticket);
  const auto leave = [&] {
    queue_.erase(ticket);
    clock_.wake(changed_);
  };
  for (;;) {
    const TimePoint now = clock_.steady();
    take_slice(lock, now);
    creep(now);
    const TimePoint free = free_at(now, priority);
    const bool first = is_next(ticket, now);
    if (first && free <= now) {
      for (auto* starts : {&starts_, priority == Priority::kEvent ? &event_starts_ : nullptr}) {
        if (starts == nullptr) continue;
        starts->push_back(now);
        while (static_cast<double>(starts->size()) > limits_.ceiling + 1) starts->pop_front();
      }
      leave();
      return Done{};
    }
    if (now >= deadline || (first && part_ > 0 && free > deadline)) {
      leave();
      return Error{ErrorCode::kBusy, "rate budget: no turn before the deadline"};
    }
    const TimePoint until = std::min(deadline, first ? free : deadline);
    clock_.wait(lock, changed_, std::min<Steady::duration>(until - now, kLongestNap));
  }
}

void RateBudget::refused(std::chrono::milliseconds retry_after) {
  const std::scoped_lock lock(mutex_);
  const TimePoint now = clock_.steady();
  // Calls that were under way together are refused together: that counts once.
  if (refused_rate_ == 0 || now - refused_at_ >= kWindow) {
    refused_rate_ = rate_;
    rate_ = std::max(limits_.floor, rate_ / 2);
    slice_.refused(static_cast<int64_t>(rate_ * static_cast<double>(kWholeBudget)));
  }
  refused_at_ = now;
  crept_at_ = now;
  held_until_ = std::max(held_until_, now + std::min(retry_after, limits_.max_hold));
  clock_.wake(changed_);
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
