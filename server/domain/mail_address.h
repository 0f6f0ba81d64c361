#pragma once

#include <string_view>

namespace tsunagi {

inline constexpr size_t kMailAddressBytes = 254;  // RFC 5321, with its angle brackets 256

// One address as it goes between angle brackets: printable ASCII, one '@' with something on both
// sides, and nothing that means more in a header or a mail server's command.
bool is_mail_address(std::string_view text);

}  // namespace tsunagi
