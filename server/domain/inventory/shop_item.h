#pragma once
// The articles of the online shop, and which products of the tills they are.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/values.h"

namespace tsunagi {

// What became of an article's matching.
enum class ItemMatch : uint8_t {
  kMatched,    // "matched": what the shops have of it is written to the online shop
  kUnmatched,  // "unmatched": no product has its barcode or its SKU
  kDuplicate,  // "duplicate": its code is two products', or another article is the same product
  kUntracked,  // "untracked": the tills count it, the online shop does not
  kUncounted,  // "uncounted": nobody counts it, or the tills do not; nothing is to be done
};
std::string_view word(ItemMatch match);

struct ShopItem {  // of Shopify: a product variant with its inventory item
  int64_t variant_id = 0, item_id = 0;
  int64_t parent_id = 0;           // the product that it is a variant of
  std::string name, barcode, sku;  // as the merchant typed them
  bool tracked = true;
  // Decided here, by match_items().
  ItemMatch match = ItemMatch::kUnmatched;
  std::string product_id = {};  // "": none, or not known which
  bool operator==(const ShopItem&) const = default;
};

// Of a write of what a shop has of a product: the key of its outbox item.
inline std::string on_hand_key(std::string_view product_id, std::string_view store_id) {
  return std::string(product_id) + "/" + std::string(store_id);
}
struct OnHandName {
  std::string product_id, store_id;  // "" when the key is none
};
OnHandName on_hand_name(std::string_view key);

// nullptr: the shop is no place of the online shop.
const StoreLocation* location_of(const Settings& settings, std::string_view store_id);

// Decides `match` and `product_id` of all articles: by the barcode, and where no product has it by
// the SKU; of a product the code counts before the supplier's. Articles and products in any order.
void match_items(std::vector<ShopItem>& items, const std::vector<Product>& products);

}  // namespace tsunagi
