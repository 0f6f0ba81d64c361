// Reading what Smaregi sells and has on its shelves.

#include "server/storage/sql_storage.h"
#include "server/storage/text.h"

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
constexpr Sql kProducts{
    "SELECT product_id, code, supplier_code, name, stock_controlled FROM product "
    "WHERE tenant = :a "
    "AND product_id {any_open}{in_json_array_open}:b{in_json_array_close}{any_close}"};
constexpr Sql kStores{
    "SELECT store_id, code, name, phone, address, display_order, paused FROM store "
    "WHERE tenant = :a ORDER BY display_order, store_id"};
// The stores are a JSON array, so that one prepared statement serves any number of them.
constexpr Sql kStockOf{
    "SELECT store_id, on_hand, layaway, changed_at, doubted, "
    "(SELECT COALESCE(CAST(SUM(held) AS BIGINT), 0) FROM pickup_line "
    "WHERE pickup_line.tenant = stock_level.tenant AND pickup_line.product_id = "
    "stock_level.product_id AND pickup_line.store_id = stock_level.store_id AND held > 0) + "
    "(SELECT COALESCE(CAST(SUM(held) AS BIGINT), 0) FROM shipment_line "
    "WHERE shipment_line.tenant = stock_level.tenant AND shipment_line.product_id = "
    "stock_level.product_id AND shipment_line.store_id = stock_level.store_id AND held > 0) "
    "FROM stock_level WHERE tenant = :a AND product_id = :b AND store_id IN "
    "({in_json_array_open}:c{in_json_array_close})"};
constexpr Sql kStockedAfter{
    "SELECT product_id FROM product WHERE tenant = :a AND product_id > :b AND stock_controlled = 1 "
    "ORDER BY product_id LIMIT :c"};
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

Result<std::vector<Product>> SqlStorage::products(TenantId tenant,
                                                  const std::vector<std::string>& product_ids) {
  const std::string ids = json_array(product_ids);
  return read([&](Session& session) -> Result<std::vector<Product>> {
    Product product;
    int64_t stock_controlled = 0;
    std::vector<Product> products;
    session.each(
        kProducts,
        std::tie(product.product_id, product.code, product.supplier_code, product.name,
                 stock_controlled),
        [&] {
          product.stock_controlled = stock_controlled != 0;
          products.push_back(product);
        },
        tenant, ids);
    return products;
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

Result<std::vector<StockLevel>> SqlStorage::stock_of(TenantId tenant, std::string_view product_id,
                                                     const std::vector<std::string>& store_ids) {
  const std::string stores = json_array(store_ids);
  return read([&](Session& session) -> Result<std::vector<StockLevel>> {
    StockLevel level;
    level.product_id = product_id;
    int64_t doubted = 0;
    std::vector<StockLevel> levels;
    session.each(
        kStockOf,
        std::tie(level.store_id, level.on_hand, level.layaway, level.changed_at, doubted,
                 level.held),
        [&] {
          level.doubted = doubted != 0;
          levels.push_back(level);
        },
        tenant, product_id, stores);
    return levels;
  });
}

Result<std::vector<std::string>> SqlStorage::stocked_after(TenantId tenant,
                                                           std::string_view product_id, int limit) {
  if (limit <= 0) return Error{ErrorCode::kInvalid, "a page must have at least one product"};
  return read([&](Session& session) -> Result<std::vector<std::string>> {
    std::string id;
    std::vector<std::string> ids;
    session.each(
        kStockedAfter, std::tie(id), [&] { ids.push_back(id); }, tenant, product_id, limit);
    return ids;
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
