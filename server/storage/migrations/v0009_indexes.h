#pragma once
// Indexes that hold what is asked of them, and no more of them than that: each is written with
// every row.

#include <string_view>

namespace tsunagi::storage {

inline constexpr std::string_view kV0009Indexes[] = {
    "DROP INDEX pickup_customer_open",
    "DROP INDEX pickup_customer",
    "CREATE INDEX pickup_of_customer ON pickup (tenant, customer_id, is_open, placed_at)",
    "DROP INDEX till_taking_shelf",
    ("CREATE INDEX till_taking_shelf ON till_taking (tenant, product_id, store_id, done_at, back, "
     "begun_at, quantity)"),
};

}  // namespace tsunagi::storage
