#pragma once
// How much of a shop's stock is spoken for. The one place to change when it is confirmed what
// Smaregi's stockAmount means.

#include <algorithm>

#include "server/domain/values.h"

namespace tsunagi {

// Smaregi gives stockAmount and layawayStockAmount, and does not say whether the first already
// leaves out the second (its reference is silent; integrations in the wild do both). Subtracting it
// is the safe choice: at worst a shop shows a piece fewer than it could sell, never one that is set
// aside for somebody.
inline int64_t held_of(const StockLevel& level) {
  return std::max<int64_t>(0, level.layaway) + level.held;
}

}  // namespace tsunagi
