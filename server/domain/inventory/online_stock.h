#pragma once
// The stock of the online shop: its places, its articles, and what it has of them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/domain/inventory/shop_item.h"
#include "wasm/core/result.h"

namespace tsunagi {

inline constexpr size_t kLocationsMost = 250;  // of one shop, read at once
inline constexpr int kItemsAPage = 100;
inline constexpr size_t kOnHandAtOnce = 50;            // asked for, or written, in one call
inline constexpr int64_t kOnHandMost = 1'000'000'000;  // more is refused

struct ShopLocation {
  int64_t id = 0;
  std::string name;
};

class OnlineStock {  // shopify
 public:
  virtual ~OnlineStock() = default;

  // Those in use, by name.
  virtual Result<std::vector<ShopLocation>> locations(const Tenant& tenant) = 0;

  struct ItemsAsked {
    int64_t after_id = 0;                                 // variants with a greater id
    std::optional<Seconds> changed_since = std::nullopt;  // none: all
  };
  struct ItemPage {
    std::vector<ShopItem> items;  // by variant
    int64_t last_id = 0;          // as far as was looked
    bool more = false;
  };
  virtual Result<ItemPage> items(const Tenant& tenant, const ItemsAsked& asked) = 0;

  struct Seen {
    bool exists = false, tracked = false;
    std::optional<int64_t> on_hand = std::nullopt;  // none: it is not stocked at this place
  };
  // As many as were asked for, in their order; at most kOnHandAtOnce.
  virtual Result<std::vector<Seen>> on_hand(const Tenant& tenant, int64_t location_id,
                                            const std::vector<int64_t>& item_ids) = 0;

  struct Write {
    int64_t item_id = 0, location_id = 0;
    int64_t on_hand = 0;  // 0 to kOnHandMost
    int64_t from = 0;     // what was seen; of what is not stocked there yet it means nothing
  };
  enum class Why : uint8_t {
    kOther,
    kStale,  // what was seen is so no longer, or this key was refused before: look again
    kNoItem,
    kNoLocation,
    kNotCounted,  // of this article the online shop lets nobody set a figure
  };
  struct Refusal {
    size_t place = 0;  // in the list
    Why why = Why::kOther;
    std::string message;
  };
  // All of them, or none and why. At most kOnHandAtOnce. The same key with the same writes is one
  // write, however often it is told.
  virtual Result<std::vector<Refusal>> set_on_hand(const Tenant& tenant,
                                                   const std::vector<Write>& writes,
                                                   std::string_view key) = 0;
  // Stocks the article at a place that has none of it, with this figure; kStale: it is there.
  virtual Result<std::optional<Refusal>> begin_on_hand(const Tenant& tenant, const Write& write,
                                                       std::string_view key) = 0;
};

}  // namespace tsunagi
