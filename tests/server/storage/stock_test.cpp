// Stores, products, stock levels and cursors.

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StockTest : public StorageTest {
 protected:
  [[nodiscard]] std::string found(std::string_view barcode, std::string_view sku) const {
    const auto product = db().product_by_code(kShop, barcode, sku);
    EXPECT_OK(product);
    return product.ok() && *product ? (*product)->product_id : "";
  }
  void count(const std::string& store_id, int64_t on_hand, Seconds changed_at) {
    apply({change::PutStock{{{.product_id = "1",
                              .store_id = store_id,
                              .on_hand = on_hand,
                              .layaway = 1,
                              .changed_at = changed_at}}}});
  }
  // "store:figure" of the stores that have one.
  [[nodiscard]] std::vector<std::string> shelf(std::string_view product_id = "1") const {
    std::vector<std::string> rows;
    for (const StockLevel& level : value(db().stock_of(kShop, product_id, {"1", "2", "3"}))) {
      rows.push_back(level.store_id + ":" + std::to_string(level.on_hand));
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, StockTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(StockTest, StoresAreTheCompleteListInDisplayOrder) {
  apply({change::PutStores{{store("10", "b", 2), store("9", "c", 2), store("2", "a", 1)}}});
  std::vector<std::string> ids;
  for (const Store& shop : value(db().stores(kShop))) ids.push_back(shop.store_id);
  EXPECT_THAT(ids, ElementsAre("2", "10", "9")) << "ties by the id's bytes, on every database";
  apply({change::PutStores{{store("2", "renamed")}}});
  ASSERT_EQ(1u, db().stores(kShop)->size());
  EXPECT_EQ("renamed", db().stores(kShop)->front().name);
  EXPECT_THAT(*db().stores(kOtherShop), IsEmpty());
  apply({change::PutStores{{}}});
  EXPECT_THAT(*db().stores(kShop), IsEmpty());
}

TEST_P(StockTest, AStoreComesBackAsItWasPut) {
  apply({change::PutStores{{{.store_id = "1",
                             .code = "S1",
                             .name = "新宿店",
                             .phone = "03-0000-0000",
                             .address = "東京都",
                             .display_order = -3,
                             .paused = true}}}});
  const Store shop = db().stores(kShop)->front();
  EXPECT_EQ("S1", shop.code);
  EXPECT_EQ("新宿店", shop.name);
  EXPECT_EQ("03-0000-0000", shop.phone);
  EXPECT_EQ("東京都", shop.address);
  EXPECT_EQ(-3, shop.display_order);
  EXPECT_TRUE(shop.paused);
}

TEST_P(StockTest, AProductIsFoundByBarcodeThenBySku) {
  apply({change::PutProducts{{product("1", "4900000000011", "SUP-1"),
                              product("2", "SKU-2", "4900000000028"), product("3", "SKU-3"),
                              product("4", "", "")}}});
  struct Row {
    const char* barcode;
    const char* sku;
    const char* product_id;
  };
  for (const Row& row : {Row{"4900000000011", "SKU-3", "1"}, Row{"4900000000028", "SKU-3", "2"},
                         Row{"unknown", "SKU-3", "3"}, Row{"", "SUP-1", "1"}, Row{"SKU-2", "", "2"},
                         Row{"unknown", "unknown", ""}, Row{"", "", ""}, Row{"%", "_", ""}}) {
    EXPECT_EQ(row.product_id, found(row.barcode, row.sku)) << row.barcode << " " << row.sku;
  }
  EXPECT_FALSE(db().product_by_code(kOtherShop, "4900000000011", "")->has_value());
}

TEST_P(StockTest, ProductsAreFoundByTheirIds) {
  apply({change::PutProducts{{product("1", "4900000000011", "SUP-1"), product("2", "SKU-2")}}});
  const auto found_of = [&](TenantId tenant, const std::vector<std::string>& ids) {
    std::vector<std::string> found;
    for (const Product& one : value(db().products(tenant, ids))) {
      found.push_back(one.product_id + " " + one.code);
    }
    std::ranges::sort(found);
    return found;
  };
  EXPECT_THAT(found_of(kShop, {"2", "3", "1", "'\"]"}), ElementsAre("1 4900000000011", "2 SKU-2"));
  EXPECT_THAT(found_of(kShop, {}), IsEmpty());
  EXPECT_THAT(found_of(kOtherShop, {"1"}), IsEmpty());
}

TEST_P(StockTest, AProductOfADoubledCodeIsAlwaysTheSame) {
  apply({change::PutProducts{{product("9", "twice"), product("10", "twice")}}});
  EXPECT_EQ("10", found("twice", ""));
}

TEST_P(StockTest, AProductComesBackAsItWasPutLast) {
  apply({change::PutProducts{{product("1", "old")}}});
  apply({change::PutProducts{{{.product_id = "1",
                               .code = "new",
                               .supplier_code = "SUP",
                               .name = "品",
                               .stock_controlled = false}}}});
  EXPECT_EQ("", found("old", ""));
  const auto product = *db().product_by_code(kShop, "new", "");
  ASSERT_TRUE(product);
  EXPECT_EQ("SUP", product->supplier_code);
  EXPECT_EQ("品", product->name);
  EXPECT_FALSE(product->stock_controlled);
}

TEST_P(StockTest, ACodeTooLongToIndexDoesNotLoseTheProduct) {
  apply({change::PutProducts{{product("1", std::string(255, 'c'), "short"),
                              product("2", std::string(256, 'c'), "findable")}}});
  EXPECT_EQ("1", found(std::string(255, 'c'), ""));
  EXPECT_EQ("", found(std::string(256, 'c'), ""));
  EXPECT_EQ("2", found("findable", ""));
  EXPECT_ERROR(ErrorCode::kInvalid, db().apply(kShop, {change::PutProducts{{product("", "c")}}}));
}

TEST_P(StockTest, OnlyTheStoresAskedForAnswer) {
  apply({change::PutStores{{store("1", "a", 1), store("2", "b", 2)}}});
  EXPECT_THAT(shelf(), IsEmpty());
  count("2", -4, kNow);
  count("1", 7, kNow - 1);
  EXPECT_THAT(shelf(), ElementsAre("1:7", "2:-4"));
  const std::vector<StockLevel> levels = value(db().stock_of(kShop, "1", {"2", "no such store"}));
  ASSERT_EQ(1U, levels.size());
  EXPECT_EQ("1", levels[0].product_id);
  EXPECT_EQ("2", levels[0].store_id);
  EXPECT_EQ(-4, levels[0].on_hand);
  EXPECT_EQ(1, levels[0].layaway);
  EXPECT_EQ(kNow, levels[0].changed_at);
  EXPECT_THAT(value(db().stock_of(kShop, "1", {})), IsEmpty());
  EXPECT_THAT(shelf("unknown product"), IsEmpty());
  EXPECT_THAT(*db().stock_of(kOtherShop, "1", {"1", "2"}), IsEmpty());
}

TEST_P(StockTest, StoreIdsAreDataWhateverTheyHold) {
  const std::string odd = "1\"]') OR 1=1 --\\";
  apply({change::PutStores{{store("1"), store(odd)}}});
  count(odd, 3, kNow);
  count("1", 7, kNow);
  EXPECT_EQ(1U, value(db().stock_of(kShop, "1", {odd})).size());
  EXPECT_THAT(value(db().stock_of(kShop, "1", {"\xff\"]"})), IsEmpty());
}

TEST_P(StockTest, OlderStockNeverOverwritesNewer) {
  apply({change::PutStores{{store("1")}}});
  struct Step {
    int64_t on_hand;
    Seconds changed_at;
    const char* shelf;
  };
  for (const Step& step : {Step{5, kNow, "1:5"}, Step{6, kNow - 1, "1:5"}, Step{7, kNow, "1:7"},
                           Step{8, kNow + 1, "1:8"}, Step{9, 0, "1:8"}}) {
    count("1", step.on_hand, step.changed_at);
    EXPECT_THAT(shelf(), ElementsAre(step.shelf)) << step.changed_at;
  }
}

TEST_P(StockTest, WhatIsNotInTheCompleteListGoesWithItsStock) {
  apply({change::PutStores{{store("1")}},
         change::PutProducts{{product("1", "a"), product("2", "b"), product("\"3", "c")}}});
  count("1", 5, kNow);
  apply({change::KeepProducts{{"2", "\"3", "9"}}});
  EXPECT_EQ("", found("a", ""));
  EXPECT_EQ("2", found("b", ""));
  EXPECT_EQ("\"3", found("c", ""));
  EXPECT_THAT(shelf(), IsEmpty());
}

TEST_P(StockTest, ADroppedProductTakesItsStock) {
  apply({change::PutStores{{store("1")}},
         change::PutProducts{{product("1", "a"), product("2", "b")}}});
  count("1", 5, kNow);
  apply({change::DropProducts{{"1", "never there"}}});
  EXPECT_EQ("", found("a", ""));
  EXPECT_EQ("2", found("b", ""));
  EXPECT_THAT(shelf(), IsEmpty());
}

TEST_P(StockTest, ACursorNeverGoesBack) {
  EXPECT_FALSE(db().cursor(kShop, "stock")->has_value());
  for (const auto& [value, kept] :
       {std::pair<Seconds, Seconds>{0, 0}, {10, 10}, {9, 10}, {11, 11}}) {
    apply({change::SetCursor{.name = "stock", .value = value}});
    EXPECT_EQ(kept, *db().cursor(kShop, "stock"));
  }
  EXPECT_FALSE(db().cursor(kShop, "products")->has_value());
  EXPECT_FALSE(db().cursor(kOtherShop, "stock")->has_value());
}

TEST_P(StockTest, APlaceInAListMayGoBackAndAMomentMayNot) {
  apply({change::SetCursor{.name = "place", .value = 5, .anew = true},
         change::SetCursor{.name = "moment", .value = 5}});
  apply({change::SetCursor{.name = "place", .value = 0, .anew = true},
         change::SetCursor{.name = "moment", .value = 0}});
  EXPECT_EQ(0, value(db().cursor(kShop, "place")));
  EXPECT_EQ(5, value(db().cursor(kShop, "moment")));
}

}  // namespace
}  // namespace tsunagi
