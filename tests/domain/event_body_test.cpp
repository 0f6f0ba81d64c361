// Bodies of webhooks: every id is found, and what is no id is refused.

#include "server/domain/events/event_body.h"

#include <gtest/gtest.h>

#include <set>

namespace tsunagi {
namespace {

using Ids = std::vector<std::string>;

struct Body {
  const char* type;
  const char* body;
  Ids ids;
};
class PosEvents : public testing::TestWithParam<Body> {};
TEST_P(PosEvents, NameTheirIds) {
  const auto event = parse_pos_event(GetParam().type, GetParam().body);
  ASSERT_TRUE(event.ok()) << event.error().message;
  EXPECT_EQ(event->ids, GetParam().ids);
}
INSTANTIATE_TEST_SUITE_P(
    Table, PosEvents,
    testing::Values(
        Body{"pos:customers", R"({"action":"edited","customerIds":["1","2"]})", {"1", "2"}},
        Body{"pos:customers", R"({"customerIds":[1,"1",2]})", {"1", "2"}},
        Body{"pos:customers", R"({"customerIds":[]})", {}},
        Body{"pos:transactions", R"({"transactionHeadIds":["25"]})", {"25"}},
        Body{
            "pos:stock",
            R"({"ids":[{"id":"9","productId":"10","storeId":"1"},{"id":"8","productId":"10","storeId":"2"},{"productId":11}]})",
            {"10", "11"}},
        Body{"pos:products", R"({"productIds":["7"],"unknown":{"a":[1]}})", {"7"}}));

class MalformedPosEvents : public testing::TestWithParam<Body> {};
TEST_P(MalformedPosEvents, AreRefused) {
  const auto event = parse_pos_event(GetParam().type, GetParam().body);
  ASSERT_FALSE(event.ok());
  EXPECT_EQ(event.error().code, ErrorCode::kInvalid);
  EXPECT_FALSE(split_pos_event("pos:unknown", GetParam().body).ok());
}
INSTANTIATE_TEST_SUITE_P(
    Table, MalformedPosEvents,
    testing::Values(Body{"pos:customers", "", {}}, Body{"pos:customers", "[]", {}},
                    Body{"pos:customers", "{}", {}},
                    Body{"pos:customers", R"({"customerIds":"1"})", {}},
                    Body{"pos:customers", R"({"customerIds":[""]})", {}},
                    Body{"pos:customers", R"({"customerIds":["1/../2"]})", {}},
                    Body{"pos:customers", R"({"customerIds":[-1]})", {}},
                    Body{"pos:customers", R"({"customerIds":[1.5]})", {}},
                    Body{"pos:customers", R"({"customerIds":[null]})", {}},
                    Body{"pos:customers", R"({"customerIds":["123456789012345678901"]})", {}},
                    Body{"pos:stock", R"({"ids":["10"]})", {}},
                    Body{"pos:stock", R"({"ids":[{"id":"9"}]})", {}},
                    Body{"pos:coupons", R"({"couponIds":["1"]})", {}}));

std::string customers(size_t count) {
  std::string body = R"({"contractId":"sb_1","action":"bulk-update","customerIds":[)";
  for (size_t i = 0; i < count; ++i) {
    if (i != 0) body += ',';
    body += "\"" + std::to_string(i) + "\"";
  }
  return body + "]}";
}

TEST(LongPosEvents, AreSplitUntilEachPartIsAStep) {
  for (const size_t count : {kIdsAStep, kIdsAStep + 1, size_t{999}, size_t{20'000}}) {
    std::vector<std::string> todo{customers(count)};
    std::set<std::string> seen;
    size_t steps = 0;
    while (!todo.empty()) {
      const std::string body = todo.back();
      todo.pop_back();
      const auto parts = split_pos_event("pos:customers", body);
      ASSERT_TRUE(parts.ok());
      ASSERT_LE(parts->size(), kPartsAStep);
      if (parts->size() > 1) {
        todo.insert(todo.end(), parts->begin(), parts->end());
        continue;
      }
      const auto event = parse_pos_event("pos:customers", parts->front());
      ASSERT_TRUE(event.ok());
      ASSERT_LE(event->ids.size(), kIdsAStep);
      EXPECT_EQ(event->action, "bulk-update");
      seen.insert(event->ids.begin(), event->ids.end());
      ++steps;
    }
    EXPECT_EQ(seen.size(), count);
    EXPECT_EQ(steps == 1, count <= kIdsAStep);
  }
}

TEST(ShopCustomerEvents, NameTheirCustomer) {
  EXPECT_EQ(parse_shop_customer(R"({"id":7001,"first_name":"x"})").value(), 7001);
  EXPECT_EQ(parse_shop_customer(R"({"shop_id":1,"customer":{"id":7002,"email":"a@b"}})").value(),
            7002);
  for (const char* body :
       {"", "{}", "[]", R"({"id":"7001"})", R"({"id":0})", R"({"id":-1})", R"({"id":1.5})",
        R"({"id":18446744073709551615})", R"({"customer":7001})", R"({"customer":{}})"}) {
    const auto customer = parse_shop_customer(body);
    ASSERT_FALSE(customer.ok()) << body;
    EXPECT_EQ(customer.error().code, ErrorCode::kInvalid);
  }
}

struct Kept {
  System system;
  const char *type, *body, *kept;
};
class KeptBodies : public testing::TestWithParam<Kept> {};
TEST_P(KeptBodies, HaveWhatIsReadAndNothingElse) {
  const Kept& row = GetParam();
  const std::string kept = kept_body(row.system, row.type, row.body);
  EXPECT_EQ(kept, row.kept);
  EXPECT_EQ(kept_body(row.system, row.type, kept), kept) << "it is an event of the same form";
}
INSTANTIATE_TEST_SUITE_P(
    Table, KeptBodies,
    testing::Values(
        Kept{System::kShopify, "customers/update",
             R"({"id":7001,"first_name":"花子","addresses":[{"phone":"090"}],"note":"…"})",
             R"({"customer":{"id":7001}})"},
        Kept{System::kShopify, "customers/delete", R"({"id":7001})", R"({"customer":{"id":7001}})"},
        Kept{System::kShopify, "customers/redact",
             R"({"customer":{"id":7001,"email":"h@example.jp"},"orders_to_redact":[1]})",
             R"({"customer":{"id":7001}})"},
        Kept{
            System::kShopify, "customers/data_request",
            R"({"customer":{"id":7001,"phone":"090"},"data_request":{"id":9},"orders_requested":[5,"x y"]})",
            R"({"customer":{"id":7001},"data_request":{"id":"9"},"orders_requested":["5"]})"},
        Kept{
            System::kShopify, "customers/merge",
            R"({"admin_graphql_api_customer_kept_id":"gid://shopify/Customer/2","admin_graphql_api_customer_deleted_id":"gid://shopify/Customer/1","status":"COMPLETED","errors":[{"message":"花子"}]})",
            R"({"admin_graphql_api_customer_deleted_id":"gid://shopify/Customer/1","admin_graphql_api_customer_kept_id":"gid://shopify/Customer/2","status":"completed"})"},
        Kept{System::kShopify, "customers/update", R"({"id":"花子"})", "{}"},
        Kept{System::kShopify, "customers/create", R"({"id":7001})", "{}"},
        Kept{System::kShopify, "app/uninstalled", R"({"email":"owner@example.jp"})", "{}"},
        Kept{System::kShopify, "shop/redact", R"({"shop_domain":"a"})", "{}"},
        Kept{System::kSmaregi, "pos:customers",
             R"({"contractId":"sb","action":"bulk-update","customerIds":["1",2],"memo":"花子"})",
             R"({"action":"bulk-update","customerIds":["1","2"]})"},
        Kept{System::kSmaregi, "pos:stock",
             R"({"ids":[{"id":"9","productId":"10","storeId":"1"}],"action":"花子"})",
             R"({"ids":[{"productId":"10"}]})"},
        Kept{System::kSmaregi, "pos:stores", R"({"storeIds":["1"]})", "{}"}));

}  // namespace
}  // namespace tsunagi
