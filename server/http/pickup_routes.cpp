#include "server/http/pickup_routes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/stock/shop_areas.h"
#include "server/http/pickup_cart.h"
#include "server/http/pickup_json.h"
#include "server/http/pickup_shops.h"
#include "server/http/query.h"

namespace tsunagi::http {
namespace {

using OrderedJson = nlohmann::ordered_json;

Reply json_answer(const OrderedJson& json) {
  return json_reply(json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace), kNoStore);
}

// Either name may be the product's.
Result<std::optional<StockModel>> stock_of(const Context& context, const Asked& asked,
                                           const std::string& code) {
  StockService::Question question;
  question.products.push_back({code, code});
  question.all_shops = true;
  auto models = context.ports.stock.stock(asked.tenant, question);
  if (!models.ok()) return models.error();
  if (models->empty() || models->front().product_name.empty()) return std::optional<StockModel>();
  return std::optional(std::move(models->front()));
}

struct Offers {
  OrderedJson shops;
  OrderedJson areas;  // null where there is nothing to choose between
};

OrderedJson areas_json(const std::vector<ShopStock>& shops) {
  OrderedJson list;
  for (const Area& area : areas_of(shops)) {
    list.push_back({{"code", area.code}, {"ja", area.ja}, {"en", area.en}});
  }
  return list;
}

Offers offers(const Context& context, const Asked& asked, const StockModel& stock,
              const std::vector<Store>& stores) {
  std::map<std::string_view, const Store*> known;
  for (const Store& store : stores) known[store.store_id] = &store;
  OrderedJson list = OrderedJson::array();
  std::vector<ShopStock> able;
  for (const ShopStock& shop : stock.shops) {
    const auto store = known.find(shop.shop_id);
    if (store == known.end() || !puts_aside(asked.tenant.settings, *store->second)) continue;
    const int64_t offered = shop.known ? shop.on_hand - shop.held - shop.safety : 0;
    OrderedJson offer = {{"shop", shop.shop_id},
                         {"name", shop.name},
                         {"phone", shop.phone},
                         {"map_url", shop.map_url},
                         {"area", area_of(shop)},
                         {"offered", std::clamp<int64_t>(offered, 0, kPickupQuantityMost)},
                         {"today", today_json(asked.tenant.settings, shop.shop_id, asked.now)}};
    if (const auto from = context.ports.pickups.promise(asked.tenant, shop.shop_id)) {
      offer["from"] = *from;
    }
    list.push_back(std::move(offer));
    able.push_back(shop);
  }
  return {.shops = std::move(list), .areas = areas_json(able)};
}

Reply pickup_answer(const Context& context, const Asked& asked, const Result<Pickup>& pickup) {
  if (!pickup.ok()) return failed(pickup.error());
  context.ports.wake_workers();
  const auto stores = context.ports.storage.stores(asked.tenant.id);
  if (!stores.ok()) return failed(stores.error());
  return json_answer(
      {{"pickup", shopper_json(*pickup, pickup_shops(asked.tenant.settings, *stores), asked.now)}});
}

ChoiceDesk choice_desk(const Context& context) {
  const auto& ports = context.ports;
  return ChoiceDesk(
      {.book = ports.book, .storage = ports.storage, .stock = ports.stock, .clock = ports.clock});
}

// [{"code","quantity"}]
std::optional<std::vector<PickupService::Wanted>> wanted_of(const nlohmann::json& lines) {
  if (!lines.is_array()) return std::nullopt;
  std::vector<PickupService::Wanted> wanted;
  for (const auto& line : lines) {
    if (!line.is_object()) return std::nullopt;
    const auto code = line.find("code");
    const auto quantity = line.find("quantity");
    if (code == line.end() || !code->is_string() || quantity == line.end() ||
        !quantity->is_number_integer()) {
      return std::nullopt;
    }
    // A figure that int64 cannot hold is out of range as well.
    const bool huge = quantity->is_number_unsigned() &&
                      quantity->get<uint64_t>() > static_cast<uint64_t>(kPickupQuantityMost);
    wanted.push_back({.code = code->get<std::string>(),
                      .quantity = huge ? kPickupQuantityMost + 1 : quantity->get<int64_t>()});
  }
  return wanted;
}

}  // namespace

Reply pickup_page(const Context& context, const Asked& asked) {
  Reply reply =
      json_reply(context.assets.pickup_page.fill({{"base", asked.proxy.path_prefix}}), "no-cache");
  reply.content_type = "application/liquid; charset=utf-8";
  return reply;
}

Reply pickup_figures(const Context& context, const Asked& asked) {
  const auto stores = context.ports.storage.stores(asked.tenant.id);
  if (!stores.ok()) return failed(stores.error());
  const auto own =
      context.ports.book.pickups_of(asked.tenant.id, asked.proxy.customer_id, kOpenPickupsMost);
  if (!own.ok()) return failed(own.error());
  const PickupShops shops = pickup_shops(asked.tenant.settings, *stores);
  OrderedJson json = {{"now", asked.now}, {"nonce", nonce_of(context, asked)}};
  const auto lines = cart_lines(asked.proxy.others);
  if (!lines.ok()) return failed(lines.error());
  if (!lines->empty()) {
    if (count(asked.proxy.others, "code") > 0) {
      return refuse(400, "invalid", "Ask for a code or for lines, not for both.");
    }
    auto cart = cart_json(context, asked, *stores, *lines);
    if (!cart.ok()) return failed(cart.error());
    json.update(*cart);
  }
  if (const auto code = only(asked.proxy.others, "code"); code && !code->empty()) {
    const auto stock = stock_of(context, asked, std::string(*code));
    if (!stock.ok()) return failed(stock.error());
    if (!stock->has_value()) {
      return refuse(404, "not_found", "No shop counts this product.");
    }
    json["product"] = {{"name", (*stock)->product_name}, {"code", *code}};
    Offers found = offers(context, asked, **stock, *stores);
    json["shops"] = std::move(found.shops);
    if (!found.areas.is_null()) json["areas"] = std::move(found.areas);
  }
  const auto choices = choice_desk(context).offers(asked.tenant, *own);
  if (!choices.ok()) return failed(choices.error());
  OrderedJson list = OrderedJson::array();
  for (const Pickup& pickup : *own) {
    list.push_back(shopper_json(pickup, shops, asked.now));
    const auto offer = choices->find(pickup.id);
    if (offer == choices->end()) continue;
    list.back()["choose"] = choose_json(pickup, offer->second, shops);
  }
  json["pickups"] = std::move(list);
  return json_answer(json);
}

Reply reserve_pickup(const Context& context, const Asked& asked) {
  const ProxyChange change =
      read_change(context, asked, {"id", "shop", "lines"}, {"language", "instead"});
  if (change.refused) return *change.refused;
  const auto& body = change.body;
  for (const char* field : {"id", "shop"}) {
    if (!body[field].is_string()) return wrong_type("id and shop must be texts.");
  }
  auto wanted = wanted_of(body["lines"]);
  if (!wanted) return wrong_type("lines must be a list of code and quantity.");
  const auto instead = body.find("instead");
  if (instead != body.end() && !instead->is_string()) return wrong_type("instead must be a text.");
  const auto language = body.find("language");
  const bool english = language != body.end() && *language == "en";
  return pickup_answer(
      context, asked,
      context.ports.pickups.reserve(
          asked.tenant,
          {.id = body["id"].get<std::string>(),
           .customer_id = asked.proxy.customer_id,
           .store_id = body["shop"].get<std::string>(),
           .language = english ? "en" : "ja",
           .page = asked.proxy.path_prefix,
           .wanted = *std::move(wanted),
           .instead = instead == body.end() ? std::string() : instead->get<std::string>()}));
}

Reply cancel_pickup(const Context& context, const Asked& asked) {
  const ProxyChange change = read_change(context, asked, {"id", "deed"});
  if (change.refused) return *change.refused;
  const auto& body = change.body;
  if (!body["id"].is_string() || !body["deed"].is_string()) {
    return wrong_type("id and deed must be texts.");
  }
  return pickup_answer(context, asked,
                       context.ports.pickups.act(
                           asked.tenant, {.pickup_id = body["id"].get<std::string>(),
                                          .action_id = body["deed"].get<std::string>(),
                                          .action = PickupAction::kCancel,
                                          .actor = {.role = Role::kShopper,
                                                    .id = std::to_string(asked.proxy.customer_id)},
                                          .reason = {},
                                          .picked = {}}));
}

Reply choose_for_pickup(const Context& context, const Asked& asked) {
  const ProxyChange change = read_change(context, asked, {"id", "deed", "choice"}, {"shop"});
  if (change.refused) return *change.refused;
  const auto& body = change.body;
  const auto shop = body.find("shop");
  const bool texts = body["id"].is_string() && body["deed"].is_string() &&
                     body["choice"].is_string() && (shop == body.end() || shop->is_string());
  if (!texts) return wrong_type("id, deed, choice and shop must be texts.");
  return pickup_answer(
      context, asked,
      choice_desk(context).choose(
          asked.tenant, {.pickup_id = body["id"].get<std::string>(),
                         .deed = body["deed"].get<std::string>(),
                         .customer_id = asked.proxy.customer_id,
                         .choice = body["choice"].get<std::string>(),
                         .store_id = shop == body.end() ? "" : shop->get<std::string>()}));
}

}  // namespace tsunagi::http
