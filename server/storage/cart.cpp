// What the shops have of a whole cart: one question for all its lines.

#include <algorithm>
#include <map>
#include <utility>

#include "server/storage/sql_storage.h"
#include "server/storage/text.h"

namespace tsunagi::storage {
namespace {

// Rows of several kinds, so that nothing is asked for once a line or once a shop: which product a
// code is (as product_by_code() finds it), the products, what their shops have, and what is held
// there. Every column of a row costs as much as finding it: a row's figure and its kind are one,
// 4 * figure + kind. What is set aside in Smaregi is off the shelf (domain/stock/held.h), and what
// is doubted is no shelf.
constexpr Sql kStockOfCodes{
    "WITH asked AS MATERIALIZED (SELECT json_each.value AS code, COALESCE("
    "(SELECT MIN(product_id) FROM product WHERE tenant = :a AND code = json_each.value), "
    "(SELECT MIN(product_id) FROM product WHERE tenant = :b AND supplier_code = json_each.value)) "
    "AS product_id FROM {each_in_json_array_open}:c{each_in_json_array_close}) "
    "SELECT 0, product_id, code FROM asked WHERE product_id IS NOT NULL "
    "UNION ALL SELECT 4 * stock_controlled + 1, product_id, name FROM product "
    "WHERE tenant = :d AND product_id {any_open}SELECT product_id FROM asked{any_close} "
    "UNION ALL SELECT 4 * (on_hand - layaway) + 2, product_id, store_id FROM stock_level "
    "WHERE tenant = :e AND product_id {any_open}SELECT product_id FROM asked{any_close} "
    "AND doubted = 0 "
    "UNION ALL SELECT 4 * held + 3, product_id, store_id FROM pickup_line "
    "WHERE tenant = :f AND product_id {any_open}SELECT product_id FROM asked{any_close} "
    "AND held > 0 "
    "UNION ALL SELECT 4 * held + 3, product_id, store_id FROM shipment_line "
    "WHERE tenant = :g AND product_id {any_open}SELECT product_id FROM asked{any_close} "
    "AND held > 0"};
constexpr size_t kShelvesLikely = 128;  // of a product: most merchants have fewer shops
constexpr std::string_view kShopRow;    // in place of a product: a shop, and whether it is paused
enum class RowOf : int64_t { kCode, kProduct, kShelf, kHeld };

struct CartRow {
  int64_t of = 0;  // 4 * what it says (whether it is counted, on the shelf, or held) + RowOf
  std::string product_id;
  std::string text;  // the code, the name, or the shop

  [[nodiscard]] int64_t figure() const { return of >> 2; }
};

struct FoundProduct {
  CodeStock stock;
  std::vector<std::string> codes;
  bool counted = false;
  std::vector<std::pair<std::string, int64_t>> held;  // by shop, in any order, several times
};

// The product of a row: mostly that of the row before.
class FoundProducts {
 public:
  void take(const CartRow& row) {
    if (last_ == nullptr || last_->stock.product_id != row.product_id) {
      last_ = &products_[row.product_id];
      last_->stock.product_id = row.product_id;
      last_->stock.shops.reserve(kShelvesLikely);
    }
    take_into(*last_, row);
  }
  // By code: what is held goes to its shelf.
  std::map<std::string, CodeStock> by_code() && {
    std::map<std::string, CodeStock> stock;
    for (auto& [id, found] : products_) {
      if (!found.counted) continue;
      put_together(found);
      // Mostly one code a product: nothing is copied.
      for (size_t i = 1; i < found.codes.size(); ++i) stock[found.codes[i]] = found.stock;
      if (!found.codes.empty()) stock[found.codes.front()] = std::move(found.stock);
    }
    return stock;
  }

 private:
  static void take_into(FoundProduct& found, const CartRow& row) {
    switch (static_cast<RowOf>(row.of & 3)) {
      case RowOf::kCode:
        found.codes.push_back(row.text);
        return;
      case RowOf::kProduct:
        found.stock.name = row.text;
        found.counted = row.figure() != 0;
        return;
      case RowOf::kShelf:
        found.stock.shops.emplace_back(row.text, row.figure(), 0);
        return;
      case RowOf::kHeld:
        found.held.emplace_back(row.text, row.figure());
        return;
    }
  }
  static void put_together(FoundProduct& found) {
    auto& shops = found.stock.shops;
    if (!std::ranges::is_sorted(shops, {}, &StoreShelf::store_id)) {
      std::ranges::sort(shops, {}, &StoreShelf::store_id);
    }
    for (const auto& [store_id, held] : found.held) {
      const auto shop = std::ranges::lower_bound(shops, store_id, {}, &StoreShelf::store_id);
      if (shop != shops.end() && shop->store_id == store_id) shop->held += held;
    }
  }

  std::map<std::string, FoundProduct> products_;
  FoundProduct* last_ = nullptr;
};

// The few products of a wish are looked up one by one: a list of unknown length makes PostgreSQL
// read through a small merchant's products.
constexpr Sql kGoods{
    "WITH asked AS MATERIALIZED (SELECT json_each.value AS code, COALESCE("
    "(SELECT MIN(product_id) FROM product WHERE tenant = :a AND code = json_each.value), "
    "(SELECT MIN(product_id) FROM product WHERE tenant = :b AND supplier_code = json_each.value)) "
    "AS product_id FROM {each_in_json_array_open}:c{each_in_json_array_close}) "
    "SELECT 0, product_id, code FROM asked WHERE product_id IS NOT NULL "
    "UNION ALL SELECT 4 * (SELECT stock_controlled FROM product p WHERE p.tenant = :d "
    "AND p.product_id = asked.product_id) + 1, product_id, (SELECT name FROM product p "
    "WHERE p.tenant = :e AND p.product_id = asked.product_id) FROM asked "
    "WHERE product_id IS NOT NULL "
    "UNION ALL SELECT 4 * paused, '', store_id FROM store WHERE tenant = :f AND store_id = :g"};
}  // namespace

Result<std::vector<CodeStock>> SqlStorage::stock_of_codes(TenantId tenant,
                                                          const std::vector<std::string>& codes) {
  std::vector<std::string> once = codes;
  std::ranges::sort(once);
  once.erase(std::ranges::unique(once).begin(), once.end());
  const std::string asked = json_array(once);
  return read([&](Session& session) -> Result<std::vector<CodeStock>> {
    CartRow row;
    FoundProducts found;
    session.each(
        kStockOfCodes, std::tie(row.of, row.product_id, row.text), [&] { found.take(row); }, tenant,
        tenant, asked, tenant, tenant, tenant, tenant);
    auto by_code = std::move(found).by_code();
    std::vector<CodeStock> stock;
    for (const std::string& code : once) {
      stock.push_back(std::move(by_code[storable(code)]));
      stock.back().code = code;
    }
    return stock;
  });
}

Result<PickupBook::Goods> SqlStorage::goods_of(TenantId tenant, std::string_view store_id,
                                               const std::vector<std::string>& codes) {
  const std::string asked = json_array(codes);
  return read([&](Session& session) -> Result<Goods> {
    Goods goods;
    CartRow row;
    FoundProducts found;
    const auto take = [&] {
      if (row.product_id != kShopRow) {
        found.take(row);
        return;
      }
      goods.store.emplace();
      goods.store->store_id = row.text;
      goods.store->paused = row.figure() != 0;
    };
    session.each(kGoods, std::tie(row.of, row.product_id, row.text), take, tenant, tenant, asked,
                 tenant, tenant, tenant, store_id);
    for (auto& [code, product] : std::move(found).by_code()) {
      goods.products.push_back(std::move(product));
      goods.products.back().code = code;
    }
    return goods;
  });
}

}  // namespace tsunagi::storage
