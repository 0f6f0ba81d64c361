#pragma once
// Sending online orders from the shops, and handing them over there. step() brings one order in
// step with the platform, however far it had got: it reads, decides (shipping_plan.h), does one
// thing, and reads again. It is called by one worker at a time for an order (the outbox's lane), so
// what it reads stays true while it is at work but for what people do.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/fulfilment/pickup_book.h"
#include "server/domain/fulfilment/purchase_desk.h"
#include "server/domain/fulfilment/shipment_book.h"
#include "server/domain/fulfilment/shipping_plan.h"
#include "server/domain/fulfilment/shop_orders.h"
#include "server/domain/inventory/inventory_book.h"
#include "server/domain/ports.h"
#include "server/domain/stock/stock_service.h"

namespace tsunagi {

inline constexpr int kOrderRounds = 40;  // of one step; each does one thing of a plan
inline constexpr int kRoutingTries = 3;  // while others take what was offered
inline constexpr int kShipmentsListed = 200;
inline constexpr size_t kDeedIdMost = 64;
inline constexpr std::string_view kOrdersCursor = "orders";
inline constexpr std::string_view kRefundsCursor = "orders.refunded";
// When somebody last wanted all that is open to be looked at, and of when the wish is that was met.
inline constexpr std::string_view kOpenOrdersWantedCursor = "orders.open_wanted";
inline constexpr std::string_view kOpenOrdersReadCursor = "orders.open_read";
inline constexpr int kOpenReadingsMost = 20;
// Why head office is asked besides the causes of routing.
inline constexpr std::string_view kNotMovable = "not_movable";  // the platform refuses the move

// The key of the outbox item that brings an order in step; 0: the key is none.
std::string ship_order_key(int64_t order_id);
int64_t order_of_key(std::string_view key);

class ShippingService {
 public:
  struct Ports {
    ShipmentBook& book;
    PickupBook& stock_book;
    Storage& storage;
    InventoryBook& inventory;
    ShopOrders& orders;
    StockService& stock;
    Clock& clock;
    Random& random;
  };
  explicit ShippingService(Ports ports) : ports_(ports) {}
  // The same by way of other orders: behind a breaker.
  [[nodiscard]] ShippingService by_way_of(ShopOrders& orders) const {
    Ports ports = ports_;
    return ShippingService({.book = ports.book,
                            .stock_book = ports.stock_book,
                            .storage = ports.storage,
                            .inventory = ports.inventory,
                            .orders = orders,
                            .stock = ports.stock,
                            .clock = ports.clock,
                            .random = ports.random});
  }

  // kReview: a parcel left the shop, or was handed over, and the platform has neither that nor its
  // work.
  enum class Outcome : uint8_t { kInStep, kReview };
  // kUnavailable: ask again; what was begun is looked up then. kConflict: the platform refuses what
  // is to be told.
  Result<Outcome> step(const Tenant& tenant, int64_t order_id);
  // Asks for the orders that changed since the last reading; how many. Nothing while no shop sends
  // and none is a location.
  Result<int> read_changed(const Tenant& tenant);

  // What staff do. As ShipmentBook::move_shipment; kInvalid as well: the shop does not send.
  Result<Shipment> act(const Tenant& tenant, ShipmentMove move);
  // Who the parcel goes to. kConflict: the shop is not at work on it; kNotFound: it is not the
  // actor's shop that sends it, or the platform names no address.
  Result<ShipTo> address(const Tenant& tenant, const Actor& actor, std::string_view shipment_id);

 private:
  Result<bool> do_next(const Tenant& tenant, const std::optional<ShopOrder>& order,
                       const OrderPlan& plan, const std::vector<Shipment>& shipments);
  Result<bool> tell_platform(const Tenant& tenant, const OrderPlan& plan);
  Result<bool> send(const Tenant& tenant, const OrderPlan::Sending& next);
  Result<Done> cancel(const Tenant& tenant, const OrderPlan::Cancelled& cancelled);
  Result<Done> serve(const Tenant& tenant, const ShopOrder& order, const Unserved& unserved,
                     const std::vector<Shipment>& shipments);
  Result<Done> not_movable(const Tenant& tenant, std::string_view shipment_id);
  Result<Done> note_sold(const Tenant& tenant, const std::optional<ShopOrder>& order,
                         const std::vector<Shipment>& shipments,
                         const std::vector<Pickup>& pickups);
  [[nodiscard]] PurchaseDesk purchase_desk() const;
  Result<int> read_refunded(const Tenant& tenant, Seconds now);
  Result<Done> read_open(const Tenant& tenant, Seconds now, std::vector<Change>& changes);
  void forget_stock(TenantId tenant, const std::vector<ShipmentLine>& lines);

  Ports ports_;
};

}  // namespace tsunagi
