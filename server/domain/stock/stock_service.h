#pragma once
// Shop stock of products, read from our own book: a storefront view costs no Smaregi call.

#include <memory>
#include <string>
#include <vector>

#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr int kProductsAView = 20;  // products one request may ask for
inline constexpr Seconds kStockCacheSeconds = 2;
inline constexpr Seconds kShopListCacheSeconds = 30;  // names and order of shops seldom change
inline constexpr size_t kStockCacheEntries = 5'000;
// Cursor names: when the whole book was last read, and until when changes have been read.
inline constexpr std::string_view kStockConfirmedCursor = "stock.confirmed";

struct ProductQuestion {
  std::string barcode, sku;
};

class StockService {
 public:
  StockService(Storage& storage, Clock& clock);
  ~StockService();

  struct Question {
    std::vector<ProductQuestion> products;  // ≤ kProductsAView
    int64_t customer_id = 0;                // 0: anonymous
    bool all_shops = false;
    int64_t area = 0;  // only the shops there, as StockModel::area; 0: all of them
  };
  // One model a product, in the order asked. A product that Smaregi does not know has no shops (the
  // block hides itself).
  Result<std::vector<StockModel>> stock(const Tenant& tenant, const Question& question);
  // The products the customer pinned.
  Result<std::vector<StockModel>> pinned(const Tenant& tenant, int64_t customer_id,
                                         int64_t area = 0);

  Result<Done> set_favourite(const Tenant& tenant, int64_t customer_id, std::string_view store_id);
  Result<Done> set_pin(const Tenant& tenant, int64_t customer_id, std::string_view product_code,
                       bool pinned);

  void forget(TenantId tenant, std::string_view product_id);
  void forget_tenant(TenantId tenant);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsunagi
