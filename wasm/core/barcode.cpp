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
constexpr size_t kEan13Digits = 13;
// NW-7's wide elements: the standard asks for 2.25 to 3 narrow ones at a phone's module size, the
// writer makes 2.
constexpr int kNw7Wide = 3;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_guard(char c) { return c >= 'A' && c <= 'D'; }

template <class Rule>
bool all_of(std::string_view text, Rule rule) {
  for (const char c : text) {
    if (!rule(c)) {
      return false;
    }
  }
  return true;
}

bool contains(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

char ean13_check_digit(std::string_view first_twelve) {
  int sum = 0;
  for (size_t i = 0; i < kEan13Digits - 1; ++i) {
    sum += (first_twelve[i] - '0') * (i % 2 == 0 ? 1 : 3);
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

// Null when the text is carried, else what is wrong with it.
const char* objection_of_ean13(std::string_view text) {
  if ((text.size() != kEan13Digits && text.size() != kEan13Digits - 1) || !all_of(text, is_digit)) {
    return "ean13: not 12 or 13 digits";
  }
  if (text.size() == kEan13Digits && text.back() != ean13_check_digit(text)) {
    return "ean13: wrong check digit";
  }
  return nullptr;
}

const char* objection_of_nw7(std::string_view text) {
  constexpr const char* kObjection =
      "nw7: not 0-9 - $ : / . + with start and stop A-D on both ends or on neither";
  if (is_guard(text.front()) || is_guard(text.back())) {
    if (text.size() < 3 || !is_guard(text.front()) || !is_guard(text.back())) {
      return kObjection;
    }
    text = text.substr(1, text.size() - 2);
  }
  return all_of(text, [](char c) { return is_digit(c) || contains("-$:/.+", c); }) ? nullptr
                                                                                   : kObjection;
}

const char* objection(Symbology symbology, std::string_view text) {
  if (text.empty()) {
    return "barcode: the text is empty";
  }
  if (text.size() > kBarcodeMaxLength) {
    return "barcode: the text is longer than 80 characters";
  }
  switch (symbology) {
    case Symbology::kCode128:
    case Symbology::kQr:
      return all_of(text, [](char c) { return c >= ' ' && c <= '~'; })
                 ? nullptr
                 : "barcode: not printable ASCII";
    case Symbology::kEan13:
      return objection_of_ean13(text);
    case Symbology::kCode39:
      return all_of(text,
                    [](char c) {
                      return is_digit(c) || (c >= 'A' && c <= 'Z') || contains("-. $/+%", c);
                    })
                 ? nullptr
                 : "code39: not 0-9 A-Z - . space $ / + %";
    case Symbology::kNw7:
      return objection_of_nw7(text);
  }
  return "barcode: unknown symbology";
}

void append_number(std::string& out, int number) {
  char digits[12];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number > 0);
  while (count > 0) {
    out.push_back(digits[--count]);
  }
}

struct Run {
  int x, y, length;
};

void append_run(std::string& path, Run run) {
  path.push_back('M');
  append_number(path, run.x);
  path.push_back(' ');
  append_number(path, run.y);
  path.push_back('h');
  append_number(path, run.length);
  path += "v1h-";
  append_number(path, run.length);
  path.push_back('z');
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
  drawing.path.reserve(static_cast<size_t>(bits.width() * bits.height()) * 6);
  for (int y = 0; y < bits.height(); ++y) {
    int drawn_x = quiet.left;
    for (int x = 0; x < bits.width();) {
      const int length = run_length(bits, x, y);
      const int drawn_length = symbology == Symbology::kNw7 && length > 1 ? kNw7Wide : length;
      if (bits.get(x, y)) {
        append_run(drawing.path, {.x = drawn_x, .y = y + quiet.top, .length = drawn_length});
      }
      x += length;
      drawn_x += drawn_length;
    }
    drawing.width = drawn_x + quiet.right;
  }
  return drawing;
}

template <class Writer>
Drawing draw_linear(Symbology symbology, std::wstring_view text) {
  Writer writer;
  writer.setMargin(0);
  return trace(symbology, writer.encode(std::wstring(text), 0, 1),
               {.left = kLinearQuietZone, .right = kLinearQuietZone, .top = 0});
}

Drawing draw_ean13(std::wstring text, std::string_view digits) {
  text.resize(kEan13Digits - 1);
  text.push_back(static_cast<wchar_t>(ean13_check_digit(digits)));
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

std::string_view symbology_name(Symbology symbology) {
  switch (symbology) {
    case Symbology::kCode128:
      return "code128";
    case Symbology::kQr:
      return "qr";
    case Symbology::kEan13:
      return "ean13";
    case Symbology::kCode39:
      return "code39";
    case Symbology::kNw7:
      return "nw7";
  }
  return "";
}

std::optional<Symbology> parse_symbology(std::string_view name) {
  for (const Symbology symbology : kAllSymbologies) {
    if (name == symbology_name(symbology)) {
      return symbology;
    }
  }
  return std::nullopt;
}

Result<Done> check_carries(Symbology symbology, std::string_view text) {
  if (const char* wrong = objection(symbology, text)) {
    return Error{ErrorCode::kInvalid, wrong};
  }
  return Done{};
}

// The writers throw at what they cannot carry; everything they would refuse is refused before they
// are asked.
Result<Drawing> draw(Symbology symbology, std::string_view text) {
  if (const char* wrong = objection(symbology, text)) {
    return Error{ErrorCode::kInvalid, wrong};
  }
  std::wstring wide(text.begin(), text.end());
  switch (symbology) {
    case Symbology::kCode128:
      return draw_linear<ZXing::OneD::Code128Writer>(symbology, wide);
    case Symbology::kQr:
      return draw_qr(wide);
    case Symbology::kEan13:
      return draw_ean13(std::move(wide), text);
    case Symbology::kCode39:
      return draw_linear<ZXing::OneD::Code39Writer>(symbology, wide);
    case Symbology::kNw7:
      return draw_linear<ZXing::OneD::CodabarWriter>(symbology, wide);
  }
  return Error{ErrorCode::kInvalid, "barcode: unknown symbology"};
}

}  // namespace tsunagi
