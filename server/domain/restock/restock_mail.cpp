#include "server/domain/restock/restock_mail.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/domain/fulfilment/pickup_mail_text.h"
#include "server/domain/fulfilment/shop_settings.h"
#include "server/domain/mail_address.h"
#include "server/domain/mail_words.h"
#include "server/domain/percent.h"
#include "server/domain/stock/held.h"
#include "server/domain/stock/stock_service.h"

namespace tsunagi {
namespace {

using What = RestockMailTurn::What;

RestockMailTurn ended(PickupMailOutcome outcome) {
  return {.what = What::kSettled, .outcome = outcome};
}

MailText restock_words(const Settings& settings, const std::string& language) {
  MailText words = default_mail_text(kRestockMailName, language);
  const MailText& theirs = language == "en" ? settings.restock.mail.en : settings.restock.mail.ja;
  if (!theirs.subject.empty()) words.subject = theirs.subject;
  if (!theirs.text.empty()) words.text = theirs.text;
  return words;
}

MailFacts restock_facts(const RestockLetter& letter) {
  const RestockRequest& request = letter.request;
  const Settings& settings = letter.tenant.settings;
  MailFacts facts;
  facts.values = {{"NAME", name_words(letter.customer, request.language == "en")},
                  {"STORE", seller_words(letter.tenant)},
                  {"SHOP", shop_words(settings, letter.store)},
                  {"PHONE", one_line(letter.store.phone)},
                  {"PRODUCT", one_line(request.product_name)}};
  if (request.page.empty()) return facts;
  const std::string page = "https://" + letter.tenant.shop_domain + request.page;
  const std::string code = percent_encoded(request.product_code);
  facts.values["PAGE"] = page + "/stock?barcode=" + code + "&sku=" + code;
  if (puts_aside(settings, letter.store)) {
    facts.values["RESERVE"] =
        page + "/pickup?code=" + code + "&shop=" + percent_encoded(request.store_id);
  }
  return facts;
}

// By what is known at this moment, and only where the shop still shows its stock.
Result<bool> has_it(const RestockMailPorts& ports, const Tenant& tenant,
                    const RestockRequest& request, const Store& store) {
  const Settings& settings = tenant.settings;
  if (!settings.restock.on || settings.paused || !is_shown(settings, store)) return false;
  const auto levels = ports.storage.stock_of(tenant.id, request.product_id, {request.store_id});
  if (!levels.ok()) return levels.error();
  const int64_t safety = safety_of(settings, request.store_id, request.product_id);
  return std::ranges::any_of(*levels, [&](const StockLevel& level) {
    return !level.doubted && level.on_hand - held_of(level) - safety > 0;
  });
}

Result<std::optional<Store>> shop_of(const RestockMailPorts& ports, TenantId tenant,
                                     const std::string& store_id) {
  const auto stores = ports.storage.stores(tenant);
  if (!stores.ok()) return stores.error();
  const auto found = std::ranges::find(*stores, store_id, &Store::store_id);
  return found == stores->end() ? std::optional<Store>() : std::optional(*found);
}

}  // namespace

Result<Mail> restock_mail(const RestockLetter& letter) {
  const MailText words = restock_words(letter.tenant.settings, letter.request.language);
  const MailFacts facts = restock_facts(letter);
  auto subject = filled_mail(words.subject, facts, kRestockMailMarks);
  if (!subject.ok()) return subject.error();
  auto text = filled_mail(words.text, facts, kRestockMailMarks);
  if (!text.ok()) return text.error();
  Mail mail;
  mail.subject = one_line(*std::move(subject));
  mail.text = *std::move(text);
  if (!mail.text.ends_with('\n')) mail.text += '\n';
  mail.from_name = seller_words(letter.tenant);
  mail.at = letter.request.telling_at;
  return mail;
}

Result<RestockMailTurn> restock_mail_turn(const RestockMailPorts& ports, const Tenant& tenant,
                                          const OutboxItem& item) {
  const auto found = ports.book.restock(tenant.id, item.write.key);
  if (!found.ok()) return found.error();
  if (!found->has_value() || (*found)->state != RestockState::kTelling) {
    return RestockMailTurn{.what = What::kGone};
  }
  const RestockRequest& request = **found;
  const auto store = shop_of(ports, tenant.id, request.store_id);
  if (!store.ok()) return store.error();
  if (!store->has_value()) return ended(PickupMailOutcome::kOutdated);
  const auto there = has_it(ports, tenant, request, **store);
  if (!there.ok()) return there.error();
  if (!*there) return ended(PickupMailOutcome::kOutdated);
  const auto customer = ports.shop.customer(tenant, request.customer_id);
  if (!customer.ok()) return customer.error();
  if (!customer->has_value()) return ended(PickupMailOutcome::kNoCustomer);
  if (!is_mail_address((*customer)->mail)) return ended(PickupMailOutcome::kNoAddress);
  auto written = restock_mail(
      {.tenant = tenant, .request = request, .store = **store, .customer = **customer});
  if (!written.ok()) return written.error();
  RestockMailTurn turn{.what = What::kSend, .mail = *std::move(written)};
  turn.mail.to = (*customer)->mail;
  turn.mail.id = "restock." + std::to_string(tenant.id) + "." + std::to_string(item.id) + "." +
                 std::to_string(request.telling_at);
  return turn;
}

}  // namespace tsunagi
