#include "server/domain/fulfilment/order_routing.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/domain/fulfilment/opening_hours.h"
#include "server/domain/fulfilment/routing.h"
#include "server/domain/fulfilment/routing_trace.h"
#include "server/domain/fulfilment/shop_settings.h"

namespace tsunagi {
namespace {

// Of an order that goes to no prefecture no shop's distance is known, so any will do.
Prefecture anywhere() { return *Prefecture::from_code(1); }

// Addresses of shops begin with the prefecture.
std::optional<Prefecture> prefecture_of(const std::string& address) {
  for (int code = 1; code <= kPrefectureCount; ++code) {
    const auto prefecture = Prefecture::from_code(code);
    if (prefecture && address.starts_with(prefecture->name())) return prefecture;
  }
  return std::nullopt;
}

const CodeStock* stock_of(const RoutingAsk& ask, const OrderWork::Line& line) {
  for (const std::string* code : {&line.barcode, &line.sku}) {
    const auto found = std::ranges::find(ask.stock, *code, &CodeStock::code);
    if (!code->empty() && found != ask.stock.end() && !found->product_id.empty()) return &*found;
  }
  return nullptr;
}

std::vector<ShipmentLine> shipment_lines(const RoutingAsk& ask) {
  std::vector<ShipmentLine> lines;
  for (const OrderWork::Line& line : ask.unserved.lines) {
    const CodeStock* stock = stock_of(ask, line);
    const bool counted = stock != nullptr;
    lines.push_back({.order_line = line.order_line,
                     .product_id = counted ? stock->product_id : std::string(),
                     .product_code = counted ? stock->code : line.sku,
                     .product_name = counted ? stock->name : line.title,
                     .quantity = line.remaining});
  }
  return lines;
}

Shipment new_shipment(const RoutingAsk& ask) {
  return {.id = {},
          .order_id = ask.order.id,
          .order_name = ask.order.name,
          .work_id = ask.unserved.work_id,
          .store_id = {},
          .state = ShipmentState::kPerson,
          .assigned_at = ask.now,
          .accept_by = ask.now,
          .ship_by = ask.now,
          .changed_at = ask.now,
          .reason = {},
          .carrier = {},
          .number = {},
          .lines = {}};
}

Shipment for_nobody(const RoutingAsk& ask, std::string_view reason) {
  Shipment shipment = new_shipment(ask);
  shipment.reason = reason;
  shipment.lines = shipment_lines(ask);
  return shipment;
}

Shipment for_shop(const RoutingAsk& ask, const std::string& store_id,
                  std::vector<ShipmentLine> lines) {
  Shipment shipment = new_shipment(ask);
  shipment.state = ShipmentState::kAssigned;
  shipment.store_id = store_id;
  const auto times = shipping_times(ask.settings, store_id, ask.now);
  shipment.accept_by = times.accept_by;
  shipment.ship_by = times.ship_by;
  shipment.lines = std::move(lines);
  for (ShipmentLine& line : shipment.lines) line.held = line.quantity;
  return shipment;
}

RoutingShop routing_shop(const RoutingAsk& ask, const Store& store,
                         const std::vector<ShipmentLine>& lines) {
  RoutingShop shop{.shop_id = store.store_id,
                   .prefecture = std::nullopt,
                   .ships = ships(ask.settings, store),
                   .priority = priority_of(ask.settings, store.store_id)};
  if (ask.order.ship_to) shop.prefecture = prefecture_of(store.address);
  shop.refused = std::ranges::any_of(ask.shipments, [&](const Shipment& shipment) {
    return shipment.state == ShipmentState::kRefused && shipment.store_id == store.store_id;
  });
  const auto waiting = ask.open_work.find(store.store_id);
  if (waiting != ask.open_work.end()) shop.open_work = std::min(waiting->second, kOpenWorkMost);
  const int64_t shop_safety = shop_safety_of(ask.settings, store.store_id);
  for (const CodeStock& stock : ask.stock) {
    const bool asked =
        std::ranges::find(lines, stock.product_id, &ShipmentLine::product_id) != lines.end();
    const bool known = std::ranges::find(shop.stock, stock.product_id, &RoutingStock::product_id) !=
                       shop.stock.end();
    const auto here = std::ranges::find(stock.shops, store.store_id, &StoreShelf::store_id);
    if (!asked || known || here == stock.shops.end()) continue;
    shop.stock.push_back(
        {.product_id = stock.product_id,
         .on_hand = here->on_shelf,
         .held = here->held,
         .safety = product_safety_of(ask.settings, stock.product_id).value_or(shop_safety)});
  }
  return shop;
}

// The pieces of a parcel as lines of the order; takes them from `left`.
std::vector<ShipmentLine> lines_of_parcel(const Parcel& parcel, std::vector<ShipmentLine>& left) {
  std::vector<ShipmentLine> lines;
  for (const RoutingLine& item : parcel.items) {
    int64_t pieces = item.quantity;
    for (ShipmentLine& line : left) {
      const int64_t taken =
          line.product_id == item.product_id ? std::min(pieces, line.quantity) : 0;
      if (taken <= 0) continue;
      lines.push_back(line);
      lines.back().quantity = taken;
      line.quantity -= taken;
      pieces -= taken;
    }
  }
  return lines;
}

ShipmentBook::Routed by_routing(const RoutingAsk& ask, std::vector<ShipmentLine> lines) {
  RoutingOrder order{.ship_to = ask.order.ship_to.value_or(anywhere()), .lines = {}};
  for (const ShipmentLine& line : lines) order.lines.push_back({line.product_id, line.quantity});
  std::vector<RoutingShop> shops;
  shops.reserve(ask.stores.size());
  for (const Store& store : ask.stores) shops.push_back(routing_shop(ask, store, lines));
  const auto routing = route(order, shops, ask.settings.shipping.rules);
  if (!routing.ok()) {  // larger than routing looks at
    return routed_to_nobody(ask, word(NobodyCause::kSearchLimit));
  }
  ShipmentBook::Routed routed{.shipments = {}, .safety = {}, .trace = trace_json(*routing)};
  if (routing->nobody) {
    routed.shipments.push_back(for_nobody(ask, word(*routing->nobody)));
    return routed;
  }
  for (const Parcel& parcel : routing->parcels) {
    routed.shipments.push_back(for_shop(ask, parcel.shop_id, lines_of_parcel(parcel, lines)));
    routed.safety[parcel.shop_id] = safety_in(ask.settings, parcel.shop_id);
  }
  return routed;
}

}  // namespace

std::vector<std::string> codes_of(const Unserved& unserved) {
  std::vector<std::string> codes;
  for (const OrderWork::Line& line : unserved.lines) {
    for (const std::string* code : {&line.barcode, &line.sku}) {
      if (!code->empty()) codes.push_back(*code);
    }
  }
  std::ranges::sort(codes);
  codes.erase(std::ranges::unique(codes).begin(), codes.end());
  return codes;
}

ShippingTimes shipping_times(const Settings& settings, std::string_view store_id, Seconds now) {
  const OpeningHours& hours = hours_of(settings, store_id);
  const auto after = [&](int64_t minutes) {
    const Seconds seconds = minutes * kMinuteSeconds;
    return ready_from(hours, now, seconds).value_or(now + seconds);
  };
  return {.accept_by = after(settings.shipping.accept_minutes),
          .ship_by = after(settings.shipping.ship_minutes)};
}

ShipmentBook::Routed routed(const RoutingAsk& ask) {
  std::vector<ShipmentLine> lines = shipment_lines(ask);
  const bool counted =
      std::ranges::none_of(lines, [](const ShipmentLine& line) { return line.product_id.empty(); });
  if (!counted) return routed_to_nobody(ask, kUnknownProduct);
  if (ask.unserved.store_id.empty()) return by_routing(ask, std::move(lines));
  // The merchant chose: it is not routed, and held like every other, the last piece too.
  return {.shipments = {for_shop(ask, ask.unserved.store_id, std::move(lines))},
          .safety = {{ask.unserved.store_id, Safety{}}},
          .trace = "{}"};
}

ShipmentBook::Routed routed_to_nobody(const RoutingAsk& ask, std::string_view reason) {
  return {.shipments = {for_nobody(ask, reason)}, .safety = {}, .trace = "{}"};
}

}  // namespace tsunagi
