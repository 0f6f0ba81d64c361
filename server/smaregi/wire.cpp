#include "server/smaregi/wire.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "server/base/crypto.h"
#include "server/base/outbound_retry.h"
#include "server/base/url.h"
#include "server/smaregi/reply.h"

namespace tsunagi::smaregi {
namespace {

using std::chrono::milliseconds;

constexpr int kProcessTokenBytes = 8;

enum class Verdict : uint8_t { kAccepted, kAnother, kToken, kThrottled, kFinal };

Verdict judge(int status) {
  if (status >= 200 && status < 300) return Verdict::kAccepted;
  if (status == 401) return Verdict::kToken;
  if (status == 429) return Verdict::kThrottled;
  return is_transient_status(status) ? Verdict::kAnother : Verdict::kFinal;
}

Error refusal(std::string_view label, const HttpReply& reply) {
  std::string message = std::string(label) + ": status " + std::to_string(reply.status);
  const std::string problem = parse_problem(reply.body);
  if (!problem.empty()) message += ", " + problem;
  switch (reply.status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return {ErrorCode::kInvalid, std::move(message)};
    case 401:
    case 402:
    case 403:
      return {ErrorCode::kUnauthorized, std::move(message)};
    case 404:
    case 410:
      return {ErrorCode::kNotFound, std::move(message)};
    case 409:
      return {ErrorCode::kConflict, std::move(message)};
    default:
      return {ErrorCode::kUnavailable, std::move(message)};
  }
}

}  // namespace

Wire::Wire(const SmaregiOptions& options, Outbound& outbound, Clock& clock, Random& random)
    : options_(options),
      outbound_(outbound),
      clock_(clock),
      random_(random),
      process_(random.token(kProcessTokenBytes)),
      tokens_(
          [this](const std::string& contract) { return fetch_token(contract, Priority::kShopper); },
          clock) {}

Wire::Budgets& Wire::budgets(const std::string& contract) {
  const std::scoped_lock lock(mutex_);
  auto& budgets = budgets_[contract];
  if (!budgets) {
    budgets.reset(new Budgets{
        .reads = RateBudget(options_.reads, clock_, lease(contract, "smaregi.reads")),
        .writes = RateBudget(options_.writes, clock_, lease(contract, "smaregi.writes"))});
  }
  return *budgets;
}

BudgetPart::Lease Wire::lease(const std::string& contract, std::string budget) const {
  if (!options_.lease_budget) return {};
  return [this, contract, budget = std::move(budget)](int64_t wanted, int64_t slow_to) {
    return options_.lease_budget({.owner = contract,
                                  .budget = budget,
                                  .process = process_,
                                  .wanted = wanted,
                                  .slow_to = slow_to});
  };
}

Outcome Wire::ask(const std::string& contract, const Ask& ask, const Accept& accept) {
  const TimePoint deadline = clock_.steady() + ask.time;
  RateBudget& budget = ask.method == "GET" ? budgets(contract).reads : budgets(contract).writes;
  HttpRequest request{
      .method = ask.method,
      .url = join_url(options_.api_url, "/" + percent_encode(contract) + "/pos" + ask.path),
      .content_type = ask.body.empty() ? "" : "application/json",
      .body = ask.body,
      .label = ask.label};
  Error last{ErrorCode::kUnavailable, std::string(ask.label) + ": no time left"};
  bool refreshed = false;
  for (int attempt = 0; attempt < options_.max_attempts; ++attempt) {
    const auto token = tokens_.get(contract, deadline);
    if (!token) return {token.error()};
    const auto turn = budget.acquire(ask.priority, deadline);
    if (!turn) return {attempt == 0 ? turn.error() : last};
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock_.steady());
    request.timeout = std::clamp(left, milliseconds(1), options_.attempt_time);
    request.headers = {{"Authorization", "Bearer " + *token}, {"Accept", "application/json"}};

    const auto reply = outbound_.send(request);
    Verdict verdict = reply ? judge(reply->status) : Verdict::kAnother;
    if (verdict == Verdict::kAccepted) {
      auto accepted = accept(*reply);
      const bool nonsense = !accepted && accepted.error().code == ErrorCode::kUnavailable;
      if (!nonsense) return {std::move(accepted)};
      last = {ErrorCode::kUnavailable, std::string(ask.label) + ": " + accepted.error().message};
      verdict = Verdict::kAnother;
    } else {
      last = reply ? refusal(ask.label, *reply) : reply.error();
    }
    switch (verdict) {
      case Verdict::kAccepted:
      case Verdict::kFinal:
        return {last};
      case Verdict::kToken:
        if (refreshed) return {last};
        refreshed = true;
        tokens_.reject(contract, *token);
        break;
      case Verdict::kThrottled:
        budget.refused(retry_after(*reply));
        break;
      case Verdict::kAnother:
        if (!reply && reply.error().code != ErrorCode::kUnavailable) return {last};
        if (!ask.repeatable) return {last, true};
        const milliseconds nap = backoff(options_.first_backoff, attempt, random_);
        if (attempt + 1 == options_.max_attempts || clock_.steady() + nap >= deadline) {
          return {last};
        }
        std::this_thread::sleep_for(nap);
        break;
    }
  }
  return {last};
}

Result<HttpReply> Wire::identity(std::string_view label, const std::string& path,
                                 std::string form) {
  HttpRequest request{.method = "POST",
                      .url = join_url(options_.id_url, path),
                      .headers = {{"Authorization", "Basic " + base64(options_.client_id + ":" +
                                                                      options_.client_secret)},
                                  {"Accept", "application/json"}},
                      .content_type = "application/x-www-form-urlencoded",
                      .body = std::move(form),
                      .timeout = options_.attempt_time,
                      .label = label};
  auto reply = outbound_.send(request);
  if (!reply) return reply;
  if (judge(reply->status) == Verdict::kAccepted) return reply;
  return refusal(label, *reply);
}

Result<HttpReply> Wire::user_info(const std::string& token) {
  constexpr std::string_view kLabel = "smaregi.userinfo";
  const HttpRequest request{
      .method = "GET",
      .url = join_url(options_.id_url, "/userinfo"),
      .headers = {{"Authorization", "Bearer " + token}, {"Accept", "application/json"}},
      .timeout = options_.attempt_time,
      .label = kLabel};
  auto reply = outbound_.send(request);
  if (!reply) return reply;
  if (judge(reply->status) == Verdict::kAccepted) return reply;
  return refusal(kLabel, *reply);
}

// Token calls count against the contract's rate limit.
Result<Token> Wire::fetch_token(const std::string& contract, Priority priority) {
  RateBudget& budget = budgets(contract).writes;
  const TimePoint deadline = clock_.steady() + options_.shopper_time;
  const std::string form =
      form_encode({{"grant_type", "client_credentials"}, {"scope", options_.scopes}});
  Error last{ErrorCode::kUnavailable, "smaregi.token: no time left"};
  for (int attempt = 0; attempt < options_.max_attempts; ++attempt) {
    const auto turn = budget.acquire(priority, deadline);
    if (!turn) return attempt == 0 ? turn.error() : last;
    const HttpRequest request{
        .method = "POST",
        .url = join_url(options_.id_url, "/app/" + percent_encode(contract) + "/token"),
        .headers = {{"Authorization",
                     "Basic " + base64(options_.client_id + ":" + options_.client_secret)},
                    {"Accept", "application/json"}},
        .content_type = "application/x-www-form-urlencoded",
        .body = form,
        .timeout = options_.attempt_time,
        .label = "smaregi.token"};
    const auto reply = outbound_.send(request);
    if (reply && judge(reply->status) == Verdict::kAccepted) {
      auto token = parse_token(reply->body);
      if (token) return token;
      last = token.error();
    } else if (!reply) {
      last = reply.error();
      if (last.code != ErrorCode::kUnavailable) return last;
    } else {
      last = refusal("smaregi.token", *reply);
      if (judge(reply->status) == Verdict::kThrottled) {
        budget.refused(retry_after(*reply));
        continue;
      }
      // Every refusal of the app or of its scopes is one: the caller cannot mend it by asking
      // differently.
      if (last.code != ErrorCode::kUnavailable) {
        return Error{ErrorCode::kUnauthorized, last.message};
      }
    }
    const milliseconds nap = backoff(options_.first_backoff, attempt, random_);
    if (attempt + 1 == options_.max_attempts || clock_.steady() + nap >= deadline) return last;
    std::this_thread::sleep_for(nap);
  }
  return last;
}

}  // namespace tsunagi::smaregi
