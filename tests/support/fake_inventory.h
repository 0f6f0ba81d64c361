#pragma once
// The online shop's stock and what is kept of it, in memory: its truth, and failures on command.

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/inventory/inventory_book.h"
#include "server/domain/inventory/online_stock.h"
#include "tests/support/fake_storage.h"

namespace tsunagi::fakes {

// Beside a FakeStorage, which asks it what is matched.
class FakeInventory : public InventoryBook {
 public:
  explicit FakeInventory(FakeStorage& storage) : storage_(storage) {
    storage_.is_matched = [this](TenantId tenant, const std::string& product) {
      const std::lock_guard lock(mutex_);
      return find_matched(tenant, product) != nullptr;
    };
  }

  std::vector<Product> products;  // what the tills have

  Result<Done> put_items(TenantId tenant, const std::vector<ShopItem>& items,
                         const std::optional<Range>& whole,
                         const std::vector<Change>& also) override {
    bool changed = false;
    {
      const std::lock_guard lock(mutex_);
      std::set<int64_t> there;
      auto& rows = items_[tenant];
      for (const ShopItem& item : items) {
        there.insert(item.variant_id);
        ShopItem row = item;
        const auto known = rows.find(item.variant_id);
        row.match = known == rows.end() ? ItemMatch::kUnmatched : known->second.match;
        row.product_id = known == rows.end() ? "" : known->second.product_id;
        changed = changed || known == rows.end() || known->second != row;
        rows[item.variant_id] = row;
      }
      if (whole) {
        changed = std::erase_if(rows,
                                [&](const auto& entry) {
                                  return entry.first > whole->after && entry.first <= whole->upto &&
                                         !there.contains(entry.first);
                                }) > 0 ||
                  changed;
      }
    }
    return changed ? storage_.apply(tenant, also) : Done{};
  }
  Result<Done> drop_item(TenantId tenant, int64_t variant_id) override {
    const std::lock_guard lock(mutex_);
    items_[tenant].erase(variant_id);
    return Done{};
  }
  Result<Done> put_matches(TenantId tenant, const std::vector<ShopItem>& items,
                           const std::vector<Change>& also) override {
    {
      const std::lock_guard lock(mutex_);
      for (const ShopItem& item : items) {
        const auto row = items_[tenant].find(item.variant_id);
        if (row == items_[tenant].end()) continue;
        row->second.match = item.match;
        row->second.product_id = item.product_id;
      }
    }
    return storage_.apply(tenant, also);
  }
  Result<std::vector<ShopItem>> items_after(TenantId tenant, int64_t variant_id,
                                            int limit) override {
    return those(tenant, variant_id, limit, [](const ShopItem&) { return true; });
  }
  Result<std::vector<ShopItem>> items_that(TenantId tenant, ItemMatch match,
                                           int64_t after_variant_id, int limit) override {
    return those(tenant, after_variant_id, limit,
                 [match](const ShopItem& item) { return item.match == match; });
  }
  Result<std::optional<ShopItem>> matched_item(TenantId tenant,
                                               std::string_view product_id) override {
    const std::lock_guard lock(mutex_);
    const ShopItem* found = find_matched(tenant, product_id);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  Result<std::vector<Product>> products_after(TenantId, std::string_view product_id,
                                              int limit) override {
    std::vector<Product> page;
    for (const Product& product : products) {
      if (product.product_id > product_id) page.push_back(product);
    }
    std::ranges::sort(page, {}, &Product::product_id);
    if (page.size() > static_cast<size_t>(limit)) page.resize(static_cast<size_t>(limit));
    return page;
  }
  Result<int64_t> on_hand_waiting(TenantId tenant) override {
    const auto rows = storage_.outbox();
    return static_cast<int64_t>(std::ranges::count_if(rows, [tenant](const auto& row) {
      const OutboxItem& item = row.second.item;
      return item.tenant == tenant && item.background && !row.second.rests() &&
             item.write.kind == OutboxKind::kWriteOnHand;
    }));
  }

  Result<std::optional<Taking>> taking(TenantId, std::string_view key) override {
    const auto found = storage_.takings.find(std::string(key));
    return found == storage_.takings.end() ? std::nullopt : std::optional(found->second);
  }
  Result<std::vector<Taking>> takings_of_order(TenantId, int64_t order_id) override {
    std::vector<Taking> found;
    for (const auto& [key, one] : storage_.takings) {
      if (one.order_id == order_id) found.push_back(one);
    }
    return found;
  }
  Result<int64_t> still_counted(TenantId, std::string_view product_id,
                                std::string_view store_id) override {
    int64_t pieces = 0;
    for (const auto& [key, one] : storage_.takings) {
      if (one.product_id != product_id || one.store_id != store_id || one.done_at != 0) continue;
      if (one.name.kind == TakingKind::kSent) pieces += one.quantity;
      if (one.name.kind != TakingKind::kSent && one.begun_at == 0) pieces -= one.quantity;
    }
    return pieces;
  }
  Result<Done> begin_taking(TenantId, std::string_view key, Seconds now) override {
    Taking& taking = storage_.takings[std::string(key)];
    if (taking.done_at != 0) return Error{ErrorCode::kConflict, "the tills have it already"};
    taking.begun_at = now;
    return Done{};
  }

 private:
  const ShopItem* find_matched(TenantId tenant, std::string_view product_id) {
    for (const auto& [variant, item] : items_[tenant]) {
      if (item.match == ItemMatch::kMatched && item.product_id == product_id) return &item;
    }
    return nullptr;
  }
  template <class Matches>
  std::vector<ShopItem> those(TenantId tenant, int64_t after, int limit, Matches matches) {
    const std::lock_guard lock(mutex_);
    std::vector<ShopItem> found;
    for (const auto& [variant, item] : items_[tenant]) {
      if (variant <= after || !matches(item)) continue;
      if (found.size() == static_cast<size_t>(limit)) break;
      found.push_back(item);
    }
    return found;
  }

  FakeStorage& storage_;
  std::mutex mutex_;  // guards items_
  std::map<TenantId, std::map<int64_t, ShopItem>> items_;
};

// One online shop.
class FakeOnlineStock : public OnlineStock {
 public:
  std::vector<ShopLocation> places;
  std::map<int64_t, ShopItem> articles;                   // by variant
  std::map<std::pair<int64_t, int64_t>, int64_t> levels;  // by item and place
  bool down = false;
  bool loses_next_answer = false;        // what is written next is written, and nobody is told
  std::function<void()> before_a_write;  // what happens between a look and a write
  std::vector<std::string> keys;         // of the writes that were told, in their order
  std::vector<std::vector<Write>> written;
  std::vector<Write> begun;
  int looks = 0;
  int pages = 0;

  Result<std::vector<ShopLocation>> locations(const Tenant&) override {
    if (down) return unreachable();
    return places;
  }
  Result<ItemPage> items(const Tenant&, const ItemsAsked& asked) override {
    if (down) return unreachable();
    ++pages;
    ItemPage page;
    for (const auto& [variant, article] : articles) {
      if (variant <= asked.after_id) continue;
      if (asked.changed_since && !changed.contains(variant)) continue;
      if (page.items.size() == static_cast<size_t>(page_size)) {
        page.more = true;
        break;
      }
      page.items.push_back(article);
      page.last_id = variant;
    }
    return page;
  }
  Result<std::vector<Seen>> on_hand(const Tenant&, int64_t location_id,
                                    const std::vector<int64_t>& item_ids) override {
    if (down) return unreachable();
    ++looks;
    std::vector<Seen> seen;
    for (const int64_t id : item_ids) {
      Seen one;
      for (const auto& [variant, article] : articles) {
        if (article.item_id != id) continue;
        one.exists = true;
        one.tracked = article.tracked;
      }
      const auto level = levels.find({id, location_id});
      if (level != levels.end()) one.on_hand = level->second;
      seen.push_back(one);
    }
    return seen;
  }
  Result<std::vector<Refusal>> set_on_hand(const Tenant&, const std::vector<Write>& writes,
                                           std::string_view key) override {
    if (down) return unreachable();
    keys.emplace_back(key);
    if (before_a_write) std::exchange(before_a_write, nullptr)();
    std::vector<Refusal> refusals;
    for (size_t i = 0; i < writes.size(); ++i) {
      const Write& write = writes[i];
      const auto why = refused(write);
      const bool stale = levels[{write.item_id, write.location_id}] != write.from;
      if (why) refusals.push_back({i, *why, "refused"});
      if (!why && stale) refusals.push_back({i, Why::kStale, "stale"});
    }
    if (!refusals.empty()) return refusals;
    for (const Write& write : writes) levels[{write.item_id, write.location_id}] = write.on_hand;
    written.push_back(writes);
    if (std::exchange(loses_next_answer, false)) return unreachable();
    return refusals;
  }
  Result<std::optional<Refusal>> begin_on_hand(const Tenant&, const Write& write,
                                               std::string_view key) override {
    if (down) return unreachable();
    keys.emplace_back(key);
    if (const auto why = refused(write)) return std::optional(Refusal{0, *why, "refused"});
    if (levels.contains({write.item_id, write.location_id})) {
      return std::optional(Refusal{0, Why::kStale, "stocked already"});
    }
    levels[{write.item_id, write.location_id}] = write.on_hand;
    begun.push_back(write);
    return std::optional<Refusal>();
  }

  std::set<int64_t> changed;  // variants that the search for changes finds
  int page_size = kItemsAPage;
  std::map<int64_t, Why> refusals;  // by item

 private:
  static Error unreachable() { return {ErrorCode::kUnavailable, "Shopify is down"}; }
  [[nodiscard]] std::optional<Why> refused(const Write& write) const {
    const auto found = refusals.find(write.item_id);
    if (found != refusals.end()) return found->second;
    const bool known = std::ranges::any_of(
        places, [&](const ShopLocation& place) { return place.id == write.location_id; });
    return known ? std::nullopt : std::optional(Why::kNoLocation);
  }
};

}  // namespace tsunagi::fakes
