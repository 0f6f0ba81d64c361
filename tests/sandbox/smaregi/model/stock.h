#pragma once
// Stock by product and store. A row exists only once the stock of that product first moved there
// [DOC getstock].

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sandbox/smaregi/model/pos_api.h"

namespace tsunagi::smaregi_sandbox {

inline constexpr int64_t kMaxStock = 999'999'999;  // and its negative [DOC patchstockproductid]
inline constexpr int64_t kMaxStockDelta = 1'999'999'998;  // [DOC poststockproductidadd]

// stockDivision ([LEG] 01-17): 02 sale, 07 layaway, 12 return, 15 API.
struct StockMove {
  int64_t product_id = 0, store_id = 0;
  int64_t delta = 0;
  int64_t layaway_delta = 0;
  std::string division = {}, memo = {};
  std::string target_at = {};  // when it happened by the till's clock; "" is now
};
struct StockHistory {
  int64_t id = 0, product_id = 0, store_id = 0;
};
// Does not check the ±999,999,999; callers who must refuse do. Records the history row.
StockHistory move_stock(World& world, Contract& contract, const StockMove& move);

void publish_stock(World& world, const Contract& contract, std::string_view action,
                   const std::vector<StockHistory>& moved);

}  // namespace tsunagi::smaregi_sandbox
