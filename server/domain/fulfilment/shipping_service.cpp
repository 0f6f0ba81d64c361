#include "server/domain/fulfilment/shipping_service.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "server/domain/fulfilment/order_routing.h"
#include "server/domain/fulfilment/shop_settings.h"
#include "server/domain/inventory/online_sales.h"

namespace tsunagi {
namespace {

constexpr std::string_view kOrderKey = "order-";

Change bring_in_step(int64_t order_id) {
  return change::Enqueue{{OutboxKind::kShipOrder, ship_order_key(order_id)}};
}

// What people do of which the platform, or another shop, must hear.
bool is_heard(ShipmentAction action) {
  switch (action) {
    case ShipmentAction::kShip:
    case ShipmentAction::kRefuse:
    case ShipmentAction::kAssign:
    case ShipmentAction::kGiveBack:
      return true;
    case ShipmentAction::kAccept:
    case ShipmentAction::kPick:
    case ShipmentAction::kPack:
    case ShipmentAction::kCancel:
      return false;
  }
  return false;
}

bool is_packing(ShipmentState state) {
  return state == ShipmentState::kAccepted || state == ShipmentState::kPicking ||
         state == ShipmentState::kPacked;
}

Actor the_system() { return {.role = Role::kSystem, .id = {}}; }

// What was handed over at a counter is no parcel that a shop has sent.
std::optional<ShopOrder> without_notes_of(std::optional<ShopOrder> order,
                                          const std::vector<Pickup>& pickups) {
  if (!order) return order;
  std::erase_if(order->parcels, [&](const SentParcel& parcel) {
    return std::ranges::any_of(
        pickups, [&](const Pickup& pickup) { return pickup.purchase.told_id == parcel.id; });
  });
  return order;
}

}  // namespace

std::string ship_order_key(int64_t order_id) {
  return std::string(kOrderKey) + std::to_string(order_id);
}

int64_t order_of_key(std::string_view key) {
  if (!key.starts_with(kOrderKey)) return 0;
  key.remove_prefix(kOrderKey.size());
  int64_t id = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
  return error == std::errc() && end == key.data() + key.size() && id > 0 ? id : 0;
}

Result<ShippingService::Outcome> ShippingService::step(const Tenant& tenant, int64_t order_id) {
  std::optional<Result<std::optional<ShopOrder>>> order;
  bool fresh = true;  // what was sold of it is not noted yet
  for (int round = 0; round < kOrderRounds; ++round) {
    if (!order) order = ports_.orders.order(tenant, order_id);
    if (!order->ok()) return order->error();
    const auto shipments = ports_.book.shipments_of_order(tenant.id, order_id);
    if (!shipments.ok()) return shipments.error();
    const auto pickups = ports_.stock_book.pickups_of_order(tenant.id, order_id);
    if (!pickups.ok()) return pickups.error();
    const PurchasePlan fetched = plan_purchases(tenant.settings, **order, *pickups, *shipments);
    const OrderPlan plan =
        plan_order(tenant.settings, without_notes_of(**order, *pickups), *shipments);
    if (fresh && plan.seen.empty() && fetched.seen.empty()) {
      // First of all: what else is to do may fail.
      if (auto sold = note_sold(tenant, **order, *shipments, *pickups); !sold.ok()) {
        return sold.error();
      }
      fresh = false;
    }
    PurchaseDesk desk = purchase_desk();
    const auto begun = desk.do_next(tenant, **order, fetched, *pickups);
    if (!begun.ok()) return begun.error();
    if (*begun) continue;
    const auto here = do_next(tenant, **order, plan, *shipments);
    if (!here.ok()) return here.error();
    if (*here) continue;
    auto there = desk.tell_platform(tenant, fetched);
    if (there.ok() && !*there) there = tell_platform(tenant, plan);
    if (!there.ok()) return there.error();
    if (!*there) {
      return plan.lost.empty() && fetched.lost.empty() ? Outcome::kInStep : Outcome::kReview;
    }
    order.reset();
    fresh = true;
  }
  return Error{ErrorCode::kInvalid, "an order takes more steps than one may"};
}

PurchaseDesk ShippingService::purchase_desk() const {
  return PurchaseDesk({.book = ports_.stock_book,
                       .storage = ports_.storage,
                       .orders = ports_.orders,
                       .stock = ports_.stock,
                       .clock = ports_.clock,
                       .random = ports_.random});
}

Result<Done> ShippingService::note_sold(const Tenant& tenant, const std::optional<ShopOrder>& order,
                                        const std::vector<Shipment>& shipments,
                                        const std::vector<Pickup>& pickups) {
  if (!order) return Done{};
  OnlineSales sales({.storage = ports_.storage,
                     .book = ports_.inventory,
                     .orders = ports_.orders,
                     .clock = ports_.clock});
  return sales.note(tenant, *order, shipments, pickups);
}

// What changes here. Whether anything was to do.
Result<bool> ShippingService::do_next(const Tenant& tenant, const std::optional<ShopOrder>& order,
                                      const OrderPlan& plan,
                                      const std::vector<Shipment>& shipments) {
  if (!plan.seen.empty()) {
    auto noted = ports_.book.note_seen(tenant.id, plan.seen);
    if (!noted.ok()) return noted.error();
  }
  for (const OrderPlan::Cancelled& cancelled : plan.cancelled) {
    if (auto done = cancel(tenant, cancelled); !done.ok()) return done.error();
  }
  if (!plan.seen.empty() || !plan.cancelled.empty()) return true;
  const bool routes = tenant.settings.shipping.on && order;
  if (!routes || plan.unserved.empty()) return false;
  for (const Unserved& unserved : plan.unserved) {
    if (auto served = serve(tenant, *order, unserved, shipments); !served.ok()) {
      return served.error();
    }
  }
  return true;
}

// What changes at the platform: one thing, since what it has is other than it was after each.
Result<bool> ShippingService::tell_platform(const Tenant& tenant, const OrderPlan& plan) {
  for (const OrderPlan::Moving& next : plan.moves) {
    const auto moved = ports_.orders.move(tenant, next.move);
    if (moved.ok()) return true;
    if (moved.error().code != ErrorCode::kConflict) return moved.error();
    if (next.instead) return send(tenant, *next.instead);
    if (next.has_left) continue;  // on hold: it is told when that ends
    if (auto done = not_movable(tenant, next.shipment_id); !done.ok()) return moved.error();
    return true;
  }
  return plan.parcels.empty() ? false : send(tenant, plan.parcels.front());
}

Result<bool> ShippingService::send(const Tenant& tenant, const OrderPlan::Sending& next) {
  const auto sent = ports_.orders.send(tenant, next.parcel);
  if (!sent.ok()) return sent.error();
  auto noted = ports_.book.note_seen(tenant.id, {{.shipment_id = next.shipment_id,
                                                  .work_id = next.parcel.work_id,
                                                  .placed = true,
                                                  .on_hold = false,
                                                  .told_id = *sent}});
  if (!noted.ok()) return noted.error();
  return true;
}

Result<Done> ShippingService::cancel(const Tenant& tenant, const OrderPlan::Cancelled& cancelled) {
  const auto done = ports_.book.move_shipment(tenant.id,
                                              {.shipment_id = cancelled.shipment_id,
                                               .action_id = "cancel",
                                               .action = ShipmentAction::kCancel,
                                               .actor = the_system(),
                                               .reason = std::string(word(cancelled.reason)),
                                               .at = ports_.clock.now()},
                                              {}, {});
  if (!done.ok()) return done.error();
  forget_stock(tenant.id, done->lines);
  return Done{};
}

Result<Done> ShippingService::serve(const Tenant& tenant, const ShopOrder& order,
                                    const Unserved& unserved,
                                    const std::vector<Shipment>& shipments) {
  if (shipments.size() >= static_cast<size_t>(kShipmentsOfOrderMost)) {
    return Error{ErrorCode::kInvalid, "an order was put to more shops than one may be"};
  }
  const auto stores = ports_.storage.stores(tenant.id);
  if (!stores.ok()) return stores.error();
  for (int attempt = 1;; ++attempt) {
    const auto stock = ports_.stock_book.stock_of_codes(tenant.id, codes_of(unserved));
    if (!stock.ok()) return stock.error();
    const auto open_work = ports_.book.open_work(tenant.id);
    if (!open_work.ok()) return open_work.error();
    const RoutingAsk ask{.settings = tenant.settings,
                         .order = order,
                         .unserved = unserved,
                         .stores = *stores,
                         .shipments = shipments,
                         .stock = *stock,
                         .open_work = *open_work,
                         .now = ports_.clock.now()};
    const bool by_hand = !unserved.store_id.empty() && attempt > 1;
    ShipmentBook::Routed answer =
        by_hand ? routed_to_nobody(ask, word(NobodyCause::kStock)) : routed(ask);
    for (Shipment& shipment : answer.shipments) {
      shipment.id = ports_.random.token(kShipmentIdBytes);
    }
    answer.refusals = std::ranges::count(shipments, ShipmentState::kRefused, &Shipment::state);
    const auto put = ports_.book.put_shipments(tenant.id, answer);
    if (put.ok()) {
      for (const Shipment& shipment : answer.shipments) forget_stock(tenant.id, shipment.lines);
      return Done{};
    }
    // Somebody else took what was offered a moment ago.
    const bool again = put.error().code == ErrorCode::kConflict && attempt < kRoutingTries;
    if (!again) {
      return Error{ErrorCode::kUnavailable, "the order was not routed: " + put.error().message};
    }
  }
}

// The platform does not let the shop's place have it (it does not stock the article, or somebody is
// at work on it there): head office decides.
Result<Done> ShippingService::not_movable(const Tenant& tenant, std::string_view shipment_id) {
  const auto found = ports_.book.shipment(tenant.id, shipment_id);
  if (!found.ok()) return found.error();
  if (!found->has_value() || !is_open((*found)->state)) {
    return Error{ErrorCode::kConflict, "the shipment is closed"};
  }
  Shipment nobodys = **found;
  if (auto done = cancel(tenant, {nobodys.id, CancelReason::kRefusedThere}); !done.ok()) {
    return done;
  }
  nobodys.id = ports_.random.token(kShipmentIdBytes);
  nobodys.store_id.clear();
  nobodys.state = ShipmentState::kPerson;
  nobodys.reason = kNotMovable;
  nobodys.placed = false;
  for (ShipmentLine& line : nobodys.lines) line.held = 0;
  return ports_.book.put_shipments(tenant.id,
                                   {.shipments = {nobodys}, .safety = {}, .trace = "{}"});
}

Result<int> ShippingService::read_changed(const Tenant& tenant) {
  if (!follows_orders(tenant.settings)) return 0;
  const auto before = ports_.storage.cursor(tenant.id, kOrdersCursor);
  if (!before.ok()) return before.error();
  const Seconds now = ports_.clock.now();
  // The first reading takes what is open, whenever it changed.
  const Seconds from =
      before->has_value() ? std::max<Seconds>(1, **before - kOrderOverlapSeconds) : 0;
  const auto changed = ports_.orders.orders_changed(tenant, from, now);
  if (!changed.ok()) return changed.error();
  std::vector<Change> changes;
  for (const int64_t order : changed->orders) changes.push_back(bring_in_step(order));
  changes.emplace_back(change::SetCursor{std::string(kOrdersCursor), changed->until});
  if (auto asked = read_open(tenant, now, changes); !asked.ok()) return asked.error();
  if (auto done = ports_.storage.apply(tenant.id, changes); !done.ok()) return done.error();
  const auto refunded = read_refunded(tenant, now);
  if (!refunded.ok()) return refunded.error();
  return static_cast<int>(changed->orders.size()) + *refunded;
}

// By a cursor of its own: whatever is done to orders changes them, and many that change at once
// hold up nothing else. It begins with the first reading.
Result<int> ShippingService::read_refunded(const Tenant& tenant, Seconds now) {
  const auto before = ports_.storage.cursor(tenant.id, kRefundsCursor);
  if (!before.ok()) return before.error();
  ShopOrders::Changed refunded{.orders = {}, .until = now};
  if (before->has_value()) {
    const Seconds from = std::max<Seconds>(1, **before - kOrderOverlapSeconds);
    auto read = ports_.orders.orders_refunded(tenant, from, now);
    if (!read.ok()) return read.error();
    refunded = *std::move(read);
  }
  std::vector<Change> changes;
  changes.reserve(refunded.orders.size() + 1);
  for (const int64_t order : refunded.orders) changes.push_back(bring_in_step(order));
  changes.emplace_back(change::SetCursor{std::string(kRefundsCursor), refunded.until});
  if (auto done = ports_.storage.apply(tenant.id, changes); !done.ok()) return done.error();
  return static_cast<int>(refunded.orders.size());
}

// What is open becomes a shop's when the merchant says which location that is, or that it puts
// things aside: it did not change.
Result<Done> ShippingService::read_open(const Tenant& tenant, Seconds now,
                                        std::vector<Change>& changes) {
  const auto wanted = ports_.storage.cursor(tenant.id, kOpenOrdersWantedCursor);
  if (!wanted.ok()) return wanted.error();
  const auto read = ports_.storage.cursor(tenant.id, kOpenOrdersReadCursor);
  if (!read.ok()) return read.error();
  if (wanted->value_or(0) <= read->value_or(0)) return Done{};
  Seconds from = 0;
  for (int reading = 0; reading < kOpenReadingsMost && from < now; ++reading) {
    const auto open = ports_.orders.orders_changed(tenant, from, now);
    if (!open.ok()) return open.error();
    for (const int64_t order : open->orders) changes.push_back(bring_in_step(order));
    from = std::max<Seconds>(1, open->until);
  }
  changes.emplace_back(change::SetCursor{std::string(kOpenOrdersReadCursor), **wanted});
  return Done{};
}

Result<Shipment> ShippingService::act(const Tenant& tenant, ShipmentMove move) {
  move.at = ports_.clock.now();
  if (move.action == ShipmentAction::kAssign) {
    const auto stores = ports_.storage.stores(tenant.id);
    if (!stores.ok()) return stores.error();
    const auto store = std::ranges::find(*stores, move.store_id, &Store::store_id);
    if (store == stores->end() || !ships(tenant.settings, *store)) {
      return Error{ErrorCode::kInvalid, "this shop sends no orders"};
    }
    const ShippingTimes times = shipping_times(tenant.settings, move.store_id, move.at);
    move.accept_by = times.accept_by;
    move.ship_by = times.ship_by;
  }
  std::vector<Change> also;
  if (is_heard(move.action)) {
    const auto found = ports_.book.shipment(tenant.id, move.shipment_id);
    if (!found.ok()) return found.error();
    if (found->has_value()) also.push_back(bring_in_step((*found)->order_id));
  }
  const bool holds = move.action == ShipmentAction::kAssign;
  auto moved = ports_.book.move_shipment(
      tenant.id, move, holds ? safety_in(tenant.settings, move.store_id) : Safety{}, also);
  if (moved.ok()) forget_stock(tenant.id, moved->lines);
  return moved;
}

Result<ShipTo> ShippingService::address(const Tenant& tenant, const Actor& actor,
                                        std::string_view shipment_id) {
  const auto found = ports_.book.shipment(tenant.id, shipment_id);
  if (!found.ok()) return found.error();
  const bool own_shop = found->has_value() &&
                        std::ranges::find(actor.stores, (*found)->store_id) != actor.stores.end();
  if (!own_shop) return Error{ErrorCode::kNotFound, "there is no such shipment"};
  if (!is_packing((*found)->state)) {
    return Error{ErrorCode::kConflict, "the shop is not at work on it"};
  }
  auto there = ports_.orders.ship_to(tenant, (*found)->work_id);
  if (!there.ok()) return there.error();
  if (!there->has_value()) return Error{ErrorCode::kNotFound, "the order names no address"};
  return **std::move(there);
}

void ShippingService::forget_stock(TenantId tenant, const std::vector<ShipmentLine>& lines) {
  for (const ShipmentLine& line : lines) {
    if (!line.product_id.empty()) ports_.stock.forget(tenant, line.product_id);
  }
}

}  // namespace tsunagi
