#pragma once
// The shop platform's orders in memory: works that are split and moved, parcels that are made, and
// answers that get lost after what they were about has happened.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/fulfilment/shop_orders.h"

namespace tsunagi::fakes {

class FakeOrders : public ShopOrders {
 public:
  std::map<int64_t, ShopOrder> orders;
  int lost_answers = 0;     // of so many writes to come: they happen, and nobody hears
  bool down = false;        // nothing happens
  bool immovable = false;   // moves are refused
  bool unholdable = false;  // and holds
  bool held_twice = false;  // whatever is held, somebody else holds too
  bool works_rest = false;  // no work changed
  bool unreleasable = false, unrefundable = false;
  bool worthless = false;       // no money is reckoned for any line
  bool prepared_begins = true;  // what is prepared is begun; else it stays open
  int moves = 0, parcels = 0, reads = 0, readings = 0;
  int mails_of_ready = 0, hand_overs = 0, holds = 0, releases = 0;
  std::vector<int64_t> released_at;  // places
  std::set<std::string> refund_keys;
  int64_t refunded = 0;                                   // pieces
  Seconds sends_at = 0;                                   // the moment of what is sent
  std::map<int64_t, std::vector<SentLine>> sent;          // by parcel
  std::map<int64_t, std::vector<ReturnedLine>> returned;  // by refund
  int returns_read = 0;

  // An order of one work at a place: (order line, barcode, pieces).
  struct Wanted {
    int64_t order_line = 0;
    std::string barcode;
    int64_t pieces = 0;
  };
  ShopOrder& add(int64_t id, int64_t place, const std::vector<Wanted>& wanted) {
    ShopOrder& order = orders[id];
    order.id = id;
    order.name = "#" + std::to_string(id);
    order.paid = true;
    order.ship_to = Prefecture::from_code(13);
    OrderWork work{.id = next_++, .by_carrier = true, .location_id = place, .lines = {}};
    for (const Wanted& each : wanted) {
      work.lines.push_back({.id = next_++,
                            .order_line = each.order_line,
                            .barcode = each.barcode,
                            .sku = {},
                            .title = "商品",
                            .remaining = each.pieces});
    }
    order.works.push_back(std::move(work));
    return order;
  }
  // That its customer fetches at the place.
  ShopOrder& add_fetched(int64_t id, int64_t place, const std::vector<Wanted>& wanted) {
    ShopOrder& order = add(id, place, wanted);
    order.customer_id = 7001;
    order.works.back().by_carrier = false;
    order.works.back().fetched = true;
    return order;
  }
  OrderWork* work(int64_t id) {
    for (auto& [order_id, order] : orders) {
      const auto found = std::ranges::find(order.works, id, &OrderWork::id);
      if (found != order.works.end()) return &*found;
    }
    return nullptr;
  }

  Result<std::optional<ShopOrder>> order(const Tenant&, int64_t order_id) override {
    ++reads;
    if (down) return unreachable();
    const auto found = orders.find(order_id);
    return found == orders.end() ? std::optional<ShopOrder>() : std::optional(found->second);
  }
  Result<std::optional<int64_t>> order_of_work(const Tenant&, int64_t work_id) override {
    if (down) return unreachable();
    for (const auto& [id, order] : orders) {
      if (std::ranges::find(order.works, work_id, &OrderWork::id) != order.works.end()) {
        return std::optional(id);
      }
    }
    return std::optional<int64_t>();
  }
  Result<Changed> orders_changed(const Tenant&, Seconds, Seconds to) override {
    if (down) return unreachable();
    ++readings;
    Changed changed{.orders = {}, .until = to};
    for (const auto& [id, order] : orders) {
      if (!works_rest) changed.orders.push_back(id);
    }
    return changed;
  }
  Result<Changed> orders_refunded(const Tenant&, Seconds from, Seconds to) override {
    if (down) return unreachable();
    Changed changed{.orders = {}, .until = to};
    for (const auto& [id, order] : orders) {
      const bool refunded = std::ranges::any_of(order.refunds, [&](const OrderRefund& refund) {
        return refund.at >= from && refund.at <= to;
      });
      if (refunded) changed.orders.push_back(id);
    }
    return changed;
  }
  Result<std::vector<ReturnedLine>> returned_lines(const Tenant&, int64_t refund_id) override {
    if (down) return unreachable();
    ++returns_read;
    return returned[refund_id];
  }
  Result<std::vector<SentLine>> parcel_lines(const Tenant&, int64_t parcel_id) override {
    if (down) return unreachable();
    return sent[parcel_id];
  }
  Result<std::optional<ShipTo>> ship_to(const Tenant&, int64_t) override {
    if (down) return unreachable();
    return std::optional(ShipTo{.last_name = "山田", .post_code = "1500043"});
  }
  Result<int64_t> move(const Tenant&, const Move& move) override {
    if (down) return unreachable();
    if (immovable) return Error{ErrorCode::kConflict, "the place does not stock it"};
    ++moves;
    const int64_t moved = moved_to(move);
    return lost() ? Result<int64_t>(unreachable()) : Result(moved);
  }
  Result<int64_t> send(const Tenant&, const Parcel& parcel) override {
    if (down) return unreachable();
    auto id = leaves({{parcel.work_id, parcel.parts}}, {parcel.number});
    if (!id.ok()) return id;
    ++parcels;
    return lost() ? Result<int64_t>(unreachable()) : id;
  }
  Result<Done> prepared(const Tenant&, int64_t work_id) override {
    if (down) return unreachable();
    OrderWork& ready = *work(work_id);
    if (ready.state != WorkState::kOpen && ready.state != WorkState::kBegun) {
      return Error{ErrorCode::kConflict, "it cannot be prepared"};
    }
    if (prepared_.insert(work_id).second) ++mails_of_ready;
    if (prepared_begins) ready.state = WorkState::kBegun;
    return lost() ? Result<Done>(unreachable()) : Done{};
  }
  Result<int64_t> handed_over(const Tenant&, const std::vector<WorkParts>& works) override {
    if (down) return unreachable();
    auto id = leaves(works, {});
    if (!id.ok()) return id;
    ++hand_overs;
    return lost() ? Result<int64_t>(unreachable()) : id;
  }
  Result<Done> put_off(const Tenant&, const Undecided& undecided) override {
    if (down) return unreachable();
    OrderWork& from = *work(undecided.work.work_id);
    if (unholdable || from.state == WorkState::kOnHold) {
      return Error{ErrorCode::kConflict, "it cannot be held"};
    }
    if (!undecided.work.parts.empty() && from.state != WorkState::kOpen) {
      return Error{ErrorCode::kConflict, "it cannot be split"};
    }
    ++holds;
    keep_apart(from, undecided.work.parts);
    OrderWork& held = *work(undecided.work.work_id);
    held.state = WorkState::kOnHold;
    held.own_hold = next_++;
    held.others_hold = held_twice;
    return lost() ? Result<Done>(unreachable()) : Done{};
  }
  Result<Done> release(const Tenant&, const Held& held) override {
    if (down) return unreachable();
    OrderWork& from = *work(held.work_id);
    if (unreleasable || from.own_hold != held.hold_id || held.hold_id == 0) {
      return Error{ErrorCode::kConflict, "there is no such hold"};
    }
    ++releases;
    released_at.push_back(from.location_id);
    from.own_hold = 0;
    from.state = prepared_.contains(from.id) ? WorkState::kBegun : WorkState::kOpen;
    return lost() ? Result<Done>(unreachable()) : Done{};
  }
  // Of the works in their order, whichever of them is on hold. One key pays once.
  Result<Done> refund(const Tenant&, const Refund& refund) override {
    if (down) return unreachable();
    if (unrefundable || (worthless && refund.only_money)) {
      return Error{ErrorCode::kConflict, "it is not refunded"};
    }
    if (refund_keys.insert(refund.key).second) {
      for (const Refund::Line& line : refund.lines) {
        refunded += line.quantity;
        take_off(orders.at(refund.order_id), line.order_line, line.quantity);
      }
      orders.at(refund.order_id)
          .refunds.push_back({.id = next_++, .at = sends_at, .why = refund.why});
    }
    return lost() ? Result<Done>(unreachable()) : Done{};
  }

 private:
  static void take_off(ShopOrder& order, int64_t order_line, int64_t pieces) {
    for (OrderWork& work : order.works) {
      for (OrderWork::Line& line : work.lines) {
        if (line.order_line != order_line || work.state == WorkState::kOver) continue;
        const int64_t off = std::min(pieces, line.remaining);
        line.remaining -= off;
        pieces -= off;
      }
      close_if_done(work);
    }
  }
  // The work keeps these; the others become a work of their own. None: it keeps all.
  void keep_apart(OrderWork& from, const std::vector<WorkPart>& parts) {
    if (parts.empty()) return;
    OrderWork rest = from;
    rest.id = next_++;
    for (OrderWork::Line& line : from.lines) {
      const auto kept = std::ranges::find(parts, line.id, &WorkPart::line);
      const int64_t stays = kept == parts.end() ? 0 : kept->quantity;
      auto& other = *std::ranges::find(rest.lines, line.id, &OrderWork::Line::id);
      other.remaining = line.remaining - stays;
      other.id = next_++;
      line.remaining = stays;
    }
    order_with(from.id).works.push_back(std::move(rest));
  }
  Result<int64_t> leaves(const std::vector<WorkParts>& works, std::vector<std::string> numbers) {
    const int64_t id = next_++;
    for (const WorkParts& each : works) {
      OrderWork& from = *work(each.work_id);
      for (const WorkPart& part : each.parts) {
        auto line = std::ranges::find(from.lines, part.line, &OrderWork::Line::id);
        if (line == from.lines.end() || line->remaining < part.quantity) {
          return Error{ErrorCode::kConflict, "that was sent"};
        }
        line->remaining -= part.quantity;
        sent[id].push_back({.order_line = line->order_line, .quantity = part.quantity});
      }
      close_if_done(from);
    }
    const int64_t first = works.front().work_id;
    order_with(first).parcels.push_back({.id = id,
                                         .location_id = work(first)->location_id,
                                         .sent_at = sends_at,
                                         .numbers = std::move(numbers)});
    return id;
  }
  static Error unreachable() { return {ErrorCode::kUnavailable, "no answer"}; }
  bool lost() {
    if (lost_answers <= 0) return false;
    --lost_answers;
    return true;
  }
  static void close_if_done(OrderWork& work) {
    const bool left = std::ranges::any_of(
        work.lines, [](const OrderWork::Line& line) { return line.remaining > 0; });
    if (!left) work.state = WorkState::kOver;
  }
  ShopOrder& order_with(int64_t work_id) {
    return std::ranges::find_if(orders,
                                [&](const auto& each) {
                                  return std::ranges::find(each.second.works, work_id,
                                                           &OrderWork::id) !=
                                         each.second.works.end();
                                })
        ->second;
  }
  int64_t moved_to(const Move& move) {
    ShopOrder& order = order_with(move.work_id);
    OrderWork& from = *work(move.work_id);
    if (from.location_id == move.location_id) return from.id;
    OrderWork moved = from;
    moved.id = next_++;
    moved.location_id = move.location_id;
    moved.lines.clear();
    for (const WorkPart& part : move.parts) {
      auto& line = *std::ranges::find(from.lines, part.line, &OrderWork::Line::id);
      OrderWork::Line taken = line;
      taken.id = next_++;
      taken.remaining = part.quantity;
      line.remaining -= part.quantity;
      moved.lines.push_back(std::move(taken));
    }
    const bool left = std::ranges::any_of(
        from.lines, [](const OrderWork::Line& line) { return line.remaining > 0; });
    if (!left) {  // the whole of it keeps its id
      from.location_id = move.location_id;
      from.lines = std::move(moved.lines);
      return from.id;
    }
    order.works.push_back(std::move(moved));
    return order.works.back().id;
  }

  int64_t next_ = 1'000;
  std::set<int64_t> prepared_;
};

}  // namespace tsunagi::fakes
