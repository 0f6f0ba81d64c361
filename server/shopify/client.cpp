#include "server/shopify/client.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "server/base/http_date.h"
#include "server/base/iso_time.h"
#include "server/base/outbound_retry.h"
#include "server/base/url.h"
#include "server/domain/ascii.h"
#include "server/domain/customer_tag.h"
#include "server/shopify/access.h"
#include "server/shopify/customer_changes.h"
#include "server/shopify/member_tag.h"
#include "server/shopify/operations.h"
#include "server/shopify/points.h"
#include "server/shopify/reply.h"

namespace tsunagi {
namespace {

using nlohmann::json;
using shopify::MetafieldChange;
using shopify::Operation;
using shopify::PointBucket;
using shopify::TokenPair;
using shopify::UserError;
using shopify::Verdict;
using std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

constexpr std::string_view kNamespace = "$app:tsunagi";
constexpr std::string_view kKey = "card";
constexpr size_t kMaxShops = 10'000;  // whose points are remembered
constexpr int kProcessTokenBytes = 8;

constexpr std::string_view kTokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr std::string_view kIdToken = "urn:ietf:params:oauth:token-type:id_token";
constexpr std::string_view kOfflineToken =
    "urn:shopify:params:oauth:token-type:offline-access-token";

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string with_shop(std::string admin_url, std::string_view domain) {
  constexpr std::string_view kPlace = "{shop}";
  const size_t at = admin_url.find(kPlace);
  if (at != std::string::npos) admin_url.replace(at, kPlace.size(), domain);
  return admin_url;
}

Error refused_address() { return {ErrorCode::kInvalid, "Shopify: not a myshopify.com domain"}; }

// What a status other than 2xx, 401, 429 and 5xx means to the caller.
Error refusal(std::string_view label, const HttpReply& reply) {
  const std::string message = std::string(label) + ": status " + std::to_string(reply.status);
  switch (reply.status) {
    case 401:
    case 402:  // frozen
    case 403:
    case 423:  // locked
      return {ErrorCode::kUnauthorized, message};
    case 404:
      return {ErrorCode::kNotFound, message};
    default:
      return {ErrorCode::kInternal, message};
  }
}

ErrorCode code_of(const UserError& error) {
  if (error.code == "INTERNAL_ERROR") return ErrorCode::kUnavailable;
  if (error.code == "APP_NOT_AUTHORIZED") return ErrorCode::kUnauthorized;
  if (error.code == "TAKEN" || error.code == "STALE_OBJECT") return ErrorCode::kConflict;
  return ErrorCode::kInvalid;
}

Error user_error(const Operation& operation, const std::vector<UserError>& errors) {
  std::string message = std::string(operation.label) + ":";
  for (const UserError& error : errors) {
    message += " [" + error.code + " " + error.field + " " + error.message + "]";
  }
  return {code_of(errors.front()), std::move(message)};
}

// The app's own blocks read it all the same; the merchant may look, not edit; the Storefront API
// may not.
json card_definition() {
  const json access = {
      {"admin", "MERCHANT_READ"}, {"storefront", "NONE"}, {"customerAccount", "READ"}};
  return {{"name", "Tsunagi member card"}, {"namespace", kNamespace}, {"key", kKey},
          {"ownerType", "CUSTOMER"},       {"type", "json"},          {"access", access}};
}

json wanted_keys(const FieldKeys& keys) {
  json wanted = json::array();
  for (const std::string& key : {keys.last_kana, keys.first_kana, keys.birth_date, keys.sex}) {
    if (!key.empty()) wanted.push_back(key);
  }
  return wanted;
}

// Quoted: a colon in it separates otherwise. What would end the quotes is not searched for.
Result<std::string> tagged(std::string_view tag) {
  if (!is_searchable_tag(tag)) return Error{ErrorCode::kInvalid, "Shopify: no tag to search for"};
  return "tag:" + shopify::search_quoted(tag);
}

// Whether it may be the customer that is missed and not a value that is refused.
bool names_customer(const UserError& error) {
  return error.field.empty() || error.field == "id" || error.field.ends_with(".customerId") ||
         error.field.ends_with(".ownerId");
}

}  // namespace

struct ShopifyClient::State {
  State(ShopifyOptions given, Outbound& out, Storage& store, Clock& time, Random& chance)
      : options(std::move(given)),
        outbound(out),
        storage(store),
        clock(time),
        random(chance),
        process(chance.token(kProcessTokenBytes)),
        tokens([this](const Tenant& tenant,
                      const std::string& token) { return refresh(tenant, token); },
               store, time, process) {}

  // ---- tokens --------------------------------------------------------------------------------
  // Any 4xx of the token endpoint is a refusal: another session token or refresh token is needed.
  Result<TokenPair> ask_for_tokens(std::string_view label, std::string_view domain, json fields) {
    if (!is_shop_domain(domain)) return refused_address();
    fields["client_id"] = options.client_id;
    fields["client_secret"] = options.client_secret;
    const HttpRequest request{
        .method = "POST",
        .url = join_url(with_shop(options.admin_url, domain), "/admin/oauth/access_token"),
        .headers = {{"Accept", "application/json"}},
        .content_type = "application/json",
        .body = dump(fields),
        .timeout = options.attempt_time,
        .label = label};
    const TimePoint deadline = clock.steady() + options.total_time;
    Error last{ErrorCode::kUnavailable, std::string(label) + ": no time left"};
    for (int attempt = 0; attempt < options.max_attempts; ++attempt) {
      const auto reply = outbound.send(request);
      milliseconds nap = backoff(options.first_backoff, attempt, random);
      if (!reply) {
        last = reply.error();
        if (last.code != ErrorCode::kUnavailable) return last;
      } else if (reply->status >= 200 && reply->status < 300) {
        auto tokens = shopify::parse_tokens(reply->body);
        if (tokens) return tokens;
        last = tokens.error();
      } else {
        last = {ErrorCode::kUnavailable,
                std::string(label) + ": status " + std::to_string(reply->status)};
        if (reply->status == 429) {
          nap = retry_after(*reply);
        } else if (!is_transient_status(reply->status)) {
          return Error{ErrorCode::kUnauthorized, last.message};
        }
      }
      if (!rest(nap, attempt, deadline)) return last;
    }
    return last;
  }

  Result<TokenPair> refresh(const Tenant& tenant, const std::string& token) {
    return ask_for_tokens("shopify.token.refresh", tenant.shop_domain,
                          {{"grant_type", "refresh_token"}, {"refresh_token", token}});
  }

  Result<TokenPair> exchange(std::string_view domain, std::string_view session_token) {
    return ask_for_tokens("shopify.token.exchange", domain,
                          {{"grant_type", kTokenExchange},
                           {"subject_token", session_token},
                           {"subject_token_type", kIdToken},
                           {"requested_token_type", kOfflineToken},
                           {"expiring", "1"}});
  }

  // ---- GraphQL -------------------------------------------------------------------------------
  // Sleeps before the next attempt; false when there is none.
  [[nodiscard]] bool rest(milliseconds nap, int attempt, TimePoint deadline) const {
    if (attempt + 1 >= options.max_attempts || clock.steady() + nap >= deadline) return false;
    std::this_thread::sleep_for(nap);
    return true;
  }

  std::shared_ptr<PointBucket> points_of(std::string_view domain) {
    const std::scoped_lock lock(mutex);
    const auto found = buckets.find(domain);
    if (found != buckets.end()) return found->second;
    if (buckets.size() >= kMaxShops) buckets.erase(buckets.begin());
    return buckets[std::string(domain)] =
               std::make_shared<PointBucket>(clock, lease_of(std::string(domain)));
  }

  BudgetPart::Lease lease_of(std::string domain) {
    if (!storage.shared()) return {};
    return [this, domain = std::move(domain)](int64_t wanted, int64_t slow_to) {
      return storage.lease_budget({.owner = domain,
                                   .budget = "shopify.points",
                                   .process = process,
                                   .wanted = wanted,
                                   .slow_to = slow_to},
                                  clock.now());
    };
  }

  [[nodiscard]] HttpRequest graphql_request(std::string_view domain, const Operation& operation,
                                            const json& variables) const {
    return {.method = "POST",
            .url = join_url(with_shop(options.admin_url, domain),
                            "/admin/api/" + std::string(kShopifyApiVersion) + "/graphql.json"),
            .content_type = "application/json",
            .body = dump({{"operationName", operation.name},
                          {"query", operation.text},
                          {"variables", variables}}),
            .label = operation.label};
  }

  // The token to use, and another one once it was refused.
  using TokenOf = std::function<Result<std::string>(const std::string& refused, TimePoint)>;

  // What a reply means for the next attempt.
  struct Step {
    enum class Next : uint8_t { kDone, kFail, kOtherToken, kWaitForPoints, kRest } next;
    Error error = {};
    milliseconds at_least{0};  // of kRest
  };

  static Step judge(const Operation& operation, const Result<HttpReply>& reply,
                    PointBucket& points) {
    using Next = Step::Next;
    const std::string label(operation.label);
    if (!reply) {
      const bool later = reply.error().code == ErrorCode::kUnavailable;
      return {later ? Next::kRest : Next::kFail, reply.error()};
    }
    const int status = reply->status;
    const Error busy{ErrorCode::kUnavailable, label + ": status " + std::to_string(status)};
    if (status == 401) return {Next::kOtherToken, refusal(operation.label, *reply)};
    if (status == 429) return {Next::kRest, busy, retry_after(*reply)};
    if (is_transient_status(status)) return {Next::kRest, busy};
    if (status < 200 || status >= 300) return {Next::kFail, refusal(operation.label, *reply)};

    const auto judged = shopify::parse_reply(reply->body);
    if (!judged) return {Next::kRest, {judged.error().code, label + ": " + judged.error().message}};
    points.learn(operation.name, judged->cost, judged->verdict == Verdict::kThrottled);
    const std::string message = label + ": " + judged->problem;
    switch (judged->verdict) {
      case Verdict::kData:
        return {Next::kDone};
      case Verdict::kDenied:
        return {Next::kFail, {ErrorCode::kUnauthorized, message}};
      case Verdict::kBadRequest:
        return {Next::kFail, {ErrorCode::kInternal, message}};
      case Verdict::kTryAgain:
        return {Next::kRest, {ErrorCode::kUnavailable, message}};
      case Verdict::kThrottled:
        break;
    }
    // Without figures there is nothing to wait by.
    const bool figures = judged->cost.restored_per_second > 0;
    return {figures ? Next::kWaitForPoints : Next::kRest, {ErrorCode::kUnavailable, message}};
  }

  // A reply that has data and no errors.
  Result<HttpReply> ask(std::string_view domain, const Operation& operation, const json& variables,
                        const TokenOf& token_of, bool in_background = false) {
    using Next = Step::Next;
    if (!is_shop_domain(domain)) return refused_address();
    const TimePoint deadline = clock.steady() + options.total_time;
    const auto points = points_of(domain);
    HttpRequest request = graphql_request(domain, operation, variables);
    Error last{ErrorCode::kUnavailable, std::string(operation.label) + ": no time left"};
    std::string refused;
    for (int attempt = 0; attempt < options.max_attempts; ++attempt) {
      const auto token = token_of(refused, deadline);
      if (!token) return token.error();
      const auto turn = points->take(operation.name, deadline, in_background);
      if (!turn) return turn.error();
      const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock.steady());
      request.timeout = std::clamp(left, milliseconds(1), options.attempt_time);
      request.headers = {{"X-Shopify-Access-Token", *token}, {"Accept", "application/json"}};

      auto reply = outbound.send(request);
      points->over(*turn);
      const Step step = judge(operation, reply, *points);
      if (step.next == Next::kDone) return reply;
      last = step.error;
      const bool again = step.next == Next::kOtherToken && refused.empty();
      if (step.next == Next::kFail || (step.next == Next::kOtherToken && !again)) return last;
      if (again) refused = *token;
      if (step.next != Next::kRest) continue;
      const milliseconds nap = backoff(options.first_backoff, attempt, random);
      if (!rest(std::max(nap, step.at_least), attempt, deadline)) return last;
    }
    return last;
  }

  Result<HttpReply> ask(const Tenant& tenant, const Operation& operation, const json& variables,
                        bool in_background = false) {
    return ask(
        tenant.shop_domain, operation, variables,
        [&](const std::string& refused, TimePoint deadline) {
          return refused.empty() ? tokens.get(tenant, deadline)
                                 : tokens.instead_of(tenant, refused, deadline);
        },
        in_background);
  }

  // Its body.
  Result<std::string> call(const Tenant& tenant, const Operation& operation, const json& variables,
                           bool in_background = false) {
    auto reply = ask(tenant, operation, variables, in_background);
    if (!reply) return reply.error();
    return std::move(reply->body);
  }

  // What data.MUTATION refused.
  Result<std::vector<UserError>> mutate(const Tenant& tenant, const Operation& operation,
                                        std::string_view mutation, const json& variables,
                                        bool in_background = false) {
    const auto body = call(tenant, operation, variables, in_background);
    if (!body) return body.error();
    return shopify::parse_user_errors(*body, mutation);
  }

  // Without a type first: where the merchant made a definition, that says it. Ends, since every
  // round says something otherwise than the one before.
  Result<std::vector<UserError>> write_metafields(const Tenant& tenant, const std::string& owner,
                                                  std::vector<MetafieldChange> changes) {
    for (;;) {
      auto errors =
          mutate(tenant, shopify::kMetafieldsSet, "metafieldsSet",
                 json::object({{"metafields", shopify::metafields_input(owner, changes)}}));
      if (!errors || errors->empty() || !shopify::say_otherwise(*errors, changes)) return errors;
    }
  }

  Result<Done> change_tags(const Tenant& tenant, const Operation& operation,
                           std::string_view mutation, const json& variables,
                           bool in_background = false) {
    if (variables["tags"].empty()) return Done{};
    const auto errors = mutate(tenant, operation, mutation, variables, in_background);
    if (!errors) return errors.error();
    if (!errors->empty()) return user_error(operation, *errors);
    return Done{};
  }

  const ShopifyOptions options;
  Outbound& outbound;
  Storage& storage;
  Clock& clock;
  Random& random;
  const std::string process;  // among those on the same database
  shopify::AccessTokens tokens;
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<PointBucket>, std::less<>> buckets;  // guarded by mutex
};

ShopifyClient::ShopifyClient(ShopifyOptions options, Outbound& outbound, Storage& storage,
                             Clock& clock, Random& random)
    : state_(std::make_shared<State>(std::move(options), outbound, storage, clock, random)),
      in_background_(false) {}
ShopifyClient::ShopifyClient(const ShopifyClient& other, Background)
    : state_(other.state_), in_background_(true) {}
ShopifyClient::~ShopifyClient() = default;

Result<ShopIdentity> ShopifyClient::install(std::string_view shop_domain,
                                            std::string_view session_token) {
  const auto tokens = state_->exchange(shop_domain, session_token);
  if (!tokens) return tokens.error();
  const auto reply = state_->ask(shop_domain, shopify::kShopIdentity, json::object(),
                                 [&](const std::string& refused, TimePoint) -> Result<std::string> {
                                   if (refused.empty()) return tokens->access;
                                   return Error{ErrorCode::kUnauthorized,
                                                "Shopify: refuses the token it just issued"};
                                 });
  if (!reply) return reply.error();
  auto shop = shopify::parse_shop(reply->body);
  if (!shop) return shop;
  if (shop->domain != shop_domain) {
    return Error{ErrorCode::kUnauthorized, "Shopify: the token is another shop's"};
  }
  const auto installed = state_->storage.install(*shop);
  if (!installed) return installed.error();
  const auto stored = state_->tokens.store(shop->id, *tokens);
  if (!stored) return stored.error();
  return shop;
}

Result<Done> ShopifyClient::prepare(const Tenant& tenant) {
  const Operation& operation = shopify::kMetafieldDefinitionCreate;
  const auto body =
      state_->call(tenant, operation, json::object({{"definition", card_definition()}}));
  if (!body) return body.error();
  const auto errors = shopify::parse_user_errors(*body, "metafieldDefinitionCreate");
  if (!errors) return errors.error();
  const bool there = std::any_of(errors->begin(), errors->end(),
                                 [](const UserError& error) { return error.code == "TAKEN"; });
  if (errors->empty() || there) return Done{};
  return user_error(operation, *errors);
}

Result<std::string> ShopifyClient::contact_mail(const Tenant& tenant) {
  const auto body = state_->call(tenant, shopify::kShopMail, json::object());
  if (!body) return body.error();
  return shopify::parse_shop_mail(*body);
}

Result<std::optional<ShopCustomer>> ShopifyClient::customer(const Tenant& tenant,
                                                            int64_t customer_id) {
  const FieldKeys& keys = tenant.settings.field_keys;
  const auto body = state_->call(tenant, shopify::kCustomer,
                                 json::object({{"id", shopify::make_gid("Customer", customer_id)},
                                               {"keys", wanted_keys(keys)}}),
                                 in_background_);
  if (!body) return body.error();
  auto customer = shopify::parse_customer(*body, keys);
  if (customer && *customer && (*customer)->id != customer_id) {
    return Error{ErrorCode::kUnavailable, "shopify.customer: the reply is about another customer"};
  }
  return customer;
}

Result<Shop::Changed> ShopifyClient::customers_changed(const Tenant& tenant, Seconds from,
                                                       Seconds to) {
  if (from > to) return Error{ErrorCode::kInvalid, "a window that ends before it begins"};
  // Quoted: of a time that is not, Shopify takes the day only
  // (github.com/Shopify/shopify-api-ruby, issue 588).
  json variables = {{"query", "updated_at:>='" + format_iso_time(from) + "' AND updated_at:<='" +
                                  format_iso_time(to) + "'"}};
  Changed changed{.customers = {}, .until = to};
  for (int page = 1; page <= kMostChangedPages; ++page) {
    const auto body = state_->call(tenant, shopify::kCustomersChanged, variables);
    if (!body) return body.error();
    const auto read = shopify::parse_changed_customers(*body);
    if (!read) return read.error();
    for (const auto& customer : read->customers) {
      if (customer.changed_at < from || customer.changed_at > to) continue;
      changed.customers.push_back(customer.id);
      changed.changed_at[customer.id] = customer.changed_at;
    }
    if (!read->more) return changed;
    // More of the last one's second may be on the next page.
    const Seconds whole = read->customers.back().changed_at - 1;
    if (whole >= to) return changed;
    if (page >= kChangedPages && whole > from) {
      changed.until = whole;
      return changed;
    }
    variables["after"] = read->end;
  }
  return Error{ErrorCode::kUnavailable, "shopify.customers_changed: more than " +
                                            std::to_string(kMostChangedPages) +
                                            " pages without a later change"};
}

Result<std::vector<int64_t>> ShopifyClient::missing_customers(const Tenant& tenant,
                                                              const std::vector<int64_t>& ids) {
  if (ids.empty()) return std::vector<int64_t>();
  if (ids.size() > kMostCustomersAsked) {
    return Error{ErrorCode::kInvalid, "Shopify: more than 250 customers in one question"};
  }
  json gids = json::array();
  for (const int64_t id : ids) gids.push_back(shopify::make_gid("Customer", id));
  const auto body = state_->call(tenant, shopify::kCustomersThere,
                                 json::object({{"ids", std::move(gids)}}), /*in_background=*/true);
  if (!body) return body.error();
  return shopify::parse_missing_customers(*body, ids);
}

Result<Shop::TaggedPage> ShopifyClient::customers_tagged(const Tenant& tenant, std::string_view tag,
                                                         int64_t after_id, int limit) {
  const FieldKeys& keys = tenant.settings.field_keys;
  const auto query = tagged(tag);
  if (!query) return query.error();
  const json wanted = wanted_keys(keys);
  const auto body =
      state_->call(tenant, shopify::kCustomersTagged,
                   json::object({{"query", "id:>" + std::to_string(after_id) + " AND " + *query},
                                 {"first", limit},
                                 {"keys", wanted},
                                 {"keyCount", std::max<size_t>(1, wanted.size())}}),
                   in_background_);
  if (!body) return body.error();
  auto page = shopify::parse_tagged_customers(*body, keys, tag);
  if (page && page->last_id != 0 && page->last_id <= after_id) {
    return Error{ErrorCode::kUnavailable, "shopify.customers_tagged: not the page asked for"};
  }
  return page;
}

Result<int64_t> ShopifyClient::count_tagged(const Tenant& tenant, std::string_view tag) {
  if (const auto query = tagged(tag); !query) return query.error();
  const auto body =
      state_->call(tenant, shopify::kCustomersCount,
                   json::object({{"query", "customer_tags CONTAINS '" + std::string(tag) + "'"}}));
  if (!body) return body.error();
  return shopify::parse_customers_count(*body);
}

Result<std::optional<std::string>> ShopifyClient::published_card(const Tenant& tenant,
                                                                 int64_t customer_id) {
  const auto body =
      state_->call(tenant, shopify::kCustomerCard,
                   json::object({{"id", shopify::make_gid("Customer", customer_id)}}));
  if (!body) return body.error();
  return shopify::parse_card(*body, customer_id);
}

Result<Done> ShopifyClient::update_customer(const Tenant& tenant, int64_t customer_id,
                                            const FieldChanges& changes) {
  const auto planned = shopify::customer_changes(changes, tenant.settings.field_keys);
  if (!planned) return planned.error();
  const std::string gid = shopify::make_gid("Customer", customer_id);
  std::optional<Error> refused;
  // Whether to go on with the next write.
  const auto settle = [&](const Operation& operation,
                          const Result<std::vector<UserError>>& errors) -> Result<Done> {
    if (!errors) return errors.error();
    if (errors->empty()) return Done{};
    Error error = user_error(operation, *errors);
    if (error.code == ErrorCode::kUnavailable) return error;
    // Whatever its code: it is this value that is refused, not the app.
    error.code = ErrorCode::kInvalid;
    if (std::any_of(errors->begin(), errors->end(), names_customer)) {
      const auto there = this->customer(tenant, customer_id);
      if (!there) return there.error();
      if (!*there) return Error{ErrorCode::kNotFound, error.message};
    }
    if (!refused) refused = std::move(error);
    return Done{};
  };

  if (planned->mail_consent) {
    const Operation& operation = shopify::kCustomerEmailMarketingConsentUpdate;
    const json variables = {{"input", shopify::consent_input(gid, *planned->mail_consent)}};
    const auto errors =
        state_->mutate(tenant, operation, "customerEmailMarketingConsentUpdate", variables);
    if (auto settled = settle(operation, errors); !settled) return settled;
  }
  if (!planned->metafields.empty()) {
    const auto errors = state_->write_metafields(tenant, gid, planned->metafields);
    if (auto settled = settle(shopify::kMetafieldsSet, errors); !settled) return settled;
  }
  if (planned->has_profile()) {
    const Operation& operation = shopify::kCustomerUpdate;
    const auto errors =
        state_->mutate(tenant, operation, "customerUpdate",
                       json::object({{"input", shopify::profile_input(gid, *planned)}}));
    if (auto settled = settle(operation, errors); !settled) return settled;
  }
  if (refused) return *refused;
  return Done{};
}

Result<Done> ShopifyClient::write_cards(const Tenant& tenant,
                                        const std::vector<CardMetafield>& cards) {
  if (cards.empty()) return Done{};
  if (cards.size() > kMaxCardsPerWrite) {
    return Error{ErrorCode::kInvalid, "Shopify: more than 25 cards in one write"};
  }
  json metafields = json::array();
  for (const CardMetafield& card : cards) {
    metafields.push_back({{"ownerId", shopify::make_gid("Customer", card.customer_id)},
                          {"namespace", kNamespace},
                          {"key", kKey},
                          {"type", "json"},
                          {"value", card.json}});
  }
  const Operation& operation = shopify::kMetafieldsSet;
  const auto body = state_->call(
      tenant, operation, json::object({{"metafields", std::move(metafields)}}), in_background_);
  if (!body) return body.error();
  const auto errors = shopify::parse_user_errors(*body, "metafieldsSet");
  if (!errors) return errors.error();
  if (!errors->empty()) return user_error(operation, *errors);
  return Done{};
}

Result<Done> ShopifyClient::erase_card(const Tenant& tenant, int64_t customer_id) {
  const Operation& operation = shopify::kMetafieldsDelete;
  const json identifier = {{"ownerId", shopify::make_gid("Customer", customer_id)},
                           {"namespace", kNamespace},
                           {"key", kKey}};
  const auto body =
      state_->call(tenant, operation, json::object({{"metafields", json::array({identifier})}}));
  if (!body) return body.error();
  const auto errors = shopify::parse_user_errors(*body, "metafieldsDelete");
  if (!errors) return errors.error();
  if (errors->empty()) return Done{};
  // The card of a customer who is gone is gone as well; this mutation's errors have no code that
  // would say so.
  const auto owner = this->customer(tenant, customer_id);
  if (owner && !*owner) return Done{};
  return user_error(operation, *errors);
}

Result<std::optional<int64_t>> ShopifyClient::customer_with_code(const Tenant& tenant,
                                                                 std::string_view member_code) {
  const std::string tag = shopify::member_tag(member_code);
  if (tag.empty()) return std::optional<int64_t>();
  const auto body = state_->call(tenant, shopify::kCustomerByTag,
                                 json::object({{"query", "tag:" + shopify::search_quoted(tag)}}));
  if (!body) return body.error();
  return shopify::parse_customer_by_tag(*body, tag);
}

Result<Done> ShopifyClient::tag_customer(const Tenant& tenant, int64_t customer_id,
                                         std::string_view member_code, const OtherCodes& others) {
  const std::string gid = shopify::make_gid("Customer", customer_id);
  const auto body =
      state_->call(tenant, shopify::kCustomerTags, json::object({{"id", gid}}), in_background_);
  if (!body) return body.error();
  const auto read = shopify::parse_customer_tags(*body);
  if (!read) return read.error();
  const std::optional<shopify::CustomerTags>& customer = *read;
  if (!customer) return Done{};
  if (customer->id != customer_id) {
    return Error{ErrorCode::kUnavailable,
                 "shopify.customer_tags: the reply is about another customer"};
  }
  const shopify::TagChanges changes = shopify::tag_changes(customer->tags, member_code);
  if (others && !changes.remove.empty()) {
    std::vector<std::string> codes;
    codes.reserve(changes.remove.size());
    for (const std::string& tag : changes.remove) {
      codes.push_back(tag.substr(shopify::kTagPrefix.size()));
    }
    if (auto heard = others(codes); !heard) return heard;
  }
  auto removed = state_->change_tags(tenant, shopify::kTagsRemove, "tagsRemove",
                                     {{"id", gid}, {"tags", changes.remove}}, in_background_);
  if (!removed) return removed;
  return state_->change_tags(tenant, shopify::kTagsAdd, "tagsAdd",
                             {{"id", gid}, {"tags", changes.add}}, in_background_);
}

Result<std::optional<ShopCustomer>> ShopifyClient::add_member_tag(const Tenant& tenant,
                                                                  int64_t customer_id,
                                                                  std::string_view member_code) {
  const std::vector<std::string> tags = shopify::tag_changes({}, member_code).add;
  if (tags.empty()) return std::optional<ShopCustomer>();
  const Operation& operation = shopify::kTagsAddAndRead;
  const FieldKeys& keys = tenant.settings.field_keys;
  const json wanted = wanted_keys(keys);
  const auto body = state_->call(tenant, operation,
                                 json::object({{"id", shopify::make_gid("Customer", customer_id)},
                                               {"tags", tags},
                                               {"keys", wanted},
                                               {"keyCount", std::max<size_t>(1, wanted.size())}}),
                                 in_background_);
  if (!body) return body.error();
  const auto errors = shopify::parse_user_errors(*body, "tagsAdd");
  if (!errors) return errors.error();
  if (errors->empty()) return shopify::parse_tagged_node(*body, keys);
  // Who is gone needs no tag, and of who has as many as Shopify takes it is said so.
  const auto tagged_all_the_same = tag_customer(tenant, customer_id, member_code);
  if (!tagged_all_the_same) return tagged_all_the_same.error();
  return std::optional<ShopCustomer>();
}

Result<bool> ShopifyClient::has_tag(const Tenant& tenant, int64_t customer_id,
                                    std::string_view tag) {
  const auto body =
      state_->call(tenant, shopify::kCustomerTags,
                   json::object({{"id", shopify::make_gid("Customer", customer_id)}}));
  if (!body) return body.error();
  const auto customer = shopify::parse_customer_tags(*body);
  if (!customer) return customer.error();
  if (!*customer) return false;
  if ((*customer)->id != customer_id) {
    return Error{ErrorCode::kUnavailable,
                 "shopify.customer_tags: the reply is about another customer"};
  }
  return std::ranges::any_of((*customer)->tags, [tag](const std::string& its) {
    return ascii_lower(its) == ascii_lower(tag);
  });
}

Result<Access> ShopifyClient::access(const Tenant& tenant) {
  const auto reply = state_->ask(tenant, shopify::kAppAccess, json::object());
  if (!reply) return reply.error();
  const auto app = shopify::parse_app_access(reply->body);
  if (!app) return app.error();
  Access access{.missing = shopify::missing_scopes(kShopifyScopes, app->granted), .ahead = {}};
  const auto date = parse_http_date(reply->header("Date"));
  if (date) access.ahead = *date - state_->clock.now();
  return access;
}

Result<Done> ShopifyClient::publish_pilot(const Tenant& tenant, bool on) {
  const auto body = state_->call(tenant, shopify::kAppAccess, json::object());
  if (!body) return body.error();
  const auto app = shopify::parse_app_access(*body);
  if (!app) return app.error();
  const json metafield = {{"ownerId", app->installation},
                          {"namespace", "tsunagi"},
                          {"key", "pilot"},
                          {"type", "boolean"},
                          {"value", on ? "true" : "false"}};
  const auto errors = state_->mutate(tenant, shopify::kMetafieldsSet, "metafieldsSet",
                                     json::object({{"metafields", json::array({metafield})}}));
  if (!errors) return errors.error();
  if (!errors->empty()) return user_error(shopify::kMetafieldsSet, *errors);
  return Done{};
}

}  // namespace tsunagi
