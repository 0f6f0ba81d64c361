#include "wasm/core/barcode.h"

#include "BitMatrix.h"
#include "oned/ODCodabarWriter.h"
#include "oned/ODCode128Writer.h"
#include "oned/ODCode39Writer.h"
#include "oned/ODEAN13Writer.h"
#include "qrcode/QRErrorCorrectionLevel.h"
#include "qrcode/QRWriter.h"

namespace tsunagi {
namespace {

using ZXing::BitMatrix;

constexpr int kLinearQuietZone = 10;
constexpr int kEan13QuietLeft = 11;
constexpr int kEan13QuietRight = 7;
constexpr int kQrQuietZone = 4;
// NW-7's wide elements: the standard asks for 2.25 to 3 narrow ones at a phone's module size, the
// writer makes 2.
constexpr int kNw7Wide = 3;

constexpr size_t kRunLength = 24;  // bytes of "M123 123h123v1h-123z" at most

struct Run {
  int x, y, length;
};

// Both write at a cursor within a string that is long enough, and return where they stopped.
char* write_number(char* at, int number) {
  if (number >= 10) {
    at = write_number(at, number / 10);
  }
  *at = static_cast<char>('0' + number % 10);
  return at + 1;
}

char* write_run(char* at, Run run) {
  *at++ = 'M';
  at = write_number(at, run.x);
  *at++ = ' ';
  at = write_number(at, run.y);
  *at++ = 'h';
  at = write_number(at, run.length);
  for (const char c : {'v', '1', 'h', '-'}) {
    *at++ = c;
  }
  at = write_number(at, run.length);
  *at++ = 'z';
  return at;
}

// The length of the run of equal modules that starts at x.
int run_length(const BitMatrix& bits, int x, int y) {
  const bool dark = bits.get(x, y);
  int end = x + 1;
  while (end < bits.width() && bits.get(end, y) == dark) {
    ++end;
  }
  return end - x;
}

struct QuietZone {
  int left, right, top;
};

Drawing trace(Symbology symbology, const BitMatrix& bits, QuietZone quiet) {
  Drawing drawing;
  drawing.symbology = symbology;
  drawing.height = bits.height() + 2 * quiet.top;
  const int runs_a_row = bits.width() / 2 + 1;
  drawing.path.resize(static_cast<size_t>(runs_a_row * bits.height()) * kRunLength);
  char* at = drawing.path.data();
  for (int y = 0; y < bits.height(); ++y) {
    int drawn_x = quiet.left;
    for (int x = 0; x < bits.width();) {
      const int length = run_length(bits, x, y);
      const int drawn_length = symbology == Symbology::kNw7 && length > 1 ? kNw7Wide : length;
      if (bits.get(x, y)) {
        at = write_run(at, {.x = drawn_x, .y = y + quiet.top, .length = drawn_length});
      }
      x += length;
      drawn_x += drawn_length;
    }
    drawing.width = drawn_x + quiet.right;
  }
  drawing.path.resize(static_cast<size_t>(at - drawing.path.data()));
  return drawing;
}

template <class Writer>
Drawing draw_linear(Symbology symbology, std::wstring_view text) {
  Writer writer;
  writer.setMargin(0);
  return trace(symbology, writer.encode(std::wstring(text), 0, 1),
               {.left = kLinearQuietZone, .right = kLinearQuietZone, .top = 0});
}

// The writer computes the check digit of twelve digits itself.
Drawing draw_ean13(const std::wstring& text) {
  ZXing::OneD::EAN13Writer writer;
  writer.setMargin(0);
  return trace(Symbology::kEan13, writer.encode(text, 0, 1),
               {.left = kEan13QuietLeft, .right = kEan13QuietRight, .top = 0});
}

Drawing draw_qr(const std::wstring& text) {
  ZXing::QRCode::Writer writer;
  writer.setMargin(0);
  writer.setErrorCorrectionLevel(ZXing::QRCode::ErrorCorrectionLevel::Medium);
  return trace(Symbology::kQr, writer.encode(text, 0, 0),
               {.left = kQrQuietZone, .right = kQrQuietZone, .top = kQrQuietZone});
}

}  // namespace

// The writers throw at what they cannot carry; everything they would refuse is refused before they
// are asked.
Result<Drawing> draw(Symbology symbology, std::string_view text) {
  if (Result<Done> carried = check_carries(symbology, text); !carried) {
    return carried.error();
  }
  std::wstring wide(text.begin(), text.end());
  switch (symbology) {
    case Symbology::kCode128:
      return draw_linear<ZXing::OneD::Code128Writer>(symbology, wide);
    case Symbology::kQr:
      return draw_qr(wide);
    case Symbology::kEan13:
      return draw_ean13(wide);
    case Symbology::kCode39:
      return draw_linear<ZXing::OneD::Code39Writer>(symbology, wide);
    case Symbology::kNw7:
      return draw_linear<ZXing::OneD::CodabarWriter>(symbology, wide);
  }
  return Error{ErrorCode::kInvalid, "barcode: unknown symbology"};
}

}  // namespace tsunagi
