#pragma once
// Online orders that the shops send.

#include <string_view>

namespace tsunagi::storage {

inline constexpr std::string_view kV0005Shipments[] = {
    // is_open: 1 while an action can still follow. store_id '': nobody's. told_id: of what the
    // platform made of the parcel, or 0.
    R"(CREATE TABLE shipment (
         tenant BIGINT NOT NULL,
         shipment_id {text} NOT NULL,
         order_id BIGINT NOT NULL,
         order_name {text} NOT NULL,
         work_id BIGINT NOT NULL,
         store_id {text} NOT NULL,
         state {text} NOT NULL,
         is_open INTEGER NOT NULL,
         on_hold INTEGER NOT NULL,
         placed INTEGER NOT NULL,
         assigned_at BIGINT NOT NULL,
         accept_by BIGINT NOT NULL,
         ship_by BIGINT NOT NULL,
         changed_at BIGINT NOT NULL,
         reason {text} NOT NULL,
         carrier {text} NOT NULL,
         parcel_number {text} NOT NULL,
         told_id BIGINT NOT NULL,
         trace {text} NOT NULL,
         PRIMARY KEY (tenant, shipment_id)
       ) {clustered})",
    "CREATE INDEX shipment_order ON shipment (tenant, order_id, assigned_at)",
    "CREATE INDEX shipment_told ON shipment (tenant, told_id) WHERE told_id > 0",
    "CREATE INDEX shipment_open ON shipment (tenant, ship_by, shipment_id) WHERE is_open = 1",
    "CREATE INDEX shipment_open_shop ON shipment (tenant, store_id) WHERE is_open = 1",

    // What is held of a product in a shop is the sum of its rows and of pickup_line's.
    R"(CREATE TABLE shipment_line (
         tenant BIGINT NOT NULL,
         shipment_id {text} NOT NULL,
         order_line BIGINT NOT NULL,
         product_id {text} NOT NULL,
         store_id {text} NOT NULL,
         product_code {text} NOT NULL,
         product_name {text} NOT NULL,
         quantity BIGINT NOT NULL,
         held BIGINT NOT NULL,
         PRIMARY KEY (tenant, shipment_id, order_line)
       ) {clustered})",
    ("CREATE INDEX shipment_line_held ON shipment_line (tenant, product_id, store_id, held) "
     "WHERE held > 0"),

    // Every deed, the refused ones too. place: 0, 1, 2 …
    R"(CREATE TABLE shipment_deed (
         tenant BIGINT NOT NULL,
         shipment_id {text} NOT NULL,
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
         PRIMARY KEY (tenant, shipment_id, deed_id)
       ) {clustered})",

    // What left a shop for an online order, a line of a parcel each: asked for once, so it stays.
    // back: 1 when that is put back. begun_at: when the tills were last asked; 0: never.
    R"(CREATE TABLE till_taking (
         tenant BIGINT NOT NULL,
         parcel_id BIGINT NOT NULL,
         order_line BIGINT NOT NULL,
         back INTEGER NOT NULL,
         order_id BIGINT NOT NULL,
         order_name {text} NOT NULL,
         product_id {text} NOT NULL,
         store_id {text} NOT NULL,
         quantity BIGINT NOT NULL,
         begun_at BIGINT NOT NULL,
         done_at BIGINT NOT NULL,
         PRIMARY KEY (tenant, parcel_id, order_line, back)
       ) {clustered})",
    "CREATE INDEX till_taking_order ON till_taking (tenant, order_id)",
    ("CREATE INDEX till_taking_shelf ON till_taking (tenant, product_id, store_id, done_at, "
     "quantity)"),
};

}  // namespace tsunagi::storage
