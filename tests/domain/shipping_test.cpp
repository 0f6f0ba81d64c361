// Orders brought in step: routed, moved, refused, sent, cancelled, with answers that get lost and a
// merchant who does things by hand.
#include "server/domain/fulfilment/shipping_service.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/fake_book.h"
#include "tests/support/fake_inventory.h"
#include "tests/support/fake_orders.h"
#include "tests/support/fake_shipments.h"
#include "tests/support/fake_world.h"

namespace tsunagi {
namespace {

using Outcome = ShippingService::Outcome;
constexpr int64_t kOnline = 900;  // the place where orders come in
constexpr int64_t kOrder = 71;

class ShippingTest : public ::testing::Test {
 protected:
  ShippingTest() {
    tenant.id = 41;
    tenant.settings.shipping.on = true;
    tenant.settings.shipping.location_id = kOnline;
    tenant.settings.pickup.hours = {.opens = 0, .closes = 1'440};
    std::vector<Store> stores;
    for (const char* id : {"1", "2", "3"}) {
      tenant.settings.locations.push_back({id, 900 + std::stoll(id)});
      stores.push_back({.store_id = id, .code = id, .name = id, .phone = {}, .address = "東京都"});
    }
    (void)storage.install({.id = tenant.id, .domain = "a.myshopify.com", .name = "a"});
    (void)storage.apply(tenant.id, {change::PutStores{stores}});
    stock("49", {5, 5, 5});
  }
  // Of one article, what the shops have.
  void stock(const std::string& code, const std::vector<int64_t>& on_hand) {
    CodeStock& found = shelf.stock[code];
    found = {.code = code, .product_id = "p" + code, .name = "商品" + code, .shops = {}};
    for (size_t i = 0; i < on_hand.size(); ++i) {
      found.shops.push_back({.store_id = std::to_string(i + 1), .on_shelf = on_hand[i]});
    }
  }
  Outcome step() {
    const auto outcome = service.step(tenant, kOrder);
    EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().message);
    return outcome.ok() ? *outcome : Outcome::kReview;
  }
  Result<Shipment> act(const Shipment& shipment, ShipmentAction action,
                       const std::string& more = "") {
    const bool head = action == ShipmentAction::kAssign || action == ShipmentAction::kGiveBack;
    return service.act(tenant, {.shipment_id = shipment.id,
                                .action_id = "deed-" + std::to_string(++deeds),
                                .action = action,
                                .actor = {.role = head ? Role::kHeadOffice : Role::kClerk,
                                          .id = "p1",
                                          .stores = {shipment.store_id}},
                                .reason = action == ShipmentAction::kRefuse ? "not_found" : "",
                                .carrier = "yamato",
                                .number = action == ShipmentAction::kShip ? more : "",
                                .store_id = action == ShipmentAction::kAssign ? more : ""});
  }
  void pack_and_send(const Shipment& shipment, const std::string& number) {
    for (const auto action : {ShipmentAction::kPick, ShipmentAction::kPack}) {
      EXPECT_TRUE(act(shipment, action).ok());
    }
    const auto sent = act(shipment, ShipmentAction::kShip, number);
    EXPECT_TRUE(sent.ok()) << (sent.ok() ? "" : sent.error().message);
  }
  std::vector<Shipment> in(ShipmentState state) {
    std::vector<Shipment> found = *book.shipments_of_order(tenant.id, kOrder);
    std::erase_if(found, [state](const Shipment& each) { return each.state != state; });
    return found;
  }
  Shipment only(ShipmentState state) {
    const auto found = in(state);
    EXPECT_EQ(1U, found.size()) << word(state);
    return found.empty() ? Shipment{} : found.front();
  }

  fakes::ManualClock clock;
  fakes::SeededRandom random{5};
  fakes::FakeStorage storage;
  fakes::StockedBook shelf{storage};
  fakes::FakeShipments book{storage, shelf};
  fakes::FakeOrders orders;
  StockService stock_service{storage, clock};
  fakes::FakeInventory inventory{storage};
  ShippingService service{{book, shelf, storage, inventory, orders, stock_service, clock, random}};
  Tenant tenant;
  int deeds = 0;
};

TEST_F(ShippingTest, AnOrderGoesToOneShopAndItsWorkThere) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  EXPECT_EQ(Outcome::kInStep, step());
  const Shipment shipment = only(ShipmentState::kAssigned);
  EXPECT_EQ("1", shipment.store_id);
  EXPECT_TRUE(shipment.placed);
  EXPECT_EQ(2, shipment.lines[0].held);
  EXPECT_EQ(901, orders.orders[kOrder].works[0].location_id);
  EXPECT_EQ(1, orders.moves);
  step();
  EXPECT_EQ(1, orders.moves);
  EXPECT_EQ(1U, book.shipments.size());
}

TEST_F(ShippingTest, TheCustomerIsToldOnceHoweverOftenItIsBroughtInStep) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  pack_and_send(only(ShipmentState::kAssigned), "4912-3456-7890");
  step();
  step();
  EXPECT_EQ(1, orders.parcels);
  EXPECT_NE(0, only(ShipmentState::kShipped).told_id);
  EXPECT_EQ(std::vector<std::string>{"491234567890"}, orders.orders[kOrder].parcels[0].numbers);
}

TEST_F(ShippingTest, AParcelOfAShopThatIsNoLocationAnyMoreIsToldAllTheSame) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  pack_and_send(only(ShipmentState::kAssigned), "4912-3456-7890");
  std::erase_if(tenant.settings.locations,
                [](const StoreLocation& place) { return place.store_id == "1"; });
  step();
  EXPECT_EQ(1, orders.parcels);
  EXPECT_EQ(1, orders.moves);
  EXPECT_NE(0, only(ShipmentState::kShipped).told_id);
}

TEST_F(ShippingTest, AnAnswerThatWasLostIsLookedUpAndNotRepeated) {
  orders.add(kOrder, kOnline, {{1, "49", 2}, {2, "50", 1}});
  stock("49", {5, 0, 0});
  stock("50", {0, 5, 0});
  tenant.settings.shipping.rules.split_most = 2;
  orders.lost_answers = 2;
  for (int i = 0; i < 2; ++i) {
    const auto lost = service.step(tenant, kOrder);
    ASSERT_FALSE(lost.ok());
    EXPECT_EQ(ErrorCode::kUnavailable, lost.error().code);
  }
  step();
  EXPECT_EQ(2, orders.moves);
  EXPECT_EQ(2U, orders.orders[kOrder].works.size());
  ASSERT_EQ(2U, in(ShipmentState::kAssigned).size());
  for (const Shipment& each : in(ShipmentState::kAssigned)) {
    pack_and_send(each, "100" + each.store_id);
  }
  orders.lost_answers = 2;
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(service.step(tenant, kOrder).ok());
  step();
  EXPECT_EQ(2, orders.parcels);
  for (const Shipment& each : in(ShipmentState::kShipped)) EXPECT_NE(0, each.told_id);
}

TEST_F(ShippingTest, ARefusalAsksAnotherShopAndNeverThisOneAgain) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  std::vector<std::string> asked;
  for (int i = 0; i < 3; ++i) {
    const Shipment shipment = only(ShipmentState::kAssigned);
    asked.push_back(shipment.store_id);
    EXPECT_EQ(900 + std::stoll(shipment.store_id), orders.orders[kOrder].works[0].location_id);
    EXPECT_TRUE(act(shipment, ShipmentAction::kRefuse).ok());
    step();
  }
  std::ranges::sort(asked);
  EXPECT_EQ((std::vector<std::string>{"1", "2", "3"}), asked);
  EXPECT_TRUE(in(ShipmentState::kAssigned).empty());
  EXPECT_EQ("no_shop", only(ShipmentState::kPerson).reason);
  EXPECT_EQ(0, book.held());
}

TEST_F(ShippingTest, AfterAsManyShopsAsTheRulesLetAPersonDecides) {
  tenant.settings.shipping.rules.asked_most = 1;
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  EXPECT_TRUE(act(only(ShipmentState::kAssigned), ShipmentAction::kRefuse).ok());
  step();
  const Shipment asked = only(ShipmentState::kPerson);
  EXPECT_EQ("asked_most", asked.reason);
  EXPECT_NE(std::string::npos, book.trace_of(tenant.id, asked.id)->find("not_asked"));
  // Head office gives it to a shop, and its work follows.
  EXPECT_TRUE(act(asked, ShipmentAction::kAssign, "3").ok());
  step();
  EXPECT_EQ("3", only(ShipmentState::kAssigned).store_id);
  EXPECT_EQ(903, orders.orders[kOrder].works[0].location_id);
}

TEST_F(ShippingTest, WhatHeadOfficeGaveBackIsLeftAlone) {
  stock("49", {0, 0, 0});
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  EXPECT_EQ("stock", only(ShipmentState::kPerson).reason);
  EXPECT_TRUE(act(only(ShipmentState::kPerson), ShipmentAction::kGiveBack).ok());
  stock("49", {5, 5, 5});
  step();
  EXPECT_EQ(1U, book.shipments.size());
  EXPECT_EQ(kOnline, orders.orders[kOrder].works[0].location_id);
}

TEST_F(ShippingTest, TwoLinesOfOneArticleAreSummed) {
  stock("49", {3, 4, 0});
  orders.add(kOrder, kOnline, {{1, "49", 2}, {2, "49", 2}});
  step();
  const Shipment shipment = only(ShipmentState::kAssigned);
  EXPECT_EQ("2", shipment.store_id);
  EXPECT_EQ(4, book.held());
}

// Which of them is looked at first is decided by their ids: it took the other's piece once.
TEST_F(ShippingTest, OfALineThatTwoShopsShareEachHasThePieceThatIsAtItsPlace) {
  OrderWork first{.id = 5, .by_carrier = true, .location_id = 901, .lines = {}};
  first.lines = {
      {.id = 51, .order_line = 1, .barcode = "49", .sku = {}, .title = {}, .remaining = 1},
      {.id = 52, .order_line = 2, .barcode = "50", .sku = {}, .title = {}, .remaining = 1}};
  OrderWork moved{.id = 6, .by_carrier = true, .location_id = 902, .lines = {first.lines[0]}};
  moved.lines[0].id = 61;
  const ShopOrder order{.id = kOrder,
                        .name = "#71",
                        .paid = true,
                        .ship_to = Prefecture::from_code(13),
                        .works = {first, moved},
                        .parcels = {},
                        .cancelled_parcels = {},
                        .refunds = {}};
  const auto shipment = [](const char* id, const char* store, const std::vector<int64_t>& lines) {
    Shipment made;
    made.id = id;
    made.order_id = kOrder;
    made.work_id = 5;
    made.store_id = store;
    for (const int64_t line : lines) {
      ShipmentLine piece;
      piece.order_line = line;
      piece.quantity = 1;
      made.lines.push_back(piece);
    }
    return made;
  };
  Shipment ones = shipment("b", "1", {1, 2});
  ones.placed = true;
  const Shipment others = shipment("a", "2", {1});  // its move was not noted yet
  const OrderPlan plan = plan_order(tenant.settings, order, {others, ones});
  EXPECT_TRUE(plan.cancelled.empty());
  EXPECT_TRUE(plan.moves.empty());
  EXPECT_TRUE(plan.unserved.empty());
  ASSERT_EQ(1U, plan.seen.size());
  EXPECT_EQ("a", plan.seen[0].shipment_id);
  EXPECT_EQ(6, plan.seen[0].work_id);
}

// The platform's people have it: where the move was refused, it would be asked for again and again.
TEST_F(ShippingTest, WhatWasGivenBackBeforeItsMoveIsMovedNoMore) {
  orders.add(kOrder, kOnline, {{1, "49", 1}});
  Shipment given;
  given.id = "b";
  given.order_id = kOrder;
  given.work_id = orders.orders[kOrder].works[0].id;
  given.store_id = "1";
  given.state = ShipmentState::kGivenBack;
  given.lines.resize(1);
  given.lines[0].order_line = 1;
  given.lines[0].quantity = 1;
  const OrderPlan plan = plan_order(tenant.settings, orders.orders[kOrder], {given});
  EXPECT_TRUE(plan.moves.empty());
  EXPECT_TRUE(plan.cancelled.empty());
  EXPECT_TRUE(plan.unserved.empty()) << "no shop is asked for it";
}

// As after two works of one order were joined: two rows of one line are not two lines to store.
TEST_F(ShippingTest, ALineThatComesTwiceInAWorkIsOneOfItsShipment) {
  orders.add(kOrder, kOnline, {{1, "49", 2}, {1, "49", 1}});
  step();
  const Shipment shipment = only(ShipmentState::kAssigned);
  ASSERT_EQ(1U, shipment.lines.size());
  EXPECT_EQ(3, shipment.lines[0].quantity);
  EXPECT_EQ(1, orders.moves);
}

TEST_F(ShippingTest, AnArticleThatNoShopCountsIsForAPerson) {
  orders.add(kOrder, kOnline, {{1, "49", 1}, {2, "unknown", 1}});
  step();
  EXPECT_EQ(kUnknownProduct, only(ShipmentState::kPerson).reason);
  EXPECT_EQ(0, book.held());
}

TEST_F(ShippingTest, ACancelledOrderEndsWhatWasBegunAndHoldsNothing) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  EXPECT_TRUE(act(only(ShipmentState::kAssigned), ShipmentAction::kPick).ok());
  orders.orders[kOrder].cancelled = true;
  orders.orders[kOrder].works[0].state = WorkState::kOver;
  step();
  EXPECT_EQ("order", only(ShipmentState::kCancelled).reason);
  EXPECT_EQ(0, book.held());
  EXPECT_EQ(1U, book.shipments.size());
}

TEST_F(ShippingTest, OfAPartThatWasTakenOffTheOrderTheRestIsPutAnew) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  orders.orders[kOrder].works[0].lines[0].remaining = 1;
  step();
  EXPECT_EQ("order", only(ShipmentState::kCancelled).reason);
  EXPECT_EQ(1, only(ShipmentState::kAssigned).lines[0].quantity);
  EXPECT_EQ(1, book.held());
}

TEST_F(ShippingTest, WhatSomebodySentByHandIsNoLongerAskedOfTheShop) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  orders.orders[kOrder].works[0].state = WorkState::kOver;
  orders.orders[kOrder].parcels.push_back({.id = 5, .numbers = {"777"}});
  step();
  EXPECT_EQ("elsewhere", only(ShipmentState::kCancelled).reason);
}

TEST_F(ShippingTest, AParcelThatThePlatformKnowsNothingOfIsForAPerson) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  pack_and_send(only(ShipmentState::kAssigned), "4912");
  orders.orders[kOrder].cancelled = true;
  orders.orders[kOrder].works[0].state = WorkState::kOver;
  EXPECT_EQ(Outcome::kReview, step());
  EXPECT_EQ(0, orders.parcels);
}

TEST_F(ShippingTest, WhatTheMerchantMovedByHandStaysThere) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  EXPECT_EQ("1", only(ShipmentState::kAssigned).store_id);
  orders.orders[kOrder].works[0].location_id = 902;
  step();
  EXPECT_EQ("moved", only(ShipmentState::kCancelled).reason);
  EXPECT_EQ("2", only(ShipmentState::kAssigned).store_id);
  EXPECT_EQ(2, book.held());
  // To a place that is no shop's: not ours any more.
  orders.orders[kOrder].works[0].location_id = 555;
  step();
  EXPECT_TRUE(in(ShipmentState::kAssigned).empty());
  EXPECT_EQ(0, book.held());
  EXPECT_EQ(1, orders.moves);
}

// A shop that the merchant chose may refuse as every other.
TEST_F(ShippingTest, AShopThatTheMerchantChoseAndThatRefusedIsNotAskedAgain) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  orders.orders[kOrder].works[0].location_id = 902;
  step();
  EXPECT_TRUE(act(only(ShipmentState::kAssigned), ShipmentAction::kRefuse).ok());
  step();
  EXPECT_EQ("1", only(ShipmentState::kAssigned).store_id);
  EXPECT_TRUE(act(only(ShipmentState::kAssigned), ShipmentAction::kRefuse).ok());
  step();
  EXPECT_EQ("3", only(ShipmentState::kAssigned).store_id);
  // Chosen once more, it is asked: the merchant may.
  clock.advance(60);
  orders.orders[kOrder].works[0].location_id = 902;
  step();
  EXPECT_EQ("2", only(ShipmentState::kAssigned).store_id);
}

TEST_F(ShippingTest, AHoldIsSeenAndItsEndToo) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  orders.orders[kOrder].works[0].state = WorkState::kOnHold;
  step();
  EXPECT_TRUE(only(ShipmentState::kAssigned).on_hold);
  orders.orders[kOrder].works[0].state = WorkState::kOpen;
  step();
  EXPECT_FALSE(only(ShipmentState::kAssigned).on_hold);
}

TEST_F(ShippingTest, OnlyWhatIsOursIsRouted) {
  struct Case {
    const char* what;
    bool ours;
    void (*change)(ShopOrder& order, Settings& settings);
  };
  const Case cases[] = {
      {"as it is", true, [](ShopOrder&, Settings&) {}},
      {"at a shop's place", true, [](ShopOrder& o, Settings&) { o.works[0].location_id = 903; }},
      {"elsewhere", false, [](ShopOrder& o, Settings&) { o.works[0].location_id = 555; }},
      {"fetched", false, [](ShopOrder& o, Settings&) { o.works[0].by_carrier = false; }},
      {"on hold", false, [](ShopOrder& o, Settings&) { o.works[0].state = WorkState::kOnHold; }},
      {"begun", false, [](ShopOrder& o, Settings&) { o.works[0].state = WorkState::kBegun; }},
      {"not paid", false, [](ShopOrder& o, Settings&) { o.paid = false; }},
      {"paid at the door", true,
       [](ShopOrder& o, Settings& s) {
         o.paid = false;
         s.shipping.unpaid = true;
       }},
      {"switched off", false, [](ShopOrder&, Settings& s) { s.shipping.on = false; }},
  };
  for (const Case& each : cases) {
    book.shipments.clear();
    orders.orders.clear();
    Tenant its = tenant;
    each.change(orders.add(kOrder, kOnline, {{1, "49", 2}}), its.settings);
    ASSERT_TRUE(service.step(its, kOrder).ok()) << each.what;
    EXPECT_EQ(each.ours, !book.shipments.empty()) << each.what;
  }
}

TEST_F(ShippingTest, WhereThePlaceTakesItNotAPersonDecides) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  orders.immovable = true;
  step();
  EXPECT_EQ(kNotMovable, only(ShipmentState::kPerson).reason);
  EXPECT_EQ("refused_there", only(ShipmentState::kCancelled).reason);
  EXPECT_EQ(0, book.held());
}

// Head office asked a shop all the same, and the shop was quicker than the platform's answer.
TEST_F(ShippingTest, WhatLeftIsToldFromWhereTheWorkIsWhenItMayNotBeMoved) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  orders.immovable = true;
  step();
  EXPECT_TRUE(act(only(ShipmentState::kPerson), ShipmentAction::kAssign, "1").ok());
  const Shipment shipment = only(ShipmentState::kAssigned);
  EXPECT_TRUE(act(shipment, ShipmentAction::kAccept).ok());
  pack_and_send(shipment, "4912");
  OrderWork& work = orders.orders[kOrder].works[0];
  work.state = WorkState::kOnHold;
  EXPECT_EQ(Outcome::kInStep, step());
  EXPECT_EQ(0, orders.parcels);
  work.state = WorkState::kOpen;
  EXPECT_EQ(Outcome::kInStep, step());
  EXPECT_EQ(Outcome::kInStep, step());
  EXPECT_EQ(1, orders.parcels);
  EXPECT_EQ(kOnline, orders.orders[kOrder].parcels[0].location_id);
  EXPECT_NE(0, only(ShipmentState::kShipped).told_id);
}

TEST_F(ShippingTest, TheAddressIsForTheShopThatPacks) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  const Shipment shipment = only(ShipmentState::kAssigned);
  const Actor clerk{.role = Role::kClerk, .id = "p1", .stores = {"1"}};
  const auto code_for = [&](const Actor& actor) {
    const auto answer = service.address(tenant, actor, shipment.id);
    return answer.ok() ? std::optional<ErrorCode>() : std::optional(answer.error().code);
  };
  EXPECT_EQ(ErrorCode::kConflict, code_for(clerk));
  EXPECT_TRUE(act(shipment, ShipmentAction::kAccept).ok());
  EXPECT_EQ(std::nullopt, code_for(clerk));
  EXPECT_EQ(ErrorCode::kNotFound, code_for({.role = Role::kClerk, .id = "p2", .stores = {"2"}}));
  EXPECT_EQ(ErrorCode::kNotFound, code_for({.role = Role::kHeadOffice, .id = "p3"}));
  for (const auto action : {ShipmentAction::kPick, ShipmentAction::kPack}) {
    EXPECT_TRUE(act(shipment, action).ok());
  }
  EXPECT_EQ(std::nullopt, code_for(clerk));
  EXPECT_TRUE(act(shipment, ShipmentAction::kShip, "4912").ok());
  EXPECT_EQ(ErrorCode::kConflict, code_for(clerk));
}

TEST_F(ShippingTest, WhatLeftAShopIsNobodyElsesWhenLessOfItRemains) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  const Shipment shipment = only(ShipmentState::kAssigned);
  OrderWork& work = orders.orders[kOrder].works[0];
  work.state = WorkState::kOnHold;
  pack_and_send(shipment, "4912");
  step();
  EXPECT_EQ(0, orders.parcels);
  work.lines[0].remaining = 1;  // the other piece is refunded
  work.state = WorkState::kOpen;
  EXPECT_EQ(Outcome::kInStep, step());
  EXPECT_EQ(1, orders.parcels);
  EXPECT_EQ(1U, book.shipments.size()) << "no other shop sends it again";
}

TEST_F(ShippingTest, WhatWasGivenBackStaysWithThePlatformsPeople) {
  orders.add(kOrder, kOnline, {{1, "49", 200}});
  step();
  const Shipment shipment = only(ShipmentState::kPerson);
  EXPECT_TRUE(act(shipment, ShipmentAction::kGiveBack).ok());
  orders.orders[kOrder].works[0].lines[0].remaining = 1;
  step();
  EXPECT_EQ(1U, book.shipments.size());
}

TEST_F(ShippingTest, AReadingAsksForEveryOrderThatChangedAndGoesOnFromThere) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  orders.add(kOrder + 1, kOnline, {{2, "49", 1}});
  const auto read = service.read_changed(tenant);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(2, *read);
  EXPECT_EQ(2U, storage.outbox().size());
  EXPECT_EQ(clock.now(), storage.cursor(tenant.id, kOrdersCursor)->value_or(0));
  tenant.settings.shipping.on = false;
  EXPECT_EQ(2, *service.read_changed(tenant)) << "what is sold online is taken from the shops";
  tenant.settings.locations.clear();
  EXPECT_EQ(0, *service.read_changed(tenant));
}

TEST_F(ShippingTest, AReadingAsksForOrdersWithRefundsThoughNoWorkChangedAndGoesOnFromThere) {
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  EXPECT_EQ(1, *service.read_changed(tenant));
  orders.works_rest = true;
  clock.advance(300);
  EXPECT_EQ(0, *service.read_changed(tenant));
  clock.advance(300);
  orders.orders[kOrder].refunds = {{.id = 88, .at = clock.now() - 100}};
  const size_t before = storage.outbox().size();
  EXPECT_EQ(1, *service.read_changed(tenant));
  EXPECT_EQ(before, storage.outbox().size()) << "it was to be brought in step before";
  EXPECT_EQ(clock.now(), storage.cursor(tenant.id, kRefundsCursor)->value_or(0));
  clock.advance(300);
  EXPECT_EQ(0, *service.read_changed(tenant)) << "that was read";
}

TEST_F(ShippingTest, AShopThatIsNoLocationAnyMoreIsNotAskedAgainWhenItRefused) {
  stock("49", {5, 0, 0});
  stock("50", {5, 5, 5});
  orders.add(kOrder, kOnline, {{1, "49", 2}});
  step();
  const Shipment refused = only(ShipmentState::kAssigned);
  EXPECT_TRUE(act(refused, ShipmentAction::kPick).ok());
  // Another part of the order is at the same shop, in the same work.
  auto& work = orders.orders[kOrder].works[0];
  work.lines.push_back(
      {.id = 60, .order_line = 2, .barcode = "50", .sku = {}, .title = "商品", .remaining = 1});
  step();
  EXPECT_EQ(2U, in(ShipmentState::kAssigned).size() + in(ShipmentState::kPicking).size());
  EXPECT_TRUE(act(refused, ShipmentAction::kRefuse).ok());
  const std::vector<StoreLocation> places = tenant.settings.locations;
  tenant.settings.locations.erase(tenant.settings.locations.begin());
  clock.advance(10);
  step();
  tenant.settings.locations = places;
  clock.advance(10);
  step();
  const auto all = *book.shipments_of_order(tenant.id, kOrder);
  for (const Shipment& each : all) {
    EXPECT_FALSE(each.store_id == "1" && is_open(each.state)) << each.id << " " << each.reason;
  }
}

TEST_F(ShippingTest, AKeyIsAnOrdersOrNone) {
  EXPECT_EQ(71, order_of_key(ship_order_key(71)));
  for (const char* key :
       {"", "order-", "order-0", "order--1", "order-7x", "71", "order-99999999999999999999"}) {
    EXPECT_EQ(0, order_of_key(key)) << key;
  }
}

}  // namespace
}  // namespace tsunagi
