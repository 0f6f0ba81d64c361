#pragma once
// What the fields of one member were at each platform when they were last in step, as salted and
// keyed hashes: enough to tell that a field changed, and nothing that who has the database alone
// could find a birth date by, trying each. The salt makes equal fields of two members differ.
// Whoever finds a field unlike its print knows that a person changed it there; our own writes leave
// their prints, so that their echoes are no changes.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/domain/ports.h"

namespace tsunagi {

enum class Side : uint8_t { kShop, kPos };
inline constexpr Side kSides[] = {Side::kShop, Side::kPos};

class FieldPrints {
 public:
  // With a new salt; no field is known. key outlives the prints.
  FieldPrints(const Fingerprints& key, Random& random);
  // What text() wrote; with a new salt when it is "" or anything else.
  FieldPrints(std::string_view text, const Fingerprints& key, Random& random);

  [[nodiscard]] bool knows(Side side, MemberField field) const;
  // Both values in comparable() form. false when the field is not known.
  [[nodiscard]] bool same(Side side, MemberField field, const std::string& value) const;
  void set(Side side, MemberField field, const std::string& value);
  // The shop's time of change at which the customer's fields were these, of what is in step: no
  // later than that there is no news. 0: not known.
  [[nodiscard]] Seconds shop_changed_at() const { return shop_changed_at_; }
  void set_shop_changed_at(Seconds at) { shop_changed_at_ = at; }

  [[nodiscard]] std::string text() const;

 private:
  using Prints = std::array<std::optional<uint64_t>, std::size(kMemberFields)>;

  [[nodiscard]] uint64_t print_of(MemberField field, const std::string& value) const;
  [[nodiscard]] const std::optional<uint64_t>& at(Side side, MemberField field) const;

  const Fingerprints* key_;
  std::string salt_;
  std::array<Prints, std::size(kSides)> prints_;
  Seconds shop_changed_at_ = 0;
};

// The value without what the platforms write differently: a phone number's dashes, the width of
// letters, the filler of a name.
std::string comparable(MemberField field, const std::string& value);

}  // namespace tsunagi
