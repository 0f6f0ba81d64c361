// The mails of the outbox: to the merchant and to customers.

#include <optional>
#include <string>
#include <utility>

#include "server/domain/fulfilment/pickup_mails.h"
#include "server/domain/mail_address.h"
#include "server/domain/privacy/leaving_mail.h"
#include "server/domain/restock/restock_mail.h"
#include "server/jobs/outbox_worker.h"

namespace tsunagi {

// Last of a batch, and after the first that finds nobody the rest is put off at once: a mail server
// that is slow or down holds up no card.
void OutboxWorker::send_mails(const Tenant& tenant, const std::vector<OutboxItem>& items) {
  std::optional<Error> down;
  const auto began_at = ports_.clock.steady();
  for (const OutboxItem& item : items) {
    if (!mine(item)) continue;
    if (ports_.clock.steady() - began_at > kMailsTime) {  // cards are waiting behind them
      wait(item, kMailsWaitSeconds, "mails take turns with cards");
      continue;
    }
    const OutboxKind kind = item.write.kind;
    const Result<Done> told = down                               ? Result<Done>(*down)
                              : kind == OutboxKind::kPickupMail  ? tell_shopper(tenant, item)
                              : kind == OutboxKind::kRestockMail ? tell_restock(tenant, item)
                                                                 : tell_leaving(tenant, item);
    if (told.ok()) continue;
    failed(item, told.error());
    if (may_pass(told.error())) down = told.error();
  }
}

// A mail cannot be looked up before it is sent again. So that it is sent is stored first: should
// this server die after that, or no answer come, nobody knows whether it went, and a person
// decides.
Result<std::optional<Done>> OutboxWorker::hand_over(const OutboxItem& item, const Mail& mail) {
  if (auto begun = ports_.storage.begin_outbox(item); !begun.ok()) return begun.error();
  const auto sent = ports_.mailer->send(mail);
  if (!sent.ok()) return sent.error();
  if (*sent == MailFate::kTaken) return std::optional(Done{});
  review(item, kMailUnanswered);
  return std::optional<Done>();
}

Result<Done> OutboxWorker::tell_leaving(const Tenant& tenant, const OutboxItem& item) {
  const auto leaving = ports_.storage.leaving(tenant.id, item.write.key);
  if (!leaving.ok()) return leaving.error();
  if (!leaving->has_value() || (*leaving)->told_at != 0) {
    finish(item, {});
    return Done{};
  }
  const auto settle = [&](const std::string& outcome) -> Result<Done> {
    finish(item, {change::LeavingTold{item.write.key},
                  change::Audit{"tsunagi", "mail", "member " + item.write.key, outcome}});
    return Done{};
  };
  if (ports_.mailer == nullptr) return settle("not sent: no mail server is set up");
  std::string to = tenant.settings.notify_mail;
  if (to.empty()) {
    auto contact = ports_.shop.contact_mail(tenant);
    if (!contact.ok()) return contact.error();
    to = std::move(contact).value();
  }
  if (!is_mail_address(to)) return settle("not sent: the shop has no address");
  const auto sent = hand_over(item, leaving_mail(tenant, **leaving, item.id, std::move(to)));
  if (!sent.ok()) return sent.error();
  if (!sent->has_value()) return Done{};
  return settle("the merchant was told that a member with points left");
}

// An address that the mail server refuses is the customer's affair, and no dead letter.
Result<Done> OutboxWorker::tell_shopper(const Tenant& tenant, const OutboxItem& item) {
  const auto settle = [&](PickupMailOutcome outcome) -> Result<Done> {
    finish(item, {change::ShopperTold{.key = item.write.key, .outcome = outcome}});
    return Done{};
  };
  if (ports_.mailer == nullptr || ports_.book == nullptr) {
    return settle(PickupMailOutcome::kNoMailServer);
  }
  const auto turn = pickup_mail_turn(
      {.book = *ports_.book, .storage = ports_.storage, .shop = ports_.shop, .clock = ports_.clock},
      tenant, item);
  if (!turn.ok()) return turn.error();
  switch (turn->what) {
    case PickupMailTurn::What::kGone:
      finish(item, {});
      return Done{};
    case PickupMailTurn::What::kBehind:
      wait(item, kMailsWaitSeconds, "an earlier mail to the customer goes first");
      return Done{};
    case PickupMailTurn::What::kSettled:
      return settle(turn->outcome);
    case PickupMailTurn::What::kSend:
      break;
  }
  const auto sent = hand_over(item, turn->mail);
  if (!sent.ok() && sent.error().code == ErrorCode::kInvalid) {
    return settle(PickupMailOutcome::kRefused);
  }
  if (!sent.ok()) return sent.error();
  if (!sent->has_value()) return Done{};
  return settle(PickupMailOutcome::kSent);
}

// As above. That the shop has none again ends nothing: the request waits for the next time.
Result<Done> OutboxWorker::tell_restock(const Tenant& tenant, const OutboxItem& item) {
  const auto settle = [&](PickupMailOutcome outcome) -> Result<Done> {
    finish(item, {change::RestockTold{.request_id = item.write.key, .outcome = outcome}});
    return Done{};
  };
  if (ports_.mailer == nullptr || ports_.restock_book == nullptr) {
    return settle(PickupMailOutcome::kOutdated);
  }
  const auto turn = restock_mail_turn({.book = *ports_.restock_book,
                                       .storage = ports_.storage,
                                       .shop = ports_.shop,
                                       .clock = ports_.clock},
                                      tenant, item);
  if (!turn.ok()) return turn.error();
  switch (turn->what) {
    case RestockMailTurn::What::kGone:
      finish(item, {});
      return Done{};
    case RestockMailTurn::What::kSettled:
      return settle(turn->outcome);
    case RestockMailTurn::What::kSend:
      break;
  }
  const auto sent = hand_over(item, turn->mail);
  if (!sent.ok() && sent.error().code == ErrorCode::kInvalid) {
    return settle(PickupMailOutcome::kRefused);
  }
  if (!sent.ok()) return sent.error();
  if (!sent->has_value()) return Done{};
  return settle(PickupMailOutcome::kSent);
}

}  // namespace tsunagi
