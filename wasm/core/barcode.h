#pragma once
// Text to barcode, through ZXing-cpp's writers. Pure; safe from any thread. Text that a symbology
// cannot carry is an Error{kInvalid}, never a throw and never an abort.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wasm/core/result.h"

namespace tsunagi {

enum class Symbology : uint8_t {
  kCode128,  // printable ASCII; digit pairs share a symbol
  kQr,       // error correction M
  kEan13,    // 12 digits (the 13th is computed) or 13 with a right check digit
  kCode39,   // 0-9 A-Z - . space $ / + %   (imported plastic cards)
  kNw7,      // Codabar: 0-9 - $ : / . +, start and stop A-D (A…A is added when absent)
};
inline constexpr Symbology kAllSymbologies[] = {
    Symbology::kCode128, Symbology::kQr, Symbology::kEan13, Symbology::kCode39, Symbology::kNw7};

// "code128" "qr" "ean13" "code39" "nw7": the words of settings, metafield and API.
std::string_view symbology_name(Symbology symbology);
std::optional<Symbology> parse_symbology(std::string_view name);

// A drawing on whole modules, quiet zone included (Code 128, Code 39, NW-7: 10 modules a side;
// EAN-13: 11 left and 7 right; QR: 4 on all sides). width and height are in modules; a linear code
// has height 1 and is stretched by the viewer. path is SVG path data of the dark modules ("M10
// 0h2v1h-2z…"), for viewBox "0 0 width height".
struct Drawing {
  Symbology symbology = Symbology::kCode128;
  int width = 0;
  int height = 0;
  std::string path;
};

inline constexpr size_t kBarcodeMaxLength =
    80;  // characters of any symbology; ZXing's own limit for Code 128 and 39

[[nodiscard]] Result<Drawing> draw(Symbology symbology, std::string_view text);

// What the symbology's own rule says of the text, without encoding it.
[[nodiscard]] Result<Done> check_carries(Symbology symbology, std::string_view text);

}  // namespace tsunagi
