#pragma once
// What the merchant has to decide about purchases, with what their customers wish for. Inside
// server/http only.

#include <nlohmann/json.hpp>

#include "server/http/context.h"

namespace tsunagi::http {

inline constexpr int kUndecidedShown = 50;  // the newest

// [{"order","url","code","shop","since","choice","state","to"}]: choice is "" where nothing was
// chosen; "to" is the chosen shop's name.
Result<nlohmann::ordered_json> undecided_list(const Context& context, const Tenant& tenant,
                                              const std::vector<Store>& stores);

}  // namespace tsunagi::http
