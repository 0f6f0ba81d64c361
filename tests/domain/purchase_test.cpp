// What was bought in the online shop and is fetched at a shop: from the order to the counter, with
// answers that get lost, a merchant who does things by hand, and what nobody found or fetched.
#include <gtest/gtest.h>

#include <algorithm>

#include "server/domain/fulfilment/pickup_service.h"
#include "server/domain/fulfilment/shipping_service.h"
#include "tests/support/fake_book.h"
#include "tests/support/fake_inventory.h"
#include "tests/support/fake_orders.h"
#include "tests/support/fake_shipments.h"
#include "tests/support/fake_world.h"

namespace tsunagi {
namespace {

using Outcome = ShippingService::Outcome;
constexpr int64_t kBought = 71;

class PurchaseTest : public ::testing::Test {
 protected:
  PurchaseTest() {
    tenant.id = 41;
    tenant.settings.pickup.on = true;
    tenant.settings.pickup.hours = {.opens = 0, .closes = 1'440};
    for (const char* id : {"1", "2"}) {
      tenant.settings.locations.push_back({id, 900 + std::stoll(id)});
    }
    (void)storage.install({.id = tenant.id, .domain = "a.myshopify.com", .name = "a"});
    book.stock["49"] = {.code = "49", .product_id = "p49", .name = "商品49", .shops = {}};
    book.stock["50"] = {.code = "50", .product_id = "p50", .name = "商品50", .shops = {}};
    clock.advance(1'000);
    storage.release_handed_over = [this](const change::ReleaseHandedOver& release) {
      for (PickupLine& line : book.pickups.at(release.pickup_id).lines) {
        if (line.product_id == release.product_id) line.held = 0;
      }
    };
  }
  Outcome step() {
    orders.sends_at = clock.now();
    const auto outcome = service.step(tenant, kBought);
    EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().message);
    return outcome.ok() ? *outcome : Outcome::kReview;
  }
  Result<Pickup> act(PickupAction action, std::vector<int64_t> picked = {}) {
    const bool manager = action == PickupAction::kCancel;
    return pickups.act(tenant, {.pickup_id = last().id,
                                .action_id = "deed-" + std::to_string(++deeds),
                                .action = action,
                                .actor = {.role = manager ? Role::kManager : Role::kClerk,
                                          .id = "p1",
                                          .stores = {"1", "2"}},
                                .reason = action == PickupAction::kReject ? "not_found" : "",
                                .picked = std::move(picked)});
  }
  void make_ready(std::vector<int64_t> picked = {}) {
    EXPECT_TRUE(act(PickupAction::kPick).ok());
    EXPECT_TRUE(act(PickupAction::kReady, std::move(picked)).ok());
  }
  const Pickup& last() { return std::prev(book.pickups.end())->second; }
  OrderWork& work() { return orders.orders[kBought].works.front(); }
  int64_t held() {
    int64_t sum = 0;
    for (const auto& [id, each] : book.pickups) {
      for (const PickupLine& line : each.lines) sum += line.held;
    }
    return sum;
  }
  size_t mails_of_ours() { return storage.pickup_mails(tenant.id).size(); }

  fakes::ManualClock clock;
  fakes::SeededRandom random{5};
  fakes::FakeStorage storage;
  fakes::StockedBook book{storage};
  fakes::FakeShipments shipments{storage, book};
  fakes::FakeOrders orders;
  StockService stock{storage, clock};
  fakes::FakeInventory inventory{storage};
  PickupService pickups{{book, storage, stock, clock, random}};
  ShippingService service{{shipments, book, storage, inventory, orders, stock, clock, random}};
  Tenant tenant;
  int deeds = 0;
};

TEST_F(PurchaseTest, AnOrderBecomesOnePickUpHoweverOftenItIsRead) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}, {2, "49", 1}, {3, "no such", 4}});
  for (int i = 0; i < 3; ++i) step();
  ASSERT_EQ(1U, book.pickups.size());
  const Pickup& pickup = last();
  EXPECT_EQ("1", pickup.store_id);
  EXPECT_EQ(7001, pickup.customer_id);
  EXPECT_EQ(PickupState::kPlaced, pickup.state);
  EXPECT_EQ("#71", pickup.purchase.order_name);
  EXPECT_TRUE(pickup.purchase.paid);
  ASSERT_EQ(2U, pickup.lines.size()) << "a line a product";
  EXPECT_EQ(4, pickup.lines[0].quantity);
  EXPECT_EQ(0, pickup.lines[0].held) << "no shop counts it";
  EXPECT_EQ(3, pickup.lines[1].held);
  EXPECT_EQ(3U, pickup.purchase.lines.size());
  EXPECT_TRUE(shipments.shipments.empty()) << "it is not sent";
  EXPECT_EQ(0U, mails_of_ours());
}

TEST_F(PurchaseTest, WhatIsReadyIsToldOnceAndByTheOnlineShopAlone) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  make_ready();
  orders.lost_answers = 1;
  EXPECT_FALSE(service.step(tenant, kBought).ok());
  for (int i = 0; i < 2; ++i) step();
  EXPECT_EQ(1, orders.mails_of_ready);
  EXPECT_TRUE(last().purchase.prepared);
  EXPECT_EQ(0U, mails_of_ours());
}

TEST_F(PurchaseTest, WherePreparedStaysOpenItIsToldOnceToo) {
  orders.prepared_begins = false;
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  make_ready();
  for (int i = 0; i < 3; ++i) step();
  EXPECT_EQ(1, orders.mails_of_ready);
}

TEST_F(PurchaseTest, WhatWasHandedOverIsNotedOnceThoughTheAnswerIsLost) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  make_ready();
  step();
  EXPECT_TRUE(act(PickupAction::kHandOver).ok());
  EXPECT_EQ(2, held()) << "until the tills know";
  orders.lost_answers = 1;
  EXPECT_FALSE(service.step(tenant, kBought).ok());
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Outcome::kInStep, step());
  EXPECT_EQ(1, orders.hand_overs);
  EXPECT_EQ(orders.orders[kBought].parcels.front().id, last().purchase.told_id);
  EXPECT_TRUE(orders.orders[kBought].parcels.front().numbers.empty());
  EXPECT_EQ(1U, book.pickups.size());
}

TEST_F(PurchaseTest, WhatTheTillsAreToldStaysHeldUntilTheyKnow) {
  (void)storage.apply(tenant.id, {change::SetCursor{taken_from_cursor({"1", 901}), 1}});
  orders.add_fetched(kBought, 901, {{1, "49", 2}, {2, "no such", 1}});
  step();
  make_ready();
  EXPECT_TRUE(act(PickupAction::kHandOver).ok());
  step();
  const auto takings = *inventory.takings_of_order(tenant.id, kBought);
  ASSERT_EQ(1U, takings.size()) << "nobody counts the other";
  EXPECT_EQ("p49", takings[0].product_id);
  EXPECT_EQ("1", takings[0].store_id);
  EXPECT_EQ(2, takings[0].quantity);
  EXPECT_EQ(2, held());
}

TEST_F(PurchaseTest, WhatNobodyTellsTheTillsIsReleased) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  make_ready();
  EXPECT_TRUE(act(PickupAction::kHandOver).ok());
  step();  // its shop's place is followed from now on
  EXPECT_EQ(0, held());
}

TEST_F(PurchaseTest, WhatWasNotFoundWaitsForAPersonAndTheRestIsTold) {
  orders.add_fetched(kBought, 901, {{1, "49", 3}});
  step();
  make_ready({2});
  step();
  EXPECT_EQ(1, orders.holds);
  EXPECT_EQ(1, orders.mails_of_ready);
  ASSERT_EQ(2U, orders.orders[kBought].works.size());
  EXPECT_EQ(WorkState::kOnHold, work().state);
  EXPECT_EQ(1, work().lines[0].remaining);
  EXPECT_EQ(PutOff::kOnHold, last().purchase.put_off);
  EXPECT_TRUE(act(PickupAction::kHandOver).ok());
  step();
  EXPECT_EQ(1, orders.hand_overs);
  EXPECT_TRUE(last().purchase.undecided);
  // The merchant refunds what is missing.
  work().lines[0].remaining = 0;
  work().state = WorkState::kOver;
  step();
  EXPECT_FALSE(last().purchase.undecided);
  EXPECT_EQ(1U, book.pickups.size());
}

TEST_F(PurchaseTest, ARejectionPutsTheWorkOnHoldOnceAndReleasingItAsksTheShopAgain) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  EXPECT_TRUE(act(PickupAction::kReject).ok());
  EXPECT_EQ(0, held());
  orders.lost_answers = 1;
  EXPECT_FALSE(service.step(tenant, kBought).ok());
  for (int i = 0; i < 2; ++i) step();
  EXPECT_EQ(1, orders.holds);
  EXPECT_TRUE(last().purchase.undecided);
  ASSERT_EQ(1U, book.pickups.size());
  work().state = WorkState::kOpen;
  step();
  ASSERT_EQ(2U, book.pickups.size());
  EXPECT_EQ(PickupState::kPlaced, last().state);
  EXPECT_FALSE(book.pickups.begin()->second.purchase.undecided);
}

TEST_F(PurchaseTest, WhereTheOnlineShopHoldsNothingAPersonIsAskedAllTheSame) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  orders.unholdable = true;
  step();
  EXPECT_TRUE(act(PickupAction::kReject).ok());
  for (int i = 0; i < 2; ++i) step();
  EXPECT_TRUE(last().purchase.undecided);
  EXPECT_EQ(PutOff::kRefused, last().purchase.put_off);
  EXPECT_EQ(1U, book.pickups.size());
}

TEST_F(PurchaseTest, WhatNobodyFetchesExpiresAndWhatIsNotReadyDoesNot) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  clock.advance(30 * 86'400);
  EXPECT_EQ(0, *pickups.expire_overdue(tenant)) << "the shop is late, not the customer";
  make_ready();
  step();
  clock.advance(30 * 86'400);
  EXPECT_EQ(1, *pickups.expire_overdue(tenant));
  step();
  EXPECT_EQ(PickupState::kExpired, last().state);
  EXPECT_TRUE(last().purchase.undecided);
  EXPECT_EQ(WorkState::kOnHold, work().state);
  EXPECT_EQ(0, held());
  EXPECT_EQ(1U, mails_of_ours()) << "what becomes of it is its customer's to choose";
}

TEST_F(PurchaseTest, ACancelledOrderEndsIt) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  orders.orders[kBought].cancelled = true;
  work().state = WorkState::kOver;
  step();
  EXPECT_EQ(PickupState::kCancelled, last().state);
  EXPECT_EQ("order", last().reason);
  EXPECT_EQ(0, held());
  EXPECT_FALSE(last().purchase.undecided);
  step();
  EXPECT_EQ(1U, book.pickups.size());
}

TEST_F(PurchaseTest, ARefundOfAPieceLeavesTheOthers) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}, {2, "50", 1}});
  step();
  work().lines[0].remaining = 1;
  work().lines[1].remaining = 0;
  step();
  ASSERT_EQ(1U, last().lines.size());
  EXPECT_EQ(1, last().lines[0].quantity);
  EXPECT_EQ(1, held());
  EXPECT_EQ(PickupState::kPlaced, last().state);
}

TEST_F(PurchaseTest, MovedToAnotherShopItIsThatShopsAndElsewhereNobodys) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  work().location_id = 902;
  step();
  ASSERT_EQ(2U, book.pickups.size());
  EXPECT_EQ("moved", book.pickups.begin()->second.reason);
  EXPECT_EQ("2", last().store_id);
  EXPECT_EQ(2, held());
  work().location_id = 5;  // a place that is no shop
  step();
  EXPECT_EQ(2U, book.pickups.size());
  EXPECT_EQ(0, held());
}

TEST_F(PurchaseTest, WhatTheMerchantNotesByHandWasHandedOver) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  orders.sends_at = clock.now();
  const int64_t note = *orders.handed_over(tenant, {{work().id, {{work().lines[0].id, 2}}}});
  step();
  EXPECT_EQ(PickupState::kHandedOver, last().state);
  EXPECT_EQ(note, last().purchase.told_id);
  EXPECT_EQ(1, orders.hand_overs);
}

TEST_F(PurchaseTest, HandedOverWhenTheOrderWasCancelledAPersonDecides) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  make_ready();
  step();
  EXPECT_TRUE(act(PickupAction::kHandOver).ok());
  orders.orders[kBought].cancelled = true;
  work().state = WorkState::kOver;
  EXPECT_EQ(Outcome::kReview, step());
}

TEST_F(PurchaseTest, OnHoldItIsNotHandedOver) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  make_ready();
  step();
  work().state = WorkState::kOnHold;
  step();
  EXPECT_TRUE(last().purchase.on_hold);
  EXPECT_FALSE(act(PickupAction::kHandOver).ok());
  work().state = WorkState::kBegun;
  step();
  EXPECT_TRUE(act(PickupAction::kHandOver).ok());
}

TEST_F(PurchaseTest, WhetherItIsPaidIsFollowed) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}}).paid = false;
  book.short_of = true;
  step();
  EXPECT_FALSE(last().purchase.paid);
  EXPECT_TRUE(last().purchase.short_of);
  orders.orders[kBought].paid = true;
  step();
  EXPECT_TRUE(last().purchase.paid);
}

TEST_F(PurchaseTest, ItsCustomerCancelsInTheOnlineShopAndIsWrittenByItAlone) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  const auto refused = pickups.act(tenant, {.pickup_id = last().id,
                                            .action_id = "mine",
                                            .action = PickupAction::kCancel,
                                            .actor = {.role = Role::kShopper, .id = "7001"},
                                            .reason = {},
                                            .picked = {}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(ErrorCode::kConflict, refused.error().code);
  make_ready();
  const auto again =
      pickups.tell_again(tenant, {.pickup_id = last().id,
                                  .deed = "again",
                                  .step = PickupMailStep::kReady,
                                  .actor = {.role = Role::kClerk, .id = "p1", .stores = {"1"}}});
  EXPECT_FALSE(again.ok());
}

TEST_F(PurchaseTest, AManagerWhoCancelsAsksAPerson) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  step();
  EXPECT_TRUE(act(PickupAction::kCancel).ok());
  step();
  EXPECT_TRUE(last().purchase.undecided);
  EXPECT_EQ(1, orders.holds);
}

TEST_F(PurchaseTest, WhatIsOpenIsReadOnceWhenTheMerchantChoosesAndNotAgain) {
  orders.add_fetched(kBought, 901, {{1, "49", 2}});
  const auto read = [this] { return service.read_changed(tenant).ok(); };
  ASSERT_TRUE(read());
  const int before = orders.readings;
  ASSERT_TRUE(read());
  EXPECT_EQ(before + 1, orders.readings);
  (void)storage.apply(tenant.id,
                      {change::SetCursor{std::string(kOpenOrdersWantedCursor), clock.now()}});
  ASSERT_TRUE(read());
  EXPECT_EQ(before + 3, orders.readings);
  ASSERT_TRUE(read());
  EXPECT_EQ(before + 4, orders.readings);
}

TEST_F(PurchaseTest, NobodysShopAndWherePickUpsAreOffItIsLeftToTheOnlineShop) {
  orders.add_fetched(kBought, 5, {{1, "49", 2}});
  step();
  EXPECT_TRUE(book.pickups.empty());
  work().location_id = 901;
  tenant.settings.pickup.on = false;
  step();
  EXPECT_TRUE(book.pickups.empty());
}

}  // namespace
}  // namespace tsunagi
