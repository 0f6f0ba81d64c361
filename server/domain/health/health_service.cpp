#include "server/domain/health/health_service.h"

#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "server/domain/bounded_cache.h"

namespace tsunagi {
namespace {

constexpr size_t kShopsRemembered = 10'000;

// Who got no turn of our own limits has not asked.
std::optional<Result<Access>> answered(Result<Access> access) {
  if (!access.ok() && access.error().code == ErrorCode::kBusy) return std::nullopt;
  return access;
}

}  // namespace

struct HealthService::State : std::enable_shared_from_this<HealthService::State> {
  explicit State(Ports given) : ports(std::move(given)) {}

  // Begins to ask unless that is under way; false when there is no room for it now.
  bool ask(const Tenant& tenant) {
    {
      const std::lock_guard lock(mutex);
      if (asking.contains(tenant.id)) return true;
      if (asking.size() >= static_cast<size_t>(kHealthAsksAtOnce)) return false;
      asking.insert(tenant.id);
    }
    const bool posted = ports.background.post([self = shared_from_this(), tenant] {
      Asked asked = ask_platforms(self->ports.pos, self->ports.shop, self->ports.clock, tenant);
      self->tell(tenant, asked);
      self->known.put(tenant.id, std::make_shared<const Asked>(std::move(asked)));
      self->ended(tenant.id);
    });
    if (!posted) ended(tenant.id);
    return posted;
  }

  void ended(TenantId tenant) {
    const std::lock_guard lock(mutex);
    asking.erase(tenant);
  }

  void tell(const Tenant& tenant, const Asked& asked) const {
    if (!ports.log) return;
    for (const auto* access : {&asked.shop, &asked.pos}) {
      if (!access->has_value() || (*access)->ok()) continue;
      ports.log("health of shop " + std::to_string(tenant.id) + ": " + (*access)->error().message);
    }
  }

  Result<HealthReport> report(const Tenant& tenant, Seconds fresh) {
    const Seconds now = ports.clock.now();
    const auto is_fresh = [&](const std::optional<std::shared_ptr<const Asked>>& asked) {
      return asked && (*asked)->contract == tenant.contract_id && now - (*asked)->at < fresh;
    };
    auto asked = known.get(tenant.id);
    const bool waits = !is_fresh(asked) && ask(tenant);
    if (waits) asked = known.get(tenant.id);
    auto report = health_report(ports.storage, ports.clock, tenant, asked ? **asked : Asked{});
    if (!report.ok()) return report;
    const std::lock_guard lock(mutex);
    report->asking = asking.contains(tenant.id);
    return report;
  }

  Ports ports;
  BoundedCache<TenantId, std::shared_ptr<const Asked>> known{kShopsRemembered};
  std::mutex mutex;
  std::set<TenantId> asking;  // guarded by mutex
};

HealthService::HealthService(Ports ports) : state_(std::make_shared<State>(std::move(ports))) {}
HealthService::~HealthService() = default;

Result<HealthReport> HealthService::report(const Tenant& tenant) {
  return state_->report(tenant, kHealthFreshSeconds);
}

Result<HealthReport> HealthService::ask_again(const Tenant& tenant) {
  return state_->report(tenant, kHealthAgainSeconds);
}

Asked ask_platforms(Pos& pos, Shop& shop, const Clock& clock, const Tenant& tenant) {
  Asked asked;
  asked.contract = tenant.contract_id;
  asked.shop = answered(shop.access(tenant));
  if (!tenant.contract_id.empty()) {
    asked.pos = answered(pos.access(tenant.contract_id));
    if (asked.pos && asked.pos->ok() && (*asked.pos)->has_members) {
      asked.required = pos.required(tenant.contract_id);
    }
  }
  asked.at = clock.now();
  return asked;
}

Result<HealthReport> health_report(Storage& storage, const Clock& clock, const Tenant& tenant,
                                   Asked asked) {
  HealthReport report;
  HealthFacts& facts = report.facts;
  facts.now = clock.now();
  auto figures = storage.figures(tenant.id);
  if (!figures.ok()) return figures.error();
  facts.figures = std::move(figures).value();
  const auto depth = storage.queue_depth(tenant.id);
  if (!depth.ok()) return depth.error();
  facts.depth = *depth;
  const auto waiting = storage.waiting_links(tenant.id, kWaitingCounted);
  if (!waiting.ok()) return waiting.error();
  facts.waiting = static_cast<int64_t>(waiting->size());
  // What another contract answered says nothing of this one.
  if (asked.contract != tenant.contract_id) {
    asked.pos.reset();
    asked.required.reset();
  }
  facts.asked = std::move(asked);
  report.checks = checks_of(tenant, facts);
  return report;
}

}  // namespace tsunagi
