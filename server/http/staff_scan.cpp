#include "server/http/staff_scan.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/stock/held.h"
#include "server/http/staff_affected.h"
#include "server/http/staff_desk.h"

namespace tsunagi::http {
namespace {

constexpr std::string_view kPickupBarcode = "P";
constexpr size_t kScanBytes = 200;
constexpr size_t kStockShown = 50;

using OrderedJson = nlohmann::ordered_json;

Result<std::optional<OrderedJson>> scanned_pickup(const Context& context,
                                                  const StaffRoutes::Viewer& viewer, Desk& desk,
                                                  std::string_view text) {
  if (text.starts_with(kPickupBarcode)) text.remove_prefix(kPickupBarcode.size());
  const auto found = context.ports.book.open_pickup_by_code(viewer.tenant.id, text);
  if (!found.ok()) return found.error();
  if (!found->has_value() || !desk.serves((*found)->store_id)) return std::optional<OrderedJson>();
  auto json = desk.pickup(**found);
  if (!json.ok()) return json.error();
  return std::optional(OrderedJson{{"kind", "pickup"}, {"pickup", std::move(json).value()}});
}

// "#1001" or "1001": customers of the online shop know no other number.
Result<std::optional<OrderedJson>> scanned_order(const Context& context,
                                                 const StaffRoutes::Viewer& viewer, Desk& desk,
                                                 const std::string& text) {
  for (const std::string& name : {text, "#" + text}) {
    const auto found = context.ports.book.open_pickups_by_order(viewer.tenant.id, name);
    if (!found.ok()) return found.error();
    for (const Pickup& pickup : *found) {
      if (!desk.serves(pickup.store_id)) continue;
      auto json = desk.pickup(pickup);
      if (!json.ok()) return json.error();
      return std::optional(OrderedJson{{"kind", "pickup"}, {"pickup", std::move(json).value()}});
    }
  }
  return std::optional<OrderedJson>();
}

std::string_view state_word(LinkState state) {
  switch (state) {
    case LinkState::kJoining:
      return "registering";
    case LinkState::kLinked:
      return "ready";
    case LinkState::kStopped:
      return "stopped";
  }
  return "";
}

Result<std::optional<OrderedJson>> scanned_member(const Context& context,
                                                  const StaffRoutes::Viewer& viewer, Desk& desk,
                                                  std::string_view text) {
  const auto card = context.ports.storage.card_by_code(viewer.tenant.id, text);
  if (!card.ok()) return card.error();
  if (!card->has_value()) return std::optional<OrderedJson>();
  const Card& found = **card;
  auto own =
      context.ports.book.pickups_of(viewer.tenant.id, found.link.customer_id, kOpenPickupsMost);
  if (!own.ok()) return own.error();
  std::erase_if(*own, [&](const Pickup& each) {
    return !is_open(each.state) || !desk.serves(each.store_id);
  });
  auto list = desk.pickups(*own);
  if (!list.ok()) return list.error();
  const CardSnapshot figures = found.snapshot.value_or(CardSnapshot{});
  return std::optional(OrderedJson{{"kind", "member"},
                                   {"member",
                                    {{"name", masked(figures.holder)},
                                     {"code", found.link.code},
                                     {"state", state_word(found.link.state)},
                                     {"rank", figures.rank},
                                     {"has_points", figures.has_points},
                                     {"points", figures.points},
                                     {"as_of", figures.as_of}}},
                                   {"pickups", std::move(list).value()}});
}

// What the shops have of it.
Result<OrderedJson> stock_json(const Context& context, TenantId tenant, const Desk& desk,
                               const std::string& product_id) {
  std::vector<std::string> ids;
  for (const auto& [store_id, shop] : desk.shops()) {
    if (ids.size() < kStockShown) ids.push_back(store_id);
  }
  const auto levels = context.ports.storage.stock_of(tenant, product_id, ids);
  if (!levels.ok()) return levels.error();
  OrderedJson stock = OrderedJson::array();
  for (const StockLevel& level : *levels) {
    const auto shop = desk.shops().find(level.store_id);
    if (shop == desk.shops().end()) continue;
    stock.push_back({{"shop", level.store_id},
                     {"shop_name", shop->second.name},
                     {"on_hand", level.on_hand},
                     {"held", held_of(level)},
                     {"doubted", level.doubted},
                     {"as_of", level.changed_at}});
  }
  return stock;
}

Result<std::optional<OrderedJson>> scanned_product(const Context& context,
                                                   const StaffRoutes::Viewer& viewer, Desk& desk,
                                                   const std::string& text) {
  const auto product = context.ports.storage.product_by_code(viewer.tenant.id, text, text);
  if (!product.ok()) return product.error();
  if (!product->has_value()) return std::optional<OrderedJson>();
  const std::string& id = (*product)->product_id;
  auto stock = stock_json(context, viewer.tenant.id, desk, id);
  if (!stock.ok()) return stock.error();
  auto with_it = open_with(desk, id);
  if (!with_it.ok()) return with_it.error();
  OrderedJson json = {{"kind", "product"},
                      {"product", {{"name", (*product)->name}, {"code", text}}},
                      {"stock", std::move(stock).value()}};
  json.update(*with_it);
  return std::optional(std::move(json));
}

}  // namespace

Reply scan(const Context& context, const StaffRoutes::Viewer& viewer, const nlohmann::json& body) {
  const std::string text = body_text(body, "text");
  if (text.empty() || text.size() > kScanBytes) {
    return refuse(400, "invalid", "text must be what was scanned.");
  }
  Desk desk(context, viewer);
  if (auto opened = desk.open(); !opened.ok()) return failed(opened.error());
  auto found = scanned_pickup(context, viewer, desk, text);
  if (found.ok() && !found->has_value()) found = scanned_order(context, viewer, desk, text);
  if (found.ok() && !found->has_value()) found = scanned_member(context, viewer, desk, text);
  if (found.ok() && !found->has_value()) found = scanned_product(context, viewer, desk, text);
  if (!found.ok()) return failed(found.error());
  return merchant_json(found->value_or(OrderedJson{{"kind", "unknown"}}));
}

}  // namespace tsunagi::http
