// The production client against the Smaregi stand-in, under every value of every unconfirmed fact.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "server/base/crypto.h"
#include "server/base/outbound.h"
#include "server/base/system_clock.h"
#include "server/base/url.h"
#include "server/smaregi/client.h"
#include "tests/support/fake_world.h"
#include "tests/support/spawned.h"

namespace tsunagi {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* kSandboxProgram = TSUNAGI_SMAREGI_SANDBOX;

class SmaregiSandboxTest : public ::testing::Test {
 protected:
  static constexpr const char* kContract = "sb_skc001x1";

  void SetUp() override {
    ASSERT_TRUE(std::filesystem::exists(kSandboxProgram)) << kSandboxProgram << " is not built";
    ASSERT_TRUE(sandbox.ok());
    base = sandbox.ready["api"].get<std::string>();
    control("PUT", "/apps",
            {{"client_id", "app"},
             {"client_secret", "secret"},
             {"redirect_uris", {"http://127.0.0.1:1/callback"}}});
    control("PUT", std::string("/contracts/") + kContract,
            {{"name", "繋ぎ商店"},
             {"rate_limit", {{"reads_per_second", 10'000}, {"writes_per_second", 10'000}}}});
    client =
        std::make_unique<SmaregiClient>(SmaregiOptions{.client_id = "app",
                                                       .client_secret = "secret",
                                                       .id_url = base,
                                                       .api_url = base,
                                                       .reads = {.start = 1'000, .ceiling = 1'000},
                                                       .writes = {.start = 1'000, .ceiling = 1'000},
                                                       .attempt_time = 2'000ms,
                                                       .first_backoff = 2ms},
                                        *outbound, clock, random);
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
    return send(method, base + "/_sandbox" + path, body);
  }
  // What the merchant's own system writes.
  json pos(const std::string& method, const std::string& path, const json& body) {
    if (writer.empty()) {
      const auto reply =
          outbound->send({.method = "POST",
                          .url = base + "/app/" + kContract + "/token",
                          .headers = {{"Authorization", "Basic " + base64("app:secret")}},
                          .content_type = "application/x-www-form-urlencoded",
                          .body = form_encode(
                              {{"grant_type", "client_credentials"},
                               {"scope", "pos.stores:write pos.products:write pos.stock:write"}})});
      writer = json::parse(reply->body)["access_token"].get<std::string>();
    }
    return send(method, base + "/" + kContract + "/pos" + path, body,
                {{"Authorization", "Bearer " + writer}});
  }
  void open_shop() {
    store = text(pos("POST", "/stores",
                     {{"storeCode", "S1"},
                      {"storeName", "渋谷店"},
                      {"storeAbbr", "渋谷"},
                      {"division", "1"},
                      {"phoneNumber", "03-1234-5678"}})["storeId"]);
    product = text(pos("POST", "/products",
                       {{"categoryId", "1"},
                        {"productCode", "4901234567894"},
                        {"productName", "手ぬぐい"},
                        {"price", "1000"},
                        {"taxDivision", "0"},
                        {"supplierProductNo", "SKU-1"}})["productId"]);
    pos("PATCH", "/stock/" + product, {{"storeId", store}, {"stockAmount", "9"}});
  }
  // Ids may be text or number: that is one of the switches.
  static std::string text(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  }
  json ring_up(const std::string& member_code, int quantity) {
    return send("POST", base + "/till/api/sales",
                {{"contract", kContract},
                 {"store_id", store},
                 {"member_code", member_code},
                 {"lines", {{{"product_code", "4901234567894"}, {"quantity", quantity}}}}});
  }
  size_t requests(const std::string& method, const std::string& path) {
    size_t count = 0;
    const json log = control("GET", "/requests");
    for (const json& one : log["requests"]) count += one["method"] == method && one["path"] == path;
    return count;
  }

  // Every field is changed, and read as it was written.
  void change(const PosMember& member, Seconds began) {
    const MemberFields wanted{
        {MemberField::kLastName, "改"},          {MemberField::kFirstName, "木"},
        {MemberField::kLastKana, "カイ"},        {MemberField::kFirstKana, "キ"},
        {MemberField::kMail, "b@example.com"},   {MemberField::kPhone, "03-1234-5678"},
        {MemberField::kPostCode, "150-0001"},    {MemberField::kAddress, "東京都渋谷区神宮前1-2-3"},
        {MemberField::kBirthDate, "1990-01-02"}, {MemberField::kSex, "2"},
        {MemberField::kMailConsent, "1"}};
    FieldChanges changes;
    for (const MemberField field : kMemberFields) changes[field] = wanted[field];
    const auto updated = client->update_member(kContract, member.member_id, changes);
    ASSERT_TRUE(updated) << updated.error().message;
    EXPECT_EQ(updated->fields, wanted);
    EXPECT_EQ(updated->code, member.code);
    EXPECT_GE(updated->changed_at, began);
    EXPECT_EQ(client->member(kContract, member.member_id)->fields, wanted);
    const auto one = client->update_member(kContract, member.member_id, {{MemberField::kSex, "1"}});
    ASSERT_TRUE(one) << one.error().message;
    MemberFields expected = wanted;
    expected[MemberField::kSex] = "1";
    EXPECT_EQ(one->fields, expected) << "the others stay";
    const auto changed = client->members_changed(kContract, began, clock.now());
    ASSERT_TRUE(changed) << changed.error().message;
    const auto found = std::find_if(changed->begin(), changed->end(), [&](const PosMember& other) {
      return other.member_id == member.member_id;
    });
    ASSERT_NE(found, changed->end());
    EXPECT_EQ(found->fields, expected);
    EXPECT_GE(found->changed_at, began);
    const int64_t number = std::stoll(member.member_id);
    const auto listed = client->members_after(kContract, number - 1);
    ASSERT_TRUE(listed) << listed.error().message;
    EXPECT_EQ(listed->members.at(0).member_id, member.member_id);
    EXPECT_EQ(client->members_changed(kContract, began - 7'200, began - 3'600)->size(), 0U);
  }

  // A member joins, buys, and everything that changed is found again.
  void journey(const std::string& code) {
    const Seconds began = clock.now() - 1;
    const auto nobody = client->member_by_code(kContract, code);
    ASSERT_TRUE(nobody) << nobody.error().message;
    ASSERT_FALSE(*nobody);
    NewPosMember wanted;
    wanted.code = code;
    wanted.fields[MemberField::kLastName] = "𠮷野";
    wanted.fields[MemberField::kFirstName] = "-";
    wanted.fields[MemberField::kMail] = "a@example.com";
    wanted.fields[MemberField::kPhone] = "09012345678";
    const auto made = client->create_member(kContract, wanted);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->code, code);
    EXPECT_EQ(made->status, 0);
    EXPECT_EQ((*client->member_by_code(kContract, code))->member_id, made->member_id);
    const auto again = client->create_member(kContract, wanted);
    ASSERT_TRUE(again) << "the same member asked for twice is one: " << again.error().message;
    EXPECT_EQ(again->member_id, made->member_id);
    wanted.fields[MemberField::kLastName] = "別人";
    EXPECT_EQ(client->create_member(kContract, wanted).error().code, ErrorCode::kConflict);

    const auto member = client->member(kContract, made->member_id);
    ASSERT_TRUE(member) << member.error().message;
    EXPECT_EQ(member->fields[MemberField::kLastName], "𠮷野");
    EXPECT_EQ(member->fields[MemberField::kFirstName], "-");
    change(*member, began);
    const auto before = client->points(kContract, made->member_id);
    ASSERT_TRUE(before) << before.error().message;
    const auto stock_before = client->stock_of(kContract, product);
    ASSERT_TRUE(stock_before) << stock_before.error().message;
    ASSERT_EQ(stock_before->size(), 1U);

    const json sale = ring_up(code, 2);
    const auto after = client->points(kContract, made->member_id);
    ASSERT_TRUE(after);
    EXPECT_GT(after->points, before->points);
    EXPECT_EQ(client->stock_of(kContract, product)->front().on_hand,
              stock_before->front().on_hand - 2);

    const auto changed = client->stock_changed(kContract, began, clock.now());
    ASSERT_TRUE(changed) << changed.error().message;
    ASSERT_EQ(changed->size(), 1U);
    EXPECT_EQ(changed->front().product_id, product);
    EXPECT_GE(changed->front().changed_at, began);
    const auto sales = client->transactions_changed(kContract, began, clock.now());
    ASSERT_TRUE(sales) << sales.error().message;
    const auto ours = std::find_if(sales->begin(), sales->end(), [&](const PosTransaction& one) {
      return one.member_id == made->member_id && !one.product_ids.empty();
    });
    ASSERT_NE(ours, sales->end());
    EXPECT_EQ(ours->store_id, store);
    EXPECT_EQ(ours->product_ids, (std::vector<std::string>{product}));
    const auto one = client->transaction(kContract, ours->id);
    ASSERT_TRUE(one) << one.error().message;
    EXPECT_EQ(one->member_id, made->member_id);
    EXPECT_EQ(one->product_ids, ours->product_ids);
  }

  SystemClock clock;
  fakes::SeededRandom random{7};
  std::unique_ptr<Outbound> outbound = make_outbound();
  test::Spawned sandbox{{kSandboxProgram, "--port", "0", "--seed", "7"}};
  std::string base, writer, store, product;
  std::unique_ptr<SmaregiClient> client;
};

TEST_F(SmaregiSandboxTest, ShopsProductsStock) {
  open_shop();
  const auto stores = client->stores(kContract);
  ASSERT_TRUE(stores) << stores.error().message;
  ASSERT_EQ(stores->size(), 1U);
  EXPECT_EQ(stores->front().store_id, store);
  EXPECT_EQ(stores->front().name, "渋谷店");
  EXPECT_EQ(stores->front().phone, "03-1234-5678");
  const auto products = client->products(kContract);
  ASSERT_TRUE(products) << products.error().message;
  ASSERT_EQ(products->size(), 1U);
  EXPECT_EQ(products->front().code, "4901234567894");
  EXPECT_EQ(products->front().supplier_code, "SKU-1");
  EXPECT_TRUE(products->front().stock_controlled);
  EXPECT_EQ(client->products_changed(kContract, clock.now() - 60, clock.now())->size(), 1U);
  EXPECT_EQ(client->products_changed(kContract, clock.now() - 7'200, clock.now() - 3'600)->size(),
            0U);
  const auto stock = client->stock(kContract);
  ASSERT_TRUE(stock) << stock.error().message;
  ASSERT_EQ(stock->size(), 1U);
  EXPECT_EQ(stock->front().on_hand, 9);
  EXPECT_EQ(stock->front().store_id, store);
}

TEST_F(SmaregiSandboxTest, TheJourneyPassesWithEveryUnconfirmedFactAsItMayBe) {
  open_shop();
  int number = 0;
  const auto code = [&number] { return "T" + std::to_string(1'000'000'000'000 + number++); };
  journey(code());
  const json switches = control("GET", "/switches");
  for (const json& one : switches["switches"]) {
    for (const json& value : one["values"]) {
      if (value == one["default"]) continue;
      SCOPED_TRACE(one["name"].get<std::string>() + " = " + value.get<std::string>());
      control("PUT", "/switches", {{one["name"].get<std::string>(), value}});
      journey(code());
      control("DELETE", "/switches");
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GT(number, 20);
}

TEST_F(SmaregiSandboxTest, ManyRowsAreReadWholeWithAndWithoutLinks) {
  open_shop();
  for (int i = 0; i < 104; ++i) ring_up("", 1);
  for (const char* link : {"present", "absent"}) {
    control("PUT", "/switches", {{"link_header", link}});
    const auto sales = client->transactions_changed(kContract, clock.now() - 600, clock.now());
    ASSERT_TRUE(sales) << sales.error().message;
    EXPECT_EQ(sales->size(), 104U) << link << ": two pages of a hundred";
  }
}

TEST_F(SmaregiSandboxTest, ARefusedValueChangesNothing) {
  NewPosMember wanted;
  wanted.code = "T1";
  wanted.fields[MemberField::kLastName] = "繋";
  wanted.fields[MemberField::kFirstName] = "木";
  const auto made = client->create_member(kContract, wanted);
  ASSERT_TRUE(made) << made.error().message;
  for (const auto& [field, value] :
       {std::pair{MemberField::kLastKana, "繋"}, std::pair{MemberField::kPhone, "090 1234 5678"},
        std::pair{MemberField::kBirthDate, "1990/01/02"}, std::pair{MemberField::kSex, "男"},
        std::pair{MemberField::kPostCode, "12345678901"}}) {
    const auto refused = client->update_member(kContract, made->member_id,
                                               {{MemberField::kAddress, "東京都"}, {field, value}});
    ASSERT_FALSE(refused) << value;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalid) << refused.error().message;
  }
  EXPECT_EQ(client->member(kContract, made->member_id)->fields, made->fields);
  EXPECT_EQ(
      client->update_member(kContract, "999999", {{MemberField::kLastName, "改"}}).error().code,
      ErrorCode::kNotFound);
}

TEST_F(SmaregiSandboxTest, WhatTheMerchantRequiresIsToldBeforeItIsMissed) {
  EXPECT_TRUE(client->required(kContract)->fields.empty());
  control("PUT", std::string("/contracts/") + kContract,
          {{"required_columns", {"phoneNumber", "lastKana", "rank"}}});
  const auto required = client->required(kContract);
  ASSERT_TRUE(required) << required.error().message;
  EXPECT_EQ(required->fields,
            (std::vector<MemberField>{MemberField::kLastKana, MemberField::kPhone}));
  EXPECT_EQ(required->others, (std::vector<std::string>{"rank"}));
}

TEST_F(SmaregiSandboxTest, UnknownIdsAreNotFoundAndUnknownContractsUnauthorized) {
  EXPECT_EQ(client->member(kContract, "999999").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(client->transaction(kContract, "999999").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(client->points(kContract, "999999").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(client->member("sb_unknown", "1").error().code, ErrorCode::kUnauthorized);
}

TEST_F(SmaregiSandboxTest, SurvivesEveryFaultAndNeverMakesAMemberTwice) {
  open_shop();
  const std::string customers = std::string("/") + kContract + "/pos/customers";
  const auto member = client->create_member(
      kContract,
      {.code = "T1", .fields = {{MemberField::kLastName, "繋"}, {MemberField::kFirstName, "木"}}});
  ASSERT_TRUE(member) << member.error().message;
  const std::string changed = member->member_id;
  int number = 0;
  for (const json& fault :
       {json{{"status", 500}}, json{{"status", 503}}, json{{"status", 429}}, json{{"html", true}},
        json{{"drop", true}}, json{{"half_body", true}}}) {
    SCOPED_TRACE(fault.dump());
    json rule = fault;
    rule["remaining"] = 1;
    rule["path"] = "/*/pos/stores";
    control("PUT", "/faults", rule);
    EXPECT_TRUE(client->stores(kContract));
    rule["path"] = customers + "/" + changed;
    control("PUT", "/faults", rule);
    EXPECT_TRUE(client->update_member(kContract, changed, {{MemberField::kLastName, "改"}}));

    rule["path"] = customers;
    control("PUT", "/faults", rule);
    NewPosMember wanted;
    wanted.code = "T" + std::to_string(2'000'000'000'000 + number++);
    wanted.fields[MemberField::kLastName] = "繋";
    wanted.fields[MemberField::kFirstName] = "木";
    const size_t before = requests("POST", customers);
    const auto made = client->create_member(kContract, wanted);
    const bool throttled = fault.value("status", 0) == 429;
    EXPECT_EQ(requests("POST", customers) - before, throttled ? 2U : 1U)
        << "429 had no effect, anything else may have";
    const bool was_done = throttled || fault.contains("half_body");
    EXPECT_EQ(made.ok(), was_done) << (made ? "" : made.error().message);
    if (!was_done) {
      EXPECT_EQ(made.error().code, ErrorCode::kUnavailable);
      EXPECT_TRUE(client->create_member(kContract, wanted)) << "asked again later, it is made";
    }
  }
}

TEST_F(SmaregiSandboxTest, AnExpiredTokenIsReplaced) {
  ASSERT_TRUE(client->stores(kContract));
  control("PUT", "/clock", {{"advance_seconds", 4'000}});
  EXPECT_TRUE(client->stores(kContract)) << "our clock did not say so: a 401 did";
}

TEST_F(SmaregiSandboxTest, TheBudgetAdaptsToASmallerLimitThanExpected) {
  control("PUT", std::string("/contracts/") + kContract,
          {{"rate_limit", {{"reads_per_second", 6}, {"writes_per_second", 4}}}});
  client = std::make_unique<SmaregiClient>(
      SmaregiOptions{
          .client_id = "app", .client_secret = "secret", .id_url = base, .api_url = base},
      *outbound, clock, random);
  for (int i = 0; i < 15; ++i) EXPECT_TRUE(client->stores(kContract)) << i;
  size_t refused = 0;
  const json log = control("GET", "/requests");
  for (const json& one : log["requests"]) refused += one["status"] == 429;
  EXPECT_LE(refused, 1U) << "ten a second were tried once";
}

TEST_F(SmaregiSandboxTest, ASignInProvesWhoOwnsTheContract) {
  const std::string verifier(64, 'v');
  const std::string challenge = base64url(sha256(verifier));
  const std::string redirect = "http://127.0.0.1:1/callback";
  const std::string asked = client->sign_in_url("the state", challenge, redirect);
  const auto page = outbound->send({.url = asked});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->status, 200) << page->body;
  const auto sign_in = [&] {
    const auto decided = outbound->send({.method = "POST",
                                         .url = base + "/authorize",
                                         .content_type = "application/x-www-form-urlencoded",
                                         .body = form_encode({{"client_id", "app"},
                                                              {"redirect_uri", redirect},
                                                              {"scope", "openid"},
                                                              {"state", "the state"},
                                                              {"code_challenge", challenge},
                                                              {"contract", kContract},
                                                              {"decision", "allow"}})});
    const std::string location(decided->header("Location"));
    const size_t begin = location.find("code=") + 5;
    return location.substr(begin, location.find('&', begin) - begin);
  };
  const std::string code = sign_in();
  const auto contract = client->contract_of_sign_in(code, verifier, redirect);
  ASSERT_TRUE(contract) << contract.error().message;
  EXPECT_EQ(*contract, kContract);
  EXPECT_EQ(client->contract_of_sign_in(code, verifier, redirect).error().code,
            ErrorCode::kUnauthorized)
      << "a code is good once";
  EXPECT_EQ(client->contract_of_sign_in(sign_in(), std::string(64, 'w'), redirect).error().code,
            ErrorCode::kUnauthorized)
      << "another verifier";
}

}  // namespace
}  // namespace tsunagi
