#include "server/http/restock_routes.h"

#include <map>
#include <string>
#include <utility>

#include "server/domain/words.h"

namespace tsunagi::http {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::map<std::string, std::string> shop_names(const std::vector<Store>& stores) {
  std::map<std::string, std::string> names;
  for (const Store& store : stores) names[store.store_id] = store.name;
  return names;
}

Reply restock_list(const Context& context, const Tenant& tenant, const Request& /*request*/) {
  const auto log = context.ports.restock_book.restock_log(tenant.id, kRestocksListed);
  if (!log.ok()) return failed(log.error());
  const auto stores = context.ports.storage.stores(tenant.id);
  if (!stores.ok()) return failed(stores.error());
  auto names = shop_names(*stores);
  OrderedJson list = OrderedJson::array();
  for (const RestockRequest& request : *log) {
    const std::string& name = names[request.store_id];
    list.push_back({{"product", request.product_name},
                    {"code", request.product_code},
                    {"shop", name.empty() ? request.store_id : name},
                    {"asked_at", request.asked_at},
                    {"state", word(request.state)},
                    {"outcome", word(request.outcome)},
                    {"settled_at", request.settled_at}});
  }
  const OrderedJson json = {{"now", context.ports.clock.now()}, {"requests", std::move(list)}};
  return json_reply(json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace), kNoStore);
}

constexpr MerchantRoute kRestockRoutes[] = {{"restocks", "GET", "GET, HEAD", restock_list}};

}  // namespace

Reply back_in_stock(const Context& context, const Asked& asked) {
  const ProxyChange change = read_change(context, asked, {"code", "shop", "wanted"}, {"language"});
  if (change.refused) return *change.refused;
  const auto& body = change.body;
  if (!body["code"].is_string() || !body["shop"].is_string()) {
    return wrong_type("code and shop must be texts.");
  }
  if (!body["wanted"].is_boolean()) return wrong_type("wanted must be true or false.");
  const auto language = body.find("language");
  const bool english = language != body.end() && *language == "en";
  const bool wanted = body["wanted"].get<bool>();
  const RestockService::Wish wish{.customer_id = asked.proxy.customer_id,
                                  .product_code = body["code"].get<std::string>(),
                                  .store_id = body["shop"].get<std::string>(),
                                  .language = english ? "en" : "ja",
                                  .page = asked.proxy.path_prefix};
  RestockService& restocks = context.ports.restocks;
  const auto done =
      wanted ? restocks.ask(asked.tenant, wish) : restocks.take_back(asked.tenant, wish);
  if (!done.ok() && done.error().message == kBackAlready) {
    return refuse(409, "in_stock", "The shop has it: there is nothing to wait for.");
  }
  if (!done.ok()) return failed(done.error());
  return json_reply(wanted ? R"({"wanted":true})" : R"({"wanted":false})", kNoStore);
}

MerchantRoutes restock_routes() { return kRestockRoutes; }

}  // namespace tsunagi::http
