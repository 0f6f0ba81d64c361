#include "server/jobs/outbox_worker.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "server/domain/member/member_merge.h"
#include "server/jobs/retry.h"

namespace tsunagi {
namespace {

// The key of every kind but mails, stock and orders is the customer's id; 0 when it is not one.
int64_t customer_of(const OutboxItem& item) {
  const std::string& key = item.write.key;
  int64_t id = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
  return error == std::errc() && end == key.data() + key.size() && id > 0 ? id : 0;
}

constexpr Seconds kAfterTheTagSeconds = 1;

// What goes to a platform needs Shopify.
bool needs_pos(OutboxKind kind) {
  switch (kind) {
    case OutboxKind::kCreateMember:
    case OutboxKind::kCustomerChanged:
    case OutboxKind::kMemberChanged:
    case OutboxKind::kTakeFromTills:
      return true;
    case OutboxKind::kWriteCard:
    case OutboxKind::kTagCustomer:
    case OutboxKind::kDropCustomer:
    case OutboxKind::kTellLeaving:
    case OutboxKind::kPickupMail:
    case OutboxKind::kRestockMail:
    case OutboxKind::kWriteOnHand:
    case OutboxKind::kShipOrder:
      return false;
  }
  return false;
}

bool is_mail(OutboxKind kind) {
  return kind == OutboxKind::kTellLeaving || kind == OutboxKind::kPickupMail ||
         kind == OutboxKind::kRestockMail;
}

// Of a shop that is gone: nobody is written to any more.
std::vector<Change> untold(const OutboxItem& item) {
  const std::string& key = item.write.key;
  if (item.write.kind == OutboxKind::kTellLeaving) return {change::LeavingTold{key}};
  if (item.write.kind == OutboxKind::kRestockMail) {
    return {change::RestockTold{.request_id = key, .outcome = PickupMailOutcome::kOutdated}};
  }
  if (item.write.kind != OutboxKind::kPickupMail) return {};
  return {change::ShopperTold{.key = key, .outcome = PickupMailOutcome::kOutdated}};
}

// What nobody waits for leads to what nobody waits for, as far as bulk_worker does it. The tag goes
// before the card, which waits for others: a customer's writes are done one after the other.
void keep_in_background(std::vector<Change>& changes) {
  for (Change& change : changes) {
    auto* next = std::get_if<change::Enqueue>(&change);
    if (next == nullptr) continue;
    next->background = next->write.kind == OutboxKind::kCreateMember ||
                       next->write.kind == OutboxKind::kWriteCard ||
                       next->write.kind == OutboxKind::kTagCustomer;
    if (next->write.kind == OutboxKind::kWriteCard) next->delay = kAfterTheTagSeconds;
  }
}

MemberPorts member_ports(const JobsPorts& ports) {
  return {.storage = ports.storage,
          .pos = ports.pos,
          .shop = ports.shop,
          .clock = ports.clock,
          .random = ports.random,
          .fingerprints = ports.fingerprints};
}

}  // namespace

OutboxWorker::OutboxWorker(const JobsPorts& ports)
    : ports_(ports), registration_(member_ports(ports)), member_sync_(member_ports(ports)) {}

int OutboxWorker::run_once() {
  const Seconds now = ports_.clock.now();
  return work_off(ports_.storage.lease_outbox(kOutboxBatch, now, kLeaseSeconds), now);
}

int OutboxWorker::run_background_once(OutboxKind kind, int limit) {
  const Seconds now = ports_.clock.now();
  return work_off(ports_.storage.lease_background(kind, limit, now, kLeaseSeconds), now);
}

int OutboxWorker::work_off(const Result<std::vector<OutboxItem>>& leased, Seconds leased_at) {
  if (!leased.ok()) {
    ports_.say("outbox: cannot lease: " + leased.error().message);
    return 0;
  }
  held_.hold(*leased, leased_at + kLeaseSeconds);
  std::map<TenantId, std::vector<OutboxItem>> by_tenant;
  for (const OutboxItem& item : *leased) by_tenant[item.tenant].push_back(item);
  for (const auto& [tenant, items] : by_tenant) {
    handle(tenant, items);
    for (const OutboxItem& item : items) held_.release(item);
  }
  return static_cast<int>(leased->size());
}

void OutboxWorker::renew() {
  const auto renewed =
      held_.renew(ports_.clock.now(), [this](const std::vector<OutboxItem>& items, Seconds until) {
        return ports_.storage.renew_outbox(items, until);
      });
  if (!renewed.ok()) ports_.say("outbox: cannot renew leases: " + renewed.error().message);
}

// Not even the calls that would work are made: they would be made again with the rest.
bool OutboxWorker::rests(const Tenant& tenant, const OutboxItem& item) {
  const auto put_off = [&](const Breaker* breaker, const std::string& key) {
    const auto seconds = breaker == nullptr ? std::nullopt : breaker->closed_for(key);
    if (!seconds) return false;
    const Seconds spread = delay_after(item.attempts, ports_.random);
    wait(item, std::max(*seconds, spread), breaker->resting().message);
    return true;
  };
  return put_off(ports_.shop_breaker, tenant.shop_domain) ||
         (needs_pos(item.write.kind) && put_off(ports_.pos_breaker, tenant.contract_id));
}

// A process that stood still may have lost its leases to another, which is at work on them.
bool OutboxWorker::mine(const OutboxItem& item) const {
  if (held_.mine(item, ports_.clock.now())) return true;
  ports_.say("outbox: a lease ended before its turn; the item is taken up again");
  return false;
}

void OutboxWorker::handle(TenantId tenant_id, const std::vector<OutboxItem>& items) {
  const auto read = ports_.storage.tenant(tenant_id);
  if (!read.ok()) {
    for (const OutboxItem& item : items) failed(item, read.error());
    return;
  }
  const std::optional<Tenant>& tenant = *read;
  if (!tenant || !tenant->installed) {  // nowhere to write to
    for (const OutboxItem& item : items) {
      const bool waits = tenant && item.write.kind == OutboxKind::kTakeFromTills;
      if (waits) {  // it has left all the same, and the shop may come back
        wait(item, kGoneRetrySeconds, "the app is not installed");
      } else {
        finish(item, untold(item));
      }
    }
    return;
  }
  std::vector<OutboxItem> writes;
  std::vector<OutboxItem> mails;
  for (const OutboxItem& item : items) {
    (is_mail(item.write.kind) ? mails : writes).push_back(item);
  }
  if (tenant->settings.paused) {
    for (const OutboxItem& item : writes) wait(item, kPausedRetrySeconds, "the shop is paused");
  } else {
    write(*tenant, writes);
  }
  send_mails(*tenant, mails);
}

void OutboxWorker::write(const Tenant& tenant, const std::vector<OutboxItem>& items) {
  std::vector<OutboxItem> cards;
  std::vector<OutboxItem> stock;
  for (const OutboxItem& item : items) {
    if (!mine(item) || rests(tenant, item)) continue;
    if (item.write.kind == OutboxKind::kWriteOnHand) {
      stock.push_back(item);
      continue;
    }
    if (item.write.kind == OutboxKind::kShipOrder) {
      ship_order(tenant, item);
      continue;
    }
    if (item.write.kind == OutboxKind::kTakeFromTills) {
      take_from_tills(tenant, item);
      continue;
    }
    if (customer_of(item) == 0) {
      failed(item, {ErrorCode::kInvalid, "the key is no customer id"});
      continue;
    }
    switch (item.write.kind) {
      case OutboxKind::kWriteCard:
        cards.push_back(item);
        break;
      case OutboxKind::kCreateMember:
        create_member(tenant, item);
        break;
      case OutboxKind::kCustomerChanged:
        sync_member(tenant, item, Side::kShop);
        break;
      case OutboxKind::kMemberChanged:
        sync_member(tenant, item, Side::kPos);
        break;
      case OutboxKind::kDropCustomer:
        drop_customer(tenant, item);
        break;
      case OutboxKind::kTagCustomer:
        tag_customer(tenant, item);
        break;
      case OutboxKind::kTellLeaving:
      case OutboxKind::kPickupMail:
      case OutboxKind::kRestockMail:
      case OutboxKind::kWriteOnHand:
      case OutboxKind::kShipOrder:
      case OutboxKind::kTakeFromTills:
        break;  // send_mails(), write_on_hand(), above
    }
  }
  std::erase_if(stock, [this](const OutboxItem& item) { return !mine(item); });
  write_on_hand(tenant, stock);
  write_cards(tenant, cards);
}

void OutboxWorker::write_cards(const Tenant& tenant, const std::vector<OutboxItem>& items) {
  std::vector<Due> batch;
  for (const OutboxItem& item : items) {
    if (!mine(item)) continue;
    const auto read = ports_.storage.card(tenant.id, customer_of(item));
    if (!read.ok()) {
      failed(item, read.error());
      continue;
    }
    const std::optional<Card>& card = *read;
    if (!card) {  // the link was dropped after the write was asked for
      erase_card(tenant, item, customer_of(item));
      continue;
    }
    auto metafield = card_metafield(tenant, *card);
    if (!metafield.ok()) {
      failed(item, metafield.error());
      continue;
    }
    batch.push_back({item, std::move(metafield).value()});
    if (batch.size() == kCardsAWrite) {
      write_batch(tenant, batch);
      batch.clear();
    }
  }
  if (!batch.empty()) write_batch(tenant, batch);
}

void OutboxWorker::write_batch(const Tenant& tenant, const std::vector<Due>& batch) {
  std::vector<CardMetafield> cards;
  cards.reserve(batch.size());
  for (const Due& due : batch) {
    cards.push_back(due.card);
    if (ports_.known != nullptr) ports_.known->writes(tenant.id, due.card.customer_id);
  }
  const auto written = ports_.shop.write_cards(tenant, cards);
  if (written.ok()) {
    for (const Due& due : batch) finish(due.item, {});
    return;
  }
  if (may_pass(written.error())) {
    for (const Due& due : batch) failed(due.item, written.error());
    return;
  }
  // All or nothing: one customer that is gone refuses the whole batch. Find it.
  for (const Due& due : batch) write_alone(tenant, due);
}

void OutboxWorker::write_alone(const Tenant& tenant, const Due& due) {
  const auto written = ports_.shop.write_cards(tenant, {due.card});
  if (written.ok()) return finish(due.item, {});
  if (may_pass(written.error())) return failed(due.item, written.error());
  const auto customer = ports_.shop.customer(tenant, due.card.customer_id);
  if (!customer.ok()) return failed(due.item, customer.error());
  if (customer->has_value()) return failed(due.item, written.error());
  finish(due.item, {drop_later(due.card.customer_id)});
}

void OutboxWorker::erase_card(const Tenant& tenant, const OutboxItem& item, int64_t customer_id) {
  const auto erased = ports_.shop.erase_card(tenant, customer_id);
  if (!erased.ok()) return failed(item, erased.error());
  finish(item, {});
}

void OutboxWorker::create_member(const Tenant& tenant, const OutboxItem& item) {
  if (tenant.contract_id.empty()) {
    return wait(item, kPausedRetrySeconds, "the shop has not joined a contract");
  }
  const int64_t customer_id = customer_of(item);
  const auto done = ports_.cards.exclusively(tenant.id, customer_id, [&]() -> Result<Done> {
    const auto page = known(item);
    auto changes = registration_.register_member(
        tenant, customer_id, page ? std::optional(page->customer) : std::nullopt);
    if (!changes.ok()) return changes.error();
    if (item.background) keep_in_background(*changes);
    return ports_.storage.finish_outbox(item, *changes);
  });
  if (!done.ok()) failed(item, done.error());
}

void OutboxWorker::sync_member(const Tenant& tenant, const OutboxItem& item, Side changed) {
  const int64_t customer_id = customer_of(item);
  const auto done = ports_.cards.exclusively(tenant.id, customer_id, [&]() -> Result<Done> {
    const auto changes = member_sync_.sync(tenant, customer_id, changed);
    if (!changes.ok()) return changes.error();
    return ports_.storage.finish_outbox(item, *changes);
  });
  if (!done.ok()) return failed(item, done.error());
  // Whether Smaregi also tells of points this way is not documented, and reconcile heals them so.
  if (changed == Side::kPos) read_points(tenant, customer_id);
}

// The customer whose link it was may be back, or the link may be another customer's by now.
void OutboxWorker::drop_customer(const Tenant& tenant, const OutboxItem& item) {
  const int64_t customer_id = customer_of(item);
  const auto customer = ports_.shop.customer(tenant, customer_id);
  if (!customer.ok()) return failed(item, customer.error());
  if (customer->has_value()) return finish(item, {});
  const auto merged = merged_unheard(tenant, customer_id);
  if (!merged.ok()) return failed(item, merged.error());
  if (*merged) return finish(item, {});
  const auto done = ports_.cards.exclusively(tenant.id, customer_id, [&]() -> Result<Done> {
    const auto card = ports_.storage.card(tenant.id, customer_id);
    if (!card.ok()) return card.error();
    std::vector<Change> changes;
    if (card->has_value()) {
      changes = {change::TellLeaving{customer_id, LeaveReason::kDeleted},
                 change::DropLink{.customer_id = customer_id, .restorable = true},
                 change::Audit{"shopify", "drop", "customer " + item.write.key,
                               "the customer no longer exists"}};
    }
    return ports_.storage.finish_outbox(item, changes);
  });
  if (!done.ok()) failed(item, done.error());
}

// A merge unites the tags of both customers: whoever carries the tag of one who is gone is the
// survivor of a merge that we did not hear of.
Result<bool> OutboxWorker::merged_unheard(const Tenant& tenant, int64_t gone) {
  const auto card = ports_.storage.card(tenant.id, gone);
  if (!card.ok()) return card.error();
  if (!card->has_value()) return false;
  const auto survivor = ports_.shop.customer_with_code(tenant, (*card)->link.code);
  if (!survivor.ok()) return survivor.error();
  if (survivor->value_or(gone) == gone) return false;
  if (auto told = tell_merge(tenant.id, {.kept = **survivor, .gone = gone}); !told.ok()) {
    return told.error();
  }
  return true;
}

Result<Done> OutboxWorker::tell_merges(TenantId tenant, int64_t kept,
                                       const std::vector<std::string>& codes) {
  for (const std::string& code : codes) {
    const auto owner = ports_.storage.code_owner(tenant, code);
    if (!owner.ok()) return owner.error();
    const int64_t gone = owner->value_or(0);
    // Nobody's any more, or an earlier one of the same card.
    if (gone == 0 || gone == kept) continue;
    if (auto told = tell_merge(tenant, {.kept = kept, .gone = gone}); !told.ok()) return told;
  }
  return Done{};
}

// As Shopify would have: the event asks whether the one is really gone.
Result<Done> OutboxWorker::tell_merge(TenantId tenant, const ShopMerge& merge) {
  const Seconds now = ports_.clock.now();
  const auto stored = ports_.storage.put_inbox(
      tenant, {System::kShopify, "customers/merge",
               "tag-" + std::to_string(merge.gone) + "-" + std::to_string(merge.kept) + "-" +
                   std::to_string(now),
               merge_body({.kept = merge.kept, .gone = merge.gone, .completed = true}), now});
  if (!stored.ok()) return stored.error();
  return Done{};
}

// A card that is stopped, or not yet in Smaregi, is no member's: who counts members by their tags
// counts those whom a till serves.
void OutboxWorker::tag_customer(const Tenant& tenant, const OutboxItem& item) {
  const int64_t customer_id = customer_of(item);
  const auto read = ports_.storage.card(tenant.id, customer_id);
  if (!read.ok()) return failed(item, read.error());
  const std::optional<Card>& card = *read;
  const bool linked = card && card->link.state == LinkState::kLinked;
  if (linked) {
    const auto at_once = tag_known(tenant, item, *card);
    if (!at_once.ok()) return failed(item, at_once.error());
    if (*at_once) return finish(item, **at_once);
  }
  const auto tagged =
      ports_.shop.tag_customer(tenant, customer_id, linked ? card->link.code : std::string(),
                               [&](const std::vector<std::string>& codes) {
                                 return tell_merges(tenant.id, customer_id, codes);
                               });
  if (!tagged.ok()) return failed(item, tagged.error());
  finish(item, {});
}

std::optional<Shop::TaggedCustomer> OutboxWorker::known(const OutboxItem& item) const {
  if (!item.background || ports_.known == nullptr) return std::nullopt;
  return ports_.known->get(item.tenant, customer_of(item));
}

Result<std::optional<std::vector<Change>>> OutboxWorker::tag_known(const Tenant& tenant,
                                                                   const OutboxItem& item,
                                                                   const Card& card) {
  const auto page = known(item);
  if (!page || page->carries_ours) return std::optional<std::vector<Change>>();
  const int64_t customer_id = card.link.customer_id;
  ports_.known->writes(tenant.id, customer_id);
  const auto tagged = ports_.shop.add_member_tag(tenant, customer_id, card.link.code);
  if (!tagged.ok()) return tagged.error();
  const std::optional<ShopCustomer>& seen = *tagged;
  if (!seen) return std::optional(std::vector<Change>());
  ShopCustomer then = page->customer;
  then.changed_at = seen->changed_at;
  if (*seen != then) {
    return std::optional(std::vector<Change>{
        change::Enqueue{{work_for(card, Side::kShop), std::to_string(customer_id)}}});
  }
  auto in_step = member_sync_.seen_in_step(tenant, customer_id, seen->changed_at);
  if (!in_step.ok()) return in_step.error();
  return std::optional(std::move(in_step).value());
}

// When it does not work now, the next look at the card brings them.
void OutboxWorker::read_points(const Tenant& tenant, int64_t customer_id) {
  const auto card = ports_.storage.card(tenant.id, customer_id);
  // The member was read a moment ago; of one that is gone nothing more is asked.
  const bool linked = card.ok() && card->has_value() && (*card)->link.state == LinkState::kLinked;
  const auto read = ports_.cards.refresh(
      tenant, customer_id, linked ? CardService::Want::kPointsAlone : CardService::Want::kPoints);
  if (!read.ok()) ports_.say("outbox: a member's points were not read: " + read.error().message);
}

void OutboxWorker::finish(const OutboxItem& item, const std::vector<Change>& changes) {
  // Not stored: the lease ends and the same is written once more, which does no harm, or was begun
  // and goes to review.
  if (auto done = ports_.storage.finish_outbox(item, changes); !done.ok()) {
    ports_.say("outbox: cannot close an item: " + done.error().message);
  }
}

void OutboxWorker::failed(const OutboxItem& item, const Error& error) {
  ports_.say("outbox: a write failed: " + error.message);
  if (!may_pass(error) && item.attempts + 1 >= kMaxRefusedAttempts) {
    if (auto buried = ports_.storage.bury_outbox(item, error.message); !buried.ok()) {
      ports_.say("outbox: cannot bury an item: " + buried.error().message);
    }
    return;
  }
  const Seconds again_at = ports_.clock.now() + delay_after(item.attempts, ports_.random);
  const auto stored = ports_.storage.retry_outbox(item, again_at, error.message);
  if (!stored.ok()) ports_.say("outbox: cannot put an item off: " + stored.error().message);
}

void OutboxWorker::review(const OutboxItem& item, std::string_view cause) {
  ports_.say("outbox: a person has to decide: " + std::string(cause));
  // Not stored: the lease ends, and it goes to review then.
  if (auto stored = ports_.storage.review_outbox(item, cause); !stored.ok()) {
    ports_.say("outbox: cannot put an item to review: " + stored.error().message);
  }
}

// Nothing was tried: that it waits says nothing against it.
void OutboxWorker::wait(const OutboxItem& item, Seconds seconds, std::string_view reason) {
  const auto stored = ports_.storage.put_off_outbox(item, ports_.clock.now() + seconds, reason);
  if (!stored.ok()) ports_.say("outbox: cannot put an item off: " + stored.error().message);
}

}  // namespace tsunagi
