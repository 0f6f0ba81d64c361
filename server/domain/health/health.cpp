#include "server/domain/health/health.h"

#include <algorithm>
#include <cstdlib>

#include "server/domain/inventory/inventory_service.h"
#include "server/domain/inventory/on_hand_writer.h"
#include "server/domain/stock/stock_service.h"
#include "server/domain/words.h"

namespace tsunagi {
namespace {

constexpr std::string_view kNotJoined = "not_joined";
constexpr std::string_view kNotAsked = "not_asked";
constexpr std::string_view kNoEntry = "no_entry";  // the connection comes first

struct Told {
  const Tenant& tenant;
  const HealthFacts& facts;

  [[nodiscard]] bool joined() const { return !tenant.contract_id.empty(); }
  // 0 when it was never set.
  [[nodiscard]] Seconds cursor(std::string_view name) const {
    const auto& cursors = facts.figures.cursors;
    const auto found =
        std::ranges::find(cursors, name, [](const auto& entry) { return entry.first; });
    return found == cursors.end() ? 0 : found->second;
  }
};

Check unknown(std::string_view name, std::string_view cause) {
  return {.name = name, .state = CheckState::kUnknown, .cause = cause};
}
Check broken(std::string_view name, std::string_view cause) {
  return {.name = name, .state = CheckState::kBroken, .cause = cause};
}
Check warning(std::string_view name, std::string_view cause) {
  return {.name = name, .state = CheckState::kWarning, .cause = cause};
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// Whether the platform lets us in.
Check entry(std::string_view name, const std::optional<Result<Access>>& access) {
  if (!access) return unknown(name, kNotAsked);
  if (access->ok()) return {.name = name};
  return access->error().code == ErrorCode::kUnauthorized ? broken(name, "refused")
                                                          : warning(name, "unreachable");
}

Check scopes(std::string_view name, const std::optional<Result<Access>>& access) {
  if (!access) return unknown(name, kNotAsked);
  if (!access->ok()) return unknown(name, kNoEntry);
  const std::vector<std::string>& missing = (*access)->missing;
  if (missing.empty()) return {.name = name};
  Check check = broken(name, "missing");
  check.values.emplace_back("scopes", listed(missing));
  return check;
}

Check running(const Told& told) {
  return told.tenant.settings.paused ? warning("running", "paused") : Check{.name = "running"};
}

Check shop(const Told& told) { return entry("shop", told.facts.asked.shop); }
Check shop_scopes(const Told& told) { return scopes("shop_scopes", told.facts.asked.shop); }

Check pos(const Told& told) {
  if (!told.joined()) return broken("pos", kNotJoined);
  return entry("pos", told.facts.asked.pos);
}

Check pos_scopes(const Told& told) {
  if (!told.joined()) return unknown("pos_scopes", kNotJoined);
  return scopes("pos_scopes", told.facts.asked.pos);
}

Check plan(const Told& told) {
  if (!told.joined()) return unknown("plan", kNotJoined);
  const auto& access = told.facts.asked.pos;
  if (!access) return unknown("plan", kNotAsked);
  if (!access->ok()) return unknown("plan", kNoEntry);
  return (*access)->has_members ? Check{.name = "plan"} : broken("plan", "no_members");
}

Check columns(const Told& told) {
  if (!told.joined()) return unknown("columns", kNotJoined);
  const auto& required = told.facts.asked.required;
  if (!required || !required->ok()) {
    return unknown("columns", told.facts.asked.pos ? kNoEntry : kNotAsked);
  }
  if ((*required)->others.empty()) return {.name = "columns"};
  Check check = broken("columns", "unfillable");
  check.values.emplace_back("columns", listed((*required)->others));
  return check;
}

Check stock(const Told& told) {
  if (!told.joined()) return unknown("stock", kNotJoined);
  const Seconds confirmed = told.cursor(kStockConfirmedCursor);
  if (confirmed == 0) return warning("stock", "first_reading");
  Check check{.name = "stock", .since = confirmed};
  if (told.facts.now - confirmed > kStockOldAfter) {
    check.state = CheckState::kBroken;
    check.cause = "silent";
  }
  return check;
}

bool queue_is_late(const Told& told, Seconds after) {
  const Seconds oldest = told.facts.depth.oldest_waiting;
  return oldest != 0 && told.facts.now - oldest > after;
}

Check queue(const Told& told) {
  if (!queue_is_late(told, kQueueOldAfter)) return {.name = "queue"};
  Check check = warning("queue", "waits");
  check.since = told.facts.depth.oldest_waiting;
  return check;
}

Check dead_letters(const Told& told) {
  const int64_t dead = told.facts.depth.inbox_dead + told.facts.depth.outbox_dead;
  if (dead == 0) return {.name = "dead_letters"};
  Check check = broken("dead_letters", "given_up");
  check.values.emplace_back("count", std::to_string(dead));
  return check;
}

// Nothing can find out what became of these but a person.
Check review(const Told& told) {
  const int64_t undecided = told.facts.depth.outbox_review;
  if (undecided == 0) return {.name = "review"};
  Check check = broken("review", "undecided");
  check.values.emplace_back("count", std::to_string(undecided));
  return check;
}

Check members(const Told& told) {
  if (told.facts.waiting == 0) return {.name = "members"};
  Check check = warning("members", "wait");
  check.values.emplace_back("count", std::to_string(told.facts.waiting));
  return check;
}

// No platform lists the subscriptions of an app's own configuration: what came in is the proof, and
// what was seen that no event told of is the proof of the contrary.
Check notices(const Told& told, std::string_view name, System system, std::string_view seen_cursor,
              Seconds skew) {
  const Seconds last = told.cursor(notice_cursor(system));
  const Seconds seen = told.cursor(seen_cursor);
  const bool untold = seen - last > skew && told.facts.now - seen > kNoticeLateAfter;
  // What waits to be worked off may be the very event.
  if (untold && !queue_is_late(told, kNoticeLateAfter)) {
    Check check = broken(name, "missed");
    check.since = seen;
    return check;
  }
  if (last == 0) return unknown(name, "none_yet");
  return {.name = name, .since = last};
}

Check shop_notices(const Told& told) {
  return notices(told, "shop_notices", System::kShopify, kCustomerSeenCursor, kCustomerNoticeSkew);
}

Check pos_notices(const Told& told) {
  if (!told.joined()) return unknown("pos_notices", kNotJoined);
  return notices(told, "pos_notices", System::kSmaregi, kSaleSeenCursor, kNoticeSkew);
}

// No platform tells how a till looks for members.
Check till(const Told& told) {
  return told.tenant.settings.till_ready ? Check{.name = "till"} : warning("till", "unconfirmed");
}

// Articles of the online shop that cannot be kept in step; of a shop without places nothing is.
Check inventory(const Told& told) {
  if (told.cursor(kLocationGoneCursor) >= std::max<Seconds>(1, told.cursor(kRoundBegunCursor))) {
    return broken("inventory", "location_gone");
  }
  const ItemCounts& items = told.facts.figures.items;
  const int64_t problems = items.unmatched + items.duplicate + items.untracked;
  if (problems == 0) return {.name = "inventory"};
  Check check = warning("inventory", "unmatched");
  check.values.emplace_back("count", std::to_string(problems));
  return check;
}

Check clock(const Told& told) {
  std::optional<Seconds> worst;
  System whose = System::kShopify;
  for (const auto& [system, access] : {std::pair(System::kShopify, &told.facts.asked.shop),
                                       std::pair(System::kSmaregi, &told.facts.asked.pos)}) {
    if (!access->has_value() || !(*access)->ok() || !(**access)->ahead) continue;
    const Seconds ahead = *(**access)->ahead;
    if (worst && std::abs(ahead) <= std::abs(*worst)) continue;
    worst = ahead;
    whose = system;
  }
  if (!worst) return unknown("clock", kNotAsked);
  const Seconds off = std::abs(*worst);
  if (off < kClockWarnsAt) return {.name = "clock"};
  Check check = off < kClockBreaksAt ? warning("clock", "off") : broken("clock", "off");
  check.values.emplace_back("seconds", std::to_string(off));
  check.values.emplace_back("system", word(whose));
  return check;
}

}  // namespace

std::string notice_cursor(System system) { return "notice." + std::string(word(system)); }

std::string_view word(CheckState state) {
  switch (state) {
    case CheckState::kOk:
      return "ok";
    case CheckState::kWarning:
      return "warning";
    case CheckState::kBroken:
      return "broken";
    case CheckState::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::vector<Check> checks_of(const Tenant& tenant, const HealthFacts& facts) {
  const Told told{.tenant = tenant, .facts = facts};
  std::vector<Check> checks{running(told),     shop(told),         shop_scopes(told), pos(told),
                            pos_scopes(told),  plan(told),         columns(told),     stock(told),
                            queue(told),       dead_letters(told), review(told),      members(told),
                            pos_notices(told), shop_notices(told), till(told),        clock(told)};
  if (!tenant.settings.locations.empty()) checks.push_back(inventory(told));
  return checks;
}

}  // namespace tsunagi
