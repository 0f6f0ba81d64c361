#include "server/domain/fulfilment/shop_settings.h"

#include <algorithm>

namespace tsunagi {

const StoreSetting* setting_of(const Settings& settings, std::string_view store_id) {
  const auto found = std::ranges::find(settings.stores, store_id, &StoreSetting::store_id);
  return found == settings.stores.end() ? nullptr : &*found;
}

const OpeningHours& hours_of(const Settings& settings, std::string_view store_id) {
  const StoreSetting* setting = setting_of(settings, store_id);
  return setting != nullptr && setting->hours ? *setting->hours : settings.pickup.hours;
}

const OpeningHours* told_hours_of(const Settings& settings, const StoreSetting* setting) {
  if (setting != nullptr && setting->hours) return &*setting->hours;
  // A shop that puts nothing aside is asked for none, and the programme's say nothing of it.
  if (setting != nullptr && setting->no_pickup) return nullptr;
  const PickupSettings& pickup = settings.pickup;
  return pickup.on || pickup.hours != OpeningHours{} ? &pickup.hours : nullptr;
}

namespace {

// While it is tried out, only some shops take part.
bool in_pilot(const Settings& settings, const std::string& store_id) {
  const Pilot& pilot = settings.pilot;
  return !pilot.on || pilot.stores.empty() ||
         std::ranges::find(pilot.stores, store_id) != pilot.stores.end();
}

const ShippingShop* shipping_of(const Settings& settings, std::string_view store_id) {
  const auto& shops = settings.shipping.shops;
  const auto found = std::ranges::find(shops, store_id, &ShippingShop::store_id);
  return found == shops.end() ? nullptr : &*found;
}

}  // namespace

bool is_shown(const Settings& settings, const Store& store) {
  const StoreSetting* setting = setting_of(settings, store.store_id);
  const bool hidden = store.paused || (setting != nullptr && setting->hidden);
  return !hidden && in_pilot(settings, store.store_id);
}

bool puts_aside(const Settings& settings, const Store& store) {
  const StoreSetting* setting = setting_of(settings, store.store_id);
  const bool never = setting != nullptr && setting->no_pickup;
  return settings.pickup.on && !never && is_shown(settings, store);
}

bool hands_over(const Settings& settings, const std::string& store_id) {
  return settings.pickup.on && !store_id.empty() && in_pilot(settings, store_id);
}

int64_t location_id_of(const Settings& settings, std::string_view store_id) {
  const auto found = std::ranges::find(settings.locations, store_id, &StoreLocation::store_id);
  return found == settings.locations.end() ? 0 : found->location_id;
}

std::string store_at(const Settings& settings, int64_t location_id) {
  const auto found =
      std::ranges::find(settings.locations, location_id, &StoreLocation::location_id);
  return found == settings.locations.end() ? std::string() : found->store_id;
}

bool follows_orders(const Settings& settings) {
  return settings.shipping.on || !settings.locations.empty();
}

bool ships(const Settings& settings, const Store& store) {
  if (!settings.shipping.on || store.paused) return false;
  const ShippingShop* shop = shipping_of(settings, store.store_id);
  return (shop == nullptr || shop->ships) && location_id_of(settings, store.store_id) != 0 &&
         in_pilot(settings, store.store_id);
}

int64_t priority_of(const Settings& settings, std::string_view store_id) {
  const ShippingShop* shop = shipping_of(settings, store_id);
  return shop == nullptr ? 0 : shop->priority;
}

int64_t safety_of(const Settings& settings, std::string_view store_id,
                  std::string_view product_id) {
  const auto own = product_safety_of(settings, product_id);
  return own ? *own : shop_safety_of(settings, store_id);
}

std::optional<int64_t> product_safety_of(const Settings& settings, std::string_view product_id) {
  const auto own = settings.product_safety.find(product_id);
  return own == settings.product_safety.end() ? std::nullopt : std::optional(own->second);
}

int64_t shop_safety_of(const Settings& settings, std::string_view store_id) {
  const StoreSetting* setting = setting_of(settings, store_id);
  return setting != nullptr && setting->safety_stock > 0 ? setting->safety_stock
                                                         : settings.safety_stock;
}

Safety safety_in(const Settings& settings, std::string_view store_id) {
  return {.shop = shop_safety_of(settings, store_id), .products = settings.product_safety};
}

}  // namespace tsunagi
