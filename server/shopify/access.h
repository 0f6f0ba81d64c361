#pragma once
// Access tokens of shops. They last an hour; a refresh rotates the pair, which is stored in one
// transaction. Refreshing is single flight a shop, and of several servers one at a time refreshes:
// the use of a new refresh token ends the one before it. The previous refresh token stays usable
// until the new one is used, so a pair that could not be stored is not lost. Storage is asked each
// time: another server may have refreshed, an uninstall may have erased.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "server/domain/ports.h"
#include "server/shopify/reply.h"

namespace tsunagi::shopify {

inline constexpr Seconds kRenewBeforeSeconds = 300;
// Of who waits for another: the clock may be a test's, so look again.
inline constexpr std::chrono::milliseconds kLongestNap{250};
// A server that dies over a refresh holds the others up for so long; the old token has minutes
// left.
inline constexpr Seconds kRefreshClaimSeconds = 60;
inline constexpr size_t kMaxShops = 10'000;  // whose flights are remembered

class AccessTokens {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  // Asks Shopify with a refresh token. kUnauthorized: refused.
  using Refresh = std::function<Result<TokenPair>(
      const Tenant& tenant, const std::string& refresh_token, TimePoint deadline)>;

  // process: another one a process, for the claim.
  AccessTokens(Refresh refresh, Storage& storage, Clock& clock, std::string process);

  // kUnauthorized: there is none, or it can no longer be refreshed.
  Result<std::string> get(const Tenant& tenant, TimePoint deadline);
  // As get(), after Shopify refused this token.
  Result<std::string> instead_of(const Tenant& tenant, const std::string& refused,
                                 TimePoint deadline);
  Result<Done> store(TenantId tenant, const TokenPair& tokens);

 private:
  struct Flight;
  std::shared_ptr<Flight> flight(TenantId tenant);
  // Until when: the whole, and how long of it others' refreshes are waited for.
  struct Until {
    TimePoint deadline, others;
  };
  Result<std::string> renewed(const Tenant& tenant, const std::string& refused, Until until);
  Result<std::string> renew(const Tenant& tenant, const std::string& refused, Until until);
  Result<std::string> refresh(const Tenant& tenant, const std::string& refused, TimePoint deadline);
  // What another thread or server stored meanwhile; nullopt when it is no better than what we had.
  std::optional<std::string> stored(TenantId tenant, const std::string& refused);

  const Refresh refresh_;
  Storage& storage_;
  Clock& clock_;
  const std::string process_;
  std::mutex mutex_;
  std::map<TenantId, std::shared_ptr<Flight>> flights_;  // guarded by mutex_
};

}  // namespace tsunagi::shopify
