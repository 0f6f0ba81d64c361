#pragma once
// When a shop is open, and what that makes of a promise. Days and hours are Japan's.

#include <optional>

#include "server/domain/values.h"

namespace tsunagi {

inline constexpr Seconds kMinuteSeconds = 60;
inline constexpr Seconds kPromiseStep = 1'800;  // a promise is of the full or the half hour
inline constexpr int kPromiseDays = 14;         // a shop that is closed for longer promises nothing

// From when something is ready that takes `preparation` seconds of open time, begun at `now`. What
// cannot be ready before the shop closes, or was asked for after its cut-off, is begun when it
// opens on the next day that it does.
std::optional<Seconds> ready_from(const OpeningHours& hours, Seconds now, Seconds preparation);

// Whether the shop opens at all on the day of `at`.
bool opens_on_day_of(const OpeningHours& hours, Seconds at);

// When the shop closes on the `days`th day after the one of `from`, or on the next it is open on;
// later than `from`.
Seconds kept_until(const OpeningHours& hours, Seconds from, int64_t days);

}  // namespace tsunagi
