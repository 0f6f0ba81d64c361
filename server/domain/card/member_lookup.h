#pragma once
// One look at Smaregi for one member, and what follows from it for our tables. No caching, no
// waiting, no threads.

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr int kStatusUsable = 0;     // 1 stopped, 2 lost
inline constexpr int kStatusWithdrawn = 3;  // and 4, merged into another: nobody's card any more

struct MemberLookup {
  Card card;                    // what is known now
  std::vector<Change> changes;  // to apply in one transaction; empty when nothing is worth writing
  bool member_read = false;     // name, rank and status were looked up, too
};

// card has a Smaregi member. as_of is the moment before the first call goes out. A reply about
// another member than the one asked for is kInternal: it is never shown and never stored.
Result<MemberLookup> look_up_member(Pos& pos, std::string_view contract, const Card& card,
                                    bool with_member, Seconds as_of);

// What a newly read or created member says, laid over what is known of the card.
void overlay_member(const PosMember& member, Card& card, Seconds as_of);

// What to write when `before` is stored and `after` is true; a changed face is published. An as-of
// time alone is worth a write only every kAsOfWriteSeconds. reason: of who left just now.
std::vector<Change> changes_between(const Card& before, const Card& after,
                                    LeaveReason reason = LeaveReason::kWithdrawn);

// Withdrawn, merged away or deleted in Smaregi: a stopped card without a person's name or figures.
bool has_left(const Card& card);

// Smaregi may give a member a code that is or was another customer's here: then `after` keeps the
// code of `before`. true: it was so.
Result<bool> keep_own_code(Storage& storage, TenantId tenant, const Card& before, Card& after);

// Whether the two would be drawn differently in the customer metafield (its as-of time aside).
bool same_face(const Card& a, const Card& b);

}  // namespace tsunagi
