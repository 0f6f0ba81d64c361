#pragma once
// Customers who are told when a shop has a product again.

#include <string_view>

namespace tsunagi::storage {

inline constexpr std::string_view kV0007Restocks[] = {
    // is_open: 1 until it is done. telling_at: since when there is a mail; settled_at: when its
    // outcome was known; or 0.
    R"(CREATE TABLE restock_request (
         tenant BIGINT NOT NULL,
         request_id {text} NOT NULL,
         customer_id BIGINT NOT NULL,
         product_id {text} NOT NULL,
         store_id {text} NOT NULL,
         product_code {text} NOT NULL,
         product_name {text} NOT NULL,
         language {text} NOT NULL,
         page {text} NOT NULL,
         state {text} NOT NULL CHECK (state IN ('open', 'telling', 'done')),
         is_open INTEGER NOT NULL,
         asked_at BIGINT NOT NULL,
         telling_at BIGINT NOT NULL,
         settled_at BIGINT NOT NULL,
         outcome {text} NOT NULL,
         PRIMARY KEY (tenant, request_id)
       ) {clustered})",
    // Of one customer, product and shop one at a time.
    R"(CREATE UNIQUE INDEX restock_request_one ON restock_request
       (tenant, customer_id, product_id, store_id) WHERE is_open = 1)",
    R"(CREATE INDEX restock_request_shelf ON restock_request
       (tenant, state, store_id, product_id, asked_at))",
    R"(CREATE INDEX restock_request_customer ON restock_request
       (tenant, customer_id, is_open, product_id, store_id))",
    "CREATE INDEX restock_request_history ON restock_request (tenant, customer_id, asked_at)",
    "CREATE INDEX restock_request_newest ON restock_request (tenant, asked_at)",
    "CREATE INDEX restock_request_asked ON restock_request (asked_at) WHERE is_open = 1",
    "CREATE INDEX restock_request_settled ON restock_request (settled_at) WHERE is_open = 0",
};

}  // namespace tsunagi::storage
