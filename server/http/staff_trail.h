#pragma once
// Everything that was done to a pick-up or a shipment: when, by whom and why. For who answers for
// others; a customer has no name here. Inside server/http only.

#include "server/http/context.h"

namespace tsunagi::http {

inline constexpr size_t kTrailShown = 100;  // the newest

// ?pickup=ID or ?shipment=ID → {"trail":[{"at","by","name","action","from","to","reason",
// "refused"}],"earlier"}, newest last; earlier: how many were left out before them. 403 to clerks,
// 404 to what is no shop's of the viewer.
Reply trail(const Context& context, const StaffRoutes::Viewer& viewer, std::string_view query);

}  // namespace tsunagi::http
