// The online shop's articles, what they were matched with, and that a changed level asks for its
// write in the same transaction.

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ShopItemTest : public StorageTest {
 protected:
  static ShopItem item(int64_t id, const std::string& barcode = "4901") {
    return {.variant_id = id,
            .item_id = id + 1'000,
            .parent_id = id + 2'000,
            .name = "湯呑み",
            .barcode = barcode,
            .sku = "SKU",
            .tracked = true};
  }
  static ShopItem matched(int64_t id, const std::string& product) {
    ShopItem one = item(id);
    one.match = ItemMatch::kMatched;
    one.product_id = product;
    return one;
  }
  [[nodiscard]] std::vector<int64_t> ids(TenantId tenant = kShop) const {
    std::vector<int64_t> all;
    for (const ShopItem& one : value(db().items_after(tenant, 0, 100))) {
      all.push_back(one.variant_id);
    }
    return all;
  }
  [[nodiscard]] std::vector<std::string> asked(TenantId tenant = kShop) const {
    std::vector<std::string> keys;
    for (const OutboxEntry& entry : value(db().outbox_in(tenant, QueueState::kWaiting, 100))) {
      if (entry.item.write.kind == OutboxKind::kWriteOnHand) keys.push_back(entry.item.write.key);
    }
    std::ranges::sort(keys);
    return keys;
  }
  void map(const std::vector<StoreLocation>& locations) const {
    Settings settings = (*value(db().tenant(kShop))).settings;
    settings.locations = locations;
    EXPECT_OK(db().save_settings(kShop, settings, {}));
  }
  void count(const std::string& product, const std::string& store, int64_t on_hand, Seconds at) {
    apply({change::PutStock{
        {{.product_id = product, .store_id = store, .on_hand = on_hand, .changed_at = at}}}});
  }
  static Change news() { return change::SetCursor{"news", 1}; }
  [[nodiscard]] bool has_news() const { return value(db().cursor(kShop, "news")).has_value(); }
};
INSTANTIATE_TEST_SUITE_P(Databases, ShopItemTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(ShopItemTest, ComesBackAsItWasPutAndTellsWhatIsNews) {
  EXPECT_OK(db().put_items(kShop, {item(1), item(2)}, std::nullopt, {news()}));
  EXPECT_TRUE(has_news());
  EXPECT_EQ(value(db().items_after(kShop, 1, 10)), std::vector<ShopItem>{item(2)});
  EXPECT_THAT(ids(kOtherShop), IsEmpty());
  ShopItem renamed = item(1);
  renamed.name = "急須";
  renamed.tracked = false;
  EXPECT_OK(db().put_matches(kShop, {matched(1, "p1")}, {}));
  EXPECT_OK(db().put_items(kShop, {renamed}, std::nullopt, {}));
  ShopItem kept = renamed;
  kept.match = ItemMatch::kMatched;
  kept.product_id = "p1";
  EXPECT_EQ(value(db().items_after(kShop, 0, 1)), std::vector<ShopItem>{kept})
      << "what was matched stays until it is matched again";
}

TEST_P(ShopItemTest, SaysNothingOfWhatIsAsItWas) {
  EXPECT_OK(db().put_items(kShop, {item(1)}, std::nullopt, {}));
  EXPECT_OK(db().put_items(kShop, {item(1)}, std::nullopt, {news()}));
  EXPECT_FALSE(has_news());
  EXPECT_OK(db().put_items(kShop, {item(1, "4902")}, std::nullopt, {news()}));
  EXPECT_TRUE(has_news());
}

TEST_P(ShopItemTest, OfARangeThatWasReadOthersAreGone) {
  EXPECT_OK(db().put_items(kShop, {item(1), item(2), item(3), item(4), item(5)}, std::nullopt, {}));
  EXPECT_OK(
      db().put_items(kShop, {item(3)}, InventoryBook::Range{.after = 1, .upto = 4}, {news()}));
  EXPECT_THAT(ids(), ElementsAre(1, 3, 5));
  EXPECT_TRUE(has_news());
  EXPECT_OK(db().put_items(
      kShop, {}, InventoryBook::Range{.after = 3, .upto = std::numeric_limits<int64_t>::max()},
      {}));
  EXPECT_THAT(ids(), ElementsAre(1, 3));
  EXPECT_OK(db().drop_item(kShop, 3));
  EXPECT_THAT(ids(), ElementsAre(1));
}

TEST_P(ShopItemTest, IsListedAndCountedByItsOutcome) {
  std::vector<ShopItem> items{matched(1, "p1"), item(2), item(3), item(4), item(5)};
  items[2].match = ItemMatch::kDuplicate;
  items[3].match = ItemMatch::kUntracked;
  items[4].match = ItemMatch::kUncounted;
  EXPECT_OK(db().put_items(kShop, items, std::nullopt, {}));
  EXPECT_OK(db().put_matches(kShop, items, {news()}));
  EXPECT_TRUE(has_news());
  EXPECT_EQ(value(db().items_that(kShop, ItemMatch::kDuplicate, 0, 10)),
            std::vector<ShopItem>{items[2]});
  EXPECT_THAT(value(db().items_that(kShop, ItemMatch::kDuplicate, 3, 10)), IsEmpty());
  EXPECT_EQ((*value(db().matched_item(kShop, "p1"))).variant_id, 1);
  EXPECT_FALSE(value(db().matched_item(kShop, "p2")).has_value());
  const Figures figures = value(db().figures(kShop));
  EXPECT_EQ(figures.items.matched, 1);
  EXPECT_EQ(figures.items.unmatched, 1);
  EXPECT_EQ(figures.items.duplicate, 1);
  EXPECT_EQ(figures.items.untracked, 1);
}

TEST_P(ShopItemTest, AChangedLevelOfAMatchedProductInAMappedShopIsAskedFor) {
  EXPECT_OK(db().put_items(kShop, {item(1), item(2)}, std::nullopt, {}));
  EXPECT_OK(db().put_matches(kShop, {matched(1, "p1")}, {}));
  count("p1", "1", 5, 100);
  EXPECT_THAT(asked(), IsEmpty()) << "no shop has a place";
  map({{"1", 71}, {"2", 72}});
  count("p1", "1", 5, 100);
  EXPECT_THAT(asked(), IsEmpty()) << "as it was";
  count("p1", "1", 4, 99);
  EXPECT_THAT(asked(), IsEmpty()) << "older than what is known";
  count("p1", "1", 4, 101);
  EXPECT_THAT(asked(), ElementsAre("p1/1"));
  count("p1", "3", 4, 101);
  count("p2", "1", 4, 101);
  EXPECT_THAT(asked(), ElementsAre("p1/1")) << "another shop, and a product that matches nothing";
  count("p1", "2", 4, 101);
  count("p1", "2", 3, 102);
  EXPECT_THAT(asked(), ElementsAre("p1/1", "p1/2")) << "one item a level";
  map({});
  count("p1", "1", 1, 103);
  EXPECT_EQ(value(db().outbox_in(kShop, QueueState::kWaiting, 10)).size(), 2u);
  EXPECT_THAT(asked(kOtherShop), IsEmpty());
}

TEST_P(ShopItemTest, WhatStaffDidNotFindIsAskedForOnce) {
  EXPECT_OK(db().put_items(kShop, {item(1), item(2)}, std::nullopt, {}));
  EXPECT_OK(db().put_matches(kShop, {matched(1, "p1")}, {}));
  count("p1", "1", 5, 100);
  count("p1", "2", 5, 100);
  count("p2", "1", 5, 100);
  map({{"1", 71}});
  const auto doubt = [&](const char* product, const char* store) {
    apply({change::DoubtStock{.product_id = product, .store_id = store}});
  };
  doubt("p1", "2");
  doubt("p2", "1");
  doubt("p3", "1");
  EXPECT_THAT(asked(), IsEmpty()) << "no place, no article, no figure";
  doubt("p1", "1");
  ASSERT_THAT(asked(), ElementsAre("p1/1"));
  const auto leased = value(db().lease_outbox(10, kNow, kLeaseSeconds));
  ASSERT_EQ(leased.size(), 1u);
  EXPECT_OK(db().finish_outbox(leased.front(), {}));
  doubt("p1", "1");
  EXPECT_THAT(asked(), IsEmpty()) << "it is doubted already";
  count("p1", "1", 5, 101);
  EXPECT_THAT(asked(), ElementsAre("p1/1")) << "counted again";
}

TEST_P(ShopItemTest, ALevelThatIsNotStoredAsksForNothing) {
  EXPECT_OK(db().put_items(kShop, {item(1)}, std::nullopt, {}));
  EXPECT_OK(db().put_matches(kShop, {matched(1, "p1")}, {}));
  map({{"1", 71}});
  const StockLevel fine{.product_id = "p1", .store_id = "1", .on_hand = 4, .changed_at = 1};
  const StockLevel broken{.product_id = "", .store_id = "1", .on_hand = 4, .changed_at = 1};
  EXPECT_FALSE(db().apply(kShop, {change::PutStock{{fine, broken}}}).ok());
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_P(ShopItemTest, WaitsInALaneOfItsOwnAndIsCountedInTheBackground) {
  apply({change::Enqueue{.write = {OutboxKind::kWriteOnHand, "p1/1"}, .background = true},
         change::Enqueue{.write = {OutboxKind::kWriteOnHand, "p1/2"}},
         change::Enqueue{.write = {OutboxKind::kWriteCard, "12"}}});
  EXPECT_EQ(value(db().on_hand_waiting(kShop)), 1);
  EXPECT_EQ(value(db().background_depth(kShop)).waiting, 0) << "no part of a backfill";
  EXPECT_EQ(value(db().lease_outbox(10, kNow, kLeaseSeconds)).size(), 2u);
  const auto leased =
      value(db().lease_background(OutboxKind::kWriteOnHand, 10, kNow, kLeaseSeconds));
  ASSERT_EQ(leased.size(), 1u);
  EXPECT_EQ(leased.front().write.key, "p1/1");
}

TEST_P(ShopItemTest, AnotherContractHasOtherShopsAndProducts) {
  EXPECT_OK(db().join_contract(kShop, "sb_1"));
  EXPECT_OK(db().put_items(kShop, {item(1)}, std::nullopt, {}));
  map({{"1", 71}});
  EXPECT_OK(db().join_contract(kShop, "sb_1"));
  EXPECT_THAT(ids(), ElementsAre(1)) << "the same one again";
  EXPECT_OK(db().join_contract(kShop, "sb_2"));
  EXPECT_THAT(ids(), IsEmpty());
  EXPECT_THAT((*value(db().tenant(kShop))).settings.locations, IsEmpty());
}

TEST_P(ShopItemTest, GoesWithItsShop) {
  EXPECT_OK(db().put_items(kShop, {item(1)}, std::nullopt, {}));
  EXPECT_OK(db().put_items(kOtherShop, {item(1)}, std::nullopt, {}));
  EXPECT_OK(db().erase_tenant(kShop));
  EXPECT_THAT(ids(), IsEmpty());
  EXPECT_THAT(ids(kOtherShop), ElementsAre(1));
  EXPECT_FALSE(db().put_items(kShop, {item(1)}, std::nullopt, {}).ok());
}

TEST_P(ShopItemTest, ProductsComeInOrder) {
  apply({change::PutProducts{{product("2", "b"), product("10", "a", "s"), product("3", "c")}}});
  std::vector<std::string> found;
  for (const Product& one : value(db().products_after(kShop, "", 2))) {
    found.push_back(one.product_id + ":" + one.code + ":" + one.supplier_code);
  }
  EXPECT_THAT(found, ElementsAre("10:a:s", "2:b:"));
  EXPECT_EQ(value(db().products_after(kShop, "2", 2)).size(), 1u);
}

}  // namespace
}  // namespace tsunagi
