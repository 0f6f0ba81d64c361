#pragma once
// A resource is a table of fields; a row is a Record. The tables carry every length and character
// rule, so that reading a body, refusing it and printing a row are the same code for all resources.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/smaregi/model/switches.h"
#include "tests/sandbox/smaregi/model/wire.h"

namespace tsunagi::smaregi_sandbox {

enum class Kind : uint8_t {
  kText,      // low..high characters
  kAscii,     // printable ASCII including blank, low..high
  kKana,      // full-width katakana and ASCII
  kPhone,     // ASCII letters, digits, symbols
  kInteger,   // low..high; a JSON integer or the same as a string (requests may send either) [DOC]
  kDecimal,   // low..high, at most 5 decimals
  kChoice,    // one of the characters in choices
  kDate,      // YYYY-MM-DD
  kDateTime,  // YYYY-MM-DDThh:mm:ssTZD
};

enum class Access : uint8_t {
  kWrite,
  kCreate,
  kRead
};  // kCreate: may be set by POST, not by PATCH

struct Field {
  std::string_view name;
  Kind kind = Kind::kText;
  int64_t low = 0, high = 0;
  std::string_view choices = {};
  std::string_view initial = {};  // "" is null
  Access access = Access::kWrite;
};
using Fields = std::span<const Field>;

// Scalars are strings, absent ones null (§2): a Record holds only what is not null.
class Record {
 public:
  [[nodiscard]] std::string text(std::string_view name) const;  // "" when null
  [[nodiscard]] int64_t number(std::string_view name) const;    // 0 when null or not an integer
  [[nodiscard]] bool has(std::string_view name) const {
    return values_.find(name) != values_.end();
  }
  void set(std::string_view name, std::string_view value);
  void set(std::string_view name, int64_t value) {
    set(name, std::string_view(std::to_string(value)));
  }
  void clear(std::string_view name);

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

const Field* find_field(Fields fields, std::string_view name);

struct BodyRules {
  Fields fields;
  std::span<const std::string_view> required;      // must be there and not empty
  std::span<const std::string_view> handled = {};  // nested members that the caller reads itself
};
// Both refuse a body that is not an object, unknown and read-only names, wrong types, lengths and
// characters.
Record read_new(const BodyRules& rules, const Json& body, const Switches& switches);
Record read_changes(const BodyRules& rules, const Json& body, const Switches& switches,
                    const Record& before);

enum class Style : uint8_t { kStrings, kNumericChoices };
Json render(Fields fields, const Record& record, Style style = Style::kStrings);

}  // namespace tsunagi::smaregi_sandbox
