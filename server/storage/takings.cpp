// What is to be taken from the tills' stock, and what was.

#include "server/domain/inventory/taking.h"

#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kTaking{
    "SELECT order_id, order_name, product_id, store_id, quantity, begun_at, done_at "
    "FROM till_taking WHERE tenant = :a AND parcel_id = :b AND order_line = :c AND back = :d"};
// By the index, which has no more than the key: alone, SQLite would read all of the shop's.
constexpr Sql kTakingsOfOrder{
    "SELECT t.parcel_id, t.order_line, t.back, t.order_name, t.product_id, t.store_id, t.quantity, "
    "t.begun_at, t.done_at FROM till_taking m CROSS JOIN till_taking t WHERE m.tenant = :a "
    "AND m.order_id = :b AND t.tenant = m.tenant AND t.parcel_id = m.parcel_id "
    "AND t.order_line = m.order_line AND t.back = m.back "
    "ORDER BY t.parcel_id, t.order_line, t.back"};
// What comes back counts until the tills are asked: from then on their figure may have it, and what
// the online shop is told rather lacks it for a while than has it twice.
constexpr Sql kStillCounted{
    "SELECT COALESCE(CAST(SUM(CASE WHEN back = 0 THEN quantity WHEN begun_at = 0 THEN -quantity "
    "ELSE 0 END) AS BIGINT), 0) FROM till_taking "
    "WHERE tenant = :a AND product_id = :b AND store_id = :c AND done_at = 0"};
constexpr Sql kBeginTaking{
    "UPDATE till_taking SET begun_at = :a WHERE tenant = :b AND parcel_id = :c "
    "AND order_line = :d AND back = :e AND done_at = 0"};

}  // namespace

Result<std::optional<Taking>> SqlStorage::taking(TenantId tenant, std::string_view key) {
  const auto name = taking_name(key);
  if (!name) return std::optional<Taking>();
  return read([&](Session& session) -> Result<std::optional<Taking>> {
    Taking found;
    found.name = *name;
    const bool there =
        session.one(kTaking,
                    std::tie(found.order_id, found.order_name, found.product_id, found.store_id,
                             found.quantity, found.begun_at, found.done_at),
                    tenant, name->parcel_id, name->order_line, static_cast<int64_t>(name->kind));
    return there ? std::optional(std::move(found)) : std::nullopt;
  });
}

Result<std::vector<Taking>> SqlStorage::takings_of_order(TenantId tenant, int64_t order_id) {
  return read([&](Session& session) -> Result<std::vector<Taking>> {
    Taking one;
    one.order_id = order_id;
    int64_t kind = 0;
    std::vector<Taking> takings;
    session.each(
        kTakingsOfOrder,
        std::tie(one.name.parcel_id, one.name.order_line, kind, one.order_name, one.product_id,
                 one.store_id, one.quantity, one.begun_at, one.done_at),
        [&] {
          one.name.kind = static_cast<TakingKind>(kind);
          takings.push_back(one);
        },
        tenant, order_id);
    return takings;
  });
}

Result<int64_t> SqlStorage::still_counted(TenantId tenant, std::string_view product_id,
                                          std::string_view store_id) {
  return read([&](Session& session) -> Result<int64_t> {
    int64_t pieces = 0;
    session.one(kStillCounted, std::tie(pieces), tenant, product_id, store_id);
    return pieces;
  });
}

Result<Done> SqlStorage::begin_taking(TenantId tenant, std::string_view key, Seconds now) {
  const auto name = taking_name(key);
  if (!name) return Error{ErrorCode::kConflict, "the key names nothing that was sent"};
  return write([&](Session& session) -> Result<Done> {
    const bool begun = session.run(kBeginTaking, now, tenant, name->parcel_id, name->order_line,
                                   static_cast<int64_t>(name->kind)) > 0;
    if (begun) return Done{};
    return Error{ErrorCode::kConflict, "the tills have it already"};
  });
}

}  // namespace tsunagi::storage
