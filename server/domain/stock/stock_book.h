#pragma once
// Reads Smaregi's stock into our book.

#include <vector>

#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr size_t kRowsAChange = 1'000;  // rows of one database transaction

// The rows as changes of at most kRowsAChange each.
std::vector<Change> put_stock_changes(std::vector<StockLevel> levels);
std::vector<Change> put_product_changes(std::vector<Product> products);

}  // namespace tsunagi
