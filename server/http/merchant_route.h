#pragma once
// A route below /admin/api, whose session and method are checked before it is answered. Inside
// server/http only.

#include <span>
#include <string_view>

#include "server/http/context.h"

namespace tsunagi::http {

struct MerchantRoute {
  std::string_view path;  // below /admin/api/
  std::string_view method;
  const char* allow;
  Reply (*answer)(const Context& context, const Tenant& tenant, const Request& request);
};
using MerchantRoutes = std::span<const MerchantRoute>;

}  // namespace tsunagi::http
