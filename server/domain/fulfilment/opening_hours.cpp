#include "server/domain/fulfilment/opening_hours.h"

#include <algorithm>

#include "wasm/core/japan_time.h"

namespace tsunagi {
namespace {

Seconds midnight_of(int64_t day) { return day * kDaySeconds - kJapanOffsetSeconds; }

bool is_closed(const OpeningHours& hours, int64_t day) {
  const int weekday = japan_day(day).weekday;
  return hours.closed_weekdays.at(static_cast<size_t>(weekday)) || hours.opens >= hours.closes ||
         std::ranges::binary_search(hours.closed_on, day);
}

// Never of a day that is still to come.
bool is_past_cut_off(const OpeningHours& hours, int64_t day, Seconds now) {
  return hours.cut_off && now > midnight_of(day) + *hours.cut_off * kMinuteSeconds;
}

Seconds rounded_up(Seconds at) { return (at + kPromiseStep - 1) / kPromiseStep * kPromiseStep; }

}  // namespace

std::optional<Seconds> ready_from(const OpeningHours& hours, Seconds now, Seconds preparation) {
  const int64_t today = japan_day_number(now);
  for (int64_t day = today; day < today + kPromiseDays; ++day) {
    if (is_closed(hours, day) || is_past_cut_off(hours, day, now)) continue;
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

bool opens_on_day_of(const OpeningHours& hours, Seconds at) {
  return !is_closed(hours, japan_day_number(at));
}

Seconds kept_until(const OpeningHours& hours, Seconds from, int64_t days) {
  const int64_t wanted = japan_day_number(from) + days;
  const auto closing = [&](int64_t day) {
    return midnight_of(day) + hours.closes * kMinuteSeconds;
  };
  // Nothing is given up while the shop is closed, however many closed dates are in a row.
  const int64_t last = wanted + kPromiseDays + static_cast<int64_t>(hours.closed_on.size());
  int64_t day = wanted;
  while (day < last && (is_closed(hours, day) || closing(day) <= from)) ++day;
  return closing(day);
}

}  // namespace tsunagi
