#include "server/domain/tenant/shipping_settings_json.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include "server/domain/tenant/settings_limits.h"
#include "server/domain/tenant/settings_reader.h"

namespace tsunagi {
namespace {

using ShippingJson = nlohmann::json;

constexpr std::pair<RoutingCriterion, std::string_view> kCriteria[] = {
    {RoutingCriterion::kParcels, "parcels"},
    {RoutingCriterion::kPriority, "priority"},
    {RoutingCriterion::kDistance, "distance"}};

std::optional<RoutingCriterion> criterion_of(const ShippingJson& json) {
  if (!json.is_string()) return std::nullopt;
  const auto* found = std::ranges::find(kCriteria, json.get_ref<const std::string&>(),
                                        [](const auto& each) { return std::string(each.second); });
  return found == std::end(kCriteria) ? std::nullopt : std::optional(found->first);
}

void read_order(SettingsReader& reader, RoutingRules& rules) {
  const ShippingJson* order = reader.find("order");
  if (order == nullptr) return;
  std::set<RoutingCriterion> named;
  if (order->is_array() && order->size() == rules.order.size()) {
    for (size_t i = 0; i < order->size(); ++i) {
      const auto criterion = criterion_of((*order)[i]);
      if (criterion) {
        rules.order.at(i) = *criterion;
        named.insert(*criterion);
      }
    }
  }
  if (named.size() != rules.order.size()) {
    reader.fail("order", "must name parcels, priority and distance once each");
  }
}

void read_least_one(SettingsReader& reader, const char* field, int64_t most, int& into) {
  int64_t figure = into;
  reader.count(field, most, figure);
  if (figure < 1) return reader.fail(field, "must be from 1 to " + std::to_string(most));
  into = static_cast<int>(figure);
}

std::optional<Error> read_shipping_shops(const ShippingJson& list,
                                         std::vector<ShippingShop>& into) {
  if (!list.is_array() || list.size() > kSettingStores) {
    return refused_setting("shipping.shops",
                           "must be a list of at most " + std::to_string(kSettingStores));
  }
  std::set<std::string> seen;
  into.clear();
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string field = "shipping.shops[" + std::to_string(i) + "]";
    if (!list[i].is_object()) return refused_setting(field, "must be an object");
    SettingsReader reader(list[i], field + ".");
    ShippingShop shop;
    reader.text("store_id", kSettingWordBytes, shop.store_id);
    reader.flag("ships", shop.ships);
    reader.count("priority", kPriorityMost, shop.priority);
    if (shop.store_id.empty()) reader.fail("store_id", "is missing");
    if (!seen.insert(shop.store_id).second) reader.fail("store_id", "is listed twice");
    if (reader.error()) return reader.error();
    into.push_back(std::move(shop));
  }
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> place_id(const std::string& text) {
  int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool whole = error == std::errc() && end == text.data() + text.size() && id > 0;
  return whole ? std::optional(id) : std::nullopt;
}

ShippingJson shipping_json(const ShippingSettings& settings) {
  ShippingJson order = ShippingJson::array();
  for (const RoutingCriterion criterion : settings.rules.order) {
    order.push_back(std::ranges::find(kCriteria, criterion, [](const auto& each) {
                      return each.first;
                    })->second);
  }
  ShippingJson shops = ShippingJson::array();
  for (const ShippingShop& shop : settings.shops) {
    shops.push_back(
        {{"store_id", shop.store_id}, {"ships", shop.ships}, {"priority", shop.priority}});
  }
  const std::string place =
      settings.location_id == 0 ? std::string() : std::to_string(settings.location_id);
  return {{"on", settings.on},
          {"location", place},
          {"unpaid", settings.unpaid},
          {"accept_minutes", settings.accept_minutes},
          {"ship_minutes", settings.ship_minutes},
          {"order", std::move(order)},
          {"split_most", settings.rules.split_most},
          {"asked_most", settings.rules.asked_most},
          {"shops", std::move(shops)}};
}

std::optional<Error> read_shipping(const ShippingJson& json, ShippingSettings& settings) {
  if (!json.is_object()) return refused_setting("shipping", "must be an object");
  SettingsReader reader(json, "shipping.");
  reader.flag("on", settings.on);
  reader.flag("unpaid", settings.unpaid);
  reader.count("accept_minutes", kSettingPrepareMinutesMax, settings.accept_minutes);
  reader.count("ship_minutes", kSettingPrepareMinutesMax, settings.ship_minutes);
  std::string place;
  reader.text("location", kSettingWordBytes, place);
  settings.location_id = place_id(place).value_or(0);
  if (!place.empty() && settings.location_id == 0) {
    reader.fail("location", "must be the number of a location");
  }
  read_order(reader, settings.rules);
  read_least_one(reader, "split_most", kSplitMost, settings.rules.split_most);
  read_least_one(reader, "asked_most", static_cast<int64_t>(kRoutingShopsMost),
                 settings.rules.asked_most);
  if (reader.error()) return reader.error();
  const ShippingJson* shops = reader.find("shops");
  return shops == nullptr ? std::nullopt : read_shipping_shops(*shops, settings.shops);
}

}  // namespace tsunagi
