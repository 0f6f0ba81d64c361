#pragma once
// Tenants, members, stock, and the two queues. Instants are unix seconds; flags are 0 and 1;
// nothing is NULL.

#include <string_view>

namespace tsunagi::storage {

inline constexpr std::string_view kV0001First[] = {
    R"(CREATE TABLE tenant (
         tenant BIGINT NOT NULL PRIMARY KEY,
         shop_domain {text} NOT NULL,
         shop_name {text} NOT NULL,
         contract_id {text} NOT NULL DEFAULT '',
         installed INTEGER NOT NULL,
         settings {text} NOT NULL DEFAULT ''
       ) {clustered})",
    "CREATE UNIQUE INDEX tenant_domain ON tenant (shop_domain) WHERE shop_domain <> ''",
    "CREATE UNIQUE INDEX tenant_contract ON tenant (contract_id) WHERE contract_id <> ''",

    // ciphertext: base64 of AES-256-GCM, bound to "tenant|purpose".
    R"(CREATE TABLE secret (
         tenant BIGINT NOT NULL,
         purpose {text} NOT NULL,
         ciphertext {text} NOT NULL,
         expires_at BIGINT NOT NULL,
         PRIMARY KEY (tenant, purpose)
       ) {clustered})",

    R"(CREATE TABLE oauth_state (
         tenant BIGINT NOT NULL,
         state {text} NOT NULL,
         verifier {text} NOT NULL,
         created_at BIGINT NOT NULL,
         PRIMARY KEY (tenant, state)
       ) {clustered})",
    "CREATE UNIQUE INDEX oauth_state_state ON oauth_state (state)",

    // token_hash: SHA-256, so that who reads the table cannot answer for the merchant.
    R"(CREATE TABLE pending_join (
         tenant BIGINT NOT NULL,
         token_hash {text} NOT NULL,
         contract_id {text} NOT NULL,
         created_at BIGINT NOT NULL,
         PRIMARY KEY (tenant, token_hash)
       ) {clustered})",
    "CREATE UNIQUE INDEX pending_join_token ON pending_join (token_hash)",

    R"(CREATE TABLE store (
         tenant BIGINT NOT NULL,
         store_id {text} NOT NULL,
         code {text} NOT NULL,
         name {text} NOT NULL,
         phone {text} NOT NULL,
         address {text} NOT NULL,
         display_order BIGINT NOT NULL,
         paused INTEGER NOT NULL,
         PRIMARY KEY (tenant, store_id)
       ) {clustered})",

    R"(CREATE TABLE product (
         tenant BIGINT NOT NULL,
         product_id {text} NOT NULL,
         code {text} NOT NULL,
         supplier_code {text} NOT NULL,
         name {text} NOT NULL,
         stock_controlled INTEGER NOT NULL,
         PRIMARY KEY (tenant, product_id)
       ) {clustered})",
    "CREATE INDEX product_code ON product (tenant, code, product_id)",
    "CREATE INDEX product_supplier_code ON product (tenant, supplier_code, product_id)",

    R"(CREATE TABLE stock_level (
         tenant BIGINT NOT NULL,
         product_id {text} NOT NULL,
         store_id {text} NOT NULL,
         on_hand BIGINT NOT NULL,
         layaway BIGINT NOT NULL,
         changed_at BIGINT NOT NULL,
         PRIMARY KEY (tenant, product_id, store_id)
       ) {clustered})",

    R"(CREATE TABLE sync_cursor (
         tenant BIGINT NOT NULL,
         name {text} NOT NULL,
         value BIGINT NOT NULL,
         PRIMARY KEY (tenant, name)
       ) {clustered})",

    R"(CREATE TABLE member_link (
         tenant BIGINT NOT NULL,
         customer_id BIGINT NOT NULL,
         code {text} NOT NULL,
         pos_member_id {text} NOT NULL,
         state {text} NOT NULL CHECK (state IN ('joining', 'linked', 'stopped')),
         joined_at BIGINT NOT NULL,
         missing {text} NOT NULL DEFAULT '',
         PRIMARY KEY (tenant, customer_id)
       ) {clustered})",
    "CREATE INDEX member_link_missing ON member_link (tenant, joined_at) WHERE missing <> ''",
    R"(CREATE UNIQUE INDEX member_link_pos_member ON member_link (tenant, pos_member_id)
       WHERE pos_member_id <> '')",
    // In the order of Smaregi's own lists.
    R"(CREATE INDEX member_link_pos_order ON member_link
       (tenant, LENGTH(pos_member_id), pos_member_id) WHERE pos_member_id <> '')",

    // Every code that was ever issued or linked. customer_id 0: its link was dropped; nobody gets
    // the code again.
    R"(CREATE TABLE member_code (
         tenant BIGINT NOT NULL,
         code {text} NOT NULL,
         customer_id BIGINT NOT NULL,
         PRIMARY KEY (tenant, code)
       ) {clustered})",
    "CREATE INDEX member_code_customer ON member_code (tenant, customer_id)",

    // Customers whose link was dropped, and nothing else of them: nobody becomes a member again
    // without asking.
    R"(CREATE TABLE former_member (
         tenant BIGINT NOT NULL,
         customer_id BIGINT NOT NULL,
         PRIMARY KEY (tenant, customer_id)
       ) {clustered})",

    R"(CREATE TABLE card_snapshot (
         tenant BIGINT NOT NULL,
         customer_id BIGINT NOT NULL,
         has_points INTEGER NOT NULL,
         points BIGINT NOT NULL,
         points_expire_on {text} NOT NULL,
         rank {text} NOT NULL,
         holder {text} NOT NULL,
         as_of BIGINT NOT NULL,
         PRIMARY KEY (tenant, customer_id)
       ) {clustered})",

    // What both platforms had when they were last in step, as keyed hashes
    // (member/field_prints.h).
    R"(CREATE TABLE field_prints (
         tenant BIGINT NOT NULL,
         customer_id BIGINT NOT NULL,
         prints {text} NOT NULL,
         PRIMARY KEY (tenant, customer_id)
       ) {clustered})",

    // What a joining customer told the card, until Smaregi has it.
    R"(CREATE TABLE given_field (
         tenant BIGINT NOT NULL,
         customer_id BIGINT NOT NULL,
         field {text} NOT NULL,
         value {text} NOT NULL,
         PRIMARY KEY (tenant, customer_id, field)
       ) {clustered})",

    R"(CREATE TABLE favourite (
         tenant BIGINT NOT NULL,
         customer_id BIGINT NOT NULL,
         store_id {text} NOT NULL,
         PRIMARY KEY (tenant, customer_id)
       ) {clustered})",

    R"(CREATE TABLE pin (
         tenant BIGINT NOT NULL,
         customer_id BIGINT NOT NULL,
         product_code {text} NOT NULL,
         position BIGINT NOT NULL,
         PRIMARY KEY (tenant, customer_id, product_code)
       ) {clustered})",

    // due_at: when a waiting event may be taken, or when the lease of a taken one ends.
    R"(CREATE TABLE inbox (
         id {id},
         tenant BIGINT NOT NULL,
         system {text} NOT NULL CHECK (system IN ('shopify', 'smaregi')),
         type {text} NOT NULL,
         event_id {text} NOT NULL,
         body {text} NOT NULL,
         state {text} NOT NULL CHECK (state IN ('waiting', 'leased', 'done', 'dead')),
         attempts INTEGER NOT NULL DEFAULT 0,
         due_at BIGINT NOT NULL,
         error {text} NOT NULL DEFAULT '',
         received_at BIGINT NOT NULL,
         done_at BIGINT NOT NULL DEFAULT 0,
         UNIQUE (tenant, system, type, event_id)
       ))",
    "CREATE INDEX inbox_due ON inbox (due_at, id) WHERE state IN ('waiting', 'leased')",
    "CREATE INDEX inbox_dead ON inbox (tenant, id) WHERE state = 'dead'",
    "CREATE INDEX inbox_done ON inbox (done_at, id) WHERE state = 'done'",
    "CREATE INDEX inbox_dead_body ON inbox (received_at, id) WHERE state = 'dead' AND body <> ''",

    // One row a key: what is enqueued again while it waits, is being written, or lies dead, raises
    // the revision. Rows of a tenant with the same key are a lane: its index is the UNIQUE one.
    // begun: the revision whose write is under way and must not be repeated blindly, or 0.
    R"(CREATE TABLE outbox (
         id {id},
         tenant BIGINT NOT NULL,
         kind {text} NOT NULL CHECK (kind IN
           ('write_card', 'create_member', 'customer_changed', 'member_changed',
            'tag_customer', 'drop_customer', 'tell_leaving')),
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
    ("CREATE INDEX outbox_due ON outbox (background, due_at, id) "
     "WHERE state IN ('waiting', 'leased')"),
    "CREATE INDEX outbox_dead ON outbox (tenant, id) WHERE state = 'dead'",
    "CREATE INDEX outbox_review ON outbox (tenant, id) WHERE state = 'review'",
    "CREATE INDEX outbox_begun ON outbox (due_at, id) WHERE begun > 0",

    // Append only, but for the erasure of a whole tenant.
    R"(CREATE TABLE audit (
         id {id},
         tenant BIGINT NOT NULL,
         at BIGINT NOT NULL,
         actor {text} NOT NULL,
         action {text} NOT NULL,
         subject {text} NOT NULL,
         reason {text} NOT NULL
       ))",
    "CREATE INDEX audit_tenant ON audit (tenant, id)",
    "CREATE INDEX audit_subject ON audit (tenant, subject, id)",
    "{audit_append_only}",

    // The merchant's texts that customers agreed to by joining.
    R"(CREATE TABLE consent_text (
         tenant BIGINT NOT NULL,
         version {text} NOT NULL,
         ja {text} NOT NULL,
         en {text} NOT NULL,
         terms_url {text} NOT NULL,
         since BIGINT NOT NULL,
         PRIMARY KEY (tenant, version)
       ) {clustered})",

    // Members who left with a balance. told_at 0: the merchant has not been told.
    R"(CREATE TABLE leaving (
         tenant BIGINT NOT NULL,
         code {text} NOT NULL,
         pos_member_id {text} NOT NULL,
         reason {text} NOT NULL CHECK (reason IN ('deleted', 'redacted', 'withdrawn', 'gone')),
         points BIGINT NOT NULL,
         points_as_of BIGINT NOT NULL,
         left_at BIGINT NOT NULL,
         told_at BIGINT NOT NULL DEFAULT 0,
         PRIMARY KEY (tenant, code)
       ) {clustered})",
    "CREATE INDEX leaving_told ON leaving (told_at) WHERE told_at > 0",

    R"(CREATE TABLE data_request (
         tenant BIGINT NOT NULL,
         request_id {text} NOT NULL,
         customer_id BIGINT NOT NULL,
         orders {text} NOT NULL,
         requested_at BIGINT NOT NULL,
         PRIMARY KEY (tenant, request_id)
       ) {clustered})",
    "CREATE INDEX data_request_customer ON data_request (tenant, customer_id)",
    "CREATE INDEX data_request_at ON data_request (requested_at)",

    // Customers that Shopify merged: ids alone, until purge_merges.
    R"(CREATE TABLE merged_customer (
         tenant BIGINT NOT NULL,
         gone BIGINT NOT NULL,
         kept BIGINT NOT NULL,
         noted_at BIGINT NOT NULL,
         PRIMARY KEY (tenant, gone)
       ) {clustered})",
    "CREATE INDEX merged_customer_noted ON merged_customer (noted_at)",

    // Links of customers who are gone, for a merge that is told late; until purge_merges.
    R"(CREATE TABLE dropped_link (
         tenant BIGINT NOT NULL,
         customer_id BIGINT NOT NULL,
         code {text} NOT NULL,
         pos_member_id {text} NOT NULL,
         state {text} NOT NULL,
         joined_at BIGINT NOT NULL,
         dropped_at BIGINT NOT NULL,
         PRIMARY KEY (tenant, customer_id)
       ) {clustered})",
    "CREATE INDEX dropped_link_dropped ON dropped_link (dropped_at)",

    // Members that a merge took off the card, for a person to bring their points over.
    R"(CREATE TABLE left_member (
         tenant BIGINT NOT NULL,
         code {text} NOT NULL,
         pos_member_id {text} NOT NULL,
         kept_customer_id BIGINT NOT NULL,
         left_at BIGINT NOT NULL,
         PRIMARY KEY (tenant, code)
       ) {clustered})",

    // What one process at a time does for a shop, and who does it.
    R"(CREATE TABLE claim (
         tenant BIGINT NOT NULL,
         name {text} NOT NULL,
         holder {text} NOT NULL,
         ends_at BIGINT NOT NULL,
         PRIMARY KEY (tenant, name)
       ) {clustered})",

    // Parts of a platform's budget, in thousandths, that processes may spend until ends_at.
    R"(CREATE TABLE budget_slice (
         tenant BIGINT NOT NULL,
         budget {text} NOT NULL,
         process {text} NOT NULL,
         ends_at BIGINT NOT NULL,
         part BIGINT NOT NULL,
         wanted BIGINT NOT NULL,
         slow_to BIGINT NOT NULL,
         PRIMARY KEY (tenant, budget, process, ends_at)
       ) {clustered})",

    // Customers with a tag of the merchant's who are made members, and how far that got.
    R"(CREATE TABLE backfill (
         tenant BIGINT NOT NULL PRIMARY KEY,
         tag {text} NOT NULL,
         state {text} NOT NULL CHECK (state IN ('running', 'stopped', 'done')),
         begun_at BIGINT NOT NULL,
         changed_at BIGINT NOT NULL,
         expected BIGINT NOT NULL,
         place BIGINT NOT NULL,
         brought BIGINT NOT NULL,
         members BIGINT NOT NULL,
         left_before BIGINT NOT NULL,
         revision BIGINT NOT NULL
       ) {clustered})",
    "CREATE INDEX backfill_running ON backfill (tenant) WHERE state = 'running'",
};

}  // namespace tsunagi::storage
