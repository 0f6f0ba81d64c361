// The production client against the Shopify stand-in, which executes our operations on Shopify's
// published schema.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "server/base/outbound.h"
#include "server/base/system_clock.h"
#include "server/shopify/client.h"
#include "tests/support/fake_storage.h"
#include "tests/support/fake_world.h"
#include "tests/support/spawned.h"

namespace tsunagi {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class ShopifySandboxTest : public ::testing::Test {
 protected:
  static constexpr const char* kShop = "tsunagi-test.myshopify.com";

  void SetUp() override {
    ASSERT_TRUE(sandbox.ok()) << "node tests/sandbox/shopify/main.mjs did not start";
    client = std::make_unique<ShopifyClient>(
        ShopifyOptions{.client_id = "the-app",
                       .client_secret = "s3cret",
                       .admin_url = sandbox.ready["admin_url"].get<std::string>(),
                       .first_backoff = 2ms},
        *outbound, storage, clock, random);
  }
  json send(const std::string& method, const std::string& url, const json& body,
            std::vector<HttpHeader> headers = {}) {
    const auto reply = outbound->send({.method = method,
                                       .url = url,
                                       .headers = std::move(headers),
                                       .content_type = "application/json",
                                       .body = body.is_null() ? "" : body.dump()});
    EXPECT_TRUE(reply.ok() && reply->status == 200)
        << method << url << (reply ? reply->body : reply.error().message);
    return reply ? json::parse(reply->body, nullptr, false) : json();
  }
  json control(const std::string& method, const std::string& path, const json& body = nullptr) {
    return send(method, sandbox.ready["control"].get<std::string>() + path, body);
  }
  std::string session_token() {
    const json answer = control("GET", "/session-token");
    for (const auto& [name, value] : answer.items()) {
      if (value.is_string() && name.find("token") != std::string::npos) return value;
    }
    return "";
  }
  void install() {
    const auto shop = client->install(kShop, session_token());
    ASSERT_TRUE(shop) << shop.error().message;
    EXPECT_EQ(shop->domain, kShop);
    EXPECT_EQ(shop->name, "つなぎ商店");
    tenant = **storage.tenant(shop->id);
    EXPECT_TRUE(tenant.installed);
  }
  // The merchant's own app makes a customer.
  int64_t make_customer(const json& input) {
    const json token =
        control("PUT", "/tokens", {{"scopes", {"write_customers", "read_customers"}}});
    const json reply =
        send("POST", sandbox.ready["admin_api"].get<std::string>(),
             {{"query",
               "mutation Make($input: CustomerInput!) { customerCreate(input: $input) { "
               "customer { id } userErrors { field message } } }"},
              {"variables", {{"input", input}}}},
             {{"X-Shopify-Access-Token", token["access_token"].get<std::string>()}});
    const std::string gid = reply["data"]["customerCreate"]["customer"]["id"].get<std::string>();
    return std::stoll(gid.substr(gid.rfind('/') + 1));
  }
  json metafields_of(int64_t customer) {
    for (const json& one : control("GET", "/customers")) {
      if (one["id"] == customer) return one["metafields"];
    }
    return nullptr;
  }
  size_t calls(const std::string& operation) {
    size_t count = 0;
    for (const json& one : control("GET", "/requests")) {
      count += one.value("operation", json()) == operation;
    }
    return count;
  }

  SystemClock clock;
  fakes::SeededRandom random{7};
  fakes::FakeStorage storage;
  std::unique_ptr<Outbound> outbound = make_outbound();
  test::Spawned sandbox{{"node",
                         std::string(TSUNAGI_SOURCE_DIR) + "/tests/sandbox/shopify/main.mjs",
                         "--port", "0", "--app-url", "http://127.0.0.1:1", "--client-id", "the-app",
                         "--client-secret", "s3cret", "--shop", kShop, "--seed", "7"}};
  std::unique_ptr<ShopifyClient> client;
  Tenant tenant;
};

TEST_F(ShopifySandboxTest, InstallPrepareWriteErase) {
  install();
  if (HasFatalFailure()) return;
  ASSERT_TRUE(client->prepare(tenant));
  const auto again = client->prepare(tenant);
  EXPECT_TRUE(again) << again.error().message;

  const int64_t id = make_customer({{"firstName", "木"},
                                    {"lastName", "繋"},
                                    {"email", "ki@example.com"},
                                    {"phone", "+819012345678"},
                                    {"locale", "ja"}});
  const auto customer = client->customer(tenant, id);
  ASSERT_TRUE(customer) << customer.error().message;
  ASSERT_TRUE(*customer);
  EXPECT_EQ((*customer)->last_name, "繋");
  EXPECT_EQ((*customer)->mail, "ki@example.com");
  EXPECT_EQ((*customer)->phone, "+819012345678");
  EXPECT_EQ((*customer)->locale, "ja");
  EXPECT_FALSE((*customer)->mail_consent);
  EXPECT_FALSE(*client->customer(tenant, 999'999'999));

  const std::string card = R"({"v":1,"state":"ready","holder":"{{ x }}"})";
  const auto written = client->write_cards(tenant, {{.customer_id = id, .json = card}});
  ASSERT_TRUE(written) << written.error().message;
  const json fields = metafields_of(id);
  ASSERT_EQ(fields.size(), 1U) << fields;
  EXPECT_EQ(fields[0]["key"], "card");
  EXPECT_EQ(json::parse(fields[0]["value"].get<std::string>()), json::parse(card));

  EXPECT_TRUE(client->erase_card(tenant, id));
  EXPECT_EQ(metafields_of(id).size(), 0U);
  EXPECT_TRUE(client->erase_card(tenant, id)) << "nothing there: done";
  EXPECT_TRUE(client->erase_card(tenant, 999'999'999)) << "the customer is gone: done";

  for (const json& one : control("GET", "/requests")) {
    EXPECT_EQ(one.value("deprecated", json::array()).size(), 0U) << one;
  }
}

TEST_F(ShopifySandboxTest, TheTagIsTheRightOneAndOthersStay) {
  install();
  if (HasFatalFailure()) return;
  const int64_t id = make_customer({{"email", "ki@example.com"}, {"tags", {"VIP", "tsunagi-vip"}}});
  const auto tags_of = [&](int64_t customer) -> json {
    for (const json& one : control("GET", "/customers")) {
      if (one["id"] == customer) return one["tags"];
    }
    return nullptr;
  };
  for (int times = 0; times < 2; ++times) {
    const auto tagged = client->tag_customer(tenant, id, "T0123456789012");
    ASSERT_TRUE(tagged) << tagged.error().message;
    EXPECT_EQ(tags_of(id), (json{"VIP", "tsunagi-vip", "tsunagi:T0123456789012"}));
  }
  EXPECT_EQ(calls("TagsAdd"), 1U) << "once";
  const auto found = client->customer_with_code(tenant, "T0123456789012");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->value_or(0), id);
  EXPECT_EQ(client->customer_with_code(tenant, "T012345678901")->value_or(0), 0);
  ASSERT_TRUE(client->tag_customer(tenant, id, "PLASTIC 1"));
  EXPECT_EQ(tags_of(id), (json{"VIP", "tsunagi-vip", "tsunagi:PLASTIC 1"}));
  ASSERT_TRUE(client->tag_customer(tenant, id, ""));
  ASSERT_TRUE(client->tag_customer(tenant, id, ""));
  EXPECT_EQ(tags_of(id), (json{"VIP", "tsunagi-vip"}));
  EXPECT_TRUE(client->tag_customer(tenant, 999'999'999, "T1")) << "the customer is gone: done";
  for (const json& one : control("GET", "/requests")) {
    EXPECT_EQ(one.value("deprecated", json::array()).size(), 0U) << one;
  }
}

TEST_F(ShopifySandboxTest, ChangesACustomerAsItIsReadAgain) {
  install();
  if (HasFatalFailure()) return;
  tenant.settings.field_keys = {.last_kana = "custom.last_kana",
                                .first_kana = "custom.first_kana",
                                .birth_date = "facts.birth_date",
                                .sex = "custom.sex"};
  const Seconds began = clock.now() - 1;
  const int64_t other = make_customer({{"lastName", "別人"}, {"phone", "+819099999999"}});
  const int64_t id = make_customer({{"lastName", "繋"}, {"email", "ki@example.com"}});
  const FieldChanges changes{
      {MemberField::kLastName, "改"},   {MemberField::kFirstName, "木"},
      {MemberField::kLastKana, "カイ"}, {MemberField::kFirstKana, "キ"},
      {MemberField::kSex, "2"},         {MemberField::kBirthDate, "1990-01-02"},
      {MemberField::kMailConsent, "1"}, {MemberField::kPhone, "090-1234-5678"},
  };
  for (int times = 0; times < 2; ++times) {
    const auto written = client->update_customer(tenant, id, changes);
    ASSERT_TRUE(written) << written.error().message;
  }
  const auto read = client->customer(tenant, id);
  ASSERT_TRUE(read && *read);
  const ShopCustomer& customer = **read;
  EXPECT_EQ(customer.last_name, "改");
  EXPECT_EQ(customer.first_name, "木");
  EXPECT_EQ(customer.last_kana, "カイ");
  EXPECT_EQ(customer.first_kana, "キ");
  EXPECT_EQ(customer.sex, "女性");
  EXPECT_EQ(customer.birth_date, "1990-01-02");
  EXPECT_EQ(customer.phone, "+819012345678");
  EXPECT_EQ(customer.mail, "ki@example.com");
  EXPECT_TRUE(customer.mail_consent);
  EXPECT_GE(customer.changed_at, began);
  EXPECT_EQ(calls("MetafieldsSet"), 4U) << "each time without a type, then with it";
  ASSERT_TRUE(client->update_customer(tenant, id, {{MemberField::kMailConsent, "0"}}));
  EXPECT_FALSE((*client->customer(tenant, id))->mail_consent);

  const auto taken = client->update_customer(
      tenant, id, {{MemberField::kPhone, "090-9999-9999"}, {MemberField::kMailConsent, "1"}});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::kInvalid);
  EXPECT_NE(taken.error().message.find("already been taken"), std::string::npos);
  EXPECT_TRUE((*client->customer(tenant, id))->mail_consent) << "what is not refused is written";
  const auto no_mail = client->update_customer(tenant, other, {{MemberField::kMailConsent, "1"}});
  EXPECT_EQ(no_mail.error().code, ErrorCode::kInvalid) << no_mail.error().message;
  for (const MemberField field :
       {MemberField::kLastName, MemberField::kMailConsent, MemberField::kLastKana}) {
    EXPECT_EQ(
        client->update_customer(tenant, 999'999'999, {{field, changes.at(field)}}).error().code,
        ErrorCode::kNotFound);
  }
  for (const json& one : control("GET", "/requests")) {
    EXPECT_EQ(one.value("deprecated", json::array()).size(), 0U) << one;
  }
}

TEST_F(ShopifySandboxTest, FindsWhoChangedWithinAWindowOverSeveralPages) {
  install();
  if (HasFatalFailure()) return;
  control("PUT", "/app", {{"bucket", 100'000}, {"restore_rate", 100'000}});
  const Seconds began = clock.now();
  std::set<int64_t> made;
  for (int i = 0; i < 260; ++i) {
    made.insert(make_customer({{"email", "a" + std::to_string(i) + "@example.com"}}));
  }
  const auto changed = client->customers_changed(tenant, began, clock.now() + 1, {});
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(std::set<int64_t>(changed->customers.begin(), changed->customers.end()), made);
  EXPECT_EQ(calls("CustomersChanged"), 2U);
  EXPECT_TRUE(client->customers_changed(tenant, began - 7'200, began - 1, {})->customers.empty());
}

TEST_F(ShopifySandboxTest, FindsWhoIsMissing) {
  install();
  if (HasFatalFailure()) return;
  std::vector<int64_t> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(make_customer({{"email", "b" + std::to_string(i) + "@example.com"}}));
  }
  ids.push_back(1);
  const auto missing = client->missing_customers(tenant, ids);
  ASSERT_TRUE(missing) << missing.error().message;
  EXPECT_EQ(*missing, std::vector<int64_t>{1});
}

TEST_F(ShopifySandboxTest, AWriteToACustomerWhoIsGoneWritesNothingAndSaysWhich) {
  install();
  if (HasFatalFailure()) return;
  ASSERT_TRUE(client->prepare(tenant));
  const int64_t id = make_customer({{"email", "a@example.com"}});
  const auto written = client->write_cards(
      tenant, {{.customer_id = id, .json = "{}"}, {.customer_id = 999'999'999, .json = "{}"}});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kInvalid);
  EXPECT_NE(written.error().message.find("metafields.1"), std::string::npos)
      << written.error().message;
  EXPECT_EQ(metafields_of(id).size(), 0U) << "all or none";
  EXPECT_EQ(client->write_cards(tenant, {{.customer_id = id, .json = "not JSON"}}).error().code,
            ErrorCode::kInvalid);
}

TEST_F(ShopifySandboxTest, TokensAreRefreshedWhenTheyEndAndAfterARevocationTheAppIsOpened) {
  install();
  if (HasFatalFailure()) return;
  control("POST", "/tokens/expire", json::object());
  EXPECT_TRUE(client->customer(tenant, 1)) << "a 401, a refresh, an answer";
  EXPECT_EQ(control("GET", "/app")["tokens_refreshed"], 1);
  control("PUT", "/app", {{"token_seconds", 60}});
  control("POST", "/tokens/expire", json::object());
  EXPECT_TRUE(client->customer(tenant, 1));
  EXPECT_TRUE(client->customer(tenant, 1))
      << "with less than five minutes left it is refreshed ahead of time";
  EXPECT_EQ(control("GET", "/app")["tokens_refreshed"], 3);

  control("PUT", "/app", {{"installed", false}});
  EXPECT_EQ(client->customer(tenant, 1).error().code, ErrorCode::kUnauthorized);
  install();
  EXPECT_TRUE(client->customer(tenant, 1));
}

TEST_F(ShopifySandboxTest, AForgedOrForeignSessionTokenInstallsNothing) {
  const std::string token = session_token();
  EXPECT_EQ(client->install(kShop, token + "x").error().code, ErrorCode::kUnauthorized);
  EXPECT_FALSE(client->install("another-shop.myshopify.com", token));
  EXPECT_EQ(storage.tenants()->size(), 0U);
}

TEST_F(ShopifySandboxTest, SurvivesFaultsAndThrottling) {
  install();
  if (HasFatalFailure()) return;
  for (const json& fault : {json{{"status", 500}}, json{{"status", 503}}, json{{"html", true}},
                            json{{"drop", true}}, json{{"half_body", true}},
                            json{{"throttle", true}}, json{{"status", 429}, {"retry_after", 0}}}) {
    SCOPED_TRACE(fault.dump());
    json rule = fault;
    rule["remaining"] = 2;
    control("PUT", "/faults", rule);
    const auto customer = client->customer(tenant, 1);
    EXPECT_TRUE(customer) << customer.error().message;
  }
  control("DELETE", "/faults");
}

TEST_F(ShopifySandboxTest, WaitsForPointsInsteadOfBeingThrottled) {
  install();
  if (HasFatalFailure()) return;
  ASSERT_TRUE(client->prepare(tenant));
  const int64_t id = make_customer({{"email", "a@example.com"}});
  control("PUT", "/app", {{"bucket", 40}, {"restore_rate", 40}});
  for (int i = 0; i < 10; ++i) {
    const auto written = client->write_cards(tenant, {{.customer_id = id, .json = "{}"}});
    EXPECT_TRUE(written) << written.error().message;
  }
  EXPECT_EQ(calls("MetafieldsSet"), 10U) << "none was refused";
}

TEST_F(ShopifySandboxTest, AMissingScopeIsUnauthorized) {
  control("PUT", "/app", {{"requested_scopes", {"write_app_proxy"}}});
  install();
  if (HasFatalFailure()) return;
  const int64_t id = make_customer({{"email", "a@example.com"}});
  const auto customer = client->customer(tenant, id);
  ASSERT_FALSE(customer);
  EXPECT_EQ(customer.error().code, ErrorCode::kUnauthorized) << customer.error().message;
  EXPECT_EQ(client->write_cards(tenant, {{.customer_id = id, .json = "{}"}}).error().code,
            ErrorCode::kUnauthorized);
}

}  // namespace
}  // namespace tsunagi
