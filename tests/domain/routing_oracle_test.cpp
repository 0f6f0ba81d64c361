// The router beside oracles that try everything. SEED=N repeats the one case with that seed.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/fulfilment/routing.h"
#include "tests/support/fake_world.h"

namespace tsunagi {
namespace {

struct RoutingCase {
  RoutingOrder order;
  std::vector<RoutingShop> shops;
  RoutingRules rules;
};
struct CaseSize {
  uint64_t shops, products, pieces, on_hand;
  int parcels;
};

int64_t drawn(Random& random, int64_t least, int64_t most) {
  return least + static_cast<int64_t>(random.below(static_cast<uint64_t>(most - least + 1)));
}

RoutingCase draw_case(fakes::SeededRandom& random, const CaseSize& size) {
  constexpr std::array kPlaces = {13, 14, 27, 47};
  RoutingCase one{
      .order = {.ship_to = *Prefecture::from_code(13), .lines = {}}, .shops = {}, .rules = {}};
  const auto products = static_cast<int64_t>(1 + random.below(size.products));
  for (int64_t product = 0; product < products; ++product) {
    const auto pieces = static_cast<int64_t>(1 + random.below(size.pieces));
    one.order.lines.push_back({"p" + std::to_string(product), pieces});
    if (pieces > 1 && random.chance(30)) {
      --one.order.lines.back().quantity;
      one.order.lines.push_back({"p" + std::to_string(product), 1});
    }
  }
  const auto shops = size.shops / 2 + random.below(size.shops / 2 + 1);
  for (uint64_t i = 0; i < shops; ++i) {
    RoutingShop shop;
    shop.shop_id = std::to_string(i * 37 % 101);  // "37" comes before "5"
    if (random.chance(90)) {
      shop.prefecture = Prefecture::from_code(kPlaces.at(random.below(kPlaces.size())));
    }
    shop.ships = random.chance(95);
    shop.refused = random.chance(5);
    shop.priority = drawn(random, 0, 2);
    shop.open_work = drawn(random, 0, 1);
    for (int64_t product = 0; product <= products; ++product) {  // and one that nobody wants
      if (random.chance(20)) continue;
      shop.stock.push_back({.product_id = "p" + std::to_string(product),
                            .on_hand = drawn(random, -1, static_cast<int64_t>(size.on_hand)),
                            .held = drawn(random, 0, 1) * drawn(random, 0, 1),
                            .safety = drawn(random, 0, 1) * drawn(random, 0, 1)});
    }
    one.shops.push_back(std::move(shop));
  }
  std::ranges::sort(one.rules.order);
  for (uint64_t turns = random.below(6); turns > 0; --turns) {
    std::ranges::next_permutation(one.rules.order);
  }
  one.rules.split_most = static_cast<int>(drawn(random, 1, size.parcels));
  one.rules.asked_most = static_cast<int>(drawn(random, 2, size.parcels + 3));
  return one;
}

// ---- What the header of the router says, once more and as slowly as it can be said.

std::map<std::string, int64_t> wanted_by(const RoutingOrder& order) {
  std::map<std::string, int64_t> wanted;
  for (const RoutingLine& line : order.lines) wanted[line.product_id] += line.quantity;
  return wanted;
}
int64_t pieces_at(const RoutingShop& shop, const std::string& product) {
  for (const RoutingStock& row : shop.stock) {
    if (row.product_id == product) return std::max<int64_t>(0, row.on_hand - row.held - row.safety);
  }
  return 0;
}
bool may_send(const RoutingShop& shop) { return shop.ships && !shop.refused; }

// The first four of the tuple.
std::vector<int64_t> figures_of(const RoutingCase& one,
                                const std::vector<const RoutingShop*>& senders) {
  std::vector<int64_t> figures;
  for (const RoutingCriterion criterion : one.rules.order) {
    int64_t sum = 0;
    for (const RoutingShop* shop : senders) {
      if (criterion == RoutingCriterion::kParcels) sum += 1;
      if (criterion == RoutingCriterion::kPriority) sum += shop->priority;
      if (criterion == RoutingCriterion::kDistance) {
        sum += shop->prefecture.has_value() ? distance_km(one.order.ship_to, *shop->prefecture)
                                            : 2'247;
      }
    }
    figures.push_back(sum);
  }
  figures.push_back(0);
  for (const RoutingShop* shop : senders) figures.back() += shop->open_work;
  return figures;
}
bool within_rules(const RoutingCase& one, size_t senders) {
  const auto refused = std::ranges::count_if(one.shops, &RoutingShop::refused);
  return std::cmp_less_equal(senders, one.rules.split_most) &&
         static_cast<int64_t>(senders) + refused <= one.rules.asked_most;
}

// Smaller is better.
using Standing = std::pair<std::vector<int64_t>, std::vector<std::string>>;  // figures, ids
Standing standing_of(const RoutingCase& one, const std::vector<const RoutingShop*>& senders) {
  Standing standing{figures_of(one, senders), {}};
  for (const RoutingShop* shop : senders) standing.second.push_back(shop->shop_id);
  std::ranges::sort(standing.second);
  return standing;
}

using Sent = std::map<std::string, std::map<std::string, int64_t>>;  // by shop, by product

// Gives every piece of every product to every shop that has one left. Plain numbers, since it is
// run where everything is slow.
class EveryAssignment {
 public:
  explicit EveryAssignment(const RoutingCase& one) : one_(one) {
    for (const auto& [product, pieces] : wanted_by(one.order)) {
      products_.push_back(product);
      wanted_.push_back(pieces);
    }
    for (const RoutingShop& shop : one.shops) {
      if (may_send(shop)) shops_.push_back(&shop);
    }
    // Whose own standing is best sends all it can.
    std::ranges::sort(shops_, {},
                      [&](const RoutingShop* shop) { return standing_of(one, {shop}); });
    for (const RoutingShop* shop : shops_) {
      for (const std::string& product : products_) offers_.push_back(pieces_at(*shop, product));
    }
    while (within_rules(one, senders_most_ + 1)) ++senders_most_;
    standings_.resize(size_t{1} << shops_.size());
    pieces_.assign(offers_.size(), 0);
    assign({.product = 0, .shop = 0, .left = wanted_[0], .senders = 0});
  }
  [[nodiscard]] std::optional<Sent> best() const {
    if (!best_standing_.has_value()) return std::nullopt;
    Sent sent;
    for (size_t i = 0; i < best_.size(); ++i) {
      const std::string& shop = shops_[i / products_.size()]->shop_id;
      if (best_[i] > 0) sent[shop][products_[i % products_.size()]] = best_[i];
    }
    return sent;
  }

 private:
  struct Place {
    size_t product, shop;
    int64_t left;      // of the product
    uint64_t senders;  // a bit a shop
  };
  void assign(const Place& at) {
    if (static_cast<size_t>(std::popcount(at.senders)) > senders_most_) return;
    if (at.product == wanted_.size()) {
      judge(at.senders);
    } else if (at.shop == shops_.size()) {
      const size_t next = at.product + 1;
      if (at.left > 0) return;
      assign({next, 0, next == wanted_.size() ? 0 : wanted_[next], at.senders});
    } else {
      const size_t place = at.shop * wanted_.size() + at.product;
      const int64_t most = std::min(at.left, offers_[place]);
      for (int64_t pieces = 0; pieces <= most; ++pieces) {
        const uint64_t joining = pieces > 0 ? uint64_t{1} << at.shop : 0;
        pieces_[place] = pieces;
        assign({at.product, at.shop + 1, at.left - pieces, at.senders | joining});
      }
      pieces_[place] = 0;
    }
  }
  // Of the same shops, the one that begins with more pieces.
  void judge(uint64_t senders) {
    std::optional<Standing>& standing = standings_[senders];
    if (!standing.has_value()) {
      std::vector<const RoutingShop*> list;
      for (size_t i = 0; i < shops_.size(); ++i) {
        if ((senders >> i & 1) != 0) list.push_back(shops_[i]);
      }
      standing = standing_of(one_, list);
    }
    if (best_standing_.has_value() &&
        (*best_standing_ < *standing || (*best_standing_ == *standing && best_ >= pieces_))) {
      return;
    }
    best_standing_ = standing;
    best_ = pieces_;
  }

  const RoutingCase& one_;
  std::vector<std::string> products_;
  std::vector<int64_t> wanted_;
  std::vector<const RoutingShop*> shops_;
  std::vector<int64_t> offers_;  // a row a shop, as pieces_
  size_t senders_most_ = 0;
  std::vector<int64_t> pieces_;
  std::vector<std::optional<Standing>> standings_;
  std::optional<Standing> best_standing_;
  std::vector<int64_t> best_;
};

// The best set of shops, of every set there is.
std::optional<std::vector<std::string>> best_of_every_set(const RoutingCase& one) {
  std::optional<std::pair<std::vector<int64_t>, std::vector<std::string>>> best;
  for (uint64_t bits = 1; bits < uint64_t{1} << one.shops.size(); ++bits) {
    std::vector<const RoutingShop*> senders;
    std::vector<std::string> ids;
    for (size_t i = 0; i < one.shops.size(); ++i) {
      if ((bits >> i & 1) == 0) continue;
      senders.push_back(&one.shops[i]);
      ids.push_back(one.shops[i].shop_id);
    }
    if (!within_rules(one, senders.size())) continue;
    if (!std::ranges::all_of(senders, [](const RoutingShop* shop) { return may_send(*shop); })) {
      continue;
    }
    const auto wanted = wanted_by(one.order);
    const bool enough = std::ranges::all_of(wanted, [&](const auto& want) {
      int64_t all = 0;
      for (const RoutingShop* shop : senders) all += pieces_at(*shop, want.first);
      return all >= want.second;
    });
    if (!enough) continue;
    std::ranges::sort(ids);
    auto standing = std::pair(figures_of(one, senders), ids);
    if (!best.has_value() || standing < *best) best = std::move(standing);
  }
  return best.has_value() ? std::optional(best->second) : std::nullopt;
}

// ---- Cases

Sent sent_of(const Routing& routing) {
  Sent sent;
  for (const Parcel& parcel : routing.parcels) {
    for (const RoutingLine& item : parcel.items) {
      sent[parcel.shop_id][item.product_id] += item.quantity;
    }
  }
  return sent;
}

NobodyCause cause_of(const RoutingCase& one) {
  if (std::ranges::none_of(one.shops, may_send)) return NobodyCause::kNoShop;
  for (const auto& [product, wanted] : wanted_by(one.order)) {
    int64_t all = 0;
    for (const RoutingShop& shop : one.shops) all += may_send(shop) ? pieces_at(shop, product) : 0;
    if (all < wanted) return NobodyCause::kStock;
  }
  const auto refused = std::ranges::count_if(one.shops, &RoutingShop::refused);
  return one.rules.asked_most - refused < one.rules.split_most ? NobodyCause::kAskedMost
                                                               : NobodyCause::kSplitMost;
}

void check_trace(const RoutingCase& one, const Routing& routing) {
  ASSERT_EQ(routing.trace.size(), one.shops.size());
  ASSERT_TRUE(std::ranges::is_sorted(routing.trace, {}, &ShopTrace::shop_id));
  const Sent sent = sent_of(routing);
  int64_t all_sent = 0;
  for (const ShopTrace& traced : routing.trace) {
    const auto shop = std::ranges::find(one.shops, traced.shop_id, &RoutingShop::shop_id);
    ASSERT_NE(shop, one.shops.end());
    int64_t offers = 0;
    for (const auto& [product, wanted] : wanted_by(one.order)) {
      offers += std::min(wanted, pieces_at(*shop, product));
    }
    EXPECT_EQ(traced.offers, offers);
    EXPECT_EQ(traced.verdict == ShopVerdict::kTaken, sent.contains(traced.shop_id));
    EXPECT_EQ(traced.verdict == ShopVerdict::kTaken, traced.sends > 0);
    EXPECT_EQ(traced.verdict == ShopVerdict::kNotShipping, !shop->ships);
    EXPECT_EQ(traced.verdict == ShopVerdict::kRefused, shop->ships && shop->refused);
    EXPECT_EQ(traced.verdict == ShopVerdict::kNothing, may_send(*shop) && offers == 0);
    EXPECT_TRUE(traced.verdict != ShopVerdict::kPart || offers < routing.pieces);
    all_sent += traced.sends;
  }
  EXPECT_EQ(all_sent, routing.nobody.has_value() ? 0 : routing.pieces);
}

// From SEED, or so many from 1.
template <class Check>
void for_seeds(uint64_t count, const Check& check) {
  const char* text = std::getenv("SEED");  // NOLINT(concurrency-mt-unsafe): before any thread
  const uint64_t single = text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
  const uint64_t first = single != 0 ? single : 1;
  const uint64_t last = single != 0 ? single : count;
  std::cout << "seeds " << first << " to " << last << "\n";
  for (uint64_t seed = first; seed <= last && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("repeat with SEED=" + std::to_string(seed));
    check(seed);
  }
}

TEST(RoutingOracle, NoAssignmentOfAllIsBetter) {
  size_t split = 0, nobody = 0;
  for_seeds(10'000, [&](uint64_t seed) {
    fakes::SeededRandom random(seed);
    const RoutingCase one =
        draw_case(random, {.shops = 6, .products = 3, .pieces = 4, .on_hand = 5, .parcels = 4});
    const auto routing = route(one.order, one.shops, one.rules);
    ASSERT_TRUE(routing.ok()) << routing.error().message;
    const EveryAssignment every(one);
    ASSERT_EQ(routing->parcels.empty(), !every.best().has_value());
    ASSERT_EQ(routing->nobody.has_value(), routing->parcels.empty());
    if (every.best().has_value()) {
      EXPECT_EQ(sent_of(*routing), *every.best());
    } else {
      EXPECT_EQ(*routing->nobody, cause_of(one));
    }
    EXPECT_TRUE(routing->proven);
    check_trace(one, *routing);
    split += routing->parcels.size() > 1 ? 1 : 0;
    nobody += routing->parcels.empty() ? 1 : 0;
  });
  std::cout << split << " were split, " << nobody << " are nobody's\n";
}

TEST(RoutingOracle, NoSetOfManyShopsIsBetter) {
  size_t split = 0;
  for_seeds(300, [&](uint64_t seed) {
    fakes::SeededRandom random(seed);
    RoutingCase one =
        draw_case(random, {.shops = 11, .products = 6, .pieces = 6, .on_hand = 4, .parcels = 5});
    one.rules.asked_most = 11;
    const auto routing = route(one.order, one.shops, one.rules);
    ASSERT_TRUE(routing.ok()) << routing.error().message;
    std::vector<std::string> ids;
    for (const Parcel& parcel : routing->parcels) ids.push_back(parcel.shop_id);
    std::ranges::sort(ids);
    EXPECT_EQ(ids, best_of_every_set(one).value_or(std::vector<std::string>{}));
    split += ids.size() > 1 ? 1 : 0;
  });
  std::cout << split << " were split\n";
}

TEST(RoutingOracle, TheOrderOfLinesShopsAndRowsDoesNotMatter) {
  for_seeds(200, [](uint64_t seed) {
    fakes::SeededRandom random(seed);
    RoutingCase one =
        draw_case(random, {.shops = 40, .products = 8, .pieces = 4, .on_hand = 4, .parcels = 4});
    const auto first = route(one.order, one.shops, one.rules);
    ASSERT_TRUE(first.ok()) << first.error().message;
    const auto shuffle = [&](auto& list) {
      for (size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random.below(i)]);
    };
    for (int round = 0; round < 3; ++round) {
      shuffle(one.order.lines);
      shuffle(one.shops);
      for (RoutingShop& shop : one.shops) shuffle(shop.stock);
      const auto again = route(one.order, one.shops, one.rules);
      ASSERT_TRUE(again.ok());
      EXPECT_EQ(*again, *first);
    }
  });
}

// Each shop that gets a part refuses it, until nobody is left to ask.
TEST(RoutingOracle, WhoRefusedIsNeverAskedAgainAndNoMoreAreAskedThanTheRulesLet) {
  for_seeds(200, [](uint64_t seed) {
    fakes::SeededRandom random(seed);
    RoutingCase one =
        draw_case(random, {.shops = 30, .products = 3, .pieces = 2, .on_hand = 4, .parcels = 3});
    for (RoutingShop& shop : one.shops) shop.refused = false;
    one.rules.asked_most = static_cast<int>(drawn(random, 1, 12));
    std::set<std::string> asked;
    for (size_t round = 0;; ++round) {
      ASSERT_LE(round, one.shops.size());
      const auto routing = route(one.order, one.shops, one.rules);
      ASSERT_TRUE(routing.ok());
      if (routing->nobody.has_value()) break;
      for (const Parcel& parcel : routing->parcels) {
        ASSERT_TRUE(asked.insert(parcel.shop_id).second) << parcel.shop_id << " again";
        std::ranges::find(one.shops, parcel.shop_id, &RoutingShop::shop_id)->refused = true;
      }
    }
    EXPECT_LE(asked.size(), static_cast<size_t>(one.rules.asked_most));
  });
}

}  // namespace
}  // namespace tsunagi
