// The Smaregi client against a server that answers as badly as a platform can.
#include "tests/server/smaregi/client_world.h"

namespace tsunagi {
namespace {

// ---- tokens
// --------------------------------------------------------------------------------------

TEST_F(SmaregiClientTest, AsksForATokenAsTheAppAndUsesItForEveryCall) {
  smaregi.on(kMember, {member()});
  ASSERT_TRUE(client->member("sb_one", "7"));
  ASSERT_TRUE(client->member("sb_one", "7"));
  const auto asked = smaregi.seen(kToken);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].authorization, "Basic " + base64("the-app:s3cret:with/odd+chars"));
  EXPECT_EQ(asked[0].body,
            "grant_type=client_credentials&scope=pos.customers%3Aread%20pos.customers%3Awrite%20"
            "pos.transactions%3Aread%20pos.products%3Aread%20pos.stock%3Aread%20"
            "pos.stock%3Awrite%20pos.stock-changes%3Aread%20pos.stores%3Aread");
  for (const Seen& call : smaregi.seen(kMember)) EXPECT_EQ(call.authorization, "Bearer A");
}

TEST_F(SmaregiClientTest, TwoHundredCallersAtOnceCostOneTokenCall) {
  smaregi.on(kMember, {member()});
  std::vector<std::thread> callers;
  std::atomic<int> served = 0;
  callers.reserve(200);
  for (int i = 0; i < 200; ++i) {
    callers.emplace_back([&] { served += client->member("sb_one", "7").ok(); });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(served, 200);
  EXPECT_EQ(smaregi.count(kToken), 1U);
}

TEST_F(SmaregiClientTest, ATokenIsRenewedFiveMinutesBeforeItEnds) {
  smaregi.on(kToken, {token("A"), token("B")});
  smaregi.on(kMember, {member()});
  ASSERT_TRUE(client->member("sb_one", "7"));
  clock.wall += 3'600 - 301;
  ASSERT_TRUE(client->member("sb_one", "7"));
  EXPECT_EQ(smaregi.count(kToken), 1U);
  clock.wall += 1;
  ASSERT_TRUE(client->member("sb_one", "7"));
  EXPECT_EQ(smaregi.count(kToken), 2U);
  EXPECT_EQ(smaregi.seen(kMember).back().authorization, "Bearer B");
}

TEST_F(SmaregiClientTest, AnOldTokenServesWhileItsRenewalFails) {
  smaregi.on(kToken, {token("A"), status(503)});
  smaregi.on(kMember, {member()});
  ASSERT_TRUE(client->member("sb_one", "7"));
  clock.wall += 3'500;
  ASSERT_TRUE(client->member("sb_one", "7"));
  EXPECT_EQ(smaregi.seen(kMember).back().authorization, "Bearer A");
  clock.wall += 100;
  EXPECT_EQ(client->member("sb_one", "7").error().code, ErrorCode::kUnavailable);
}

TEST_F(SmaregiClientTest, ATokenRefusedOnceIsReplacedRefusedTwiceIsUnauthorized) {
  smaregi.on(kToken, {token("A"), token("B")});
  smaregi.on(kMember, {status(401), member(), status(401)});
  ASSERT_TRUE(client->member("sb_one", "7"));
  EXPECT_EQ(smaregi.count(kToken), 2U);
  EXPECT_EQ(smaregi.seen(kMember).back().authorization, "Bearer B");
  EXPECT_EQ(client->member("sb_one", "7").error().code, ErrorCode::kUnauthorized);
  EXPECT_EQ(smaregi.count(kMember), 4U);
}

TEST_F(SmaregiClientTest, AContractThatRefusesTheAppIsUnauthorizedAndNoSecretIsSaid) {
  for (const Answer& refusal :
       {status(400, R"({"error":"invalid_scope"})"), status(401), status(403)}) {
    smaregi.on(kToken, {refusal});
    const auto refused = client->member("sb_one", "7");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUnauthorized);
    EXPECT_EQ(refused.error().message.find("s3cret"), std::string::npos);
  }
}

TEST_F(SmaregiClientTest, ContractsHaveTokensOfTheirOwn) {
  smaregi.on("POST /app/sb_two/token", {token("Two")});
  smaregi.on("GET /sb_two/pos/customers/7", {member()});
  smaregi.on(kMember, {member()});
  ASSERT_TRUE(client->member("sb_one", "7"));
  ASSERT_TRUE(client->member("sb_two", "7"));
  EXPECT_EQ(smaregi.seen("GET /sb_two/pos/customers/7").back().authorization, "Bearer Two");
}

// ---- trouble
// -------------------------------------------------------------------------------------

TEST_F(SmaregiClientTest, ReadsSurvivePassingTrouble) {
  for (const Answer& trouble : {status(500), status(502, "<html>"), status(503), test::html(),
                                test::half_body(), ok("{}"), ok("[]"), status(408)}) {
    smaregi.on(kMember, {trouble, trouble, member()});
    const auto read = client->member("sb_one", "7");
    ASSERT_TRUE(read) << trouble.status << trouble.body << read.error().message;
    EXPECT_EQ(read->code, "T1");
  }
}

TEST_F(SmaregiClientTest, LastingTroubleIsUnavailableAfterABoundedNumberOfTries) {
  for (const Answer& trouble : {status(500), test::html(), test::half_body()}) {
    const size_t before = smaregi.count(kMember);
    smaregi.on(kMember, {trouble});
    EXPECT_EQ(client->member("sb_one", "7").error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(smaregi.count(kMember) - before, 4U);
  }
}

TEST_F(SmaregiClientTest, ASilentServerCostsNoMoreThanTheTotalTime) {
  SmaregiOptions hasty = options();
  hasty.attempt_time = 100ms;
  hasty.shopper_time = 250ms;
  rebuild(hasty);
  smaregi.on(kMember, {test::never()});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(client->member("sb_one", "7").error().code, ErrorCode::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
}

TEST_F(SmaregiClientTest, RefusalsAreNotRepeated) {
  struct Row {
    int status;
    ErrorCode code;
  };
  for (const Row& row : {Row{400, ErrorCode::kInvalid}, Row{403, ErrorCode::kUnauthorized},
                         Row{404, ErrorCode::kNotFound}, Row{409, ErrorCode::kConflict}}) {
    const size_t before = smaregi.count(kMember);
    smaregi.on(kMember,
               {status(row.status, R"({"title":"Bad Request","detail":"なにか","status":400})")});
    const auto refused = client->member("sb_one", "7");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, row.code) << row.status;
    EXPECT_EQ(refused.error().message.find("なにか"), std::string::npos)
        << "it may quote what a person typed";
    EXPECT_EQ(smaregi.count(kMember) - before, 1U);
  }
}

TEST_F(SmaregiClientTest, RetryAfterIsHonoured) {
  smaregi.on(kMember, {test::throttled("1"), member()});
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(client->member("sb_one", "7"));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 1s);
  EXPECT_EQ(smaregi.count(kMember), 2U);
}

TEST_F(SmaregiClientTest, ARetryAfterBeyondTheTotalTimeFailsAtOnceForAllReadsOfTheContract) {
  SmaregiOptions hasty = options();
  hasty.shopper_time = 2'000ms;
  rebuild(hasty);
  smaregi.on(kMember, {test::throttled("30")});
  smaregi.on(kPoints, {ok("[]")});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(client->member("sb_one", "7").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(client->points("sb_one", "7").error().code, ErrorCode::kBusy);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
  EXPECT_EQ(smaregi.count(kMember), 1U);
  EXPECT_EQ(smaregi.count(kPoints), 0U) << "the platform asked for silence";
}

TEST_F(SmaregiClientTest, ThreadsShareOneRateBudgetOfTheContract) {
  SmaregiOptions slow = options();
  slow.reads = {.start = 5, .ceiling = 5};
  rebuild(slow);
  smaregi.on(kMember, {member()});
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> callers;
  for (int i = 0; i < 11; ++i) {
    callers.emplace_back([&] { EXPECT_TRUE(client->member("sb_one", "7")); });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_GE(std::chrono::steady_clock::now() - began, 2s) << "eleven calls at five a second";
}

}  // namespace
}  // namespace tsunagi
