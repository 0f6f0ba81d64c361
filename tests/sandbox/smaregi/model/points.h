#pragma once
// Points of members: one balance and one expiry date each, no lots. Overdue points expire when
// somebody looks (§6).

#include <cstdint>
#include <string>

#include "tests/sandbox/smaregi/model/pos_api.h"

namespace tsunagi::smaregi_sandbox {

inline constexpr int64_t kMaxPoint =
    999'999'999;  // of a direct input; additions may exceed it [FF]

Fields point_fields();
Record new_points(int64_t member_id, int64_t now);

// Books an overdue balance away (a division 8 record) and fires its event. Returns the record's id,
// 0 when none.
int64_t expire_points(World& world, Contract& contract, Member& member);

// A transaction that moves points only: division 6 add, 7 subtract, 8 expire, 13/14 miles. Returns
// its id.
struct PointMove {
  std::string division;
  int64_t amount = 0;  // positive
};
int64_t book_points(World& world, Contract& contract, Member& member, const PointMove& move);

// Marks the balance as changed now and fires pos:customers when the switch says so.
void touch_points(World& world, Contract& contract, Member& member);

// Handlers.
Reply list_points(Context& context);
Reply set_points(Context& context);
Reply add_points(Context& context);

}  // namespace tsunagi::smaregi_sandbox
