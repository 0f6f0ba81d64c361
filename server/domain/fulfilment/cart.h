#pragma once
// Which shops could put a whole cart aside: all its lines or, of each, what they lack.

#include <string>
#include <vector>

#include "server/domain/fulfilment/pickup.h"
#include "server/domain/values.h"

namespace tsunagi {

// A line as it is wished for.
struct Wanted {
  std::string code;  // barcode or SKU
  int64_t quantity = 0;
};

// What a shop has of a product that nobody doubts. A cart looks at a thousand of them: no more than
// it needs.
struct StoreShelf {
  std::string store_id;
  int64_t on_shelf = 0;  // on hand, without what is set aside in Smaregi
  int64_t held = 0;      // here
  bool operator==(const StoreShelf&) const = default;
};

// What the book has of a code.
struct CodeStock {
  std::string code;               // as it was asked for
  std::string product_id;         // "": no product that shops count
  std::string name;               // "" without a product
  std::vector<StoreShelf> shops;  // by store_id, of those that ever had it
};

struct CartLine {
  std::string code;  // of the first line of this product
  std::string name;
  int64_t quantity = 0;  // of all its lines
  bool counted = false;  // whether shops count it; what they do not, every shop lacks
};
struct CartLack {
  std::string code;
  int64_t offered = 0;  // what there is, less than the line's quantity
};
struct CartShop {
  std::string store_id;
  int64_t offered = 0;  // how often it could put the whole cart aside, at most kPickupQuantityMost
  std::vector<CartLack> lacks;  // in the order of the lines; none when offered > 0
};
struct Cart {
  std::vector<CartLine> lines;  // one a product, in the order asked
  std::vector<CartShop> shops;  // of those given that put things aside; the whole cart first
};

// kInvalid: no line, more than kPickupLinesMost, a code that is none, or a quantity that is not
// 1..kPickupQuantityMost. Does not look at what the book has.
Result<Done> check_cart(const std::vector<Wanted>& wanted);

// kInvalid: two lines of one product are more than kPickupQuantityMost. stock: of each code that is
// wanted, in any order. Those that have all come first; in both parts the merchant's order, then
// that of the shops given.
Result<Cart> cart_of(const Settings& settings, const std::vector<Store>& stores,
                     const std::vector<Wanted>& wanted, const std::vector<CodeStock>& stock);

}  // namespace tsunagi
