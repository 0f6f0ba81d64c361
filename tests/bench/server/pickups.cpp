// How fast pick-ups are promised and asked for, through the service as the server's routes use it.
//
//   bench_pickups fill URL PRODUCTS SHOPS          a shop with a stock row for each of both, and
//                                                  kHeldBefore pick-ups of what carts ask for
//   bench_pickups reserve URL PRODUCTS SHOPS LINES THREADS SECONDS
//                                                  → {"a_second":…}
//   bench_pickups cart URL PRODUCTS SHOPS LINES TIMES
//                                                  → {"ours_us":…, "raw_us":…, "rows":…}: the
//                                                  median cart, and one indexed query of its stock
//                                                  rows

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "server/base/system_clock.h"
#include "server/base/system_random.h"
#include "server/domain/fulfilment/pickup_service.h"
#include "server/storage/storage.h"
#include "tests/bench/server/raw_query.h"

namespace tsunagi {
namespace {

constexpr TenantId kTenant = 700;
constexpr size_t kRowsAtOnce = 2'000;
constexpr int64_t kOnHand = 1'000'000;
constexpr int64_t kOfOneCustomer = 10;  // reservations, so that nobody has too many open
constexpr int kHeldBefore = 200;        // pick-ups that hold what carts ask for
constexpr int kAskedProducts = 10;      // the same number in small and large shops
constexpr uint64_t kDrawSeed = 7;

[[noreturn]] void stop_for(const Error& error) {
  std::fprintf(stderr, "bench_pickups: %s\n", error.message.c_str());
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): nothing is to be saved
}
template <class T>
T must(Result<T> result) {
  if (!result.ok()) stop_for(result.error());
  return *std::move(result);
}

double seconds_since(std::chrono::steady_clock::time_point began_at) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_at).count();
}

// Below limit, as the seed has it.
class Draws {
 public:
  explicit Draws(uint64_t seed) : engine_(seed) {}
  int below(int limit) { return static_cast<int>(engine_() % static_cast<uint64_t>(limit)); }

 private:
  std::mt19937_64 engine_;
};

struct Shape {
  int products = 0, shops = 0, lines = 1;
};
std::string product_id(int number) { return std::to_string(10'000'000 + number); }
std::string code_of(int number) { return std::to_string(4'900'000'000'000 + number); }

// The server's own service over a database.
struct Desk {
  Desk(const std::string& url, size_t sessions)
      : storage(must(open_storage({.url = url,
                                   .secret_key = std::string(32, 'k'),
                                   .clock = clock,
                                   .sessions = sessions}))),
        stock(*storage, clock) {
    tenant.id = kTenant;
    tenant.installed = true;
    tenant.settings.safety_stock = 0;
    tenant.settings.pickup.on = true;
    tenant.settings.pickup.hours = {.opens = 0, .closes = 1'440};
  }

  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<Database> storage;
  StockService stock;
  PickupService service{PickupService::Ports{*storage, *storage, stock, clock, random}};
  Tenant tenant;
  // Of this run: nobody else's are open.
  const int64_t first_customer = clock.now() * 1'000'000;
};

// Products that are asked for: so many, spread over all.
struct Among {
  int count = 0, apart = 1;
};
Among asked_among(const Shape& shape) {
  return {.count = kAskedProducts, .apart = shape.products / kAskedProducts};
}
std::vector<int> products_of(Draws& draws, const Among& among, int lines) {
  const int first = draws.below(among.count);
  std::vector<int> products;
  for (int i = 0; i < lines; ++i) products.push_back((first + i) % among.count * among.apart);
  return products;
}
std::vector<Wanted> wanted_of(const std::vector<int>& products) {
  std::vector<Wanted> wanted;
  for (const int product : products) wanted.push_back({.code = code_of(product), .quantity = 1});
  return wanted;
}

Result<Pickup> reserve_one(Desk& desk, const Shape& shape, const Among& among, int64_t number,
                           Draws& draws) {
  return desk.service.reserve(desk.tenant,
                              {.id = desk.random.token(16),
                               .customer_id = desk.first_customer + number / kOfOneCustomer,
                               .store_id = std::to_string(1 + draws.below(shape.shops)),
                               .language = "ja",
                               .page = {},
                               .wanted = wanted_of(products_of(draws, among, shape.lines))});
}

int fill(const std::string& url, const Shape& shape) {
  (void)must(migrate(url));
  Desk desk(url, 1);
  must(desk.storage->install({.id = kTenant, .domain = "a.myshopify.com", .name = "a"}));
  std::vector<Store> stores;
  for (int i = 1; i <= shape.shops; ++i) {
    stores.push_back({std::to_string(i), "S", "店 " + std::to_string(i), "03-0000-0000",
                      "東京都千代田区 1-1", i, false});
  }
  must(desk.storage->apply(kTenant, {change::PutStores{stores}}));
  std::vector<StockLevel> levels;
  std::vector<Product> products;
  for (int p = 0; p < shape.products; ++p) {
    products.push_back({product_id(p), code_of(p), "SKU-" + std::to_string(p), "今治タオル"});
    for (const Store& store : stores) {
      levels.push_back({product_id(p), store.store_id, kOnHand, 0, desk.clock.now()});
    }
    if (levels.size() < kRowsAtOnce && p + 1 < shape.products) continue;
    must(desk.storage->apply(kTenant, {change::PutProducts{products}, change::PutStock{levels}}));
    levels.clear();
    products.clear();
  }
  Draws draws(kDrawSeed);
  for (int64_t i = 0; i < kHeldBefore; ++i) {
    (void)must(reserve_one(desk, shape, asked_among(shape), i, draws));
  }
  return 0;
}

int reserve(const std::string& url, const Shape& shape, int threads, int seconds) {
  Desk desk(url, static_cast<size_t>(threads));
  std::atomic<int64_t> reserved = 0;
  const auto began_at = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < threads; ++worker) {
      workers.emplace_back([&, worker] {
        Draws draws(kDrawSeed + static_cast<uint64_t>(worker));
        while (seconds_since(began_at) < seconds) {
          (void)must(reserve_one(desk, shape, {.count = shape.products}, ++reserved, draws));
        }
      });
    }
  }
  std::printf("{\"a_second\":%.1f}\n", static_cast<double>(reserved) / seconds_since(began_at));
  return 0;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

int cart(const std::string& url, const Shape& shape, int times) {
  Desk desk(url, 1);
  const auto raw = bench::open_raw(url);
  Draws draws(kDrawSeed);
  const Among among = asked_among(shape);
  const std::vector<Store> stores = must(desk.storage->stores(kTenant));
  std::vector<double> ours;
  std::vector<double> alone;
  size_t rows = 0;
  for (int i = 0; i < times; ++i) {
    const auto products = products_of(draws, among, shape.lines);
    const auto wanted = wanted_of(products);
    std::vector<std::string> ids;
    for (const int product : products) ids.push_back(product_id(product));
    const auto began_at = std::chrono::steady_clock::now();
    const Cart found = must(desk.service.cart(desk.tenant, stores, wanted));
    ours.push_back(seconds_since(began_at) * 1e6);
    const auto raw_began_at = std::chrono::steady_clock::now();
    rows = raw->stock_rows(kTenant, ids);
    alone.push_back(seconds_since(raw_began_at) * 1e6);
    if (found.shops.front().offered < 1 || found.shops.size() != static_cast<size_t>(shape.shops)) {
      stop_for({ErrorCode::kInternal, "a shop that has everything does not offer it"});
    }
  }
  std::printf("{\"ours_us\":%.1f,\"raw_us\":%.1f,\"rows\":%zu}\n", median(ours), median(alone),
              rows);
  return 0;
}

int run(const std::vector<std::string>& words) {
  const auto figure = [&](size_t place) { return std::atoi(words.at(place).c_str()); };
  Shape shape{.products = figure(2), .shops = figure(3)};
  if (words[0] == "fill" && words.size() == 4) return fill(words[1], shape);
  shape.lines = words.size() > 4 ? figure(4) : 0;
  if (words[0] == "cart" && words.size() == 6) return cart(words[1], shape, figure(5));
  if (words[0] == "reserve" && words.size() == 7) {
    return reserve(words[1], shape, figure(5), figure(6));
  }
  return 2;
}

}  // namespace
}  // namespace tsunagi

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const int code = words.size() < 4 ? 2 : tsunagi::run(words);
  if (code == 2) std::fprintf(stderr, "bench_pickups: see the head of pickups.cpp\n");
  return code;
}
