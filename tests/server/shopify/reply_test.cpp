// What Shopify may answer, and what we make of it.
#include "server/shopify/reply.h"

#include <gtest/gtest.h>

namespace tsunagi::shopify {
namespace {

TEST(ShopifyReply, Tokens) {
  const auto tokens = parse_tokens(
      R"({"access_token":"a","scope":"x","expires_in":3599,"refresh_token":"r","refresh_token_expires_in":7775999})");
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->access, "a");
  EXPECT_EQ(tokens->access_lasts, 3599);
  EXPECT_EQ(tokens->refresh, "r");
  EXPECT_EQ(tokens->refresh_lasts, 7775999);
  const auto lasting = parse_tokens(R"({"access_token":"a","scope":"x"})");
  ASSERT_TRUE(lasting);
  EXPECT_EQ(lasting->access_lasts, 0);
  for (const char* body : {"", "<html>", "[]", "{}", R"({"access_token":7})",
                           R"({"access_token":""})", R"({"access_token":"a","expires_in":60})"}) {
    ASSERT_FALSE(parse_tokens(body)) << body;
    EXPECT_EQ(parse_tokens(body).error().code, ErrorCode::kUnavailable);
  }
  EXPECT_LE(
      parse_tokens(R"({"access_token":"a","expires_in":1e300,"refresh_token":"r"})")->access_lasts,
      366 * 86'400);
}

TEST(ShopifyReply, HowARequestWent) {
  struct Row {
    const char* body;
    Verdict verdict;
  };
  for (
      const Row& row : {
          Row{R"({"data":{}})", Verdict::kData},
          Row{R"({"data":{},"errors":[]})", Verdict::kData},
          Row{R"({"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]})",
              Verdict::kThrottled},
          Row{R"({"data":null,"errors":[{"message":"x","extensions":{"code":"ACCESS_DENIED"}}]})",
              Verdict::kDenied},
          Row{R"({"errors":"[API] Invalid API key or access token"})", Verdict::kDenied},
          Row{R"({"errors":[{"message":"x","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]})",
              Verdict::kTryAgain},
          Row{R"({"errors":[{"message":"Field 'nmae' doesn't exist","extensions":{"code":"undefinedField"}}]})",
              Verdict::kBadRequest},
          Row{R"({"errors":[1]})", Verdict::kBadRequest},
          Row{R"({"errors":[{"extensions":7}]})", Verdict::kBadRequest},
      }) {
    const auto reply = parse_reply(row.body);
    ASSERT_TRUE(reply) << row.body;
    EXPECT_EQ(reply->verdict, row.verdict) << row.body;
  }
  for (const char* body : {"", "<html>", "{", "[]", "7", "null", "{}", R"({"data":null})",
                           R"({"data":7})", R"({"errors":7})", R"({"errors":{}})"}) {
    ASSERT_FALSE(parse_reply(body)) << body;
    EXPECT_EQ(parse_reply(body).error().code, ErrorCode::kUnavailable) << body;
  }
}

TEST(ShopifyReply, CostOfARequest) {
  const auto reply = parse_reply(
      R"({"data":{},"extensions":{"cost":{"requestedQueryCost":12,"actualQueryCost":null,"throttleStatus":
          {"maximumAvailable":2000.0,"currentlyAvailable":1988,"restoreRate":100.0}}}})");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->cost.requested, 12);
  EXPECT_EQ(reply->cost.available, 1988);
  EXPECT_EQ(reply->cost.maximum, 2000);
  EXPECT_EQ(reply->cost.restored_per_second, 100);
  for (const char* body :
       {R"({"data":{}})", R"({"data":{},"extensions":7})",
        R"({"data":{},"extensions":{"cost":[]}})",
        R"({"data":{},"extensions":{"cost":{"throttleStatus":{"restoreRate":-5}}}})"}) {
    EXPECT_EQ(parse_reply(body)->cost.restored_per_second, 0) << body;
  }
}

TEST(ShopifyReply, ProblemsCarryNoPersonalData) {
  const auto reply = parse_reply(
      R"({"errors":[{"message":"invalid value taro@example.com 09012345678","extensions":{"code":"argumentLiteralsIncompatible"}}]})");
  EXPECT_EQ(reply->problem, "argumentLiteralsIncompatible invalid value");
}

TEST(ShopifyReply, Shop) {
  const auto shop = parse_shop(
      R"({"data":{"shop":{"id":"gid://shopify/Shop/548380009","name":"繋ぎ商店","myshopifyDomain":"a.myshopify.com"}}})");
  ASSERT_TRUE(shop);
  EXPECT_EQ(shop->id, 548380009);
  EXPECT_EQ(shop->domain, "a.myshopify.com");
  EXPECT_EQ(shop->name, "繋ぎ商店");
  for (const char* body :
       {"", R"({"data":{}})", R"({"data":{"shop":null}})",
        R"({"data":{"shop":{"id":"gid://shopify/Product/1","myshopifyDomain":"a"}}})",
        R"({"data":{"shop":{"id":"gid://shopify/Shop/1"}}})"}) {
    EXPECT_FALSE(parse_shop(body)) << body;
  }
}

TEST(ShopifyReply, Customer) {
  const auto full = parse_customer(
      R"({"data":{"customer":{"id":"gid://shopify/Customer/7001","firstName":"木","lastName":"繋","locale":"ja",
          "updatedAt":"2022-10-26T06:22:35Z","defaultEmailAddress":{"emailAddress":"a@example.com","marketingState":"SUBSCRIBED"},
          "defaultPhoneNumber":{"phoneNumber":"+819012345678"},
          "defaultAddress":{"address1":"神宮前1-2-3","address2":"4F","city":"渋谷区","provinceCode":"JP-13","countryCodeV2":"JP",
            "zip":"150-0001","phone":"+81312345678"},
          "metafields":{"nodes":[{"namespace":"custom","key":"kana_last","value":"ツナギ"},
            {"namespace":"facts","key":"birth_date","value":"1990-01-02"},{"namespace":"custom","key":"other","value":"x"}]}}}})",
      {.last_kana = "custom.kana_last",
       .first_kana = "",
       .birth_date = "facts.birth_date",
       .sex = ""});
  ASSERT_TRUE(full);
  ASSERT_TRUE(*full);
  EXPECT_EQ((*full)->id, 7001);
  EXPECT_EQ((*full)->first_name, "木");
  EXPECT_EQ((*full)->last_name, "繋");
  EXPECT_EQ((*full)->mail, "a@example.com");
  EXPECT_TRUE((*full)->mail_consent);
  EXPECT_EQ((*full)->phone, "+819012345678");
  EXPECT_EQ((*full)->locale, "ja");
  EXPECT_EQ((*full)->changed_at, 1'666'765'355);
  EXPECT_EQ((*full)->address.province_code, "JP-13");
  EXPECT_EQ((*full)->address.line1, "神宮前1-2-3");
  EXPECT_EQ((*full)->address.line2, "4F");
  EXPECT_EQ((*full)->address.city, "渋谷区");
  EXPECT_EQ((*full)->address.country, "JP");
  EXPECT_EQ((*full)->address.post_code, "150-0001");
  EXPECT_EQ((*full)->address.phone, "+81312345678");
  EXPECT_EQ((*full)->last_kana, "ツナギ");
  EXPECT_EQ((*full)->first_kana, "");
  EXPECT_EQ((*full)->birth_date, "1990-01-02");
  EXPECT_EQ((*full)->sex, "");
  const auto bare = parse_customer(
      R"({"data":{"customer":{"id":"gid://shopify/Customer/7001","firstName":null,"updatedAt":"2022-10-26T06:22:35Z",
          "defaultEmailAddress":null,
          "defaultPhoneNumber":null,"defaultAddress":null,"metafields":{"nodes":[]}}}})",
      {});
  ASSERT_TRUE(bare);
  EXPECT_EQ((*bare)->first_name, "");
  EXPECT_FALSE((*bare)->mail_consent);
  const auto nobody = parse_customer(R"({"data":{"customer":null}})", {});
  ASSERT_TRUE(nobody);
  EXPECT_FALSE(*nobody);
  for (const char* body :
       {R"({"data":{}})", R"({"data":{"customer":[]}})", R"({"data":{"customer":{}}})",
        R"({"data":{"customer":{"id":"gid://shopify/Customer/0"}}})",
        R"({"data":{"customer":{"id":"gid://shopify/Customer/7x"}}})",
        R"({"data":{"customer":{"id":"gid://shopify/Customer/7"}}})",
        R"({"data":{"customer":{"id":"gid://shopify/Customer/7","updatedAt":"today"}}})"}) {
    EXPECT_FALSE(parse_customer(body, {})) << body;
  }
}

TEST(ShopifyReply, TagsOfACustomer) {
  const auto read = parse_customer_tags(
      R"({"data":{"customer":{"id":"gid://shopify/Customer/7","tags":["VIP","tsunagi:T1"]}}})");
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->id, 7);
  EXPECT_EQ((*read)->tags, (std::vector<std::string>{"VIP", "tsunagi:T1"}));
  EXPECT_FALSE(*parse_customer_tags(R"({"data":{"customer":null}})"));
  for (const char* body :
       {"", R"({"data":{}})", R"({"data":{"customer":7}})", R"({"data":{"customer":{"tags":[]}}})",
        R"({"data":{"customer":{"id":"gid://shopify/Customer/7"}}})",
        R"({"data":{"customer":{"id":"gid://shopify/Customer/7","tags":"VIP"}}})",
        R"({"data":{"customer":{"id":"gid://shopify/Customer/7","tags":[7]}}})"}) {
    EXPECT_FALSE(parse_customer_tags(body)) << body;
  }
}

TEST(ShopifyReply, ChangedCustomers) {
  const auto page = parse_changed_customers(
      R"({"data":{"customers":{"nodes":[
          {"id":"gid://shopify/Customer/7001","updatedAt":"2022-10-26T06:22:35Z"},
          {"id":"gid://shopify/Customer/7002","updatedAt":"2022-10-26T06:22:36Z"}],
          "pageInfo":{"hasNextPage":true,"endCursor":"here"}}}})");
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->customers.size(), 2U);
  EXPECT_EQ(page->customers[0].id, 7001);
  EXPECT_EQ(page->customers[0].changed_at, 1'666'765'355);
  EXPECT_TRUE(page->more);
  EXPECT_EQ(page->end, "here");
  const auto none = parse_changed_customers(
      R"({"data":{"customers":{"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":null}}}})");
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_FALSE(none->more);
  for (
      const char* body :
      {"", R"({"data":{}})", R"({"data":{"customers":{"nodes":{}}}})",
       R"({"data":{"customers":{"nodes":[]}}})",
       R"({"data":{"customers":{"nodes":[],"pageInfo":{"hasNextPage":"no"}}}})",
       R"({"data":{"customers":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":"x"}}}})",
       R"({"data":{"customers":{"nodes":[7],"pageInfo":{"hasNextPage":false}}}})",
       R"({"data":{"customers":{"nodes":[{"id":"gid://shopify/Shop/1","updatedAt":"2022-10-26T06:22:35Z"}],"pageInfo":{"hasNextPage":false}}}})",
       R"({"data":{"customers":{"nodes":[{"id":"gid://shopify/Customer/1"}],"pageInfo":{"hasNextPage":false}}}})",
       R"({"data":{"customers":{"nodes":[{"id":"gid://shopify/Customer/1","updatedAt":"2022-10-26T06:22:35Z"}],"pageInfo":{"hasNextPage":true,"endCursor":null}}}})"}) {
    ASSERT_FALSE(parse_changed_customers(body)) << body;
    EXPECT_EQ(parse_changed_customers(body).error().code, ErrorCode::kUnavailable) << body;
  }
}

TEST(ShopifyReply, UserErrors) {
  const auto errors = parse_user_errors(
      R"({"data":{"metafieldsSet":{"userErrors":[{"code":"INVALID","field":["metafields","3","ownerId"],
          "message":"Owner gid://shopify/Customer/7001234 does not exist"},{"code":"山田","field":["太郎"],"message":"山田 太郎"}]}}})",
      "metafieldsSet");
  ASSERT_TRUE(errors);
  ASSERT_EQ(errors->size(), 2U);
  EXPECT_EQ((*errors)[0].code, "INVALID");
  EXPECT_EQ((*errors)[0].field, "metafields.3.ownerId");
  EXPECT_EQ((*errors)[0].message, "does not exist");
  EXPECT_EQ((*errors)[1].code + (*errors)[1].field + (*errors)[1].message, "");
  EXPECT_TRUE(parse_user_errors(R"({"data":{"m":{"userErrors":[]}}})", "m")->empty());
  for (const char* body : {R"({"data":{"m":null}})", R"({"data":{"m":{}}})",
                           R"({"data":{"m":{"userErrors":null}}})"}) {
    EXPECT_FALSE(parse_user_errors(body, "m")) << body << ": silence is not success";
  }
}

TEST(ShopifyReply, Ids) {
  EXPECT_EQ(parse_gid("gid://shopify/Customer/7001", "Customer"), 7001);
  EXPECT_EQ(parse_gid(make_gid("Shop", 5), "Shop"), 5);
  for (const char* gid : {"", "7001", "gid://shopify/Shop/7001", "gid://shopify/Customer/",
                          "gid://shopify/Customer/-1", "gid://shopify/Customer/7001?x",
                          "gid://shopify/Customer/99999999999999999999"}) {
    EXPECT_EQ(parse_gid(gid, "Customer"), std::nullopt) << gid;
  }
}

}  // namespace
}  // namespace tsunagi::shopify
