// The online shop's articles and what they were matched with, and asking for their stock to be
// written when it changes.

#include "server/storage/inventory.h"

#include <optional>

#include "server/domain/tenant/tenant_directory.h"
#include "server/domain/words.h"
#include "server/storage/sql_storage.h"
#include "server/storage/statements.h"
#include "server/storage/text.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kPutItem{
    "INSERT INTO shop_item (tenant, variant_id, item_id, parent_id, name, barcode, sku, tracked, "
    "outcome, product_id) VALUES (:a, :b, :c, :d, :e, :f, :g, :h, 'unmatched', '') "
    "ON CONFLICT (tenant, variant_id) DO UPDATE SET item_id = excluded.item_id, "
    "parent_id = excluded.parent_id, name = excluded.name, barcode = excluded.barcode, "
    "sku = excluded.sku, tracked = excluded.tracked "
    "WHERE shop_item.item_id <> excluded.item_id OR shop_item.parent_id <> excluded.parent_id "
    "OR shop_item.name <> excluded.name OR shop_item.barcode <> excluded.barcode "
    "OR shop_item.sku <> excluded.sku OR shop_item.tracked <> excluded.tracked"};
constexpr Sql kDropOthers{
    "DELETE FROM shop_item WHERE tenant = :a AND variant_id > :b AND variant_id <= :c "
    "AND CAST(variant_id AS TEXT) NOT IN ({in_json_array_open}:d{in_json_array_close})"};
constexpr Sql kDropItem{"DELETE FROM shop_item WHERE tenant = :a AND variant_id = :b"};
constexpr Sql kPutMatch{
    "UPDATE shop_item SET outcome = :a, product_id = :b WHERE tenant = :c AND variant_id = :d"};
constexpr Sql kItemsAfter{
    "SELECT variant_id, item_id, parent_id, name, barcode, sku, tracked, outcome, product_id "
    "FROM shop_item WHERE tenant = :a AND variant_id > :b ORDER BY variant_id LIMIT :c"};
constexpr Sql kItemsThat{
    "SELECT variant_id, item_id, parent_id, name, barcode, sku, tracked, outcome, product_id "
    "FROM shop_item WHERE tenant = :a AND outcome = :b AND variant_id > :c "
    "ORDER BY variant_id LIMIT :d"};
// By the index, which has no more than the key: alone, SQLite would read all of the shop's.
constexpr Sql kMatchedItem{
    "SELECT i.variant_id, i.item_id, i.parent_id, i.name, i.barcode, i.sku, i.tracked, i.outcome, "
    "i.product_id FROM shop_item m CROSS JOIN shop_item i WHERE m.tenant = :a "
    "AND m.product_id = :b AND m.outcome = 'matched' AND i.tenant = m.tenant "
    "AND i.variant_id = m.variant_id"};
constexpr Sql kProductsAfter{
    "SELECT product_id, code, supplier_code, name, stock_controlled FROM product "
    "WHERE tenant = :a AND product_id > :b ORDER BY product_id LIMIT :c"};
constexpr Sql kOnHandWaiting{
    "SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'leased') AND background = 1 "
    "AND tenant = :a AND kind = 'write_on_hand'"};
constexpr Sql kIsMatched{
    "SELECT variant_id FROM shop_item "
    "WHERE tenant = :a AND product_id = :b AND outcome = 'matched'"};

std::optional<ItemMatch> item_match(std::string_view text) {
  for (const ItemMatch match : {ItemMatch::kMatched, ItemMatch::kUnmatched, ItemMatch::kDuplicate,
                                ItemMatch::kUntracked, ItemMatch::kUncounted}) {
    if (word(match) == text) return match;
  }
  return std::nullopt;
}

template <class... In>
Result<std::vector<ShopItem>> read_items(Session& session, const Sql& sql, const In&... in) {
  ShopItem item;
  int64_t tracked = 0;
  std::string outcome;
  bool broken = false;
  std::vector<ShopItem> items;
  session.each(
      sql,
      std::tie(item.variant_id, item.item_id, item.parent_id, item.name, item.barcode, item.sku,
               tracked, outcome, item.product_id),
      [&] {
        const auto match = item_match(outcome);
        broken = broken || !match;
        item.tracked = tracked != 0;
        item.match = match.value_or(ItemMatch::kUnmatched);
        items.push_back(item);
      },
      in...);
  if (broken) return Error{ErrorCode::kInternal, "an article has an unknown outcome"};
  return items;
}

}  // namespace

Result<Done> SqlStorage::put_items(TenantId tenant, const std::vector<ShopItem>& items,
                                   const std::optional<Range>& whole,
                                   const std::vector<Change>& also) {
  const Seconds now = clock_.now();
  return write([&](Session& session) -> Result<Done> {
    if (auto known = hold_tenant(session, tenant); !known) return known;
    int64_t changed = 0;
    for (const ShopItem& item : items) {
      changed += session.run(kPutItem, tenant, item.variant_id, item.item_id, item.parent_id,
                             item.name, item.barcode, item.sku, int64_t{item.tracked});
    }
    if (whole) {
      std::vector<std::string> ids;
      ids.reserve(items.size());
      for (const ShopItem& item : items) ids.push_back(std::to_string(item.variant_id));
      changed += session.run(kDropOthers, tenant, whole->after, whole->upto, json_array(ids));
    }
    if (changed == 0) return Done{};
    return apply_changes(session, tenant, also, now);
  });
}

Result<Done> SqlStorage::drop_item(TenantId tenant, int64_t variant_id) {
  return write([&](Session& session) -> Result<Done> {
    session.run(kDropItem, tenant, variant_id);
    return Done{};
  });
}

Result<Done> SqlStorage::put_matches(TenantId tenant, const std::vector<ShopItem>& items,
                                     const std::vector<Change>& also) {
  const Seconds now = clock_.now();
  return write([&](Session& session) -> Result<Done> {
    for (const ShopItem& item : items) {
      session.run(kPutMatch, word(item.match), item.product_id, tenant, item.variant_id);
    }
    return apply_changes(session, tenant, also, now);
  });
}

Result<std::vector<ShopItem>> SqlStorage::items_after(TenantId tenant, int64_t variant_id,
                                                      int limit) {
  return read([&](Session& session) {
    return read_items(session, kItemsAfter, tenant, variant_id, limit);
  });
}

Result<std::vector<ShopItem>> SqlStorage::items_that(TenantId tenant, ItemMatch match,
                                                     int64_t after_variant_id, int limit) {
  return read([&](Session& session) {
    return read_items(session, kItemsThat, tenant, word(match), after_variant_id, limit);
  });
}

Result<std::optional<ShopItem>> SqlStorage::matched_item(TenantId tenant,
                                                         std::string_view product_id) {
  return read([&](Session& session) -> Result<std::optional<ShopItem>> {
    auto items = read_items(session, kMatchedItem, tenant, product_id);
    if (!items) return items.error();
    if (items->empty()) return std::optional<ShopItem>();
    return std::optional(std::move(items->front()));
  });
}

Result<std::vector<Product>> SqlStorage::products_after(TenantId tenant,
                                                        std::string_view product_id, int limit) {
  return read([&](Session& session) -> Result<std::vector<Product>> {
    Product product;
    int64_t stock_controlled = 0;
    std::vector<Product> products;
    session.each(
        kProductsAfter,
        std::tie(product.product_id, product.code, product.supplier_code, product.name,
                 stock_controlled),
        [&] {
          product.stock_controlled = stock_controlled != 0;
          products.push_back(product);
        },
        tenant, product_id, limit);
    return products;
  });
}

Result<int64_t> SqlStorage::on_hand_waiting(TenantId tenant) {
  return read([&](Session& session) -> Result<int64_t> {
    int64_t count = 0;
    session.one(kOnHandWaiting, std::tie(count), tenant);
    return count;
  });
}

// A shop that has a place is one of the settings as this transaction finds them.
Result<bool> MappedStores::has(Session& session, TenantId tenant, std::string_view store_id) {
  if (!settings_) {
    std::string text;
    session.one(kSettingsOf, std::tie(text), tenant);
    auto parsed = text.empty() ? Result<Settings>(Settings{}) : parse_settings(text);
    if (!parsed) return Error{ErrorCode::kInternal, parsed.error().message};
    settings_ = std::move(*parsed);
  }
  return location_of(*settings_, store_id) != nullptr;
}

bool is_matched(Session& session, TenantId tenant, std::string_view product_id) {
  int64_t variant = 0;
  return session.one(kIsMatched, std::tie(variant), tenant, product_id);
}

}  // namespace tsunagi::storage
