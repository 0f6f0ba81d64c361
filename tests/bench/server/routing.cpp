// How fast orders are routed: orders of LEAST to MOST lines over SHOPS shops in all of Japan, of
// which each has some of the products, with up to PARCELS parcels. Stock is scarce, so that many
// orders must be split and for some it has to be proven that nobody can.
//
//   bench_routing ORDERS SHOPS LEAST MOST PARCELS SEED
//
// Prints {"seconds":…, "whole":…, "split":…, "nobody":…, "unproven":…, "steps_most":…}.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "server/domain/fulfilment/routing.h"

namespace tsunagi {
namespace {

constexpr int64_t kProducts = 300;
constexpr int64_t kCarriedPercent = 20;

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  int64_t below(int64_t count) {
    return static_cast<int64_t>(engine_() % static_cast<uint64_t>(count));
  }

 private:
  std::mt19937_64 engine_;
};

std::string product_id(int64_t number) { return "product-" + std::to_string(number); }

// Its stock of every product, by number; -1 where it has no row.
struct ShopWithStock {
  RoutingShop shop;
  std::vector<int64_t> on_hand;
};

std::vector<ShopWithStock> open_shops(Random& random, int64_t count) {
  constexpr int64_t kPriorities = 5;
  constexpr int64_t kMostOnHand = 5;
  std::vector<ShopWithStock> shops;
  for (int64_t i = 0; i < count; ++i) {
    ShopWithStock one;
    one.shop.shop_id = std::to_string(i + 1);
    one.shop.prefecture = Prefecture::from_code(1 + random.below(kPrefectureCount));
    one.shop.priority = random.below(kPriorities);
    one.shop.open_work = random.below(10);
    for (int64_t product = 0; product < kProducts; ++product) {
      const bool carried = random.below(100) < kCarriedPercent;
      one.on_hand.push_back(carried ? random.below(kMostOnHand + 1) : -1);
    }
    shops.push_back(std::move(one));
  }
  return shops;
}

struct Asked {
  RoutingOrder order;
  std::vector<RoutingShop> shops;  // with the rows of the order's products, as a query gives them
};
Asked ask(Random& random, const std::vector<ShopWithStock>& world, int64_t least, int64_t most) {
  Asked asked{
      .order = {.ship_to = *Prefecture::from_code(1 + random.below(kPrefectureCount)), .lines = {}},
      .shops = {}};
  std::vector<int64_t> products;
  const int64_t lines = least + random.below(most - least + 1);
  while (static_cast<int64_t>(products.size()) < lines) {
    const int64_t product = random.below(kProducts);
    if (std::ranges::find(products, product) == products.end()) products.push_back(product);
  }
  for (const int64_t product : products) {
    asked.order.lines.push_back({product_id(product), 1 + random.below(2)});
  }
  for (const ShopWithStock& one : world) {
    asked.shops.push_back(one.shop);
    for (const int64_t product : products) {
      const int64_t on_hand = one.on_hand[static_cast<size_t>(product)];
      if (on_hand < 0) continue;
      asked.shops.back().stock.push_back(
          {.product_id = product_id(product), .on_hand = on_hand, .held = 0, .safety = 1});
    }
  }
  return asked;
}

int run(int64_t orders, int64_t shops, int64_t least, int64_t most, int parcels, uint64_t seed) {
  Random random(seed);
  const auto world = open_shops(random, shops);
  std::vector<Asked> all;
  for (int64_t i = 0; i < orders; ++i) all.push_back(ask(random, world, least, most));
  const RoutingRules rules{.split_most = parcels};
  int64_t whole = 0, split = 0, nobody = 0, unproven = 0, steps_most = 0;
  const auto began_at = std::chrono::steady_clock::now();
  for (const Asked& asked : all) {
    const auto routing = route(asked.order, asked.shops, rules);
    if (!routing.ok() || routing->trace.size() != asked.shops.size()) return 1;
    ++(routing->parcels.empty() ? nobody : routing->parcels.size() == 1 ? whole : split);
    if (!routing->proven) ++unproven;
    steps_most = std::max(steps_most, routing->steps);
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began_at).count();
  std::printf(
      "{\"seconds\":%.4f,\"whole\":%ld,\"split\":%ld,\"nobody\":%ld,\"unproven\":%ld,"
      "\"steps_most\":%ld}\n",
      seconds, whole, split, nobody, unproven, steps_most);
  return 0;
}

}  // namespace
}  // namespace tsunagi

int main(int count, char** words) {
  if (count != 7) {
    std::fprintf(stderr, "usage: bench_routing ORDERS SHOPS LEAST MOST PARCELS SEED\n");
    return 2;
  }
  const auto number = [words](int at) { return std::strtoll(words[at], nullptr, 10); };
  return tsunagi::run(number(1), number(2), number(3), number(4), static_cast<int>(number(5)),
                      static_cast<uint64_t>(number(6)));
}
