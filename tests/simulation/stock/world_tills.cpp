// What is done at the tills, in the shops' back rooms, and by the merchant on the settings page.

#include <algorithm>

#include "server/domain/inventory/inventory_service.h"
#include "tests/simulation/stock/world.h"

namespace tsunagi::simulation {
namespace {

constexpr int64_t kShelfMost = 12;

}  // namespace

// Whoever holds it.
void World::sell_at_till() {
  Tills::Quantities sold;
  const std::string store = random_store();
  const uint64_t lines = 1 + pick(2);
  for (uint64_t i = 0; i < lines; ++i) sold[random_product()] = often(65) ? 1 : -1;
  note("shop " + store + " sells or takes back " + std::to_string(sold.size()) + " products");
  tills_.sell(store, sold);
}

void World::pay_late() {
  if (unpaid_.empty()) return sell_at_till();
  const auto which = static_cast<std::ptrdiff_t>(pick(unpaid_.size()));
  const auto [store, sold] = unpaid_[static_cast<size_t>(which)];
  unpaid_.erase(unpaid_.begin() + which);
  note("what was handed over in shop " + store + " is paid for");
  tills_.sell(store, sold);
}

void World::take_delivery() {
  const Shelf shelf = random_shelf();
  tills_.deliver(shelf, 1 + static_cast<int64_t>(pick(6)));
  note(text_of(shelf) + " is delivered: " + std::to_string(tills_.on_shelf(shelf)));
}

void World::count_shelf() {
  const Shelf shelf = random_shelf();
  const auto pieces = static_cast<int64_t>(pick(kShelfMost));
  tills_.count(shelf, pieces, often(20) ? 1 + static_cast<int64_t>(pick(2)) : 0);
  note(text_of(shelf) + " is counted: " + std::to_string(pieces));
}

void World::save_safety() {
  Settings changed = tenant_.settings;
  if (often(40)) {
    changed.safety_stock = static_cast<int64_t>(pick(3));
  } else if (often(50)) {
    const std::string product = random_product();
    changed.product_safety.erase(product);
    if (often(70)) changed.product_safety[product] = static_cast<int64_t>(pick(4));
  } else {
    const std::string store = random_store();
    std::erase_if(changed.stores, [&](const auto& each) { return each.store_id == store; });
    changed.stores.push_back(
        {.store_id = store, .name = "", .safety_stock = static_cast<int64_t>(pick(3))});
  }
  note("the merchant changes the safety stock");
  save(changed);
}

// As PUT /admin/api/inventory does it.
void World::save_locations() {
  if (weather_.at_work()) return;  // who was asked before may still be at it
  Settings changed = tenant_.settings;
  std::string store = random_store();
  for (const std::string& other : stores_) {
    if (!location_in_settings(other)) store = other;
  }
  const bool had = location_in_settings(store);
  std::erase_if(changed.locations,
                [&](const StoreLocation& place) { return place.store_id == store; });
  if (!had) changed.locations.push_back({store, location_of_store(store)});
  note("shop " + store + (had ? " is no location any more" : " is a location"));
  let_time_pass(1);
  save(changed);
  if (had && !location_in_settings(store)) correct_what_is_not_taken(store);
}

void World::save(const Settings& settings) {
  look();
  std::vector<Change> also;
  for (const StoreLocation& place : settings.locations) {
    if (location_in_settings(place.store_id)) continue;
    also.emplace_back(change::SetCursor{taken_from_cursor(place), clock_.now()});
  }
  const bool of_places = settings.locations != tenant_.settings.locations;
  if (of_places) {
    also.emplace_back(change::SetCursor{std::string(kRoundWantedCursor), clock_.now()});
  }
  const auto saved = as_request([&] { return storage_->save_settings(kShop, settings, also); });
  expect(saved.ok() || saved.error().code == ErrorCode::kUnavailable, "settings were not saved");
  read_tenant();
  // Who is not told that it was saved saves again.
  if (!saved.ok() && of_places && !weather_.at_work()) save(settings);
  look();
}

void World::platform_outage() {
  const bool tills = often(50);
  (tills ? weather_.tills_down : weather_.shop_down) = true;
  note(std::string(tills ? "Smaregi" : "Shopify") + " is down for a while");
}

void World::set_level_by_hand() {
  const Shelf shelf = random_shelf();
  shop_.set_by_hand(item_of(shelf.product), location_of_store(shelf.store),
                    static_cast<int64_t>(pick(kShelfMost)));
  note(text_of(shelf) + " is set by hand in Shopify");
}

}  // namespace tsunagi::simulation
