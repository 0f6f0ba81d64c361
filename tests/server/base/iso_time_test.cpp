#include "server/base/iso_time.h"

#include <gtest/gtest.h>

namespace tsunagi {
namespace {

constexpr Seconds kAfternoon = 1'666'765'355;  // 2022-10-26 15:22:35 in Japan

TEST(IsoTime, IsReadInAnyOffset) {
  for (const char* text :
       {"2022-10-26T15:22:35+09:00", "2022-10-26T15:22:35+0900", "2022-10-26T06:22:35Z",
        "2022-10-26T01:22:35-05:00", "2022-10-26T06:22:35.123Z", "2022-10-26T06:22:35.999999999Z",
        "2022-10-26T15:22:35.5+09:00"}) {
    EXPECT_EQ(parse_iso_time(text), kAfternoon) << text;
  }
  for (const char* text :
       {"", "2022-10-26", "2022-10-26T15:22:35", "2022-10-26 15:22:35+09:00",
        "2022-13-26T15:22:35Z", "2022-02-30T15:22:35Z", "2023-02-29T00:00:00Z",
        "2022-10-26T24:00:00Z", "2022-10-26T15:60:00Z", "2022-10-26T15:22:60Z",
        "2022-10-26T15:22:35+9:00", "2022-10-26T15:22:35+09:00x", "0000-00-00T00:00:00+09:00",
        "２022-10-26T15:22:35Z", "2022-10-26T15:22:35+15:00", "2022-10-26T06:22:35.Z",
        "2022-10-26T06:22:35.1234567890Z", "2022-10-26T06:22:35.5", "2022-10-26T06:22:35.5x"}) {
    EXPECT_EQ(parse_iso_time(text), std::nullopt) << text;
  }
}

TEST(IsoTime, DaysThatExist) {
  for (const char* day : {"2026-12-31", "2024-02-29", "1900-01-01"}) {
    EXPECT_TRUE(is_iso_day(day)) << day;
  }
  for (const char* day : {"", "0000-00-00", "2026-02-30", "2023-02-29", "2026/12/31", "2026-12-3",
                          "2026-12-31x", "2026-12-31T00:00:00Z"}) {
    EXPECT_FALSE(is_iso_day(day)) << day;
  }
}

TEST(IsoTime, IsWrittenWithItsOffset) {
  EXPECT_EQ(format_iso_time(kAfternoon), "2022-10-26T06:22:35Z");
  EXPECT_EQ(format_iso_time(kAfternoon, 32'400), "2022-10-26T15:22:35+09:00");
  EXPECT_EQ(format_iso_time(kAfternoon, -12'600), "2022-10-26T02:52:35-03:30");
  EXPECT_EQ(format_iso_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_iso_time(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(format_iso_time(1'709'164'800), "2024-02-29T00:00:00Z");
}

}  // namespace
}  // namespace tsunagi
