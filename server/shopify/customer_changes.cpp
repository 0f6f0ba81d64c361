#include "server/shopify/customer_changes.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace tsunagi::shopify {
namespace {

using nlohmann::json;

constexpr std::string_view kJapan = "+81";
// Behind the first 0: 3-1234-5678, 90-1234-5678.
constexpr size_t kJapaneseDigitsMin = 9;
constexpr size_t kJapaneseDigitsMax = 10;
// E.164: country and number; the shortest in use.
constexpr size_t kDigitsMin = 8;
constexpr size_t kDigitsMax = 15;

constexpr std::string_view kText = "single_line_text_field";
constexpr std::string_view kDate = "date";

Error refused(std::string_view what) {
  return {ErrorCode::kInvalid, "Shopify: " + std::string(what)};
}

// The metafield of a field; nullptr for a field that has none.
const std::string* key_of(MemberField field, const FieldKeys& keys) {
  switch (field) {
    case MemberField::kLastKana:
      return &keys.last_kana;
    case MemberField::kFirstKana:
      return &keys.first_kana;
    case MemberField::kBirthDate:
      return &keys.birth_date;
    case MemberField::kSex:
      return &keys.sex;
    case MemberField::kLastName:
    case MemberField::kFirstName:
    case MemberField::kMail:
    case MemberField::kPhone:
    case MemberField::kPostCode:
    case MemberField::kAddress:
    case MemberField::kMailConsent:
      break;
  }
  return nullptr;
}

// The words that a merchant's definition may allow, as its reader (clean_sex) understands them.
std::vector<std::string> values_of(MemberField field, const std::string& value) {
  if (field != MemberField::kSex) return {value};
  if (value == "1") return {"男性", "男", "male"};
  if (value == "2") return {"女性", "女", "female"};
  return {};
}

std::optional<Error> add_metafield(MemberField field, const std::string& value,
                                   const FieldKeys& keys, CustomerChanges& changes) {
  const std::string& name = *key_of(field, keys);
  if (name.empty()) return std::nullopt;
  const auto shares = [&](MemberField other) {
    const std::string* key = key_of(other, keys);
    return key != nullptr && *key == name;
  };
  if (std::count_if(std::begin(kMemberFields), std::end(kMemberFields), shares) > 1) {
    return refused("a metafield of two fields is not written");
  }
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return refused("a metafield is named namespace.key");
  std::vector<std::string> values = values_of(field, value);
  if (values.empty()) return refused("a sex is 1 or 2");
  changes.metafields.push_back(
      {.name_space = name.substr(0, dot),
       .key = name.substr(dot + 1),
       .type = std::string(field == MemberField::kBirthDate ? kDate : kText),
       .values = std::move(values)});
  return std::nullopt;
}

std::optional<Error> add(MemberField field, const std::string& value, const FieldKeys& keys,
                         CustomerChanges& changes) {
  if (value.empty()) return refused("a field is not emptied");
  switch (field) {
    case MemberField::kLastName:
      changes.last_name = value;
      return std::nullopt;
    case MemberField::kFirstName:
      changes.first_name = value;
      return std::nullopt;
    case MemberField::kPhone:
      changes.phone = international_phone(value);
      if (!changes.phone) return refused("not a phone number");
      return std::nullopt;
    case MemberField::kMailConsent:
      if (value != "0" && value != "1") return refused("a consent is 0 or 1");
      changes.mail_consent = value == "1";
      return std::nullopt;
    case MemberField::kLastKana:
    case MemberField::kFirstKana:
    case MemberField::kBirthDate:
    case MemberField::kSex:
      return add_metafield(field, value, keys, changes);
    case MemberField::kMail:
    case MemberField::kPostCode:
    case MemberField::kAddress:
      break;
  }
  return refused("e-mail, post code and address are not written");
}

}  // namespace

Result<CustomerChanges> customer_changes(const FieldChanges& changes, const FieldKeys& keys) {
  CustomerChanges found;
  for (const auto& [field, value] : changes) {
    if (auto error = add(field, value, keys, found)) return *error;
  }
  return found;
}

json profile_input(const std::string& customer, const CustomerChanges& changes) {
  json input = {{"id", customer}};
  if (changes.last_name) input["lastName"] = *changes.last_name;
  if (changes.first_name) input["firstName"] = *changes.first_name;
  if (changes.phone) input["phone"] = *changes.phone;
  return input;
}

json consent_input(const std::string& customer, bool given) {
  // Without consentUpdatedAt it is as of the moment Shopify hears of it; a clock of ours that is
  // ahead would be refused.
  json consent = {{"marketingState", given ? "SUBSCRIBED" : "UNSUBSCRIBED"}};
  // A consent needs its level: given to the shop, without a confirmation by mail.
  if (given) consent["marketingOptInLevel"] = "SINGLE_OPT_IN";
  return {{"customerId", customer}, {"emailMarketingConsent", std::move(consent)}};
}

json metafields_input(const std::string& customer, const std::vector<MetafieldChange>& changes) {
  json inputs = json::array();
  for (const MetafieldChange& change : changes) {
    json input = {{"ownerId", customer},
                  {"namespace", change.name_space},
                  {"key", change.key},
                  {"value", change.values.at(change.value)}};
    if (change.typed) input["type"] = change.type;
    inputs.push_back(std::move(input));
  }
  return inputs;
}

bool say_otherwise(const std::vector<UserError>& errors, std::vector<MetafieldChange>& changes) {
  std::set<size_t> again;  // several errors may be about one metafield
  for (const UserError& error : errors) {
    size_t at = 0;
    const auto about = [&](std::string_view part) {
      return error.field == "metafields." + std::to_string(at) + "." + std::string(part);
    };
    while (at < changes.size() && !about("type") && !about("value")) ++at;
    if (at == changes.size()) return false;
    if (!again.insert(at).second) continue;
    MetafieldChange& change = changes[at];
    if (about("type") && !change.typed) {
      change.typed = true;
    } else if (about("value") && change.value + 1 < change.values.size()) {
      ++change.value;
    } else {
      return false;
    }
  }
  return !errors.empty();
}

std::optional<std::string> international_phone(std::string_view typed) {
  constexpr std::string_view kPunctuation = " -()";
  std::string phone;
  for (const char c : typed) {
    const bool sign = (c >= '0' && c <= '9') || (c == '+' && phone.empty());
    if (!sign && kPunctuation.find(c) == std::string_view::npos) return std::nullopt;
    if (sign) phone += c;
  }
  std::string national;  // behind the first 0
  if (phone.starts_with(kJapan)) {
    national = phone.substr(kJapan.size());
    if (national.starts_with('0')) national.erase(0, 1);  // "+81 (0)3…"
  } else if (phone.starts_with('+')) {
    const size_t digits = phone.size() - 1;
    const bool dialled = digits >= kDigitsMin && digits <= kDigitsMax && phone[1] != '0';
    return dialled ? std::optional(phone) : std::nullopt;
  } else if (phone.starts_with('0')) {
    national = phone.substr(1);
  }
  const bool dialled = national.size() >= kJapaneseDigitsMin &&
                       national.size() <= kJapaneseDigitsMax && !national.starts_with('0') &&
                       !national.starts_with("10");  // 00 and 010 call abroad
  return dialled ? std::optional(std::string(kJapan) + national) : std::nullopt;
}

}  // namespace tsunagi::shopify
