#include "server/domain/tenant/tenant_directory.h"

#include <string>
#include <utility>

#include "server/domain/bounded_cache.h"

namespace tsunagi {
namespace {

// Known shops are few; unknown ones are whatever a stranger types, so they have a small cache of
// their own and can never push a known one out.
constexpr size_t kKnownShops = 10'000;
constexpr size_t kUnknownShops = 1'000;
constexpr size_t kShopWordBytes = 255;  // longest domain name; a longer word is nobody's

Error unknown() { return {ErrorCode::kNotFound, "the shop is not known or not installed"}; }

}  // namespace

struct TenantDirectory::State {
  using TimePoint = std::chrono::steady_clock::time_point;
  struct Known {
    std::shared_ptr<const Tenant> tenant;
    TimePoint until;
  };

  State(Storage& storage_in, Clock& clock_in) : storage(storage_in), clock(clock_in) {}

  Result<std::shared_ptr<const Tenant>> find(std::string_view domain) {
    if (domain.empty() || domain.size() > kShopWordBytes) return unknown();
    const std::string key(domain);
    const TimePoint now = clock.steady();
    if (const auto hit = known.get(key); hit && now < hit->until) return hit->tenant;
    if (const auto miss = strangers.get(key); miss && now < *miss) return unknown();

    auto read = storage.tenant_by_domain(domain);
    if (!read.ok()) return Error{ErrorCode::kUnavailable, read.error().message};
    const TimePoint until = now + std::chrono::seconds(kTenantCacheSeconds);
    if (!read->has_value() || !read.value()->installed) {
      known.erase(key);
      strangers.put(key, until);
      return unknown();
    }
    auto tenant = std::make_shared<const Tenant>(std::move(*std::move(read).value()));
    strangers.erase(key);
    known.put(key, {tenant, until});
    return tenant;
  }

  Storage& storage;
  Clock& clock;
  BoundedCache<std::string, Known> known{kKnownShops};
  BoundedCache<std::string, TimePoint> strangers{kUnknownShops};
};

TenantDirectory::TenantDirectory(Storage& storage, Clock& clock)
    : state_(std::make_unique<State>(storage, clock)) {}
TenantDirectory::~TenantDirectory() = default;

Result<std::shared_ptr<const Tenant>> TenantDirectory::by_domain(std::string_view shop_domain) {
  return state_->find(shop_domain);
}

void TenantDirectory::forget() {
  state_->known.erase_if([](const auto&, const auto&) { return true; });
  state_->strangers.erase_if([](const auto&, const auto&) { return true; });
}

}  // namespace tsunagi
