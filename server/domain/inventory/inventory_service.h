#pragma once
// Keeps the online shop's stock in step with the tills: reads its articles, matches them, and asks
// for what differs to be written. One step at a time, each of which may be the last for a while:
// where it stands is in cursors.

#include <string>
#include <string_view>

#include "server/domain/inventory/inventory_book.h"
#include "server/domain/inventory/online_stock.h"
#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr Seconds kItemsPollSeconds = 60;      // from one reading of changes to the next
inline constexpr Seconds kItemsOverlapSeconds = 120;  // the search is behind the writes
inline constexpr int kItemsPages = 50;                // of changes; more is read as a whole
inline constexpr size_t kItemsMost = 250'000;         // articles, and products, that are compared
inline constexpr int kInventoryRows = 1'000;          // read or written at once
inline constexpr int64_t kOnHandWaiting = 300;        // writes in the background; then no more
inline constexpr size_t kMatchedAtOnce = 300;         // writes; of more the whole is gone through
inline constexpr Seconds kInventorySkewSeconds = 15;  // between the servers' clocks

// Cursors. Moments: when a round was asked for, and when the last one began; until when changed
// articles were read; when products or articles were last other than before, and what is matched.
inline constexpr std::string_view kRoundWantedCursor = "inventory.round.wanted";
inline constexpr std::string_view kRoundBegunCursor = "inventory.round.begun";
inline constexpr std::string_view kItemsChangedCursor = "inventory.items.changed";
inline constexpr std::string_view kCatalogueChangedCursor = "inventory.catalogue.changed";
inline constexpr std::string_view kMatchedCursor = "inventory.matched";
// Places of a round: the last article that was read, and the last whose stock was looked at;
// kRoundOver: that part is over.
inline constexpr std::string_view kItemsPlaceCursor = "inventory.items.place";
inline constexpr std::string_view kSweepPlaceCursor = "inventory.sweep.place";
inline constexpr int64_t kRoundOver = -1;

// What tells that products of the tills are other than before.
inline change::SetCursor catalogue_changed(const Clock& clock) {
  return {.name = std::string(kCatalogueChangedCursor), .value = clock.now()};
}

class InventoryService {
 public:
  struct Ports {
    Storage& storage;
    InventoryBook& book;
    OnlineStock& shop;
    Clock& clock;
  };
  explicit InventoryService(Ports ports) : ports_(ports) {}

  // A round reads all articles, matches them and has the stock of all looked at: once a night, and
  // when one was asked for (SetCursor of kRoundWantedCursor to now). Between rounds what changed is
  // read. true: there is more to do at once. Nothing while no shop has a place.
  Result<bool> step(const Tenant& tenant);

 private:
  struct Round;
  Result<Round> round_of(TenantId tenant);
  Result<Done> begin_round(TenantId tenant);
  Result<bool> read_page(const Tenant& tenant, int64_t place);
  Result<bool> sweep(const Tenant& tenant, int64_t place);
  Result<Done> read_changes(const Tenant& tenant, Seconds until);
  Result<Done> match_if_stale(const Tenant& tenant);
  // after: whether the stock of what is matched anew is asked for.
  enum class After : uint8_t { kNothing, kWrites };
  Result<Done> match(const Tenant& tenant, After after);
  Result<Done> put_matches(const Tenant& tenant, const std::vector<ShopItem>& items, After after);
  Result<std::vector<ShopItem>> all_items(TenantId tenant);
  Result<std::vector<Product>> all_products(TenantId tenant);
  Result<Seconds> cursor(TenantId tenant, std::string_view name);  // 0 when it was never set

  Ports ports_;
};

}  // namespace tsunagi
