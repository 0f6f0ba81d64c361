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

Result<Done> FakeStorage::save_settings(TenantId tenant, const Settings& settings,
                                        const std::vector<Change>& also) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  if (auto done = apply_locked(tenant, also); !done.ok()) return done;
  tenants_[tenant].settings = settings;
  return Done{};
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

Result<std::vector<Product>> FakeStorage::products(TenantId tenant,
                                                   const std::vector<std::string>& product_ids) {
  return read([&](FakeStorage& self) {
    std::vector<Product> found;
    for (const std::string& id : product_ids) {
      const auto& known = self.data_[tenant].products;
      if (const auto product = known.find(id); product != known.end()) {
        found.push_back(product->second);
      }
    }
    return found;
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
}  // namespace tsunagi::fakes
