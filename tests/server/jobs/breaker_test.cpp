// A platform that is down costs a call now and then, not one an item, and holds up nothing of the
// other platform.

#include "server/jobs/breaker.h"

#include "server/jobs/retry.h"
#include "tests/server/jobs/world.h"

namespace tsunagi {
namespace {

class BreakerTest : public testing::Test {
 protected:
  // Asks for a key; whether the call was made.
  bool asks(const std::string& key, const Result<int>& answer) {
    bool made = false;
    (void)breaker.run(key, [&] {
      made = true;
      return answer;
    });
    return made;
  }
  void open(const std::string& key) {
    for (int i = 0; i < kBreakerFailures; ++i) EXPECT_TRUE(asks(key, down));
  }

  const Result<int> down = Error{ErrorCode::kUnavailable, "time-out"};
  const Result<int> fine = 1;
  fakes::ManualClock clock;
  std::vector<std::string> said;
  Breaker breaker{"Smaregi", clock, [this](std::string_view line) { said.emplace_back(line); }};
};

TEST_F(BreakerTest, OpensAfterFailuresInARowAndLetsOneTryNowAndThen) {
  for (int i = 1; i < kBreakerFailures; ++i) EXPECT_TRUE(asks("a", down));
  EXPECT_TRUE(asks("a", fine)) << "an answer in between begins anew";
  open("a");
  EXPECT_EQ(breaker.open(), 1);
  EXPECT_FALSE(asks("a", fine));
  EXPECT_EQ(breaker.closed_for("a"), kBreakerOpenSeconds);
  clock.advance(kBreakerOpenSeconds - 1);
  EXPECT_FALSE(asks("a", fine));
  clock.advance(1);
  EXPECT_FALSE(breaker.closed_for("a").has_value());
  EXPECT_TRUE(asks("a", down)) << "the try";
  EXPECT_FALSE(asks("a", fine)) << "it failed";
  clock.advance(kBreakerOpenSeconds);
  EXPECT_TRUE(asks("a", fine));
  EXPECT_TRUE(asks("a", fine));
  EXPECT_EQ(breaker.open(), 0);
}

TEST_F(BreakerTest, WhoGetsNoTurnOfOurOwnLimitsTellsNothingOfThePlatform) {
  const Result<int> no_turn = Error{ErrorCode::kBusy, "rate budget"};
  for (int i = 0; i < 3 * kBreakerFailures; ++i) EXPECT_TRUE(asks("a", no_turn));
  EXPECT_EQ(breaker.open(), 0);
  open("a");
  clock.advance(kBreakerOpenSeconds);
  EXPECT_TRUE(asks("a", no_turn)) << "the try that was none";
  EXPECT_EQ(breaker.open(), 1);
  EXPECT_TRUE(asks("a", fine)) << "so the next one tries";
  EXPECT_EQ(breaker.open(), 0);
}

TEST_F(BreakerTest, WhileOneTriesNobodyElseAsks) {
  open("a");
  clock.advance(kBreakerOpenSeconds);
  (void)breaker.run("a", [&] {
    EXPECT_FALSE(asks("a", fine));
    EXPECT_EQ(breaker.closed_for("a"), 1);
    return fine;
  });
  EXPECT_TRUE(asks("a", fine));
}

TEST_F(BreakerTest, ARefusalIsAnAnswerAndOthersAreNotConcerned) {
  for (const ErrorCode code : {ErrorCode::kInvalid, ErrorCode::kUnauthorized, ErrorCode::kNotFound,
                               ErrorCode::kConflict, ErrorCode::kInternal}) {
    for (int i = 0; i < kBreakerFailures; ++i) EXPECT_TRUE(asks("a", Error{code, "no"}));
  }
  open("a");
  EXPECT_TRUE(asks("b", fine));
}

TEST_F(BreakerTest, OperatorsReadWhenItOpensAndWhenItCloses) {
  open("sb_1");
  clock.advance(kBreakerOpenSeconds);
  EXPECT_TRUE(asks("sb_1", down));
  clock.advance(kBreakerOpenSeconds);
  EXPECT_TRUE(asks("sb_1", fine));
  ASSERT_EQ(said.size(), 2U) << "not at every try";
  EXPECT_EQ(
      said[0],
      "breaker: Smaregi does not answer: its work waits and one call in 15 s tries; the other "
      "platform's work goes on (sb_1)");
  EXPECT_EQ(said[1], "breaker: Smaregi answers again: its work goes on (sb_1)");
}

struct OutageTest : testing::Test, World {};

TEST_F(OutageTest, ADeadSmaregiCostsAFewCallsAndCardsGoOn) {
  constexpr int64_t kCustomers = 40;
  constexpr Seconds kOutage = 300;
  jobs.poll_due();
  int asked = 0;
  pos.failures.fails = [&] {
    ++asked;
    return true;
  };
  for (int64_t id = 1; id <= kCustomers; ++id) {
    customer_signs_up(id);
    customer_joins(id);
  }
  pass(kOutage);
  EXPECT_LE(asked, kBreakerFailures + kOutage / kBreakerOpenSeconds + 1);
  EXPECT_EQ(shop.cards().size(), 40U) << "each shows that it is being registered";
  EXPECT_EQ(jobs.open_breakers().contracts, 1);
  EXPECT_EQ(jobs.open_breakers().shops, 0);
  pos.failures.fails = nullptr;
  pass(2 * kLongestDelaySeconds);
  EXPECT_EQ(pos.members().size(), 40U);
  EXPECT_EQ(jobs.open_breakers().contracts, 0);
  EXPECT_TRUE(dead().empty());
  EXPECT_EQ(waiting(), 0);
}

TEST_F(OutageTest, ADeadShopifyCostsAFewCallsAndStockGoesOn) {
  constexpr Seconds kOutage = 300;
  for (int64_t id = 1; id <= 30; ++id) member(id);
  jobs.poll_due();
  int asked = 0;
  shop.failures.fails = [&] {
    ++asked;
    return true;
  };
  for (int64_t id = 1; id <= 30; ++id) {
    EXPECT_TRUE(storage
                    .apply(kShop, {change::Enqueue{{OutboxKind::kWriteCard, std::to_string(id)}},
                                   change::Enqueue{{OutboxKind::kTagCustomer, std::to_string(id)}}})
                    .ok());
  }
  pos.set_stock("10", "1", 3);
  pass(kOutage);
  EXPECT_LE(asked, kBreakerFailures + kOutage / kBreakerOpenSeconds + 1);
  EXPECT_EQ(on_hand("10", "1"), 3);
  EXPECT_EQ(jobs.open_breakers().shops, 1);
  shop.failures.fails = nullptr;
  pass(2 * kLongestDelaySeconds);
  EXPECT_EQ(waiting(), 0);
}

}  // namespace
}  // namespace tsunagi
