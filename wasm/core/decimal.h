#pragma once
// Integers in decimal. std::to_string costs the browser module a table and a second copy for every
// width.

#include <cstdint>
#include <string>

namespace tsunagi {

std::string decimal(int64_t number);

}  // namespace tsunagi
