#include "server/domain/mail_address.h"

#include <algorithm>

namespace tsunagi {

bool is_mail_address(std::string_view text) {
  constexpr std::string_view kMeansMore = "<>()[]\\,;:\"";
  const bool plain = std::ranges::all_of(text, [kMeansMore](char c) {
    return c > ' ' && c < 0x7F && kMeansMore.find(c) == std::string_view::npos;
  });
  const size_t at = text.find('@');
  return plain && text.size() <= kMailAddressBytes && at != std::string_view::npos && at > 0 &&
         at + 1 < text.size() && at == text.rfind('@');
}

}  // namespace tsunagi
