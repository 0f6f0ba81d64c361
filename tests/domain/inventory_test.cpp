// The online shop's stock follows the tills: what matches what, what is written and what is not,
// and rounds through all of it.

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server/domain/inventory/inventory_service.h"
#include "server/domain/inventory/on_hand_writer.h"
#include "server/domain/stock/stock_service.h"
#include "tests/support/fake_inventory.h"
#include "tests/support/fakes.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

ShopItem article(int64_t id, const std::string& barcode, const std::string& sku = "") {
  return {.variant_id = id,
          .item_id = id + 1'000,
          .parent_id = id + 2'000,
          .name = "article " + std::to_string(id),
          .barcode = barcode,
          .sku = sku};
}
Product sold(const std::string& id, const std::string& code, const std::string& supplier = "") {
  return {.product_id = id, .code = code, .supplier_code = supplier, .name = "product " + id};
}

// "outcome:product" of each.
std::vector<std::string> matched(std::vector<ShopItem> items,
                                 const std::vector<Product>& products) {
  match_items(items, products);
  std::vector<std::string> outcomes;
  for (const ShopItem& item : items) {
    outcomes.push_back(std::string(word(item.match)) + ":" + item.product_id);
  }
  return outcomes;
}

TEST(ItemMatchTest, GoesByTheBarcodeFirstAndThenByTheSku) {
  const std::vector<Product> products{sold("1", "4901"), sold("2", "4902", "SKU-2"),
                                      sold("3", "SKU-3")};
  EXPECT_THAT(
      matched({article(1, "4901"), article(2, "", "SKU-2"), article(3, "none", "SKU-3")}, products),
      ElementsAre("matched:1", "matched:2", "matched:3"));
  EXPECT_THAT(matched({article(1, "4901", "SKU-2")}, products), ElementsAre("matched:1"))
      << "the SKU is not asked where a product has the barcode";
  EXPECT_THAT(matched({article(1, "4902", ""), article(2, "", "")}, products),
              ElementsAre("matched:2", "unmatched:"));
}

TEST(ItemMatchTest, WhatIsAmbiguousIsNobodys) {
  const std::vector<Product> products{sold("1", "4901"), sold("2", "4901"), sold("3", "4903", "A")};
  EXPECT_THAT(matched({article(1, "4901")}, products), ElementsAre("duplicate:"))
      << "two products with one code";
  EXPECT_THAT(matched({article(1, "4903"), article(2, "4903")}, products),
              ElementsAre("duplicate:3", "duplicate:3"))
      << "two articles with one barcode";
  EXPECT_THAT(matched({article(1, "4903"), article(2, "", "A")}, products),
              ElementsAre("duplicate:3", "duplicate:3"))
      << "one by its barcode, one by its SKU";
  EXPECT_THAT(matched({article(1, "A")}, {sold("1", "A"), sold("2", "", "A")}),
              ElementsAre("matched:1"))
      << "a product's own code counts before a supplier's";
}

TEST(ItemMatchTest, OnlyWhatTheTillsCountIsAskedOfTheMerchant) {
  Product service = sold("1", "4901");
  service.stock_controlled = false;
  ShopItem untracked = article(2, "4902");
  untracked.tracked = false;
  ShopItem gift_card = article(3, "");
  gift_card.tracked = false;
  ShopItem twin = article(4, "4904");
  twin.tracked = false;
  EXPECT_THAT(matched({article(1, "4901"), untracked, gift_card, article(5, "4904"), twin},
                      {service, sold("2", "4902"), sold("4", "4904")}),
              ElementsAre("uncounted:1", "untracked:2", "uncounted:", "matched:4", "untracked:4"))
      << "what the online shop does not count is nobody's twin";
}

// Every article and every product of a small world, by a slow and obvious rule.
TEST(ItemMatchTest, AgreesWithASlowRuleOnSmallWorlds) {
  fakes::SeededRandom random{29};
  const auto code = [&] { return std::string(1, static_cast<char>('a' + random.below(4))); };
  for (int world = 0; world < 3'000; ++world) {
    std::vector<Product> products;
    for (uint64_t i = 0; i < random.below(5); ++i) {
      products.push_back(sold(std::to_string(i), random.below(4) == 0 ? "" : code(),
                              random.below(2) == 0 ? "" : code()));
    }
    std::vector<ShopItem> items;
    for (uint64_t i = 0; i < random.below(5); ++i) {
      items.push_back(article(static_cast<int64_t>(i) + 1, random.below(3) == 0 ? "" : code(),
                              random.below(3) == 0 ? "" : code()));
    }
    const auto candidates = [&](const ShopItem& item) {
      for (const std::string& word : {item.barcode, item.sku}) {
        for (const bool own : {true, false}) {
          std::vector<std::string> ids;
          for (const Product& one : products) {
            const std::string& its = own ? one.code : one.supplier_code;
            if (!word.empty() && its == word) ids.push_back(one.product_id);
          }
          if (!ids.empty()) return ids;
        }
      }
      return std::vector<std::string>();
    };
    std::vector<std::string> wanted;
    for (const ShopItem& item : items) {
      const auto own = candidates(item);
      const bool shared = own.size() == 1 && std::ranges::any_of(items, [&](const ShopItem& other) {
                            return other.variant_id != item.variant_id && candidates(other) == own;
                          });
      wanted.push_back(own.empty()      ? "unmatched:"
                       : own.size() > 1 ? "duplicate:"
                       : shared         ? "duplicate:" + own.front()
                                        : "matched:" + own.front());
    }
    ASSERT_EQ(matched(items, products), wanted) << "world " << world;
  }
}

constexpr TenantId kShopId = 1;
constexpr int64_t kShibuya = 71;
constexpr int64_t kShinjuku = 72;

class InventoryTest : public ::testing::Test {
 protected:
  InventoryTest() {
    tenant.id = kShopId;
    tenant.shop_domain = "a.myshopify.com";
    tenant.contract_id = "sb_1";
    tenant.installed = true;
    tenant.settings.locations = {{"1", kShibuya}, {"2", kShinjuku}};
    storage.put_tenant(tenant);
    shop.places = {{kShibuya, "渋谷"}, {kShinjuku, "新宿"}};
    for (int64_t id = 1; id <= 3; ++id) {
      shop.articles[id] = article(id, "490" + std::to_string(id));
      book.products.push_back(sold("p" + std::to_string(id), "490" + std::to_string(id)));
    }
    (void)storage.apply(kShopId,
                        {change::SetCursor{std::string(kStockConfirmedCursor), clock.now()}});
  }

  void level(const std::string& product, const std::string& store, int64_t on_hand) {
    clock.advance(1);
    (void)storage.apply(kShopId, {change::PutStock{{{.product_id = product,
                                                     .store_id = store,
                                                     .on_hand = on_hand,
                                                     .changed_at = clock.now()}}}});
  }
  void online(int64_t variant, int64_t location, int64_t on_hand) {
    shop.levels[{variant + 1'000, location}] = on_hand;
  }
  [[nodiscard]] std::optional<int64_t> seen(int64_t variant, int64_t location) const {
    const auto found = shop.levels.find({variant + 1'000, location});
    return found == shop.levels.end() ? std::nullopt : std::optional(found->second);
  }
  // Steps until there is nothing more to do; how many.
  int run() {
    int steps = 0;
    for (Result<bool> more = service.step(tenant); more.ok() && *more; ++steps) {
      more = service.step(tenant);
      if (steps > 1'000) ADD_FAILURE() << "it never ends";
      if (steps > 1'000) break;
    }
    return steps;
  }
  // What waits to be written; "*": in the background.
  std::vector<std::string> asked() {
    std::vector<std::string> keys;
    for (const auto& [id, row] : storage.outbox()) {
      keys.push_back(row.item.write.key + (row.item.background ? "*" : ""));
    }
    std::ranges::sort(keys);
    return keys;
  }
  // Works off the outbox as a worker does; the outcomes that were errors.
  std::vector<ErrorCode> write() {
    std::vector<ErrorCode> errors;
    for (const bool background : {false, true}) {
      const auto leased =
          background ? storage.lease_background(OutboxKind::kWriteOnHand, 50, clock.now(), 30)
                     : storage.lease_outbox(50, clock.now(), 30);
      const auto outcomes = writer.write(tenant, *leased);
      for (size_t i = 0; i < leased->size(); ++i) {
        if (outcomes[i].done.ok()) {
          (void)storage.finish_outbox((*leased)[i], outcomes[i].changes);
        } else {
          errors.push_back(outcomes[i].done.error().code);
          (void)storage.retry_outbox((*leased)[i], clock.now(), "");
        }
      }
    }
    return errors;
  }
  // A round, and all that it asks for.
  void go_through() {
    run();
    while (!storage.outbox().empty()) {
      ASSERT_THAT(write(), IsEmpty());
      run();
    }
  }

  fakes::ManualClock clock;
  fakes::FakeStorage storage;
  fakes::FakeInventory book{storage};
  fakes::FakeOnlineStock shop;
  InventoryService service{{.storage = storage, .book = book, .shop = shop, .clock = clock}};
  OnHandWriter writer{{.storage = storage, .book = book, .shop = shop, .clock = clock}};
  Tenant tenant;
};

TEST_F(InventoryTest, DoesNothingWhileNoShopHasAPlace) {
  tenant.settings.locations.clear();
  storage.put_tenant(tenant);
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(shop.pages, 0);
  level("p1", "1", 5);
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(InventoryTest, NothingBeforeTheTillsWereReadNorWhilePausedNorWithoutAContract) {
  fakes::FakeStorage fresh;
  fresh.put_tenant(tenant);
  fakes::FakeInventory its_book(fresh);
  InventoryService early({.storage = fresh, .book = its_book, .shop = shop, .clock = clock});
  EXPECT_FALSE(*early.step(tenant));
  Tenant paused = tenant;
  paused.settings.paused = true;
  EXPECT_FALSE(*service.step(paused));
  Tenant alone = tenant;
  alone.contract_id.clear();
  EXPECT_FALSE(*service.step(alone));
  EXPECT_EQ(shop.pages, 0);
}

TEST_F(InventoryTest, ARoundBringsAllFiguresInStep) {
  level("p1", "1", 5);
  level("p2", "1", -4);
  level("p3", "2", 2'000'000'000);
  online(1, kShibuya, 9);
  online(2, kShibuya, 3);
  online(3, kShinjuku, 1);
  go_through();
  EXPECT_EQ(seen(1, kShibuya), 5);
  EXPECT_EQ(seen(2, kShibuya), 0) << "a till may sell what it does not have; online that is none";
  EXPECT_EQ(seen(3, kShinjuku), kOnHandMost);
  EXPECT_FALSE(seen(1, kShinjuku)) << "none of it, and not stocked: nothing to write";
  EXPECT_THAT(shop.begun, IsEmpty());
  ASSERT_THAT(shop.written, SizeIs(1)) << "one call for all of them";
  shop.written.clear();
  run();
  EXPECT_THAT(asked(), IsEmpty()) << "one round a night";
  clock.advance(86'400);
  go_through();
  EXPECT_THAT(shop.written, IsEmpty()) << "nothing is written where the figure is right";
}

TEST_F(InventoryTest, ARoundSeesAPlaceThatWasChosenAMomentAgo) {
  level("p1", "2", 5);
  online(1, kShinjuku, 9);
  Tenant before = tenant;  // as another server still knows it
  before.settings.locations = {{"1", kShibuya}};
  for (int steps = 0; *service.step(before); ++steps) ASSERT_LT(steps, 100);
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_EQ(seen(1, kShinjuku), 5);
}

TEST_F(InventoryTest, WhatIsNotStockedAtAPlaceIsStockedOnce) {
  level("p1", "1", 5);
  go_through();
  ASSERT_THAT(shop.begun, SizeIs(1));
  EXPECT_EQ(seen(1, kShibuya), 5);
  level("p1", "1", 4);
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_EQ(seen(1, kShibuya), 4);
  EXPECT_THAT(shop.begun, SizeIs(1));
}

TEST_F(InventoryTest, AChangedLevelIsAskedForOnceInItsOwnTransaction) {
  go_through();
  level("p1", "1", 5);
  EXPECT_THAT(asked(), ElementsAre("p1/1"));
  const StockLevel same{
      .product_id = "p1", .store_id = "1", .on_hand = 5, .changed_at = clock.now()};
  EXPECT_THAT(write(), IsEmpty());
  (void)storage.apply(kShopId, {change::PutStock{{same}}});
  EXPECT_THAT(asked(), IsEmpty()) << "read again by polling, it is no news";
  level("p1", "9", 5);
  level("p9", "1", 5);
  EXPECT_THAT(asked(), IsEmpty()) << "a shop without a place, and a product that is no article";
}

TEST_F(InventoryTest, WhatStaffDidNotFindIsSoldNowhereUntilItIsCountedAgain) {
  online(1, kShibuya, 5);
  level("p1", "1", 5);
  go_through();
  (void)storage.apply(kShopId, {change::DoubtStock{.product_id = "p1", .store_id = "1"}});
  EXPECT_THAT(asked(), ElementsAre("p1/1"));
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_EQ(seen(1, kShibuya), 0);
  (void)storage.apply(kShopId, {change::DoubtStock{.product_id = "p1", .store_id = "1"}});
  EXPECT_THAT(asked(), IsEmpty()) << "it is doubted already";
  level("p1", "1", 5);
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_EQ(seen(1, kShibuya), 5);
}

TEST_F(InventoryTest, WhatWasSoldOnlineIsNotGivenBackWhileTheTillsDoNotKnow) {
  online(1, kShibuya, 8);
  level("p1", "1", 8);
  go_through();
  Taking taking;
  taking.name = {.parcel_id = 77, .order_line = 5};
  taking.product_id = "p1";
  taking.store_id = "1";
  taking.quantity = 3;
  storage.takings["77/5"] = taking;
  online(1, kShibuya, 5);  // as the online shop does by itself
  level("p1", "1", 7);     // a till sold one
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_EQ(seen(1, kShibuya), 4);
}

TEST_F(InventoryTest, WhatChangesBetweenLookAndWriteIsLookedAtAgain) {
  online(1, kShibuya, 9);
  go_through();
  level("p1", "1", 5);
  shop.before_a_write = [&] { online(1, kShibuya, 8); };  // an order went out
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_EQ(seen(1, kShibuya), 5);
  ASSERT_GE(shop.keys.size(), 2u);
  EXPECT_NE(shop.keys[shop.keys.size() - 1], shop.keys[shop.keys.size() - 2])
      << "another comparison is another write";
}

TEST_F(InventoryTest, GivesUpForNowWhenTheFigureChangesAtEveryLook) {
  online(1, kShibuya, 9);
  go_through();
  level("p1", "1", 5);
  int64_t next = 100;
  std::function<void()> somebody = [&] {
    online(1, kShibuya, ++next);
    shop.before_a_write = somebody;
  };
  shop.before_a_write = somebody;
  EXPECT_THAT(write(), ElementsAre(ErrorCode::kUnavailable));
  shop.before_a_write = nullptr;
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_EQ(seen(1, kShibuya), 5);
}

TEST_F(InventoryTest, AWriteWhoseAnswerIsLostIsOneWrite) {
  online(1, kShibuya, 9);
  go_through();
  level("p1", "1", 5);
  shop.written.clear();
  shop.loses_next_answer = true;
  EXPECT_THAT(write(), ElementsAre(ErrorCode::kUnavailable));
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_THAT(shop.written, SizeIs(1));
  EXPECT_EQ(seen(1, kShibuya), 5);
}

TEST_F(InventoryTest, ARetryOfTheSameItemHasTheSameKeyAndAnotherChangeAnother) {
  online(1, kShibuya, 9);
  go_through();
  shop.keys.clear();
  level("p1", "1", 5);
  shop.refusals[1'001] = OnlineStock::Why::kOther;
  EXPECT_THAT(write(), ElementsAre(ErrorCode::kInvalid));
  EXPECT_THAT(write(), ElementsAre(ErrorCode::kInvalid));
  shop.refusals.clear();
  EXPECT_THAT(write(), IsEmpty());
  ASSERT_THAT(shop.keys, SizeIs(3));
  EXPECT_EQ(shop.keys[0], shop.keys[1]);
  EXPECT_EQ(shop.keys[1], shop.keys[2]);
  level("p1", "1", 9);
  EXPECT_THAT(write(), IsEmpty());
  level("p1", "1", 5);
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_NE(shop.keys.back(), shop.keys[0]) << "the same figures on another occasion";
}

TEST_F(InventoryTest, OneThatIsRefusedHoldsUpNobody) {
  for (int64_t id = 1; id <= 3; ++id) online(id, kShibuya, 9);
  go_through();
  for (const char* product : {"p1", "p2", "p3"}) level(product, "1", 5);
  shop.refusals[1'002] = OnlineStock::Why::kOther;
  EXPECT_THAT(write(), ElementsAre(ErrorCode::kInvalid));
  EXPECT_EQ(seen(1, kShibuya), 5);
  EXPECT_EQ(seen(2, kShibuya), 0) << "as the round left it";
  EXPECT_EQ(seen(3, kShibuya), 5);
}

TEST_F(InventoryTest, AnArticleThatIsGoneIsForgottenAndAnUntrackedOneListed) {
  online(1, kShibuya, 9);
  online(2, kShibuya, 9);
  go_through();
  shop.articles.erase(1);
  shop.articles[2].tracked = false;
  level("p1", "1", 5);
  level("p2", "1", 5);
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_EQ(seen(2, kShibuya), 0) << "as the round left it";
  EXPECT_FALSE(book.matched_item(kShopId, "p1")->has_value());
  const auto untracked = book.items_that(kShopId, ItemMatch::kUntracked, 0, 10);
  ASSERT_THAT(*untracked, SizeIs(1));
  EXPECT_EQ(untracked->front().variant_id, 2);
  level("p1", "1", 4);
  level("p2", "1", 4);
  EXPECT_THAT(asked(), IsEmpty()) << "nothing more is asked for of them";
}

TEST_F(InventoryTest, APlaceThatIsGoneIsToldAndTriedNoMore) {
  go_through();
  shop.places.pop_back();
  level("p1", "2", 5);
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_EQ(*storage.cursor(kShopId, kLocationGoneCursor), std::optional(clock.now()));
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(InventoryTest, ShopifyAwayLosesNothing) {
  online(1, kShibuya, 9);
  go_through();
  shop.down = true;
  level("p1", "1", 5);
  EXPECT_THAT(write(), ElementsAre(ErrorCode::kUnavailable));
  level("p1", "1", 4);
  EXPECT_FALSE(service.step(tenant).ok() && *service.step(tenant));
  shop.down = false;
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_EQ(seen(1, kShibuya), 4) << "the last figure, whatever was between";
}

TEST_F(InventoryTest, ARoundGoesOnWhereItStoppedAndAsksForFewAtOnce) {
  shop.articles.clear();
  book.products.clear();
  for (int64_t id = 1; id <= 450; ++id) {
    shop.articles[id] = article(id, "c" + std::to_string(id));
    book.products.push_back(sold("q" + std::to_string(id), "c" + std::to_string(id)));
    online(id, kShibuya, 1);
  }
  shop.page_size = 100;
  ASSERT_TRUE(*service.step(tenant));  // begins
  ASSERT_TRUE(*service.step(tenant));
  shop.down = true;
  EXPECT_FALSE(service.step(tenant).ok());
  shop.down = false;
  InventoryService after({.storage = storage, .book = book, .shop = shop, .clock = clock});
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(*after.step(tenant));
  EXPECT_EQ(shop.pages, 5) << "no page twice";
  run();
  EXPECT_EQ(asked().size(), static_cast<size_t>(kOnHandWaiting));
  EXPECT_TRUE(std::ranges::all_of(asked(), [](const auto& key) { return key.ends_with('*'); }))
      << "behind everybody who waits";
  go_through();
  EXPECT_EQ(book.items_that(kShopId, ItemMatch::kMatched, 0, 1'000)->size(), 450u);
  EXPECT_EQ(seen(450, kShibuya), 0) << "to the last one";
}

TEST_F(InventoryTest, AnArticleThatComesOrChangesIsFoundBetweenRounds) {
  go_through();
  shop.articles[4] = article(4, "4904");
  book.products.push_back(sold("p4", "4904"));
  level("p4", "1", 6);
  EXPECT_THAT(asked(), IsEmpty());
  shop.changed = {4};
  clock.advance(kItemsPollSeconds);
  run();
  EXPECT_THAT(asked(), UnorderedElementsAre("p4/1", "p4/2"));
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_EQ(seen(4, kShibuya), 6);
  shop.articles[4].barcode = "nobody's";
  clock.advance(kItemsPollSeconds);
  run();
  level("p4", "1", 7);
  EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(InventoryTest, AProductThatComesToTheTillsMatches) {
  shop.articles[4] = article(4, "4904");
  go_through();
  EXPECT_THAT(*book.items_that(kShopId, ItemMatch::kUnmatched, 0, 10), SizeIs(1));
  clock.advance(kInventorySkewSeconds + 1);
  book.products.push_back(sold("p4", "4904"));
  (void)storage.apply(kShopId, {catalogue_changed(clock)});
  run();
  EXPECT_THAT(asked(), UnorderedElementsAre("p4/1", "p4/2"));
  EXPECT_THAT(*book.items_that(kShopId, ItemMatch::kUnmatched, 0, 10), IsEmpty());
}

TEST_F(InventoryTest, ADeletedArticleIsGoneAfterTheNextRound) {
  go_through();
  shop.articles.erase(2);
  clock.advance(86'400);
  go_through();
  EXPECT_FALSE(book.matched_item(kShopId, "p2")->has_value());
  EXPECT_TRUE(book.matched_item(kShopId, "p1")->has_value());
}

TEST_F(InventoryTest, ARoundThatIsAskedForWhileOneRunsComesAfterIt) {
  ASSERT_TRUE(*service.step(tenant));
  (void)storage.apply(kShopId, {change::SetCursor{std::string(kRoundWantedCursor), clock.now()}});
  go_through();
  EXPECT_EQ(shop.pages, 2) << "a round and the changes since; not two in a second, without end";
  clock.advance(1);
  go_through();
  EXPECT_EQ(shop.pages, 3);
  clock.advance(1);
  go_through();
  EXPECT_EQ(shop.pages, 3) << "and no third";
}

TEST(OnHandKeyTest, NamesAProductInAShop) {
  EXPECT_EQ(on_hand_key("12", "3"), "12/3");
  EXPECT_EQ(on_hand_name("12/3").product_id, "12");
  EXPECT_EQ(on_hand_name("12/3").store_id, "3");
  for (const char* wrong : {"", "12", "/3", "12/", "/"}) {
    EXPECT_EQ(on_hand_name(wrong).product_id, "") << wrong;
  }
}

}  // namespace
}  // namespace tsunagi
