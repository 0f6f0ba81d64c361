#include "server/shopify/order_reply.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/base/iso_time.h"
#include "server/shopify/json_fields.h"
#include "server/shopify/orders.h"
#include "server/shopify/reply.h"

namespace tsunagi::shopify {
namespace {

using OrderJson = nlohmann::json;

constexpr size_t kParcelsMost = 50;  // of an order; one more is asked for
constexpr size_t kRefundsMost = 50;  // likewise

// nullptr: not a list.
const OrderJson* node_list(const OrderJson& object, std::string_view name) {
  const OrderJson* found = object_at(object, name);
  const OrderJson* nodes = found == nullptr ? nullptr : field(*found, "nodes");
  return nodes != nullptr && nodes->is_array() ? nodes : nullptr;
}

struct PageEnd {
  bool more = false;
  std::string end;
};
Result<PageEnd> page_end(const OrderJson& connection) {
  const OrderJson* info = object_at(connection, "pageInfo");
  const OrderJson* more = info == nullptr ? nullptr : field(*info, "hasNextPage");
  if (more == nullptr || !more->is_boolean()) return nonsense("pageInfo.hasNextPage is missing");
  return PageEnd{.more = more->get<bool>(), .end = text_at(*info, "endCursor")};
}

// A status that is none of these is one that a later version brought: nothing is done with it.
WorkState state_of(std::string_view status) {
  if (status == "OPEN") return WorkState::kOpen;
  if (status == "ON_HOLD") return WorkState::kOnHold;
  if (status == "IN_PROGRESS") return WorkState::kBegun;
  if (status == "CLOSED" || status == "CANCELLED") return WorkState::kOver;
  return WorkState::kLater;
}

// Paid for, or promised by whoever pays (AUTHORIZED is captured by the merchant).
bool is_paid(std::string_view status) {
  return status == "PAID" || status == "AUTHORIZED" || status == "PARTIALLY_REFUNDED";
}

int64_t location_in(const OrderJson& object) {
  const OrderJson* location = object_at(object, "location");
  return location == nullptr ? 0 : parse_gid(text_at(*location, "id"), "Location").value_or(0);
}

Result<OrderWork> read_work(const OrderJson& node) {
  const auto id = parse_gid(text_at(node, "id"), "FulfillmentOrder");
  if (!id) return nonsense("fulfillmentOrders.id is none");
  OrderWork work{.id = *id, .state = state_of(text_at(node, "status")), .lines = {}};
  if (const OrderJson* method = object_at(node, "deliveryMethod")) {
    work.by_carrier = text_at(*method, "methodType") == "SHIPPING";
    work.fetched = text_at(*method, "methodType") == "PICK_UP";
  }
  const OrderJson* assigned = object_at(node, "assignedLocation");
  if (assigned != nullptr) work.location_id = location_in(*assigned);
  return work;
}

// One more than `most` was asked for.
Result<const OrderJson*> bounded_list(const OrderJson& from, const std::string& name, size_t most) {
  const OrderJson* list = field(from, name);
  if (list == nullptr || !list->is_array()) return nonsense(name + " is not a list");
  if (list->size() <= most) return list;
  return Error{ErrorCode::kInvalid,
               "Shopify: the order has more than " + std::to_string(most) + " " + name};
}

Result<Done> read_parcels(const OrderJson& from, ShopOrder& order) {
  const auto list = bounded_list(from, "fulfillments", kParcelsMost);
  if (!list) return list.error();
  for (const OrderJson& node : **list) {
    const auto id = parse_gid(text_at(node, "id"), "Fulfillment");
    if (!id) return nonsense("fulfillments.id is none");
    const std::string status = text_at(node, "status");
    if (status == "CANCELLED") order.cancelled_parcels.push_back(*id);
    if (status != "SUCCESS") continue;  // or it failed
    const auto sent_at = parse_iso_time(text_at(node, "createdAt"));
    if (!sent_at) return nonsense("fulfillments.createdAt is none");
    SentParcel parcel{
        .id = *id, .location_id = location_in(node), .sent_at = *sent_at, .numbers = {}};
    const OrderJson* tracking = field(node, "trackingInfo");
    if (tracking != nullptr && tracking->is_array()) {
      for (const OrderJson& one : *tracking) parcel.numbers.push_back(text_at(one, "number"));
    }
    order.parcels.push_back(std::move(parcel));
  }
  return Done{};
}

Result<Done> read_refunds(const OrderJson& from, ShopOrder& order) {
  const auto list = bounded_list(from, "refunds", kRefundsMost);
  if (!list) return list.error();
  for (const OrderJson& node : **list) {
    const auto id = parse_gid(text_at(node, "id"), "Refund");
    if (!id) return nonsense("refunds.id is none");
    // Shopify may leave it out: then nobody knows whether it is to be counted.
    const auto at = parse_iso_time(text_at(node, "createdAt"));
    if (at) order.refunds.push_back({.id = *id, .at = *at, .why = text_at(node, "note")});
  }
  return Done{};
}

Result<ShopOrder> read_order(const OrderJson& found) {
  const auto id = parse_gid(text_at(found, "id"), "Order");
  if (!id) return nonsense("order.id is none");
  ShopOrder order{.id = *id,
                  .name = text_at(found, "name"),
                  .paid = is_paid(text_at(found, "displayFinancialStatus")),
                  .cancelled = !text_at(found, "cancelledAt").empty(),
                  .ship_to = std::nullopt,
                  .works = {},
                  .parcels = {},
                  .cancelled_parcels = {},
                  .refunds = {}};
  if (const OrderJson* customer = object_at(found, "customer")) {
    order.customer_id = parse_gid(text_at(*customer, "id"), "Customer").value_or(0);
  }
  const std::string locale = text_at(found, "customerLocale");
  if (!locale.empty() && !locale.starts_with("ja")) order.language = "en";
  if (const OrderJson* address = object_at(found, "shippingAddress")) {
    const bool japan = text_at(*address, "countryCodeV2") == "JP";
    if (japan) order.ship_to = Prefecture::parse(text_at(*address, "provinceCode"));
  }
  const OrderJson* works = node_list(found, "fulfillmentOrders");
  if (works == nullptr) return nonsense("fulfillmentOrders is not a list");
  const auto page = page_end(found.at("fulfillmentOrders"));
  if (!page) return page.error();
  if (page->more) {
    return Error{ErrorCode::kInvalid, "Shopify: the order has more than 50 fulfilment orders"};
  }
  for (const OrderJson& node : *works) {
    auto work = read_work(node);
    if (!work) return work.error();
    order.works.push_back(std::move(work).value());
  }
  if (auto parcels = read_parcels(found, order); !parcels) return parcels.error();
  if (auto refunds = read_refunds(found, order); !refunds) return refunds.error();
  return order;
}

// A destination names the province in Latin letters; labels in Japan want it as it is written
// there.
std::string prefecture_name(const OrderJson& work) {
  const OrderJson* order = object_at(work, "order");
  const OrderJson* address = order == nullptr ? nullptr : object_at(*order, "shippingAddress");
  const auto prefecture =
      address == nullptr ? std::nullopt : Prefecture::parse(text_at(*address, "provinceCode"));
  return prefecture ? std::string(prefecture->name()) : std::string();
}

Result<OrderWork::Line> read_work_line(const OrderJson& node) {
  const auto id = parse_gid(text_at(node, "id"), "FulfillmentOrderLineItem");
  const OrderJson* item = object_at(node, "lineItem");
  const auto order_line =
      item == nullptr ? std::nullopt : parse_gid(text_at(*item, "id"), "LineItem");
  const OrderJson* remaining = field(node, "remainingQuantity");
  if (!id || !order_line) return nonsense("lineItems.id is none");
  if (remaining == nullptr || !remaining->is_number_unsigned()) {
    return nonsense("lineItems.remainingQuantity is no figure");
  }
  OrderWork::Line line{.id = *id,
                       .order_line = *order_line,
                       .barcode = {},
                       .sku = text_at(node, "sku"),
                       .title = text_at(node, "productTitle"),
                       .remaining = remaining->get<int64_t>()};
  const std::string variant = text_at(node, "variantTitle");
  if (!variant.empty()) line.title += " " + variant;
  if (const OrderJson* found = object_at(node, "variant")) {
    line.barcode = text_at(*found, "barcode");
  }
  return line;
}

Result<SentLine> read_sent_line(const OrderJson& node) {
  const OrderJson* item = object_at(node, "lineItem");
  const auto order_line =
      item == nullptr ? std::nullopt : parse_gid(text_at(*item, "id"), "LineItem");
  const OrderJson* quantity = field(node, "quantity");
  if (!order_line) return nonsense("lineItem.id is none");
  if (quantity == nullptr || !quantity->is_number_unsigned()) {
    return nonsense("quantity of a line is no figure");
  }
  SentLine line{.order_line = *order_line, .quantity = quantity->get<int64_t>()};
  if (const OrderJson* variant = object_at(*item, "variant")) {
    line.variant_id = parse_gid(text_at(*variant, "id"), "ProductVariant").value_or(0);
  }
  return line;
}

// Goods that were sent and are for sale again: of what was not sent, CANCEL says so
// (shopify.dev, RefundLineItemRestockType).
Result<RefundLine> read_refund_line(const OrderJson& node) {
  const auto id = parse_gid(text_at(node, "id"), "RefundLineItem");
  if (!id) return nonsense("refundLineItems.id is none");
  auto what = read_sent_line(node);
  if (!what) return what.error();
  const OrderJson* restocked = field(node, "restocked");
  const int64_t location = location_in(node);
  const bool is_back = restocked != nullptr && restocked->is_boolean() && restocked->get<bool>();
  return RefundLine{
      .returned = is_back && location != 0 && text_at(node, "restockType") == "RETURN",
      .what = {.id = *id, .location_id = location, .what = *what}};
}

// Of "1200", "1200.0" and "1200.00"; none: it is no amount, or not whole.
std::optional<int64_t> whole_yen(std::string_view text) {
  int64_t yen = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), yen);
  if (error != std::errc() || yen < 0) return std::nullopt;
  std::string_view rest = text.substr(static_cast<size_t>(end - text.data()));
  if (rest.starts_with('.')) rest.remove_prefix(1);
  return rest.find_first_not_of('0') == std::string_view::npos ? std::optional(yen) : std::nullopt;
}

// A page of the lines of data.OBJECT.CONNECTION; none where the object is gone.
template <class Page, class Line>
Result<Page> read_lines_page(std::string_view body, std::string_view object,
                             std::string_view connection, Result<Line> (*read)(const OrderJson&)) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const OrderJson* found = field(*data, object);
  if (found == nullptr) return nonsense(std::string(object) + " is missing");
  if (found->is_null()) return Page{};
  const OrderJson* nodes = node_list(*found, connection);
  if (nodes == nullptr) return nonsense(std::string(connection) + " is not a list");
  auto end = page_end(found->at(connection));
  if (!end) return end.error();
  Page page{.lines = {}, .more = end->more, .end = std::move(end->end)};
  for (const OrderJson& node : *nodes) {
    auto line = read(node);
    if (!line) return line.error();
    page.lines.push_back(std::move(line).value());
  }
  if (page.more && (page.end.empty() || page.lines.empty())) {
    return nonsense("pageInfo.endCursor is missing");
  }
  return page;
}

// order: the field that names it.
Result<ChangedOrdersPage> read_changed_page(std::string_view body, std::string_view connection,
                                            std::string_view order) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const OrderJson* nodes = node_list(*data, connection);
  if (nodes == nullptr) return nonsense(std::string(connection) + " is not a list");
  auto end = page_end(data->at(connection));
  if (!end) return end.error();
  ChangedOrdersPage page{.orders = {}, .more = end->more, .end = std::move(end->end)};
  for (const OrderJson& node : *nodes) {
    const auto id = parse_gid(text_at(node, order), "Order");
    const auto changed_at = parse_iso_time(text_at(node, "updatedAt"));
    if (!id || !changed_at) return nonsense(std::string(connection) + " has no order or no time");
    const OrderJson* refunds = field(node, "refunds");
    page.orders.push_back({.order_id = *id,
                           .changed_at = *changed_at,
                           .meant = refunds == nullptr || !refunds->empty()});
  }
  if (page.more && (page.end.empty() || page.orders.empty())) {
    return nonsense("pageInfo.endCursor is missing");
  }
  return page;
}

}  // namespace

Result<std::optional<ShopOrder>> parse_order_to_ship(std::string_view body) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const OrderJson* found = field(*data, "order");
  if (found == nullptr) return nonsense("order is missing");
  if (found->is_null()) return std::optional<ShopOrder>();
  auto order = read_order(*found);
  if (!order) return order.error();
  return std::optional(std::move(order).value());
}

Result<WorkLinesPage> parse_work_lines(std::string_view body) {
  auto page = read_lines_page<WorkLinesPage>(body, "fulfillmentOrder", "lineItems", read_work_line);
  if (!page) return page;
  const auto data = data_of(body);
  if (!data) return data.error();
  const OrderJson* work = object_at(*data, "fulfillmentOrder");
  const OrderJson* holds = work == nullptr ? nullptr : field(*work, "fulfillmentHolds");
  if (holds == nullptr || !holds->is_array()) return page;
  for (const OrderJson& hold : *holds) {
    const OrderJson* by_us = field(hold, "heldByRequestingApp");
    const bool ours = by_us != nullptr && by_us->is_boolean() && by_us->get<bool>();
    if (!ours || text_at(hold, "handle") != kHoldHandle) {
      page->others_hold = true;
      continue;
    }
    page->own_hold = parse_gid(text_at(hold, "id"), "FulfillmentHold").value_or(0);
  }
  return page;
}

Result<SuggestedRefund> parse_suggested_refund(std::string_view body) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const OrderJson* order = object_at(*data, "order");
  const OrderJson* refund = order == nullptr ? nullptr : object_at(*order, "suggestedRefund");
  const OrderJson* list = refund == nullptr ? nullptr : field(*refund, "suggestedTransactions");
  if (list == nullptr || !list->is_array()) {
    return nonsense("suggestedRefund.suggestedTransactions is not a list");
  }
  SuggestedRefund suggested;
  const OrderJson* made = field(*order, "refunds");
  if (made == nullptr || !made->is_array()) return nonsense("order.refunds is not a list");
  for (const OrderJson& each : *made) {
    if (auto note = text_at(each, "note"); !note.empty()) {
      suggested.notes.push_back(std::move(note));
    }
  }
  for (const OrderJson& node : *list) {
    const OrderJson* amount = object_at(node, "amountSet");
    const OrderJson* shop = amount == nullptr ? nullptr : object_at(*amount, "shopMoney");
    const OrderJson* shown = amount == nullptr ? nullptr : object_at(*amount, "presentmentMoney");
    const OrderJson* parent = object_at(node, "parentTransaction");
    const OrderJson* by_hand = parent == nullptr ? nullptr : field(*parent, "manualPaymentGateway");
    if (shop == nullptr || shown == nullptr || by_hand == nullptr || !by_hand->is_boolean()) {
      return nonsense("suggestedTransactions has no amount or no payment");
    }
    const auto yen = whole_yen(text_at(*shop, "amount"));
    if (text_at(*shop, "currencyCode") != "JPY" || text_at(*shown, "currencyCode") != "JPY" ||
        !yen) {
      return Error{ErrorCode::kConflict, "Shopify: the order is not in whole yen"};
    }
    if (*yen == 0) continue;
    suggested.payments.push_back({.parent = text_at(*parent, "id"),
                                  .gateway = text_at(node, "gateway"),
                                  .amount_yen = *yen,
                                  .by_hand = by_hand->get<bool>()});
  }
  return suggested;
}

Result<LinesPage<SentLine>> parse_parcel_lines(std::string_view body) {
  return read_lines_page<LinesPage<SentLine>>(body, "fulfillment", "fulfillmentLineItems",
                                              read_sent_line);
}

Result<LinesPage<RefundLine>> parse_refund_lines(std::string_view body) {
  return read_lines_page<LinesPage<RefundLine>>(body, "refund", "refundLineItems",
                                                read_refund_line);
}

Result<std::optional<int64_t>> parse_work_order(std::string_view body) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const OrderJson* work = object_at(*data, "fulfillmentOrder");
  if (work == nullptr) return std::optional<int64_t>();
  auto order = parse_gid(text_at(*work, "orderId"), "Order");
  if (!order) return nonsense("fulfillmentOrder.orderId is none");
  return order;
}

Result<std::optional<ShipTo>> parse_destination(std::string_view body) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const OrderJson* work = object_at(*data, "fulfillmentOrder");
  const OrderJson* to = work == nullptr ? nullptr : object_at(*work, "destination");
  if (to == nullptr) return std::optional<ShipTo>();
  const bool japan = text_at(*to, "countryCode") == "JP";
  return std::optional(ShipTo{.last_name = text_at(*to, "lastName"),
                              .first_name = text_at(*to, "firstName"),
                              .company = text_at(*to, "company"),
                              .post_code = text_at(*to, "zip"),
                              .province = japan ? prefecture_name(*work) : text_at(*to, "province"),
                              .city = text_at(*to, "city"),
                              .line1 = text_at(*to, "address1"),
                              .line2 = text_at(*to, "address2"),
                              .phone = text_at(*to, "phone"),
                              .country = text_at(*to, "countryCode")});
}

Result<ChangedOrdersPage> parse_changed_works(std::string_view body) {
  return read_changed_page(body, "fulfillmentOrders", "orderId");
}

Result<ChangedOrdersPage> parse_refunded_orders(std::string_view body) {
  return read_changed_page(body, "orders", "id");
}

Result<int64_t> parse_made(std::string_view body, std::string_view mutation,
                           std::string_view object, std::string_view type) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const OrderJson* payload = object_at(*data, mutation);
  const OrderJson* made = payload == nullptr ? nullptr : object_at(*payload, object);
  const auto id = made == nullptr ? std::nullopt : parse_gid(text_at(*made, "id"), type);
  if (!id) return nonsense(std::string(mutation) + " made nothing");
  return *id;
}

}  // namespace tsunagi::shopify
