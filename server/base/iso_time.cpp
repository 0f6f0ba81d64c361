#include "server/base/iso_time.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace tsunagi {
namespace {

constexpr size_t kDayLength = 10;   // "2022-10-26"
constexpr size_t kTimeLength = 19;  // "2022-10-26T15:22:35"
constexpr size_t kMostDecimals = 9;

// The digits at [at, at + count), or -1.
int digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  if (text.size() < kDayLength || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 1 || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

Seconds seconds_of(int hours, int minutes, int seconds = 0) {
  return Seconds{hours} * 3600 + Seconds{minutes} * 60 + seconds;
}

// "Z", "+09:00" or "+0900" in seconds.
std::optional<Seconds> parse_offset(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() != 5 && text.size() != 6) return std::nullopt;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  if (text.size() == 6 && text[3] != ':') return std::nullopt;
  const int hours = digits(text, 1, 2);
  const int minutes = digits(text, text.size() - 2, 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return std::nullopt;
  const Seconds offset = seconds_of(hours, minutes);
  return text[0] == '-' ? -offset : offset;
}

// What follows the seconds without the fraction that it may begin with.
std::string_view after_fraction(std::string_view text) {
  if (text.empty() || text[0] != '.') return text;
  const size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
  const size_t decimals = end - 1;
  return decimals >= 1 && decimals <= kMostDecimals ? text.substr(end) : text;
}

}  // namespace

std::optional<Seconds> parse_iso_time(std::string_view text) {
  if (text.size() < kTimeLength || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const auto day = parse_date(text);
  const int hours = digits(text, 11, 2);
  const int minutes = digits(text, 14, 2);
  const int seconds = digits(text, 17, 2);
  const auto offset = parse_offset(after_fraction(text.substr(kTimeLength)));
  if (!day || !offset) return std::nullopt;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) {
    return std::nullopt;
  }
  return std::chrono::sys_seconds(*day).time_since_epoch().count() +
         seconds_of(hours, minutes, seconds) - *offset;
}

bool is_iso_day(std::string_view text) {
  return text.size() == kDayLength && parse_date(text).has_value();
}

std::string format_iso_time(Seconds time, Seconds offset) {
  const std::chrono::sys_seconds there{std::chrono::seconds(time + offset)};
  const auto day = std::chrono::floor<std::chrono::days>(there);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(there - day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  if (offset == 0) return std::string(text) + "Z";
  char zone[16];
  const Seconds size = std::abs(offset);
  std::snprintf(zone, sizeof zone, "%c%02d:%02d", offset < 0 ? '-' : '+',
                static_cast<int>(size / 3600 % 100), static_cast<int>(size / 60 % 60));
  return std::string(text) + zone;
}

}  // namespace tsunagi
