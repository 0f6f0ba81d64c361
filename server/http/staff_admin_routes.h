#pragma once
// What of /admin/api is about staff: who is invited, and who is revoked. Inside server/http only.

#include "server/http/health_routes.h"

namespace tsunagi::http {

// GET staff → {"staff":[{"id","name","role","stores","state","since"}]}; POST staff
// {"name","role","stores"} → the same with "link", which works once; POST staff/revoke {"id"}.
const MerchantRoute* staff_admin_route(std::string_view path, std::string_view method);

}  // namespace tsunagi::http
