// What shoppers and staff do with pick-ups.

#include <algorithm>

#include "tests/simulation/stock/world.h"

namespace tsunagi::simulation {
namespace {

constexpr int64_t kShopper = 7'001;
constexpr uint64_t kShoppers = 3;

PickupAction next_of(PickupState state) {
  switch (state) {
    case PickupState::kPlaced:
      return PickupAction::kAccept;
    case PickupState::kAccepted:
      return PickupAction::kPick;
    case PickupState::kPicking:
      return PickupAction::kReady;
    case PickupState::kReady:
    case PickupState::kHandedOver:
    case PickupState::kRejected:
    case PickupState::kExpired:
    case PickupState::kCancelled:
      return PickupAction::kHandOver;
  }
  return PickupAction::kHandOver;
}

// By the table alone; none: it is refused.
std::optional<PickupState> state_after(const Pickup& pickup, const PickupMove& move) {
  for (const PickupRule& rule : pickup_rules()) {
    const bool fits = rule.from == pickup.state && rule.action == move.action &&
                      rule.roles.at(static_cast<size_t>(move.actor.role));
    if (fits) return rule.to;
  }
  return std::nullopt;
}

Tills::Quantities pieces_of(const Pickup& pickup) {
  Tills::Quantities pieces;
  for (const PickupLine& line : pickup.lines) {
    if (line.held > 0) pieces[line.product_id] = line.held;
  }
  return pieces;
}

bool has_no_answer(const Error& error) { return error.code == ErrorCode::kUnavailable; }

}  // namespace

void World::reserve() {
  PickupService::Wish wish{.id = new_id("wish"),
                           .customer_id = kShopper + static_cast<int64_t>(pick(kShoppers)),
                           .store_id = random_store(),
                           .language = often(50) ? "en" : "ja",
                           .page = "/apps/tsunagi",
                           .wanted = {}};
  Promises::Wish sums{
      .id = wish.id, .store = wish.store_id, .customer = wish.customer_id, .asked = {}};
  const uint64_t lines = 1 + pick(3);
  for (uint64_t i = 0; i < lines; ++i) {
    const std::string product = random_product();  // maybe once more, by its other code
    const int64_t quantity = 1 + static_cast<int64_t>(pick(often(20) ? 6 : 2));
    wish.wanted.push_back({(often(50) ? "49" : "S-") + product, quantity});
    sums.asked[product] += quantity;
  }
  promises_.wished(sums);
  const uint64_t times = often(15) ? 2 : 1;
  for (uint64_t i = 0; i < times; ++i) tell_wish(wish, sums);
}

void World::tell_wish(const PickupService::Wish& wish, const Promises::Wish& sums) {
  look();
  const bool told_before = promises_.knows(wish.id);
  const bool enough = overdrawn(sums).empty();
  const auto placed = as_request([&] { return server_->pickups.reserve(tenant(), wish); });
  note(wish.id + " in shop " + wish.store_id + ": " +
       (placed.ok() ? "kept" : placed.error().message));
  look({.id = wish.id});
  if (told_before) {
    expect(placed.ok() || has_no_answer(placed.error()), wish.id + " is refused the second time");
    return;
  }
  expect(enough || !promises_.knows(wish.id), wish.id + " was promised what is not offered");
  expect(placed.ok() || has_no_answer(placed.error()) || !enough,
         wish.id + " was refused what is offered: " + (placed.ok() ? "" : placed.error().message));
}

void World::act_on_pickup() {
  look();
  const auto ids = often(92) ? promises_.live_pickups() : promises_.all_pickups();
  if (ids.empty()) return reserve();
  const auto before = truth_->pickup(kShop, ids[pick(ids.size())]);
  if (!before->has_value()) return;
  do_to_pickup(draw_move(**before), **before);
}

PickupMove World::draw_move(const Pickup& pickup) {
  PickupMove move{.pickup_id = pickup.id,
                  .action_id = new_id("deed"),
                  .action = next_of(pickup.state),
                  .actor = clerk_of(pickup.store_id),
                  .reason = {},
                  .picked = {}};
  const uint64_t what = pick(100);
  if (what < 9) move.action = PickupAction::kReject;
  if (what >= 9 && what < 15) move.action = PickupAction::kCancel;
  if (what >= 15 && what < 19) move.action = PickupAction::kExtend;
  if (what >= 19 && what < 25) move.action = kPickupActions[pick(std::size(kPickupActions))];
  if (move.action == PickupAction::kCancel && often(80)) {
    move.actor = {.role = Role::kShopper, .id = std::to_string(pickup.customer_id)};
  }
  if (often(5)) move.actor = clerk_of(random_store());
  if (often(3)) move.actor = {.role = Role::kHeadOffice, .id = "office"};
  move.reason = word(kRejectReasons[pick(std::size(kRejectReasons))]);
  if (move.action != PickupAction::kReady || often(50)) return move;
  for (const PickupLine& line : pickup.lines) {
    move.picked.push_back(static_cast<int64_t>(pick(static_cast<uint64_t>(line.quantity) + 1)));
  }
  if (std::ranges::all_of(move.picked, [](int64_t found) { return found == 0; })) {
    move.picked.front() = 1;
  }
  return move;
}

void World::do_to_pickup(const PickupMove& move, const Pickup& before) {
  const auto wanted = state_after(before, move);
  const bool sees = may_see(move.actor, before);
  const bool hands_over = sees && wanted && move.action == PickupAction::kHandOver;
  const uint64_t payment = pick(20);  // before, after, or never
  if (hands_over && payment < 10) pay_for(before);
  if (hands_over && payment >= 10 && payment < 17) {
    unpaid_.emplace_back(before.store_id, pieces_of(before));
  }
  const auto done = as_request([&] { return server_->pickups.act(tenant(), move); });
  note(std::string(word(move.actor.role)) + " of " + before.store_id + ": " +
       std::string(word(move.action)) + " " + move.pickup_id + ": " +
       (done.ok() ? std::string(word(done->state)) : done.error().message));
  look({.id = move.pickup_id, .pickup = move.action, .picked = move.picked});
  const bool heard = done.ok() || !has_no_answer(done.error());
  const bool refused = !sees || !wanted;
  deeds_.push_back({.heard = heard && !refused, .pickup = move, .shipment = {}});
  if (!heard) return;
  // The system's deeds are nobody's, and one that is kept longer is not given up.
  expect(done.ok() != refused, move.pickup_id + ": " + std::string(word(move.action)) +
                                   (refused ? " is let pass" : " is refused"));
  if (done.ok() && wanted) expect(done->state == *wanted, move.pickup_id + " is in another state");
}

void World::pay_for(const Pickup& pickup) {
  note(pickup.id + " is paid for");
  tills_.sell(pickup.store_id, pieces_of(pickup));
}

// By a page that was reloaded, or by one that never heard what became of it.
void World::repeat_a_deed() {
  if (deeds_.empty()) return act_on_pickup();
  const Deed deed = deeds_[pick(deeds_.size())];
  look();
  const auto states = [&]() -> std::pair<int, int> {
    if (deed.of_shipment) {
      const auto stored = truth_->shipment(kShop, deed.shipment.shipment_id);
      return {stored->has_value() ? static_cast<int>((*stored)->state) : -1, 0};
    }
    const auto stored = truth_->pickup(kShop, deed.pickup.pickup_id);
    const auto hold_until = static_cast<int>(stored->has_value() ? (*stored)->hold_until : 0);
    return {stored->has_value() ? static_cast<int>((*stored)->state) : -1, hold_until};
  };
  const auto before = states();
  const std::string& id = deed.of_shipment ? deed.shipment.shipment_id : deed.pickup.pickup_id;
  const std::string& name = deed.of_shipment ? deed.shipment.action_id : deed.pickup.action_id;
  const bool in_trail = deed.heard;
  if (deed.of_shipment) {
    (void)as_request([&] { return server_->shipping.act(tenant(), deed.shipment); });
  } else {
    (void)as_request([&] { return server_->pickups.act(tenant(), deed.pickup); });
  }
  note(name + " is told again");
  look({.id = id,
        .pickup = deed.of_shipment ? std::nullopt : std::optional(deed.pickup.action),
        .shipment = deed.of_shipment ? std::optional(deed.shipment.action) : std::nullopt,
        .picked = deed.pickup.picked});
  expect(!in_trail || states() == before, name + " was told twice and happened twice");
}

// Some are handed over or given up by somebody; time takes the others.
void World::let_go_of_pickups() {
  Seconds longest = clock_.now();
  for (const std::string& id : promises_.live_pickups()) {
    const auto pickup = truth_->pickup(kShop, id);
    if (!pickup->has_value() || !is_open((*pickup)->state)) continue;
    if (often(50)) do_to_pickup(draw_move(**pickup), **pickup);
    const auto after = truth_->pickup(kShop, id);
    longest = std::max(longest, (*after)->hold_until);
  }
  let_time_pass(longest + kExpiryGraceSeconds - clock_.now());
}

}  // namespace tsunagi::simulation
