#pragma once
// Smaregi's times and days, sent in Japan's offset; they are read by server/base/iso_time.h.

#include <string>
#include <string_view>

#include "server/domain/values.h"

namespace tsunagi::smaregi {

std::string format_time(Seconds time);  // "2022-10-26T15:22:35+09:00"
// The day of "2026-12-31" or of a time that begins with one; "" for anything else, "0000-00-00"
// included.
std::string parse_day(std::string_view text);

}  // namespace tsunagi::smaregi
