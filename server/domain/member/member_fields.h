#pragma once
// A Shopify customer's fields as Smaregi takes them: the one place that says what becomes of what a
// person typed. The table for merchants is docs/member-fields.md; tests/domain/member_fields_test
// keeps both honest. A field that cannot be made into what Smaregi takes is left out, never cut
// into something else.

#include <string>
#include <string_view>
#include <vector>

#include "server/domain/values.h"

namespace tsunagi {

inline constexpr size_t kPosNameCharacters = 85;  // names, kana and address
inline constexpr size_t kPosPhoneCharacters = 20;
inline constexpr size_t kPosPostCodeCharacters = 10;
inline constexpr size_t kPosMailBytes = 255;
inline constexpr std::string_view kPosNameFiller = "-";  // for a customer without a name

// How much of it to send: when Smaregi refuses a form, the next smaller one is tried.
enum class FieldSet : uint8_t {
  kAll,       // everything
  kNames,     // names only
  kCodeOnly,  // the filler for names
};

// now: nobody is born after it.
MemberFields member_fields(const ShopCustomer& customer, Seconds now);
// required: sent in every form.
NewPosMember new_member(std::string_view code, const MemberFields& fields, FieldSet set,
                        const std::vector<MemberField>& required = {});
// One field as somebody typed it into our own form, in Japan; "" when Smaregi does not take it.
std::string clean_field(MemberField field, std::string_view text, Seconds now);

// Without control characters, pictograms and broken UTF-8; runs of white space are one space; at
// most max characters.
std::string clean_name(std::string_view text, size_t max_characters = kPosNameCharacters);
// Full-width katakana and ASCII; "" when a character has no reading (kanji).
std::string clean_kana(std::string_view text);
// "+81 90-1234-5678" → "090-1234-5678"; "" when what is left is not a phone number of at most 20
// characters.
std::string clean_phone(std::string_view text);
std::string clean_mail(std::string_view text);
// "〒１５０ー０００１" → "150-0001"; elsewhere at most 10 ASCII characters. country: ISO 3166
// alpha-2,
// "" means Japan.
std::string clean_post_code(std::string_view text, std::string_view country);
// Prefecture, city, street, building; elsewhere from the street to the country.
std::string clean_address(const ShopAddress& address);
// "YYYY-MM-DD" of a day that exists, from 1900 to today.
std::string clean_birth_date(std::string_view text, Seconds now);
// Smaregi's "1" (male) and "2" (female); "" for everything else.
std::string clean_sex(std::string_view text);

}  // namespace tsunagi
