#pragma once
// What of /admin/api is about staff: who is invited, and who is revoked. Inside server/http only.

#include "server/http/merchant_route.h"

namespace tsunagi::http {

// GET staff → {"now","staff":[{"id","name","role","stores","state","since","until"}]}, state one of
// invited (its link is good until "until"), joined, revoked; POST staff {"name","role","stores"} →
// the same with "link", which works once, and "qr" {"width","height","path"}, its drawing; POST
// staff/revoke {"id"} → the same.
MerchantRoutes staff_admin_routes();

}  // namespace tsunagi::http
