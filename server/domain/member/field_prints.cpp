#include "server/domain/member/field_prints.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "server/domain/ascii.h"
#include "server/domain/member/field_words.h"
#include "server/domain/member/member_fields.h"

namespace tsunagi {
namespace {

using Json = nlohmann::json;

constexpr int kSaltBytes = 8;
constexpr int kHex = 16;
constexpr const char* kSaltName = "salt";
constexpr const char* kChangedName = "shop_changed_at";
constexpr const char* kSideNames[] = {"shop", "pos"};  // in the order of kSides

std::string hex_of(uint64_t value) {
  std::array<char, kHex> digits{};
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, kHex);
  return {digits.data(), error == std::errc() ? end : digits.data()};
}

std::optional<uint64_t> print_from(const Json& entry) {
  if (!entry.is_string()) return std::nullopt;
  const auto& digits = entry.get_ref<const std::string&>();
  uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, kHex);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::string digits_of(const std::string& text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits),
                       [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

}  // namespace

FieldPrints::FieldPrints(const Fingerprints& key, Random& random)
    : key_(&key), salt_(random.token(kSaltBytes)) {}

FieldPrints::FieldPrints(std::string_view text, const Fingerprints& key, Random& random)
    : key_(&key) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_object() && json.contains(kSaltName) && json[kSaltName].is_string()) {
    salt_ = json[kSaltName].get<std::string>();
  }
  if (salt_.empty()) {
    salt_ = random.token(kSaltBytes);
    return;
  }
  if (const auto at = json.find(kChangedName); at != json.end() && at->is_number_integer()) {
    shop_changed_at_ = at->get<Seconds>();
  }
  for (const Side side : kSides) {
    const auto list = json.find(kSideNames[static_cast<size_t>(side)]);
    if (list == json.end() || !list->is_array()) continue;
    Prints& prints = prints_.at(static_cast<size_t>(side));
    const size_t count = std::min(prints.size(), list->size());
    for (size_t i = 0; i < count; ++i) prints.at(i) = print_from((*list)[i]);
  }
}

bool FieldPrints::knows(Side side, MemberField field) const { return at(side, field).has_value(); }

bool FieldPrints::same(Side side, MemberField field, const std::string& value) const {
  return at(side, field) == print_of(field, value);
}

void FieldPrints::set(Side side, MemberField field, const std::string& value) {
  prints_.at(static_cast<size_t>(side)).at(static_cast<size_t>(field)) = print_of(field, value);
}

std::string FieldPrints::text() const {
  Json json = {{kSaltName, salt_}};
  if (shop_changed_at_ != 0) json[kChangedName] = shop_changed_at_;
  for (const Side side : kSides) {
    Json list = Json::array();
    for (const auto& print : prints_.at(static_cast<size_t>(side))) {
      list.push_back(print ? Json(hex_of(*print)) : Json());
    }
    json[kSideNames[static_cast<size_t>(side)]] = std::move(list);
  }
  return json.dump();
}

uint64_t FieldPrints::print_of(MemberField field, const std::string& value) const {
  return key_->of(salt_ + ' ' + std::string(word(field)) + ' ' + value);
}

const std::optional<uint64_t>& FieldPrints::at(Side side, MemberField field) const {
  return prints_.at(static_cast<size_t>(side)).at(static_cast<size_t>(field));
}

std::string comparable(MemberField field, const std::string& value) {
  switch (field) {
    case MemberField::kLastName:
    case MemberField::kFirstName: {
      const std::string name = clean_name(value);
      return name == kPosNameFiller ? "" : name;
    }
    case MemberField::kLastKana:
    case MemberField::kFirstKana:
      return clean_kana(value);
    case MemberField::kMail:
      return ascii_lower(value);
    case MemberField::kPhone:
      return digits_of(clean_phone(value));
    case MemberField::kPostCode: {
      const std::string digits = digits_of(value);
      return digits.empty() ? value : digits;
    }
    case MemberField::kMailConsent:
      return value == "1" ? "1" : "0";
    case MemberField::kAddress:
    case MemberField::kBirthDate:
    case MemberField::kSex:
      return value;
  }
  return value;
}

}  // namespace tsunagi
