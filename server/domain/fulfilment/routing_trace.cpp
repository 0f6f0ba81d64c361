#include "server/domain/fulfilment/routing_trace.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "server/domain/fulfilment/shipment.h"

namespace tsunagi {

std::string trace_json(const Routing& routing) {
  using TraceJson = nlohmann::ordered_json;
  TraceJson shops = TraceJson::array();
  for (const ShopTrace& shop : routing.trace) {
    TraceJson one = {{"shop", shop.shop_id},      {"verdict", word(shop.verdict)},
                     {"offers", shop.offers},     {"sends", shop.sends},
                     {"priority", shop.priority}, {"open_work", shop.open_work}};
    if (shop.km != kUnknownKm) one["km"] = shop.km;
    shops.push_back(std::move(one));
  }
  TraceJson shortages = TraceJson::array();
  for (const Shortage& shortage : routing.shortages) {
    shortages.push_back({{"product", shortage.product_id},
                         {"needed", shortage.needed},
                         {"offered", shortage.offered}});
  }
  TraceJson json = {{"shops", std::move(shops)}, {"shortages", std::move(shortages)}};
  if (routing.nobody) json["nobody"] = word(*routing.nobody);
  return json.dump(-1, ' ', false, TraceJson::error_handler_t::replace);
}

}  // namespace tsunagi
