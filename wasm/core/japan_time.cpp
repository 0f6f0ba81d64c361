#include "wasm/core/japan_time.h"

#include <algorithm>

namespace tsunagi {
namespace {

// Howard Hinnant's days_from_civil and civil_from_days, for years from 0: March-based years make
// February the last month, so that its length needs no rule.
constexpr int kEpochShift = 719'468;  // days from 0000-03-01 to 1970-01-01
constexpr int kEraDays = 146'097;     // days in 400 years

int days_from_civil(int year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const int era = year / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kEraDays + day_of_era - kEpochShift;
}

// The digits of text as a number, or -1.
int digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return -1;
    }
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

JapanDay japan_day(int64_t day_number) {
  const int shifted = static_cast<int>(day_number) + kEpochShift;
  const int era = shifted / kEraDays;
  const int day_of_era = shifted - era * kEraDays;
  const int year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int march_month = (5 * day_of_year + 2) / 153;
  JapanDay result;
  result.day = day_of_year - (153 * march_month + 2) / 5 + 1;
  result.month = march_month + (march_month < 10 ? 3 : -9);
  result.year = year_of_era + era * 400 + (result.month <= 2 ? 1 : 0);
  result.weekday = (shifted + 3) % 7;  // 0000-03-01 was a Wednesday
  return result;
}

int64_t japan_day_number(int64_t unix_seconds) {
  return (std::clamp<int64_t>(unix_seconds, 0, kLastInstant) + kJapanOffsetSeconds) / kDaySeconds;
}

JapanTime japan_time(int64_t unix_seconds) {
  const int64_t local = std::clamp<int64_t>(unix_seconds, 0, kLastInstant) + kJapanOffsetSeconds;
  const int second = static_cast<int>(local % kDaySeconds);
  return {.date = japan_day(local / kDaySeconds),
          .hour = second / 3600,
          .minute = second / 60 % 60,
          .second = second % 60};
}

std::optional<int64_t> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    return std::nullopt;
  }
  const int year = digits(text.substr(0, 4));
  const int month = digits(text.substr(5, 2));
  const int day = digits(text.substr(8, 2));
  if (year < 1970 || month < 1 || month > 12 || day < 1) {
    return std::nullopt;
  }
  const int64_t number = days_from_civil(year, month, day);
  return japan_day(number).day == day ? std::optional(number) : std::nullopt;
}

}  // namespace tsunagi
