#pragma once
// Requests to be told in the FakeStorage beside it. What is held by pick-ups is what a level says.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/restock/restock_book.h"
#include "server/domain/stock/held.h"
#include "tests/support/fake_storage.h"

namespace tsunagi::fakes {

class FakeRestocks : public RestockBook {
 public:
  explicit FakeRestocks(FakeStorage& storage) : storage_(storage) {}

  Result<std::optional<RestockRequest>> restock(TenantId, std::string_view id) override {
    const auto found = storage_.restocks.find(id);
    return found == storage_.restocks.end() ? std::nullopt : std::optional(found->second);
  }
  Result<std::vector<RestockRequest>> restocks_of(TenantId, int64_t customer_id) override {
    return those([=](const RestockRequest& one) {
      return one.customer_id == customer_id && one.state != RestockState::kDone;
    });
  }
  Result<std::vector<RestockRequest>> restocks_ever(TenantId, int64_t customer_id, int) override {
    return those([=](const RestockRequest& one) { return one.customer_id == customer_id; });
  }
  Result<std::vector<std::string>> restocked(TenantId tenant, const RestockShops& asked,
                                             Seconds since, int limit) override {
    std::vector<std::string> ids;
    const auto levels = storage_.levels(tenant);
    const auto& shops = asked.shops;
    for (const auto& [id, one] : storage_.restocks) {
      if (one.state != RestockState::kOpen || static_cast<int>(ids.size()) == limit) continue;
      const auto shop = std::ranges::find(shops, one.store_id, &RestockShop::store_id);
      const auto own = asked.products.find(one.product_id);
      const bool there = std::ranges::any_of(levels, [&](const StockLevel& level) {
        return level.product_id == one.product_id && level.store_id == one.store_id &&
               !level.doubted && level.changed_at >= since && shop != shops.end() &&
               level.on_hand - held_of(level) >
                   (own == asked.products.end() ? shop->safety : own->second);
      });
      if (there) ids.push_back(id);
    }
    return ids;
  }
  Result<std::vector<RestockRequest>> restock_log(TenantId, int) override {
    return those([](const RestockRequest&) { return true; });
  }
  Result<int64_t> purge_restocks(Seconds asked_before, Seconds settled_before, int) override {
    return static_cast<int64_t>(std::erase_if(storage_.restocks, [&](const auto& entry) {
      const RestockRequest& one = entry.second;
      return one.state == RestockState::kDone ? one.settled_at < settled_before
                                              : one.asked_at < asked_before;
    }));
  }

 private:
  template <class Matches>
  std::vector<RestockRequest> those(Matches matches) const {
    std::vector<RestockRequest> found;
    for (const auto& [id, one] : storage_.restocks) {
      if (matches(one)) found.push_back(one);
    }
    return found;
  }

  FakeStorage& storage_;
};

}  // namespace tsunagi::fakes
