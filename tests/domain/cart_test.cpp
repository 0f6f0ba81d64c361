// What the shops could put aside of a whole cart.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "server/domain/fulfilment/cart.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Settings selling() {
  Settings settings;
  settings.safety_stock = 0;
  settings.pickup.on = true;
  return settings;
}
std::vector<Store> shops(int count) {
  std::vector<Store> stores;
  for (int i = 1; i <= count; ++i) {
    Store store;
    store.store_id = std::to_string(i);
    store.display_order = i;
    stores.push_back(store);
  }
  return stores;
}
// on_hand: of shop 1, 2, 3 …
CodeStock code(const std::string& code, const std::string& product,
               const std::vector<int64_t>& on_hand) {
  CodeStock stock{.code = code, .product_id = product, .name = "Tea " + product, .shops = {}};
  for (size_t i = 0; i < on_hand.size(); ++i) {
    stock.shops.push_back({.store_id = std::to_string(i + 1), .on_shelf = on_hand[i]});
  }
  return stock;
}
std::vector<std::string> ids(const Cart& cart) {
  std::vector<std::string> ids;
  for (const CartShop& shop : cart.shops) ids.push_back(shop.store_id);
  return ids;
}
std::vector<std::string> lacking(const CartShop& shop) {
  std::vector<std::string> codes;
  for (const CartLack& lack : shop.lacks) {
    codes.push_back(lack.code + ":" + std::to_string(lack.offered));
  }
  return codes;
}
// The cart; an empty one when it was refused.
Cart cart_for(const Settings& settings, int stores, const std::vector<Wanted>& wanted,
              const std::vector<CodeStock>& stock) {
  auto cart = cart_of(settings, shops(stores), wanted, stock);
  EXPECT_TRUE(cart.ok());
  return cart.ok() ? *cart : Cart{};
}

TEST(CartTest, ShopsThatHaveAllComeFirstAndTheOthersSayWhatTheyLack) {
  const Cart cart = cart_for(selling(), 3, {{"a", 2}, {"b", 1}},
                             {code("a", "10", {1, 9, 4}), code("b", "20", {3, 0, 2})});
  EXPECT_THAT(ids(cart), ElementsAre("3", "1", "2"));
  EXPECT_EQ(2, cart.shops[0].offered) << "twice two of a, twice one of b";
  EXPECT_THAT(cart.shops[0].lacks, IsEmpty());
  EXPECT_EQ(0, cart.shops[1].offered);
  EXPECT_THAT(lacking(cart.shops[1]), ElementsAre("a:1"));
  EXPECT_THAT(lacking(cart.shops[2]), ElementsAre("b:0"));
}

TEST(CartTest, TwoLinesOfOneProductAreASumWhateverCodeNamesIt) {
  const std::vector<CodeStock> stock{code("barcode", "10", {3, 4}), code("sku", "10", {3, 4})};
  const Cart cart = cart_for(selling(), 2, {{"barcode", 2}, {"sku", 2}}, stock);
  ASSERT_EQ(1U, cart.lines.size());
  EXPECT_EQ(4, cart.lines[0].quantity);
  EXPECT_EQ("barcode", cart.lines[0].code);
  EXPECT_THAT(ids(cart), ElementsAre("2", "1"));
  EXPECT_THAT(lacking(cart.shops[1]), ElementsAre("barcode:3"));
  EXPECT_TRUE(cart_of(selling(), shops(1), {{"barcode", 98}, {"sku", 1}}, stock).ok());
  EXPECT_FALSE(cart_of(selling(), shops(1), {{"barcode", 99}, {"sku", 1}}, stock).ok());
}

TEST(CartTest, WhatNoShopCountsEveryShopLacks) {
  const Cart cart =
      cart_for(selling(), 1, {{"gift", 1}, {"gift", 1}, {"a", 1}},
               {code("a", "10", {5}), {.code = "gift", .product_id = {}, .name = {}, .shops = {}}});
  ASSERT_EQ(2U, cart.lines.size());
  EXPECT_FALSE(cart.lines[0].counted);
  EXPECT_EQ(2, cart.lines[0].quantity);
  EXPECT_TRUE(cart.lines[1].counted);
  EXPECT_THAT(lacking(cart.shops[0]), ElementsAre("gift:0"));
}

TEST(CartTest, OfferedLeavesOutWhatIsSpokenForAndWhatIsKeptBack) {
  CodeStock stock = code("a", "10", {7});
  stock.shops[0].held = 3;
  Settings settings = selling();
  settings.safety_stock = 1;
  EXPECT_EQ(3, cart_for(settings, 1, {{"a", 1}}, {stock}).shops[0].offered);
  EXPECT_EQ(1, cart_for(settings, 1, {{"a", 3}}, {stock}).shops[0].offered);
  EXPECT_EQ(0, cart_for(settings, 1, {{"a", 4}}, {stock}).shops[0].offered);
  stock.shops[0].held = 30;
  EXPECT_THAT(lacking(cart_for(settings, 1, {{"a", 4}}, {stock}).shops[0]), ElementsAre("a:0"));
  stock.shops[0] = {.store_id = "1", .on_shelf = 1'000};
  EXPECT_EQ(kPickupQuantityMost, cart_for(settings, 1, {{"a", 1}}, {stock}).shops[0].offered);
}

TEST(CartTest, AProductsOwnFigureIsKeptBackInEveryShopInPlaceOfTheirs) {
  const std::vector<CodeStock> stock{code("a", "10", {3, 3}), code("b", "20", {3, 3})};
  Settings settings = selling();
  settings.safety_stock = 2;
  settings.stores = {{.store_id = "2", .name = {}, .safety_stock = 1}};
  const auto offers = [&] {
    std::map<std::string, int64_t> offered;
    const Cart cart = cart_for(settings, 2, {{"a", 1}, {"b", 1}}, stock);
    for (const CartShop& shop : cart.shops) offered[shop.store_id] = shop.offered;
    return offered;
  };
  EXPECT_THAT(offers(), ElementsAre(std::pair("1", 1), std::pair("2", 2)));
  settings.product_safety = {{"10", 0}};
  EXPECT_THAT(offers(), ElementsAre(std::pair("1", 1), std::pair("2", 2))) << "b is as before";
  settings.product_safety = {{"10", 0}, {"20", 0}};
  EXPECT_THAT(offers(), ElementsAre(std::pair("1", 3), std::pair("2", 3)));
  settings.product_safety = {{"20", 3}};
  EXPECT_THAT(offers(), ElementsAre(std::pair("1", 0), std::pair("2", 0)));
}

TEST(CartTest, ShopsThatPutNothingAsideAreNotNamedAndTheMerchantsOrderHolds) {
  Settings settings = selling();
  StoreSetting third;
  third.store_id = "3";
  StoreSetting first;
  first.store_id = "1";
  first.no_pickup = true;
  settings.stores = {third, first};
  const std::vector<CodeStock> stock{code("a", "10", {5, 5, 5})};
  EXPECT_THAT(ids(cart_for(settings, 4, {{"a", 1}}, stock)), ElementsAre("3", "2", "4"));
  settings.pickup.on = false;
  EXPECT_THAT(ids(cart_for(settings, 4, {{"a", 1}}, stock)), IsEmpty());
}

TEST(CartTest, WhatNobodyCanHavePutAsideIsRefused) {
  const auto refused = [](const std::vector<Wanted>& wanted) {
    const auto done = check_cart(wanted);
    return !done.ok() && done.error().code == ErrorCode::kInvalid;
  };
  const size_t most = kPickupLinesMost;
  EXPECT_TRUE(refused({}));
  EXPECT_FALSE(refused(std::vector<Wanted>(most, {"a", 1})));
  EXPECT_TRUE(refused(std::vector<Wanted>(most + 1, {"a", 1})));
  EXPECT_TRUE(refused({{"a", 0}}));
  EXPECT_FALSE(refused({{"a", kPickupQuantityMost}}));
  EXPECT_TRUE(refused({{"a", kPickupQuantityMost + 1}}));
  EXPECT_TRUE(refused({{"", 1}}));
  EXPECT_FALSE(refused({{std::string(255, 'a'), 1}}));
  EXPECT_TRUE(refused({{std::string(256, 'a'), 1}}));
}

}  // namespace
}  // namespace tsunagi
