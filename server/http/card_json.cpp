#include "server/http/card_json.h"

#include "server/base/crypto.h"
#include "server/http/json_text.h"

namespace tsunagi::http {
namespace {

void append_present(std::string& out, std::string_view name, const std::string& text) {
  if (!text.empty()) append_member(out, name, text);
}

void append_present(std::string& out, std::string_view name, int64_t value) {
  if (value != 0) append_member(out, name, value);
}

void append_consent(std::string& out, const Consent& consent) {
  append_name(out, "consent");
  out += '{';
  append_member(out, "version", consent_version(consent));
  append_present(out, "ja", consent.ja.empty() ? consent.en : consent.ja);
  append_present(out, "en", consent.en.empty() ? consent.ja : consent.en);
  append_present(out, "terms_url", consent.terms_url);
  out += '}';
}

void append_shop(std::string& out, const ShopStock& shop) {
  if (out.back() == '}') out += ',';
  out += '{';
  append_member(out, "shop_id", shop.shop_id);
  append_member(out, "name", shop.name);
  append_present(out, "phone", shop.phone);
  append_present(out, "map_url", shop.map_url);
  append_present(out, "hours_ja", shop.hours_ja);
  append_present(out, "hours_en", shop.hours_en);
  append_flag(out, "favourite", shop.favourite);
  append_flag(out, "known", shop.known);
  append_member(out, "on_hand", shop.on_hand);
  append_member(out, "held", shop.held);
  append_member(out, "safety", shop.safety);
  append_present(out, "as_of", shop.as_of);
  if (shop.asked) append_flag(out, "asked", true);
  append_present(out, "north", shop.north);
  append_present(out, "east", shop.east);
  if (shop.approximate) append_flag(out, "approximate", true);
  append_present(out, "prefecture", shop.prefecture);
  out += '}';
}

void append_areas(std::string& out, const std::vector<Area>& areas) {
  append_name(out, "areas");
  out += '[';
  for (const Area& area : areas) {
    if (out.back() == '}') out += ',';
    out += '{';
    append_member(out, "code", area.code);
    append_member(out, "ja", area.ja);
    append_member(out, "en", area.en);
    append_member(out, "count", area.count);
    out += '}';
  }
  out += ']';
}

void append_product(std::string& out, const StockModel& product) {
  if (out.back() == '}') out += ',';
  out += '{';
  append_present(out, "product_name", product.product_name);
  append_member(out, "product_code", product.product_code);
  append_member(out, "few_below", product.few_below);
  append_flag(out, "can_pin", product.can_pin);
  append_flag(out, "pinned", product.pinned);
  append_flag(out, "all_shops", product.all_shops);
  if (product.can_ask) append_flag(out, "can_ask", true);
  append_present(out, "more_url", product.more_url);
  append_present(out, "pickup_url", product.pickup_url);
  append_present(out, "others", product.others);
  if (!product.areas.empty()) append_areas(out, product.areas);
  append_name(out, "shops");
  out += '[';
  for (const ShopStock& shop : product.shops) append_shop(out, shop);
  out += "]}";
}

}  // namespace

std::string consent_version(const Consent& consent) {
  constexpr size_t kDigits = 16;
  if (consent.empty()) return "";
  // None of the three can hold the separator.
  return sha256_hex(consent.ja + '\0' + consent.en + '\0' + consent.terms_url).substr(0, kDigits);
}

std::string card_json(const CardModel& card, const CardExtras& extras) {
  std::string out;
  out.reserve(512);
  out += '{';
  append_member(out, "state", card_state_name(card.state));
  append_present(out, "customer", card.customer);
  append_present(out, "programme", card.programme);
  append_present(out, "holder", card.holder);
  if (!card.code.empty()) {
    append_member(out, "code", card.code);
    append_member(out, "symbology", symbology_name(card.symbology));
    append_member(out, "second", symbology_name(card.second));
  }
  append_present(out, "rank", card.rank);
  append_flag(out, "has_points", card.has_points);
  if (card.has_points) append_member(out, "points", card.points);
  append_present(out, "as_of", card.as_of);
  append_present(out, "expires_on", card.expires_on);
  append_present(out, "debt", card.debt);
  append_present(out, "missing_field", card.missing_field);
  append_present(out, "sign_in_url", card.sign_in_url);
  append_present(out, "contact_url", card.contact_url);
  append_present(out, "missing", extras.missing);
  if (card.state == CardState::kNotJoined && !extras.consent.empty()) {
    append_consent(out, extras.consent);
  }
  append_member(out, "nonce", extras.nonce);
  append_member(out, "now", extras.now);
  out += '}';
  return out;
}

std::string stock_json(const std::vector<StockModel>& products, std::string_view nonce,
                       int64_t now) {
  std::string out;
  out.reserve(256 + products.size() * 2048);
  out += '{';
  append_member(out, "now", now);
  if (!nonce.empty()) append_member(out, "nonce", nonce);
  append_name(out, "products");
  out += '[';
  for (const StockModel& product : products) append_product(out, product);
  out += "]}";
  return out;
}

}  // namespace tsunagi::http
