#pragma once
// Which shops send an online order (ship from shop): a pure function of the order, the shops with
// their stock, and the merchant's rules. It says of every shop why it was or was not taken.
//
// What one shop sends is a parcel. An assignment gives each piece of the order to a shop that
// offers it, with at most as many parcels as the rules let. Of all assignments the answer is the
// one with the smallest
//
//     (1st criterion, 2nd criterion, 3rd criterion, open work, shop ids in ascending order)
//
// compared from the left. Each of the first four is a sum over the parcels: kParcels adds 1 for a
// parcel, kPriority the shop's priority, kDistance the km from the shop's prefecture to the
// order's, and open work what waits at the shop already. So with kParcels first two near shops
// never beat a far one that has everything; with kDistance first they do when their km sum up to
// less. Where the same shops could share the pieces in several ways, the one that comes first by
// its own figures (then by id) sends all it offers, then the next.
//
// The answer depends on nothing else: not on the order of lines, shops or stock rows.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wasm/core/prefecture.h"
#include "wasm/core/result.h"

namespace tsunagi {

inline constexpr size_t kRoutingLinesMost = 500;  // of an order, and stock rows of a shop
inline constexpr size_t kRoutingShopsMost = 500;
inline constexpr int kSplitMost = 5;                      // parcels of an order
inline constexpr int64_t kPiecesMost = 1'000'000;         // of a product in an order
inline constexpr int64_t kStockFigureMost = 100'000'000;  // on hand, held, safety
inline constexpr int64_t kPriorityMost = 10'000;
inline constexpr int64_t kOpenWorkMost = 1'000'000;
// Where an address names no prefecture the shop counts as farther than all.
inline constexpr int kUnknownKm = kPrefectureKmMost + 1;
// What the search may look at, in products of shops: some tens of milliseconds. Ten lines over a
// hundred shops in up to three parcels take a hundredth of it.
inline constexpr int64_t kRoutingStepsMost = 10'000'000;

struct RoutingLine {
  std::string product_id;
  int64_t quantity = 0;  // from 1; lines of one product are summed
  bool operator==(const RoutingLine&) const = default;
};
struct RoutingOrder {
  Prefecture ship_to;
  std::vector<RoutingLine> lines;
};

struct RoutingStock {
  std::string product_id;  // products that the order does not ask for do no harm
  int64_t on_hand = 0;     // below 0 where a shop sold more than was booked
  int64_t held = 0;
  int64_t safety = 0;
};
struct RoutingShop {
  std::string shop_id;
  std::optional<Prefecture> prefecture;
  bool ships = true;                  // the merchant lets it send orders
  bool refused = false;               // it refused this order before, and is never asked again
  int64_t priority = 0;               // set by the merchant: 0 goes first
  int64_t open_work = 0;              // parcels that wait there; 0 where nobody counts them
  std::vector<RoutingStock> stock{};  // a row a product; none: it offers nothing of it
};

enum class RoutingCriterion : uint8_t { kParcels, kPriority, kDistance };
struct RoutingRules {
  std::array<RoutingCriterion, 3> order = {RoutingCriterion::kParcels, RoutingCriterion::kPriority,
                                           RoutingCriterion::kDistance};
  int split_most = 1;  // parcels of an order, 1 to kSplitMost
  // Shops that an order is put to in all, those that refused and those it is given to: then it
  // stops, and a person decides. 1 to kRoutingShopsMost.
  int asked_most = 5;
  bool operator==(const RoutingRules&) const = default;
};

enum class ShopVerdict : uint8_t {
  kTaken,        // sends `sends` pieces
  kNotShipping,  // the merchant does not let it send orders
  kRefused,      // it refused this order before
  kNothing,      // offers no piece of the order
  kPart,         // offers a part of the order, and the answer, if there is one, does without it
  // Offers the whole order by itself, and its tuple is behind the answer's, first in this:
  kLaterPriority,
  kFarther,
  kBusier,
  kLaterId,
  kNotAsked,  // offers the whole order by itself, but no more shops may be asked
};
struct ShopTrace {
  std::string shop_id;
  ShopVerdict verdict = ShopVerdict::kNothing;
  int64_t offers = 0;  // pieces of the order that it could send
  int64_t sends = 0;
  int64_t priority = 0;
  int km = kUnknownKm;
  int64_t open_work = 0;
  bool operator==(const ShopTrace&) const = default;
};

// Why nobody can, the first that holds.
enum class NobodyCause : uint8_t {
  kNoShop,       // none ships that has not refused
  kStock,        // all of them together do not offer the whole order: `shortages`
  kAskedMost,    // they do, but more shops would have to be asked than the rules let
  kSplitMost,    // they do, but in more parcels than the rules let
  kSearchLimit,  // no answer was found in the time the search is given
};
struct Shortage {
  std::string product_id;
  int64_t needed = 0;
  int64_t offered = 0;  // by all shops that ship and have not refused
  bool operator==(const Shortage&) const = default;
};

struct Parcel {
  std::string shop_id;
  std::vector<RoutingLine> items;  // by product id
  bool operator==(const Parcel&) const = default;
};
// The sums of the answer's tuple.
struct RoutingSums {
  int64_t parcels = 0, priority = 0, km = 0, open_work = 0;
  bool operator==(const RoutingSums&) const = default;
};
struct Routing {
  std::vector<Parcel> parcels;        // the shop that comes first by its own figures first
  std::optional<NobodyCause> nobody;  // exactly when there are no parcels: a person decides
  std::vector<Shortage> shortages;    // by product id
  int64_t pieces = 0;                 // of the order
  RoutingSums sums;
  std::vector<ShopTrace> trace;  // every shop, by id
  // False: the search ended at its limit. The parcels are good, yet fewer or better ones may exist.
  bool proven = true;
  int64_t steps = 0;  // of the search
  bool operator==(const Routing&) const = default;
};

// kInvalid with a sentence: an empty id, a product or a shop twice, a figure, a list or a rule
// outside the limits above.
Result<Routing> route(const RoutingOrder& order, const std::vector<RoutingShop>& shops,
                      const RoutingRules& rules, int64_t steps_most = kRoutingStepsMost);

}  // namespace tsunagi
