#pragma once
// Pick-ups as JSON, for the shopper's page and the staff's. Times are unix seconds; what is absent
// is left out.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/fulfilment/pickup.h"

namespace tsunagi::http {

// Of the shops a pick-up names: as the merchant shows them.
struct PickupShop {
  std::string name, phone, map_url;
};
using PickupShops = std::map<std::string, PickupShop, std::less<>>;

nlohmann::ordered_json shopper_json(const Pickup& pickup, const PickupShops& shops);
// customer: as the staff may see it. viewer: what they may do is listed.
nlohmann::ordered_json staff_json(const Pickup& pickup, const PickupShops& shops,
                                  std::string_view customer, Role viewer, Seconds now);

}  // namespace tsunagi::http
