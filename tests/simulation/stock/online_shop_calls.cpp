// What the server asks of Shopify: each call may fail before it has its effect, or after.

#include <algorithm>
#include <set>
#include <utility>

#include "tests/simulation/stock/online_shop.h"

namespace tsunagi::simulation {
namespace {

using Refusal = OnlineStock::Refusal;
using Why = OnlineStock::Why;

// How far the search is behind what was written.
constexpr Seconds kSearchLag = 20;

Error unreachable() { return {ErrorCode::kUnavailable, "Shopify does not answer"}; }

std::string digest(const std::vector<OnlineStock::Write>& writes) {
  std::string text;
  for (const OnlineStock::Write& write : writes) {
    for (const int64_t figure : {write.item_id, write.location_id, write.on_hand, write.from}) {
      text += std::to_string(figure) + ' ';
    }
  }
  return text;
}

}  // namespace

template <class Effect>
auto OnlineShop::called(Effect effect) -> decltype(effect()) {
  if (fails()) return unreachable();
  auto answer = effect();
  if (loses_answer()) return unreachable();
  return answer;
}

Result<std::vector<ShopLocation>> OnlineShop::locations(const Tenant&) {
  return called([&]() -> Result<std::vector<ShopLocation>> { return places; });
}

Result<OnlineStock::ItemPage> OnlineShop::items(const Tenant&, const ItemsAsked& asked) {
  return called([&]() -> Result<ItemPage> {
    ItemPage page;
    for (const ShopItem& item : articles) {  // which nobody changes
      if (item.variant_id > asked.after_id && !asked.changed_since) page.items.push_back(item);
    }
    if (!page.items.empty()) page.last_id = page.items.back().variant_id;
    return page;
  });
}

Result<std::vector<OnlineStock::Seen>> OnlineShop::on_hand(const Tenant&, int64_t location_id,
                                                           const std::vector<int64_t>& item_ids) {
  return called([&]() -> Result<std::vector<Seen>> {
    std::vector<Seen> seen;
    for (const int64_t item : item_ids) {
      Seen one{.exists = true, .tracked = true};
      const auto level = levels.find({item, location_id});
      if (level != levels.end()) one.on_hand = level->second.on_hand();
      seen.push_back(one);
    }
    for (const int64_t item : item_ids) after_a_look(item, location_id);
    return seen;
  });
}

Result<std::vector<Refusal>> OnlineShop::set_on_hand(const Tenant&,
                                                     const std::vector<Write>& writes,
                                                     std::string_view key) {
  return called([&]() -> Result<std::vector<Refusal>> {
    const std::string said = digest(writes);
    const auto known = keys_.find(key);
    if (known != keys_.end() && known->second.first != said) misuse_ = "a key of another write";
    if (known == keys_.end()) {
      auto refusals = set_all(writes);
      keys_.emplace(key, std::pair(said, refusals));
      return refusals;
    }
    std::vector<Refusal> again = known->second.second;
    if (!again.empty()) {
      again.clear();
      for (size_t i = 0; i < writes.size(); ++i) {
        again.push_back({i, Why::kStale, "refused before"});
      }
    }
    return again;
  });
}

// All of them, compared, or none.
std::vector<Refusal> OnlineShop::set_all(const std::vector<Write>& writes) {
  std::vector<Refusal> refusals;
  std::set<std::pair<int64_t, int64_t>> named;
  for (size_t i = 0; i < writes.size(); ++i) {
    const Write& write = writes[i];
    const auto level = levels.find({write.item_id, write.location_id});
    touched.erase({write.item_id, write.location_id});  // refused, it is to be looked at again
    const bool known =
        std::ranges::find(places, write.location_id, &ShopLocation::id) != places.end();
    if (!named.insert({write.item_id, write.location_id}).second || write.on_hand < 0) {
      refusals.push_back({i, Why::kOther, "named twice, or negative"});
    } else if (!known) {
      refusals.push_back({i, Why::kNoLocation, "there is no such location"});
    } else if (level == levels.end() || level->second.on_hand() != write.from) {
      refusals.push_back({i, Why::kStale, "it is another figure"});
    }
  }
  if (!refusals.empty()) return refusals;
  for (const Write& write : writes) {
    levels[{write.item_id, write.location_id}].available += write.on_hand - write.from;
  }
  return refusals;
}

Result<std::optional<Refusal>> OnlineShop::begin_on_hand(const Tenant&, const Write& write,
                                                         std::string_view /*key*/) {
  return called([&]() -> Result<std::optional<Refusal>> {
    const std::pair at(write.item_id, write.location_id);
    if (levels.contains(at)) return std::optional(Refusal{0, Why::kStale, "it is stocked there"});
    levels[at] = {.available = write.on_hand};
    return std::optional<Refusal>();
  });
}

void OnlineShop::set_by_hand(int64_t item, int64_t location, int64_t on_hand) {
  Level& level = levels[{item, location}];
  level.available += on_hand - level.on_hand();
  touched.insert({item, location});
}

Result<std::optional<ShopOrder>> OnlineShop::order(const Tenant&, int64_t order_id) {
  return called([&]() -> Result<std::optional<ShopOrder>> {
    const auto found = orders.find(order_id);
    return found == orders.end() ? std::nullopt : std::optional(view(found->second));
  });
}

Result<std::optional<int64_t>> OnlineShop::order_of_work(const Tenant&, int64_t work_id) {
  return called([&]() -> Result<std::optional<int64_t>> {
    const Order* found = order_with(work_id);
    return found == nullptr ? std::nullopt : std::optional(found->id);
  });
}

Result<ShopOrders::Changed> OnlineShop::orders_changed(const Tenant&, Seconds from, Seconds to) {
  return called([&]() -> Result<Changed> {
    Changed changed{.orders = {}, .until = to};
    const Seconds seen_until = clock_.now() - kSearchLag;
    for (const auto& [id, order] : orders) {
      const bool there = std::ranges::any_of(order.works, [&](const Work& work) {
        const bool wanted = from == 0 ? work.state != WorkState::kOver
                                      : work.changed_at >= from && work.changed_at <= to;
        return wanted && work.changed_at <= seen_until;
      });
      if (there) changed.orders.push_back(id);
    }
    return changed;
  });
}

Result<ShopOrders::Changed> OnlineShop::orders_refunded(const Tenant&, Seconds from, Seconds to) {
  return called([&]() -> Result<Changed> {
    Changed changed{.orders = {}, .until = to};
    const Seconds seen_until = std::min(to, clock_.now() - kSearchLag);
    for (const auto& [id, order] : orders) {
      const bool there = std::ranges::any_of(order.returns, [&](const Return& each) {
        return each.at >= from && each.at <= seen_until;
      });
      if (there) changed.orders.push_back(id);
    }
    return changed;
  });
}

Result<std::vector<ReturnedLine>> OnlineShop::returned_lines(const Tenant&, int64_t refund_id) {
  return called([&]() -> Result<std::vector<ReturnedLine>> {
    for (const auto& [id, order] : orders) {
      const auto found = std::ranges::find(order.returns, refund_id, &Return::id);
      if (found == order.returns.end()) continue;
      return std::vector<ReturnedLine>{{.id = found->line,
                                        .location_id = found->location,
                                        .what = {.order_line = found->order_line,
                                                 .variant_id = article(found->item).variant_id,
                                                 .quantity = found->pieces}}};
    }
    return std::vector<ReturnedLine>();
  });
}

Result<std::optional<ShipTo>> OnlineShop::ship_to(const Tenant&, int64_t /*work_id*/) {
  return called([&]() -> Result<std::optional<ShipTo>> { return std::optional(ShipTo{}); });
}

Result<int64_t> OnlineShop::move(const Tenant&, const Move& move) {
  return called([&] { return move_parts(move); });
}

Result<int64_t> OnlineShop::send(const Tenant&, const ShopOrders::Parcel& parcel) {
  return called([&] { return send_parts(parcel); });
}

Result<std::vector<SentLine>> OnlineShop::parcel_lines(const Tenant&, int64_t parcel_id) {
  return called([&]() -> Result<std::vector<SentLine>> {
    std::vector<SentLine> lines;
    for (const auto& [id, order] : orders) {
      const auto parcel = std::ranges::find(order.parcels, parcel_id, &Parcel::id);
      if (parcel == order.parcels.end()) continue;
      for (const Parcel::Line& line : parcel->lines) {
        lines.push_back({.order_line = line.order_line,
                         .variant_id = article(line.item).variant_id,
                         .quantity = line.quantity});
      }
    }
    return lines;
  });
}

Result<Done> OnlineShop::prepared(const Tenant&, int64_t) {
  misuse_ = "a parcel was prepared to be fetched";
  return Done{};
}

Result<int64_t> OnlineShop::handed_over(const Tenant&, const std::vector<WorkParts>&) {
  misuse_ = "a parcel was handed over at a counter";
  return 0;
}

Result<Done> OnlineShop::put_off(const Tenant&, const Undecided&) {
  misuse_ = "a parcel waits for a person as what nobody fetched does";
  return Done{};
}

Result<Done> OnlineShop::release(const Tenant&, const Held&) {
  misuse_ = "a parcel's hold ended as that of what nobody fetched does";
  return Done{};
}

Result<Done> OnlineShop::refund(const Tenant&, const Refund&) {
  misuse_ = "a parcel's money went back as that of what nobody fetched does";
  return Done{};
}

}  // namespace tsunagi::simulation
