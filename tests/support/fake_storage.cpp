#include "tests/support/fake_storage.h"

#include <set>

#include <algorithm>

namespace tsunagi::fakes {

FakeStorage::FakeStorage() = default;
FakeStorage::~FakeStorage() = default;

std::optional<Error> FakeStorage::refuse_write() {
  if (down) return unavailable();
  int left = fail_next_writes.load();
  while (left > 0) {
    if (fail_next_writes.compare_exchange_weak(left, left - 1)) return unavailable();
  }
  return std::nullopt;
}

template <class Work>
Result<Done> FakeStorage::write(Work work) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  work(*this);
  return Done{};
}

template <class Work>
auto FakeStorage::read(Work work) -> Result<decltype(work(*this))> {
  if (down) return unavailable();
  ++reads;
  const std::lock_guard lock(mutex_);
  return work(*this);
}

template <class Matches>
Result<std::optional<Tenant>> FakeStorage::find_tenant(Matches matches) {
  return read([&](FakeStorage& self) -> std::optional<Tenant> {
    for (const auto& [id, tenant] : self.tenants_) {
      if (matches(tenant)) return tenant;
    }
    return std::nullopt;
  });
}

// ---- what a test arranges and looks at

void FakeStorage::put_tenant(const Tenant& tenant) {
  const std::lock_guard lock(mutex_);
  tenants_[tenant.id] = tenant;
}

void FakeStorage::edit_outbox(int64_t id, const std::function<void(OutboxRow&)>& edit) {
  const std::lock_guard lock(mutex_);
  edit(outbox_.at(id));
}

std::map<int64_t, FakeStorage::InboxRow> FakeStorage::inbox() const {
  const std::lock_guard lock(mutex_);
  return inbox_;
}

std::map<int64_t, FakeStorage::OutboxRow> FakeStorage::outbox() const {
  const std::lock_guard lock(mutex_);
  return outbox_;
}

std::vector<change::Audit> FakeStorage::audits() const {
  const std::lock_guard lock(mutex_);
  return audits_;
}

std::vector<StockLevel> FakeStorage::levels(TenantId tenant) const {
  const std::lock_guard lock(mutex_);
  std::vector<StockLevel> all;
  const auto found = data_.find(tenant);
  if (found == data_.end()) return all;
  for (const auto& [key, level] : found->second.stock) all.push_back(level);
  return all;
}

std::vector<Card> FakeStorage::cards(TenantId tenant) {
  auto all = cards_after(tenant, 0, 1'000'000);
  return all.ok() ? *all : std::vector<Card>{};
}

// ---- Storage

Result<Done> FakeStorage::ready() {
  return write([](auto&) {});
}

Result<std::optional<Tenant>> FakeStorage::tenant(TenantId id) {
  return find_tenant([id](const Tenant& t) { return t.id == id; });
}

Result<std::optional<Tenant>> FakeStorage::tenant_by_domain(std::string_view domain) {
  return find_tenant([domain](const Tenant& t) { return t.shop_domain == domain; });
}

Result<std::optional<Tenant>> FakeStorage::tenant_by_contract(std::string_view contract) {
  return find_tenant([contract](const Tenant& t) { return t.contract_id == contract; });
}

Result<std::vector<Tenant>> FakeStorage::tenants() {
  if (down) return unavailable();
  const std::lock_guard lock(mutex_);
  std::vector<Tenant> all;
  for (const auto& [id, tenant] : tenants_) {
    if (tenant.installed) all.push_back(tenant);
  }
  return all;
}

Result<Done> FakeStorage::install(const ShopIdentity& shop) {
  return write([&](FakeStorage& self) {
    Tenant& tenant = self.tenants_[shop.id];
    tenant.id = shop.id;
    tenant.shop_domain = shop.domain;
    tenant.shop_name = shop.name;
    tenant.installed = true;
  });
}

Result<Done> FakeStorage::uninstall(TenantId tenant) {
  return write([&](FakeStorage& self) {
    self.tenants_[tenant].installed = false;
    self.data_[tenant].secrets.clear();
    std::erase_if(self.joins_, [&](const auto& row) { return row.second.first.tenant == tenant; });
  });
}

Result<Done> FakeStorage::erase_tenant(TenantId tenant) {
  return write([&](FakeStorage& self) {
    self.tenants_.erase(tenant);
    self.data_.erase(tenant);
    std::erase_if(self.joins_, [&](const auto& row) { return row.second.first.tenant == tenant; });
    std::erase_if(self.inbox_, [&](const auto& row) { return row.second.item.tenant == tenant; });
    std::erase_if(self.outbox_, [&](const auto& row) { return row.second.item.tenant == tenant; });
  });
}

Result<Done> FakeStorage::join_contract(TenantId tenant, std::string_view contract) {
  return write([&](FakeStorage& self) { self.tenants_[tenant].contract_id = contract; });
}

Result<Done> FakeStorage::save_settings(TenantId tenant, const Settings& settings) {
  return write([&](FakeStorage& self) { self.tenants_[tenant].settings = settings; });
}

Result<bool> FakeStorage::claim(TenantId tenant, const Claim& what, Seconds now, Seconds until) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  auto& [holder, ends_at] = claims_[{tenant, std::string(what.name)}];
  if (!holder.empty() && holder != what.holder && ends_at > now) {
    ++claims_refused;
    return false;
  }
  holder = what.holder;
  ends_at = until;
  return true;
}

Result<Done> FakeStorage::release(TenantId tenant, const Claim& what) {
  return write([&](FakeStorage& self) {
    const auto found = self.claims_.find({tenant, std::string(what.name)});
    if (found != self.claims_.end() && found->second.first == what.holder) {
      self.claims_.erase(found);
    }
  });
}

Result<std::optional<StoredSecret>> FakeStorage::secret(TenantId tenant, SecretPurpose purpose) {
  const std::lock_guard lock(mutex_);
  const auto& secrets = data_[tenant].secrets;
  const auto found = secrets.find(purpose);
  return found == secrets.end() ? std::optional<StoredSecret>{} : found->second;
}

Result<Done> FakeStorage::put_secrets(
    TenantId tenant, const std::vector<std::pair<SecretPurpose, StoredSecret>>& secrets) {
  return write([&](FakeStorage& self) {
    for (const auto& [purpose, secret] : secrets) self.data_[tenant].secrets[purpose] = secret;
  });
}

Result<Done> FakeStorage::put_pending_join(const PendingJoin& join, std::string_view token,
                                           Seconds now) {
  return write([&](FakeStorage& self) { self.joins_[std::string(token)] = {join, now}; });
}

Result<std::optional<PendingJoin>> FakeStorage::pending_join(std::string_view token, Seconds now) {
  constexpr Seconds kGoodFor = 600;
  return read([&](FakeStorage& self) -> std::optional<PendingJoin> {
    const auto found = self.joins_.find(token);
    if (found == self.joins_.end() || now - found->second.second >= kGoodFor) return std::nullopt;
    return found->second.first;
  });
}

Result<std::optional<PendingJoin>> FakeStorage::take_pending_join(std::string_view token,
                                                                  Seconds now) {
  auto kept = pending_join(token, now);
  const auto forgotten = write([&](FakeStorage& self) { self.joins_.erase(std::string(token)); });
  return forgotten.ok() ? kept : forgotten.error();
}

Result<std::optional<Card>> FakeStorage::card(TenantId tenant, int64_t customer) {
  return read([&](FakeStorage& self) -> std::optional<Card> {
    const auto& cards = self.data_[tenant].cards;
    const auto found = cards.find(customer);
    return found == cards.end() ? std::optional<Card>{} : found->second;
  });
}

Result<std::optional<Card>> FakeStorage::card_by_member(TenantId tenant, std::string_view member) {
  return read([&](FakeStorage& self) -> std::optional<Card> {
    for (const auto& [id, card] : self.data_[tenant].cards) {
      if (!member.empty() && card.link.pos_member_id == member) return card;
    }
    return std::nullopt;
  });
}

Result<std::vector<Card>> FakeStorage::cards_after(TenantId tenant, int64_t customer, int limit) {
  return read([&](FakeStorage& self) {
    std::vector<Card> page;
    const auto& cards = self.data_[tenant].cards;
    for (auto card = cards.upper_bound(customer);
         card != cards.end() && page.size() < static_cast<size_t>(limit); ++card) {
      page.push_back(card->second);
    }
    return page;
  });
}

Result<std::optional<int64_t>> FakeStorage::code_owner(TenantId tenant, std::string_view code) {
  return read([&](FakeStorage& self) {
    const auto& codes = self.data_[tenant].codes;
    const auto found = codes.find(std::string(code));
    return found == codes.end() ? std::optional<int64_t>() : found->second;
  });
}

Result<std::optional<Product>> FakeStorage::product_by_code(TenantId tenant,
                                                            std::string_view barcode,
                                                            std::string_view sku) {
  return read([&](FakeStorage& self) -> std::optional<Product> {
    for (const std::string_view word : {barcode, sku}) {
      if (word.empty()) continue;
      for (const auto& [id, product] : self.data_[tenant].products) {
        if (product.code == word) return product;
      }
    }
    return std::nullopt;
  });
}

Result<std::vector<StockLevel>> FakeStorage::stock_of(TenantId tenant, std::string_view product,
                                                      const std::vector<std::string>& store_ids) {
  return read([&](FakeStorage& self) {
    std::vector<StockLevel> levels;
    const Data& data = self.data_[tenant];
    for (const std::string& store : store_ids) {
      const auto level = data.stock.find({std::string(product), store});
      if (level != data.stock.end()) levels.push_back(level->second);
    }
    return levels;
  });
}

Result<std::vector<Store>> FakeStorage::stores(TenantId tenant) {
  return read([&](FakeStorage& self) { return self.data_[tenant].stores; });
}

Result<std::optional<Seconds>> FakeStorage::cursor(TenantId tenant, std::string_view name) {
  return read([&](FakeStorage& self) -> std::optional<Seconds> {
    const auto& cursors = self.data_[tenant].cursors;
    const auto found = cursors.find(std::string(name));
    return found == cursors.end() ? std::optional<Seconds>{} : found->second;
  });
}

Result<std::string> FakeStorage::field_prints(TenantId tenant, int64_t customer) {
  return read([&](FakeStorage& self) { return self.data_[tenant].prints[customer]; });
}

Result<FieldChanges> FakeStorage::given_fields(TenantId tenant, int64_t customer) {
  return read([&](FakeStorage& self) { return self.data_[tenant].given[customer]; });
}

Result<std::vector<MemberLink>> FakeStorage::waiting_links(TenantId tenant, int limit) {
  return read([&](FakeStorage& self) {
    std::vector<MemberLink> waiting;
    for (const auto& [id, card] : self.data_[tenant].cards) {
      if (!card.link.missing.empty()) waiting.push_back(card.link);
    }
    std::ranges::sort(waiting, {}, &MemberLink::joined_at);
    waiting.resize(std::min(waiting.size(), static_cast<size_t>(limit)));
    return waiting;
  });
}

Result<bool> FakeStorage::was_member(TenantId tenant, int64_t customer) {
  return read(
      [&](FakeStorage& self) { return self.data_[tenant].former_members.contains(customer); });
}

Result<std::optional<int64_t>> FakeStorage::merged_into(TenantId tenant, int64_t customer) {
  return read([&](FakeStorage& self) -> std::optional<int64_t> {
    const auto& merged = self.data_[tenant].merged;
    const auto found = merged.find(customer);
    if (found == merged.end()) return std::nullopt;
    return found->second.first;
  });
}

Result<std::optional<MemberLink>> FakeStorage::dropped_link(TenantId tenant, int64_t customer) {
  return read([&](FakeStorage& self) -> std::optional<MemberLink> {
    const auto& dropped = self.data_[tenant].dropped;
    const auto found = dropped.find(customer);
    if (found == dropped.end()) return std::nullopt;
    return found->second.first;
  });
}

Result<std::vector<LeftMember>> FakeStorage::left_members(TenantId tenant, int limit) {
  return read([&](FakeStorage& self) {
    std::vector<LeftMember> members;
    for (const auto& [code, member] : self.data_[tenant].left) {
      if (members.size() < static_cast<size_t>(limit)) members.push_back(member);
    }
    return members;
  });
}

Result<std::vector<MemberLink>> FakeStorage::links_by_member(TenantId tenant,
                                                             std::string_view after_member_id,
                                                             int limit) {
  return read([&](FakeStorage& self) {
    const auto order = [](std::string_view id) { return std::pair(id.size(), id); };
    std::vector<MemberLink> links;
    for (const auto& [id, card] : self.data_[tenant].cards) {
      if (card.link.pos_member_id.empty()) continue;
      if (order(card.link.pos_member_id) > order(after_member_id)) links.push_back(card.link);
    }
    std::ranges::sort(links, {}, [&](const MemberLink& link) { return order(link.pos_member_id); });
    if (links.size() > static_cast<size_t>(limit)) links.resize(static_cast<size_t>(limit));
    return links;
  });
}

Result<int64_t> FakeStorage::purge_merges(Seconds before, int) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  size_t purged = 0;
  for (auto& [tenant, data] : data_) {
    const auto old = [before](const auto& row) { return row.second.second < before; };
    purged += std::erase_if(data.merged, old) + std::erase_if(data.dropped, old);
  }
  return static_cast<int64_t>(purged);
}

Result<std::string> FakeStorage::favourite(TenantId tenant, int64_t customer) {
  return read([&](FakeStorage& self) { return self.data_[tenant].favourites[customer]; });
}

Result<std::vector<std::string>> FakeStorage::pins(TenantId tenant, int64_t customer) {
  return read([&](FakeStorage& self) { return self.data_[tenant].pins[customer]; });
}

Result<Done> FakeStorage::apply(TenantId tenant, const std::vector<Change>& changes) {
  if (before_apply) before_apply();
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  return apply_locked(tenant, changes);
}

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

Result<std::vector<OutboxItem>> FakeStorage::lease_outbox(int limit, Seconds now,
                                                          int lease_seconds) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  last_lease_at_ = now;
  std::set<std::pair<TenantId, std::string>> lanes;  // that are taken
  const auto lane = [](const OutboxItem& item) { return std::pair(item.tenant, item.write.key); };
  for (const auto& [id, row] : outbox_) {
    if (!row.dead && row.leased_until > now) lanes.insert(lane(row.item));
  }
  std::vector<OutboxItem> leased;
  for (auto& [id, row] : outbox_) {
    if (leased.size() >= static_cast<size_t>(limit)) break;
    if (row.dead || row.next_at > now || row.leased_until > now) continue;
    if (!lanes.insert(lane(row.item)).second) continue;
    row.leased_until = now + lease_seconds;
    ++row.item.lease;
    leased.push_back(row.item);
    ++row.item.attempts;
  }
  return leased;
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
    row->leased_until = 0;
  }
  return Done{};
}

Result<Done> FakeStorage::retry_outbox(const OutboxItem& item, Seconds at, std::string_view error) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  OutboxRow* row = held_locked(item);
  if (row == nullptr) return not_held();
  row->next_at = at;
  row->leased_until = 0;
  row->error = error;
  return Done{};
}

Result<Done> FakeStorage::bury_outbox(const OutboxItem& item, std::string_view error) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  OutboxRow* row = held_locked(item);
  if (row == nullptr) return not_held();
  row->dead = row->item.revision == item.revision;  // else there is news to write
  row->leased_until = 0;
  row->error = error;
  return Done{};
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
    depth.outbox_waiting += row.dead ? 0 : 1;
    depth.outbox_dead += row.dead ? 1 : 0;
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

// ---- privacy

Result<std::optional<Consent>> FakeStorage::consent_text(TenantId tenant,
                                                         std::string_view version) {
  return read([&](FakeStorage& self) -> std::optional<Consent> {
    const auto& texts = self.data_[tenant].texts;
    const auto found = texts.find(version);
    return found == texts.end() ? std::nullopt : std::optional(found->second);
  });
}

Result<std::optional<Leaving>> FakeStorage::leaving(TenantId tenant, std::string_view code) {
  return read([&](FakeStorage& self) -> std::optional<Leaving> {
    const auto& leavings = self.data_[tenant].leavings;
    const auto found = leavings.find(code);
    return found == leavings.end() ? std::nullopt : std::optional(found->second);
  });
}

Result<std::vector<DataRequest>> FakeStorage::data_requests(TenantId tenant, int limit) {
  return read([&](FakeStorage& self) {
    std::vector<DataRequest> rows;
    for (const auto& [id, row] : self.data_[tenant].requests) rows.push_back(row);
    std::ranges::sort(rows, std::greater{}, &DataRequest::requested_at);
    if (rows.size() > static_cast<size_t>(limit)) rows.resize(static_cast<size_t>(limit));
    return rows;
  });
}

Result<std::optional<DataRequest>> FakeStorage::data_request(TenantId tenant,
                                                             std::string_view request_id) {
  return read([&](FakeStorage& self) -> std::optional<DataRequest> {
    const auto& requests = self.data_[tenant].requests;
    const auto found = requests.find(request_id);
    return found == requests.end() ? std::nullopt : std::optional(found->second);
  });
}

Result<HeldRows> FakeStorage::held_rows(TenantId tenant, int64_t customer) {
  return read([&](FakeStorage& self) {
    const std::string id = std::to_string(customer);
    HeldRows held;
    for (const auto& [code, owner] : self.data_[tenant].codes) {
      if (owner == customer) held.codes.push_back(code);
    }
    for (const change::Audit& row : self.audits_) {
      if (row.subject != "customer " + id) continue;
      held.trail.push_back({.at = 0,
                            .actor = row.actor,
                            .action = row.action,
                            .subject = row.subject,
                            .reason = row.reason});
    }
    for (const auto& [key, row] : self.outbox_) {
      if (row.item.tenant == tenant && row.item.write.key == id) {
        held.writes.push_back({.item = row.item, .error = row.error});
      }
    }
    return held;
  });
}

Result<int64_t> FakeStorage::purge_papers(Seconds before) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  int64_t purged = 0;
  for (auto& [tenant, data] : data_) {
    purged += static_cast<int64_t>(std::erase_if(
        data.requests, [&](const auto& entry) { return entry.second.requested_at < before; }));
    purged += static_cast<int64_t>(std::erase_if(data.leavings, [&](const auto& entry) {
      return entry.second.told_at > 0 && entry.second.told_at < before;
    }));
  }
  return purged;
}

// All or nothing. Only links and what is told of them can be refused: nothing else needs a copy to
// go back to.
Result<Done> FakeStorage::apply_locked(TenantId tenant, const std::vector<Change>& changes) {
  const bool may_be_refused = std::ranges::any_of(changes, [](const Change& change) {
    return std::holds_alternative<change::PutLink>(change) ||
           std::holds_alternative<change::MoveLink>(change) ||
           std::holds_alternative<change::NoteMerge>(change) ||
           std::holds_alternative<change::PutGivenFields>(change);
  });
  std::optional<Data> before;
  if (may_be_refused) before = data_[tenant];
  auto done = apply_each_locked(tenant, data_[tenant], changes);
  if (!done.ok() && before) data_[tenant] = *std::move(before);
  return done;
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
        if (kept == data.stock.end() || kept->second.changed_at <= level.changed_at) {
          data.stock[key] = level;
        }
      }
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
    } else {
      apply_privacy(data, change, enqueued);
    }
  }
  for (const change::Enqueue& one : enqueued) enqueue_locked(tenant, one);
  audits_.insert(audits_.end(), audited.begin(), audited.end());
  return Done{};
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
  } else if (const auto* put = std::get_if<change::PutDataRequest>(&change)) {
    data.requests.emplace(put->request.request_id, put->request);
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
      row.next_at = row.dead ? due_at : std::min(row.next_at, due_at);
      row.dead = false;  // a leased one stays leased until its writer comes back
      return;
    }
  }
  const int64_t id = ++last_id_;
  outbox_[id].item = {.id = id, .tenant = tenant, .write = write, .attempts = 0, .revision = 1};
  outbox_[id].next_at = due_at;
}

}  // namespace tsunagi::fakes
