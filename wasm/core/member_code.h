#pragma once
// Member codes. Ours are opaque: a letter (no I, O, Q), twelve random digits, and a Damm check
// digit over the whole, 14 characters, e.g. "T0123456789012". The check digit catches every
// single-digit error and every swap of neighbours. Codes that a merchant already uses (plastic
// cards, Shopify customer ids) are accepted under the programme's rule.

#include <cstdint>
#include <string>
#include <string_view>

#include "wasm/core/result.h"

namespace tsunagi {

inline constexpr int kMemberCodeMaxLength =
    20;  // Smaregi customerCode: at most 20 of ^[ -~]+$ (official apidoc)
inline constexpr int kOwnCodeDigits = 12;  // random digits of our own codes

enum class CodeRule : uint8_t {
  kOwn,       // our own codes only
  kOwnOrAny,  // our own, or 1–20 printable ASCII characters without spaces at either end (imported
              // cards)
};

class MemberCode {
 public:
  // The text of a card as scanned or stored. kInvalid when the rule refuses it; a text that looks
  // like one of ours (letter and 13 digits) must always have the right check digit.
  [[nodiscard]] static Result<MemberCode> parse(std::string_view text, CodeRule rule);
  // letter: A–Z without I, O, Q. number: below 10^12.
  [[nodiscard]] static Result<MemberCode> make(char letter, uint64_t number);

  [[nodiscard]] const std::string& text() const { return text_; }
  // Groups of four for people: "T012 3456 7890 12". The gap is for display only.
  [[nodiscard]] std::string grouped() const;

  // A letter of ours and 13 digits, whatever the check digit says.
  [[nodiscard]] static bool looks_like_own(std::string_view text);

  bool operator==(const MemberCode&) const = default;

 private:
  explicit MemberCode(std::string text) : text_(std::move(text)) {}
  std::string text_;  // 1..20 printable ASCII characters
};

}  // namespace tsunagi
