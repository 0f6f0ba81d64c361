// What is to be taken from the tills, in both databases: asked for once, and what a sent shipment
// holds ends with it.

#include <gmock/gmock.h>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TakingsTest : public StorageTest {
 protected:
  static Taking taking(int64_t parcel, int64_t line, TakingKind kind = TakingKind::kSent) {
    return {.name = {.parcel_id = parcel, .order_line = line, .kind = kind},
            .order_id = 71,
            .order_name = "#1001",
            .product_id = "10",
            .store_id = "1",
            .quantity = 2};
  }
  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> keys;
    for (const OutboxEntry& entry : value(db().outbox_in(kShop, QueueState::kWaiting, 100))) {
      EXPECT_EQ(entry.item.write.kind, OutboxKind::kTakeFromTills);
      keys.push_back(entry.item.write.key);
    }
    return keys;
  }
  [[nodiscard]] int64_t held() const {
    return value(db().stock_of(kShop, "10", {"1"})).front().held;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, TakingsTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(TakingsTest, IsAskedForOnce) {
  apply({change::TakeFromTills{taking(77, 5)}});
  apply({change::TakeFromTills{taking(77, 5)}, change::TakeFromTills{taking(77, 6)},
         change::TakeFromTills{taking(77, 5, TakingKind::kCancelled)},
         change::TakeFromTills{taking(77, 5, TakingKind::kReturned)}});
  EXPECT_THAT(asked(), ElementsAre("77/5", "77/6", "77/5/back", "77/5/return"));
  const auto found = value(db().taking(kShop, "77/5"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->order_name, "#1001");
  EXPECT_EQ(found->product_id, "10");
  EXPECT_EQ(found->quantity, 2);
  const auto all = value(db().takings_of_order(kShop, 71));
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[2].name.kind, TakingKind::kReturned);
  EXPECT_EQ(value(db().taking(kShop, "77/5/return"))->name.kind, TakingKind::kReturned);
  EXPECT_THAT(value(db().takings_of_order(kShop, 72)), IsEmpty());
  EXPECT_FALSE(value(db().taking(kShop, "78/5")));
  EXPECT_FALSE(value(db().taking(kShop, "no key")));
}

TEST_P(TakingsTest, IsOverOnceAndStays) {
  apply({change::TakeFromTills{taking(77, 5)}});
  EXPECT_OK(db().begin_taking(kShop, "77/5", kNow));
  EXPECT_EQ(value(db().taking(kShop, "77/5"))->begun_at, kNow);
  const auto leased = value(db().lease_outbox(10, kNow, kLeaseSeconds));
  ASSERT_EQ(leased.size(), 1U);
  EXPECT_OK(db().finish_outbox(leased.front(), {change::TillsTook{taking(77, 5)}}));
  EXPECT_NE(value(db().taking(kShop, "77/5"))->done_at, 0);
  EXPECT_ERROR(ErrorCode::kConflict, db().begin_taking(kShop, "77/5", kNow + 1));
  EXPECT_ERROR(ErrorCode::kConflict, db().begin_taking(kShop, "99/5", kNow + 1));
  apply({change::TakeFromTills{taking(77, 5)}});
  EXPECT_THAT(asked(), IsEmpty()) << "it was taken";
}

TEST_P(TakingsTest, WhatWasSentStaysHeldUntilTheTillsKnow) {
  apply({change::PutStock{{{.product_id = "10", .store_id = "1", .on_hand = 9, .changed_at = 1}}}});
  Shipment shipment{.id = "s1",
                    .order_id = 71,
                    .order_name = "#1001",
                    .store_id = "1",
                    .reason = {},
                    .carrier = {},
                    .number = {},
                    .lines = {}};
  for (const int64_t line : {5, 6}) {
    shipment.lines.push_back({.order_line = line,
                              .product_id = "10",
                              .product_code = {},
                              .product_name = {},
                              .quantity = 2,
                              .held = 2});
  }
  EXPECT_OK(db().put_shipments(kShop, {.shipments = {shipment}, .safety = {}, .trace = "{}"}));
  EXPECT_OK(db().note_seen(kShop, {{.shipment_id = "s1", .placed = true, .told_id = 77}}));
  EXPECT_EQ(held(), 4) << "it has left, and Smaregi still counts it";
  apply({change::TillsTook{taking(78, 5)}, change::TillsTook{taking(77, 5, TakingKind::kCancelled)},
         change::TillsTook{taking(77, 5, TakingKind::kReturned)}});
  EXPECT_EQ(held(), 4) << "another parcel, and what comes back";
  apply({change::TillsTook{taking(77, 5)}});
  EXPECT_EQ(held(), 2);
  apply({change::ReleaseSent{"s1", 6}});
  EXPECT_EQ(held(), 0);
}

TEST_P(TakingsTest, WhatIsStillCountedIsSummed) {
  Taking elsewhere = taking(79, 5);
  elsewhere.store_id = "2";
  apply({change::TakeFromTills{taking(77, 5)}, change::TakeFromTills{taking(77, 6)},
         change::TakeFromTills{elsewhere}});
  EXPECT_EQ(value(db().still_counted(kShop, "10", "1")), 4);
  apply({change::TakeFromTills{taking(77, 5, TakingKind::kCancelled)}});
  EXPECT_EQ(value(db().still_counted(kShop, "10", "1")), 2) << "one of them comes back";
  apply({change::TakeFromTills{taking(88, 1, TakingKind::kReturned)}});
  EXPECT_EQ(value(db().still_counted(kShop, "10", "1")), 0) << "and another, by its customer";
  EXPECT_OK(db().begin_taking(kShop, "88/1/return", kNow));
  EXPECT_EQ(value(db().still_counted(kShop, "10", "1")), 2) << "the tills may have it by now";
  apply({change::TillsTook{taking(77, 5)}, change::TillsTook{taking(77, 5, TakingKind::kCancelled)},
         change::TillsTook{taking(88, 1, TakingKind::kReturned)}});
  EXPECT_EQ(value(db().still_counted(kShop, "10", "1")), 2);
  EXPECT_EQ(value(db().still_counted(kShop, "10", "2")), 2);
  EXPECT_EQ(value(db().still_counted(kShop, "11", "1")), 0);
}

TEST_P(TakingsTest, AnotherContractIsNotAskedForWhatLeftShopsOfTheFormer) {
  EXPECT_OK(db().join_contract(kShop, "sb_1"));
  apply({change::TakeFromTills{taking(77, 5)}});
  EXPECT_OK(db().join_contract(kShop, "sb_2"));
  EXPECT_THAT(asked(), IsEmpty());
  EXPECT_THAT(value(db().takings_of_order(kShop, 71)), IsEmpty());
}

TEST_P(TakingsTest, GoesWithItsShop) {
  apply({change::TakeFromTills{taking(77, 5)}});
  EXPECT_OK(db().erase_tenant(kShop));
  EXPECT_FALSE(value(db().taking(kShop, "77/5")));
}

}  // namespace
}  // namespace tsunagi
