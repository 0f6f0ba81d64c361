#pragma once
// The shopper's pick-ups, below the app proxy. Inside server/http only.

#include "server/http/proxy_asked.h"

namespace tsunagi::http {

Reply pickup_page(const Context& context, const Asked& asked);
Reply pickup_figures(const Context& context, const Asked& asked);  // GET pickup.json
Reply reserve_pickup(const Context& context, const Asked& asked);
Reply cancel_pickup(const Context& context, const Asked& asked);
Reply choose_for_pickup(const Context& context, const Asked& asked);

}  // namespace tsunagi::http
