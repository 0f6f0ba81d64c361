#pragma once
// JSON written by appending: the hot answers are a few hundred bytes of known shape.

#include <cstdint>
#include <string>
#include <string_view>

namespace tsunagi::http {

// A JSON string with its quotes. < > & are written \u00XX as well, so that an answer is harmless
// wherever it lands; bytes that are not UTF-8 become U+FFFD.
void append_json_text(std::string& out, std::string_view text);
void append_json_number(std::string& out, int64_t value);

// ,"name":value — the comma is left out after '{' and '['.
void append_member(std::string& out, std::string_view name, std::string_view text);
void append_member(std::string& out, std::string_view name, int64_t value);
void append_flag(std::string& out, std::string_view name, bool value);
void append_name(std::string& out, std::string_view name);

}  // namespace tsunagi::http
