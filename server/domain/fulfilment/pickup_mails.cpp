#include "server/domain/fulfilment/pickup_mails.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/domain/fulfilment/pickup_mail_text.h"
#include "server/domain/fulfilment/purchase_choice.h"
#include "server/domain/mail_address.h"
#include "server/domain/mail_words.h"
#include "wasm/core/markup.h"

namespace tsunagi {
namespace {

using What = PickupMailTurn::What;

bool is_english(const Pickup& pickup) { return pickup.language == "en"; }

std::string reason_words(const Pickup& pickup) {
  const bool english = is_english(pickup);
  if (is_purchase(pickup.purchase) && pickup.state == PickupState::kExpired) {
    return english ? "it was not picked up in time" : "期限までにお受け取りがありませんでした";
  }
  const auto reason = reject_reason(pickup.reason);
  if (!reason) return {};
  switch (*reason) {
    case RejectReason::kNotFound:
      return english ? "the shop could not find the product" : "店頭で商品が見つかりませんでした";
    case RejectReason::kDamaged:
      return english ? "the product was damaged" : "商品に傷みがありました";
    case RejectReason::kBusy:
      return english ? "the shop is too busy at the moment" : "お店が混み合っています";
    case RejectReason::kClosed:
      return english ? "the shop is closed" : "お店が休業しています";
  }
  return {};
}

MailFacts facts_of(const PickupLetter& letter) {
  const Pickup& pickup = letter.pickup;
  const bool english = is_english(pickup);
  const Language language = english ? Language::kEnglish : Language::kJapanese;
  MailFacts facts;
  facts.values = {{"NAME", name_words(letter.customer, english)},
                  {"STORE", seller_words(letter.tenant)},
                  {"SHOP", shop_words(letter.tenant.settings, letter.store)},
                  {"PHONE", one_line(letter.store.phone)},
                  {"CODE", pickup.code},
                  {"READY_FROM", moment(language, pickup.ready_from, 0)},
                  {"HOLD_UNTIL", moment(language, pickup.hold_until, 0)},
                  {"REASON", reason_words(pickup)}};
  const bool bought = is_purchase(pickup.purchase);
  const std::string& page = bought ? letter.tenant.settings.pickup.page : pickup.page;
  if (!page.empty()) {
    facts.values["PAGE"] = "https://" + letter.tenant.shop_domain + page + "/pickup";
  }
  if (bought) facts.values["ORDER"] = one_line(pickup.purchase.order_name);
  if (!bought) facts.values["RESERVED"] = "1";
  const Seconds refund_at = refund_promised(letter.tenant.settings.pickup, pickup);
  if (refund_at != 0) facts.values["REFUND_AT"] = moment(language, refund_at, 0);
  if (bought && refund_at == 0) facts.values["KEPT"] = "1";
  if (letter.mail.step == PickupMailStep::kChoose ||
      letter.mail.step == PickupMailStep::kRefunded) {
    const bool asked = !choices_for(letter.tenant.settings.pickup.choices, pickup).empty();
    facts.values[asked ? "CHOICES" : "NO_CHOICE"] = "1";
    const auto missing = missing_products(pickup);
    for (const PickupLine& line : pickup.lines) {
      const auto lacks = missing.find(line.product_id);
      if (lacks == missing.end()) continue;
      facts.lines.push_back({one_line(line.product_name), lacks->second});
    }
    return facts;
  }
  // From "ready" on what waits is what was found.
  const bool found =
      letter.mail.step == PickupMailStep::kReady || letter.mail.step == PickupMailStep::kReminder;
  for (const PickupLine& line : pickup.lines) {
    const int64_t quantity = found ? line.picked : line.quantity;
    if (quantity < line.quantity) facts.values["PARTLY"] = "1";
    if (quantity > 0) facts.lines.push_back({one_line(line.product_name), quantity});
  }
  return facts;
}

// The merchant's words, or ours where there are none.
MailText words_for(const Settings& settings, PickupMailStep step, const std::string& language) {
  MailText words = default_mail_text(step, language);
  const auto own = settings.pickup.mails.find(step);
  if (own == settings.pickup.mails.end()) return words;
  const MailText& theirs = language == "en" ? own->second.en : own->second.ja;
  if (!theirs.subject.empty()) words.subject = theirs.subject;
  if (!theirs.text.empty()) words.text = theirs.text;
  return words;
}

PickupMailTurn settled(PickupMailOutcome outcome) {
  return {.what = What::kSettled, .outcome = outcome};
}

// What the mail is about; none: it was erased.
struct Subject {
  Pickup pickup;
  PickupMail mail;
};
Result<std::optional<Subject>> subject_of(const PickupMailPorts& ports, TenantId tenant,
                                          std::string_view key) {
  const PickupMailName name = pickup_mail_name(key);
  auto pickup = ports.book.pickup(tenant, name.pickup_id);
  if (!pickup.ok()) return pickup.error();
  const auto log = ports.book.mails_of(tenant, {name.pickup_id});
  if (!log.ok()) return log.error();
  const auto mails = log->find(name.pickup_id);
  if (!pickup->has_value() || mails == log->end()) return std::optional<Subject>();
  const auto mail = std::ranges::find(mails->second, name.mail_id, &PickupMail::id);
  if (mail == mails->second.end() || mail->settled_at != 0) return std::optional<Subject>();
  return std::optional(Subject{.pickup = **std::move(pickup), .mail = *mail});
}

Result<Store> store_of(const PickupMailPorts& ports, TenantId tenant, const std::string& store_id) {
  const auto stores = ports.storage.stores(tenant);
  if (!stores.ok()) return stores.error();
  const auto found = std::ranges::find(*stores, store_id, &Store::store_id);
  if (found != stores->end()) return *found;
  Store unknown;
  unknown.store_id = store_id;
  return unknown;
}

}  // namespace

Result<Mail> pickup_mail(const PickupLetter& letter) {
  const MailText words =
      words_for(letter.tenant.settings, letter.mail.step, letter.pickup.language);
  const MailFacts facts = facts_of(letter);
  auto subject = filled_mail(words.subject, facts);
  if (!subject.ok()) return subject.error();
  auto text = filled_mail(words.text, facts);
  if (!text.ok()) return text.error();
  Mail mail;
  mail.subject = one_line(*std::move(subject));
  mail.text = *std::move(text);
  if (!mail.text.ends_with('\n')) mail.text += '\n';
  mail.from_name = seller_words(letter.tenant);
  mail.at = letter.mail.asked_at;
  return mail;
}

Result<PickupMailTurn> pickup_mail_turn(const PickupMailPorts& ports, const Tenant& tenant,
                                        const OutboxItem& item) {
  const auto subject = subject_of(ports, tenant.id, item.write.key);
  if (!subject.ok()) return subject.error();
  if (!subject->has_value()) return PickupMailTurn{.what = What::kGone};
  const auto& [pickup, mail] = **subject;
  const auto behind = ports.book.is_behind(tenant.id, pickup, mail);
  if (!behind.ok()) return behind.error();
  if (*behind) return PickupMailTurn{.what = What::kBehind};
  if (!is_true_of(mail, pickup, tenant.settings.pickup, ports.clock.now())) {
    return settled(PickupMailOutcome::kOutdated);
  }
  if (pickup.customer_id == 0) return settled(PickupMailOutcome::kNoCustomer);
  const auto customer = ports.shop.customer(tenant, pickup.customer_id);
  if (!customer.ok()) return customer.error();
  if (!customer->has_value()) return settled(PickupMailOutcome::kNoCustomer);
  if (!is_mail_address((*customer)->mail)) return settled(PickupMailOutcome::kNoAddress);
  const auto store = store_of(ports, tenant.id, pickup.store_id);
  if (!store.ok()) return store.error();
  auto written = pickup_mail(
      {.tenant = tenant, .pickup = pickup, .mail = mail, .store = *store, .customer = **customer});
  if (!written.ok()) return written.error();
  PickupMailTurn turn{.what = What::kSend, .mail = *std::move(written)};
  turn.mail.to = (*customer)->mail;
  turn.mail.id = "pickup." + std::to_string(tenant.id) + "." + std::to_string(item.id) + "." +
                 std::to_string(mail.asked_at);
  return turn;
}

}  // namespace tsunagi
