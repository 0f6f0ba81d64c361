#pragma once
// The views as the browser module's loader asks for them: one string of NUL-separated key, value
// pairs in, one string out. An array is its key (with an empty value) once an element, followed by
// the element's own pairs. Unknown keys and values that do not parse are passed over. Keys: the
// fields of wasm/core/view.h, then "language" and "now".

#include <string>
#include <string_view>

namespace tsunagi {

std::string render_card_pairs(std::string_view pairs);
std::string render_full_screen_pairs(std::string_view pairs);
std::string render_stock_pairs(std::string_view pairs);

// Keys "symbology" and "text"; three lines, width, height and path, or one that says what is wrong.
std::string draw_pairs(std::string_view pairs);

}  // namespace tsunagi
