// Any bytes in any symbology: an error or a drawing that stays within its own bounds, never a throw
// or an abort.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wasm/core/barcode.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const tsunagi::Symbology symbology : tsunagi::kAllSymbologies) {
    const auto drawing = tsunagi::draw(symbology, text);
    if (drawing.ok() != tsunagi::check_carries(symbology, text).ok()) {
      std::abort();
    }
    if (drawing && (drawing->width <= 0 || drawing->height <= 0 || drawing->path.empty() ||
                    text.size() > tsunagi::kBarcodeMaxLength)) {
      std::abort();
    }
  }
  return 0;
}
