#pragma once
// Which part of a platform's budget this process may spend, when several processes share it. The
// part is leased from the database in slices of kSliceSeconds and renewed by whoever asks, at most
// once in kSliceRenewSeconds: a call costs no write. Safe from any thread; no lock is held while
// the database is asked.

#include <chrono>
#include <functional>
#include <mutex>

#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr Seconds kSliceRenewSeconds = 2;

class BudgetPart {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  // Asks for a slice: how much this process would use, and the rate that a refusal left (0: none).
  using Lease = std::function<Result<BudgetSlice>(int64_t wanted, int64_t slow_to)>;

  BudgetPart() = default;  // alone: the whole budget
  explicit BudgetPart(Lease lease) : lease_(std::move(lease)) {}

  [[nodiscard]] bool shared() const { return static_cast<bool>(lease_); }
  // Of the budget, 0 to 1; renews the slice when it is time.
  double now(TimePoint now, int64_t wanted);
  // A refusal of the platform concerns all processes: they hear of it with their next slice.
  void refused(int64_t slow_to);
  // What another process heard since the last call; 0: nothing.
  int64_t slow_to();

 private:
  const Lease lease_;
  std::mutex mutex_;
  // Guarded by mutex_:
  double part_ = 0;
  TimePoint ends_at_{};
  TimePoint renew_at_{};
  bool renewing_ = false;
  int64_t tell_slow_ = 0, heard_slow_ = 0;
};

}  // namespace tsunagi
