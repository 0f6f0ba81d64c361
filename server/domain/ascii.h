#pragma once
// Letters of ASCII, whatever the locale; other bytes stay.

#include <algorithm>
#include <string>
#include <string_view>

namespace tsunagi {

inline char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
inline std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return ascii_lower(c); });
  return lower;
}

}  // namespace tsunagi
