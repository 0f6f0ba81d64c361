// What each symbology's own rule can carry.

#include "wasm/core/barcode.h"

namespace tsunagi {
namespace {

constexpr size_t kEan13Digits = 13;

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

}  // namespace tsunagi
