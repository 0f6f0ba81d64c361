#include "server/storage/fulfilment_changes.h"

#include <string>
#include <tuple>
#include <vector>

#include "server/domain/fulfilment/pickup_mail.h"
#include "server/domain/words.h"
#include "server/storage/text.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kMovePickups{
    "UPDATE pickup SET customer_id = :a WHERE tenant = :b AND customer_id = :c"};
// Deeds that are under way end first: they write the customer's id into the trail.
constexpr Sql kHoldPickupsOf{
    "SELECT pickup_id FROM pickup WHERE tenant = :a AND customer_id = :b "
    "ORDER BY placed_at, pickup_id {hold_alone}"};
constexpr Sql kForgetShopper{
    "UPDATE pickup_deed SET actor = '' WHERE tenant = :a AND role = 'shopper' AND pickup_id IN "
    "(SELECT pickup_id FROM pickup WHERE tenant = :b AND customer_id = :c)"};
constexpr Sql kTellShopper{
    "INSERT INTO pickup_mail "
    "(tenant, pickup_id, mail_id, place, step, asked_at, settled_at, outcome) "
    "SELECT p.tenant, p.pickup_id, CAST(:a AS TEXT), (SELECT COUNT(*) FROM pickup_mail m "
    "WHERE m.tenant = p.tenant AND m.pickup_id = p.pickup_id), CAST(:b AS TEXT), "
    "CAST(:c AS BIGINT), 0, '' FROM pickup p "
    "WHERE p.tenant = :d AND p.pickup_id = :e AND p.customer_id <> 0 "
    "ON CONFLICT (tenant, pickup_id, mail_id) DO NOTHING"};
// With its outbox item, as one trip, which SQLite has no words for.
constexpr Sql kTellShopperAtOnce{
    "WITH told AS (INSERT INTO pickup_mail "
    "(tenant, pickup_id, mail_id, place, step, asked_at, settled_at, outcome) "
    "SELECT p.tenant, p.pickup_id, CAST(:a AS TEXT), (SELECT COUNT(*) FROM pickup_mail m "
    "WHERE m.tenant = p.tenant AND m.pickup_id = p.pickup_id), CAST(:b AS TEXT), "
    "CAST(:c AS BIGINT), 0, '' FROM pickup p "
    "WHERE p.tenant = :d AND p.pickup_id = :e AND p.customer_id <> 0 "
    "ON CONFLICT (tenant, pickup_id, mail_id) DO NOTHING "
    "RETURNING tenant, pickup_id, mail_id, asked_at) "
    "INSERT INTO outbox (tenant, kind, item_key, state, due_at, enqueued_at, background) "
    "SELECT tenant, 'pickup_mail', pickup_id || '/' || mail_id, 'waiting', asked_at, asked_at, 0 "
    "FROM told ON CONFLICT (tenant, kind, item_key) DO NOTHING"};
constexpr Sql kMarkShort{
    "UPDATE pickup SET short_at = :a WHERE tenant = :b AND pickup_id = :c AND state = 'placed'"};
constexpr Sql kShopperTold{
    "UPDATE pickup_mail SET settled_at = :a, outcome = :b "
    "WHERE tenant = :c AND pickup_id = :d AND mail_id = :e"};
// Of a customer's pick-ups, before they are nobody's. SQLite joins in the order that is written
// where that is CROSS JOIN.
constexpr Sql kDropMails{
    "DELETE FROM outbox WHERE tenant = :a AND kind = 'pickup_mail' AND item_key IN "
    "(SELECT m.pickup_id || '/' || m.mail_id FROM pickup p CROSS JOIN pickup_mail m "
    "WHERE p.tenant = :b AND p.customer_id = :c AND m.tenant = p.tenant "
    "AND m.pickup_id = p.pickup_id)"};
constexpr Sql kForgetMails{
    "DELETE FROM pickup_mail WHERE tenant = :a AND pickup_id IN "
    "(SELECT pickup_id FROM pickup WHERE tenant = :b AND customer_id = :c)"};
constexpr Sql kParcelsOf{"SELECT shipment_id FROM shipment WHERE tenant = :a AND order_id = :b"};
// What a person settled is told under no number.
constexpr Sql kSettleParcel{
    "UPDATE shipment SET told_id = -1 WHERE tenant = :a AND shipment_id = :b "
    "AND state = 'shipped' AND told_id = 0"};
constexpr Sql kSettleHeld{
    "UPDATE shipment_line SET held = 0 WHERE tenant = :a AND shipment_id = :b"};
constexpr Sql kReleaseSent{
    "UPDATE shipment_line SET held = 0 "
    "WHERE tenant = :a AND shipment_id = :b AND order_line = :c"};
// As with parcels: of what was handed over.
constexpr Sql kPurchasesOf{
    "SELECT pickup_id FROM pickup_order WHERE tenant = :a AND order_id = :b"};
constexpr Sql kSettlePurchase{
    "UPDATE pickup_order SET told_id = -1 WHERE tenant = :a AND pickup_id = :b AND told_id = 0 "
    "AND EXISTS (SELECT 1 FROM pickup p WHERE p.tenant = pickup_order.tenant "
    "AND p.pickup_id = pickup_order.pickup_id AND p.state = 'handed_over')"};
constexpr Sql kSettlePurchaseHeld{
    "UPDATE pickup_line SET held = 0 WHERE tenant = :a AND pickup_id = :b"};
constexpr Sql kReleaseHandedOver{
    "UPDATE pickup_line SET held = 0 WHERE tenant = :a AND pickup_id = :b AND product_id = :c"};
constexpr Sql kAskTaking{
    "INSERT INTO till_taking (tenant, parcel_id, order_line, back, order_id, order_name, "
    "product_id, store_id, quantity, begun_at, done_at) "
    "VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, 0, 0) "
    "ON CONFLICT (tenant, parcel_id, order_line, back) DO NOTHING"};
constexpr Sql kEndTaking{
    "UPDATE till_taking SET done_at = :a "
    "WHERE tenant = :b AND parcel_id = :c AND order_line = :d AND back = :e AND done_at = 0"};
constexpr Sql kReleaseTaken{
    "UPDATE shipment_line SET held = 0 WHERE tenant = :a AND order_line = :b AND shipment_id IN "
    "(SELECT shipment_id FROM shipment WHERE tenant = :c AND told_id = :d AND told_id > 0)"};
// A line of a pick-up is all lines of the order of one product: each taken on its own.
constexpr Sql kReleaseFetched{
    "UPDATE pickup_line SET held = CASE WHEN held > :a THEN held - :b ELSE 0 END "
    "WHERE tenant = :c AND product_id = :d AND pickup_id IN "
    "(SELECT pickup_id FROM pickup_order WHERE tenant = :e AND told_id = :f AND told_id > 0)"};

}  // namespace

bool tell_shopper(Session& session, TenantId tenant, const change::TellShopper& tell, Seconds now) {
  const bool at_once = session.dialect() == Dialect::kPostgres;
  const bool asked = session.run(at_once ? kTellShopperAtOnce : kTellShopper, tell.mail_id,
                                 word(tell.step), now, tenant, tell.pickup_id) > 0;
  return asked && !at_once;
}

void mark_short(Session& session, TenantId tenant, const change::MarkShort& mark, Seconds now) {
  session.run(kMarkShort, mark.lacks ? now : 0, tenant, mark.pickup_id);
}

void shopper_told(Session& session, TenantId tenant, const change::ShopperTold& told, Seconds now) {
  const PickupMailName name = pickup_mail_name(told.key);
  session.run(kShopperTold, now, word(told.outcome), tenant, name.pickup_id, name.mail_id);
}

void move_pickups(Session& session, TenantId tenant, int64_t from_customer, int64_t to_customer) {
  session.run(kMovePickups, to_customer, tenant, from_customer);
}

void forget_pickups_of(Session& session, TenantId tenant, int64_t customer_id) {
  std::string held;
  session.each(kHoldPickupsOf, std::tie(held), [] {}, tenant, customer_id);
  session.run(kForgetShopper, tenant, tenant, customer_id);
  session.run(kDropMails, tenant, tenant, customer_id);
  session.run(kForgetMails, tenant, tenant, customer_id);
  move_pickups(session, tenant, customer_id, 0);
}

void settle_parcels(Session& session, TenantId tenant, int64_t order_id) {
  std::string id;
  std::vector<std::string> ids;
  session.each(kParcelsOf, std::tie(id), [&] { ids.push_back(id); }, tenant, order_id);
  for (const std::string& each : ids) {
    if (session.run(kSettleParcel, tenant, each) > 0) session.run(kSettleHeld, tenant, each);
  }
  ids.clear();
  session.each(kPurchasesOf, std::tie(id), [&] { ids.push_back(id); }, tenant, order_id);
  for (const std::string& each : ids) {
    if (session.run(kSettlePurchase, tenant, each) > 0) {
      session.run(kSettlePurchaseHeld, tenant, each);
    }
  }
}

bool take_from_tills(Session& session, TenantId tenant, const Taking& taking) {
  return session.run(kAskTaking, tenant, taking.name.parcel_id, taking.name.order_line,
                     static_cast<int64_t>(taking.name.kind), taking.order_id,
                     storable(taking.order_name), taking.product_id, taking.store_id,
                     taking.quantity) > 0;
}

void tills_took(Session& session, TenantId tenant, const Taking& taking, Seconds now) {
  const TakingName& name = taking.name;
  const bool ended = session.run(kEndTaking, now, tenant, name.parcel_id, name.order_line,
                                 static_cast<int64_t>(name.kind)) > 0;
  if (name.kind != TakingKind::kSent) return;
  session.run(kReleaseTaken, tenant, name.order_line, tenant, name.parcel_id);
  if (!ended) return;
  session.run(kReleaseFetched, taking.quantity, taking.quantity, tenant, taking.product_id, tenant,
              name.parcel_id);
}

void release_sent(Session& session, TenantId tenant, const change::ReleaseSent& release) {
  session.run(kReleaseSent, tenant, release.shipment_id, release.order_line);
}

void release_handed_over(Session& session, TenantId tenant,
                         const change::ReleaseHandedOver& release) {
  session.run(kReleaseHandedOver, tenant, release.pickup_id, release.product_id);
}

}  // namespace tsunagi::storage
