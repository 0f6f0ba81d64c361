#include "wasm/core/barcode.h"

#include "BitMatrix.h"
#include "oned/ODCodabarWriter.h"
#include "oned/ODCode128Writer.h"
#include "oned/ODCode39Writer.h"
#include "oned/ODEAN13Writer.h"
#include "qrcode/QRErrorCorrectionLevel.h"
#include "qrcode/QRWriter.h"
#include "wasm/core/trace.h"

namespace tsunagi {
namespace {

constexpr int kLinearQuietZone = 10;
constexpr int kEan13QuietLeft = 11;
constexpr int kEan13QuietRight = 7;
constexpr int kQrQuietZone = 4;

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
