#pragma once

#include <string>
#include <string_view>

namespace tsunagi {

// Everything but letters, digits and "-_.~" of ASCII as %XX.
std::string percent_encoded(std::string_view text);

}  // namespace tsunagi
