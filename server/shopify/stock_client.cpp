#include "server/shopify/stock_client.h"

#include <nlohmann/json.hpp>

#include "server/base/iso_time.h"
#include "server/shopify/stock_reply.h"
#include "server/shopify/wire.h"

namespace tsunagi {
namespace {

using Variables = nlohmann::json;

// In the merchant's inventory history: who set the figure, and by which of our writes.
std::string document_of(std::string_view key) { return "gid://tsunagi/OnHand/" + std::string(key); }

}  // namespace

ShopifyStock::ShopifyStock(const ShopifyClient& shop, ShopifyClient::Caller caller)
    : wire_(shop.wire()), caller_(caller) {}

Result<std::vector<ShopLocation>> ShopifyStock::locations(const Tenant& tenant) {
  const auto body = wire_->call(tenant, shopify::kLocations, Variables::object(), caller_);
  if (!body) return body.error();
  return shopify::parse_locations(*body);
}

Result<OnlineStock::ItemPage> ShopifyStock::items(const Tenant& tenant, const ItemsAsked& asked) {
  std::string query = "id:>" + std::to_string(asked.after_id);
  // Quoted: of a time that is not, Shopify takes the day only.
  if (asked.changed_since) {
    query += " AND updated_at:>='" + format_iso_time(*asked.changed_since) + "'";
  }
  const auto body = wire_->call(tenant, shopify::kItems, {{"query", query}, {"first", kItemsAPage}},
                                ShopifyClient::Caller::kBackground);
  if (!body) return body.error();
  auto page = shopify::parse_items(*body);
  if (page && !page->items.empty() && page->items.front().variant_id <= asked.after_id) {
    return Error{ErrorCode::kUnavailable, "shopify.items: not the page asked for"};
  }
  return page;
}

Result<std::vector<OnlineStock::Seen>> ShopifyStock::on_hand(const Tenant& tenant,
                                                             int64_t location_id,
                                                             const std::vector<int64_t>& item_ids) {
  if (item_ids.size() > kOnHandAtOnce) {
    return Error{ErrorCode::kInvalid, "Shopify: more than 50 figures in one question"};
  }
  Variables ids = Variables::array();
  for (const int64_t id : item_ids) ids.push_back(shopify::make_gid("InventoryItem", id));
  const auto body = wire_->call(
      tenant, shopify::kOnHand,
      {{"ids", std::move(ids)}, {"location", shopify::make_gid("Location", location_id)}}, caller_);
  if (!body) return body.error();
  return shopify::parse_on_hand(*body, item_ids);
}

Result<std::vector<OnlineStock::Refusal>> ShopifyStock::set_on_hand(
    const Tenant& tenant, const std::vector<Write>& writes, std::string_view key) {
  if (writes.empty()) return std::vector<Refusal>();
  if (writes.size() > kOnHandAtOnce) {
    return Error{ErrorCode::kInvalid, "Shopify: more than 50 figures in one write"};
  }
  Variables quantities = Variables::array();
  for (const Write& write : writes) {
    quantities.push_back({{"inventoryItemId", shopify::make_gid("InventoryItem", write.item_id)},
                          {"locationId", shopify::make_gid("Location", write.location_id)},
                          {"quantity", write.on_hand},
                          {"changeFromQuantity", write.from}});
  }
  const Variables input = {{"name", "on_hand"},
                           {"reason", "correction"},
                           {"referenceDocumentUri", document_of(key)},
                           {"quantities", std::move(quantities)}};
  const auto errors =
      wire_->mutate(tenant, shopify::kInventorySetQuantities, "inventorySetQuantities",
                    {{"input", input}, {"key", key}}, caller_);
  if (!errors) return errors.error();
  return shopify::set_refusals(*errors, writes.size());
}

Result<std::optional<OnlineStock::Refusal>> ShopifyStock::begin_on_hand(const Tenant& tenant,
                                                                        const Write& write,
                                                                        std::string_view key) {
  const Variables variables = {{"item", shopify::make_gid("InventoryItem", write.item_id)},
                               {"location", shopify::make_gid("Location", write.location_id)},
                               {"onHand", write.on_hand},
                               {"key", key}};
  const auto errors =
      wire_->mutate(tenant, shopify::kInventoryActivate, "inventoryActivate", variables, caller_);
  if (!errors) return errors.error();
  if (errors->empty()) return std::optional<Refusal>();
  return std::optional(shopify::activate_refusal(*errors));
}

}  // namespace tsunagi
