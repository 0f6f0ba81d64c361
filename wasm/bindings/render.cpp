#include "wasm/bindings/render.h"

#include <cstddef>
#include <cstdint>

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

template <class Model, class Value>
struct Field {
  const char* key;
  Value Model::* member;
};

void assign(std::string& field, std::string_view value) { field = value; }
void assign(int64_t& field, std::string_view value) { field = number(value); }
void assign(bool& field, std::string_view value) { field = value == "true"; }

// Whether the pair's key is in the table; its value is then in the model.
template <class Model, class Value, size_t count>
bool assign_field(const Field<Model, Value> (&fields)[count], Model& model, const Pair& pair) {
  for (const auto& field : fields) {
    if (pair.key == field.key) {
      assign(model.*field.member, pair.value);
      return true;
    }
  }
  return false;
}

constexpr Field<CardModel, std::string> kCardTexts[] = {
    {"programme", &CardModel::programme},
    {"holder", &CardModel::holder},
    {"code", &CardModel::code},
    {"rank", &CardModel::rank},
    {"expires_on", &CardModel::expires_on},
    {"missing_field", &CardModel::missing_field},
    {"sign_in_url", &CardModel::sign_in_url},
    {"contact_url", &CardModel::contact_url}};
constexpr Field<CardModel, int64_t> kCardNumbers[] = {
    {"points", &CardModel::points}, {"as_of", &CardModel::as_of}, {"debt", &CardModel::debt}};
constexpr Field<CardModel, bool> kCardFlags[] = {{"has_points", &CardModel::has_points}};

constexpr Field<CardOptions, std::string> kOptionTexts[] = {
    {"card_page_url", &CardOptions::card_page_url}, {"stock_url", &CardOptions::stock_url}};
constexpr Field<CardOptions, bool> kOptionFlags[] = {
    {"show_number", &CardOptions::show_number},
    {"show_full_screen", &CardOptions::show_full_screen}};

constexpr Field<StockModel, std::string> kStockTexts[] = {
    {"product_name", &StockModel::product_name},
    {"product_code", &StockModel::product_code},
    {"more_url", &StockModel::more_url},
    {"pickup_url", &StockModel::pickup_url}};
constexpr Field<StockModel, int64_t> kStockNumbers[] = {{"few_below", &StockModel::few_below},
                                                        {"others", &StockModel::others},
                                                        {"here_north", &StockModel::here_north},
                                                        {"here_east", &StockModel::here_east},
                                                        {"area", &StockModel::area}};
constexpr Field<StockModel, bool> kStockFlags[] = {
    {"can_pin", &StockModel::can_pin},       {"pinned", &StockModel::pinned},
    {"all_shops", &StockModel::all_shops},   {"can_ask", &StockModel::can_ask},
    {"can_locate", &StockModel::can_locate}, {"near", &StockModel::near}};

constexpr Field<ShopStock, std::string> kShopTexts[] = {{"shop_id", &ShopStock::shop_id},
                                                        {"name", &ShopStock::name},
                                                        {"phone", &ShopStock::phone},
                                                        {"map_url", &ShopStock::map_url}};
constexpr Field<ShopStock, int64_t> kShopNumbers[] = {
    {"on_hand", &ShopStock::on_hand},      {"held", &ShopStock::held},
    {"safety", &ShopStock::safety},        {"as_of", &ShopStock::as_of},
    {"north", &ShopStock::north},          {"east", &ShopStock::east},
    {"prefecture", &ShopStock::prefecture}};
constexpr Field<ShopStock, bool> kShopFlags[] = {{"favourite", &ShopStock::favourite},
                                                 {"known", &ShopStock::known},
                                                 {"asked", &ShopStock::asked},
                                                 {"approximate", &ShopStock::approximate}};

bool read_area(const Pair& pair, std::vector<Area>& areas) {
  if (areas.empty()) return false;
  Area& area = areas.back();
  if (pair.key == "ja") {
    area.ja = pair.value;
  } else if (pair.key == "en") {
    area.en = pair.value;
  } else if (pair.key == "code") {
    area.code = number(pair.value);
  } else if (pair.key == "count") {
    area.count = number(pair.value);
  } else {
    return false;
  }
  return true;
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
    } else if (!assign_field(kCardTexts, card, pair) && !assign_field(kCardNumbers, card, pair) &&
               !assign_field(kCardFlags, card, pair) &&
               !assign_field(kOptionTexts, request.options, pair) &&
               !assign_field(kOptionFlags, request.options, pair)) {
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
  while (!pairs.empty()) {
    const std::string_view key = take(pairs);
    const Pair pair{.key = key, .value = take(pairs)};
    if (pair.key == "shops") {
      if (stock.shops.size() <=
          kShopsAtMost) {  // one more than is shown tells the view that there are others
        stock.shops.emplace_back();
      }
    } else if (pair.key == "areas") {
      if (stock.areas.size() <= static_cast<size_t>(kElsewhere)) stock.areas.emplace_back();
    } else if (!assign_field(kStockTexts, stock, pair) &&
               !assign_field(kStockNumbers, stock, pair) &&
               !assign_field(kStockFlags, stock, pair) && !read_area(pair, stock.areas)) {
      if (stock.shops.empty() || (!assign_field(kShopTexts, stock.shops.back(), pair) &&
                                  !assign_field(kShopNumbers, stock.shops.back(), pair) &&
                                  !assign_field(kShopFlags, stock.shops.back(), pair))) {
        read_context(pair, context);
      }
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
  return decimal(drawing->width) + "\n" + decimal(drawing->height) + "\n" + drawing->path;
}

}  // namespace tsunagi
