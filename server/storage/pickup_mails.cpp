// The log of mails about pick-ups. Until a mail's outcome is known, what is known of it is the
// state of its outbox item.

#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "server/domain/words.h"
#include "server/storage/pickup_rows.h"
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

constexpr std::string_view kTellAction = "tell";
constexpr Sql kTellDeed{
    "SELECT actor, action, reason, refused FROM pickup_deed "
    "WHERE tenant = :a AND pickup_id = :b AND deed_id = :c"};

PickupMailLog mails_by_id(Session& session, TenantId tenant, const std::vector<std::string>& ids) {
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
      tenant, json_array(ids));
  return log;
}

// What became of a deed that arrives again; none: it is new.
std::optional<Result<Pickup>> told_before(Session& session, TenantId tenant, const Pickup& pickup,
                                          const MailAgain& again) {
  std::string actor;
  std::string action;
  std::string reason;
  int64_t refused = 0;
  const bool known = session.one(kTellDeed, std::tie(actor, action, reason, refused), tenant,
                                 pickup.id, again.deed);
  if (!known) return std::nullopt;
  if (actor != again.actor.id || action != kTellAction || reason != word(again.step)) {
    return Error{ErrorCode::kConflict, "the id is another deed's"};
  }
  if (refused != 0) return Error{ErrorCode::kConflict, "it was refused before"};
  return pickup;
}

Deed tell_deed(const MailAgain& again, PickupState state, bool refused) {
  return {.id = again.deed,
          .actor = again.actor.id,
          .action = kTellAction,
          .before = word(state),
          .after = word(state),
          .reason = word(again.step),
          .role = again.actor.role,
          .at = again.at,
          .refused = refused};
}

}  // namespace

Result<PickupMailLog> SqlStorage::mails_of(TenantId tenant, const std::vector<std::string>& ids) {
  return read(
      [&](Session& session) -> Result<PickupMailLog> { return mails_by_id(session, tenant, ids); });
}

Result<Pickup> SqlStorage::tell_again(TenantId tenant, const MailAgain& again,
                                      const PickupSettings& settings) {
  if (auto key = check_key("a deed's id", again.deed); !key) return key.error();
  std::optional<PickupState> refused_in;
  auto told = write([&](Session& session) -> Result<Pickup> {
    refused_in.reset();
    if (auto held = hold_tenant(session, tenant); !held) return held.error();
    if (!hold_pickup(session, tenant, again.pickup_id)) {
      return Error{ErrorCode::kNotFound, "there is no such pick-up"};
    }
    auto pickup = pickup_of(session, tenant, again.pickup_id);
    if (!pickup) return Error{ErrorCode::kInternal, "a pick-up has an unknown state"};
    if (auto before = told_before(session, tenant, *pickup, again)) return *std::move(before);
    const PickupMailLog log = mails_by_id(session, tenant, {pickup->id});
    const auto mails = log.find(pickup->id);
    const auto may =
        may_tell_again(*pickup, mails == log.end() ? std::vector<PickupMail>() : mails->second,
                       again.step, settings, again.at);
    if (!may) {
      refused_in = pickup->state;
      return may.error();
    }
    put_deed(session, tenant, pickup->id, tell_deed(again, pickup->state, false));
    const change::TellShopper tell{
        .pickup_id = pickup->id, .mail_id = mail_again_id(again.deed), .step = again.step};
    auto asked = apply_changes(session, tenant, {tell}, again.at);
    if (!asked) return asked.error();
    return *std::move(pickup);
  });
  if (!refused_in) return told;
  auto noted = note_refused(tenant, again.pickup_id, tell_deed(again, *refused_in, true));
  if (!noted.ok()) return noted.error();
  return told;
}

Result<bool> SqlStorage::is_behind(TenantId tenant, const Pickup& pickup, const PickupMail& mail) {
  return read([&](Session& session) -> Result<bool> {
    std::string first;
    return session.one(kBehind, std::tie(first), tenant, pickup.customer_id, mail.asked_at,
                       mail.asked_at, pickup.id, mail.place);
  });
}

}  // namespace tsunagi::storage
