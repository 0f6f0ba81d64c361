#pragma once
// What was bought in the online shop and is fetched at a shop becomes a pick-up there, and what
// becomes of it here becomes so there. A part of ShippingService::step, by one worker at a time for
// an order.

#include <optional>
#include <string>
#include <vector>

#include "server/domain/fulfilment/pickup_book.h"
#include "server/domain/fulfilment/purchase_plan.h"
#include "server/domain/fulfilment/shop_orders.h"
#include "server/domain/ports.h"
#include "server/domain/stock/stock_service.h"

namespace tsunagi {

inline constexpr Seconds kRefundDaySeconds = 86'400;  // of PickupSettings::refund_after_days
inline constexpr size_t kPickupsOfOrderMost = 100;    // closed ones included; then a person decides

class PurchaseDesk {
 public:
  struct Ports {
    PickupBook& book;
    Storage& storage;
    ShopOrders& orders;
    StockService& stock;
    Clock& clock;
    Random& random;
  };
  explicit PurchaseDesk(Ports ports) : ports_(ports) {}

  // What changes here. Whether anything was to do.
  Result<bool> do_next(const Tenant& tenant, const std::optional<ShopOrder>& order,
                       const PurchasePlan& plan, const std::vector<Pickup>& pickups);
  // What changes at the platform: one thing. Whether anything was to do.
  Result<bool> tell_platform(const Tenant& tenant, const PurchasePlan& plan);

 private:
  Result<Done> move(const Tenant& tenant, const PickupMove& move);
  Result<Done> begin(const Tenant& tenant, const ShopOrder& order, const PurchasePlan::Begun& begun,
                     size_t number);
  Result<Done> note(const Tenant& tenant, const PickupBook::PurchaseSeen& seen);
  Result<Done> put_off(const Tenant& tenant, const PurchasePlan::Told& next);
  Result<bool> do_choices(const Tenant& tenant, const PurchasePlan& plan);
  // What the platform refuses of a choice the merchant decides.
  template <class Next>
  Result<bool> unless_refused(const Tenant& tenant, const Next& next, const Result<Done>& done);
  Result<std::vector<PickupBook::PurchaseSeen>> with_questions(
      const Tenant& tenant, std::vector<PickupBook::PurchaseSeen> seen,
      const std::vector<Pickup>& pickups);
  void forget_stock(const Tenant& tenant, const Pickup& pickup);

  Ports ports_;
};

}  // namespace tsunagi
