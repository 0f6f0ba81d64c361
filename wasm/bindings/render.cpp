#include "wasm/bindings/render.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "wasm/core/barcode.h"
#include "wasm/core/decimal.h"
#include "wasm/core/view.h"

namespace tsunagi {
namespace {

constexpr int64_t kNumberLimit =
    1'000'000'000'000'000;  // numbers beyond it, of either sign, become it

struct Pair {
  std::string_view key, value;
};

// Takes the text up to the next NUL off the front of rest.
std::string_view take(std::string_view& rest) {
  const size_t end = rest.find('\0');
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return taken;
}

int64_t number(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  int64_t value = 0;
  for (const char c : text.substr(negative ? 1 : 0)) {
    if (c < '0' || c > '9') {
      break;
    }
    value = value * 10 + (c - '0');
    if (value > kNumberLimit) {
      value = kNumberLimit;
      break;
    }
  }
  return negative ? -value : value;
}

// A member of a model, by its place: one reader for all of them is a tenth of one for each.
struct Field {
  enum class Kind : uint8_t { kText, kNumber, kFlag };
  const char* key;
  uint16_t place;
  Kind kind;
};
template <class Member>
constexpr Field::Kind kind_of() {
  if constexpr (std::is_same_v<Member, std::string>) return Field::Kind::kText;
  if constexpr (std::is_same_v<Member, int64_t>) return Field::Kind::kNumber;
  if constexpr (std::is_same_v<Member, bool>) return Field::Kind::kFlag;
}
#define TSUNAGI_FIELD(Model, member) \
  Field { #member, offsetof(Model, member), kind_of<decltype(Model::member)>() }

// Whether the pair's key is in the table; its value is then in the model.
bool assign_field(std::span<const Field> fields, void* model, const Pair& pair) {
  for (const Field& field : fields) {
    if (pair.key != field.key) {
      continue;
    }
    void* const member = static_cast<char*>(model) + field.place;
    switch (field.kind) {
      case Field::Kind::kText:
        *static_cast<std::string*>(member) = pair.value;
        break;
      case Field::Kind::kNumber:
        *static_cast<int64_t*>(member) = number(pair.value);
        break;
      case Field::Kind::kFlag:
        *static_cast<bool*>(member) = pair.value == "true";
        break;
    }
    return true;
  }
  return false;
}

constexpr Field kCardFields[] = {
    TSUNAGI_FIELD(CardModel, programme),   TSUNAGI_FIELD(CardModel, holder),
    TSUNAGI_FIELD(CardModel, code),        TSUNAGI_FIELD(CardModel, rank),
    TSUNAGI_FIELD(CardModel, expires_on),  TSUNAGI_FIELD(CardModel, missing_field),
    TSUNAGI_FIELD(CardModel, sign_in_url), TSUNAGI_FIELD(CardModel, contact_url),
    TSUNAGI_FIELD(CardModel, points),      TSUNAGI_FIELD(CardModel, as_of),
    TSUNAGI_FIELD(CardModel, debt),        TSUNAGI_FIELD(CardModel, has_points)};
constexpr Field kOptionFields[] = {
    TSUNAGI_FIELD(CardOptions, card_page_url), TSUNAGI_FIELD(CardOptions, stock_url),
    TSUNAGI_FIELD(CardOptions, show_number), TSUNAGI_FIELD(CardOptions, show_full_screen)};
constexpr Field kStockFields[] = {
    TSUNAGI_FIELD(StockModel, product_name), TSUNAGI_FIELD(StockModel, product_code),
    TSUNAGI_FIELD(StockModel, more_url),     TSUNAGI_FIELD(StockModel, pickup_url),
    TSUNAGI_FIELD(StockModel, few_below),    TSUNAGI_FIELD(StockModel, others),
    TSUNAGI_FIELD(StockModel, here_north),   TSUNAGI_FIELD(StockModel, here_east),
    TSUNAGI_FIELD(StockModel, area),         TSUNAGI_FIELD(StockModel, can_pin),
    TSUNAGI_FIELD(StockModel, pinned),       TSUNAGI_FIELD(StockModel, all_shops),
    TSUNAGI_FIELD(StockModel, can_ask),      TSUNAGI_FIELD(StockModel, can_locate),
    TSUNAGI_FIELD(StockModel, near)};
constexpr Field kShopFields[] = {
    TSUNAGI_FIELD(ShopStock, shop_id),    TSUNAGI_FIELD(ShopStock, name),
    TSUNAGI_FIELD(ShopStock, phone),      TSUNAGI_FIELD(ShopStock, map_url),
    TSUNAGI_FIELD(ShopStock, on_hand),    TSUNAGI_FIELD(ShopStock, held),
    TSUNAGI_FIELD(ShopStock, safety),     TSUNAGI_FIELD(ShopStock, as_of),
    TSUNAGI_FIELD(ShopStock, north),      TSUNAGI_FIELD(ShopStock, east),
    TSUNAGI_FIELD(ShopStock, hours_ja),   TSUNAGI_FIELD(ShopStock, hours_en),
    TSUNAGI_FIELD(ShopStock, prefecture), TSUNAGI_FIELD(ShopStock, favourite),
    TSUNAGI_FIELD(ShopStock, known),      TSUNAGI_FIELD(ShopStock, asked),
    TSUNAGI_FIELD(ShopStock, approximate)};
constexpr Field kAreaFields[] = {TSUNAGI_FIELD(Area, ja), TSUNAGI_FIELD(Area, en),
                                 TSUNAGI_FIELD(Area, code), TSUNAGI_FIELD(Area, count)};
#undef TSUNAGI_FIELD

// How many of the list there are, as many as are read at most.
size_t count_of(std::string_view pairs, std::string_view list, size_t most) {
  size_t count = 0;
  while (!pairs.empty() && count < most) {
    count += take(pairs) == list ? 1 : 0;
    take(pairs);
  }
  return count;
}

void read_context(const Pair& pair, ViewContext& context) {
  if (pair.key == "language") {
    context.language = pair.value == "ja" ? Language::kJapanese : Language::kEnglish;
  } else if (pair.key == "now") {
    context.now = number(pair.value);
  }
}

struct CardRequest {
  CardModel card;
  CardOptions options;
  ViewContext context;
};

CardRequest read_card(std::string_view pairs) {
  CardRequest request;
  CardModel& card = request.card;
  while (!pairs.empty()) {
    const std::string_view key = take(pairs);
    const Pair pair{.key = key, .value = take(pairs)};
    if (pair.key == "state") {
      card.state = parse_card_state(pair.value).value_or(CardState::kFailed);
    } else if (pair.key == "symbology") {
      card.symbology = parse_symbology(pair.value).value_or(card.symbology);
    } else if (pair.key == "second") {
      card.second = parse_symbology(pair.value).value_or(card.second);
    } else if (!assign_field(kCardFields, &card, pair) &&
               !assign_field(kOptionFields, &request.options, pair)) {
      read_context(pair, request.context);
    }
  }
  return request;
}

}  // namespace

std::string render_card_pairs(std::string_view pairs) {
  const CardRequest request = read_card(pairs);
  return render_card(request.card, request.options, request.context);
}

std::string render_full_screen_pairs(std::string_view pairs) {
  const CardRequest request = read_card(pairs);
  return render_full_screen(request.card, request.context);
}

std::string render_stock_pairs(std::string_view pairs) {
  StockModel stock;
  ViewContext context;
  // One shop more than is shown tells the view that there are others.
  stock.shops = std::vector<ShopStock>(count_of(pairs, "shops", kShopsAtMost + 1));
  stock.areas = std::vector<Area>(count_of(pairs, "areas", kElsewhere + 1));
  size_t shops = 0;
  size_t areas = 0;
  while (!pairs.empty()) {
    const std::string_view key = take(pairs);
    const Pair pair{.key = key, .value = take(pairs)};
    if (pair.key == "shops") {
      shops = std::min(shops + 1, stock.shops.size());
    } else if (pair.key == "areas") {
      areas = std::min(areas + 1, stock.areas.size());
    } else if (!assign_field(kStockFields, &stock, pair) &&
               (areas == 0 || !assign_field(kAreaFields, &stock.areas[areas - 1], pair)) &&
               (shops == 0 || !assign_field(kShopFields, &stock.shops[shops - 1], pair))) {
      read_context(pair, context);
    }
  }
  return render_stock(stock, context);
}

std::string draw_pairs(std::string_view pairs) {
  std::optional<Symbology> symbology;
  std::string_view text;
  while (!pairs.empty()) {
    const std::string_view key = take(pairs);
    const std::string_view value = take(pairs);
    if (key == "symbology") {
      symbology = parse_symbology(value);
    } else if (key == "text") {
      text = value;
    }
  }
  if (!symbology) {
    return "barcode: unknown symbology";
  }
  const Result<Drawing> drawing = draw(*symbology, text);
  if (!drawing) {
    return drawing.error().message;
  }
  return concat({decimal(drawing->width), "\n", decimal(drawing->height), "\n", drawing->path});
}

}  // namespace tsunagi
