#include "server/domain/inventory/shop_item.h"

#include <algorithm>
#include <unordered_map>

namespace tsunagi {
namespace {

using Products = std::vector<const Product*>;
using ByCode = std::unordered_map<std::string_view, Products>;

struct Catalogue {
  ByCode by_code, by_supplier;

  explicit Catalogue(const std::vector<Product>& products) {
    for (const Product& product : products) {
      if (!product.code.empty()) by_code[product.code].push_back(&product);
      if (!product.supplier_code.empty()) by_supplier[product.supplier_code].push_back(&product);
    }
  }

  [[nodiscard]] const Products& with(std::string_view word) const {
    static const Products none;
    if (word.empty()) return none;
    for (const ByCode* by : {&by_code, &by_supplier}) {
      const auto found = by->find(word);
      if (found != by->end()) return found->second;
    }
    return none;
  }
  [[nodiscard]] const Products& of(const ShopItem& item) const {
    const Products& by_barcode = with(item.barcode);
    return by_barcode.empty() ? with(item.sku) : by_barcode;
  }
};

void match_one(ShopItem& item, const Products& found) {
  item.product_id.clear();
  if (found.size() != 1) {
    const ItemMatch problem = found.empty() ? ItemMatch::kUnmatched : ItemMatch::kDuplicate;
    item.match = item.tracked ? problem : ItemMatch::kUncounted;
    return;
  }
  const Product& product = *found.front();
  item.product_id = product.product_id;
  if (!product.stock_controlled) {
    item.match = ItemMatch::kUncounted;
  } else {
    item.match = item.tracked ? ItemMatch::kMatched : ItemMatch::kUntracked;
  }
}

}  // namespace

std::string_view word(ItemMatch match) {
  switch (match) {
    case ItemMatch::kMatched:
      return "matched";
    case ItemMatch::kUnmatched:
      return "unmatched";
    case ItemMatch::kDuplicate:
      return "duplicate";
    case ItemMatch::kUntracked:
      return "untracked";
    case ItemMatch::kUncounted:
      return "uncounted";
  }
  return "";
}

OnHandName on_hand_name(std::string_view key) {
  const size_t slash = key.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == key.size()) return {};
  return {.product_id = std::string(key.substr(0, slash)),
          .store_id = std::string(key.substr(slash + 1))};
}

const StoreLocation* location_of(const Settings& settings, std::string_view store_id) {
  const auto found = std::ranges::find(settings.locations, store_id, &StoreLocation::store_id);
  return found == settings.locations.end() ? nullptr : &*found;
}

void match_items(std::vector<ShopItem>& items, const std::vector<Product>& products) {
  const Catalogue catalogue(products);
  std::unordered_map<std::string_view, int> articles;  // of a product, that would be matched
  for (ShopItem& item : items) match_one(item, catalogue.of(item));
  for (const ShopItem& item : items) {
    if (item.match == ItemMatch::kMatched) ++articles[item.product_id];
  }
  for (ShopItem& item : items) {
    const bool twin = item.match == ItemMatch::kMatched && articles[item.product_id] > 1;
    if (twin) item.match = ItemMatch::kDuplicate;
  }
}

}  // namespace tsunagi
