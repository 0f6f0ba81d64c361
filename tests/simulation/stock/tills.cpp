#include "tests/simulation/stock/tills.h"

namespace tsunagi::simulation {

std::string text_of(const Shelf& shelf) {
  return "product " + shelf.product + " in shop " + shelf.store;
}

void Tills::deliver(const Shelf& shelf, int64_t pieces) {
  book(shelf, pieces);
  pos.set_stock(shelf.product, shelf.store, figure_of(shelf) + pieces, layaway_[shelf]);
  tell_of({{shelf.product, pieces}});
}

void Tills::count(const Shelf& shelf, int64_t pieces, int64_t layaway) {
  book(shelf, pieces - pieces_[shelf]);
  layaway_[shelf] = layaway;
  pos.set_stock(shelf.product, shelf.store, pieces, layaway);
  tell_of({{shelf.product, pieces}});
}

void Tills::sell(const std::string& store, const Quantities& quantities) {
  for (const auto& [product, quantity] : quantities) book({product, store}, -quantity);
  const std::string id =
      pos.ring_up({.member = {}, .store = store, .quantities = quantities, .points = 0});
  tell({System::kSmaregi, "pos:transactions", R"({"transactionHeadIds":[")" + id + "\"]}"});
  tell_of(quantities);
}

void Tills::lower_for_parcel(const Shelf& shelf, int64_t pieces) { deliver(shelf, -pieces); }

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

void Tills::book(const Shelf& shelf, int64_t pieces) {
  pieces_[shelf] += pieces;
  ++changes_[{shelf, clock_.now()}];
}

void Tills::tell_of(const Quantities& quantities) {
  std::string ids;
  for (const auto& [product, quantity] : quantities) {
    ids += (ids.empty() ? "" : ",") + (R"({"id":"1","productId":")" + product + "\"}");
  }
  tell({System::kSmaregi, "pos:stock", R"({"ids":[)" + ids + "]}"});
}

}  // namespace tsunagi::simulation
