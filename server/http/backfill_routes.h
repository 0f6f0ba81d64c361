#pragma once
// What of /admin/api makes members of customers with a tag. Inside server/http only.

#include <string_view>

#include "server/http/health_routes.h"

namespace tsunagi::http {

const MerchantRoute* backfill_route(std::string_view path);  // nullptr: another's

}  // namespace tsunagi::http
