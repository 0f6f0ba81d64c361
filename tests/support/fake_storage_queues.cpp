#include "tests/support/fake_storage.h"

#include <algorithm>
#include <utility>

namespace tsunagi::fakes {

Result<bool> FakeStorage::put_inbox(TenantId tenant, const InboxEvent& event) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  const auto key = std::make_tuple(tenant, event.system, event.type, event.event_id);
  if (!inbox_keys_.insert(key).second) return false;
  const int64_t id = ++last_id_;
  inbox_[id].item = {.id = id, .tenant = tenant, .event = event, .attempts = 0};
  inbox_[id].next_at = event.received_at;
  return true;
}

Result<std::vector<InboxItem>> FakeStorage::lease_inbox(int limit, Seconds now, int lease_seconds) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  last_lease_at_ = now;
  std::vector<InboxItem> leased;
  for (auto& [id, row] : inbox_) {
    if (leased.size() >= static_cast<size_t>(limit)) break;
    if (row.fate != InboxRow::Fate::kWaiting || row.next_at > now || row.leased_until > now) {
      continue;
    }
    row.leased_until = now + lease_seconds;
    leased.push_back(row.item);
    ++row.item.attempts;  // a lease that ends by itself was an attempt, too
  }
  return leased;
}

Result<Done> FakeStorage::finish_inbox(TenantId tenant, const std::vector<int64_t>& ids,
                                       const std::vector<Change>& changes) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  for (const int64_t id : ids) {
    const auto found = inbox_.find(id);
    if (found == inbox_.end() || found->second.fate == InboxRow::Fate::kDone) {
      return Error{ErrorCode::kConflict, "the event is done already, or there is none"};
    }
  }
  if (auto applied = apply_locked(tenant, changes); !applied.ok()) return applied;
  for (const int64_t id : ids) {
    const auto found = inbox_.find(id);
    found->second.fate = InboxRow::Fate::kDone;
    found->second.item.event.body.clear();
  }
  return Done{};
}

Result<Done> FakeStorage::retry_inbox(int64_t id, Seconds at, std::string_view error) {
  return write([&](FakeStorage& self) {
    InboxRow& row = self.inbox_[id];
    row.next_at = at;
    row.leased_until = 0;
    row.error = error;
  });
}

Result<Done> FakeStorage::renew_inbox(const std::vector<int64_t>& ids, Seconds until) {
  return write([&](FakeStorage& self) {
    for (const int64_t id : ids) {
      InboxRow& row = self.inbox_[id];
      if (row.leased_until != 0) row.leased_until = until;
    }
  });
}

Result<int64_t> FakeStorage::purge_inbox(Seconds done_before, Seconds dead_before, int limit) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  int64_t purged = 0;
  for (auto row = inbox_.begin(); row != inbox_.end() && purged < limit;) {
    const Seconds at = row->second.item.event.received_at;
    const bool forgotten = row->second.fate == InboxRow::Fate::kDone && at < done_before;
    if (row->second.fate == InboxRow::Fate::kDead && at < dead_before) {
      purged += row->second.item.event.body.empty() ? 0 : 1;
      row->second.item.event.body.clear();
    }
    purged += forgotten ? 1 : 0;
    row = forgotten ? inbox_.erase(row) : std::next(row);
  }
  return purged;
}

Result<Done> FakeStorage::bury_inbox(int64_t id, std::string_view error) {
  return write([&](FakeStorage& self) {
    self.inbox_[id].fate = InboxRow::Fate::kDead;
    self.inbox_[id].error = error;
  });
}

std::vector<OutboxItem> FakeStorage::lease_locked(
    int limit, Seconds now, int lease_seconds,
    const std::function<bool(const OutboxItem&)>& wanted) {
  last_lease_at_ = now;
  std::set<std::pair<TenantId, std::string>> lanes;  // that are taken
  const auto lane = [](const OutboxItem& item) { return std::pair(item.tenant, item.write.key); };
  const auto due = [now](const OutboxRow& row) {
    return !row.rests() && row.next_at <= now && row.leased_until <= now;
  };
  for (const auto& [id, row] : outbox_) {
    if (!row.rests() && row.leased_until > now) lanes.insert(lane(row.item));
  }
  for (auto& [id, row] : outbox_) {
    const bool interrupted = row.begun > 0 && row.begun == row.item.revision;
    if (row.rests() || !interrupted || row.leased_until > now) continue;
    row.review = true;
    row.begun = row.leased_until = 0;
    row.error = kWriteInterrupted;
  }
  std::vector<OutboxItem> leased;
  for (const bool background : {false, true}) {  // in a lane what is in the background is last
    for (auto& [id, row] : outbox_) {
      if (row.item.background != background || !due(row)) continue;
      if (!lanes.insert(lane(row.item)).second) continue;
      if (!wanted(row.item) || leased.size() >= static_cast<size_t>(limit)) continue;
      row.leased_until = now + lease_seconds;
      row.begun = 0;
      ++row.item.lease;
      leased.push_back(row.item);
      ++row.item.attempts;
    }
  }
  return leased;
}

Result<std::vector<OutboxItem>> FakeStorage::lease_outbox(int limit, Seconds now,
                                                          int lease_seconds) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  return lease_locked(limit, now, lease_seconds,
                      [](const OutboxItem& item) { return !item.background; });
}

Result<std::vector<OutboxItem>> FakeStorage::lease_background(OutboxKind kind, int limit,
                                                              Seconds now, int lease_seconds) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  return lease_locked(limit, now, lease_seconds, [kind](const OutboxItem& item) {
    return item.background && item.write.kind == kind;
  });
}

Result<Storage::BackgroundDepth> FakeStorage::background_depth(TenantId tenant) {
  return read([&](FakeStorage& self) {
    BackgroundDepth depth;
    for (const auto& [id, row] : self.outbox_) {
      const bool counts = row.item.tenant == tenant && row.item.background && !row.dead;
      depth.waiting += counts ? 1 : 0;
      depth.registering += counts && row.item.write.kind == OutboxKind::kCreateMember ? 1 : 0;
    }
    for (const int64_t customer : self.data_[tenant].lacking) {
      const auto card = self.data_[tenant].cards.find(customer);
      const bool lacks =
          card != self.data_[tenant].cards.end() && !card->second.link.missing.empty();
      depth.lacking += lacks ? 1 : 0;
    }
    return depth;
  });
}

Result<std::optional<Backfill>> FakeStorage::backfill(TenantId tenant) {
  return read([&](FakeStorage& self) { return self.data_[tenant].backfill; });
}

Result<std::vector<TenantId>> FakeStorage::running_backfills() {
  return read([&](FakeStorage& self) {
    std::vector<TenantId> running;
    for (const auto& [tenant, data] : self.data_) {
      const bool runs = data.backfill && data.backfill->state == BackfillState::kRunning;
      if (runs && self.tenants_[tenant].installed) running.push_back(tenant);
    }
    return running;
  });
}

FakeStorage::OutboxRow* FakeStorage::held_locked(const OutboxItem& item) {
  const auto found = outbox_.find(item.id);
  return found == outbox_.end() || found->second.item.lease != item.lease ? nullptr
                                                                          : &found->second;
}

Result<std::vector<int64_t>> FakeStorage::renew_outbox(const std::vector<OutboxItem>& items,
                                                       Seconds until) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  std::vector<int64_t> kept;
  for (const OutboxItem& item : items) {
    OutboxRow* row = held_locked(item);
    if (row == nullptr || row->leased_until == 0) continue;
    row->leased_until = until;
    kept.push_back(item.id);
  }
  return kept;
}

Result<Done> FakeStorage::finish_outbox(const OutboxItem& item,
                                        const std::vector<Change>& changes) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  OutboxRow* row = held_locked(item);
  if (row == nullptr) return not_held();
  if (auto applied = apply_locked(item.tenant, changes); !applied.ok()) return applied;
  if (row->item.revision == item.revision) {
    outbox_.erase(item.id);
  } else {
    row->leased_until = row->begun = 0;
    row->review = false;
  }
  return Done{};
}

Result<Done> FakeStorage::retry_outbox(const OutboxItem& item, Seconds at, std::string_view error) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  OutboxRow* row = held_locked(item);
  if (row == nullptr) return not_held();
  row->next_at = at;
  row->leased_until = row->begun = 0;
  row->review = false;
  row->error = error;
  return Done{};
}

Result<Done> FakeStorage::put_off_outbox(const OutboxItem& item, Seconds at,
                                         std::string_view reason) {
  auto done = retry_outbox(item, at, reason);
  if (!done.ok()) return done;
  const std::lock_guard lock(mutex_);
  if (const auto row = outbox_.find(item.id); row != outbox_.end()) --row->second.item.attempts;
  return done;
}

Result<Done> FakeStorage::bury_outbox(const OutboxItem& item, std::string_view error) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  OutboxRow* row = held_locked(item);
  if (row == nullptr) return not_held();
  row->dead = row->item.revision == item.revision;  // else there is news to write
  row->leased_until = row->begun = 0;
  row->review = false;
  row->error = error;
  return Done{};
}

Result<Done> FakeStorage::begin_outbox(const OutboxItem& item) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  OutboxRow* row = held_locked(item);
  const bool held = row != nullptr && row->leased_until != 0;
  if (!held || row->item.revision != item.revision) return not_held();
  row->begun = item.revision;
  return Done{};
}

Result<Done> FakeStorage::review_outbox(const OutboxItem& item, std::string_view error) {
  auto buried = bury_outbox(item, error);
  if (!buried.ok()) return buried;
  const std::lock_guard lock(mutex_);
  OutboxRow* row = held_locked(item);
  if (row != nullptr) row->review = std::exchange(row->dead, false);
  return buried;
}

Result<Storage::QueueDepth> FakeStorage::queue_depth(TenantId tenant) {
  const std::lock_guard lock(mutex_);
  QueueDepth depth;
  const auto asked = [tenant](TenantId of) { return tenant == kEveryTenant || tenant == of; };
  for (const auto& [id, row] : inbox_) {
    if (!asked(row.item.tenant)) continue;
    depth.inbox_waiting += row.fate == InboxRow::Fate::kWaiting ? 1 : 0;
    depth.inbox_dead += row.fate == InboxRow::Fate::kDead ? 1 : 0;
  }
  for (const auto& [id, row] : outbox_) {
    if (!asked(row.item.tenant)) continue;
    depth.outbox_waiting += row.rests() ? 0 : 1;
    depth.outbox_dead += row.dead ? 1 : 0;
    depth.outbox_review += row.review ? 1 : 0;
  }
  return depth;
}

Result<Figures> FakeStorage::figures(TenantId tenant) {
  return read([&](FakeStorage& self) {
    Figures figures;
    figures.schema = 1;
    const Data& data = self.data_[tenant];
    for (const auto& [id, card] : data.cards) {
      figures.joining += card.link.state == LinkState::kJoining ? 1 : 0;
      figures.linked += card.link.state == LinkState::kLinked ? 1 : 0;
      figures.stopped += card.link.state == LinkState::kStopped ? 1 : 0;
    }
    figures.products = static_cast<int64_t>(data.products.size());
    figures.stores = static_cast<int64_t>(data.stores.size());
    figures.cursors.assign(data.cursors.begin(), data.cursors.end());
    return figures;
  });
}

// ---- for operators

Result<std::vector<InboxEntry>> FakeStorage::inbox_in(TenantId tenant, QueueState state,
                                                      int limit) {
  return read([&](FakeStorage& self) {
    std::vector<InboxEntry> entries;
    for (const auto& [id, row] : self.inbox_) {
      const bool leased = row.leased_until != 0 && row.fate == InboxRow::Fate::kWaiting;
      const QueueState its = row.fate == InboxRow::Fate::kDone   ? QueueState::kDone
                             : row.fate == InboxRow::Fate::kDead ? QueueState::kDead
                             : leased                            ? QueueState::kLeased
                                                                 : QueueState::kWaiting;
      const bool asked = tenant == kEveryTenant || tenant == row.item.tenant;
      if (!asked || its != state || entries.size() >= static_cast<size_t>(limit)) continue;
      InboxEntry entry{.item = row.item,
                       .state = its,
                       .due_at = row.next_at,
                       .error = row.error,
                       .has_body = !row.item.event.body.empty()};
      entry.item.event.body.clear();
      entries.push_back(std::move(entry));
    }
    return entries;
  });
}

Result<std::vector<OutboxEntry>> FakeStorage::outbox_in(TenantId tenant, QueueState state,
                                                        int limit) {
  return read([&](FakeStorage& self) {
    std::vector<OutboxEntry> entries;
    for (const auto& [id, row] : self.outbox_) {
      const QueueState its = row.dead                ? QueueState::kDead
                             : row.review            ? QueueState::kReview
                             : row.leased_until != 0 ? QueueState::kLeased
                                                     : QueueState::kWaiting;
      const bool asked = tenant == kEveryTenant || tenant == row.item.tenant;
      if (!asked || its != state || entries.size() >= static_cast<size_t>(limit)) continue;
      entries.push_back({.item = row.item,
                         .state = its,
                         .due_at = row.next_at,
                         .enqueued_at = row.enqueued_at,
                         .error = row.error});
    }
    return entries;
  });
}

Result<std::optional<Card>> FakeStorage::card_by_code(TenantId tenant, std::string_view code) {
  return read([&](FakeStorage& self) -> std::optional<Card> {
    for (const auto& [id, card] : self.data_[tenant].cards) {
      if (card.link.code == code) return card;
    }
    return std::nullopt;
  });
}

Result<std::vector<std::string>> FakeStorage::stocked_after(TenantId tenant,
                                                            std::string_view product, int limit) {
  return read([&](FakeStorage& self) {
    std::vector<std::string> ids;
    for (const auto& [id, row] : self.data_[tenant].products) {
      if (ids.size() >= static_cast<size_t>(limit)) break;
      if (id > product && row.stock_controlled) ids.push_back(id);
    }
    return ids;
  });
}

Result<bool> FakeStorage::replay_inbox(int64_t id) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  const auto found = inbox_.find(id);
  if (found == inbox_.end() || found->second.fate != InboxRow::Fate::kDead) return false;
  InboxRow& row = found->second;
  if (row.item.event.body.empty()) return Error{ErrorCode::kConflict, "the body was purged"};
  audits_.push_back({"operator", "replay", "inbox " + std::to_string(id), ""});
  row.fate = InboxRow::Fate::kWaiting;
  row.item.attempts = 0;
  row.next_at = row.leased_until = 0;
  row.error.clear();
  return true;
}

Result<bool> FakeStorage::replay_outbox(int64_t id) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  const auto found = outbox_.find(id);
  if (found == outbox_.end() || !found->second.dead) return false;
  OutboxRow& row = found->second;
  audits_.push_back({"operator", "replay", "outbox " + std::to_string(id), ""});
  row.dead = false;
  row.item.attempts = 0;
  ++row.item.revision;
  row.next_at = row.leased_until = 0;
  row.error.clear();
  return true;
}

Result<bool> FakeStorage::settle_review(TenantId tenant, int64_t id, ReviewVerdict verdict,
                                        std::string_view actor) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  const auto found = outbox_.find(id);
  if (found == outbox_.end() || !found->second.review) return false;
  OutboxRow& row = found->second;
  if (tenant != kEveryTenant && tenant != row.item.tenant) return false;
  const bool happened = verdict == ReviewVerdict::kHappened;
  audits_.push_back(
      {std::string(actor), "review", "outbox " + std::to_string(id), happened ? "done" : "again"});
  if (!happened) {
    row.review = false;
    row.item.attempts = 0;
    ++row.item.revision;
    ++row.item.lease;
    row.next_at = row.leased_until = 0;
    row.error.clear();
    return true;
  }
  if (row.item.write.kind == OutboxKind::kTellLeaving) {
    const auto applied = apply_locked(row.item.tenant, {change::LeavingTold{row.item.write.key}});
    if (!applied.ok()) return applied.error();
  }
  if (row.item.write.kind == OutboxKind::kRestockMail) {
    const auto applied =
        apply_locked(row.item.tenant, {change::RestockTold{.request_id = row.item.write.key}});
    if (!applied.ok()) return applied.error();
  }
  if (row.item.write.kind == OutboxKind::kPickupMail) {
    const auto applied =
        apply_locked(row.item.tenant, {change::ShopperTold{.key = row.item.write.key}});
    if (!applied.ok()) return applied.error();
  }
  outbox_.erase(found);
  return true;
}

PickupMailLog FakeStorage::pickup_mails(TenantId tenant) const {
  const std::lock_guard lock(mutex_);
  const auto found = data_.find(tenant);
  return found == data_.end() ? PickupMailLog() : found->second.pickup_mails;
}

}  // namespace tsunagi::fakes
