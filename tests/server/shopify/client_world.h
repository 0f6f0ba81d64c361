#pragma once
// The Shopify client before a scripted server.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/shopify/access.h"
#include "server/shopify/client.h"
#include "server/shopify/points.h"
#include "tests/support/fake_storage.h"
#include "tests/support/fake_world.h"
#include "tests/support/scripted_server.h"

namespace tsunagi {

using namespace std::chrono_literals;
using nlohmann::json;
using test::Answer;
using test::ok;
using test::Seen;
using test::status;

inline constexpr const char* kDomain = "shop-one.myshopify.com";
inline constexpr const char* kTokens = "POST /shop-one.myshopify.com/admin/oauth/access_token";
inline constexpr const char* kGraphql =
    "POST /shop-one.myshopify.com/admin/api/2026-10/graphql.json";

inline Answer tokens(const std::string& access, const std::string& refresh) {
  return ok(json{{"access_token", access},
                 {"scope", "read_customers"},
                 {"expires_in", 3'600},
                 {"refresh_token", refresh},
                 {"refresh_token_expires_in", 7'776'000}}
                .dump());
}
inline Answer shop_is(const std::string& domain) {
  return ok(json{
      {"data",
       {{"shop", {{"id", "gid://shopify/Shop/41"}, {"name", "One"}, {"myshopifyDomain", domain}}}}}}
                .dump());
}
inline Answer nobody() { return ok(R"({"data":{"customer":null}})"); }
inline Answer user_errors(const std::string& mutation, const json& errors) {
  return ok(json{{"data", {{mutation, {{"userErrors", errors}}}}}}.dump());
}
inline Answer no_points(double available, double requested = 12, double restore = 100) {
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
inline std::string token_of(const Seen& seen) {
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
            .attempt_time = 2'000ms,
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
  fakes::HalfManualClock clock;
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

}  // namespace tsunagi
