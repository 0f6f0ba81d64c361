#pragma once
// What staff scanned or typed: a pick-up's code, an order, a member or a product.

#include <nlohmann/json_fwd.hpp>

#include "server/http/context.h"

namespace tsunagi::http {

// {"text"} → {"kind":"pickup|member|product|unknown",…}; of a product the open pick-ups and
// shipments of the staff's shops with it, too.
Reply scan(const Context& context, const StaffRoutes::Viewer& viewer, const nlohmann::json& body);

}  // namespace tsunagi::http
