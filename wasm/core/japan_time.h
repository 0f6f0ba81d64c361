#pragma once
// Instants as people in Japan read them: UTC+9, no daylight saving. Days are counted from
// 1970-01-01.

#include <cstdint>
#include <optional>
#include <string_view>

namespace tsunagi {

inline constexpr int64_t kJapanOffsetSeconds = 32'400;
inline constexpr int64_t kDaySeconds = 86'400;
inline constexpr int64_t kLastInstant =
    253'402'268'399;  // 9999-12-31 23:59:59 in Japan; later ones are shown as it

struct JapanDay {
  int year = 1970, month = 1, day = 1;  // month and day from 1
  int weekday = 4;                      // 0 is Sunday
};

struct JapanTime {
  JapanDay date;
  int hour = 0, minute = 0, second = 0;
};

// 0 to kLastInstant; what lies outside is shown as the nearest of both.
JapanTime japan_time(int64_t unix_seconds);
int64_t japan_day_number(int64_t unix_seconds);
JapanDay japan_day(int64_t day_number);

// "YYYY-MM-DD", a day that exists, as its number.
std::optional<int64_t> parse_day(std::string_view text);

}  // namespace tsunagi
