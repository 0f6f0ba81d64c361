#pragma once
// Pick-ups, the mails about them, and the staff who serve them.

#include <string_view>

namespace tsunagi::storage {

inline constexpr std::string_view kV0002Pickups[] = {
    // is_open: 1 while an action can still follow.
    R"(CREATE TABLE pickup (
         tenant BIGINT NOT NULL,
         pickup_id {text} NOT NULL,
         customer_id BIGINT NOT NULL,
         store_id {text} NOT NULL,
         code {text} NOT NULL,
         state {text} NOT NULL,
         is_open INTEGER NOT NULL,
         language {text} NOT NULL,
         page {text} NOT NULL,
         placed_at BIGINT NOT NULL,
         accept_by BIGINT NOT NULL,
         ready_from BIGINT NOT NULL,
         hold_until BIGINT NOT NULL,
         changed_at BIGINT NOT NULL,
         reason {text} NOT NULL,
         PRIMARY KEY (tenant, pickup_id)
       ) {clustered})",
    "CREATE UNIQUE INDEX pickup_code ON pickup (tenant, code) WHERE is_open = 1",
    "CREATE INDEX pickup_open ON pickup (tenant, ready_from, pickup_id) WHERE is_open = 1",
    "CREATE INDEX pickup_customer_open ON pickup (tenant, customer_id, is_open)",
    "CREATE INDEX pickup_overdue ON pickup (tenant, hold_until) WHERE is_open = 1",
    "CREATE INDEX pickup_customer ON pickup (tenant, customer_id, placed_at)",

    // What is held of a product in a shop is the sum of its rows: there is no counter to drift.
    R"(CREATE TABLE pickup_line (
         tenant BIGINT NOT NULL,
         pickup_id {text} NOT NULL,
         product_id {text} NOT NULL,
         store_id {text} NOT NULL,
         product_code {text} NOT NULL,
         product_name {text} NOT NULL,
         quantity BIGINT NOT NULL,
         picked BIGINT NOT NULL,
         held BIGINT NOT NULL,
         PRIMARY KEY (tenant, pickup_id, product_id)
       ) {clustered})",
    ("CREATE INDEX pickup_line_held ON pickup_line (tenant, product_id, store_id, held) "
     "WHERE held > 0"),

    // Every deed, the refused ones too. place: 0, 1, 2 …
    R"(CREATE TABLE pickup_deed (
         tenant BIGINT NOT NULL,
         pickup_id {text} NOT NULL,
         deed_id {text} NOT NULL,
         place BIGINT NOT NULL,
         done_at BIGINT NOT NULL,
         role {text} NOT NULL,
         actor {text} NOT NULL,
         action {text} NOT NULL,
         state_before {text} NOT NULL,
         state_after {text} NOT NULL,
         reason {text} NOT NULL,
         refused INTEGER NOT NULL,
         PRIMARY KEY (tenant, pickup_id, deed_id)
       ) {clustered})",

    // settled_at: when the outcome was known, or 0; until then what is known is the outbox item's.
    R"(CREATE TABLE pickup_mail (
         tenant BIGINT NOT NULL,
         pickup_id {text} NOT NULL,
         mail_id {text} NOT NULL,
         place BIGINT NOT NULL,
         step {text} NOT NULL,
         asked_at BIGINT NOT NULL,
         settled_at BIGINT NOT NULL,
         outcome {text} NOT NULL,
         PRIMARY KEY (tenant, pickup_id, mail_id)
       ) {clustered})",

    // The outbox learns another kind: SQLite changes no CHECK of a table that is there. Nothing
    // refers to an item's id.
    "ALTER TABLE outbox RENAME TO outbox_before",
    R"(CREATE TABLE outbox (
         id {id},
         tenant BIGINT NOT NULL,
         kind {text} NOT NULL CHECK (kind IN
           ('write_card', 'create_member', 'customer_changed', 'member_changed',
            'tag_customer', 'drop_customer', 'tell_leaving', 'pickup_mail')),
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

    // token_hash: SHA-256 of the invitation, "" once it was taken up.
    R"(CREATE TABLE staff (
         tenant BIGINT NOT NULL,
         staff_id {text} NOT NULL,
         name {text} NOT NULL,
         role {text} NOT NULL,
         stores {text} NOT NULL,
         token_hash {text} NOT NULL,
         invited_at BIGINT NOT NULL,
         joined_at BIGINT NOT NULL,
         revoked_at BIGINT NOT NULL,
         PRIMARY KEY (tenant, staff_id)
       ) {clustered})",
    "CREATE UNIQUE INDEX staff_token ON staff (token_hash) WHERE token_hash <> ''",

    R"(CREATE TABLE staff_session (
         tenant BIGINT NOT NULL,
         token_hash {text} NOT NULL,
         staff_id {text} NOT NULL,
         began_at BIGINT NOT NULL,
         ends_at BIGINT NOT NULL,
         PRIMARY KEY (tenant, token_hash)
       ) {clustered})",
    "CREATE UNIQUE INDEX staff_session_token ON staff_session (token_hash)",
};

}  // namespace tsunagi::storage
