#pragma once
// Instants as both platforms write them (ISO 8601): "2022-10-26T15:22:35+09:00", "…T06:22:35Z".
// Pure.

#include <optional>
#include <string>
#include <string_view>

#include "server/domain/values.h"

namespace tsunagi {

// A date, a time with whole seconds or a fraction of at most nine digits (dropped), and an offset:
// "Z", "+09:00" or "+0900". nullopt for anything else, impossible dates included.
std::optional<Seconds> parse_iso_time(std::string_view text);

// "YYYY-MM-DD" of a day that exists.
bool is_iso_day(std::string_view text);

// "2022-10-26T06:22:35Z"; with an offset "2022-10-26T15:22:35+09:00". offset: seconds east of
// Greenwich, a whole number of minutes.
std::string format_iso_time(Seconds time, Seconds offset = 0);

}  // namespace tsunagi
