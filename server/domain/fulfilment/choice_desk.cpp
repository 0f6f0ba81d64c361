#include "server/domain/fulfilment/choice_desk.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "server/domain/fulfilment/opening_hours.h"
#include "server/domain/fulfilment/pickup_service.h"
#include "server/domain/fulfilment/shipping_service.h"
#include "server/domain/fulfilment/shop_settings.h"

namespace tsunagi {
namespace {

// By what shops count of it.
using MissingProducts = std::map<std::string, int64_t>;

std::vector<std::string> codes_missing(const std::vector<Pickup>& pickups) {
  std::set<std::string> codes;
  for (const Pickup& pickup : pickups) {
    const MissingProducts missing = missing_counted(pickup);
    for (const PickupLine& line : pickup.lines) {
      if (missing.contains(line.product_id) && !line.product_code.empty()) {
        codes.insert(line.product_code);
      }
    }
  }
  return {codes.begin(), codes.end()};
}

bool has_all(const Settings& settings, const MissingProducts& missing,
             const std::vector<CodeStock>& stock, std::string_view store_id) {
  const int64_t shop_safety = shop_safety_of(settings, store_id);
  return std::ranges::all_of(missing, [&](const auto& each) {
    const int64_t safety = product_safety_of(settings, each.first).value_or(shop_safety);
    return std::ranges::any_of(stock, [&](const CodeStock& of) {
      if (of.product_id != each.first) return false;
      const auto shelf = std::ranges::find(of.shops, store_id, &StoreShelf::store_id);
      return shelf != of.shops.end() && shelf->on_shelf - shelf->held - safety >= each.second;
    });
  });
}

// From when a shop would have it ready; none: it is not one that could be chosen instead.
std::optional<Seconds> ready_instead(const Settings& settings, const Pickup& pickup,
                                     const Store& store, Seconds now) {
  const int64_t place = location_id_of(settings, store.store_id);
  const bool other =
      store.store_id != pickup.store_id && place != location_id_of(settings, pickup.store_id);
  if (!puts_aside(settings, store) || place == 0 || !other) return std::nullopt;
  return ready_from(hours_of(settings, store.store_id), now,
                    settings.pickup.prepare_minutes * kMinuteSeconds);
}

// Shops as the merchant orders them; those not named come last, as they were given.
std::vector<Store> in_merchants_order(const Settings& settings, const std::vector<Store>& stores) {
  std::multimap<std::ptrdiff_t, const Store*> by_place;  // equal ones stay in order
  for (const Store& store : stores) {
    const auto named = std::ranges::find(settings.stores, store.store_id, &StoreSetting::store_id);
    by_place.emplace(named - settings.stores.begin(), &store);
  }
  std::vector<Store> ordered;
  for (const auto& [place, store] : by_place) ordered.push_back(*store);
  return ordered;
}

}  // namespace

Result<ChoiceDesk::Offers> ChoiceDesk::offers(const Tenant& tenant,
                                              const std::vector<Pickup>& pickups) {
  const Settings& settings = tenant.settings;
  Offers offers;
  std::vector<Pickup> elsewhere;  // of which another shop may be chosen
  for (const Pickup& pickup : pickups) {
    std::vector<Choice> choices = choices_for(settings.pickup.choices, pickup);
    if (!may_choose(pickup)) continue;
    if (!choices.empty() && choices.front() == Choice::kShop) elsewhere.push_back(pickup);
    offers[pickup.id] = {.choices = std::move(choices),
                         .shops = {},
                         .refund_at = refund_promised(settings.pickup, pickup)};
  }
  if (!elsewhere.empty()) {
    const auto stores = ports_.storage.stores(tenant.id);
    if (!stores.ok()) return stores.error();
    const auto stock = ports_.book.stock_of_codes(tenant.id, codes_missing(elsewhere));
    if (!stock.ok()) return stock.error();
    const std::vector<Store> ordered = in_merchants_order(settings, *stores);
    for (const Pickup& pickup : elsewhere) {
      Offer& offer = offers[pickup.id];
      const MissingProducts missing = missing_counted(pickup);
      for (const Store& store : ordered) {
        const auto from = ready_instead(settings, pickup, store, ports_.clock.now());
        if (!from || !has_all(settings, missing, *stock, store.store_id)) continue;
        offer.shops.push_back({.store_id = store.store_id, .from = *from});
      }
      if (offer.shops.empty()) offer.choices.erase(offer.choices.begin());
    }
  }
  std::erase_if(offers, [](const auto& each) {
    const Offer& offer = each.second;
    return offer.choices.empty() && offer.refund_at == 0;
  });
  return offers;
}

Result<Done> ChoiceDesk::check_shop(const Tenant& tenant, const Pickup& pickup,
                                    std::string_view store_id) {
  const auto stores = ports_.storage.stores(tenant.id);
  if (!stores.ok()) return stores.error();
  const auto store = std::ranges::find(*stores, store_id, &Store::store_id);
  if (store == stores->end()) return Error{ErrorCode::kInvalid, "there is no such shop"};
  if (ready_instead(tenant.settings, pickup, *store, ports_.clock.now())) return Done{};
  return Error{ErrorCode::kConflict, "this shop cannot be chosen for it"};
}

Result<Pickup> ChoiceDesk::choose(const Tenant& tenant, const Asked& asked) {
  const auto what = choice_of(asked.choice);
  if (!what) return Error{ErrorCode::kInvalid, "choice must be shop, refund or send"};
  if (!is_deed_id(asked.deed)) return Error{ErrorCode::kInvalid, "the deed's id is none"};
  if ((*what == Choice::kShop) == asked.store_id.empty()) {
    return Error{ErrorCode::kInvalid, "shop must be named with the choice shop, and with no other"};
  }
  const auto found = ports_.book.pickup(tenant.id, asked.pickup_id);
  if (!found.ok()) return found.error();
  const Actor shopper{.role = Role::kShopper, .id = std::to_string(asked.customer_id)};
  if (!found->has_value() || !may_see(shopper, **found)) {
    return Error{ErrorCode::kNotFound, "there is no such pick-up"};
  }
  const Pickup& pickup = **found;
  // What was chosen before is answered as it is, whatever became of the shop.
  if (*what == Choice::kShop && may_choose(pickup)) {
    if (auto can = check_shop(tenant, pickup, asked.store_id); !can.ok()) return can.error();
  }
  auto chosen = ports_.book.choose(
      tenant.id,
      {.pickup_id = asked.pickup_id,
       .action_id = asked.deed,
       .customer_id = asked.customer_id,
       .what = *what,
       .store_id = asked.store_id,
       .safety = *what == Choice::kShop ? safety_in(tenant.settings, asked.store_id) : Safety{},
       .offered = tenant.settings.pickup.choices,
       .at = ports_.clock.now()},
      {change::Enqueue{{OutboxKind::kShipOrder, ship_order_key(pickup.purchase.order_id)}}});
  if (chosen.ok()) {
    for (const PickupLine& line : chosen->lines) ports_.stock.forget(tenant.id, line.product_id);
  }
  return chosen;
}

}  // namespace tsunagi
