#pragma once
// Pick-ups that were bought in the online shop.

#include <string_view>

namespace tsunagi::storage {

inline constexpr std::string_view kV0006Purchases[] = {
    // put_off: 0 not yet, 1 on hold there, 2 refused. told_id: of the platform's note that it was
    // handed over, or 0.
    R"(CREATE TABLE pickup_order (
         tenant BIGINT NOT NULL,
         pickup_id {text} NOT NULL,
         order_id BIGINT NOT NULL,
         order_name {text} NOT NULL,
         paid INTEGER NOT NULL,
         short_of INTEGER NOT NULL,
         on_hold INTEGER NOT NULL,
         prepared INTEGER NOT NULL,
         undecided INTEGER NOT NULL,
         put_off INTEGER NOT NULL,
         told_id BIGINT NOT NULL,
         PRIMARY KEY (tenant, pickup_id)
       ) {clustered})",
    "CREATE INDEX pickup_order_id ON pickup_order (tenant, order_id)",
    "CREATE INDEX pickup_order_name ON pickup_order (tenant, order_name)",
    "CREATE INDEX pickup_order_told ON pickup_order (tenant, told_id) WHERE told_id > 0",
    "CREATE INDEX pickup_order_undecided ON pickup_order (tenant, undecided) WHERE undecided = 1",

    // Which of the order's lines a line of the pick-up is.
    R"(CREATE TABLE pickup_order_line (
         tenant BIGINT NOT NULL,
         pickup_id {text} NOT NULL,
         order_line BIGINT NOT NULL,
         product_id {text} NOT NULL,
         quantity BIGINT NOT NULL,
         PRIMARY KEY (tenant, pickup_id, order_line)
       ) {clustered})",

    // Orders that wait to be fetched are among what is open: that is read once more.
    ("INSERT INTO sync_cursor (tenant, name, value) "
     "SELECT tenant, 'orders.open_wanted', 1 FROM sync_cursor WHERE name = 'orders'"),
};

}  // namespace tsunagi::storage
