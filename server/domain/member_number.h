#pragma once
// A member's id as the number that it is.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tsunagi {

// Positive; nothing: it is none (Smaregi's customerId has at most 10 digits).
inline std::optional<int64_t> member_number(std::string_view id) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc() || end != id.data() + id.size() || number <= 0) return std::nullopt;
  return number;
}

}  // namespace tsunagi
