// What the tills sold though it was promised: who was promised last, and whom the shop has not said
// yes, is marked and told once, in both databases, by the server's own service.

#include <gmock/gmock.h>

#include "server/domain/fulfilment/pickup_service.h"
#include "tests/server/storage/database.h"
#include "tests/support/fakes.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ShortPickupsTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    if (IsSkipped()) return;
    shop_.id = kShop;
    shelf(5);
  }
  void shelf(int64_t on_hand, int64_t layaway = 0) {
    apply({change::PutStock{{{.product_id = "20",
                              .store_id = "1",
                              .on_hand = on_hand,
                              .layaway = layaway,
                              .changed_at = clock_.now()}}}});
  }
  // A wish of so many pieces, later than those before.
  std::string place(int64_t pieces) {
    clock_.set(clock_.now() + 1);
    Pickup wish;
    wish.id = "pickup-number-" + std::to_string(++placed_);
    wish.customer_id = 7000 + placed_;
    wish.store_id = "1";
    wish.code = std::to_string(100'000 + placed_);
    wish.placed_at = wish.changed_at = clock_.now();
    wish.accept_by = clock_.now() + 86'400;
    wish.hold_until = clock_.now() + 3 * 86'400;
    wish.lines = {{.product_id = "20",
                   .product_code = "4920",
                   .product_name = "Tea",
                   .quantity = pieces,
                   .held = pieces}};
    EXPECT_OK(db().place(kShop, wish, {0}, std::nullopt));
    return wish.id;
  }
  void act(const std::string& id, PickupAction action) {
    EXPECT_OK(db().move(kShop,
                        {.pickup_id = id,
                         .action_id = std::string(word(action)),
                         .action = action,
                         .actor = {.role = Role::kHeadOffice, .id = "head"},
                         .reason = {},
                         .picked = {},
                         .at = clock_.now()},
                        {}));
  }
  int mark() {
    StockService stock(db(), clock_);
    fakes::SeededRandom random(1);
    PickupService service({db(), db(), stock, clock_, random});
    return value(service.mark_short(shop_));
  }
  [[nodiscard]] std::vector<std::string> marked() const { return value(db().short_pickups(kShop)); }
  [[nodiscard]] std::vector<std::string> mails() const {
    std::vector<std::string> keys;
    for (const OutboxEntry& entry : value(db().outbox_in(kShop, QueueState::kWaiting, 100))) {
      keys.push_back(entry.item.write.key);
    }
    return keys;
  }

  Tenant shop_;
  int placed_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Databases, ShortPickupsTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(ShortPickupsTest, WhoWasPromisedLastIsMarkedAndToldOnceAndTheFirstKeepsIt) {
  const std::string first = place(2);
  const std::string second = place(2);
  const std::string third = place(1);
  EXPECT_EQ(0, mark()) << "there is as much as was promised";
  shelf(3);
  EXPECT_EQ(2, mark()) << "of two pieces that lack the last has one only";
  EXPECT_THAT(marked(), testing::UnorderedElementsAre(second, third));
  EXPECT_THAT(mails(), testing::UnorderedElementsAre(second + "/short", third + "/short"));
  EXPECT_TRUE(is_short(*value(db().pickup(kShop, second))));
  EXPECT_FALSE(is_short(*value(db().pickup(kShop, first))));
  EXPECT_EQ(0, mark());
  shelf(4);
  EXPECT_EQ(0, mark());
  EXPECT_THAT(marked(), ElementsAre(third)) << "there is enough for the second again";
  shelf(5);
  EXPECT_EQ(0, mark());
  EXPECT_THAT(marked(), IsEmpty());
  shelf(4);
  EXPECT_EQ(1, mark());
  EXPECT_EQ(2U, mails().size()) << "nobody is told twice";
}

TEST_P(ShortPickupsTest, WhatIsSetAsideInSmaregiIsNotThere) {
  const std::string only = place(2);
  shelf(5, 4);
  EXPECT_EQ(1, mark());
  EXPECT_THAT(marked(), ElementsAre(only));
}

TEST_P(ShortPickupsTest, WhomTheShopSaidYesKeepsItAndWhoIsMarkedIsNotWhenTheShopSaysYes) {
  const std::string first = place(3);
  const std::string second = place(2);
  act(second, PickupAction::kAccept);
  shelf(4);
  EXPECT_EQ(1, mark());
  EXPECT_THAT(marked(), ElementsAre(first)) << "the second was said yes";
  act(first, PickupAction::kAccept);
  EXPECT_EQ(0, mark());
  EXPECT_THAT(marked(), IsEmpty());
  EXPECT_FALSE(is_short(*value(db().pickup(kShop, first))));
}

// Paid at the till, and handed over in this moment: Smaregi does not count it any more, and it is
// still held.
TEST_P(ShortPickupsTest, WhatIsReadyMayBePaidForAndLacksOnlyWhenTheFigureStays) {
  const std::string ready = place(3);
  const std::string waits = place(2);
  act(ready, PickupAction::kPick);
  act(ready, PickupAction::kReady);
  shelf(2);
  EXPECT_EQ(0, mark());
  clock_.set(clock_.now() + kShortSettlesSeconds);
  EXPECT_EQ(1, mark()) << "somebody else bought what was ready";
  EXPECT_THAT(marked(), ElementsAre(waits));
  act(ready, PickupAction::kHandOver);
  shelf(1);
  EXPECT_EQ(0, mark());
  EXPECT_THAT(marked(), ElementsAre(waits)) << "one piece lacks though the others were sold to it";
}

}  // namespace
}  // namespace tsunagi
