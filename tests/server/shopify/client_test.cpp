// The Shopify client against a server that answers as badly as a platform can.
#include "server/shopify/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/shopify/points.h"
#include "tests/support/fake_storage.h"
#include "tests/support/fake_world.h"
#include "tests/support/scripted_server.h"

namespace tsunagi {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::Answer;
using test::ok;
using test::Seen;
using test::status;

constexpr const char* kDomain = "shop-one.myshopify.com";
constexpr const char* kTokens = "POST /shop-one.myshopify.com/admin/oauth/access_token";
constexpr const char* kGraphql = "POST /shop-one.myshopify.com/admin/api/2026-10/graphql.json";

class HalfManualClock : public Clock {
 public:
  [[nodiscard]] Seconds now() const override { return wall; }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::now();
  }
  std::atomic<Seconds> wall = 1'790'000'000;
};

Answer tokens(const std::string& access, const std::string& refresh) {
  return ok(json{{"access_token", access},
                 {"scope", "read_customers"},
                 {"expires_in", 3'600},
                 {"refresh_token", refresh},
                 {"refresh_token_expires_in", 7'776'000}}
                .dump());
}
Answer shop_is(const std::string& domain) {
  return ok(json{
      {"data",
       {{"shop", {{"id", "gid://shopify/Shop/41"}, {"name", "One"}, {"myshopifyDomain", domain}}}}}}
                .dump());
}
Answer nobody() { return ok(R"({"data":{"customer":null}})"); }
Answer user_errors(const std::string& mutation, const json& errors) {
  return ok(json{{"data", {{mutation, {{"userErrors", errors}}}}}}.dump());
}
Answer no_points(double available, double requested = 12, double restore = 100) {
  return ok(json{{"errors", {{{"message", "Throttled"}, {"extensions", {{"code", "THROTTLED"}}}}}},
                 {"extensions",
                  {{"cost",
                    {{"requestedQueryCost", requested},
                     {"throttleStatus",
                      {{"maximumAvailable", 2'000},
                       {"currentlyAvailable", available},
                       {"restoreRate", restore}}}}}}}}
                .dump());
}
std::string token_of(const Seen& seen) {
  const auto found = seen.headers.find("X-Shopify-Access-Token");
  return found == seen.headers.end() ? "" : found->second;
}

class ShopifyClientTest : public ::testing::Test {
 protected:
  ShopifyClientTest() { shopify.on(kGraphql, {nobody()}); }

  ShopifyOptions options() const {
    return {.client_id = "the-app",
            .client_secret = "s3cret",
            .admin_url = shopify.url() + "/{shop}",
            .attempt_time = 500ms,
            .total_time = 5'000ms,
            .first_backoff = 2ms};
  }
  void rebuild(ShopifyOptions changed) {
    client = std::make_unique<ShopifyClient>(std::move(changed), *outbound, storage, clock, random);
  }
  void has_tokens(const std::string& access, const std::string& refresh, Seconds lasts = 3'600) {
    ASSERT_TRUE(storage.install({.id = 41, .domain = kDomain, .name = "One"}));
    ASSERT_TRUE(storage.put_secrets(
        41, {{SecretPurpose::kShopifyAccess, {access, clock.now() + lasts}},
             {SecretPurpose::kShopifyRefresh, {refresh, clock.now() + 7'776'000}}}));
  }
  std::string stored(SecretPurpose purpose) {
    const auto secret = storage.secret(41, purpose);
    return secret.ok() && secret->has_value() ? (*secret)->value : "";
  }
  ErrorCode failure_of_customer() {
    const auto customer = client->customer(tenant, 7'001);
    return customer.ok() ? ErrorCode::kInternal : customer.error().code;
  }
  json sent(size_t from_the_end = 0) {
    const auto all = shopify.seen(kGraphql);
    return json::parse(all.at(all.size() - 1 - from_the_end).body);
  }

  test::ScriptedServer shopify;
  HalfManualClock clock;
  fakes::SeededRandom random{7};
  fakes::FakeStorage storage;
  std::unique_ptr<Outbound> outbound = make_outbound();
  std::unique_ptr<ShopifyClient> client =
      std::make_unique<ShopifyClient>(options(), *outbound, storage, clock, random);
  Tenant tenant = [] {
    Tenant one;
    one.id = 41;
    one.shop_domain = kDomain;
    one.installed = true;
    return one;
  }();
};

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
  shopify.on(kTokens, {tokens("B", "S"), tokens("C", "T")});
  storage.fail_next_writes = 1;
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
  EXPECT_EQ(failure_of_customer(), ErrorCode::kUnavailable);
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

TEST(PointBucketTest, ARefusalOutweighsTheFigures) {
  fakes::ManualClock clock;
  shopify::PointBucket bucket(clock);
  bucket.learn(
      "Q", {.requested = 100, .available = 500, .maximum = 1'000, .restored_per_second = 50}, true);
  EXPECT_FALSE(bucket.take("Q", clock.steady()));
  clock.advance_ms(20);
  EXPECT_TRUE(bucket.take("Q", clock.steady()));
}

// ---- what the domain asks for
// --------------------------------------------------------------------

TEST_F(ShopifyClientTest, ReadsACustomer) {
  has_tokens("A", "R");
  shopify.on(
      kGraphql,
      {ok(R"({"data":{"customer":{"id":"gid://shopify/Customer/7001","firstName":"木","lastName":"繋",
      "locale":"ja","defaultEmailAddress":{"emailAddress":"a@example.com","marketingState":"UNSUBSCRIBED"}}}})")});
  const auto customer = client->customer(tenant, 7'001);
  ASSERT_TRUE(customer);
  ASSERT_TRUE(*customer);
  EXPECT_EQ((*customer)->last_name, "繋");
  EXPECT_FALSE((*customer)->mail_consent);
  EXPECT_EQ(sent()["operationName"], "Customer");
  EXPECT_EQ(sent()["variables"],
            (json{{"id", "gid://shopify/Customer/7001"}, {"keys", {"facts.birth_date"}}}))
      << "only the metafields that the merchant names";
  EXPECT_NE(sent()["query"].get<std::string>().find("query Customer($id: ID!"), std::string::npos);
  EXPECT_EQ(client->customer(tenant, 7'002).error().code, ErrorCode::kUnavailable)
      << "a reply about another customer is never given out";
  shopify.on(kGraphql, {nobody()});
  EXPECT_FALSE(*client->customer(tenant, 7'001));
}

TEST_F(ShopifyClientTest, PreparesTheDefinitionOnce) {
  has_tokens("A", "R");
  shopify.on(kGraphql, {user_errors("metafieldDefinitionCreate", json::array())});
  ASSERT_TRUE(client->prepare(tenant));
  EXPECT_EQ(sent()["variables"], (json{{"definition",
                                        {{"name", "Tsunagi member card"},
                                         {"namespace", "$app:tsunagi"},
                                         {"key", "card"},
                                         {"ownerType", "CUSTOMER"},
                                         {"type", "json"},
                                         {"access",
                                          {{"admin", "MERCHANT_READ"},
                                           {"storefront", "NONE"},
                                           {"customerAccount", "READ"}}}}}}));
  shopify.on(kGraphql,
             {user_errors(
                 "metafieldDefinitionCreate",
                 {{{"code", "TAKEN"}, {"field", {"definition", "key"}}, {"message", "in use"}}})});
  EXPECT_TRUE(client->prepare(tenant)) << "it is there";
  shopify.on(
      kGraphql,
      {user_errors("metafieldDefinitionCreate",
                   {{{"code", "LIMIT_EXCEEDED"}, {"field", nullptr}, {"message", "too many"}}})});
  const auto failed = client->prepare(tenant);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kInvalid);
  EXPECT_NE(failed.error().message.find("LIMIT_EXCEEDED"), std::string::npos);
}

TEST_F(ShopifyClientTest, WritesCardsAllOrNone) {
  has_tokens("A", "R");
  shopify.on(kGraphql, {user_errors("metafieldsSet", json::array())});
  ASSERT_TRUE(client->write_cards(tenant, {{.customer_id = 7'001, .json = R"({"v":1})"}}));
  EXPECT_EQ(sent()["variables"], (json{{"metafields",
                                        {{{"ownerId", "gid://shopify/Customer/7001"},
                                          {"namespace", "$app:tsunagi"},
                                          {"key", "card"},
                                          {"type", "json"},
                                          {"value", R"({"v":1})"}}}}}));
  struct Row {
    const char* code;
    ErrorCode means;
  };
  for (const Row& row :
       {Row{"INVALID", ErrorCode::kInvalid}, Row{"INTERNAL_ERROR", ErrorCode::kUnavailable},
        Row{"APP_NOT_AUTHORIZED", ErrorCode::kUnauthorized}}) {
    shopify.on(kGraphql, {user_errors("metafieldsSet", {{{"code", row.code},
                                                         {"field", {"metafields", "0", "ownerId"}},
                                                         {"message", "no"}}})});
    const auto failed = client->write_cards(tenant, {{.customer_id = 7'001, .json = "{}"}});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, row.means) << row.code;
    EXPECT_NE(failed.error().message.find("metafields.0.ownerId"), std::string::npos);
  }
}

TEST_F(ShopifyClientTest, AWriteTakesTwentyFiveCardsAndNoMore) {
  has_tokens("A", "R");
  shopify.on(kGraphql, {user_errors("metafieldsSet", json::array())});
  EXPECT_TRUE(client->write_cards(tenant, {}));
  EXPECT_EQ(shopify.count(kGraphql), 0U) << "nothing to say";
  std::vector<CardMetafield> cards(25, {.customer_id = 1, .json = "{}"});
  EXPECT_TRUE(client->write_cards(tenant, cards));
  cards.push_back({.customer_id = 2, .json = "{}"});
  EXPECT_EQ(client->write_cards(tenant, cards).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(shopify.count(kGraphql), 1U);
}

TEST_F(ShopifyClientTest, ErasesACardAlsoOfACustomerWhoIsGone) {
  has_tokens("A", "R");
  shopify.on(kGraphql,
             {ok(R"({"data":{"metafieldsDelete":{"deletedMetafields":[null],"userErrors":[]}}})")});
  ASSERT_TRUE(client->erase_card(tenant, 7'001));
  EXPECT_EQ(sent()["variables"], (json{{"metafields",
                                        {{{"ownerId", "gid://shopify/Customer/7001"},
                                          {"namespace", "$app:tsunagi"},
                                          {"key", "card"}}}}}));
  const Answer refused =
      user_errors("metafieldsDelete", {{{"field", nullptr}, {"message", "owner does not exist"}}});
  shopify.on(kGraphql, {refused, nobody()});
  EXPECT_TRUE(client->erase_card(tenant, 7'001));
  shopify.on(kGraphql,
             {refused, ok(R"({"data":{"customer":{"id":"gid://shopify/Customer/7001"}}})")});
  EXPECT_EQ(client->erase_card(tenant, 7'001).error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace tsunagi
