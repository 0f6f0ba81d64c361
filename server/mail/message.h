#pragma once
// A mail as the bytes that a mail server takes (RFC 5322, RFC 2045): plain text in UTF-8, which
// travels as base64, so that nothing in it is a header, a line too long or the end of the mail.

#include <string>
#include <string_view>

#include "server/domain/ports.h"

namespace tsunagi::mail {

// from: an address. kInvalid: an address that is none, or an id of other characters than ports.h
// says. The same mail gives the same bytes.
Result<std::string> message(const Mail& mail, std::string_view from);

}  // namespace tsunagi::mail
