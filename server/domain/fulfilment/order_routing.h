#pragma once
// An order's lines, the shops and their stock as routing takes them, and what routing says as
// shipments. Pure.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/fulfilment/cart.h"
#include "server/domain/fulfilment/shipment_book.h"
#include "server/domain/fulfilment/shipping_plan.h"

namespace tsunagi {

struct RoutingAsk {
  const Settings& settings;
  const ShopOrder& order;
  const Unserved& unserved;
  const std::vector<Store>& stores;
  const std::vector<Shipment>& shipments;           // of the order, closed ones too
  const std::vector<CodeStock>& stock;              // of each code of codes_of()
  const std::map<std::string, int64_t>& open_work;  // by shop
  Seconds now = 0;
};

// Barcodes and SKUs of the lines, each once.
std::vector<std::string> codes_of(const Unserved& unserved);

// When the shop is late with its yes, and with the parcel.
struct ShippingTimes {
  Seconds accept_by = 0, ship_by = 0;
};
ShippingTimes shipping_times(const Settings& settings, std::string_view store_id, Seconds now);

// Shipments without ids. One to nobody where no shop can: with the reason.
ShipmentBook::Routed routed(const RoutingAsk& ask);
ShipmentBook::Routed routed_to_nobody(const RoutingAsk& ask, std::string_view reason);

}  // namespace tsunagi
