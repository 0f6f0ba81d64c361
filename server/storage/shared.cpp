// What processes on one database share: claims, slices of a platform's budget, and what one that
// died has left to the next.

#include <algorithm>

#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kClaim{
    "INSERT INTO claim (tenant, name, holder, ends_at) VALUES (:a, :b, :c, :d) "
    "ON CONFLICT (tenant, name) DO UPDATE SET holder = excluded.holder, "
    "ends_at = excluded.ends_at WHERE claim.ends_at <= :e OR claim.holder = excluded.holder"};
constexpr Sql kReleaseClaim{"DELETE FROM claim WHERE tenant = :a AND name = :b AND holder = :c"};

constexpr Sql kOwnerByContract{
    "SELECT tenant FROM tenant WHERE contract_id = :a AND contract_id <> ''"};
constexpr Sql kOwnerByDomain{
    "SELECT tenant FROM tenant WHERE shop_domain = :a AND shop_domain <> ''"};
constexpr Sql kLockBudget{"SELECT pg_advisory_xact_lock(:a)"};
constexpr Sql kForgetSlices{
    "DELETE FROM budget_slice WHERE tenant = :a AND budget = :b AND ends_at <= :c"};
constexpr Sql kSlicesOfOthers{
    "SELECT MAX(part), MAX(wanted), MAX(slow_to) FROM budget_slice "
    "WHERE tenant = :a AND budget = :b AND process <> :c GROUP BY process"};
constexpr Sql kPutSlice{
    "INSERT INTO budget_slice (tenant, budget, process, ends_at, part, wanted, slow_to) "
    "VALUES (:a, :b, :c, :d, :e, :f, :g) ON CONFLICT (tenant, budget, process, ends_at) "
    "DO UPDATE SET wanted = excluded.wanted, slow_to = excluded.slow_to, "
    "part = CASE WHEN excluded.part > budget_slice.part THEN excluded.part "
    "ELSE budget_slice.part END"};

// By their indexes, of which the whole condition is part.
constexpr Sql kTakeUpInbox{
    "UPDATE inbox SET due_at = :a WHERE state IN ('waiting', 'leased') AND state = 'leased' "
    "AND due_at > :b"};
constexpr Sql kTakeUpOutbox{
    "UPDATE outbox SET due_at = :a WHERE state IN ('waiting', 'leased') AND state = 'leased' "
    "AND background IN (0, 1) AND due_at > :b"};

struct Others {
  int64_t part = 0, wanted = 0, slow_to = 0;  // the sum of parts and wants; the lowest rate
};

Others others_of(Session& session, TenantId tenant, const BudgetAsk& ask) {
  Others others;
  int64_t part = 0;
  int64_t wanted = 0;
  int64_t slow_to = 0;
  session.each(
      kSlicesOfOthers, std::tie(part, wanted, slow_to),
      [&] {
        others.part += part;
        others.wanted += wanted;
        if (slow_to > 0 && (others.slow_to == 0 || slow_to < others.slow_to)) {
          others.slow_to = slow_to;
        }
      },
      tenant, ask.budget, ask.process);
  return others;
}

// Everybody's share by what they want, of what is not kept for a process that comes new; at most
// what is free now.
int64_t part_of(int64_t wanted, const Others& others) {
  const int64_t given_out = kWholeBudget - kSpareBudget;
  const int64_t fair = given_out * wanted / (wanted + others.wanted);
  return std::clamp<int64_t>(kWholeBudget - others.part, 0, fair);
}

Result<BudgetSlice> lease(Session& session, TenantId tenant, const BudgetAsk& ask, Seconds now) {
  if (session.dialect() == Dialect::kPostgres) {
    // A chance meeting of two numbers only waits.
    session.run(kLockBudget, static_cast<int64_t>(std::hash<std::string>{}(ask.budget)) ^ tenant);
  }
  session.run(kForgetSlices, tenant, ask.budget, now);
  const Others others = others_of(session, tenant, ask);
  const int64_t wanted = std::clamp(ask.wanted, kLeastWanted, kWholeBudget);
  const BudgetSlice slice{.part = part_of(wanted, others), .slow_to = others.slow_to};
  session.run(kPutSlice, tenant, ask.budget, ask.process, now + kSliceSeconds + kSliceRestSeconds,
              slice.part, wanted, ask.slow_to);
  return slice;
}

}  // namespace

Result<bool> SqlStorage::claim(TenantId tenant, const Claim& what, Seconds now, Seconds until) {
  return write([&](Session& session) -> Result<bool> {
    if (auto known = hold_tenant(session, tenant); !known) return known.error();
    return session.run(kClaim, tenant, what.name, what.holder, until, now) > 0;
  });
}

Result<Done> SqlStorage::release(TenantId tenant, const Claim& what) {
  return write([&](Session& session) -> Result<Done> {
    session.run(kReleaseClaim, tenant, what.name, what.holder);
    return Done{};
  });
}

Result<BudgetSlice> SqlStorage::lease_budget(const BudgetAsk& ask, Seconds now) {
  return write([&](Session& session) -> Result<BudgetSlice> {
    TenantId tenant = 0;
    const bool known = session.one(kOwnerByContract, std::tie(tenant), ask.owner) ||
                       session.one(kOwnerByDomain, std::tie(tenant), ask.owner);
    if (!known) return BudgetSlice{.part = kSpareBudget};
    if (auto held = hold_tenant(session, tenant); !held) return held.error();
    return lease(session, tenant, ask, now);
  });
}

// Leased they stay, with what they had been begun with: their next leasing is another, counts as
// one more attempt, and reviews what was begun, as after any lease that ended.
Result<Done> SqlStorage::take_up_leases(Seconds now) {
  return write([&](Session& session) -> Result<Done> {
    session.run(kTakeUpInbox, now, now);
    session.run(kTakeUpOutbox, now + kUnderWaySeconds, now + kUnderWaySeconds);
    return Done{};
  });
}

}  // namespace tsunagi::storage
