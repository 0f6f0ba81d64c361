#include "server/domain/fulfilment/shipping_plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "server/domain/fulfilment/shop_settings.h"

namespace tsunagi {
namespace {

bool waits_to_be_told(const Shipment& shipment) {
  return shipment.state == ShipmentState::kShipped && shipment.told_id == 0;
}

// Whose lines are spoken for as long as the platform has them to send.
bool covers(const Shipment& shipment) {
  return is_open(shipment.state) || waits_to_be_told(shipment) ||
         shipment.state == ShipmentState::kGivenBack;
}

class Planner {
 public:
  Planner(const Settings& settings, const ShopOrder& order, const std::vector<Shipment>& shipments)
      : settings_(settings), shipments_(shipments), works_(order.works), order_(order) {
    std::erase_if(works_, [](const OrderWork& work) {
      return work.state == WorkState::kOver || !work.by_carrier;
    });
    for (const Shipment& shipment : shipments) {
      if (shipment.told_id != 0) known_parcels_.insert(shipment.told_id);
    }
  }

  OrderPlan plan() && {
    for (const Shipment& shipment : shipments_) find_by_number(shipment);
    for (const Shipment& shipment : shipments_) {
      if (!covers(shipment) || told_.contains(shipment.id)) continue;
      OrderWork* work = work_of(shipment);
      if (work == nullptr) {
        without_work(shipment);
      } else {
        with_work(shipment, *work);
      }
    }
    if (!order_.cancelled) find_unserved();
    return std::move(plan_);
  }

 private:
  // Looked up before it is told again: a parcel with our number is ours.
  void find_by_number(const Shipment& shipment) {
    if (!waits_to_be_told(shipment)) return;
    for (const SentParcel& parcel : order_.parcels) {
      if (!has_number(parcel, shipment.number) || known_parcels_.contains(parcel.id)) continue;
      note_parcel(shipment, parcel.id);
      return;
    }
  }
  void note_parcel(const Shipment& shipment, int64_t parcel_id) {
    known_parcels_.insert(parcel_id);
    told_.insert(shipment.id);
    plan_.seen.push_back({.shipment_id = shipment.id,
                          .work_id = shipment.work_id,
                          .placed = true,
                          .on_hold = false,
                          .told_id = parcel_id});
  }
  // One that nobody here knows of.
  [[nodiscard]] std::optional<int64_t> foreign_parcel() const {
    for (const SentParcel& parcel : order_.parcels) {
      if (!known_parcels_.contains(parcel.id)) return parcel.id;
    }
    return std::nullopt;
  }

  // The work that has all its lines: one at its shop, the one it was in, or any other. Its lines
  // are the shipment's then. Two shops may have pieces of one line: at its own is what is a shop's.
  OrderWork* work_of(const Shipment& shipment) {
    const int64_t own = location_id_of(settings_, shipment.store_id);
    const auto rank = [&](const OrderWork& work) {
      const bool elsewhere = own == 0 || work.location_id != own;
      return std::pair(elsewhere, work.id != shipment.work_id);
    };
    OrderWork* best = nullptr;
    for (OrderWork& work : works_) {
      if (parts_of(shipment, work).empty()) continue;
      if (best == nullptr || rank(work) < rank(*best)) best = &work;
    }
    return best;
  }

  // What of the work the shipment is; none: it has not all of it. Of what has left the shop, or was
  // given back, what remains is the shipment's, too: nobody else is to send it.
  static std::vector<WorkPart> parts_of(const Shipment& shipment, const OrderWork& work) {
    std::vector<WorkPart> parts;
    const bool partly = waits_to_be_told(shipment) || shipment.state == ShipmentState::kGivenBack;
    for (const ShipmentLine& line : shipment.lines) {
      int64_t left = line.quantity;
      for (const OrderWork::Line& there : work.lines) {
        if (there.order_line != line.order_line) continue;
        const int64_t taken = std::min(left, there.remaining);
        if (taken > 0) parts.push_back({.line = there.id, .quantity = taken});
        left -= taken;
      }
      if (left > 0 && !partly) return {};
    }
    return parts;
  }
  static void take(OrderWork& work, const std::vector<WorkPart>& parts) {
    for (const WorkPart& part : parts) {
      std::ranges::find(work.lines, part.line, &OrderWork::Line::id)->remaining -= part.quantity;
    }
  }

  void without_work(const Shipment& shipment) {
    if (shipment.state == ShipmentState::kGivenBack) return;
    const auto foreign = foreign_parcel();
    if (is_open(shipment.state)) {
      plan_.cancelled.push_back({shipment.id, foreign && !order_.cancelled
                                                  ? CancelReason::kElsewhere
                                                  : CancelReason::kOrder});
      return;
    }
    // Somebody told the platform by hand, and the customer with it as far as they are told.
    if (foreign) {
      note_parcel(shipment, *foreign);
    } else {
      plan_.lost.push_back(shipment.id);
    }
  }

  void with_work(const Shipment& shipment, OrderWork& work) {
    const std::vector<WorkPart> parts = parts_of(shipment, work);
    const int64_t own = location_id_of(settings_, shipment.store_id);
    const bool at_own = own != 0 && work.location_id == own;
    if (is_elsewhere(shipment, at_own)) {
      const bool by_hand = own != 0;  // else the merchant says that the shop is no location
      plan_.cancelled.push_back(
          {shipment.id, by_hand ? CancelReason::kMoved : CancelReason::kNoPlace});
      if (by_hand) by_hand_.insert(work.id);
      return;
    }
    take(work, parts);
    const bool held = work.state == WorkState::kOnHold || work.state == WorkState::kLater;
    note(shipment, {.shipment_id = shipment.id,
                    .work_id = work.id,
                    .placed = shipment.placed || at_own,
                    .on_hold = held,
                    .told_id = 0});
    // What was given back stays where it is; nobody's has no place to go to. What left a shop that
    // is no location any more is told from where the work is.
    if (shipment.state == ShipmentState::kGivenBack) return;
    if (own == 0 && !waits_to_be_told(shipment)) return;
    std::optional<OrderPlan::Sending> sending;
    if (waits_to_be_told(shipment) && !held) sending = sending_of(shipment, work.id, parts);
    if (own != 0 && !at_own && work.state != WorkState::kBegun) {
      plan_.moves.push_back({.shipment_id = shipment.id,
                             .move = {work.id, own, parts},
                             .has_left = waits_to_be_told(shipment),
                             .instead = std::move(sending)});
    } else if (sending) {
      plan_.parcels.push_back(*std::move(sending));
    }
  }
  static OrderPlan::Sending sending_of(const Shipment& shipment, int64_t work_id,
                                       const std::vector<WorkPart>& parts) {
    return {.shipment_id = shipment.id,
            .parcel = {.work_id = work_id,
                       .parts = parts,
                       .carrier = carrier_of(shipment.carrier).value_or(Carrier::kOther),
                       .number = shipment.number}};
  }
  // It was at its shop and is elsewhere now. What was sent is told all the same.
  static bool is_elsewhere(const Shipment& shipment, bool at_own) {
    return shipment.placed && !at_own && is_open(shipment.state) && !shipment.store_id.empty();
  }
  void note(const Shipment& shipment, const ShipmentBook::Seen& seen) {
    const bool same = seen.work_id == shipment.work_id && seen.placed == shipment.placed &&
                      seen.on_hold == shipment.on_hold;
    if (!same) plan_.seen.push_back(seen);
  }

  // Whether the merchant gave the work to this shop, which has not refused it since.
  [[nodiscard]] bool by_hand(int64_t work_id, const std::string& store_id) const {
    if (by_hand_.contains(work_id)) return true;
    std::optional<Seconds> moved_at;
    std::optional<Seconds> refused_at;
    for (const Shipment& shipment : shipments_) {
      const bool moved = shipment.work_id == work_id &&
                         shipment.state == ShipmentState::kCancelled &&
                         shipment.reason == word(CancelReason::kMoved);
      const bool refused =
          shipment.state == ShipmentState::kRefused && shipment.store_id == store_id;
      if (moved) moved_at = std::max(moved_at, std::optional(shipment.changed_at));
      if (refused) refused_at = std::max(refused_at, std::optional(shipment.changed_at));
    }
    return moved_at > refused_at;
  }
  // What nobody covers. Of works that the platform joined, a line of the order may come twice.
  static std::vector<OrderWork::Line> left_of(const OrderWork& work) {
    std::vector<OrderWork::Line> lines;
    for (const OrderWork::Line& line : work.lines) {
      if (line.remaining <= 0) continue;
      const auto same = std::ranges::find(lines, line.order_line, &OrderWork::Line::order_line);
      if (same == lines.end()) {
        lines.push_back(line);
      } else {
        same->remaining += line.remaining;
      }
    }
    return lines;
  }
  void find_unserved() {
    if (!order_.paid && !settings_.shipping.unpaid) return;
    for (const OrderWork& work : works_) {
      const std::string at = store_at(settings_, work.location_id);
      const bool ours = work.location_id != 0 &&
                        (!at.empty() || work.location_id == settings_.shipping.location_id);
      if (!ours || work.state != WorkState::kOpen) continue;
      Unserved unserved{.work_id = work.id, .lines = left_of(work), .store_id = {}};
      if (unserved.lines.empty()) continue;
      if (by_hand(work.id, at)) unserved.store_id = at;
      plan_.unserved.push_back(std::move(unserved));
    }
  }

  const Settings& settings_;
  const std::vector<Shipment>& shipments_;
  std::vector<OrderWork> works_;  // that are to be sent; their lines become fewer
  const ShopOrder& order_;
  std::set<int64_t> known_parcels_;
  std::set<std::string> told_;
  std::set<int64_t> by_hand_;
  OrderPlan plan_;
};

}  // namespace

OrderPlan plan_order(const Settings& settings, const std::optional<ShopOrder>& order,
                     const std::vector<Shipment>& shipments) {
  const ShopOrder gone{.name = {},
                       .cancelled = true,
                       .ship_to = {},
                       .works = {},
                       .parcels = {},
                       .cancelled_parcels = {},
                       .refunds = {}};
  return Planner(settings, order ? *order : gone, shipments).plan();
}

}  // namespace tsunagi
