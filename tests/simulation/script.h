#pragma once
// Lives of customers from a seed: what people do at both platforms, and how long they wait before
// it. A script knows nothing of the server, so that the same lives can be led with faults and
// without.

#include <cstdint>
#include <string>
#include <vector>

#include "server/domain/values.h"

namespace tsunagi::simulation {

inline constexpr TenantId kShop = 1;
inline constexpr int kLostPercent = 30;  // of the platforms' messages, with all their retries
inline constexpr int kDoubledPercent = 30;

enum class Deed : uint8_t {
  kJoin,        // presses the button on the card
  kOpenCard,    // looks at it
  kShopEdit,    // changes fields in the shop
  kTillEdit,    // has fields changed at the till
  kRank,        // text: the new rank
  kStatus,      // figure: Smaregi's status
  kCode,        // text: the code of a plastic card
  kSale,        // figure: the points it gives
  kPoints,      // figure: the balance, set without any event
  kTillDelete,  // the member is deleted in Smaregi
  kMerge,       // with another life, which does the same; one of the two customers goes
  kLeave,       // the customer is deleted in the shop
};

struct Step {
  Seconds wait = 0;  // after the step before, or after the beginning
  Deed deed = Deed::kOpenCard;
  FieldChanges fields = {};  // as typed: in the shop's form, or in Smaregi's
  std::string text = {};
  int64_t figure = 0;
  size_t other = 0;   // life to merge with
  bool stays = true;  // of a merge: this one's customer survives
};
using Life = std::vector<Step>;

// A change is lost to nobody when the next one comes this much later: polling has found it and a
// retry has written it. What follows sooner is a conflict, and the later one stays.
inline constexpr Seconds kQuiet = 1'800;

// Lives begin evenly over `window`; no two join in the same second.
std::vector<Life> make_script(uint64_t seed, size_t lives, Seconds window);

// One line, for a diary.
std::string describe(const Step& step);

}  // namespace tsunagi::simulation
