// Reading what Smaregi sells and has on its shelves.

#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

// The lowest id by MIN() and not by ORDER BY … LIMIT 1: for that SQLite reads all products of the
// tenant in order.
constexpr Sql kProductByCode{
    "SELECT product_id, code, supplier_code, name, stock_controlled FROM product "
    "WHERE tenant = :a AND product_id = "
    "(SELECT MIN(product_id) FROM product WHERE tenant = :b AND code = :c)"};
constexpr Sql kProductBySupplierCode{
    "SELECT product_id, code, supplier_code, name, stock_controlled FROM product "
    "WHERE tenant = :a AND product_id = "
    "(SELECT MIN(product_id) FROM product WHERE tenant = :b AND supplier_code = :c)"};
constexpr Sql kStores{
    "SELECT store_id, code, name, phone, address, display_order, paused FROM store "
    "WHERE tenant = :a ORDER BY display_order, store_id"};
// changed_at -1: Smaregi has no row for the product in that store.
constexpr Sql kStockOf{
    "SELECT s.store_id, s.code, s.name, s.phone, s.address, s.display_order, s.paused, "
    "COALESCE(l.on_hand, 0), COALESCE(l.layaway, 0), COALESCE(l.changed_at, -1) "
    "FROM store s LEFT JOIN stock_level l "
    "ON l.tenant = s.tenant AND l.store_id = s.store_id AND l.product_id = :a "
    "WHERE s.tenant = :b ORDER BY s.display_order, s.store_id"};
constexpr Sql kCursor{"SELECT value FROM sync_cursor WHERE tenant = :a AND name = :b"};

bool find_product(Session& session, const Sql& sql, TenantId tenant, std::string_view code,
                  Product& product) {
  if (code.empty()) return false;
  int64_t stock_controlled = 0;
  const bool found = session.one(sql,
                                 std::tie(product.product_id, product.code, product.supplier_code,
                                          product.name, stock_controlled),
                                 tenant, tenant, code);
  product.stock_controlled = stock_controlled != 0;
  return found;
}

}  // namespace

Result<std::optional<Product>> SqlStorage::product_by_code(TenantId tenant,
                                                           std::string_view barcode,
                                                           std::string_view sku) {
  return read([&](Session& session) -> Result<std::optional<Product>> {
    Product product;
    for (const std::string_view code : {barcode, sku}) {
      if (find_product(session, kProductByCode, tenant, code, product) ||
          find_product(session, kProductBySupplierCode, tenant, code, product)) {
        return std::optional(std::move(product));
      }
    }
    return std::optional<Product>();
  });
}

Result<std::vector<Store>> SqlStorage::stores(TenantId tenant) {
  return read([&](Session& session) -> Result<std::vector<Store>> {
    Store store;
    int64_t paused = 0;
    std::vector<Store> stores;
    session.each(
        kStores,
        std::tie(store.store_id, store.code, store.name, store.phone, store.address,
                 store.display_order, paused),
        [&] {
          store.paused = paused != 0;
          stores.push_back(store);
        },
        tenant);
    return stores;
  });
}

Result<std::vector<StockRow>> SqlStorage::stock_of(TenantId tenant, std::string_view product_id) {
  return read([&](Session& session) -> Result<std::vector<StockRow>> {
    StockRow row;
    int64_t paused = 0;
    Seconds changed_at = 0;
    std::vector<StockRow> rows;
    session.each(
        kStockOf,
        std::tie(row.store.store_id, row.store.code, row.store.name, row.store.phone,
                 row.store.address, row.store.display_order, paused, row.on_hand, row.layaway,
                 changed_at),
        [&] {
          row.store.paused = paused != 0;
          row.known = changed_at >= 0;
          row.changed_at = row.known ? changed_at : 0;
          rows.push_back(row);
        },
        product_id, tenant);
    return rows;
  });
}

Result<std::optional<Seconds>> SqlStorage::cursor(TenantId tenant, std::string_view name) {
  return read([&](Session& session) -> Result<std::optional<Seconds>> {
    Seconds value = 0;
    if (!session.one(kCursor, std::tie(value), tenant, name)) return std::optional<Seconds>();
    return std::optional(value);
  });
}

}  // namespace tsunagi::storage
