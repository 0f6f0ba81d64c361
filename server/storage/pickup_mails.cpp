// The log of mails about pick-ups. Until a mail's outcome is known, what is known of it is the
// state of its outbox item.

#include <utility>

#include "server/domain/words.h"
#include "server/storage/sql_storage.h"
#include "server/storage/text.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kMails{
    "SELECT m.pickup_id, m.mail_id, m.place, m.step, m.asked_at, m.settled_at, m.outcome, "
    "COALESCE(o.state, '') FROM pickup_mail m LEFT JOIN outbox o ON o.tenant = m.tenant "
    "AND o.item_key = m.pickup_id || '/' || m.mail_id AND o.kind = 'pickup_mail' "
    "WHERE m.tenant = :a AND m.pickup_id IN ({in_json_array_open}:b{in_json_array_close}) "
    "ORDER BY m.pickup_id, m.place"};
// One that is given up or in review holds up nobody. SQLite joins in the order that is written
// where that is CROSS JOIN.
constexpr Sql kBehind{
    "SELECT m.mail_id FROM pickup p CROSS JOIN pickup_mail m CROSS JOIN outbox o "
    "WHERE p.tenant = :a AND p.customer_id = :b "
    "AND m.tenant = p.tenant AND m.pickup_id = p.pickup_id AND m.settled_at = 0 AND (m.asked_at < "
    ":c OR (m.asked_at = :d AND m.pickup_id = :e AND m.place < :f)) "
    "AND o.tenant = m.tenant AND o.item_key = m.pickup_id || '/' || m.mail_id "
    "AND o.kind = 'pickup_mail' AND o.state IN ('waiting', 'leased') LIMIT 1"};

PickupMailOutcome outcome_of(std::string_view settled, std::string_view queue) {
  if (const auto known = pickup_mail_outcome(settled)) return *known;
  if (queue == word(QueueState::kReview)) return PickupMailOutcome::kUnanswered;
  if (queue == word(QueueState::kDead)) return PickupMailOutcome::kFailed;
  return PickupMailOutcome::kWaiting;
}

}  // namespace

Result<PickupMailLog> SqlStorage::mails_of(TenantId tenant, const std::vector<std::string>& ids) {
  const std::string of = json_array(ids);
  return read([&](Session& session) -> Result<PickupMailLog> {
    PickupMailLog log;
    PickupMail mail;
    std::string pickup;
    std::string step;
    std::string settled;
    std::string queue;
    session.each(
        kMails,
        std::tie(pickup, mail.id, mail.place, step, mail.asked_at, mail.settled_at, settled, queue),
        [&] {
          mail.step = pickup_mail_step(step).value_or(PickupMailStep::kPlaced);
          mail.outcome = outcome_of(settled, queue);
          log[pickup].push_back(mail);
        },
        tenant, of);
    return log;
  });
}

Result<bool> SqlStorage::is_behind(TenantId tenant, const Pickup& pickup, const PickupMail& mail) {
  return read([&](Session& session) -> Result<bool> {
    std::string first;
    return session.one(kBehind, std::tie(first), tenant, pickup.customer_id, mail.asked_at,
                       mail.asked_at, pickup.id, mail.place);
  });
}

}  // namespace tsunagi::storage
