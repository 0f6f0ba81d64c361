// Fulfilment orders before a scripted server: what is read of them, what is sent, and that nothing
// which cannot be looked up is sent twice.
#include "server/shopify/orders.h"

#include "server/shopify/order_reply.h"
#include "tests/server/shopify/client_world.h"

namespace tsunagi {
namespace {

class ShopifyOrdersTest : public ShopifyClientTest {
 protected:
  void SetUp() override { has_tokens("t1", "r1"); }
  static json work(int64_t id, const std::string& state, int64_t place) {
    return {{"id", "gid://shopify/FulfillmentOrder/" + std::to_string(id)},
            {"status", state},
            {"deliveryMethod", {{"methodType", "SHIPPING"}}},
            {"assignedLocation",
             {{"location", {{"id", "gid://shopify/Location/" + std::to_string(place)}}}}}};
  }
  static json order_of(json works, const json& more = json::object()) {
    json order = {{"id", "gid://shopify/Order/71"},
                  {"name", "#1001"},
                  {"cancelledAt", nullptr},
                  {"displayFinancialStatus", "PAID"},
                  {"shippingAddress", {{"countryCodeV2", "JP"}, {"provinceCode", "JP-27"}}},
                  {"fulfillmentOrders",
                   {{"nodes", std::move(works)}, {"pageInfo", {{"hasNextPage", false}}}}},
                  {"fulfillments",
                   {{{"id", "gid://shopify/Fulfillment/9"},
                     {"status", "SUCCESS"},
                     {"createdAt", "2026-09-21T14:13:20Z"},
                     {"location", {{"id", "gid://shopify/Location/3"}}},
                     {"trackingInfo", {{{"number", "4912"}}}}},
                    {{"id", "gid://shopify/Fulfillment/8"},
                     {"status", "CANCELLED"},
                     {"createdAt", "2026-09-21T14:13:10Z"},
                     {"location", nullptr},
                     {"trackingInfo", json::array()}}}},
                  {"refunds",
                   {{{"id", "gid://shopify/Refund/88"},
                     {"note", "陶器の割れ"},
                     {"createdAt", "2026-09-22T14:13:20Z"}}}}};
    order.update(more);
    return {{"data", {{"order", std::move(order)}}}};
  }
  static json lines_of(const std::vector<std::pair<int64_t, int64_t>>& lines,
                       const std::string& next) {
    json nodes = json::array();
    for (const auto& [id, remaining] : lines) {
      nodes.push_back(
          {{"id", "gid://shopify/FulfillmentOrderLineItem/" + std::to_string(id)},
           {"remainingQuantity", remaining},
           {"productTitle", "タオル"},
           {"variantTitle", "白"},
           {"sku", "S1"},
           {"lineItem", {{"id", "gid://shopify/LineItem/" + std::to_string(1'000 + id)}}},
           {"variant", {{"barcode", "4900000000017"}}}});
    }
    return {{"data",
             {{"fulfillmentOrder",
               {{"lineItems",
                 {{"nodes", std::move(nodes)},
                  {"pageInfo", {{"hasNextPage", !next.empty()}, {"endCursor", next}}}}}}}}}};
  }

  ShopifyOrders orders{*client};
};

TEST_F(ShopifyOrdersTest, AnOrderIsReadWithTheLinesOfWhatIsNotOver) {
  shopify.on(kGraphql,
             {ok(order_of({work(5, "OPEN", 3), work(6, "CLOSED", 4)}).dump()),
              ok(lines_of({{50, 2}}, "next").dump()), ok(lines_of({{51, 1}}, "").dump())});
  const auto read = orders.order(tenant, 71);
  ASSERT_TRUE(read) << read.error().message;
  const ShopOrder& order = **read;
  EXPECT_EQ("#1001", order.name);
  EXPECT_TRUE(order.paid);
  EXPECT_FALSE(order.cancelled);
  EXPECT_EQ(27, order.ship_to->code());
  ASSERT_EQ(1U, order.parcels.size());
  EXPECT_EQ(3, order.parcels[0].location_id);
  EXPECT_EQ(1'790'000'000, order.parcels[0].sent_at);
  EXPECT_EQ((std::vector<int64_t>{8}), order.cancelled_parcels);
  ASSERT_EQ(2U, order.works.size());
  EXPECT_EQ(WorkState::kOpen, order.works[0].state);
  EXPECT_EQ(3, order.works[0].location_id);
  EXPECT_TRUE(order.works[0].by_carrier);
  ASSERT_EQ(2U, order.works[0].lines.size());
  EXPECT_EQ(1'050, order.works[0].lines[0].order_line);
  EXPECT_EQ("4900000000017", order.works[0].lines[0].barcode);
  EXPECT_EQ("タオル 白", order.works[0].lines[0].title);
  EXPECT_TRUE(order.works[1].lines.empty());
  ASSERT_EQ(1U, order.parcels.size()) << "a cancelled one was never sent";
  EXPECT_EQ("4912", order.parcels[0].numbers[0]);
  EXPECT_EQ(3U, shopify.count(kGraphql));
  EXPECT_EQ("next", sent()["variables"]["after"]);
}

TEST_F(ShopifyOrdersTest, WhatAnOrderIsNotIsNone) {
  shopify.on(kGraphql,
             {ok(R"({"data":{"order":null}})"), ok(R"({"data":{"fulfillmentOrder":null}})")});
  EXPECT_FALSE(*orders.order(tenant, 71));
  EXPECT_FALSE(*orders.order_of_work(tenant, 5));
  EXPECT_FALSE(*orders.ship_to(tenant, 5));
}

TEST_F(ShopifyOrdersTest, EveryStateAndPaymentIsUnderstood) {
  const std::pair<const char*, WorkState> states[] = {
      {"OPEN", WorkState::kOpen},         {"ON_HOLD", WorkState::kOnHold},
      {"IN_PROGRESS", WorkState::kBegun}, {"CLOSED", WorkState::kOver},
      {"CANCELLED", WorkState::kOver},    {"SCHEDULED", WorkState::kLater},
      {"INCOMPLETE", WorkState::kLater}};
  for (const auto& [status, state] : states) {
    const auto read =
        shopify::parse_order_to_ship(order_of(json::array({work(5, status, 3)})).dump());
    ASSERT_TRUE(read) << status;
    EXPECT_EQ(state, (*read)->works[0].state) << status;
  }
  for (const auto& [status, paid] : {std::pair{"PAID", true},
                                     {"AUTHORIZED", true},
                                     {"PENDING", false},
                                     {"PARTIALLY_PAID", false},
                                     {"VOIDED", false},
                                     {"REFUNDED", false}}) {
    const auto read = shopify::parse_order_to_ship(
        order_of(json::array(), {{"displayFinancialStatus", status}}).dump());
    EXPECT_EQ(paid, (*read)->paid) << status;
  }
  const auto abroad = shopify::parse_order_to_ship(
      order_of(json::array(),
               {{"shippingAddress", {{"countryCodeV2", "US"}, {"provinceCode", "CA"}}}})
          .dump());
  EXPECT_FALSE((*abroad)->ship_to);
  const auto none =
      shopify::parse_order_to_ship(order_of(json::array(), {{"shippingAddress", nullptr}}).dump());
  EXPECT_FALSE((*none)->ship_to);
}

TEST_F(ShopifyOrdersTest, NonsenseIsNoOrder) {
  const json good = order_of(json::array({work(5, "OPEN", 3)}));
  for (const char* path :
       {"/data/order/id", "/data/order/fulfillmentOrders/nodes",
        "/data/order/fulfillmentOrders/pageInfo", "/data/order/fulfillments",
        "/data/order/fulfillmentOrders/nodes/0/id", "/data/order/fulfillments/0/id"}) {
    json bad = good;
    bad[json::json_pointer(path)] = 7;
    const auto read = shopify::parse_order_to_ship(bad.dump());
    ASSERT_FALSE(read) << path;
    EXPECT_EQ(ErrorCode::kUnavailable, read.error().code) << path;
  }
  json many = good;
  many["data"]["order"]["fulfillmentOrders"]["pageInfo"]["hasNextPage"] = true;
  EXPECT_EQ(ErrorCode::kInvalid, shopify::parse_order_to_ship(many.dump()).error().code);
  json sent_often = good;
  json& parcels = sent_often["data"]["order"]["fulfillments"];
  while (parcels.size() < 50) parcels.push_back(parcels[0]);
  EXPECT_TRUE(shopify::parse_order_to_ship(sent_often.dump()));
  parcels.push_back(parcels[0]);
  EXPECT_EQ(ErrorCode::kInvalid, shopify::parse_order_to_ship(sent_often.dump()).error().code);
  for (const char* body : {"", "[]", "{}", R"({"data":{}})"}) {
    EXPECT_FALSE(shopify::parse_order_to_ship(body)) << body;
    EXPECT_FALSE(shopify::parse_work_lines(body)) << body;
    EXPECT_FALSE(shopify::parse_changed_works(body)) << body;
    EXPECT_FALSE(shopify::parse_refunded_orders(body)) << body;
    EXPECT_FALSE(shopify::parse_refund_lines(body)) << body;
  }
}

TEST_F(ShopifyOrdersTest, OfARefundThatIsReadWhichGoodsAreBackOnWhichShelf) {
  const json answered = order_of(json::array());
  const auto order = shopify::parse_order_to_ship(answered.dump());
  ASSERT_TRUE(order) << order.error().message;
  ASSERT_EQ(1U, (*order)->refunds.size());
  EXPECT_EQ(88, (*order)->refunds[0].id);
  EXPECT_EQ(1'790'086'400, (*order)->refunds[0].at);
  const auto row = [](int64_t id, const char* type, bool restocked, const json& location) {
    return json{{"id", "gid://shopify/RefundLineItem/" + std::to_string(id)},
                {"quantity", 2},
                {"restockType", type},
                {"restocked", restocked},
                {"location", location},
                {"lineItem",
                 {{"id", "gid://shopify/LineItem/5"},
                  {"variant", {{"id", "gid://shopify/ProductVariant/31"}}}}}};
  };
  const auto page = [](const json& rows, const std::string& next) {
    const json lines = {{"nodes", rows},
                        {"pageInfo", {{"hasNextPage", !next.empty()}, {"endCursor", next}}}};
    return ok(json{{"data", {{"refund", {{"refundLineItems", lines}}}}}}.dump());
  };
  const json place = {{"id", "gid://shopify/Location/3"}};
  shopify.on(kGraphql, {page({row(1, "RETURN", true, place), row(2, "CANCEL", true, place)}, "c"),
                        page({row(3, "RETURN", true, nullptr), row(4, "RETURN", false, place),
                              row(5, "NO_RESTOCK", false, nullptr)},
                             "")});
  const auto lines = orders.returned_lines(tenant, 88);
  ASSERT_TRUE(lines) << lines.error().message;
  ASSERT_EQ(1U, lines->size());
  EXPECT_EQ(1, (*lines)[0].id);
  EXPECT_EQ(3, (*lines)[0].location_id);
  EXPECT_EQ(5, (*lines)[0].what.order_line);
  EXPECT_EQ(31, (*lines)[0].what.variant_id);
  EXPECT_EQ(2, (*lines)[0].what.quantity);
  EXPECT_EQ("gid://shopify/Refund/88",
            json::parse(shopify.seen(kGraphql).back().body)["variables"]["id"]);
  shopify.on(kGraphql, {ok(R"({"data":{"refund":null}})")});
  EXPECT_EQ(0U, orders.returned_lines(tenant, 88)->size());
  json often = answered;
  const json refund = often["data"]["order"]["refunds"][0];
  for (int more = 0; more < 50; ++more) often["data"]["order"]["refunds"].push_back(refund);
  EXPECT_EQ(ErrorCode::kInvalid, shopify::parse_order_to_ship(often.dump()).error().code);
}

TEST_F(ShopifyOrdersTest, OfOrdersThatChangedThoseWithRefundsAreMeant) {
  const auto row = [](int64_t id, const json& refunds) {
    return json{{"id", "gid://shopify/Order/" + std::to_string(id)},
                {"updatedAt", "2026-09-21T14:13:20Z"},
                {"refunds", refunds}};
  };
  const json refund = {{"id", "gid://shopify/Refund/88"}};
  const json page = {{"nodes", {row(71, json::array()), row(72, {refund})}},
                     {"pageInfo", {{"hasNextPage", false}, {"endCursor", "c"}}}};
  shopify.on(kGraphql, {ok(json{{"data", {{"orders", page}}}}.dump())});
  const auto refunded = orders.orders_refunded(tenant, 1'789'000'000, 1'790'000'000);
  ASSERT_TRUE(refunded) << refunded.error().message;
  EXPECT_EQ(std::vector<int64_t>{72}, refunded->orders);
  EXPECT_EQ(1'790'000'000, refunded->until);
  EXPECT_EQ("updated_at:>='2026-09-10T00:26:40Z' AND updated_at:<='2026-09-21T14:13:20Z'",
            sent()["variables"]["query"]);
}

TEST_F(ShopifyOrdersTest, WhatWasInAParcelIsReadPageByPage) {
  const auto page = [](int64_t line, const json& variant, const std::string& next) {
    const json node = {
        {"quantity", 2},
        {"lineItem",
         {{"id", "gid://shopify/LineItem/" + std::to_string(line)}, {"variant", variant}}}};
    const json lines = {{"nodes", {node}},
                        {"pageInfo", {{"hasNextPage", !next.empty()}, {"endCursor", next}}}};
    return ok(json{{"data", {{"fulfillment", {{"fulfillmentLineItems", lines}}}}}}.dump());
  };
  shopify.on(kGraphql,
             {page(5, {{"id", "gid://shopify/ProductVariant/31"}}, "next"), page(6, nullptr, "")});
  const auto lines = orders.parcel_lines(tenant, 9);
  ASSERT_TRUE(lines) << lines.error().message;
  ASSERT_EQ(2U, lines->size());
  EXPECT_EQ(5, (*lines)[0].order_line);
  EXPECT_EQ(31, (*lines)[0].variant_id);
  EXPECT_EQ(2, (*lines)[0].quantity);
  EXPECT_EQ(0, (*lines)[1].variant_id) << "the article is gone";
  EXPECT_EQ("gid://shopify/Fulfillment/9",
            json::parse(shopify.seen(kGraphql).back().body)["variables"]["id"]);
  shopify.on(kGraphql, {ok(R"({"data":{"fulfillment":null}})")});
  EXPECT_EQ(0U, orders.parcel_lines(tenant, 9)->size());
  shopify.on(kGraphql, {page(-5, nullptr, "")});
  EXPECT_FALSE(orders.parcel_lines(tenant, 9));
}

TEST_F(ShopifyOrdersTest, AMoveNamesTheLinesAndAnswersTheWorkThatHasThem) {
  shopify.on(kGraphql, {ok(R"({"data":{"fulfillmentOrderMove":{"movedFulfillmentOrder":
      {"id":"gid://shopify/FulfillmentOrder/6"},"userErrors":[]}}})")});
  const auto moved = orders.move(tenant, {.work_id = 5, .location_id = 3, .parts = {{50, 2}}});
  ASSERT_TRUE(moved) << moved.error().message;
  EXPECT_EQ(6, *moved);
  EXPECT_EQ(
      (json{{"id", "gid://shopify/FulfillmentOrder/5"},
            {"location", "gid://shopify/Location/3"},
            {"lines", {{{"id", "gid://shopify/FulfillmentOrderLineItem/50"}, {"quantity", 2}}}}}),
      sent()["variables"]);
}

TEST_F(ShopifyOrdersTest, AParcelTellsTheCustomerWithNumberAndCarrier) {
  shopify.on(kGraphql, {ok(R"({"data":{"fulfillmentCreate":{"fulfillment":
      {"id":"gid://shopify/Fulfillment/9"},"userErrors":[]}}})")});
  const auto made = orders.send(
      tenant, {.work_id = 5, .parts = {{50, 2}}, .carrier = Carrier::kYamato, .number = "4912"});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(9, *made);
  const json fulfillment = sent()["variables"]["fulfillment"];
  EXPECT_EQ(true, fulfillment["notifyCustomer"]);
  EXPECT_EQ((json{{"company", "Yamato (JA)"}, {"number", "4912"}}), fulfillment["trackingInfo"]);
}

TEST_F(ShopifyOrdersTest, WhatIsFetchedSaysWhoseItIsAndInWhichLanguage) {
  json fetched = work(5, "OPEN", 3);
  fetched["deliveryMethod"]["methodType"] = "PICK_UP";
  const auto read = shopify::parse_order_to_ship(
      order_of(json::array({fetched, work(6, "OPEN", 3)}),
               {{"customer", {{"id", "gid://shopify/Customer/7001"}}}, {"customerLocale", "en-AU"}})
          .dump());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(7001, (*read)->customer_id);
  EXPECT_EQ("en", (*read)->language);
  EXPECT_TRUE((*read)->works[0].fetched);
  EXPECT_FALSE((*read)->works[0].by_carrier);
  EXPECT_FALSE((*read)->works[1].fetched);
  const auto guest = shopify::parse_order_to_ship(
      order_of(json::array(), {{"customer", nullptr}, {"customerLocale", "ja-JP"}}).dump());
  EXPECT_EQ(0, (*guest)->customer_id);
  EXPECT_EQ("ja", (*guest)->language);
}

TEST_F(ShopifyOrdersTest, WhatIsReadyIsToldAndToldAgainIsDone) {
  const auto answer = [](json errors) {
    return ok(json{
        {"data",
         {{"fulfillmentOrderLineItemsPreparedForPickup", {{"userErrors", std::move(errors)}}}}}}
                  .dump());
  };
  const auto refusal = [](const char* code) {
    return json::array({{{"code", code}, {"field", {"input"}}, {"message", "no"}}});
  };
  shopify.on(kGraphql, {answer(json::array())});
  EXPECT_TRUE(orders.prepared(tenant, 5));
  EXPECT_EQ((json{{"lineItemsByFulfillmentOrder",
                   {{{"fulfillmentOrderId", "gid://shopify/FulfillmentOrder/5"}}}}}),
            sent()["variables"]["input"]);
  shopify.on(kGraphql, {answer(refusal("NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER"))});
  EXPECT_TRUE(orders.prepared(tenant, 5));
  shopify.on(kGraphql, {answer(refusal("FULFILLMENT_ORDER_INVALID"))});
  EXPECT_EQ(ErrorCode::kConflict, orders.prepared(tenant, 5).error().code);
}

TEST_F(ShopifyOrdersTest, WhatIsHandedOverIsNotedWithoutAMailOrANumber) {
  shopify.on(kGraphql, {ok(R"({"data":{"fulfillmentCreate":{"fulfillment":
      {"id":"gid://shopify/Fulfillment/9"},"userErrors":[]}}})")});
  const auto made = orders.handed_over(
      tenant, {{.work_id = 5, .parts = {{50, 2}}}, {.work_id = 6, .parts = {{60, 1}}}});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(9, *made);
  const json fulfillment = sent()["variables"]["fulfillment"];
  EXPECT_EQ(false, fulfillment["notifyCustomer"]);
  EXPECT_FALSE(fulfillment.contains("trackingInfo"));
  EXPECT_EQ(2U, fulfillment["lineItemsByFulfillmentOrder"].size());
}

TEST_F(ShopifyOrdersTest, AHoldIsOfAllOrOfLines) {
  const auto answer = ok(R"({"data":{"fulfillmentOrderHold":{"fulfillmentHold":
      {"id":"gid://shopify/FulfillmentHold/9"},"userErrors":[]}}})");
  shopify.on(kGraphql, {answer});
  EXPECT_TRUE(orders.put_off(tenant, {{.work_id = 5, .parts = {}}, "why"}));
  const json whole = sent()["variables"];
  EXPECT_EQ("gid://shopify/FulfillmentOrder/5", whole["id"]);
  EXPECT_EQ("why", whole["hold"]["reasonNotes"]);
  EXPECT_FALSE(whole["hold"].contains("fulfillmentOrderLineItems"));
  shopify.on(kGraphql, {answer});
  EXPECT_TRUE(orders.put_off(tenant, {{.work_id = 5, .parts = {{50, 2}}}, "why"}));
  EXPECT_EQ(1U, sent()["variables"]["hold"]["fulfillmentOrderLineItems"].size());
}

TEST_F(ShopifyOrdersTest, OnlyOurOwnHoldIsReadAndEnds) {
  const auto held = [](json holds) {
    return json{
        {"data",
         {{"fulfillmentOrder",
           {{"fulfillmentHolds", std::move(holds)},
            {"lineItems", {{"nodes", json::array()}, {"pageInfo", {{"hasNextPage", false}}}}}}}}}}
        .dump();
  };
  const auto hold = [](int id, const char* handle, bool ours) {
    return json{{"id", "gid://shopify/FulfillmentHold/" + std::to_string(id)},
                {"handle", handle},
                {"heldByRequestingApp", ours}};
  };
  EXPECT_EQ(9, shopify::parse_work_lines(held({hold(7, "", true), hold(8, "tsunagi-pickup", false),
                                               hold(9, "tsunagi-pickup", true)}))
                   ->own_hold);
  EXPECT_EQ(0, shopify::parse_work_lines(held({hold(7, "", true)}))->own_hold);
  EXPECT_TRUE(shopify::parse_work_lines(held({hold(9, "tsunagi-pickup", true), hold(7, "", true)}))
                  ->others_hold);
  EXPECT_FALSE(shopify::parse_work_lines(held({hold(9, "tsunagi-pickup", true)}))->others_hold);
  EXPECT_EQ(0, shopify::parse_work_lines(held(json::array()))->own_hold);

  const auto answer = [](json errors) {
    return ok(json{{"data", {{"fulfillmentOrderReleaseHold", {{"userErrors", std::move(errors)}}}}}}
                  .dump());
  };
  shopify.on(kGraphql, {answer(json::array())});
  EXPECT_TRUE(orders.release(tenant, {.work_id = 5, .hold_id = 9}));
  const json variables = {{"id", "gid://shopify/FulfillmentOrder/5"},
                          {"holds", json::array({"gid://shopify/FulfillmentHold/9"})}};
  EXPECT_EQ(variables, sent()["variables"]);
  shopify.on(
      kGraphql,
      {answer(json::array(
          {json{{"code", "INVALID_ACCESS"}, {"field", json::array({"id"})}, {"message", "no"}}}))});
  EXPECT_EQ(ErrorCode::kConflict,
            orders.release(tenant, {.work_id = 5, .hold_id = 9}).error().code);
}

// What Shopify suggests, in this currency and of this amount.
json suggested(const char* amount, const char* currency = "JPY", bool by_hand = false) {
  const json money = {{"amount", amount}, {"currencyCode", currency}};
  const json payment = {
      {"gateway", "shopify_payments"},
      {"amountSet", {{"shopMoney", money}, {"presentmentMoney", money}}},
      {"parentTransaction",
       {{"id", "gid://shopify/OrderTransaction/3"}, {"manualPaymentGateway", by_hand}}}};
  const json refund = {{"suggestedTransactions", json::array({payment})}};
  const json before = json::array({json{{"note", nullptr}}, json{{"note", "sorry"}}});
  return {{"data", {{"order", {{"refunds", before}, {"suggestedRefund", refund}}}}}};
}

TEST_F(ShopifyOrdersTest, MoneyGoesBackUnderItsKeyInWholeYenAsShopifyReckonsIt) {
  const ShopOrders::Refund refund{.order_id = 71,
                                  .key = "tsunagi.order.71.1.mine",
                                  .lines = {{.order_line = 5, .quantity = 2, .location_id = 901}}};
  const auto made =
      ok(R"({"data":{"refundCreate":{"refund":{"id":"gid://shopify/Refund/9"},"userErrors":[]}}})");
  shopify.on(kGraphql, {ok(suggested("2400.0").dump()), made});
  const auto done = orders.refund(tenant, refund);
  ASSERT_TRUE(done) << done.error().message;
  const json variables = sent()["variables"];
  EXPECT_EQ(json(refund.key), variables["key"]);
  const json line = {{"lineItemId", "gid://shopify/LineItem/5"},
                     {"quantity", 2},
                     {"restockType", "CANCEL"},
                     {"locationId", "gid://shopify/Location/901"}};
  EXPECT_EQ(json::array({line}), variables["input"]["refundLineItems"]);
  const json payment = {{"orderId", "gid://shopify/Order/71"},
                        {"parentId", "gid://shopify/OrderTransaction/3"},
                        {"gateway", "shopify_payments"},
                        {"kind", "REFUND"},
                        {"amount", "2400"}};
  EXPECT_EQ(json::array({payment}), variables["input"]["transactions"]);
  for (const json& odd : {suggested("24.50"), suggested("24.00", "USD"), suggested("-1.0")}) {
    shopify.on(kGraphql, {ok(odd.dump())});
    EXPECT_EQ(ErrorCode::kConflict, orders.refund(tenant, refund).error().code) << odd.dump();
  }
  shopify.on(kGraphql, {ok(suggested("0.0").dump()), made});
  EXPECT_TRUE(orders.refund(tenant, refund)) << "nobody has paid for it";
  EXPECT_TRUE(sent()["variables"]["input"]["transactions"].empty());
  const auto refused = ok(R"({"data":{"refundCreate":{"refund":null,"userErrors":[
      {"field":null,"message":"Refund amount 1 is greater than net payment received 0"}]}}})");
  shopify.on(kGraphql, {ok(suggested("1.0").dump()), refused});
  EXPECT_EQ(ErrorCode::kConflict, orders.refund(tenant, refund).error().code);
}

TEST_F(ShopifyOrdersTest, WhatWasPaidByHandIsPaidBackByAPerson) {
  const ShopOrders::Refund refund{
      .order_id = 71, .key = "k", .lines = {{.order_line = 5, .quantity = 2}}};
  shopify.on(kGraphql, {ok(suggested("2400.0", "JPY", true).dump())});
  EXPECT_EQ(ErrorCode::kConflict, orders.refund(tenant, refund).error().code);
  EXPECT_EQ(1U, shopify.count(kGraphql)) << "Shopify would book it, and move no money";
}

TEST_F(ShopifyOrdersTest, ARefundThatIsThereAlreadyIsNotMissedWhereNothingIsLeft) {
  const ShopOrders::Refund refund{.order_id = 71,
                                  .key = "k",
                                  .lines = {{.order_line = 5, .quantity = 2}},
                                  .why = "by itself (k)",
                                  .only_money = true};
  json nothing = suggested("0.0");
  shopify.on(kGraphql, {ok(nothing.dump())});
  EXPECT_EQ(ErrorCode::kConflict, orders.refund(tenant, refund).error().code);
  nothing["data"]["order"]["refunds"].push_back({{"note", refund.why}});
  shopify.on(kGraphql, {ok(nothing.dump())});
  EXPECT_TRUE(orders.refund(tenant, refund));
  EXPECT_EQ(2U, shopify.count(kGraphql)) << "nothing is sent";
}

TEST_F(ShopifyOrdersTest, WhatMayHaveHappenedIsNotSentAgain) {
  for (const Answer& answer :
       {status(500), status(503), status(429), test::half_body(), ok("nonsense")}) {
    shopify.on(kGraphql, {answer});
    const size_t before = shopify.count(kGraphql);
    const auto lost = orders.send(tenant, {.work_id = 5, .parts = {{50, 2}}, .number = "4912"});
    ASSERT_FALSE(lost);
    EXPECT_EQ(ErrorCode::kUnavailable, lost.error().code);
    EXPECT_EQ(before + 1, shopify.count(kGraphql));
    const auto moved = orders.move(tenant, {.work_id = 5, .location_id = 3, .parts = {{50, 2}}});
    ASSERT_FALSE(moved);
    EXPECT_EQ(before + 2, shopify.count(kGraphql));
    EXPECT_FALSE(orders.handed_over(tenant, {{.work_id = 5, .parts = {{50, 2}}}}));
    EXPECT_FALSE(orders.put_off(tenant, {{.work_id = 5, .parts = {}}, "why"}));
    EXPECT_FALSE(orders.release(tenant, {.work_id = 5, .hold_id = 9}));
    EXPECT_EQ(before + 5, shopify.count(kGraphql));
  }
}

TEST_F(ShopifyOrdersTest, ARefusalIsAConflictWithoutTheCustomersWords) {
  shopify.on(
      kGraphql,
      {user_errors(
          "fulfillmentOrderMove",
          {{{"field", {"id"}}, {"message", "山田さん doesn't stock it"}, {"code", nullptr}}})});
  const auto moved = orders.move(tenant, {.work_id = 5, .location_id = 3, .parts = {{50, 2}}});
  ASSERT_FALSE(moved);
  EXPECT_EQ(ErrorCode::kConflict, moved.error().code);
  EXPECT_EQ(std::string::npos, moved.error().message.find("山田"));
}

TEST_F(ShopifyOrdersTest, ChangesAreReadFromAMomentOrAllThatIsOpen) {
  const auto page = [](bool more, const std::string& at) {
    return ok(json{{"data",
                    {{"fulfillmentOrders",
                      {{"nodes",
                        {{{"id", "gid://shopify/FulfillmentOrder/5"},
                          {"orderId", "gid://shopify/Order/71"},
                          {"updatedAt", at}},
                         {{"id", "gid://shopify/FulfillmentOrder/6"},
                          {"orderId", "gid://shopify/Order/71"},
                          {"updatedAt", at}}}},
                       {"pageInfo", {{"hasNextPage", more}, {"endCursor", "c"}}}}}}}}
                  .dump());
  };
  shopify.on(kGraphql, {page(false, "2026-09-21T14:13:20Z")});
  const auto all = orders.orders_changed(tenant, 0, 1'790'000'000);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(std::vector<int64_t>{71}, all->orders);
  EXPECT_EQ(1'790'000'000, all->until);
  EXPECT_EQ(false, sent()["variables"]["closed"]);
  EXPECT_EQ(std::string::npos, sent()["variables"]["query"].get<std::string>().find(">="));
  shopify.on(kGraphql, {page(true, "2026-09-21T14:13:20Z")});
  const auto since = orders.orders_changed(tenant, 1'789'000'000, 1'790'000'000);
  ASSERT_TRUE(since);
  EXPECT_EQ(true, sent()["variables"]["closed"]);
  EXPECT_LT(since->until, 1'790'000'000) << "the next reading goes on from there";
  const size_t before = shopify.count(kGraphql);
  EXPECT_TRUE(orders.orders_changed(tenant, 1'789'999'970, 1'790'000'100));
  EXPECT_EQ(shopify.count(kGraphql) - before, static_cast<size_t>(kChangedOrderPagesMost))
      << "what changed in the minute that is read again holds up nothing";
}

}  // namespace
}  // namespace tsunagi
