#pragma once
// Shopify's fulfilment orders as the domain's ShopOrders. Reads are repeated as all of the client's
// are, and so is that it is prepared; a move, a hold, its end, a refund and a fulfilment are sent
// once: read the order before trying again.

#include <memory>
#include <optional>
#include <string_view>

#include "server/domain/fulfilment/shop_orders.h"
#include "server/shopify/client.h"

namespace tsunagi {

// An app holds a fulfilment order once under one name.
inline constexpr std::string_view kHoldHandle = "tsunagi-pickup";
inline constexpr int kWorkLinePages = 5;       // of 100 lines: Shopify's orders have 500 at most
inline constexpr int kRefundLinePages = 20;    // of 50
inline constexpr int kChangedOrderPages = 10;  // of 100, in one reading that gets on
inline constexpr int kChangedOrderPagesMost = 100;

class ShopifyOrders final : public ShopOrders {
 public:
  explicit ShopifyOrders(const ShopifyClient& client);

  // One reading, and one for each work that is not over. kInvalid: more than 50 works, parcels
  // or refunds, or more lines than kWorkLinePages.
  Result<std::optional<ShopOrder>> order(const Tenant& tenant, int64_t order_id) override;
  Result<std::optional<int64_t>> order_of_work(const Tenant& tenant, int64_t work_id) override;
  Result<Changed> orders_changed(const Tenant& tenant, Seconds from, Seconds to) override;
  Result<Changed> orders_refunded(const Tenant& tenant, Seconds from, Seconds to) override;
  Result<std::vector<ReturnedLine>> returned_lines(const Tenant& tenant,
                                                   int64_t refund_id) override;
  Result<std::vector<SentLine>> parcel_lines(const Tenant& tenant, int64_t parcel_id) override;
  Result<std::optional<ShipTo>> ship_to(const Tenant& tenant, int64_t work_id) override;
  Result<int64_t> move(const Tenant& tenant, const Move& move) override;
  Result<int64_t> send(const Tenant& tenant, const Parcel& parcel) override;
  Result<Done> prepared(const Tenant& tenant, int64_t work_id) override;
  Result<int64_t> handed_over(const Tenant& tenant, const std::vector<WorkParts>& works) override;
  Result<Done> put_off(const Tenant& tenant, const Undecided& undecided) override;
  Result<Done> release(const Tenant& tenant, const Held& held) override;
  // Restocked as CANCEL, with what Order.suggestedRefund says of each payment; Shopify mails the
  // customer. kUnauthorized: the merchant has not granted write_orders.
  Result<Done> refund(const Tenant& tenant, const Refund& refund) override;

 private:
  Result<Done> read_lines(const Tenant& tenant, OrderWork& work);

  std::shared_ptr<shopify::Wire> wire_;
};

}  // namespace tsunagi
