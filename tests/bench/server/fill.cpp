// Fills the book of an installed shop with members and shops, as years of business would.
//
//   bench_fill DATABASE_URL SHOP_DOMAIN MEMBERS SHOPS   every product that is there gets a stock
//   row a shop
//
// Customers are 1 … MEMBERS.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "server/base/system_clock.h"
#include "server/domain/stock/stock_service.h"
#include "server/storage/storage.h"

namespace tsunagi {
namespace {

constexpr size_t kRowsAWrite = 2'000;
constexpr int64_t kFirstCode = 1'000'000'000'000;
constexpr int64_t kCodeStep = 7'919;
constexpr int64_t kFirstMember = 1'000'000'000;  // ids that no real member of the stand-in has
constexpr int64_t kFirstBarcode = 4'800'000'000'000;
constexpr int kProducts = 200;

[[noreturn]] void give_up(const std::string& reason) {
  std::fprintf(stderr, "bench_fill: %s\n", reason.c_str());
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): the only thread
}
void must(const Result<Done>& done) {
  if (!done.ok()) give_up(done.error().message);
}

void fill_members(Storage& storage, TenantId tenant, int64_t members, Seconds now) {
  std::vector<Change> changes;
  for (int64_t id = 1; id <= members; ++id) {
    changes.emplace_back(
        change::PutLink{{id, "T" + std::to_string(kFirstCode + id * kCodeStep),
                         std::to_string(kFirstMember + id), LinkState::kLinked, now}});
    changes.emplace_back(
        change::PutSnapshot{{id, true, id % 5'000, "2027-12-31", "ゴールド", "山田 花子", now}});
    if (changes.size() >= kRowsAWrite || id == members) {
      must(storage.apply(tenant, changes));
      changes.clear();
    }
  }
}

void fill_stock(Storage& storage, TenantId tenant, int shops, Seconds now) {
  std::vector<Store> stores;
  std::vector<Product> products;
  for (int i = 1; i <= shops; ++i) {
    stores.push_back({std::to_string(i), "S", "店 " + std::to_string(i), "03-0000-0000",
                      "東京都千代田区 1-1", i, false});
  }
  std::vector<Change> changes;
  changes.emplace_back(change::PutStores{stores});
  for (int p = 1; p <= kProducts; ++p) {
    Product product;
    product.product_id = "bench-" + std::to_string(p);
    product.code = std::to_string(kFirstBarcode + p);
    product.name = "今治タオル";
    std::vector<StockLevel> levels;
    levels.reserve(stores.size());
    for (const Store& store : stores) {
      levels.push_back({product.product_id, store.store_id, p % 9, 0, now});
    }
    changes.emplace_back(change::PutStock{std::move(levels)});
    products.push_back(std::move(product));
  }
  changes.emplace_back(change::PutProducts{products});
  changes.emplace_back(change::SetCursor{std::string(kStockConfirmedCursor), now});
  must(storage.apply(tenant, changes));
}

int run(const std::string& url, const std::string& domain, int64_t members, int shops) {
  SystemClock clock;
  auto opened =
      open_storage({.url = url, .secret_key = std::string(32, 'k'), .clock = clock, .sessions = 1});
  if (!opened.ok()) give_up(opened.error().message);
  Storage& storage = **opened;
  const auto tenant = storage.tenant_by_domain(domain);
  if (!tenant.ok() || !tenant->has_value()) give_up("the shop is not installed");
  fill_members(storage, (*tenant)->id, members, clock.now());
  fill_stock(storage, (*tenant)->id, shops, clock.now());
  return 0;
}

}  // namespace
}  // namespace tsunagi

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: bench_fill DATABASE_URL SHOP_DOMAIN MEMBERS SHOPS\n");
    return 2;
  }
  return tsunagi::run(argv[1], argv[2], std::atoll(argv[3]), std::atoi(argv[4]));
}
