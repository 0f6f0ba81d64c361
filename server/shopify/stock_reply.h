#pragma once
// Shopify's replies about stock as the domain's values. Pure; what is not such a reply is
// kUnavailable.

#include <string_view>
#include <vector>

#include "server/domain/inventory/online_stock.h"
#include "server/shopify/reply.h"

namespace tsunagi::shopify {

Result<std::vector<ShopLocation>> parse_locations(std::string_view body);
Result<OnlineStock::ItemPage> parse_items(std::string_view body);
// nodes(ids:) of `asked`, in its order.
Result<std::vector<OnlineStock::Seen>> parse_on_hand(std::string_view body,
                                                     const std::vector<int64_t>& asked);
// What user errors of inventorySetQuantities mean for `count` writes. kUnavailable: the same
// request is still being worked on.
Result<std::vector<OnlineStock::Refusal>> set_refusals(const std::vector<UserError>& errors,
                                                       size_t count);
// Of inventoryActivate, whose errors have no code; there is at least one.
OnlineStock::Refusal activate_refusal(const std::vector<UserError>& errors);

}  // namespace tsunagi::shopify
