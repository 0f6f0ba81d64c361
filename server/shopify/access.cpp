#include "server/shopify/access.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace tsunagi::shopify {
namespace {

constexpr Seconds kForever = 100LL * 366 * 86'400;  // of a token that does not end

Error open_the_app(std::string_view why) {
  return {ErrorCode::kUnauthorized,
          "Shopify: " + std::string(why) + "; the merchant has to open the app once"};
}

}  // namespace

struct AccessTokens::Flight {
  std::mutex mutex;
  std::condition_variable landed;
  // Guarded by mutex:
  bool asking = false;
  uint64_t answers = 0;
  Result<std::string> last = Error{};
};

AccessTokens::AccessTokens(Refresh refresh, Storage& storage, Clock& clock, std::string process)
    : refresh_(std::move(refresh)),
      storage_(storage),
      clock_(clock),
      process_(std::move(process)) {}

std::shared_ptr<AccessTokens::Flight> AccessTokens::flight(TenantId tenant) {
  const std::scoped_lock lock(mutex_);
  const auto found = flights_.find(tenant);
  if (found != flights_.end()) return found->second;
  if (flights_.size() >= kMaxShops) flights_.erase(flights_.begin());
  return flights_[tenant] = std::make_shared<Flight>();
}

Result<std::string> AccessTokens::get(const Tenant& tenant, TimePoint deadline) {
  const auto access = storage_.secret(tenant.id, SecretPurpose::kShopifyAccess);
  if (!access) return access.error();
  const std::optional<StoredSecret>& token = *access;
  if (!token) return open_the_app("no token of this shop is stored");
  const Seconds now = clock_.now();
  if (now < token->expires_at - kRenewBeforeSeconds) return token->value;
  // Nobody waits for another's refresh while the token is good.
  auto next = renewed(tenant, "", {deadline, now < token->expires_at ? clock_.steady() : deadline});
  // The refresh did not work, but the old token has some minutes left.
  const bool later = !next && next.error().code != ErrorCode::kUnauthorized;
  if (later && now < token->expires_at) return token->value;
  return next;
}

Result<std::string> AccessTokens::instead_of(const Tenant& tenant, const std::string& refused,
                                             TimePoint deadline) {
  return renewed(tenant, refused, {deadline, deadline});
}

Result<std::string> AccessTokens::renewed(const Tenant& tenant, const std::string& refused,
                                          Until until) {
  const auto kept = flight(tenant.id);
  Flight& flight = *kept;
  std::unique_lock lock(flight.mutex);
  if (flight.asking) {
    const uint64_t before = flight.answers;
    while (flight.answers == before) {
      const TimePoint steady = clock_.steady();
      if (steady >= until.others) {
        return Error{ErrorCode::kBusy, "Shopify token: no answer before the deadline"};
      }
      flight.landed.wait_for(
          lock, std::min<std::chrono::steady_clock::duration>(until.others - steady, kLongestNap));
    }
    return flight.last;
  }
  flight.asking = true;
  lock.unlock();
  auto token = renew(tenant, refused, until);
  lock.lock();
  flight.asking = false;
  ++flight.answers;
  flight.last = token;
  flight.landed.notify_all();
  return token;
}

std::optional<std::string> AccessTokens::stored(TenantId tenant, const std::string& refused) {
  const auto access = storage_.secret(tenant, SecretPurpose::kShopifyAccess);
  if (!access) return std::nullopt;
  const std::optional<StoredSecret>& token = *access;
  if (!token || token->value == refused) return std::nullopt;
  if (clock_.now() >= token->expires_at - kRenewBeforeSeconds) return std::nullopt;
  return token->value;
}

Result<std::string> AccessTokens::renew(const Tenant& tenant, const std::string& refused,
                                        Until until) {
  const Storage::Claim claim{.name = "shopify.token", .holder = process_};
  for (;;) {
    if (auto token = stored(tenant.id, refused)) return *token;
    const Seconds now = clock_.now();
    const auto ours = storage_.claim(tenant.id, claim, now, now + kRefreshClaimSeconds);
    if (!ours) return ours.error();
    if (*ours) break;
    if (clock_.steady() + kLongestNap > until.others) {
      return Error{ErrorCode::kBusy, "Shopify token: another server is refreshing it"};
    }
    std::this_thread::sleep_for(kLongestNap);
  }
  auto token = refresh(tenant, refused, until.deadline);
  (void)storage_.release(tenant.id, claim);  // or it ends by itself
  return token;
}

Result<std::string> AccessTokens::refresh(const Tenant& tenant, const std::string& refused,
                                          TimePoint deadline) {
  // Somebody may have finished between the look and the claim.
  if (auto token = stored(tenant.id, refused)) return *token;
  const auto kept = storage_.secret(tenant.id, SecretPurpose::kShopifyRefresh);
  if (!kept) return kept.error();
  const std::optional<StoredSecret>& refresh = *kept;
  if (!refresh || refresh->value.empty()) return open_the_app("no refresh token is stored");
  if (clock_.now() >= refresh->expires_at) return open_the_app("the refresh token has ended");

  const auto tokens = refresh_(tenant, refresh->value, deadline);
  if (!tokens) {
    if (tokens.error().code != ErrorCode::kUnauthorized) return tokens.error();
    if (auto token = stored(tenant.id, refused)) return *token;
    return open_the_app("the refresh token is refused");
  }
  const auto done = store(tenant.id, *tokens);
  if (!done) return done.error();
  return tokens->access;
}

Result<Done> AccessTokens::store(TenantId tenant, const TokenPair& tokens) {
  const Seconds now = clock_.now();
  const auto ends = [now](Seconds lasts) { return now + (lasts > 0 ? lasts : kForever); };
  return storage_.put_secrets(
      tenant, {{SecretPurpose::kShopifyAccess, {tokens.access, ends(tokens.access_lasts)}},
               {SecretPurpose::kShopifyRefresh, {tokens.refresh, ends(tokens.refresh_lasts)}}});
}

}  // namespace tsunagi::shopify
