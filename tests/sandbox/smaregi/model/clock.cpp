#include "tests/sandbox/smaregi/model/clock.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "tests/sandbox/smaregi/model/wire.h"

namespace tsunagi::smaregi_sandbox {

namespace {

constexpr int64_t kJapanOffset = int64_t{9} * 3600;
constexpr int64_t kDay = 86'400;

std::string print_date(std::chrono::year_month_day day) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text.data();
}

// The digits of text[at, at+count), or nothing.
std::optional<int> digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<int64_t> parse_offset(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() != 5 && text.size() != 6) return std::nullopt;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  if (text.size() == 6 && text[3] != ':') return std::nullopt;
  const auto hours = digits(text, 1, 2), minutes = digits(text, text.size() - 2, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

std::optional<std::chrono::year_month_day> calendar_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
  if (!y || !m || !d) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year(*y), std::chrono::month(*m),
                                        std::chrono::day(*d)};
  if (!day.ok()) return std::nullopt;
  return day;
}

}  // namespace

int64_t WallClock::now_ms() const {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::system_clock;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count() +
         offset_ms_.load();
}

std::string format_date(int64_t unix_seconds) {
  const int64_t local = unix_seconds + kJapanOffset;
  return print_date(std::chrono::sys_days(std::chrono::days(local / kDay)));
}

std::string format_date_time(int64_t unix_seconds) {
  const int64_t second = (unix_seconds + kJapanOffset) % kDay;
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "T%02d:%02d:%02d+09:00", static_cast<int>(second / 3600),
                static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
  return format_date(unix_seconds) + text.data();
}

std::optional<int64_t> parse_date(std::string_view text) {
  const auto day = calendar_day(text);
  if (!day) return std::nullopt;
  return std::chrono::sys_days(*day).time_since_epoch().count();
}

std::optional<int64_t> parse_date_time(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const auto day = parse_date(text.substr(0, 10));
  const auto h = digits(text, 11, 2), m = digits(text, 14, 2), s = digits(text, 17, 2);
  const auto offset = parse_offset(text.substr(19));
  if (!day || !h || !m || !s || !offset || *h > 23 || *m > 59 || *s > 59) return std::nullopt;
  return *day * kDay + int64_t{*h} * 3600 + int64_t{*m} * 60 + *s - *offset;
}

std::string add_to_date(std::string_view date, int days, int months) {
  const auto start = calendar_day(date);
  if (!start) return std::string(date);
  auto moved = *start + std::chrono::months(months);
  if (!moved.ok()) moved = moved.year() / moved.month() / std::chrono::last;
  return print_date(std::chrono::sys_days(moved) + std::chrono::days(days));
}

}  // namespace tsunagi::smaregi_sandbox
