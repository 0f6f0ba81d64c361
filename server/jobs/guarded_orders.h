#pragma once
// Orders at the shop platform as the workers see them: behind its breaker (guarded.h).

#include "server/domain/fulfilment/shop_orders.h"
#include "server/jobs/breaker.h"

namespace tsunagi {

class GuardedOrders final : public ShopOrders {
 public:
  GuardedOrders(ShopOrders& orders, Breaker& breaker) : orders_(orders), breaker_(breaker) {}

  Result<std::optional<ShopOrder>> order(const Tenant& tenant, int64_t order_id) override {
    return breaker_.run(tenant.shop_domain, [&] { return orders_.order(tenant, order_id); });
  }
  Result<std::optional<int64_t>> order_of_work(const Tenant& tenant, int64_t work_id) override {
    return breaker_.run(tenant.shop_domain, [&] { return orders_.order_of_work(tenant, work_id); });
  }
  Result<Changed> orders_changed(const Tenant& tenant, Seconds from, Seconds to) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return orders_.orders_changed(tenant, from, to); });
  }
  Result<Changed> orders_refunded(const Tenant& tenant, Seconds from, Seconds to) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return orders_.orders_refunded(tenant, from, to); });
  }
  Result<std::vector<ReturnedLine>> returned_lines(const Tenant& tenant,
                                                   int64_t refund_id) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return orders_.returned_lines(tenant, refund_id); });
  }
  Result<std::vector<SentLine>> parcel_lines(const Tenant& tenant, int64_t parcel_id) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return orders_.parcel_lines(tenant, parcel_id); });
  }
  Result<std::optional<ShipTo>> ship_to(const Tenant& tenant, int64_t work_id) override {
    return breaker_.run(tenant.shop_domain, [&] { return orders_.ship_to(tenant, work_id); });
  }
  Result<int64_t> move(const Tenant& tenant, const Move& move) override {
    return breaker_.run(tenant.shop_domain, [&] { return orders_.move(tenant, move); });
  }
  Result<int64_t> send(const Tenant& tenant, const Parcel& parcel) override {
    return breaker_.run(tenant.shop_domain, [&] { return orders_.send(tenant, parcel); });
  }
  Result<Done> prepared(const Tenant& tenant, int64_t work_id) override {
    return breaker_.run(tenant.shop_domain, [&] { return orders_.prepared(tenant, work_id); });
  }
  Result<int64_t> handed_over(const Tenant& tenant, const std::vector<WorkParts>& works) override {
    return breaker_.run(tenant.shop_domain, [&] { return orders_.handed_over(tenant, works); });
  }
  Result<Done> put_off(const Tenant& tenant, const Undecided& undecided) override {
    return breaker_.run(tenant.shop_domain, [&] { return orders_.put_off(tenant, undecided); });
  }
  Result<Done> release(const Tenant& tenant, const Held& held) override {
    return breaker_.run(tenant.shop_domain, [&] { return orders_.release(tenant, held); });
  }
  Result<Done> refund(const Tenant& tenant, const Refund& refund) override {
    return breaker_.run(tenant.shop_domain, [&] { return orders_.refund(tenant, refund); });
  }

 private:
  ShopOrders& orders_;
  Breaker& breaker_;
};

}  // namespace tsunagi
