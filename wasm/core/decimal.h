#pragma once
// Integers in decimal. std::to_string costs the browser module a table and a second copy for every
// width.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tsunagi {

std::string decimal(int64_t number);
// One after the other. Each `+` of strings is code of its own in the browser module; this is one.
std::string concat(std::initializer_list<std::string_view> parts);

}  // namespace tsunagi
