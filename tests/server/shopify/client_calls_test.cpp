// What the Shopify client asks for: customers, the definition, cards.
#include "tests/server/shopify/client_world.h"

namespace tsunagi {
namespace {

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
