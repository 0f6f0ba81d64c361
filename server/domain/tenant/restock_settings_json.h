#pragma once
// The settings of telling customers that a shop has a product again, as JSON: {"on":true,
// "mail":{"ja":{"subject":"…","text":"…"},"en":{…}}}, templates of which "" is ours.

#include <nlohmann/json.hpp>
#include <optional>

#include "server/domain/values.h"

namespace tsunagi {

nlohmann::json restock_json(const RestockSettings& settings);
// What is wrong, if anything is.
std::optional<Error> read_restock(const nlohmann::json& json, RestockSettings& settings);

}  // namespace tsunagi
