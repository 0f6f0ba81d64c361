// A till's sale reaches the online shop by the workers: told by a notice or found by polling, while
// the platform is away or the shop is paused.

#include <gmock/gmock.h>

#include "server/domain/inventory/inventory_service.h"
#include "server/jobs/outbox_worker.h"
#include "tests/server/jobs/world.h"

namespace tsunagi {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr int64_t kPlace = 71;

class OnlineStockTest : public ::testing::Test, public World {
 protected:
  OnlineStockTest() {
    online.places = {{kPlace, "渋谷"}};
    for (int64_t id = 1; id <= 2; ++id) {
      const std::string number = std::to_string(9 + id);
      const std::string code = "49000000000" + number;
      online.articles[id] = {
          .variant_id = id, .item_id = id, .name = "", .barcode = code, .sku = ""};
      online.levels[{id, kPlace}] = 7;
      inventory.products.push_back(
          {.product_id = number, .code = code, .supplier_code = "", .name = ""});
    }
  }
  // Chosen, and the first round is over.
  void map() {
    Tenant changed = tenant();
    changed.settings.locations = {{"1", kPlace}};
    storage.put_tenant(changed);
    pass(60);
    while (jobs.run_bulk_once() > 0) pass(5);
  }
  [[nodiscard]] int64_t shown(int64_t item) const { return online.levels.at({item, kPlace}); }
  void sale(const std::string& product, int64_t left) {
    pos.set_stock(product, "1", left);
    smaregi_tells("pos:stock", R"({"action":"edited","ids":[{"id":"1","productId":")" + product +
                                   R"(","storeId":"1"}]})");
  }
};

TEST_F(OnlineStockTest, NothingIsReadOrWrittenBeforeTheMerchantChose) {
  pass(60);
  sale("10", 50);
  pass(60);
  EXPECT_EQ(shown(1), 7);
  EXPECT_EQ(online.pages, 0);
  EXPECT_EQ(online.looks, 0);
}

TEST_F(OnlineStockTest, TheFirstRoundWritesAllAndASaleItsOwn) {
  map();
  EXPECT_EQ(shown(1), 100);
  EXPECT_EQ(shown(2), 100);
  online.written.clear();
  sale("10", 98);
  pass(5, 1);
  EXPECT_EQ(shown(1), 98);
  ASSERT_THAT(online.written, SizeIs(1));
  EXPECT_THAT(online.written.front(), SizeIs(1)) << "and nothing else";
  pass(300);
  EXPECT_THAT(online.written, SizeIs(1)) << "what polling reads again is no news";
}

TEST_F(OnlineStockTest, ASaleThatNobodyToldOfIsFound) {
  map();
  pos.set_stock("11", "1", 42);
  pass(30);
  EXPECT_EQ(shown(2), 42);
}

TEST_F(OnlineStockTest, WaitsWhileTheShopIsPausedOrAway) {
  map();
  Tenant paused = tenant();
  paused.settings.paused = true;
  storage.put_tenant(paused);
  pass(5);
  sale("10", 90);
  pass(60);
  EXPECT_EQ(shown(1), 100);
  paused.settings.paused = false;
  storage.put_tenant(paused);
  online.down = true;
  pass(120);
  EXPECT_EQ(shown(1), 100);
  sale("10", 80);
  pass(30);
  online.down = false;
  online.written.clear();
  pass(300);
  EXPECT_EQ(shown(1), 80);
  EXPECT_THAT(online.written, SizeIs(1)) << "one write, of the last figure";
  EXPECT_THAT(dead(), IsEmpty());
}

TEST_F(OnlineStockTest, ManyFiguresAreOneCall) {
  map();
  online.written.clear();
  online.looks = 0;
  pos.set_stock("10", "1", 1);
  pos.set_stock("11", "1", 2);
  pass(10, 10);
  ASSERT_THAT(online.written, SizeIs(1));
  EXPECT_THAT(online.written.front(), SizeIs(2));
  EXPECT_EQ(online.looks, 1);
}

TEST_F(OnlineStockTest, WhatIsRefusedForGoodLiesDeadAndLivesAgainWithTheNextChange) {
  map();
  online.refusals[1] = OnlineStock::Why::kOther;
  sale("10", 5);
  sale("11", 6);
  pass(1'200);
  EXPECT_THAT(dead(), SizeIs(1));
  EXPECT_EQ(shown(2), 6);
  online.refusals.clear();
  sale("10", 4);
  pass(30);
  EXPECT_EQ(shown(1), 4);
  EXPECT_THAT(dead(), IsEmpty());
}

TEST_F(OnlineStockTest, WhatWasSoldOnlineIsTakenFromTheTillsAndShownOnce) {
  map();
  (void)storage.apply(kShop, {change::SetCursor{taken_from_cursor({"1", kPlace}), clock.now()}});
  ShopOrder& order = orders.add(7001, kPlace, {{5, "490000000010", 0}});
  order.works.clear();
  order.parcels.push_back({.id = 77, .location_id = kPlace, .sent_at = clock.now(), .numbers = {}});
  orders.sent[77] = {{.order_line = 5, .variant_id = 1, .quantity = 3}};
  online.levels[{1, kPlace}] -= 3;  // as Shopify does when it is sent
  online.written.clear();
  tills.loses_answers = 1;
  (void)storage.apply(kShop, {change::Enqueue{{OutboxKind::kShipOrder, ship_order_key(7001)}}});
  pass(120);
  EXPECT_EQ(tills.figure("10", "1"), 97);
  EXPECT_EQ(tills.adds, 1);
  EXPECT_EQ(shown(1), 97);
  EXPECT_THAT(online.written, IsEmpty()) << "both say the same";
}

TEST_F(OnlineStockTest, WhatLeftBeforeTheAppWentIsTakenWhenItIsBack) {
  map();
  Taking taking;
  taking.name = {.parcel_id = 77, .order_line = 5};
  taking.product_id = "10";
  taking.store_id = "1";
  taking.quantity = 3;
  Tenant gone = tenant();
  gone.installed = false;
  storage.put_tenant(gone);
  (void)storage.apply(kShop, {change::TakeFromTills{taking}});
  pass(60);
  EXPECT_EQ(tills.adds, 0);
  gone.installed = true;
  storage.put_tenant(gone);
  pass(2 * kGoneRetrySeconds);
  EXPECT_EQ(tills.figure("10", "1"), 97);
}

}  // namespace
}  // namespace tsunagi
