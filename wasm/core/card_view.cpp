// clang-format off
// The card. Its markup, which the theme's Liquid writes for the first paint as well. The lines here
// are for reading: there is no white space between tags. "[…]" is there only when known.
//
//   <section class="tsunagi-card tsunagi-card--STATE" lang="ja" aria-label="会員証"
//       data-tsunagi-state="STATE">
//     <p class="tsunagi-card__head"><span class="tsunagi-card__programme">NAME</span>
//       [<span class="tsunagi-card__rank">ゴールド</span>]</p>
//     [<div class="tsunagi-card__paper">          states with a barcode; white whatever the theme
//       <button class="tsunagi-card__open" type="button" data-tsunagi-action="full-screen"
//         aria-label="会員証を大きく表示。会員番号 T012 3456 7890 12">BARCODE</button>
//                                          without full screen: <div class="tsunagi-card__open">
//       [NUMBER
//       <button class="tsunagi-card__copy" type="button" data-tsunagi-action="copy"
//         aria-label="会員番号をコピー">コピー</button>]</div>]
//     [<p class="tsunagi-card__notice" role="status">SENTENCE</p>]
//     [<p class="tsunagi-card__ways">WAY</p>]
//     [<div class="tsunagi-card__balance">POINTS
//       <button class="tsunagi-card__refresh" type="button" data-tsunagi-action="retry"
//         aria-label="ポイントを更新">↻</button></div>]
//     [<p class="tsunagi-card__expiry">ポイントの有効期限は 12月31日(木) です</p>]
//     [<p class="tsunagi-card__debt">SENTENCE</p>]
//     [<p class="tsunagi-card__links">
//       [<a class="tsunagi-card__link" href="…" data-tsunagi-action="stock">お店の在庫</a>]
//       [<a class="tsunagi-card__link" href="…" data-tsunagi-action="card-page">…</a>]</p>]
//   </section>
//
//   BARCODE
//   <span class="tsunagi-barcode tsunagi-barcode--two" role="img" aria-label="会員番号 T012 3456 …">
//     <svg class="tsunagi-barcode__svg tsunagi-barcode__svg--first tsunagi-barcode__svg--linear"
//       style="--tsunagi-modules:154" viewBox="0 0 154 1" preserveAspectRatio="none"
//       shape-rendering="crispEdges" aria-hidden="true" focusable="false">
//       <rect width="154" height="1" fill="#fff"></rect><path fill="#000" d="…"></path></svg>
//     <svg class="tsunagi-barcode__svg tsunagi-barcode__svg--second tsunagi-barcode__svg--square" …
//   </span>
//   tsunagi-barcode--one when one symbology alone carries the code: its svg is then --first and is
//   always shown. --linear has viewBox height 1, --square is a QR code.
//
//   NUMBER
//   <p class="tsunagi-number"><span class="tsunagi-number__group">T012</span>…
//     <span class="tsunagi-number__group tsunagi-number__group--last">7890</span>…</p>
//   Groups of four; the gap is a margin, so that it is not copied. --last: the groups that hold the
//   last four characters, shown larger.
//
//   POINTS
//   <p class="tsunagi-points" role="status" aria-live="polite">
//     <strong class="tsunagi-points__figure">2,340</strong>
//     <span class="tsunagi-points__unit">pt</span>
//     <time class="tsunagi-points__as-of" datetime="2026-11-21T10:32:00+09:00">10:32 時点</time></p>
//   Not known: <p class="tsunagi-points tsunagi-points--unknown" …>SENTENCE</p>.
//
//   WAY  <button class="tsunagi-card__way" type="button" data-tsunagi-action="ACTION">…</button> or
//   <a class="tsunagi-card__way" href="…" data-tsunagi-action="ACTION">…</a>; ACTION is retry (stale,
//   failed), sign-in (a link when its address is known), join (not_joined) or contact
//   (stopped; always a link).
//
// The inside of the full-screen dialog:
//   <div class="tsunagi-full-screen" lang="ja">
//     <p class="tsunagi-full-screen__name">NAME</p>
//     [<p class="tsunagi-full-screen__holder">…</p>]
//     <div class="tsunagi-full-screen__paper">BARCODE NUMBER</div>
//     [<p class="tsunagi-full-screen__notice" role="status">SENTENCE</p>]
//     [POINTS]
//     <p class="tsunagi-full-screen__hint">画面を明るくしてください</p>
//     <p class="tsunagi-full-screen__now">
//       <span class="tsunagi-full-screen__mover" aria-hidden="true"></span>
//       <span class="tsunagi-full-screen__date">11月21日(土)</span>
//       <span class="tsunagi-full-screen__clock" data-tsunagi-clock="">10:32:05</span></p>
//     <button class="tsunagi-full-screen__close" type="button"
//       data-tsunagi-action="close">閉じる</button></div>
// The page's script writes HH:MM:SS in Japan into [data-tsunagi-clock] every second; the mover moves
// by CSS animation.
// clang-format on

#include <cstddef>

#include "wasm/core/decimal.h"
#include "wasm/core/japan_time.h"
#include "wasm/core/markup.h"
#include "wasm/core/view.h"

namespace tsunagi {
namespace {

constexpr int64_t kExpiryShownDays = 60;
constexpr size_t kGroup = 4;
constexpr size_t kLarge = 4;  // characters at the end of the number that staff read out

constexpr const char* kStateNames[] = {"ready",      "stale",         "offline",     "signed_out",
                                       "not_joined", "field_missing", "registering", "not_at_till",
                                       "stopped",    "failed"};
static_assert(sizeof(kStateNames) / sizeof(kStateNames[0]) ==
              static_cast<size_t>(CardState::kFailed) + 1);

bool shows_barcode(CardState state) {
  switch (state) {
    case CardState::kReady:
    case CardState::kStale:
    case CardState::kOffline:
    case CardState::kRegistering:
    case CardState::kNotAtTill:
      return true;
    case CardState::kSignedOut:
    case CardState::kNotJoined:
    case CardState::kFieldMissing:
    case CardState::kStopped:
    case CardState::kFailed:
      return false;
  }
  return false;
}

// A card without its code is one of which nothing is known.
CardState shown_state(const CardModel& card) {
  return shows_barcode(card.state) && card.code.empty() ? CardState::kFailed : card.state;
}

std::string grouped_code(std::string_view code) {
  std::string groups;
  for (size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % kGroup == 0) {
      groups.push_back(' ');
    }
    groups.push_back(code[i]);
  }
  return groups;
}

void append_svg(Markup& html, const Drawing& drawing, const char* place) {
  const std::string width = decimal(drawing.width);
  const std::string height = decimal(drawing.height);
  html.raw("<svg class=\"tsunagi-barcode__svg tsunagi-barcode__svg--")
      .raw(place)
      .raw(" tsunagi-barcode__svg--")
      .raw(drawing.height == 1 ? "linear" : "square")
      .raw("\" style=\"--tsunagi-modules:")
      .raw(width)
      .raw("\" viewBox=\"0 0 ")
      .raw(width)
      .raw(" ")
      .raw(height)
      .raw(
          "\" preserveAspectRatio=\"none\" shape-rendering=\"crispEdges\" aria-hidden=\"true\" "
          "focusable=\"false\"><rect width=\"")
      .raw(width)
      .raw("\" height=\"")
      .raw(height)
      .raw("\" fill=\"#fff\"></rect><path fill=\"#000\" d=\"")
      .raw(drawing.path)
      .raw("\"></path></svg>");
}

Word field_word(std::string_view field) {
  if (field == "name") return Word::kFieldName;
  if (field == "kana") return Word::kFieldKana;
  if (field == "phone") return Word::kFieldPhone;
  if (field == "birth_date") return Word::kFieldBirthDate;
  return Word::kFieldOther;
}

// A sentence with the time of the points, or the one that does without it.
std::string timed_sentence(const Markup& html, const CardModel& card, Word timed, Word timeless) {
  if (!card.has_points || card.as_of == 0) {
    return html.say(timeless);
  }
  const ViewContext& context = html.context();
  return fill(html.say(timed), moment(context.language, card.as_of, context.now));
}

// The sentence of the state; empty for a card that needs none.
std::string notice(const Markup& html, const CardModel& card, CardState state, bool drawn) {
  switch (state) {
    case CardState::kReady:
      return drawn ? "" : html.say(Word::kNoBarcode);
    case CardState::kStale:
      return timed_sentence(html, card, Word::kStale, Word::kStaleNoTime);
    case CardState::kOffline:
      return timed_sentence(html, card, Word::kOffline, Word::kOfflineNoTime);
    case CardState::kSignedOut:
      return html.say(Word::kSignedOut);
    case CardState::kNotJoined:
      return html.say(Word::kNotJoined);
    case CardState::kFieldMissing:
      return fill(html.say(Word::kFieldMissing), html.say(field_word(card.missing_field)));
    case CardState::kRegistering:
      return html.say(Word::kRegistering);
    case CardState::kNotAtTill:
      return html.say(Word::kNotAtTill);
    case CardState::kStopped:
      return html.say(Markup::is_linkable(card.contact_url) ? Word::kStopped
                                                            : Word::kStoppedAskShop);
    case CardState::kFailed:
      return html.say(Word::kFailed);
  }
  return "";
}

void append_ways(Markup& html, const CardModel& card, CardState state) {
  constexpr const char* kWay = "card__way";
  switch (state) {
    case CardState::kReady:
    case CardState::kOffline:
    case CardState::kRegistering:
    case CardState::kNotAtTill:
    case CardState::kFieldMissing:  // the form below the card
      return;
    case CardState::kStale:
    case CardState::kFailed:
      html.open("p", "card__ways").way_on(kWay, "retry", "", Word::kTryAgain).close("p");
      return;
    case CardState::kSignedOut:
      html.open("p", "card__ways")
          .way_on(kWay, "sign-in", card.sign_in_url, Word::kSignIn)
          .close("p");
      return;
    case CardState::kNotJoined:
      html.open("p", "card__ways").way_on(kWay, "join", "", Word::kJoin).close("p");
      return;
    case CardState::kStopped:
      if (Markup::is_linkable(card.contact_url)) {
        html.open("p", "card__ways")
            .way_on(kWay, "contact", card.contact_url, Word::kContact)
            .close("p");
      }
      return;
  }
}

// Returns whether a symbology carries the code.
bool append_paper(Markup& html, const CardModel& card, CardState state,
                  const CardOptions& options) {
  html.open("div", "card__paper");
  Markup barcode(html.context());
  const bool drawn = append_barcode(barcode, card);
  const bool opens = drawn && options.show_full_screen;
  if (opens) {
    html.open_button("card__open", "full-screen")
        .attribute("aria-label", fill(html.say(Word::kOpenFullScreen), grouped_code(card.code)))
        .raw(">")
        .raw(std::move(barcode).take())
        .close("button");
  } else if (drawn) {
    html.open("div", "card__open").raw(std::move(barcode).take()).close("div");
  }
  // A number that has to be told to staff is shown whatever the merchant chose.
  if (options.show_number || !drawn || state == CardState::kNotAtTill) {
    append_number(html, card.code);
    html.open_button("card__copy", "copy")
        .attribute("aria-label", html.say(Word::kCopyNumber))
        .raw(">")
        .words(Word::kCopy)
        .close("button");
  }
  html.close("div");
  return drawn;
}

void append_expiry(Markup& html, const CardModel& card) {
  const std::optional<int64_t> day = parse_day(card.expires_on);
  if (!day || !card.has_points || card.points <= 0) {
    return;
  }
  const ViewContext& context = html.context();
  const int64_t days_left = *day - japan_day_number(context.now);
  if (days_left <= kExpiryShownDays) {
    html.element("p", "card__expiry",
                 fill(html.say(days_left >= 0 ? Word::kExpires : Word::kExpired),
                      day_words(context.language, *day, context.now)));
  }
}

void append_figures(Markup& html, const CardModel& card) {
  html.open("div", "card__balance");
  append_points(html, card);
  html.open_button("card__refresh", "retry")
      .attribute("aria-label", html.say(Word::kRefresh))
      .raw(">↻")
      .close("button")
      .close("div");
  append_expiry(html, card);
  if (card.debt > 0) {
    html.element("p", "card__debt", fill(html.say(Word::kDebt), grouped_number(card.debt)));
  }
}

void append_links(Markup& html, const CardOptions& options) {
  const bool stock = Markup::is_linkable(options.stock_url);
  const bool card_page = Markup::is_linkable(options.card_page_url);
  if (!stock && !card_page) {
    return;
  }
  html.open("p", "card__links");
  if (stock) {
    html.way_on("card__link", "stock", options.stock_url, Word::kShopStock);
  }
  if (card_page) {
    html.way_on("card__link", "card-page", options.card_page_url, Word::kCardPage);
  }
  html.close("p");
}

const char* language_tag(Language language) {
  return language == Language::kJapanese ? "ja" : "en";
}

}  // namespace

std::string_view card_state_name(CardState state) {
  return kStateNames[static_cast<size_t>(state)];
}

std::optional<CardState> parse_card_state(std::string_view name) {
  for (size_t i = 0; i <= static_cast<size_t>(CardState::kFailed); ++i) {
    if (name == kStateNames[i]) {
      return static_cast<CardState>(i);
    }
  }
  return std::nullopt;
}

bool append_barcode(Markup& html, const CardModel& card) {
  const Result<Drawing> first = draw(card.symbology, card.code);
  const Result<Drawing> second = draw(card.second, card.code);
  if (!first && !second) {
    return false;
  }
  const bool two = first && second && card.symbology != card.second;
  html.raw("<span class=\"tsunagi-barcode tsunagi-barcode--")
      .raw(two ? "two" : "one")
      .raw("\" role=\"img\"")
      .attribute("aria-label", fill(html.say(Word::kMemberNumber), grouped_code(card.code)))
      .raw(">");
  append_svg(html, first ? *first : *second, "first");
  if (two) {
    append_svg(html, *second, "second");
  }
  html.close("span");
  return true;
}

void append_number(Markup& html, std::string_view code) {
  html.open("p", "number");
  for (size_t i = 0; i < code.size(); i += kGroup) {
    const bool last = i + kGroup + kLarge > code.size();
    html.element("span", last ? "number__group tsunagi-number__group--last" : "number__group",
                 code.substr(i, kGroup));
  }
  html.close("p");
}

void append_points(Markup& html, const CardModel& card) {
  html.raw("<p class=\"tsunagi-points");
  if (!card.has_points) {
    html.raw(" tsunagi-points--unknown");
  }
  html.raw("\" role=\"status\" aria-live=\"polite\">");
  if (card.has_points) {
    html.element("strong", "points__figure", grouped_number(card.points))
        .element("span", "points__unit", "pt");
    if (card.as_of != 0) {
      html.as_of("points__as-of", card.as_of);
    }
  } else {
    html.words(Word::kPointsUnknown);
  }
  html.close("p");
}

std::string render_card(const CardModel& card, const CardOptions& options,
                        const ViewContext& context) {
  const CardState state = shown_state(card);
  const char* name = kStateNames[static_cast<size_t>(state)];
  Markup html(context);
  html.raw("<section class=\"tsunagi-card tsunagi-card--")
      .raw(name)
      .raw("\" lang=\"")
      .raw(language_tag(context.language))
      .raw("\" aria-label=\"")
      .words(Word::kCard)
      .raw("\" data-tsunagi-state=\"")
      .raw(name)
      .raw("\">")
      .open("p", "card__head")
      .element("span", "card__programme",
               card.programme.empty() ? html.say(Word::kCard) : card.programme);
  if (!card.rank.empty() && state != CardState::kStopped) {
    html.element("span", "card__rank", card.rank);
  }
  html.close("p");
  const bool drawn = shows_barcode(state) && append_paper(html, card, state, options);
  if (const std::string sentence = notice(html, card, state, drawn); !sentence.empty()) {
    html.raw("<p class=\"tsunagi-card__notice\" role=\"status\">").text(sentence).close("p");
  }
  append_ways(html, card, state);
  if (shows_barcode(state) && (state != CardState::kRegistering || card.has_points)) {
    append_figures(html, card);
  }
  append_links(html, options);
  html.close("section");
  return std::move(html).take();
}

std::string render_full_screen(const CardModel& card, const ViewContext& context) {
  Markup html(context);
  html.raw("<div class=\"tsunagi-full-screen\" lang=\"")
      .raw(language_tag(context.language))
      .raw("\">")
      .element("p", "full-screen__name",
               card.programme.empty() ? html.say(Word::kCard) : card.programme);
  if (!card.holder.empty()) {
    html.element("p", "full-screen__holder", card.holder);
  }
  html.open("div", "full-screen__paper");
  const bool drawn = append_barcode(html, card);
  append_number(html, card.code);
  html.close("div");
  if (!drawn) {
    html.raw("<p class=\"tsunagi-full-screen__notice\" role=\"status\">")
        .words(Word::kNoBarcode)
        .close("p");
  }
  if (card.has_points) {
    append_points(html, card);
  }
  html.open("p", "full-screen__hint")
      .words(Word::kBrighten)
      .close("p")
      .open("p", "full-screen__now")
      .raw("<span class=\"tsunagi-full-screen__mover\" aria-hidden=\"true\"></span>")
      .element("span", "full-screen__date",
               day_words(context.language, japan_day_number(context.now), context.now))
      .raw("<span class=\"tsunagi-full-screen__clock\" data-tsunagi-clock=\"\">")
      .raw(clock_words(context.now))
      .raw("</span></p>")
      .way_on("full-screen__close", "close", "", Word::kClose)
      .close("div");
  return std::move(html).take();
}

}  // namespace tsunagi
