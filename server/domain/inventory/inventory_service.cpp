#include "server/domain/inventory/inventory_service.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "server/domain/stock/stock_service.h"
#include "wasm/core/japan_time.h"

namespace tsunagi {
namespace {

constexpr Seconds kNightHour = 14'400;   // in Japan: after the tills' book was read
constexpr Seconds kNightSpread = 3'600;  // shops do not all begin at once

int64_t night_of(Seconds at, TenantId tenant) {
  return (at + kJapanOffsetSeconds - kNightHour - tenant % kNightSpread) / kDaySeconds;
}

change::SetCursor set(std::string_view name, Seconds value) {
  return {.name = std::string(name), .value = value};
}
change::SetCursor set_place(std::string_view name, int64_t place) {
  return {.name = std::string(name), .value = place, .anew = true};
}

// A write a shop that has a place.
void ask_for(const ShopItem& item, const Settings& settings, bool background,
             std::vector<Change>& changes) {
  for (const StoreLocation& one : settings.locations) {
    changes.emplace_back(change::Enqueue{
        .write = {OutboxKind::kWriteOnHand, on_hand_key(item.product_id, one.store_id)},
        .background = background});
  }
}

// What is matched otherwise than before.
std::vector<ShopItem> differing(const std::vector<ShopItem>& before,
                                const std::vector<ShopItem>& now) {
  std::vector<ShopItem> found;
  for (size_t i = 0; i < now.size(); ++i) {
    if (now[i] != before[i]) found.push_back(now[i]);
  }
  return found;
}

}  // namespace

struct InventoryService::Round {
  Seconds wanted = 0, begun = 0;
  int64_t items = kRoundOver, sweep = kRoundOver;

  // What was asked for in the second in which the last one began may have come after it: another
  // one follows, as soon as that second is over.
  [[nodiscard]] bool is_due(Seconds now, TenantId tenant) const {
    const bool asked = wanted > begun || (wanted == begun && now > begun);
    return begun == 0 || (wanted != 0 && asked) || night_of(begun, tenant) < night_of(now, tenant);
  }
};

Result<bool> InventoryService::step(const Tenant& tenant) {
  const Settings& settings = tenant.settings;
  if (settings.locations.empty() || settings.paused || tenant.contract_id.empty()) return false;
  const auto confirmed = cursor(tenant.id, kStockConfirmedCursor);
  if (!confirmed.ok()) return confirmed.error();
  if (*confirmed == 0) return false;  // the tills' own book comes first
  const auto round = round_of(tenant.id);
  if (!round.ok()) return round.error();
  if (round->items != kRoundOver) return read_page(tenant, round->items);
  if (auto matched = match_if_stale(tenant); !matched.ok()) return matched.error();
  if (round->sweep != kRoundOver) return sweep(tenant, round->sweep);
  const Seconds now = ports_.clock.now();
  if (round->is_due(now, tenant.id)) {
    if (auto begun = begin_round(tenant.id); !begun.ok()) return begun.error();
    return true;
  }
  const auto changed = cursor(tenant.id, kItemsChangedCursor);
  if (!changed.ok()) return changed.error();
  if (now - *changed < kItemsPollSeconds) return false;
  if (auto read = read_changes(tenant, now); !read.ok()) return read.error();
  return false;
}

Result<Seconds> InventoryService::cursor(TenantId tenant, std::string_view name) {
  const auto stored = ports_.storage.cursor(tenant, name);
  if (!stored.ok()) return stored.error();
  return stored->value_or(0);
}

Result<InventoryService::Round> InventoryService::round_of(TenantId tenant) {
  Round round;
  for (const auto& [name, into] :
       {std::pair(kRoundWantedCursor, &round.wanted), std::pair(kRoundBegunCursor, &round.begun),
        std::pair(kItemsPlaceCursor, &round.items), std::pair(kSweepPlaceCursor, &round.sweep)}) {
    const auto stored = ports_.storage.cursor(tenant, name);
    if (!stored.ok()) return stored.error();
    if (stored->has_value()) *into = **stored;
  }
  return round;
}

Result<Done> InventoryService::begin_round(TenantId tenant) {
  return ports_.storage.apply(
      tenant, {set(kRoundBegunCursor, ports_.clock.now()), set_place(kItemsPlaceCursor, 0),
               set_place(kSweepPlaceCursor, 0)});
}

Result<bool> InventoryService::read_page(const Tenant& tenant, int64_t place) {
  const auto page = ports_.shop.items(tenant, {.after_id = place});
  if (!page.ok()) return page.error();
  const int64_t upto = page->more ? page->last_id : std::numeric_limits<int64_t>::max();
  auto put = ports_.book.put_items(tenant.id, page->items,
                                   InventoryBook::Range{.after = place, .upto = upto},
                                   {set(kCatalogueChangedCursor, ports_.clock.now())});
  if (!put.ok()) return put.error();
  if (!page->more) {  // the writes follow by the sweep
    if (auto matched = match(tenant, After::kNothing); !matched.ok()) return matched.error();
  }
  auto noted = ports_.storage.apply(
      tenant.id, {set_place(kItemsPlaceCursor, page->more ? page->last_id : kRoundOver)});
  if (!noted.ok()) return noted.error();
  return true;
}

Result<bool> InventoryService::sweep(const Tenant& tenant, int64_t place) {
  const auto waiting = ports_.book.on_hand_waiting(tenant.id);
  if (!waiting.ok()) return waiting.error();
  if (*waiting >= kOnHandWaiting) return false;
  // As they are stored now: a round that was asked for with a new place must not miss it.
  const auto stored = ports_.storage.tenant(tenant.id);
  if (!stored.ok()) return stored.error();
  if (!stored->has_value() || (*stored)->settings.locations.empty()) return false;
  const Settings& settings = (*stored)->settings;
  const auto places = static_cast<int64_t>(settings.locations.size());
  const auto limit = static_cast<int>(std::max<int64_t>(1, kOnHandWaiting / places));
  const auto items = ports_.book.items_that(tenant.id, ItemMatch::kMatched, place, limit);
  if (!items.ok()) return items.error();
  std::vector<Change> changes;
  for (const ShopItem& item : *items) ask_for(item, settings, true, changes);
  const bool more = items->size() == static_cast<size_t>(limit);
  changes.emplace_back(set_place(kSweepPlaceCursor, more ? items->back().variant_id : kRoundOver));
  if (auto asked = ports_.storage.apply(tenant.id, changes); !asked.ok()) return asked.error();
  return more;
}

// From the moment the last round began on; the first is behind every round.
Result<Done> InventoryService::read_changes(const Tenant& tenant, Seconds until) {
  const auto changed = cursor(tenant.id, kItemsChangedCursor);
  if (!changed.ok()) return changed.error();
  const auto begun = cursor(tenant.id, kRoundBegunCursor);
  if (!begun.ok()) return begun.error();
  OnlineStock::ItemsAsked asked{.changed_since = std::max(*changed, *begun) - kItemsOverlapSeconds};
  for (int turn = 0; turn < kItemsPages; ++turn) {
    const auto page = ports_.shop.items(tenant, asked);
    if (!page.ok()) return page.error();
    auto put = ports_.book.put_items(tenant.id, page->items, std::nullopt,
                                     {set(kCatalogueChangedCursor, until)});
    if (!put.ok()) return put;
    if (!page->more) {
      if (auto matched = match_if_stale(tenant); !matched.ok()) return matched;
      return ports_.storage.apply(tenant.id, {set(kItemsChangedCursor, until)});
    }
    asked.after_id = page->last_id;
  }
  return ports_.storage.apply(tenant.id,
                              {set(kItemsChangedCursor, until), set(kRoundWantedCursor, until)});
}

Result<Done> InventoryService::match_if_stale(const Tenant& tenant) {
  const auto changed = cursor(tenant.id, kCatalogueChangedCursor);
  if (!changed.ok()) return changed.error();
  const auto matched = cursor(tenant.id, kMatchedCursor);
  if (!matched.ok()) return matched.error();
  return *changed > *matched ? match(tenant, After::kWrites) : Done{};
}

Result<Done> InventoryService::match(const Tenant& tenant, After after) {
  const auto changed = cursor(tenant.id, kCatalogueChangedCursor);
  if (!changed.ok()) return changed.error();
  // What another server changes at this moment may bear a moment that is a little earlier.
  const Seconds until = std::min(*changed, ports_.clock.now() - kInventorySkewSeconds);
  auto items = all_items(tenant.id);
  if (!items.ok()) return items.error();
  const auto products = all_products(tenant.id);
  if (!products.ok()) return products.error();
  const std::vector<ShopItem> before = *items;
  match_items(*items, *products);
  auto put = put_matches(tenant, differing(before, *items), after);
  if (!put.ok()) return put;
  return ports_.storage.apply(tenant.id, {set(kMatchedCursor, until)});
}

// In parts, each with the writes that it leads to; of too many the whole is gone through instead.
Result<Done> InventoryService::put_matches(const Tenant& tenant, const std::vector<ShopItem>& items,
                                           After after) {
  const auto is_matched = [](const ShopItem& item) { return item.match == ItemMatch::kMatched; };
  const auto anew = static_cast<size_t>(std::ranges::count_if(items, is_matched));
  const bool one_by_one = anew * tenant.settings.locations.size() <= kMatchedAtOnce;
  for (size_t from = 0; from < items.size(); from += kInventoryRows) {
    const size_t upto = std::min<size_t>(items.size(), from + kInventoryRows);
    const std::vector<ShopItem> part(items.begin() + static_cast<std::ptrdiff_t>(from),
                                     items.begin() + static_cast<std::ptrdiff_t>(upto));
    std::vector<Change> also;
    if (after == After::kWrites && !one_by_one) {
      also.emplace_back(set(kRoundWantedCursor, ports_.clock.now()));
    } else if (after == After::kWrites) {
      for (const ShopItem& item : part) {
        if (is_matched(item)) ask_for(item, tenant.settings, false, also);
      }
    }
    if (auto put = ports_.book.put_matches(tenant.id, part, also); !put.ok()) return put;
  }
  return Done{};
}

Result<std::vector<ShopItem>> InventoryService::all_items(TenantId tenant) {
  std::vector<ShopItem> all;
  int64_t after = 0;
  while (all.size() < kItemsMost) {
    auto page = ports_.book.items_after(tenant, after, kInventoryRows);
    if (!page.ok()) return page.error();
    if (page->empty()) return all;
    after = page->back().variant_id;
    std::ranges::move(*page, std::back_inserter(all));
  }
  return Error{ErrorCode::kInternal, "inventory: more articles than can be compared"};
}

Result<std::vector<Product>> InventoryService::all_products(TenantId tenant) {
  std::vector<Product> all;
  std::string after;
  while (all.size() < kItemsMost) {
    auto page = ports_.book.products_after(tenant, after, kInventoryRows);
    if (!page.ok()) return page.error();
    if (page->empty()) return all;
    after = page->back().product_id;
    std::ranges::move(*page, std::back_inserter(all));
  }
  return Error{ErrorCode::kInternal, "inventory: more products than can be compared"};
}

}  // namespace tsunagi
