#include "server/domain/card/circuit.h"

#include "server/domain/card/card_service.h"

namespace tsunagi {

bool Circuit::open_locked() const { return failures_ >= kCircuitFailures; }

bool Circuit::may_start(TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (running_ >= kLookupsAtOnce) return false;
  if (open_locked()) {
    if (now < probe_at_) return false;
    probe_at_ = now + std::chrono::seconds(kCircuitOpenSeconds);
  }
  ++running_;
  return true;
}

void Circuit::ended(End end, TimePoint now) {
  const std::lock_guard lock(mutex_);
  --running_;
  switch (end) {
    case End::kSucceeded:
      failures_ = 0;
      return;
    case End::kNotRun:
      return;
    case End::kFailed:
      break;
  }
  if (failures_ < kCircuitFailures) ++failures_;
  if (open_locked()) probe_at_ = now + std::chrono::seconds(kCircuitOpenSeconds);
}

void Circuit::was_slow(TimePoint now) {
  const std::lock_guard lock(mutex_);
  slow_until_ = now + std::chrono::seconds(kCircuitOpenSeconds);
}

bool Circuit::worth_waiting(TimePoint now) {
  const std::lock_guard lock(mutex_);
  return now >= slow_until_;
}

bool Circuit::failing() {
  const std::lock_guard lock(mutex_);
  return open_locked();
}

}  // namespace tsunagi
