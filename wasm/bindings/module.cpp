// What the browser module exports. The loader (tsunagi-core.js) allocates the input, calls one of
// the functions and reads the block it returns: a little-endian uint32, the length, and as many
// bytes of UTF-8. The loader releases both.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "GenericGF.h"
#include "qrcode/QRVersion.h"
#include "wasm/bindings/memory.h"
#include "wasm/bindings/render.h"

#define TSUNAGI_EXPORT(name) extern "C" __attribute__((export_name(name)))

namespace {

struct Input {
  const char* bytes;
  size_t length;
};

void* block(std::string (*render)(std::string_view), Input input) {
  const std::string output = render({input.bytes, input.length});
  const auto length = static_cast<uint32_t>(output.size());
  auto* result = static_cast<char*>(std::malloc(sizeof length + length));
  if (result == nullptr) {
    __builtin_trap();
  }
  std::memcpy(result, &length, sizeof length);
  std::memcpy(result + sizeof length, output.data(), length);
  return result;
}

}  // namespace

// The tables that ZXing's QR writer makes once and keeps are made before the first call begins:
// they may not end with it.
TSUNAGI_EXPORT("alloc") void* tsunagi_alloc(size_t size) {
  (void)ZXing::GenericGF::QRCodeField256();
  (void)ZXing::QRCode::Version::Model2(1);
  return std::malloc(size);
}
TSUNAGI_EXPORT("release") void tsunagi_release(void* memory) { tsunagi::release_from(memory); }

TSUNAGI_EXPORT("barcode") void* tsunagi_barcode(const char* bytes, size_t length) {
  return block(tsunagi::draw_pairs, {.bytes = bytes, .length = length});
}

#ifndef TSUNAGI_ENCODE_ONLY
TSUNAGI_EXPORT("card") void* tsunagi_card(const char* bytes, size_t length) {
  return block(tsunagi::render_card_pairs, {.bytes = bytes, .length = length});
}
TSUNAGI_EXPORT("fullScreen") void* tsunagi_full_screen(const char* bytes, size_t length) {
  return block(tsunagi::render_full_screen_pairs, {.bytes = bytes, .length = length});
}
TSUNAGI_EXPORT("stock") void* tsunagi_stock(const char* bytes, size_t length) {
  return block(tsunagi::render_stock_pairs, {.bytes = bytes, .length = length});
}
#endif
