#include "server/http/pickup_shops.h"

#include <string>

#include "server/base/url.h"
#include "server/domain/fulfilment/opening_hours.h"
#include "server/domain/fulfilment/shop_settings.h"
#include "server/domain/tenant/pickup_settings_json.h"

namespace tsunagi::http {

nlohmann::ordered_json today_json(const Settings& settings, std::string_view store_id,
                                  Seconds now) {
  const OpeningHours& hours = hours_of(settings, store_id);
  if (!opens_on_day_of(hours, now)) return nullptr;
  return {{"opens", time_text(hours.opens)}, {"closes", time_text(hours.closes)}};
}

PickupShops pickup_shops(const Settings& settings, const std::vector<Store>& stores) {
  constexpr std::string_view kMap = "https://www.google.com/maps/search/?api=1&query=";
  PickupShops shops;
  for (const Store& store : stores) {
    PickupShop& shop = shops[store.store_id];
    shop = {.name = store.name, .phone = store.phone, .map_url = {}};
    if (!store.address.empty()) shop.map_url = std::string(kMap) + percent_encode(store.address);
  }
  for (const StoreSetting& setting : settings.stores) {
    const auto found = shops.find(setting.store_id);
    if (found != shops.end() && !setting.name.empty()) found->second.name = setting.name;
  }
  return shops;
}

}  // namespace tsunagi::http
