#pragma once
// What of /admin/api makes members of customers with a tag. Inside server/http only.

#include "server/http/merchant_route.h"

namespace tsunagi::http {

MerchantRoutes backfill_routes();

}  // namespace tsunagi::http
