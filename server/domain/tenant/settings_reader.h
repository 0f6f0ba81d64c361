#pragma once
// Reading a document of settings: absent keeps the default, present must be right, the first thing
// that is wrong is the answer.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/domain/tenant/settings_limits.h"
#include "server/domain/values.h"

namespace tsunagi {

inline Error refused_setting(std::string_view field, std::string_view reason) {
  return Error{ErrorCode::kInvalid, std::string(field) + ": " + std::string(reason)};
}

inline bool holds_control_character(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return true;
  }
  return false;
}

// A function a kind of field.
class SettingsReader {
 public:
  SettingsReader(const nlohmann::json& object, std::string prefix)
      : object_(object), prefix_(std::move(prefix)) {}

  void text(const char* field, size_t max_bytes, std::string& into) {
    const nlohmann::json* value = find(field);
    if (value == nullptr) return;
    if (!value->is_string()) return fail(field, "must be a text");
    const auto& text = value->get_ref<const std::string&>();
    if (text.size() > max_bytes) {
      return fail(field, "must be at most " + std::to_string(max_bytes) + " bytes long");
    }
    if (holds_control_character(text)) return fail(field, "must not hold control characters");
    into = text;
  }

  // Text in lines, counted in characters.
  void lines(const char* field, size_t max_characters, std::string& into) {
    const nlohmann::json* value = find(field);
    if (value == nullptr) return;
    if (!value->is_string()) return fail(field, "must be a text");
    const auto& text = value->get_ref<const std::string&>();
    const auto characters = std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    if (static_cast<size_t>(characters) > max_characters) {
      return fail(field, "must be at most " + std::to_string(max_characters) + " characters long");
    }
    std::string one_line = text;
    std::ranges::replace(one_line, '\n', ' ');
    if (holds_control_character(one_line)) return fail(field, "must not hold control characters");
    into = text;
  }

  void count(const char* field, int64_t max, int64_t& into) {
    const nlohmann::json* value = find(field);
    if (value == nullptr) return;
    // An unsigned figure above int64's range must not wrap into an acceptable one.
    const bool too_big =
        value->is_number_unsigned() && value->get<uint64_t>() > static_cast<uint64_t>(max);
    if (!value->is_number_integer() || too_big || value->get<int64_t>() < 0) {
      return fail(field, "must be a whole number from 0 to " + std::to_string(max));
    }
    into = value->get<int64_t>();
  }

  void flag(const char* field, bool& into) {
    const nlohmann::json* value = find(field);
    if (value == nullptr) return;
    if (!value->is_boolean()) return fail(field, "must be true or false");
    into = value->get<bool>();
  }

  void symbology(const char* field, Symbology& into) {
    std::string word;
    text(field, kSettingWordBytes, word);
    if (word.empty()) {
      if (find(field) != nullptr) fail(field, "must name a symbology");
      return;
    }
    const auto parsed = parse_symbology(word);
    if (!parsed) return fail(field, "must be code128, qr, ean13, code39 or nw7");
    into = *parsed;
  }

  const nlohmann::json* find(const char* field) const {
    const auto found = object_.find(field);
    return found == object_.end() ? nullptr : &*found;
  }
  void fail(const char* field, std::string_view reason) {
    if (!error_) error_ = refused_setting(prefix_ + field, reason);
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const nlohmann::json& object_;
  const std::string prefix_;
  std::optional<Error> error_;  // the first one
};

}  // namespace tsunagi
