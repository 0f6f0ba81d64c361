#pragma once
// What of /admin/api is about staff: who is invited, and who is revoked. Inside server/http only.

#include "server/http/health_routes.h"

namespace tsunagi::http {

// GET staff → {"now","staff":[{"id","name","role","stores","state","since","until"}]}, state one of
// invited (its link is good until "until"), joined, revoked; POST staff {"name","role","stores"} →
// the same with "link", which works once, and "qr" {"width","height","path"}, its drawing; POST
// staff/revoke {"id"} → the same.
const MerchantRoute* staff_admin_route(std::string_view path, std::string_view method);

}  // namespace tsunagi::http
