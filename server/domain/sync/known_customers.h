#pragma once
// What a backfill's pages said of customers, until they are members: nobody is read twice, and what
// was written about them is not taken for news. In memory and for minutes; who is not here is read
// from the shop. Safe from any thread.

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "server/domain/bounded_cache.h"
#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr size_t kCustomersKnown = 5'000;  // of all shops
// Who changes meanwhile is found by the event, or by the next reading of changes.
inline constexpr std::chrono::seconds kKnownFor{300};

class KnownCustomers {
 public:
  explicit KnownCustomers(Clock& clock) : clock_(clock) {}

  void put(TenantId tenant, Shop::TaggedCustomer customer) {
    const std::lock_guard lock(mutex_);
    const Key key{tenant, customer.customer.id};
    known_.put(key,
               {.page = std::move(customer), .until = clock_.steady() + kKnownFor, .echoes = 0});
  }
  std::optional<Shop::TaggedCustomer> get(TenantId tenant, int64_t customer_id) {
    const std::lock_guard lock(mutex_);
    auto found = find({tenant, customer_id});
    if (!found) return std::nullopt;
    return std::move(found->page);
  }

  // We are writing to the customer: the shop will tell of it once.
  void writes(TenantId tenant, int64_t customer_id) {
    change({tenant, customer_id}, [](Entry& entry) { ++entry.echoes; });
  }
  // Whether an event may be taken for that; one write, one event. Should it be somebody else's, our
  // own comes after it, or the reading of changes finds it.
  bool is_echo(TenantId tenant, int64_t customer_id) {
    bool echo = false;
    change({tenant, customer_id}, [&echo](Entry& entry) {
      echo = entry.echoes > 0;
      entry.echoes -= echo ? 1 : 0;
    });
    return echo;
  }
  // Whether it is what a page said: the member is being made of that.
  bool is_of_page(TenantId tenant, int64_t customer_id, Seconds changed_at) {
    const std::lock_guard lock(mutex_);
    const auto found = find({tenant, customer_id});
    return found && changed_at != 0 && changed_at <= found->page.customer.changed_at;
  }

 private:
  using Key = std::pair<TenantId, int64_t>;
  struct KeyHash {
    size_t operator()(const Key& key) const {
      constexpr size_t kSpread = 0x9E3779B97F4A7C15ULL;
      return std::hash<int64_t>{}(key.first) * kSpread ^ std::hash<int64_t>{}(key.second);
    }
  };
  struct Entry {
    Shop::TaggedCustomer page;
    std::chrono::steady_clock::time_point until;
    int echoes = 0;
  };
  std::optional<Entry> find(const Key& key) {
    auto found = known_.get(key);
    if (found && found->until < clock_.steady()) {
      known_.erase(key);
      found.reset();
    }
    return found;
  }
  template <class Change>
  void change(const Key& key, Change changes) {
    const std::lock_guard lock(mutex_);
    auto found = find(key);
    if (!found) return;
    changes(*found);
    known_.put(key, *std::move(found));
  }

  Clock& clock_;
  std::mutex mutex_;
  BoundedCache<Key, Entry, KeyHash> known_{kCustomersKnown};  // guarded by mutex_
};

}  // namespace tsunagi
