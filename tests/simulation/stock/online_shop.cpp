// Orders: what people and the server do with them, and what that does to the stock.

#include "tests/simulation/stock/online_shop.h"

#include <algorithm>
#include <utility>

namespace tsunagi::simulation {
namespace {

using Order = OnlineShop::Order;
using Work = OnlineShop::Work;
using WorkLine = OnlineShop::WorkLine;

int64_t remaining_of(const Work& work) {
  int64_t sum = 0;
  for (const WorkLine& line : work.lines) sum += line.remaining;
  return sum;
}

std::vector<WorkPart> rest_of(const Work& work) {
  std::vector<WorkPart> parts;
  for (const WorkLine& line : work.lines) {
    if (line.remaining > 0) parts.push_back({line.id, line.remaining});
  }
  return parts;
}

WorkLine* line_of(Work& work, int64_t id) {
  const auto found = std::ranges::find(work.lines, id, &WorkLine::id);
  return found == work.lines.end() ? nullptr : &*found;
}

// Each of a line of its own that has so much left.
bool are_there(Work& work, const std::vector<WorkPart>& parts) {
  return !parts.empty() && std::ranges::all_of(parts, [&](const WorkPart& part) {
    const WorkLine* line = line_of(work, part.line);
    return line != nullptr && part.quantity >= 1 && part.quantity <= line->remaining &&
           std::ranges::count(parts, part.line, &WorkPart::line) == 1;
  });
}

Error refused(const char* why) { return {ErrorCode::kConflict, why}; }

}  // namespace

Order& OnlineShop::buy(const std::vector<Bought>& lines, int64_t location, bool paid,
                       std::optional<Prefecture> ship_to) {
  Order order{
      .id = next_++, .paid = paid, .ship_to = ship_to, .works = {}, .parcels = {}, .returns = {}};
  Work work{.id = next_++, .location = location, .lines = {}, .changed_at = clock_.now()};
  for (const Bought& each : lines) {
    work.lines.push_back({.id = next_++,
                          .order_line = next_++,
                          .item = each.item,
                          .remaining = each.quantity,
                          .committed_at = location});
    Level& level = levels[{each.item, location}];
    level.available -= each.quantity;
    level.committed += each.quantity;
  }
  order.works.push_back(std::move(work));
  tell_of_work("order_routing_complete", order.works.front().id);
  return orders[order.id] = std::move(order);
}

void OnlineShop::pay(Order& order) {
  order.paid = true;
  for (Work& work : order.works) touch(work);
  tell({System::kShopify, "orders/paid", R"({"id":)" + std::to_string(order.id) + "}"});
}

void OnlineShop::cancel(Order& order, bool restock) {
  order.cancelled = true;
  for (Work* work : open_works(order)) {
    for (WorkLine& line : work->lines) {
      if (restock || facts.unrestocked_leaves_on_hand) give_up(line, line.remaining, restock);
      line.remaining = 0;
    }
    work->state = WorkState::kOver;
    touch(*work);
  }
  tell({System::kShopify, "orders/cancelled", R"({"id":)" + std::to_string(order.id) + "}"});
}

void OnlineShop::remove(Order& order, Work& work, WorkLine& line, int64_t pieces) {
  line.remaining -= pieces;
  give_up(line, pieces, true);
  if (remaining_of(work) == 0) work.state = WorkState::kOver;
  touch(work);
  tell({System::kShopify, "refunds/create", R"({"order_id":)" + std::to_string(order.id) + "}"});
}

void OnlineShop::hold(Work& work, bool held) {
  work.state = held ? WorkState::kOnHold : WorkState::kOpen;
  touch(work);
  tell_of_work(held ? "placed_on_hold" : "hold_released", work.id);
}

bool OnlineShop::move_by_hand(Order& order, Work& work, int64_t location) {
  if (work.location == location || work.state == WorkState::kBegun) return false;
  moved_to(order, work, rest_of(work), location);
  return true;
}

void OnlineShop::send_by_hand(Order& order, Work& work, const std::string& number) {
  ship(order, work, rest_of(work), number);
}

// To be sent again, by the work it was or by a new one at the same location.
void OnlineShop::cancel_parcel(Order& order, Parcel& parcel) {
  parcel.cancelled = true;
  Work again{.id = next_++, .location = parcel.location, .lines = {}, .changed_at = clock_.now()};
  for (const Parcel::Line& line : parcel.lines) {
    again.lines.push_back({.id = next_++,
                           .order_line = line.order_line,
                           .item = line.item,
                           .remaining = line.quantity,
                           .committed_at = parcel.location});
    levels[{line.item, parcel.location}].committed += line.quantity;
    touched.insert({line.item, parcel.location});
    on_parcel({parcel.id, parcel.location, line.item, -line.quantity, parcel.number});
  }
  order.works.push_back(std::move(again));
  tell({System::kShopify, "orders/updated", R"({"id":)" + std::to_string(order.id) + "}"});
}

const OnlineShop::Return& OnlineShop::take_back(Order& order, const Return& what) {
  order.returns.push_back(what);
  Return& taken = order.returns.back();
  taken.id = next_++;
  taken.line = next_++;
  taken.at = clock_.now();
  levels[{taken.item, taken.location}].available += taken.pieces;
  tell({System::kShopify, "refunds/create", R"({"order_id":)" + std::to_string(order.id) + "}"});
  return taken;
}

int64_t OnlineShop::kept_of(const Order& order, const Parcel& parcel, const Parcel::Line& line) {
  int64_t kept = line.quantity;
  for (const Return& each : order.returns) {
    if (each.parcel == parcel.id && each.order_line == line.order_line) kept -= each.pieces;
  }
  return kept;
}

std::vector<Work*> OnlineShop::open_works(Order& order) {
  std::vector<Work*> open;
  for (Work& work : order.works) {
    if (work.state != WorkState::kOver) open.push_back(&work);
  }
  return open;
}

// ---- what follows

int64_t OnlineShop::ship(Order& order, Work& work, const std::vector<WorkPart>& parts,
                         const std::string& number) {
  Parcel parcel{.id = next_++,
                .location = work.location,
                .sent_at = clock_.now(),
                .number = number,
                .lines = {}};
  for (const WorkPart& part : parts) {
    WorkLine& line = *line_of(work, part.line);
    leave(work, line, part.quantity);
    on_parcel({parcel.id, parcel.location, line.item, part.quantity, number});
    const auto same = std::ranges::find(parcel.lines, line.order_line, &Parcel::Line::order_line);
    if (same != parcel.lines.end()) {
      same->quantity += part.quantity;
    } else {
      parcel.lines.push_back({line.order_line, line.item, part.quantity});
    }
  }
  work.state = remaining_of(work) == 0 ? WorkState::kOver : WorkState::kBegun;
  touch(work);
  order.parcels.push_back(std::move(parcel));
  tell({System::kShopify, "orders/fulfilled", R"({"id":)" + std::to_string(order.id) + "}"});
  return order.parcels.back().id;
}

// From the shelf of the location that has the work; what another had promised is given back there.
void OnlineShop::leave(const Work& work, WorkLine& line, int64_t pieces) {
  line.remaining -= pieces;
  Level& here = levels[{line.item, work.location}];
  if (line.committed_at == work.location) {
    here.committed -= pieces;
    return;
  }
  Level& promised = levels[{line.item, line.committed_at}];
  promised.committed -= pieces;
  promised.available += pieces;
  here.available -= pieces;
}

void OnlineShop::give_up(const WorkLine& line, int64_t pieces, bool restock) {
  Level& level = levels[{line.item, line.committed_at}];
  level.committed -= pieces;
  if (restock) {
    level.available += pieces;
  } else {
    touched.insert({line.item, line.committed_at});
  }
}

void OnlineShop::commit_anew(Work& work) {
  for (WorkLine& line : work.lines) {
    Level& from = levels[{line.item, line.committed_at}];
    from.committed -= line.remaining;
    from.available += line.remaining;
    line.committed_at = work.location;
    Level& to = levels[{line.item, line.committed_at}];
    to.available -= line.remaining;
    to.committed += line.remaining;
  }
}

// Into a new work, like it in all but its lines; its id.
int64_t OnlineShop::take_out(Order& order, int64_t work_id, const std::vector<WorkPart>& parts,
                             int64_t location) {
  Work& from = *work_in(order, work_id);
  Work made{.id = next_++, .location = location, .state = from.state, .lines = {}};
  for (const WorkPart& part : parts) {
    WorkLine& line = *line_of(from, part.line);
    line.remaining -= part.quantity;
    made.lines.push_back(line);
    made.lines.back().id = next_++;
    made.lines.back().remaining = part.quantity;
  }
  if (remaining_of(from) == 0) from.state = WorkState::kOver;
  touch(from);
  order.works.push_back(std::move(made));
  return order.works.back().id;
}

// The work that has them then.
Work& OnlineShop::moved_to(Order& order, Work& work, const std::vector<WorkPart>& parts,
                           int64_t location) {
  const int64_t original = work.id;
  const auto there = std::ranges::find_if(order.works, [&](const Work& each) {
    return each.state == WorkState::kOpen && each.location == location;
  });
  const bool joins =
      facts.moves_join && work.state == WorkState::kOpen && there != order.works.end();
  const int64_t joined = joins ? there->id : 0;
  int64_t sum = 0;
  for (const WorkPart& part : parts) sum += part.quantity;
  int64_t moved = original;
  if (sum == remaining_of(work) && !joins) {
    work.location = location;
  } else {
    moved = take_out(order, original, parts, location);
  }
  if (joins) join(order, moved, joined);
  Work& result = *work_in(order, moved);
  touch(result);
  if (facts.moves_take_committed) commit_anew(result);
  tell_of_work("moved", original);
  return result;
}

void OnlineShop::join(Order& order, int64_t moved, int64_t there) {
  Work& joined = *work_in(order, there);
  Work& work = *work_in(order, moved);
  for (WorkLine line : joined.lines) {
    line.id = next_++;
    work.lines.push_back(line);
  }
  joined.lines.clear();
  joined.state = WorkState::kOver;
  touch(joined);
}

void OnlineShop::tell_of_work(const std::string& what, int64_t work) {
  tell({System::kShopify, "fulfillment_orders/" + what,
        R"({"fulfillment_order":{"id":"gid://shopify/FulfillmentOrder/)" + std::to_string(work) +
            "\"}}"});
}

Order* OnlineShop::order_with(int64_t work_id) {
  for (auto& [id, order] : orders) {
    if (work_in(order, work_id) != nullptr) return &order;
  }
  return nullptr;
}

Work* OnlineShop::work_in(Order& order, int64_t work_id) {
  const auto found = std::ranges::find(order.works, work_id, &Work::id);
  return found == order.works.end() ? nullptr : &*found;
}

const ShopItem& OnlineShop::article(int64_t item) const {
  return *std::ranges::find(articles, item, &ShopItem::item_id);
}

// ---- what the server asks for

Result<int64_t> OnlineShop::move_parts(const Move& move) {
  Order* order = order_with(move.work_id);
  if (order == nullptr) return refused("there is no such work");
  Work& work = *work_in(*order, move.work_id);
  log("order " + std::to_string(order->id) + ": " + std::to_string(move.parts.size()) +
      " lines of work " + std::to_string(work.id) + " are moved to " +
      std::to_string(move.location_id));
  if (work.state == WorkState::kOver) return refused("cannot change location");
  if (work.location == move.location_id) return work.id;
  if (!are_there(work, move.parts)) return refused("not so many are left");
  for (const WorkPart& part : move.parts) {
    if (!levels.contains({line_of(work, part.line)->item, move.location_id})) {
      return refused("the location does not stock it");
    }
  }
  return moved_to(*order, work, move.parts, move.location_id).id;
}

Result<int64_t> OnlineShop::send_parts(const ShopOrders::Parcel& parcel) {
  Order* order = order_with(parcel.work_id);
  if (order == nullptr) return refused("there is no such work");
  Work& work = *work_in(*order, parcel.work_id);
  log("order " + std::to_string(order->id) + ": parcel " + parcel.number + " of work " +
      std::to_string(work.id));
  if (work.state == WorkState::kOver || work.state == WorkState::kOnHold) {
    return refused("it is over, or on hold");
  }
  if (!are_there(work, parcel.parts)) return refused("that was sent");
  return ship(*order, work, parcel.parts, parcel.number);
}

ShopOrder OnlineShop::view(const Order& order) const {
  ShopOrder seen{.id = order.id,
                 .name = "#" + std::to_string(order.id),
                 .paid = order.paid,
                 .cancelled = order.cancelled,
                 .ship_to = order.ship_to,
                 .works = {},
                 .parcels = {},
                 .cancelled_parcels = {},
                 .refunds = {}};
  for (const Return& each : order.returns) seen.refunds.push_back({.id = each.id, .at = each.at});
  for (const Parcel& parcel : order.parcels) {
    if (parcel.cancelled) {
      seen.cancelled_parcels.push_back(parcel.id);
    } else {
      seen.parcels.push_back({.id = parcel.id,
                              .location_id = parcel.location,
                              .sent_at = parcel.sent_at,
                              .numbers = {parcel.number}});
    }
  }
  for (const Work& work : order.works) {
    OrderWork one{.id = work.id,
                  .state = work.state,
                  .by_carrier = true,
                  .location_id = work.location,
                  .lines = {}};
    for (const WorkLine& line : work.lines) {
      const ShopItem& item = article(line.item);
      one.lines.push_back({.id = line.id,
                           .order_line = line.order_line,
                           .barcode = item.barcode,
                           .sku = item.sku,
                           .title = item.name,
                           .remaining = line.remaining});
    }
    if (work.state == WorkState::kOver) one.lines.clear();
    seen.works.push_back(std::move(one));
  }
  return seen;
}

}  // namespace tsunagi::simulation
