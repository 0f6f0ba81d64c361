#include "server/domain/fulfilment/pickup_mail.h"

#include <algorithm>

#include "server/domain/fulfilment/purchase_choice.h"

namespace tsunagi {
namespace {

using Step = PickupMailStep;
using Outcome = PickupMailOutcome;

constexpr Outcome kOutcomes[] = {Outcome::kWaiting,    Outcome::kSent,     Outcome::kUnanswered,
                                 Outcome::kFailed,     Outcome::kOutdated, Outcome::kNoAddress,
                                 Outcome::kNoCustomer, Outcome::kRefused,  Outcome::kNoMailServer};

constexpr std::string_view kAgain = "again-";

// Its own mail, or one more of it in the same last day: an earlier date's says nothing any more.
bool is_last_day_of(const PickupMail& mail, const Pickup& pickup, Seconds now) {
  const bool once_more = mail.id.starts_with(kAgain) && now >= pickup.hold_until - kReminderSeconds;
  return (once_more || mail.id == reminder_id(pickup)) && now < pickup.hold_until;
}

template <class Enum, size_t N>
std::optional<Enum> mail_word(const Enum (&all)[N], std::string_view text) {
  for (const Enum value : all) {
    if (word(value) == text) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view word(Step step) {
  switch (step) {
    case Step::kPlaced:
      return "placed";
    case Step::kReady:
      return "ready";
    case Step::kRejected:
      return "rejected";
    case Step::kCancelled:
      return "cancelled";
    case Step::kExpired:
      return "expired";
    case Step::kReminder:
      return "reminder";
    case Step::kLate:
      return "late";
    case Step::kShort:
      return "short";
    case Step::kChoose:
      return "choose";
    case Step::kRefunded:
      return "refunded";
  }
  return "";
}

std::string_view word(Outcome outcome) {
  switch (outcome) {
    case Outcome::kWaiting:
      return "waiting";
    case Outcome::kSent:
      return "sent";
    case Outcome::kUnanswered:
      return "unanswered";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kOutdated:
      return "outdated";
    case Outcome::kNoAddress:
      return "no_address";
    case Outcome::kNoCustomer:
      return "no_customer";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kNoMailServer:
      return "no_mail_server";
  }
  return "";
}

std::optional<Step> pickup_mail_step(std::string_view word) {
  return mail_word(kPickupMailSteps, word);
}
std::optional<Outcome> pickup_mail_outcome(std::string_view word) {
  return mail_word(kOutcomes, word);
}

bool is_not_sent(Outcome outcome) {
  switch (outcome) {
    case Outcome::kWaiting:
    case Outcome::kSent:
    case Outcome::kUnanswered:
    case Outcome::kFailed:
      return false;
    case Outcome::kOutdated:
    case Outcome::kNoAddress:
    case Outcome::kNoCustomer:
    case Outcome::kRefused:
    case Outcome::kNoMailServer:
      return true;
  }
  return false;
}

std::string pickup_mail_key(std::string_view pickup_id, std::string_view mail_id) {
  return std::string(pickup_id) + '/' + std::string(mail_id);
}

PickupMailName pickup_mail_name(std::string_view key) {
  const size_t end = std::min(key.find('/'), key.size());
  return {.pickup_id = std::string(key.substr(0, end)),
          .mail_id = std::string(key.substr(std::min(end + 1, key.size())))};
}

std::string mail_again_id(std::string_view deed) { return std::string(kAgain) + std::string(deed); }

std::string reminder_id(const Pickup& pickup) {
  return "reminder-" + std::to_string(pickup.hold_until);
}

bool is_unanswered(const Pickup& pickup, Seconds now) {
  return pickup.state == PickupState::kPlaced && !is_purchase(pickup.purchase) &&
         now >= pickup.accept_by + kLateOfferSeconds;
}

bool is_short(const Pickup& pickup) {
  return pickup.state == PickupState::kPlaced && pickup.short_at != 0;
}

std::optional<Step> told_of(PickupAction action, Role by) {
  switch (action) {
    case PickupAction::kReady:
      return Step::kReady;
    case PickupAction::kReject:
      return Step::kRejected;
    case PickupAction::kCancel:
      if (by == Role::kShopper) return std::nullopt;
      return Step::kCancelled;
    case PickupAction::kExpire:
      return Step::kExpired;
    case PickupAction::kAccept:
    case PickupAction::kPick:
    case PickupAction::kHandOver:
    case PickupAction::kExtend:
      return std::nullopt;
  }
  return std::nullopt;
}

bool is_true_of(const PickupMail& mail, const Pickup& pickup, const PickupSettings& settings,
                Seconds now) {
  const PickupState state = pickup.state;
  switch (mail.step) {
    case Step::kPlaced:
      return state == PickupState::kPlaced || state == PickupState::kAccepted ||
             state == PickupState::kPicking;
    case Step::kReady:
      return state == PickupState::kReady;
    case Step::kRejected:
      return state == PickupState::kRejected;
    case Step::kCancelled:
      return state == PickupState::kCancelled;
    case Step::kExpired:
      return state == PickupState::kExpired;
    case Step::kReminder:
      return state == PickupState::kReady && is_last_day_of(mail, pickup, now);
    case Step::kLate:
      return is_unanswered(pickup, now);
    case Step::kShort:
      return is_short(pickup);
    case Step::kChoose:
      return is_to_ask(settings, pickup);
    case Step::kRefunded: {
      const PurchaseChoice& choice = pickup.purchase.choice;
      return is_by_itself(choice) && choice.state == ChoiceState::kDone;
    }
  }
  return false;
}

Result<Done> may_tell_again(const Pickup& pickup, const std::vector<PickupMail>& sent, Step step,
                            const PickupSettings& settings, Seconds now) {
  const auto last = std::find_if(sent.rbegin(), sent.rend(),
                                 [step](const PickupMail& mail) { return mail.step == step; });
  if (last == sent.rend()) {
    return Error{ErrorCode::kConflict, "the customer was not written this before"};
  }
  if (last->outcome == Outcome::kWaiting) {
    return Error{ErrorCode::kConflict, "the mail is still waiting to be sent"};
  }
  PickupMail again;
  again.id = mail_again_id("");
  again.step = step;
  if (pickup.customer_id == 0 || !is_true_of(again, pickup, settings, now)) {
    return Error{ErrorCode::kConflict, "the mail would no longer say how things are"};
  }
  if (sent.size() >= kMailsOfPickupMost) {
    return Error{ErrorCode::kConflict, "the customer was sent as many mails as one may be"};
  }
  return Done{};
}

}  // namespace tsunagi
