// What the online shop was seen to have of pick-ups that were bought there.

#include <algorithm>
#include <limits>
#include <map>

#include "server/storage/pickup_rows.h"
#include "server/storage/sql_storage.h"
#include "server/storage/text.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kPickupsOfOrder{
    "SELECT p.pickup_id FROM pickup_order o CROSS JOIN pickup p WHERE o.tenant = :a "
    "AND o.order_id = :b AND p.tenant = o.tenant AND p.pickup_id = o.pickup_id "
    "ORDER BY p.placed_at, p.pickup_id"};
constexpr Sql kOpenByOrder{
    "SELECT p.pickup_id FROM pickup_order o CROSS JOIN pickup p WHERE o.tenant = :a "
    "AND o.order_name = :b AND p.tenant = o.tenant AND p.pickup_id = o.pickup_id "
    "AND p.is_open = 1 ORDER BY CASE p.state WHEN 'ready' THEN 0 ELSE 1 END, p.placed_at, "
    "p.pickup_id LIMIT 20"};
constexpr Sql kUndecided{
    "SELECT p.pickup_id FROM pickup_order o CROSS JOIN pickup p WHERE o.tenant = :a "
    "AND o.undecided = 1 AND p.tenant = o.tenant AND p.pickup_id = o.pickup_id AND p.is_open = 0 "
    "ORDER BY p.changed_at DESC, p.pickup_id LIMIT :b"};
constexpr Sql kUndecidedAll{
    "SELECT p.pickup_id FROM pickup_order o CROSS JOIN pickup p WHERE o.tenant = :a "
    "AND o.undecided = 1 AND p.tenant = o.tenant AND p.pickup_id = o.pickup_id "
    "ORDER BY p.changed_at DESC, p.pickup_id LIMIT :b"};
constexpr Sql kUndecidedOf{
    "SELECT p.pickup_id FROM pickup_order o CROSS JOIN pickup p WHERE o.tenant = :a "
    "AND o.undecided = 1 AND p.tenant = o.tenant AND p.pickup_id = o.pickup_id AND p.is_open = 0 "
    "AND p.store_id IN ({in_json_array_open}:b{in_json_array_close}) "
    "ORDER BY p.changed_at DESC, p.pickup_id LIMIT :c"};
constexpr Sql kRefundsDue{
    "SELECT pickup_id FROM pickup_order WHERE tenant = :a AND undecided = 1 AND choice_id = '' "
    "AND refund_at > 0 AND refund_at <= :b AND paid = 1 AND put_off = 1 "
    "ORDER BY refund_at, pickup_id LIMIT :c"};
constexpr Sql kRefundBefore{
    "SELECT pickup_id FROM pickup_order WHERE tenant = :a AND undecided = 1 AND choice_id = '' "
    "AND refund_at > 0 AND refund_at < :b ORDER BY refund_at LIMIT 1"};
constexpr Sql kDelayRefunds{
    "UPDATE pickup_order SET refund_at = :a WHERE tenant = :b AND undecided = 1 "
    "AND choice_id = '' AND refund_at > 0 AND refund_at < :c"};
constexpr Sql kSeePurchase{
    "UPDATE pickup_order SET paid = :a, on_hold = :b, put_off = :c, undecided = :d, "
    "choice_state = :e, refund_at = :f WHERE tenant = :g AND pickup_id = :h"};
constexpr Sql kPreparePurchase{
    "UPDATE pickup_order SET prepared = 1 WHERE tenant = :a AND pickup_id = :b"};
constexpr Sql kTellPurchase{
    "UPDATE pickup_order SET told_id = :a WHERE tenant = :b AND pickup_id = :c AND told_id = 0"};
constexpr Sql kFewerOfOrder{
    "UPDATE pickup_order_line SET quantity = :a WHERE tenant = :b AND pickup_id = :c "
    "AND order_line = :d"};
constexpr Sql kFewerOfPickup{
    "UPDATE pickup_line SET quantity = :a, picked = :b, held = :c WHERE tenant = :d "
    "AND pickup_id = :e AND product_id = :f"};
constexpr Sql kReleaseChosen{
    "UPDATE pickup_line SET held = 0, store_id = :a WHERE tenant = :b AND pickup_id = :c"};
constexpr Sql kNoneOfOrder{
    "DELETE FROM pickup_order_line WHERE tenant = :a AND pickup_id = :b AND quantity = 0"};
constexpr Sql kNoneOfPickup{
    "DELETE FROM pickup_line WHERE tenant = :a AND pickup_id = :b AND quantity = 0"};

// How the choice that is noted ended, and what the chosen shop kept meanwhile: the pick-up that
// begins there keeps it from then on.
ChoiceState end_choice(Session& session, TenantId tenant, const Pickup& pickup,
                       const PickupBook::PurchaseSeen& seen, Seconds now) {
  const PurchaseChoice& known = pickup.purchase.choice;
  const bool ends = known.state == ChoiceState::kAsked && seen.choice.id == known.id &&
                    seen.choice.state != ChoiceState::kNone;
  if (!ends) return known.state;
  if (known.what == Choice::kShop && is_given_up(pickup.state)) {
    session.run(kReleaseChosen, pickup.store_id, tenant, pickup.id);
  }
  const std::string deed = "order.choice." + known.id;
  put_deed(session, tenant, pickup.id,
           {.id = deed,
            .actor = {},
            .action = seen.choice.state == ChoiceState::kDone ? "choice_done" : "choice_failed",
            .before = word(pickup.state),
            .after = word(pickup.state),
            .reason = word(known.what),
            .at = now});
  return seen.choice.state;
}

// Some of it is no longer to be fetched: what is left is shown, held and counted.
void note_fewer(Session& session, TenantId tenant, const Pickup& pickup,
                const std::vector<PurchaseLine>& fewer, Seconds now) {
  std::map<std::string, int64_t> sums;
  int64_t pieces = 0;
  for (const PurchaseLine& line : fewer) {
    sums[line.product_id] += line.quantity;
    pieces += line.quantity;
    session.run(kFewerOfOrder, line.quantity, tenant, pickup.id, line.order_line);
  }
  for (const PickupLine& line : pickup.lines) {
    const int64_t left = std::min(line.quantity, sums[line.product_id]);
    session.run(kFewerOfPickup, left, std::min(line.picked, left), std::min(line.held, left),
                tenant, pickup.id, line.product_id);
  }
  session.run(kNoneOfOrder, tenant, pickup.id);
  session.run(kNoneOfPickup, tenant, pickup.id);
  const std::string deed = "order.fewer." + std::to_string(pieces);
  put_deed(session, tenant, pickup.id,
           {.id = deed,
            .actor = {},
            .action = "fewer",
            .before = word(pickup.state),
            .after = word(pickup.state),
            .reason = {},
            .at = now});
}

// What was found in part and then not fetched is asked about twice: it is another question.
change::TellShopper mail_about(const Pickup& pickup, PickupMailStep step) {
  return {.pickup_id = pickup.id,
          .mail_id = std::string(word(step)) + "-" + std::string(word(pickup.state)),
          .step = step};
}

Result<Done> note_purchase(Session& session, TenantId tenant, const PickupBook::PurchaseSeen& seen,
                           Seconds now) {
  if (!hold_pickup(session, tenant, seen.pickup_id)) return Done{};
  const auto pickup = pickup_of(session, tenant, seen.pickup_id);
  if (!pickup || !is_purchase(pickup->purchase)) return Done{};
  if (seen.prepared) session.run(kPreparePurchase, tenant, seen.pickup_id);
  if (seen.told_id != 0) session.run(kTellPurchase, seen.told_id, tenant, seen.pickup_id);
  if (pickup->state != seen.state) return Done{};
  const Purchase& known = pickup->purchase;
  const ChoiceState choice = end_choice(session, tenant, *pickup, seen, now);
  session.run(kSeePurchase, int64_t{seen.paid.value_or(known.paid)},
              int64_t{seen.on_hold.value_or(known.on_hold)},
              static_cast<int64_t>(seen.put_off.value_or(known.put_off)),
              int64_t{known.undecided && !seen.decided}, static_cast<int64_t>(choice),
              seen.refund_at.value_or(known.refund_at), tenant, seen.pickup_id);
  if (!seen.fewer.empty()) note_fewer(session, tenant, *pickup, seen.fewer, now);
  const bool ended = known.choice.state == ChoiceState::kAsked && choice == ChoiceState::kDone;
  std::vector<Change> mails;
  if (seen.ask_customer) mails.emplace_back(mail_about(*pickup, PickupMailStep::kChoose));
  if (seen.tell_refunded && ended) {
    mails.emplace_back(mail_about(*pickup, PickupMailStep::kRefunded));
  }
  return mails.empty() ? Done{} : apply_changes(session, tenant, mails, now);
}

}  // namespace

Result<Done> SqlStorage::note_purchases(TenantId tenant, const std::vector<PurchaseSeen>& seen,
                                        Seconds now) {
  return write([&](Session& session) -> Result<Done> {
    if (auto held = hold_tenant(session, tenant); !held) return held;
    for (const PurchaseSeen& each : seen) {
      if (auto noted = note_purchase(session, tenant, each, now); !noted) return noted;
    }
    return Done{};
  });
}

Result<std::vector<Pickup>> SqlStorage::refunds_due(TenantId tenant, Seconds until, int limit) {
  return read([&](Session& session) -> Result<std::vector<Pickup>> {
    return pickups(session, kRefundsDue, tenant, until, limit);
  });
}

Result<Done> SqlStorage::delay_refunds(TenantId tenant, Seconds until) {
  const Seconds before = until == 0 ? std::numeric_limits<Seconds>::max() : until;
  // Nearly always there is none: nothing is written then.
  const auto any = read([&](Session& session) -> Result<bool> {
    std::string id;
    return session.one(kRefundBefore, std::tie(id), tenant, before);
  });
  if (!any.ok()) return any.error();
  if (!*any) return Done{};
  return write([&](Session& session) -> Result<Done> {
    session.run(kDelayRefunds, until, tenant, before);
    return Done{};
  });
}

Result<std::vector<Pickup>> SqlStorage::pickups_of_order(TenantId tenant, int64_t order_id) {
  return read([&](Session& session) -> Result<std::vector<Pickup>> {
    return pickups(session, kPickupsOfOrder, tenant, order_id);
  });
}

Result<std::vector<Pickup>> SqlStorage::open_pickups_by_order(TenantId tenant,
                                                              std::string_view order_name) {
  return read([&](Session& session) -> Result<std::vector<Pickup>> {
    return pickups(session, kOpenByOrder, tenant, order_name);
  });
}

Result<std::vector<Pickup>> SqlStorage::undecided_purchases(TenantId tenant, int limit) {
  return read([&](Session& session) -> Result<std::vector<Pickup>> {
    return pickups(session, kUndecidedAll, tenant, limit);
  });
}

Result<std::vector<Pickup>> SqlStorage::undecided_pickups(TenantId tenant,
                                                          const std::vector<std::string>& stores,
                                                          int limit) {
  const std::string of = json_array(stores);
  return read([&](Session& session) -> Result<std::vector<Pickup>> {
    return stores.empty() ? pickups(session, kUndecided, tenant, limit)
                          : pickups(session, kUndecidedOf, tenant, of, limit);
  });
}

}  // namespace tsunagi::storage
