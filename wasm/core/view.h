#pragma once
// The storefront's two views, card and stock, as escaped, accessible HTML: the same code in server
// and browser. Pure: "now" and the language come in. The markup is written exactly as a browser
// serialises it (innerHTML gives the same bytes back), so that a test can compare server, Node and
// DOM byte for byte.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/core/barcode.h"
#include "wasm/core/position.h"

namespace tsunagi {

enum class Language : uint8_t { kJapanese, kEnglish };  // "ja", "en"; anything else is English

// Escapes for text and for a double-quoted attribute: & < > " and U+00A0.
std::string escape_html(std::string_view text);
std::string escape_attribute(std::string_view text);

enum class CardState : uint8_t {  // the states of a card, each with one sentence and one way on
  kReady,                         // "ready"
  kStale,         // "stale": could not be checked just now; last known figures with their time
  kOffline,       // "offline"
  kSignedOut,     // "signed_out"
  kNotJoined,     // "not_joined"
  kFieldMissing,  // "field_missing": missing_field names it
  kRegistering,   // "registering": code known here, not yet in Smaregi
  kNotAtTill,     // "not_at_till": in Smaregi, perhaps not yet on this till
  kStopped,       // "stopped"
  kFailed,        // "failed": nothing known
};
std::string_view card_state_name(CardState state);
std::optional<CardState> parse_card_state(std::string_view name);

// Times are unix seconds (UTC); the views show them in Asia/Tokyo. Dates are "YYYY-MM-DD" in Japan.
// 0 or "" is absent.
struct CardModel {
  CardState state = CardState::kFailed;
  std::string customer;   // Shopify customer id, digits; never shown
  std::string programme;  // the membership's name, the merchant's words
  std::string holder;     // shown small in full screen; may be empty
  std::string code;       // member code
  Symbology symbology = Symbology::kCode128;
  Symbology second = Symbology::kQr;
  std::string rank;
  bool has_points = false;
  int64_t points = 0;      // may be negative in Smaregi
  int64_t as_of = 0;       // when Smaregi said so
  std::string expires_on;  // the balance's expiry date
  int64_t debt = 0;
  std::string missing_field;  // "kana", "phone", "birth_date", "name"…
  std::string sign_in_url;
  std::string contact_url;
};

struct CardOptions {  // block settings of the merchant
  bool show_number = true;
  bool show_full_screen = true;  // the barcode is a button that opens full screen
  std::string card_page_url;     // "" hides the link to the installable card page
  std::string stock_url;
};

struct ViewContext {
  Language language = Language::kEnglish;
  int64_t now = 0;  // unix seconds
};

std::string render_card(const CardModel& card, const CardOptions& options,
                        const ViewContext& context);

// The inside of the full-screen dialog: name, barcode, number, points, a clock that ticks and a
// moving element so that a screenshot shows itself.
std::string render_full_screen(const CardModel& card, const ViewContext& context);

enum class StockSign : uint8_t {
  kMany,     // ○ "many"
  kFew,      // △ "few"
  kNone,     // × "none"
  kUnknown,  // 要確認 "unknown": no news for kStockConfirmedFor, or never heard of
};
std::string_view stock_sign_name(StockSign sign);

inline constexpr int64_t kStockConfirmedForSeconds = 900;  // 15 minutes
inline constexpr size_t kShopsShown = 20;                  // then "more"
inline constexpr size_t kShopsAtMost = 500;                // with "more"
inline constexpr int64_t kElsewhere = 48;                  // after the last prefecture: none known

struct ShopStock {
  std::string shop_id;
  std::string name;
  std::string phone;
  std::string map_url;
  std::string hours_ja, hours_en;  // today's, "本日 10:00–20:00"; "" where none are known
  bool favourite = false;
  bool known = false;  // false: no row from Smaregi and no complete reading yet
  int64_t on_hand = 0;
  int64_t held = 0;
  int64_t safety = 0;
  int64_t as_of = 0;            // last time Smaregi confirmed the figure; unix seconds
  bool asked = false;           // the customer is told when it is back
  int64_t north = 0, east = 0;  // millionths of a degree; both 0: not known
  bool approximate = false;     // the prefecture's office, and not the shop
  int64_t prefecture = 0;       // its number in JIS X 0401; 0: not known
};

// Where some of the shops are.
struct Area {
  int64_t code = 0;    // a prefecture's, or kElsewhere; 0: all of them
  std::string ja, en;  // "東京都（15）"
  int64_t count = 0;   // of all shops there, shown or not
};

struct StockModel {
  std::string product_name;      // shown on account pages, "" on the product page
  std::string product_code;      // barcode or SKU the shopper's page asked for
  std::string product_id;        // the tills'; never shown
  int64_t few_below = 3;         // offered < few_below is △
  std::vector<ShopStock> shops;  // in the merchant's order; the view puts the favourite first
  int64_t others = 0;            // shops there are beside these: counted by "more"
  bool can_pin = false;          // a signed-in shopper may keep the product on the account page
  bool pinned = false;
  bool all_shops = false;   // "more" was asked for
  bool can_ask = false;     // a signed-in shopper may be told by mail when a shop has it again
  bool can_locate = false;  // the shopper's phone can tell where it is
  bool near = false;        // it did: the nearest shops first, with their distances
  int64_t here_north = 0, here_east = 0;  // where; millionths of a degree
  std::vector<Area> areas;                // to choose between, all of them first
  int64_t area = 0;                       // only the shops there, and the favourite
  std::string more_url;                   // works without JavaScript
  std::string pickup_url;  // where a shop that has it puts it aside: has a query; "" nowhere
};

// on hand − held − safety, at least 0.
int64_t offered(const ShopStock& shop);
StockSign stock_sign(const ShopStock& shop, int64_t few_below, int64_t now);

// The code of the area the shop is in.
int64_t area_of(const ShopStock& shop);
// nullptr: all of them, which is so too where there is no such area.
const Area* chosen_area(const std::vector<Area>& areas, int64_t code);

std::string render_stock(const StockModel& stock, const ViewContext& context);

}  // namespace tsunagi
