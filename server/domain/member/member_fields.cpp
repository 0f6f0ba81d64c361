#include "server/domain/member/member_fields.h"

#include <algorithm>

namespace tsunagi {
namespace {

constexpr uint32_t kBroken = 0xFFFFFFFF;

struct Decoded {
  uint32_t code = kBroken;
  size_t bytes = 1;
};

// One character of UTF-8, strictly: no overlong forms, no surrogates.
Decoded decode(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead >= 0xF5 || text.size() < length) return {};
  uint32_t code = lead & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  const uint32_t smallest = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  if (code < smallest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, length};
}

bool is_space(uint32_t code) {
  return code == ' ' || (code >= 0x09 && code <= 0x0D) || code == 0xA0 || code == 0x3000 ||
         (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029;
}

// Characters that no name needs and that a receipt printer cannot print. Rare kanji (U+20000…)
// stay.
bool is_refused(uint32_t code) {
  return code == kBroken || code < 0x20 || (code >= 0x7F && code < 0xA0) ||  // control
         (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||  // invisible, direction
         (code >= 0x2600 && code <= 0x27BF) ||                    // pictograms
         (code >= 0xE000 && code <= 0xF8FF) ||                    // private use
         (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0xFFF0 && code <= 0xFFFF) ||
         (code >= 0x1F000 && code <= 0x1FBFF) || code >= 0xE0000;  // emoji, tags, private use
}

bool phone_character(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '(' || c == ')' || c == '+' || c == '#' ||
         c == '*';
}

std::string or_filler(const std::string& name) {
  return name.empty() ? std::string(kPosNameFiller) : name;
}

}  // namespace

std::string clean_name(std::string_view text, size_t max_characters) {
  std::string name;
  size_t characters = 0;
  bool space_waits = false;
  while (!text.empty()) {
    const Decoded next = decode(text);
    const std::string_view bytes = text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
    if (is_space(next.code)) {
      space_waits = !name.empty();
      continue;
    }
    if (is_refused(next.code)) continue;
    if (characters + (space_waits ? 2 : 1) > max_characters) break;
    if (space_waits) {
      name += ' ';
      ++characters;
      space_waits = false;
    }
    name += bytes;
    ++characters;
  }
  return name;
}

std::string clean_phone(std::string_view text) {
  std::string phone;
  for (const char c : text) {
    if (phone_character(c)) phone += c;
  }
  constexpr std::string_view kJapan = "+81";
  if (phone.starts_with(kJapan)) {
    phone.erase(0, kJapan.size());
    std::erase_if(phone, [](char c) { return c == '(' || c == ')'; });  // "+81 (0)3…"
    phone.erase(0, phone.find_first_not_of('-'));
    if (!phone.empty() && !phone.starts_with('0')) phone.insert(0, "0");
  }
  const bool has_digit =
      std::any_of(phone.begin(), phone.end(), [](char c) { return c >= '0' && c <= '9'; });
  return has_digit && phone.size() <= kPosPhoneCharacters ? phone : "";
}

std::string clean_mail(std::string_view text) {
  if (text.size() > kPosMailBytes) return "";
  const size_t at = text.find('@');
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return plain && at != std::string_view::npos && at > 0 && at + 1 < text.size() ? std::string(text)
                                                                                 : "";
}

NewPosMember pos_member_fields(std::string_view code, const ShopCustomer& customer, FieldSet set) {
  NewPosMember member;
  member.code = code;
  const bool names = set != FieldSet::kCodeOnly;
  member.last_name = or_filler(names ? clean_name(customer.last_name) : "");
  member.first_name = or_filler(names ? clean_name(customer.first_name) : "");
  if (set == FieldSet::kAll) {
    member.mail = clean_mail(customer.mail);
    member.phone = clean_phone(customer.phone);
  }
  // Smaregi's default for an absent flag differs between sources, so it is always given.
  member.mail_consent = customer.mail_consent && !member.mail.empty();
  return member;
}

}  // namespace tsunagi
