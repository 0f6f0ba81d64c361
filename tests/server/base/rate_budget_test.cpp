#include "server/base/rate_budget.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/support/fake_world.h"

namespace tsunagi {
namespace {

using namespace std::chrono_literals;

class RateBudgetTest : public ::testing::Test {
 protected:
  // A turn without waiting?
  bool free_now(RateBudget& budget) {
    return budget.acquire(Priority::kShopper, clock.steady()).ok();
  }
  int turns_now(RateBudget& budget) {
    int turns = 0;
    while (turns < 1'000 && free_now(budget)) ++turns;
    return turns;
  }

  fakes::ManualClock clock;
};

TEST_F(RateBudgetTest, NeverMoreThanTheRateInASecond) {
  RateBudget budget({.start = 10, .ceiling = 10}, clock);
  EXPECT_EQ(turns_now(budget), 10);
  clock.advance_ms(1'000);
  EXPECT_EQ(turns_now(budget), 0) << "a little more than a second: calls overtake each other";
  clock.advance_ms(50);
  EXPECT_EQ(turns_now(budget), 10);
}

TEST_F(RateBudgetTest, WorkInTheBackgroundLeavesRoomForShoppers) {
  RateBudget budget({.start = 10, .ceiling = 10}, clock);
  const auto turns = [&](Priority priority) {
    int count = 0;
    while (count < 1'000 && budget.acquire(priority, clock.steady()).ok()) ++count;
    return count;
  };
  EXPECT_EQ(turns(Priority::kSweep), 6);
  EXPECT_EQ(turns(Priority::kEvent), 2);
  EXPECT_EQ(turns(Priority::kShopper), 2);
  clock.advance_ms(1'050);
  EXPECT_EQ(turns(Priority::kShopper), 10);
  EXPECT_EQ(turns(Priority::kSweep), 0);
  RateBudget narrow({.start = 1, .ceiling = 1}, clock);
  EXPECT_TRUE(narrow.acquire(Priority::kSweep, clock.steady())) << "never nothing at all";
}

TEST_F(RateBudgetTest, ReReadsForEventsTakeAtMostHalfAndHoldNoSweepUp) {
  RateBudget budget({.start = 10, .ceiling = 10}, clock);
  const auto turns = [&](Priority priority) {
    int count = 0;
    while (count < 1'000 && budget.acquire(priority, clock.steady()).ok()) ++count;
    return count;
  };
  EXPECT_EQ(turns(Priority::kEvent), 5);
  std::thread flood([&] { EXPECT_TRUE(budget.acquire(Priority::kEvent, clock.steady() + 1h)); });
  while (budget.waiting() == 0) std::this_thread::yield();
  EXPECT_EQ(turns(Priority::kSweep), 1) << "what is left of its six";
  EXPECT_EQ(turns(Priority::kShopper), 4);
  clock.advance_ms(1'050);
  flood.join();
  EXPECT_EQ(turns(Priority::kEvent), 4);
}

// The part that this process has of a budget that several share.
struct Slices {
  std::vector<int64_t> wanted, told_slow;
  BudgetSlice next{.part = kWholeBudget, .slow_to = 0};
  bool down = false;
  BudgetPart::Lease lease() {
    return [this](int64_t how_much, int64_t slow_to) -> Result<BudgetSlice> {
      wanted.push_back(how_much);
      told_slow.push_back(slow_to);
      if (down) return Error{ErrorCode::kUnavailable, "the database is down"};
      return next;
    };
  }
};

TEST_F(RateBudgetTest, OfASharedBudgetAProcessSpendsItsPart) {
  Slices slices;
  slices.next.part = 300;
  RateBudget budget({.start = 10, .ceiling = 10}, clock, slices.lease());
  EXPECT_EQ(turns_now(budget), 3);
  clock.advance_ms(1'050);
  EXPECT_EQ(turns_now(budget), 3);
  slices.next.part = 50;
  clock.advance_ms(1'050);
  EXPECT_EQ(turns_now(budget), 0) << "half a call a second, and the last was a second ago";
  clock.advance_ms(1'050);
  EXPECT_EQ(turns_now(budget), 1);
}

TEST_F(RateBudgetTest, ASliceCostsOneWriteInSecondsHoweverManyCallsThereAre) {
  Slices slices;
  RateBudget budget({.start = 50, .ceiling = 50}, clock, slices.lease());
  for (int tenth = 0; tenth < 600; ++tenth) {
    clock.advance_ms(100);
    (void)turns_now(budget);
  }
  EXPECT_LE(slices.wanted.size(), 60U / kSliceRenewSeconds + 1);
  EXPECT_GE(slices.wanted.back(), kWholeBudget) << "it could use more";
  EXPECT_LT(slices.wanted.front(), kWholeBudget / 2);
}

TEST_F(RateBudgetTest, WithoutASliceNobodyCalls) {
  Slices slices;
  slices.down = true;
  RateBudget budget({.start = 10, .ceiling = 10}, clock, slices.lease());
  EXPECT_EQ(turns_now(budget), 0);
  slices.down = false;
  clock.advance_ms(1'000);
  EXPECT_EQ(turns_now(budget), 10) << "asked for again within a second";
  slices.down = true;
  clock.advance(kSliceSeconds);
  EXPECT_EQ(turns_now(budget), 0) << "others may have it by now";
}

TEST_F(RateBudgetTest, ARefusalIsToldToTheOthersAndHeardFromThem) {
  Slices slices;
  RateBudget budget({.start = 10, .ceiling = 10}, clock, slices.lease());
  ASSERT_TRUE(free_now(budget));
  budget.refused(0ms);
  clock.advance(kSliceRenewSeconds);
  ASSERT_TRUE(free_now(budget));
  EXPECT_EQ(slices.told_slow, (std::vector<int64_t>{0, 5'000})) << "five calls a second";
  slices.next.slow_to = 2'000;
  clock.advance(kSliceRenewSeconds);
  ASSERT_TRUE(free_now(budget));
  EXPECT_DOUBLE_EQ(budget.rate(), 2);
  EXPECT_EQ(slices.told_slow.back(), 0) << "told once";
}

TEST_F(RateBudgetTest, ARefusalHalvesTheRateOnceAndHoldsEverybodyAsLongAsAsked) {
  RateBudget budget({.start = 8}, clock);
  budget.refused(3'000ms);
  budget.refused(3'000ms);  // of the same second
  EXPECT_DOUBLE_EQ(budget.rate(), 4);
  clock.advance_ms(2'999);
  EXPECT_FALSE(free_now(budget));
  clock.advance_ms(1);
  EXPECT_EQ(turns_now(budget), 4);
}

TEST_F(RateBudgetTest, TheRateFallsNoLowerThanItsFloor) {
  RateBudget budget({.start = 2, .floor = 0.5}, clock);
  for (int i = 0; i < 6; ++i) {
    budget.refused(0ms);
    clock.advance_ms(2'000);
  }
  EXPECT_DOUBLE_EQ(budget.rate(), 0.5);
  EXPECT_EQ(turns_now(budget), 1);
  clock.advance_ms(2'099);
  EXPECT_EQ(turns_now(budget), 0);
  clock.advance_ms(1);
  EXPECT_EQ(turns_now(budget), 1);
}

TEST_F(RateBudgetTest, TheRateCreepsBackButStaysBelowWhatWasRefused) {
  RateBudget budget({.start = 10,
                     .ceiling = 50,
                     .creep = 1,
                     .creep_after = 10'000ms,
                     .remember_refusal = 600'000ms},
                    clock);
  budget.refused(0ms);
  for (int i = 0; i < 30; ++i) {
    clock.advance_ms(10'000);
    EXPECT_TRUE(free_now(budget));
  }
  EXPECT_DOUBLE_EQ(budget.rate(), 9) << "nine tenths of the refused ten";
  clock.advance_ms(600'000);
  for (int i = 0; i < 60; ++i) {
    clock.advance_ms(10'000);
    EXPECT_TRUE(free_now(budget));
  }
  EXPECT_DOUBLE_EQ(budget.rate(), 50) << "forgotten, and never above the ceiling";
}

TEST_F(RateBudgetTest, AnAbsurdRetryAfterIsCut) {
  RateBudget budget({.start = 10, .max_hold = 60'000ms}, clock);
  budget.refused(86'400'000ms);
  clock.advance_ms(60'000);
  EXPECT_TRUE(free_now(budget));
}

TEST_F(RateBudgetTest, WhoCannotHaveATurnInTimeIsToldAtOnce) {
  RateBudget budget({.start = 1, .ceiling = 1}, clock);
  ASSERT_TRUE(free_now(budget));
  const auto turn = budget.acquire(Priority::kShopper, clock.steady() + 500ms);
  ASSERT_FALSE(turn);
  EXPECT_EQ(turn.error().code, ErrorCode::kBusy);
}

// Callers that wait in threads of their own, one turn a step of the clock.
TEST_F(RateBudgetTest, ShoppersGoFirstThenTheOrderOfArrival) {
  RateBudget budget({.start = 1, .ceiling = 1}, clock);
  ASSERT_TRUE(free_now(budget));
  std::mutex mutex;
  std::vector<std::string> order;
  std::vector<std::thread> threads;
  const auto queue_up = [&](Priority priority, const std::string& name) {
    const size_t before = budget.waiting();
    threads.emplace_back([&, priority, name] {
      const auto turn = budget.acquire(priority, clock.steady() + 1h);
      const std::scoped_lock lock(mutex);
      order.push_back(turn.ok() ? name : "refused");
    });
    while (budget.waiting() == before) std::this_thread::yield();
  };
  queue_up(Priority::kSweep, "sweep 1");
  queue_up(Priority::kSweep, "sweep 2");
  queue_up(Priority::kEvent, "event");
  queue_up(Priority::kShopper, "shopper 1");
  queue_up(Priority::kShopper, "shopper 2");
  for (size_t left = 5; left > 0; --left) {
    clock.advance_ms(1'050);
    while (budget.waiting() == left) std::this_thread::yield();
    const auto recorded = [&] {
      const std::scoped_lock lock(mutex);
      return order.size();
    };
    while (recorded() != 6 - left) std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(order,
            (std::vector<std::string>{"shopper 1", "shopper 2", "event", "sweep 1", "sweep 2"}));
}

TEST_F(RateBudgetTest, TheQueueIsBounded) {
  RateBudget budget({.start = 1, .ceiling = 1, .max_waiting = 2}, clock);
  ASSERT_TRUE(free_now(budget));
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back(
        [&] { EXPECT_TRUE(budget.acquire(Priority::kSweep, clock.steady() + 1h)); });
  }
  while (budget.waiting() != 2) std::this_thread::yield();
  const auto third = budget.acquire(Priority::kShopper, clock.steady() + 1h);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::kBusy);
  for (size_t left = 2; left > 0; --left) {
    clock.advance_ms(1'050);
    while (budget.waiting() == left) std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace tsunagi
