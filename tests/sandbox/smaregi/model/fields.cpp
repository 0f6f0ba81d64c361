#include "tests/sandbox/smaregi/model/fields.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/clock.h"

namespace tsunagi::smaregi_sandbox {

std::string Record::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string() : found->second;
}

int64_t Record::number(std::string_view name) const {
  return parse_integer(text(name)).value_or(0);
}

void Record::set(std::string_view name, std::string_view value) {
  values_.insert_or_assign(std::string(name), std::string(value));
}

void Record::clear(std::string_view name) {
  const auto found = values_.find(name);
  if (found != values_.end()) values_.erase(found);
}

const Field* find_field(Fields fields, std::string_view name) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [name](const Field& f) { return f.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

namespace {

[[noreturn]] void refuse_field(const Field& field, std::string_view why) {
  refuse("[" + std::string(field.name) + "]" + std::string(why));
}

bool printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// Full-width katakana (U+30A0..U+30FF, the long mark among them), the full-width blank, or ASCII
// [DOC postcustomersbulk].
bool kana(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      if (byte < 0x20 || byte == 0x7f) return false;
      ++i;
      continue;
    }
    if (i + 2 >= text.size() || (byte & 0xf0) != 0xe0) return false;
    const uint32_t code = ((byte & 0x0fU) << 12) |
                          ((static_cast<unsigned char>(text[i + 1]) & 0x3fU) << 6) |
                          (static_cast<unsigned char>(text[i + 2]) & 0x3fU);
    if (code != 0x3000 && (code < 0x30a0 || code > 0x30ff)) return false;
    i += 3;
  }
  return true;
}

void check_length(const Field& field, std::string_view text) {
  const int64_t length = characters(text);
  if (length < field.low || length > field.high) {
    refuse_field(field, "は" + std::to_string(field.low) + "〜" + std::to_string(field.high) +
                            "文字で入力してください");
  }
}

void check_characters(const Field& field, std::string_view text) {
  check_length(field, text);
  const bool ok =
      field.kind == Kind::kText || (field.kind == Kind::kKana ? kana(text) : printable_ascii(text));
  const bool blank_in_phone =
      field.kind == Kind::kPhone && text.find(' ') != std::string_view::npos;
  if (!ok || blank_in_phone) refuse_field(field, "に使用できない文字が含まれています");
}

void check_number_range(const Field& field, int64_t value) {
  if (value < field.low || value > field.high) {
    refuse_field(field, "は" + std::to_string(field.low) + "以上" + std::to_string(field.high) +
                            "以下である必要があります");
  }
}

std::string read_decimal(const Field& field, const std::string& text) {
  static constexpr size_t kDecimals = 5;
  const size_t dot = std::min(text.find('.'), text.size());
  const std::string_view fraction = std::string_view(text).substr(std::min(dot + 1, text.size()));
  const auto whole = parse_integer(std::string_view(text).substr(0, dot));
  const bool digits_only =
      std::all_of(fraction.begin(), fraction.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!whole || !digits_only || fraction.size() > kDecimals ||
      (dot < text.size() && fraction.empty())) {
    refuse_field(field, "は数値で入力してください");
  }
  check_number_range(field, *whole);
  return text;
}

// The text of a scalar whose kind allows a JSON number as well.
std::string number_text(const Field& field, const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer() || (value.is_number() && field.kind == Kind::kDecimal)) {
    return value.dump();
  }
  refuse_field(field, "の型が不正です");
}

std::string read_text(const Field& field, const Json& value) {
  if (!value.is_string()) refuse_field(field, "の型が不正です");
  std::string text = value.get<std::string>();
  if (!text.empty()) check_characters(field, text);
  return text;
}

std::string read_scalar(const Field& field, const Json& value) {
  switch (field.kind) {
    case Kind::kText:
    case Kind::kAscii:
    case Kind::kKana:
    case Kind::kPhone:
      return read_text(field, value);
    case Kind::kInteger: {
      const auto number = parse_integer(number_text(field, value));
      if (!number) refuse_field(field, "は整数で入力してください");
      check_number_range(field, *number);
      return std::to_string(*number);
    }
    case Kind::kDecimal:
      return read_decimal(field, number_text(field, value));
    case Kind::kChoice: {
      std::string text = number_text(field, value);
      if (text.size() != 1 || field.choices.find(text) == std::string_view::npos) {
        refuse_field(field, "の値が不正です");
      }
      return text;
    }
    case Kind::kDate: {
      if (!value.is_string() || !parse_date(value.get<std::string>())) {
        refuse_field(field, "はYYYY-MM-DD形式で入力してください");
      }
      return value.get<std::string>();
    }
    case Kind::kDateTime: {
      const auto at = value.is_string() ? parse_date_time(value.get<std::string>()) : std::nullopt;
      if (!at) refuse_field(field, "はYYYY-MM-DDThh:mm:ssTZD形式で入力してください");
      return format_date_time(*at);
    }
  }
  refuse_field(field, "の型が不正です");
}

void read_member(const BodyRules& rules, const std::string& name, const Json& value, bool creating,
                 const Switches& switches, Record& into) {
  if (std::find(rules.handled.begin(), rules.handled.end(), name) != rules.handled.end()) return;
  const Field* field = find_field(rules.fields, name);
  const bool writable = field != nullptr && (field->access == Access::kWrite ||
                                             (creating && field->access == Access::kCreate));
  if (!writable) {
    if (switches.is(Switch::kUnknownBodyField, "ignored")) return;
    refuse("[" + name + "]は指定できません");
  }
  if (value.is_null()) {
    into.clear(name);
    return;
  }
  const std::string text = read_scalar(*field, value);
  if (text.empty()) {
    into.clear(name);
  } else {
    into.set(name, text);
  }
}

void read_body(const BodyRules& rules, const Json& body, bool creating, const Switches& switches,
               Record& into) {
  if (!body.is_object()) refuse("リクエストボディはJSONオブジェクトで指定してください");
  for (const auto& [name, value] : body.items()) {
    read_member(rules, name, value, creating, switches, into);
  }
  for (const std::string_view name : rules.required) {
    if (!into.has(name)) refuse("[" + std::string(name) + "]は必須です");
  }
}

}  // namespace

Record read_new(const BodyRules& rules, const Json& body, const Switches& switches) {
  Record record;
  for (const Field& field : rules.fields) {
    if (!field.initial.empty()) record.set(field.name, field.initial);
  }
  read_body(rules, body, /*creating=*/true, switches, record);
  return record;
}

Record read_changes(const BodyRules& rules, const Json& body, const Switches& switches,
                    const Record& before) {
  Record record = before;
  read_body(rules, body, /*creating=*/false, switches, record);
  return record;
}

Json render(Fields fields, const Record& record, Style style) {
  Json out = Json::object();
  for (const Field& field : fields) {
    const std::string name(field.name);
    if (!record.has(field.name)) {
      out[name] = nullptr;
    } else if (style == Style::kNumericChoices && field.kind == Kind::kChoice) {
      out[name] = record.number(field.name);
    } else {
      out[name] = record.text(field.name);
    }
  }
  return out;
}

}  // namespace tsunagi::smaregi_sandbox
