#include "server/domain/restock/restock_service.h"

#include <algorithm>
#include <set>
#include <utility>

#include "server/domain/fulfilment/shop_settings.h"

namespace tsunagi {
namespace {

constexpr int kRestockIdBytes = 16;

bool has_some(const ShopStock& shop) {
  return shop.known && shop.on_hand - shop.held - shop.safety > 0;
}

}  // namespace

bool RestockService::offers(const Tenant& tenant) const {
  return ports_.sends_mail && tenant.settings.restock.on && !tenant.settings.paused;
}

Result<Done> RestockService::mark(const Tenant& tenant, int64_t customer_id,
                                  std::vector<StockModel>& models) {
  if (customer_id == 0 || !offers(tenant)) return Done{};
  const auto asked = ports_.book.restocks_of(tenant.id, customer_id);
  if (!asked.ok()) return asked.error();
  std::set<std::pair<std::string_view, std::string_view>> shelves;
  for (const RestockRequest& one : *asked) shelves.emplace(one.product_id, one.store_id);
  for (StockModel& model : models) {
    model.can_ask = true;
    for (ShopStock& shop : model.shops) {
      shop.asked = shelves.contains({model.product_id, shop.shop_id});
    }
  }
  return Done{};
}

Result<RestockRequest> RestockService::wished(const Tenant& tenant, const Wish& wish) {
  StockService::Question question;
  question.products.push_back({wish.product_code, wish.product_code});
  question.all_shops = true;
  const auto models = ports_.stock.stock(tenant, question);
  if (!models.ok()) return models.error();
  const StockModel& model = models->front();
  const auto shop = std::ranges::find(model.shops, wish.store_id, &ShopStock::shop_id);
  if (model.product_id.empty() || shop == model.shops.end()) {
    return Error{ErrorCode::kNotFound, "no shop counts this product, or there is no such shop"};
  }
  if (has_some(*shop)) return Error{ErrorCode::kConflict, kBackAlready};
  return RestockRequest{.id = ports_.random.token(kRestockIdBytes),
                        .customer_id = wish.customer_id,
                        .product_id = model.product_id,
                        .store_id = wish.store_id,
                        .product_code = model.product_code,
                        .product_name = model.product_name,
                        .language = wish.language == "en" ? "en" : "ja",
                        .page = wish.page,
                        .asked_at = ports_.clock.now()};
}

Result<Done> RestockService::ask(const Tenant& tenant, const Wish& wish) {
  if (!offers(tenant)) return Error{ErrorCode::kConflict, "nobody is told here"};
  auto request = wished(tenant, wish);
  if (!request.ok()) return request.error();
  return ports_.storage.apply(tenant.id, {change::AskRestock{*std::move(request)}});
}

// By what it is or by the code it was asked for with: the tills may have lost the product since.
Result<Done> RestockService::take_back(const Tenant& tenant, const Wish& wish) {
  const auto asked = ports_.book.restocks_of(tenant.id, wish.customer_id);
  if (!asked.ok()) return asked.error();
  const auto product =
      ports_.storage.product_by_code(tenant.id, wish.product_code, wish.product_code);
  if (!product.ok()) return product.error();
  std::vector<Change> changes;
  for (const RestockRequest& one : *asked) {
    const bool same = one.product_code == wish.product_code ||
                      (*product && (*product)->product_id == one.product_id);
    if (!same || one.store_id != wish.store_id) continue;
    changes.emplace_back(
        change::TakeBackRestock{.customer_id = wish.customer_id, .request_id = one.id});
  }
  if (changes.empty()) return Done{};
  return ports_.storage.apply(tenant.id, changes);
}

Result<int> RestockService::tell_due(const Tenant& tenant) {
  if (!offers(tenant)) return 0;
  const auto stores = ports_.storage.stores(tenant.id);
  if (!stores.ok()) return stores.error();
  std::vector<RestockShop> shops;
  for (const Store& store : *stores) {
    if (!is_shown(tenant.settings, store)) continue;
    shops.push_back(
        {.store_id = store.store_id, .safety = shop_safety_of(tenant.settings, store.store_id)});
  }
  const auto confirmed = ports_.storage.cursor(tenant.id, kStockConfirmedCursor);
  if (!confirmed.ok()) return confirmed.error();
  const Seconds since = ports_.clock.now() - kRestockFigureSeconds;
  const bool all_fresh = confirmed->value_or(0) >= since;
  const auto due = ports_.book.restocked(
      tenant.id, {.shops = std::move(shops), .products = tenant.settings.product_safety},
      all_fresh ? 0 : since, kRestocksAtOnce);
  if (!due.ok()) return due.error();
  std::vector<Change> changes;
  changes.reserve(due->size());
  for (const std::string& id : *due) changes.emplace_back(change::TellRestock{id});
  if (changes.empty()) return 0;
  if (auto told = ports_.storage.apply(tenant.id, changes); !told.ok()) return told.error();
  return static_cast<int>(changes.size());
}

}  // namespace tsunagi
