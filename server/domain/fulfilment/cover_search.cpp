#include "server/domain/fulfilment/cover_search.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

namespace tsunagi {
namespace {

class CoverSearch {
 public:
  explicit CoverSearch(const CoverProblem& problem)
      : products_(problem.needs.size()),
        most_(problem.shops_most),
        steps_most_(problem.steps_most) {
    keep_useful(problem);
    excluded_.assign(weights_.size(), false);
    list_suppliers();
    sum_largest();
    left_to_find_.resize((most_ + 1) * products_);
    std::ranges::copy(problem.needs, left_to_find_.begin());
  }

  Cover run() {
    if (weights_.empty() || most_ == 0) return {};
    take_lightest_alone();
    // Small sets first: what they weigh spares most of the larger ones.
    for (size_t size = 2; size <= most_ && !ended_; ++size) {
      if (lightest(size) > best_weight_) break;
      descend(0, size, 0);
    }
    return {.shops = best_, .proven = !ended_, .steps = steps_};
  }

 private:
  // Sorted by weight. Left out is a shop that `most` kept ones replace: each weighs no more, comes
  // earlier and offers as much of everything. Of a set with the shop at least one of them is not in
  // it, and to exchange the two makes the set no worse.
  void keep_useful(const CoverProblem& problem) {
    std::vector<size_t> order(problem.shops.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::sort(order, {},
                      [&](size_t place) { return std::pair(problem.shops[place].weight, place); });
    std::vector<int64_t> capped(products_);
    for (const size_t place : order) {
      for (size_t p = 0; p < products_; ++p) {
        capped[p] = std::min(problem.shops[place].offers[p], problem.needs[p]);
      }
      if (replaced(capped)) continue;
      offers_.insert(offers_.end(), capped.begin(), capped.end());
      weights_.push_back(problem.shops[place].weight);
      places_.push_back(place);
    }
  }
  [[nodiscard]] bool replaced(const std::vector<int64_t>& capped) const {
    size_t replacing = 0;
    for (size_t shop = 0; shop < weights_.size() && replacing < most_; ++shop) {
      if (covers(shop, capped.data())) ++replacing;
    }
    return replacing == most_;
  }

  void list_suppliers() {
    suppliers_.resize(products_);
    for (size_t shop = 0; shop < weights_.size(); ++shop) {
      for (size_t p = 0; p < products_; ++p) {
        if (offer(shop, p) > 0) suppliers_[p].push_back(shop);
      }
    }
  }
  // How much of each product the k shops with the most of it offer, for k up to `most`.
  void sum_largest() {
    largest_.assign(products_ * (most_ + 1), 0);
    std::vector<int64_t> offered(weights_.size());
    const size_t counted = std::min(most_, offered.size());
    for (size_t p = 0; p < products_; ++p) {
      for (size_t shop = 0; shop < offered.size(); ++shop) offered[shop] = offer(shop, p);
      std::ranges::partial_sort(offered, offered.begin() + static_cast<ptrdiff_t>(counted),
                                std::greater<>());
      int64_t* sums = &largest_[p * (most_ + 1)];
      for (size_t k = 1; k <= most_; ++k) {
        sums[k] = sums[k - 1] + (k <= counted ? offered[k - 1] : 0);
      }
    }
  }

  void take_lightest_alone() {
    for (size_t shop = 0; shop < weights_.size(); ++shop) {
      if (covers(shop, left_to_find_.data())) {
        consider(shop, weights_[shop]);
        return;
      }
    }
  }

  // Completes the chosen shops with at most `more`. One of them must offer the product that was
  // picked: each supplier is tried, and then left out, so that no set is seen twice.
  void descend(size_t depth, size_t more, int64_t weight) {
    const int64_t* needed = &left_to_find_[depth * products_];
    const Pick pick = pick_product(needed, more);
    if (pick.shops > more) return;
    std::vector<size_t> tried;
    for (const size_t shop : suppliers_[pick.product]) {
      if (excluded_[shop]) continue;
      const int64_t with = weight + weights_[shop];
      if (with + lightest(pick.shops - 1) > best_weight_ || !spend()) break;
      // Whatever else would end here weighs more, or as much with later shops.
      if (covers(shop, needed)) {
        consider(shop, with);
        break;
      }
      excluded_[shop] = true;
      tried.push_back(shop);
      if (more > 1) {
        for (size_t p = 0; p < products_; ++p) {
          left_to_find_[(depth + 1) * products_ + p] =
              std::max<int64_t>(0, needed[p] - offer(shop, p));
        }
        chosen_.push_back(shop);
        descend(depth + 1, more - 1, with);
        chosen_.pop_back();
      }
    }
    for (const size_t shop : tried) excluded_[shop] = false;
  }

  // Of the products that are still needed the one with the fewest suppliers; and how many shops at
  // least are needed for any of them, `more` + 1 when that is too many.
  struct Pick {
    size_t product = 0;
    size_t shops = 0;
  };
  [[nodiscard]] Pick pick_product(const int64_t* needed, size_t more) const {
    Pick pick;
    for (size_t p = 0; p < products_ && pick.shops <= more; ++p) {
      if (needed[p] == 0) continue;
      if (pick.shops == 0 || suppliers_[p].size() < suppliers_[pick.product].size()) {
        pick.product = p;
      }
      size_t shops = std::max<size_t>(pick.shops, 1);
      while (shops <= more && largest_[p * (most_ + 1) + shops] < needed[p]) ++shops;
      pick.shops = shops;
    }
    return pick;
  }

  [[nodiscard]] bool covers(size_t shop, const int64_t* needed) const {
    for (size_t p = 0; p < products_; ++p) {
      if (offer(shop, p) < needed[p]) return false;
    }
    return true;
  }

  void consider(size_t last, int64_t weight) {
    std::vector<size_t> places{places_[last]};
    for (const size_t shop : chosen_) places.push_back(places_[shop]);
    std::ranges::sort(places);
    if (weight > best_weight_ || (weight == best_weight_ && places >= best_)) return;
    best_weight_ = weight;
    best_ = std::move(places);
  }

  bool spend() {
    const auto step = static_cast<int64_t>(products_);
    ended_ = ended_ || steps_most_ - steps_ < step;
    if (!ended_) steps_ += step;
    return !ended_;
  }

  [[nodiscard]] int64_t offer(size_t shop, size_t product) const {
    return offers_[shop * products_ + product];
  }
  [[nodiscard]] int64_t lightest(size_t shops) const {
    return static_cast<int64_t>(shops) * weights_.front();
  }

  const size_t products_;
  const size_t most_;
  const int64_t steps_most_;
  // Of the kept shops, lightest first; the same after construction.
  std::vector<int64_t> weights_;
  std::vector<size_t> places_;   // in the problem
  std::vector<int64_t> offers_;  // a row a shop, at most what is needed
  std::vector<std::vector<size_t>> suppliers_;
  std::vector<int64_t> largest_;
  // Where the search is.
  std::vector<size_t> chosen_;
  std::vector<char> excluded_;
  std::vector<int64_t> left_to_find_;  // a row a depth
  int64_t steps_ = 0;
  bool ended_ = false;
  std::vector<size_t> best_;
  int64_t best_weight_ = std::numeric_limits<int64_t>::max();
};

}  // namespace

Cover lightest_cover(const CoverProblem& problem) { return CoverSearch(problem).run(); }

}  // namespace tsunagi
