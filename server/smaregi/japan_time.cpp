#include "server/smaregi/japan_time.h"

#include "server/base/iso_time.h"
#include "wasm/core/japan_time.h"

namespace tsunagi::smaregi {

namespace {
constexpr size_t kDayLength = 10;  // "2022-10-26"
}

std::string format_time(Seconds time) { return format_iso_time(time, kJapanOffsetSeconds); }

std::string parse_day(std::string_view text) {
  if (text.size() > kDayLength && text[kDayLength] != 'T' && text[kDayLength] != ' ') return "";
  const std::string_view day = text.substr(0, kDayLength);
  return is_iso_day(day) ? std::string(day) : "";
}

}  // namespace tsunagi::smaregi
