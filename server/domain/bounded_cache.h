#pragma once
// A map that forgets what was used least when it is full. Values are copied out, so keep them small
// or shared_ptr. Safe from any thread; split into shards so that readers of different keys seldom
// meet.
//
//   BoundedCache<std::string, std::shared_ptr<const Tenant>> cache(1'000);
//   cache.put("a.myshopify.com", tenant);
//   if (auto found = cache.get("a.myshopify.com")) …

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace tsunagi {

template <class Key, class Value, class Hash = std::hash<Key>>
class BoundedCache {
 public:
  // Holds at most max_entries, rounded up to a multiple of the shard count.
  explicit BoundedCache(size_t max_entries)
      : shard_entries_(std::max<size_t>(1, (max_entries + kShards - 1) / kShards)) {}

  std::optional<Value> get(const Key& key) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.index.find(key);
    if (found == shard.index.end()) return std::nullopt;
    shard.order.splice(shard.order.begin(), shard.order, found->second);
    return found->second->second;
  }

  void put(const Key& key, Value value) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.index.find(key);
    if (found != shard.index.end()) {
      found->second->second = std::move(value);
      shard.order.splice(shard.order.begin(), shard.order, found->second);
      return;
    }
    insert_locked(shard, key, std::move(value));
  }

  // The value there is, or else this one.
  Value get_or_put(const Key& key, Value value) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.index.find(key);
    if (found != shard.index.end()) {
      shard.order.splice(shard.order.begin(), shard.order, found->second);
      return found->second->second;
    }
    insert_locked(shard, key, value);
    return value;
  }

  void erase(const Key& key) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    erase_locked(shard, shard.index.find(key));
  }

  // matches(key, value) is asked about every entry.
  template <class Matches>
  void erase_if(Matches matches) {
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      for (auto entry = shard.order.begin(); entry != shard.order.end();) {
        const auto next = std::next(entry);
        if (matches(entry->first, entry->second)) {
          shard.index.erase(entry->first);
          shard.order.erase(entry);
        }
        entry = next;
      }
    }
  }

  size_t size() {
    size_t total = 0;
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      total += shard.index.size();
    }
    return total;
  }

 private:
  static constexpr size_t kShards = 16;
  using Order = std::list<std::pair<Key, Value>>;  // most recently used first
  using Index = std::unordered_map<Key, typename Order::iterator, Hash>;
  struct Shard {
    std::mutex mutex;
    Order order;  // guarded by mutex, as is index
    Index index;
  };

  Shard& shard_of(const Key& key) {
    // Spread the hash first: std::hash of an integer is the integer.
    const size_t mixed = Hash{}(key) * 0x9E3779B97F4A7C15ULL;
    return shards_[(mixed >> 32) % kShards];
  }
  void insert_locked(Shard& shard, const Key& key, Value value) {
    if (shard.index.size() >= shard_entries_) {
      shard.index.erase(shard.order.back().first);
      shard.order.pop_back();
    }
    shard.order.emplace_front(key, std::move(value));
    shard.index.emplace(key, shard.order.begin());
  }
  static void erase_locked(Shard& shard, typename Index::iterator found) {
    if (found == shard.index.end()) return;
    shard.order.erase(found->second);
    shard.index.erase(found);
  }

  const size_t shard_entries_;
  std::array<Shard, kShards> shards_;
};

}  // namespace tsunagi
