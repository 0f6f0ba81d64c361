#include "server/domain/stock/stock_book.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tsunagi {
namespace {

template <class Put, class Row>
std::vector<Change> in_parts(std::vector<Row> rows) {
  std::vector<Change> changes;
  for (size_t from = 0; from < rows.size(); from += kRowsAChange) {
    const auto first = rows.begin() + static_cast<std::ptrdiff_t>(from);
    const auto count = std::min(kRowsAChange, rows.size() - from);
    changes.emplace_back(
        Put{std::vector<Row>(std::make_move_iterator(first),
                             std::make_move_iterator(first + static_cast<std::ptrdiff_t>(count)))});
  }
  return changes;
}

}  // namespace

std::vector<Change> put_stock_changes(std::vector<StockLevel> levels) {
  return in_parts<change::PutStock>(std::move(levels));
}

std::vector<Change> put_product_changes(std::vector<Product> products) {
  return in_parts<change::PutProducts>(std::move(products));
}

}  // namespace tsunagi
