#include "server/domain/inventory/online_sales.h"

#include <algorithm>
#include <utility>

#include "server/domain/fulfilment/shop_settings.h"

namespace tsunagi {
namespace {

const StoreLocation* place_at(const Settings& settings, int64_t location_id) {
  const auto found =
      std::ranges::find(settings.locations, location_id, &StoreLocation::location_id);
  return location_id == 0 || found == settings.locations.end() ? nullptr : &*found;
}

// The place of the shop whose shelf it left. What a shop has sent was told from elsewhere when the
// platform did not let its place have the work.
const StoreLocation* left_from(const Settings& settings, const SentParcel& parcel,
                               const std::vector<Shipment>& shipments) {
  for (const Shipment& shipment : shipments) {
    const bool same = shipment.told_id == parcel.id && has_number(parcel, shipment.number);
    if (same) return place_at(settings, location_id_of(settings, shipment.store_id));
  }
  return place_at(settings, parcel.location_id);
}

const Taking* find_taking(const std::vector<Taking>& takings, const TakingName& name) {
  const auto found = std::ranges::find(takings, name, &Taking::name);
  return found == takings.end() ? nullptr : &*found;
}

// Of works that the platform joined, a line of the order may come twice.
std::vector<SentLine> summed(const std::vector<SentLine>& lines) {
  std::vector<SentLine> sums;
  for (const SentLine& line : lines) {
    const auto same = std::ranges::find(sums, line.order_line, &SentLine::order_line);
    if (same == sums.end()) {
      sums.push_back(line);
    } else {
      same->quantity += line.quantity;
    }
  }
  return sums;
}

}  // namespace

struct OnlineSales::Noting {
  const ShopOrder& order;
  const std::vector<Shipment>& shipments;
  const std::vector<Pickup>& pickups;
  std::vector<Taking> takings;  // asked for before, and by now
  std::vector<Change> changes;

  void ask(Taking taking) {
    changes.emplace_back(change::TakeFromTills{taking});
    takings.push_back(std::move(taking));
  }
  void write_on_hand(const std::string& product_id, const std::string& store_id) {
    if (store_id.empty()) return;
    changes.emplace_back(
        change::Enqueue{{OutboxKind::kWriteOnHand, on_hand_key(product_id, store_id)}});
  }
  [[nodiscard]] bool has_asked(int64_t id, bool returned) const {
    return std::ranges::any_of(takings, [&](const Taking& taking) {
      return taking.name.parcel_id == id && (taking.name.kind == TakingKind::kReturned) == returned;
    });
  }
  void put_back_cancelled() {
    const std::vector<Taking> known = takings;
    for (const Taking& taking : known) {
      TakingName back = taking.name;
      back.kind = TakingKind::kCancelled;
      const bool cancelled = std::ranges::find(order.cancelled_parcels, taking.name.parcel_id) !=
                             order.cancelled_parcels.end();
      if (!cancelled || taking.name.kind != TakingKind::kSent) continue;
      if (find_taking(known, back) != nullptr) continue;
      Taking returned = taking;
      returned.name = back;
      returned.begun_at = returned.done_at = 0;
      ask(std::move(returned));
    }
  }
  void release_sent() {
    for (const Shipment& shipment : shipments) {
      if (shipment.told_id == 0) continue;
      for (const ShipmentLine& line : shipment.lines) {
        const Taking* taking =
            find_taking(takings, {.parcel_id = shipment.told_id, .order_line = line.order_line});
        const bool waits = taking != nullptr && taking->done_at == 0;
        if (line.held == 0 || waits) continue;
        changes.emplace_back(change::ReleaseSent{shipment.id, line.order_line});
      }
    }
  }
  // A line of a pick-up is all lines of the order of one product.
  void release_handed_over() {
    for (const Pickup& pickup : pickups) {
      const int64_t note = pickup.purchase.told_id;
      if (note == 0) continue;
      for (const PickupLine& line : pickup.lines) {
        const bool waits = std::ranges::any_of(takings, [&](const Taking& taking) {
          return taking.name.parcel_id == note && taking.name.kind == TakingKind::kSent &&
                 taking.done_at == 0 && taking.product_id == line.product_id;
        });
        if (line.held == 0 || waits) continue;
        changes.emplace_back(change::ReleaseHandedOver{pickup.id, line.product_id});
      }
    }
  }
};

Result<Done> OnlineSales::note(const Tenant& tenant, const ShopOrder& order,
                               const std::vector<Shipment>& shipments,
                               const std::vector<Pickup>& pickups) {
  const bool quiet = order.parcels.empty() && order.cancelled_parcels.empty();
  if (quiet) return Done{};
  auto before = ports_.book.takings_of_order(tenant.id, order.id);
  if (!before.ok()) return before.error();
  Noting noting{.order = order,
                .shipments = shipments,
                .pickups = pickups,
                .takings = std::move(before).value(),
                .changes = {}};
  for (const SentParcel& parcel : order.parcels) {
    if (auto noted = note_parcel(tenant, parcel, noting); !noted.ok()) return noted;
  }
  noting.put_back_cancelled();
  for (const OrderRefund& refund : order.refunds) {
    if (auto noted = note_refund(tenant, refund, noting); !noted.ok()) return noted;
  }
  noting.release_sent();
  noting.release_handed_over();
  if (noting.changes.empty()) return Done{};
  return ports_.storage.apply(tenant.id, noting.changes);
}

Result<Done> OnlineSales::note_parcel(const Tenant& tenant, const SentParcel& parcel,
                                      Noting& noting) {
  const StoreLocation* place = left_from(tenant.settings, parcel, noting.shipments);
  if (place == nullptr || noting.has_asked(parcel.id, false)) return Done{};
  const auto counts = counts_since(tenant, *place, parcel.sent_at, noting);
  if (!counts.ok()) return counts.error();
  if (!*counts) return Done{};
  const auto lines = ports_.orders.parcel_lines(tenant, parcel.id);
  if (!lines.ok()) return lines.error();
  for (const SentLine& line : summed(*lines)) {
    auto product = product_of(tenant, line, noting);
    if (!product.ok()) return product.error();
    if (product->empty() || line.quantity <= 0) continue;
    noting.ask({.name = {.parcel_id = parcel.id, .order_line = line.order_line},
                .order_id = noting.order.id,
                .order_name = noting.order.name,
                .product_id = std::move(product).value(),
                .store_id = place->store_id,
                .quantity = line.quantity});
    if (parcel.location_id != place->location_id) {
      // The platform took it from another shelf than it left.
      const std::string& moved = noting.takings.back().product_id;
      noting.write_on_hand(moved, place->store_id);
      noting.write_on_hand(moved, store_at(tenant.settings, parcel.location_id));
    }
  }
  return Done{};
}

// What left before the merchant said which shop that is was counted by other means.
Result<bool> OnlineSales::counts_since(const Tenant& tenant, const StoreLocation& place, Seconds at,
                                       Noting& noting) {
  const auto from = ports_.storage.cursor(tenant.id, taken_from_cursor(place));
  if (!from.ok()) return from.error();
  if (from->has_value()) return at >= **from;
  // Chosen before this was kept.
  noting.changes.emplace_back(change::SetCursor{taken_from_cursor(place), ports_.clock.now()});
  return false;
}

Result<Done> OnlineSales::note_refund(const Tenant& tenant, const OrderRefund& refund,
                                      Noting& noting) {
  if (noting.has_asked(refund.id, true)) return Done{};
  const auto lines = ports_.orders.returned_lines(tenant, refund.id);
  if (!lines.ok()) return lines.error();
  for (const ReturnedLine& line : *lines) {
    const StoreLocation* place = place_at(tenant.settings, line.location_id);
    if (place == nullptr || line.what.quantity <= 0) continue;
    const auto counts = counts_since(tenant, *place, refund.at, noting);
    if (!counts.ok()) return counts.error();
    if (!*counts) continue;
    auto product = product_of(tenant, line.what, noting);
    if (!product.ok()) return product.error();
    if (product->empty()) continue;
    noting.ask(
        {.name = {.parcel_id = refund.id, .order_line = line.id, .kind = TakingKind::kReturned},
         .order_id = noting.order.id,
         .order_name = noting.order.name,
         .product_id = std::move(product).value(),
         .store_id = place->store_id,
         .quantity = line.what.quantity});
  }
  return Done{};
}

// "": the tills do not count it, or nobody knows which product it is.
Result<std::string> OnlineSales::product_of(const Tenant& tenant, const SentLine& line,
                                            const Noting& noting) const {
  for (const Shipment& shipment : noting.shipments) {
    for (const ShipmentLine& sent : shipment.lines) {
      if (sent.order_line == line.order_line && !sent.product_id.empty()) return sent.product_id;
    }
  }
  for (const Pickup& pickup : noting.pickups) {
    const auto bought =
        std::ranges::find(pickup.purchase.lines, line.order_line, &PurchaseLine::order_line);
    if (bought != pickup.purchase.lines.end() && is_counted(*bought)) return bought->product_id;
  }
  if (line.variant_id == 0) return std::string();
  const auto items = ports_.book.items_after(tenant.id, line.variant_id - 1, 1);
  if (!items.ok()) return items.error();
  const bool matched = !items->empty() && items->front().variant_id == line.variant_id &&
                       items->front().match == ItemMatch::kMatched;
  return matched ? items->front().product_id : std::string();
}

Result<TakingWriter::Ready> TakingWriter::prepare(const Tenant& tenant, std::string_view key) {
  const auto found = ports_.book.taking(tenant.id, key);
  if (!found.ok()) return found.error();
  if (!found->has_value() || (*found)->done_at != 0) return Ready{};
  const Taking& taking = **found;
  const Seconds now = ports_.clock.now();
  if (taking.begun_at != 0) {
    const auto there =
        ports_.tills.was_added(tenant.contract_id, move_of(taking), taking.begun_at, now);
    if (!there.ok()) return there.error();
    if (*there) {
      auto changes = taken(tenant, taking);
      if (!changes.ok()) return changes.error();
      return Ready{.wanted = std::nullopt, .changes = std::move(changes).value()};
    }
    if (now - taking.begun_at < kTakingSettlesSeconds) {
      return Error{ErrorCode::kUnavailable, "whether the tills took it is not known yet"};
    }
  }
  if (auto begun = ports_.book.begin_taking(tenant.id, key, now); !begun.ok()) {
    return begun.error();
  }
  return Ready{.wanted = taking, .changes = {}};
}

Result<std::vector<Change>> TakingWriter::ask_tills(const Tenant& tenant, const Taking& taking) {
  if (auto added = ports_.tills.add(tenant.contract_id, move_of(taking)); !added.ok()) {
    return added.error();
  }
  return taken(tenant, taking);
}

// The figure without it is stored with the end of the holding: in between nothing is offered twice.
Result<std::vector<Change>> TakingWriter::taken(const Tenant& tenant, const Taking& taking) {
  auto levels = ports_.pos.stock_of(tenant.contract_id, taking.product_id);
  if (!levels.ok()) return levels.error();
  std::erase_if(*levels, [&](const StockLevel& level) {
    return level.product_id != taking.product_id;  // not what was asked for
  });
  return std::vector<Change>{change::PutStock{std::move(levels).value()},
                             change::TillsTook{taking}};
}

}  // namespace tsunagi
