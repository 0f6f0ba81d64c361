// The till: arithmetic of sales and returns, member lookup in both modes, and sales written through
// the API.

#include "tests/sandbox/smaregi/tests/platform.h"

namespace tsunagi::smaregi_sandbox {
namespace {

TEST(Sales, FiguresFollowTheStoresRule) {
  struct Row {
    const char* why;
    Json rule;
    int64_t price, quantity, points_before, spend;
    int64_t total, new_point, total_point;
  };
  const std::vector<Row> rows = {
      {"1 point per 100 yen", nullptr, 999, 1, 0, 0, 999, 9, 9},
      {"per-unit floor",
       {{"pointGivingUnitPrice", 1000}, {"pointGivingUnit", "10"}},
       900,
       1,
       0,
       0,
       900,
       0,
       0},
      {"per-unit floor reached",
       {{"pointGivingUnitPrice", 1000}, {"pointGivingUnit", "10"}},
       1900,
       1,
       0,
       0,
       1900,
       10,
       10},
      {"half points", {{"pointGivingUnit", "0.50"}}, 1000, 1, 0, 0, 1000, 5, 5},
      {"used points do not earn", nullptr, 1000, 1, 300, 300, 700, 7, 7},
      {"used points earn", {{"pointGivingDivision", "1"}}, 1000, 1, 300, 300, 700, 10, 10},
      {"tax does not earn", {{"pointGivingDivision", "4"}}, 1100, 1, 0, 0, 1100, 10, 10},
      {"a point is worth 2 yen", {{"spendRate", 2}}, 1000, 1, 100, 100, 800, 8, 8},
      {"all paid with points", nullptr, 500, 2, 1000, 1000, 0, 0, 0},
      {"the least that covers it",
       {{"pointSpendLimitDivision", "2"}, {"pointUseUnit", "100"}},
       950,
       1,
       1000,
       1000,
       0,
       0,
       0},
  };
  for (const Row& row : rows) {
    Platform platform;
    const std::string store = platform.add_store("店", row.rule);
    platform.add_product("P", row.price);
    const std::string member = platform.add_member("M");
    if (row.points_before > 0) {
      platform.post("/customers/" + member + "/point/add", {{"point", row.points_before}});
    }
    const Json sale =
        platform.sell(store, "M", {{{"product_code", "P"}, {"quantity", row.quantity}}}, row.spend);
    EXPECT_EQ(sale.at("total"), row.total) << row.why;
    EXPECT_EQ(sale.at("new_point"), row.new_point) << row.why;
    EXPECT_EQ(sale.at("total_point"), row.total_point) << row.why;
    EXPECT_EQ(platform.points_of(member), row.total_point) << row.why;
  }
}

TEST(Sales, TaxInsideOutsideAndReduced) {
  Platform platform;
  const std::string store = platform.add_store();
  platform.add_product("IN", 1100);
  platform.add_product("OUT", 1000, {{"taxDivision", "1"}});
  platform.add_product("FOOD", 1080, {{"reduceTaxId", 1}});
  const Json sale = platform.sell(
      store, "", {{{"product_code", "IN"}}, {{"product_code", "OUT"}}, {{"product_code", "FOOD"}}});
  const Json head =
      platform.get("/transactions/" + sale.at("transaction_head_id").get<std::string>());
  EXPECT_EQ(head.at("subtotal"), "3180");
  EXPECT_EQ(head.at("taxInclude"), "180");  // 100 + 80
  EXPECT_EQ(head.at("taxExclude"), "100");
  EXPECT_EQ(head.at("total"), "3280");
}

TEST(Sales, RefusedAtTheTill) {
  Platform platform;
  const std::string store = platform.add_store("店", {{"pointUseUnit", 10}});
  platform.patch("/stores/" + platform.add_store("休"), {{"pauseFlag", "1"}});
  platform.add_product("P", 100);
  platform.post("/customers/" + platform.add_member("M") + "/point/add", {{"point", 500}});
  platform.patch("/customers/" + platform.add_member("STOPPED"), {{"status", "1"}});
  const Json lines = {{{"product_code", "P"}}};
  const auto status = [&](const Json& changes) {
    Json body = {
        {"contract", kContract}, {"store_id", store}, {"member_code", "M"}, {"lines", lines}};
    body.update(changes);
    return platform.till_reply("POST", "sales", body).status;
  };
  EXPECT_EQ(status({{"spend_points", 100}}), 200);
  EXPECT_EQ(status({{"spend_points", 15}}), 400) << "units of ten";
  EXPECT_EQ(status({{"spend_points", 110}}), 400) << "more than the amount";
  EXPECT_EQ(status({{"spend_points", -10}}), 400);
  EXPECT_EQ(status({{"spend_points", "ten"}}), 400);
  EXPECT_EQ(status({{"member_code", "STOPPED"}}), 400);
  EXPECT_EQ(status({{"member_code", "NOBODY"}}), 400);
  EXPECT_EQ(status({{"store_id", "2"}}), 400) << "paused";
  EXPECT_EQ(status({{"store_id", "9"}}), 400);
  EXPECT_EQ(status({{"contract", "sb_other"}}), 404);
  EXPECT_EQ(status({{"lines", Json::array()}}), 400);
  EXPECT_EQ(status({{"lines", {{{"product_code", "NONE"}}}}}), 400);
  EXPECT_EQ(status({{"lines", {{{"product_code", "P"}, {"quantity", 0}}}}}), 400);
  EXPECT_EQ(status({{"lines", {{{"product_code", "P"}, {"quantity", 9999}}}}}), 200)
      << "at the limit";
  EXPECT_EQ(status({{"lines", {{{"product_code", "P"}, {"quantity", 10000}}}}}), 400)
      << "one past it";
}

TEST(Sales, PartialReturnsAddUpToWhatWasBooked) {
  Platform platform;
  const std::string store = platform.add_store();
  const std::string product = platform.add_product("P", 333), member = platform.add_member("M");
  platform.post("/customers/" + member + "/point/add", {{"point", 100}});
  const Json sale = platform.sell(store, "M", {{{"product_code", "P"}, {"quantity", 3}}}, 100);
  EXPECT_EQ(sale.at("total"), 899);
  EXPECT_EQ(sale.at("new_point"), 8);
  EXPECT_EQ(platform.stock_of(product, store), -3);
  int64_t total = 0, taken = 0, given = 0;
  for (int i = 0; i < 3; ++i) {
    const Json back = platform.till("POST", "returns",
                                    {{"contract", kContract},
                                     {"receipt", sale.at("receipt")},
                                     {"lines", {{{"product_code", "P"}}}}});
    total += back.at("total").get<int64_t>();
    taken += back.at("new_point").get<int64_t>();
    given += back.at("spend_point").get<int64_t>();
    const Json head = platform.get(
        "/transactions/" + back.at("transaction_head_id").get<std::string>() + "?with_details=all");
    EXPECT_EQ(head.at("returnSales"), "1");
    EXPECT_EQ(head.at("details").at(0).at("transactionDetailDivision"), "2");
    EXPECT_EQ(head.at("details").at(0).at("quantity"), "-1");
  }
  EXPECT_EQ(total, -899);
  EXPECT_EQ(taken, -8);
  EXPECT_EQ(given, -100);
  EXPECT_EQ(platform.points_of(member), 100);
  EXPECT_EQ(platform.stock_of(product, store), 0);
  EXPECT_EQ(
      platform
          .till_reply("POST", "returns", {{"contract", kContract}, {"receipt", sale.at("receipt")}})
          .status,
      400);
}

TEST(Sales, WholeReturnUndoesTheSale) {
  Platform platform;
  const std::string store = platform.add_store();
  const std::string product = platform.add_product("P", 500);
  platform.add_member("M");
  const Json sale = platform.sell(store, "M", {{{"product_code", "P"}, {"quantity", 2}}});
  platform.set_switch("return_quantity", "positive");
  const Json back = platform.till(
      "POST", "returns",
      {{"contract", kContract}, {"transaction_head_id", sale.at("transaction_head_id")}});
  EXPECT_EQ(back.at("total"), -1000);
  EXPECT_EQ(back.at("total_point"), 0);
  EXPECT_EQ(platform.stock_of(product, store), 0);
  EXPECT_EQ(platform.get("/transactions/2/details").at(0).at("quantity"), "2");
  EXPECT_EQ(
      platform
          .till_reply("POST", "returns", {{"contract", kContract}, {"transaction_head_id", "2"}})
          .status,
      404)
      << "a return is no sale";
}

TEST(Sales, ReturnAfterThePointsWereSpent) {
  for (const char* rule : {"allowed", "floored"}) {
    Platform platform;
    platform.set_switch("return_below_zero", rule);
    const std::string store = platform.add_store();
    platform.add_product("P", 1000);
    const std::string member = platform.add_member("M");
    const Json sale = platform.sell(store, "M", {{{"product_code", "P"}}});
    platform.post("/customers/" + member + "/point/add", {{"point", -10}});
    platform.till("POST", "returns", {{"contract", kContract}, {"receipt", sale.at("receipt")}});
    EXPECT_EQ(platform.points_of(member), std::string(rule) == "allowed" ? -10 : 0);
  }
}

TEST(Sales, OwnRateOfTheMemberGoesFirstAndMemberPrice) {
  Platform platform;
  const std::string store = platform.add_store();
  platform.add_product("P", 1000, {{"customerPrice", 900}});
  platform.add_member("M", {{"pointGivingUnitPrice", 100}, {"pointGivingUnit", "5"}});
  const Json sale = platform.sell(store, "M", {{{"product_code", "P"}}});
  EXPECT_EQ(sale.at("total"), 900);
  EXPECT_EQ(sale.at("new_point"), 45);
  EXPECT_EQ(platform.sell(store, "", {{{"product_code", "P"}}}).at("total"), 1000);
}

TEST(Sales, ExpiryMovesOnWithASale) {
  Platform platform;
  const std::string store = platform.add_store("店", {{"expireDivision", "2"}, {"expireLimit", 6}});
  platform.add_product("P", 1000);
  platform.add_member("M");
  platform.sell(store, "M", {{{"product_code", "P"}}});
  EXPECT_EQ(platform.get("/customers/point").at(0).at("pointExpireDate"), "2027-03-21");
  EXPECT_EQ(platform.get("/customers/1").at("pointExpireDate"), "2027-03-21");
  EXPECT_EQ(platform.get("/customers/1").at("lastComeDateTime"), format_date_time(kStart));
}

TEST(Sales, LocalCopyAgesUntilSynced) {
  Platform platform;
  const std::string store = platform.add_store();
  platform.add_product("P", 1000);
  platform.add_member("M");
  const std::string query = std::string("member?contract=") + kContract + "&code=M&mode=";
  EXPECT_EQ(platform.till_reply("GET", query + "local").status, 404) << "not synced yet";
  EXPECT_EQ(platform.till("GET", query + "live").at("point"), 0);
  platform.till("POST", "sync", {{"contract", kContract}});
  platform.clock.advance_ms(60'000);
  platform.sell(store, "M", {{{"product_code", "P"}}});
  const Json old = platform.till("GET", query + "local");
  EXPECT_EQ(old.at("point"), 0);
  EXPECT_EQ(old.at("as_of"), format_date_time(kStart));
  EXPECT_EQ(platform.till("GET", query + "live").at("point"), 10);
  platform.till("POST", "sync", {{"contract", kContract}});
  EXPECT_EQ(platform.till("GET", query + "local").at("point"), 10);
}

TEST(Sales, OfflineSaleArrivesLate) {
  Platform platform;
  const std::string store = platform.add_store();
  platform.add_product("P", 1000);
  platform.till("POST", "sales",
                {{"contract", kContract},
                 {"store_id", store},
                 {"lines", {{{"product_code", "P"}}}},
                 {"sold_at", "2026-09-21T10:00:00+09:00"}});
  const Json head = platform.get("/transactions/1");
  EXPECT_EQ(head.at("terminalTranDateTime"), "2026-09-21T10:00:00+09:00");
  EXPECT_EQ(head.at("transactionDateTime"), format_date_time(kStart));
}

Json api_sale() {
  return Json::parse(
      R"({"transactionHeadDivision":"1","subtotal":"1000","total":"1000","storeId":"1","terminalId":"1",
    "terminalTranId":"1","terminalTranDateTime":"2022-11-01T10:02:43+0900","details":[{"transactionDetailId":"1",
    "transactionDetailDivision":"1","productId":"1","salesPrice":"1000","quantity":"1"}]})");
}

TEST(Sales, WrittenThroughTheApiMoveStockAndPoints) {
  Platform platform;
  const std::string store = platform.add_store(), product = platform.add_product("P", 1000),
                    member = platform.add_member("M");
  Json body = api_sale();
  body.update({{"customerId", member}, {"customerCode", "M"}, {"newPoint", "10"}});
  const Json made = platform.post("/transactions", body);
  EXPECT_EQ(made.at("terminalTranDateTime"), "2022-11-01T10:02:43+09:00");
  EXPECT_EQ(made.at("totalPoint"), "10");
  EXPECT_FALSE(made.contains("customerCode")) << "by-id replies have no codes";
  EXPECT_EQ(platform.stock_of(product, store), -1);
  const Json listed = platform.get(
      "/transactions?sum_date-from=2022-11-01&sum_date-to=2022-11-01&customer_code=M&with_details="
      "all");
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].at("customerCode"), "M");
  EXPECT_EQ(listed[0].at("details").size(), 1U);
}

TEST(Sales, CancelAndDisposeGiveBack) {
  for (const char* verb : {"cancel", "dispose"}) {
    Platform platform;
    const std::string store = platform.add_store(), product = platform.add_product("P", 1000),
                      member = platform.add_member("M");
    platform.sell(store, "M", {{{"product_code", "P"}}});
    EXPECT_EQ(platform.points_of(member), 10);
    platform.post(std::string("/transactions/1/") + verb, Json::object());
    EXPECT_EQ(platform.points_of(member), 0) << verb;
    EXPECT_EQ(platform.stock_of(product, store), 0) << verb;
    const Json original = platform.get("/transactions/1");
    EXPECT_EQ(original.at("cancelDivision"), std::string(verb) == "cancel" ? "1" : "0");
    EXPECT_EQ(original.at("disposeDivision"), std::string(verb) == "dispose" ? "1" : "0");
    EXPECT_EQ(platform.call("POST", std::string("/transactions/1/") + verb, Json::object()).status,
              400)
        << "only once";
  }
}

}  // namespace
}  // namespace tsunagi::smaregi_sandbox
