#pragma once
// The online shop's stock as the workers see it: behind the shop's breaker (breaker.h).

#include "server/domain/inventory/online_stock.h"
#include "server/jobs/breaker.h"

namespace tsunagi {

class GuardedStock final : public OnlineStock {
 public:
  GuardedStock(OnlineStock& stock, Breaker& breaker) : stock_(stock), breaker_(breaker) {}

  Result<std::vector<ShopLocation>> locations(const Tenant& tenant) override {
    return breaker_.run(tenant.shop_domain, [&] { return stock_.locations(tenant); });
  }
  Result<ItemPage> items(const Tenant& tenant, const ItemsAsked& asked) override {
    return breaker_.run(tenant.shop_domain, [&] { return stock_.items(tenant, asked); });
  }
  Result<std::vector<Seen>> on_hand(const Tenant& tenant, int64_t location_id,
                                    const std::vector<int64_t>& item_ids) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return stock_.on_hand(tenant, location_id, item_ids); });
  }
  Result<std::vector<Refusal>> set_on_hand(const Tenant& tenant, const std::vector<Write>& writes,
                                           std::string_view key) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return stock_.set_on_hand(tenant, writes, key); });
  }
  Result<std::optional<Refusal>> begin_on_hand(const Tenant& tenant, const Write& write,
                                               std::string_view key) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return stock_.begin_on_hand(tenant, write, key); });
  }

 private:
  OnlineStock& stock_;
  Breaker& breaker_;
};

}  // namespace tsunagi
