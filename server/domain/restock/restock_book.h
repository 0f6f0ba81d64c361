#pragma once
// Requests to be told, as they are kept. They are made and ended by changes (AskRestock,
// TakeBackRestock, TellRestock, RestockTold).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/restock/restock_request.h"
#include "wasm/core/result.h"

namespace tsunagi {

// A shop that shows its stock, and how many pieces it keeps for itself.
struct RestockShop {
  std::string store_id;
  int64_t safety = 0;  // of a product without a figure of its own
};
struct RestockShops {
  std::vector<RestockShop> shops;
  ProductSafety products = {};  // the figures of their own
};

class RestockBook {  // storage
 public:
  virtual ~RestockBook() = default;

  virtual Result<std::optional<RestockRequest>> restock(TenantId tenant, std::string_view id) = 0;
  // Those of a customer that have not ended, at most kRestocksMost.
  virtual Result<std::vector<RestockRequest>> restocks_of(TenantId tenant, int64_t customer_id) = 0;
  // And those that have, the newest first.
  virtual Result<std::vector<RestockRequest>> restocks_ever(TenantId tenant, int64_t customer_id,
                                                            int limit) = 0;
  // Ids of open ones whose shop is one of these and has more than it keeps for itself and for
  // others, by a figure that nobody doubts and that changed at `since` or later; the oldest first.
  virtual Result<std::vector<std::string>> restocked(TenantId tenant, const RestockShops& shops,
                                                     Seconds since, int limit) = 0;
  // All, the newest first.
  virtual Result<std::vector<RestockRequest>> restock_log(TenantId tenant, int limit) = 0;
  // Forgets those asked for before `asked_before` that have not ended, and those that ended before
  // `settled_before`; at most `limit` of each. How many there were.
  virtual Result<int64_t> purge_restocks(Seconds asked_before, Seconds settled_before,
                                         int limit) = 0;
};

}  // namespace tsunagi
