// Points: relative and absolute writes, the records they make, and expiry that happens only when
// somebody looks.

#include "tests/sandbox/smaregi/tests/platform.h"

namespace tsunagi::smaregi_sandbox {
namespace {

constexpr int64_t kDayMs = 86'400'000;

TEST(Points, AddAndSetBookRecordsAndNameThem) {
  Platform platform;
  const std::string id = platform.add_member("A");
  const Json added = platform.post("/customers/" + id + "/point/add", {{"point", 100}});
  EXPECT_EQ(added.at("point"), "100");
  ASSERT_EQ(added.at("transactionHeadIds").size(), 1U);
  const Json plus =
      platform.get("/transactions/" + added.at("transactionHeadIds").at(0).get<std::string>());
  EXPECT_EQ(plus.at("transactionHeadDivision"), "6");
  EXPECT_EQ(plus.at("newPoint"), "100");
  EXPECT_EQ(plus.at("point"), "0");
  EXPECT_EQ(plus.at("totalPoint"), "100");

  const Json set = platform.patch("/customers/" + id + "/point", {{"point", "70"}});
  const Json minus =
      platform.get("/transactions/" + set.at("transactionHeadIds").at(0).get<std::string>());
  EXPECT_EQ(minus.at("transactionHeadDivision"), "7");
  EXPECT_EQ(minus.at("spendPoint"), "30");
  EXPECT_EQ(platform.points_of(id), 70);
  EXPECT_TRUE(platform.patch("/customers/" + id + "/point", {{"point", 70}})
                  .at("transactionHeadIds")
                  .empty());

  const Json miles =
      platform.post("/customers/" + id + "/point/add", {{"mile", 5}, {"point", -70}});
  EXPECT_EQ(miles.at("transactionHeadIds").size(), 2U);
  EXPECT_EQ(miles.at("mile"), "5");
  EXPECT_EQ(miles.at("point"), "0");
  EXPECT_EQ(platform.get("/transactions/4").at("transactionHeadDivision"), "13");
}

TEST(Points, ExpiryDateStaysUnlessSent) {
  Platform platform;
  const std::string id = platform.add_member("A");
  platform.post("/customers/" + id + "/point/add",
                {{"point", 10}, {"pointExpireDate", "2026-12-31"}});
  EXPECT_EQ(platform.post("/customers/" + id + "/point/add", {{"point", 1}}).at("pointExpireDate"),
            "2026-12-31");
  EXPECT_TRUE(platform.patch("/customers/" + id + "/point", {{"pointExpireDate", nullptr}})
                  .at("pointExpireDate")
                  .is_null());
}

TEST(Points, ExpireWhenSomebodyLooksAndNotBefore) {
  Platform platform;
  const std::string id = platform.add_member("A");
  const std::string today = format_date(kStart);
  platform.post("/customers/" + id + "/point/add", {{"point", 50}, {"pointExpireDate", today}});
  EXPECT_EQ(platform.points_of(id), 50) << "good until the end of the day";
  platform.clock.advance_ms(2 * kDayMs);
  const std::string contract = std::string("/_sandbox/contracts/") + kContract;
  const auto records = [&] {
    return parse(platform.control("GET", contract)).at("rows").at("transactions").get<int>();
  };
  EXPECT_EQ(records(), 1) << "nothing expires by itself";
  EXPECT_EQ(platform.points_of(id), 0);
  EXPECT_EQ(records(), 2);
  const Json expiry = platform.get("/transactions/2");
  EXPECT_EQ(expiry.at("transactionHeadDivision"), "8");
  EXPECT_EQ(expiry.at("spendPoint"), "50");
  EXPECT_EQ(platform.points_of(id), 0);
  EXPECT_EQ(records(), 2) << "looking again books nothing";
}

TEST(Points, OverdueBalanceCannotBeSubtractedFrom) {
  Platform platform;
  const std::string id = platform.add_member("A");
  platform.post("/customers/" + id + "/point/add",
                {{"point", 50}, {"pointExpireDate", "2026-09-22"}});
  platform.clock.advance_ms(3 * kDayMs);
  EXPECT_EQ(platform.call("POST", "/customers/" + id + "/point/add", {{"point", -50}}).status, 400);
  const Json added = platform.post("/customers/" + id + "/point/add", {{"point", 5}});
  EXPECT_EQ(added.at("point"), "5");
}

TEST(Points, AdditionReportsTheExpiryItMade) {
  Platform platform;
  const std::string id = platform.add_member("A");
  platform.post("/customers/" + id + "/point/add",
                {{"point", 50}, {"pointExpireDate", "2026-09-22"}});
  platform.clock.advance_ms(3 * kDayMs);
  const Json added = platform.post("/customers/" + id + "/point/add",
                                   {{"point", 5}, {"pointExpireDate", "2027-01-31"}});
  EXPECT_EQ(added.at("transactionHeadIds").size(), 2U);
  EXPECT_EQ(platform.points_of(id), 5);
}

TEST(Points, ListedForAllAndForOne) {
  Platform platform;
  platform.add_member("A");
  platform.add_member("B");
  EXPECT_EQ(platform.get("/customers/point").size(), 2U);
  EXPECT_EQ(platform.get("/customers/point?customer_id=2").at(0).at("customerId"), "2");
  EXPECT_TRUE(platform.get("/customers/point?customer_id=9").empty());
  EXPECT_FALSE(platform.get("/customers/1").contains("point"));
  platform.set_switch("points_in_customer", "present");
  EXPECT_EQ(platform.get("/customers/1").at("point"), "0");
}

TEST(Points, EventsOfAPointChange) {
  Platform platform;
  const std::string id = platform.add_member("A");
  (void)platform.events();
  platform.post("/customers/" + id + "/point/add", {{"point", 1}});
  std::vector<Delivery> events = platform.events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].event, "pos:transactions");
  platform.set_switch("customer_event_on_points", "yes");
  platform.set_switch("transaction_event_on_points", "no");
  platform.post("/customers/" + id + "/point/add", {{"point", 1}});
  events = platform.events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].event, "pos:customers");
  EXPECT_EQ(
      events[0].body,
      R"({"contractId":"sb_test","event":"pos:customers","action":"edited","customerIds":["1"]})");
}

}  // namespace
}  // namespace tsunagi::smaregi_sandbox
