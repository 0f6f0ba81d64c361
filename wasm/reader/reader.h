#pragma once
// A barcode from a picture, through ZXing-cpp's readers: Code 128, EAN-13, EAN-8, UPC-A, Code 39,
// Codabar (NW-7) and QR, dark on light, lines in any of the four directions, QR in any.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tsunagi {

inline constexpr int kPictureSideMax = 4096;           // pixels
inline constexpr int kPicturePixelsMax = 1920 * 1080;  // what a phone's camera gives at most
inline constexpr size_t kReadingTextMaxLength = 512;   // bytes; more is no code of a shop

// luminance: width × height bytes, rows from the top, 0 is black.
struct Picture {
  const uint8_t* luminance = nullptr;
  int width = 0;
  int height = 0;
};

// The sides within their limits, and as many pixels as a picture may have.
[[nodiscard]] bool is_size(int width, int height);

struct Reading {
  std::string_view format;  // "code128" "ean13" "ean8" "upca" "code39" "nw7" "qr"
  // UTF-8 without control characters. nw7 with its start and stop letters, upca and the EANs with
  // their check digits.
  std::string text;
};

// The first barcode that is found; nothing when there is none, none with a text as above, or a
// member code of ours with a wrong check digit. The size must be one of is_size().
[[nodiscard]] std::optional<Reading> read(const Picture& picture);

}  // namespace tsunagi
