// Everything that must be refused, in the fixed order of checks, over a real socket: the status and
// code say which check refused, and nothing is written and no platform asked.

#include <gtest/gtest.h>

#include "server/base/crypto.h"
#include "server/http/query.h"
#include "tests/server/http/world.h"

namespace tsunagi::http {
namespace {

class Refusals : public HttpTest {
 protected:
  struct Row {
    const char* what;
    int status;
    const char* code;
    std::string request;
  };
  static std::string get_text(const std::string& target, const std::string& headers = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n";
  }
  static std::string post_text(const std::string& target, const std::string& body,
                               const std::string& headers = "Content-Type: application/json\r\n",
                               const std::string& method = "POST") {
    return method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  [[nodiscard]] std::string card(const Signed& request) const {
    return signed_path("/card.json", request);
  }
  static std::string without(std::string text, const std::string& part) {
    const size_t at = text.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    return text.erase(at, part.size());
  }
  static std::string with(std::string text, const std::string& part, const std::string& instead) {
    const size_t at = text.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    return text.replace(at, part.size(), instead);
  }
  static std::string hmac_header(const std::string& body,
                                 const std::string& secret = kClientSecret) {
    return "X-Shopify-Hmac-Sha256: " + base64(hmac_sha256(secret, body)) + "\r\n";
  }
  static std::string shop_headers(const char* shop = kShop, const char* type = "application/json") {
    return std::string(
               "X-Shopify-Topic: customers/update\r\nX-Shopify-Webhook-Id: "
               "1\r\nX-Shopify-Shop-Domain: ") +
           shop + "\r\nContent-Type: " + type + "\r\n";
  }
  static std::string smaregi_headers(const char* contract = kContract,
                                     const char* secret = kWebhookSecret) {
    return std::string("Content-Type: application/json\r\nSmaregi-Contract-Id: ") + contract +
           "\r\nX-Tsunagi-Webhook: " + secret + "\r\n";
  }
  std::vector<Row> rows();
  void check(const Row& row);
};

std::vector<Refusals::Row> Refusals::rows() {
  const Signed member{.customer = kMember};
  const std::string good = card(member);
  const std::string signature = good.substr(good.find("&signature="));
  const std::string join = signed_path("/join", member);
  const std::string id = std::to_string(kMember);
  const std::string other = std::to_string(kStranger);
  const std::string token = "Authorization: Bearer " + session_token() + "\r\n";
  const std::string unsigned_token = base64url(R"({"alg":"none"})") + "." + base64url("{}") + ".";
  const std::string object = R"({"id":1})";
  const std::string event = R"({"contractId":"sb_one","event":"pos:stock","ids":[]})";
  const std::string stranger_event = R"({"contractId":"sb_two","event":"pos:stock","ids":[]})";
  std::vector<std::pair<std::string, std::string>> too_many;
  for (int i = 0; i <= kProductsAView; ++i) too_many.emplace_back("barcode", std::to_string(i));
  std::string many_headers;
  for (int i = 0; i <= kHeadersMaxCount; ++i) many_headers += "X-" + std::to_string(i) + ": 1\r\n";
  std::string many_parameters;
  for (size_t i = 0; i <= kQueryMaxParameters; ++i) many_parameters += "&a=1";
  const std::string json = "Content-Type: application/json\r\n";
  const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
  const std::string pressed = "token=" + std::string(64, '0') + "&decision=join";
  return {
      // The size, before anything is read into.
      {"a request line over the limit", 414, "uri_too_long",
       get_text(good + "&x=" + std::string(8'000, 'a'))},
      {"a header over the limit", 431, "headers_too_large",
       get_text(good, "X: " + std::string(8'000, 'a') + "\r\n")},
      {"a header that never ends", 431, "headers_too_large",
       "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(9'000, 'a')},
      {"too many headers", 431, "headers_too_large", get_text(good, many_headers)},
      {"a body over the limit, announced", 413, "too_large",
       "POST " + join + " HTTP/1.1\r\nHost: x\r\nContent-Length: 16385\r\n\r\n"},
      {"a body over the limit, in chunks", 413, "too_large",
       "POST " + join + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4001\r\n"},
      {"a chunk size beyond all numbers", 413, "too_large",
       "POST " + join +
           " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"},
      {"a head that never ends", 408, "too_slow", "GET " + good + " HTTP/1.1\r\nHost: x\r\n"},
      {"a body that never comes", 408, "too_slow",
       "POST " + join + " HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"},
      // What is not HTTP.
      {"no version", 400, "request_line", "GET /\r\n\r\n"},
      {"another version", 400, "http_version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
      {"an unknown method", 400, "request", "FETCH / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"no host", 400, "host", "GET / HTTP/1.1\r\n\r\n"},
      {"a length that is none", 400, "content_length",
       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n"},
      {"two lengths", 400, "content_length",
       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n"},
      {"length and chunks", 400, "transfer_encoding",
       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {"lines without carriage return", 400, "line_end", "GET / HTTP/1.1\nHost: x\n\n"},
      {"a header name with a space", 400, "header", "GET / HTTP/1.1\r\nHost: x\r\nA b: 1\r\n\r\n"},
      // Who sent it.
      {"no query at all", 401, "signature", get_text("/proxy/card.json")},
      {"no signature", 401, "signature", get_text(without(good, signature))},
      {"an empty signature", 401, "signature", get_text(with(good, signature, "&signature="))},
      {"a signature by another secret", 401, "signature",
       get_text(card({.customer = kMember, .secret = "another"}))},
      {"the signature twice", 401, "signature", get_text(good + signature)},
      {"the shop twice", 401, "signature",
       get_text(card({.customer = kMember, .asked = {{"shop", kShop}}}))},
      {"the customer twice, rightly signed", 401, "signature",
       get_text(card({.customer = kMember, .asked = {{"logged_in_customer_id", other}}}))},
      {"the customer exchanged", 401, "signature", get_text(with(good, "id=" + id, "id=" + other))},
      {"a parameter added", 401, "signature", get_text(good + "&x=1")},
      {"a customer that runs into the next name", 401, "signature",
       get_text(card({.customer_text = id + "x=1"}))},
      {"a shop that runs into the next name", 401, "signature",
       get_text(card({.customer = kMember, .shop = std::string(kShop) + "x=1"}))},
      {"a customer with a sign", 401, "signature", get_text(card({.customer_text = "+" + id}))},
      {"a customer with a leading zero", 401, "signature",
       get_text(card({.customer_text = "0" + id}))},
      {"a timestamp that is no number", 401, "signature",
       get_text(card({.customer = kMember, .timestamp = "now"}))},
      {"a timestamp 91 seconds old", 401, "signature",
       get_text(card({.customer = kMember, .timestamp = std::to_string(clock.now() - 91)}))},
      {"a timestamp 91 seconds ahead", 401, "signature",
       get_text(card({.customer = kMember, .timestamp = std::to_string(clock.now() + 91)}))},
      {"a wrong escape", 401, "signature", get_text(good + "&x=%zz")},
      {"too many parameters", 401, "signature", get_text(good + many_parameters)},
      {"a prefix that is no path", 401, "signature",
       get_text(card({.customer = kMember, .path_prefix = "/a\"><script>"}))},
      {"an unknown shop, rightly signed", 401, "unknown_shop",
       get_text(card({.customer = kMember, .shop = "unknown.myshopify.com"}))},
      {"an unknown shop asks for nothing there is", 401, "unknown_shop",
       get_text(signed_path("/nothing", {.shop = "unknown.myshopify.com"}))},
      // Whose it is.
      {"not signed in", 401, "signed_out", get_text(card({}))},
      {"not signed in: pins", 401, "signed_out", get_text(signed_path("/pins.json", {}))},
      {"not signed in, and the wrong method", 401, "signed_out",
       get_text(signed_path("/join", {}))},
      {"another customer", 403, "other_customer",
       get_text(card({.customer = kMember, .asked = {{"customer", other}}}))},
      {"a customer that is no number", 403, "other_customer",
       get_text(card({.customer = kMember, .asked = {{"customer", "x"}}}))},
      {"a customer named twice", 403, "other_customer",
       get_text(card({.customer = kMember, .asked = {{"customer", id}, {"customer", id}}}))},
      {"another customer, and the wrong method", 403, "other_customer",
       post_text(card({.customer = kMember, .asked = {{"customer", other}}}), "{}")},
      // What is asked.
      {"an unknown page", 404, "not_found", get_text(signed_path("/nothing", member))},
      {"a path upwards", 404, "not_found",
       get_text(signed_path("/assets/../../../etc/passwd", member))},
      {"an escaped path", 404, "not_found", get_text(signed_path("/card%2ejson", member))},
      {"a page outside", 404, "not_found", get_text("/")},
      {"a method that is not offered", 405, "method", post_text(good, "{}")},
      {"reading a change", 405, "method", get_text(join)},
      {"a change without a content type", 415, "content_type", post_text(join, "{}", "")},
      {"a change as a form", 415, "content_type",
       post_text(join, "nonce=1", "Content-Type: application/x-www-form-urlencoded\r\n")},
      {"a change that begins like JSON's type", 415, "content_type",
       post_text(join, "{}", "Content-Type: application/jsonp\r\n")},
      {"a compressed change", 415, "content_type",
       post_text(join, "{}", json + "Content-Encoding: gzip\r\n")},
      {"half a body of JSON", 400, "json", post_text(join, R"({"nonce":)")},
      {"an array", 400, "json", post_text(join, "[]")},
      {"an unknown field", 400, "unknown_field", post_text(join, R"({"nonce":"x","admin":true})")},
      {"a field too few", 400, "missing_field",
       post_text(signed_path("/pins", member), R"({"nonce":"x","code":"1"})")},
      {"no nonce", 400, "nonce", post_text(join, "{}")},
      {"a made-up nonce", 400, "nonce",
       post_text(join, R"({"nonce":"0123456789abcdef0123456789abcdef"})")},
      {"a nonce that is no text", 400, "nonce", post_text(join, R"({"nonce":1})")},
      {"somebody else's nonce", 400, "nonce",
       post_text(join, R"({"nonce":")" + nonce(kStranger) + "\"}")},
      {"a shop that is no text", 400, "wrong_type",
       post_text(signed_path("/favourite", member),
                 R"({"nonce":")" + nonce(kMember) + R"(","shop":[1]})")},
      {"a shop there is none", 404, "not_found",
       post_text(signed_path("/favourite", member),
                 R"({"nonce":")" + nonce(kMember) + R"(","shop":"99"})")},
      {"pinned that is no flag", 400, "wrong_type",
       post_text(signed_path("/pins", member),
                 R"({"nonce":")" + nonce(kMember) + R"(","code":"1","pinned":"yes"})")},
      {"fields that are no object", 400, "wrong_type",
       post_text(signed_path("/fields", member),
                 R"({"nonce":")" + nonce(kMember) + R"(","fields":["sex"]})")},
      {"a field that is no text", 400, "wrong_type",
       post_text(signed_path("/fields", member),
                 R"({"nonce":")" + nonce(kMember) + R"(","fields":{"sex":1}})")},
      {"fields that nobody asked for", 409, "conflict",
       post_text(signed_path("/fields", member),
                 R"({"nonce":")" + nonce(kMember) + R"(","fields":{"sex":"1"}})")},
      {"stock of nothing", 400, "invalid", get_text(signed_path("/stock.json", {}))},
      {"stock of too many", 400, "invalid",
       get_text(signed_path("/stock.json", {.asked = too_many}))},
      // Webhooks.
      {"Shopify: no signature", 401, "signature",
       post_text("/webhooks/shopify", object, shop_headers())},
      {"Shopify: another secret", 401, "signature",
       post_text("/webhooks/shopify", object, shop_headers() + hmac_header(object, "another"))},
      {"Shopify: another body", 401, "signature",
       post_text("/webhooks/shopify", object, shop_headers() + hmac_header("{}"))},
      {"Shopify: the signature twice", 401, "signature",
       post_text("/webhooks/shopify", object,
                 shop_headers() + hmac_header(object) + hmac_header(object))},
      {"Shopify: an unknown shop", 401, "unknown_shop",
       post_text("/webhooks/shopify", object,
                 shop_headers("unknown.myshopify.com") + hmac_header(object))},
      {"Shopify: a shop that is no domain", 401, "unknown_shop",
       post_text("/webhooks/shopify", object, shop_headers("127.0.0.1") + hmac_header(object))},
      {"Shopify: another content type", 415, "content_type",
       post_text("/webhooks/shopify", object,
                 shop_headers(kShop, "text/plain") + hmac_header(object))},
      {"Shopify: half a body", 400, "json",
       post_text("/webhooks/shopify", "{", shop_headers() + hmac_header("{"))},
      {"Shopify: a topic nobody subscribed to", 400, "topic",
       post_text("/webhooks/shopify", object,
                 with(shop_headers(), "customers/update", "orders/create") + hmac_header(object))},
      {"Shopify: read", 405, "method", get_text("/webhooks/shopify")},
      {"Smaregi: no secret", 401, "secret",
       post_text("/webhooks/smaregi", event, json + "Smaregi-Contract-Id: sb_one\r\n")},
      {"Smaregi: a wrong secret", 401, "secret",
       post_text("/webhooks/smaregi", event, smaregi_headers(kContract, "another"))},
      {"Smaregi: an unknown contract", 401, "unknown_contract",
       post_text("/webhooks/smaregi", stranger_event, smaregi_headers("sb_two"))},
      {"Smaregi: header and body disagree", 401, "contract",
       post_text("/webhooks/smaregi", stranger_event, smaregi_headers())},
      {"Smaregi: half a body", 400, "json",
       post_text("/webhooks/smaregi", R"({"contractId":)", smaregi_headers())},
      {"Smaregi: no event", 400, "json",
       post_text("/webhooks/smaregi", R"({"contractId":"sb_one"})", smaregi_headers())},
      {"Smaregi: brackets without end", 400, "json",
       post_text("/webhooks/smaregi", std::string(100'000, '['), smaregi_headers())},
      // The merchant page.
      {"merchant: no session token", 401, "session", get_text("/admin/api/status")},
      {"merchant: a token of nothing", 401, "session",
       get_text("/admin/api/status", "Authorization: Bearer a.b.c\r\n")},
      {"merchant: an unsigned token", 401, "session",
       get_text("/admin/api/status", "Authorization: Bearer " + unsigned_token + "\r\n")},
      {"merchant: an unknown question", 404, "not_found", get_text("/admin/api/members", token)},
      {"merchant: the wrong method", 405, "method", post_text("/admin/api/settings", "{}", token)},
      {"merchant: settings as a form", 415, "content_type",
       post_text("/admin/api/settings", "a=1", token + "Content-Type: text/plain\r\n", "PUT")},
      {"merchant: settings that are none", 400, "invalid",
       post_text("/admin/api/settings", "[]", token + json, "PUT")},
      {"merchant: a setting out of range", 400, "invalid",
       post_text("/admin/api/settings", R"({"few_below":-1})", token + json, "PUT")},
      {"merchant: no shop in the address", 400, "shop", get_text("/admin")},
      {"merchant: a shop elsewhere", 400, "shop", get_text("/admin?shop=evil.example.com")},
      {"merchant: a shop that ends elsewhere", 400, "shop",
       get_text("/admin?shop=a.myshopify.com.evil.example")},
      {"Smaregi sign-in: a state nobody asked for", 400, "",
       get_text("/smaregi/callback?code=1&state=2")},
      {"Smaregi sign-in: no state", 400, "", get_text("/smaregi/callback?code=1")},
      {"Smaregi sign-in: another method", 405, "method",
       post_text("/smaregi/callback", pressed, form, "PUT")},
      {"Smaregi sign-in: pressed on another site", 403, "origin",
       post_text("/smaregi/callback", pressed, form + "Origin: https://evil.example\r\n")},
      {"Smaregi sign-in: pressed on another site, and the wrong method", 403, "origin",
       post_text("/smaregi/callback", pressed, form + "Origin: null\r\n", "DELETE")},
      {"Smaregi sign-in: an answer as JSON", 415, "content_type",
       post_text("/smaregi/callback", R"({"token":"1","decision":"join"})")},
      {"Smaregi sign-in: an answer over the limit", 413, "too_large",
       "POST /smaregi/callback HTTP/1.1\r\nHost: x\r\nContent-Length: 16385\r\n\r\n"},
      {"Smaregi sign-in: no token", 400, "", post_text("/smaregi/callback", "decision=join", form)},
      {"Smaregi sign-in: a made-up token", 400, "", post_text("/smaregi/callback", pressed, form)},
  };
}

void Refusals::check(const Row& row) {
  SCOPED_TRACE(row.what);
  const Answer answer = exchange(row.request);
  EXPECT_EQ(answer.status, row.status) << answer.raw.substr(0, 600);
  EXPECT_EQ(answer.header("Connection"), "close");
  if (*row.code != '\0') {
    EXPECT_NE(
        answer.body.find(std::string(R"({"error":{"code":")") + row.code + R"(","message":")"),
        std::string::npos)
        << answer.body.substr(0, 600);
  }
}

TEST_F(Refusals, AnswerTheirReasonAndLeaveNoTrace) {
  const std::vector<Row> table = rows();
  ASSERT_GE(table.size(), 40U);
  storage.writes = 0;
  const int asked = pos.calls();
  for (const Row& row : table) check(row);
  EXPECT_EQ(storage.writes, 0);
  EXPECT_EQ(pos.calls(), asked);
  EXPECT_EQ(shop.installs, 0);
  EXPECT_EQ(wakes, 0);
}

TEST_F(Refusals, ATimestampAtTheToleranceIsAccepted) {
  for (const int64_t off : {-90, 90}) {
    const auto at = std::to_string(clock.now() + off);
    EXPECT_EQ(get(card({.customer = kMember, .timestamp = at})).status, 200) << off;
  }
}

TEST_F(Refusals, AReplayedRequestAnswersTheSameIdentityOnly) {
  const std::string target = card({.customer = kMember});
  for (int i = 0; i < 3; ++i) {
    const Answer answer = get(target);
    EXPECT_EQ(answer.status, 200);
    EXPECT_NE(answer.body.find(R"("customer":"7001")"), std::string::npos);
    EXPECT_NE(answer.header("Cache-Control").find("no-store"), std::string::npos);
  }
  clock.advance(91);
  EXPECT_EQ(get(target).status, 401);
}

}  // namespace
}  // namespace tsunagi::http
