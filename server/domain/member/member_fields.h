#pragma once
// A Shopify customer's fields as Smaregi takes them. Smaregi's rules: names at most 85 characters
// and never empty, phone 1–20 ASCII characters, mail at most 255; a person may have typed anything.

#include <string>
#include <string_view>

#include "server/domain/values.h"

namespace tsunagi {

inline constexpr size_t kPosNameCharacters = 85;
inline constexpr size_t kPosPhoneCharacters = 20;
inline constexpr size_t kPosMailBytes = 255;
inline constexpr std::string_view kPosNameFiller = "-";  // for a customer without a name

// How much of it to send: when Smaregi refuses a form, the next smaller one is tried.
enum class FieldSet : uint8_t {
  kAll,       // names, phone, mail
  kNames,     // names only
  kCodeOnly,  // the filler for names
};

NewPosMember pos_member_fields(std::string_view code, const ShopCustomer& customer, FieldSet set);

// Without control characters, pictograms and broken UTF-8; runs of white space are one space; at
// most max characters.
std::string clean_name(std::string_view text, size_t max_characters = kPosNameCharacters);
// "+81 90-1234-5678" → "090-1234-5678"; "" when what is left is not a phone number of at most 20
// characters.
std::string clean_phone(std::string_view text);
std::string clean_mail(std::string_view text);

}  // namespace tsunagi
