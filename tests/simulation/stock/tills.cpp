#include "tests/simulation/stock/tills.h"

#include <utility>

namespace tsunagi::simulation {
namespace {

// A call that was not answered happens within this, or never.
constexpr Seconds kLongestOnItsWay = 45;

}  // namespace

std::string text_of(const Shelf& shelf) {
  return "product " + shelf.product + " in shop " + shelf.store;
}

void Tills::deliver(const Shelf& shelf, int64_t pieces) {
  book(shelf, pieces);
  change(shelf, pieces);
}

void Tills::count(const Shelf& shelf, int64_t pieces, int64_t layaway) {
  layaway_[shelf] = layaway;
  deliver(shelf, pieces - on_shelf(shelf));
}

void Tills::sell(const std::string& store, const Quantities& quantities) {
  for (const auto& [product, quantity] : quantities) {
    book({product, store}, -quantity);
    ++changes_[{{product, store}, clock_.now()}];
  }
  const std::string id =
      pos.ring_up({.member = {}, .store = store, .quantities = quantities, .points = 0});
  tell({System::kSmaregi, "pos:transactions", R"({"transactionHeadIds":[")" + id + "\"]}"});
  tell_of(quantities);
}

void Tills::correct(const Shelf& shelf, int64_t pieces) { change(shelf, pieces); }

void Tills::change(const Shelf& shelf, int64_t pieces) {
  ++changes_[{shelf, clock_.now()}];
  pos.set_stock(shelf.product, shelf.store, figure_of(shelf) + pieces, layaway_[shelf]);
  tell_of({{shelf.product, pieces}});
}

Result<Done> Tills::add(std::string_view /*contract*/, const TillMove& move) {
  const Error unanswered{ErrorCode::kUnavailable, "Smaregi does not answer"};
  if (fails()) return unanswered;
  const Seconds now = clock_.now();
  if (is_slow()) {
    under_way_.push_back({move, now + kLongestOnItsWay});
    return unanswered;
  }
  change({move.product_id, move.store_id}, move.amount);
  history_.push_back({move, now});
  if (loses_answer()) return unanswered;
  return Done{};
}

Result<bool> Tills::was_added(std::string_view /*contract*/, const TillMove& move, Seconds from,
                              Seconds to) {
  if (fails()) return Error{ErrorCode::kUnavailable, "Smaregi does not answer"};
  for (const Added& one : history_) {
    if (one.move.memo == move.memo && one.at >= from && one.at <= to) return true;
  }
  return false;
}

void Tills::arrive() {
  std::vector<Added> later;
  for (const Added& one : std::exchange(under_way_, {})) {
    if (one.at > clock_.now()) {
      later.push_back(one);
      continue;
    }
    change({one.move.product_id, one.move.store_id}, one.move.amount);
    history_.push_back({one.move, one.at});
  }
  under_way_ = std::move(later);
}

bool Tills::knows(int64_t parcel, int64_t order_line) const {
  const std::string memo =
      "Shopify " + std::to_string(parcel) + "/" + std::to_string(order_line) + " ";
  for (const Added& one : history_) {
    if (one.move.memo.starts_with(memo)) return true;
  }
  return false;
}

int64_t Tills::on_shelf(const Shelf& shelf) const {
  const auto found = pieces_.find(shelf);
  return found == pieces_.end() ? 0 : found->second;
}

bool Tills::is_ambiguous(const Shelf& shelf, Seconds at) const {
  const auto found = changes_.find({shelf, at});
  return found != changes_.end() && found->second > 1;
}

std::string Tills::difference() const {
  for (const auto& [shelf, pieces] : pieces_) {
    const int64_t theirs = figure_of(shelf);
    if (theirs == pieces) continue;
    return text_of(shelf) + ": Smaregi says " + std::to_string(theirs) + ", on the shelf are " +
           std::to_string(pieces);
  }
  return "";
}

int64_t Tills::figure_of(const Shelf& shelf) const {
  for (const StockLevel& level : pos.all_stock()) {
    if (level.product_id == shelf.product && level.store_id == shelf.store) return level.on_hand;
  }
  return 0;
}

void Tills::book(const Shelf& shelf, int64_t pieces) { pieces_[shelf] += pieces; }

void Tills::tell_of(const Quantities& quantities) {
  std::string ids;
  for (const auto& [product, quantity] : quantities) {
    ids += (ids.empty() ? "" : ",") + (R"({"id":"1","productId":")" + product + "\"}");
  }
  tell({System::kSmaregi, "pos:stock", R"({"ids":[)" + ids + "]}"});
}

}  // namespace tsunagi::simulation
