#pragma once
// Brings what the online shop has on hand to what the tills count: for each outbox item what is
// stored at that moment, and only where it differs.

#include <string_view>
#include <utility>
#include <vector>

#include "server/domain/inventory/inventory_book.h"
#include "server/domain/inventory/online_stock.h"
#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr int kOnHandRounds = 4;  // of looking and deciding, when figures change meanwhile
// When a place that the merchant chose was found to be gone from the online shop.
inline constexpr std::string_view kLocationGoneCursor = "inventory.location_gone";

class OnHandWriter {
 public:
  struct Ports {
    Storage& storage;
    InventoryBook& book;
    OnlineStock& shop;
    Clock& clock;
  };
  explicit OnHandWriter(Ports ports) : ports_(ports) {}

  struct Outcome {
    Result<Done> done = Done{};
    std::vector<Change> changes = {};  // to be applied with the item's end
  };
  // In the order of the items. `tenant` as it is stored now.
  std::vector<Outcome> write(const Tenant& tenant, const std::vector<OutboxItem>& items);

 private:
  Ports ports_;
};

}  // namespace tsunagi
