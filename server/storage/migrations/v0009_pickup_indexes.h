#pragma once
// Each index of pick-ups is written with every reservation.

#include <string_view>

namespace tsunagi::storage {

inline constexpr std::string_view kV0009PickupIndexes[] = {
    "DROP INDEX pickup_customer_open",
    "DROP INDEX pickup_customer",
    "CREATE INDEX pickup_of_customer ON pickup (tenant, customer_id, is_open, placed_at)",
};

}  // namespace tsunagi::storage
