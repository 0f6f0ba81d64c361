// Backfills: one row a shop. What of them waits is in the outbox.

#include "server/domain/words.h"
#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kBackfill{
    "SELECT tag, state, begun_at, changed_at, expected, place, brought, members, left_before, "
    "revision FROM backfill WHERE tenant = :a"};
constexpr Sql kRunning{
    "SELECT b.tenant FROM backfill b JOIN tenant t ON t.tenant = b.tenant "
    "WHERE b.state = 'running' AND t.installed = 1 ORDER BY b.tenant"};
constexpr Sql kInBackground{
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN kind = 'create_member' THEN 1 ELSE 0 END), 0) "
    "FROM outbox WHERE state IN ('waiting', 'leased') AND background = 1 "
    "AND tenant = :a AND kind <> 'write_on_hand'"};
// With joined_at it takes the partial index: links are many, and few lack something.
constexpr Sql kLacking{
    "SELECT COUNT(*) FROM member_link WHERE missing <> '' AND tenant = :a AND joined_at >= 0"};

}  // namespace

Result<std::optional<Backfill>> SqlStorage::backfill(TenantId tenant) {
  return read([&](Session& session) -> Result<std::optional<Backfill>> {
    Backfill found;
    std::string state;
    const bool there =
        session.one(kBackfill,
                    std::tie(found.tag, state, found.begun_at, found.changed_at, found.expected,
                             found.place, found.brought, found.members, found.left, found.revision),
                    tenant);
    if (!there) return std::optional<Backfill>();
    const auto known = backfill_state(state);
    if (!known) return Error{ErrorCode::kInternal, "a backfill has an unknown state"};
    found.state = *known;
    return std::optional(std::move(found));
  });
}

Result<std::vector<TenantId>> SqlStorage::running_backfills() {
  return read([&](Session& session) -> Result<std::vector<TenantId>> {
    TenantId tenant = 0;
    std::vector<TenantId> tenants;
    session.each(kRunning, std::tie(tenant), [&] { tenants.push_back(tenant); });
    return tenants;
  });
}

Result<Storage::BackgroundDepth> SqlStorage::background_depth(TenantId tenant) {
  return read([&](Session& session) -> Result<BackgroundDepth> {
    BackgroundDepth depth;
    session.one(kInBackground, std::tie(depth.waiting, depth.registering), tenant);
    session.one(kLacking, std::tie(depth.lacking), tenant);
    return depth;
  });
}

}  // namespace tsunagi::storage
