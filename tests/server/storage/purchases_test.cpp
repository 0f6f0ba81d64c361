// Pick-ups that were bought in the online shop, in both databases: held whether or not there is
// enough, noted once, and let go with the tills' figure.

#include <gmock/gmock.h>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class PurchasesTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    if (IsSkipped()) return;
    apply(
        {change::PutStock{{{.product_id = "10", .store_id = "1", .on_hand = 3, .changed_at = 1}}}});
  }
  static Pickup bought(int number, int64_t quantity, const std::string& code = "100001") {
    Pickup pickup{.id = "order.71." + std::to_string(number),
                  .customer_id = 7001,
                  .store_id = "1",
                  .code = code,
                  .placed_at = kNow + number,
                  .accept_by = kNow + 1'800,
                  .ready_from = kNow + 3'600,
                  .hold_until = kNow + 86'400,
                  .changed_at = kNow,
                  .reason = {},
                  .lines = {{.product_id = "10",
                             .product_code = "4910",
                             .product_name = "Tea",
                             .quantity = quantity,
                             .held = quantity},
                            {.product_id = "line.9",
                             .product_code = {},
                             .product_name = "Wrapping",
                             .quantity = 1}},
                  .purchase = {.order_id = 71, .order_name = "#1001", .paid = true}};
    pickup.purchase.lines = {{.order_line = 5, .product_id = "10", .quantity = quantity - 1},
                             {.order_line = 6, .product_id = "10", .quantity = 1},
                             {.order_line = 9, .product_id = "line.9", .quantity = 1}};
    return pickup;
  }
  Result<Pickup> act(PickupAction action, const std::string& deed, Role role = Role::kClerk,
                     std::vector<int64_t> picked = {}) {
    const bool staff = role == Role::kClerk;
    return db().move(kShop,
                     {.pickup_id = "order.71.1",
                      .action_id = deed,
                      .action = action,
                      .actor = {.role = role, .id = staff ? "p1" : "", .stores = {"1"}},
                      .reason = action == PickupAction::kReject ? "not_found" : "",
                      .picked = std::move(picked),
                      .at = kNow + 10 * 86'400},
                     {});
  }
  void hand_over() {
    EXPECT_OK(act(PickupAction::kPick, "pick"));
    EXPECT_OK(act(PickupAction::kReady, "ready"));
    EXPECT_OK(act(PickupAction::kHandOver, "hand-over"));
  }
  void note(const PickupBook::PurchaseSeen& seen) {
    EXPECT_OK(db().note_purchases(kShop, {seen}, kNow));
  }
  [[nodiscard]] Pickup now() const { return *value(db().pickup(kShop, "order.71.1")); }
  [[nodiscard]] int64_t held() const {
    return value(db().stock_of(kShop, "10", {"1"})).front().held;
  }
  static Taking taking(int64_t line, int64_t quantity) {
    return {.name = {.parcel_id = 77, .order_line = line},
            .order_id = 71,
            .order_name = "#1001",
            .product_id = "10",
            .store_id = "1",
            .quantity = quantity};
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, PurchasesTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(PurchasesTest, IsHeldOnceAndFoundByItsOrder) {
  const Pickup first = value(db().put_purchase(kShop, bought(1, 3)));
  EXPECT_FALSE(first.purchase.short_of);
  EXPECT_EQ(value(db().put_purchase(kShop, bought(1, 3, "100002"))).code, "100001");
  EXPECT_EQ(held(), 3);
  const Pickup found = now();
  EXPECT_EQ(found.purchase.order_name, "#1001");
  EXPECT_TRUE(found.purchase.paid);
  EXPECT_THAT(found.lines, SizeIs(2));
  EXPECT_THAT(found.purchase.lines, SizeIs(3));
  EXPECT_EQ(found.purchase.lines[0].quantity, 2);
  EXPECT_THAT(value(db().pickups_of_order(kShop, 71)), SizeIs(1));
  EXPECT_THAT(value(db().pickups_of_order(kShop, 72)), IsEmpty());
  EXPECT_THAT(value(db().open_pickups_by_order(kShop, "#1001")), SizeIs(1));
  EXPECT_THAT(value(db().open_pickups_by_order(kShop, "#100")), IsEmpty());
  EXPECT_THAT(value(db().open_pickups(kShop, {"1"}, 10)), SizeIs(1));
  EXPECT_THAT(value(db().pickups_of(kShop, 7001, 10)), SizeIs(1));
}

TEST_P(PurchasesTest, WhatIsSoldIsHeldThoughTheShopIsShortOfIt) {
  const Pickup put = value(db().put_purchase(kShop, bought(1, 5)));
  EXPECT_TRUE(put.purchase.short_of);
  EXPECT_TRUE(now().purchase.short_of);
  EXPECT_EQ(held(), 5);
  EXPECT_ERROR(ErrorCode::kUnavailable, db().put_purchase(kShop, bought(2, 1)));
}

TEST_P(PurchasesTest, IsNoTillsSaleAndLetGoWithTheFigureOfItsLines) {
  EXPECT_OK(db().put_purchase(kShop, bought(1, 3)));
  hand_over();
  EXPECT_OK(db().release_sold(kShop, kNow + 30 * 86'400));
  EXPECT_EQ(held(), 3);
  note({.pickup_id = "order.71.1", .state = PickupState::kHandedOver, .told_id = 77});
  note({.pickup_id = "order.71.1", .state = PickupState::kHandedOver, .told_id = 78});
  EXPECT_EQ(now().purchase.told_id, 77);
  apply({change::TakeFromTills{taking(5, 2)}, change::TakeFromTills{taking(6, 1)}});
  apply({change::TillsTook{taking(5, 2)}});
  apply({change::TillsTook{taking(5, 2)}});
  EXPECT_EQ(held(), 1) << "told twice it is let go once";
  apply({change::TillsTook{taking(6, 1)}});
  EXPECT_EQ(held(), 0);
}

TEST_P(PurchasesTest, WhatNobodyTellsTheTillsIsReleasedAndSoIsWhatAPersonSettled) {
  EXPECT_OK(db().put_purchase(kShop, bought(1, 2)));
  apply({change::ParcelsSettled{71}});
  EXPECT_EQ(held(), 2) << "it was not handed over";
  hand_over();
  apply({change::ReleaseHandedOver{"order.71.1", "line.9"}});
  EXPECT_EQ(held(), 2);
  apply({change::ParcelsSettled{71}});
  EXPECT_EQ(held(), 0);
  EXPECT_EQ(now().purchase.told_id, -1);
}

TEST_P(PurchasesTest, WhatIsGivenUpWaitsForAPersonUntilItIsDecided) {
  EXPECT_OK(db().put_purchase(kShop, bought(1, 2)));
  EXPECT_THAT(value(db().undecided_pickups(kShop, {}, 10)), IsEmpty());
  EXPECT_OK(act(PickupAction::kReject, "reject"));
  EXPECT_EQ(held(), 0);
  EXPECT_TRUE(value(db().stock_of(kShop, "10", {"1"})).front().doubted);
  EXPECT_THAT(value(db().undecided_pickups(kShop, {}, 10)), SizeIs(1));
  EXPECT_THAT(value(db().undecided_pickups(kShop, {"1"}, 10)), SizeIs(1));
  EXPECT_THAT(value(db().undecided_pickups(kShop, {"2"}, 10)), IsEmpty());
  note({.pickup_id = "order.71.1", .state = PickupState::kRejected, .put_off = PutOff::kOnHold});
  EXPECT_EQ(now().purchase.put_off, PutOff::kOnHold);
  note({.pickup_id = "order.71.1", .state = PickupState::kPlaced, .decided = true});
  EXPECT_TRUE(now().purchase.undecided) << "it was read in another state";
  note({.pickup_id = "order.71.1", .state = PickupState::kRejected, .decided = true});
  EXPECT_THAT(value(db().undecided_pickups(kShop, {}, 10)), IsEmpty());
}

TEST_P(PurchasesTest, FewerPiecesAreHeldAndShownAndItIsInTheTrail) {
  EXPECT_OK(db().put_purchase(kShop, bought(1, 3)));
  note({.pickup_id = "order.71.1",
        .state = PickupState::kPlaced,
        .paid = false,
        .on_hold = true,
        .fewer = {{.order_line = 5, .product_id = "10", .quantity = 1},
                  {.order_line = 6, .product_id = "10", .quantity = 0},
                  {.order_line = 9, .product_id = "line.9", .quantity = 0}}});
  const Pickup left = now();
  ASSERT_THAT(left.lines, SizeIs(1));
  EXPECT_EQ(left.lines[0].quantity, 1);
  EXPECT_THAT(left.purchase.lines, SizeIs(1));
  EXPECT_FALSE(left.purchase.paid);
  EXPECT_TRUE(left.purchase.on_hold);
  EXPECT_EQ(held(), 1);
  const auto deeds = value(db().deeds_of(kShop, "order.71.1"));
  ASSERT_THAT(deeds, SizeIs(2));
  EXPECT_EQ(deeds[1].action, "fewer");
}

TEST_P(PurchasesTest, OnlyWhatIsReadyIsOverdue) {
  EXPECT_OK(db().put_purchase(kShop, bought(1, 2)));
  EXPECT_THAT(value(db().overdue_pickups(kShop, kNow + 90'000, 10)), IsEmpty());
  EXPECT_ERROR(ErrorCode::kConflict, act(PickupAction::kExpire, "expire-1", Role::kSystem));
  EXPECT_OK(act(PickupAction::kPick, "pick"));
  EXPECT_OK(act(PickupAction::kReady, "ready", Role::kClerk, {1, 1}));
  EXPECT_TRUE(now().purchase.undecided);
  EXPECT_THAT(value(db().overdue_pickups(kShop, kNow + 90'000, 10)), SizeIs(1));
  EXPECT_THAT(value(db().undecided_pickups(kShop, {}, 10)), IsEmpty()) << "it is in the list";
  EXPECT_OK(act(PickupAction::kExpire, "expire-2", Role::kSystem));
}

TEST_P(PurchasesTest, ItsCustomerIsRemindedWhenItsLastDayBegins) {
  Pickup pickup = bought(1, 2);
  pickup.hold_until = kNow + 3 * 86'400;
  EXPECT_OK(db().put_purchase(kShop, pickup));
  const auto due = [&](Seconds at) {
    return value(db().pickups_to_remind(kShop, pickup.hold_until - at, 10)).size();
  };
  EXPECT_EQ(0U, due(kReminderSeconds)) << "it is not ready";
  for (const auto action : {PickupAction::kPick, PickupAction::kReady}) {
    EXPECT_OK(db().move(kShop,
                        {.pickup_id = pickup.id,
                         .action_id = std::string(word(action)),
                         .action = action,
                         .actor = {.role = Role::kClerk, .id = "p1", .stores = {"1"}},
                         .reason = {},
                         .picked = {},
                         .at = kNow},
                        {}));
  }
  EXPECT_EQ(0U, due(kReminderSeconds + 1));
  EXPECT_EQ(1U, due(kReminderSeconds));
  EXPECT_EQ(0U, due(0)) << "it is over";
}

TEST_P(PurchasesTest, GoesWithItsShop) {
  EXPECT_OK(db().put_purchase(kShop, bought(1, 2)));
  EXPECT_OK(db().erase_tenant(kShop));
  for (const char* table : {"pickup_order", "pickup_order_line"}) {
    EXPECT_EQ(database_->number("SELECT COUNT(*) FROM " + std::string(table)), 0) << table;
  }
}

}  // namespace
}  // namespace tsunagi
