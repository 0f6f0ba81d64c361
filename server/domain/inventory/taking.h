#pragma once
// What left a shop for an order of the online shop. The online shop subtracts it by itself when it
// is sent; the tills have to be told, once.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/domain/inventory/till_stock.h"
#include "server/domain/values.h"

namespace tsunagi {

enum class TakingKind : uint8_t {
  kSent,       // it left with a parcel (ShopOrder::parcels)
  kCancelled,  // it was put back when that parcel was cancelled
  kReturned,   // its customer brought it back (ShopOrder::refunds)
};
struct TakingName {
  int64_t parcel_id = 0;   // kReturned: the refund's
  int64_t order_line = 0;  // kReturned: the refund's line
  TakingKind kind = TakingKind::kSent;
  bool operator==(const TakingName&) const = default;
};
// "77/5", "77/5/back", "88/6/return": the key of its outbox item. none: the key is none of these.
std::string taking_key(const TakingName& name);
std::optional<TakingName> taking_name(std::string_view key);

struct Taking {
  TakingName name;
  int64_t order_id = 0;
  std::string order_name;  // "#1001"
  std::string product_id, store_id;
  int64_t quantity = 0;  // pieces, above 0
  Seconds begun_at = 0;  // when the tills were last asked; 0: never
  Seconds done_at = 0;   // 0: not known to be done
};
TillMove move_of(const Taking& taking);

// From when on what leaves a location is taken from the shop's stock: the name of its cursor.
std::string taken_from_cursor(const StoreLocation& place);

}  // namespace tsunagi
