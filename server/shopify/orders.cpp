#include "server/shopify/orders.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/base/iso_time.h"
#include "server/shopify/order_reply.h"
#include "server/shopify/wire.h"

namespace tsunagi {
namespace {

using Caller = ShopifyClient::Caller;
using OrderVariables = nlohmann::json;

constexpr std::string_view kNothingToPrepare = "NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER";

std::string work_gid(int64_t id) { return shopify::make_gid("FulfillmentOrder", id); }

OrderVariables parts_json(const std::vector<WorkPart>& parts) {
  OrderVariables list = OrderVariables::array();
  for (const WorkPart& part : parts) {
    list.push_back({{"id", shopify::make_gid("FulfillmentOrderLineItem", part.line)},
                    {"quantity", part.quantity}});
  }
  return list;
}

OrderVariables work_json(const WorkParts& work) {
  return {{"fulfillmentOrderId", work_gid(work.work_id)},
          {"fulfillmentOrderLineItems", parts_json(work.parts)}};
}

// Names for which Shopify makes the link to the carrier's page by itself (shopify.dev,
// FulfillmentTrackingInput.company, "supported tracking companies").
std::string_view company_of(Carrier carrier) {
  switch (carrier) {
    case Carrier::kYamato:
      return "Yamato (JA)";
    case Carrier::kSagawa:
      return "Sagawa (JA)";
    case Carrier::kJapanPost:
      return "Japan Post (JA)";
    case Carrier::kOther:
      return "Other";
  }
  return "Other";
}

std::string changed_in(Seconds from, Seconds to) {
  return "updated_at:>='" + format_iso_time(from) + "' AND updated_at:<='" + format_iso_time(to) +
         "'";
}

struct ChangesAsked {
  const shopify::Operation& operation;
  OrderVariables variables;
  Result<shopify::ChangedOrdersPage> (*parse)(std::string_view body);
  Seconds from = 0, to = 0;
};
Result<ShopOrders::Changed> read_changed(shopify::Wire& wire, const Tenant& tenant,
                                         ChangesAsked asked) {
  ShopOrders::Changed changed{.orders = {}, .until = asked.to};
  for (int page = 1; page <= kChangedOrderPagesMost; ++page) {
    const auto body = wire.call(tenant, asked.operation, asked.variables, Caller::kBackground);
    if (!body) return body.error();
    const auto read = asked.parse(*body);
    if (!read) return read.error();
    for (const auto& order : read->orders) {
      if (order.meant) changed.orders.push_back(order.order_id);
    }
    if (!read->more) break;
    // The next reading goes on from here; more of the last one's second may be on the next page.
    const Seconds until = read->orders.back().changed_at - 1;
    const bool gets_on = until > asked.from + kOrderOverlapSeconds;
    if ((page >= kChangedOrderPages && gets_on) || page == kChangedOrderPagesMost) {
      changed.until = until;
      break;
    }
    asked.variables["after"] = read->end;
  }
  std::ranges::sort(changed.orders);
  changed.orders.erase(std::ranges::unique(changed.orders).begin(), changed.orders.end());
  return changed;
}

struct LinesAsked {
  const shopify::Operation& operation;
  std::string gid;
  int pages = 0;
};
template <class Line>
Result<std::vector<Line>> all_lines(
    shopify::Wire& wire, const Tenant& tenant, const LinesAsked& asked,
    Result<shopify::LinesPage<Line>> (*parse)(std::string_view body)) {
  OrderVariables variables = {{"id", asked.gid}};
  std::vector<Line> lines;
  for (int page = 0; page < asked.pages; ++page) {
    const auto body = wire.call(tenant, asked.operation, variables, Caller::kWorker);
    if (!body) return body.error();
    auto read = parse(*body);
    if (!read) return read.error();
    std::ranges::move(read->lines, std::back_inserter(lines));
    if (!read->more) return lines;
    variables["after"] = read->end;
  }
  return Error{ErrorCode::kInvalid, "Shopify: " + asked.gid + " has too many lines"};
}

}  // namespace

ShopifyOrders::ShopifyOrders(const ShopifyClient& client) : wire_(client.wire()) {}

Result<Done> ShopifyOrders::read_lines(const Tenant& tenant, OrderWork& work) {
  OrderVariables variables = {{"id", work_gid(work.id)}};
  for (int page = 0; page < kWorkLinePages; ++page) {
    const auto body = wire_->call(tenant, shopify::kWorkLines, variables, Caller::kWorker);
    if (!body) return body.error();
    auto read = shopify::parse_work_lines(*body);
    if (!read) return read.error();
    std::ranges::move(read->lines, std::back_inserter(work.lines));
    work.own_hold = read->own_hold;
    work.others_hold = read->others_hold;
    if (!read->more) return Done{};
    variables["after"] = read->end;
  }
  return Error{ErrorCode::kInvalid, "Shopify: a fulfilment order has more than 500 lines"};
}

Result<std::optional<ShopOrder>> ShopifyOrders::order(const Tenant& tenant, int64_t order_id) {
  const auto body = wire_->call(
      tenant, shopify::kOrderToShip,
      OrderVariables::object({{"id", shopify::make_gid("Order", order_id)}}), Caller::kWorker);
  if (!body) return body.error();
  auto order = shopify::parse_order_to_ship(*body);
  if (!order || !order->has_value()) return order;
  for (OrderWork& work : (*order)->works) {
    if (work.state == WorkState::kOver) continue;
    if (auto lines = read_lines(tenant, work); !lines) return lines.error();
  }
  return order;
}

Result<std::optional<int64_t>> ShopifyOrders::order_of_work(const Tenant& tenant, int64_t work_id) {
  const auto body =
      wire_->call(tenant, shopify::kWorkOrder, OrderVariables::object({{"id", work_gid(work_id)}}),
                  Caller::kWorker);
  if (!body) return body.error();
  return shopify::parse_work_order(*body);
}

Result<ShopOrders::Changed> ShopifyOrders::orders_changed(const Tenant& tenant, Seconds from,
                                                          Seconds to) {
  std::string query = "updated_at:<='" + format_iso_time(to) + "'";
  if (from > 0) query = changed_in(from, to);
  return read_changed(*wire_, tenant,
                      {.operation = shopify::kWorksChanged,
                       .variables = {{"query", query}, {"closed", from > 0}},
                       .parse = shopify::parse_changed_works,
                       .from = from,
                       .to = to});
}

Result<ShopOrders::Changed> ShopifyOrders::orders_refunded(const Tenant& tenant, Seconds from,
                                                           Seconds to) {
  return read_changed(*wire_, tenant,
                      {.operation = shopify::kOrdersRefunded,
                       .variables = {{"query", changed_in(from, to)}},
                       .parse = shopify::parse_refunded_orders,
                       .from = from,
                       .to = to});
}

Result<std::vector<SentLine>> ShopifyOrders::parcel_lines(const Tenant& tenant, int64_t parcel_id) {
  const LinesAsked asked{.operation = shopify::kParcelLines,
                         .gid = shopify::make_gid("Fulfillment", parcel_id),
                         .pages = kWorkLinePages};
  return all_lines<SentLine>(*wire_, tenant, asked, shopify::parse_parcel_lines);
}

Result<std::vector<ReturnedLine>> ShopifyOrders::returned_lines(const Tenant& tenant,
                                                                int64_t refund_id) {
  const LinesAsked asked{.operation = shopify::kRefundLines,
                         .gid = shopify::make_gid("Refund", refund_id),
                         .pages = kRefundLinePages};
  auto lines = all_lines<shopify::RefundLine>(*wire_, tenant, asked, shopify::parse_refund_lines);
  if (!lines.ok()) return lines.error();
  std::vector<ReturnedLine> returned;
  for (shopify::RefundLine& line : *lines) {
    if (line.returned) returned.push_back(line.what);
  }
  return returned;
}

Result<std::optional<ShipTo>> ShopifyOrders::ship_to(const Tenant& tenant, int64_t work_id) {
  const auto body =
      wire_->call(tenant, shopify::kWorkDestination,
                  OrderVariables::object({{"id", work_gid(work_id)}}), Caller::kMerchant);
  if (!body) return body.error();
  return shopify::parse_destination(*body);
}

Result<int64_t> ShopifyOrders::move(const Tenant& tenant, const Move& move) {
  const auto body = wire_->once(
      tenant, shopify::kFulfillmentOrderMove, "fulfillmentOrderMove",
      OrderVariables::object({{"id", work_gid(move.work_id)},
                              {"location", shopify::make_gid("Location", move.location_id)},
                              {"lines", parts_json(move.parts)}}),
      Caller::kWorker);
  if (!body) return body.error();
  return shopify::parse_made(*body, "fulfillmentOrderMove", "movedFulfillmentOrder",
                             "FulfillmentOrder");
}

Result<int64_t> ShopifyOrders::send(const Tenant& tenant, const Parcel& parcel) {
  const OrderVariables lines = work_json({parcel.work_id, parcel.parts});
  const OrderVariables tracking = {{"company", company_of(parcel.carrier)},
                                   {"number", parcel.number}};
  const OrderVariables fulfillment = {
      {"lineItemsByFulfillmentOrder", OrderVariables::array({lines})},
      {"notifyCustomer", true},
      {"trackingInfo", tracking}};
  const auto body =
      wire_->once(tenant, shopify::kFulfillmentCreate, "fulfillmentCreate",
                  OrderVariables::object({{"fulfillment", fulfillment}}), Caller::kWorker);
  if (!body) return body.error();
  return shopify::parse_made(*body, "fulfillmentCreate", "fulfillment", "Fulfillment");
}

// A second time there is nothing to prepare: then Shopify has told the customer before.
Result<Done> ShopifyOrders::prepared(const Tenant& tenant, int64_t work_id) {
  const OrderVariables work = {{"fulfillmentOrderId", work_gid(work_id)}};
  const OrderVariables input = {{"lineItemsByFulfillmentOrder", OrderVariables::array({work})}};
  const auto errors = wire_->mutate(tenant, shopify::kFulfillmentOrderPrepared,
                                    "fulfillmentOrderLineItemsPreparedForPickup",
                                    OrderVariables::object({{"input", input}}), Caller::kWorker);
  if (!errors.ok()) return errors.error();
  for (const shopify::UserError& error : *errors) {
    if (error.code == kNothingToPrepare) continue;
    return Error{ErrorCode::kConflict,
                 shopify::user_error(shopify::kFulfillmentOrderPrepared, *errors).message};
  }
  return Done{};
}

Result<int64_t> ShopifyOrders::handed_over(const Tenant& tenant,
                                           const std::vector<WorkParts>& works) {
  OrderVariables lines = OrderVariables::array();
  for (const WorkParts& work : works) lines.push_back(work_json(work));
  const OrderVariables fulfillment = {{"lineItemsByFulfillmentOrder", lines},
                                      {"notifyCustomer", false}};
  const auto body =
      wire_->once(tenant, shopify::kFulfillmentCreate, "fulfillmentCreate",
                  OrderVariables::object({{"fulfillment", fulfillment}}), Caller::kWorker);
  if (!body) return body.error();
  return shopify::parse_made(*body, "fulfillmentCreate", "fulfillment", "Fulfillment");
}

Result<Done> ShopifyOrders::put_off(const Tenant& tenant, const Undecided& undecided) {
  OrderVariables hold = {{"reason", "OTHER"},
                         {"reasonNotes", undecided.why},
                         {"handle", kHoldHandle},
                         {"notifyMerchant", true}};
  const auto& parts = undecided.work.parts;
  if (!parts.empty()) hold["fulfillmentOrderLineItems"] = parts_json(parts);
  const auto body = wire_->once(
      tenant, shopify::kFulfillmentOrderHold, "fulfillmentOrderHold",
      OrderVariables::object({{"id", work_gid(undecided.work.work_id)}, {"hold", hold}}),
      Caller::kWorker);
  if (!body) return body.error();
  return Done{};
}

Result<Done> ShopifyOrders::release(const Tenant& tenant, const Held& held) {
  const auto body = wire_->once(
      tenant, shopify::kFulfillmentOrderReleaseHold, "fulfillmentOrderReleaseHold",
      OrderVariables::object(
          {{"id", work_gid(held.work_id)},
           {"holds", OrderVariables::array({shopify::make_gid("FulfillmentHold", held.hold_id)})}}),
      Caller::kWorker);
  if (!body) return body.error();
  return Done{};
}

Result<Done> ShopifyOrders::refund(const Tenant& tenant, const Refund& refund) {
  const std::string order = shopify::make_gid("Order", refund.order_id);
  OrderVariables lines = OrderVariables::array();
  for (const Refund::Line& line : refund.lines) {
    lines.push_back({{"lineItemId", shopify::make_gid("LineItem", line.order_line)},
                     {"quantity", line.quantity},
                     {"restockType", "CANCEL"},
                     {"locationId", shopify::make_gid("Location", line.location_id)}});
  }
  const auto suggested =
      wire_->call(tenant, shopify::kRefundSuggested,
                  OrderVariables::object({{"id", order}, {"lines", lines}}), Caller::kWorker);
  if (!suggested) return suggested.error();
  const auto reckoned = shopify::parse_suggested_refund(*suggested);
  if (!reckoned) return reckoned.error();
  // Its answer was lost, or the work does not show it yet: nothing of it is left to be suggested.
  if (std::ranges::find(reckoned->notes, refund.why) != reckoned->notes.end()) return Done{};
  const auto& payments = reckoned->payments;
  if (std::ranges::any_of(payments, &shopify::SuggestedPayment::by_hand)) {
    return Error{ErrorCode::kConflict,
                 "Shopify: it was paid by hand, and only a person pays it back"};
  }
  if (refund.only_money && payments.empty()) {
    return Error{ErrorCode::kConflict, "Shopify: there is no money to give back for these lines"};
  }
  OrderVariables transactions = OrderVariables::array();
  for (const shopify::SuggestedPayment& payment : payments) {
    transactions.push_back({{"orderId", order},
                            {"parentId", payment.parent},
                            {"gateway", payment.gateway},
                            {"kind", "REFUND"},
                            {"amount", std::to_string(payment.amount_yen)}});
  }
  const OrderVariables input = {{"orderId", order},
                                {"note", refund.why},
                                {"notify", true},
                                {"refundLineItems", std::move(lines)},
                                {"transactions", std::move(transactions)}};
  const auto body =
      wire_->once(tenant, shopify::kRefundCreate, "refundCreate",
                  OrderVariables::object({{"input", input}, {"key", refund.key}}), Caller::kWorker);
  if (!body) return body.error();
  return Done{};
}

}  // namespace tsunagi
