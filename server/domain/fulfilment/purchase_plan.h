#pragma once
// What is to do about the pick-ups that were bought in an order: a pure function of what the
// platform has of it and of its pick-ups here, as with what is sent (shipping_plan.h).

#include <optional>
#include <string>
#include <vector>

#include "server/domain/fulfilment/pickup_book.h"
#include "server/domain/fulfilment/shipment.h"
#include "server/domain/fulfilment/shop_orders.h"
#include "server/domain/values.h"

namespace tsunagi {

// A parcel of so long before the hand-over may be its note: clocks differ.
inline constexpr Seconds kHandOverSlackSeconds = 300;

struct PurchasePlan {
  struct Ended {
    std::string pickup_id;
    CancelReason reason = CancelReason::kOrder;
  };
  struct Begun {
    std::string store_id;
    std::vector<OrderWork::Line> lines;  // remaining: above 0
  };
  struct HandedOver {
    std::string pickup_id;
    PickupState state = PickupState::kHandedOver;  // as it was read
    std::vector<WorkParts> works;
  };
  struct Told {
    std::string pickup_id;
    PickupState state = PickupState::kReady;  // as it was read
    WorkParts work;                           // no parts: all of it
  };
  // What its customer chose: it goes to another shop, on hold until it is there; our hold of it
  // ends; the money goes back.
  struct Moving {
    std::string pickup_id;
    PickupState state = PickupState::kRejected;  // as it was read
    std::string choice_id;
    ShopOrders::Move move;
  };
  struct Releasing {
    std::string pickup_id;
    PickupState state = PickupState::kRejected;
    std::string choice_id;
    ShopOrders::Held held;
  };
  struct Refunding {
    std::string pickup_id;
    PickupState state = PickupState::kRejected;
    std::string choice_id;
    ShopOrders::Refund refund;
  };
  std::vector<PickupBook::PurchaseSeen> seen;  // that differ from what is noted
  std::vector<Ended> ended;
  std::vector<std::string> fetched;  // somebody told the platform that it was handed over
  std::vector<Begun> begun;
  std::vector<HandedOver> handed_over;
  std::vector<Told> prepared, put_off;
  std::vector<Moving> moves;
  std::vector<Releasing> releases;
  std::vector<Refunding> refunds;
  // Handed over, and the platform has neither the work any more nor the note: a person decides.
  std::vector<std::string> lost;
};

// Under which its customer gets the money back once.
std::string refund_key(const Pickup& pickup);

// order: none when the platform has none (any more). pickups, shipments: all of the order, closed
// ones too.
PurchasePlan plan_purchases(const Settings& settings, const std::optional<ShopOrder>& order,
                            const std::vector<Pickup>& pickups,
                            const std::vector<Shipment>& shipments);

}  // namespace tsunagi
