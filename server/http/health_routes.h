#pragma once
// What of /admin/api is about health, the pilot and support, and the page for a shop's staff.
// Inside server/http only.

#include <string_view>

#include "server/http/context.h"

namespace tsunagi::http {

struct MerchantRoute {
  std::string_view path;  // below /admin/api/
  std::string_view method;
  const char* allow;
  Reply (*answer)(const Context& context, const Tenant& tenant, const Request& request);
};
inline constexpr std::string_view kHealthAgain = "health/again";
const MerchantRoute* health_route(std::string_view path);  // nullptr: another's

// One A4 sheet: how the tills find members. It holds no data.
Reply till_sheet(const Context& context);

}  // namespace tsunagi::http
