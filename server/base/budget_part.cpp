#include "server/base/budget_part.h"

#include <utility>

namespace tsunagi {
namespace {
constexpr double kThousandths = 1'000;
}  // namespace

double BudgetPart::now(TimePoint now, int64_t wanted) {
  if (!lease_) return 1;
  std::unique_lock lock(mutex_);
  if (now >= renew_at_ && !renewing_) {
    renewing_ = true;
    const int64_t tell = std::exchange(tell_slow_, 0);
    lock.unlock();
    const auto slice = lease_(wanted, tell);
    lock.lock();
    renewing_ = false;
    if (slice.ok()) {
      part_ = static_cast<double>(slice->part) / kThousandths;
      ends_at_ = now + std::chrono::seconds(kSliceSeconds);
      heard_slow_ = slice->slow_to;
    } else if (tell_slow_ == 0) {
      tell_slow_ = tell;  // nobody was told
    }
    // A process that got nothing, or no answer, asks again sooner.
    const bool again = !slice.ok() || slice->part == 0;
    renew_at_ = now + std::chrono::seconds(again ? 1 : kSliceRenewSeconds);
  }
  return now < ends_at_ ? part_ : 0;
}

void BudgetPart::refused(int64_t slow_to) {
  const std::lock_guard lock(mutex_);
  tell_slow_ = slow_to;
}

int64_t BudgetPart::slow_to() {
  const std::lock_guard lock(mutex_);
  return std::exchange(heard_slow_, 0);
}

}  // namespace tsunagi
