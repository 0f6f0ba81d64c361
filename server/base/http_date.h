#pragma once
// The Date header of HTTP (RFC 9110, 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT". Pure.

#include <optional>
#include <string_view>

#include "server/domain/values.h"

namespace tsunagi {

// nullopt for anything else, the obsolete forms included.
std::optional<Seconds> parse_http_date(std::string_view text);

}  // namespace tsunagi
