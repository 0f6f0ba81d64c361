#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "server/domain/mail_address.h"
#include "server/domain/member/field_words.h"
#include "server/domain/stock/shop_position.h"
#include "server/domain/tenant/pickup_settings_json.h"
#include "server/domain/tenant/product_safety_json.h"
#include "server/domain/tenant/restock_settings_json.h"
#include "server/domain/tenant/settings_limits.h"
#include "server/domain/tenant/settings_reader.h"
#include "server/domain/tenant/shipping_settings_json.h"
#include "server/domain/tenant/tenant_directory.h"

namespace tsunagi {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kOwnWord = "own";
constexpr std::string_view kOwnOrAnyWord = "own_or_any";
constexpr std::string_view kButtonWord = "button";
constexpr std::string_view kAutomaticWord = "automatic";

void read_code_rule(SettingsReader& reader, Settings& settings) {
  if (reader.find("code_rule") != nullptr) {
    std::string rule;
    reader.text("code_rule", kSettingWordBytes, rule);
    if (rule == kOwnWord) {
      settings.code_rule = CodeRule::kOwn;
    } else if (rule == kOwnOrAnyWord) {
      settings.code_rule = CodeRule::kOwnOrAny;
    } else {
      reader.fail("code_rule", "must be own or own_or_any");
    }
  }
  if (reader.find("code_letter") != nullptr) {
    std::string letter;
    reader.text("code_letter", kSettingWordBytes, letter);
    if (letter.size() != 1 || !MemberCode::make(letter[0], 0).ok()) {
      reader.fail("code_letter", "must be one letter A to Z without I, O and Q");
    } else {
      settings.code_letter = letter[0];
    }
  }
}

void read_contact_url(SettingsReader& reader, Settings& settings) {
  std::string url = settings.contact_url;
  reader.text("contact_url", kSettingUrlBytes, url);
  const bool known = url.empty() || url.starts_with("https://") || url.starts_with("http://") ||
                     url.starts_with("mailto:") || url.starts_with("/");
  // "//host" is another host, not a page of the shop; "/\" is read the same way by browsers.
  const bool hidden_host = url.starts_with("//") || url.starts_with("/\\");
  if (!known || hidden_host) {
    return reader.fail("contact_url", "must start with https://, mailto: or /");
  }
  settings.contact_url = url;
}

void read_notify_mail(SettingsReader& reader, Settings& settings) {
  std::string address = settings.notify_mail;
  reader.text("notify_mail", kSettingUrlBytes, address);
  if (!address.empty() && !is_mail_address(address)) {
    return reader.fail("notify_mail", "must be one e-mail address");
  }
  settings.notify_mail = address;
}

void read_joining(SettingsReader& reader, Settings& settings) {
  if (reader.find("joining") == nullptr) return;
  std::string word;
  reader.text("joining", kSettingWordBytes, word);
  if (word == kButtonWord) {
    settings.joining = Joining::kButton;
  } else if (word == kAutomaticWord) {
    settings.joining = Joining::kAutomatic;
  } else {
    reader.fail("joining", "must be button or automatic");
  }
}

std::optional<Error> read_consent(const Json& object, Consent& consent) {
  if (!object.is_object()) return refused_setting("consent", "must be an object");
  SettingsReader reader(object, "consent.");
  reader.lines("ja", kSettingTextCharacters, consent.ja);
  reader.lines("en", kSettingTextCharacters, consent.en);
  reader.text("terms_url", kSettingUrlBytes, consent.terms_url);
  const std::string& url = consent.terms_url;
  if (!url.empty() && !url.starts_with("https://") && !url.starts_with("http://")) {
    reader.fail("terms_url", "must start with https:// or http://");
  }
  return reader.error();
}

// "namespace.key" as Shopify allows: 3 to 255 and 2 to 64 letters, digits, - and _.
bool is_metafield_key(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos) return false;
  const auto plain = [](std::string_view part, size_t least, size_t most) {
    return part.size() >= least && part.size() <= most &&
           std::all_of(part.begin(), part.end(), [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '_';
           });
  };
  return plain(text.substr(0, dot), 3, 255) && plain(text.substr(dot + 1), 2, 64);
}

std::optional<Error> read_field_keys(const Json& object, FieldKeys& keys) {
  if (!object.is_object()) return refused_setting("field_keys", "must be an object");
  SettingsReader reader(object, "field_keys.");
  const auto read = [&reader](const char* field, std::string& into) {
    reader.text(field, kSettingUrlBytes, into);
    if (!into.empty() && !is_metafield_key(into)) {
      reader.fail(field, "must be namespace.key of a customer metafield");
    }
  };
  read("last_kana", keys.last_kana);
  read("first_kana", keys.first_kana);
  read("birth_date", keys.birth_date);
  read("sex", keys.sex);
  return reader.error();
}

constexpr std::pair<FieldWinner, const char*> kWinnerWords[] = {{FieldWinner::kLater, "later"},
                                                                {FieldWinner::kShop, "shopify"},
                                                                {FieldWinner::kPos, "smaregi"}};

std::optional<Error> read_winners(const Json& object, Settings& settings) {
  if (!object.is_object()) return refused_setting("field_winners", "must be an object");
  SettingsReader reader(object, "field_winners.");
  for (const MemberField field : kMemberFields) {
    const std::string name(word(field));
    std::string winner;
    reader.text(name.c_str(), kSettingWordBytes, winner);
    if (winner.empty()) continue;
    const auto* known =
        std::ranges::find(kWinnerWords, winner, [](const auto& entry) { return entry.second; });
    if (known == std::end(kWinnerWords)) {
      reader.fail(name.c_str(), "must be later, shopify or smaregi");
    } else if (known->first != FieldWinner::kLater) {
      settings.field_winners[field] = known->first;
    }
  }
  return reader.error();
}

Json winners_json(const Settings& settings) {
  Json json = Json::object();
  for (const MemberField field : kMemberFields) {
    const auto set = settings.field_winners.find(field);
    const FieldWinner winner =
        set == settings.field_winners.end() ? FieldWinner::kLater : set->second;
    json[std::string(word(field))] = std::ranges::find(kWinnerWords, winner, [](const auto& entry) {
                                       return entry.first;
                                     })->second;
  }
  return json;
}

// Kept as figures, whatever it was typed as.
void read_position(SettingsReader& reader, StoreSetting& store) {
  std::string text;
  reader.text("position", kSettingUrlBytes, text);
  if (text.empty()) return;
  store.position = parse_position(text);
  if (!store.position) {
    reader.fail("position", "must be latitude and longitude, or an address of Google Maps");
  }
}

std::optional<Error> read_stores(const Json& list, std::vector<StoreSetting>& into) {
  if (!list.is_array()) return refused_setting("stores", "must be a list");
  if (list.size() > kSettingStores) {
    return refused_setting("stores",
                           "must have at most " + std::to_string(kSettingStores) + " entries");
  }
  std::vector<StoreSetting> stores;
  std::set<std::string> seen;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string prefix = "stores[" + std::to_string(i) + "].";
    if (!list[i].is_object()) {
      return refused_setting("stores[" + std::to_string(i) + "]", "must be an object");
    }
    SettingsReader reader(list[i], prefix);
    StoreSetting store;
    reader.text("store_id", kSettingWordBytes, store.store_id);
    if (store.store_id.empty()) reader.fail("store_id", "is missing");
    reader.text("name", kSettingNameBytes, store.name);
    reader.flag("hidden", store.hidden);
    reader.count("safety_stock", kSettingStockMax, store.safety_stock);
    reader.flag("no_pickup", store.no_pickup);
    read_position(reader, store);
    if (reader.error()) return reader.error();
    if (const Json* hours = reader.find("hours"); hours != nullptr && !hours->is_null()) {
      store.hours.emplace();
      if (auto error = read_hours(*hours, prefix + "hours", *store.hours)) return error;
    }
    if (!seen.insert(store.store_id).second) {
      return refused_setting(prefix + "store_id", "is listed twice");
    }
    stores.push_back(std::move(store));
  }
  into = std::move(stores);
  return std::nullopt;
}

std::optional<Error> read_pilot(const Json& object, Pilot& pilot) {
  if (!object.is_object()) return refused_setting("pilot", "must be an object");
  SettingsReader reader(object, "pilot.");
  reader.flag("on", pilot.on);
  if (const Json* stores = reader.find("stores")) {
    if (!stores->is_array() || stores->size() > kSettingStores) {
      reader.fail("stores",
                  "must be a list of at most " + std::to_string(kSettingStores) + " shops");
    } else {
      for (const Json& store : *stores) {
        if (!store.is_string() || store.get_ref<const std::string&>().size() > kSettingWordBytes) {
          reader.fail("stores", "must hold ids of shops");
          break;
        }
        pilot.stores.push_back(store.get<std::string>());
      }
    }
  }
  return reader.error();
}

std::optional<Error> read_locations(const Json& list, std::vector<StoreLocation>& into) {
  if (!list.is_array() || list.size() > kSettingStores) {
    return refused_setting("locations",
                           "must be a list of at most " + std::to_string(kSettingStores));
  }
  std::set<std::string> stores;
  std::set<int64_t> places;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string field = "locations[" + std::to_string(i) + "]";
    if (!list[i].is_object()) return refused_setting(field, "must be an object");
    SettingsReader reader(list[i], field + ".");
    StoreLocation one;
    std::string location;
    reader.text("store_id", kSettingWordBytes, one.store_id);
    reader.text("location", kSettingWordBytes, location);
    const auto id = place_id(location);
    if (one.store_id.empty()) reader.fail("store_id", "is missing");
    if (!id) reader.fail("location", "must be the number of a location");
    if (id && !places.insert(*id).second) reader.fail("location", "is another shop's");
    if (!stores.insert(one.store_id).second) reader.fail("store_id", "is listed twice");
    if (reader.error()) return reader.error();
    one.location_id = *id;
    into.push_back(std::move(one));
  }
  return std::nullopt;
}

Json locations_json(const std::vector<StoreLocation>& locations) {
  Json list = Json::array();
  for (const StoreLocation& one : locations) {
    list.push_back({{"store_id", one.store_id}, {"location", std::to_string(one.location_id)}});
  }
  return list;
}

}  // namespace

std::string settings_json(const Settings& settings) {
  Json stores = Json::array();
  for (const StoreSetting& store : settings.stores) {
    stores.push_back({{"store_id", store.store_id},
                      {"name", store.name},
                      {"hidden", store.hidden},
                      {"safety_stock", store.safety_stock},
                      {"no_pickup", store.no_pickup},
                      {"position", store.position ? position_text(*store.position) : ""},
                      {"hours", store.hours ? hours_json(*store.hours) : Json()}});
  }
  const Consent& consent = settings.consent;
  const bool button = settings.joining == Joining::kButton;
  const Json json = {
      {"programme_name", settings.programme_name},
      {"joining", button ? kButtonWord : kAutomaticWord},
      {"consent", {{"ja", consent.ja}, {"en", consent.en}, {"terms_url", consent.terms_url}}},
      {"code_rule", settings.code_rule == CodeRule::kOwn ? kOwnWord : kOwnOrAnyWord},
      {"code_letter", std::string(1, settings.code_letter)},
      {"symbology", symbology_name(settings.symbology)},
      {"second_symbology", symbology_name(settings.second_symbology)},
      {"few_below", settings.few_below},
      {"safety_stock", settings.safety_stock},
      {"product_safety", product_safety_json(settings.product_safety)},
      {"stores", std::move(stores)},
      {"contact_url", settings.contact_url},
      {"notify_mail", settings.notify_mail},
      {"look_changes", settings.look_changes},
      {"field_keys",
       {{"last_kana", settings.field_keys.last_kana},
        {"first_kana", settings.field_keys.first_kana},
        {"birth_date", settings.field_keys.birth_date},
        {"sex", settings.field_keys.sex}}},
      {"field_winners", winners_json(settings)},
      {"pickup", pickup_json(settings.pickup)},
      {"paused", settings.paused},
      {"till_ready", settings.till_ready},
      {"pilot", {{"on", settings.pilot.on}, {"stores", settings.pilot.stores}}},
      {"locations", locations_json(settings.locations)},
      {"shipping", shipping_json(settings.shipping)},
      {"restock", restock_json(settings.restock)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Settings> parse_settings(std::string_view json) {
  if (json.size() > kSettingsBytes) {
    return refused_setting("settings",
                           "must be at most " + std::to_string(kSettingsBytes) + " bytes");
  }
  const Json object = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (object.is_discarded()) return refused_setting("settings", "is not JSON");
  if (!object.is_object()) return refused_setting("settings", "must be an object");

  Settings settings;
  SettingsReader reader(object, "");
  reader.text("programme_name", kSettingNameBytes, settings.programme_name);
  read_joining(reader, settings);
  read_code_rule(reader, settings);
  reader.symbology("symbology", settings.symbology);
  reader.symbology("second_symbology", settings.second_symbology);
  reader.count("few_below", kSettingStockMax, settings.few_below);
  reader.count("safety_stock", kSettingStockMax, settings.safety_stock);
  reader.count("look_changes", std::numeric_limits<int64_t>::max(), settings.look_changes);
  read_contact_url(reader, settings);
  read_notify_mail(reader, settings);
  reader.flag("paused", settings.paused);
  reader.flag("till_ready", settings.till_ready);
  if (reader.error()) return *reader.error();
  if (const Json* consent = reader.find("consent")) {
    if (auto error = read_consent(*consent, settings.consent)) return *error;
  }
  if (const Json* keys = reader.find("field_keys")) {
    if (auto error = read_field_keys(*keys, settings.field_keys)) return *error;
  }
  if (const Json* winners = reader.find("field_winners")) {
    if (auto error = read_winners(*winners, settings)) return *error;
  }
  if (const Json* stores = reader.find("stores")) {
    if (auto error = read_stores(*stores, settings.stores)) return *error;
  }
  if (const Json* products = reader.find("product_safety")) {
    if (auto error = read_product_safety(*products, settings.product_safety)) return *error;
  }
  if (const Json* pickup = reader.find("pickup")) {
    if (auto error = read_pickup(*pickup, settings.pickup)) return *error;
  }
  if (const Json* pilot = reader.find("pilot")) {
    if (auto error = read_pilot(*pilot, settings.pilot)) return *error;
  }
  if (const Json* locations = reader.find("locations")) {
    if (auto error = read_locations(*locations, settings.locations)) return *error;
  }
  if (const Json* shipping = reader.find("shipping")) {
    if (auto error = read_shipping(*shipping, settings.shipping)) return *error;
  }
  if (const Json* restock = reader.find("restock")) {
    if (auto error = read_restock(*restock, settings.restock)) return *error;
  }
  return settings;
}

Settings saved_over(const Settings& before, Settings wanted) {
  const auto look = [](const Settings& settings) {
    return std::tie(settings.programme_name, settings.symbology, settings.second_symbology);
  };
  wanted.look_changes = before.look_changes + (look(before) == look(wanted) ? 0 : 1);
  wanted.till_ready = before.till_ready;
  wanted.pilot = before.pilot;
  wanted.locations = before.locations;
  return wanted;
}

}  // namespace tsunagi
