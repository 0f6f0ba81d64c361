// What the client asks of Shopify about stock, and what it makes of the answers.

#include "server/shopify/stock_client.h"

#include "server/shopify/stock_reply.h"
#include "tests/server/shopify/client_world.h"

namespace tsunagi {
namespace {

using Why = OnlineStock::Why;

class ShopifyStockTest : public ShopifyClientTest {
 protected:
  ShopifyStockTest() { has_tokens("A", "R"); }
  ShopifyStock stock{*client, ShopifyClient::Caller::kWorker};

  static json variant(int64_t id, const std::string& name = "湯呑み - Default Title") {
    return {
        {"id", "gid://shopify/ProductVariant/" + std::to_string(id)},
        {"displayName", name},
        {"barcode", "4901"},
        {"sku", nullptr},
        {"inventoryItem",
         {{"id", "gid://shopify/InventoryItem/" + std::to_string(id + 100)}, {"tracked", true}}},
        {"product", {{"id", "gid://shopify/Product/9"}}}};
  }
  static Answer page(const json& nodes, bool more = false) {
    return ok(json{
        {"data", {{"productVariants", {{"nodes", nodes}, {"pageInfo", {{"hasNextPage", more}}}}}}}}
                  .dump());
  }
  static json level(int64_t item, const json& on_hand, bool tracked = true) {
    const json quantities = {
        {"quantities", json::array({{{"name", "on_hand"}, {"quantity", on_hand}}})}};
    return {{"id", "gid://shopify/InventoryItem/" + std::to_string(item)},
            {"tracked", tracked},
            {"inventoryLevel", on_hand.is_null() ? json() : quantities}};
  }
  static Answer nodes(const json& list) { return ok(json{{"data", {{"nodes", list}}}}.dump()); }
  static std::vector<OnlineStock::Write> writes(size_t count) {
    std::vector<OnlineStock::Write> list;
    for (size_t i = 0; i < count; ++i) {
      list.push_back(
          {.item_id = static_cast<int64_t>(i) + 1, .location_id = 3, .on_hand = 4, .from = 5});
    }
    return list;
  }
};

TEST_F(ShopifyStockTest, ReadsLocations) {
  shopify.on(kGraphql, {ok(R"({"data":{"locations":{"nodes":[
      {"id":"gid://shopify/Location/3","name":"渋谷"},{"id":"gid://shopify/Location/4","name":""}]}}})")});
  const auto places = stock.locations(tenant);
  ASSERT_TRUE(places);
  ASSERT_EQ(places->size(), 2u);
  EXPECT_EQ(places->front().id, 3);
  EXPECT_EQ(places->front().name, "渋谷");
  shopify.on(kGraphql, {ok(R"({"data":{"locations":{"nodes":[{"id":"gid://shopify/Shop/3"}]}}})")});
  EXPECT_EQ(stock.locations(tenant).error().code, ErrorCode::kUnavailable);
}

TEST_F(ShopifyStockTest, ReadsArticlesByTheirIdAndThoseThatChanged) {
  shopify.on(kGraphql, {page({variant(5), variant(8, "皿 - 赤")}, true)});
  const auto first = stock.items(tenant, {.after_id = 4});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->last_id, 8);
  EXPECT_TRUE(first->more);
  EXPECT_EQ(first->items.front(), (ShopItem{.variant_id = 5,
                                            .item_id = 105,
                                            .parent_id = 9,
                                            .name = "湯呑み",
                                            .barcode = "4901",
                                            .sku = "",
                                            .tracked = true}));
  EXPECT_EQ(first->items.back().name, "皿 - 赤");
  EXPECT_EQ(sent()["variables"], (json{{"query", "id:>4"}, {"first", 100}}));
  shopify.on(kGraphql, {page(json::array())});
  const auto changed = stock.items(tenant, {.after_id = 0, .changed_since = 1'666'765'355});
  ASSERT_TRUE(changed);
  EXPECT_FALSE(changed->more);
  EXPECT_EQ(sent()["variables"]["query"], "id:>0 AND updated_at:>='2022-10-26T06:22:35Z'");
}

TEST_F(ShopifyStockTest, APageThatCannotBeIsNone) {
  for (const json& wrong : {json::array({variant(8), variant(5)}), json::array({variant(3)})}) {
    shopify.on(kGraphql, {page(wrong)});
    EXPECT_EQ(stock.items(tenant, {.after_id = 4}).error().code, ErrorCode::kUnavailable);
  }
  shopify.on(kGraphql, {page(json::array(), true)});
  EXPECT_EQ(stock.items(tenant, {}).error().code, ErrorCode::kUnavailable)
      << "nothing, and more behind it: it would never end";
  for (const char* field : {"inventoryItem", "product", "id"}) {
    json without = variant(5);
    without.erase(field);
    shopify.on(kGraphql, {page({without})});
    EXPECT_FALSE(stock.items(tenant, {})) << field;
  }
}

TEST_F(ShopifyStockTest, SeesWhatIsOnHandAndWhatIsNotStocked) {
  shopify.on(kGraphql, {nodes({level(1, 7), level(2, nullptr), nullptr, level(4, -2, false)})});
  const auto seen = stock.on_hand(tenant, 3, {1, 2, 3, 4});
  ASSERT_TRUE(seen);
  EXPECT_EQ((*seen)[0].on_hand, 7);
  EXPECT_TRUE((*seen)[1].exists);
  EXPECT_FALSE((*seen)[1].on_hand) << "not stocked there";
  EXPECT_FALSE((*seen)[2].exists);
  EXPECT_FALSE((*seen)[3].tracked);
  EXPECT_EQ((*seen)[3].on_hand, -2);
  EXPECT_EQ(sent()["variables"]["location"], "gid://shopify/Location/3");
  EXPECT_EQ(sent()["variables"]["ids"][3], "gid://shopify/InventoryItem/4");
  shopify.on(kGraphql, {nodes({level(2, 7)})});
  EXPECT_EQ(stock.on_hand(tenant, 3, {1}).error().code, ErrorCode::kUnavailable) << "another item";
  EXPECT_EQ(stock.on_hand(tenant, 3, {1, 2}).error().code, ErrorCode::kUnavailable) << "too few";
  shopify.on(kGraphql, {nodes({level(1, "7")})});
  EXPECT_EQ(stock.on_hand(tenant, 3, {1}).error().code, ErrorCode::kUnavailable) << "no figure";
}

TEST_F(ShopifyStockTest, SetsWhatIsOnHandComparedAndUnderAKey) {
  shopify.on(kGraphql, {user_errors("inventorySetQuantities", json::array())});
  const auto refused = stock.set_on_hand(tenant, writes(1), "k-1");
  ASSERT_TRUE(refused);
  EXPECT_TRUE(refused->empty());
  EXPECT_EQ(sent()["variables"], (json{{"key", "k-1"},
                                       {"input",
                                        {{"name", "on_hand"},
                                         {"reason", "correction"},
                                         {"referenceDocumentUri", "gid://tsunagi/OnHand/k-1"},
                                         {"quantities",
                                          {{{"inventoryItemId", "gid://shopify/InventoryItem/1"},
                                            {"locationId", "gid://shopify/Location/3"},
                                            {"quantity", 4},
                                            {"changeFromQuantity", 5}}}}}}}));
  EXPECT_NE(sent()["query"].get<std::string>().find("@idempotent(key: $key)"), std::string::npos);
}

TEST_F(ShopifyStockTest, ALostAnswerIsAskedForAgainUnderTheSameKey) {
  shopify.on(kGraphql, {status(502), user_errors("inventorySetQuantities", json::array())});
  ASSERT_TRUE(stock.set_on_hand(tenant, writes(2), "k-2"));
  EXPECT_EQ(sent(0)["variables"], sent(1)["variables"]);
}

TEST_F(ShopifyStockTest, TakesFiftyAtOnceAndNotOneMore) {
  shopify.on(kGraphql, {user_errors("inventorySetQuantities", json::array())});
  EXPECT_TRUE(stock.set_on_hand(tenant, writes(kOnHandAtOnce), "k"));
  EXPECT_EQ(stock.set_on_hand(tenant, writes(kOnHandAtOnce + 1), "k").error().code,
            ErrorCode::kInvalid);
  EXPECT_EQ(stock.on_hand(tenant, 3, std::vector<int64_t>(kOnHandAtOnce + 1, 1)).error().code,
            ErrorCode::kInvalid);
  const size_t before = shopify.seen(kGraphql).size();
  EXPECT_TRUE(stock.set_on_hand(tenant, {}, "k")->empty());
  EXPECT_EQ(shopify.seen(kGraphql).size(), before) << "nothing is no call";
}

TEST_F(ShopifyStockTest, SaysWhichFigureIsRefusedAndWhy) {
  const auto error = [](int place, const char* field, const char* code) {
    return json{{"field", {"input", "quantities", std::to_string(place), field}},
                {"code", code},
                {"message", "no"}};
  };
  shopify.on(kGraphql, {user_errors("inventorySetQuantities",
                                    {error(1, "changeFromQuantity", "CHANGE_FROM_QUANTITY_STALE"),
                                     error(2, "inventoryItemId", "INVALID_INVENTORY_ITEM"),
                                     error(3, "locationId", "INVALID_LOCATION"),
                                     error(4, "inventoryItemId", "NON_MUTABLE_INVENTORY_ITEM"),
                                     error(0, "quantity", "INVALID_QUANTITY_TOO_HIGH")})});
  const auto refused = stock.set_on_hand(tenant, writes(5), "k");
  ASSERT_TRUE(refused);
  std::map<size_t, Why> whys;
  for (const auto& one : *refused) whys[one.place] = one.why;
  EXPECT_EQ(whys, (std::map<size_t, Why>{{0, Why::kOther},
                                         {1, Why::kStale},
                                         {2, Why::kNoItem},
                                         {3, Why::kNoLocation},
                                         {4, Why::kNotCounted}}));
}

TEST_F(ShopifyStockTest, ARefusalOfTheWholeCallIsOfAllItsFigures) {
  const auto whole = [](const char* code) {
    return user_errors("inventorySetQuantities",
                       {{{"field", nullptr}, {"code", code}, {"message", "no"}}});
  };
  shopify.on(kGraphql, {whole("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")});
  const auto before = stock.set_on_hand(tenant, writes(2), "k");
  ASSERT_TRUE(before);
  ASSERT_EQ(before->size(), 2u);
  EXPECT_EQ((*before)[1].why, Why::kStale) << "looked at again, and told under another key";
  shopify.on(kGraphql, {whole("IDEMPOTENCY_CONCURRENT_REQUEST")});
  EXPECT_EQ(stock.set_on_hand(tenant, writes(2), "k").error().code, ErrorCode::kUnavailable);
  shopify.on(kGraphql, {whole("INVALID_REASON")});
  const auto other = stock.set_on_hand(tenant, writes(2), "k");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->front().why, Why::kOther);
}

TEST_F(ShopifyStockTest, StocksAnItemAtAPlace) {
  shopify.on(kGraphql, {user_errors("inventoryActivate", json::array())});
  const auto begun = stock.begin_on_hand(tenant, writes(1).front(), "k-3");
  ASSERT_TRUE(begun);
  EXPECT_FALSE(*begun);
  EXPECT_EQ(sent()["variables"], (json{{"item", "gid://shopify/InventoryItem/1"},
                                       {"location", "gid://shopify/Location/3"},
                                       {"onHand", 4},
                                       {"key", "k-3"}}));
  for (const auto& [field, why] : std::map<std::string, Why>{{"inventoryItemId", Why::kNoItem},
                                                             {"locationId", Why::kNoLocation},
                                                             {"onHand", Why::kStale},
                                                             {"available", Why::kOther}}) {
    shopify.on(kGraphql, {user_errors("inventoryActivate",
                                      {{{"field", json::array({field})}, {"message", "no"}}})});
    const auto refused = stock.begin_on_hand(tenant, writes(1).front(), "k");
    ASSERT_TRUE(refused && *refused) << field;
    EXPECT_EQ((*refused)->why, why) << field;
  }
}

}  // namespace
}  // namespace tsunagi
