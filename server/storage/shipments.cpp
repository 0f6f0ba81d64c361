// Shipments: held in the transaction that looks whether there is enough, as pick-ups are.

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/domain/fulfilment/pickup_book.h"
#include "server/storage/shelves.h"
#include "server/storage/sql_storage.h"
#include "server/storage/text.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kShipment{
    "SELECT order_id, order_name, work_id, store_id, state, on_hold, placed, assigned_at, "
    "accept_by, ship_by, changed_at, reason, carrier, parcel_number, told_id FROM shipment "
    "WHERE tenant = :a AND shipment_id = :b"};
constexpr Sql kHoldShipment{
    "SELECT shipment_id FROM shipment WHERE tenant = :a AND shipment_id = :b {hold_alone}"};
constexpr Sql kShipmentsOfOrder{
    "SELECT shipment_id FROM shipment WHERE tenant = :a AND order_id = :b "
    "ORDER BY assigned_at, shipment_id"};
// By the index, which has no more than the key: alone, SQLite would read all of the shop's.
constexpr Sql kRefusals{
    "SELECT COUNT(*) FROM shipment m CROSS JOIN shipment s WHERE m.tenant = :a "
    "AND m.order_id = :b AND s.tenant = m.tenant AND s.shipment_id = m.shipment_id "
    "AND s.state = 'refused'"};
constexpr Sql kOpenShipments{
    "SELECT shipment_id FROM shipment WHERE tenant = :a AND is_open = 1 "
    "ORDER BY ship_by, shipment_id LIMIT :b"};
constexpr Sql kOpenShipmentsOf{
    "SELECT shipment_id FROM shipment WHERE tenant = :a AND is_open = 1 AND store_id IN "
    "({in_json_array_open}:b{in_json_array_close}) ORDER BY ship_by, shipment_id LIMIT :c"};
constexpr Sql kOpenWork{
    "SELECT store_id, COUNT(*) FROM shipment WHERE tenant = :a AND is_open = 1 "
    "AND store_id <> '' GROUP BY store_id"};
constexpr Sql kShipmentTrace{"SELECT trace FROM shipment WHERE tenant = :a AND shipment_id = :b"};
constexpr Sql kShipmentLines{
    "SELECT order_line, product_id, product_code, product_name, quantity, held FROM shipment_line "
    "WHERE tenant = :a AND shipment_id = :b ORDER BY order_line"};
constexpr Sql kPutShipment{
    "INSERT INTO shipment (tenant, shipment_id, order_id, order_name, work_id, store_id, state, "
    "is_open, on_hold, placed, assigned_at, accept_by, ship_by, changed_at, reason, carrier, "
    "parcel_number, told_id, trace) VALUES (:a, :b, :c, :d, :e, :f, :g, 1, 0, 0, :h, :i, :j, :k, "
    ":l, '', '', 0, :m) ON CONFLICT (tenant, shipment_id) DO NOTHING"};
constexpr Sql kPutShipmentLines{
    "INSERT INTO shipment_line (tenant, shipment_id, order_line, product_id, store_id, "
    "product_code, product_name, quantity, held) SELECT :a, :b, "
    "CAST(value ->> 'order_line' AS BIGINT), value ->> 'id', :c, value ->> 'code', "
    "value ->> 'name', CAST(value ->> 'quantity' AS BIGINT), CAST(value ->> 'held' AS BIGINT) "
    "FROM {each_object_open}:d{each_object_close}"};
constexpr Sql kSetShipment{
    "UPDATE shipment SET state = :a, is_open = :b, store_id = :c, assigned_at = :d, "
    "accept_by = :e, ship_by = :f, changed_at = :g, reason = :h, carrier = :i, parcel_number = :j "
    "WHERE tenant = :k AND shipment_id = :l"};
constexpr Sql kSetShipmentLine{
    "UPDATE shipment_line SET held = :a, store_id = :b "
    "WHERE tenant = :c AND shipment_id = :d AND order_line = :e"};
constexpr Sql kSeeShipment{
    "UPDATE shipment SET work_id = :a, placed = :b, on_hold = :c WHERE tenant = :d "
    "AND shipment_id = :e"};
constexpr Sql kTellShipment{
    "UPDATE shipment SET told_id = :a WHERE tenant = :b AND shipment_id = :c AND told_id = 0"};
constexpr Sql kPutShipmentDeed{
    "INSERT INTO shipment_deed (tenant, shipment_id, deed_id, place, done_at, role, actor, action, "
    "state_before, state_after, reason, refused) SELECT :a, :b, :c, COUNT(*), :d, :e, :f, :g, :h, "
    ":i, :j, :k FROM shipment_deed WHERE tenant = :l AND shipment_id = :m"};
constexpr Sql kShipmentDeed{
    "SELECT actor, action, refused FROM shipment_deed "
    "WHERE tenant = :a AND shipment_id = :b AND deed_id = :c"};
constexpr Sql kShipmentDeeds{
    "SELECT done_at, role, actor, action, state_before, state_after, reason, refused "
    "FROM shipment_deed WHERE tenant = :a AND shipment_id = :b ORDER BY place"};
constexpr int64_t kShipmentDeedsMost = 1'000;  // of one shipment; more are refused

std::optional<Shipment> shipment_of(Session& session, TenantId tenant, std::string_view id) {
  Shipment shipment;
  shipment.id = id;
  std::string state;
  int64_t on_hold = 0;
  int64_t placed = 0;
  const bool found =
      session.one(kShipment,
                  std::tie(shipment.order_id, shipment.order_name, shipment.work_id,
                           shipment.store_id, state, on_hold, placed, shipment.assigned_at,
                           shipment.accept_by, shipment.ship_by, shipment.changed_at,
                           shipment.reason, shipment.carrier, shipment.number, shipment.told_id),
                  tenant, id);
  const auto known = shipment_state(state);
  if (!found || !known) return std::nullopt;
  shipment.state = *known;
  shipment.on_hold = on_hold != 0;
  shipment.placed = placed != 0;
  ShipmentLine line;
  session.each(
      kShipmentLines,
      std::tie(line.order_line, line.product_id, line.product_code, line.product_name,
               line.quantity, line.held),
      [&] { shipment.lines.push_back(line); }, tenant, id);
  return shipment;
}

// which: answers ids.
template <class... In>
std::vector<Shipment> shipments(Session& session, const Sql& which, TenantId tenant,
                                const In&... in) {
  std::string id;
  std::vector<std::string> ids;
  session.each(which, std::tie(id), [&] { ids.push_back(id); }, tenant, in...);
  std::vector<Shipment> found;
  for (const std::string& each : ids) {
    if (auto shipment = shipment_of(session, tenant, each)) found.push_back(*std::move(shipment));
  }
  return found;
}

std::string shipment_lines_json(const std::vector<ShipmentLine>& lines) {
  nlohmann::json list = nlohmann::json::array();
  for (const ShipmentLine& line : lines) {
    list.push_back({{"order_line", line.order_line},
                    {"id", storable(line.product_id)},
                    {"code", storable(line.product_code)},
                    {"name", storable(line.product_name)},
                    {"quantity", line.quantity},
                    {"held", line.held}});
  }
  return list.dump();
}

// Whether the shop has what the lines hold: the sum of the lines of a product counts.
Result<Done> check_held(Session& session, TenantId tenant, const Shipment& shipment,
                        const Safety& safety) {
  std::map<std::string, int64_t> sums;
  for (const ShipmentLine& line : shipment.lines) {
    if (line.held > 0) sums[line.product_id] += line.held;
  }
  if (sums.empty()) return Done{};
  std::vector<std::string> products;
  products.reserve(sums.size());
  for (const auto& [product, sum] : sums) products.push_back(product);
  const Shelves shelves = hold_shelves(session, tenant, shipment.store_id, products);
  for (const auto& [product, sum] : sums) {
    const auto found = shelves.find(product);
    if (found == shelves.end() || sum > offered_on(found->second, safety.of(product))) {
      return Error{ErrorCode::kConflict, std::string(kNotEnough) + product};
    }
  }
  return Done{};
}

struct ShipmentEntry {
  std::string_view id, actor, action, before, after, reason;
  Role role = Role::kSystem;
  Seconds at = 0;
  bool refused = false;
};
void put_entry(Session& session, TenantId tenant, std::string_view shipment,
               const ShipmentEntry& entry) {
  session.run(kPutShipmentDeed, tenant, shipment, entry.id, entry.at, word(entry.role), entry.actor,
              entry.action, entry.before, entry.after, entry.reason, int64_t{entry.refused}, tenant,
              shipment);
}

Result<Done> put_one(Session& session, TenantId tenant, const Shipment& shipment,
                     const std::string& trace) {
  const int64_t put = session.run(kPutShipment, tenant, shipment.id, shipment.order_id,
                                  shipment.order_name, shipment.work_id, shipment.store_id,
                                  word(shipment.state), shipment.assigned_at, shipment.accept_by,
                                  shipment.ship_by, shipment.changed_at, shipment.reason, trace);
  if (put == 0) return Done{};
  session.run(kPutShipmentLines, tenant, shipment.id, shipment.store_id,
              shipment_lines_json(shipment.lines));
  put_entry(session, tenant, shipment.id,
            {.id = "route",
             .actor = {},
             .action = "route",
             .before = {},
             .after = word(shipment.state),
             .reason = shipment.reason,
             .at = shipment.changed_at});
  return Done{};
}

void put_back(Session& session, TenantId tenant, const Shipment& shipment) {
  session.run(kSetShipment, word(shipment.state), int64_t{is_open(shipment.state)},
              shipment.store_id, shipment.assigned_at, shipment.accept_by, shipment.ship_by,
              shipment.changed_at, shipment.reason, shipment.carrier, shipment.number, tenant,
              shipment.id);
  for (const ShipmentLine& line : shipment.lines) {
    session.run(kSetShipmentLine, line.held, shipment.store_id, tenant, shipment.id,
                line.order_line);
  }
}

// What became of a deed that arrives again; none: it is new.
std::optional<Result<Shipment>> done_before(Session& session, TenantId tenant,
                                            const Shipment& shipment, const ShipmentMove& move) {
  std::string actor;
  std::string action;
  int64_t refused = 0;
  const bool known = session.one(kShipmentDeed, std::tie(actor, action, refused), tenant,
                                 shipment.id, move.action_id);
  if (!known) return std::nullopt;
  if (actor != move.actor.id || action != word(move.action)) {
    return Error{ErrorCode::kConflict, "the id is another deed's"};
  }
  if (refused != 0) return Error{ErrorCode::kConflict, "it was refused before"};
  return shipment;
}

ShipmentEntry entry_of(const ShipmentMove& move, ShipmentState before, ShipmentState after,
                       bool refused) {
  const bool listed = reject_reason(move.reason) || cancel_reason(move.reason);
  return {.id = move.action_id,
          .actor = move.actor.id,
          .action = word(move.action),
          .before = word(before),
          .after = word(after),
          .reason = listed ? std::string_view(move.reason) : "",
          .role = move.actor.role,
          .at = move.at,
          .refused = refused};
}

}  // namespace

Result<Done> SqlStorage::put_shipments(TenantId tenant, const Routed& routed) {
  std::vector<Shipment> sorted = routed.shipments;
  // Shelves are locked in one order by everybody.
  std::ranges::sort(sorted, {}, &Shipment::store_id);
  for (const Shipment& shipment : sorted) {
    if (auto key = check_key("a shipment's id", shipment.id); !key) return key;
  }
  return write([&](Session& session) -> Result<Done> {
    if (auto held = hold_tenant(session, tenant); !held) return held;
    if (routed.refusals >= 0 && !sorted.empty()) {
      int64_t refusals = 0;
      session.one(kRefusals, std::tie(refusals), tenant, sorted.front().order_id);
      if (refusals != routed.refusals) {
        return Error{ErrorCode::kUnavailable, "a shop has refused the order meanwhile"};
      }
    }
    for (const Shipment& shipment : sorted) {
      if (shipment_of(session, tenant, shipment.id)) continue;
      const auto safety = routed.safety.find(shipment.store_id);
      auto enough = check_held(session, tenant, shipment,
                               safety == routed.safety.end() ? Safety{} : safety->second);
      if (!enough) return enough;
      if (auto put = put_one(session, tenant, shipment, routed.trace); !put) return put;
    }
    return Done{};
  });
}

Result<Shipment> SqlStorage::move_shipment(TenantId tenant, const ShipmentMove& move,
                                           const Safety& safety, const std::vector<Change>& also) {
  if (auto key = check_key("a deed's id", move.action_id); !key) return key.error();
  const Seconds now = clock_.now();
  std::optional<ShipmentState> refused_in;
  auto moved = write([&](Session& session) -> Result<Shipment> {
    refused_in.reset();
    if (auto known = hold_tenant(session, tenant); !known) return known.error();
    std::string held;
    if (!session.one(kHoldShipment, std::tie(held), tenant, move.shipment_id)) {
      return Error{ErrorCode::kNotFound, "there is no such shipment"};
    }
    auto shipment = shipment_of(session, tenant, move.shipment_id);
    if (!shipment) return Error{ErrorCode::kInternal, "a shipment has an unknown state"};
    if (auto before = done_before(session, tenant, *shipment, move)) return *std::move(before);
    const ShipmentState before = shipment->state;
    if (auto done = do_to(*shipment, move); !done) {
      if (done.error().code == ErrorCode::kConflict) refused_in = before;
      return done.error();
    }
    if (move.action == ShipmentAction::kAssign) {
      if (auto enough = check_held(session, tenant, *shipment, safety); !enough) {
        return enough.error();
      }
    }
    put_back(session, tenant, *shipment);
    put_entry(session, tenant, shipment->id, entry_of(move, before, shipment->state, false));
    std::vector<Change> changes = also;
    for (const std::string& product : not_there(*shipment, move)) {
      changes.emplace_back(change::DoubtStock{product, shipment->store_id});
    }
    auto applied = apply_changes(session, tenant, changes, now);
    if (!applied) return applied.error();
    return *std::move(shipment);
  });
  if (!refused_in) return moved;
  auto noted = write([&](Session& session) -> Result<Done> {
    int64_t deeds = 0;
    session.each(kShipmentDeeds, std::tuple<>(), [&] { ++deeds; }, tenant, move.shipment_id);
    if (deeds >= kShipmentDeedsMost) return Done{};
    put_entry(session, tenant, move.shipment_id, entry_of(move, *refused_in, *refused_in, true));
    return Done{};
  });
  // Somebody noted the same deed in between: it is noted.
  if (!noted.ok() && noted.error().code != ErrorCode::kConflict) return noted.error();
  return moved;
}

Result<Done> SqlStorage::note_seen(TenantId tenant, const std::vector<Seen>& seen) {
  return write([&](Session& session) -> Result<Done> {
    if (auto held = hold_tenant(session, tenant); !held) return held;
    for (const Seen& each : seen) {
      session.run(kSeeShipment, each.work_id, int64_t{each.placed}, int64_t{each.on_hold}, tenant,
                  each.shipment_id);
      if (each.told_id != 0) session.run(kTellShipment, each.told_id, tenant, each.shipment_id);
    }
    return Done{};
  });
}

Result<std::optional<Shipment>> SqlStorage::shipment(TenantId tenant, std::string_view id) {
  return read([&](Session& session) -> Result<std::optional<Shipment>> {
    return shipment_of(session, tenant, id);
  });
}

Result<std::vector<Shipment>> SqlStorage::shipments_of_order(TenantId tenant, int64_t order_id) {
  return read([&](Session& session) -> Result<std::vector<Shipment>> {
    return shipments(session, kShipmentsOfOrder, tenant, order_id);
  });
}

Result<std::vector<Shipment>> SqlStorage::open_shipments(TenantId tenant,
                                                         const std::vector<std::string>& stores,
                                                         int limit) {
  const std::string of = json_array(stores);
  return read([&](Session& session) -> Result<std::vector<Shipment>> {
    return stores.empty() ? shipments(session, kOpenShipments, tenant, limit)
                          : shipments(session, kOpenShipmentsOf, tenant, of, limit);
  });
}

Result<std::map<std::string, int64_t>> SqlStorage::open_work(TenantId tenant) {
  return read([&](Session& session) -> Result<std::map<std::string, int64_t>> {
    std::map<std::string, int64_t> work;
    std::string store;
    int64_t count = 0;
    session.each(kOpenWork, std::tie(store, count), [&] { work[store] = count; }, tenant);
    return work;
  });
}

Result<std::string> SqlStorage::trace_of(TenantId tenant, std::string_view id) {
  return read([&](Session& session) -> Result<std::string> {
    std::string trace;
    session.one(kShipmentTrace, std::tie(trace), tenant, id);
    return trace;
  });
}

Result<std::vector<ShipmentDeed>> SqlStorage::shipment_deeds(TenantId tenant, std::string_view id) {
  return read([&](Session& session) -> Result<std::vector<ShipmentDeed>> {
    ShipmentDeed deed;
    std::string role;
    int64_t refused = 0;
    std::vector<ShipmentDeed> deeds;
    session.each(
        kShipmentDeeds,
        std::tie(deed.at, role, deed.actor, deed.action, deed.from, deed.to, deed.reason, refused),
        [&] {
          deed.role = role_of(role).value_or(Role::kSystem);
          deed.refused = refused != 0;
          deeds.push_back(deed);
        },
        tenant, id);
    return deeds;
  });
}

}  // namespace tsunagi::storage
