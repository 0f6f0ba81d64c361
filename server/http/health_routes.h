#pragma once
// What of /admin/api is about health, the pilot and support, and the page for a shop's staff.
// Inside server/http only.

#include <string_view>

#include "server/http/merchant_route.h"

namespace tsunagi::http {

inline constexpr std::string_view kHealthAgain = "health/again";
MerchantRoutes health_routes();

// One A4 sheet: how the tills find members. It holds no data.
Reply till_sheet(const Context& context);

}  // namespace tsunagi::http
