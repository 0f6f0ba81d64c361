#pragma once
// What the merchant set for a shop's pick-ups: its own or the programme's.

#include <string_view>

#include "server/domain/values.h"

namespace tsunagi {

// nullptr when the merchant set nothing for the shop.
[[nodiscard]] const StoreSetting* setting_of(const Settings& settings, std::string_view store_id);
[[nodiscard]] const OpeningHours& hours_of(const Settings& settings, std::string_view store_id);
[[nodiscard]] bool puts_aside(const Settings& settings, const Store& store);
[[nodiscard]] int64_t safety_of(const Settings& settings, std::string_view store_id);

}  // namespace tsunagi
