#pragma once
// The shops of a merchant as pick-ups name them. Inside server/http only.

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "server/domain/values.h"
#include "server/http/pickup_json.h"

namespace tsunagi::http {

// When the shop is open on the day of `now`: {"opens":"10:00","closes":"20:00"}; null: not at all.
nlohmann::ordered_json today_json(const Settings& settings, std::string_view store_id, Seconds now);

PickupShops pickup_shops(const Settings& settings, const std::vector<Store>& stores);

}  // namespace tsunagi::http
