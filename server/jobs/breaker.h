#pragma once
// Whether a platform is worth asking for one shop just now. After kBreakerFailures calls in a row
// without an answer the breaker opens: for kBreakerOpenSeconds nobody asks, then one call tries; an
// answer of any kind closes it. So a platform that is down costs one time-out now and then instead
// of one an item, and the workers are free for the other platform. Safe from any thread.

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr int kBreakerFailures = 5;
inline constexpr Seconds kBreakerOpenSeconds = 15;

class Breaker {
 public:
  // platform: "Smaregi" or "Shopify", as the sentences have it.
  Breaker(std::string platform, Clock& clock, std::function<void(std::string_view)> log)
      : platform_(std::move(platform)), clock_(clock), log_(std::move(log)) {}

  // Runs call() → Result<T> unless the breaker of `key` (a contract or a shop) is open, which is
  // kUnavailable.
  template <class Call>
  auto run(const std::string& key, Call call) -> decltype(call()) {
    if (!may_call(key)) return resting();
    auto answer = call();
    ended(key, answer.ok() ? End::kAnswered : end_of(answer.error()));
    return answer;
  }

  // How long nobody asks yet; nothing: a call may be made, or may try.
  [[nodiscard]] std::optional<Seconds> closed_for(const std::string& key) const;
  [[nodiscard]] Error resting() const;
  [[nodiscard]] int64_t open() const;  // how many keys are not asked, or are being tried

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  struct State {
    int failures = 0;  // one after the other
    bool trying = false;
    TimePoint try_at{};
  };
  enum class End : uint8_t { kAnswered, kSilent, kNotAsked };
  static End end_of(const Error& error);
  bool may_call(const std::string& key);
  void ended(const std::string& key, End end);
  void say(const std::string& key, std::string_view what) const;

  const std::string platform_;
  Clock& clock_;
  const std::function<void(std::string_view)> log_;
  mutable std::mutex mutex_;
  std::map<std::string, State> failing_;  // guarded by mutex_; an answer erases
};

}  // namespace tsunagi
