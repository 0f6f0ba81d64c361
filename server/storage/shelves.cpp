#include "server/storage/shelves.h"

#include <algorithm>

#include "server/storage/text.h"

namespace tsunagi::storage {
namespace {

// The rows are the locks of the products in the shop. They are taken in one order, so that two who
// want the same two do not wait for each other.
constexpr Sql kHoldShelves{
    "SELECT product_id, on_hand * (1 - doubted), layaway FROM stock_level "
    "WHERE tenant = :a AND store_id = :b "
    "AND product_id {any_open}{in_json_array_open}:c{in_json_array_close}{any_close} "
    "ORDER BY product_id {hold_alone}"};
// A statement of its own: it sees what was committed while the one before it waited. A row for each
// kind of holding.
constexpr Sql kHeldOnShelves{
    "SELECT product_id, CAST(SUM(held) AS BIGINT) FROM pickup_line "
    "WHERE tenant = :a AND store_id = :b AND held > 0 "
    "AND product_id {any_open}{in_json_array_open}:c{in_json_array_close}{any_close} "
    "GROUP BY product_id "
    "UNION ALL SELECT product_id, CAST(SUM(held) AS BIGINT) FROM shipment_line "
    "WHERE tenant = :d AND store_id = :e AND held > 0 "
    "AND product_id {any_open}{in_json_array_open}:f{in_json_array_close}{any_close} "
    "GROUP BY product_id"};

}  // namespace

Shelves hold_shelves(Session& session, TenantId tenant, std::string_view store_id,
                     const std::vector<std::string>& products) {
  const std::string asked = json_array(products);
  Shelves shelves;
  std::string id;
  Shelf shelf;
  session.each(
      kHoldShelves, std::tie(id, shelf.on_hand, shelf.layaway), [&] { shelves[id] = shelf; },
      tenant, store_id, asked);
  const bool all =
      std::ranges::all_of(products, [&](const auto& product) { return shelves.contains(product); });
  if (!all) return shelves;  // refused, whatever is held
  int64_t held = 0;
  session.each(
      kHeldOnShelves, std::tie(id, held), [&] { shelves[id].held += held; }, tenant, store_id,
      asked, tenant, store_id, asked);
  return shelves;
}

int64_t offered_on(const Shelf& shelf, int64_t safety) {
  return shelf.on_hand - std::max<int64_t>(0, shelf.layaway) - shelf.held - safety;
}

}  // namespace tsunagi::storage
