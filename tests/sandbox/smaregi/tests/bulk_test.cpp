// Asynchronous bulk calls: the reply, the callback, rows that are refused, the limit.

#include "tests/sandbox/smaregi/tests/platform.h"

namespace tsunagi::smaregi_sandbox {
namespace {

constexpr const char* kCallback = "http://127.0.0.1:1/done";

Json bulk_member(const std::string& code) {
  return {{"customerCode", code}, {"lastName", "山"}, {"firstName", "花"}};
}

TEST(Bulk, ReportsEachRowToTheCallback) {
  Platform platform;
  platform.add_member("TAKEN");
  (void)platform.events();
  const Json reply = platform.post(
      "/customers/bulk", {{"customers", {bulk_member("A"), bulk_member("TAKEN"), bulk_member("B")}},
                          {"callbackUrl", kCallback}});
  EXPECT_EQ(reply.dump(), R"({"requestId":1,"callbackUrl":"http://127.0.0.1:1/done"})");
  const std::vector<Delivery> events = platform.events();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[2].url, kCallback);
  EXPECT_EQ(events[2].content_type, "application/json;charset=UTF-8");
  const Json report = parse({.body = events[2].body});
  EXPECT_EQ(report.at("requestId"), 1);
  EXPECT_EQ(report.at("result").at(0).at("customerId"), "2");
  EXPECT_EQ(report.at("result").at(1).at("status"), 400);
  EXPECT_EQ(report.at("result").at(2).at("customerId"), "3");
}

TEST(Bulk, PointsAreAbsoluteAndStockIsRelative) {
  Platform platform;
  const std::string store = platform.add_store(), product = platform.add_product("P", 100),
                    id = platform.add_member("A");
  platform.set_switch("bulk_status", "202");
  EXPECT_EQ(platform
                .call("PATCH", "/customers/point/bulk",
                      {{"customerPoints", {{{"customerId", id}, {"point", 7}}}},
                       {"callbackUrl", kCallback}})
                .status,
            202);
  EXPECT_EQ(platform.points_of(id), 7);
  const Json row = {{"productId", product}, {"storeId", store}, {"stockAmount", 2}};
  EXPECT_EQ(
      platform.call("POST", "/stock/add/bulk", {{"stock", {row, row}}, {"callbackUrl", kCallback}})
          .status,
      202);
  EXPECT_EQ(platform.stock_of(product, store), 4);
}

TEST(Bulk, Refusals) {
  Platform platform;
  const auto status = [&](size_t rows, const char* url) {
    Json members = Json::array();
    for (size_t i = 0; i < rows; ++i) members.push_back(bulk_member("C" + std::to_string(i)));
    return platform.call("POST", "/customers/bulk", {{"customers", members}, {"callbackUrl", url}})
        .status;
  };
  EXPECT_EQ(status(0, kCallback), 400);
  EXPECT_EQ(status(101, kCallback), 400);
  EXPECT_EQ(status(1, "ftp://x"), 400);
  EXPECT_EQ(platform.call("POST", "/customers/bulk", {{"customers", {bulk_member("A")}}}).status,
            400);
  EXPECT_TRUE(platform.get("/customers").empty());
  EXPECT_EQ(status(100, kCallback), 200);
}

}  // namespace
}  // namespace tsunagi::smaregi_sandbox
