// clang-format off
// Stock in the shops. The lines here are for reading: there is no white space between tags. "[…]" is
// there only when so.
//
//   <section class="tsunagi-stock" lang="ja" aria-label="お店の在庫" data-tsunagi-product="CODE">
//     [<p class="tsunagi-stock__product">name of the product</p>]
//     <p class="tsunagi-stock__title">お店の在庫
//       [<time class="tsunagi-stock__as-of" datetime="…">10:31 時点</time>]
//       [<button class="tsunagi-stock__near" type="button" data-tsunagi-action="near"
//         aria-pressed="false">近い順</button>]</p>
//     [<form class="tsunagi-stock__areas">
//       <input type="hidden" name="barcode" value="CODE"><input type="hidden" name="sku" value="CODE">
//       <select class="tsunagi-stock__area" name="area" aria-label="都道府県">
//         <option value="0">すべての都道府県（45）</option>
//         <option value="13" selected="">東京都（15）</option>…</select>
//       <button class="tsunagi-stock__show">表示</button></form>]
//     <ul class="tsunagi-stock__shops" role="list">
//       <li class="tsunagi-stock__shop tsunagi-stock__shop--SIGN[ tsunagi-stock__shop--favourite]"
//           data-tsunagi-shop="1">[STAR]
//         <span class="tsunagi-stock__name">渋谷店
//           [<span class="tsunagi-stock__distance">1.2 km</span>]</span>
//         <span class="tsunagi-stock__sign">
//           [<span class="tsunagi-stock__mark" aria-hidden="true">○</span>]在庫あり</span>
//         [<span class="tsunagi-stock__call">お店にお電話ください
//           [<a class="tsunagi-stock__phone" href="tel:061234">06-1234</a>]</span>]
//         [<a class="tsunagi-stock__pickup" href="…&amp;shop=1" data-tsunagi-action="pickup"
//           aria-label="取り置く 渋谷店">取り置く</a>]
//         [<button class="tsunagi-stock__restock" type="button" data-tsunagi-action="restock"
//           data-tsunagi-shop="1" aria-pressed="false"
//           aria-label="入荷したらメールで知らせる 渋谷店">入荷したらメールで知らせる</button>]
//         [<span class="tsunagi-stock__hours">本日 10:00–20:00]
//         [<a class="tsunagi-stock__map" href="…" data-tsunagi-action="map"
//           aria-label="地図 渋谷店">地図</a>][</span>]</li></ul>
//     [<a class="tsunagi-stock__more" href="…" data-tsunagi-action="more">他の店舗を見る（5）</a>]
//     [<button class="tsunagi-stock__pin" type="button" data-tsunagi-action="pin"
//       data-tsunagi-product="CODE" aria-pressed="false">マイページに残す</button>]</section>
//
//   SIGN  many ○, few △, none ×, unknown (no mark; 要確認 and the telephone).
//   STAR  can_pin (signed in): <button class="tsunagi-stock__star" type="button"
//         data-tsunagi-action="favourite" data-tsunagi-shop="1" aria-pressed="true"
//         aria-label="渋谷店をよく行くお店にする">★</button>, ☆ and "false" when not the favourite.
//         Else, the favourite alone: <span class="tsunagi-stock__star" role="img"
//         aria-label="よく行くお店">★</span>.
//   pickup_url: many and few have the way to have it put aside.
//   restock: can_ask and none, or asked for already.
//   near: can_locate and two shops or more whose place is known. Pressed, the nearest shops come
//         after the favourite, and those whose place is not known last.
//   areas: with one chosen, its shops and the favourite are all there are; the form asks the stock
//         page for them where there is no JavaScript.
//   No shops: class tsunagi-stock--empty as well, and <p class="tsunagi-stock__notice">SENTENCE</p>
//   in place of title and list.
// The time in the title is the oldest of the signs shown: each is at least as fresh.
// clang-format on

#include <algorithm>
#include <cstddef>
#include <utility>

#include "wasm/core/decimal.h"
#include "wasm/core/markup.h"
#include "wasm/core/view.h"

namespace tsunagi {
namespace {

constexpr int64_t kFigureLimit =
    1'000'000'000'000;  // no stock figure is as large; keeps the sum in range

struct SignWords {
  const char* name;
  const char* mark;
  Word words;
};

// In the order of StockSign.
constexpr SignWords kSigns[] = {{"many", "○", Word::kMany},
                                {"few", "△", Word::kFew},
                                {"none", "×", Word::kNone},
                                {"unknown", "", Word::kUnknown}};

const SignWords& sign_words(StockSign sign) { return kSigns[static_cast<size_t>(sign)]; }

bool is_located(const ShopStock& shop) {
  return (shop.north != 0 || shop.east != 0) &&
         is_on_earth({.north = shop.north, .east = shop.east});
}

bool is_near_known(const StockModel& stock) {
  return stock.near && is_on_earth({.north = stock.here_north, .east = stock.here_east});
}

// From where the shopper is; -1 when it is not known.
int64_t metres_to(const ShopStock& shop, const StockModel& stock) {
  if (!is_near_known(stock) || !is_located(shop)) {
    return -1;
  }
  return distance_m({.north = stock.here_north, .east = stock.here_east},
                    {.north = shop.north, .east = shop.east});
}

const std::string& in_language(const Markup& html, const std::string& ja, const std::string& en) {
  return html.context().language == Language::kJapanese ? ja : en;
}

struct Shown {
  const ShopStock* shop = nullptr;
  int64_t metres = -1;
};

// The merchant's order with the favourite first, or the nearest; as many as are shown. All of them,
// or those of the area.
std::vector<Shown> shown_shops(const StockModel& stock) {
  std::vector<Shown> shops(stock.shops.size());
  size_t count = 0;
  const Area* area = chosen_area(stock.areas, stock.area);
  for (const bool favourite : {true, false}) {
    const size_t begins = count;
    for (const ShopStock& shop : stock.shops) {
      if (shop.favourite != favourite ||
          (!favourite && area != nullptr && area_of(shop) != area->code)) {
        continue;
      }
      const Shown one{.shop = &shop, .metres = metres_to(shop, stock)};
      size_t place = count++;
      while (one.metres >= 0 && place > begins &&
             (shops[place - 1].metres < 0 || shops[place - 1].metres > one.metres)) {
        shops[place] = shops[place - 1];
        --place;
      }
      shops[place] = one;
    }
  }
  const size_t most = std::min(count, stock.all_shops ? kShopsAtMost : kShopsShown);
  while (shops.size() > most) {
    shops.pop_back();
  }
  return shops;
}

// The oldest time of the signs that have one; 0 when none has.
int64_t oldest_time(const std::vector<Shown>& shops, int64_t few_below, int64_t now) {
  int64_t oldest = 0;
  for (const auto& [shop, metres] : shops) {
    if (stock_sign(*shop, few_below, now) != StockSign::kUnknown &&
        (oldest == 0 || shop->as_of < oldest)) {
      oldest = shop->as_of;
    }
  }
  return oldest;
}

void append_star(Markup& html, const ShopStock& shop, bool signed_in) {
  if (signed_in) {
    html.open_button("stock__star", "favourite")
        .attribute("data-tsunagi-shop", shop.shop_id)
        .pressed(shop.favourite)
        .attribute("aria-label", fill(html.say(Word::kMakeFavourite), shop.name))
        .raw(shop.favourite ? ">★</button>" : ">☆</button>");
  } else if (shop.favourite) {
    html.raw("<span class=\"tsunagi-stock__star\" role=\"img\" aria-label=\"")
        .words(Word::kFavourite)
        .raw("\">★</span>");
  }
}

// "06-1234-5678" as "tel:0612345678"; empty when nobody could dial it.
std::string dialled(std::string_view phone) {
  std::string digits;
  for (const char c : phone) {
    if ((c >= '0' && c <= '9') || (c == '+' && digits.empty())) {
      digits.push_back(c);
    }
  }
  return digits.size() < 3 ? "" : concat({"tel:", digits});
}

void append_call(Markup& html, const ShopStock& shop) {
  const std::string address = dialled(shop.phone);
  html.open("span", "stock__call").words(address.empty() ? Word::kAskShop : Word::kCallShop);
  if (!address.empty()) {
    html.raw("<a class=\"tsunagi-stock__phone\"")
        .attribute("href", address)
        .raw(">")
        .text(shop.phone)
        .close("a");
  }
  html.close("span");
}

struct ShopLink {
  const char* name;
  Word label;
  std::string address;
};

void append_link(Markup& html, const ShopLink& link, const ShopStock& shop) {
  html.raw("<a class=\"tsunagi-stock__")
      .raw(link.name)
      .raw("\"")
      .attribute("href", link.address)
      .raw(" data-tsunagi-action=\"")
      .raw(link.name)
      .raw("\"")
      .attribute("aria-label", concat({html.say(link.label), " ", shop.name}))
      .raw(">")
      .words(link.label)
      .close("a");
}

// "350 m", "1.2 km", "123 km"; of a prefecture's office "約12 km".
std::string distance_words(int64_t metres, bool approximate) {
  constexpr int64_t kKm = 1'000;
  constexpr int64_t kTenth = 100;
  constexpr int64_t kStep = 10;
  const int64_t steps = std::max<int64_t>(1, (metres + kStep / 2) / kStep);
  const int64_t tenths = (metres + kTenth / 2) / kTenth;
  const int64_t whole = std::max<int64_t>(1, (metres + kKm / 2) / kKm);
  if (approximate || tenths >= kKm) {
    return concat({grouped_number(whole), " km"});
  }
  if (steps * kStep < kKm) {
    return concat({decimal(steps * kStep), " m"});
  }
  return concat({decimal(tenths / kStep), ".", decimal(tenths % kStep), " km"});
}

void append_distance(Markup& html, const ShopStock& shop, int64_t metres) {
  if (metres < 0) {
    return;
  }
  const std::string words = distance_words(metres, shop.approximate);
  html.element("span", "stock__distance",
               shop.approximate ? fill(html.say(Word::kAbout), words) : words);
}

void append_restock(Markup& html, const ShopStock& shop) {
  const Word label = shop.asked ? Word::kToBeTold : Word::kTellMe;
  html.open_button("stock__restock", "restock")
      .attribute("data-tsunagi-shop", shop.shop_id)
      .pressed(shop.asked)
      .attribute("aria-label", concat({html.say(label), " ", shop.name}))
      .raw(">")
      .words(label)
      .close("button");
}

void append_near(Markup& html, const StockModel& stock) {
  if (!stock.can_locate || std::count_if(stock.shops.begin(), stock.shops.end(), is_located) < 2) {
    return;
  }
  html.open_button("stock__near", "near")
      .pressed(is_near_known(stock))
      .raw(">")
      .words(Word::kNearest)
      .close("button");
}

void append_areas(Markup& html, const StockModel& stock) {
  if (stock.areas.empty()) {
    return;
  }
  html.raw(
          "<form class=\"tsunagi-stock__areas\"><input type=\"hidden\" "
          "name=\"barcode\"")
      .attribute("value", stock.product_code)
      .raw("><input type=\"hidden\" name=\"sku\"")
      .attribute("value", stock.product_code)
      .raw("><select class=\"tsunagi-stock__area\" name=\"area\" aria-label=\"")
      .words(Word::kWhere)
      .raw("\">");
  for (const Area& area : stock.areas) {
    html.raw("<option")
        .attribute("value", decimal(area.code))
        .raw(area.code == stock.area ? " selected=\"\">" : ">")
        .text(in_language(html, area.ja, area.en))
        .close("option");
  }
  html.raw("</select><button class=\"tsunagi-stock__show\">")
      .words(Word::kShow)
      .raw("</button></form>");
}

// Beside those that are listed.
int64_t other_shops(const StockModel& stock, const std::vector<Shown>& listed) {
  const Area* area = chosen_area(stock.areas, stock.area);
  int64_t others =
      std::clamp<int64_t>(area != nullptr ? area->count : stock.others, 0, kFigureLimit);
  if (area == nullptr) {
    return others + static_cast<int64_t>(stock.shops.size() - listed.size());
  }
  for (const auto& [shop, metres] : listed) {
    others -= area_of(*shop) == area->code ? 1 : 0;
  }
  return others;
}

void append_shop(Markup& html, const Shown& shown, const StockModel& stock) {
  const ShopStock& shop = *shown.shop;
  const StockSign sign = stock_sign(shop, stock.few_below, html.context().now);
  const SignWords& words = sign_words(sign);
  html.raw("<li class=\"tsunagi-stock__shop tsunagi-stock__shop--")
      .raw(words.name)
      .raw(shop.favourite ? " tsunagi-stock__shop--favourite\"" : "\"")
      .attribute("data-tsunagi-shop", shop.shop_id)
      .raw(">");
  append_star(html, shop, stock.can_pin);
  html.open("span", "stock__name").text(shop.name);
  append_distance(html, shop, shown.metres);
  html.close("span").open("span", "stock__sign");
  if (sign != StockSign::kUnknown) {
    html.raw("<span class=\"tsunagi-stock__mark\" aria-hidden=\"true\">")
        .raw(words.mark)
        .close("span");
  }
  html.words(words.words).close("span");
  if (sign == StockSign::kUnknown) {
    append_call(html, shop);
  } else if (sign != StockSign::kNone && Markup::is_linkable(stock.pickup_url)) {
    append_link(
        html, {"pickup", Word::kReserve, concat({stock.pickup_url, "&shop=", shop.shop_id})}, shop);
  }
  if (shop.asked || (stock.can_ask && sign == StockSign::kNone)) {
    append_restock(html, shop);
  }
  const std::string& hours = in_language(html, shop.hours_ja, shop.hours_en);
  if (!hours.empty()) {
    html.open("span", "stock__hours").text(hours);
  }
  if (Markup::is_linkable(shop.map_url)) {
    append_link(html, {"map", Word::kMap, shop.map_url}, shop);
  }
  if (!hours.empty()) {
    html.close("span");
  }
  html.close("li");
}

void append_list(Markup& html, const StockModel& stock) {
  const std::vector<Shown> shops = shown_shops(stock);
  html.open("p", "stock__title").words(Word::kShopStock);
  if (const int64_t oldest = oldest_time(shops, stock.few_below, html.context().now); oldest != 0) {
    html.as_of("stock__as-of", oldest);
  }
  append_near(html, stock);
  html.close("p");
  append_areas(html, stock);
  html.raw("<ul class=\"tsunagi-stock__shops\" role=\"list\">");
  for (const Shown& shop : shops) {
    append_shop(html, shop, stock);
  }
  html.close("ul");
  const int64_t others = other_shops(stock, shops);
  if (others > 0 && !stock.all_shops && Markup::is_linkable(stock.more_url)) {
    html.raw("<a class=\"tsunagi-stock__more\"")
        .attribute("href", stock.more_url)
        .raw(" data-tsunagi-action=\"more\">")
        .raw(fill(html.say(Word::kMoreShops), decimal(others)))
        .close("a");
  }
}

void append_pin(Markup& html, const StockModel& stock) {
  html.open_button("stock__pin", "pin")
      .attribute("data-tsunagi-product", stock.product_code)
      .pressed(stock.pinned)
      .raw(">")
      .words(stock.pinned ? Word::kPinned : Word::kPin)
      .close("button");
}

}  // namespace

std::string_view stock_sign_name(StockSign sign) { return sign_words(sign).name; }

int64_t offered(const ShopStock& shop) {
  const auto figure = [](int64_t count) { return std::clamp(count, -kFigureLimit, kFigureLimit); };
  return std::max<int64_t>(0, figure(shop.on_hand) - figure(shop.held) - figure(shop.safety));
}

StockSign stock_sign(const ShopStock& shop, int64_t few_below, int64_t now) {
  if (!shop.known || shop.as_of <= 0 || now - shop.as_of > kStockConfirmedForSeconds) {
    return StockSign::kUnknown;
  }
  const int64_t count = offered(shop);
  if (count == 0) {
    return StockSign::kNone;
  }
  return count < few_below ? StockSign::kFew : StockSign::kMany;
}

int64_t area_of(const ShopStock& shop) {
  return shop.prefecture > 0 && shop.prefecture < kElsewhere ? shop.prefecture : kElsewhere;
}

const Area* chosen_area(const std::vector<Area>& areas, int64_t code) {
  for (const Area& area : areas) {
    if (code != 0 && area.code == code) {
      return &area;
    }
  }
  return nullptr;
}

std::string render_stock(const StockModel& stock, const ViewContext& context) {
  Markup html(context);
  html.raw("<section class=\"tsunagi-stock")
      .raw(stock.shops.empty() ? " tsunagi-stock--empty" : "")
      .raw(context.language == Language::kJapanese ? "\" lang=\"ja" : "\" lang=\"en")
      .raw("\" aria-label=\"")
      .words(Word::kShopStock)
      .raw("\"")
      .attribute("data-tsunagi-product", stock.product_code)
      .raw(">");
  if (!stock.product_name.empty()) {
    html.element("p", "stock__product", stock.product_name);
  }
  if (stock.shops.empty()) {
    html.open("p", "stock__notice").words(Word::kNotInShops).close("p");
  } else {
    append_list(html, stock);
  }
  if (stock.can_pin && !stock.product_code.empty()) {
    append_pin(html, stock);
  }
  html.close("section");
  return std::move(html).take();
}

}  // namespace tsunagi
