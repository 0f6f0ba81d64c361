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

// Closed on that week's Tuesday, Thursday and Friday as well.
OpeningHours holiday_hours() {
  OpeningHours hours = usual_hours();
  for (const int day : {1, 3, 4}) hours.closed_on.push_back(japan_day_number(on(day, 0)));
  return hours;
}

TEST(OpeningHours, AClosedDateIsSkippedAsAClosedWeekdayIs) {
  const ReadyRow rows[] = {
      {"today, while it is open", on(0, 11, 5), kHourSeconds, on(0, 12, 30)},
      {"the evening before four closed days", on(0, 21), kHourSeconds, on(5, 11)},
      {"on a closed date", on(1, 12), kHourSeconds, on(5, 11)},
      {"the last minute of a closed date", on(4, 23, 59), kHourSeconds, on(5, 11)},
      {"the day after", on(5, 10, 10), kHourSeconds, on(5, 11, 30)},
      {"a week later it is open", on(8, 12), kHourSeconds, on(8, 13)},
      {"longer than any day", on(0, 12), 15 * kHourSeconds, on(5, 20)},
  };
  for (const ReadyRow& row : rows) {
    EXPECT_EQ(ready_from(holiday_hours(), row.now, row.preparation), row.ready) << row.what;
  }
}

TEST(OpeningHours, IsNotKeptUntilAClosedDate) {
  EXPECT_EQ(kept_until(holiday_hours(), on(0, 12), 0), on(0, 20));
  EXPECT_EQ(kept_until(holiday_hours(), on(0, 12), 1), on(5, 20));
  EXPECT_EQ(kept_until(holiday_hours(), on(0, 12), 8), on(8, 20));
  EXPECT_EQ(kept_until(holiday_hours(), on(0, 20), 0), on(5, 20));
}

TEST(OpeningHours, AnswersOfADayWhetherItIsOpen) {
  EXPECT_TRUE(opens_on_day_of(holiday_hours(), on(0, 0)));
  EXPECT_TRUE(opens_on_day_of(holiday_hours(), on(0, 23, 59))) << "though it has closed";
  EXPECT_FALSE(opens_on_day_of(holiday_hours(), on(1, 12))) << "a closed date";
  EXPECT_FALSE(opens_on_day_of(holiday_hours(), on(2, 12))) << "a closed weekday";
  EXPECT_TRUE(opens_on_day_of(holiday_hours(), on(8, 12)));
}

TEST(OpeningHours, AtTheEndOfTheYearTheNextOneBegins) {
  OpeningHours hours = usual_hours();
  hours.closed_weekdays = {};
  for (const char* date : {"2026-12-31", "2027-01-01", "2027-01-02"}) {
    hours.closed_on.push_back(*parse_day(date));
  }
  constexpr int kLastOpenDay = 37;  // December 30
  EXPECT_EQ(ready_from(hours, on(kLastOpenDay, 19, 30), kHourSeconds), on(41, 11)) << "January 3";
  EXPECT_EQ(ready_from(hours, on(39, 0), kHourSeconds), on(41, 11)) << "as the year begins";
  EXPECT_EQ(kept_until(hours, on(kLastOpenDay, 12), 1), on(41, 20));
}

// Every date from the test's Monday on.
OpeningHours closed_for(int days) {
  OpeningHours hours = usual_hours();
  for (int day = 0; day < days; ++day) hours.closed_on.push_back(japan_day_number(on(day, 0)));
  return hours;
}

TEST(OpeningHours, AShopThatIsClosedForLongPromisesNothingAndGivesNothingUpMeanwhile) {
  EXPECT_EQ(ready_from(closed_for(kPromiseDays - 1), on(0, 12), kHourSeconds), on(13, 11));
  EXPECT_EQ(ready_from(closed_for(kPromiseDays), on(0, 12), kHourSeconds), std::nullopt);
  EXPECT_EQ(kept_until(closed_for(21), on(-1, 12), 1), on(21, 20));
  EXPECT_EQ(kept_until(closed_for(60), on(-1, 12), 3), on(60, 20));
}

TEST(OpeningHours, WhatComesAfterTheCutOffIsBegunOnTheNextDayItOpens) {
  OpeningHours hours = holiday_hours();
  hours.closed_on.erase(hours.closed_on.begin());  // open on Tuesday
  hours.cut_off = 15 * 60;
  const ReadyRow rows[] = {
      {"before it opens", on(0, 7), kHourSeconds, on(0, 11)},
      {"before it", on(0, 14, 59), kHourSeconds, on(0, 16)},
      {"as it comes", on(0, 15), kHourSeconds, on(0, 16)},
      {"a second later", on(0, 15) + 1, kHourSeconds, on(1, 11)},
      {"after it has closed", on(0, 22), kHourSeconds, on(1, 11)},
      {"before it, and too long for what is left", on(0, 14), 7 * kHourSeconds, on(1, 17)},
      {"on the eve of days it is closed, before it", on(1, 15), kHourSeconds, on(1, 16)},
      {"on the eve of days it is closed, after it", on(1, 15, 1), kHourSeconds, on(5, 11)},
      {"on a day it is closed, after it", on(2, 16), kHourSeconds, on(5, 11)},
      {"longer than any day", on(0, 9), 15 * kHourSeconds, on(0, 20)},
      {"no preparation, after it", on(0, 16), 0, on(1, 10)},
  };
  for (const ReadyRow& row : rows) {
    EXPECT_EQ(ready_from(hours, row.now, row.preparation), row.ready) << row.what;
  }
  EXPECT_EQ(kept_until(hours, on(0, 16), 0), on(0, 20)) << "it is kept until the shop closes";
}

TEST(OpeningHours, ACutOffAtClosingChangesNothing) {
  OpeningHours hours = usual_hours();
  hours.cut_off = hours.closes;
  for (int hour = 0; hour < 24; ++hour) {
    EXPECT_EQ(ready_from(hours, on(0, hour), kHourSeconds),
              ready_from(usual_hours(), on(0, hour), kHourSeconds))
        << hour;
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
