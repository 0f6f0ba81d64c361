#include "server/domain/stock/stock_service.h"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "server/domain/bounded_cache.h"
#include "server/domain/stock/held.h"

namespace tsunagi {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

constexpr size_t kProductWordBytes = 255;  // a longer barcode or SKU is no product's
constexpr std::string_view kMapSearch = "https://www.google.com/maps/search/?api=1&query=";

struct ProductKey {
  TenantId tenant = 0;
  std::string word;  // "barcode NUL sku", or a product id
  bool operator==(const ProductKey&) const = default;
};
struct ProductKeyHash {
  size_t operator()(const ProductKey& key) const {
    return std::hash<std::string>{}(key.word) ^ (std::hash<TenantId>{}(key.tenant) * 31);
  }
};

struct KnownProduct {
  std::optional<Product> product;
  TimePoint until;
};
struct KnownRows {
  std::shared_ptr<const std::vector<StockRow>> rows;
  std::optional<Seconds> confirmed;
  TimePoint until;
};

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.' ||
                       byte == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

// A merchant's settings by shop, with their place in the list.
class ShopSettings {
 public:
  explicit ShopSettings(const Settings& settings) : settings_(settings) {
    for (size_t i = 0; i < settings.stores.size(); ++i) {
      places_.emplace(settings.stores[i].store_id, i);
    }
  }
  // nullptr when the merchant set nothing for the shop.
  const StoreSetting* of(std::string_view store_id) const {
    const auto found = places_.find(store_id);
    return found == places_.end() ? nullptr : &settings_.stores[found->second];
  }
  // Shops that are not listed come after those that are.
  size_t place(std::string_view store_id) const {
    const auto found = places_.find(store_id);
    return found == places_.end() ? settings_.stores.size() : found->second;
  }
  bool hidden(const Store& store) const {
    const StoreSetting* setting = of(store.store_id);
    return store.paused || (setting != nullptr && setting->hidden);
  }
  int64_t safety(const StoreSetting* setting) const {
    return setting != nullptr && setting->safety_stock > 0 ? setting->safety_stock
                                                           : settings_.safety_stock;
  }

 private:
  const Settings& settings_;
  std::unordered_map<std::string_view, size_t> places_;
};

ShopStock shop_stock(const ShopSettings& settings, const StockRow& row,
                     const std::optional<Seconds>& confirmed) {
  const StoreSetting* setting = settings.of(row.store.store_id);
  ShopStock shop;
  shop.shop_id = row.store.store_id;
  shop.name = setting != nullptr && !setting->name.empty() ? setting->name : row.store.name;
  shop.phone = row.store.phone;
  if (!row.store.address.empty()) {
    shop.map_url = std::string(kMapSearch) + percent_encoded(row.store.address);
  }
  // Smaregi has no row before a product's stock first moves: after one reading of the whole book,
  // no row means none.
  shop.known = row.known || confirmed.has_value();
  shop.on_hand = row.known ? row.on_hand : 0;
  shop.held = row.known ? held_of(row) : 0;
  shop.safety = settings.safety(setting);
  shop.as_of = std::max(row.known ? row.changed_at : 0, confirmed.value_or(0));
  return shop;
}

// The merchant's order first, then Smaregi's.
std::vector<const StockRow*> in_order(const ShopSettings& settings,
                                      const std::vector<StockRow>& rows) {
  std::vector<const StockRow*> ordered;
  for (const StockRow& row : rows) {
    if (!settings.hidden(row.store)) ordered.push_back(&row);
  }
  const auto before = [&settings](const StockRow* a, const StockRow* b) {
    const size_t place_a = settings.place(a->store.store_id);
    const size_t place_b = settings.place(b->store.store_id);
    if (place_a != place_b) return place_a < place_b;
    if (a->store.display_order != b->store.display_order) {
      return a->store.display_order < b->store.display_order;
    }
    return a < b;  // as the book gives them
  };
  std::sort(ordered.begin(), ordered.end(), before);
  return ordered;
}

}  // namespace

struct StockService::State {
  State(Storage& storage_in, Clock& clock_in) : storage(storage_in), clock(clock_in) {}

  TimePoint fresh_until() const {
    return clock.steady() + std::chrono::seconds(kStockCacheSeconds);
  }

  Result<std::optional<Product>> product(TenantId tenant, const ProductQuestion& question) {
    if (question.barcode.size() > kProductWordBytes || question.sku.size() > kProductWordBytes) {
      return std::optional<Product>{};
    }
    if (question.barcode.empty() && question.sku.empty()) return std::optional<Product>{};
    const ProductKey key{tenant, question.barcode + '\0' + question.sku};
    if (auto hit = products.get(key); hit && clock.steady() < hit->until) return hit->product;
    auto read = storage.product_by_code(tenant, question.barcode, question.sku);
    if (read.ok()) products.put(key, {*read, fresh_until()});
    return read;
  }

  Result<KnownRows> rows_of(TenantId tenant, const std::string& product_id) {
    const ProductKey key{tenant, product_id};
    if (auto hit = rows.get(key); hit && clock.steady() < hit->until) return *hit;
    const TimePoint until = fresh_until();
    const auto confirmed = storage.cursor(tenant, kStockConfirmedCursor);
    if (!confirmed.ok()) return confirmed.error();
    auto read = storage.stock_of(tenant, product_id);
    if (!read.ok()) return read.error();
    KnownRows known{std::make_shared<const std::vector<StockRow>>(std::move(read).value()),
                    *confirmed, until};
    rows.put(key, known);
    return known;
  }

  // The shops of one product; the model stays without shops when Smaregi does not know or count the
  // product.
  Result<StockModel> model(const Tenant& tenant, const ProductQuestion& question) {
    StockModel model;
    model.product_code = question.barcode.empty() ? question.sku : question.barcode;
    model.few_below = tenant.settings.few_below;
    const auto found = this->product(tenant.id, question);
    if (!found.ok()) return found.error();
    const std::optional<Product>& product = *found;
    if (!product || !product->stock_controlled) return model;
    model.product_name = product->name;
    const auto known = rows_of(tenant.id, product->product_id);
    if (!known.ok()) return known.error();
    const ShopSettings settings(tenant.settings);
    for (const StockRow* row : in_order(settings, *known->rows)) {
      model.shops.push_back(shop_stock(settings, *row, known->confirmed));
    }
    return model;
  }

  Storage& storage;
  Clock& clock;
  BoundedCache<ProductKey, KnownProduct, ProductKeyHash> products{kStockCacheEntries};
  BoundedCache<ProductKey, KnownRows, ProductKeyHash> rows{kStockCacheEntries};
};

StockService::StockService(Storage& storage, Clock& clock)
    : state_(std::make_unique<State>(storage, clock)) {}
StockService::~StockService() = default;

Result<std::vector<StockModel>> StockService::stock(const Tenant& tenant,
                                                    const Question& question) {
  if (question.products.size() > static_cast<size_t>(kProductsAView)) {
    return Error{ErrorCode::kInvalid, "at most " + std::to_string(kProductsAView) +
                                          " products may be asked for at once"};
  }
  std::string favourite;
  std::set<std::string> pins;
  if (question.customer_id != 0) {
    auto stored = state_->storage.favourite(tenant.id, question.customer_id);
    if (!stored.ok()) return stored.error();
    favourite = std::move(stored).value();
    const auto pinned = state_->storage.pins(tenant.id, question.customer_id);
    if (!pinned.ok()) return pinned.error();
    pins.insert(pinned->begin(), pinned->end());
  }
  std::vector<StockModel> models;
  for (const ProductQuestion& product : question.products) {
    auto model = state_->model(tenant, product);
    if (!model.ok()) return model.error();
    model->all_shops = question.all_shops;
    model->can_pin = question.customer_id != 0;
    model->pinned = pins.contains(model->product_code);
    for (ShopStock& shop : model->shops) {
      shop.favourite = !favourite.empty() && shop.shop_id == favourite;
    }
    models.push_back(std::move(model).value());
  }
  return models;
}

Result<std::vector<StockModel>> StockService::pinned(const Tenant& tenant, int64_t customer_id) {
  const auto pins = state_->storage.pins(tenant.id, customer_id);
  if (!pins.ok()) return pins.error();
  std::vector<StockModel> models;
  // A pin is the barcode or the SKU the shopper's page had: either may be it.
  for (size_t from = 0; from < pins->size(); from += kProductsAView) {
    Question question;
    question.customer_id = customer_id;
    const size_t to = std::min(pins->size(), from + kProductsAView);
    for (size_t i = from; i < to; ++i) {
      question.products.push_back({pins.value()[i], pins.value()[i]});
    }
    auto part = stock(tenant, question);
    if (!part.ok()) return part.error();
    std::move(part->begin(), part->end(), std::back_inserter(models));
  }
  return models;
}

Result<Done> StockService::set_favourite(const Tenant& tenant, int64_t customer_id,
                                         std::string_view store_id) {
  if (!store_id.empty()) {
    const auto stores = state_->storage.stores(tenant.id);
    if (!stores.ok()) return stores.error();
    const ShopSettings settings(tenant.settings);
    const bool exists = std::any_of(stores->begin(), stores->end(), [&](const Store& store) {
      return store.store_id == store_id && !settings.hidden(store);
    });
    if (!exists) {
      return Error{ErrorCode::kNotFound, "there is no such shop"};
    }
  }
  return state_->storage.apply(tenant.id,
                               {change::SetFavourite{customer_id, std::string(store_id)}});
}

Result<Done> StockService::set_pin(const Tenant& tenant, int64_t customer_id,
                                   std::string_view product_code, bool pinned) {
  if (product_code.empty() || product_code.size() > kProductWordBytes) {
    return Error{ErrorCode::kInvalid, "the product code is empty or too long"};
  }
  if (pinned) {
    const std::string code(product_code);
    const auto product = state_->product(tenant.id, {code, code});
    if (!product.ok()) return product.error();
    if (!product->has_value()) return Error{ErrorCode::kNotFound, "there is no such product"};
    const auto pins = state_->storage.pins(tenant.id, customer_id);
    if (!pins.ok()) return pins.error();
    const bool already = std::find(pins->begin(), pins->end(), product_code) != pins->end();
    if (!already && pins->size() >= static_cast<size_t>(kMaxPins)) {
      return Error{ErrorCode::kConflict,
                   "at most " + std::to_string(kMaxPins) + " products may be kept"};
    }
  }
  return state_->storage.apply(tenant.id,
                               {change::SetPin{customer_id, std::string(product_code), pinned}});
}

void StockService::forget(TenantId tenant, std::string_view product_id) {
  state_->rows.erase({tenant, std::string(product_id)});
}

void StockService::forget_tenant(TenantId tenant) {
  const auto of_tenant = [tenant](const ProductKey& key, const auto&) {
    return key.tenant == tenant;
  };
  state_->products.erase_if(of_tenant);
  state_->rows.erase_if(of_tenant);
}

}  // namespace tsunagi
