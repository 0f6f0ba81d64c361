#include "server/domain/stock/stock_service.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "server/domain/bounded_cache.h"
#include "server/domain/fulfilment/opening_hours.h"
#include "server/domain/fulfilment/shop_settings.h"
#include "server/domain/percent.h"
#include "server/domain/stock/held.h"
#include "server/domain/stock/shop_areas.h"
#include "server/domain/stock/shop_position.h"
#include "server/domain/tenant/pickup_settings_json.h"
#include "wasm/core/japan_time.h"
#include "wasm/core/prefecture.h"

namespace tsunagi {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

constexpr size_t kShopLists = 10'000;      // tenants whose shops are remembered
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
// Which of the asked words is the product's: with it alone it is found again.
std::string_view matched(const Product& product, const ProductQuestion& question) {
  const bool by_barcode = !question.barcode.empty() && (product.code == question.barcode ||
                                                        product.supplier_code == question.barcode);
  return by_barcode || question.sku.empty() ? question.barcode : question.sku;
}

// How long shops are kept: what is told of today is told of no other day.
struct Kept {
  TimePoint until;
  int64_t day = 0;
};

// The figures of one product in the first shops of the list.
struct KnownFigures {
  std::shared_ptr<const std::vector<ShopStock>> shops;
  Kept kept;
};

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
    return store.paused || (setting != nullptr && setting->hidden) || !in_pilot(store);
  }
  bool in_pilot(const Store& store) const {
    const Pilot& pilot = settings_.pilot;
    return !pilot.on || pilot.stores.empty() ||
           std::ranges::find(pilot.stores, store.store_id) != pilot.stores.end();
  }
  const OpeningHours* hours(const StoreSetting* setting) const {
    return told_hours_of(settings_, setting);
  }
  int64_t safety(const StoreSetting* setting) const {
    return setting != nullptr && setting->safety_stock > 0 ? setting->safety_stock
                                                           : settings_.safety_stock;
  }

 private:
  const Settings& settings_;
  std::unordered_map<std::string_view, size_t> places_;
};

// A tenant's shops in the order they are shown: the merchant's order first, then Smaregi's.
struct ShopList {
  std::vector<ShopStock> shops;  // without figures
  std::unordered_map<std::string_view, size_t> places;
  std::vector<Area> areas;
  Kept kept;
};
struct KnownReading {
  std::optional<Seconds> confirmed;  // until when the whole book has been read
  TimePoint until;
};

void put_hours(ShopStock& shop, const OpeningHours& hours, Seconds now) {
  if (!opens_on_day_of(hours, now)) {
    shop.hours_ja = "本日休業";
    shop.hours_en = "Closed today";
    return;
  }
  const std::string today = time_text(hours.opens) + "–" + time_text(hours.closes);
  shop.hours_ja = "本日 " + today;
  shop.hours_en = "Today " + today;
}

ShopStock shop_without_figures(const ShopSettings& settings, const Store& store, Seconds now) {
  const StoreSetting* setting = settings.of(store.store_id);
  ShopStock shop;
  shop.shop_id = store.store_id;
  shop.name = setting != nullptr && !setting->name.empty() ? setting->name : store.name;
  shop.phone = store.phone;
  if (!store.address.empty()) {
    shop.map_url = std::string(kMapSearch) + percent_encoded(store.address);
  }
  if (const OpeningHours* hours = settings.hours(setting)) put_hours(shop, *hours, now);
  shop.safety = settings.safety(setting);
  if (const auto place = place_of(setting, store)) {
    shop.north = place->position.north;
    shop.east = place->position.east;
    shop.approximate = place->approximate;
  }
  if (const auto prefecture = Prefecture::of_address(store.address)) {
    shop.prefecture = prefecture->code();
  }
  return shop;
}

std::vector<ShopStock> in_order(const ShopSettings& settings, const std::vector<Store>& stores,
                                Seconds now) {
  std::vector<const Store*> ordered;
  for (const Store& store : stores) {
    if (!settings.hidden(store)) ordered.push_back(&store);
  }
  const auto key = [&settings](const Store* store) {
    // The last: as the book gives them.
    return std::tuple(settings.place(store->store_id), store->display_order, store);
  };
  std::sort(ordered.begin(), ordered.end(),
            [&key](const Store* a, const Store* b) { return key(a) < key(b); });
  std::vector<ShopStock> shops;
  shops.reserve(ordered.size());
  for (const Store* store : ordered) shops.push_back(shop_without_figures(settings, *store, now));
  return shops;
}

// The first of the list, or of those of it that are in the area; without figures.
std::vector<ShopStock> first_shops(const ShopList& list, size_t most, int64_t area) {
  std::vector<ShopStock> shops;
  for (const ShopStock& shop : list.shops) {
    if (shops.size() == most) break;
    if (area == 0 || area_of(shop) == area) shops.push_back(shop);
  }
  return shops;
}

// Smaregi has no row before a product's stock first moves: after one reading of the whole book, no
// row means none.
void fill_figures(ShopStock& shop, const StockLevel* level,
                  const std::optional<Seconds>& confirmed) {
  shop.known = level != nullptr ? !level->doubted : confirmed.has_value();
  shop.on_hand = level != nullptr ? level->on_hand : 0;
  shop.held = level != nullptr ? held_of(*level) : 0;
  shop.as_of = std::max(level != nullptr ? level->changed_at : 0, confirmed.value_or(0));
}

}  // namespace

struct StockService::State {
  State(Storage& storage_in, Clock& clock_in) : storage(storage_in), clock(clock_in) {}

  TimePoint fresh_until() const {
    return clock.steady() + std::chrono::seconds(kStockCacheSeconds);
  }

  bool is_good(const Kept& kept) const {
    return clock.steady() < kept.until && japan_day_number(clock.now()) == kept.day;
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

  Result<std::shared_ptr<const ShopList>> shops_of(const Tenant& tenant) {
    if (auto hit = lists.get(tenant.id); hit && is_good((*hit)->kept)) return *hit;
    auto list = std::make_shared<ShopList>();
    const Seconds now = clock.now();
    list->kept = {.until = clock.steady() + std::chrono::seconds(kShopListCacheSeconds),
                  .day = japan_day_number(now)};
    const auto stores = storage.stores(tenant.id);
    if (!stores.ok()) return stores.error();
    list->shops = in_order(ShopSettings(tenant.settings), *stores, now);
    for (size_t i = 0; i < list->shops.size(); ++i) list->places[list->shops[i].shop_id] = i;
    list->areas = areas_of(list->shops);
    lists.put(tenant.id, list);
    return std::shared_ptr<const ShopList>(list);
  }

  Result<std::optional<Seconds>> confirmed_of(TenantId tenant) {
    if (auto hit = readings.get(tenant); hit && clock.steady() < hit->until) return hit->confirmed;
    auto confirmed = storage.cursor(tenant, kStockConfirmedCursor);
    if (confirmed.ok()) readings.put(tenant, {*confirmed, fresh_until()});
    return confirmed;
  }

  // The shops with their figures.
  Result<std::vector<ShopStock>> read_figures(TenantId tenant, const std::string& product_id,
                                              std::vector<ShopStock> shops) {
    std::vector<std::string> ids;
    ids.reserve(shops.size());
    for (const ShopStock& shop : shops) ids.push_back(shop.shop_id);
    const auto confirmed = confirmed_of(tenant);
    if (!confirmed.ok()) return confirmed.error();
    const auto levels = storage.stock_of(tenant, product_id, ids);
    if (!levels.ok()) return levels.error();
    std::unordered_map<std::string_view, const StockLevel*> by_store;
    for (const StockLevel& level : *levels) by_store[level.store_id] = &level;
    for (ShopStock& shop : shops) {
      const auto found = by_store.find(shop.shop_id);
      fill_figures(shop, found == by_store.end() ? nullptr : found->second, *confirmed);
    }
    return shops;
  }

  // The shops that everybody sees.
  Result<std::shared_ptr<const std::vector<ShopStock>>> first_figures(TenantId tenant,
                                                                      const std::string& product_id,
                                                                      const ShopList& list) {
    const ProductKey key{tenant, product_id};
    if (auto hit = figures.get(key); hit && is_good(hit->kept)) return hit->shops;
    const Kept kept{.until = fresh_until(), .day = list.kept.day};
    auto read = read_figures(tenant, product_id, first_shops(list, kShopsShown, 0));
    if (!read.ok()) return read.error();
    auto shops = std::make_shared<const std::vector<ShopStock>>(std::move(read).value());
    figures.put(key, {shops, kept});
    return shops;
  }

  // As many shops as the view shows, and the favourite wherever it stands.
  Result<Done> put_shops(StockModel& model, TenantId tenant, const std::string& product_id,
                         const ShopList& list, std::string_view favourite) {
    model.areas = list.areas;
    if (chosen_area(list.areas, model.area) == nullptr) model.area = 0;
    if (model.all_shops || model.area != 0) {
      const size_t most = model.all_shops ? kShopsAtMost : kShopsShown;
      auto read = read_figures(tenant, product_id, first_shops(list, most, model.area));
      if (!read.ok()) return read.error();
      model.shops = std::move(read).value();
    } else {
      const auto first = first_figures(tenant, product_id, list);
      if (!first.ok()) return first.error();
      model.shops = **first;
    }
    if (const auto place = list.places.find(favourite); place != list.places.end()) {
      auto own = std::ranges::find(model.shops, favourite, &ShopStock::shop_id);
      if (own == model.shops.end()) {
        const auto one = read_figures(tenant, product_id, {list.shops[place->second]});
        if (!one.ok()) return one.error();
        own = model.shops.insert(own, one->front());
      }
      own->favourite = true;
    }
    model.others = static_cast<int64_t>(list.shops.size() - model.shops.size());
    return Done{};
  }

  // The model stays without shops when Smaregi does not know or count the product.
  Result<StockModel> model(const Tenant& tenant, const ProductQuestion& question,
                           const Question& asked, std::string_view favourite) {
    StockModel model;
    model.product_code = question.barcode.empty() ? question.sku : question.barcode;
    model.few_below = tenant.settings.few_below;
    model.all_shops = asked.all_shops;
    model.area = asked.area;
    const auto found = this->product(tenant.id, question);
    if (!found.ok()) return found.error();
    const std::optional<Product>& product = *found;
    if (!product || !product->stock_controlled) return model;
    model.product_code = std::string(matched(*product, question));
    model.product_name = product->name;
    model.product_id = product->product_id;
    const auto list = shops_of(tenant);
    if (!list.ok()) return list.error();
    auto put = put_shops(model, tenant.id, product->product_id, **list, favourite);
    if (!put.ok()) return put.error();
    if (const auto own = product_safety_of(tenant.settings, product->product_id)) {
      for (ShopStock& shop : model.shops) shop.safety = *own;
    }
    return model;
  }

  Storage& storage;
  Clock& clock;
  BoundedCache<ProductKey, KnownProduct, ProductKeyHash> products{kStockCacheEntries};
  BoundedCache<ProductKey, KnownFigures, ProductKeyHash> figures{kStockCacheEntries};
  BoundedCache<TenantId, std::shared_ptr<const ShopList>> lists{kShopLists};
  BoundedCache<TenantId, KnownReading> readings{kShopLists};
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
    auto model = state_->model(tenant, product, question, favourite);
    if (!model.ok()) return model.error();
    model->can_pin = question.customer_id != 0;
    model->pinned = pins.contains(model->product_code);
    models.push_back(std::move(model).value());
  }
  return models;
}

Result<std::vector<StockModel>> StockService::pinned(const Tenant& tenant, int64_t customer_id,
                                                     int64_t area) {
  const auto pins = state_->storage.pins(tenant.id, customer_id);
  if (!pins.ok()) return pins.error();
  std::vector<StockModel> models;
  // A pin is the barcode or the SKU the shopper's page had: either may be it.
  for (size_t from = 0; from < pins->size(); from += kProductsAView) {
    Question question;
    question.customer_id = customer_id;
    question.area = area;
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
    const auto list = state_->shops_of(tenant);
    if (!list.ok()) return list.error();
    if (!(*list)->places.contains(store_id)) {
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
  state_->figures.erase({tenant, std::string(product_id)});
}

void StockService::forget_tenant(TenantId tenant) {
  const auto of_tenant = [tenant](const ProductKey& key, const auto&) {
    return key.tenant == tenant;
  };
  state_->products.erase_if(of_tenant);
  state_->figures.erase_if(of_tenant);
  state_->lists.erase(tenant);
  state_->readings.erase(tenant);
}

}  // namespace tsunagi
