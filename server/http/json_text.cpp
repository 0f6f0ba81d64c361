#include "server/http/json_text.h"

#include <array>
#include <charconv>

namespace tsunagi::http {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool continues(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

// The length of the UTF-8 sequence that begins at `at`, 0 when there is none (overlong, surrogate,
// cut off).
size_t sequence_length(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const auto second = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0U;
  if (first >= 0xC2 && first <= 0xDF) return continues(text, at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(text, at + 1) || !continues(text, at + 2)) return 0;
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(text, at + 1) || !continues(text, at + 2) || !continues(text, at + 3)) return 0;
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return 4;
  }
  return 0;
}

bool is_plain(unsigned char byte) {
  return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\' && byte != '<' && byte != '>' &&
         byte != '&';
}

void append_escaped(std::string& out, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (byte == '"' || byte == '\\') {
    out += '\\';
    out += static_cast<char>(byte);
    return;
  }
  out += "\\u00";
  out += kHex[byte >> 4U];
  out += kHex[byte & 15U];
}

void comma(std::string& out) {
  if (!out.empty() && out.back() != '{' && out.back() != '[') out += ',';
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  size_t start = 0;
  size_t at = 0;
  const auto flush = [&] { out.append(text.substr(start, at - start)); };
  while (at < text.size()) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (is_plain(byte)) {
      ++at;
      continue;
    }
    if (byte < 0x80) {
      flush();
      append_escaped(out, byte);
      start = ++at;
      continue;
    }
    const size_t length = sequence_length(text, at);
    if (length == 0) {
      flush();
      out += kReplacement;
      start = ++at;
    } else {
      at += length;
    }
  }
  flush();
  out += '"';
}

void append_json_number(std::string& out, int64_t value) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_name(std::string& out, std::string_view name) {
  comma(out);
  out += '"';
  out += name;
  out += "\":";
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  append_name(out, name);
  append_json_text(out, text);
}

void append_member(std::string& out, std::string_view name, int64_t value) {
  append_name(out, name);
  append_json_number(out, value);
}

void append_flag(std::string& out, std::string_view name, bool value) {
  append_name(out, name);
  out += value ? "true" : "false";
}

}  // namespace tsunagi::http
