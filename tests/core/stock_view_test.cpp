#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/markup_reader.h"
#include "wasm/core/view.h"

namespace tsunagi {
namespace {

constexpr int64_t kNow = 1'795'225'980;  // 2026-11-21 10:53:00 in Japan

ShopStock shop(const std::string& id, int64_t on_hand) {
  ShopStock shop;
  shop.shop_id = id;
  shop.name = "店" + id;
  shop.known = true;
  shop.on_hand = on_hand;
  shop.as_of = kNow - 60;
  return shop;
}

StockModel shops(int count) {
  StockModel stock;
  stock.product_code = "4901234567894";
  for (int i = 1; i <= count; ++i) {
    stock.shops.push_back(shop(std::to_string(i), 9));
  }
  return stock;
}

ReadMarkup read_stock(const StockModel& stock, Language language = Language::kJapanese) {
  ReadMarkup read = read_markup(render_stock(stock, {.language = language, .now = kNow}));
  EXPECT_EQ(read.objection, "");
  return read;
}

TEST(Offered, IsOnHandLessHeldLessSafetyAndNeverNegative) {
  struct Case {
    int64_t on_hand, held, safety, offered;
  };
  const std::vector<Case> cases = {{5, 0, 0, 5},
                                   {5, 2, 1, 2},
                                   {5, 5, 0, 0},
                                   {5, 3, 2, 0},
                                   {5, 3, 3, 0},
                                   {0, 0, 0, 0},
                                   {-4, 0, 0, 0},
                                   {-4, -9, 0, 5},
                                   {0, 0, 1, 0},
                                   {INT64_MAX, 0, 0, 1'000'000'000'000},
                                   {INT64_MIN, INT64_MAX, INT64_MAX, 0}};
  for (const Case& c : cases) {
    ShopStock s;
    s.on_hand = c.on_hand;
    s.held = c.held;
    s.safety = c.safety;
    EXPECT_EQ(offered(s), c.offered) << c.on_hand << " - " << c.held << " - " << c.safety;
  }
}

TEST(StockSign, FollowsTheOfferedFigureAndItsAge) {
  struct Case {
    bool known;
    int64_t on_hand, few_below, age;
    StockSign sign;
  };
  const std::vector<Case> cases = {
      {true, 0, 3, 0, StockSign::kNone},
      {true, 1, 3, 0, StockSign::kFew},
      {true, 2, 3, 0, StockSign::kFew},
      {true, 3, 3, 0, StockSign::kMany},
      {true, 1, 1, 0, StockSign::kMany},
      {true, 1, 0, 0, StockSign::kMany},
      {true, 9, 3, kStockConfirmedForSeconds, StockSign::kMany},
      {true, 9, 3, kStockConfirmedForSeconds + 1, StockSign::kUnknown},
      {true, 0, 3, kStockConfirmedForSeconds + 1, StockSign::kUnknown},
      {true, 9, 3, -5, StockSign::kMany},  // their clock ahead of ours
      {false, 9, 3, 0, StockSign::kUnknown},
      {true, 9, 3, kNow, StockSign::kUnknown},  // never
  };
  for (const Case& c : cases) {
    ShopStock s = shop("1", c.on_hand);
    s.known = c.known;
    s.as_of = kNow - c.age;
    EXPECT_EQ(stock_sign(s, c.few_below, kNow), c.sign) << c.on_hand << " after " << c.age;
  }
}

TEST(StockView, EachSignHasItsMarkAndWord) {
  StockModel stock;
  stock.shops = {shop("1", 9), shop("2", 1), shop("3", 0), shop("4", 9)};
  stock.shops[3].known = false;
  const std::vector<std::pair<std::string, std::pair<std::string, std::string>>> cases = {
      {"many", {"○在庫あり", "○In stock"}},
      {"few", {"△残りわずか", "△Only a few left"}},
      {"none", {"×なし", "×Out of stock"}},
      {"unknown", {"要確認", "To be confirmed"}}};
  const ReadMarkup japanese = read_stock(stock);
  const ReadMarkup english = read_stock(stock, Language::kEnglish);
  for (size_t i = 0; i < cases.size(); ++i) {
    const std::string name = "tsunagi-stock__shop--" + cases[i].first;
    EXPECT_EQ(japanese.with_class(name).size(), 1u);
    EXPECT_EQ(japanese.with_class("tsunagi-stock__sign")[i].text, cases[i].second.first);
    EXPECT_EQ(english.with_class("tsunagi-stock__sign")[i].text, cases[i].second.second);
    EXPECT_EQ(stock_sign_name(static_cast<StockSign>(i)), cases[i].first);
  }
}

TEST(StockView, TimeInTheTitleIsTheOldestOfTheSigns) {
  StockModel stock = shops(3);
  stock.shops[1].as_of = kNow - 9 * 60;
  stock.shops[2].as_of = kNow - 50 * 60;  // no sign any more: 要確認
  EXPECT_EQ(read_stock(stock).text_of("tsunagi-stock__as-of"), "10:44 時点");
  EXPECT_EQ(read_stock(stock, Language::kEnglish).text_of("tsunagi-stock__as-of"), "as of 10:44");
  for (ShopStock& s : stock.shops) {
    s.known = false;
  }
  EXPECT_EQ(read_stock(stock).text_of("tsunagi-stock__as-of"), "(none)");
}

TEST(StockView, AShopToBeAskedHasItsTelephone) {
  struct Case {
    std::string phone, address;
  };
  const std::vector<Case> cases = {{"06-1234-5678", "tel:0612345678"},
                                   {"+81 6 1234 5678", "tel:+81612345678"},
                                   {"(06) 1234", "tel:061234"},
                                   {"javascript:alert(1)", ""},
                                   {"12", ""},
                                   {"", ""}};
  for (const Case& c : cases) {
    StockModel stock = shops(1);
    stock.shops[0].known = false;
    stock.shops[0].phone = c.phone;
    const std::vector<Element> phone = read_stock(stock).with_class("tsunagi-stock__phone");
    ASSERT_EQ(phone.size(), c.address.empty() ? 0u : 1u) << c.phone;
    if (!phone.empty()) {
      EXPECT_EQ(phone[0].attributes.at("href"), c.address);
      EXPECT_EQ(phone[0].text, c.phone);
    }
    stock.shops[0].known = true;
    EXPECT_EQ(read_stock(stock).with_class("tsunagi-stock__call").size(), 0u);
  }
}

std::vector<std::string> order(const ReadMarkup& read) {
  std::vector<std::string> ids;
  for (const Element& shop : read.with_class("tsunagi-stock__shop")) {
    ids.push_back(shop.attributes.at("data-tsunagi-shop"));
  }
  return ids;
}

TEST(StockView, AShopThatHasItLeadsToHavingItPutAside) {
  StockModel stock;
  stock.shops = {shop("1", 9), shop("2", 1), shop("3", 0), shop("4", 9)};
  stock.shops[3].known = false;
  EXPECT_EQ(read_stock(stock).with_class("tsunagi-stock__pickup").size(), 0u);
  stock.pickup_url = "/apps/tsunagi/pickup?code=490%26";
  const std::vector<Element> ways = read_stock(stock).with_class("tsunagi-stock__pickup");
  ASSERT_EQ(ways.size(), 2u) << "many and few";
  EXPECT_EQ(ways[0].attributes.at("href"), "/apps/tsunagi/pickup?code=490%26&amp;shop=1");
  EXPECT_EQ(ways[1].attributes.at("href"), "/apps/tsunagi/pickup?code=490%26&amp;shop=2");
  EXPECT_EQ(ways[0].text, "取り置く");
  EXPECT_EQ(ways[0].attributes.at("aria-label"), "取り置く 店1");
  EXPECT_EQ(read_stock(stock, Language::kEnglish).text_of("tsunagi-stock__pickup"), "Reserve");
  stock.pickup_url = "javascript:alert(1)";
  EXPECT_EQ(read_stock(stock).with_class("tsunagi-stock__pickup").size(), 0u);
}

TEST(StockView, FavouriteComesFirstThenTheMerchantsOrder) {
  StockModel stock = shops(4);
  stock.shops[2].favourite = true;
  EXPECT_EQ(order(read_stock(stock)), (std::vector<std::string>{"3", "1", "2", "4"}));
}

TEST(StockView, TwentyShopsAreShownThenMore) {
  struct Case {
    int shops;
    bool all;
    size_t shown;
    std::string more;
  };
  const std::vector<Case> cases = {{20, false, 20, "(none)"},
                                   {21, false, 20, "他の店舗を見る（1）"},
                                   {25, false, 20, "他の店舗を見る（5）"},
                                   {25, true, 25, "(none)"},
                                   {500, true, 500, "(none)"},
                                   {501, true, 500, "(none)"}};
  for (const Case& c : cases) {
    StockModel stock = shops(c.shops);
    stock.all_shops = c.all;
    stock.more_url = "/apps/tsunagi/stock?all=1&sku=x";
    stock.shops.back().favourite = true;
    const ReadMarkup read = read_stock(stock);
    EXPECT_EQ(order(read).size(), c.shown);
    EXPECT_EQ(order(read)[0], std::to_string(c.shops))
        << "the favourite is shown whatever its place";
    const std::string more = read.text_of("tsunagi-stock__more");
    EXPECT_EQ(more, c.more == "(none)" ? c.more : more);
    EXPECT_EQ(more.find(std::to_string(c.shops - static_cast<int>(c.shown))) != std::string::npos,
              c.more != "(none)");
  }
  StockModel stock = shops(21);
  EXPECT_EQ(read_stock(stock).with_class("tsunagi-stock__more").size(), 0u) << "nowhere to go";
  stock.more_url = "/more";
  stock.others = 179;
  EXPECT_NE(read_stock(stock).text_of("tsunagi-stock__more").find("180"), std::string::npos)
      << "shops that were not sent are counted";
}

TEST(StockView, StarIsAButtonForWhoIsSignedInAndAMarkForOthers) {
  StockModel stock = shops(2);
  stock.shops[0].favourite = true;
  ReadMarkup read = read_stock(stock);
  ASSERT_EQ(read.with_class("tsunagi-stock__star").size(), 1u);
  EXPECT_EQ(read.with_class("tsunagi-stock__star")[0].tag, "span");
  stock.can_pin = true;
  read = read_stock(stock);
  const std::vector<Element> stars = read.with_class("tsunagi-stock__star");
  ASSERT_EQ(stars.size(), 2u);
  EXPECT_EQ(stars[0].attributes.at("aria-pressed"), "true");
  EXPECT_EQ(stars[0].text, "★");
  EXPECT_EQ(stars[1].attributes.at("aria-pressed"), "false");
  EXPECT_EQ(stars[1].text, "☆");
  EXPECT_EQ(stars[1].attributes.at("data-tsunagi-shop"), "2");
  EXPECT_EQ(stars[1].attributes.at("aria-label"), "店2をよく行くお店にする");
}

TEST(StockView, PinIsOfferedToWhoIsSignedIn) {
  StockModel stock = shops(1);
  EXPECT_EQ(read_stock(stock).with_class("tsunagi-stock__pin").size(), 0u);
  stock.can_pin = true;
  Element pin = read_stock(stock).with_class("tsunagi-stock__pin").at(0);
  EXPECT_EQ(pin.attributes.at("aria-pressed"), "false");
  EXPECT_EQ(pin.attributes.at("data-tsunagi-product"), "4901234567894");
  stock.pinned = true;
  pin = read_stock(stock).with_class("tsunagi-stock__pin").at(0);
  EXPECT_EQ(pin.attributes.at("aria-pressed"), "true");
}

TEST(StockView, WhereThereIsNoneWhoIsSignedInMayAskToBeTold) {
  StockModel stock = shops(3);
  stock.shops[0].on_hand = stock.shops[1].on_hand = 0;
  EXPECT_EQ(read_stock(stock).with_class("tsunagi-stock__restock").size(), 0u);
  stock.can_ask = true;
  stock.shops[1].asked = true;
  std::vector<Element> buttons = read_stock(stock).with_class("tsunagi-stock__restock");
  ASSERT_EQ(buttons.size(), 2u);
  EXPECT_EQ(buttons[0].text, "入荷したらメールで知らせる");
  EXPECT_EQ(buttons[0].attributes.at("aria-pressed"), "false");
  EXPECT_EQ(buttons[0].attributes.at("data-tsunagi-shop"), "1");
  EXPECT_EQ(buttons[0].attributes.at("aria-label"), "入荷したらメールで知らせる 店1");
  EXPECT_EQ(buttons[1].text, "入荷をメールでお知らせします");
  EXPECT_EQ(buttons[1].attributes.at("aria-pressed"), "true");
  stock.shops[0].known = stock.shops[1].known = false;
  buttons = read_stock(stock, Language::kEnglish).with_class("tsunagi-stock__restock");
  ASSERT_EQ(buttons.size(), 1u) << "what was asked for can be taken back";
  EXPECT_EQ(buttons[0].text, "We’ll email you when it is back");
}

TEST(StockView, NearestComesFirstAfterTheFavouriteAndWhatIsNowhereLast) {
  StockModel stock = shops(6);
  const std::vector<int64_t> east = {0, 139'800'000, 139'700'000, 0, 139'710'000, 139'699'000};
  for (size_t i = 0; i < east.size(); ++i) {
    stock.shops[i].east = east[i];
    stock.shops[i].north = east[i] == 0 ? 0 : 35'000'000;
  }
  stock.shops[1].favourite = true;
  stock.shops[4].approximate = true;
  const auto order = [&] {
    std::string ids;
    for (const Element& row : read_stock(stock).with_class("tsunagi-stock__shop")) {
      ids += row.attributes.at("data-tsunagi-shop");
    }
    return ids;
  };
  EXPECT_EQ(read_stock(stock).with_class("tsunagi-stock__near").size(), 0u);
  stock.can_locate = true;
  EXPECT_EQ(order(), "213456");
  EXPECT_EQ(read_stock(stock).with_class("tsunagi-stock__distance").size(), 0u);
  Element near = read_stock(stock).with_class("tsunagi-stock__near").at(0);
  EXPECT_EQ(near.text, "近い順");
  EXPECT_EQ(near.attributes.at("aria-pressed"), "false");
  stock.near = true;
  stock.here_north = 35'000'000;
  stock.here_east = 139'699'500;
  EXPECT_EQ(order(), "236514") << "of two as far away the merchant's order counts";
  near = read_stock(stock).with_class("tsunagi-stock__near").at(0);
  EXPECT_EQ(near.attributes.at("aria-pressed"), "true");
  std::vector<std::string> distances;
  for (const Element& one : read_stock(stock).with_class("tsunagi-stock__distance")) {
    distances.push_back(one.text);
  }
  EXPECT_EQ(distances, (std::vector<std::string>{"9.2 km", "50 m", "50 m", "約1 km"}));
  stock.here_north = kNorthMost + 1;
  EXPECT_EQ(order(), "213456") << "nowhere on the Earth";
}

TEST(StockView, DistancesAreSaidAsFarAsTheyMatter) {
  struct Case {
    int64_t north;
    const char *exact, *about;
  };
  for (const Case& c :
       {Case{0, "10 m", "about 1 km"}, Case{40, "10 m", "about 1 km"},
        Case{8'900, "990 m", "about 1 km"}, Case{8'960, "1.0 km", "about 1 km"},
        Case{14'000, "1.6 km", "about 2 km"}, Case{899'000, "100 km", "about 100 km"},
        Case{898'000, "99.9 km", "about 100 km"}, Case{45'000'000, "5,004 km", "about 5,004 km"}}) {
    StockModel stock = shops(2);
    stock.near = stock.can_locate = true;
    stock.here_east = 1;
    for (ShopStock& one : stock.shops) {
      one.north = c.north;
      one.east = 1;
    }
    stock.shops[1].approximate = true;
    const auto read = read_stock(stock, Language::kEnglish).with_class("tsunagi-stock__distance");
    ASSERT_EQ(read.size(), 2u);
    EXPECT_EQ(read[0].text, c.exact) << c.north;
    EXPECT_EQ(read[1].text, c.about) << c.north;
  }
}

TEST(StockView, TodaysHoursStandWithTheMapInTheLanguageOfThePage) {
  StockModel stock = shops(3);
  for (size_t i : {0U, 1U}) {
    stock.shops[i].hours_ja = "本日 10:00–20:00";
    stock.shops[i].hours_en = "Today 10:00–20:00";
  }
  stock.shops[1].map_url = stock.shops[2].map_url = "https://maps.example/";
  const auto told = [&stock](Language language) {
    std::vector<std::string> told;
    for (const Element& one : read_stock(stock, language).with_class("tsunagi-stock__hours")) {
      told.push_back(one.text);
    }
    return told;
  };
  EXPECT_EQ(told(Language::kJapanese),
            (std::vector<std::string>{"本日 10:00–20:00", "本日 10:00–20:00地図"}));
  EXPECT_EQ(told(Language::kEnglish),
            (std::vector<std::string>{"Today 10:00–20:00", "Today 10:00–20:00Map"}));
  EXPECT_EQ(read_stock(stock).with_class("tsunagi-stock__map").size(), 2u);
}

TEST(StockView, OneShopIsNotSorted) {
  StockModel stock = shops(2);
  stock.can_locate = true;
  stock.shops[0].north = 35'000'000;
  EXPECT_EQ(read_stock(stock).with_class("tsunagi-stock__near").size(), 0u);
  stock.shops[1].north = kNorthMost + 1;
  EXPECT_EQ(read_stock(stock).with_class("tsunagi-stock__near").size(), 0u);
  stock.shops[1].north = 36'000'000;
  EXPECT_EQ(read_stock(stock).with_class("tsunagi-stock__near").size(), 1u);
}

// As many shops in each of the areas, in turn.
StockModel shops_in(const std::vector<int64_t>& codes, int each) {
  StockModel stock = shops(static_cast<int>(codes.size()) * each);
  stock.areas.push_back({.code = 0, .ja = "すべて", .en = "All", .count = 0});
  for (size_t i = 0; i < stock.shops.size(); ++i) {
    const int64_t code = codes[i % codes.size()];
    stock.shops[i].prefecture = code == kElsewhere ? 0 : code;
  }
  for (const int64_t code : codes) {
    const std::string number = std::to_string(code);
    stock.areas.push_back({.code = code, .ja = number + "県", .en = "P" + number, .count = each});
    stock.areas[0].count += each;
  }
  return stock;
}

std::vector<std::string> choices(const StockModel& stock, Language language) {
  std::vector<std::string> texts;
  for (const Element& one : read_stock(stock, language).elements) {
    if (one.tag == "option") {
      const bool chosen = one.attributes.contains("selected");
      texts.push_back((chosen ? "*" : "") + one.attributes.at("value") + " " + one.text);
    }
  }
  return texts;
}

TEST(StockView, ManyShopsInSeveralPrefecturesAreLookedThroughByPrefecture) {
  StockModel stock = shops_in({1, 13, kElsewhere}, 3);
  using Texts = std::vector<std::string>;
  EXPECT_EQ(choices(stock, Language::kJapanese),
            (Texts{"*0 すべて", "1 1県", "13 13県", "48 48県"}));
  EXPECT_EQ(choices(stock, Language::kEnglish), (Texts{"*0 All", "1 P1", "13 P13", "48 P48"}));
  EXPECT_EQ(order(read_stock(stock)).size(), 9u);
  stock.area = 13;
  EXPECT_EQ(choices(stock, Language::kJapanese)[2], "*13 13県");
  EXPECT_EQ(order(read_stock(stock)), (Texts{"2", "5", "8"}));
  stock.area = kElsewhere;
  EXPECT_EQ(order(read_stock(stock)), (Texts{"3", "6", "9"}));
  stock.shops[4].favourite = true;
  EXPECT_EQ(order(read_stock(stock)), (Texts{"5", "3", "6", "9"})) << "the favourite stays first";
  for (const int64_t nowhere : {int64_t{2}, int64_t{-1}, int64_t{49}, INT64_MAX}) {
    stock.area = nowhere;
    EXPECT_EQ(order(read_stock(stock)).size(), 9u) << nowhere;
  }
}

TEST(StockView, WithoutAreasThereIsNoChoice) {
  StockModel stock = shops(30);
  stock.area = 13;
  const ReadMarkup read = read_stock(stock);
  EXPECT_EQ(read.with_class("tsunagi-stock__area").size(), 0u);
  EXPECT_EQ(order(read).size(), kShopsShown) << "what cannot be chosen hides nothing";
}

TEST(StockView, TheChoiceOfAPrefectureIsAFormForTheStockPage) {
  StockModel stock = shops_in({1, 13}, 5);
  const ReadMarkup read = read_stock(stock);
  const Element form = read.with_class("tsunagi-stock__areas").at(0);
  EXPECT_EQ(form.tag, "form");
  EXPECT_FALSE(form.attributes.contains("action")) << "the page's own address, in its language";
  for (const char* name : {"barcode", "sku"}) {
    EXPECT_EQ(read.with("name", name).at(0).attributes.at("value"), stock.product_code);
  }
  EXPECT_EQ(read.with("name", "area").at(0).attributes.at("aria-label"), "都道府県");
  EXPECT_EQ(read.text_of("tsunagi-stock__show"), "表示");
}

TEST(StockView, OfTheChosenPrefectureTheRestIsOneTapAway) {
  StockModel stock = shops_in({1, 13}, 25);
  stock.more_url = "/more";
  stock.area = 13;
  stock.others = 100;
  EXPECT_EQ(order(read_stock(stock)).size(), kShopsShown);
  EXPECT_EQ(read_stock(stock).text_of("tsunagi-stock__more"), "他の店舗を見る（5）");
  stock.shops[0].favourite = true;
  EXPECT_EQ(read_stock(stock).text_of("tsunagi-stock__more"), "他の店舗を見る（6）")
      << "the favourite is of the other";
  stock.all_shops = true;
  EXPECT_EQ(order(read_stock(stock)).size(), 26u);
  stock.all_shops = false;
  stock.shops.resize(4);
  EXPECT_EQ(read_stock(stock).text_of("tsunagi-stock__more"), "他の店舗を見る（23）")
      << "those that were not sent yet";
}

TEST(StockView, NearestWorksWithinAPrefecture) {
  StockModel stock = shops_in({1, 13}, 5);
  for (size_t i = 0; i < stock.shops.size(); ++i) {
    stock.shops[i].north = 35'000'000;
    stock.shops[i].east = 139'000'000 - static_cast<int64_t>(i) * 1'000;
  }
  stock.near = stock.can_locate = true;
  stock.here_north = 35'000'000;
  stock.here_east = 138'000'000;
  stock.area = 1;
  EXPECT_EQ(order(read_stock(stock)), (std::vector<std::string>{"9", "7", "5", "3", "1"}));
}

TEST(StockView, AProductWithoutShopsSaysSo) {
  const ReadMarkup read = read_stock({}, Language::kEnglish);
  EXPECT_EQ(read.with_class("tsunagi-stock--empty").size(), 1u);
  EXPECT_EQ(read.text_of("tsunagi-stock__notice"), "We can’t find this product in our shops");
}

TEST(StockView, NothingTypedReachesTheMarkupUnescaped) {
  const std::string evil = "\"><img src=x onerror=alert('&')>\n\xC2\xA0\xFF";
  StockModel stock;
  stock.product_name = stock.product_code = evil;
  stock.more_url = stock.pickup_url = "/" + evil;
  stock.can_pin = stock.can_ask = true;
  for (int i = 0; i < 30; ++i) {
    ShopStock s = shop(evil, i % 4);
    s.name = s.phone = evil;
    s.phone += "0612345678";
    s.map_url = "https://" + evil;
    s.hours_ja = s.hours_en = evil;
    s.known = i % 2 == 0;
    stock.shops.push_back(s);
  }
  stock.areas = {{.code = 13, .ja = evil, .en = evil, .count = 20},
                 {.code = kElsewhere, .ja = evil, .en = evil, .count = 10}};
  for (const Language language : {Language::kJapanese, Language::kEnglish}) {
    const std::string html = render_stock(stock, {.language = language, .now = kNow});
    EXPECT_EQ(read_markup(html).objection, "");
    EXPECT_EQ(html.find("<img"), std::string::npos);
  }
}

}  // namespace
}  // namespace tsunagi
