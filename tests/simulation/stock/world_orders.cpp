// Online orders: what customers buy, what shops and head office do with their part of it, and what
// the merchant does by hand in Shopify.

#include <algorithm>

#include "tests/simulation/stock/world.h"

namespace tsunagi::simulation {
namespace {

constexpr size_t kOrdersMost = 4;
constexpr int kReviewRows = 100;

ShipmentAction next_of(ShipmentState state) {
  switch (state) {
    case ShipmentState::kAssigned:
      return ShipmentAction::kAccept;
    case ShipmentState::kAccepted:
      return ShipmentAction::kPick;
    case ShipmentState::kPicking:
      return ShipmentAction::kPack;
    case ShipmentState::kPerson:
      return ShipmentAction::kAssign;
    case ShipmentState::kPacked:
    case ShipmentState::kShipped:
    case ShipmentState::kRefused:
    case ShipmentState::kCancelled:
    case ShipmentState::kGivenBack:
      return ShipmentAction::kShip;
  }
  return ShipmentAction::kShip;
}

bool is_let(const Shipment& shipment, const ShipmentMove& move) {
  if (move.action == ShipmentAction::kShip && shipment.on_hold) return false;
  return std::ranges::any_of(shipment_rules(), [&](const ShipmentRule& rule) {
    return rule.from == shipment.state && rule.action == move.action &&
           rule.roles.at(static_cast<size_t>(move.actor.role));
  });
}

}  // namespace

void World::buy_online() {
  if (orders_.size() >= kOrdersMost) return act_on_shipment();
  std::vector<OnlineShop::Bought> bought;
  const uint64_t lines = 1 + pick(2);
  for (uint64_t i = 0; i < lines; ++i) {
    bought.push_back(
        {item_of(random_product()), 1 + static_cast<int64_t>(pick(often(20) ? 4 : 2))});
  }
  const uint64_t where = pick(10);
  const int64_t place = where < 6   ? kWarehouse
                        : where < 9 ? location_of_store(random_store())
                                    : kElsewhere;
  const auto ship_to = often(90) ? Prefecture::from_code(often(50) ? 13 : 27) : std::nullopt;
  const OnlineShop::Order& order = shop_.buy(bought, place, often(85), ship_to);
  orders_.push_back(order.id);
  std::map<int64_t, Tills::Quantities> asked;
  for (const auto& line : order.works.front().lines) {
    asked[line.order_line][product_of(line.item)] = line.remaining;
  }
  promises_.ordered(order.id, asked);
  note("order " + std::to_string(order.id) + " is bought, at location " + std::to_string(place));
}

// Of a shop that is a location the server tells the tills; of others somebody does.
void World::note_parcel(const OnlineShop::Leaving& leaving) {
  const std::string store = shop_of_parcel(leaving.location, leaving.number);
  if (store.empty()) return;
  const Shelf shelf{product_of(leaving.item), store};
  tills_.leave(shelf, leaving.pieces);
  const bool by_person =
      leaving.pieces > 0 ? !location_in_settings(store) : corrected_.contains(leaving.parcel);
  if (!by_person) return;
  corrected_.insert(leaving.parcel);
  tills_.correct(shelf, -leaving.pieces);
  // Told from another place than it left: the night brings that in step.
  const bool elsewhere = store != store_of_location(leaving.location);
  if (elsewhere) shop_.touched.insert({leaving.item, leaving.location});
}

// What a shop says it has sent left its shelf, whichever place the platform tells it from.
std::string World::shop_of_parcel(int64_t location, const std::string& number) const {
  for (const int64_t id : orders_) {
    const auto shipments = truth_->shipments_of_order(kShop, id);
    for (const Shipment& shipment : *shipments) {
      const bool sent = shipment.state == ShipmentState::kShipped && shipment.number == number;
      if (sent) return shipment.store_id;
    }
  }
  return store_of_location(location);
}

// The shop is no location from now on: the server tells the tills no more than it was asked for.
void World::correct_what_is_not_taken(const std::string& store) {
  for (const int64_t id : orders_) {
    const auto takings = truth_->takings_of_order(kShop, id);
    const auto is_asked = [&](int64_t event) {
      return std::ranges::any_of(
          *takings, [&](const Taking& taking) { return taking.name.parcel_id == event; });
    };
    for (const auto& back : shop_.orders.at(id).returns) {
      const bool here = store_of_location(back.location) == store;
      if (is_asked(back.id) || !here || !corrected_.insert(back.id).second) continue;
      tills_.correct({product_of(back.item), store}, back.pieces);
    }
    for (const auto& parcel : shop_.orders.at(id).parcels) {
      const bool asked = is_asked(parcel.id);
      const bool here = shop_of_parcel(parcel.location, parcel.number) == store;
      if (parcel.cancelled || asked || !here || !corrected_.insert(parcel.id).second) continue;
      for (const auto& line : parcel.lines) {
        tills_.correct({product_of(line.item), store}, -line.quantity);
      }
    }
  }
}

bool World::is_free(const Shipment& shipment, int64_t order_line) const {
  if (shipment.told_id < 0 || tills_.knows(shipment.told_id, order_line)) return true;
  const auto& parcels = shop_.orders.at(shipment.order_id).parcels;
  const auto parcel = std::ranges::find(parcels, shipment.told_id, &OnlineShop::Parcel::id);
  if (parcel == parcels.end()) return false;
  const auto line =
      std::ranges::find(parcel->lines, order_line, &OnlineShop::Parcel::Line::order_line);
  return parcel->cancelled || line == parcel->lines.end() ||
         shop_of_parcel(parcel->location, parcel->number).empty() ||
         corrected_.contains(parcel->id);
}

// ---- shops and head office

void World::act_on_shipment() {
  look();
  const auto ids = promises_.open_shipments();
  if (ids.empty()) return buy_online_first();
  const auto before = truth_->shipment(kShop, ids[pick(ids.size())]);
  if (!before->has_value()) return;
  do_to_shipment(draw_shipment_move(**before), **before);
}

void World::buy_online_first() {
  if (orders_.size() < kOrdersMost) buy_online();
}

ShipmentMove World::draw_shipment_move(const Shipment& shipment) {
  ShipmentMove move{.shipment_id = shipment.id,
                    .action_id = new_id("deed"),
                    .action = next_of(shipment.state),
                    .actor = clerk_of(shipment.store_id)};
  const uint64_t what = pick(100);
  const bool nobodys = shipment.state == ShipmentState::kPerson;
  if (what < 15 && !nobodys) move.action = ShipmentAction::kRefuse;
  if (what >= 15 && what < 18) move.action = ShipmentAction::kGiveBack;
  if (what >= 18 && what < 22) move.action = kShipmentActions[pick(std::size(kShipmentActions))];
  const bool of_office =
      move.action == ShipmentAction::kAssign || move.action == ShipmentAction::kGiveBack;
  if (of_office || often(3)) move.actor = {.role = Role::kHeadOffice, .id = "office"};
  if (often(5)) move.actor = clerk_of(random_store());
  move.reason = word(kRejectReasons[pick(std::size(kRejectReasons))]);
  move.carrier = word(kCarriers[pick(std::size(kCarriers))]);
  move.number = "P" + std::to_string(++last_id_);
  move.store_id = random_store();
  return move;
}

void World::do_to_shipment(const ShipmentMove& move, const Shipment& before) {
  const bool sees = may_see(move.actor, before);
  const bool assigns = move.action == ShipmentAction::kAssign;
  bool possible = move.action != ShipmentAction::kCancel && is_let(before, move);
  if (assigns) {
    Promises::Wish wish{.id = before.id, .store = move.store_id, .customer = 0, .asked = {}};
    for (const ShipmentLine& line : before.lines) wish.asked[line.product_id] += line.quantity;
    possible = possible && location_in_settings(move.store_id) && overdrawn(wish).empty();
  }
  const auto done = as_request([&] { return server_->shipping.act(tenant(), move); });
  note(std::string(word(move.actor.role)) + " of " + before.store_id + ": " +
       std::string(word(move.action)) + " " + (assigns ? "to " + move.store_id + " " : "") +
       move.shipment_id + " of order " + std::to_string(before.order_id) + ": " +
       (done.ok() ? std::string(word(done->state)) : done.error().message));
  look({.id = move.shipment_id, .shipment = move.action});
  const bool heard = done.ok() || done.error().code != ErrorCode::kUnavailable;
  const bool refused = !sees || !possible;
  deeds_.push_back(
      {.of_shipment = true, .heard = heard && !refused, .pickup = {}, .shipment = move});
  if (!heard) return;
  expect(done.ok() != refused, move.shipment_id + ": " + std::string(word(move.action)) +
                                   (refused ? " is let pass" : " is refused"));
}

bool World::location_in_settings(const std::string& store) const {
  return std::ranges::find(tenant_.settings.locations, store, &StoreLocation::store_id) !=
         tenant_.settings.locations.end();
}

// ---- the merchant in Shopify

void World::merchant_acts() {
  if (orders_.empty()) return buy_online();
  OnlineShop::Order& order = shop_.orders.at(orders_[pick(orders_.size())]);
  if (often(10) && !order.parcels.empty() && !order.cancelled) return cancel_a_parcel(order);
  if (often(15) && !order.parcels.empty()) return bring_back(order);
  const auto works = shop_.open_works(order);
  if (works.empty()) return buy_online_first();
  change_order(order, *works[pick(works.size())]);
}

void World::change_order(OnlineShop::Order& order, OnlineShop::Work& work) {
  const std::string name = "order " + std::to_string(order.id);
  switch (pick(8)) {
    case 0:
      note(name + " is cancelled");
      return shop_.cancel(order, often(50));
    case 1: {
      auto& line = work.lines[pick(work.lines.size())];
      if (line.remaining == 0) return;
      note(name + ": a piece is taken off");
      promises_.changed_by_hand(order.id);
      return shop_.remove(order, work, line, 1);
    }
    case 2:
      if (work.state == WorkState::kBegun) return;
      note(name + (work.state == WorkState::kOnHold ? " goes on" : " is put on hold"));
      return shop_.hold(work, work.state != WorkState::kOnHold);
    case 3:
    case 4:
      return move_order(order, work);
    case 5:
      if (work.state == WorkState::kOnHold) return;
      note(name + " is sent by hand from " + std::to_string(work.location));
      promises_.changed_by_hand(order.id);
      return shop_.send_by_hand(order, work, "H" + std::to_string(++last_id_));
    default:
      note(name + " is paid");
      return shop_.pay(order);
  }
}

void World::cancel_a_parcel(OnlineShop::Order& order) {
  auto& parcel = order.parcels[pick(order.parcels.size())];
  const bool all_there = std::ranges::none_of(
      order.returns, [&](const OnlineShop::Return& each) { return each.parcel == parcel.id; });
  if (parcel.cancelled || !all_there) return;
  note("order " + std::to_string(order.id) + ": parcel " + parcel.number + " is cancelled");
  promises_.changed_by_hand(order.id);
  shop_.cancel_parcel(order, parcel);
}

// Mostly to where it came from; the money goes back, and it is for sale again.
void World::bring_back(OnlineShop::Order& order) {
  const auto& parcel = order.parcels[pick(order.parcels.size())];
  const auto& line = parcel.lines[pick(parcel.lines.size())];
  const int64_t kept = OnlineShop::kept_of(order, parcel, line);
  if (parcel.cancelled || kept == 0) return;
  const int64_t place = often(60)   ? parcel.location
                        : often(70) ? location_of_store(random_store())
                                    : kElsewhere;
  const int64_t pieces = 1 + static_cast<int64_t>(pick(static_cast<uint64_t>(kept)));
  note("order " + std::to_string(order.id) + ": " + std::to_string(pieces) + " of parcel " +
       parcel.number + " come back to location " + std::to_string(place));
  const OnlineShop::Return& back = shop_.take_back(order, {.parcel = parcel.id,
                                                           .location = place,
                                                           .order_line = line.order_line,
                                                           .item = line.item,
                                                           .pieces = pieces});
  const std::string store = store_of_location(place);
  if (store.empty()) return;
  const Shelf shelf{product_of(line.item), store};
  tills_.leave(shelf, -pieces);
  if (location_in_settings(store)) return;
  corrected_.insert(back.id);
  tills_.correct(shelf, pieces);
}

void World::move_order(OnlineShop::Order& order, OnlineShop::Work& work) {
  const int64_t place = often(60)   ? location_of_store(random_store())
                        : often(50) ? kWarehouse
                                    : kElsewhere;
  if (!shop_.move_by_hand(order, work, place)) return;
  note("order " + std::to_string(order.id) + " is moved by hand to " + std::to_string(place));
  promises_.moved_by_hand(order.id, store_of_location(place));
}

// A person looks into what nobody knows the end of. A parcel that nobody can be told of has left
// its shop.
void World::settle_reviews() {
  const auto entries = truth_->outbox_in(kShop, QueueState::kReview, kReviewRows);
  for (const OutboxEntry& entry : *entries) {
    const bool of_order = entry.item.write.kind == OutboxKind::kShipOrder;
    note("a person settles " + entry.item.write.key + ": " + entry.error);
    if (of_order) {
      const auto shipments = truth_->shipments_of_order(kShop, order_of_key(entry.item.write.key));
      for (const Shipment& shipment : *shipments) {
        const bool lost = shipment.state == ShipmentState::kShipped && shipment.told_id == 0;
        for (const ShipmentLine& line : shipment.lines) {
          if (!lost) continue;
          tills_.leave({line.product_id, shipment.store_id}, line.quantity);
          tills_.correct({line.product_id, shipment.store_id}, -line.quantity);
        }
      }
    }
    const auto settled =
        truth_->settle_review(kShop, entry.item.id, ReviewVerdict::kHappened, "merchant");
    expect(settled.ok(), "a review is not settled");
    look();
  }
  work_off();
}

// The merchant calls the rest off, and what left is told of once its shop is a location again.
void World::let_go_of_shipments() {
  Settings changed = tenant_.settings;
  changed.locations.clear();
  for (const std::string& store : stores_) {
    changed.locations.push_back({store, location_of_store(store)});
  }
  save(changed);
  for (const int64_t id : orders_) {
    OnlineShop::Order& order = shop_.orders.at(id);
    for (OnlineShop::Work* work : shop_.open_works(order)) {
      if (work->state == WorkState::kOnHold) shop_.hold(*work, false);
    }
  }
  heal(Until::kQuiet);
  for (const std::string& id : promises_.open_shipments()) {
    const auto shipment = truth_->shipment(kShop, id);
    if (often(50)) do_to_shipment(draw_shipment_move(**shipment), **shipment);
  }
  heal(Until::kQuiet);
  for (const int64_t id : orders_) {
    OnlineShop::Order& order = shop_.orders.at(id);
    if (!shop_.open_works(order).empty()) shop_.cancel(order, true);
  }
}

}  // namespace tsunagi::simulation
