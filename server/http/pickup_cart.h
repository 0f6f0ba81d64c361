#pragma once
// A whole cart on the pick-up page: ?line=2*4900000000001&line=1*SKU-7. Inside server/http only.

#include <nlohmann/json.hpp>
#include <vector>

#include "server/domain/fulfilment/cart.h"
#include "server/http/proxy_asked.h"

namespace tsunagi::http {

// The lines of the query, in its order; none when it has none. kInvalid: a line that is not
// "QUANTITY*CODE", with a whole number without sign or leading zero.
Result<std::vector<Wanted>> cart_lines(const std::vector<Parameter>& parameters);

// {"lines":[{"code","name","quantity","counted"}],
//  "shops":[{"shop","name","phone","map_url","offered","lacks":[{"code","offered"}],
//            "today","from"}]}
Result<nlohmann::ordered_json> cart_json(const Context& context, const Asked& asked,
                                         const std::vector<Store>& stores,
                                         const std::vector<Wanted>& wanted);

}  // namespace tsunagi::http
