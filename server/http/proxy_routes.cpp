#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "server/base/url.h"
#include "server/domain/member/field_words.h"
#include "server/http/card_json.h"
#include "server/http/context.h"
#include "server/http/json_text.h"
#include "server/http/liquid_safe.h"
#include "server/http/pickup_routes.h"
#include "server/http/proxy_asked.h"
#include "server/http/restock_routes.h"
#include "wasm/core/decimal.h"

namespace tsunagi::http {
namespace {

using Json = nlohmann::json;
using Change = ProxyChange;

constexpr const char* kLiquid = "application/liquid; charset=utf-8";
constexpr int kAcceptLanguageMaxBytes = 200;

using Answer = Reply (*)(const Context&, const Asked&);

enum class Who : uint8_t { kAnybody, kSignedIn, kFiles };  // kFiles: the same for everybody
struct Route {
  std::string_view path;  // below /proxy
  const char* name;
  std::string_view method;
  Who who;
  bool while_paused;  // files and pages that hold no figures: a pause must not break what is
                      // installed
  Answer answer;
};

// The page's own parameter, or what the browser asks for; Japanese when neither says.
Language language_of(const Asked& asked) {
  const auto asked_for = only(asked.proxy.others, "lang");
  if (asked_for) return *asked_for == "ja" ? Language::kJapanese : Language::kEnglish;
  const std::string accepted =
      asked.request.header("Accept-Language").substr(0, kAcceptLanguageMaxBytes);
  const bool japanese = accepted.empty() || accepted.starts_with("ja") || accepted.starts_with("*");
  return japanese ? Language::kJapanese : Language::kEnglish;
}

// What the customer is still asked for.
Result<std::string> asked_fields(const Context& context, const Asked& asked) {
  Storage& storage = context.ports.storage;
  const auto card = storage.card(asked.tenant.id, asked.proxy.customer_id);
  if (!card.ok()) return card.error();
  const auto given = storage.given_fields(asked.tenant.id, asked.proxy.customer_id);
  if (!given.ok()) return given.error();
  std::string fields;
  if (!card->has_value()) return fields;
  for (const std::string& name : (*card)->link.missing) {
    const auto field = member_field(name);
    if (!field || given->contains(*field)) continue;
    if (!fields.empty()) fields += ',';
    fields += name;
  }
  return fields;
}

Reply card_answer(const Context& context, const Asked& asked, Result<CardModel> card) {
  if (!card.ok()) return failed(card.error());
  card->customer = std::to_string(asked.proxy.customer_id);
  CardExtras extras{.nonce = nonce_of(context, asked),
                    .missing = {},
                    .consent = asked.tenant.settings.consent,
                    .now = asked.now};
  if (card->state == CardState::kFieldMissing) {
    auto fields = asked_fields(context, asked);
    if (!fields.ok()) return failed(fields.error());
    extras.missing = std::move(fields).value();
    if (extras.missing.empty()) card->state = CardState::kRegistering;  // answered a moment ago
  }
  return json_reply(card_json(*card, extras), kNoStore);
}

// A customer who is a member now is shown so at once, and made one in Smaregi.
Reply joined(const Context& context, const Asked& asked) {
  context.ports.cards.forget(asked.tenant.id, asked.proxy.customer_id);
  context.ports.wake_workers();
  return card_answer(context, asked,
                     context.ports.cards.card(asked.tenant, asked.proxy.customer_id));
}

Reply card(const Context& context, const Asked& asked) {
  auto card = context.ports.cards.card(asked.tenant, asked.proxy.customer_id);
  if (card.ok() && card->state == CardState::kNotJoined) {
    const auto link = context.ports.join.join_on_visit(asked.tenant, asked.proxy.customer_id);
    if (link.ok() && link->has_value()) return joined(context, asked);
    if (!link.ok()) {
      context.ports.log.warning("card.not_joined",
                                {{"tenant", asked.tenant.id}, {"reason", link.error().message}});
    }
  }
  return card_answer(context, asked, std::move(card));
}

// "barcode=…&sku=…" once a product; a name that comes again begins the next product.
std::vector<ProductQuestion> products_of(const std::vector<Parameter>& parameters) {
  std::vector<ProductQuestion> products;
  bool has_barcode = true;
  bool has_sku = true;
  for (const Parameter& parameter : parameters) {
    const bool barcode = parameter.name == "barcode";
    if (!barcode && parameter.name != "sku") continue;
    bool& has = barcode ? has_barcode : has_sku;
    if (has) {
      products.emplace_back();
      has_barcode = has_sku = false;
    }
    has = true;
    (barcode ? products.back().barcode : products.back().sku) = parameter.value;
  }
  return products;
}

// What names no area is all of them.
int64_t area_asked(const Asked& asked) {
  return parse_id(only(asked.proxy.others, "area").value_or("")).value_or(0);
}

Result<std::vector<StockModel>> stock_models(const Context& context, const Asked& asked) {
  StockService::Question question;
  question.products = products_of(asked.proxy.others);
  if (question.products.empty()) {
    return Error{ErrorCode::kInvalid, "The request names no product: barcode or sku is needed."};
  }
  if (question.products.size() > static_cast<size_t>(kProductsAView)) {
    return Error{ErrorCode::kInvalid, "The request asks for too many products."};
  }
  question.customer_id = asked.proxy.customer_id;
  question.all_shops = only(asked.proxy.others, "all") == "1";
  question.area = area_asked(asked);
  auto models = context.ports.stock.stock(asked.tenant, question);
  if (!models.ok()) return models;
  for (StockModel& model : *models) {
    const std::string code = percent_encode(model.product_code);
    const std::string& path = asked.proxy.path_prefix;
    if (asked.tenant.settings.pickup.on) model.pickup_url = concat({path, "/pickup?code=", code});
    if (model.others == 0) continue;
    model.more_url = concat({path, "/stock?barcode=", code, "&sku=", code, "&all=1"});
    if (model.area != 0) model.more_url += concat({"&area=", decimal(model.area)});
  }
  return models;
}

Result<Done> mark_asked(const Context& context, const Asked& asked,
                        std::vector<StockModel>& models) {
  return context.ports.restocks.mark(asked.tenant, asked.proxy.customer_id, models);
}

Reply stock(const Context& context, const Asked& asked) {
  auto models = stock_models(context, asked);
  if (!models.ok()) return failed(models.error());
  if (auto marked = mark_asked(context, asked, *models); !marked.ok()) {
    return failed(marked.error());
  }
  const bool signed_in = asked.proxy.customer_id != 0;
  return json_reply(
      stock_json(*models, signed_in ? nonce_of(context, asked) : std::string(), asked.now),
      signed_in ? kNoStore : "public, max-age=2");
}

Reply pins(const Context& context, const Asked& asked) {
  auto models =
      context.ports.stock.pinned(asked.tenant, asked.proxy.customer_id, area_asked(asked));
  if (!models.ok()) return failed(models.error());
  if (auto marked = mark_asked(context, asked, *models); !marked.ok()) {
    return failed(marked.error());
  }
  return json_reply(stock_json(*models, nonce_of(context, asked), asked.now), kNoStore);
}

Reply liquid_reply(std::string body, const char* cache) {
  Reply reply = json_reply(std::move(body), cache);
  reply.content_type = kLiquid;
  return reply;
}

Reply card_page(const Context& context, const Asked& asked) {
  return liquid_reply(context.assets.card_page.fill({{"base", asked.proxy.path_prefix},
                                                     {"release", context.assets.release()}}),
                      "no-cache");
}

// What the page's script asks for again: "barcode=…&sku=…" once a product.
std::string stock_query(const Asked& asked) {
  std::string query;
  for (const ProductQuestion& product : products_of(asked.proxy.others)) {
    if (!query.empty()) query += '&';
    query += "barcode=" + percent_encode(product.barcode) + "&sku=" + percent_encode(product.sku);
  }
  if (only(asked.proxy.others, "all") == "1") query += "&all=1";
  return query;
}

Reply stock_page(const Context& context, const Asked& asked) {
  auto models = stock_models(context, asked);
  if (!models.ok()) return failed(models.error());
  if (auto marked = mark_asked(context, asked, *models); !marked.ok()) {
    return failed(marked.error());
  }
  // The page's language is the theme's, which only Liquid knows: both are sent, one is shown.
  std::string japanese;
  std::string english;
  for (StockModel& model : *models) {
    if (asked.tenant.settings.paused) break;
    model.can_locate = true;  // as far as anybody knows here; the page's script does
    // From here: the page's own path has its language.
    const size_t query = model.more_url.find('?');
    if (query != std::string::npos) model.more_url.erase(0, query);
    japanese += liquid_safe(render_stock(model, {Language::kJapanese, asked.now}));
    english += liquid_safe(render_stock(model, {Language::kEnglish, asked.now}));
  }
  return liquid_reply(
      context.assets.stock_page.fill(
          {{"base", asked.proxy.path_prefix},
           {"products", liquid_safe(escape_attribute(stock_query(asked)))},
           {"area",
            only(asked.proxy.others, "area") ? std::to_string(area_asked(asked)) : std::string()},
           {"japanese", japanese},
           {"english", english}}),
      kNoStore);
}

Reply manifest(const Context& context, const Asked& asked) {
  const Settings& settings = asked.tenant.settings;
  std::string name;
  append_json_text(
      name, settings.programme_name.empty() ? asked.tenant.shop_name : settings.programme_name);
  const std::string_view inside = std::string_view(name).substr(1, name.size() - 2);
  Reply reply =
      json_reply(context.assets.manifest.fill(
                     {{"base", asked.proxy.path_prefix},
                      {"name", inside},
                      {"language", language_of(asked) == Language::kJapanese ? "ja" : "en"}}),
                 "no-cache");
  reply.content_type = "application/manifest+json";
  return reply;
}

Reply service_worker(const Context& context, const Asked& asked) {
  Reply reply =
      json_reply(context.assets.service_worker.fill(
                     {{"base", asked.proxy.path_prefix}, {"release", context.assets.release()}}),
                 "no-cache");
  reply.content_type = "text/javascript; charset=utf-8";
  return reply;
}

Reply asset(const Context& context, const Asked& asked) {
  constexpr std::string_view kFolder = "/proxy/assets/";
  const Asset* found = context.assets.find(asked.request.path.substr(kFolder.size()));
  if (found == nullptr) return refuse(404, "not_found", "There is no such file.");
  Reply reply;
  reply.shared_body = found->bytes;
  reply.content_type = found->content_type;
  reply.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  return reply;
}

Reply join(const Context& context, const Asked& asked) {
  const Change change = read_change(context, asked, {}, {"consent"});
  if (change.refused) return *change.refused;
  const auto consent = change.body.find("consent");
  std::string agreed_to;
  if (consent != change.body.end()) {
    if (!consent->is_string()) return wrong_type("consent must be a text.");
    agreed_to = consent->get<std::string>();
  }
  // Nobody agrees to a text that was not shown.
  if (agreed_to != consent_version(asked.tenant.settings.consent)) {
    return refuse(409, "consent", "The text that joining agrees to has changed. Show it first.");
  }
  const auto link = context.ports.join.join(asked.tenant, asked.proxy.customer_id, agreed_to);
  if (!link.ok()) return failed(link.error());
  return joined(context, asked);
}

Reply give_fields(const Context& context, const Asked& asked) {
  const Change change = read_change(context, asked, {"fields"});
  if (change.refused) return *change.refused;
  const Json& fields = change.body["fields"];
  if (!fields.is_object()) return wrong_type("fields must be an object.");
  std::map<std::string, std::string> typed;
  for (const auto& [name, value] : fields.items()) {
    if (!value.is_string()) return wrong_type("Every field must be a text.");
    typed[name] = value.get<std::string>();
  }
  const auto done = context.ports.join.give_fields(asked.tenant, asked.proxy.customer_id, typed);
  if (!done.ok() && done.error().code == ErrorCode::kInvalid) {
    const std::string& field = done.error().message;
    return refuse(400, "field", field + " is not something Smaregi takes.", field);
  }
  if (!done.ok()) return failed(done.error());
  context.ports.wake_workers();
  return card(context, asked);
}

Reply favourite(const Context& context, const Asked& asked) {
  const Change change = read_change(context, asked, {"shop"});
  if (change.refused) return *change.refused;
  const Json& shop = change.body["shop"];
  if (!shop.is_string()) return wrong_type("shop must be a text.");
  const auto& id = shop.get_ref<const std::string&>();
  const auto done = context.ports.stock.set_favourite(asked.tenant, asked.proxy.customer_id, id);
  if (!done.ok()) return failed(done.error());
  std::string body = "{";
  append_member(body, "favourite", id);
  return json_reply(body + "}", kNoStore);
}

Reply pin(const Context& context, const Asked& asked) {
  const Change change = read_change(context, asked, {"code", "pinned"});
  if (change.refused) return *change.refused;
  const Json& code = change.body["code"];
  const Json& pinned = change.body["pinned"];
  if (!code.is_string()) return wrong_type("code must be a text.");
  if (!pinned.is_boolean()) return wrong_type("pinned must be true or false.");
  const auto done =
      context.ports.stock.set_pin(asked.tenant, asked.proxy.customer_id,
                                  code.get_ref<const std::string&>(), pinned.get<bool>());
  if (!done.ok()) return failed(done.error());
  return json_reply(pinned.get<bool>() ? R"({"pinned":true})" : R"({"pinned":false})", kNoStore);
}

constexpr std::array<Route, 17> kRoutes{{
    {"/card.json", "/proxy/card.json", "GET", Who::kSignedIn, false, card},
    {"/stock.json", "/proxy/stock.json", "GET", Who::kAnybody, false, stock},
    {"/pins.json", "/proxy/pins.json", "GET", Who::kSignedIn, false, pins},
    {"/join", "/proxy/join", "POST", Who::kSignedIn, false, join},
    {"/fields", "/proxy/fields", "POST", Who::kSignedIn, false, give_fields},
    {"/favourite", "/proxy/favourite", "POST", Who::kSignedIn, false, favourite},
    {"/pins", "/proxy/pins", "POST", Who::kSignedIn, false, pin},
    {"/back-in-stock", "/proxy/back-in-stock", "POST", Who::kSignedIn, false, back_in_stock},
    {"/pickup.json", "/proxy/pickup.json", "GET", Who::kSignedIn, false, pickup_figures},
    {"/pickup", "/proxy/pickup", "POST", Who::kSignedIn, false, reserve_pickup},
    {"/pickup/cancel", "/proxy/pickup/cancel", "POST", Who::kSignedIn, false, cancel_pickup},
    {"/pickup/choose", "/proxy/pickup/choose", "POST", Who::kSignedIn, false, choose_for_pickup},
    {"/card", "/proxy/card", "GET", Who::kAnybody, true, card_page},
    {"/stock", "/proxy/stock", "GET", Who::kAnybody, true, stock_page},
    {"/pickup", "/proxy/pickup", "GET", Who::kAnybody, true, pickup_page},
    {"/manifest.webmanifest", "/proxy/manifest.webmanifest", "GET", Who::kFiles, true, manifest},
    {"/sw.js", "/proxy/sw.js", "GET", Who::kFiles, true, service_worker},
}};
constexpr Route kAssetRoute{"/assets/", "/proxy/assets", "GET", Who::kFiles, true, asset};

// Of a path with several methods the one that was asked for, or the first: it refuses the method.
const Route* route_of(std::string_view path, std::string_view method) {
  path.remove_prefix(std::string_view("/proxy").size());
  if (path.starts_with(kAssetRoute.path)) return &kAssetRoute;
  const Route* first = nullptr;
  for (const Route& route : kRoutes) {
    if (route.path != path) continue;
    if (route.method == method) return &route;
    if (first == nullptr) first = &route;
  }
  return first;
}

// The customer that a request says it is about must be the one Shopify says is signed in.
bool about_somebody_else(const ProxyRequest& proxy) {
  const size_t named = count(proxy.others, "customer");
  if (named == 0) return false;
  const auto customer = only(proxy.others, "customer");
  return !customer || parse_id(*customer) != proxy.customer_id;
}

Reply answer(const Context& context, const Request& request, const Route* route,
             int64_t& tenant_id) {
  const Seconds now = context.ports.clock.now();
  const auto proxy = verify_proxy_query(request.query, context.shopify_key, now);
  if (!proxy.ok()) return refuse(401, "signature", proxy.error().message);
  const auto tenant = context.ports.tenants.by_domain(proxy->shop);
  if (!tenant.ok()) {
    if (tenant.error().code != ErrorCode::kNotFound) return failed(tenant.error());
    return refuse(401, "unknown_shop", "This shop does not have the app installed.");
  }
  tenant_id = (*tenant)->id;
  if (route != nullptr && route->who == Who::kSignedIn && proxy->customer_id == 0) {
    return refuse(401, "signed_out", "Nobody is signed in.");
  }
  if (about_somebody_else(*proxy)) {
    return refuse(403, "other_customer", "This is about somebody who is not signed in here.");
  }
  if (route == nullptr) return refuse(404, "not_found", "There is nothing at this address.");
  if (request.method != route->method) {
    Reply reply = refuse(405, "method", "This address takes another method.");
    reply.headers.emplace_back("Allow", route->method == "GET" ? "GET, HEAD" : "POST");
    return reply;
  }
  if ((*tenant)->settings.paused && !route->while_paused) {
    return refuse(409, "paused", "The merchant has paused this membership.");
  }
  if (route->who != Who::kFiles && !context.ports.pilot.admits(**tenant, proxy->customer_id)) {
    // As where the app is not installed: the blocks hide, a page is none.
    return route->while_paused
               ? refuse(404, "not_found", "There is nothing at this address.")
               : refuse(409, "paused", "The merchant is trying this out with other customers.");
  }
  return route->answer(context, {request, *proxy, **tenant, now});
}

}  // namespace

Reply ProxyRoutes::handle(const Request& request) const {
  const Route* route = route_of(request.path, request.method);
  int64_t tenant = 0;
  Reply reply = answer(context_, request, route, tenant);
  reply.route = route == nullptr ? "/proxy" : route->name;
  reply.tenant = tenant;
  return reply;
}

}  // namespace tsunagi::http
