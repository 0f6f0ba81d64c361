#pragma once
// The articles of the online shop, and which products of the tills they are.

#include <string_view>

namespace tsunagi::storage {

inline constexpr std::string_view kV0004Inventory[] = {
    // product_id "": none, or not known which.
    R"(CREATE TABLE shop_item (
         tenant BIGINT NOT NULL,
         variant_id BIGINT NOT NULL,
         item_id BIGINT NOT NULL,
         parent_id BIGINT NOT NULL,
         name {text} NOT NULL,
         barcode {text} NOT NULL,
         sku {text} NOT NULL,
         tracked INTEGER NOT NULL,
         outcome {text} NOT NULL CHECK (outcome IN
           ('matched', 'unmatched', 'duplicate', 'untracked', 'uncounted')),
         product_id {text} NOT NULL,
         PRIMARY KEY (tenant, variant_id)
       ) {clustered})",
    "CREATE INDEX shop_item_product ON shop_item (tenant, product_id, outcome)",
    "CREATE INDEX shop_item_outcome ON shop_item (tenant, outcome, variant_id)",

    // Which kinds there are is the program's to say: a table that lists them would be made anew for
    // each, since SQLite changes no CHECK of one that is there. Nothing refers to an item's id.
    "ALTER TABLE outbox RENAME TO outbox_before",
    R"(CREATE TABLE outbox (
         id {id},
         tenant BIGINT NOT NULL,
         kind {text} NOT NULL,
         item_key {text} NOT NULL,
         state {text} NOT NULL CHECK (state IN ('waiting', 'leased', 'dead', 'review')),
         revision BIGINT NOT NULL DEFAULT 1,
         begun BIGINT NOT NULL DEFAULT 0,
         lease BIGINT NOT NULL DEFAULT 0,
         attempts INTEGER NOT NULL DEFAULT 0,
         due_at BIGINT NOT NULL,
         error {text} NOT NULL DEFAULT '',
         enqueued_at BIGINT NOT NULL,
         background INTEGER NOT NULL DEFAULT 0,
         UNIQUE (tenant, item_key, kind)
       ))",
    ("INSERT INTO outbox (tenant, kind, item_key, state, revision, begun, lease, attempts, due_at, "
     "error, enqueued_at, background) SELECT tenant, kind, item_key, state, revision, begun, "
     "lease, "
     "attempts, due_at, error, enqueued_at, background FROM outbox_before ORDER BY id"),
    "DROP TABLE outbox_before",
    ("CREATE INDEX outbox_due ON outbox (background, due_at, id) "
     "WHERE state IN ('waiting', 'leased')"),
    "CREATE INDEX outbox_dead ON outbox (tenant, id) WHERE state = 'dead'",
    "CREATE INDEX outbox_review ON outbox (tenant, id) WHERE state = 'review'",
    "CREATE INDEX outbox_begun ON outbox (due_at, id) WHERE begun > 0",
};

}  // namespace tsunagi::storage
