#pragma once
// The mails to customers as we write them: what a merchant's own words begin with.

#include "server/http/merchant_route.h"

namespace tsunagi::http {

// GET /admin/api/mails: {"marks":["NAME",…],"steps":[{"step":"placed",
// "ja":{"subject","text"},"en":{…}},…]}.
MerchantRoutes mail_routes();

}  // namespace tsunagi::http
