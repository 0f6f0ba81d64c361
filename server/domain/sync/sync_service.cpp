#include "server/domain/sync/sync_service.h"

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/card/member_lookup.h"
#include "server/domain/fnv1a.h"
#include "server/domain/health/health.h"
#include "server/domain/inventory/inventory_service.h"
#include "server/domain/member/member_sync.h"
#include "server/domain/stock/stock_book.h"
#include "server/domain/sync/known_customers.h"
#include "wasm/core/japan_time.h"

namespace tsunagi {
namespace {

constexpr Seconds kNightHour = 10'800;   // in Japan
constexpr Seconds kNightSpread = 3'600;  // tenants do not all begin at once
constexpr int kLookBits = 30;

// Cursors of a contract carry its id: a shop that joins another one starts anew.
std::string book_cursor(const Tenant& tenant) { return "book.read." + tenant.contract_id; }
std::string products_cursor(const Tenant& tenant) { return "products.read." + tenant.contract_id; }
std::string members_cursor(const Tenant& tenant) { return "members.read." + tenant.contract_id; }

int64_t night_of(Seconds at, TenantId tenant) {
  return (at + kJapanOffsetSeconds - kNightHour - tenant % kNightSpread) / kDaySeconds;
}

// Members that bought, with the latest change of their transactions; without a time it may have
// been just now.
std::map<std::string, Seconds> buyers_of(const std::vector<PosTransaction>& transactions) {
  std::map<std::string, Seconds> buyers;
  for (const PosTransaction& transaction : transactions) {
    if (transaction.member_id.empty()) continue;
    const Seconds changed_at =
        transaction.changed_at != 0 ? transaction.changed_at : std::numeric_limits<Seconds>::max();
    Seconds& latest = buyers[transaction.member_id];
    latest = std::max(latest, changed_at);
  }
  return buyers;
}

// Of what every published card shows of the programme.
int64_t look_of(const Tenant& tenant) {
  Fnv1a hash;
  hash.add(tenant.settings.programme_name.empty() ? tenant.shop_name
                                                  : tenant.settings.programme_name);
  hash.add(symbology_name(tenant.settings.symbology));
  hash.add(symbology_name(tenant.settings.second_symbology));
  hash.add(std::to_string(tenant.settings.look_changes));
  return static_cast<int64_t>((hash.value() ^ (hash.value() >> kLookBits)) &
                              ((1ULL << kLookBits) - 1));
}

}  // namespace

struct SyncService::State {
  explicit State(Ports ports_in)
      : ports(ports_in),
        member_sync({.storage = ports.storage,
                     .pos = ports.pos,
                     .shop = ports.shop,
                     .clock = ports.clock,
                     .random = ports.random,
                     .fingerprints = ports.fingerprints}) {}

  // Each change in a transaction of its own: none is long, and each is true by itself.
  Result<Done> apply_each(TenantId tenant, std::vector<Change> changes) {
    for (Change& change : changes) {
      std::vector<Change> one;
      one.push_back(std::move(change));
      if (auto applied = ports.storage.apply(tenant, one); !applied.ok()) return applied;
    }
    return Done{};
  }

  Result<Done> put_stock(const Tenant& tenant, std::vector<StockLevel> levels) {
    std::set<std::string> products;
    for (const StockLevel& level : levels) products.insert(level.product_id);
    auto applied = apply_each(tenant.id, put_stock_changes(std::move(levels)));
    for (const std::string& product : products) ports.stock.forget(tenant.id, product);
    return applied;
  }

  Result<Done> read_stores(const Tenant& tenant) {
    auto stores = ports.pos.stores(tenant.contract_id);
    if (!stores.ok()) return stores.error();
    auto put = ports.storage.apply(tenant.id, {change::PutStores{std::move(stores).value()}});
    ports.stock.forget_tenant(tenant.id);
    return put;
  }

  Result<Done> refresh_buyer(const Tenant& tenant, const std::string& member, Seconds changed_at) {
    const auto stored = ports.storage.card_by_member(tenant.id, member);
    if (!stored.ok()) return stored.error();
    const std::optional<Card>& card = *stored;
    if (!card) return Done{};
    const std::optional<CardSnapshot>& snapshot = card->snapshot;
    if (snapshot && snapshot->as_of - kClockSkewSeconds > changed_at) return Done{};
    return ports.cards.refresh(tenant, card->link.customer_id, CardService::Want::kPoints);
  }

  Result<Done> sweep_card(const Tenant& tenant, const Card& card) {
    const Seconds now = ports.clock.now();
    switch (card.link.state) {
      case LinkState::kJoining: {
        if (now - card.link.joined_at < kJoiningOverdueSeconds) return Done{};
        const std::string key = std::to_string(card.link.customer_id);
        return ports.storage.apply(tenant.id, {change::Enqueue{{OutboxKind::kCreateMember, key}}});
      }
      case LinkState::kLinked:
      case LinkState::kStopped:
        break;
    }
    if (has_left(card)) return Done{};  // who comes back is among the changed members
    // Who joined a moment ago, when the points could not be read, is not left without them for a
    // day.
    const bool has_points = card.snapshot && (card.snapshot->has_points ||
                                              now - card.link.joined_at >= kSweepAgeSeconds);
    if (has_points && now - card.snapshot->as_of < kSweepAgeSeconds) return Done{};
    return ports.cards.refresh(tenant, card.link.customer_id, CardService::Want::kMember);
  }

  // Of [from, to], and what was perhaps found late; true: there is more.
  Result<bool> read_customers(const Tenant& tenant, Seconds from, Seconds to,
                              const std::vector<std::string_view>& cursors,
                              const std::optional<Shop::TagFilter>& among) {
    // The step back is taken once: a crowd within it would else be read for ever.
    from -= kCustomerOverlapSeconds;
    for (int turn = 0; turn < kCustomerTurns; ++turn) {
      const auto changed = ports.shop.customers_changed(tenant, from, to, among);
      if (!changed.ok()) return changed.error();
      std::vector<Change> changes;
      for (const int64_t customer : changed->customers) {
        const auto card = ports.storage.card(tenant.id, customer);
        if (!card.ok()) return card.error();
        if (!card->has_value()) continue;
        const auto found = changed->changed_at.find(customer);
        const Seconds changed_at = found == changed->changed_at.end() ? 0 : found->second;
        if (ports.known != nullptr && ports.known->is_of_page(tenant.id, customer, changed_at)) {
          continue;
        }
        const auto news = member_sync.is_news(tenant, customer, changed_at);
        if (!news.ok()) return news.error();
        if (!*news) continue;
        changes.emplace_back(
            change::Enqueue{{work_for(**card, Side::kShop), std::to_string(customer)}});
      }
      for (const std::string_view cursor : cursors) {
        changes.emplace_back(change::SetCursor{std::string(cursor), changed->until});
      }
      if (auto applied = ports.storage.apply(tenant.id, changes); !applied.ok()) {
        return applied.error();
      }
      from = changed->until;
      if (from >= to) return false;
    }
    return true;
  }

  int64_t sweep_position(TenantId tenant) {
    const std::lock_guard lock(mutex);
    return sweep_after[tenant];
  }
  void set_sweep_position(TenantId tenant, int64_t after) {
    const std::lock_guard lock(mutex);
    sweep_after[tenant] = after;
  }

  Ports ports;
  MemberSync member_sync;
  std::mutex mutex;
  std::map<TenantId, int64_t> sweep_after;  // guarded by mutex: the last customer looked at
};

SyncService::SyncService(Ports ports) : state_(std::make_unique<State>(ports)) {}
SyncService::~SyncService() = default;

Result<bool> SyncService::book_is_due(const Tenant& tenant) {
  const auto cursor = state_->ports.storage.cursor(tenant.id, book_cursor(tenant));
  if (!cursor.ok()) return cursor.error();
  const std::optional<Seconds>& read_at = *cursor;
  if (!read_at) return true;
  return night_of(*read_at, tenant.id) < night_of(state_->ports.clock.now(), tenant.id);
}

Result<Done> SyncService::read_book(const Tenant& tenant) {
  Ports& ports = state_->ports;
  const Seconds began_at = ports.clock.now();
  if (auto done = state_->read_stores(tenant); !done.ok()) return done;

  auto products = ports.pos.products(tenant.contract_id);
  if (!products.ok()) return products.error();
  std::vector<std::string> ids;
  for (const Product& product : *products) ids.push_back(product.product_id);
  auto put = state_->apply_each(tenant.id, put_product_changes(std::move(products).value()));
  if (!put.ok()) return put;
  // A deletion whose event was lost; one that was made since comes with the next changes. Smaregi
  // without a single product is no reason to forget them all.
  if (!ids.empty()) {
    put = ports.storage.apply(tenant.id, {change::KeepProducts{std::move(ids)}});
    if (!put.ok()) return put;
  }

  auto levels = ports.pos.stock(tenant.contract_id);
  if (!levels.ok()) return levels.error();
  put = state_->apply_each(tenant.id, put_stock_changes(std::move(levels).value()));
  if (!put.ok()) return put;

  auto done = ports.storage.apply(
      tenant.id,
      {change::SetCursor{std::string(kStockConfirmedCursor), began_at},
       change::SetCursor{products_cursor(tenant), began_at}, catalogue_changed(ports.clock),
       change::SetCursor{book_cursor(tenant), began_at}});
  ports.stock.forget_tenant(tenant.id);
  return done;
}

Result<Done> SyncService::read_catalogue(const Tenant& tenant) {
  Ports& ports = state_->ports;
  const Seconds began_at = ports.clock.now();
  const std::string cursor = products_cursor(tenant);
  const auto stored = ports.storage.cursor(tenant.id, cursor);
  if (!stored.ok()) return stored.error();
  const std::optional<Seconds>& read_until = *stored;
  if (!read_until) return Done{};  // read_book comes first
  const Seconds from = *read_until - kStockOverlapSeconds;
  if (began_at - from > kLongestWindowSeconds) return read_book(tenant);

  if (auto done = state_->read_stores(tenant); !done.ok()) return done;
  auto products = ports.pos.products_changed(tenant.contract_id, from, began_at);
  if (!products.ok()) return products.error();
  std::vector<Change> read{change::SetCursor{cursor, began_at}};
  if (!products->empty()) read.emplace_back(catalogue_changed(ports.clock));
  auto put = state_->apply_each(tenant.id, put_product_changes(std::move(products).value()));
  if (!put.ok()) return put;
  return ports.storage.apply(tenant.id, read);
}

Result<Done> SyncService::read_stock_changes(const Tenant& tenant) {
  Ports& ports = state_->ports;
  const auto book = ports.storage.cursor(tenant.id, book_cursor(tenant));
  if (!book.ok()) return book.error();
  if (!book->has_value()) return Done{};
  const auto confirmed = ports.storage.cursor(tenant.id, kStockConfirmedCursor);
  if (!confirmed.ok()) return confirmed.error();
  const Seconds began_at = ports.clock.now();
  const Seconds from = confirmed->value_or(0) - kStockOverlapSeconds;
  if (began_at - from > kLongestWindowSeconds) return read_book(tenant);

  auto levels = ports.pos.stock_changed(tenant.contract_id, from, began_at);
  if (!levels.ok()) return levels.error();
  if (auto put = state_->put_stock(tenant, std::move(levels).value()); !put.ok()) return put;
  return ports.storage.apply(tenant.id,
                             {change::SetCursor{std::string(kStockConfirmedCursor), began_at}});
}

Result<bool> SyncService::read_transactions(const Tenant& tenant) {
  Ports& ports = state_->ports;
  const Seconds now = ports.clock.now();
  const std::string cursor(kTransactionsCursor);
  const auto read_until = ports.storage.cursor(tenant.id, cursor);
  if (!read_until.ok()) return read_until.error();
  // Before the first reading there is nothing of ours to bring up to date.
  const Seconds known_until = std::max(read_until->value_or(now), now - kLongestWindowSeconds);
  const Seconds until = std::min(now, known_until + kTransactionWindowSeconds);
  const auto transactions = ports.pos.transactions_changed(
      tenant.contract_id, known_until - kTransactionOverlapSeconds, until);
  if (!transactions.ok()) return transactions.error();

  for (const auto& [member, changed_at] : buyers_of(*transactions)) {
    auto done = state_->refresh_buyer(tenant, member, changed_at);
    if (!done.ok() && may_pass(done.error())) return done.error();
  }
  std::vector<Change> changes{change::SetCursor{cursor, until}};
  Seconds newest = 0;
  for (const PosTransaction& sale : *transactions) newest = std::max(newest, sale.changed_at);
  if (newest > 0) changes.emplace_back(change::SetCursor{std::string(kSaleSeenCursor), newest});
  auto saved = ports.storage.apply(tenant.id, changes);
  if (!saved.ok()) return saved.error();
  return until < now;
}

Result<Done> SyncService::read_member_changes(const Tenant& tenant) {
  Ports& ports = state_->ports;
  const Seconds now = ports.clock.now();
  const std::string cursor = members_cursor(tenant);
  const auto read_until = ports.storage.cursor(tenant.id, cursor);
  if (!read_until.ok()) return read_until.error();
  const Seconds from =
      std::max(read_until->value_or(now), now - kLongestWindowSeconds) - kStockOverlapSeconds;
  const auto members = ports.pos.members_changed(tenant.contract_id, from, now);
  if (!members.ok()) return members.error();
  std::vector<Change> changes;
  for (const PosMember& member : *members) {
    const auto card = ports.storage.card_by_member(tenant.id, member.member_id);
    if (!card.ok()) return card.error();
    if (!card->has_value()) continue;
    const auto news = state_->member_sync.is_news(tenant, **card, member);
    if (!news.ok()) return news.error();
    if (!*news) continue;
    const std::string customer = std::to_string((*card)->link.customer_id);
    changes.emplace_back(change::Enqueue{{OutboxKind::kMemberChanged, customer}});
  }
  changes.emplace_back(change::SetCursor{cursor, now});
  return ports.storage.apply(tenant.id, changes);
}

// A backfill changes each of its customers: while it runs they are left out, and read once when it
// has ended.
Result<bool> SyncService::read_customer_changes(const Tenant& tenant) {
  Ports& ports = state_->ports;
  const Seconds now = ports.clock.now();
  const auto read_until = ports.storage.cursor(tenant.id, kCustomersCursor);
  if (!read_until.ok()) return read_until.error();
  const auto tagged_until = ports.storage.cursor(tenant.id, kTaggedCustomersCursor);
  if (!tagged_until.ok()) return tagged_until.error();
  const auto backfill = ports.storage.backfill(tenant.id);
  if (!backfill.ok()) return backfill.error();
  const Seconds others = read_until->value_or(now);
  const Seconds tagged = std::min(others, tagged_until->value_or(others));
  if (*backfill && (*backfill)->state == BackfillState::kRunning) {
    auto noted = ports.storage.apply(
        tenant.id, {change::SetCursor{std::string(kTaggedCustomersCursor), tagged}});
    if (!noted.ok()) return noted.error();
    return state_->read_customers(tenant, others, now, {kCustomersCursor},
                                  Shop::TagFilter{.tag = (*backfill)->tag, .carried = false});
  }
  if (*backfill && tagged < others) {
    const auto more =
        state_->read_customers(tenant, tagged, others, {kTaggedCustomersCursor},
                               Shop::TagFilter{.tag = (*backfill)->tag, .carried = true});
    if (!more.ok() || *more) return more;
  }
  return state_->read_customers(tenant, others, now, {kCustomersCursor, kTaggedCustomersCursor},
                                std::nullopt);
}

Result<Done> SyncService::sweep_cards(const Tenant& tenant) {
  const auto page =
      state_->ports.storage.cards_after(tenant.id, state_->sweep_position(tenant.id), kSweepCards);
  if (!page.ok()) return page.error();
  for (const Card& card : *page) {
    auto done = state_->sweep_card(tenant, card);
    if (!done.ok() && may_pass(done.error())) return done;
    state_->set_sweep_position(tenant.id, card.link.customer_id);
  }
  if (page->size() < static_cast<size_t>(kSweepCards)) state_->set_sweep_position(tenant.id, 0);
  return Done{};
}

Result<Done> SyncService::publish_changed_look(const Tenant& tenant) {
  Ports& ports = state_->ports;
  const std::string cursor(kLookCursor);
  const auto stored = ports.storage.cursor(tenant.id, cursor);
  if (!stored.ok()) return stored.error();
  const std::optional<Seconds>& published = *stored;
  const int64_t look = look_of(tenant);
  const int64_t mask = (int64_t{1} << kLookBits) - 1;
  if (published && (*published & mask) == look) return Done{};
  if (auto prepared = ports.shop.prepare(tenant); !prepared.ok()) return prepared;

  int64_t after = 0;
  for (;;) {
    const auto page = ports.storage.cards_after(tenant.id, after, kPublishPage);
    if (!page.ok()) return page.error();
    if (page->empty()) break;
    std::vector<Change> changes;
    for (const Card& card : *page) {
      after = card.link.customer_id;
      changes.emplace_back(change::Enqueue{{OutboxKind::kWriteCard, std::to_string(after)}});
    }
    if (auto applied = ports.storage.apply(tenant.id, changes); !applied.ok()) return applied;
  }
  // A cursor never goes back, so the moment leads and the look follows.
  return ports.storage.apply(tenant.id,
                             {change::SetCursor{cursor, (ports.clock.now() << kLookBits) | look}});
}

}  // namespace tsunagi
