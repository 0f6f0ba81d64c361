#pragma once
// Remembers of one tenant's Smaregi contract whether asking is worth it just now. Safe from any
// thread.

#include <chrono>
#include <cstdint>
#include <mutex>

namespace tsunagi {

class Circuit {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // May a lookup start? While open, one a kCircuitOpenSeconds may, to see whether Smaregi is back.
  // Each true must be followed by one ended().
  bool may_start(TimePoint now);
  enum class End : uint8_t { kSucceeded, kFailed, kNotRun };
  void ended(End end, TimePoint now);

  // Somebody waited in vain: for a while nobody else does.
  void was_slow(TimePoint now);
  bool worth_waiting(TimePoint now);
  bool failing();

 private:
  [[nodiscard]] bool open_locked() const;

  std::mutex mutex_;
  int failures_ = 0;  // one after the other
  int running_ = 0;
  TimePoint probe_at_{};
  TimePoint slow_until_{};
};

}  // namespace tsunagi
