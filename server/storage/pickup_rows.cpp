#include "server/storage/pickup_rows.h"

#include <map>
#include <utility>

#include "server/domain/fulfilment/shipment.h"
#include "server/storage/text.h"

namespace tsunagi::storage {
namespace {

// The pick-ups of these ids, and their lines, in any number.
constexpr Sql kPickups{
    "SELECT p.pickup_id, p.customer_id, p.store_id, p.code, p.state, p.language, p.placed_at, "
    "p.accept_by, p.ready_from, p.hold_until, p.changed_at, p.short_at, p.reason, p.page, "
    "COALESCE(o.order_id, 0), COALESCE(o.order_name, ''), COALESCE(o.paid, 0), "
    "COALESCE(o.short_of, 0), COALESCE(o.on_hold, 0), COALESCE(o.prepared, 0), "
    "COALESCE(o.undecided, 0), COALESCE(o.put_off, 0), COALESCE(o.told_id, 0), "
    "COALESCE(o.choice_id, ''), COALESCE(o.choice, 0), COALESCE(o.choice_state, 0), "
    "COALESCE(o.choice_store, ''), COALESCE(o.refund_at, 0) FROM pickup p "
    "LEFT JOIN pickup_order o ON o.tenant = p.tenant AND o.pickup_id = p.pickup_id "
    "WHERE p.tenant = :a "
    "AND p.pickup_id {any_open}{in_json_array_open}:b{in_json_array_close}{any_close}"};
constexpr Sql kLines{
    "SELECT l.pickup_id, l.product_id, l.product_code, l.product_name, l.quantity, l.picked, "
    "l.held, COALESCE(p.code, ''), COALESCE(p.supplier_code, '') FROM pickup_line l "
    "LEFT JOIN product p ON p.tenant = l.tenant AND p.product_id = l.product_id "
    "WHERE l.tenant = :a "
    "AND l.pickup_id {any_open}{in_json_array_open}:b{in_json_array_close}{any_close} "
    "ORDER BY l.pickup_id, l.product_id"};
constexpr Sql kPurchaseLines{
    "SELECT order_line, product_id, quantity FROM pickup_order_line "
    "WHERE tenant = :a AND pickup_id = :b ORDER BY order_line"};
constexpr Sql kHoldPickup{
    "SELECT pickup_id FROM pickup WHERE tenant = :a AND pickup_id = :b {hold_alone}"};
constexpr Sql kPutDeed{
    "INSERT INTO pickup_deed (tenant, pickup_id, deed_id, place, done_at, role, actor, action, "
    "state_before, state_after, reason, refused) SELECT :a, :b, :c, COUNT(*), :d, :e, :f, :g, :h, "
    ":i, :j, :k FROM pickup_deed WHERE tenant = :l AND pickup_id = :m"};

// The columns of a purchase; 0 of what is none.
struct PurchaseRow {
  int64_t order_id = 0, paid = 0, short_of = 0, on_hold = 0, prepared = 0, undecided = 0;
  int64_t put_off = 0, told_id = 0, choice = 0, choice_state = 0, refund_at = 0;
  std::string order_name, choice_id, choice_store;
};

Purchase purchase_of(const PurchaseRow& row) {
  return {.order_id = row.order_id,
          .order_name = row.order_name,
          .paid = row.paid != 0,
          .short_of = row.short_of != 0,
          .on_hold = row.on_hold != 0,
          .prepared = row.prepared != 0,
          .undecided = row.undecided != 0,
          .put_off = static_cast<PutOff>(row.put_off),
          .told_id = row.told_id,
          .choice = {.id = row.choice_id,
                     .what = static_cast<Choice>(row.choice),
                     .state = static_cast<ChoiceState>(row.choice_state),
                     .store_id = row.choice_store},
          .refund_at = row.refund_at};
}

void read_purchase_lines(Session& session, TenantId tenant, Pickup& pickup) {
  PurchaseLine line;
  session.each(
      kPurchaseLines, std::tie(line.order_line, line.product_id, line.quantity),
      [&] { pickup.purchase.lines.push_back(line); }, tenant, pickup.id);
}

// By id.
std::map<std::string, Pickup> pickup_heads(Session& session, TenantId tenant,
                                           const std::string& asked) {
  std::map<std::string, Pickup> by_id;
  Pickup row;
  std::string state;
  PurchaseRow bought;
  session.each(
      kPickups,
      std::tie(row.id, row.customer_id, row.store_id, row.code, state, row.language, row.placed_at,
               row.accept_by, row.ready_from, row.hold_until, row.changed_at, row.short_at,
               row.reason, row.page, bought.order_id, bought.order_name, bought.paid,
               bought.short_of, bought.on_hold, bought.prepared, bought.undecided, bought.put_off,
               bought.told_id, bought.choice_id, bought.choice, bought.choice_state,
               bought.choice_store, bought.refund_at),
      [&] {
        const auto known = pickup_state(state);
        if (!known) return;
        row.state = *known;
        row.purchase = purchase_of(bought);
        by_id[row.id] = row;
      },
      tenant, asked);
  return by_id;
}

}  // namespace

std::vector<Pickup> pickups_by_id(Session& session, TenantId tenant,
                                  const std::vector<std::string>& ids) {
  if (ids.empty()) return {};
  const std::string asked = json_array(ids);
  std::map<std::string, Pickup> by_id = pickup_heads(session, tenant, asked);
  for (auto& [id, pickup] : by_id) {
    if (is_purchase(pickup.purchase)) read_purchase_lines(session, tenant, pickup);
  }
  std::string of;
  PickupLine line;
  session.each(
      kLines,
      std::tie(of, line.product_id, line.product_code, line.product_name, line.quantity,
               line.picked, line.held, line.barcode, line.sku),
      [&] {
        const auto pickup = by_id.find(of);
        if (pickup != by_id.end()) pickup->second.lines.push_back(line);
      },
      tenant, asked);
  std::vector<Pickup> found;
  for (const std::string& id : ids) {
    auto pickup = by_id.extract(id);
    if (pickup) found.push_back(std::move(pickup.mapped()));
  }
  return found;
}

std::optional<Pickup> pickup_of(Session& session, TenantId tenant, std::string_view id) {
  auto found = pickups_by_id(session, tenant, {std::string(id)});
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

bool hold_pickup(Session& session, TenantId tenant, std::string_view id) {
  std::string held;
  return session.one(kHoldPickup, std::tie(held), tenant, id);
}

Deed deed_of(const PickupMove& move, PickupState before, PickupState after, bool refused) {
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

void put_deed(Session& session, TenantId tenant, std::string_view pickup, const Deed& deed) {
  session.run(kPutDeed, tenant, pickup, deed.id, deed.at, word(deed.role), deed.actor, deed.action,
              deed.before, deed.after, deed.reason, int64_t{deed.refused}, tenant, pickup);
}

}  // namespace tsunagi::storage
