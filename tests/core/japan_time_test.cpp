#include "wasm/core/japan_time.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wasm/core/decimal.h"
#include "wasm/core/markup.h"

namespace tsunagi {
namespace {

constexpr int64_t kNoonInJapan = 1'795'230'000;  // 2026-11-21 12:00:00 in Japan, a Saturday

TEST(JapanTime, IsNineHoursAhead) {
  const JapanTime noon = japan_time(kNoonInJapan);
  EXPECT_EQ(noon.date.year, 2026);
  EXPECT_EQ(noon.date.month, 11);
  EXPECT_EQ(noon.date.day, 21);
  EXPECT_EQ(noon.date.weekday, 6);
  EXPECT_EQ(noon.hour, 12);
  const JapanTime epoch = japan_time(0);
  EXPECT_EQ(epoch.date.year, 1970);
  EXPECT_EQ(epoch.hour, 9);
  EXPECT_EQ(epoch.date.weekday, 4);
}

TEST(JapanTime, IsClampedToYearsOfFourDigits) {
  EXPECT_EQ(japan_time(INT64_MIN).date.year, 1970);
  EXPECT_EQ(japan_time(INT64_MAX).date.year, 9999);
  EXPECT_EQ(japan_time(kLastInstant).date.day, 31);
  EXPECT_EQ(japan_time(kLastInstant).second, 59);
}

// A second calendar, counting day by day.
TEST(JapanTime, AgreesWithACalendarCountedByHand) {
  int year = 1970, month = 1, day = 1, weekday = 4;
  for (int64_t number = 0; number < 60'000; ++number) {
    const JapanDay date = japan_day(number);
    ASSERT_TRUE(date.year == year && date.month == month && date.day == day &&
                date.weekday == weekday)
        << number;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int lengths[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    weekday = (weekday + 1) % 7;
    if (++day > lengths[month - 1]) {
      day = 1;
      if (++month > 12) {
        month = 1;
        ++year;
      }
    }
  }
}

TEST(JapanTime, ParsesDaysThatExist) {
  const std::vector<std::pair<std::string, bool>> cases = {
      {"2026-12-31", true},  {"2024-02-29", true},   {"2026-02-29", false}, {"2026-04-31", false},
      {"2026-00-10", false}, {"2026-13-01", false},  {"2026-12-00", false}, {"2026-12-32", false},
      {"1969-12-31", false}, {"1970-01-01", true},   {"9999-12-31", true},  {"2026-1-1", false},
      {"2026/12/31", false}, {"2026-12-31 ", false}, {"", false},           {"2026-12-3a", false},
      {"-026-12-31", false}};
  for (const auto& [text, exists] : cases) {
    EXPECT_EQ(parse_day(text).has_value(), exists) << text;
  }
  EXPECT_EQ(*parse_day("1970-01-02"), 1);
  EXPECT_EQ(*parse_day("2026-11-21"), japan_day_number(kNoonInJapan));
}

TEST(Moment, SaysTheDayOnlyWhenItIsAnother) {
  struct Case {
    int64_t instant;
    const char* japanese;
    const char* english;
  };
  constexpr int64_t kMidnight = kNoonInJapan - 12 * 3600;
  const std::vector<Case> cases = {
      {kNoonInJapan, "12:00", "12:00"},
      {kNoonInJapan - 60, "11:59", "11:59"},
      {kMidnight, "00:00", "00:00"},
      {kMidnight - 1, "11月20日(金) 23:59", "Fri, Nov 20, 23:59"},
      {kMidnight + kDaySeconds, "11月22日(日) 00:00", "Sun, Nov 22, 00:00"},
      {kNoonInJapan - 365 * kDaySeconds, "2025年11月21日(金) 12:00", "Fri, Nov 21, 2025, 12:00"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(moment(Language::kJapanese, c.instant, kNoonInJapan), c.japanese);
    EXPECT_EQ(moment(Language::kEnglish, c.instant, kNoonInJapan), c.english);
  }
  EXPECT_EQ(clock_words(kNoonInJapan + 61), "12:01:01");
}

TEST(Decimal, CoversEveryInteger) {
  EXPECT_EQ(decimal(0), "0");
  EXPECT_EQ(decimal(-1), "-1");
  EXPECT_EQ(decimal(INT64_MAX), "9223372036854775807");
  EXPECT_EQ(decimal(INT64_MIN), "-9223372036854775808");
}

TEST(Decimal, IsGroupedInThousands) {
  const std::vector<std::pair<int64_t, std::string>> cases = {{0, "0"},
                                                              {999, "999"},
                                                              {1'000, "1,000"},
                                                              {-999, "-999"},
                                                              {-1'000, "-1,000"},
                                                              {2'340, "2,340"},
                                                              {999'999, "999,999"},
                                                              {1'000'000, "1,000,000"},
                                                              {-123'456'789, "-123,456,789"}};
  for (const auto& [number, grouped] : cases) {
    EXPECT_EQ(grouped_number(number), grouped);
  }
}

}  // namespace
}  // namespace tsunagi
