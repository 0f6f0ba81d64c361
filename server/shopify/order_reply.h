#pragma once
// Replies about orders and what is to be sent of them as the domain's values; like reply.h.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/fulfilment/shop_orders.h"
#include "server/domain/ports.h"
#include "wasm/core/result.h"

namespace tsunagi::shopify {

// Without the lines of its works. None: there is no such order. kInvalid: it has more works than
// one reply holds.
Result<std::optional<ShopOrder>> parse_order_to_ship(std::string_view body);

struct WorkLinesPage {
  std::vector<OrderWork::Line> lines;
  bool more = false;
  std::string end;
  int64_t own_hold = 0;
  bool others_hold = false;
};
// No lines: the work is gone.
Result<WorkLinesPage> parse_work_lines(std::string_view body);

template <class Line>
struct LinesPage {
  std::vector<Line> lines;
  bool more = false;
  std::string end;
};
// No lines: the fulfilment is gone.
Result<LinesPage<SentLine>> parse_parcel_lines(std::string_view body);
struct RefundLine {
  bool returned = false;  // else nothing came back, or nothing was sent
  ReturnedLine what;
};
// No lines: the refund is gone.
Result<LinesPage<RefundLine>> parse_refund_lines(std::string_view body);

Result<std::optional<int64_t>> parse_work_order(std::string_view body);
Result<std::optional<ShipTo>> parse_destination(std::string_view body);

struct ChangedOrdersPage {
  struct Order {
    int64_t order_id = 0;
    Seconds changed_at = 0;
    bool meant = true;  // it has what is looked for
  };
  std::vector<Order> orders;
  bool more = false;
  std::string end;
};
Result<ChangedOrdersPage> parse_changed_works(std::string_view body);
// Meant are those with refunds.
Result<ChangedOrdersPage> parse_refunded_orders(std::string_view body);

// Of a payment, what would go back. kConflict: it is not in yen.
struct SuggestedPayment {
  std::string parent;  // gid of the payment
  std::string gateway;
  int64_t amount_yen = 0;  // above 0
  // By bank transfer, cash and the like: Shopify books what is given back, and moves no money
  // (OrderTransaction.manualPaymentGateway).
  bool by_hand = false;
};
struct SuggestedRefund {
  std::vector<SuggestedPayment> payments;
  std::vector<std::string> notes;  // of the refunds that were made, where they have one
};
Result<SuggestedRefund> parse_suggested_refund(std::string_view body);

// data.MUTATION.OBJECT.id
Result<int64_t> parse_made(std::string_view body, std::string_view mutation,
                           std::string_view object, std::string_view type);

}  // namespace tsunagi::shopify
