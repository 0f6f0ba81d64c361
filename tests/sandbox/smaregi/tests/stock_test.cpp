// Stock: rows appear with the first movement, writes return the id of their history row, negatives
// are legal.

#include "tests/sandbox/smaregi/tests/platform.h"

namespace tsunagi::smaregi_sandbox {
namespace {

class Stock : public ::testing::Test {
 protected:
  Platform platform;
  std::string store = platform.add_store(), product = platform.add_product("P1", 1000);
};

TEST_F(Stock, RowOnlyAfterTheFirstMove) {
  EXPECT_TRUE(platform.get("/stock").empty());
  const Json set = platform.patch(
      "/stock/" + product,
      {{"storeId", store}, {"stockAmount", "10"}, {"stockHistory", {{"memo", "棚卸"}}}});
  EXPECT_EQ(
      set.dump(),
      R"({"productId":"1","storeId":"1","stockAmount":"10","updDateTime":"2026-09-21T23:13:20+09:00","stockHistory":{"id":"1","memo":"棚卸"}})");
  const Json rows = platform.get("/stock");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(
      rows[0].dump(),
      R"({"storeId":"1","productId":"1","stockAmount":"10","layawayStockAmount":"0","updDateTime":"2026-09-21T23:13:20+09:00"})");
}

TEST_F(Stock, RelativeWritesMayGoBelowZero) {
  const Json added =
      platform.post("/stock/" + product + "/add", {{"storeId", store}, {"stockAmount", -3}});
  EXPECT_EQ(added.at("stockAmount"), "-3");
  EXPECT_EQ(platform.stock_of(product, store), -3);
}

TEST_F(Stock, HistoryTellsDeltaResultAndOrigin) {
  platform.patch("/stock/" + product, {{"storeId", store}, {"stockAmount", 10}});
  platform.sell(store, "", {{{"product_code", "P1"}, {"quantity", 2}}});
  const Json rows = platform.get("/stock/changes/" + product + "/" + store);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at("stockDivision"), "15");
  EXPECT_EQ(rows[1].at("stockDivision"), "02");
  EXPECT_EQ(rows[1].at("amount"), "-2");
  EXPECT_EQ(rows[1].at("stockAmount"), "8");
  EXPECT_EQ(platform.get("/stock/changes/1/1?stock_division=02").size(), 1U);
  EXPECT_EQ(platform.call("GET", "/stock/changes/1/9").status, 404);
}

TEST_F(Stock, EventCarriesTheHistoryIdOfTheReply) {
  (void)platform.events();
  const Json set = platform.patch("/stock/" + product, {{"storeId", store}, {"stockAmount", 4}});
  const std::vector<Delivery> events = platform.events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].body,
            R"({"contractId":"sb_test","event":"pos:stock","action":"edited","ids":[{"id":")" +
                set.at("stockHistory").at("id").get<std::string>() +
                R"(","productId":"1","storeId":"1"}]})");
}

TEST_F(Stock, WindowFindsWhatMoved) {
  platform.patch("/stock/" + product, {{"storeId", store}, {"stockAmount", 4}});
  platform.clock.advance_ms(60'000);
  const std::string second = platform.add_product("P2", 100);
  platform.patch("/stock/" + second, {{"storeId", store}, {"stockAmount", 4}});
  const std::string now = percent_encode(format_date_time(kStart + 60));
  const Json rows = platform.get("/stock?upd_date_time-from=" + now + "&upd_date_time-to=" + now);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].at("productId"), second);
}

TEST_F(Stock, ProductsWithoutStockControlDoNotMove) {
  platform.add_product("SERVICE", 500, {{"stockControlDivision", "1"}});
  platform.sell(store, "", {{{"product_code", "SERVICE"}}});
  EXPECT_TRUE(platform.get("/stock").empty());
}

Json layaway_body(const std::string& store, const std::string& product) {
  return {{"transactionHeadDivision", "10"},
          {"subtotal", "2000"},
          {"total", "2000"},
          {"storeId", store},
          {"terminalId", "1"},
          {"terminalTranId", "1"},
          {"terminalTranDateTime", "2026-09-21T20:00:00+09:00"},
          {"layaway", {{"pickUpDate", "2026-09-25"}}},
          {"details",
           {{{"transactionDetailId", "1"},
             {"transactionDetailDivision", "1"},
             {"productId", product},
             {"salesPrice", "1000"},
             {"quantity", "2"}}}}};
}

TEST_F(Stock, LayawayHoldsUntilDisposed) {
  platform.patch("/stock/" + product, {{"storeId", store}, {"stockAmount", 10}});
  const std::string id =
      platform.post("/transactions/layaways", layaway_body(store, product)).at("transactionHeadId");
  const auto row = [&] { return platform.get("/stock").at(0); };
  EXPECT_EQ(row().at("stockAmount"), "10");
  EXPECT_EQ(row().at("layawayStockAmount"), "2");
  platform.set_switch("layaway_in_stock_amount", "excluded");
  EXPECT_EQ(row().at("stockAmount"), "8");
  EXPECT_EQ(platform.patch("/stock/" + product, {{"storeId", store}, {"stockAmount", 5}})
                .at("stockAmount"),
            "5");
  const std::string day = "?sum_date-from=2026-09-01&sum_date-to=2026-09-30&with_layaways=all";
  EXPECT_EQ(
      platform.get("/transactions/layaways" + day).at(0).at("layaways").at(0).at("pickUpDate"),
      "2026-09-25");
  EXPECT_TRUE(platform.get("/transactions" + day).empty());
  platform.post("/transactions/layaways/" + id + "/dispose", Json::object());
  EXPECT_EQ(row().at("layawayStockAmount"), "0");
  EXPECT_EQ(platform.get("/transactions/layaways/" + id).at("disposeDivision"), "1");
  EXPECT_EQ(
      platform.call("POST", "/transactions/layaways/" + id + "/dispose", Json::object()).status,
      400);
}

TEST_F(Stock, LayawayPickedUpByApiWhereTheSwitchAllowsIt) {
  platform.set_switch("pick_up_by_api", "accepted");
  platform.patch("/stock/" + product, {{"storeId", store}, {"stockAmount", 10}});
  const std::string id =
      platform.post("/transactions/layaways", layaway_body(store, product)).at("transactionHeadId");
  Json sale = layaway_body(store, product);
  sale.erase("layaway");
  sale["transactionHeadDivision"] = "1";
  sale["layawayServerTransactionHeadId"] = id;
  const std::string sold = platform.post("/transactions", sale).at("transactionHeadId");
  EXPECT_EQ(platform.stock_of(product, store), 8);
  EXPECT_EQ(platform.get("/stock").at(0).at("layawayStockAmount"), "0");
  const Json layaway =
      platform.get("/transactions/layaways/" + id + "?with_layaways=all").at("layaways").at(0);
  EXPECT_EQ(layaway.at("status"), "1");
  EXPECT_EQ(layaway.at("pickUpTransactionHeadId"), sold);
  EXPECT_EQ(platform.call("POST", "/transactions", sale).status, 400) << "only once";
}

}  // namespace
}  // namespace tsunagi::smaregi_sandbox
