// The pure parts: what a signature, a token, a frame, an escape is.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/base/crypto.h"
#include "server/http/card_json.h"
#include "server/http/json_text.h"
#include "server/http/liquid_safe.h"
#include "server/http/nonce.h"
#include "server/http/proxy_signature.h"
#include "server/http/request_frame.h"
#include "server/http/session_token.h"
#include "server/http/webhook_checks.h"

namespace tsunagi::http {
namespace {

using Json = nlohmann::json;

// shopify.dev, "Authenticate app proxies": secret "hush".
TEST(ProxySignature, AgreesWithShopifysOwnVectors) {
  const KeyedHash key("hush");
  const auto query = parse_query(
      "extra=1&extra=2&shop=shop-name.myshopify.com&logged_in_customer_id=1&path_prefix=%2Fapps%"
      "2Fawesome_reviews"
      "&timestamp=1317327555&signature="
      "4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb");
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(signed_text(*query),
            "extra=1,2logged_in_customer_id=1path_prefix=/apps/"
            "awesome_reviewsshop=shop-name.myshopify.com"
            "timestamp=1317327555");
  EXPECT_EQ(key.hex_of(signed_text(*query)),
            "4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb");

  const auto anonymous = verify_proxy_query(
      "extra=1&extra=2&shop=shop-name.myshopify.com&logged_in_customer_id=&path_prefix=%2Fapps%"
      "2Fawesome_reviews"
      "&timestamp=1317327555&signature="
      "e072b6d7e6622d85912a5214b860d3100dc1e73d9bc29f43796ac8c9ff8093cb",
      key, 1317327555);
  ASSERT_TRUE(anonymous.ok()) << anonymous.error().message;
  EXPECT_EQ(anonymous->customer_id, 0);
  EXPECT_EQ(anonymous->shop, "shop-name.myshopify.com");
  EXPECT_EQ(anonymous->path_prefix, "/apps/awesome_reviews");
  ASSERT_EQ(anonymous->others.size(), 2U);
  EXPECT_EQ(anonymous->others[1].value, "2");
}

// RFC 4231, cases 1, 2 and 6 (a key longer than a block).
TEST(KeyedHash, AgreesWithTheStandardsVectors) {
  EXPECT_EQ(KeyedHash(std::string(20, '\x0b')).hex_of("Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(KeyedHash("Jefe").hex_of("what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(KeyedHash(std::string(131, '\xaa'))
                .hex_of("Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Query, IsDecodedOnceAndStrictly) {
  const auto query = parse_query("a=1&b=%E3%81%82+c&&d&=e&f=%2525");
  ASSERT_TRUE(query.ok());
  ASSERT_EQ(query->size(), 5U);
  EXPECT_EQ((*query)[1].value, "あ c");
  EXPECT_EQ((*query)[2].name, "d");
  EXPECT_EQ((*query)[3].name, "");
  EXPECT_EQ((*query)[4].value, "%25");
  for (const char* wrong : {"a=%", "a=%2", "a=%zz", "%g0=1"}) {
    EXPECT_FALSE(parse_query(wrong).ok()) << wrong;
  }
  std::string many = "a=1";
  for (size_t i = 1; i < kQueryMaxParameters; ++i) many += "&a=1";
  EXPECT_TRUE(parse_query(many).ok());
  EXPECT_FALSE(parse_query(many + "&a=1").ok());
}

TEST(Ids, AreWholePositiveNumbers) {
  EXPECT_EQ(parse_id("7001"), 7001);
  EXPECT_EQ(parse_id("999999999999999999"), 999999999999999999);
  for (const char* wrong :
       {"", "0", "01", "+1", "-1", " 1", "1 ", "1x", "1.0", "1000000000000000000"}) {
    EXPECT_FALSE(parse_id(wrong)) << wrong;
  }
}

TEST(Nonce, IsGoodForItsHourAndTheNext) {
  const Nonces nonces("key");
  const Seconds hour = 3600;
  const Seconds start = 100 * hour;
  const std::string nonce = nonces.make(1, 2, start);
  EXPECT_TRUE(nonces.valid(nonce, 1, 2, start + 2 * hour - 1));
  EXPECT_FALSE(nonces.valid(nonce, 1, 2, start + 2 * hour));
  EXPECT_FALSE(nonces.valid(nonce, 1, 2, start - 1));
  EXPECT_FALSE(nonces.valid(nonce, 1, 3, start));
  EXPECT_FALSE(nonces.valid(nonce, 2, 2, start));
  EXPECT_FALSE(nonces.valid("", 1, 2, start));
  EXPECT_FALSE(Nonces("other").valid(nonce, 1, 2, start));
}

class Token : public testing::Test {
 protected:
  Json claims = {{"iss", "https://a.myshopify.com/admin"},
                 {"dest", "https://a.myshopify.com"},
                 {"aud", "client"},
                 {"sub", "42"},
                 {"exp", 1060},
                 {"nbf", 1000}};
  Json header = {{"alg", "HS256"}, {"typ", "JWT"}};
  std::string secret = "hush";
  Seconds now = 1030;
  Result<SessionToken> verify() {
    const KeyedHash key("hush");
    const std::string text = base64url(header.dump()) + "." + base64url(claims.dump());
    return verify_session_token(text + "." + base64url(hmac_sha256(secret, text)), {key, "client"},
                                now);
  }
};

TEST_F(Token, NamesShopAndPerson) {
  const auto session = verify();
  ASSERT_TRUE(session.ok()) << session.error().message;
  EXPECT_EQ(session->shop, "a.myshopify.com");
  EXPECT_EQ(session->user, "42");
}

TEST_F(Token, HoldsWithinTenSecondsOfItsTimes) {
  for (const Seconds good : {990, 1070}) {
    now = good;
    EXPECT_TRUE(verify().ok()) << good;
  }
  for (const Seconds bad : {989, 1071}) {
    now = bad;
    EXPECT_FALSE(verify().ok()) << bad;
  }
}

TEST_F(Token, IsRefusedWhenAnyClaimIsWrong) {
  const Json good = claims;
  const std::vector<std::pair<const char*, Json>> wrong = {{"aud", "another"},
                                                           {"aud", Json::array({"client"})},
                                                           {"dest", "http://a.myshopify.com"},
                                                           {"dest", "https://b.myshopify.com"},
                                                           {"dest", "https://evil.example"},
                                                           {"iss", "https://b.myshopify.com/admin"},
                                                           {"exp", "1060"},
                                                           {"nbf", nullptr},
                                                           {"exp", 1060.5}};
  for (const auto& [name, value] : wrong) {
    claims = good;
    claims[name] = value;
    EXPECT_FALSE(verify().ok()) << name << " " << value;
  }
  claims = good;
  claims.erase("exp");
  EXPECT_FALSE(verify().ok());
}

TEST_F(Token, IsRefusedWithAnotherSecretOrAlgorithm) {
  secret = "other";
  EXPECT_FALSE(verify().ok());
  secret = "hush";
  for (const char* algorithm : {"none", "HS512", "RS256", "hs256"}) {
    header["alg"] = algorithm;
    EXPECT_FALSE(verify().ok()) << algorithm;
  }
  const KeyedHash key("hush");
  for (const char* text : {"", ".", "..", "...", "a.b", "a.b.c.d"}) {
    EXPECT_FALSE(verify_session_token(text, {key, "client"}, now).ok()) << text;
  }
}

TEST(WebhookChecks, ShopifySignsTheRawBody) {
  const KeyedHash key("hush");
  const std::string signature = base64(hmac_sha256("hush", "{\"id\": 1}"));
  EXPECT_TRUE(shopify_signature_matches(key, "{\"id\": 1}", signature));
  EXPECT_FALSE(shopify_signature_matches(key, "{\"id\":1}", signature));
  EXPECT_FALSE(shopify_signature_matches(key, "{\"id\": 1}", ""));
}

TEST(WebhookChecks, SmaregiNamesContractAndEvent) {
  const auto event = parse_smaregi_event(R"({"contractId":"sb_1","event":"pos:stock","more":[1]})");
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event->contract_id, "sb_1");
  EXPECT_EQ(event->event, "pos:stock");
  for (const char* wrong : {"", "null", "[]", "{}", R"({"contractId":1,"event":"e"})",
                            R"({"contractId":"a b","event":"e"})", R"({"contractId":"a"})",
                            "{\"contractId\":\"a\",\"event\":\"e\"} x"}) {
    EXPECT_FALSE(parse_smaregi_event(wrong).ok()) << wrong;
  }
}

TEST(WebhookChecks, DepthIsBounded) {
  const auto nested = [](int depth) {
    return R"({"a":)" + std::string(static_cast<size_t>(depth), '[') +
           std::string(static_cast<size_t>(depth), ']') + "}";
  };
  EXPECT_TRUE(is_json_object(nested(30)));
  EXPECT_FALSE(is_json_object(nested(40)));
  EXPECT_FALSE(is_json_object(nested(100'000)));
}

TEST(JsonText, IsHarmlessWhereverItLands) {
  std::string out;
  append_json_text(out, "</script>&\"\\\n\x01 あ🎉 \xff\xc0\x80\xed\xa0\x80 \x7f");
  EXPECT_EQ(out.find_first_of("<>&\n\x01\x7f"), std::string::npos);
  const Json back = Json::parse(out, nullptr, false);
  ASSERT_TRUE(back.is_string());
  EXPECT_EQ(back.get<std::string>().substr(0, 12), "</script>&\"\\");
  EXPECT_NE(out.find("あ🎉"), std::string::npos);
}

TEST(CardJson, LeavesOutWhatIsAbsent) {
  CardModel card;
  card.state = CardState::kNotJoined;
  card.customer = "7";
  EXPECT_EQ(card_json(card, {.nonce = "n", .missing = "", .now = 5}),
            R"({"state":"not_joined","customer":"7","has_points":false,"nonce":"n","now":5})");
}

TEST(CardJson, CarriesEveryFieldOfTheModel) {
  CardModel card{CardState::kReady,
                 "7",
                 "会",
                 "山田",
                 "T01",
                 Symbology::kCode39,
                 Symbology::kQr,
                 "金",
                 true,
                 -5,
                 9,
                 "2026-12-31",
                 3,
                 "kana",
                 "/in",
                 "/contact"};
  EXPECT_EQ(
      Json::parse(card_json(card, {.nonce = "n", .missing = "", .now = 5})),
      Json::parse(R"({"state":"ready","customer":"7","programme":"会","holder":"山田","code":"T01",
              "symbology":"code39","second":"qr","rank":"金","has_points":true,"points":-5,"as_of":9,
              "expires_on":"2026-12-31","debt":3,"missing_field":"kana","sign_in_url":"/in","contact_url":"/contact",
              "nonce":"n","now":5})"));
}

TEST(StockJson, CarriesEveryFieldOfTheModel) {
  StockModel product;
  product.product_name = "タオル";
  product.product_code = "49";
  product.can_pin = product.pinned = product.all_shops = true;
  product.more_url = "/more";
  product.pickup_url = "/pickup?code=1";
  product.others = 4;
  product.shops = {
      {"1", "渋谷", "03", "https://map", "本日休業", "Closed today", true, true, 8, 1, 2, 9},
      {"2", "新宿", "", "", "", "", false, false, 0, 0, 0, 0}};
  product.shops[1].prefecture = 13;
  product.areas = {{.code = 13, .ja = "東京都", .en = "Tokyo", .count = 1},
                   {.code = kElsewhere, .ja = "その他", .en = "Other", .count = 1}};
  EXPECT_EQ(
      Json::parse(stock_json({product, StockModel{}}, "", 5)),
      Json::parse(
          R"({"now":5,"products":[{"product_name":"タオル","product_code":"49","few_below":3,"can_pin":true,
              "pinned":true,"all_shops":true,"more_url":"/more","pickup_url":"/pickup?code=1","others":4,"areas":[
              {"code":13,"ja":"東京都","en":"Tokyo","count":1},{"code":48,"ja":"その他","en":"Other","count":1}],"shops":[
              {"shop_id":"1","name":"渋谷","phone":"03","map_url":"https://map",
               "hours_ja":"本日休業","hours_en":"Closed today","favourite":true,"known":true,"on_hand":8,"held":1,"safety":2,"as_of":9},
              {"shop_id":"2","name":"新宿","favourite":false,"known":false,"on_hand":0,"held":0,"safety":0,
               "prefecture":13}]},
              {"product_code":"","few_below":3,"can_pin":false,"pinned":false,"all_shops":false,"shops":[]}]})"));
}

TEST(LiquidSafe, LeavesNothingForLiquid) {
  const std::string safe = liquid_safe("<p title=\"{{ shop }}\">{% x %} 50%</p>");
  EXPECT_EQ(safe.find_first_of("{}%"), std::string::npos);
  EXPECT_EQ(safe,
            "<p title=\"&#123;&#123; shop &#125;&#125;\">&#123;&#37; x &#37;&#125; 50&#37;</p>");
}

// ---- framing
// -------------------------------------------------------------------------------------------------------

size_t hundred(std::string_view) { return 100; }

struct Framed {
  RequestFrame::Step step = RequestFrame::Step::kNeedMore;
  size_t length = 0;
  std::string body;
  int status = 0;
};

Framed frame(const std::string& bytes, bool one_by_one) {
  RequestFrame scanner(hundred);
  Framed result;
  for (size_t size = one_by_one ? 1 : bytes.size(); size <= bytes.size(); ++size) {
    result.step = scanner.step(std::string_view(bytes).substr(0, size));
    if (result.step != RequestFrame::Step::kNeedMore) break;
  }
  if (result.step == RequestFrame::Step::kComplete) {
    result.length = scanner.length();
    result.body = scanner.body(bytes);
  }
  result.status = scanner.status();
  return result;
}

TEST(RequestFrame, FindsTheEndHoweverTheBytesArrive) {
  const std::string head = "POST /x HTTP/1.1\r\nHost: a\r\n";
  const std::string next = "GET / HTTP/1.1\r\n";
  const std::vector<std::pair<std::string, std::string>> requests = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""},
      {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", ""},
      {head + "Content-Length: 5\r\n\r\nhello", "hello"},
      {head + "content-length:5 \r\n\r\nhello", "hello"},
      {head + "Transfer-Encoding: Chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "hello"},
      {head + "Transfer-Encoding: chunked\r\n\r\n0\r\nTrailer: 1\r\n\r\n", ""},
      {head + "Content-Length: 100\r\n\r\n" + std::string(100, 'a'), std::string(100, 'a')},
  };
  for (const auto& [request, body] : requests) {
    for (const bool one_by_one : {false, true}) {
      const Framed framed = frame(request + next, one_by_one);
      EXPECT_EQ(framed.step, RequestFrame::Step::kComplete) << request;
      EXPECT_EQ(framed.length, request.size()) << request;
      EXPECT_EQ(framed.body, body) << request;
    }
    EXPECT_EQ(frame(request.substr(0, request.size() - 1), false).step,
              RequestFrame::Step::kNeedMore)
        << request;
  }
}

TEST(RequestFrame, LimitsHoldAtTheLimitAndOnePastIt) {
  const auto status = [](const std::string& request) { return frame(request, false).status; };
  const std::string end = "Host: a\r\n\r\n";
  const auto line = [&](size_t size) {
    return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1\r\n" + end;
  };
  EXPECT_EQ(status(line(kRequestLineMaxBytes)), 0);
  EXPECT_EQ(status(line(kRequestLineMaxBytes + 1)), 414);
  const auto header = [&](size_t size) {
    return "GET / HTTP/1.1\r\nX: " + std::string(size - 3, 'a') + "\r\n" + end;
  };
  EXPECT_EQ(status(header(kHeaderLineMaxBytes)), 0);
  EXPECT_EQ(status(header(kHeaderLineMaxBytes + 1)), 431);
  const auto headers = [&](int count) {
    std::string request = "GET / HTTP/1.1\r\n";
    for (int i = 1; i < count; ++i) request += "X: 1\r\n";
    return request + end;
  };
  EXPECT_EQ(status(headers(kHeadersMaxCount)), 0);
  EXPECT_EQ(status(headers(kHeadersMaxCount + 1)), 431);
  const auto body = [](size_t size) {
    return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
  };
  EXPECT_EQ(status(body(100)), 0);
  EXPECT_EQ(status(body(101)), 413);
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status(chunked + "64\r\n"), 0);
  EXPECT_EQ(status(chunked + "65\r\n"), 413);
  EXPECT_EQ(status(chunked + "64\r\n" + std::string(100, 'a') + "\r\n1\r\n"), 413);
}

TEST(RequestFrame, RefusesWhatTwoReadersCouldReadDifferently) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
  for (const std::string& rest :
       {std::string("Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        std::string("Content-Length: 1, 1\r\n\r\n"), std::string("Content-Length: 0x1\r\n\r\n"),
        std::string("Content-Length:\r\n\r\n"), std::string("Content-Length : 1\r\n\r\n"),
        std::string("Transfer-Encoding: gzip, chunked\r\n\r\n"),
        std::string("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
        std::string("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
        std::string(" folded: 1\r\n\r\n"), std::string("Host: b\r\n\r\n"),
        std::string("X: a\rb\r\n\r\n"), std::string("X: a\nY: b\r\n\r\n"),
        std::string("X: a\0b\r\n\r\n", 10),
        std::string("Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"),
        std::string("Transfer-Encoding: chunked\r\n\r\n-1\r\n"),
        std::string("Transfer-Encoding: chunked\r\n\r\n\r\n")}) {
    EXPECT_EQ(frame(head + rest, false).status, 400) << rest;
    EXPECT_EQ(frame(head + rest, true).status, 400) << rest;
  }
}

}  // namespace
}  // namespace tsunagi::http
