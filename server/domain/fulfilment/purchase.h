#pragma once
// A pick-up that was bought in the online shop: its customer chose the shop in the checkout. The
// online shop has the money, tells its customer, and decides what becomes of what nobody fetches.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/values.h"

namespace tsunagi {

inline constexpr int kPurchaseLinesMost = 500;               // of an order (Shopify's limit)
inline constexpr int64_t kPurchaseQuantityMost = 1'000'000;  // of a line, as it is shown and picked

// Whether the online shop was told to wait for a person with what is undecided.
enum class PutOff : uint8_t {
  kNot,      // not yet
  kOnHold,   // it was seen to be on hold there
  kRefused,  // the online shop does not put it on hold
};

// What the customer wants to become of what the shop could not give.
enum class Choice : uint8_t {
  kNone,    // ""
  kShop,    // "shop": another one that has it
  kRefund,  // "refund"
  kSend,    // "send": to an address, which the merchant does by hand
};
enum class ChoiceState : uint8_t {
  kNone,
  kAsked,     // it is being done; or, of "send", the merchant is to do it
  kDone,      // the online shop has it so
  kMerchant,  // it could not be done: the merchant decides
};
struct PurchaseChoice {
  std::string id = {};  // of the deed that chose it; "": nothing was chosen
  Choice what = Choice::kNone;
  ChoiceState state = ChoiceState::kNone;
  std::string store_id = {};  // with kShop: where to
};

// Of the order: one line of the pick-up may be several of these.
struct PurchaseLine {
  int64_t order_line = 0;  // the platform's id, the same wherever it is moved
  std::string product_id;  // of the pick-up's line
  int64_t quantity = 0;    // that is the shop's to hand over
};

struct Purchase {
  int64_t order_id = 0;    // 0: none, it was reserved and is paid at the till
  std::string order_name;  // as people say it: "#1001"
  bool paid = false;       // or promised by a payment that is authorized
  bool short_of = false;   // when it was bought the shop had not enough
  bool on_hold = false;    // the platform says wait: it may not be handed over
  bool prepared = false;   // the platform knows that it is ready, and has told the customer
  bool undecided = false;  // of what was not found or not fetched a person decides
  PutOff put_off = PutOff::kNot;
  int64_t told_id = 0;  // of the platform's note that it was handed over; -1: a person settled it
  PurchaseChoice choice = {};
  std::vector<PurchaseLine> lines = {};
  Seconds refund_at = 0;  // from then the money goes back by itself if nobody chose; 0: never
};

// What no shop counts is handed over all the same, under the id of none: products' have no dot.
inline constexpr std::string_view kUncounted = "line.";
[[nodiscard]] inline bool is_counted(const PurchaseLine& line) {
  return !std::string_view(line.product_id).starts_with(kUncounted);
}
// Of a choice that nobody made in time: no person's deed has a dot.
inline constexpr std::string_view kRefundDeed = "order.refund.";
[[nodiscard]] inline bool is_by_itself(const PurchaseChoice& choice) {
  return std::string_view(choice.id).starts_with(kRefundDeed);
}
[[nodiscard]] inline bool is_purchase(const Purchase& purchase) { return purchase.order_id != 0; }

}  // namespace tsunagi
