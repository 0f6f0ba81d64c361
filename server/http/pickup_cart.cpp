#include "server/http/pickup_cart.h"

#include <optional>
#include <string_view>
#include <utility>

#include "server/http/pickup_shops.h"
#include "server/http/query.h"

namespace tsunagi::http {
namespace {

std::optional<Wanted> cart_line(std::string_view text) {
  const size_t star = text.find('*');
  if (star == std::string_view::npos) return std::nullopt;
  const auto quantity = parse_id(text.substr(0, star));
  const std::string_view code = text.substr(star + 1);
  if (!quantity || code.empty()) return std::nullopt;
  return Wanted{.code = std::string(code), .quantity = *quantity};
}

nlohmann::ordered_json lines_of_cart(const Cart& cart) {
  auto list = nlohmann::ordered_json::array();
  for (const CartLine& line : cart.lines) {
    list.push_back({{"code", line.code},
                    {"name", line.name},
                    {"quantity", line.quantity},
                    {"counted", line.counted}});
  }
  return list;
}

nlohmann::ordered_json lacks_of_shop(const CartShop& shop) {
  auto list = nlohmann::ordered_json::array();
  for (const CartLack& lack : shop.lacks) {
    list.push_back({{"code", lack.code}, {"offered", lack.offered}});
  }
  return list;
}

}  // namespace

Result<std::vector<Wanted>> cart_lines(const std::vector<Parameter>& parameters) {
  std::vector<Wanted> lines;
  for (const Parameter& parameter : parameters) {
    if (parameter.name != "line") continue;
    auto line = cart_line(parameter.value);
    if (!line) {
      return Error{ErrorCode::kInvalid, "line must be QUANTITY*CODE, as in 2*4900000000001"};
    }
    lines.push_back(*std::move(line));
  }
  return lines;
}

Result<nlohmann::ordered_json> cart_json(const Context& context, const Asked& asked,
                                         const std::vector<Store>& stores,
                                         const std::vector<Wanted>& wanted) {
  const auto cart = context.ports.pickups.cart(asked.tenant, stores, wanted);
  if (!cart.ok()) return cart.error();
  const PickupShops shops = pickup_shops(asked.tenant.settings, stores);
  auto list = nlohmann::ordered_json::array();
  for (const CartShop& each : cart->shops) {
    const PickupShop& shop = shops.at(each.store_id);
    nlohmann::ordered_json json = {
        {"shop", each.store_id},
        {"name", shop.name},
        {"phone", shop.phone},
        {"map_url", shop.map_url},
        {"offered", each.offered},
        {"lacks", lacks_of_shop(each)},
        {"today", today_json(asked.tenant.settings, each.store_id, asked.now)}};
    if (const auto from = context.ports.pickups.promise(asked.tenant, each.store_id)) {
      json["from"] = *from;
    }
    list.push_back(std::move(json));
  }
  return nlohmann::ordered_json{{"lines", lines_of_cart(*cart)}, {"shops", std::move(list)}};
}

}  // namespace tsunagi::http
