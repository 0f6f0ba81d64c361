// Which shops send an order, and what the trace says of each.

#include "server/domain/fulfilment/routing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tsunagi {
namespace {

constexpr auto kParcels = RoutingCriterion::kParcels;
constexpr auto kPriority = RoutingCriterion::kPriority;
constexpr auto kDistance = RoutingCriterion::kDistance;

struct Has {
  const char* product;
  int64_t on_hand, held = 0, safety = 0;
};
RoutingShop shop_in(const char* prefecture, const char* id, const std::vector<Has>& stock) {
  RoutingShop shop;
  shop.shop_id = id;
  shop.prefecture = Prefecture::parse(prefecture);
  for (const Has& row : stock) {
    shop.stock.push_back({row.product, row.on_hand, row.held, row.safety});
  }
  return shop;
}
RoutingShop with_priority(int64_t priority, RoutingShop shop) {
  shop.priority = priority;
  return shop;
}
RoutingShop at_work(int64_t open_work, RoutingShop shop) {
  shop.open_work = open_work;
  return shop;
}
RoutingShop refused(RoutingShop shop) {
  shop.refused = true;
  return shop;
}
RoutingShop not_shipping(RoutingShop shop) {
  shop.ships = false;
  return shop;
}

RoutingOrder to_yokohama(std::vector<RoutingLine> lines) {
  return {.ship_to = *Prefecture::parse("JP-14"), .lines = std::move(lines)};
}

std::string word_of(ShopVerdict verdict) {
  switch (verdict) {
    case ShopVerdict::kTaken:
      return "taken";
    case ShopVerdict::kNotShipping:
      return "not shipping";
    case ShopVerdict::kRefused:
      return "refused";
    case ShopVerdict::kNothing:
      return "nothing";
    case ShopVerdict::kPart:
      return "part";
    case ShopVerdict::kLaterPriority:
      return "later priority";
    case ShopVerdict::kFarther:
      return "farther";
    case ShopVerdict::kBusier:
      return "busier";
    case ShopVerdict::kLaterId:
      return "later id";
    case ShopVerdict::kNotAsked:
      return "not asked";
  }
  return "?";
}
std::string word_of(NobodyCause cause) {
  switch (cause) {
    case NobodyCause::kNoShop:
      return "no shop";
    case NobodyCause::kStock:
      return "stock";
    case NobodyCause::kAskedMost:
      return "asked most";
    case NobodyCause::kSplitMost:
      return "split most";
    case NobodyCause::kSearchLimit:
      return "search limit";
  }
  return "?";
}

// "ginza cap*1 shirt*2 + umeda bag*1", or "nobody: stock cap 1/2".
std::string answer_of(const Routing& routing) {
  std::string text = routing.nobody.has_value() ? "nobody: " + word_of(*routing.nobody) : "";
  for (const Shortage& one : routing.shortages) {
    text +=
        " " + one.product_id + " " + std::to_string(one.offered) + "/" + std::to_string(one.needed);
  }
  for (const Parcel& parcel : routing.parcels) {
    text += (text.empty() ? "" : " + ") + parcel.shop_id;
    for (const RoutingLine& item : parcel.items) {
      text += " " + item.product_id + "*" + std::to_string(item.quantity);
    }
  }
  return text;
}
// "ginza taken 2 of 2, umeda farther 2"
std::string trace_of(const Routing& routing) {
  std::string text;
  for (const ShopTrace& one : routing.trace) {
    text += (text.empty() ? "" : ", ") + one.shop_id + " " + word_of(one.verdict);
    if (one.verdict == ShopVerdict::kTaken) text += " " + std::to_string(one.sends) + " of";
    text += " " + std::to_string(one.offers);
  }
  return text;
}

struct Story {
  const char* what;
  std::vector<RoutingLine> lines;
  std::vector<RoutingShop> shops;
  RoutingRules rules;
  const char* answer;
  const char* trace;
};

void expect_told(const std::vector<Story>& stories) {
  for (const Story& story : stories) {
    const auto routing = route(to_yokohama(story.lines), story.shops, story.rules);
    ASSERT_TRUE(routing.ok()) << story.what << ": " << routing.error().message;
    EXPECT_EQ(answer_of(*routing), story.answer) << story.what;
    EXPECT_EQ(trace_of(*routing), story.trace) << story.what;
    EXPECT_TRUE(routing->proven) << story.what;
  }
}

TEST(Routing, OneShopSendsTheWholeOrder) {
  expect_told({
      {"the nearest of two alike",
       {{"cap", 1}},
       {shop_in("大阪", "umeda", {{"cap", 5}}), shop_in("東京", "ginza", {{"cap", 5}})},
       {},
       "ginza cap*1",
       "ginza taken 1 of 1, umeda farther 1"},
      {"priority goes before distance, as the rules begin",
       {{"cap", 1}},
       {with_priority(1, shop_in("東京", "ginza", {{"cap", 5}})),
        with_priority(0, shop_in("沖縄", "naha", {{"cap", 5}}))},
       {},
       "naha cap*1",
       "ginza later priority 1, naha taken 1 of 1"},
      {"and after it, where the merchant says so",
       {{"cap", 1}},
       {with_priority(1, shop_in("東京", "ginza", {{"cap", 5}})),
        with_priority(0, shop_in("沖縄", "naha", {{"cap", 5}}))},
       {.order = {kParcels, kDistance, kPriority}},
       "ginza cap*1",
       "ginza taken 1 of 1, naha farther 1"},
      {"of two alike the one with less to do, then the one with the first id",
       {{"cap", 1}},
       {at_work(2, shop_in("東京", "akabane", {{"cap", 5}})),
        at_work(1, shop_in("東京", "ginza", {{"cap", 5}})),
        at_work(1, shop_in("東京", "ebisu", {{"cap", 5}}))},
       {},
       "ebisu cap*1",
       "akabane busier 1, ebisu taken 1 of 1, ginza later id 1"},
      {"a shop of which nobody knows where it is counts as farther than all",
       {{"cap", 1}},
       {shop_in("?", "atami", {{"cap", 5}}), shop_in("沖縄", "naha", {{"cap", 5}})},
       {},
       "naha cap*1",
       "atami farther 1, naha taken 1 of 1"},
      {"what is held, and the safety stock, is not offered",
       {{"cap", 2}},
       {shop_in("東京", "ginza", {{"cap", 4, 2, 1}}), shop_in("神奈川", "kannai", {{"cap", -3}}),
        shop_in("大阪", "umeda", {{"cap", 5, 2, 1}})},
       {},
       "umeda cap*2",
       "ginza part 1, kannai nothing 0, umeda taken 2 of 2"},
      {"two lines of one product are one need",
       {{"cap", 1}, {"bag", 1}, {"cap", 1}},
       {shop_in("東京", "ginza", {{"cap", 1}, {"bag", 1}}),
        shop_in("大阪", "umeda", {{"bag", 1}, {"cap", 2}, {"shirt", 9}})},
       {},
       "umeda bag*1 cap*2",
       "ginza part 2, umeda taken 3 of 3"},
      {"who does not ship, who refused and who has nothing of it",
       {{"cap", 1}},
       {not_shipping(shop_in("神奈川", "kannai", {{"cap", 9}})),
        refused(shop_in("東京", "ginza", {{"cap", 9}})), shop_in("千葉", "chiba", {{"bag", 9}}),
        shop_in("大阪", "umeda", {{"cap", 1}})},
       {},
       "umeda cap*1",
       "chiba nothing 0, ginza refused 1, kannai not shipping 1, umeda taken 1 of 1"},
  });
}

TEST(Routing, SeveralShopsShareAnOrder) {
  const std::vector<RoutingLine> lines = {{"cap", 1}, {"bag", 1}};
  const std::vector<RoutingShop> shops = {shop_in("東京", "ginza", {{"cap", 1}}),
                                          shop_in("千葉", "chiba", {{"bag", 1}}),
                                          shop_in("北海道", "sapporo", {{"cap", 1}, {"bag", 1}})};
  const std::vector<RoutingShop> preferred = {
      with_priority(0, shop_in("沖縄", "naha", {{"cap", 1}})),
      with_priority(0, shop_in("福岡", "tenjin", {{"bag", 1}})),
      with_priority(1, shop_in("東京", "ginza", {{"cap", 1}, {"bag", 1}}))};
  expect_told({
      {"fewest parcels: the far one that has everything",
       lines,
       shops,
       {.split_most = 2},
       "sapporo bag*1 cap*1",
       "chiba part 1, ginza part 1, sapporo taken 2 of 2"},
      {"distance first: the near ones, whose km sum up to less",
       lines,
       shops,
       {.order = {kDistance, kParcels, kPriority}, .split_most = 2},
       "ginza cap*1 + chiba bag*1",
       "chiba taken 1 of 1, ginza taken 1 of 1, sapporo farther 2"},
      {"unless orders are not split",
       lines,
       shops,
       {.order = {kDistance, kParcels, kPriority}},
       "sapporo bag*1 cap*1",
       "chiba part 1, ginza part 1, sapporo taken 2 of 2"},
      {"priority first: the preferred ones",
       lines,
       preferred,
       {.order = {kPriority, kParcels, kDistance}, .split_most = 2},
       "tenjin bag*1 + naha cap*1",
       "ginza later priority 2, naha taken 1 of 1, tenjin taken 1 of 1"},
      {"a quantity is shared: the first shop sends all that it offers",
       {{"cap", 5}},
       {shop_in("大阪", "umeda", {{"cap", 4}}), shop_in("東京", "ginza", {{"cap", 3}})},
       {.split_most = 2},
       "ginza cap*3 + umeda cap*2",
       "ginza taken 3 of 3, umeda taken 2 of 4"},
      {"three parcels, where two do not suffice",
       {{"cap", 1}, {"bag", 1}, {"tie", 1}},
       {shop_in("東京", "ginza", {{"cap", 1}}), shop_in("千葉", "chiba", {{"bag", 1}}),
        shop_in("大阪", "umeda", {{"bag", 1}}), shop_in("沖縄", "naha", {{"tie", 1}})},
       {.split_most = 3},
       "ginza cap*1 + chiba bag*1 + naha tie*1",
       "chiba taken 1 of 1, ginza taken 1 of 1, naha taken 1 of 1, umeda part 1"},
  });
}

TEST(Routing, NobodyCanAndAPersonIsToldWhy) {
  const std::vector<RoutingShop> two = {shop_in("東京", "ginza", {{"cap", 1}}),
                                        shop_in("千葉", "chiba", {{"cap", 1}})};
  const auto whole = shop_in("大阪", "umeda", {{"cap", 2}});
  expect_told({
      {"without shops", {{"cap", 1}}, {}, {}, "nobody: no shop", ""},
      {"none that ships",
       {{"cap", 1}},
       {refused(whole), not_shipping(shop_in("東京", "ginza", {{"cap", 9}}))},
       {},
       "nobody: no shop",
       "ginza not shipping 1, umeda refused 1"},
      {"too little in all shops together",
       {{"cap", 3}, {"bag", 1}, {"tie", 2}},
       {shop_in("東京", "ginza", {{"cap", 1}, {"bag", 1}}), shop_in("千葉", "chiba", {{"cap", 1}}),
        refused(shop_in("大阪", "umeda", {{"cap", 9}}))},
       {.split_most = 5},
       "nobody: stock cap 2/3 tie 0/2",
       "chiba part 1, ginza part 2, umeda refused 3"},
      {"only in more parcels than wanted",
       {{"cap", 2}},
       two,
       {.split_most = 1},
       "nobody: split most",
       "chiba part 1, ginza part 1"},
      {"and in as many",
       {{"cap", 2}},
       two,
       {.split_most = 2},
       "ginza cap*1 + chiba cap*1",
       "chiba taken 1 of 1, ginza taken 1 of 1"},
      {"as many shops were asked as wanted",
       {{"cap", 2}},
       {refused(two[0]), refused(two[1]), whole},
       {.asked_most = 2},
       "nobody: asked most",
       "chiba refused 1, ginza refused 1, umeda not asked 2"},
      {"and one more is",
       {{"cap", 2}},
       {refused(two[0]), refused(two[1]), whole},
       {.asked_most = 3},
       "umeda cap*2",
       "chiba refused 1, ginza refused 1, umeda taken 2 of 2"},
      {"two would have to be asked, and one may",
       {{"cap", 2}},
       {refused(whole), two[0], two[1]},
       {.split_most = 2, .asked_most = 2},
       "nobody: asked most",
       "chiba part 1, ginza part 1, umeda refused 2"},
  });
}

TEST(Routing, TheTraceHasTheFigures) {
  const auto routing =
      route(to_yokohama({{"cap", 1}, {"bag", 2}}),
            {with_priority(3, at_work(4, shop_in("東京", "ginza", {{"cap", 1}, {"bag", 1}}))),
             with_priority(1, at_work(2, shop_in("?", "umeda", {{"bag", 9}})))},
            {.split_most = 2});
  ASSERT_TRUE(routing.ok());
  const int km = distance_km(*Prefecture::parse("東京"), *Prefecture::parse("神奈川"));
  EXPECT_EQ(routing->pieces, 3);
  EXPECT_EQ(routing->sums,
            (RoutingSums{.parcels = 2, .priority = 4, .km = km + kUnknownKm, .open_work = 6}));
  ASSERT_EQ(routing->trace.size(), 2U);
  EXPECT_EQ(routing->trace[0], (ShopTrace{"ginza", ShopVerdict::kTaken, 2, 1, 3, km, 4}));
  EXPECT_EQ(routing->trace[1], (ShopTrace{"umeda", ShopVerdict::kTaken, 2, 2, 1, kUnknownKm, 2}));
}

// ---- Limits and bad input

struct Input {
  RoutingOrder order = to_yokohama({{"cap", 1}});
  std::vector<RoutingShop> shops = {shop_in("東京", "ginza", {{"cap", 1}})};
  RoutingRules rules;
};

TEST(Routing, TakesWhatIsAtALimitAndRefusesWhatIsPastIt) {
  struct Case {
    const char* what;
    std::function<void(Input&, int64_t)> set;
    std::vector<int64_t> good, bad;
  };
  const auto lines = [](Input& input, int64_t count) {
    input.order.lines.clear();
    for (int64_t i = 0; i < count; ++i) input.order.lines.push_back({std::to_string(i), 1});
  };
  const auto shops = [](Input& input, int64_t count) {
    for (int64_t i = 1; i < count; ++i) {
      input.shops.push_back(shop_in("大阪", std::to_string(i).c_str(), {{"cap", 1}}));
    }
  };
  const auto rows = [](Input& input, int64_t count) {
    for (int64_t i = 1; i < count; ++i) {
      input.shops[0].stock.push_back({.product_id = std::to_string(i), .on_hand = 1});
    }
  };
  const int64_t line_limit = kRoutingLinesMost;
  const int64_t shop_limit = kRoutingShopsMost;
  const std::vector<Case> cases = {
      {"lines", lines, {1, line_limit}, {0, line_limit + 1}},
      {"shops", shops, {1, shop_limit}, {shop_limit + 1}},
      {"rows of stock", rows, {1, line_limit}, {line_limit + 1}},
      {"quantity",
       [](Input& in, int64_t n) { in.order.lines[0].quantity = n; },
       {1, kPiecesMost},
       {0, -1, kPiecesMost + 1, INT64_MAX, INT64_MIN}},
      {"two lines of a product",
       [](Input& in, int64_t n) { in.order.lines.push_back({"cap", n}); },
       {1, kPiecesMost - 1},
       {kPiecesMost, INT64_MAX}},
      {"on hand",
       [](Input& in, int64_t n) { in.shops[0].stock[0].on_hand = n; },
       {0, -kStockFigureMost, kStockFigureMost},
       {-kStockFigureMost - 1, kStockFigureMost + 1, INT64_MIN, INT64_MAX}},
      {"held",
       [](Input& in, int64_t n) { in.shops[0].stock[0].held = n; },
       {0, kStockFigureMost},
       {-1, kStockFigureMost + 1, INT64_MAX}},
      {"safety",
       [](Input& in, int64_t n) { in.shops[0].stock[0].safety = n; },
       {0, kStockFigureMost},
       {-1, kStockFigureMost + 1, INT64_MAX}},
      {"priority",
       [](Input& in, int64_t n) { in.shops[0].priority = n; },
       {0, kPriorityMost},
       {-1, kPriorityMost + 1, INT64_MAX}},
      {"open work",
       [](Input& in, int64_t n) { in.shops[0].open_work = n; },
       {0, kOpenWorkMost},
       {-1, kOpenWorkMost + 1, INT64_MAX}},
      {"split",
       [](Input& in, int64_t n) { in.rules.split_most = static_cast<int>(n); },
       {1, kSplitMost},
       {0, -1, kSplitMost + 1}},
      {"asked",
       [](Input& in, int64_t n) { in.rules.asked_most = static_cast<int>(n); },
       {1, shop_limit},
       {0, -1, shop_limit + 1}},
  };
  for (const Case& c : cases) {
    for (const bool good : {true, false}) {
      for (const int64_t figure : good ? c.good : c.bad) {
        Input input;
        c.set(input, figure);
        const auto routing = route(input.order, input.shops, input.rules);
        ASSERT_EQ(routing.ok(), good) << c.what << " " << figure;
        if (good) continue;
        EXPECT_EQ(routing.error().code, ErrorCode::kInvalid) << c.what;
        EXPECT_TRUE(routing.error().message.starts_with("routing: ")) << routing.error().message;
      }
    }
  }
}

TEST(Routing, RefusesWhatContradictsItself) {
  struct Case {
    const char* sentence;
    std::function<void(Input&)> spoil;
  };
  const std::vector<Case> cases = {
      {"routing: a line names no product", [](Input& in) { in.order.lines[0].product_id = ""; }},
      {"routing: a shop has no id", [](Input& in) { in.shops[0].shop_id = ""; }},
      {"routing: a shop is named twice",
       [](Input& in) { in.shops.push_back(not_shipping(in.shops[0])); }},
      {"routing: a shop has two rows of stock of a product",
       [](Input& in) { in.shops[0].stock.push_back({.product_id = "cap"}); }},
      {"routing: the order of the criteria does not name each once",
       [](Input& in) { in.rules.order = {kParcels, kDistance, kParcels}; }},
      {"routing: the order of the criteria does not name each once",
       [](Input& in) { in.rules.order[0] = kPriority; }},
  };
  for (const Case& c : cases) {
    Input input;
    c.spoil(input);
    const auto routing = route(input.order, input.shops, input.rules);
    ASSERT_FALSE(routing.ok()) << c.sentence;
    EXPECT_EQ(routing.error().message, c.sentence);
  }
}

// The largest figures that are let in do not spill into one another.
TEST(Routing, LargestFiguresStillCompare) {
  const auto farthest = [](const char* id, const char* product, int64_t open_work) {
    return with_priority(kPriorityMost, at_work(open_work, shop_in("?", id, {{product, 1}})));
  };
  std::vector<RoutingShop> shops;
  std::vector<RoutingLine> lines;
  for (const char* product : {"1", "2", "3", "4", "5"}) {
    lines.push_back({product, 1});
    shops.push_back(farthest(product, product, kOpenWorkMost));
  }
  shops.push_back(farthest("6", "5", kOpenWorkMost - 1));
  for (const auto& order :
       {std::array{kParcels, kPriority, kDistance}, std::array{kDistance, kPriority, kParcels},
        std::array{kPriority, kParcels, kDistance}}) {
    const auto routing =
        route(to_yokohama(lines), shops, {.order = order, .split_most = kSplitMost});
    ASSERT_TRUE(routing.ok());
    EXPECT_EQ(answer_of(*routing), "6 5*1 + 1 1*1 + 2 2*1 + 3 3*1 + 4 4*1");
    EXPECT_EQ(routing->sums.priority, 5 * kPriorityMost);
    EXPECT_EQ(routing->sums.open_work, 5 * kOpenWorkMost - 1);
  }
}

TEST(Routing, TheSearchEndsAtItsLimitAndSaysSo) {
  std::vector<RoutingLine> lines = {{"cap", 7}, {"bag", 7}};
  std::vector<RoutingShop> shops;
  for (int64_t i = 1; i <= 30; ++i) {
    const int64_t caps = i * 7 % 5;
    shops.push_back(with_priority(i * 13 % 17, shop_in("東京", std::to_string(i).c_str(),
                                                       {{"cap", caps}, {"bag", 4 - caps}})));
  }
  const RoutingRules rules{.order = {kPriority, kParcels, kDistance}, .split_most = 4};
  const auto proven = route(to_yokohama(lines), shops, rules);
  ASSERT_TRUE(proven.ok());
  EXPECT_TRUE(proven->proven);
  ASSERT_GT(proven->steps, 0);
  EXPECT_EQ(*route(to_yokohama(lines), shops, rules, proven->steps), *proven);
  const auto ended = route(to_yokohama(lines), shops, rules, proven->steps - 1);
  ASSERT_TRUE(ended.ok());
  EXPECT_FALSE(ended->proven);
  const auto none = route(to_yokohama(lines), shops, rules, 0);
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(answer_of(*none), "nobody: search limit");
  EXPECT_FALSE(none->proven);
  // One shop alone is always found.
  shops.push_back(with_priority(99, shop_in("沖縄", "naha", {{"cap", 7}, {"bag", 7}})));
  const auto alone = route(to_yokohama(lines), shops, rules, 0);
  ASSERT_TRUE(alone.ok());
  EXPECT_EQ(answer_of(*alone), "naha bag*7 cap*7");
}

}  // namespace
}  // namespace tsunagi
