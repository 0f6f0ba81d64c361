#include "server/domain/fulfilment/routing.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "server/domain/fulfilment/cover_search.h"
#include "wasm/core/view.h"

namespace tsunagi {
namespace {

Error bad_routing(std::string sentence) {
  return {ErrorCode::kInvalid, "routing: " + std::move(sentence)};
}
bool in_range(int64_t figure, int64_t least, int64_t most) {
  return figure >= least && figure <= most;
}

// What the order asks for: a line a product, by product id.
using Needs = std::vector<RoutingLine>;

// A shop that is looked at, with what it could send.
struct Candidate {
  const RoutingShop* shop = nullptr;
  int km = kUnknownKm;
  std::vector<int64_t> offers;  // of each need, at most what is needed
  int64_t offered = 0;          // their sum
  int64_t weight = 0;

  [[nodiscard]] bool able() const { return shop->ships && !shop->refused; }
  [[nodiscard]] RoutingSums alone() const {
    return {.parcels = 1, .priority = shop->priority, .km = km, .open_work = shop->open_work};
  }
};

// ---- Reading

std::optional<Error> wrong_rules(const RoutingRules& rules) {
  auto sorted = rules.order;
  std::ranges::sort(sorted);
  if (sorted != std::array{RoutingCriterion::kParcels, RoutingCriterion::kPriority,
                           RoutingCriterion::kDistance}) {
    return bad_routing("the order of the criteria does not name each once");
  }
  if (!in_range(rules.split_most, 1, kSplitMost)) {
    return bad_routing("the split limit is not 1 to " + std::to_string(kSplitMost));
  }
  if (!in_range(rules.asked_most, 1, static_cast<int64_t>(kRoutingShopsMost))) {
    return bad_routing("the shops to ask are not 1 to " + std::to_string(kRoutingShopsMost));
  }
  return std::nullopt;
}

Result<Needs> needs_of(const std::vector<RoutingLine>& lines) {
  if (lines.empty() || lines.size() > kRoutingLinesMost) {
    return bad_routing("an order has 1 to " + std::to_string(kRoutingLinesMost) + " lines, not " +
                       std::to_string(lines.size()));
  }
  Needs sorted = lines;
  std::ranges::sort(sorted, {}, &RoutingLine::product_id);
  Needs needs;
  for (RoutingLine& line : sorted) {
    if (line.product_id.empty()) return bad_routing("a line names no product");
    if (!in_range(line.quantity, 1, kPiecesMost)) {
      return bad_routing("a line's quantity is not 1 to " + std::to_string(kPiecesMost));
    }
    if (needs.empty() || needs.back().product_id != line.product_id) {
      needs.push_back(std::move(line));
      continue;
    }
    needs.back().quantity += line.quantity;
    if (needs.back().quantity > kPiecesMost) {
      return bad_routing("the lines of a product sum up to more than " +
                         std::to_string(kPiecesMost));
    }
  }
  return needs;
}

std::optional<Error> wrong_shop(const RoutingShop& shop) {
  if (shop.shop_id.empty()) return bad_routing("a shop has no id");
  if (!in_range(shop.priority, 0, kPriorityMost)) {
    return bad_routing("a shop's priority is not 0 to " + std::to_string(kPriorityMost));
  }
  if (!in_range(shop.open_work, 0, kOpenWorkMost)) {
    return bad_routing("a shop's open work is not 0 to " + std::to_string(kOpenWorkMost));
  }
  if (shop.stock.size() > kRoutingLinesMost) {
    return bad_routing("a shop has more than " + std::to_string(kRoutingLinesMost) +
                       " rows of stock");
  }
  for (const RoutingStock& stock : shop.stock) {
    if (!in_range(stock.on_hand, -kStockFigureMost, kStockFigureMost) ||
        !in_range(stock.held, 0, kStockFigureMost) ||
        !in_range(stock.safety, 0, kStockFigureMost)) {
      return bad_routing("a stock figure is out of range (" + std::to_string(kStockFigureMost) +
                         ", held and safety not below 0)");
    }
  }
  return std::nullopt;
}

// What the storefront shows of it, too.
int64_t offered_of(const RoutingStock& stock) {
  ShopStock shown;
  shown.on_hand = stock.on_hand;
  shown.held = stock.held;
  shown.safety = stock.safety;
  return offered(shown);
}

// Sums of so many parcels stay below the next digit: tuples add and compare as numbers do.
constexpr int64_t digit_of(int64_t most) { return kSplitMost * most + 1; }
constexpr int64_t kDigits[] = {digit_of(1), digit_of(kPriorityMost), digit_of(kUnknownKm)};
static_assert(kDigits[0] * kDigits[1] * kDigits[2] <
              std::numeric_limits<int64_t>::max() / digit_of(kOpenWorkMost));

int64_t figure_of(const RoutingSums& sums, RoutingCriterion criterion) {
  switch (criterion) {
    case RoutingCriterion::kParcels:
      return sums.parcels;
    case RoutingCriterion::kPriority:
      return sums.priority;
    case RoutingCriterion::kDistance:
      return sums.km;
  }
  return 0;
}
int64_t weight_of(const RoutingSums& sums, const RoutingRules& rules) {
  int64_t weight = 0;
  for (const RoutingCriterion criterion : rules.order) {
    weight = weight * kDigits[static_cast<size_t>(criterion)] + figure_of(sums, criterion);
  }
  return weight * digit_of(kOpenWorkMost) + sums.open_work;
}

Result<Candidate> candidate_of(const RoutingShop& shop, const Needs& needs, Prefecture ship_to,
                               const RoutingRules& rules) {
  if (const auto wrong = wrong_shop(shop)) return *wrong;
  Candidate candidate{.shop = &shop, .offers = std::vector<int64_t>(needs.size(), -1)};
  if (shop.prefecture.has_value()) candidate.km = distance_km(*shop.prefecture, ship_to);
  for (const RoutingStock& stock : shop.stock) {
    const auto need =
        std::ranges::lower_bound(needs, stock.product_id, {}, &RoutingLine::product_id);
    if (need == needs.end() || need->product_id != stock.product_id) continue;
    int64_t& offer = candidate.offers[static_cast<size_t>(need - needs.begin())];
    if (offer >= 0) return bad_routing("a shop has two rows of stock of a product");
    offer = std::min(offered_of(stock), need->quantity);
    candidate.offered += offer;
  }
  std::ranges::replace(candidate.offers, -1, 0);
  candidate.weight = weight_of(candidate.alone(), rules);
  return candidate;
}

// By shop id.
Result<std::vector<Candidate>> candidates_of(const std::vector<RoutingShop>& shops,
                                             const Needs& needs, Prefecture ship_to,
                                             const RoutingRules& rules) {
  if (shops.size() > kRoutingShopsMost) {
    return bad_routing("more than " + std::to_string(kRoutingShopsMost) + " shops");
  }
  std::vector<Candidate> candidates;
  candidates.reserve(shops.size());
  for (const RoutingShop& shop : shops) {
    auto candidate = candidate_of(shop, needs, ship_to, rules);
    if (!candidate.ok()) return candidate.error();
    candidates.push_back(std::move(*candidate));
  }
  const auto by_id = [](const Candidate& one) -> const std::string& { return one.shop->shop_id; };
  std::ranges::sort(candidates, {}, by_id);
  if (std::ranges::adjacent_find(candidates, {}, by_id) != candidates.end()) {
    return bad_routing("a shop is named twice");
  }
  return candidates;
}

// ---- Deciding

std::vector<Shortage> shortages_of(const Needs& needs, const std::vector<Candidate>& candidates) {
  std::vector<Shortage> shortages;
  for (size_t i = 0; i < needs.size(); ++i) {
    int64_t all = 0;
    for (const Candidate& candidate : candidates) {
      if (candidate.able()) all += candidate.offers[i];
    }
    if (all < needs[i].quantity) shortages.push_back({needs[i].product_id, needs[i].quantity, all});
  }
  return shortages;
}

// The shops that an answer may name: places in `candidates`.
std::vector<size_t> helpers_of(const std::vector<Candidate>& candidates) {
  std::vector<size_t> helpers;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].able() && candidates[i].offered > 0) helpers.push_back(i);
  }
  return helpers;
}

Cover search_for(const Needs& needs, const std::vector<Candidate>& candidates, int64_t parcels_most,
                 int64_t steps_most) {
  const std::vector<size_t> helpers = helpers_of(candidates);
  CoverProblem problem;
  problem.shops_most = static_cast<size_t>(parcels_most);
  problem.steps_most = steps_most;
  for (const RoutingLine& need : needs) problem.needs.push_back(need.quantity);
  for (const size_t place : helpers) {
    problem.shops.push_back({candidates[place].weight, candidates[place].offers});
  }
  Cover cover = lightest_cover(problem);
  for (size_t& shop : cover.shops) shop = helpers[shop];
  return cover;
}

// No shop of a best set can be spared, so that each sends something.
std::vector<Parcel> shared_out(const Needs& needs, const std::vector<const Candidate*>& senders) {
  std::vector<Parcel> parcels;
  std::vector<int64_t> left;
  for (const RoutingLine& need : needs) left.push_back(need.quantity);
  for (const Candidate* sender : senders) {
    Parcel parcel{.shop_id = sender->shop->shop_id, .items = {}};
    for (size_t i = 0; i < needs.size(); ++i) {
      const int64_t sent = std::min(left[i], sender->offers[i]);
      left[i] -= sent;
      if (sent > 0) parcel.items.push_back({needs[i].product_id, sent});
    }
    parcels.push_back(std::move(parcel));
  }
  return parcels;
}

void take(Routing& routing, const Needs& needs, const std::vector<Candidate>& candidates,
          const Cover& cover) {
  std::vector<const Candidate*> senders;
  for (const size_t place : cover.shops) {
    const RoutingSums alone = candidates[place].alone();
    senders.push_back(&candidates[place]);
    routing.sums.parcels += alone.parcels;
    routing.sums.priority += alone.priority;
    routing.sums.km += alone.km;
    routing.sums.open_work += alone.open_work;
  }
  std::ranges::sort(senders, {}, [](const Candidate* sender) {
    return std::tie(sender->weight, sender->shop->shop_id);
  });
  routing.parcels = shared_out(needs, senders);
}

// Which figure puts a shop that could send everything behind the answer.
ShopVerdict behind_in(const RoutingSums& alone, const RoutingSums& answer,
                      const RoutingRules& rules) {
  for (const RoutingCriterion criterion : rules.order) {
    if (figure_of(alone, criterion) == figure_of(answer, criterion)) continue;
    return criterion == RoutingCriterion::kPriority ? ShopVerdict::kLaterPriority
                                                    : ShopVerdict::kFarther;  // one parcel is least
  }
  return alone.open_work == answer.open_work ? ShopVerdict::kLaterId : ShopVerdict::kBusier;
}

ShopVerdict verdict_of(const Candidate& candidate, const Routing& routing,
                       const RoutingRules& rules) {
  if (!candidate.shop->ships) return ShopVerdict::kNotShipping;
  if (candidate.shop->refused) return ShopVerdict::kRefused;
  if (candidate.offered == 0) return ShopVerdict::kNothing;
  if (candidate.offered < routing.pieces) return ShopVerdict::kPart;
  // Whoever offers everything was not taken because of the answer, or because nobody may be asked.
  return routing.nobody.has_value() ? ShopVerdict::kNotAsked
                                    : behind_in(candidate.alone(), routing.sums, rules);
}

std::vector<ShopTrace> trace_of(const std::vector<Candidate>& candidates, const Routing& routing,
                                const RoutingRules& rules) {
  std::vector<ShopTrace> trace;
  trace.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    const RoutingShop& shop = *candidate.shop;
    ShopTrace traced{.shop_id = shop.shop_id,
                     .offers = candidate.offered,
                     .priority = shop.priority,
                     .km = candidate.km,
                     .open_work = shop.open_work};
    const auto parcel = std::ranges::find(routing.parcels, shop.shop_id, &Parcel::shop_id);
    if (parcel != routing.parcels.end()) {
      traced.verdict = ShopVerdict::kTaken;
      for (const RoutingLine& item : parcel->items) traced.sends += item.quantity;
    } else {
      traced.verdict = verdict_of(candidate, routing, rules);
    }
    trace.push_back(std::move(traced));
  }
  return trace;
}

// Fills in the parcels, or why there are none.
void decide(Routing& routing, const Needs& needs, const std::vector<Candidate>& candidates,
            const RoutingRules& rules, int64_t steps_most) {
  if (std::ranges::none_of(candidates, &Candidate::able)) {
    routing.nobody = NobodyCause::kNoShop;
    return;
  }
  routing.shortages = shortages_of(needs, candidates);
  if (!routing.shortages.empty()) {
    routing.nobody = NobodyCause::kStock;
    return;
  }
  const auto refused =
      std::ranges::count_if(candidates, [](const Candidate& one) { return one.shop->refused; });
  const int64_t askable = std::max<int64_t>(0, rules.asked_most - refused);
  const int64_t parcels_most = std::min<int64_t>(rules.split_most, askable);
  const Cover cover = search_for(needs, candidates, parcels_most, steps_most);
  routing.proven = cover.proven;
  routing.steps = cover.steps;
  if (!cover.shops.empty()) {
    take(routing, needs, candidates, cover);
  } else if (!cover.proven) {
    routing.nobody = NobodyCause::kSearchLimit;
  } else {
    routing.nobody = askable < rules.split_most ? NobodyCause::kAskedMost : NobodyCause::kSplitMost;
  }
}

}  // namespace

Result<Routing> route(const RoutingOrder& order, const std::vector<RoutingShop>& shops,
                      const RoutingRules& rules, int64_t steps_most) {
  if (const auto wrong = wrong_rules(rules)) return *wrong;
  const auto needs = needs_of(order.lines);
  if (!needs.ok()) return needs.error();
  const auto candidates = candidates_of(shops, *needs, order.ship_to, rules);
  if (!candidates.ok()) return candidates.error();
  Routing routing;
  for (const RoutingLine& need : *needs) routing.pieces += need.quantity;
  decide(routing, *needs, *candidates, rules, steps_most);
  routing.trace = trace_of(*candidates, routing, rules);
  return routing;
}

}  // namespace tsunagi
