#pragma once
// Query strings, decoded once and strictly.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/core/result.h"

namespace tsunagi::http {

inline constexpr size_t kQueryMaxParameters = 64;

struct Parameter {
  std::string name, value;
};

// "a=1&b=%E3%81%82+c", '+' is a space. kInvalid: more than kQueryMaxParameters, a cut-off or wrong
// %XX.
Result<std::vector<Parameter>> parse_query(std::string_view query);

// The value when the name is there exactly once.
std::optional<std::string_view> only(const std::vector<Parameter>& parameters,
                                     std::string_view name);
size_t count(const std::vector<Parameter>& parameters, std::string_view name);

// A whole number without sign, leading zero or anything else; at most int64's 18 safe digits.
std::optional<int64_t> parse_id(std::string_view text);

}  // namespace tsunagi::http
