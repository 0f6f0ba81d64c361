// Of pick-ups.

#include "tests/simulation/stock/promises.h"

#include <algorithm>

namespace tsunagi::simulation {
namespace {

// By a deed that was told, or by the system's own.
bool may_become(PickupState before, PickupState after, std::optional<PickupAction> told) {
  if (before == after) return true;
  return std::ranges::any_of(pickup_rules(), [&](const PickupRule& rule) {
    const bool asked = rule.action == PickupAction::kExpire || rule.action == told;
    return rule.from == before && rule.to == after && asked;
  });
}

const StockLevel* level_on(const Figures& figures, const Shelf& shelf) {
  const auto found = figures.find(shelf);
  return found == figures.end() ? nullptr : &found->second;
}

std::string named(const Pickup& pickup) {
  return "pick-up " + pickup.id + " (" + std::string(word(pickup.state)) + ")";
}

}  // namespace

std::string Promises::begin(const Pickup& stored) {
  const auto wish = wishes_.find(stored.id);
  if (wish == wishes_.end()) return named(stored) + " was wished by nobody";
  const bool same =
      stored.store_id == wish->second.store && stored.customer_id == wish->second.customer;
  Tills::Quantities asked;
  for (const PickupLine& line : stored.lines) asked[line.product_id] += line.quantity;
  const bool whole = asked == wish->second.asked && asked.size() == stored.lines.size();
  if (!same || !whole) return named(stored) + " is not what was wished for";
  pickups_[stored.id] = {
      .changed_at = stored.changed_at, .hold_until = stored.hold_until, .held = wish->second.asked};
  return "";
}

std::string Promises::see(const Pickup& stored, const Figures& figures, const Told& told,
                          Seconds now) {
  if (!pickups_.contains(stored.id)) {
    if (auto wrong = begin(stored); !wrong.empty()) return wrong;
  }
  KeptPickup& kept = pickups_[stored.id];
  if (stored.state != kept.state) {
    if (auto wrong = enter(kept, stored, figures, told, now); !wrong.empty()) return wrong;
  }
  if (kept.state == PickupState::kHandedOver) {
    if (auto wrong = release_if_sold(kept, stored, figures, now); !wrong.empty()) return wrong;
  }
  kept.hold_until = stored.hold_until;
  for (const PickupLine& line : stored.lines) {
    const auto found = kept.held.find(line.product_id);
    const int64_t wanted = found == kept.held.end() ? 0 : found->second;
    if (line.held != wanted) {
      return named(stored) + " holds " + std::to_string(line.held) + " of product " +
             line.product_id + " instead of " + std::to_string(wanted);
    }
  }
  return "";
}

std::string Promises::enter(KeptPickup& kept, const Pickup& stored, const Figures& figures,
                            const Told& told, Seconds now) {
  const bool mine = told.id == stored.id;
  if (!may_become(kept.state, stored.state, mine ? told.pickup : std::nullopt)) {
    return named(stored) + " was " + std::string(word(kept.state));
  }
  if (stored.state == PickupState::kExpired && now < kept.hold_until + kExpiryGraceSeconds) {
    return named(stored) + " was given up too early";
  }
  const std::string& store = wishes_[stored.id].store;
  if (stored.state == PickupState::kReady) {
    for (size_t i = 0; i < stored.lines.size(); ++i) {
      const PickupLine& line = stored.lines[i];
      const int64_t found = told.picked.empty() ? line.quantity : told.picked.at(i);
      if (line.picked != found) return named(stored) + " has other pieces than were found";
      kept.held[line.product_id] = found;
      if (found < line.quantity) doubt({line.product_id, store}, figures);
    }
  }
  if (stored.state == PickupState::kRejected && is_of_pieces(stored.reason)) {
    for (const PickupLine& line : stored.lines) doubt({line.product_id, store}, figures);
  }
  kept.state = stored.state;
  kept.changed_at = stored.changed_at;
  if (!is_open(kept.state) && kept.state != PickupState::kHandedOver) kept.held.clear();
  return "";
}

// What the customer took is held until the book has a figure from then, or for half an hour.
std::string Promises::release_if_sold(KeptPickup& kept, const Pickup& stored,
                                      const Figures& figures, Seconds now) {
  for (const PickupLine& line : stored.lines) {
    if (line.held != 0 || kept.held[line.product_id] == 0) continue;
    const StockLevel* level = level_on(figures, {line.product_id, stored.store_id});
    const bool heard =
        level != nullptr && level->changed_at >= kept.changed_at - kPaidBeforeSeconds;
    if (!heard && now < kept.changed_at + kSoldUnheardSeconds) {
      return named(stored) + " let go of what nobody knows to be sold";
    }
    kept.held[line.product_id] = 0;
  }
  return "";
}

void Promises::doubt(const Shelf& shelf, const Figures& figures) {
  if (const StockLevel* level = level_on(figures, shelf)) doubts_[shelf] = *level;
}

bool Promises::is_doubted(const Shelf& shelf, const StockLevel& level) const {
  const auto found = doubts_.find(shelf);
  return found != doubts_.end() && found->second.on_hand == level.on_hand &&
         found->second.changed_at == level.changed_at;
}

std::map<Shelf, int64_t> Promises::held() const {
  std::map<Shelf, int64_t> sums;
  for (const auto& [id, kept] : pickups_) {
    for (const auto& [product, pieces] : kept.held) {
      sums[{product, wishes_.at(id).store}] += pieces;
    }
  }
  for (const auto& [id, kept] : shipments_) {
    for (const auto& [shelf, pieces] : kept.held) sums[shelf] += pieces;
  }
  return sums;
}

std::vector<std::string> Promises::live_pickups() const {
  std::vector<std::string> ids;
  for (const auto& [id, kept] : pickups_) {
    const bool holds =
        std::ranges::any_of(kept.held, [](const auto& each) { return each.second != 0; });
    if (is_open(kept.state) || holds) ids.push_back(id);
  }
  return ids;
}

std::vector<std::string> Promises::all_pickups() const {
  std::vector<std::string> ids;
  for (const auto& [id, kept] : pickups_) ids.push_back(id);
  return ids;
}

}  // namespace tsunagi::simulation
