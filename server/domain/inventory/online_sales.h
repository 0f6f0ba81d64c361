#pragma once
// What was sold online and has left a shop is taken from the tills' stock, once for each line of a
// parcel, whoever sent it; what came back to a shop is put into it, once for each line of a refund.

#include <vector>

#include "server/domain/fulfilment/shipment.h"
#include "server/domain/fulfilment/shop_orders.h"
#include "server/domain/inventory/inventory_book.h"
#include "server/domain/inventory/till_stock.h"
#include "server/domain/ports.h"

namespace tsunagi {

// An answer that did not come may still be on its way: before this the tills are not asked again.
inline constexpr Seconds kTakingSettlesSeconds = 60;

class OnlineSales {
 public:
  struct Ports {
    Storage& storage;
    InventoryBook& book;
    ShopOrders& orders;
    Clock& clock;
  };
  explicit OnlineSales(Ports ports) : ports_(ports) {}

  // Asks for what the order's parcels took from shops to be taken from the tills, where that was
  // not asked for before, and for what came back, with a cancelled parcel or by its customer, to be
  // put back where it came. What a sent shipment, or a purchase that was handed over, still holds
  // stays held until the tills know; of what they are not told it is released.
  Result<Done> note(const Tenant& tenant, const ShopOrder& order,
                    const std::vector<Shipment>& shipments, const std::vector<Pickup>& pickups);

 private:
  struct Noting;
  Result<Done> note_parcel(const Tenant& tenant, const SentParcel& parcel, Noting& noting);
  Result<Done> note_refund(const Tenant& tenant, const OrderRefund& refund, Noting& noting);
  Result<bool> counts_since(const Tenant& tenant, const StoreLocation& place, Seconds at,
                            Noting& noting);
  [[nodiscard]] Result<std::string> product_of(const Tenant& tenant, const SentLine& line,
                                               const Noting& noting) const;

  Ports ports_;
};

// The tills' side of it: the work of an outbox item.
class TakingWriter {
 public:
  struct Ports {
    InventoryBook& book;
    TillStock& tills;
    Pos& pos;
    Clock& clock;
  };
  explicit TakingWriter(Ports ports) : ports_(ports) {}

  // What is to be applied with the item's end. kUnavailable: ask again later, it is looked up then.
  // is_mine: asked just before the tills are; false: somebody else is at it by now.
  template <class IsMine>
  Result<std::vector<Change>> take(const Tenant& tenant, std::string_view key, IsMine is_mine) {
    auto ready = prepare(tenant, key);
    if (!ready.ok()) return ready.error();
    if (!ready->wanted) return std::move(ready->changes);
    if (!is_mine()) return Error{ErrorCode::kUnavailable, "the lease ended before its turn"};
    return ask_tills(tenant, *ready->wanted);
  }

 private:
  struct Ready {
    std::optional<Taking> wanted;  // the tills are to be asked; none: it is over
    std::vector<Change> changes;
  };
  Result<Ready> prepare(const Tenant& tenant, std::string_view key);
  Result<std::vector<Change>> ask_tills(const Tenant& tenant, const Taking& taking);
  Result<std::vector<Change>> taken(const Tenant& tenant, const Taking& taking);

  Ports ports_;
};

}  // namespace tsunagi
