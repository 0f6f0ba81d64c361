// What the Shopify client asks for: customers, the definition, cards.
#include <map>
#include <set>

#include "server/base/iso_time.h"
#include "tests/server/shopify/client_world.h"

namespace tsunagi {
namespace {

Answer somebody() {
  return ok(
      R"({"data":{"customer":{"id":"gid://shopify/Customer/7001","updatedAt":"2022-10-26T06:22:35Z"}}})");
}

// ---- what the domain asks for
// --------------------------------------------------------------------

TEST_F(ShopifyClientTest, ReadsACustomer) {
  has_tokens("A", "R");
  shopify.on(
      kGraphql,
      {ok(R"({"data":{"customer":{"id":"gid://shopify/Customer/7001","firstName":"木","lastName":"繋",
      "locale":"ja","updatedAt":"2022-10-26T06:22:35Z","defaultEmailAddress":{"emailAddress":"a@example.com","marketingState":"UNSUBSCRIBED"}}}})")});
  const auto customer = client->customer(tenant, 7'001);
  ASSERT_TRUE(customer);
  ASSERT_TRUE(*customer);
  EXPECT_EQ((*customer)->last_name, "繋");
  EXPECT_EQ((*customer)->changed_at, 1'666'765'355);
  EXPECT_FALSE((*customer)->mail_consent);
  EXPECT_EQ(sent()["operationName"], "Customer");
  EXPECT_EQ(sent()["variables"], (json{{"id", "gid://shopify/Customer/7001"},
                                       {"keys", {"facts.birth_date"}},
                                       {"keyCount", 1}}))
      << "only the metafields that the merchant names";
  EXPECT_NE(sent()["query"].get<std::string>().find("query Customer($id: ID!"), std::string::npos);
  EXPECT_EQ(client->customer(tenant, 7'002).error().code, ErrorCode::kUnavailable)
      << "a reply about another customer is never given out";
  shopify.on(kGraphql, {nobody()});
  EXPECT_FALSE(*client->customer(tenant, 7'001));
}

TEST_F(ShopifyClientTest, ReadsTheCardThatIsThere) {
  has_tokens("A", "R");
  const std::string card(5'000, 'x');  // drawings are long
  shopify.on(kGraphql, {ok(R"({"data":{"customer":{"id":"gid://shopify/Customer/7001",
      "metafield":{"value":")" +
                           card + R"("}}}})")});
  const auto there = client->published_card(tenant, 7'001);
  ASSERT_TRUE(there);
  EXPECT_EQ(*there, card);
  EXPECT_EQ(sent()["operationName"], "CustomerCard");
  EXPECT_EQ(sent()["variables"], (json{{"id", "gid://shopify/Customer/7001"}}));
  EXPECT_EQ(client->published_card(tenant, 7'002).error().code, ErrorCode::kUnavailable)
      << "another customer's";
  shopify.on(
      kGraphql,
      {ok(R"({"data":{"customer":{"id":"gid://shopify/Customer/7001","metafield":null}}})")});
  EXPECT_FALSE(client->published_card(tenant, 7'001)->has_value());
  shopify.on(kGraphql, {nobody()});
  EXPECT_FALSE(client->published_card(tenant, 7'001)->has_value());
  shopify.on(kGraphql, {somebody()});
  EXPECT_EQ(client->published_card(tenant, 7'001).error().code, ErrorCode::kUnavailable);
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

// ---- who changed
// ---------------------------------------------------------------------------------

constexpr Seconds kStart = 1'790'000'000;  // 2026-09-21T14:13:20Z

// A shop whose customers changed at these moments, ids from 1, in pages of 250. Its cursors say
// where they point, and its search is by the window that was asked for.
class ChangedShop {
 public:
  explicit ChangedShop(std::vector<Seconds> changes) : changes_(std::move(changes)) {}

  Answer operator()(const Seen& seen) const {
    const json variables = json::parse(seen.body)["variables"];
    const std::string query = variables["query"];
    const Seconds from = moment(query, ">='");
    const Seconds to = moment(query, "<='");
    size_t at = variables.contains("after") ? std::stoul(variables["after"].get<std::string>()) : 0;
    json nodes = json::array();
    for (; at < changes_.size() && nodes.size() < 250; ++at) {
      if (changes_[at] < from || changes_[at] > to) continue;
      nodes.push_back({{"id", "gid://shopify/Customer/" + std::to_string(at + 1)},
                       {"updatedAt", format_iso_time(changes_[at])}});
    }
    while (at < changes_.size() && (changes_[at] < from || changes_[at] > to)) ++at;
    const bool more = at < changes_.size();
    const json info = {{"hasNextPage", more}, {"endCursor", std::to_string(at)}};
    return ok(json{{"data", {{"customers", {{"nodes", nodes}, {"pageInfo", info}}}}}}.dump());
  }

 private:
  static Seconds moment(const std::string& query, const std::string& before) {
    const size_t begin = query.find(before) + before.size();
    return parse_iso_time(query.substr(begin, query.find('\'', begin) - begin)).value_or(-1);
  }
  std::vector<Seconds> changes_;
};

// Asks as a sweep does: on from `until`, to the end of its window. Every customer who was named.
std::set<int64_t> sweep(ShopifyClient& client, const Tenant& tenant, Seconds from, Seconds to) {
  std::set<int64_t> named;
  for (int asked = 0; asked < 20; ++asked) {
    const auto changed = client.customers_changed(tenant, from, to, {});
    EXPECT_TRUE(changed) << changed.error().message;
    if (!changed) return {};
    named.insert(changed->customers.begin(), changed->customers.end());
    if (changed->until == to) return named;
    EXPECT_GT(changed->until, from) << "a sweep that does not come forward";
    from = changed->until;
  }
  ADD_FAILURE() << "a sweep without end";
  return {};
}

TEST_F(ShopifyClientTest, AsksWhoIsMissingByTheirIds) {
  has_tokens("A", "R");
  const auto nodes = [](const json& list) { return ok(json{{"data", {{"nodes", list}}}}.dump()); };
  const json seven = {{"id", "gid://shopify/Customer/7"}};
  shopify.on(kGraphql, {nodes({seven, nullptr})});
  EXPECT_EQ(*client->missing_customers(tenant, {7, 8}), std::vector<int64_t>{8});
  EXPECT_EQ(sent()["variables"]["ids"],
            (json{"gid://shopify/Customer/7", "gid://shopify/Customer/8"}));
  for (const json& wrong : {json::array({seven}), json::array({nullptr, seven}),
                            json::array({seven, nullptr, nullptr}), json(nullptr)}) {
    shopify.on(kGraphql, {nodes(wrong)});
    EXPECT_EQ(client->missing_customers(tenant, {7, 8}).error().code, ErrorCode::kUnavailable)
        << wrong;
  }
  const size_t asked = shopify.count(kGraphql);
  EXPECT_TRUE(client->missing_customers(tenant, {})->empty());
  EXPECT_EQ(client->missing_customers(tenant, std::vector<int64_t>(kMostCustomersAsked + 1, 7))
                .error()
                .code,
            ErrorCode::kInvalid);
  EXPECT_EQ(shopify.count(kGraphql), asked);
}

TEST_F(ShopifyClientTest, AsksWhoChangedWithQuotedMomentsInOrder) {
  has_tokens("A", "R");
  shopify.on(kGraphql, ChangedShop({kStart - 1, kStart, kStart + 30, kStart + 60, kStart + 61}));
  const auto changed = client->customers_changed(tenant, kStart, kStart + 60, {});
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->customers, (std::vector<int64_t>{2, 3, 4}));
  EXPECT_EQ(changed->until, kStart + 60);
  EXPECT_EQ(sent()["operationName"], "CustomersChanged");
  EXPECT_EQ(sent()["variables"], (json{{"query",
                                        "updated_at:>='2026-09-21T14:13:20Z' AND "
                                        "updated_at:<='2026-09-21T14:14:20Z'"}}));
  EXPECT_EQ(client->customers_changed(tenant, kStart, kStart - 1, {}).error().code,
            ErrorCode::kInvalid);
  EXPECT_EQ(shopify.count(kGraphql), 1U);
  const std::string moments = sent()["variables"]["query"];
  ASSERT_TRUE(client->customers_changed(tenant, kStart, kStart + 60,
                                        Shop::TagFilter{.tag = "old: one", .carried = true}));
  EXPECT_EQ(sent()["variables"]["query"], moments + " AND tag:'old: one'");
  ASSERT_TRUE(client->customers_changed(tenant, kStart, kStart + 60,
                                        Shop::TagFilter{.tag = "old: one", .carried = false}));
  EXPECT_EQ(sent()["variables"]["query"], moments + " AND tag_not:'old: one'");
  const auto odd =
      client->customers_changed(tenant, kStart, kStart + 60, Shop::TagFilter{.tag = "a'b"});
  EXPECT_EQ(odd.error().code, ErrorCode::kInvalid);
}

TEST_F(ShopifyClientTest, FourPagesAreReadInOneCallAndTheRestInTheNext) {
  has_tokens("A", "R");
  std::vector<Seconds> changes;
  for (int i = 0; i < 1'000; ++i) changes.push_back(kStart + i);
  shopify.on(kGraphql, ChangedShop(changes));
  auto changed = client->customers_changed(tenant, kStart, kStart + 9'999, {});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->customers.size(), 1'000U);
  EXPECT_EQ(changed->until, kStart + 9'999) << "all of them";
  EXPECT_EQ(shopify.count(kGraphql), 4U);

  changes.push_back(kStart + 1'000);
  shopify.on(kGraphql, ChangedShop(changes));
  changed = client->customers_changed(tenant, kStart, kStart + 9'999, {});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->customers.size(), 1'000U);
  EXPECT_EQ(changed->until, kStart + 998) << "more may have changed in the last one's second";
  EXPECT_EQ(shopify.count(kGraphql), 8U);
  EXPECT_EQ(sweep(*client, tenant, kStart, kStart + 9'999).size(), 1'001U);
}

TEST_F(ShopifyClientTest, NobodyWhoChangedInTheSameSecondIsLostAtAPagesEdge) {
  has_tokens("A", "R");
  for (const int alone : {0, 1, 998, 999, 1'000}) {
    std::vector<Seconds> changes;
    for (int i = 0; i < alone; ++i) changes.push_back(kStart + i);
    for (int i = 0; i < 2'300; ++i) changes.push_back(kStart + alone);
    changes.push_back(kStart + alone + 1);
    shopify.on(kGraphql, ChangedShop(changes));
    EXPECT_EQ(sweep(*client, tenant, kStart, kStart + 9'999).size(), changes.size()) << alone;
  }
}

TEST_F(ShopifyClientTest, ASecondInWhichTooManyChangedIsAnErrorAndNoEndlessSweep) {
  has_tokens("A", "R");
  shopify.on(kGraphql, ChangedShop(std::vector<Seconds>(10'000, kStart)));
  EXPECT_EQ(client->customers_changed(tenant, kStart, kStart + 60, {})->customers.size(), 10'000U);
  shopify.on(kGraphql, ChangedShop(std::vector<Seconds>(10'001, kStart)));
  const size_t before = shopify.count(kGraphql);
  EXPECT_EQ(client->customers_changed(tenant, kStart, kStart + 60, {}).error().code,
            ErrorCode::kUnavailable);
  EXPECT_EQ(shopify.count(kGraphql) - before, 40U);
}

TEST_F(ShopifyClientTest, ASearchThatKnowsOnlyDaysCostsPagesAndNobody) {
  has_tokens("A", "R");
  std::vector<Seconds> changes;
  for (int i = 0; i < 3'000; ++i) changes.push_back(kStart + i);
  const ChangedShop shop(changes);
  shopify.on(kGraphql, [shop](const Seen& seen) {
    Seen coarse = seen;
    json body = json::parse(seen.body);
    body["variables"]["query"] =
        "updated_at:>='2026-09-21T00:00:00Z' AND "
        "updated_at:<='2026-09-21T23:59:59Z'";
    coarse.body = body.dump();
    return shop(coarse);
  });
  const auto changed = client->customers_changed(tenant, kStart + 2'000, kStart + 2'009, {});
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->customers.size(), 10U);
  EXPECT_EQ(changed->customers.front(), 2'001);
  EXPECT_EQ(changed->until, kStart + 2'009);
}

// ---- changing a customer
// -------------------------------------------------------------------------

// Answers each mutation with what it refuses; a mutation that is not named refuses nothing.
test::ScriptedServer::Handler refusing(const std::map<std::string, json>& errors,
                                       bool there = true) {
  return [=](const Seen& seen) {
    const std::string query = json::parse(seen.body)["query"];
    for (const char* mutation :
         {"customerEmailMarketingConsentUpdate", "customerUpdate", "metafieldsSet"}) {
      if (query.find(std::string(mutation) + "(") == std::string::npos) continue;
      const auto found = errors.find(mutation);
      return user_errors(mutation, found == errors.end() ? json::array() : found->second);
    }
    return there ? somebody() : nobody();
  };
}
json error_at(const std::vector<std::string>& field, const std::string& message = "no") {
  return {{{"field", field}, {"message", message}}};
}

TEST_F(ShopifyClientTest, AChangeIsOneCallForEachMutationThatItNeeds) {
  has_tokens("A", "R");
  shopify.on(kGraphql, refusing({}));
  tenant.settings.field_keys.last_kana = "custom.kana";
  ASSERT_TRUE(client->update_customer(tenant, 7'001, {}));
  EXPECT_EQ(shopify.count(kGraphql), 0U) << "nothing to say";
  ASSERT_TRUE(client->update_customer(tenant, 7'001, {{MemberField::kFirstKana, "キ"}}));
  EXPECT_EQ(shopify.count(kGraphql), 0U) << "no metafield for it";

  const auto written = client->update_customer(tenant, 7'001,
                                               {{MemberField::kLastName, "繋"},
                                                {MemberField::kPhone, "090-1234-5678"},
                                                {MemberField::kMailConsent, "1"},
                                                {MemberField::kLastKana, "ツナギ"},
                                                {MemberField::kBirthDate, "1990-01-02"}});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(shopify.count(kGraphql), 3U);
  const std::string gid = "gid://shopify/Customer/7001";
  EXPECT_EQ(sent(2)["operationName"], "CustomerEmailMarketingConsentUpdate");
  EXPECT_EQ(
      sent(2)["variables"],
      (json{{"input",
             {{"customerId", gid},
              {"emailMarketingConsent",
               {{"marketingState", "SUBSCRIBED"}, {"marketingOptInLevel", "SINGLE_OPT_IN"}}}}}}));
  EXPECT_EQ(sent(1)["operationName"], "MetafieldsSet");
  EXPECT_EQ(
      sent(1)["variables"],
      (json{{"metafields",
             {{{"ownerId", gid}, {"namespace", "custom"}, {"key", "kana"}, {"value", "ツナギ"}},
              {{"ownerId", gid},
               {"namespace", "facts"},
               {"key", "birth_date"},
               {"value", "1990-01-02"}}}}}));
  EXPECT_EQ(sent()["operationName"], "CustomerUpdate");
  EXPECT_EQ(sent()["variables"],
            (json{{"input", {{"id", gid}, {"lastName", "繋"}, {"phone", "+819012345678"}}}}));
}

TEST_F(ShopifyClientTest, WhatIsNeverWrittenToShopifyIsRefusedBeforeAnythingIsSent) {
  has_tokens("A", "R");
  for (const auto& [field, value] :
       {std::pair{MemberField::kMail, "a@example.com"},
        std::pair{MemberField::kPostCode, "150-0001"}, std::pair{MemberField::kAddress, "東京都"},
        std::pair{MemberField::kLastName, ""}, std::pair{MemberField::kPhone, "110"}}) {
    const auto refused =
        client->update_customer(tenant, 7'001, {{MemberField::kMailConsent, "0"}, {field, value}});
    ASSERT_FALSE(refused) << value;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalid) << value;
  }
  EXPECT_EQ(shopify.count(kGraphql), 0U);
}

TEST_F(ShopifyClientTest, ARefusedPhoneIsSaidAndTheConsentIsWrittenAllTheSame) {
  has_tokens("A", "R");
  const FieldChanges changes{{MemberField::kPhone, "090-1234-5678"},
                             {MemberField::kMailConsent, "0"},
                             {MemberField::kBirthDate, "1990-01-02"}};
  shopify.on(kGraphql,
             refusing({{"customerUpdate", error_at({"phone"}, "Phone has already been taken")}}));
  const auto taken = client->update_customer(tenant, 7'001, changes);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::kInvalid);
  EXPECT_NE(taken.error().message.find("phone already been taken"), std::string::npos)
      << taken.error().message;
  EXPECT_EQ(shopify.count(kGraphql), 3U);

  shopify.on(kGraphql,
             refusing({{"customerEmailMarketingConsentUpdate",
                        error_at({"input", "customerId"}, "Customer must have an email address")},
                       {"metafieldsSet", error_at({"metafields", "0", "value"})},
                       {"customerUpdate", error_at({"phone"})}}));
  const auto all = client->update_customer(tenant, 7'001, changes);
  EXPECT_EQ(all.error().code, ErrorCode::kInvalid);
  EXPECT_NE(all.error().message.find("must have an email"), std::string::npos) << "the first one";
  EXPECT_EQ(shopify.count(kGraphql), 7U) << "and a look whether the customer is there";
}

TEST_F(ShopifyClientTest, ACustomerWhoIsGoneIsNotFoundByWhicheverMutation) {
  has_tokens("A", "R");
  struct Row {
    const char* mutation;
    std::vector<std::string> field;
    FieldChanges changes;
  };
  for (const Row& row : {Row{"customerUpdate", {"id"}, {{MemberField::kLastName, "繋"}}},
                         Row{"customerEmailMarketingConsentUpdate",
                             {"input", "customerId"},
                             {{MemberField::kMailConsent, "1"}}},
                         Row{"metafieldsSet",
                             {"metafields", "0", "ownerId"},
                             {{MemberField::kBirthDate, "1990-01-02"}}}}) {
    shopify.on(kGraphql, refusing({{row.mutation, error_at(row.field)}}, false));
    EXPECT_EQ(client->update_customer(tenant, 7'001, row.changes).error().code,
              ErrorCode::kNotFound)
        << row.mutation;
    shopify.on(kGraphql, refusing({{row.mutation, error_at(row.field)}}));
    EXPECT_EQ(client->update_customer(tenant, 7'001, row.changes).error().code, ErrorCode::kInvalid)
        << row.mutation;
  }
}

TEST_F(ShopifyClientTest, AMetafieldWithoutADefinitionIsWrittenWithItsType) {
  has_tokens("A", "R");
  tenant.settings.field_keys.sex = "custom.sex";
  const FieldChanges changes{{MemberField::kBirthDate, "1990-01-02"}, {MemberField::kSex, "2"}};
  const auto refused = [](const char* at, const char* part, const char* code) {
    return user_errors("metafieldsSet",
                       {{{"code", code}, {"field", {"metafields", at, part}}, {"message", "no"}}});
  };
  const Answer done = user_errors("metafieldsSet", json::array());
  shopify.on(kGraphql, {refused("1", "type", "BLANK"), done});
  ASSERT_TRUE(client->update_customer(tenant, 7'001, changes));
  EXPECT_EQ(shopify.count(kGraphql), 2U);
  EXPECT_FALSE(sent()["variables"]["metafields"][0].contains("type")) << "its definition says it";
  EXPECT_EQ(sent()["variables"]["metafields"][1]["type"], "single_line_text_field");

  shopify.on(kGraphql, {refused("0", "type", "BLANK"), refused("1", "value", "INVALID_VALUE"),
                        refused("1", "value", "INVALID_VALUE"), done});
  ASSERT_TRUE(client->update_customer(tenant, 7'001, changes));
  EXPECT_EQ(sent()["variables"]["metafields"][0]["type"], "date");
  EXPECT_EQ(sent(2)["variables"]["metafields"][1]["value"], "女性");
  EXPECT_EQ(sent(1)["variables"]["metafields"][1]["value"], "女");
  EXPECT_EQ(sent()["variables"]["metafields"][1]["value"], "female");

  struct Row {
    const char* part;
    const char* code;
    ErrorCode means;
    size_t calls;
  };
  for (const Row& row : {Row{"type", "BLANK", ErrorCode::kInvalid, 2},
                         Row{"value", "INVALID_VALUE", ErrorCode::kInvalid, 3},
                         Row{"namespace", "APP_NOT_AUTHORIZED", ErrorCode::kInvalid, 1},
                         Row{"key", "TAKEN", ErrorCode::kInvalid, 1},
                         Row{"key", "INTERNAL_ERROR", ErrorCode::kUnavailable, 1}}) {
    const size_t before = shopify.count(kGraphql);
    shopify.on(kGraphql, {refused("1", row.part, row.code)});
    const auto failed = client->update_customer(tenant, 7'001, changes);
    ASSERT_FALSE(failed) << row.code;
    EXPECT_EQ(failed.error().code, row.means) << row.code;
    EXPECT_NE(failed.error().message.find(row.code), std::string::npos);
    EXPECT_EQ(shopify.count(kGraphql) - before, row.calls) << row.code;
  }
}

TEST_F(ShopifyClientTest, AWriteIsRepeatedAfterPassingTroubleAndEndsWithLastingTrouble) {
  has_tokens("A", "R");
  const Answer done = user_errors("customerUpdate", json::array());
  const FieldChanges change{{MemberField::kLastName, "繋"}};
  for (const Answer& trouble : {status(500), status(503), test::html(), test::half_body(),
                                no_points(100), test::throttled("0")}) {
    shopify.on(kGraphql, {trouble, done});
    EXPECT_TRUE(client->update_customer(tenant, 7'001, change)) << trouble.body;
  }
  shopify.on(kGraphql, {status(503)});
  const size_t before = shopify.count(kGraphql);
  EXPECT_EQ(
      client
          ->update_customer(tenant, 7'001,
                            {{MemberField::kMailConsent, "0"}, {MemberField::kLastName, "繋"}})
          .error()
          .code,
      ErrorCode::kUnavailable);
  EXPECT_EQ(shopify.count(kGraphql) - before, 5U) << "the second write waits for a better time";
  shopify.on(kGraphql, {ok(R"({"data":{"customerUpdate":null}})")});
  EXPECT_EQ(client->update_customer(tenant, 7'001, change).error().code, ErrorCode::kUnavailable)
      << "silence is not success";
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
  shopify.on(kGraphql, {refused, somebody()});
  EXPECT_EQ(client->erase_card(tenant, 7'001).error().code, ErrorCode::kInvalid);
}

// ---- tags
// ----------------------------------------------------------------------------------------

Answer tagged(const json& tags, const std::string& id = "7001") {
  return ok(json{{"data", {{"customer", {{"id", "gid://shopify/Customer/" + id}, {"tags", tags}}}}}}
                .dump());
}

TEST_F(ShopifyClientTest, TagsACustomerWithTheMemberCode) {
  has_tokens("A", "R");
  const Answer removed = user_errors("tagsRemove", json::array());
  const Answer added = user_errors("tagsAdd", json::array());
  shopify.on(kGraphql, {tagged({"VIP", "tsunagi:T9", "tsunagi"}), removed, added});
  ASSERT_TRUE(client->tag_customer(tenant, 7'001, "T0123456789012"));
  EXPECT_EQ(sent(2)["operationName"], "CustomerTags");
  EXPECT_EQ(sent(1)["operationName"], "TagsRemove");
  EXPECT_EQ(sent(1)["variables"],
            (json{{"id", "gid://shopify/Customer/7001"}, {"tags", {"tsunagi:T9"}}}));
  EXPECT_EQ(sent()["operationName"], "TagsAdd");
  EXPECT_EQ(sent()["variables"],
            (json{{"id", "gid://shopify/Customer/7001"}, {"tags", {"tsunagi:T0123456789012"}}}));

  shopify.on(kGraphql, {tagged({"tsunagi:T0123456789012", "VIP"})});
  const size_t before = shopify.count(kGraphql);
  EXPECT_TRUE(client->tag_customer(tenant, 7'001, "T0123456789012"));
  EXPECT_EQ(shopify.count(kGraphql), before + 1) << "what is right is not written";
  shopify.on(kGraphql, {tagged({"VIP"})});
  EXPECT_TRUE(client->tag_customer(tenant, 7'001, ""));
  EXPECT_EQ(shopify.count(kGraphql), before + 2) << "nor is nothing removed";
}

TEST_F(ShopifyClientTest, TellsOfTheTagsOfOthersBeforeTheyGo) {
  has_tokens("A", "R");
  shopify.on(kGraphql, {tagged({"VIP", "Tsunagi:T9", "tsunagi:CARD 1"})});
  std::vector<std::string> heard;
  const size_t before = shopify.count(kGraphql);
  const auto stopped = client->tag_customer(tenant, 7'001, "T1", [&](const auto& codes) {
    heard = codes;
    return Result<Done>(Error{ErrorCode::kUnavailable, "the database"});
  });
  EXPECT_FALSE(stopped);
  EXPECT_EQ(heard, (std::vector<std::string>{"T9", "CARD 1"}));
  EXPECT_EQ(shopify.count(kGraphql), before + 1) << "nothing was written";
}

TEST_F(ShopifyClientTest, FindsWhoIsTaggedWithACode) {
  has_tokens("A", "R");
  const auto found = [](const json& nodes) {
    return ok(json{{"data", {{"customers", {{"nodes", nodes}}}}}}.dump());
  };
  const auto customer = [](const std::string& id, const json& tags) {
    return json{{"id", "gid://shopify/Customer/" + id}, {"tags", tags}};
  };
  shopify.on(kGraphql,
             {found({customer("7001", {"tsunagi:T10"}), customer("7002", {"a", "TSUNAGI:o'T1"})})});
  const auto one = client->customer_with_code(tenant, "O'T1");
  ASSERT_TRUE(one);
  EXPECT_EQ(*one, 7'002);
  EXPECT_EQ(sent()["variables"], (json{{"query", R"(tag:'tsunagi:O\'T1')"}}));
  shopify.on(kGraphql, {found(json::array())});
  EXPECT_EQ(client->customer_with_code(tenant, "T2")->value_or(0), 0);
  shopify.on(kGraphql, {found("none")});
  EXPECT_EQ(client->customer_with_code(tenant, "T2").error().code, ErrorCode::kUnavailable);
  const size_t before = shopify.count(kGraphql);
  EXPECT_EQ(client->customer_with_code(tenant, "A,B")->value_or(0), 0) << "has no tag";
  EXPECT_EQ(shopify.count(kGraphql), before);
}

TEST_F(ShopifyClientTest, ATagThatIsRefusedAndACustomerWhoIsGone) {
  has_tokens("A", "R");
  EXPECT_TRUE(client->tag_customer(tenant, 7'001, "T1")) << "nobody has no tags";
  shopify.on(kGraphql, {tagged(json::array(), "7002")});
  EXPECT_EQ(client->tag_customer(tenant, 7'001, "T1").error().code, ErrorCode::kUnavailable)
      << "a reply about another customer";
  const json full = {{{"field", {"tags"}}, {"message", "At most 250 tags, and 山田"}}};
  shopify.on(kGraphql, {tagged({"a"}), user_errors("tagsAdd", full)});
  const auto refused = client->tag_customer(tenant, 7'001, "T1");
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
  EXPECT_NE(refused.error().message.find("tags At most"), std::string::npos);
  EXPECT_EQ(refused.error().message.find("山田"), std::string::npos);
  shopify.on(kGraphql, {tagged({"tsunagi:T2"}), user_errors("tagsRemove", full)});
  const size_t before = shopify.count(kGraphql);
  EXPECT_FALSE(client->tag_customer(tenant, 7'001, "T1"));
  EXPECT_EQ(shopify.count(kGraphql), before + 2) << "two of ours at once are never there";
  shopify.on(kGraphql, {tagged("VIP")});
  EXPECT_EQ(client->tag_customer(tenant, 7'001, "T1").error().code, ErrorCode::kUnavailable);
}

Answer granted(const json& scopes) {
  json handles = json::array();
  for (const json& scope : scopes) handles.push_back({{"handle", scope}});
  Answer answer =
      ok(json{{"data",
               {{"currentAppInstallation",
                 {{"id", "gid://shopify/AppInstallation/5"}, {"accessScopes", handles}}}}}}
             .dump());
  answer.headers = {{"Date", "Sun, 20 Sep 2026 17:46:40 GMT"}};  // 1'789'926'400
  return answer;
}

TEST_F(ShopifyClientTest, SaysWhatTheAppWasNotGrantedAndHowFarTheClocksAreApart) {
  has_tokens("A", "R");
  shopify.on(kGraphql, {granted({"write_customers", "read_customer_merge", "write_app_proxy",
                                 "write_orders", "read_products", "write_inventory",
                                 "read_locations", "write_merchant_managed_fulfillment_orders"})});
  const auto whole = client->access(tenant);
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_TRUE(whole->missing.empty()) << "to write is to read";
  EXPECT_EQ(whole->ahead, 1'789'926'400 - clock.now());

  shopify.on(kGraphql, {granted({"read_customers", "read_customer_merges"})});
  const std::vector<std::string> missing = {
      "write_customers", "read_customer_merge",
      "write_app_proxy", "read_orders",
      "write_orders",    "read_products",
      "read_inventory",  "write_inventory",
      "read_locations",  "write_merchant_managed_fulfillment_orders"};
  EXPECT_EQ(client->access(tenant)->missing, missing);
  shopify.on(kGraphql, {ok(R"({"data":{"currentAppInstallation":null}})")});
  EXPECT_EQ(client->access(tenant).error().code, ErrorCode::kUnavailable);
  shopify.on(kGraphql, {status(403)});
  EXPECT_EQ(client->access(tenant).error().code, ErrorCode::kUnauthorized);
}

TEST_F(ShopifyClientTest, KnowsATagInAnyCaseAndOnlyAWholeOne) {
  has_tokens("A", "R");
  shopify.on(kGraphql, {tagged({"VIP", "Tsunagi-Pilot"})});
  EXPECT_TRUE(*client->has_tag(tenant, 7'001, "tsunagi-pilot"));
  shopify.on(kGraphql, {tagged({"tsunagi-pilot-2"})});
  EXPECT_FALSE(*client->has_tag(tenant, 7'001, "tsunagi-pilot"));
  shopify.on(kGraphql, {nobody()});
  EXPECT_FALSE(*client->has_tag(tenant, 7'001, "tsunagi-pilot"));
  shopify.on(kGraphql, {tagged({"tsunagi-pilot"}, "7002")});
  EXPECT_FALSE(client->has_tag(tenant, 7'001, "tsunagi-pilot")) << "about another customer";
}

TEST_F(ShopifyClientTest, TellsTheBlocksOfAPilot) {
  has_tokens("A", "R");
  shopify.on(kGraphql, {granted({"write_customers"}), user_errors("metafieldsSet", json::array())});
  ASSERT_TRUE(client->publish_pilot(tenant, true));
  const json metafield = sent()["variables"]["metafields"][0];
  EXPECT_EQ(metafield["ownerId"], "gid://shopify/AppInstallation/5");
  EXPECT_EQ(metafield["namespace"], "tsunagi");
  EXPECT_EQ(metafield["key"], "pilot");
  EXPECT_EQ(metafield["value"], "true");
  const json wrong = {{{"field", {"metafields", "0"}}, {"message", "no"}, {"code", "INVALID"}}};
  shopify.on(kGraphql, {granted({"write_customers"}), user_errors("metafieldsSet", wrong)});
  EXPECT_EQ(client->publish_pilot(tenant, false).error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace tsunagi
