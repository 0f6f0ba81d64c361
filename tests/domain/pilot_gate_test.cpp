// Who sees the app in a pilot, and what asking for it costs.

#include "server/domain/tenant/pilot_gate.h"

#include <gtest/gtest.h>

#include "server/domain/stock/stock_service.h"
#include "tests/support/fakes.h"

namespace tsunagi {
namespace {

class PilotTest : public testing::Test {
 protected:
  PilotTest() {
    tenant.settings.pilot.on = true;
    shop.set_tag(1, kPilotTag, true);
  }
  Tenant tenant{.id = 1,
                .shop_domain = "cats.myshopify.com",
                .shop_name = "猫",
                .contract_id = "sb_1",
                .installed = true,
                .settings = {}};
  fakes::ManualClock clock;
  fakes::FakeShop shop;
  fakes::InlineBackground background;
  PilotGate gate{{shop, clock, background}};
};

TEST_F(PilotTest, WithoutOneEverybodyIsAdmittedAndNobodyAskedFor) {
  tenant.settings.pilot.on = false;
  EXPECT_TRUE(gate.admits(tenant, 0));
  EXPECT_TRUE(gate.admits(tenant, 2));
  EXPECT_EQ(shop.tag_questions(), 0);
}

TEST_F(PilotTest, OnlyWhoCarriesTheTagIsAdmitted) {
  EXPECT_TRUE(gate.admits(tenant, 1));
  EXPECT_FALSE(gate.admits(tenant, 2));
  EXPECT_FALSE(gate.admits(tenant, 0)) << "nobody is signed in";
  EXPECT_EQ(shop.tag_questions(), 2);
}

TEST_F(PilotTest, AnAnswerCountsForItsTime) {
  EXPECT_FALSE(gate.admits(tenant, 2));
  shop.set_tag(2, kPilotTag, true);
  clock.advance(kPilotKnownSeconds - 1);
  EXPECT_FALSE(gate.admits(tenant, 2));
  clock.advance(1);
  EXPECT_TRUE(gate.admits(tenant, 2));
  shop.set_tag(2, kPilotTag, false);
  gate.forget_tenant(tenant.id);
  EXPECT_FALSE(gate.admits(tenant, 2));
}

TEST_F(PilotTest, APlatformThatIsDownChangesNothing) {
  EXPECT_TRUE(gate.admits(tenant, 1));
  shop.failures.down = true;
  clock.advance(kPilotKnownSeconds);
  EXPECT_TRUE(gate.admits(tenant, 1));
  EXPECT_FALSE(gate.admits(tenant, 2)) << "nothing is known";
  const int asked = shop.tag_questions();
  EXPECT_FALSE(gate.admits(tenant, 2));
  EXPECT_EQ(shop.tag_questions(), asked) << "not asked again at once";
  shop.failures.down = false;
  shop.set_tag(2, kPilotTag, true);
  clock.advance(kPilotRetrySeconds);
  EXPECT_TRUE(gate.admits(tenant, 2));
}

TEST_F(PilotTest, TheSameCustomerOfAnotherShopIsAnother) {
  EXPECT_TRUE(gate.admits(tenant, 1));
  shop.set_tag(1, kPilotTag, false);
  tenant.id = 2;
  EXPECT_FALSE(gate.admits(tenant, 1));
}

TEST_F(PilotTest, OnlyTheChosenShopsStockIsShown) {
  fakes::FakeStorage storage;
  storage.put_tenant(tenant);
  ASSERT_TRUE(storage
                  .apply(1, {change::PutStores{{{"1", "S1", "渋谷店", "", "", 1, false},
                                                {"2", "S2", "新宿店", "", "", 2, false}}},
                             change::PutProducts{{{"31", "4900000000017", "", "茶", true}}},
                             change::PutStock{{{"31", "1", 8, 0, 1}, {"31", "2", 5, 0, 1}}}})
                  .ok());
  StockService stock(storage, clock);
  const auto shown = [&] {
    std::vector<std::string> names;
    const auto models = stock.stock(tenant, {.products = {{"4900000000017", ""}}});
    for (const ShopStock& one : models->at(0).shops) names.push_back(one.name);
    return names;
  };
  tenant.settings.pilot.stores = {"2"};
  EXPECT_EQ(shown(), std::vector<std::string>{"新宿店"});
  stock.forget_tenant(1);
  tenant.settings.pilot.stores.clear();
  EXPECT_EQ(shown().size(), 2U) << "none chosen is all";
  stock.forget_tenant(1);
  tenant.settings.pilot = {.on = false, .stores = {"2"}};
  EXPECT_EQ(shown().size(), 2U) << "a pilot that is over";
}

}  // namespace
}  // namespace tsunagi
