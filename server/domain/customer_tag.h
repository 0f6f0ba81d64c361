#pragma once
// Tags that a merchant gives to customers, as far as they can be searched for.

#include <algorithm>
#include <string_view>

namespace tsunagi {

inline constexpr size_t kCustomerTagMaxBytes = 255;

// Not blank, without what ends a quoted text and without a comma, which makes two tags of one.
inline bool is_searchable_tag(std::string_view tag) {
  if (tag.empty() || tag.size() > kCustomerTagMaxBytes || tag.front() == ' ' || tag.back() == ' ') {
    return false;
  }
  return std::ranges::none_of(tag, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr unsigned char kSpace = 0x20;
    constexpr unsigned char kDelete = 0x7F;
    return byte < kSpace || byte == kDelete || c == '\'' || c == '"' || c == '\\' || c == ',';
  });
}

}  // namespace tsunagi
