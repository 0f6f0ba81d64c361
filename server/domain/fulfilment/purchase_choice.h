#pragma once
// What the customer of a purchase chooses of what the shop could not give, and what may be chosen.
// Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/fulfilment/pickup.h"
#include "server/domain/values.h"

namespace tsunagi {

inline constexpr Choice kChoices[] = {Choice::kShop, Choice::kRefund, Choice::kSend};

std::string_view word(Choice choice);
std::string_view word(ChoiceState state);
std::optional<Choice> choice_of(std::string_view word);

// What the customer gets, or got, of each line of the order: what was found of a product goes to
// its first lines. And what of each is not theirs: a person decides about it.
std::vector<int64_t> found_of(const Pickup& pickup);
std::vector<int64_t> missing_of(const Pickup& pickup);
// By product, above 0; what no shop counts is among them.
std::map<std::string, int64_t> missing_products(const Pickup& pickup);
std::map<std::string, int64_t> missing_counted(const Pickup& pickup);  // without that

// Whether there is something to choose about: it waits in the online shop for a decision, nothing
// was chosen, and it is a customer's, not a guest's.
[[nodiscard]] bool may_choose(const Pickup& pickup);
// What the merchant lets this one's customer choose. No other shop where the online shop has the
// work as prepared, which cannot be moved; no money back of what nobody has paid.
std::vector<Choice> choices_for(const ChoiceSettings& settings, const Pickup& pickup);

// From when the money for what waits goes back by itself, as its customer is told; 0: it does not.
Seconds refund_promised(const PickupSettings& settings, const Pickup& pickup);
// Whether its customer is written to: there is something to choose, or a refund's day to know.
[[nodiscard]] bool is_to_ask(const PickupSettings& settings, const Pickup& pickup);
// Whether nobody chose in time, guests neither.
[[nodiscard]] bool is_refund_due(const Pickup& pickup, Seconds now);

struct ChoiceMade {
  std::string pickup_id;
  std::string action_id;  // told twice it is made once
  int64_t customer_id = 0;
  Choice what = Choice::kNone;
  std::string store_id;  // with kShop
  Safety safety = {};    // of that shop
  ChoiceSettings offered = {};
  Seconds at = 0;
  Role by = Role::kShopper;  // or the system, of a refund that is due
};
[[nodiscard]] inline bool is_by_system(const ChoiceMade& made) { return made.by == Role::kSystem; }
// kConflict: there is nothing to choose (any more), or not this. Then nothing has changed.
Result<Done> choose(Pickup& pickup, const ChoiceMade& made);

}  // namespace tsunagi
