#pragma once
// Where a shop is: as the merchant typed it, or about.

#include <optional>
#include <string>
#include <string_view>

#include "server/domain/values.h"

namespace tsunagi {

inline constexpr size_t kPositionPlaces = 6;  // decimals that are kept: a tenth of a metre

// "35.6595, 139.7005", or an address of Google Maps that holds "@35.6595,139.7005" or
// "!3d35.6595!4d139.7005"; none: neither, or not on the Earth.
[[nodiscard]] std::optional<Position> parse_position(std::string_view text);
// "35.659500,139.700500"
[[nodiscard]] std::string position_text(const Position& position);

struct ShopPlace {
  Position position;
  bool approximate = false;  // its prefecture's office
};
// none: neither is known.
[[nodiscard]] std::optional<ShopPlace> place_of(const StoreSetting* setting, const Store& store);

}  // namespace tsunagi
