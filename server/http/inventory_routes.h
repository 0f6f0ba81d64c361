#pragma once
// What of /admin/api keeps the online shop's stock in step with the shops. Inside server/http only.

#include <string_view>

#include "server/http/health_routes.h"

namespace tsunagi::http {

// nullptr: another's. The first of the path where no method fits.
const MerchantRoute* inventory_route(std::string_view path, std::string_view method);

}  // namespace tsunagi::http
