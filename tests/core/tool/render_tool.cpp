// The native views for the test of the browser module. Reads requests from the standard input, each
// a view's name, a line break, the number of bytes, a line break, and the bytes the module's loader
// would send; answers each with the number of bytes, a line break, and the bytes.

#include <cstddef>
#include <iostream>
#include <string>

#include "wasm/bindings/render.h"

namespace {

constexpr size_t kRequestLimit = 16'000'000;  // bytes; the module's own memory is smaller

std::string render(const std::string& view, const std::string& pairs) {
  if (view == "card") {
    return tsunagi::render_card_pairs(pairs);
  }
  if (view == "fullScreen") {
    return tsunagi::render_full_screen_pairs(pairs);
  }
  if (view == "stock") {
    return tsunagi::render_stock_pairs(pairs);
  }
  return view == "barcode" ? tsunagi::draw_pairs(pairs) : "unknown view";
}

}  // namespace

int main() {
  std::string view;
  size_t length = 0;
  while (std::getline(std::cin, view) && std::cin >> length && length <= kRequestLimit) {
    std::cin.get();  // the line break after the number
    std::string pairs(length, '\0');
    if (!std::cin.read(pairs.data(), static_cast<std::streamsize>(length))) {
      std::cerr << "core_render: the request ended early\n";
      return 1;
    }
    const std::string html = render(view, pairs);
    std::cout << html.size() << '\n' << html;
  }
  return std::cin.eof() ? 0 : 1;
}
