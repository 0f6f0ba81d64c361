#pragma once
// The settings of sending online orders from the shops as JSON: {"on":true,"location":"123",
// "unpaid":false,"accept_minutes":60,"ship_minutes":480,"order":["parcels","priority","distance"],
// "split_most":1,"asked_most":5,"shops":[{"store_id":"1","ships":true,"priority":0}]}. location:
// the id of the place whose orders are routed, "" for none.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "server/domain/values.h"

namespace tsunagi {

nlohmann::json shipping_json(const ShippingSettings& settings);
// What is wrong, if anything is.
std::optional<Error> read_shipping(const nlohmann::json& json, ShippingSettings& settings);

// The number of a place in the online shop, as text: a browser's numbers end before they do.
std::optional<int64_t> place_id(const std::string& text);

}  // namespace tsunagi
