// What was sold online is taken from the tills once: whoever sent it, whatever is told twice, and
// whether or not the tills' answer arrives.

#include "server/domain/inventory/online_sales.h"

#include <gmock/gmock.h>

#include "tests/support/fake_inventory.h"
#include "tests/support/fake_orders.h"
#include "tests/support/fake_tills.h"
#include "tests/support/fakes.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kPlace = 901;
constexpr int64_t kParcel = 77;

TEST(TakingNameTest, IsAKeyAndBack) {
  for (const TakingKind kind : {TakingKind::kSent, TakingKind::kCancelled, TakingKind::kReturned}) {
    const TakingName name{77, 5, kind};
    EXPECT_EQ(taking_name(taking_key(name)), name);
  }
  EXPECT_EQ(taking_key({77, 5, TakingKind::kCancelled}), "77/5/back");
  EXPECT_EQ(taking_key({77, 5, TakingKind::kReturned}), "77/5/return");
  for (const char* key : {"", "77", "77/", "/5", "77/5/", "77/5/again", "77/5/return/back", "-77/5",
                          "77/0", "77/5x", "99999999999999999999/5"}) {
    EXPECT_FALSE(taking_name(key)) << key;
  }
}

TEST(TakingNameTest, TheMemoNamesItAndFits) {
  Taking taking;
  taking.name = {77, 5, TakingKind::kSent};
  taking.order_name = "#1001";
  taking.quantity = 3;
  EXPECT_EQ(move_of(taking).memo, "Shopify 77/5 #1001");
  EXPECT_EQ(move_of(taking).amount, -3);
  taking.name.kind = TakingKind::kCancelled;
  EXPECT_EQ(move_of(taking).amount, 3);
  taking.order_name = std::string(200, '7');
  EXPECT_EQ(move_of(taking).memo.size(), 100U);
  taking.order_name = "注文1";
  EXPECT_EQ(move_of(taking).memo, "Shopify 77/5/back");
}

class OnlineSalesTest : public ::testing::Test {
 protected:
  OnlineSalesTest() {
    tenant.id = 1;
    tenant.contract_id = "sb_1";
    tenant.settings.locations = {{"1", kPlace}};
    storage.put_tenant(tenant);
    (void)storage.apply(
        tenant.id,
        {change::SetCursor{taken_from_cursor(tenant.settings.locations[0]), clock.now()},
         change::PutStock{{{.product_id = "p", .store_id = "1", .on_hand = 8, .changed_at = 1}}}});
    ShopItem item{.variant_id = 31, .item_id = 41, .name = "", .barcode = "", .sku = ""};
    (void)book.put_items(tenant.id, {item}, std::nullopt, {});
    item.match = ItemMatch::kMatched;
    item.product_id = "p";
    (void)book.put_matches(tenant.id, {item}, {});
    pos.set_stock("p", "1", 8);
    order.id = 7001;
    order.name = "#7001";
    clock.advance(10);
  }

  void leaves(int64_t parcel, int64_t quantity, int64_t place = kPlace, int64_t variant = 31) {
    order.parcels.push_back(
        {.id = parcel, .location_id = place, .sent_at = clock.now(), .numbers = {}});
    orders.sent[parcel] = {{.order_line = 5, .variant_id = variant, .quantity = quantity}};
  }
  void note(const std::vector<Shipment>& shipments = {}, const std::vector<Pickup>& pickups = {}) {
    const auto noted = sales.note(tenant, order, shipments, pickups);
    EXPECT_TRUE(noted.ok()) << (noted.ok() ? "" : noted.error().message);
  }
  // Works off what is asked of the tills, once; the errors.
  std::vector<ErrorCode> work() {
    std::vector<ErrorCode> errors;
    const auto leased = storage.lease_outbox(50, clock.now(), 30);
    for (const OutboxItem& item : *leased) {
      const auto changes = writer.take(tenant, item.write.key, [this] { return is_mine; });
      if (changes.ok()) {
        (void)storage.finish_outbox(item, *changes);
      } else {
        errors.push_back(changes.error().code);
        (void)storage.retry_outbox(item, clock.now(), "");
      }
    }
    return errors;
  }
  [[nodiscard]] int64_t counted() const { return tills.figure("p", "1"); }

  fakes::ManualClock clock;
  fakes::FakeStorage storage;
  fakes::FakeInventory book{storage};
  fakes::FakeOrders orders;
  fakes::FakePos pos{clock};
  fakes::FakeTills tills{pos};
  OnlineSales sales{{.storage = storage, .book = book, .orders = orders, .clock = clock}};
  TakingWriter writer{{.book = book, .tills = tills, .pos = pos, .clock = clock}};
  Tenant tenant;
  ShopOrder order{.name = {},
                  .ship_to = {},
                  .works = {},
                  .parcels = {},
                  .cancelled_parcels = {},
                  .refunds = {}};
  bool is_mine = true;
};

// Where the merchant chose the place before the moment of it was kept, it begins with what is seen.
TEST_F(OnlineSalesTest, APlaceThatHasNoMomentGetsOneWithTheFirstParcel) {
  tenant.settings.locations = {{"1", kPlace + 1}};
  leaves(kParcel, 3, kPlace + 1);
  clock.advance(1);
  note();
  leaves(kParcel + 1, 2, kPlace + 1);
  note();
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 6);
}

TEST_F(OnlineSalesTest, WhatLeftAShopIsTakenFromItOnce) {
  leaves(kParcel, 3);
  note();
  note();
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 5);
  note();
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 5);
  EXPECT_EQ(storage.stock_of(tenant.id, "p", {"1"})->front().on_hand, 5)
      << "the figure without it is known at once";
}

TEST_F(OnlineSalesTest, OnlyWhatLeavesAShopFromWhenItIsALocation) {
  clock.advance(-100);
  leaves(kParcel, 3);
  clock.advance(100);
  leaves(kParcel + 1, 3, 555);
  leaves(kParcel + 2, 3, kPlace, 99);
  leaves(kParcel + 3, 3, kPlace, 0);
  note();
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 8) << "before that, elsewhere, no article that matches, an article gone";
  EXPECT_THAT(storage.takings, IsEmpty());
}

TEST_F(OnlineSalesTest, TwoRowsOfOneLineAreOneTaking) {
  leaves(kParcel, 2);
  orders.sent[kParcel].push_back({.order_line = 5, .variant_id = 31, .quantity = 1});
  note();
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 5);
}

TEST_F(OnlineSalesTest, WhileTheTillsAreNotToldWhatLeftIsNotCounted) {
  leaves(kParcel, 3);
  note();
  EXPECT_EQ(*book.still_counted(tenant.id, "p", "1"), 3);
  EXPECT_EQ(*book.still_counted(tenant.id, "p", "2"), 0);
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(*book.still_counted(tenant.id, "p", "1"), 0);
}

TEST_F(OnlineSalesTest, AnAnswerThatIsLostIsLookedUp) {
  leaves(kParcel, 3);
  note();
  tills.loses_answers = 1;
  EXPECT_THAT(work(), ElementsAre(ErrorCode::kUnavailable));
  EXPECT_EQ(counted(), 5);
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 5);
  EXPECT_EQ(tills.adds, 1);
}

TEST_F(OnlineSalesTest, WhatDidNotArriveIsAskedAgainOnceItCannotArriveAnyMore) {
  leaves(kParcel, 3);
  note();
  tills.swallows = 1;
  EXPECT_THAT(work(), ElementsAre(ErrorCode::kUnavailable));
  EXPECT_THAT(work(), ElementsAre(ErrorCode::kUnavailable));
  EXPECT_EQ(tills.adds, 1) << "it may still be on its way";
  tills.arrive();
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 5);
  leaves(kParcel + 1, 2);
  note();
  tills.swallows = 1;
  EXPECT_THAT(work(), ElementsAre(ErrorCode::kUnavailable));
  clock.advance(kTakingSettlesSeconds);
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 3);
}

TEST_F(OnlineSalesTest, AfterTheFigureWasNotReadItIsNotTakenTwice) {
  leaves(kParcel, 3);
  note();
  bool fails = true;
  pos.failures.fails = [&] { return std::exchange(fails, false); };
  EXPECT_THAT(work(), ElementsAre(ErrorCode::kUnavailable));
  EXPECT_EQ(counted(), 5);
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 5);
}

TEST_F(OnlineSalesTest, WhoLostTheLeaseAsksNobody) {
  leaves(kParcel, 3);
  note();
  is_mine = false;
  EXPECT_THAT(work(), ElementsAre(ErrorCode::kUnavailable));
  EXPECT_EQ(tills.adds, 0);
}

TEST_F(OnlineSalesTest, ACancelledParcelIsPutBackOnce) {
  leaves(kParcel, 3);
  note();
  EXPECT_THAT(work(), IsEmpty());
  order.parcels.clear();
  order.cancelled_parcels = {kParcel, kParcel + 9};
  note();
  note();
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 8);
  note();
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 8);
}

TEST_F(OnlineSalesTest, WhatACustomerBroughtBackIsPutWhereItCameOnce) {
  tenant.settings.locations.push_back({"2", kPlace + 1});
  (void)storage.apply(
      tenant.id, {change::SetCursor{taken_from_cursor(tenant.settings.locations[1]), clock.now()}});
  leaves(kParcel, 3);
  order.refunds = {{.id = kParcel, .at = clock.now()}, {.id = 89, .at = clock.now()}};
  orders.returned[kParcel] = {
      {.id = 5, .location_id = kPlace, .what = {.order_line = 5, .variant_id = 31, .quantity = 1}},
      {.id = 6,
       .location_id = kPlace + 1,
       .what = {.order_line = 5, .variant_id = 31, .quantity = 2}},
      {.id = 7, .location_id = 555, .what = {.order_line = 5, .variant_id = 31, .quantity = 4}}};
  orders.returned[89] = {
      {.id = 8, .location_id = kPlace, .what = {.order_line = 5, .variant_id = 99, .quantity = 4}}};
  note();
  EXPECT_EQ(*book.still_counted(tenant.id, "p", "1"), 2);
  EXPECT_EQ(*book.still_counted(tenant.id, "p", "2"), -2);
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 6) << "three left, one of them came back; the others elsewhere";
  EXPECT_EQ(tills.figure("p", "2"), 2);
  const int read = orders.returns_read;
  note();
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 6);
  EXPECT_EQ(orders.returns_read - read, 1) << "of the other nothing is counted";
}

// The tills' figure has it already when their answer was lost.
TEST_F(OnlineSalesTest, WhatComesBackIsNotCountedTwiceWhileNobodyKnowsWhetherTheTillsHaveIt) {
  leaves(kParcel, 3);
  order.refunds = {{.id = 88, .at = clock.now()}};
  orders.returned[88] = {
      {.id = 5, .location_id = kPlace, .what = {.order_line = 5, .variant_id = 31, .quantity = 1}}};
  note();
  EXPECT_EQ(*book.still_counted(tenant.id, "p", "1"), 2);
  tills.loses_answers = 2;
  EXPECT_EQ(work().size(), 2U);
  EXPECT_EQ(counted(), 6);
  EXPECT_EQ(*book.still_counted(tenant.id, "p", "1"), 3) << "rather too few than too many";
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(*book.still_counted(tenant.id, "p", "1"), 0);
}

TEST_F(OnlineSalesTest, WhatCameBackBeforeTheShopWasALocationIsNotCounted) {
  leaves(kParcel, 3);
  order.refunds = {{.id = 88, .at = clock.now() - 100}};
  orders.returned[88] = {
      {.id = 5, .location_id = kPlace, .what = {.order_line = 5, .variant_id = 31, .quantity = 1}}};
  note();
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 5);
}

// Three pieces, by shop "1".
Shipment sent(const std::string& id, int64_t parcel, int64_t line) {
  Shipment shipment{.id = id,
                    .order_name = {},
                    .store_id = "1",
                    .state = ShipmentState::kShipped,
                    .reason = {},
                    .carrier = {},
                    .number = {},
                    .told_id = parcel,
                    .lines = {ShipmentLine{}}};
  ShipmentLine& only = shipment.lines.front();
  only.order_line = line;
  only.product_id = line == 5 ? "p" : "";
  only.quantity = only.held = 3;
  return shipment;
}

TEST_F(OnlineSalesTest, WhatAShipmentSentStaysHeldUntilTheTillsKnow) {
  std::vector<std::string> freed;
  storage.release_sent = [&](const change::ReleaseSent& release) {
    freed.push_back(release.shipment_id);
  };
  leaves(kParcel, 3, kPlace, 0);
  note({sent("known", kParcel, 5), sent("uncounted", kParcel, 6), sent("untold", 0, 5)});
  EXPECT_THAT(freed, ElementsAre("uncounted"));
  EXPECT_THAT(work(), IsEmpty());
  EXPECT_EQ(counted(), 5) << "by what the shipment says, where the article is gone";
}

// The platform did not let the shop's place have the work, and took it from another shelf.
TEST_F(OnlineSalesTest, WhatAShopSentIsTakenFromItWhicheverPlaceItWasToldFrom) {
  tenant.settings.locations.push_back({"2", kPlace + 1});
  storage.put_tenant(tenant);
  leaves(kParcel, 3, kPlace + 1);
  order.parcels.front().numbers = {"4912-3456"};
  Shipment shipment = sent("s", kParcel, 5);
  shipment.number = "49123456";
  note({shipment});
  std::vector<std::string> figures;
  const auto leased = storage.lease_outbox(50, clock.now(), 30);
  for (const OutboxItem& item : *leased) {
    if (item.write.kind == OutboxKind::kWriteOnHand) figures.push_back(item.write.key);
    (void)storage.retry_outbox(item, clock.now(), "");
  }
  EXPECT_THAT(figures, testing::UnorderedElementsAre(on_hand_key("p", "1"), on_hand_key("p", "2")));
  ASSERT_EQ(storage.takings.size(), 1U);
  EXPECT_EQ(book.taking(tenant.id, "77/5")->value().store_id, "1");
  tenant.settings.locations.erase(tenant.settings.locations.begin());
  leaves(kParcel + 1, 3, kPlace + 1);
  order.parcels.back().numbers = {"4912-7777"};
  Shipment other = sent("t", kParcel + 1, 5);
  other.number = "49127777";
  note({shipment, other});
  EXPECT_EQ(storage.takings.size(), 1U) << "of a shop that is no location nobody is told";
}

}  // namespace
}  // namespace tsunagi
