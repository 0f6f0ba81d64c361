#pragma once
// The mails about a pick-up: which there are, when one is still true, and the log of them. A mail
// has an id within its pick-up; asked for twice with one id it is one mail.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/fulfilment/pickup.h"
#include "server/domain/values.h"

namespace tsunagi {

inline constexpr PickupMailStep kPickupMailSteps[] = {
    PickupMailStep::kPlaced,    PickupMailStep::kReady,   PickupMailStep::kRejected,
    PickupMailStep::kCancelled, PickupMailStep::kExpired, PickupMailStep::kReminder,
    PickupMailStep::kLate,      PickupMailStep::kShort,   PickupMailStep::kChoose,
    PickupMailStep::kRefunded};

std::string_view word(PickupMailStep step);
std::string_view word(PickupMailOutcome outcome);
std::optional<PickupMailStep> pickup_mail_step(std::string_view word);
std::optional<PickupMailOutcome> pickup_mail_outcome(std::string_view word);
// "outdated" and the like: it is certain that it did not go, and it will not.
[[nodiscard]] bool is_not_sent(PickupMailOutcome outcome);

struct PickupMail {
  std::string id;
  PickupMailStep step = PickupMailStep::kPlaced;
  PickupMailOutcome outcome = PickupMailOutcome::kWaiting;
  Seconds asked_at = 0;
  Seconds settled_at = 0;  // when the outcome was known; 0: it is not
  int64_t place = 0;       // among those of its pick-up
};
using PickupMailLog = std::map<std::string, std::vector<PickupMail>, std::less<>>;  // by pick-up

inline constexpr Seconds kReminderSeconds = 86'400;  // before it is given up
// After a shop should have said yes: so long its managers alone see that it did not.
// A figure of the tills from before this has the sales of what is handed over by now.
inline constexpr Seconds kShortSettlesSeconds = 600;
inline constexpr int kShortShelvesAtOnce = 100;
inline constexpr Seconds kLateOfferSeconds = 1'800;
inline constexpr size_t kMailsOfPickupMost = 20;  // more are not sent again

// Of the outbox item that sends it, and back.
std::string pickup_mail_key(std::string_view pickup_id, std::string_view mail_id);
struct PickupMailName {
  std::string pickup_id, mail_id;
};
PickupMailName pickup_mail_name(std::string_view key);

// One more of a mail, at a person's wish.
struct MailAgain {
  std::string pickup_id;
  std::string deed;  // the same deed told twice is one mail
  PickupMailStep step = PickupMailStep::kReady;
  Actor actor;
  Seconds at = 0;
};
std::string mail_again_id(std::string_view deed);

// A date has one reminder: who was given another day is reminded of that.
std::string reminder_id(const Pickup& pickup);
// The shop let its time go by, and the customer may have it elsewhere.
[[nodiscard]] bool is_unanswered(const Pickup& pickup, Seconds now);
// What others were promised before is more than the shop has, and it has not said yes.
[[nodiscard]] bool is_short(const Pickup& pickup);
// What the customer is told once this was done; none: nothing, as of what they did themselves.
std::optional<PickupMailStep> told_of(PickupAction action, Role by);
// Whether the mail would still say how things are.
[[nodiscard]] bool is_true_of(const PickupMail& mail, const Pickup& pickup,
                              const PickupSettings& settings, Seconds now);
// Whether the customer may be sent this step's mail once more: it was asked for before and is not
// on its way, it would still say how things are, and kMailsOfPickupMost were not yet asked for.
// kConflict says what of it is not so.
Result<Done> may_tell_again(const Pickup& pickup, const std::vector<PickupMail>& sent,
                            PickupMailStep step, const PickupSettings& settings, Seconds now);

}  // namespace tsunagi
