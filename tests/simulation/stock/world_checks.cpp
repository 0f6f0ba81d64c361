// What must hold after every step, and what at the end.

#include <algorithm>
#include <set>

#include "tests/simulation/stock/world.h"

namespace tsunagi::simulation {
namespace {

constexpr int kRows = 100;
constexpr Seconds kDayAndNight = 86'400;

}  // namespace

void World::expect(bool holds, const std::string& otherwise) {
  if (!holds && wrong_.empty()) wrong_ = otherwise;
}

void World::look(const Promises::Told& told, Scope scope) {
  const bool nothing_new =
      told.id.empty() && scope == Scope::kLive && seen_writes_ == disk_.writes();
  if (!wrong_.empty() || nothing_new) return;
  seen_writes_ = disk_.writes();
  read_figures();
  std::vector<std::string> pickups =
      scope == Scope::kLive ? promises_.live_pickups() : promises_.all_pickups();
  if (!told.id.empty() && std::ranges::find(pickups, told.id) == pickups.end()) {
    pickups.push_back(told.id);
  }
  for (const std::string& id : pickups) {
    const auto stored = truth_->pickup(kShop, id);
    if (!stored->has_value()) continue;  // of another kind, or refused
    const auto wrong = promises_.see(**stored, figures_, told, clock_.now());
    expect(wrong.empty(), wrong);
  }
  for (const int64_t order : orders_) look_at_shipments(order, told);
  check_held();
}

void World::look_at_shipments(int64_t order, const Promises::Told& told) {
  const auto stored = truth_->shipments_of_order(kShop, order);
  for (const Shipment& shipment : *stored) {
    const auto wrong =
        promises_.see(shipment, figures_, told,
                      [this](const Shipment& sent, int64_t line) { return is_free(sent, line); });
    expect(wrong.empty(), wrong);
  }
  const auto wrong = promises_.coverage(order);
  expect(wrong.empty(), wrong);
}

void World::read_figures() {
  figures_.clear();
  for (const std::string& product : products_) {
    const auto levels = truth_->stock_of(kShop, product, stores_);
    for (const StockLevel& level : *levels) figures_[{product, level.store_id}] = level;
  }
}

void World::check_held() {
  const std::map<Shelf, int64_t> held = promises_.held();
  for (const auto& [shelf, level] : figures_) {
    const auto found = held.find(shelf);
    const int64_t wanted = found == held.end() ? 0 : found->second;
    expect(wanted >= 0 && level.held == wanted, text_of(shelf) + ": " + std::to_string(level.held) +
                                                    " are held instead of " +
                                                    std::to_string(wanted));
    const bool doubted = promises_.is_doubted(shelf, level);
    if (doubted && !level.doubted && tills_.is_ambiguous(shelf, level.changed_at)) {
      promises_.trust(shelf);
    } else {
      expect(level.doubted == doubted,
             text_of(shelf) + (doubted ? " is not doubted any more" : " is doubted"));
    }
  }
  for (const auto& [shelf, pieces] : held) {
    expect(pieces == 0 || figures_.contains(shelf), text_of(shelf) + " is held and unknown");
  }
}

// As a shopper is shown it, by a server without a memory.
void World::check_offered() {
  const std::map<Shelf, int64_t> held = promises_.held();
  StockService service(*truth_, clock_);
  StockService::Question question;
  for (const std::string& product : products_) question.products.push_back({"49" + product, ""});
  const auto models = service.stock(tenant(), question);
  expect(models.ok() && models->size() == products_.size(), "no stock is shown");
  if (!wrong_.empty()) return;
  for (size_t i = 0; i < products_.size(); ++i) {
    for (const ShopStock& shown : (*models)[i].shops) {
      const Shelf shelf{products_[i], shown.shop_id};
      const auto level = figures_.find(shelf);
      if (level == figures_.end()) {
        expect(shown.on_hand == 0 && shown.held == 0, text_of(shelf) + " is shown from nowhere");
        continue;
      }
      const auto found = held.find(shelf);
      const int64_t layaway = std::max<int64_t>(0, level->second.layaway);
      const int64_t pieces = found == held.end() ? 0 : found->second;
      const int64_t own = level->second.on_hand - layaway - pieces - safety_at(shelf);
      const int64_t offered = shown.on_hand - shown.held - shown.safety;
      expect(shown.known != level->second.doubted && offered == own,
             text_of(shelf) + ": " + std::to_string(offered) + " are shown instead of " +
                 std::to_string(own) + (shown.known ? "" : ", as not known"));
    }
  }
}

// Who was promised last, and whom the shop has not said yes, is marked where it has less than it
// promised; nobody else is.
void World::check_short() {
  std::vector<Pickup> placed;
  for (const std::string& id : promises_.live_pickups()) {
    const auto stored = truth_->pickup(kShop, id);
    if ((*stored)->state == PickupState::kPlaced) placed.push_back(**stored);
  }
  std::ranges::sort(placed, std::greater<>(),
                    [](const Pickup& each) { return std::pair(each.placed_at, each.id); });
  std::set<std::string> last;
  for (const auto& [shelf, pieces] : promises_.held()) {
    const auto level = figures_.find(shelf);
    if (level == figures_.end()) continue;
    int64_t lacks = pieces - level->second.on_hand + std::max<int64_t>(0, level->second.layaway);
    for (const Pickup& each : placed) {
      if (lacks <= 0) break;
      if (each.store_id != shelf.store) continue;
      for (const PickupLine& line : each.lines) {
        if (line.product_id != shelf.product || line.held == 0) continue;
        last.insert(each.id);
        lacks -= line.held;
      }
    }
  }
  for (const Pickup& each : placed) {
    expect(is_short(each) == last.contains(each.id),
           each.id + (is_short(each) ? " is marked though there is enough" : " is not marked"));
  }
}

int64_t World::safety_at(const Shelf& shelf) const {
  const Settings& settings = tenant_.settings;
  for (const auto& [product, pieces] : settings.product_safety) {
    if (product == shelf.product) return pieces;
  }
  for (const StoreSetting& store : settings.stores) {
    if (store.store_id == shelf.store && store.safety_stock > 0) return store.safety_stock;
  }
  return settings.safety_stock;
}

// What may be promised of the shelf; none: the book has nothing of it.
std::optional<int64_t> World::offered(const Shelf& shelf) const {
  const auto level = figures_.find(shelf);
  if (level == figures_.end()) return std::nullopt;
  const auto held = promises_.held();
  const auto found = held.find(shelf);
  const int64_t on_hand = promises_.is_doubted(shelf, level->second) ? 0 : level->second.on_hand;
  return on_hand - std::max<int64_t>(0, level->second.layaway) -
         (found == held.end() ? 0 : found->second) - safety_at(shelf);
}

std::vector<std::string> World::overdrawn(const Promises::Wish& wish) const {
  std::vector<std::string> lacks;
  for (const auto& [product, pieces] : wish.asked) {
    const auto there = offered({product, wish.store});
    if (!there || pieces > *there) lacks.push_back(product);
  }
  return lacks;
}

void World::before_promise(const ShipmentBook::Routed& routed) {
  look();
  before_promise_.clear();
  for (const Shipment& shipment : routed.shipments) {
    const auto asked = routed.safety.find(shipment.store_id);
    const Safety safety = asked == routed.safety.end() ? Safety{} : asked->second;
    for (const ShipmentLine& line : shipment.lines) {
      const Shelf shelf{line.product_id, shipment.store_id};
      auto there = offered(shelf);
      // The merchant may give the last piece away.
      if (there) *there += safety_at(shelf) - safety.of(shelf.product);
      before_promise_[shelf] = there;
    }
  }
}

void World::after_promise(const ShipmentBook::Routed& routed, const Result<Done>& done) {
  bool enough = true;
  for (const Shipment& shipment : routed.shipments) {
    std::map<Shelf, int64_t> asked;
    for (const ShipmentLine& line : shipment.lines) {
      if (!shipment.store_id.empty()) asked[{line.product_id, shipment.store_id}] += line.quantity;
    }
    for (const auto& [shelf, pieces] : asked) {
      const auto& there = before_promise_[shelf];
      enough = enough && there && pieces <= *there;
    }
    std::string pieces;
    for (const ShipmentLine& line : shipment.lines) {
      pieces += " " + std::to_string(line.quantity) + " of line " + std::to_string(line.order_line);
    }
    note("order " + std::to_string(shipment.order_id) + ": shop " + shipment.store_id +
         " is asked for" + pieces + " " + shipment.reason + ": " +
         (done.ok() ? "kept" : done.error().message));
  }
  const auto stored = truth_->shipment(kShop, routed.shipments.front().id);
  expect(!stored->has_value() || enough, "a shop was asked for more than it offers");
  const bool refused = !done.ok() && done.error().code == ErrorCode::kConflict;
  expect(!refused || !enough,
         "what a shop offers was refused: " + (done.ok() ? "" : done.error().message));
  look();
}

// ---- the end

void World::check_end(bool nothing_held) {
  if (!wrong_.empty()) return;
  look({}, Scope::kAll);
  check_offered();
  for (const auto& [shelf, pieces] : promises_.held()) {
    expect(!nothing_held || pieces == 0, text_of(shelf) + " is still held");
  }
  const std::string shelves = tills_.difference();
  expect(shelves.empty(), shelves);
  size_t rows = 0;
  for (const StockLevel& level : tills_.pos.all_stock()) {
    const Shelf shelf{level.product_id, level.store_id};
    const auto stored = figures_.find(shelf);
    const bool same = stored != figures_.end() && stored->second.on_hand == level.on_hand &&
                      stored->second.layaway == level.layaway;
    expect(same, text_of(shelf) + ": the book does not have Smaregi's figure");
    ++rows;
  }
  expect(rows == figures_.size(), "the book has stock that Smaregi has not");
  for (const std::string& id : promises_.live_pickups()) {
    const auto pickup = truth_->pickup(kShop, id);
    const bool late = clock_.now() >= (*pickup)->hold_until + kExpiryGraceSeconds + kDayAndNight;
    expect(!late || !is_open((*pickup)->state), id + " was not given up");
  }
  check_parcels();
  check_online();
  check_mails();
  check_queues();
}

// A mail goes out once, but where a person asked for it again.
void World::check_mails() {
  std::set<std::string> sent;
  for (const Mail& mail : mailer_.sent) {
    expect(sent.insert(mail.id).second, "a mail was sent twice");
  }
}

// Everybody whose parcel left was told once.
void World::check_parcels() {
  std::set<int64_t> told;
  for (const int64_t id : orders_) {
    const auto shipments = truth_->shipments_of_order(kShop, id);
    const auto& parcels = shop_.orders.at(id).parcels;
    for (const Shipment& shipment : *shipments) {
      const bool waits = shipment.told_id == 0 && shipment.on_hold;
      if (shipment.state != ShipmentState::kShipped || shipment.told_id < 0 || waits) continue;
      const bool there =
          std::ranges::find(parcels, shipment.told_id, &OnlineShop::Parcel::id) != parcels.end();
      expect(there, "the customer was not told of parcel " + shipment.number);
      expect(told.insert(shipment.told_id).second,
             "two parcels are told as one: " + shipment.number);
    }
    std::set<std::string> numbers;
    for (const OnlineShop::Parcel& parcel : parcels) {
      expect(parcel.cancelled || numbers.insert(parcel.number).second,
             "the customer was told twice of parcel " + parcel.number);
    }
  }
}

// But for what somebody changed there by hand, which the night brings in step.
void World::check_online() {
  expect(shop_.misuse().empty(), shop_.misuse());
  for (const StoreLocation& place : tenant_.settings.locations) {
    for (const std::string& product : products_) {
      const Shelf shelf{product, place.store_id};
      const auto stored = figures_.find(shelf);
      const bool sold = stored != figures_.end() && !promises_.is_doubted(shelf, stored->second);
      const int64_t wanted = sold ? std::max<int64_t>(0, tills_.on_shelf(shelf)) : 0;
      const std::pair at(item_of(product), place.location_id);
      if (shop_.touched.contains(at)) continue;
      const auto level = shop_.levels.find(at);
      const int64_t there = level == shop_.levels.end() ? 0 : level->second.on_hand();
      expect(there == wanted, text_of(shelf) + ": Shopify has " + std::to_string(there) +
                                  " instead of " + std::to_string(wanted));
    }
  }
}

void World::check_queues() {
  const auto depth = truth_->queue_depth(kShop);
  expect(depth->inbox_waiting + depth->outbox_waiting == 0, "work is still waiting");
  expect(depth->outbox_review == 0, "something is still in review");
  const auto given_up = truth_->outbox_in(kShop, QueueState::kDead, kRows);
  for (const OutboxEntry& dead : *given_up) {
    expect(false, "given up: " + dead.item.write.key + ": " + dead.error);
  }
  expect(depth->inbox_dead == 0, "an event was given up");
}

}  // namespace tsunagi::simulation
