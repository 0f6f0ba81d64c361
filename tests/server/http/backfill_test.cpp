// What the merchant page asks about customers who become members all at once, over a real socket.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/server/http/world.h"

namespace tsunagi::http {
namespace {

class BackfillRoutes : public HttpTest {
 protected:
  nlohmann::json told(const std::string& method, const std::string& what,
                      const std::string& body = "") {
    const Answer answer = merchant(method, what, body);
    EXPECT_EQ(answer.status, 200) << what << answer.raw.substr(0, 400);
    return nlohmann::json::parse(answer.body, nullptr, false);
  }
};

TEST_F(BackfillRoutes, CountsBeginsTellsAndStops) {
  ShopCustomer customer;
  customer.id = 901;
  shop.add_customer(customer);
  shop.set_tag(901, "old", true);
  EXPECT_EQ(told("GET", "backfill")["state"], "none");
  EXPECT_EQ(told("POST", "backfill/count", R"({"tag":"old"})")["count"], 1);
  EXPECT_EQ(told("GET", "backfill")["state"], "none") << "counting begins nothing";
  const auto begun = told("POST", "backfill/begin", R"({"tag":"old"})");
  EXPECT_EQ(begun["state"], "running");
  EXPECT_EQ(begun["expected"], 1);
  EXPECT_EQ(merchant("POST", "backfill/begin", R"({"tag":"old"})").status, 409);
  EXPECT_EQ(told("POST", "backfill/stop", "{}")["state"], "stopped");
  EXPECT_EQ(told("POST", "backfill/stop", "{}")["state"], "stopped") << "twice is once";
  EXPECT_EQ(told("GET", "backfill")["tag"], "old");
}

TEST_F(BackfillRoutes, RefusesWhatIsNoTagAndWhoHasNoSession) {
  for (const char* body : {"", "{}", "[]", R"({"tag":7})", R"({"tag":""})", R"({"tag":"a'b"})"}) {
    EXPECT_EQ(merchant("POST", "backfill/begin", body).status, 400) << body;
    EXPECT_EQ(merchant("POST", "backfill/count", body).status, 400) << body;
  }
  EXPECT_EQ(merchant("GET", "backfill/begin").status, 405);
  EXPECT_EQ(merchant("POST", "backfill", "{}").status, 405);
  EXPECT_EQ(get("/admin/api/backfill").status, 401);
}

TEST_F(BackfillRoutes, SaysWhenShopifyDoesNotAnswer) {
  shop.failures.down = true;
  EXPECT_EQ(merchant("POST", "backfill/count", R"({"tag":"old"})").status, 503);
  EXPECT_EQ(merchant("POST", "backfill/begin", R"({"tag":"old"})").status, 503);
  EXPECT_EQ(told("GET", "backfill")["state"], "none");
}

}  // namespace
}  // namespace tsunagi::http
