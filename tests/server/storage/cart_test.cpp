// What the shops have of a whole cart, in both databases: the same as product_by_code() and
// stock_of() say one by one.

#include <algorithm>

#include "server/domain/stock/held.h"
#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

class CartStockTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    if (IsSkipped()) return;
    Product uncounted = product("40", "4904");
    uncounted.stock_controlled = false;
    apply({change::PutProducts{{product("10", "4901", "TEA-1"), product("20", "4902", "4901"),
                                product("30", "4903", "TEA-1"), uncounted}},
           change::PutStock{{level("10", "1", 5), level("10", "2", 3, 1), level("20", "2", 7),
                             level("30", "1", 9), level("40", "1", 9)}}});
  }
  static StockLevel level(const std::string& product, const std::string& store, int64_t on_hand,
                          int64_t layaway = 0) {
    return {.product_id = product,
            .store_id = store,
            .on_hand = on_hand,
            .layaway = layaway,
            .changed_at = kNow};
  }
  CodeStock of(const std::string& code, const std::vector<std::string>& asked) {
    for (const CodeStock& each : value(db().stock_of_codes(kShop, asked))) {
      if (each.code == code) return each;
    }
    ADD_FAILURE() << "no answer for " << code;
    return {};
  }
  static PickupLine line(const std::string& product, int64_t quantity) {
    return {.product_id = product,
            .product_code = "49" + product,
            .product_name = {},
            .quantity = quantity};
  }
  void hold(const std::string& id, const std::string& store, std::vector<PickupLine> lines) {
    const Pickup wish{.id = "pickup-" + id + "-of-the-test",
                      .customer_id = 7001,
                      .store_id = store,
                      .code = "00000" + id,
                      .placed_at = kNow,
                      .hold_until = kNow + 86'400,
                      .changed_at = kNow,
                      .reason = {},
                      .lines = value(summed(std::move(lines)))};
    EXPECT_OK(db().place(kShop, wish, std::vector<int64_t>(wish.lines.size(), 0), std::nullopt));
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, CartStockTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(CartStockTest, IsWhatIsKnownOfEachProductAndShop) {
  hold("1", "1", {line("10", 2), line("30", 1)});
  hold("2", "1", {line("10", 1)});
  apply({change::DoubtStock{.product_id = "30", .store_id = "1"},
         change::PutStock{{{.product_id = "10",
                            .store_id = "2",
                            .on_hand = 9,
                            .layaway = -4,
                            .changed_at = kNow + 1}}}});
  EXPECT_EQ(0, value(db().stock_of(kShop, "10", {"2"})).front().layaway);
  const std::vector<std::string> asked{"4903", "4901", "none", "TEA-1", "4904", "4901"};
  EXPECT_EQ(5U, value(db().stock_of_codes(kShop, asked)).size()) << "each code once";
  const CodeStock tea = of("4901", asked);
  EXPECT_EQ("10", tea.product_id) << "a barcode goes before another's SKU";
  EXPECT_EQ("10", of("TEA-1", asked).product_id) << "the lowest of two";
  for (const CodeStock& each : value(db().stock_of_codes(kShop, asked))) {
    SCOPED_TRACE(each.code);
    const auto known = value(db().product_by_code(kShop, each.code, each.code));
    EXPECT_EQ(known && known->stock_controlled ? known->product_id : "", each.product_id);
    if (each.product_id.empty()) {
      EXPECT_TRUE(each.name.empty());
      EXPECT_TRUE(each.shops.empty());
      continue;
    }
    EXPECT_EQ(known->name, each.name);
    auto levels = value(db().stock_of(kShop, each.product_id, {"1", "2", "3"}));
    std::ranges::sort(levels, {}, &StockLevel::store_id);
    std::vector<StoreShelf> shops;
    for (const StockLevel& level : levels) {
      if (level.doubted) continue;
      shops.push_back({.store_id = level.store_id,
                       .on_shelf = level.on_hand - (held_of(level) - level.held),
                       .held = level.held});
    }
    EXPECT_EQ(shops, each.shops);
  }
  EXPECT_EQ(3, tea.shops.front().held);
}

TEST_P(CartStockTest, AnotherShopHasNothingOfOurs) {
  install(kOtherShop);
  const auto found = value(db().stock_of_codes(kOtherShop, {"4901"}));
  ASSERT_EQ(1U, found.size());
  EXPECT_TRUE(found.front().product_id.empty());
}

TEST_P(CartStockTest, NoCodesAndOddCodesAreNobodys) {
  EXPECT_TRUE(value(db().stock_of_codes(kShop, {})).empty());
  const std::vector<std::string> odd{std::string("\0", 1), "\xff", "'", "\"", "\\", "", "繋"};
  EXPECT_EQ(odd.size(), value(db().stock_of_codes(kShop, odd)).size());
  for (const CodeStock& each : value(db().stock_of_codes(kShop, odd))) {
    EXPECT_TRUE(each.product_id.empty());
  }
}

}  // namespace
}  // namespace tsunagi
