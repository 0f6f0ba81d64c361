#include "server/storage/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace tsunagi::storage {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Lead {
  size_t length = 0;  // of the whole sequence; 0 when no sequence starts so
  uint8_t second_min = 0x80, second_max = 0xBF;
};

// Unicode 15, table 3-7: well-formed UTF-8. U+0000 is left out on purpose.
Lead lead_of(uint8_t byte) {
  if (byte >= 0x01 && byte <= 0x7F) return {.length = 1};
  if (byte >= 0xC2 && byte <= 0xDF) return {.length = 2};
  if (byte == 0xE0) return {.length = 3, .second_min = 0xA0};
  if (byte == 0xED) return {.length = 3, .second_max = 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {.length = 3};
  if (byte == 0xF0) return {.length = 4, .second_min = 0x90};
  if (byte >= 0xF1 && byte <= 0xF3) return {.length = 4};
  if (byte == 0xF4) return {.length = 4, .second_max = 0x8F};
  return {};
}

// How many bytes of a well-formed character start the text; 0 when none does.
size_t character_length(std::string_view text) {
  const Lead lead = lead_of(static_cast<uint8_t>(text[0]));
  if (lead.length == 0 || lead.length > text.size()) return 0;
  for (size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    const uint8_t min = i == 1 ? lead.second_min : 0x80;
    const uint8_t max = i == 1 ? lead.second_max : 0xBF;
    if (byte < min || byte > max) return 0;
  }
  return lead.length;
}

// ASCII without U+0000. Every byte is looked at: a loop without a way out takes many at once, and
// a body goes through here on the one thread that writes.
bool is_plain(std::string_view text) {
  uint8_t high = 0;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    high |= byte | static_cast<uint8_t>(byte - 1U);  // the top bit: of 0, and of 0x80 and more
  }
  return high < 0x80;
}

}  // namespace

std::string storable(std::string_view text) {
  std::string clean;
  put_storable(clean, text);
  return clean;
}

void put_storable(std::string& into, std::string_view text) {
  if (is_plain(text)) {
    into = text;
    return;
  }
  into.clear();
  into.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t length = character_length(text.substr(i));
    into += length == 0 ? kReplacement : text.substr(i, length);
    i += length == 0 ? 1 : length;
  }
}

std::string json_array(const std::vector<std::string>& texts) {
  nlohmann::json array = nlohmann::json::array();
  for (const std::string& text : texts) array.push_back(storable(text));
  return array.dump();
}

}  // namespace tsunagi::storage
