#pragma once
// Smaregi's times: "2022-10-26T15:22:35+09:00". Sent in Japan's offset; read in any, the colon may
// be missing.

#include <optional>
#include <string>
#include <string_view>

#include "server/domain/values.h"

namespace tsunagi::smaregi {

std::string format_time(Seconds time);
// Also "…Z" and "+0900". nullopt for anything else, impossible dates included.
std::optional<Seconds> parse_time(std::string_view text);
// The day of "2026-12-31" or of a time that begins with one; "" for anything else, "0000-00-00"
// included.
std::string parse_day(std::string_view text);

}  // namespace tsunagi::smaregi
