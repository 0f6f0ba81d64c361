#include "server/http/inventory_routes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "server/domain/fulfilment/shipping_service.h"
#include "server/domain/inventory/inventory_service.h"
#include "server/domain/inventory/on_hand_writer.h"

namespace tsunagi::http {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr int kItemsListed = 50;  // of each kind
constexpr ItemMatch kListed[] = {ItemMatch::kUnmatched, ItemMatch::kDuplicate,
                                 ItemMatch::kUntracked};

// null: the online shop could not be asked.
OrderedJson locations_of(const Context& context, const Tenant& tenant) {
  const auto locations = context.ports.online_stock.locations(tenant);
  if (!locations.ok()) {
    context.ports.log.warning("inventory.no_locations",
                              {{"tenant", tenant.id}, {"reason", locations.error().message}});
    return {};
  }
  OrderedJson list = OrderedJson::array();
  for (const ShopLocation& one : *locations) {
    list.push_back({{"id", std::to_string(one.id)}, {"name", one.name}});
  }
  return list;
}

OrderedJson stores_with_places(const std::vector<Store>& stores, const Settings& settings) {
  OrderedJson list = OrderedJson::array();
  for (const Store& store : stores) {
    const StoreLocation* place = location_of(settings, store.store_id);
    list.push_back({{"store_id", store.store_id},
                    {"name", store.name},
                    {"location", place == nullptr ? "" : std::to_string(place->location_id)}});
  }
  return list;
}

OrderedJson item_json(const ShopItem& item, const std::string& products_url) {
  return {{"name", item.name},
          {"barcode", item.barcode},
          {"sku", item.sku},
          {"url", products_url + std::to_string(item.parent_id) + "/variants/" +
                      std::to_string(item.variant_id)}};
}

Result<OrderedJson> listed_items(const Context& context, const Tenant& tenant) {
  const std::string products_url =
      for_shop(context.options.shopify_admin_url, tenant.shop_domain) + "/admin/products/";
  OrderedJson lists = OrderedJson::object();
  for (const ItemMatch match : kListed) {
    const auto items = context.ports.inventory.items_that(tenant.id, match, 0, kItemsListed);
    if (!items.ok()) return items.error();
    OrderedJson list = OrderedJson::array();
    for (const ShopItem& item : *items) list.push_back(item_json(item, products_url));
    lists[std::string(word(match))] = std::move(list);
  }
  return lists;
}

Seconds cursor_in(const Figures& figures, std::string_view name, Seconds otherwise = 0) {
  const auto found =
      std::ranges::find(figures.cursors, name, [](const auto& one) { return one.first; });
  return found == figures.cursors.end() ? otherwise : found->second;
}

// Whether a round was asked for or is under way.
bool is_reading(const Figures& figures) {
  const Seconds wanted = cursor_in(figures, kRoundWantedCursor);
  return (wanted != 0 && wanted >= cursor_in(figures, kRoundBegunCursor)) ||
         cursor_in(figures, kItemsPlaceCursor, kRoundOver) != kRoundOver;
}

Reply told(const Context& context, const Tenant& tenant) {
  const auto stores = context.ports.storage.stores(tenant.id);
  if (!stores.ok()) return failed(stores.error());
  const auto figures = context.ports.storage.figures(tenant.id);
  if (!figures.ok()) return failed(figures.error());
  auto lists = listed_items(context, tenant);
  if (!lists.ok()) return failed(lists.error());
  const ItemCounts& counts = figures->items;
  return merchant_json({{"now", context.ports.clock.now()},
                        {"joined", !tenant.contract_id.empty()},
                        {"locations", locations_of(context, tenant)},
                        {"stores", stores_with_places(*stores, tenant.settings)},
                        {"reading", !tenant.settings.locations.empty() && is_reading(*figures)},
                        {"read_at", cursor_in(*figures, kRoundBegunCursor)},
                        {"counts",
                         {{"matched", counts.matched},
                          {"unmatched", counts.unmatched},
                          {"duplicate", counts.duplicate},
                          {"untracked", counts.untracked}}},
                        {"items", std::move(lists).value()}});
}

Reply inventory_now(const Context& context, const Tenant& tenant, const Request& /*request*/) {
  return told(context, tenant);
}

// What is wrong with them: a shop that is not there, or a place that the online shop does not have.
std::optional<Reply> refuse_locations(const Context& context, const Tenant& tenant,
                                      const std::vector<StoreLocation>& wanted) {
  const auto stores = context.ports.storage.stores(tenant.id);
  if (!stores.ok()) return failed(stores.error());
  const auto places = context.ports.online_stock.locations(tenant);
  if (!places.ok()) return failed(places.error());
  for (const StoreLocation& one : wanted) {
    if (std::ranges::find(*stores, one.store_id, &Store::store_id) == stores->end()) {
      return refuse(400, "invalid", "locations: there is no such shop");
    }
    if (std::ranges::find(*places, one.location_id, &ShopLocation::id) == places->end()) {
      return refuse(400, "invalid", "locations: Shopify has no such location");
    }
  }
  return std::nullopt;
}

Result<Tenant> with_locations(const Context& context, TenantId tenant,
                              std::vector<StoreLocation> wanted) {
  const auto stored = context.ports.storage.tenant(tenant);  // another server may have saved
  if (!stored.ok()) return stored.error();
  if (!stored->has_value()) return Error{ErrorCode::kNotFound, "The shop is gone."};
  Tenant changed = **stored;
  const Seconds now = context.ports.clock.now();
  const std::vector<StoreLocation>& before = changed.settings.locations;
  std::vector<Change> also = {
      change::SetCursor{std::string(kRoundWantedCursor), now},
      change::SetCursor{std::string(kOpenOrdersWantedCursor), now},
      change::Audit{"merchant", "locations", std::to_string(wanted.size()) + " shops",
                    "the places of shops in the online shop were chosen"}};
  // From now on what leaves there is taken from the tills.
  for (const StoreLocation& one : wanted) {
    if (std::ranges::find(before, one) != before.end()) continue;
    also.emplace_back(change::SetCursor{taken_from_cursor(one), now});
  }
  changed.settings.locations = std::move(wanted);
  auto saved = context.ports.storage.save_settings(tenant, changed.settings, also);
  if (!saved.ok()) return saved.error();
  context.ports.tenants.forget();
  return changed;
}

Reply choose(const Context& context, const Tenant& tenant, const Request& request) {
  if (!carries_json(request)) {
    return refuse(415, "content_type", "The body must be sent as application/json.");
  }
  const OrderedJson body = OrderedJson::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("locations")) {
    return refuse(400, "invalid", "locations must be a list.");
  }
  const auto read = parse_settings(OrderedJson{{"locations", body["locations"]}}.dump());
  if (!read.ok()) return refuse(400, "invalid", read.error().message);
  if (auto refused = refuse_locations(context, tenant, read->locations)) return *refused;
  const auto changed = with_locations(context, tenant.id, read->locations);
  if (!changed.ok()) return failed(changed.error());
  context.ports.log.info(
      "inventory.locations",
      {{"tenant", tenant.id}, {"shops", static_cast<int64_t>(read->locations.size())}});
  context.ports.wake_workers();
  return told(context, *changed);
}

Reply match_again(const Context& context, const Tenant& tenant, const Request& /*request*/) {
  auto asked = context.ports.storage.apply(
      tenant.id, {change::SetCursor{std::string(kRoundWantedCursor), context.ports.clock.now()}});
  if (!asked.ok()) return failed(asked.error());
  context.ports.wake_workers();
  return told(context, tenant);
}

constexpr MerchantRoute kInventoryRoutes[] = {
    {"inventory", "GET", "GET, HEAD, PUT", inventory_now},
    {"inventory", "PUT", "GET, HEAD, PUT", choose},
    {"inventory/again", "POST", "POST", match_again},
};

}  // namespace

MerchantRoutes inventory_routes() { return kInventoryRoutes; }

}  // namespace tsunagi::http
