// What the reader module exports. The loader (tsunagi-reader.js) asks for room for a picture,
// writes it there and calls read(), which answers with nothing (0), with kRefused for a size it
// does not take, or with the place of a little-endian uint32, the length, and as many bytes of
// UTF-8: the format, a line break and the text. The module keeps one picture and one answer, and
// nobody releases them.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "wasm/reader/reader.h"

#define TSUNAGI_EXPORT(name) extern "C" __attribute__((export_name(name)))

namespace {

constexpr size_t kFormatMaxLength = 16;
constexpr uintptr_t kRefused = ~uintptr_t{0};

uint8_t* room = nullptr;
size_t room_size = 0;
char answer[sizeof(uint32_t) + kFormatMaxLength + tsunagi::kReadingTextMaxLength];

}  // namespace

// Room for a picture of so many pixels; 0 for none and for more than kPicturePixelsMax. What was
// there before is lost.
TSUNAGI_EXPORT("allocate") uint8_t* tsunagi_allocate(size_t pixels) {
  if (pixels == 0 || pixels > tsunagi::kPicturePixelsMax) return nullptr;
  if (pixels > room_size) {
    delete[] room;
    room = new uint8_t[pixels];
    room_size = pixels;
  }
  return room;
}

TSUNAGI_EXPORT("read") uintptr_t tsunagi_read(int width, int height) {
  if (!tsunagi::is_size(width, height) ||
      static_cast<size_t>(width) * static_cast<size_t>(height) > room_size) {
    return kRefused;
  }
  const auto reading = tsunagi::read({.luminance = room, .width = width, .height = height});
  if (!reading) return 0;
  const auto length = static_cast<uint32_t>(reading->format.size() + 1 + reading->text.size());
  char* to = answer;
  std::memcpy(to, &length, sizeof length);
  to += sizeof length;
  std::memcpy(to, reading->format.data(), reading->format.size());
  to += reading->format.size();
  *to++ = '\n';
  std::memcpy(to, reading->text.data(), reading->text.size());
  return reinterpret_cast<uintptr_t>(answer);
}
