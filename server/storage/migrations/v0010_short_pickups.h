#pragma once
// Pick-ups whose shop has less than it promised.

#include <string_view>

namespace tsunagi::storage {

inline constexpr std::string_view kV0010ShortPickups[] = {
    // Since when; 0: it has enough.
    "ALTER TABLE pickup ADD COLUMN short_at BIGINT NOT NULL DEFAULT 0",
};

}  // namespace tsunagi::storage
