#include "server/shopify/wire.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "server/base/outbound_retry.h"
#include "server/base/url.h"
#include "server/domain/ascii.h"

namespace tsunagi::shopify {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

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

// What a reply means for the next attempt.
struct Step {
  enum class Next : uint8_t { kDone, kFail, kOtherToken, kWaitForPoints, kRest } next;
  Error error = {};
  milliseconds at_least{0};  // of kRest
};

Step judge(const Operation& operation, const Result<HttpReply>& reply, PointBucket& points) {
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

  const auto judged = parse_reply(reply->body);
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

}  // namespace

Error user_error(const Operation& operation, const std::vector<UserError>& errors) {
  std::string message = std::string(operation.label) + ":";
  for (const UserError& error : errors) {
    message += " [" + error.code + " " + error.field + " " + error.message + "]";
  }
  return {code_of(errors.front()), std::move(message)};
}

Wire::Wire(ShopifyOptions options, Outbound& outbound, Storage& storage, Clock& clock,
           Random& random)
    : options_(std::move(options)),
      outbound_(outbound),
      storage_(storage),
      clock_(clock),
      random_(random),
      process_(random.token(kProcessTokenBytes)),
      tokens_(
          [this](const Tenant& tenant, const std::string& token, TimePoint deadline) {
            return ask_for_tokens("shopify.token.refresh", tenant.shop_domain,
                                  {{"grant_type", "refresh_token"}, {"refresh_token", token}},
                                  deadline);
          },
          storage, clock, process_) {}

Wire::TimePoint Wire::deadline_of(Caller caller) const {
  return clock_.steady() +
         (caller == Caller::kMerchant ? options_.merchant_time : options_.total_time);
}

milliseconds Wire::time_for_one(TimePoint deadline) const {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock_.steady());
  return std::clamp(left, milliseconds(1), options_.attempt_time);
}

// Any 4xx of the token endpoint is a refusal: another session token or refresh token is needed.
Result<TokenPair> Wire::ask_for_tokens(std::string_view label, std::string_view domain, json fields,
                                       TimePoint deadline) {
  if (!is_shop_domain(domain)) return refused_address();
  fields["client_id"] = options_.client_id;
  fields["client_secret"] = options_.client_secret;
  HttpRequest request{
      .method = "POST",
      .url = join_url(with_shop(options_.admin_url, domain), "/admin/oauth/access_token"),
      .headers = {{"Accept", "application/json"}},
      .content_type = "application/json",
      .body = dump(fields),
      .label = label};
  Error last{ErrorCode::kUnavailable, std::string(label) + ": no time left"};
  for (int attempt = 0; attempt < options_.max_attempts; ++attempt) {
    request.timeout = time_for_one(deadline);
    const auto reply = outbound_.send(request);
    milliseconds nap = backoff(options_.first_backoff, attempt, random_);
    if (!reply) {
      last = reply.error();
      if (last.code != ErrorCode::kUnavailable) return last;
    } else if (reply->status >= 200 && reply->status < 300) {
      auto tokens = parse_tokens(reply->body);
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

Result<TokenPair> Wire::exchange(std::string_view domain, std::string_view session_token,
                                 Caller caller) {
  return ask_for_tokens("shopify.token.exchange", domain,
                        {{"grant_type", kTokenExchange},
                         {"subject_token", session_token},
                         {"subject_token_type", kIdToken},
                         {"requested_token_type", kOfflineToken},
                         {"expiring", "1"}},
                        deadline_of(caller));
}

bool Wire::rest(milliseconds nap, int attempt, TimePoint deadline) const {
  if (attempt + 1 >= options_.max_attempts || clock_.steady() + nap >= deadline) return false;
  std::this_thread::sleep_for(nap);
  return true;
}

std::shared_ptr<PointBucket> Wire::points_of(std::string_view domain) {
  const std::scoped_lock lock(mutex_);
  const auto found = buckets_.find(domain);
  if (found != buckets_.end()) return found->second;
  if (buckets_.size() >= kMaxShops) buckets_.erase(buckets_.begin());
  return buckets_[std::string(domain)] =
             std::make_shared<PointBucket>(clock_, lease_of(std::string(domain)));
}

BudgetPart::Lease Wire::lease_of(std::string domain) {
  if (!storage_.shared()) return {};
  return [this, domain = std::move(domain)](int64_t wanted, int64_t slow_to) {
    return storage_.lease_budget({.owner = domain,
                                  .budget = "shopify.points",
                                  .process = process_,
                                  .wanted = wanted,
                                  .slow_to = slow_to},
                                 clock_.now());
  };
}

HttpRequest Wire::graphql_request(std::string_view domain, const Operation& operation,
                                  const json& variables) const {
  return {
      .method = "POST",
      .url = join_url(with_shop(options_.admin_url, domain),
                      "/admin/api/" + std::string(kShopifyApiVersion) + "/graphql.json"),
      .content_type = "application/json",
      .body = dump(
          {{"operationName", operation.name}, {"query", operation.text}, {"variables", variables}}),
      .label = operation.label};
}

Result<HttpReply> Wire::ask(std::string_view domain, const Operation& operation,
                            const json& variables, const TokenOf& token_of, Caller caller,
                            bool repeatable) {
  using Next = Step::Next;
  if (!is_shop_domain(domain)) return refused_address();
  const TimePoint deadline = deadline_of(caller);
  const auto points = points_of(domain);
  HttpRequest request = graphql_request(domain, operation, variables);
  Error last{ErrorCode::kUnavailable, std::string(operation.label) + ": no time left"};
  std::string refused;
  for (int attempt = 0; attempt < options_.max_attempts; ++attempt) {
    const auto token = token_of(refused, deadline);
    if (!token) return token.error();
    const auto turn = points->take(operation.name, deadline, caller == Caller::kBackground);
    if (!turn) return turn.error();
    request.timeout = time_for_one(deadline);
    request.headers = {{"X-Shopify-Access-Token", *token}, {"Accept", "application/json"}};

    auto reply = outbound_.send(request);
    points->over(*turn);
    const Step step = judge(operation, reply, *points);
    if (step.next == Next::kDone) return reply;
    last = step.error;
    const bool again = step.next == Next::kOtherToken && refused.empty();
    if (step.next == Next::kFail || (step.next == Next::kOtherToken && !again)) return last;
    if (again) refused = *token;
    if (step.next != Next::kRest) continue;
    if (!repeatable) return last;
    const milliseconds nap = backoff(options_.first_backoff, attempt, random_);
    if (!rest(std::max(nap, step.at_least), attempt, deadline)) return last;
  }
  return last;
}

Result<HttpReply> Wire::ask_with(const std::string& access_token, std::string_view domain,
                                 const Operation& operation, Caller caller) {
  return ask(
      domain, operation, json::object(),
      [&](const std::string& refused, TimePoint) -> Result<std::string> {
        if (refused.empty()) return access_token;
        return Error{ErrorCode::kUnauthorized, "Shopify: refuses the token it just issued"};
      },
      caller);
}

Result<HttpReply> Wire::ask(const Tenant& tenant, const Operation& operation, const json& variables,
                            Caller caller) {
  return ask(tenant.shop_domain, operation, variables, token_of(tenant), caller);
}

Wire::TokenOf Wire::token_of(const Tenant& tenant) {
  return [this, &tenant](const std::string& refused, TimePoint deadline) {
    return refused.empty() ? tokens_.get(tenant, deadline)
                           : tokens_.instead_of(tenant, refused, deadline);
  };
}

Result<std::string> Wire::once(const Tenant& tenant, const Operation& operation,
                               std::string_view mutation, const json& variables, Caller caller) {
  auto reply = ask(tenant.shop_domain, operation, variables, token_of(tenant), caller, false);
  if (!reply) return reply.error();
  const auto errors = parse_user_errors(reply->body, mutation);
  if (!errors) return errors.error();
  // As things are: what it was decided by is to be read again.
  if (!errors->empty()) return Error{ErrorCode::kConflict, user_error(operation, *errors).message};
  return std::move(reply->body);
}

Result<std::string> Wire::call(const Tenant& tenant, const Operation& operation,
                               const json& variables, Caller caller) {
  auto reply = ask(tenant, operation, variables, caller);
  if (!reply) return reply.error();
  return std::move(reply->body);
}

Result<std::vector<UserError>> Wire::mutate(const Tenant& tenant, const Operation& operation,
                                            std::string_view mutation, const json& variables,
                                            Caller caller) {
  const auto body = call(tenant, operation, variables, caller);
  if (!body) return body.error();
  return parse_user_errors(*body, mutation);
}

Result<Done> Wire::change(const Tenant& tenant, const Operation& operation,
                          std::string_view mutation, const json& variables, Caller caller) {
  const auto errors = mutate(tenant, operation, mutation, variables, caller);
  if (!errors) return errors.error();
  if (!errors->empty()) return user_error(operation, *errors);
  return Done{};
}

}  // namespace tsunagi::shopify
