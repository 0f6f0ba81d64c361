#pragma once
// One conversation with a shop's Admin API: token, points, request, and what to do with each kind
// of answer.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/outbound.h"
#include "server/domain/ports.h"
#include "server/shopify/access.h"
#include "server/shopify/client.h"
#include "server/shopify/operations.h"
#include "server/shopify/points.h"
#include "server/shopify/reply.h"

namespace tsunagi::shopify {

// What user errors come to, worded with all of them.
Error user_error(const Operation& operation, const std::vector<UserError>& errors);

class Wire {
 public:
  using Caller = ShopifyClient::Caller;

  Wire(ShopifyOptions options, Outbound& outbound, Storage& storage, Clock& clock, Random& random);

  // A session token of App Bridge for the shop's own tokens. kUnauthorized: Shopify refuses it.
  Result<TokenPair> exchange(std::string_view domain, std::string_view session_token,
                             Caller caller);
  Result<Done> store(TenantId tenant, const TokenPair& tokens) {
    return tokens_.store(tenant, tokens);
  }

  // A reply that has data and no errors.
  Result<HttpReply> ask(const Tenant& tenant, const Operation& operation,
                        const nlohmann::json& variables, Caller caller);
  // The same with a token that nothing has stored yet.
  Result<HttpReply> ask_with(const std::string& access_token, std::string_view domain,
                             const Operation& operation, Caller caller);
  // Its body.
  Result<std::string> call(const Tenant& tenant, const Operation& operation,
                           const nlohmann::json& variables, Caller caller);
  // What data.MUTATION refused.
  Result<std::vector<UserError>> mutate(const Tenant& tenant, const Operation& operation,
                                        std::string_view mutation, const nlohmann::json& variables,
                                        Caller caller);

  // The same for what is not safe to repeat: sent once, but for a token that had ended.
  // kUnavailable: it may have happened or not. Answers the body, of which nothing was refused.
  Result<std::string> once(const Tenant& tenant, const Operation& operation,
                           std::string_view mutation, const nlohmann::json& variables,
                           Caller caller);

  // None of it may be refused.
  Result<Done> change(const Tenant& tenant, const Operation& operation, std::string_view mutation,
                      const nlohmann::json& variables, Caller caller);

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  // The token to use, and another one once it was refused.
  using TokenOf = std::function<Result<std::string>(const std::string& refused, TimePoint)>;

  // When a call that begins now has to be over.
  [[nodiscard]] TimePoint deadline_of(Caller caller) const;
  // What one request of it may take.
  [[nodiscard]] std::chrono::milliseconds time_for_one(TimePoint deadline) const;
  Result<TokenPair> ask_for_tokens(std::string_view label, std::string_view domain,
                                   nlohmann::json fields, TimePoint deadline);
  Result<HttpReply> ask(std::string_view domain, const Operation& operation,
                        const nlohmann::json& variables, const TokenOf& token_of, Caller caller,
                        bool repeatable = true);
  TokenOf token_of(const Tenant& tenant);
  // Sleeps before the next attempt; false when there is none.
  [[nodiscard]] bool rest(std::chrono::milliseconds nap, int attempt, TimePoint deadline) const;
  std::shared_ptr<PointBucket> points_of(std::string_view domain);
  BudgetPart::Lease lease_of(std::string domain);
  [[nodiscard]] HttpRequest graphql_request(std::string_view domain, const Operation& operation,
                                            const nlohmann::json& variables) const;

  const ShopifyOptions options_;
  Outbound& outbound_;
  Storage& storage_;
  Clock& clock_;
  Random& random_;
  const std::string process_;  // among those on the same database
  AccessTokens tokens_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<PointBucket>, std::less<>> buckets_;  // guarded by mutex_
};

}  // namespace tsunagi::shopify
