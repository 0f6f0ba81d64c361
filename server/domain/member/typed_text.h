#pragma once
// Text as people type it: Unicode by utf8proc, and the few spellings that are the same thing in
// Japanese forms. Bytes that are not UTF-8 are left out.

#include <string>
#include <string_view>

namespace tsunagi {

std::u32string code_points(std::string_view utf8);
std::string to_utf8(std::u32string_view text);

// Full-width letters, digits and signs as ASCII, half-width kana as full-width ("ｶﾞ" → "ガ"); all
// else as typed, so that a name keeps its rare kanji.
std::u32string fold_widths(const std::u32string& text);
// Hiragana as katakana.
std::u32string to_katakana(const std::u32string& text);

bool is_space(char32_t c);
bool is_hyphen(char32_t c);  // any of the dashes, and the long vowel mark typed for one
bool is_digit(char32_t c);   // ASCII
// Characters that no form needs and that a receipt printer cannot print: control, invisible,
// private use, pictograms.
bool is_unprintable(char32_t c);

}  // namespace tsunagi
