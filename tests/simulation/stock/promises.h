#pragma once
// What the shops owe whom, kept by the rules that people are told: no figure of it comes from the
// server's own sums. What the server stores of each pick-up and shipment is looked at again and
// again, and must follow.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/domain/fulfilment/pickup.h"
#include "server/domain/fulfilment/shipment.h"
#include "tests/simulation/stock/tills.h"

namespace tsunagi::simulation {

using Figures = std::map<Shelf, StockLevel>;  // the book of the shops' stock, as it is stored

class Promises {
 public:
  // What is done between two looks, beside what the server does by itself.
  struct Told {
    std::string id;
    std::optional<PickupAction> pickup = std::nullopt;
    std::optional<ShipmentAction> shipment = std::nullopt;
    std::vector<int64_t> picked = {};  // in the order of the products
  };

  // ---- what people ask for
  struct Wish {
    std::string id, store;
    int64_t customer = 0;
    Tills::Quantities asked;
  };
  void wished(const Wish& wish) { wishes_[wish.id] = wish; }
  void ordered(int64_t order, const std::map<int64_t, Tills::Quantities>& lines);
  // The merchant gave works of the order to this shop by hand, or it cannot be told any more what
  // is left of it.
  void moved_by_hand(int64_t order, const std::string& store);
  void changed_by_hand(int64_t order) { orders_[order].by_hand = true; }

  // ---- what the server stores; "" or why it cannot be
  std::string see(const Pickup& stored, const Figures& figures, const Told& told, Seconds now);
  // is_free: of a line of a parcel that was told, whether nothing need be held for it any more.
  using IsFree = std::function<bool(const Shipment& shipment, int64_t order_line)>;
  std::string see(const Shipment& stored, const Figures& figures, const Told& told,
                  const IsFree& is_free);
  [[nodiscard]] std::string coverage(int64_t order) const;

  // ---- what must be
  [[nodiscard]] std::map<Shelf, int64_t> held() const;
  // Whether nobody may be promised what the book has of the shelf.
  [[nodiscard]] bool is_doubted(const Shelf& shelf, const StockLevel& level) const;
  // Whether the book may say otherwise, since there were two figures in one second.
  void trust(const Shelf& shelf) { doubts_.erase(shelf); }

  // Of those something can still become of; the others are looked at once more at the end.
  [[nodiscard]] std::vector<std::string> live_pickups() const;
  [[nodiscard]] std::vector<std::string> all_pickups() const;
  [[nodiscard]] std::vector<std::string> open_shipments() const;
  [[nodiscard]] const std::string& store_of_shipment(const std::string& id) const;
  [[nodiscard]] int64_t order_of_shipment(const std::string& id) const;
  [[nodiscard]] bool knows(const std::string& pickup) const { return pickups_.contains(pickup); }

 private:
  struct KeptPickup {
    PickupState state = PickupState::kPlaced;
    Seconds changed_at = 0, hold_until = 0;
    Tills::Quantities held;
  };
  struct KeptShipment {
    int64_t order = 0;
    std::string store;
    ShipmentState state = ShipmentState::kPerson;
    bool told = false;             // the platform has the parcel, or a person settled it
    std::set<int64_t> freed = {};  // lines of it that the tills know of
    std::map<int64_t, int64_t> quantities = {};  // by line of the order
    std::map<Shelf, int64_t> held = {};
  };
  struct Order {
    std::map<int64_t, Tills::Quantities> lines;  // product and pieces, by line
    std::set<std::string> refusers;              // shops that may not be asked
    std::set<std::string> asked_by_hand;
    bool by_hand = false;
  };
  std::string begin(const Pickup& stored);
  std::string enter(KeptPickup& kept, const Pickup& stored, const Figures& figures,
                    const Told& told, Seconds now);
  std::string release_if_sold(KeptPickup& kept, const Pickup& stored, const Figures& figures,
                              Seconds now);
  std::string begin(const Shipment& stored);
  std::string enter(KeptShipment& kept, const Shipment& stored, const Figures& figures,
                    const Told& told);
  void doubt(const Shelf& shelf, const Figures& figures);

  std::map<std::string, Wish> wishes_;
  std::map<std::string, KeptPickup> pickups_;
  std::map<int64_t, Order> orders_;
  std::map<std::string, KeptShipment> shipments_;
  std::map<Shelf, StockLevel> doubts_;  // with the figure that staff did not believe
};

}  // namespace tsunagi::simulation
