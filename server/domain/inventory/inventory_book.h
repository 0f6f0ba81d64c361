#pragma once
// Where the online shop's articles are kept, with what was matched.

#include <optional>
#include <string_view>
#include <vector>

#include "server/domain/changes.h"
#include "server/domain/inventory/shop_item.h"
#include "server/domain/inventory/taking.h"
#include "wasm/core/result.h"

namespace tsunagi {

class InventoryBook {  // storage
 public:
  virtual ~InventoryBook() = default;

  // Those after `after` up to `upto`, by variant.
  struct Range {
    int64_t after = 0, upto = 0;
  };
  // Stores what the online shop says of these; of a range, others in it are gone. `also` in the
  // same transaction when anything is another now. What was matched stays, and of a new article
  // nothing is.
  virtual Result<Done> put_items(TenantId tenant, const std::vector<ShopItem>& items,
                                 const std::optional<Range>& whole,
                                 const std::vector<Change>& also) = 0;
  virtual Result<Done> drop_item(TenantId tenant, int64_t variant_id) = 0;
  // Their match and product_id alone, with `also` in the same transaction.
  virtual Result<Done> put_matches(TenantId tenant, const std::vector<ShopItem>& items,
                                   const std::vector<Change>& also) = 0;

  virtual Result<std::vector<ShopItem>> items_after(TenantId tenant, int64_t variant_id,
                                                    int limit) = 0;
  virtual Result<std::vector<ShopItem>> items_that(TenantId tenant, ItemMatch match,
                                                   int64_t after_variant_id, int limit) = 0;
  virtual Result<std::optional<ShopItem>> matched_item(TenantId tenant,
                                                       std::string_view product_id) = 0;
  virtual Result<std::vector<Product>> products_after(TenantId tenant, std::string_view product_id,
                                                      int limit) = 0;
  // Writes of what shops have that wait in the background.
  virtual Result<int64_t> on_hand_waiting(TenantId tenant) = 0;

  // What is, or was, to be taken from the tills.
  virtual Result<std::optional<Taking>> taking(TenantId tenant, std::string_view key) = 0;
  virtual Result<std::vector<Taking>> takings_of_order(TenantId tenant, int64_t order_id) = 0;
  // Pieces of the product that left the shop and that the tills still count.
  virtual Result<int64_t> still_counted(TenantId tenant, std::string_view product_id,
                                        std::string_view store_id) = 0;
  // Before the tills are asked. kConflict: it is over by now.
  virtual Result<Done> begin_taking(TenantId tenant, std::string_view key, Seconds now) = 0;
};

}  // namespace tsunagi
