#include "server/domain/fulfilment/opening_hours.h"

#include <algorithm>

#include "wasm/core/japan_time.h"

namespace tsunagi {
namespace {

Seconds midnight_of(int64_t day) { return day * kDaySeconds - kJapanOffsetSeconds; }

bool is_closed(const OpeningHours& hours, int64_t day) {
  const int weekday = japan_day(day).weekday;
  return hours.closed_weekdays.at(static_cast<size_t>(weekday)) || hours.opens >= hours.closes;
}

Seconds rounded_up(Seconds at) { return (at + kPromiseStep - 1) / kPromiseStep * kPromiseStep; }

}  // namespace

std::optional<Seconds> ready_from(const OpeningHours& hours, Seconds now, Seconds preparation) {
  const int64_t today = japan_day_number(now);
  for (int64_t day = today; day < today + kPromiseDays; ++day) {
    if (is_closed(hours, day)) continue;
    const Seconds opens = midnight_of(day) + hours.opens * kMinuteSeconds;
    const Seconds closes = midnight_of(day) + hours.closes * kMinuteSeconds;
    const Seconds ready = std::max(now, opens) + preparation;
    if (ready <= closes) return std::min(rounded_up(ready), closes);
    // A preparation that no day is long enough for is done by the end of the first whole day.
    const bool whole_day = now <= opens;
    if (whole_day && opens + preparation > closes) return closes;
  }
  return std::nullopt;
}

Seconds kept_until(const OpeningHours& hours, Seconds from, int64_t days) {
  const int64_t wanted = japan_day_number(from) + days;
  const auto closing = [&](int64_t day) {
    return midnight_of(day) + hours.closes * kMinuteSeconds;
  };
  int64_t day = wanted;
  while (day < wanted + kPromiseDays && (is_closed(hours, day) || closing(day) <= from)) ++day;
  return closing(day);
}

}  // namespace tsunagi
