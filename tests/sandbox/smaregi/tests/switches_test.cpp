// The unconfirmed facts: a small day in a shop comes out right under every pair of them.

#include <random>
#include <set>

#include "tests/sandbox/smaregi/tests/platform.h"

namespace tsunagi::smaregi_sandbox {
namespace {

TEST(Switches, ListIsWholeAndRefusesWhatItDoesNotKnow) {
  Platform platform;
  const Json rows = parse(platform.control("GET", "/_sandbox/switches")).at("switches");
  EXPECT_EQ(rows.size(), kSwitchCount);
  for (const Json& row : rows) {
    EXPECT_EQ(row.at("value"), row.at("default"));
    EXPECT_GE(row.at("values").size(), 2U);
    EXPECT_FALSE(row.at("source").get<std::string>().empty()) << row.dump();
  }
  const auto put = [&](const std::string& body) {
    return platform.raw({.method = "PUT", .path = "/_sandbox/switches", .body = body}).status;
  };
  EXPECT_EQ(put(R"({"link_header":"absent","nothing":"x"})"), 400);
  EXPECT_EQ(put(R"({"link_header":"maybe"})"), 400);
  EXPECT_EQ(put(R"({"link_header":""})"), 400);
  const Json after = parse(platform.control("GET", "/_sandbox/switches")).at("switches");
  EXPECT_EQ(after, rows) << "all or nothing";
}

void a_day(Platform& platform) {
  const std::string store = platform.add_store(), product = platform.add_product("P", 1000),
                    member = platform.add_member("M");
  platform.patch("/stock/" + product, {{"storeId", store}, {"stockAmount", 10}});
  platform.post("/customers/" + member + "/point/add", {{"point", 200}});
  const Json sale = platform.sell(store, "M", {{{"product_code", "P"}, {"quantity", 2}}}, 100);
  ASSERT_EQ(platform.points_of(member), 119);
  ASSERT_EQ(platform.stock_of(product, store), 8);
  platform.till("POST", "returns", {{"contract", kContract}, {"receipt", sale.at("receipt")}});
  ASSERT_EQ(platform.points_of(member), 200);
  ASSERT_EQ(platform.stock_of(product, store), 10);
  const Json sales = platform.get(
      "/transactions?sum_date-from=2026-09-01&sum_date-to=2026-09-30&with_details=all");
  ASSERT_EQ(sales.size(), 3U);
}

// Every pair of values of two switches is met by at least one day: days with all switches drawn at
// random, until no pair is left. The seed repeats a failure.
TEST(Switches, EveryPairOfValues) {
  static constexpr uint64_t kSeed = 20'260'921;
  static constexpr int kMostDays = 2'000;
  const auto all = all_switches();
  std::set<std::pair<std::string, std::string>> left;
  const auto name = [&](size_t which, std::string_view value) {
    return std::string(all[which].name) + "=" + std::string(value);
  };
  const auto each_value = [&](size_t which, const auto& visit) {
    for (const std::string_view value : all[which].values) {
      if (!value.empty()) visit(name(which, value));
    }
  };
  for (size_t a = 0; a < all.size(); ++a) {
    for (size_t b = a + 1; b < all.size(); ++b) {
      each_value(a, [&](const std::string& one) {
        each_value(b, [&](const std::string& two) { left.emplace(one, two); });
      });
    }
  }
  EXPECT_GT(left.size(), 2'000U);
  std::mt19937_64 random(kSeed);
  for (int day = 0; !left.empty() && day < kMostDays; ++day) {
    Platform platform;
    std::vector<std::string> chosen;
    std::string trace;
    for (size_t i = 0; i < all.size(); ++i) {
      const size_t values = all[i].values[2].empty() ? 2 : 3;
      const std::string_view value = all[i].values[random() % values];
      platform.set_switch(std::string(all[i].name), std::string(value));
      chosen.push_back(name(i, value));
      trace += chosen.back() + " ";
    }
    SCOPED_TRACE(trace);
    a_day(platform);
    if (HasFatalFailure()) return;
    for (size_t a = 0; a < chosen.size(); ++a) {
      for (size_t b = a + 1; b < chosen.size(); ++b) left.erase({chosen[a], chosen[b]});
    }
  }
  EXPECT_TRUE(left.empty());
}

TEST(Switches, SomeThatShowInReplies) {
  Platform platform;
  platform.add_member("M");
  platform.set_switch("duplicate_code_status", "409");
  EXPECT_EQ(platform
                .call("POST", "/customers",
                      {{"customerCode", "M"}, {"lastName", "a"}, {"firstName", "b"}})
                .status,
            409);
  platform.set_switch("empty_mail", "empty");
  EXPECT_EQ(platform.get("/customers/1").at("mailAddress2"), "");
  platform.set_switch("mail_receive_default", "0");
  EXPECT_EQ(platform.get("/customers/" + platform.add_member("N")).at("mailReceiveFlag"), "0");
  platform.set_switch("unknown_query", "ignored");
  EXPECT_EQ(platform.get("/customers?name=x").size(), 2U);
  platform.set_switch("unknown_body_field", "ignored");
  EXPECT_EQ(platform.call("PATCH", "/customers/1", {{"zipCode", "1"}}).status, 200);
  EXPECT_EQ(platform.call("GET", "/customers/9").content_type, "application/problem+json");
  platform.set_switch("problem_content_type", "application/json");
  EXPECT_EQ(platform.call("GET", "/customers/9").content_type, "application/json");
  platform.control("DELETE", "/_sandbox/switches");
  EXPECT_TRUE(platform.get("/customers/1").at("mailAddress2").is_null());
}

}  // namespace
}  // namespace tsunagi::smaregi_sandbox
