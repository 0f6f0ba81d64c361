#pragma once
// What the till page calls; tests without a browser call it too. JSON in and out, integers are
// integers here.
//
//   GET  /till/api/contract?contract=ID
//        {contract, name, stores:[{store_id,name,paused}], synced_at|null, members_synced}
//   GET  /till/api/member?contract=ID&code=CODE[&mode=live|local]            404 when not found
//        {customer_id, code, name, rank, status, usable, point, point_expire_date|null, as_of,
//        mode}
//   GET  /till/api/product?contract=ID&code=CODE[&member_code=CODE]          404 when not found
//        {product_id, code, name, price, tax_division}
//   GET  /till/api/sale?contract=ID&receipt=NUMBER | &transaction_head_id=ID 404 when not found
//        {transaction_head_id, receipt, store_id, total,
//        lines:[{product_code,name,quantity,returnable,price}]}
//   POST /till/api/sync    {contract}                          copies the members to the till
//        {synced_at, members_synced}
//   POST /till/api/sales   {contract, store_id, member_code?, lines:[{product_code, quantity}],
//   spend_points?, sold_at?}
//        {transaction_head_id, receipt, subtotal, point_discount, tax, total, new_point,
//        spend_point, total_point|null} sold_at ("...+09:00") is an offline sale that is sent only
//        now (§5).
//   POST /till/api/returns {contract, transaction_head_id | receipt, lines?:[{product_code,
//   quantity}]}   no lines: all
//        the same reply, figures negative

#include <string>
#include <vector>

#include "tests/sandbox/smaregi/model/sandbox.h"

namespace tsunagi::smaregi_sandbox {

inline constexpr size_t kMaxBasketLines = 200;
inline constexpr int64_t kMaxLineQuantity = 9'999;

// parts: ["till", "api", name]
Reply till_api(World& world, const Request& request, const std::vector<std::string>& parts);

}  // namespace tsunagi::smaregi_sandbox
