// How much longer a read takes when a programme has grown: the same cards and stock views, drawn at
// random, from a small and from a grown database, in turn. Nothing is remembered from the read
// before; the answer is written as JSON, as for a browser.
//
//   bench_growth FOLDER   prints {"card":[small ns, grown ns], "stock":[…], "all_shops":[…]},
//   medians

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "server/base/system_clock.h"
#include "server/domain/card/card_service.h"
#include "server/domain/stock/stock_service.h"
#include "server/http/card_json.h"
#include "server/storage/storage.h"
#include "tests/support/fake_platforms.h"

namespace tsunagi {
namespace {

constexpr int64_t kSmallMembers = 1'000;
constexpr int64_t kGrownMembers = 100'000;
constexpr int kSmallShops = 30;  // both more than one view shows
constexpr int kGrownShops = 300;
constexpr int kProducts = 200;
constexpr int kRounds = 31;
constexpr int kCardsARound = 1'000;
constexpr size_t kRowsAWrite = 2'000;
constexpr uint64_t kSeed = 20'261'122;

// Nothing is looked up: what is measured is our own book.
struct NoBackground final : Background {
  bool post(std::function<void()> /*work*/) override { return false; }
};

std::string barcode(int product) { return std::to_string(4'900'000'000'000 + product); }

void must(const Result<Done>& done) {
  if (done.ok()) return;
  std::fprintf(stderr, "bench_growth: %s\n", done.error().message.c_str());
  std::exit(1);
}

class Programme {
 public:
  Programme(const std::string& file, int64_t members, int shops) : members_(members) {
    const std::string url = "sqlite://" + file;
    if (!migrate(url).ok()) std::exit(1);
    auto opened = open_storage(
        {.url = url, .secret_key = std::string(32, 'k'), .clock = clock_, .sessions = 1});
    if (!opened.ok()) std::exit(1);
    storage_ = std::move(opened).value();
    must(storage_->install({.id = 1, .domain = "a.myshopify.com", .name = "A"}));
    must(storage_->join_contract(1, "sb_1"));
    tenant_ = storage_->tenant(1)->value_or(Tenant{});
    fill_members();
    fill_stock(shops);
  }

  // Nanoseconds a card.
  double cards(std::mt19937_64& random) {
    CardService service({*storage_, pos_, clock_, none_});
    std::vector<int64_t> customers(kCardsARound);
    for (int64_t& customer : customers) {
      customer = 1 + static_cast<int64_t>(random() % static_cast<uint64_t>(members_));
    }
    return nanoseconds_each(customers, [&](int64_t customer) {
      const auto card = service.card(tenant_, customer);
      return card.ok() ? http::card_json(*card, "n", clock_.now()).size() : 0;
    });
  }

  // Nanoseconds a view of one product.
  double stock(bool all_shops) {
    StockService service(*storage_, clock_);
    std::vector<int> products(kProducts);
    std::iota(products.begin(), products.end(), 0);
    return nanoseconds_each(products, [&](int product) {
      StockService::Question question;
      question.products = {{barcode(product), ""}};
      question.all_shops = all_shops;
      const auto models = service.stock(tenant_, question);
      return models.ok() ? http::stock_json(*models, "", clock_.now()).size() : 0;
    });
  }

 private:
  template <class Item, class Read>
  static double nanoseconds_each(const std::vector<Item>& items, Read read) {
    const auto began = std::chrono::steady_clock::now();
    for (const Item& item : items) {
      if (read(item) < 100) {
        std::fprintf(stderr, "bench_growth: an answer is empty\n");
        std::exit(1);
      }
    }
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
    return took.count() / static_cast<double>(items.size());
  }

  void write(std::vector<Change>& changes) {
    must(storage_->apply(1, changes));
    changes.clear();
  }

  void fill_members() {
    std::vector<Change> changes;
    for (int64_t id = 1; id <= members_; ++id) {
      const std::string digits = std::to_string(1'000'000'000'000 + id * 7'919);
      changes.emplace_back(change::PutLink{
          {id, "T" + digits, std::to_string(id), LinkState::kLinked, clock_.now()}});
      changes.emplace_back(change::PutSnapshot{
          {id, true, id % 5'000, "2027-12-31", "ゴールド", "山田 花子", clock_.now()}});
      if (changes.size() >= kRowsAWrite) write(changes);
    }
    write(changes);
  }

  void fill_stock(int shops) {
    std::vector<Store> stores;
    std::vector<Product> products;
    for (int i = 1; i <= shops; ++i) {
      stores.push_back({std::to_string(i), "S", "店 " + std::to_string(i), "03-0000-0000",
                        "東京都千代田区 1-1", i, false});
    }
    std::vector<Change> changes;
    changes.emplace_back(change::PutStores{stores});
    for (int p = 0; p < kProducts; ++p) {
      products.push_back({.product_id = std::to_string(p),
                          .code = barcode(p),
                          .supplier_code = "",
                          .name = "今治タオル"});
    }
    changes.emplace_back(change::PutProducts{products});
    changes.emplace_back(change::SetCursor{std::string(kStockConfirmedCursor), clock_.now()});
    for (int p = 0; p < kProducts; ++p) {
      std::vector<StockLevel> levels;
      for (const Store& store : stores) {
        levels.push_back({std::to_string(p), store.store_id, p % 9, 0, clock_.now()});
      }
      changes.emplace_back(change::PutStock{std::move(levels)});
    }
    write(changes);
  }

  const int64_t members_;
  SystemClock clock_;
  NoBackground none_;
  fakes::FakePos pos_{clock_};
  std::unique_ptr<Storage> storage_;
  Tenant tenant_;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Medians of alternating rounds.
template <class Read>
std::string pair_of(Programme& small, Programme& grown, Read read) {
  std::vector<double> a, b;
  for (int round = 0; round < kRounds; ++round) {
    a.push_back(read(small));
    b.push_back(read(grown));
  }
  return "[" + std::to_string(median(a)) + "," + std::to_string(median(b)) + "]";
}

}  // namespace
}  // namespace tsunagi

int main(int argc, char** argv) {
  using namespace tsunagi;
  if (argc != 2) {
    std::fprintf(stderr, "usage: bench_growth FOLDER\n");
    return 2;
  }
  const std::string folder = argv[1];
  Programme small(folder + "/small.db", kSmallMembers, kSmallShops);
  Programme grown(folder + "/grown.db", kGrownMembers, kGrownShops);
  std::mt19937_64 random(kSeed);
  const std::string card =
      pair_of(small, grown, [&](Programme& programme) { return programme.cards(random); });
  const std::string stock =
      pair_of(small, grown, [](Programme& programme) { return programme.stock(false); });
  const std::string all =
      pair_of(small, grown, [](Programme& programme) { return programme.stock(true); });
  std::printf("{\"card\":%s,\"stock\":%s,\"all_shops\":%s}\n", card.c_str(), stock.c_str(),
              all.c_str());
  return 0;
}
