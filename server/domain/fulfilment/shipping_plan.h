#pragma once
// What is to do about an order: a pure function of what the platform has of it and of its shipments
// here. It is asked again after everything that was done, so nothing of it need be remembered: an
// answer that was lost, a process that ended, a notice that came twice or never all end in the same
// plan.

#include <optional>
#include <string>
#include <vector>

#include "server/domain/fulfilment/shipment_book.h"
#include "server/domain/fulfilment/shop_orders.h"
#include "server/domain/values.h"

namespace tsunagi {

// Lines of a work that no shipment covers.
struct Unserved {
  int64_t work_id = 0;
  std::vector<OrderWork::Line> lines;  // remaining: what nobody covers, above 0
  std::string store_id;                // the merchant gave it to this shop by hand; "": route it
};

struct OrderPlan {
  struct Cancelled {
    std::string shipment_id;
    CancelReason reason = CancelReason::kOrder;
  };
  struct Sending {
    std::string shipment_id;
    ShopOrders::Parcel parcel;
  };
  struct Moving {
    std::string shipment_id;
    ShopOrders::Move move;
    bool has_left = false;           // the goods have: a refused move calls nothing off
    std::optional<Sending> instead;  // of a move that is refused: told from where the work is
  };
  std::vector<ShipmentBook::Seen> seen;  // that differ from what is noted
  std::vector<Cancelled> cancelled;
  std::vector<Unserved> unserved;
  std::vector<Moving> moves;
  std::vector<Sending> parcels;
  // Sent from the shop, and the platform has neither the work any more nor the parcel: a person
  // decides.
  std::vector<std::string> lost;
};

// order: none when the platform has none (any more). shipments: all of the order, closed ones too.
OrderPlan plan_order(const Settings& settings, const std::optional<ShopOrder>& order,
                     const std::vector<Shipment>& shipments);

}  // namespace tsunagi
