#pragma once
// The areas a shopper chooses between, where there are many shops.

#include <vector>

#include "server/domain/values.h"

namespace tsunagi {

// As many rows as a phone shows below the title: more of them are looked through by prefecture.
inline constexpr size_t kShopsAtAGlance = 8;

// All of them, then the prefectures that occur in the order of their numbers, then the shops whose
// prefecture is not known. Nothing where there is nothing to choose: at most kShopsAtAGlance shops,
// or all of them in one area.
[[nodiscard]] std::vector<Area> areas_of(const std::vector<ShopStock>& shops);

}  // namespace tsunagi
