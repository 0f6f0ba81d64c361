#pragma once
// Being told that a shop has a product again: what a shopper asks for, and what the merchant sees
// of it. Inside server/http only.

#include "server/http/merchant_route.h"
#include "server/http/proxy_asked.h"

namespace tsunagi::http {

// POST /proxy/back-in-stock: asks, or takes it back.
Reply back_in_stock(const Context& context, const Asked& asked);
// What of /admin/api lists the newest requests and what became of them, with no customer's name.
MerchantRoutes restock_routes();

}  // namespace tsunagi::http
