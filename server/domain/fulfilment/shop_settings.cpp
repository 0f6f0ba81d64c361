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

bool puts_aside(const Settings& settings, const Store& store) {
  if (!settings.pickup.on || store.paused) return false;
  const StoreSetting* setting = setting_of(settings, store.store_id);
  if (setting != nullptr && (setting->hidden || setting->no_pickup)) return false;
  const Pilot& pilot = settings.pilot;
  return !pilot.on || pilot.stores.empty() ||
         std::ranges::find(pilot.stores, store.store_id) != pilot.stores.end();
}

int64_t safety_of(const Settings& settings, std::string_view store_id) {
  const StoreSetting* setting = setting_of(settings, store_id);
  return setting != nullptr && setting->safety_stock > 0 ? setting->safety_stock
                                                         : settings.safety_stock;
}

}  // namespace tsunagi
