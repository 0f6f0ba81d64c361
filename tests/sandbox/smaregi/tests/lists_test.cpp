// Paging, the Link header, sort, fields and time windows: what every list shares.

#include <set>

#include "tests/sandbox/smaregi/tests/platform.h"

namespace tsunagi::smaregi_sandbox {
namespace {

TEST(Lists, PagesMeetWithoutGapOrDouble) {
  Platform platform;
  for (int i = 0; i < 25; ++i) platform.add_member("C" + std::to_string(i));
  std::set<std::string> seen;
  for (int page = 1; page <= 3; ++page) {
    const Reply reply = platform.call("GET", "/customers?limit=10&page=" + std::to_string(page));
    const Json rows = parse(reply);
    EXPECT_EQ(rows.size(), page < 3 ? 10U : 5U);
    for (const Json& row : rows) seen.insert(row.at("customerId").get<std::string>());
    const std::string next = "limit=10&page=" + std::to_string(page + 1) + ">; rel=\"next\"";
    EXPECT_EQ(header(reply, "Link").find(next) != std::string::npos, page < 3)
        << header(reply, "Link");
  }
  EXPECT_EQ(seen.size(), 25U);
  EXPECT_TRUE(platform.get("/customers?limit=10&page=4").empty());
}

TEST(Lists, DefaultLimitIs100AndTheLargest1000) {
  Platform platform;
  for (int i = 0; i < 101; ++i) platform.add_member("C" + std::to_string(i));
  EXPECT_EQ(platform.get("/customers").size(), 100U);
  EXPECT_EQ(platform.get("/customers?limit=1000").size(), 101U);
}

TEST(Lists, LinkHeaderCanBeAbsent) {
  Platform platform;
  platform.add_member("A");
  platform.add_member("B");
  platform.set_switch("link_header", "absent");
  EXPECT_EQ(header(platform.call("GET", "/customers?limit=1"), "Link"), "");
}

TEST(Lists, SortAndFields) {
  Platform platform;
  for (const char* code : {"B", "C", "A"}) platform.add_member(code);
  const auto codes = [&](const std::string& query) {
    std::string text;
    for (const Json& row : platform.get("/customers" + query)) {
      text += row.at("customerCode").get<std::string>();
    }
    return text;
  };
  EXPECT_EQ(codes(""), "BCA");
  EXPECT_EQ(codes("?sort=customerCode"), "ABC");
  EXPECT_EQ(codes("?sort=customerCode:desc"), "CBA");
  EXPECT_EQ(codes("?sort=updDateTime,customerId:desc"), "ACB");
  const Json row = platform.get("/customers?fields=customerCode,rank&limit=1").at(0);
  EXPECT_EQ(row.dump(), R"({"customerCode":"B","rank":null})");
  EXPECT_EQ(platform.get("/customers/1?fields=customerId").dump(), R"({"customerId":"1"})");
}

TEST(Lists, NumbersSortAsNumbers) {
  Platform platform;
  const std::string store = platform.add_store();
  for (int i = 1; i <= 10; ++i) {
    const std::string product = platform.add_product("P" + std::to_string(i), 100);
    platform.patch("/stock/" + product, {{"storeId", store}, {"stockAmount", 1}});
  }
  EXPECT_EQ(platform.get("/stock?sort=productId:desc").at(0).at("productId"), "10");
}

TEST(Lists, ScalarsAreStringsAndAbsentOnesNull) {
  Platform platform;
  platform.add_store();
  platform.add_product("P", 1000, {{"cost", "12400.00000"}});
  const Json product = platform.get("/products/1");
  for (const auto& [name, value] : product.items()) {
    EXPECT_TRUE(value.is_string() || value.is_null()) << name;
  }
  EXPECT_EQ(product.at("cost"), "12400.00000");
  EXPECT_TRUE(product.at("size").is_null());
  EXPECT_TRUE(platform.patch("/products/1", {{"size", "L"}}).at("taxDivision").is_number());
  EXPECT_TRUE(platform.get("/stores/1?with_point_condition=all")
                  .at("pointCondition")
                  .at("pointUseDivision")
                  .is_number());
  EXPECT_TRUE(platform.get("/stores?with_point_condition=all")
                  .at(0)
                  .at("pointCondition")
                  .at("pointUseDivision")
                  .is_string());
}

TEST(Lists, WindowHoldsBothEndsAndAnyOffset) {
  Platform platform;
  platform.add_member("OLD");
  platform.clock.advance_ms(3'600'000);
  platform.add_member("NEW");
  const auto found = [&](int64_t from, int64_t to) {
    return platform
        .get("/customers?upd_date_time-from=" + percent_encode(format_date_time(from)) +
             "&upd_date_time-to=" + percent_encode(format_date_time(to)))
        .size();
  };
  EXPECT_EQ(found(kStart, kStart), 1U);
  EXPECT_EQ(found(kStart, kStart + 3600), 2U);
  EXPECT_EQ(found(kStart + 1, kStart + 3599), 0U);
  EXPECT_EQ(found(kStart + 3600 - 31 * 86'400, kStart + 3600), 2U) << "31 days are allowed";
  // 2026-09-21T23:13:20+09:00 is 14:13:20Z
  EXPECT_EQ(platform
                .get("/customers?upd_date_time-from=2026-09-21T14:13:20Z&upd_date_time-to=2026-09-"
                     "21T14:13:20Z")
                .size(),
            1U);
  EXPECT_EQ(platform
                .get("/customers?upd_date_time-from=2026-09-21T23:13:20%2B0900&upd_date_time-to="
                     "2026-09-21T23:13:20%2B0900")
                .size(),
            1U);
}

TEST(Lists, OneBoundAloneIsASwitch) {
  Platform platform;
  platform.add_member("A");
  const std::string query =
      "/customers?upd_date_time-from=" + percent_encode(format_date_time(kStart));
  EXPECT_EQ(platform.call("GET", query).status, 400);
  platform.set_switch("open_window", "until_now");
  EXPECT_EQ(platform.get(query).size(), 1U);
}

TEST(Lists, MembersByCodeAndIdRange) {
  Platform platform;
  for (const char* code : {"A 1", "B+2", "C3"}) platform.add_member(code);
  EXPECT_EQ(platform.get("/customers?customer_code=A%201").at(0).at("customerId"), "1");
  EXPECT_EQ(platform.get("/customers?customer_code=B%2B2").at(0).at("customerId"), "2");
  EXPECT_TRUE(platform.get("/customers?customer_code=NONE").empty());
  EXPECT_EQ(platform.get("/customers?customer_id-from=2").size(), 2U);
  EXPECT_EQ(platform.get("/customers?customer_id-from=2&customer_id-to=2").size(), 1U);
  platform.call("DELETE", "/customers/1");
  EXPECT_TRUE(platform.get("/customers?customer_code=A%201").empty());
  EXPECT_EQ(platform.add_member("A 1"), "4")
      << "a deleted member's code is free again, its id is not";
}

TEST(Lists, ProductFilters) {
  Platform platform;
  platform.add_product("P1", 100, {{"groupCode", "G"}, {"categoryId", "2"}});
  platform.add_product("P2", 100, {{"stockControlDivision", "1"}});
  EXPECT_EQ(platform.get("/products?product_code=P1").size(), 1U);
  EXPECT_EQ(platform.get("/products?group_code=G&category_id=2").size(), 1U);
  EXPECT_EQ(platform.get("/products?stock_control_division=1").at(0).at("productCode"), "P2");
  platform.patch("/products/1", {{"productCode", "P9"}});
  EXPECT_TRUE(platform.get("/products?product_code=P1").empty());
}

}  // namespace
}  // namespace tsunagi::smaregi_sandbox
