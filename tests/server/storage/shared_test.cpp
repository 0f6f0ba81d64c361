// What several processes share: claims, and slices of a budget that are never more than the whole.

#include <gmock/gmock.h>

#include <map>
#include <random>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

class SharedTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    if (IsSkipped()) return;
    EXPECT_OK(db().join_contract(kShop, "sb_1"));
  }
  bool claims(const std::string& holder, Seconds now, const std::string& name = "token",
              TenantId tenant = kShop) {
    return value(db().claim(tenant, {.name = name, .holder = holder}, now, now + 60));
  }
  BudgetSlice slice(const std::string& process, Seconds now, int64_t wanted = kWholeBudget,
                    int64_t slow_to = 0) {
    return value(db().lease_budget({.owner = "sb_1",
                                    .budget = "smaregi.reads",
                                    .process = process,
                                    .wanted = wanted,
                                    .slow_to = slow_to},
                                   now));
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, SharedTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(SharedTest, OnlyADatabaseOfSeveralServersIsShared) {
  EXPECT_EQ(GetParam() == Backend::kPostgres, db().shared());
}

TEST_P(SharedTest, OneHolderAtATime) {
  EXPECT_TRUE(claims("a", kNow));
  EXPECT_FALSE(claims("b", kNow + 59));
  EXPECT_TRUE(claims("a", kNow + 59)) << "its own, for longer";
  EXPECT_FALSE(claims("b", kNow + 60));
  EXPECT_TRUE(claims("b", kNow + 59 + 60)) << "a holder that died loses it";
  EXPECT_FALSE(claims("a", kNow + 59 + 60));
  EXPECT_TRUE(claims("a", kNow, "schedule")) << "something else";
  EXPECT_TRUE(claims("a", kNow, "token", kOtherShop));
  EXPECT_ERROR(ErrorCode::kNotFound,
               db().claim(999, {.name = "token", .holder = "a"}, kNow, kNow + 1));
}

TEST_P(SharedTest, OnlyTheHolderReleases) {
  EXPECT_TRUE(claims("a", kNow));
  EXPECT_OK(db().release(kShop, {.name = "token", .holder = "b"}));
  EXPECT_FALSE(claims("b", kNow));
  EXPECT_OK(db().release(kShop, {.name = "token", .holder = "a"}));
  EXPECT_TRUE(claims("b", kNow));
}

TEST_P(SharedTest, AProcessAloneHasAllButASpareThatANewcomerFinds) {
  EXPECT_EQ(kWholeBudget - kSpareBudget, slice("a", kNow).part);
  EXPECT_EQ(kWholeBudget - kSpareBudget, slice("a", kNow + 2).part);
  EXPECT_EQ(kSpareBudget, slice("b", kNow + 2).part) << "at once";
  EXPECT_EQ(450, slice("a", kNow + 4).part);
  EXPECT_EQ(kSpareBudget, slice("b", kNow + 4).part) << "what the first had is not over yet";
  EXPECT_EQ(450, slice("b", kNow + 2 + kSliceSeconds + kSliceRestSeconds).part);
}

TEST_P(SharedTest, WhoWantsMoreHasMoreAndWhoWantsLittleHasSome) {
  (void)slice("busy", kNow);
  (void)slice("quiet", kNow, 0);
  const Seconds later = kNow + kSliceSeconds + kSliceRestSeconds;
  const int64_t quiet = slice("quiet", later, 0).part;
  (void)slice("busy", later);
  const Seconds settled = later + kSliceSeconds + kSliceRestSeconds;
  EXPECT_GT(slice("busy", settled).part, 500);
  EXPECT_GT(quiet, 100);
}

TEST_P(SharedTest, BudgetsOfOthersAndOtherBudgetsAreNotShared) {
  (void)slice("a", kNow);
  EXPECT_EQ(
      900,
      value(
          db().lease_budget(
              {.owner = "sb_1", .budget = "smaregi.writes", .process = "b", .wanted = kWholeBudget},
              kNow))
          .part);
  EXPECT_EQ(900, value(db().lease_budget({.owner = "shop701.myshopify.com",
                                          .budget = "smaregi.reads",
                                          .process = "b",
                                          .wanted = kWholeBudget},
                                         kNow))
                     .part);
}

// A shop that was erased installs the app again: it is asked who it is before it is known.
TEST_P(SharedTest, WhoIsNotKnownHasWhatIsKeptForNewcomers) {
  (void)slice("a", kNow);
  for (const char* owner : {"nobody", ""}) {
    const BudgetSlice newcomer =
        value(db().lease_budget({.owner = owner, .budget = "b", .process = "p"}, kNow));
    EXPECT_EQ(newcomer.part, kSpareBudget);
    EXPECT_EQ(newcomer.slow_to, 0);
  }
}

TEST_P(SharedTest, ARefusalIsHeardByTheOthersWhileItsSliceLasts) {
  (void)slice("a", kNow, kWholeBudget, 5'000);
  EXPECT_EQ(5'000, slice("b", kNow + 1).slow_to);
  (void)slice("c", kNow + 1, kWholeBudget, 2'000);
  EXPECT_EQ(2'000, slice("b", kNow + 1).slow_to) << "the lowest";
  EXPECT_EQ(2'000, slice("a", kNow + 1).slow_to);
  EXPECT_EQ(0, slice("b", kNow + 1 + kSliceSeconds + kSliceRestSeconds).slow_to);
}

// Whatever processes ask when, what they may spend at one moment is never more than the whole, a
// second of rest after each slice included.
TEST_P(SharedTest, TheSlicesThatAreGoodAtAMomentAreNeverMoreThanTheWhole) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 chance(seed);
  struct Given {
    int64_t part = 0;
    Seconds until = 0;
  };
  std::map<std::string, std::vector<Given>> given;  // by process
  Seconds now = kNow;
  for (int step = 0; step < 300; ++step) {
    now += static_cast<Seconds>(chance() % 3);
    const std::string process(1, static_cast<char>('a' + chance() % 5));
    const BudgetSlice got = slice(process, now, static_cast<int64_t>(chance() % 2'000));
    given[process].push_back({got.part, now + kSliceSeconds + kSliceRestSeconds});
    int64_t sum = 0;
    for (const auto& [name, slices] : given) {
      int64_t most = 0;
      for (const Given& one : slices) most = one.until > now ? std::max(most, one.part) : most;
      sum += most;
    }
    ASSERT_LE(sum, kWholeBudget) << "step " << step;
  }
}

}  // namespace
}  // namespace tsunagi
