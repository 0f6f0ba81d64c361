#pragma once
// Where shipments are kept. What is held is decided inside the transaction that holds it, as with
// pick-ups (pickup_book.h).

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/changes.h"
#include "server/domain/fulfilment/cart.h"
#include "server/domain/fulfilment/shipment.h"

namespace tsunagi {

inline constexpr int kShipmentsOfOrderMost = 200;  // closed ones included; then a person decides

class ShipmentBook {  // storage
 public:
  virtual ~ShipmentBook() = default;

  // Stores new shipments of one order, all or none, each with the trace of the routing that made
  // it; holds what those with a shop ask for. safety: of each shop that is named. An id that is
  // there is left as it is. kConflict: a shop has not enough any more (kNotEnough and the product);
  // kUnavailable: a shop has refused the order since it was decided.
  struct Routed {
    std::vector<Shipment> shipments;
    std::map<std::string, Safety> safety;  // by store
    std::string trace;                     // JSON
    int64_t refusals = -1;  // of the order, when it was decided; -1: whatever shops said
  };
  virtual Result<Done> put_shipments(TenantId tenant, const Routed& routed) = 0;
  // do_to() under the row's lock, with a row in the trail and `also`. A deed that is in the trail
  // already is answered with the shipment as it is. kConflict is written down too. safety: of the
  // shop, with kAssign.
  virtual Result<Shipment> move_shipment(TenantId tenant, const ShipmentMove& move,
                                         const Safety& safety, const std::vector<Change>& also) = 0;
  // What the platform was seen to have: work, place, hold, and the parcel that it made. Nothing
  // else of it changes, and no deed.
  struct Seen {
    std::string shipment_id;
    int64_t work_id = 0;
    bool placed = false, on_hold = false;
    int64_t told_id = 0;
  };
  virtual Result<Done> note_seen(TenantId tenant, const std::vector<Seen>& seen) = 0;

  virtual Result<std::optional<Shipment>> shipment(TenantId tenant, std::string_view id) = 0;
  virtual Result<std::vector<Shipment>> shipments_of_order(TenantId tenant, int64_t order_id) = 0;
  // Open ones of these shops (none: of all, nobody's included), by what is due first.
  virtual Result<std::vector<Shipment>> open_shipments(TenantId tenant,
                                                       const std::vector<std::string>& stores,
                                                       int limit) = 0;
  // How many are open, by shop.
  virtual Result<std::map<std::string, int64_t>> open_work(TenantId tenant) = 0;
  virtual Result<std::string> trace_of(TenantId tenant, std::string_view id) = 0;  // "" when none
  virtual Result<std::vector<ShipmentDeed>> shipment_deeds(TenantId tenant,
                                                           std::string_view id) = 0;
};

}  // namespace tsunagi
