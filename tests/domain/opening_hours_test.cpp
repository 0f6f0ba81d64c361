#include "server/domain/fulfilment/opening_hours.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "wasm/core/japan_time.h"

namespace tsunagi {
namespace {

constexpr Seconds kMonday = 1'795'359'600;  // 2026-11-23 00:00 in Japan
constexpr Seconds kHourSeconds = 3'600;

// A moment of that week: day 0 is the Monday.
constexpr Seconds on(int day, int hour, int minute = 0) {
  return kMonday + day * 86'400 + hour * kHourSeconds + minute * kMinuteSeconds;
}

// From 10:00 to 20:00; closed on Wednesdays.
OpeningHours usual_hours() {
  OpeningHours hours;
  hours.opens = 10 * 60;
  hours.closes = 20 * 60;
  hours.closed_weekdays.at(3) = true;
  return hours;
}

TEST(OpeningHours, TheWeekOfTheTestBeginsOnAMonday) {
  EXPECT_EQ(japan_day(japan_day_number(kMonday)).weekday, 1);
  EXPECT_EQ(japan_day_number(kMonday), japan_day_number(kMonday - 1) + 1);
}

struct ReadyRow {
  const char* what;
  Seconds now, preparation;
  Seconds ready;
};
TEST(OpeningHours, APromiseIsWhatTheShopCanKeep) {
  const ReadyRow rows[] = {
      {"an hour from now, to the half hour", on(0, 11, 5), kHourSeconds, on(0, 12, 30)},
      {"on the half hour as it is", on(0, 11, 30), kHourSeconds, on(0, 12, 30)},
      {"before it opens", on(0, 7), kHourSeconds, on(0, 11)},
      {"just before it closes", on(0, 19), kHourSeconds, on(0, 20)},
      {"a minute too late for today", on(0, 19, 1), kHourSeconds, on(1, 11)},
      {"after it has closed", on(0, 22), kHourSeconds, on(1, 11)},
      {"the evening before a day it is closed", on(1, 21), kHourSeconds, on(3, 11)},
      {"on the day it is closed", on(2, 12), kHourSeconds, on(3, 11)},
      {"no preparation", on(0, 12), 0, on(0, 12)},
      {"as long as a day", on(0, 9), 10 * kHourSeconds, on(0, 20)},
      {"longer than any day, from its opening", on(0, 9), 15 * kHourSeconds, on(0, 20)},
      {"longer than any day, begun within one", on(0, 12), 15 * kHourSeconds, on(1, 20)},
  };
  for (const ReadyRow& row : rows) {
    EXPECT_EQ(ready_from(usual_hours(), row.now, row.preparation), row.ready) << row.what;
  }
}

TEST(OpeningHours, WhatIsReadyBeforeItClosesIsNotRoundedPastThat) {
  OpeningHours hours = usual_hours();
  hours.closes = 19 * 60 + 45;
  EXPECT_EQ(ready_from(hours, on(0, 18, 40), kHourSeconds), on(0, 19, 45));
  EXPECT_EQ(ready_from(hours, on(0, 18, 46), kHourSeconds), on(1, 11));
}

TEST(OpeningHours, AShopThatDoesNotOpenPromisesNothing) {
  OpeningHours never = usual_hours();
  never.closed_weekdays.fill(true);
  EXPECT_EQ(ready_from(never, on(0, 12), kHourSeconds), std::nullopt);
  OpeningHours backwards = usual_hours();
  backwards.opens = backwards.closes;
  EXPECT_EQ(ready_from(backwards, on(0, 12), kHourSeconds), std::nullopt);
}

TEST(OpeningHours, IsKeptUntilItClosesOnADayItIsOpenOn) {
  EXPECT_EQ(kept_until(usual_hours(), on(0, 12), 1), on(1, 20));
  EXPECT_EQ(kept_until(usual_hours(), on(0, 12), 2), on(3, 20)) << "closed on the second day";
  EXPECT_EQ(kept_until(usual_hours(), on(0, 12), 7), on(7, 20));
}

TEST(OpeningHours, NothingEndsWhenItBegins) {
  EXPECT_EQ(kept_until(usual_hours(), on(0, 12), 0), on(0, 20));
  EXPECT_EQ(kept_until(usual_hours(), on(0, 20), 0), on(1, 20)) << "ready as the shop closes";
  EXPECT_EQ(kept_until(usual_hours(), on(1, 20), 0), on(3, 20));
}

}  // namespace
}  // namespace tsunagi
