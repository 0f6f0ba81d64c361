#include <cstddef>
#include <string>
#include <string_view>

#include "wasm/core/view.h"

namespace tsunagi {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_continuation(std::string_view text, size_t i) {
  return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
}

// Bytes of the well-formed UTF-8 character that text begins with (its first byte is not ASCII); 0
// when malformed.
size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  size_t length = 0;
  unsigned lowest =
      0x80;  // of the second byte: refuses overlong forms, surrogates and what is past U+10FFFF
  unsigned highest = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if ((first & 0xF0) == 0xE0) {
    length = 3;
    lowest = first == 0xE0 ? 0xA0 : lowest;
    highest = first == 0xED ? 0x9F : highest;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    lowest = first == 0xF0 ? 0x90 : lowest;
    highest = first == 0xF4 ? 0x8F : highest;
  } else {
    return 0;
  }
  for (size_t i = 1; i < length; ++i) {
    if (!is_continuation(text, i)) {
      return 0;
    }
  }
  const auto second = static_cast<unsigned char>(text[1]);
  return second >= lowest && second <= highest ? length : 0;
}

// Control characters become spaces and malformed UTF-8 becomes U+FFFD: an HTML parser would change
// both, and the markup must come back from it as it went in.
std::string escape(std::string_view text, bool in_attribute) {
  std::string escaped;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    size_t length = 1;
    if (static_cast<unsigned char>(c) >= 0x80) {
      length = character_length(text.substr(i));
      const std::string_view character = length > 0 ? text.substr(i, length) : kReplacement;
      escaped += character == "\xC2\xA0" ? "&nbsp;" : character;
      length = length > 0 ? length : 1;
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '"' && in_attribute) {
      escaped += "&quot;";
    } else {
      escaped.push_back(static_cast<unsigned char>(c) < ' ' ? ' ' : c);
    }
    i += length;
  }
  return escaped;
}

}  // namespace

std::string escape_html(std::string_view text) { return escape(text, false); }
std::string escape_attribute(std::string_view text) { return escape(text, true); }

}  // namespace tsunagi
