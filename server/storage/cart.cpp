// What the shops have of a whole cart: one question for all its lines.

#include <algorithm>
#include <map>

#include "server/storage/sql_storage.h"
#include "server/storage/text.h"

namespace tsunagi::storage {
namespace {

// Rows of three kinds, so that nothing is asked for once a line or once a shop: the products, what
// their shops have, and what is held there. A code is a product as product_by_code() finds it.
constexpr Sql kStockOfCodes{
    "WITH asked AS MATERIALIZED (SELECT json_each.value AS code, COALESCE("
    "(SELECT MIN(product_id) FROM product WHERE tenant = :a AND code = json_each.value), "
    "(SELECT MIN(product_id) FROM product WHERE tenant = :b AND supplier_code = json_each.value)) "
    "AS product_id FROM {each_in_json_array_open}:c{each_in_json_array_close}) "
    "SELECT 0, asked.code, product.product_id, product.name, stock_controlled, 0 "
    "FROM asked CROSS JOIN product "
    "WHERE product.tenant = :d AND product.product_id = asked.product_id "
    "UNION ALL SELECT 1, asked.code, store_id, '', on_hand, layaway "
    "FROM asked CROSS JOIN stock_level "
    "WHERE stock_level.tenant = :e AND stock_level.product_id = asked.product_id "
    "UNION ALL SELECT 2, asked.code, store_id, '', CAST(SUM(held) AS BIGINT), 0 "
    "FROM asked CROSS JOIN pickup_line WHERE pickup_line.tenant = :f "
    "AND pickup_line.product_id = asked.product_id AND held > 0 GROUP BY asked.code, store_id"};
enum class RowOf : int64_t { kProduct, kShelf, kHeld };

struct CartRow {
  int64_t of = 0;
  std::string code, id, name;  // id: of the product or the shop
  int64_t first = 0;           // whether it is counted, on hand, or held
  int64_t layaway = 0;
};

struct FoundCode {
  CodeStock stock;
  bool counted = false;
  std::vector<std::pair<std::string, int64_t>> held;  // by shop
};

void take_row(FoundCode& found, const CartRow& row) {
  switch (static_cast<RowOf>(row.of)) {
    case RowOf::kProduct:
      found.counted = row.first != 0;
      found.stock.product_id = row.id;
      found.stock.name = row.name;
      return;
    case RowOf::kShelf:
      found.stock.levels.push_back(
          {.product_id = {}, .store_id = row.id, .on_hand = row.first, .layaway = row.layaway});
      return;
    case RowOf::kHeld:
      found.held.emplace_back(row.id, row.first);
      return;
  }
}

// What is held goes to its shelf.
CodeStock put_together(FoundCode found, const std::string& code) {
  if (!found.counted) return {.code = code, .product_id = {}, .name = {}, .levels = {}};
  CodeStock& stock = found.stock;
  stock.code = code;
  std::ranges::sort(stock.levels, {}, &StockLevel::store_id);
  for (StockLevel& level : stock.levels) level.product_id = stock.product_id;
  for (const auto& [store_id, held] : found.held) {
    const auto level = std::ranges::lower_bound(stock.levels, store_id, {}, &StockLevel::store_id);
    if (level != stock.levels.end() && level->store_id == store_id) level->held = held;
  }
  return std::move(stock);
}

}  // namespace

Result<std::vector<CodeStock>> SqlStorage::stock_of_codes(TenantId tenant,
                                                          const std::vector<std::string>& codes) {
  std::vector<std::string> once = codes;
  std::ranges::sort(once);
  once.erase(std::ranges::unique(once).begin(), once.end());
  const std::string asked = json_array(once);
  return read([&](Session& session) -> Result<std::vector<CodeStock>> {
    CartRow row;
    std::map<std::string, FoundCode> by_code;
    session.each(
        kStockOfCodes, std::tie(row.of, row.code, row.id, row.name, row.first, row.layaway),
        [&] { take_row(by_code[row.code], row); }, tenant, tenant, asked, tenant, tenant, tenant);
    std::vector<CodeStock> found;
    for (const std::string& code : once) {
      found.push_back(put_together(by_code[storable(code)], code));
    }
    return found;
  });
}

}  // namespace tsunagi::storage
