#pragma once
// The shops of a merchant as pick-ups name them. Inside server/http only.

#include <vector>

#include "server/domain/values.h"
#include "server/http/pickup_json.h"

namespace tsunagi::http {

PickupShops pickup_shops(const Settings& settings, const std::vector<Store>& stores);

}  // namespace tsunagi::http
