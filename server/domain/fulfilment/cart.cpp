#include "server/domain/fulfilment/cart.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "server/domain/fulfilment/shop_settings.h"

namespace tsunagi {
namespace {

constexpr size_t kCartCodeBytes = 255;  // a longer barcode or SKU is no product's

Error wrong_quantity() {
  return {ErrorCode::kInvalid,
          "a quantity must be from 1 to " + std::to_string(kPickupQuantityMost)};
}

// A line with what the shops have of it.
struct StockedLine {
  CartLine line;
  const CodeStock* stock = nullptr;
};

Result<std::vector<StockedLine>> lines_with_stock(const std::vector<Wanted>& wanted,
                                                  const std::vector<CodeStock>& stock) {
  std::map<std::string_view, const CodeStock*> by_code;
  for (const CodeStock& each : stock) by_code[each.code] = &each;
  std::vector<StockedLine> lines;
  for (const Wanted& each : wanted) {
    const auto found = by_code.find(each.code);
    const CodeStock* of =
        found == by_code.end() || found->second->product_id.empty() ? nullptr : found->second;
    const auto same = std::ranges::find_if(lines, [&](const StockedLine& line) {
      return of == nullptr ? line.line.code == each.code
                           : line.stock != nullptr && line.stock->product_id == of->product_id;
    });
    if (same == lines.end()) {
      lines.push_back({.line = {.code = each.code,
                                .name = of == nullptr ? std::string() : of->name,
                                .quantity = each.quantity,
                                .counted = of != nullptr},
                       .stock = of});
      continue;
    }
    same->line.quantity += each.quantity;
    if (same->line.quantity > kPickupQuantityMost) return wrong_quantity();
  }
  return lines;
}

// What a shop offers of a product that it has a row of.
int64_t offered_of(const StoreShelf& shop, int64_t safety) {
  return std::clamp<int64_t>(shop.on_shelf - shop.held - safety, 0, kPickupQuantityMost);
}

// What a shop offers of each line.
struct ShopOffer {
  std::string_view store_id;
  size_t place = 0;    // among the shops that were given
  int64_t safety = 0;  // of products without a figure of their own
  std::vector<int64_t> lines;
};

// Of those that put things aside, by store_id. What shops have of a line is in that order too, so
// one walk finds both.
std::vector<ShopOffer> offers_of(const Settings& settings, const std::vector<Store>& stores,
                                 const std::vector<StockedLine>& lines) {
  std::vector<ShopOffer> offers;
  offers.reserve(stores.size());
  for (size_t i = 0; i < stores.size(); ++i) {
    if (!puts_aside(settings, stores[i])) continue;
    offers.push_back({.store_id = stores[i].store_id,
                      .place = i,
                      .safety = shop_safety_of(settings, stores[i].store_id),
                      .lines = std::vector<int64_t>(lines.size())});
  }
  std::ranges::sort(offers, {}, &ShopOffer::store_id);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].stock == nullptr) continue;
    const auto own = product_safety_of(settings, lines[i].stock->product_id);
    auto offer = offers.begin();
    for (const StoreShelf& shelf : lines[i].stock->shops) {
      while (offer != offers.end() && offer->store_id < shelf.store_id) ++offer;
      if (offer == offers.end()) break;
      if (offer->store_id != shelf.store_id) continue;
      offer->lines[i] = offered_of(shelf, own.value_or(offer->safety));
    }
  }
  return offers;
}

CartShop shop_with(const std::vector<StockedLine>& lines, const std::string& store_id,
                   const std::vector<int64_t>& offered) {
  CartShop shop{.store_id = store_id, .offered = kPickupQuantityMost, .lacks = {}};
  for (size_t i = 0; i < lines.size(); ++i) {
    const CartLine& line = lines[i].line;
    shop.offered = std::min(shop.offered, offered[i] / line.quantity);
    if (offered[i] < line.quantity) {
      shop.lacks.push_back({.code = line.code, .offered = offered[i]});
    }
  }
  return shop;
}

}  // namespace

Result<Done> check_cart(const std::vector<Wanted>& wanted) {
  if (wanted.empty()) return Error{ErrorCode::kInvalid, "a pick-up needs a product"};
  if (wanted.size() > static_cast<size_t>(kPickupLinesMost)) {
    return Error{ErrorCode::kInvalid,
                 "a pick-up takes at most " + std::to_string(kPickupLinesMost) + " lines"};
  }
  for (const Wanted& each : wanted) {
    if (each.code.empty() || each.code.size() > kCartCodeBytes) {
      return Error{ErrorCode::kInvalid,
                   "a code must be from 1 to " + std::to_string(kCartCodeBytes) + " bytes long"};
    }
    if (each.quantity < 1 || each.quantity > kPickupQuantityMost) return wrong_quantity();
  }
  return Done{};
}

Result<Cart> cart_of(const Settings& settings, const std::vector<Store>& stores,
                     const std::vector<Wanted>& wanted, const std::vector<CodeStock>& stock) {
  if (auto good = check_cart(wanted); !good) return good.error();
  const auto lines = lines_with_stock(wanted, stock);
  if (!lines.ok()) return lines.error();
  Cart cart;
  for (const StockedLine& each : *lines) cart.lines.push_back(each.line);
  std::map<std::string_view, size_t> places;
  for (size_t i = 0; i < settings.stores.size(); ++i) places[settings.stores[i].store_id] = i;
  std::map<std::tuple<bool, size_t, size_t>, CartShop> in_order;
  for (const ShopOffer& offer : offers_of(settings, stores, *lines)) {
    CartShop shop = shop_with(*lines, stores[offer.place].store_id, offer.lines);
    const auto place = places.find(offer.store_id);
    const bool lacks = shop.offered == 0;
    in_order.try_emplace(
        {lacks, place == places.end() ? places.size() : place->second, offer.place},
        std::move(shop));
  }
  for (auto& [place, shop] : in_order) cart.shops.push_back(std::move(shop));
  return cart;
}

}  // namespace tsunagi
