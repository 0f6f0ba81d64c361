#include "server/domain/member/typed_text.h"

#include <utf8proc.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace tsunagi {
namespace {

constexpr char32_t kFirstWidthForm = 0xFF01;
constexpr char32_t kLastWidthForm = 0xFFEE;
constexpr char32_t kFirstHiragana = 0x3041;
constexpr char32_t kLastHiragana = 0x3096;
constexpr char32_t kToKatakana = 0x60;
constexpr char32_t kFirstSymbol = 0x2600;  // dingbats and weather signs, emoji or not
constexpr char32_t kLastSymbol = 0x27BF;

bool is_width_form(char32_t c) { return c >= kFirstWidthForm && c <= kLastWidthForm; }

// Compatibility composition (NFKC).
std::u32string composed(std::u32string_view text) {
  const std::string utf8 = to_utf8(text);
  utf8proc_uint8_t* made = nullptr;
  // NOLINTBEGIN(clang-analyzer-optin.core.EnumCastOutOfRange): the library's flags are an enum
  const auto bytes = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
      static_cast<utf8proc_ssize_t>(utf8.size()), &made,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT));
  // NOLINTEND(clang-analyzer-optin.core.EnumCastOutOfRange)
  if (bytes < 0) return std::u32string(text);  // out of memory: as typed
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
  return code_points({reinterpret_cast<const char*>(made), static_cast<size_t>(bytes)});
}

}  // namespace

std::u32string code_points(std::string_view utf8) {
  std::u32string text;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data());
  auto left = static_cast<utf8proc_ssize_t>(utf8.size());
  while (left > 0) {
    utf8proc_int32_t c = -1;
    const auto taken = utf8proc_iterate(bytes, left, &c);
    if (taken > 0) text.push_back(static_cast<char32_t>(c));
    const utf8proc_ssize_t step = taken > 0 ? taken : 1;
    bytes += step;
    left -= step;
  }
  return text;
}

std::string to_utf8(std::u32string_view text) {
  std::string utf8;
  for (const char32_t c : text) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const auto count = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes.data());
    utf8.append(reinterpret_cast<const char*>(bytes.data()), static_cast<size_t>(count));
  }
  return utf8;
}

std::u32string fold_widths(const std::u32string& text) {
  std::u32string folded;
  for (size_t from = 0; from < text.size();) {
    size_t to = from;
    while (to < text.size() && is_width_form(text[to])) ++to;
    if (to == from) {
      folded.push_back(text[from++]);
      continue;
    }
    folded += composed(std::u32string_view(text).substr(from, to - from));
    from = to;
  }
  return folded;
}

std::u32string to_katakana(const std::u32string& text) {
  std::u32string katakana = text;
  for (char32_t& c : katakana) {
    if (c >= kFirstHiragana && c <= kLastHiragana) c += kToKatakana;
  }
  return katakana;
}

bool is_space(char32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return c >= '\t' && c <= '\r';
  }
}

bool is_hyphen(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_PD ||
         c == U'\u2212' || c == U'ー';
}

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

bool is_unprintable(char32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
      return true;
    default:
      break;
  }
  const bool variation = (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
  const bool skin = c >= 0x1F3FB && c <= 0x1F3FF;
  const bool pictogram = utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->boundclass ==
                             UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC &&
                         c > 0xFF;  // © and ® are letters of a name, too
  return variation || skin || pictogram || (c >= kFirstSymbol && c <= kLastSymbol) ||
         (c >= 0x1F1E6 && c <= 0x1F1FF) || c == 0x20E3;  // flags, key caps
}

}  // namespace tsunagi
