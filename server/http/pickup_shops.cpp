#include "server/http/pickup_shops.h"

#include <string>

#include "server/base/url.h"

namespace tsunagi::http {

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
