#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/markup_reader.h"
#include "wasm/core/view.h"

namespace tsunagi {
namespace {

constexpr int64_t kLookedAt = 1'795'225'980;  // 2026-11-21 10:53:00 in Japan
constexpr Language kLanguages[] = {Language::kJapanese, Language::kEnglish};
constexpr CardState kStates[] = {
    CardState::kReady,     CardState::kStale,        CardState::kOffline,     CardState::kSignedOut,
    CardState::kNotJoined, CardState::kFieldMissing, CardState::kRegistering, CardState::kNotAtTill,
    CardState::kStopped,   CardState::kFailed};

CardModel member() {
  CardModel card;
  card.state = CardState::kReady;
  card.customer = "7001";
  card.programme = "つなぎクラブ";
  card.holder = "山田 花子";
  card.code = "T0123456789013";
  card.rank = "ゴールド";
  card.has_points = true;
  card.points = 2340;
  card.as_of = kLookedAt - 21 * 60;
  card.sign_in_url = "/account/login";
  card.contact_url = "mailto:help@example.com";
  return card;
}

std::string card_html(const CardModel& card, Language language = Language::kJapanese,
                      const CardOptions& options = {}) {
  return render_card(card, options, {.language = language, .now = kLookedAt});
}

ReadMarkup read_card(const CardModel& card, Language language = Language::kJapanese,
                     const CardOptions& options = {}) {
  ReadMarkup read = read_markup(card_html(card, language, options));
  EXPECT_EQ(read.objection, "");
  return read;
}

TEST(CardView, EveryStateHasItsSentenceAndItsWayOn) {
  struct Case {
    CardState state;
    bool barcode;
    const char* japanese;
    const char* english;
    const char* action;  // "" is none
    const char* address;
  };
  const std::vector<Case> cases = {
      {CardState::kReady, true, "(none)", "(none)", "", ""},
      {CardState::kStale, true, "ポイントは 10:32 時点です。最新の状態を確認できませんでした",
       "Points as of 10:32. We couldn’t check for newer ones", "retry", ""},
      {CardState::kOffline, true, "電波がなくても会員証はお使いいただけます（10:32 時点）",
       "Your card works without a signal (as of 10:32)", "", ""},
      {CardState::kSignedOut, false, "ログインすると会員証が表示されます",
       "Sign in to see your member card", "sign-in", "/account/login"},
      {CardState::kNotJoined, false,
       "お店でも使える会員証をつくりませんか。ポイントはお店とオンラインで共通です",
       "Get a card that works in our shops too. One point balance for both", "join", ""},
      {CardState::kFieldMissing, false, "会員登録にはお名前（カナ）が必要です",
       "We need your name in kana to finish", "", ""},
      {CardState::kRegistering, true, "お店への登録中です。このままお使いいただけます",
       "Registering you with our shops. You can already use this card", "", ""},
      {CardState::kNotAtTill, true,
       "お店の端末への反映に時間がかかる場合があります。番号をお伝えください",
       "This till may not have your card yet. Please tell staff the number", "", ""},
      {CardState::kStopped, false, "この会員証は停止されています", "This card has been stopped",
       "contact", "mailto:help@example.com"},
      {CardState::kFailed, false, "会員証を表示できませんでした。お買い物の記録は失われていません",
       "We couldn’t show your card. Nothing of yours is lost", "retry", ""},
  };
  ASSERT_EQ(cases.size(), std::size(kStates));
  for (const Case& c : cases) {
    CardModel card = member();
    card.state = c.state;
    card.missing_field = "kana";
    for (const Language language : kLanguages) {
      const ReadMarkup read = read_card(card, language);
      const std::string name(card_state_name(c.state));
      EXPECT_EQ(read.elements[0].attributes.at("data-tsunagi-state"), name);
      EXPECT_EQ(read.elements[0].attributes.at("lang"),
                language == Language::kJapanese ? "ja" : "en");
      EXPECT_EQ(read.text_of("tsunagi-card__notice"),
                language == Language::kJapanese ? c.japanese : c.english)
          << name;
      EXPECT_EQ(read.with_class("tsunagi-barcode").size(), c.barcode ? 1u : 0u) << name;
      const std::vector<Element> ways = read.with_class("tsunagi-card__way");
      ASSERT_EQ(ways.size(), *c.action == '\0' ? 0u : 1u) << name;
      if (!ways.empty()) {
        EXPECT_EQ(ways[0].attributes.at("data-tsunagi-action"), c.action);
        EXPECT_EQ(ways[0].tag, *c.address == '\0' ? "button" : "a");
        EXPECT_FALSE(ways[0].text.empty());
        if (*c.address != '\0') {
          EXPECT_EQ(ways[0].attributes.at("href"), c.address);
        }
      }
    }
  }
}

TEST(CardView, StatesKeepTheirNames) {
  for (const CardState state : kStates) {
    EXPECT_EQ(parse_card_state(card_state_name(state)), state);
  }
  EXPECT_EQ(card_state_name(CardState::kFieldMissing), "field_missing");
  EXPECT_EQ(parse_card_state("Ready"), std::nullopt);
}

TEST(CardView, ACardWithoutACodeIsOneThatFailed) {
  CardModel card = member();
  card.code.clear();
  for (const CardState state : {CardState::kReady, CardState::kStale, CardState::kOffline}) {
    card.state = state;
    EXPECT_EQ(read_card(card).elements[0].attributes.at("data-tsunagi-state"), "failed");
  }
}

TEST(CardView, StaleAndOfflineDoWithoutATimeWhenNoneIsKnown) {
  CardModel card = member();
  card.has_points = false;
  for (const CardState state : {CardState::kStale, CardState::kOffline}) {
    card.state = state;
    for (const Language language : kLanguages) {
      const std::string sentence = read_card(card, language).text_of("tsunagi-card__notice");
      EXPECT_EQ(sentence.find("{}"), std::string::npos);
      EXPECT_EQ(sentence.find("09:00"), std::string::npos);
    }
  }
}

TEST(CardView, AMissingFieldIsNamed) {
  CardModel card = member();
  card.state = CardState::kFieldMissing;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"kana", "kana"},
      {"name", "name"},
      {"phone", "phone number"},
      {"birth_date", "date of birth"},
      {"shoe_size", "a little more about you"},
      {"", "a little more about you"}};
  for (const auto& [field, words] : cases) {
    card.missing_field = field;
    EXPECT_NE(read_card(card, Language::kEnglish).text_of("tsunagi-card__notice").find(words),
              std::string::npos)
        << field;
  }
}

TEST(CardView, DrawsBothSymbologiesOnPaper) {
  const ReadMarkup read = read_card(member());
  const Drawing first = *draw(Symbology::kCode128, member().code);
  const Drawing second = *draw(Symbology::kQr, member().code);
  const auto check = [&](const char* place, const Drawing& drawing, const char* shape) {
    const std::vector<Element> svg = read.with_class(std::string("tsunagi-barcode__svg--") + place);
    ASSERT_EQ(svg.size(), 1u);
    const std::string width = std::to_string(drawing.width);
    EXPECT_EQ(svg[0].attributes.at("viewBox"),
              "0 0 " + width + " " + std::to_string(drawing.height));
    EXPECT_EQ(svg[0].attributes.at("style"), "--tsunagi-modules:" + width);
    EXPECT_EQ(svg[0].attributes.at("preserveAspectRatio"), "none");
    EXPECT_EQ(svg[0].attributes.at("aria-hidden"), "true");
    EXPECT_NE(svg[0].attributes.at("class").find(shape), std::string::npos);
    EXPECT_EQ(read.with("d", drawing.path).size(), 1u);
  };
  check("first", first, "--linear");
  check("second", second, "--square");
  EXPECT_EQ(read.with("fill", "#fff").size(), 2u);
  EXPECT_EQ(read.with_class("tsunagi-barcode--two").size(), 1u);
  EXPECT_EQ(read.with_class("tsunagi-barcode")[0].attributes.at("aria-label"),
            "会員番号 T012 3456 7890 13");
}

TEST(CardView, OneSymbologyStandsAloneWhenTheOtherCannotCarryTheCode) {
  CardModel card = member();
  card.symbology = Symbology::kEan13;
  ReadMarkup read = read_card(card);
  EXPECT_EQ(read.with_class("tsunagi-barcode--one").size(), 1u);
  EXPECT_EQ(read.with_class("tsunagi-barcode__svg--first").size(), 1u);
  EXPECT_EQ(read.with_class("tsunagi-barcode__svg--second").size(), 0u);
  EXPECT_EQ(read.with_class("tsunagi-barcode__svg--square").size(), 1u);
  card.symbology = card.second = Symbology::kQr;
  EXPECT_EQ(read_card(card).with_class("tsunagi-barcode--one").size(), 1u);
}

TEST(CardView, ANumberThatNoSymbologyCarriesIsTold) {
  CardModel card = member();
  card.code = "会員1";
  const ReadMarkup read = read_card(card, Language::kEnglish,
                                    {.show_number = false, .card_page_url = "", .stock_url = ""});
  EXPECT_EQ(read.with_class("tsunagi-barcode").size(), 0u);
  EXPECT_EQ(read.with("data-tsunagi-action", "full-screen").size(), 0u);
  EXPECT_EQ(read.with_class("tsunagi-number").size(), 1u);
  EXPECT_EQ(read.text_of("tsunagi-card__notice"),
            "This number can’t be a barcode. Please tell staff the number");
}

TEST(CardView, NumberIsInGroupsWithoutSpacesAndTheLastFourCharactersAreLarge) {
  struct Case {
    std::string code;
    std::vector<std::string> groups;
    size_t large;
  };
  const std::vector<Case> cases = {
      {"T0123456789013", {"T012", "3456", "7890", "13"}, 2},
      {"12345678", {"1234", "5678"}, 1},
      {"12345", {"1234", "5"}, 2},
      {"123", {"123"}, 1},
      {"12345678901234567890", {"1234", "5678", "9012", "3456", "7890"}, 1}};
  for (const Case& c : cases) {
    CardModel card = member();
    card.code = c.code;
    const ReadMarkup read = read_card(card);
    EXPECT_EQ(read.text_of("tsunagi-number"), c.code);
    std::vector<std::string> groups;
    for (const Element& group : read.with_class("tsunagi-number__group")) {
      groups.push_back(group.text);
    }
    EXPECT_EQ(groups, c.groups);
    EXPECT_EQ(read.with_class("tsunagi-number__group--last").size(), c.large) << c.code;
  }
}

TEST(CardView, MerchantMayHideNumberAndFullScreenButNotWhereTheNumberIsTheWayOn) {
  CardModel card = member();
  const CardOptions bare = {
      .show_number = false, .show_full_screen = false, .card_page_url = "", .stock_url = ""};
  ReadMarkup read = read_card(card, Language::kJapanese, bare);
  EXPECT_EQ(read.with_class("tsunagi-number").size(), 0u);
  EXPECT_EQ(read.with("data-tsunagi-action", "full-screen").size(), 0u);
  EXPECT_EQ(read.with_class("tsunagi-card__open").size(), 1u);
  card.state = CardState::kNotAtTill;
  EXPECT_EQ(read_card(card, Language::kJapanese, bare).with_class("tsunagi-number").size(), 1u);
}

TEST(CardView, PointsAreNeverWithoutTheirTime) {
  CardModel card = member();
  ReadMarkup read = read_card(card);
  EXPECT_EQ(read.text_of("tsunagi-points"), "2,340pt10:32 時点");
  EXPECT_EQ(read.with_class("tsunagi-points__as-of")[0].attributes.at("datetime"),
            "2026-11-21T10:32:00+09:00");
  EXPECT_EQ(read.with_class("tsunagi-points")[0].attributes.at("aria-live"), "polite");
  EXPECT_EQ(read_card(card, Language::kEnglish).text_of("tsunagi-points__as-of"), "as of 10:32");
  card.points = -120;
  EXPECT_EQ(read_card(card).text_of("tsunagi-points__figure"), "-120");
  card.has_points = false;
  EXPECT_EQ(read_card(card).text_of("tsunagi-points"), "ポイントはまだ確認できていません");
  EXPECT_EQ(read_card(card).with_class("tsunagi-points--unknown").size(), 1u);
}

TEST(CardView, ExpiryIsSaidWithinSixtyDays) {
  struct Case {
    const char* expires_on;
    const char* japanese;
  };
  const std::vector<Case> cases = {
      {"", "(none)"},
      {"2027-01-21", "(none)"},                                       // 61 days
      {"2027-01-20", "ポイントの有効期限は 2027年1月20日(水) です"},  // 60 days
      {"2026-12-31", "ポイントの有効期限は 12月31日(木) です"},
      {"2026-11-21", "ポイントの有効期限は 11月21日(土) です"},  // today
      {"2026-11-20", "ポイントの有効期限（11月20日(金)）を過ぎています"},
      {"soon", "(none)"},
  };
  for (const Case& c : cases) {
    CardModel card = member();
    card.expires_on = c.expires_on;
    EXPECT_EQ(read_card(card).text_of("tsunagi-card__expiry"), c.japanese);
    card.points = 0;
    EXPECT_EQ(read_card(card).text_of("tsunagi-card__expiry"), "(none)");
  }
}

TEST(CardView, DebtIsExplained) {
  CardModel card = member();
  EXPECT_EQ(read_card(card).text_of("tsunagi-card__debt"), "(none)");
  card.debt = 1'200;
  EXPECT_EQ(read_card(card).text_of("tsunagi-card__debt"),
            "返品により 1,200 pt 不足しています。次のお買い物で精算されます");
}

TEST(CardView, LinksOnlyToAddressesThatALinkMayHave) {
  struct Case {
    std::string address;
    bool linked;
  };
  const std::vector<Case> cases = {{"/apps/tsunagi/card", true},
                                   {"https://example.com/", true},
                                   {"?x=1", true},
                                   {"#top", true},
                                   {"javascript:alert(1)", false},
                                   {" javascript:alert(1)", false},
                                   {"JAVASCRIPT:alert(1)", false},
                                   {"data:text/html,x", false},
                                   {"vbscript:x", false},
                                   {"", false}};
  for (const Case& c : cases) {
    const ReadMarkup read = read_card(member(), Language::kEnglish,
                                      {.card_page_url = c.address, .stock_url = c.address});
    EXPECT_EQ(read.with_class("tsunagi-card__link").size(), c.linked ? 2u : 0u) << c.address;
    CardModel card = member();
    card.state = CardState::kStopped;
    card.contact_url = c.address;
    EXPECT_EQ(read_card(card).with("data-tsunagi-action", "contact").size(), c.linked ? 1u : 0u);
    card.state = CardState::kSignedOut;
    card.sign_in_url = c.address;
    EXPECT_EQ(read_card(card).with("data-tsunagi-action", "sign-in")[0].tag,
              c.linked ? "a" : "button");
  }
}

// Whatever anybody typed, in any field, state and language.
TEST(CardView, NothingTypedReachesTheMarkupUnescaped) {
  const std::string evil = "\"><script>alert('&')</script>\r\n\xC2\xA0\xFF{{ x }}";
  CardModel card = member();
  card.programme = card.holder = card.rank = card.code = card.expires_on = evil;
  card.missing_field = card.sign_in_url = card.contact_url = evil;
  for (const CardState state : kStates) {
    for (const Language language : kLanguages) {
      card.state = state;
      const std::string html =
          card_html(card, language, {.card_page_url = "/" + evil, .stock_url = "/" + evil});
      EXPECT_EQ(read_markup(html).objection, "");
      EXPECT_EQ(html.find("<script"), std::string::npos);
      const std::string full = render_full_screen(card, {.language = language, .now = kLookedAt});
      EXPECT_EQ(read_markup(full).objection, "");
      EXPECT_EQ(full.find("<script"), std::string::npos);
    }
  }
}

TEST(CardView, NeverShowsTheCustomerId) {
  CardModel card = member();
  card.customer = "918273645";
  for (const CardState state : kStates) {
    card.state = state;
    EXPECT_EQ(card_html(card).find("918273645"), std::string::npos);
  }
}

TEST(FullScreen, ShowsNameCodePointsClockAndAMovingElement) {
  for (const Language language : kLanguages) {
    const ReadMarkup read =
        read_markup(render_full_screen(member(), {.language = language, .now = kLookedAt + 5}));
    EXPECT_EQ(read.objection, "");
    EXPECT_EQ(read.text_of("tsunagi-full-screen__name"), "つなぎクラブ");
    EXPECT_EQ(read.text_of("tsunagi-full-screen__holder"), "山田 花子");
    EXPECT_EQ(read.text_of("tsunagi-number"), "T0123456789013");
    EXPECT_EQ(read.text_of("tsunagi-points__figure"), "2,340");
    EXPECT_EQ(read.text_of("tsunagi-full-screen__clock"), "10:53:05");
    EXPECT_EQ(read.with_class("tsunagi-full-screen__mover").size(), 1u);
    EXPECT_EQ(read.with_class("tsunagi-barcode--two").size(), 1u);
    EXPECT_EQ(read.with("data-tsunagi-action", "close").size(), 1u);
  }
}

TEST(FullScreen, ANumberThatNoSymbologyCarriesIsTold) {
  CardModel card = member();
  card.code = "会員1";
  const ReadMarkup read =
      read_markup(render_full_screen(card, {.language = Language::kJapanese, .now = kLookedAt}));
  EXPECT_EQ(read.objection, "");
  EXPECT_EQ(read.text_of("tsunagi-full-screen__notice"),
            "この番号はバーコードにできません。番号をお伝えください");
}

}  // namespace
}  // namespace tsunagi
