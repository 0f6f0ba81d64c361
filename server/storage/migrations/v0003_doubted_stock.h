#pragma once
// Stock that staff did not find, though Smaregi counts it.

#include <string_view>

namespace tsunagi::storage {

inline constexpr std::string_view kV0003DoubtedStock[] = {
    // 1: not offered until Smaregi has a newer figure.
    "ALTER TABLE stock_level ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0",
};

}  // namespace tsunagi::storage
