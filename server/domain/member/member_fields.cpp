#include "server/domain/member/member_fields.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

#include "server/domain/ascii.h"
#include "server/domain/member/typed_text.h"
#include "wasm/core/japan_time.h"
#include "wasm/core/prefecture.h"

namespace tsunagi {
namespace {

constexpr size_t kJapanesePostCodeDigits = 7;
constexpr size_t kPostCodeDigitsBeforeHyphen = 3;
constexpr int kOldestYear = 1900;
constexpr size_t kDateDigits = 8;
constexpr size_t kLongestDate = 40;  // characters of a form's date field
constexpr std::string_view kJapan = "JP";

constexpr std::array<std::string_view, 6> kMale = {"1", "m", "male", "man", "男", "男性"};
constexpr std::array<std::string_view, 6> kFemale = {"2", "f", "female", "woman", "女", "女性"};

bool is_japan(std::string_view country) { return country.empty() || country == kJapan; }

std::string or_filler(const std::string& name) {
  return name.empty() ? std::string(kPosNameFiller) : name;
}

// Printable characters with single spaces between words.
std::u32string tidy(const std::u32string& text) {
  std::u32string tidied;
  bool space_waits = false;
  for (const char32_t c : text) {
    if (is_space(c)) {
      space_waits = !tidied.empty();
    } else if (!is_unprintable(c)) {
      if (space_waits) tidied.push_back(' ');
      space_waits = false;
      tidied.push_back(c);
    }
  }
  return tidied;
}

// At most that many characters, and no space left hanging.
std::string cut(std::u32string text, size_t max_characters) {
  if (text.size() > max_characters) text.resize(max_characters);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return to_utf8(text);
}

bool is_kana_or_ascii(char32_t c) { return (c >= 0x30A0 && c <= 0x30FF) || (c >= ' ' && c <= '~'); }

bool is_phone_sign(char32_t c) { return c == '(' || c == ')' || c == '+' || c == '#' || c == '*'; }

// Of Shopify's province code; "" when it is none.
std::string_view prefecture_of(std::string_view province_code) {
  if (!province_code.starts_with("JP-")) return "";
  const auto prefecture = Prefecture::parse(province_code);
  return prefecture.has_value() ? prefecture->name() : "";
}

// The text without what it begins with, when it does.
std::string without_prefix(const std::string& text, std::string_view prefix) {
  return !prefix.empty() && text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

// "1990年1月2日" → {1990, 1, 2}; eight digits in a row are one date.
std::vector<int> numbers_of(const std::u32string& text) {
  std::vector<std::string> runs;
  bool in_run = false;
  for (const char32_t c : text) {
    if (is_digit(c)) {
      if (!in_run) runs.emplace_back();
      runs.back().push_back(static_cast<char>(c));
    }
    in_run = is_digit(c);
  }
  if (runs.size() == 1 && runs[0].size() == kDateDigits) {
    runs = {runs[0].substr(0, 4), runs[0].substr(4, 2), runs[0].substr(6, 2)};
  }
  std::vector<int> numbers;
  for (const std::string& run : runs) {
    if (run.size() > 4) return {};
    numbers.push_back(std::stoi(run));
  }
  return numbers;
}

}  // namespace

std::string clean_name(std::string_view text, size_t max_characters) {
  return cut(tidy(fold_widths(code_points(text))), max_characters);
}

std::string clean_kana(std::string_view text) {
  const std::u32string kana = to_katakana(tidy(fold_widths(code_points(text))));
  const bool readable = std::all_of(kana.begin(), kana.end(), is_kana_or_ascii);
  return readable ? cut(kana, kPosNameCharacters) : "";
}

std::string clean_phone(std::string_view text) {
  std::string phone;
  for (const char32_t c : fold_widths(code_points(text))) {
    if (is_digit(c) || is_phone_sign(c)) {
      phone += static_cast<char>(c);
    } else if (is_hyphen(c)) {
      phone += '-';
    }
  }
  constexpr std::string_view kFromAbroad = "+81";
  if (phone.starts_with(kFromAbroad)) {
    phone.erase(0, kFromAbroad.size());
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

std::string clean_post_code(std::string_view text, std::string_view country) {
  std::string digits;
  std::string as_typed;
  for (const char32_t c : tidy(fold_widths(code_points(text)))) {
    if (c == U'〒') continue;
    if (c >= 0x80 && !is_hyphen(c)) return "";
    if (is_digit(c)) digits += static_cast<char>(c);
    as_typed += is_hyphen(c) ? '-' : static_cast<char>(c);
  }
  if (is_japan(country)) {
    const bool letters = std::any_of(as_typed.begin(), as_typed.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    if (letters || digits.size() != kJapanesePostCodeDigits) return "";
    return digits.insert(kPostCodeDigitsBeforeHyphen, "-");
  }
  return as_typed.size() <= kPosPostCodeCharacters ? as_typed : "";
}

std::string clean_address(const ShopAddress& address) {
  const auto line = [](const std::string& text) {
    return to_utf8(tidy(fold_widths(code_points(text))));
  };
  std::string joined;
  if (is_japan(address.country)) {
    const std::string_view prefecture = prefecture_of(address.province_code);
    const std::string city = without_prefix(line(address.city), prefecture);
    std::string street = without_prefix(line(address.line1), prefecture);
    street = without_prefix(street, city);
    joined = std::string(prefecture) + city + street;
    const std::string building = line(address.line2);
    if (!building.empty()) joined += (joined.empty() ? "" : " ") + building;
  } else {
    for (const std::string* part : {&address.line1, &address.line2, &address.city,
                                    &address.province_code, &address.country}) {
      const std::string text = line(*part);
      if (!text.empty()) joined += (joined.empty() ? "" : ", ") + text;
    }
    if (joined == address.country) joined.clear();  // a country alone is no address
  }
  // Half an address leads nowhere.
  return code_points(joined).size() <= kPosNameCharacters ? joined : "";
}

std::string clean_birth_date(std::string_view text, Seconds now) {
  const std::u32string typed = fold_widths(code_points(text));
  if (typed.size() > kLongestDate) return "";
  const std::vector<int> numbers = numbers_of(typed);
  if (numbers.size() != 3 || numbers[0] < kOldestYear) return "";
  const std::chrono::year_month_day day(std::chrono::year(numbers[0]),
                                        std::chrono::month(static_cast<unsigned>(numbers[1])),
                                        std::chrono::day(static_cast<unsigned>(numbers[2])));
  if (!day.ok()) return "";
  if (std::chrono::sys_days(day).time_since_epoch().count() > japan_day_number(now)) return "";
  std::array<char, 40> iso{};  // more than any three figures take
  std::snprintf(iso.data(), iso.size(), "%04d-%02d-%02d", numbers[0], numbers[1], numbers[2]);
  return iso.data();
}

std::string clean_sex(std::string_view text) {
  const std::string word = ascii_lower(to_utf8(tidy(fold_widths(code_points(text)))));
  if (std::find(kMale.begin(), kMale.end(), word) != kMale.end()) return "1";
  if (std::find(kFemale.begin(), kFemale.end(), word) != kFemale.end()) return "2";
  return "";
}

MemberFields member_fields(const ShopCustomer& customer, Seconds now) {
  // Who writes the name itself in kana has said how it is read.
  const auto kana = [](const std::string& given, const std::string& name) {
    return clean_kana(given.empty() ? name : given);
  };
  MemberFields fields;
  fields[MemberField::kLastName] = clean_name(customer.last_name);
  fields[MemberField::kFirstName] = clean_name(customer.first_name);
  fields[MemberField::kLastKana] = kana(customer.last_kana, customer.last_name);
  fields[MemberField::kFirstKana] = kana(customer.first_kana, customer.first_name);
  fields[MemberField::kMail] = clean_mail(customer.mail);
  std::string& phone = fields[MemberField::kPhone];
  phone = clean_phone(customer.phone);
  if (phone.empty()) phone = clean_phone(customer.address.phone);
  fields[MemberField::kPostCode] =
      clean_post_code(customer.address.post_code, customer.address.country);
  fields[MemberField::kAddress] = clean_address(customer.address);
  fields[MemberField::kBirthDate] = clean_birth_date(customer.birth_date, now);
  fields[MemberField::kSex] = clean_sex(customer.sex);
  const bool consents = customer.mail_consent && !fields[MemberField::kMail].empty();
  fields[MemberField::kMailConsent] = consents ? "1" : "0";
  return fields;
}

std::string clean_field(MemberField field, std::string_view text, Seconds now) {
  switch (field) {
    case MemberField::kLastName:
    case MemberField::kFirstName:
      return clean_name(text);
    case MemberField::kLastKana:
    case MemberField::kFirstKana:
      return clean_kana(text);
    case MemberField::kMail:
      return clean_mail(text);
    case MemberField::kPhone:
      return clean_phone(text);
    case MemberField::kPostCode:
      return clean_post_code(text, kJapan);
    case MemberField::kAddress: {
      ShopAddress address;
      address.line1 = text;
      return clean_address(address);
    }
    case MemberField::kBirthDate:
      return clean_birth_date(text, now);
    case MemberField::kSex:
      return clean_sex(text);
    case MemberField::kMailConsent:
      return text == "1" || text == "0" ? std::string(text) : "";
  }
  return "";
}

NewPosMember new_member(std::string_view code, const MemberFields& fields, FieldSet set,
                        const std::vector<MemberField>& required) {
  constexpr MemberField kNames[] = {MemberField::kLastName, MemberField::kFirstName};
  NewPosMember member{.code = std::string(code), .fields = {}};
  if (set == FieldSet::kAll) member.fields = fields;
  for (const MemberField field : required) member.fields[field] = fields[field];
  for (const MemberField name : kNames) {
    member.fields[name] = or_filler(set == FieldSet::kCodeOnly ? "" : fields[name]);
  }
  // Smaregi's default for an absent flag differs between sources, so it is always given.
  const bool has_mail = !member.fields[MemberField::kMail].empty();
  if (!has_mail) member.fields[MemberField::kMailConsent] = "0";
  return member;
}

}  // namespace tsunagi
