#include "server/jobs/breaker.h"

#include <algorithm>

namespace tsunagi {

bool Breaker::may_call(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = failing_.find(key);
  if (found == failing_.end() || found->second.failures < kBreakerFailures) return true;
  State& state = found->second;
  if (state.trying || clock_.steady() < state.try_at) return false;
  state.trying = true;
  return true;
}

Breaker::End Breaker::end_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnavailable:
      return End::kSilent;
    case ErrorCode::kBusy:
      return End::kNotAsked;
    default:
      return End::kAnswered;
  }
}

void Breaker::ended(const std::string& key, End end) {
  bool opened = false;
  bool closed = false;
  {
    const std::lock_guard lock(mutex_);
    if (end != End::kSilent) {
      const auto found = failing_.find(key);
      if (found == failing_.end()) return;
      found->second.trying = false;
      if (end == End::kNotAsked) return;  // the next one may try
      closed = found->second.failures >= kBreakerFailures;
      failing_.erase(found);
    } else {
      State& state = failing_[key];
      state.failures = std::min(state.failures + 1, kBreakerFailures + 1);
      opened = state.failures == kBreakerFailures;
      state.trying = false;
      state.try_at = clock_.steady() + std::chrono::seconds(kBreakerOpenSeconds);
    }
  }
  if (opened) {
    say(key, " does not answer: its work waits and one call in " +
                 std::to_string(kBreakerOpenSeconds) +
                 " s tries; the other platform's work goes on");
  }
  if (closed) say(key, " answers again: its work goes on");
}

std::optional<Seconds> Breaker::closed_for(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = failing_.find(key);
  if (found == failing_.end() || found->second.failures < kBreakerFailures) return std::nullopt;
  const auto left = found->second.try_at - clock_.steady();
  const Seconds seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
  if (seconds > 0) return seconds;
  if (found->second.trying) return 1;
  return std::nullopt;
}

Error Breaker::resting() const {
  return {ErrorCode::kUnavailable, platform_ + " failed lately: not asked for a while"};
}

int64_t Breaker::open() const {
  const std::lock_guard lock(mutex_);
  return std::count_if(failing_.begin(), failing_.end(),
                       [](const auto& entry) { return entry.second.failures >= kBreakerFailures; });
}

void Breaker::say(const std::string& key, std::string_view what) const {
  if (log_) log_("breaker: " + platform_ + std::string(what) + " (" + key + ")");
}

}  // namespace tsunagi
