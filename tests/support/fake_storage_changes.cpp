#include "tests/support/fake_storage.h"

#include <algorithm>
#include <set>

#include "server/domain/inventory/shop_item.h"

namespace tsunagi::fakes {

Result<Done> FakeStorage::apply(TenantId tenant, const std::vector<Change>& changes) {
  if (before_apply) before_apply();
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  return apply_locked(tenant, changes);
}

// All or nothing. Only links and what is told of them can be refused: nothing else needs a copy to
// go back to. Where links are put and nothing moves, a look before does instead of a copy, which
// would be of all members.
Result<Done> FakeStorage::apply_locked(TenantId tenant, const std::vector<Change>& changes) {
  const auto given = [](const Change& change) {
    const auto* put = std::get_if<change::PutGivenFields>(&change);
    return put != nullptr && !put->fields.empty();
  };
  const bool may_be_refused = std::ranges::any_of(changes, [&](const Change& change) {
    return std::holds_alternative<change::MoveLink>(change) ||
           std::holds_alternative<change::NoteMerge>(change) ||
           std::holds_alternative<change::DropLink>(change) ||
           std::holds_alternative<change::RestoreLink>(change) || given(change);
  });
  if (!may_be_refused) {
    if (auto refused = refuse_links(data_[tenant], changes)) return *refused;
  }
  std::optional<Data> before;
  if (may_be_refused) before = data_[tenant];
  auto done = apply_each_locked(tenant, data_[tenant], changes);
  if (!done.ok() && before) data_[tenant] = *std::move(before);
  return done;
}

std::optional<Error> FakeStorage::refuse_links(const Data& data,
                                               const std::vector<Change>& changes) {
  std::map<std::string, int64_t> drawn;  // in these changes
  for (const Change& change : changes) {
    if (const auto* put = std::get_if<change::PutBackfill>(&change)) {
      const int64_t stored = data.backfill ? data.backfill->revision : 0;
      if (stored != put->backfill.revision) {
        return Error{ErrorCode::kConflict, "the backfill is another one by now"};
      }
    }
    const auto* put = std::get_if<change::PutLink>(&change);
    if (put == nullptr) continue;
    const MemberLink& link = put->link;
    const auto issued = data.codes.find(link.code);
    const bool others = issued != data.codes.end() && issued->second != link.customer_id;
    const auto [own, fresh] = drawn.emplace(link.code, link.customer_id);
    if (others || own->second != link.customer_id) {
      return Error{ErrorCode::kConflict, "the code was issued to another customer"};
    }
    if (put->only_new && data.cards.contains(link.customer_id)) {
      return Error{ErrorCode::kConflict, "the customer has a link"};
    }
  }
  return std::nullopt;
}

Result<Done> FakeStorage::apply_each_locked(TenantId tenant, Data& data,
                                            const std::vector<Change>& changes) {
  std::vector<change::Enqueue> enqueued;
  std::vector<change::Audit> audited;
  for (const Change& change : changes) {
    if (const auto* put = std::get_if<change::PutLink>(&change)) {
      const auto code = data.codes.emplace(put->link.code, put->link.customer_id).first;
      if (code->second != put->link.customer_id) {
        return Error{ErrorCode::kConflict, "the code was issued to another customer"};
      }
      if (put->only_new && data.cards.contains(put->link.customer_id)) {
        return Error{ErrorCode::kConflict, "the customer has a link"};
      }
      data.cards[put->link.customer_id].link = put->link;
      if (!put->link.missing.empty()) data.lacking.insert(put->link.customer_id);
      if (put->link.state == LinkState::kLinked) data.leavings.erase(put->link.code);
    } else if (const auto* drop = std::get_if<change::DropLink>(&change)) {
      data.dropped.erase(drop->customer_id);
      if (drop->restorable && data.cards.contains(drop->customer_id)) {
        data.dropped[drop->customer_id] = {data.cards[drop->customer_id].link, last_lease_at_};
      }
      const bool dropped = data.cards.erase(drop->customer_id) > 0;
      if (dropped && drop->left) data.former_members.insert(drop->customer_id);
      for (auto& [code, owner] : data.codes) {
        if (owner == drop->customer_id) owner = 0;
      }
      data.prints.erase(drop->customer_id);
      data.given.erase(drop->customer_id);
      data.favourites.erase(drop->customer_id);
      data.pins.erase(drop->customer_id);
    } else if (const auto* move = std::get_if<change::MoveLink>(&change)) {
      if (!data.cards.contains(move->from)) {
        return Error{ErrorCode::kConflict, "the link went meanwhile"};
      }
      if (data.cards.contains(move->to)) {
        return Error{ErrorCode::kConflict, "the customer has a link already"};
      }
      if (data.merged.contains(move->to)) {
        return Error{ErrorCode::kConflict, "the customer was merged into another meanwhile"};
      }
      Card card = data.cards.extract(move->from).mapped();
      card.link.customer_id = move->to;
      if (card.snapshot) card.snapshot->customer_id = move->to;
      data.cards[move->to] = std::move(card);
      for (auto& [code, owner] : data.codes) {
        if (owner == move->from) owner = move->to;
      }
      data.prints.erase(move->to);
      if (data.cards[move->to].link.state == LinkState::kJoining) {
        data.prints[move->to] = data.prints[move->from];
      }
      data.given[move->to] = data.given[move->from];
      if (data.favourites[move->to].empty()) {
        data.favourites[move->to] = data.favourites[move->from];
      }
      if (data.pins[move->to].empty()) data.pins[move->to] = data.pins[move->from];
      data.prints.erase(move->from);
      data.given.erase(move->from);
      data.favourites.erase(move->from);
      data.pins.erase(move->from);
    } else if (const auto* snap = std::get_if<change::PutSnapshot>(&change)) {
      const auto card = data.cards.find(snap->snapshot.customer_id);
      if (card == data.cards.end()) continue;
      auto& kept = card->second.snapshot;
      if (!kept && !snap->anew) continue;
      if (!kept || kept->as_of <= snap->snapshot.as_of) kept = snap->snapshot;
    } else if (const auto* prints = std::get_if<change::PutFieldPrints>(&change)) {
      if (data.cards.contains(prints->customer_id)) {
        data.prints[prints->customer_id] = prints->prints;
      }
    } else if (const auto* given = std::get_if<change::PutGivenFields>(&change)) {
      const auto card = data.cards.find(given->customer_id);
      if (card == data.cards.end()) continue;
      if (!given->fields.empty() && card->second.link.state != LinkState::kJoining) {
        return Error{ErrorCode::kConflict, "the customer is registered already"};
      }
      data.given[given->customer_id] = given->fields;
    } else if (const auto* stores = std::get_if<change::PutStores>(&change)) {
      data.stores = stores->stores;
    } else if (const auto* products = std::get_if<change::PutProducts>(&change)) {
      for (const Product& product : products->products) {
        data.products[product.product_id] = product;
      }
    } else if (const auto* dropped = std::get_if<change::DropProducts>(&change)) {
      for (const std::string& id : dropped->product_ids) data.products.erase(id);
    } else if (const auto* kept = std::get_if<change::KeepProducts>(&change)) {
      const std::set<std::string> ids(kept->product_ids.begin(), kept->product_ids.end());
      std::erase_if(data.products, [&](const auto& entry) { return !ids.contains(entry.first); });
      std::erase_if(data.stock,
                    [&](const auto& entry) { return !ids.contains(entry.first.first); });
    } else if (const auto* stock = std::get_if<change::PutStock>(&change)) {
      for (const StockLevel& level : stock->levels) {
        const auto key = std::make_pair(level.product_id, level.store_id);
        const auto kept = data.stock.find(key);
        const bool first = kept == data.stock.end();
        if (!first && kept->second.changed_at > level.changed_at) continue;
        const bool another = first || kept->second.changed_at != level.changed_at ||
                             kept->second.on_hand != level.on_hand ||
                             kept->second.layaway != level.layaway;
        const bool doubted = !first && kept->second.doubted &&
                             kept->second.changed_at == level.changed_at &&
                             kept->second.on_hand == level.on_hand;
        data.stock[key] = level;
        data.stock[key].doubted = doubted;
        if (another) ask_for_on_hand(tenant, level.product_id, level.store_id, enqueued);
      }
    } else if (const auto* doubt = std::get_if<change::DoubtStock>(&change)) {
      const auto kept = data.stock.find(std::make_pair(doubt->product_id, doubt->store_id));
      if (kept == data.stock.end() || kept->second.doubted) continue;
      kept->second.doubted = true;
      ask_for_on_hand(tenant, doubt->product_id, doubt->store_id, enqueued);
    } else if (const auto* take = std::get_if<change::TakeFromTills>(&change)) {
      const std::string key = taking_key(take->taking.name);
      if (!takings.emplace(key, take->taking).second) continue;
      enqueued.push_back({.write = {OutboxKind::kTakeFromTills, key}});
    } else if (const auto* took = std::get_if<change::TillsTook>(&change)) {
      takings[taking_key(took->taking.name)].done_at = std::max<Seconds>(1, last_lease_at_);
      if (tills_took) tills_took(*took);
      ask_for_on_hand(tenant, took->taking.product_id, took->taking.store_id, enqueued);
    } else if (const auto* release = std::get_if<change::ReleaseSent>(&change)) {
      if (release_sent) release_sent(*release);
    } else if (const auto* handed = std::get_if<change::ReleaseHandedOver>(&change)) {
      if (release_handed_over) release_handed_over(*handed);
    } else if (const auto* cursor = std::get_if<change::SetCursor>(&change)) {
      Seconds& kept = data.cursors[cursor->name];
      kept = cursor->anew ? cursor->value : std::max(kept, cursor->value);
    } else if (const auto* enqueue = std::get_if<change::Enqueue>(&change)) {
      enqueued.push_back(*enqueue);
    } else if (const auto* favourite = std::get_if<change::SetFavourite>(&change)) {
      data.favourites[favourite->customer_id] = favourite->store_id;
    } else if (const auto* pin = std::get_if<change::SetPin>(&change)) {
      auto& pins = data.pins[pin->customer_id];
      std::erase(pins, pin->product_code);
      if (pin->pinned) pins.push_back(pin->product_code);
    } else if (const auto* audit = std::get_if<change::Audit>(&change)) {
      audited.push_back(*audit);
    } else if (auto merged = merge_locked(tenant, data, change); merged && !merged->ok()) {
      return *merged;
    } else if (!restock_locked(change, enqueued)) {
      apply_privacy(data, change, enqueued);
    }
  }
  for (const change::Enqueue& one : enqueued) enqueue_locked(tenant, one);
  audits_.insert(audits_.end(), audited.begin(), audited.end());
  return Done{};
}

bool FakeStorage::restock_locked(const Change& change, std::vector<change::Enqueue>& enqueued) {
  if (const auto* ask = std::get_if<change::AskRestock>(&change)) {
    const RestockRequest& wish = ask->request;
    const bool there = std::ranges::any_of(restocks, [&](const auto& entry) {
      const RestockRequest& one = entry.second;
      return one.state != RestockState::kDone && one.customer_id == wish.customer_id &&
             one.product_id == wish.product_id && one.store_id == wish.store_id;
    });
    if (!there) restocks.emplace(wish.id, wish);
    return true;
  }
  if (const auto* take = std::get_if<change::TakeBackRestock>(&change)) {
    restocks.erase(take->request_id);
    return true;
  }
  if (const auto* tell = std::get_if<change::TellRestock>(&change)) {
    const auto found = restocks.find(tell->request_id);
    if (found == restocks.end() || found->second.state != RestockState::kOpen) return true;
    found->second.state = RestockState::kTelling;
    found->second.telling_at = last_lease_at_;
    enqueued.push_back({.write = {OutboxKind::kRestockMail, tell->request_id}});
    return true;
  }
  if (const auto* told = std::get_if<change::RestockTold>(&change)) {
    const auto found = restocks.find(told->request_id);
    if (found == restocks.end()) return true;
    const bool again = told->outcome == PickupMailOutcome::kOutdated;
    found->second.state = again ? RestockState::kOpen : RestockState::kDone;
    found->second.outcome = again ? PickupMailOutcome::kWaiting : told->outcome;
    found->second.settled_at = again ? 0 : std::max<Seconds>(1, last_lease_at_);
    return true;
  }
  return false;
}

void FakeStorage::ask_for_on_hand(TenantId tenant, const std::string& product_id,
                                  const std::string& store_id,
                                  std::vector<change::Enqueue>& enqueued) {
  if (!is_matched || !is_matched(tenant, product_id)) return;
  if (location_of(tenants_[tenant].settings, store_id) == nullptr) return;
  enqueued.push_back({.write = {OutboxKind::kWriteOnHand, on_hand_key(product_id, store_id)}});
}

void FakeStorage::apply_privacy(Data& data, const Change& change,
                                std::vector<change::Enqueue>& enqueued) const {
  if (const auto* keep = std::get_if<change::KeepConsentText>(&change)) {
    data.texts.emplace(keep->version, keep->consent);
  } else if (const auto* forget = std::get_if<change::ForgetFigures>(&change)) {
    const auto card = data.cards.find(forget->customer_id);
    if (card != data.cards.end()) card->second.snapshot.reset();
    data.given.erase(forget->customer_id);
  } else if (const auto* tell = std::get_if<change::TellLeaving>(&change)) {
    const auto card = data.cards.find(tell->customer_id);
    if (card == data.cards.end() || !card->second.snapshot) return;
    const MemberLink& link = card->second.link;
    const CardSnapshot& figures = *card->second.snapshot;
    if (!figures.has_points || figures.points == 0) return;
    const bool noted = data.leavings
                           .emplace(link.code, Leaving{.code = link.code,
                                                       .pos_member_id = link.pos_member_id,
                                                       .reason = tell->reason,
                                                       .points = figures.points,
                                                       .points_as_of = figures.as_of,
                                                       .left_at = last_lease_at_})
                           .second;
    if (noted) enqueued.push_back({.write = {OutboxKind::kTellLeaving, link.code}});
  } else if (const auto* told = std::get_if<change::LeavingTold>(&change)) {
    const auto found = data.leavings.find(told->code);
    if (found != data.leavings.end()) found->second.told_at = std::max<Seconds>(1, last_lease_at_);
  } else if (const auto* mark = std::get_if<change::MarkShort>(&change)) {
    if (mark_short) mark_short(*mark);
  } else if (const auto* tell = std::get_if<change::TellShopper>(&change)) {
    auto& log = data.pickup_mails[tell->pickup_id];
    if (std::ranges::find(log, tell->mail_id, &PickupMail::id) != log.end()) return;
    log.push_back({.id = tell->mail_id,
                   .step = tell->step,
                   .asked_at = last_lease_at_,
                   .place = static_cast<int64_t>(log.size())});
    enqueued.push_back(
        {.write = {OutboxKind::kPickupMail, pickup_mail_key(tell->pickup_id, tell->mail_id)}});
  } else if (const auto* told = std::get_if<change::ShopperTold>(&change)) {
    const PickupMailName name = pickup_mail_name(told->key);
    for (PickupMail& mail : data.pickup_mails[name.pickup_id]) {
      if (mail.id != name.mail_id) continue;
      mail.outcome = told->outcome;
      mail.settled_at = std::max<Seconds>(1, last_lease_at_);
    }
  } else if (const auto* put = std::get_if<change::PutDataRequest>(&change)) {
    data.requests.emplace(put->request.request_id, put->request);
  } else if (const auto* backfill = std::get_if<change::PutBackfill>(&change)) {
    data.backfill = backfill->backfill;
    ++data.backfill->revision;
  } else if (const auto* erase = std::get_if<change::EraseCustomer>(&change)) {
    data.former_members.erase(erase->customer_id);
    data.dropped.erase(erase->customer_id);
    std::erase_if(data.requests, [&](const auto& entry) {
      return entry.second.customer_id == erase->customer_id;
    });
  }
}

bool FakeStorage::at_work_locked(TenantId tenant, int64_t customer) const {
  return std::ranges::any_of(outbox_, [&](const auto& entry) {
    const OutboxRow& row = entry.second;
    const OutboxKind kind = row.item.write.kind;
    const bool on_members = kind == OutboxKind::kCreateMember ||
                            kind == OutboxKind::kCustomerChanged ||
                            kind == OutboxKind::kMemberChanged || kind == OutboxKind::kDropCustomer;
    return row.item.tenant == tenant && on_members &&
           row.item.write.key == std::to_string(customer) && row.leased_until > last_lease_at_;
  });
}

std::optional<Result<Done>> FakeStorage::merge_locked(TenantId tenant, Data& data,
                                                      const Change& change) {
  if (const auto* note = std::get_if<change::NoteMerge>(&change)) {
    if (at_work_locked(tenant, note->gone) || at_work_locked(tenant, note->kept)) {
      return Error{ErrorCode::kUnavailable, "somebody is at work on one of the two customers"};
    }
    if (note->without_link && data.cards.contains(note->gone)) {
      return Error{ErrorCode::kConflict, "the customer has a link by now"};
    }
    data.merged[note->gone] = {note->kept, last_lease_at_};
    return Done{};
  }
  if (const auto* restore = std::get_if<change::RestoreLink>(&change)) {
    const auto kept = data.dropped.find(restore->customer_id);
    if (kept == data.dropped.end()) return Done{};
    const MemberLink link = kept->second.first;
    data.dropped.erase(kept);
    const bool taken = std::ranges::any_of(data.cards, [&](const auto& entry) {
      const MemberLink& other = entry.second.link;
      return other.customer_id == link.customer_id ||
             (!link.pos_member_id.empty() && other.pos_member_id == link.pos_member_id);
    });
    if (taken) return Done{};
    data.cards[link.customer_id] = {.link = link, .snapshot = std::nullopt};
    data.leavings.erase(link.code);
    if (data.codes[link.code] == 0) data.codes[link.code] = link.customer_id;
    return Done{};
  }
  if (const auto* leave = std::get_if<change::LeaveMember>(&change)) {
    data.left[leave->member.code] = leave->member;
    return Done{};
  }
  if (const auto* forget = std::get_if<change::ForgetLeftMember>(&change)) {
    data.left.erase(forget->code);
    return Done{};
  }
  return std::nullopt;
}

void FakeStorage::enqueue_locked(TenantId tenant, const change::Enqueue& enqueue) {
  const OutboxWrite& write = enqueue.write;
  const Seconds due_at = enqueue.delay == 0 ? 0 : last_lease_at_ + enqueue.delay;
  for (auto& [id, row] : outbox_) {
    if (row.item.tenant == tenant && row.item.write.kind == write.kind &&
        row.item.write.key == write.key) {
      ++row.item.revision;
      row.item.attempts = 0;
      row.item.background = enqueue.background && (row.rests() || row.item.background);
      row.next_at = row.rests() ? due_at : std::min(row.next_at, due_at);
      row.dead = row.review = false;  // a leased one stays leased until its writer comes back
      return;
    }
  }
  const int64_t id = ++last_id_;
  outbox_[id].item = {.id = id,
                      .tenant = tenant,
                      .write = write,
                      .attempts = 0,
                      .revision = 1,
                      .background = enqueue.background};
  outbox_[id].next_at = due_at;
}

}  // namespace tsunagi::fakes
