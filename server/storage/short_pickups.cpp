// What shops promised and do not have any more.

#include "server/storage/pickup_rows.h"
#include "server/storage/sql_storage.h"

namespace tsunagi::storage {
namespace {

// aside: ready or handed over. Pieces that nobody was asked for are held by no shop.
constexpr Sql kShortShelves{
    "WITH held AS (SELECT product_id, store_id, SUM(held) AS pieces, SUM(aside) AS aside FROM "
    "(SELECT l.product_id, l.store_id, l.held, "
    "CASE WHEN p.state IN ('ready', 'handed_over') THEN l.held ELSE 0 END AS aside "
    "FROM pickup_line l JOIN pickup p ON p.tenant = l.tenant AND p.pickup_id = l.pickup_id "
    "WHERE l.tenant = :a AND l.held > 0 UNION ALL SELECT product_id, store_id, held, 0 "
    "FROM shipment_line WHERE tenant = :b AND held > 0) AS each_line "
    "GROUP BY product_id, store_id), "
    "lack AS (SELECT s.product_id, s.store_id, h.pieces - CASE WHEN s.changed_at <= :c THEN 0 "
    "ELSE h.aside END - s.on_hand + CASE WHEN s.layaway > 0 THEN s.layaway ELSE 0 END AS lacks "
    "FROM held h JOIN stock_level s ON s.tenant = :d AND s.product_id = h.product_id "
    "AND s.store_id = h.store_id) "
    "SELECT product_id, store_id, CAST(lacks AS BIGINT) FROM lack WHERE lacks > 0 "
    "ORDER BY lacks DESC, product_id, store_id LIMIT :e"};
constexpr Sql kPlacedOn{
    "SELECT p.pickup_id FROM pickup_line l JOIN pickup p ON p.tenant = l.tenant "
    "AND p.pickup_id = l.pickup_id WHERE l.tenant = :a AND l.product_id = :b AND l.store_id = :c "
    "AND l.held > 0 AND p.state = 'placed' AND NOT EXISTS (SELECT 1 FROM pickup_order o "
    "WHERE o.tenant = p.tenant AND o.pickup_id = p.pickup_id) "
    "ORDER BY p.placed_at DESC, p.pickup_id DESC"};
constexpr Sql kShortPickups{
    "SELECT pickup_id FROM pickup WHERE tenant = :a AND is_open = 1 AND state = 'placed' "
    "AND short_at > 0 ORDER BY ready_from, pickup_id"};

std::vector<std::string> ids_of(Session& session, const Sql& sql, const auto&... given) {
  std::vector<std::string> ids;
  std::string id;
  session.each(sql, std::tie(id), [&] { ids.push_back(id); }, given...);
  return ids;
}

}  // namespace

Result<std::vector<PickupBook::ShortShelf>> SqlStorage::short_shelves(TenantId tenant,
                                                                      Seconds settled, int limit) {
  return read([&](Session& session) -> Result<std::vector<ShortShelf>> {
    std::vector<ShortShelf> shelves;
    ShortShelf shelf;
    session.each(
        kShortShelves, std::tie(shelf.product_id, shelf.store_id, shelf.lacks),
        [&] { shelves.push_back(shelf); }, tenant, tenant, settled, tenant, limit);
    return shelves;
  });
}

Result<std::vector<Pickup>> SqlStorage::placed_on(TenantId tenant, const ShortShelf& shelf) {
  return read([&](Session& session) -> Result<std::vector<Pickup>> {
    return pickups_by_id(session, tenant,
                         ids_of(session, kPlacedOn, tenant, shelf.product_id, shelf.store_id));
  });
}

Result<std::vector<std::string>> SqlStorage::short_pickups(TenantId tenant) {
  return read([&](Session& session) -> Result<std::vector<std::string>> {
    return ids_of(session, kShortPickups, tenant);
  });
}

}  // namespace tsunagi::storage
