#include "wasm/reader/reader.h"

#include <vector>

#include "Barcode.h"
#include "BitMatrix.h"
#include "HybridBinarizer.h"
#include "ReaderOptions.h"
#include "oned/ODReader.h"
#include "qrcode/QRReader.h"
#include "wasm/core/member_code.h"

namespace tsunagi {
namespace {

using ZXing::BarcodeFormat;

// Lines that must agree before a linear code is taken for one: its check digit alone lets one
// damaged line in ten (EAN) or in a hundred (Code 128) through, and Code 39 and NW-7 have none.
constexpr uint8_t kLinesAgreeing = 2;
// Half the picture is looked at, too, when nothing was found in one that has more pixels: it has
// less noise.
constexpr int kHalvedFrom = 640 * 360;

std::string_view name_of(BarcodeFormat format) {
  if (format == BarcodeFormat::Code128) return "code128";
  if (format == BarcodeFormat::EAN13) return "ean13";
  if (format == BarcodeFormat::EAN8) return "ean8";
  if (format == BarcodeFormat::UPCA) return "upca";
  if (format == BarcodeFormat::Code39) return "code39";
  if (format == BarcodeFormat::Codabar) return "nw7";
  return format == BarcodeFormat::QRCode ? "qr" : "";
}

ZXing::ReaderOptions options() {
  ZXing::ReaderOptions options;
  options.setFormats(BarcodeFormat::Code128 | BarcodeFormat::EAN13 | BarcodeFormat::EAN8 |
                     BarcodeFormat::UPCA | BarcodeFormat::Code39 | BarcodeFormat::Codabar |
                     BarcodeFormat::QRCode);
  options.setMinLineCount(kLinesAgreeing);
  // "+A" on a card is these two characters: the writers know no extended Code 39.
  options.setTryCode39ExtendedMode(false);
  return options;
}

// Lines against the brightness around each pixel, as ZXing does for QR: a line's own histogram,
// which is sharper, is of no use where light falls on a part of it.
class LocalLines : public ZXing::HybridBinarizer {
 public:
  using HybridBinarizer::HybridBinarizer;

  bool getPatternRow(int row, int rotation, ZXing::PatternRow& into) const override {
    const ZXing::BitMatrix* bits = getBitMatrix();
    if (bits == nullptr) return false;
    ZXing::GetPatternRow(*bits, row, into, rotation % 180 != 0);
    return true;
  }
};

ZXing::ImageView view_of(const Picture& picture) {
  __builtin_assume(picture.luminance != nullptr);  // else ImageView brings a message and stdio
  return {picture.luminance, picture.width, picture.height, ZXing::ImageFormat::Lum};
}

// A code's text is what a keyboard could have typed, in UTF-8: what is not, nobody could look up.
bool is_text(std::string_view bytes) {
  constexpr unsigned char kFirstPrintable = 0x20;
  constexpr unsigned char kDelete = 0x7F;
  if (bytes.empty() || bytes.size() > kReadingTextMaxLength) return false;
  for (size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    if (lead < kFirstPrintable || lead == kDelete) return false;
    const size_t length = lead < 0x80    ? 1
                          : lead < 0xC2  ? 0
                          : lead < 0xE0  ? 2
                          : lead < 0xF0  ? 3
                          : lead <= 0xF4 ? 4
                                         : 0;
    if (length == 0 || length > bytes.size() - i) return false;
    for (size_t rest = 1; rest < length; ++rest) {
      const auto next = static_cast<unsigned char>(bytes[i + rest]);
      if ((next & 0xC0) != 0x80) return false;
      if (rest == 1 && ((lead == 0xE0 && next < 0xA0) || (lead == 0xED && next >= 0xA0) ||
                        (lead == 0xF0 && next < 0x90) || (lead == 0xF4 && next >= 0x90))) {
        return false;
      }
    }
    i += length;
  }
  return true;
}

// A damaged line passes the check of Code 128 once in a hundred, and one of ours our own check
// digit once in ten of those.
bool contradicts_itself(std::string_view text) {
  return MemberCode::looks_like_own(text) && !MemberCode::parse(text, CodeRule::kOwn).ok();
}

std::optional<Reading> reading_of(const ZXing::Barcode& barcode) {
  if (!barcode.isValid()) return std::nullopt;
  const std::string_view format = name_of(barcode.format());
  std::string text(barcode.bytes().asString());
  if (format.empty() || !is_text(text) || contradicts_itself(text)) return std::nullopt;
  return Reading{.format = format, .text = std::move(text)};
}

std::optional<Reading> read_at(const Picture& picture) {
  const ZXing::ReaderOptions wanted = options();
  const ZXing::QRCode::Reader squares(wanted, true);
  const ZXing::OneD::Reader lines(wanted);
  const ZXing::HybridBinarizer by_line(view_of(picture));
  const LocalLines by_place(view_of(picture));
  if (auto found = reading_of(lines.decode(by_line))) return found;
  const auto square = squares.decode(by_place, 1);
  if (!square.empty()) {
    if (auto found = reading_of(square.front())) return found;
  }
  return reading_of(lines.decode(by_place));
}

std::vector<uint8_t> halved(const Picture& picture) {
  const int width = picture.width / 2;
  const int height = picture.height / 2;
  std::vector<uint8_t> half(static_cast<size_t>(width) * height);
  auto* to = half.data();
  for (int y = 0; y < height; ++y) {
    const uint8_t* upper = picture.luminance + static_cast<ptrdiff_t>(2 * y) * picture.width;
    const uint8_t* lower = upper + picture.width;
    for (int x = 0; x < 2 * width; x += 2) {
      *to++ = static_cast<uint8_t>((upper[x] + upper[x + 1] + lower[x] + lower[x + 1] + 2) / 4);
    }
  }
  return half;
}

}  // namespace

bool is_size(int width, int height) {
  return width > 0 && height > 0 && width <= kPictureSideMax && height <= kPictureSideMax &&
         width * height <= kPicturePixelsMax;
}

std::optional<Reading> read(const Picture& picture) {
  if (auto found = read_at(picture)) return found;
  if (picture.width * picture.height < kHalvedFrom) return std::nullopt;
  const std::vector<uint8_t> half = halved(picture);
  return read_at(
      {.luminance = half.data(), .width = picture.width / 2, .height = picture.height / 2});
}

}  // namespace tsunagi
