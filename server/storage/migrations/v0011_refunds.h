#pragma once
// Money that goes back by itself when nobody chose in time.

#include <string_view>

namespace tsunagi::storage {

inline constexpr std::string_view kV0011Refunds[] = {
    // From when; 0: never. What waited before was not promised it.
    "ALTER TABLE pickup_order ADD COLUMN refund_at BIGINT NOT NULL DEFAULT 0",
    ("CREATE INDEX pickup_order_refund ON pickup_order (tenant, refund_at) "
     "WHERE undecided = 1 AND choice_id = '' AND refund_at > 0"),
};

}  // namespace tsunagi::storage
