#pragma once
// What of the online shop's articles other statements of this folder ask.

#include <optional>
#include <string_view>

#include "server/domain/inventory/shop_item.h"
#include "server/storage/session.h"
#include "wasm/core/result.h"

namespace tsunagi::storage {

// Which stores have a place in the online shop, read once in a transaction, when first asked.
class MappedStores {
 public:
  Result<bool> has(Session& session, TenantId tenant, std::string_view store_id);

 private:
  std::optional<Settings> settings_;
};

// Whether the online shop has an article that is this product.
bool is_matched(Session& session, TenantId tenant, std::string_view product_id);

}  // namespace tsunagi::storage
