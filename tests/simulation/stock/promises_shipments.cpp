// Of shipments.

#include <algorithm>

#include "tests/simulation/stock/promises.h"

namespace tsunagi::simulation {
namespace {

bool may_become(ShipmentState before, ShipmentState after, std::optional<ShipmentAction> told) {
  if (before == after) return true;
  return std::ranges::any_of(shipment_rules(), [&](const ShipmentRule& rule) {
    const bool asked = rule.action == ShipmentAction::kCancel || rule.action == told;
    return rule.from == before && rule.to == after && asked;
  });
}

std::string named(const Shipment& shipment) {
  return "shipment " + shipment.id + " of order " + std::to_string(shipment.order_id) + " (" +
         std::string(word(shipment.state)) + ", shop " + shipment.store_id + ")";
}

// What was sent is, until the tills know.
bool is_held(ShipmentState state) {
  return (is_open(state) && state != ShipmentState::kPerson) || state == ShipmentState::kShipped;
}

}  // namespace

void Promises::ordered(int64_t order, const std::map<int64_t, Tills::Quantities>& lines) {
  orders_[order].lines = lines;
}

void Promises::moved_by_hand(int64_t order, const std::string& store) {
  orders_[order].by_hand = true;
  // The merchant asks it, who may. The server may see that after the shop refused what it had.
  orders_[order].asked_by_hand.insert(store);
}

std::string Promises::begin(const Shipment& stored) {
  const auto order = orders_.find(stored.order_id);
  if (order == orders_.end()) return named(stored) + " is of an order that nobody made";
  if (stored.state != ShipmentState::kAssigned && stored.state != ShipmentState::kPerson) {
    return named(stored) + " began so";
  }
  const bool by_hand = order->second.asked_by_hand.contains(stored.store_id);
  if (order->second.refusers.contains(stored.store_id) && !by_hand) {
    return named(stored) + " asks a shop again that refused the order";
  }
  KeptShipment kept{.order = stored.order_id, .store = stored.store_id, .state = stored.state};
  for (const ShipmentLine& line : stored.lines) {
    const auto ordered = order->second.lines.find(line.order_line);
    const bool known =
        ordered != order->second.lines.end() && ordered->second.contains(line.product_id);
    if (!known || line.quantity < 1) return named(stored) + " is not what was ordered";
    kept.quantities[line.order_line] = line.quantity;
  }
  shipments_[stored.id] = std::move(kept);
  return "";
}

std::string Promises::see(const Shipment& stored, const Figures& figures, const Told& told,
                          const IsFree& is_free) {
  if (!shipments_.contains(stored.id)) {
    if (auto wrong = begin(stored); !wrong.empty()) return wrong;
  }
  KeptShipment& kept = shipments_[stored.id];
  if (stored.state != kept.state) {
    if (auto wrong = enter(kept, stored, figures, told); !wrong.empty()) return wrong;
  }
  if (stored.told_id != 0) {
    if (kept.state != ShipmentState::kShipped) return named(stored) + " was told of and not sent";
    kept.told = true;
  } else if (kept.told) {
    return named(stored) + " is to be told again";
  }
  kept.held.clear();
  for (const ShipmentLine& line : stored.lines) {
    const bool freed = kept.told && line.held == 0 && is_free(stored, line.order_line);
    if (freed) kept.freed.insert(line.order_line);
    const bool owed = is_held(kept.state) && !kept.freed.contains(line.order_line);
    const int64_t wanted = owed ? kept.quantities[line.order_line] : 0;
    if (line.quantity != kept.quantities[line.order_line]) return named(stored) + " is another";
    if (line.held != wanted) {
      return named(stored) + " holds " + std::to_string(line.held) + " of product " +
             line.product_id + " instead of " + std::to_string(wanted);
    }
    kept.held[{line.product_id, kept.store}] += wanted;
  }
  return "";
}

std::string Promises::enter(KeptShipment& kept, const Shipment& stored, const Figures& figures,
                            const Told& told) {
  const bool mine = told.id == stored.id;
  if (!may_become(kept.state, stored.state, mine ? told.shipment : std::nullopt)) {
    return named(stored) + " was " + std::string(word(kept.state));
  }
  const bool assigned = mine && told.shipment == ShipmentAction::kAssign;
  if (stored.store_id != kept.store && !assigned) return named(stored) + " went to another shop";
  kept.store = stored.store_id;
  kept.state = stored.state;
  if (assigned) orders_[kept.order].refusers.erase(kept.store);
  if (kept.state != ShipmentState::kRefused) return "";
  orders_[kept.order].refusers.insert(kept.store);
  if (!is_of_pieces(stored.reason)) return "";
  for (const ShipmentLine& line : stored.lines) doubt({line.product_id, kept.store}, figures);
  return "";
}

// No piece of an order is asked of two shops, unless somebody had his hands in it.
std::string Promises::coverage(int64_t order) const {
  const auto found = orders_.find(order);
  if (found == orders_.end() || found->second.by_hand) return "";
  std::map<int64_t, int64_t> asked;
  for (const auto& [id, kept] : shipments_) {
    const bool counts = is_open(kept.state) || kept.state == ShipmentState::kShipped;
    if (kept.order != order || !counts) continue;
    for (const auto& [line, pieces] : kept.quantities) asked[line] += pieces;
  }
  for (const auto& [line, quantities] : found->second.lines) {
    if (asked[line] > quantities.begin()->second) {
      return "of order " + std::to_string(order) + " more is asked of the shops than was ordered";
    }
  }
  return "";
}

std::vector<std::string> Promises::open_shipments() const {
  std::vector<std::string> ids;
  for (const auto& [id, kept] : shipments_) {
    if (is_open(kept.state)) ids.push_back(id);
  }
  return ids;
}

const std::string& Promises::store_of_shipment(const std::string& id) const {
  return shipments_.at(id).store;
}

int64_t Promises::order_of_shipment(const std::string& id) const { return shipments_.at(id).order; }

}  // namespace tsunagi::simulation
