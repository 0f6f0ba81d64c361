#include "server/base/http_date.h"

#include <algorithm>
#include <array>
#include <string>

#include "server/base/iso_time.h"

namespace tsunagi {

std::optional<Seconds> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::string_view kForm = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (text.size() != kForm.size() || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) {
    return std::nullopt;
  }
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  std::string number = std::to_string(month - kMonths.begin() + 1);
  if (number.size() == 1) number.insert(0, "0");
  return parse_iso_time(std::string(text.substr(12, 4)) + "-" + number + "-" +
                        std::string(text.substr(5, 2)) + "T" + std::string(text.substr(17, 8)) +
                        "Z");
}

}  // namespace tsunagi
