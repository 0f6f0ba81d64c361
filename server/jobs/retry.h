#pragma once
// When to try again, and when to give up.

#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr Seconds kFirstDelaySeconds = 1;
inline constexpr Seconds kLongestDelaySeconds = 60;
inline constexpr int kMaxAttempts = 100;  // of what may pass by itself: about an hour and a half
inline constexpr int kMaxRefusedAttempts = 3;  // of what was refused: it is not the moment's fault

// After `attempts` failures: doubling from kFirstDelaySeconds to kLongestDelaySeconds, between half
// and all of it.
Seconds delay_after(int attempts, Random& random);

}  // namespace tsunagi
