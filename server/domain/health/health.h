#pragma once
// Whether everything a merchant needs is in place and at work: a check each, and what mends it. A
// check decides from facts that were read before; it asks nobody. What its sentence says in either
// language belongs to who shows it.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr Seconds kStockOldAfter =
    15 * 60;  // the storefront asks shoppers to call from then
inline constexpr Seconds kQueueOldAfter = 5 * 60;
// An event comes within seconds: a sale this long ago, and no event since, was not told of.
inline constexpr Seconds kNoticeLateAfter = 30;
inline constexpr Seconds kNoticeSkew = 10;  // between the platform's clock and ours
// A customer's time of change may be of a later write of our own, of which no event need tell.
inline constexpr Seconds kCustomerNoticeSkew = 60;
// The app proxy takes what was signed within 90 s, a session token lives 60 s.
inline constexpr Seconds kClockWarnsAt = 10;
inline constexpr Seconds kClockBreaksAt = 45;
inline constexpr int kWaitingCounted = 50;

// Cursors: when the newest event of the platform that was worked off came in, and the newest sale
// and the newest change of a member's fields in the shop that was seen, by polling too.
std::string notice_cursor(System system);
inline constexpr std::string_view kSaleSeenCursor = "sale.seen";
inline constexpr std::string_view kCustomerSeenCursor = "customer.seen";

enum class CheckState : uint8_t { kOk, kWarning, kBroken, kUnknown };
std::string_view word(CheckState state);  // "ok", "warning", "broken", "unknown"

struct Check {
  std::string_view name;  // "pos_scopes"
  CheckState state = CheckState::kOk;
  std::string_view cause = {};                                     // which sentence; "" when ok
  std::vector<std::pair<std::string_view, std::string>> values{};  // what the sentence names
  Seconds since = 0;                                               // of what it tells; 0: nothing
};

// What the platforms said when they were last asked; nullopt: they were not.
struct Asked {
  Seconds at = 0;
  std::string contract;  // that was asked
  std::optional<Result<Access>> shop, pos;
  std::optional<Result<PosRequired>> required;
};

struct HealthFacts {
  Seconds now = 0;
  Storage::QueueDepth depth;
  Figures figures;
  int64_t waiting = 0;  // joining members who lack something, at most kWaitingCounted
  Asked asked;
};

// In the order in which a merchant mends them.
std::vector<Check> checks_of(const Tenant& tenant, const HealthFacts& facts);

}  // namespace tsunagi
