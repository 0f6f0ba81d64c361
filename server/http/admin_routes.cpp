#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "server/base/crypto.h"
#include "server/base/url.h"
#include "server/domain/fulfilment/shipping_service.h"
#include "server/domain/member/field_words.h"
#include "server/domain/privacy/held_data.h"
#include "server/domain/words.h"
#include "server/http/backfill_routes.h"
#include "server/http/card_json.h"
#include "server/http/context.h"
#include "server/http/health_routes.h"
#include "server/http/inventory_routes.h"
#include "server/http/json_text.h"
#include "server/http/mail_routes.h"
#include "server/http/pending_lists.h"
#include "server/http/product_routes.h"
#include "server/http/query.h"
#include "server/http/restock_routes.h"
#include "server/http/session_token.h"
#include "server/http/staff_admin_routes.h"

namespace tsunagi::http {

std::string for_shop(std::string text, std::string_view shop) {
  constexpr std::string_view kPlace = "{shop}";
  const size_t at = text.find(kPlace);
  if (at != std::string::npos) text.replace(at, kPlace.size(), shop);
  return text;
}

namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kRequestPath = "data-requests/";
constexpr int kStateBytes = 16;
constexpr int kVerifierBytes = 32;  // 64 characters: RFC 7636 asks for 43 to 128
constexpr Seconds kPreparedForSeconds = 300;

// nullptr: none of these. Where no method fits, the first of the path.
const MerchantRoute* route_of(std::string_view path, std::string_view method) {
  const MerchantRoute* first = nullptr;
  for (const MerchantRoutes routes :
       {health_routes(), backfill_routes(), staff_admin_routes(), inventory_routes(),
        restock_routes(), mail_routes(), product_routes()}) {
    for (const MerchantRoute& route : routes) {
      if (route.path != path) continue;
      if (route.method == method) return &route;
      if (first == nullptr) first = &route;
    }
  }
  return first;
}

// An id of the list of what is in review, as it was given out.
std::optional<int64_t> row_id(std::string_view text) {
  int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool whole = error == std::errc() && end == text.data() + text.size() && id > 0;
  return whole ? std::optional(id) : std::nullopt;
}

// "https://example.com" of an address: what a content security policy names.
std::string origin_of(std::string_view url) {
  const size_t host = url.find("://") + 3;
  return std::string(url.substr(0, url.find('/', host)));
}

std::string escaped(std::string_view text) { return escape_attribute(text); }

// Where the merchant adds a block, with the block chosen: shopify.dev, "Theme app extensions: deep
// linking".
OrderedJson editor_links(const AppOptions& options, std::string_view shop) {
  const std::string editor =
      for_shop(options.shopify_admin_url, shop) + "/admin/themes/current/editor?";
  const std::string id = percent_encode(options.shopify_client_id);
  return {
      {"card", editor + "template=page&addAppBlockId=" + id + "/member-card&target=newAppsSection"},
      {"account", editor + "template=customers/account&addAppBlockId=" + id +
                      "/member-card&target=newAppsSection"},
      {"stock",
       editor + "template=product&addAppBlockId=" + id + "/store-stock&target=mainSection"},
      {"guard", editor + "context=apps&template=index&activateAppId=" + id + "/card-guard"}};
}

// The app inside the admin, where Shopify asks for what the app was not granted yet.
std::string app_link(const AppOptions& options, std::string_view shop) {
  return for_shop(options.shopify_admin_url, shop) + "/admin/apps/" +
         percent_encode(options.shopify_client_id);
}

OrderedJson store_list(const std::vector<Store>& stores) {
  OrderedJson list = OrderedJson::array();
  for (const Store& store : stores) {
    list.push_back({{"store_id", store.store_id}, {"code", store.code}, {"name", store.name}});
  }
  return list;
}

// Smaregi's names of columns that no field of a customer fills.
std::set<std::string> unfillable(const std::vector<MemberLink>& waiting) {
  std::set<std::string> columns;
  for (const MemberLink& link : waiting) {
    for (const std::string& name : link.missing) {
      if (!member_field(name)) columns.insert(name);
    }
  }
  return columns;
}

}  // namespace

struct AdminRoutes::State {
  explicit State(const Context& given) : context(given) {}

  Reply answer(const Request& request);
  Result<std::shared_ptr<const Tenant>> tenant_of(const SessionToken& session,
                                                  std::string_view token);
  Result<std::shared_ptr<const Tenant>> install(const SessionToken& session,
                                                std::string_view token);
  Result<Done> prepare(const Tenant& tenant);
  Reply status(const Tenant& tenant);
  Reply save(const Tenant& tenant, const Request& request);
  Reply sign_in(const Tenant& tenant);
  Reply refresh(const Tenant& tenant);
  Reply settle_review(const Tenant& tenant, const Request& request);
  [[nodiscard]] Reply data_request(const Tenant& tenant, std::string_view request_id) const;
  [[nodiscard]] Result<Done> keep_consent(const Tenant& tenant, const Consent& consent) const;
  [[nodiscard]] OrderedJson problems(const Tenant& tenant, const Storage::QueueDepth& depth,
                                     Seconds confirmed, Seconds now);
  void forget(TenantId tenant);

  const Context& context;
  std::mutex mutex;                      // guards prepared
  std::map<TenantId, Seconds> prepared;  // shops that have what the blocks need, and since when
};

AdminRoutes::AdminRoutes(const Context& context)
    : context_(context), state_(std::make_unique<State>(context)) {}
AdminRoutes::~AdminRoutes() = default;

void AdminRoutes::State::forget(TenantId tenant) {
  context.ports.tenants.forget();
  context.ports.cards.forget_tenant(tenant);
  context.ports.stock.forget_tenant(tenant);
}

Result<std::shared_ptr<const Tenant>> AdminRoutes::State::install(const SessionToken& session,
                                                                  std::string_view token) {
  const auto shop = context.ports.shop.install(session.shop, token);
  if (!shop.ok()) return shop.error();
  context.ports.tenants.forget();
  auto tenant = context.ports.tenants.by_domain(session.shop);
  if (tenant.ok()) {
    context.ports.log.info("shop.installed", {{"tenant", (*tenant)->id}});
    const std::lock_guard lock(mutex);
    prepared.erase((*tenant)->id);
  }
  return tenant;
}

// The first call of a shop exchanges its session token for the tokens the server works with
// (managed installation).
Result<std::shared_ptr<const Tenant>> AdminRoutes::State::tenant_of(const SessionToken& session,
                                                                    std::string_view token) {
  auto tenant = context.ports.tenants.by_domain(session.shop);
  if (!tenant.ok()) {
    return tenant.error().code == ErrorCode::kNotFound ? install(session, token) : tenant;
  }
  const auto access = context.ports.storage.secret((*tenant)->id, SecretPurpose::kShopifyAccess);
  if (!access.ok()) return access.error();
  if (!access->has_value()) return install(session, token);
  // A token that Shopify no longer takes (its refresh token has ended, or the app was installed
  // again) is replaced while the merchant is here: nobody else can.
  const auto alive = prepare(**tenant);
  const bool refused = !alive.ok() && alive.error().code == ErrorCode::kUnauthorized;
  return refused ? install(session, token) : tenant;
}

// Creates what the blocks need, and proves that the stored token works; not more often than every
// kPreparedForSeconds. A failure is told by the status and tried again by the next.
Result<Done> AdminRoutes::State::prepare(const Tenant& tenant) {
  const Seconds now = context.ports.clock.now();
  {
    const std::lock_guard lock(mutex);
    const auto found = prepared.find(tenant.id);
    if (found != prepared.end() && now - found->second < kPreparedForSeconds) return Done{};
  }
  auto done = context.ports.shop.prepare(tenant);
  if (!done.ok()) {
    context.ports.log.warning("shop.not_prepared",
                              {{"tenant", tenant.id}, {"reason", done.error().message}});
  }
  const std::lock_guard lock(mutex);
  if (done.ok()) {
    prepared[tenant.id] = now;
  } else {
    prepared.erase(tenant.id);
  }
  return done;
}

OrderedJson AdminRoutes::State::problems(const Tenant& tenant, const Storage::QueueDepth& depth,
                                         Seconds confirmed, Seconds now) {
  OrderedJson list = OrderedJson::array();
  {
    const std::lock_guard lock(mutex);
    if (!prepared.contains(tenant.id)) list.push_back({{"code", "shopify_unreachable"}});
  }
  if (tenant.contract_id.empty()) {
    list.push_back({{"code", "not_joined"}});
    return list;
  }
  if (tenant.settings.paused) list.push_back({{"code", "paused"}});
  if (confirmed == 0) {
    list.push_back({{"code", "first_reading"}});
  } else if (now - confirmed > kStockOldAfter) {
    list.push_back({{"code", "smaregi_silent"}, {"since", confirmed}});
  }
  if (depth.oldest_waiting != 0 && now - depth.oldest_waiting > kQueueOldAfter) {
    list.push_back({{"code", "queue_waits"}, {"since", depth.oldest_waiting}});
  }
  if (depth.inbox_dead + depth.outbox_dead > 0) {
    list.push_back({{"code", "given_up"}, {"count", depth.inbox_dead + depth.outbox_dead}});
  }
  if (depth.outbox_review > 0) {
    list.push_back({{"code", "review"}, {"count", depth.outbox_review}});
  }
  return list;
}

Reply AdminRoutes::State::status(const Tenant& tenant) {
  (void)prepare(tenant);  // a failure is among the problems
  Storage& storage = context.ports.storage;
  const auto stores = storage.stores(tenant.id);
  const auto confirmed = storage.cursor(tenant.id, kStockConfirmedCursor);
  const auto depth = storage.queue_depth(tenant.id);
  if (!stores.ok()) return failed(stores.error());
  if (!confirmed.ok()) return failed(confirmed.error());
  if (!depth.ok()) return failed(depth.error());
  const Seconds now = context.ports.clock.now();
  const Seconds confirmed_at = confirmed->value_or(0);
  const auto waiting = storage.waiting_links(tenant.id, kWaitingShown);
  if (!waiting.ok()) return failed(waiting.error());
  const auto requests = storage.data_requests(tenant.id, kRequestsShown);
  if (!requests.ok()) return failed(requests.error());
  auto review = review_list(context, tenant);
  if (!review.ok()) return failed(review.error());
  auto undecided = undecided_list(context, tenant, *stores);
  if (!undecided.ok()) return failed(undecided.error());
  auto products = products_named(context, tenant);
  if (!products.ok()) return failed(products.error());
  const std::string customers_url =
      for_shop(context.options.shopify_admin_url, tenant.shop_domain) + "/admin/customers/";
  OrderedJson found = problems(tenant, *depth, confirmed_at, now);
  if (!waiting->empty()) found.push_back({{"code", "members_wait"}, {"count", waiting->size()}});
  for (const std::string& column : unfillable(*waiting)) {
    found.push_back({{"code", "column_unknown"}, {"column", column}});
  }
  return merchant_json(
      {{"now", now},
       {"shop", {{"domain", tenant.shop_domain}, {"name", tenant.shop_name}}},
       {"smaregi",
        {{"joined", !tenant.contract_id.empty()},
         {"contract_id", tenant.contract_id},
         {"stock_confirmed_at", confirmed_at},
         {"stores", store_list(*stores)}}},
       {"queue",
        {{"waiting", depth->inbox_waiting + depth->outbox_waiting},
         {"dead", depth->inbox_dead + depth->outbox_dead},
         {"review", depth->outbox_review}}},
       {"review", *std::move(review)},
       {"undecided", *std::move(undecided)},
       {"waiting", waiting_list(*waiting, customers_url)},
       {"data_requests", request_list(*requests, customers_url)},
       {"mail", {{"sends", context.options.sends_mail}}},
       {"in_step", found.empty()},
       {"problems", found},
       {"settings", OrderedJson::parse(settings_json(tenant.settings))},
       {"products", *std::move(products)},
       {"editor", editor_links(context.options, tenant.shop_domain)},
       {"customers",
        for_shop(context.options.shopify_admin_url, tenant.shop_domain) + "/admin/customers"},
       {"app", app_link(context.options, tenant.shop_domain)}});
}

// Every text that was shown is kept, so that who agreed to which can be told when it has long been
// another. Before the text is saved: one too many says nothing wrong.
Result<Done> AdminRoutes::State::keep_consent(const Tenant& tenant, const Consent& consent) const {
  if (consent.empty() || consent == tenant.settings.consent) return Done{};
  const std::string version = consent_version(consent);
  return context.ports.storage.apply(
      tenant.id, {change::KeepConsentText{version, consent},
                  change::Audit{"merchant", "consent", "text " + version, "saved"}});
}

Reply AdminRoutes::State::save(const Tenant& tenant, const Request& request) {
  if (!carries_json(request)) {
    return refuse(415, "content_type", "The body must be sent as application/json.");
  }
  auto settings = parse_settings(request.body);
  if (!settings.ok()) {
    // "field: reason": the page shows the reason beside the field.
    const std::string& message = settings.error().message;
    const size_t colon = message.find(": ");
    return refuse(400, "invalid", message,
                  message.substr(0, colon == std::string::npos ? 0 : colon));
  }
  const auto before = context.ports.storage.tenant(tenant.id);  // another server may have saved
  if (!before.ok()) return failed(before.error());
  const Tenant stored = before->value_or(tenant);
  if (auto refused = refuse_products(context, tenant.id, stored.settings, *settings)) {
    return *refused;
  }
  *settings = saved_over(stored.settings, std::move(*settings));
  if (const auto kept = keep_consent(tenant, settings->consent); !kept.ok()) {
    return failed(kept.error());
  }
  const auto saved = context.ports.storage.save_settings(
      tenant.id, *settings,
      {change::SetCursor{std::string(kOpenOrdersWantedCursor), context.ports.clock.now()}});
  if (!saved.ok()) return failed(saved.error());
  context.ports.log.info("settings.saved", {{"tenant", tenant.id}});
  forget(tenant.id);
  // The cards in Shopify follow: SyncService::publish_changed_look.
  Tenant changed = tenant;
  changed.settings = *settings;
  return status(changed);
}

Reply AdminRoutes::State::sign_in(const Tenant& tenant) {
  const std::string state = context.ports.random.token(kStateBytes);
  const std::string verifier = context.ports.random.token(kVerifierBytes);
  const auto stored =
      context.ports.storage.put_oauth_state(tenant.id, state, verifier, context.ports.clock.now());
  if (!stored.ok()) return failed(stored.error());
  const std::string url = context.ports.pos.sign_in_url(state, base64url(sha256(verifier)),
                                                        context.options.public_url + kCallbackPath);
  return merchant_json({{"url", url}});
}

Reply AdminRoutes::State::refresh(const Tenant& tenant) {
  forget(tenant.id);
  {
    const std::lock_guard lock(mutex);
    prepared.erase(tenant.id);
  }
  if (!tenant.contract_id.empty()) context.ports.sync_soon(tenant.id);
  return status(tenant);
}

// Another shop's is not touched; one that somebody else decided meanwhile needs nothing any more.
Reply AdminRoutes::State::settle_review(const Tenant& tenant, const Request& request) {
  if (!carries_json(request)) {
    return refuse(415, "content_type", "The body must be sent as application/json.");
  }
  const OrderedJson body = OrderedJson::parse(request.body, nullptr, false);
  const auto text = [&body](const char* name) {
    const bool there = body.is_object() && body.contains(name) && body[name].is_string();
    return there ? body[name].get<std::string>() : std::string();
  };
  const auto id = row_id(text("id"));
  const std::string verdict = text("verdict");
  if (!id || (verdict != "done" && verdict != "again")) {
    return refuse(400, "invalid", "id must be one of the list, verdict done or again.");
  }
  const auto settled = context.ports.storage.settle_review(
      tenant.id, *id, verdict == "done" ? ReviewVerdict::kHappened : ReviewVerdict::kAgain,
      "merchant");
  if (!settled.ok()) return failed(settled.error());
  context.ports.log.info("review.settled",
                         {{"tenant", tenant.id}, {"item", *id}, {"changed", *settled ? 1 : 0}});
  context.ports.wake_workers();
  return status(tenant);
}

// Another shop's request is none of this one.
Reply AdminRoutes::State::data_request(const Tenant& tenant, std::string_view request_id) const {
  const auto request = context.ports.storage.data_request(tenant.id, request_id);
  if (!request.ok()) return failed(request.error());
  if (!request->has_value()) return refuse(404, "not_found", "There is no such request.");
  auto file = held_data(context.ports.storage, tenant, **request, context.ports.clock.now());
  if (!file.ok()) return failed(file.error());
  Reply reply;
  reply.body = *std::move(file);
  reply.headers.emplace_back("Cache-Control", "private, no-store");
  reply.headers.emplace_back("Content-Disposition", "attachment; filename=\"tsunagi-customer-" +
                                                        std::to_string((*request)->customer_id) +
                                                        ".json\"");
  return reply;
}

Reply AdminRoutes::State::answer(const Request& request) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string authorization = request.header("Authorization");
  if (!authorization.starts_with(kBearer)) {
    return refuse(401, "session", "A session token is needed.");
  }
  const std::string_view token = std::string_view(authorization).substr(kBearer.size());
  const auto session = verify_session_token(
      token, {context.shopify_key, context.options.shopify_client_id}, context.ports.clock.now());
  if (!session.ok()) return refuse(401, "session", session.error().message);

  const std::string_view what = request.path.substr(std::string_view("/admin/api/").size());
  const bool is_status = what == "status";
  const bool is_settings = what == "settings";
  const bool is_post = what == "smaregi/sign-in" || what == "refresh" || what == "review";
  const bool is_request = what.starts_with(kRequestPath) && what != kRequestPath;
  const MerchantRoute* route = route_of(what, request.method);
  if (!is_status && !is_settings && !is_post && !is_request && route == nullptr) {
    return refuse(404, "not_found", "There is nothing at this address.");
  }
  if ((is_status || is_request) && request.method != "GET") return wrong_method("GET, HEAD");
  if (is_settings && request.method != "PUT") return wrong_method("PUT");
  if (is_post && request.method != "POST") return wrong_method("POST");
  if (route != nullptr && request.method != route->method) return wrong_method(route->allow);

  auto tenant = tenant_of(*session, token);
  if (tenant.ok() && what == kHealthAgain) {
    // A token keeps the scopes it was issued with: whoever granted more gets one that has them.
    if (auto again = install(*session, token); again.ok()) tenant = std::move(again);
  }
  if (!tenant.ok()) {
    context.ports.log.warning("shop.not_installed",
                              {{"shop", session->shop}, {"reason", tenant.error().message}});
    if (tenant.error().code == ErrorCode::kUnauthorized) {
      return refuse(401, "session", "Shopify does not accept this session. Open the app again.");
    }
    return failed(Error{ErrorCode::kUnavailable, {}});
  }
  Reply reply = route != nullptr ? route->answer(context, **tenant, request)
                : is_status      ? status(**tenant)
                : is_request     ? data_request(**tenant, what.substr(kRequestPath.size()))
                : is_settings    ? save(**tenant, request)
                : what == "smaregi/sign-in" ? sign_in(**tenant)
                : what == "review"          ? settle_review(**tenant, request)
                                            : refresh(**tenant);
  reply.tenant = (*tenant)->id;
  return reply;
}

Reply AdminRoutes::api(const Request& request) {
  Reply reply = state_->answer(request);
  reply.route = "/admin/api";
  return reply;
}

// The page itself carries no data: whoever is not the merchant sees an empty frame.
Reply AdminRoutes::page(const Request& request) const {
  const auto named = [](Reply reply) {
    reply.route = "/admin";
    return reply;
  };
  constexpr std::string_view kFolder = "/admin/assets/";
  if (request.method != "GET") return named(wrong_method("GET, HEAD"));
  if (request.path.starts_with(kFolder)) {
    const Asset* found = context_.assets.find_merchant(request.path.substr(kFolder.size()));
    if (found == nullptr) return named(refuse(404, "not_found", "There is no such file."));
    Reply reply;
    reply.shared_body = found->bytes;
    reply.content_type = found->content_type;
    reply.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
    return named(std::move(reply));
  }
  if (request.path == "/admin/till") return named(till_sheet(context_));
  if (request.path != "/admin") {
    return named(refuse(404, "not_found", "There is nothing at this address."));
  }
  const auto query = parse_query(request.query);
  const auto shop = query.ok() ? only(*query, "shop") : std::nullopt;
  if (!shop || !is_shop_domain(*shop)) {
    return named(refuse(400, "shop",
                        "Open this page from the Shopify admin: its address must name one shop."));
  }
  const std::string bridge = origin_of(context_.options.app_bridge_url);
  std::string policy =
      "default-src 'none'; base-uri 'none'; form-action 'none'; img-src 'self' data:; style-src "
      "'self'; "
      "script-src 'self' " +
      bridge + "; connect-src 'self' " + bridge + "; frame-ancestors";
  for (const std::string& frame : context_.options.admin_frame) {
    policy += ' ' + for_shop(frame, *shop);
  }
  const bool english = only(*query, "locale").value_or("ja").starts_with("en");
  return named(html_page(
      context_.assets.merchant_page.fill({{"base", "/admin"},
                                          {"language", english ? "en" : "ja"},
                                          {"clientid", escaped(context_.options.shopify_client_id)},
                                          {"bridge", escaped(context_.options.app_bridge_url)}}),
      {.content_security = policy}));
}

}  // namespace tsunagi::http
