#pragma once
// What a worker has leased and not closed yet, so that its leases can be renewed for as long as it
// works, however many items it took at once and however long one takes. Safe from any thread.

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr int kLeaseSeconds = 30;
inline constexpr Seconds kRenewSeconds = 10;       // how long after leasing a lease is renewed
inline constexpr Seconds kLeaseMarginSeconds = 5;  // nothing is begun whose lease ends sooner

// One leasing of a row; the next leasing of the same row is another.
inline std::pair<int64_t, int64_t> leasing(const OutboxItem& item) { return {item.id, item.lease}; }
inline std::pair<int64_t, int64_t> leasing(const InboxItem& item) {
  return {item.id, item.attempts};
}

template <class Item>
class Held {
 public:
  void hold(const std::vector<Item>& items, Seconds until) {
    const std::lock_guard lock(mutex_);
    for (const Item& item : items) held_[leasing(item)] = {item, until};
  }
  void release(const Item& item) {
    const std::lock_guard lock(mutex_);
    held_.erase(leasing(item));
  }
  // Whether there is time to begin with it: another worker may have it otherwise.
  [[nodiscard]] bool mine(const Item& item, Seconds now) const {
    const std::lock_guard lock(mutex_);
    const auto found = held_.find(leasing(item));
    return found != held_.end() && found->second.second - now >= kLeaseMarginSeconds;
  }
  // renewed(items, until) → Result of the ids that are still the caller's; the others are let go.
  // What was leased within kRenewSeconds is left alone. No lock is held while it asks.
  template <class Renew>
  Result<Done> renew(Seconds now, Renew renewed) {
    const std::vector<Item> aged = older_than(now + kLeaseSeconds - kRenewSeconds);
    if (aged.empty()) return Done{};
    const Seconds until = now + kLeaseSeconds;
    const auto kept = renewed(aged, until);
    if (!kept.ok()) return kept.error();
    const std::lock_guard lock(mutex_);
    for (const Item& item : aged) {
      const auto found = held_.find(leasing(item));
      if (found == held_.end()) continue;  // closed meanwhile
      const bool ours = std::find(kept->begin(), kept->end(), item.id) != kept->end();
      if (ours) {
        found->second.second = until;
      } else {
        held_.erase(found);
      }
    }
    return Done{};
  }

 private:
  std::vector<Item> older_than(Seconds ends_by) const {
    const std::lock_guard lock(mutex_);
    std::vector<Item> items;
    for (const auto& [key, entry] : held_) {
      if (entry.second <= ends_by) items.push_back(entry.first);
    }
    return items;
  }

  mutable std::mutex mutex_;
  std::map<std::pair<int64_t, int64_t>, std::pair<Item, Seconds>> held_;  // guarded by mutex_
};

}  // namespace tsunagi
