#include "server/domain/sync/id_sweep.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "server/domain/card/member_lookup.h"
#include "server/domain/fnv1a.h"
#include "server/domain/member/member_sync.h"
#include "server/domain/member_number.h"
#include "wasm/core/japan_time.h"

namespace tsunagi {
namespace {

// Of a list that was read to its end.
constexpr int64_t kAllSeen = std::numeric_limits<int64_t>::max();

// Of a contract, so that a shop that joins another one starts anew.
std::string cursor_of(const Tenant& tenant, std::string_view what) {
  return "sweep." + std::string(what) + "." + tenant.contract_id;
}

change::Enqueue ask_for(const MemberLink& link, Side changed) {
  return {.write = {.kind = work_for(Card{.link = link, .snapshot = {}}, changed),
                    .key = std::to_string(link.customer_id)}};
}

}  // namespace

int64_t sweep_night(Seconds at, TenantId tenant) {
  Fnv1a hash;
  hash.add(std::to_string(tenant));
  const auto turn = static_cast<Seconds>(hash.value() % static_cast<uint64_t>(kSweepSpread));
  return (at + kJapanOffsetSeconds - kSweepBegins - turn) / kDaySeconds;
}

Result<bool> IdSweep::step(const Tenant& tenant) {
  const int64_t night = sweep_night(clock_.now(), tenant.id);
  const auto swept = storage_.cursor(tenant.id, cursor_of(tenant, "night"));
  if (!swept.ok()) return swept.error();
  if (!swept->has_value()) {  // joined just now: the first night is the next one
    const auto begun = storage_.apply(
        tenant.id, {change::SetCursor{.name = cursor_of(tenant, "night"), .value = night}});
    if (!begun.ok()) return begun.error();
    return false;
  }
  if (**swept >= night) return false;
  const auto customers = storage_.cursor(tenant.id, cursor_of(tenant, "customers"));
  if (!customers.ok()) return customers.error();
  if (customers->value_or(0) != kAllSeen) return sweep_customers(tenant, customers->value_or(0));
  const auto members = storage_.cursor(tenant.id, cursor_of(tenant, "members"));
  if (!members.ok()) return members.error();
  return sweep_members(tenant, members->value_or(0));
}

Result<bool> IdSweep::sweep_customers(const Tenant& tenant, int64_t after) {
  const auto page = storage_.cards_after(tenant.id, after, kMostCustomersAsked);
  if (!page.ok()) return page.error();
  std::vector<int64_t> ids;
  ids.reserve(page->size());
  for (const Card& card : *page) ids.push_back(card.link.customer_id);
  const auto missing = shop_.missing_customers(tenant, ids);
  if (!missing.ok()) return missing.error();
  std::vector<Change> changes;
  for (const Card& card : *page) {
    const bool gone = std::ranges::find(*missing, card.link.customer_id) != missing->end();
    if (gone) changes.emplace_back(ask_for(card.link, Side::kShop));
  }
  const bool last = page->size() < kMostCustomersAsked;
  changes.emplace_back(change::SetCursor{
      .name = cursor_of(tenant, "customers"), .value = last ? kAllSeen : ids.back(), .anew = true});
  if (auto applied = storage_.apply(tenant.id, changes); !applied.ok()) return applied.error();
  return true;
}

Result<bool> IdSweep::sweep_members(const Tenant& tenant, int64_t after) {
  const auto page = pos_.members_after(tenant.contract_id, after);
  if (!page.ok()) return page.error();
  std::vector<Change> changes;
  if (auto done = compare(tenant, *page, after, changes); !done.ok()) return done.error();
  const auto place = [&](std::string_view what, int64_t value) {
    changes.emplace_back(
        change::SetCursor{.name = cursor_of(tenant, what), .value = value, .anew = true});
  };
  if (page->more) {
    place("members", member_number(page->members.back().member_id).value_or(kAllSeen));
  } else {
    place("members", 0);
    place("customers", 0);
    place("night", sweep_night(clock_.now(), tenant.id));
  }
  if (auto applied = storage_.apply(tenant.id, changes); !applied.ok()) return applied.error();
  return page->more;
}

Result<Done> IdSweep::compare(const Tenant& tenant, const PosMemberPage& page, int64_t after,
                              std::vector<Change>& changes) {
  std::map<std::string, bool> usable;  // by the member's id
  for (const PosMember& member : page.members) {
    usable[member.member_id] = member.status == kStatusUsable;
  }
  const int64_t until =
      page.more ? member_number(page.members.back().member_id).value_or(kAllSeen) : kAllSeen;
  std::string last = after == 0 ? std::string() : std::to_string(after);
  for (;;) {
    const auto links = storage_.links_by_member(tenant.id, last, kSweptLinks);
    if (!links.ok()) return links.error();
    for (const MemberLink& link : *links) {
      last = link.pos_member_id;
      const auto number = member_number(last);
      if (!number) continue;
      if (*number > until) return Done{};
      const auto found = usable.find(last);
      const bool served = found != usable.end() && found->second;
      if (served != (link.state == LinkState::kLinked)) {
        changes.emplace_back(ask_for(link, Side::kPos));
      }
    }
    if (links->size() < static_cast<size_t>(kSweptLinks)) return Done{};
  }
}

}  // namespace tsunagi
