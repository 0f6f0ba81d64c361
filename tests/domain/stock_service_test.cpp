// Shop stock as a shopper sees it, from our own book.

#include "server/domain/stock/stock_service.h"

#include <gtest/gtest.h>

#include "server/domain/stock/shop_areas.h"
#include "tests/support/fakes.h"
#include "wasm/core/japan_time.h"

namespace tsunagi {
namespace {

struct StockTest : testing::Test {
  StockTest() {
    put({change::PutStores{{{.store_id = "1",
                             .code = "",
                             .name = "渋谷店",
                             .phone = "03-1",
                             .address = "東京都 1-1",
                             .display_order = 2},
                            {.store_id = "2",
                             .code = "",
                             .name = "新宿店",
                             .phone = "",
                             .address = "",
                             .display_order = 1},
                            {.store_id = "3",
                             .code = "",
                             .name = "倉庫",
                             .phone = "",
                             .address = "",
                             .display_order = 0,
                             .paused = true}}},
         change::PutProducts{
             {{.product_id = "10", .code = "4900000000010", .supplier_code = "", .name = "マグ"},
              {.product_id = "11",
               .code = "SKU-11",
               .supplier_code = "",
               .name = "券",
               .stock_controlled = false}}}});
  }
  void put(const std::vector<Change>& changes) { ASSERT_TRUE(storage.apply(1, changes).ok()); }
  void book_read() { put({change::SetCursor{std::string(kStockConfirmedCursor), clock.now()}}); }
  StockModel ask(const std::string& barcode, int64_t customer = 0) {
    StockService::Question question;
    question.products = {{barcode, ""}};
    question.customer_id = customer;
    const auto models = service.stock(shop, question);
    EXPECT_TRUE(models.ok());
    return models.ok() && models->size() == 1 ? models->front() : StockModel{};
  }
  static std::vector<std::string> names(const StockModel& model) {
    std::vector<std::string> names;
    names.reserve(model.shops.size());
    for (const ShopStock& shop : model.shops) names.push_back(shop.name);
    return names;
  }

  Tenant shop{.id = 1,
              .shop_domain = "a.myshopify.com",
              .shop_name = "A",
              .contract_id = "sb_1",
              .installed = true,
              .settings = {}};
  fakes::ManualClock clock;
  fakes::FakeStorage storage;
  StockService service{storage, clock};
};

using Names = std::vector<std::string>;

TEST_F(StockTest, BeforeTheBookIsReadNothingIsKnownAndAfterwardsNoRowMeansNone) {
  const StockModel before = ask("4900000000010");
  ASSERT_EQ(before.shops.size(), 2U);
  EXPECT_FALSE(before.shops[0].known);
  book_read();
  clock.advance(kStockCacheSeconds);
  const StockModel after = ask("4900000000010");
  EXPECT_TRUE(after.shops[0].known);
  EXPECT_EQ(after.shops[0].on_hand, 0);
  EXPECT_EQ(after.shops[0].as_of, clock.now() - kStockCacheSeconds);
}

TEST_F(StockTest, LayawaysAreHeldAndTheTimeIsTheLatestNews) {
  book_read();
  put({change::PutStock{{{"10", "1", 5, 2, clock.now() + 40}}}});
  const StockModel model = ask("4900000000010");
  const ShopStock& shibuya = model.shops[1];
  EXPECT_EQ(shibuya.name, "渋谷店");
  EXPECT_EQ(shibuya.on_hand, 5);
  EXPECT_EQ(shibuya.held, 2);
  EXPECT_EQ(offered(shibuya), 3);
  EXPECT_EQ(shibuya.as_of, clock.now() + 40);
  EXPECT_EQ(shibuya.phone, "03-1");
  EXPECT_NE(shibuya.map_url.find("%E6%9D%B1%E4%BA%AC"), std::string::npos);
  EXPECT_EQ(model.shops[0].map_url, "");
}

TEST_F(StockTest, OddFiguresNeverOfferMoreThanThereIs) {
  book_read();
  put({change::PutStock{{{"10", "1", -4, 0, 1}, {"10", "2", 3, -5, 1}}}});
  const StockModel model = ask("4900000000010");
  EXPECT_EQ(offered(model.shops[1]), 0);
  EXPECT_EQ(model.shops[1].on_hand, -4);
  EXPECT_EQ(model.shops[0].held, 0);
  EXPECT_EQ(offered(model.shops[0]), 3);
}

TEST_F(StockTest, SmaregisOrderUntilTheMerchantSetsOne) {
  EXPECT_EQ(names(ask("4900000000010")), (Names{"新宿店", "渋谷店"}));
  shop.settings.stores = {{"1", "SHIBUYA", false, 4}};
  shop.settings.safety_stock = 2;
  service.forget_tenant(1);
  const StockModel model = ask("4900000000010");
  EXPECT_EQ(names(model), (Names{"SHIBUYA", "新宿店"}));
  EXPECT_EQ(model.shops[0].safety, 4);
  EXPECT_EQ(model.shops[1].safety, 2);
  shop.settings.product_safety = {{"9", 7}, {"10", 0}};
  service.forget_tenant(1);
  const StockModel own = ask("4900000000010");
  EXPECT_EQ(own.shops[0].safety, 0);
  EXPECT_EQ(own.shops[1].safety, 0);
  shop.settings.product_safety = {{"10", 7}};
  EXPECT_EQ(ask("4900000000010").shops[0].safety, 7) << "whatever is remembered of the shops";
  shop.settings.stores = {{"2", "", true, 0}};
  service.forget_tenant(1);
  EXPECT_EQ(names(ask("4900000000010")), (Names{"渋谷店"}));
}

TEST_F(StockTest, UnknownAndUncountedProductsHaveNoShops) {
  EXPECT_TRUE(ask("4999999999999").shops.empty());
  EXPECT_TRUE(ask("SKU-11").shops.empty());
  EXPECT_TRUE(ask("").shops.empty());
  EXPECT_TRUE(ask(std::string(5'000, '4')).shops.empty());
  EXPECT_EQ(ask("4999999999999").product_code, "4999999999999");
}

TEST_F(StockTest, TheBarcodeIsAskedFirstAndTheSkuSecond) {
  StockService::Question question;
  question.products = {{"", "4900000000010"}, {"4999999999999", "4900000000010"}};
  const auto models = service.stock(shop, question);
  ASSERT_TRUE(models.ok());
  EXPECT_EQ(models->at(0).product_name, "マグ");
  EXPECT_EQ(models->at(1).product_name, "マグ");
  EXPECT_EQ(models->at(1).product_code, "4900000000010") << "with it alone it is found again";
}

TEST_F(StockTest, ViewsCostAFewReadsAnHourOfSecondsAndNoMore) {
  book_read();
  (void)ask("4900000000010");
  const int reads = storage.reads;
  for (int i = 0; i < 1'000; ++i) (void)ask("4900000000010");
  EXPECT_EQ(storage.reads, reads);
  put({change::PutStock{{{"10", "1", 9, 0, clock.now()}}}});
  EXPECT_EQ(ask("4900000000010").shops[1].on_hand, 0) << "cached";
  service.forget(1, "10");
  EXPECT_EQ(ask("4900000000010").shops[1].on_hand, 9);
  put({change::PutStock{{{"10", "1", 8, 0, clock.now()}}}});
  clock.advance(kStockCacheSeconds);
  EXPECT_EQ(ask("4900000000010").shops[1].on_hand, 8);
}

TEST_F(StockTest, TodaysHoursAreToldOnlyWhereTheMerchantSaidSome) {
  const auto hours = [this] {
    service.forget_tenant(1);
    const StockModel model = ask("4900000000010");
    std::vector<std::pair<std::string, std::string>> hours;
    for (const ShopStock& one : model.shops) hours.emplace_back(one.hours_ja, one.hours_en);
    return hours;
  };
  using Hours = std::vector<std::pair<std::string, std::string>>;
  const std::pair<std::string, std::string> none;
  const std::pair<std::string, std::string> usual{"本日 10:00–20:00", "Today 10:00–20:00"};
  EXPECT_EQ(hours(), (Hours{none, none})) << "ours are a guess";
  shop.settings.pickup.on = true;
  EXPECT_EQ(hours(), (Hours{usual, usual})) << "promises are made of them";
  shop.settings.stores = {{"1", "", false, 0}, {"2", "", false, 0, true}};
  EXPECT_EQ(hours(), (Hours{usual, none})) << "none of a shop that puts nothing aside";
  shop.settings.stores = {};
  shop.settings.pickup.on = false;
  shop.settings.pickup.hours.closes = 1'440;
  const std::pair<std::string, std::string> late{"本日 10:00–24:00", "Today 10:00–24:00"};
  EXPECT_EQ(hours(), (Hours{late, late})) << "changed, so said";
  shop.settings.pickup.hours = {};
  shop.settings.stores = {{"1", "", false, 0}};
  OpeningHours& of_one = shop.settings.stores[0].hours.emplace();
  of_one.opens = 545;
  of_one.closes = 720;
  const std::pair<std::string, std::string> own{"本日 09:05–12:00", "Today 09:05–12:00"};
  EXPECT_EQ(hours(), (Hours{own, none})) << "the shop's own";
  of_one.closed_on = {japan_day_number(clock.now())};
  const std::pair<std::string, std::string> closed{"本日休業", "Closed today"};
  EXPECT_EQ(hours(), (Hours{closed, none}));
  of_one.closed_on = {};
  const int weekday = japan_day(japan_day_number(clock.now())).weekday;
  of_one.closed_weekdays.at(static_cast<size_t>(weekday)) = true;
  EXPECT_EQ(hours(), (Hours{closed, none}));
}

TEST_F(StockTest, WhatWasKeptOfYesterdayIsNotToldOfToday) {
  book_read();
  const int64_t tomorrow = japan_day_number(clock.now()) + 1;
  shop.settings.pickup.on = true;
  shop.settings.pickup.hours.closed_on = {tomorrow};
  const Seconds midnight = tomorrow * kDaySeconds - kJapanOffsetSeconds;
  clock.advance(midnight - 1 - clock.now());
  EXPECT_EQ(ask("4900000000010").shops[0].hours_ja, "本日 10:00–20:00");
  clock.advance(1);
  EXPECT_EQ(ask("4900000000010").shops[0].hours_ja, "本日休業");
}

TEST_F(StockTest, AsManyProductsAsAViewMayAskForAndNotOneMore) {
  StockService::Question question;
  question.products.assign(kProductsAView, {"4900000000010", ""});
  EXPECT_TRUE(service.stock(shop, question).ok());
  question.products.push_back({"4900000000010", ""});
  const auto refused = service.stock(shop, question);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
}

TEST_F(StockTest, AFavouriteIsFlaggedForItsOwnerOnly) {
  EXPECT_TRUE(service.set_favourite(shop, 7001, "1").ok());
  EXPECT_TRUE(ask("4900000000010", 7001).shops[1].favourite);
  EXPECT_FALSE(ask("4900000000010", 7001).shops[0].favourite);
  EXPECT_FALSE(ask("4900000000010", 7002).shops[1].favourite);
  EXPECT_FALSE(ask("4900000000010").shops[1].favourite);
  EXPECT_EQ(service.set_favourite(shop, 7001, "99").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(service.set_favourite(shop, 7001, "3").error().code, ErrorCode::kNotFound) << "paused";
  EXPECT_TRUE(service.set_favourite(shop, 7001, "").ok());
  EXPECT_FALSE(ask("4900000000010", 7001).shops[1].favourite);
}

TEST_F(StockTest, AFavouriteFarDownTheListIsReadBesideTheShopsThatEverybodySees) {
  std::vector<Store> many;
  for (int i = 1; i <= 600; ++i) {
    many.push_back({.store_id = std::to_string(i),
                    .code = "",
                    .name = "店",
                    .phone = "",
                    .address = "",
                    .display_order = i});
  }
  put({change::PutStores{many}});
  put({change::PutStock{{{"10", "599", 4, 0, 1}, {"10", "20", 5, 0, 1}}}});
  book_read();
  StockModel model = ask("4900000000010");
  EXPECT_EQ(model.shops.size(), kShopsShown);
  EXPECT_EQ(model.others, 580);
  EXPECT_EQ(model.shops.back().on_hand, 5);
  ASSERT_TRUE(service.set_favourite(shop, 7001, "599").ok());
  model = ask("4900000000010", 7001);
  ASSERT_EQ(model.shops.size(), kShopsShown + 1);
  EXPECT_EQ(model.others, 579);
  EXPECT_TRUE(model.shops.back().favourite);
  EXPECT_EQ(model.shops.back().on_hand, 4);
  StockService::Question question;
  question.products = {{"4900000000010", ""}};
  question.all_shops = true;
  question.customer_id = 7001;
  const auto all = service.stock(shop, question);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->front().shops.size(), kShopsAtMost + 1);
  EXPECT_EQ(all->front().shops.back().shop_id, "599");
}

TEST_F(StockTest, ShopsOfOnePrefectureAreReadWithTheFavourite) {
  const std::vector<std::string> addresses = {"大阪府大阪市1", "東京都渋谷区1", "1-2-3"};
  std::vector<Store> many;
  for (int i = 1; i <= 90; ++i) {
    many.push_back({.store_id = std::to_string(i),
                    .code = "",
                    .name = "店",
                    .phone = "",
                    .address = addresses[static_cast<size_t>(i) % 3],
                    .display_order = i});
  }
  put({change::PutStores{many}});
  put({change::PutStock{{{"10", "88", 4, 0, 1}, {"10", "1", 5, 0, 1}}}});
  book_read();
  ASSERT_TRUE(service.set_favourite(shop, 7001, "90").ok());
  const auto narrowed = [&](int64_t area, bool all = false) {
    StockService::Question question;
    question.products = {{"4900000000010", ""}};
    question.customer_id = 7001;
    question.all_shops = all;
    question.area = area;
    const auto models = service.stock(shop, question);
    EXPECT_TRUE(models.ok());
    return models.ok() ? models->front() : StockModel{};
  };
  const StockModel everywhere = narrowed(0);
  ASSERT_EQ(everywhere.areas.size(), 4U) << "in the order of the prefectures' numbers";
  EXPECT_EQ(everywhere.areas[0].ja, "すべての都道府県（90）");
  EXPECT_EQ(everywhere.areas[0].en, "All prefectures (90)");
  EXPECT_EQ(everywhere.areas[1].code, 13);
  EXPECT_EQ(everywhere.areas[1].ja, "東京都（30）");
  EXPECT_EQ(everywhere.areas[2].en, "Osaka (30)");
  EXPECT_EQ(everywhere.areas[3].code, kElsewhere);
  EXPECT_EQ(everywhere.areas[3].ja, "その他（30）");
  EXPECT_EQ(everywhere.areas[3].count, 30);
  EXPECT_EQ(everywhere.shops.front().prefecture, 13);
  EXPECT_EQ(everywhere.area, 0);

  const StockModel tokyo = narrowed(13);
  EXPECT_EQ(tokyo.area, 13);
  ASSERT_EQ(tokyo.shops.size(), kShopsShown + 1);
  EXPECT_EQ(tokyo.shops.front().on_hand, 5);
  for (size_t i = 0; i < kShopsShown; ++i) EXPECT_EQ(tokyo.shops[i].prefecture, 13);
  EXPECT_TRUE(tokyo.shops.back().favourite) << "from another prefecture";
  EXPECT_EQ(tokyo.others, 90 - 21);
  const StockModel whole = narrowed(13, true);
  ASSERT_EQ(whole.shops.size(), 31U);
  EXPECT_EQ(whole.shops[29].on_hand, 4);
  const StockModel osaka = narrowed(27, true);
  EXPECT_EQ(osaka.shops.size(), 30U);
  EXPECT_TRUE(osaka.shops.back().favourite) << "where it stands";
  EXPECT_EQ(narrowed(kElsewhere).shops.front().shop_id, "2");
  for (const int64_t nowhere : {int64_t{1}, int64_t{49}, int64_t{-13}}) {
    EXPECT_EQ(narrowed(nowhere).area, 0) << nowhere;
    EXPECT_EQ(narrowed(nowhere).shops.front().shop_id, "1");
  }
  ASSERT_TRUE(service.set_pin(shop, 7001, "4900000000010", true).ok());
  EXPECT_EQ(service.pinned(shop, 7001, 13)->front().area, 13);
}

TEST(ShopAreas, AreOfferedWhereShopsAreManyAndNotAllInOnePlace) {
  const auto offered = [](size_t tokyo, size_t osaka, size_t elsewhere) {
    std::vector<ShopStock> shops(tokyo + osaka + elsewhere);
    for (size_t i = 0; i < tokyo; ++i) shops[i].prefecture = 13;
    for (size_t i = 0; i < osaka; ++i) shops[tokyo + i].prefecture = 27;
    return areas_of(shops).size();
  };
  EXPECT_EQ(offered(0, 0, 0), 0U);
  EXPECT_EQ(offered(2, 1, 0), 0U);
  EXPECT_EQ(offered(kShopsAtAGlance - 1, 1, 0), 0U);
  EXPECT_EQ(offered(kShopsAtAGlance, 1, 0), 3U);
  EXPECT_EQ(offered(kShopsAtAGlance, 0, 1), 3U);
  EXPECT_EQ(offered(300, 0, 0), 0U);
  EXPECT_EQ(offered(0, 0, 300), 0U);
  EXPECT_EQ(offered(100, 100, 100), 4U);
}

TEST_F(StockTest, WhoHasFewShopsIsToldOfNoAreas) {
  EXPECT_TRUE(ask("4900000000010").areas.empty());
  StockService::Question question;
  question.products = {{"4900000000010", ""}};
  question.area = 13;
  const auto models = service.stock(shop, question);
  ASSERT_TRUE(models.ok());
  EXPECT_EQ(models->front().shops.size(), 2U) << "and nothing is hidden";
}

TEST_F(StockTest, PinnedProductsAreShownWithTheirNames) {
  EXPECT_FALSE(ask("4900000000010").can_pin);
  EXPECT_TRUE(service.set_pin(shop, 7001, "4900000000010", true).ok());
  EXPECT_TRUE(ask("4900000000010", 7001).pinned);
  EXPECT_TRUE(ask("4900000000010", 7001).can_pin);
  const auto pinned = service.pinned(shop, 7001);
  ASSERT_TRUE(pinned.ok());
  ASSERT_EQ(pinned->size(), 1U);
  EXPECT_EQ(pinned->front().product_name, "マグ");
  EXPECT_TRUE(service.set_pin(shop, 7001, "4900000000010", false).ok());
  EXPECT_TRUE(service.pinned(shop, 7001)->empty());
  EXPECT_EQ(service.set_pin(shop, 7001, "nothing", true).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(service.set_pin(shop, 7001, "", true).error().code, ErrorCode::kInvalid);
}

TEST_F(StockTest, AsManyPinsAsAllowedAndNotOneMore) {
  std::vector<Product> products;
  for (int i = 0; i <= kMaxPins; ++i) {
    products.push_back({.product_id = "p" + std::to_string(i),
                        .code = "code-" + std::to_string(i),
                        .supplier_code = "",
                        .name = ""});
  }
  put({change::PutProducts{products}});
  for (int i = 0; i < kMaxPins; ++i) {
    ASSERT_TRUE(service.set_pin(shop, 7001, "code-" + std::to_string(i), true).ok()) << i;
  }
  EXPECT_EQ(service.set_pin(shop, 7001, "code-50", true).error().code, ErrorCode::kConflict);
  EXPECT_TRUE(service.set_pin(shop, 7001, "code-49", true).ok()) << "it is there already";
  EXPECT_EQ(service.pinned(shop, 7001)->size(), static_cast<size_t>(kMaxPins));
}

}  // namespace
}  // namespace tsunagi
