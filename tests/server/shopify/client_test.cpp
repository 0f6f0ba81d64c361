// The Shopify client against a server that answers as badly as a platform can.
#include "tests/server/shopify/client_world.h"

namespace tsunagi {
namespace {

// ---- installing
// ----------------------------------------------------------------------------------

TEST_F(ShopifyClientTest, InstallsByExchangingTheSessionToken) {
  shopify.on(kTokens, {tokens("A", "R")});
  shopify.on(kGraphql, {shop_is(kDomain)});
  const auto shop = client->install(kDomain, "session.jwt.x");
  ASSERT_TRUE(shop) << shop.error().message;
  EXPECT_EQ(shop->id, 41);
  EXPECT_EQ(shop->name, "One");
  EXPECT_EQ(
      json::parse(shopify.seen(kTokens).back().body),
      (json{{"client_id", "the-app"},
            {"client_secret", "s3cret"},
            {"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
            {"subject_token", "session.jwt.x"},
            {"subject_token_type", "urn:ietf:params:oauth:token-type:id_token"},
            {"requested_token_type", "urn:shopify:params:oauth:token-type:offline-access-token"},
            {"expiring", "1"}}));
  EXPECT_EQ(token_of(shopify.seen(kGraphql).back()), "A");
  EXPECT_TRUE((*storage.tenant(41))->installed);
  EXPECT_EQ(stored(SecretPurpose::kShopifyAccess), "A");
  EXPECT_EQ(stored(SecretPurpose::kShopifyRefresh), "R");
  EXPECT_EQ((*storage.secret(41, SecretPurpose::kShopifyAccess))->expires_at, clock.now() + 3'600);
}

TEST_F(ShopifyClientTest, ATokenOfAnotherShopInstallsNothing) {
  shopify.on(kTokens, {tokens("A", "R")});
  shopify.on(kGraphql, {shop_is("shop-two.myshopify.com")});
  EXPECT_EQ(client->install(kDomain, "x").error().code, ErrorCode::kUnauthorized);
  EXPECT_FALSE(*storage.tenant(41));
  EXPECT_EQ(stored(SecretPurpose::kShopifyAccess), "");
}

TEST_F(ShopifyClientTest, ARefusedSessionTokenIsUnauthorizedAndNoSecretIsSaid) {
  shopify.on(kTokens,
             {status(400, R"({"error":"invalid_subject_token","error_description":"s3cret"})")});
  const auto shop = client->install(kDomain, "session.jwt.x");
  ASSERT_FALSE(shop);
  EXPECT_EQ(shop.error().code, ErrorCode::kUnauthorized);
  EXPECT_EQ(shop.error().message.find("s3cret"), std::string::npos);
  EXPECT_EQ(shop.error().message.find("session.jwt.x"), std::string::npos);
  EXPECT_EQ(shopify.count(kTokens), 1U);
}

TEST_F(ShopifyClientTest, OnlyAShopsAddressIsEverCalled) {
  for (const char* domain : {"", "evil.example", "a.myshopify.com.evil.example",
                             "x/../shop-one.myshopify.com", "a@evil.myshopify.com", "127.0.0.1"}) {
    EXPECT_EQ(client->install(domain, "x").error().code, ErrorCode::kInvalid) << domain;
  }
  tenant.shop_domain = "evil.example";
  has_tokens("A", "R");
  EXPECT_EQ(failure_of_customer(), ErrorCode::kInvalid);
  EXPECT_EQ(shopify.count(), 0U);
}

// ---- tokens
// --------------------------------------------------------------------------------------

// Remembers how long each call may take.
class WatchedOutbound final : public Outbound {
 public:
  explicit WatchedOutbound(Outbound& outbound) : outbound_(outbound) {}
  Result<HttpReply> send(const HttpRequest& request) override {
    times[std::string(request.label)] = request.timeout;
    return outbound_.send(request);
  }
  std::map<std::string, std::chrono::milliseconds> times;

 private:
  Outbound& outbound_;
};

TEST_F(ShopifyClientTest, ARefreshHasItsTimeThoughTheOldTokenWouldServe) {
  WatchedOutbound watched(*outbound);
  client = std::make_unique<ShopifyClient>(options(), watched, storage, clock, random);
  has_tokens("A", "R", 60);
  shopify.on(kTokens, {tokens("B", "S")});
  ASSERT_TRUE(client->customer(tenant, 7'001));
  EXPECT_EQ(token_of(shopify.seen(kGraphql).back()), "B");
  EXPECT_EQ(watched.times["shopify.token.refresh"], options().attempt_time);
}

TEST_F(ShopifyClientTest, TokensRotateFiveMinutesBeforeTheyEnd) {
  has_tokens("A", "R");
  shopify.on(kTokens, {tokens("B", "S"), tokens("C", "T")});
  clock.wall += 3'600 - 301;
  ASSERT_TRUE(client->customer(tenant, 7'001));
  EXPECT_EQ(shopify.count(kTokens), 0U);
  clock.wall += 1;
  ASSERT_TRUE(client->customer(tenant, 7'001));
  EXPECT_EQ(json::parse(shopify.seen(kTokens).back().body), (json{{"client_id", "the-app"},
                                                                  {"client_secret", "s3cret"},
                                                                  {"grant_type", "refresh_token"},
                                                                  {"refresh_token", "R"}}));
  EXPECT_EQ(token_of(shopify.seen(kGraphql).back()), "B");
  EXPECT_EQ(stored(SecretPurpose::kShopifyAccess), "B");
  EXPECT_EQ(stored(SecretPurpose::kShopifyRefresh), "S");
  clock.wall += 3'600;
  ASSERT_TRUE(client->customer(tenant, 7'001));
  EXPECT_EQ(json::parse(shopify.seen(kTokens).back().body)["refresh_token"], "S");
  EXPECT_EQ(stored(SecretPurpose::kShopifyRefresh), "T");
}

TEST_F(ShopifyClientTest, TwoHundredCallersAtOnceRefreshOnce) {
  has_tokens("A", "R", 0);
  shopify.on(kTokens, {tokens("B", "S")});
  std::atomic<int> served = 0;
  std::vector<std::thread> callers;
  callers.reserve(200);
  for (int i = 0; i < 200; ++i) {
    callers.emplace_back([&] { served += client->customer(tenant, 7'001).ok(); });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(served, 200);
  EXPECT_EQ(shopify.count(kTokens), 1U);
}

// Each server has a flight of its own; the claim in the database is what they share.
TEST_F(ShopifyClientTest, OfSeveralServersOneRefreshes) {
  has_tokens("A", "R", 0);
  shopify.on(kTokens, [&](const Seen& seen) {
    EXPECT_EQ(json::parse(seen.body)["refresh_token"], "R") << "never used twice";
    while (storage.claims_refused == 0) std::this_thread::yield();  // another one waits
    return tokens("B", "S");
  });
  std::vector<std::unique_ptr<ShopifyClient>> servers;
  std::vector<std::thread> callers;
  std::atomic<int> served = 0;
  for (int i = 0; i < 5; ++i) {
    servers.push_back(
        std::make_unique<ShopifyClient>(options(), *outbound, storage, clock, random));
    callers.emplace_back(
        [&, &server = *servers.back()] { served += server.customer(tenant, 7'001).ok(); });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(served, 5);
  EXPECT_EQ(shopify.count(kTokens), 1U);
  EXPECT_EQ(stored(SecretPurpose::kShopifyRefresh), "S");
}

TEST_F(ShopifyClientTest, WhileAnotherServerRefreshesTheOldTokenServes) {
  has_tokens("A", "R", 200);
  ASSERT_TRUE(*storage.claim(41, {.name = "shopify.token", .holder = "another"}, clock.now(),
                             clock.now() + shopify::kRefreshClaimSeconds));
  ASSERT_TRUE(client->customer(tenant, 7'001));
  EXPECT_EQ(token_of(shopify.seen(kGraphql).back()), "A");
  EXPECT_EQ(shopify.count(kTokens), 0U);
  clock.wall += shopify::kRefreshClaimSeconds;  // it died
  shopify.on(kTokens, {tokens("B", "S")});
  ASSERT_TRUE(client->customer(tenant, 7'001));
  EXPECT_EQ(token_of(shopify.seen(kGraphql).back()), "B");
}

TEST_F(ShopifyClientTest, ATokenRefusedOnceIsReplacedRefusedTwiceIsUnauthorized) {
  has_tokens("A", "R");
  shopify.on(kTokens, {tokens("B", "S"), tokens("C", "T")});
  shopify.on(kGraphql, {status(401), nobody(), status(401)});
  ASSERT_TRUE(client->customer(tenant, 7'001));
  EXPECT_EQ(token_of(shopify.seen(kGraphql).back()), "B");
  EXPECT_EQ(failure_of_customer(), ErrorCode::kUnauthorized);
  EXPECT_EQ(shopify.count(kGraphql), 4U);
}

TEST_F(ShopifyClientTest, ATokenThatAnotherServerStoredMeanwhileIsUsed) {
  has_tokens("A", "R");
  shopify.on(kGraphql, [&](const Seen& seen) {
    if (token_of(seen) != "A") return nobody();
    has_tokens("B", "S");
    return status(401);
  });
  ASSERT_TRUE(client->customer(tenant, 7'001));
  EXPECT_EQ(shopify.count(kTokens), 0U);
}

TEST_F(ShopifyClientTest, AShopWithoutUsableTokensHasToOpenTheApp) {
  EXPECT_EQ(failure_of_customer(), ErrorCode::kUnauthorized) << "never installed";
  has_tokens("A", "R", 0);
  shopify.on(kTokens, {status(400, R"({"error":"invalid_request"})")});
  EXPECT_EQ(failure_of_customer(), ErrorCode::kUnauthorized) << "refresh refused";
  EXPECT_EQ(shopify.count(kTokens), 1U);
  EXPECT_EQ(stored(SecretPurpose::kShopifyRefresh), "R") << "kept: a re-exchange replaces it";
  clock.wall += 7'776'000;
  EXPECT_EQ(failure_of_customer(), ErrorCode::kUnauthorized) << "refresh token ended";
  EXPECT_EQ(shopify.count(kTokens), 1U);
  ASSERT_TRUE(storage.uninstall(41));
  EXPECT_EQ(failure_of_customer(), ErrorCode::kUnauthorized) << "uninstalled";
  EXPECT_EQ(shopify.count(kGraphql), 0U);
}

TEST_F(ShopifyClientTest, AnOldTokenServesWhileItsRefreshFails) {
  has_tokens("A", "R", 200);
  shopify.on(kTokens, {status(503)});
  ASSERT_TRUE(client->customer(tenant, 7'001));
  EXPECT_EQ(token_of(shopify.seen(kGraphql).back()), "A");
  clock.wall += 200;
  EXPECT_EQ(failure_of_customer(), ErrorCode::kUnavailable);
}

TEST_F(ShopifyClientTest, APairThatCouldNotBeStoredIsFetchedAgain) {
  has_tokens("A", "R", 0);
  bool once = true;
  shopify.on(kTokens, [&](const Seen&) {
    const bool first = std::exchange(once, false);
    if (first) storage.fail_next_writes = 1;
    return first ? tokens("B", "S") : tokens("C", "T");
  });
  EXPECT_EQ(failure_of_customer(), ErrorCode::kUnavailable);
  ASSERT_TRUE(client->customer(tenant, 7'001));
  EXPECT_EQ(json::parse(shopify.seen(kTokens).back().body)["refresh_token"], "R");
  EXPECT_EQ(stored(SecretPurpose::kShopifyRefresh), "T");
}

// ---- trouble
// -------------------------------------------------------------------------------------

TEST_F(ShopifyClientTest, CallsSurvivePassingTrouble) {
  has_tokens("A", "R");
  for (const Answer& trouble :
       {status(500), status(502, "<html>"), test::html(), test::half_body(), ok("{}"), ok("[]"),
        test::throttled("0"),
        ok(R"({"errors":[{"message":"x","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]})")}) {
    shopify.on(kGraphql, {trouble, trouble, nobody()});
    EXPECT_TRUE(client->customer(tenant, 7'001)) << trouble.status << trouble.body;
  }
}

TEST_F(ShopifyClientTest, LastingTroubleIsUnavailableAfterABoundedNumberOfTries) {
  has_tokens("A", "R");
  for (const Answer& trouble :
       {status(500), test::html(), test::half_body(), test::throttled("0")}) {
    const size_t before = shopify.count(kGraphql);
    shopify.on(kGraphql, {trouble});
    EXPECT_EQ(failure_of_customer(), ErrorCode::kUnavailable);
    EXPECT_EQ(shopify.count(kGraphql) - before, 5U);
  }
}

TEST_F(ShopifyClientTest, ASilentServerCostsNoMoreThanTheTotalTime) {
  ShopifyOptions hasty = options();
  hasty.attempt_time = 100ms;
  hasty.total_time = 250ms;
  rebuild(hasty);
  has_tokens("A", "R");
  shopify.on(kGraphql, {test::never()});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(failure_of_customer(), ErrorCode::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
}

TEST_F(ShopifyClientTest, AMerchantWaitsForASilentServerNoLongerThanTheirTime) {
  ShopifyOptions patient = options();
  patient.attempt_time = 8'000ms;
  patient.total_time = 30'000ms;
  patient.merchant_time = 250ms;
  rebuild(patient);
  ShopifyClient merchants(*client, ShopifyClient::Caller::kMerchant);
  const auto waits = [](const auto& call) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(call().error().code, ErrorCode::kUnavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
  };
  has_tokens("A", "R");
  shopify.on(kGraphql, {test::never()});
  waits([&] { return merchants.count_tagged(tenant, "old"); });
  shopify.on(kTokens, {test::never()});
  waits([&] { return merchants.install(kDomain, "session"); });
  has_tokens("A", "R", -1);
  waits([&] { return merchants.count_tagged(tenant, "old"); });
}

TEST_F(ShopifyClientTest, RefusalsAreNotRepeated) {
  has_tokens("A", "R");
  struct Row {
    Answer answer;
    ErrorCode code;
  };
  for (
      const Row& row : {
          Row{status(402), ErrorCode::kUnauthorized},
          Row{status(403), ErrorCode::kUnauthorized},
          Row{status(423), ErrorCode::kUnauthorized},
          Row{status(404), ErrorCode::kNotFound},
          Row{status(400), ErrorCode::kInternal},
          Row{ok(R"({"errors":[{"message":"x","extensions":{"code":"ACCESS_DENIED"}}]})"),
              ErrorCode::kUnauthorized},
          Row{ok(R"({"errors":[{"message":"Field 'x' doesn't exist","extensions":{"code":"undefinedField"}}]})"),
              ErrorCode::kInternal},
      }) {
    const size_t before = shopify.count(kGraphql);
    shopify.on(kGraphql, {row.answer});
    const auto customer = client->customer(tenant, 7'001);
    ASSERT_FALSE(customer);
    EXPECT_EQ(customer.error().code, row.code) << row.answer.status << row.answer.body;
    EXPECT_EQ(shopify.count(kGraphql) - before, 1U);
  }
}

// ---- points
// --------------------------------------------------------------------------------------

TEST_F(ShopifyClientTest, AThrottledCallWaitsUntilItsPointsHaveDrippedBack) {
  has_tokens("A", "R");
  shopify.on(kGraphql, {no_points(2, 52, 100), nobody()});
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(client->customer(tenant, 7'001));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 500ms) << "50 points at 100 a second";
  EXPECT_EQ(shopify.count(kGraphql), 2U);
}

TEST_F(ShopifyClientTest, ABucketThatCannotFillInTimeFailsAtOnce) {
  ShopifyOptions hasty = options();
  hasty.total_time = 1'000ms;
  rebuild(hasty);
  has_tokens("A", "R");
  shopify.on(kGraphql, {no_points(0, 1'000, 50)});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(failure_of_customer(), ErrorCode::kBusy);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 900ms);
  EXPECT_EQ(shopify.count(kGraphql), 1U);
}

TEST(PointBucketTest, WaitsForWhatTheOperationCostLastTime) {
  fakes::ManualClock clock;
  shopify::PointBucket bucket(clock);
  const auto free_now = [&](std::string_view operation) {
    return bucket.take(operation, clock.steady()).ok();
  };
  EXPECT_TRUE(free_now("Dear")) << "nothing is known yet";
  bucket.learn("Dear",
               {.requested = 100, .available = 150, .maximum = 1'000, .restored_per_second = 50},
               false);
  EXPECT_TRUE(free_now("Dear"));
  EXPECT_FALSE(free_now("Dear")) << "50 points are left";
  EXPECT_TRUE(free_now("Cheap"));
  clock.advance_ms(1'240);
  EXPECT_TRUE(free_now("Dear"));
  clock.advance(3'600);
  EXPECT_DOUBLE_EQ(bucket.available(), 1'000) << "never more than the bucket holds";
}

TEST(PointBucketTest, OfASharedBucketEachProcessTakesItsPart) {
  fakes::ManualClock clock;
  const auto half = [](int64_t, int64_t) -> Result<BudgetSlice> {
    return BudgetSlice{.part = 500, .slow_to = 0};
  };
  shopify::PointBucket one(clock, half);
  shopify::PointBucket other(clock, half);
  // Both hear of the same bucket, full.
  const shopify::Cost full{
      .requested = 100, .available = 1'000, .maximum = 1'000, .restored_per_second = 50};
  double spent = 0;
  for (shopify::PointBucket* bucket : {&one, &other}) {
    ASSERT_TRUE(bucket->take("q", clock.steady()));
    bucket->learn("q", full, false);
  }
  const auto spend = [&] {
    for (shopify::PointBucket* bucket : {&one, &other}) {
      while (bucket->take("q", clock.steady()).ok()) spent += 100;
    }
  };
  spend();
  EXPECT_LE(spent, 1'000);
  EXPECT_GE(spent, 800);
  for (int second = 0; second < 60; ++second) {
    clock.advance(1);
    spend();
  }
  EXPECT_LE(spent, 1'000 + 60 * 50);
  EXPECT_GE(spent, 0.8 * 60 * 50);
}

TEST(PointBucketTest, WorkInTheBackgroundLeavesAQuarterOfTheBucket) {
  fakes::ManualClock clock;
  shopify::PointBucket bucket(clock);
  bucket.learn("q",
               {.requested = 100, .available = 1'000, .maximum = 1'000, .restored_per_second = 50},
               false);
  int taken = 0;
  while (bucket.take("q", clock.steady(), /*in_background=*/true)) ++taken;
  EXPECT_EQ(taken, 7);
  while (bucket.take("q", clock.steady())) ++taken;
  EXPECT_EQ(taken, 10);
}

TEST(PointBucketTest, ACallUnderWayIsNotCountedInWhatAnotherReplySays) {
  fakes::ManualClock clock;
  shopify::PointBucket bucket(clock);
  const shopify::Cost full{
      .requested = 100, .available = 1'000, .maximum = 1'000, .restored_per_second = 50};
  bucket.learn("q", full, false);
  const auto first = bucket.take("q", clock.steady());
  const auto second = bucket.take("q", clock.steady());
  ASSERT_TRUE(first && second);
  bucket.over(*first);
  bucket.learn("q", full, false);  // written before Shopify saw the second
  EXPECT_DOUBLE_EQ(bucket.available(), 900);
  bucket.over(*second);
  bucket.learn("q", full, false);
  EXPECT_DOUBLE_EQ(bucket.available(), 1'000);
}

TEST(PointBucketTest, ARefusalOutweighsTheFigures) {
  fakes::ManualClock clock;
  shopify::PointBucket bucket(clock);
  bucket.learn(
      "Q", {.requested = 100, .available = 500, .maximum = 1'000, .restored_per_second = 50}, true);
  EXPECT_FALSE(bucket.take("Q", clock.steady()));
  clock.advance_ms(20);
  EXPECT_TRUE(bucket.take("Q", clock.steady()));
}

}  // namespace
}  // namespace tsunagi
