#include "server/jobs/retry.h"

#include <algorithm>

namespace tsunagi {

Seconds delay_after(int attempts, Random& random) {
  constexpr int kDoublings = 6;  // 1 s to 64 s
  const Seconds doubled = kFirstDelaySeconds << std::clamp(attempts, 0, kDoublings);
  const Seconds longest = std::min(doubled, kLongestDelaySeconds);
  const Seconds least = (longest + 1) / 2;
  return least + static_cast<Seconds>(random.below(static_cast<uint64_t>(longest - least) + 1));
}

}  // namespace tsunagi
