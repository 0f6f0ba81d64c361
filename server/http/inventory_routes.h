#pragma once
// What of /admin/api keeps the online shop's stock in step with the shops. Inside server/http only.

#include "server/http/merchant_route.h"

namespace tsunagi::http {

MerchantRoutes inventory_routes();

}  // namespace tsunagi::http
