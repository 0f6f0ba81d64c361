// Who may call: token endpoint, scopes, contracts, plans, the rate limit, and the sign-in of a
// user.

#include "tests/sandbox/smaregi/tests/platform.h"

namespace tsunagi::smaregi_sandbox {
namespace {

constexpr const char* kBasic = "Basic dHN1bmFnaTpzM2NyZXQ=";  // tsunagi:s3cret

Request token_request(const std::string& body) {
  return {.method = "POST",
          .path = "/app/sb_test/token",
          .authorization = kBasic,
          .content_type = "application/x-www-form-urlencoded",
          .body = body};
}
const std::string kGood =
    "grant_type=client_credentials&scope=pos.customers%3Aread+pos.stock%3Aread";

TEST(Access, TokenIsAnIntegerHourAndLooksLikeAJwt) {
  Platform platform;
  const Json body = parse(platform.raw(token_request(kGood)));
  EXPECT_EQ(body.at("scope"), "pos.customers:read pos.stock:read");
  EXPECT_EQ(body.at("token_type"), "Bearer");
  EXPECT_TRUE(body.at("expires_in").is_number_integer());
  EXPECT_EQ(body.at("expires_in"), 3600);
  EXPECT_EQ(split_words(body.at("access_token").get<std::string>(), '.').size(), 3U);
}

TEST(Access, TokenRefusals) {
  struct Row {
    const char* why;
    Request request;
    int status;
    const char* error;
  };
  const auto with = [](auto change) {
    Request request = token_request(kGood);
    change(request);
    return request;
  };
  const std::vector<Row> rows = {
      {"no credentials", with([](Request& r) { r.authorization = ""; }), 401, "invalid_client"},
      {"wrong secret", with([](Request& r) { r.authorization = "Basic dHN1bmFnaTp3cm9uZw=="; }),
       401, "invalid_client"},
      {"not base64", with([](Request& r) { r.authorization = "Basic ???"; }), 401,
       "invalid_client"},
      {"unknown contract", with([](Request& r) { r.path = "/app/sb_none/token"; }), 400,
       "invalid_request"},
      {"JSON body", with([](Request& r) { r.content_type = "application/json"; }), 400,
       "invalid_request"},
      {"doubled parameter", with([](Request& r) { r.body += "&scope=openid"; }), 400,
       "invalid_request"},
      {"other grant", with([](Request& r) { r.body = "grant_type=password&scope=openid"; }), 400,
       "unsupported_grant_type"},
      {"no scope", with([](Request& r) { r.body = "grant_type=client_credentials"; }), 400,
       "invalid_scope"},
      {"unknown scope", with([](Request& r) { r.body += "+pos.points%3Aread"; }), 400,
       "invalid_scope"},
  };
  for (const Row& row : rows) {
    Platform platform;
    const Reply reply = platform.raw(row.request);
    EXPECT_EQ(reply.status, row.status) << row.why;
    EXPECT_EQ(parse(reply).value("error", ""), row.error) << row.why;
  }
  Platform platform;
  platform.set_switch("unknown_scope", "dropped");
  EXPECT_EQ(parse(platform.raw(token_request(kGood + "+pos.points%3Aread"))).at("scope"),
            "pos.customers:read pos.stock:read");
  platform.set_switch("oauth_error_body", "problem");
  EXPECT_EQ(parse(platform.raw(token_request("grant_type=password"))).at("title"), "Bad Request");
}

TEST(Access, BearerRefusals) {
  Platform platform;
  const std::string token = platform.token("pos.customers:read");
  platform.control("PUT", "/_sandbox/contracts/sb_other", Json::object());
  const auto status = [&](const std::string& authorization, const std::string& path) {
    return platform.raw({.method = "GET", .path = path, .authorization = authorization}).status;
  };
  EXPECT_EQ(status("Bearer " + token, "/sb_test/pos/customers"), 200);
  EXPECT_EQ(status("Bearer  " + token, "/sb_test/pos/customers"), 200) << "two blanks are accepted";
  EXPECT_EQ(status("", "/sb_test/pos/customers"), 401);
  EXPECT_EQ(status("Bearer x", "/sb_test/pos/customers"), 401);
  EXPECT_EQ(status("bearer " + token, "/sb_test/pos/customers"), 401);
  EXPECT_EQ(status("Bearer " + token, "/sb_other/pos/customers"), 403)
      << "the token of another contract";
  EXPECT_EQ(status("Bearer " + token, "/sb_none/pos/customers"), 403);
  EXPECT_EQ(status("Bearer " + token, "/sb_test/pos/stock"), 403) << "scope";
  EXPECT_EQ(platform.call_as(token, "POST", "/customers", {{"customerCode", "A"}}).status, 403)
      << "read only";
  platform.clock.advance_ms(3'599'999);
  EXPECT_EQ(status("Bearer " + token, "/sb_test/pos/customers"), 200);
  platform.clock.advance_ms(1);
  EXPECT_EQ(status("Bearer " + token, "/sb_test/pos/customers"), 401) << "it ran out";
}

TEST(Access, StockHistoryHasItsOwnScope) {
  Platform platform;
  platform.add_store();
  platform.add_product("P", 1);
  EXPECT_EQ(platform.call_as(platform.token("pos.stock:read"), "GET", "/stock/changes/1/1").status,
            403);
  EXPECT_EQ(platform.call_as(platform.token("pos.stock-changes:read"), "GET", "/stock/changes/1/1")
                .status,
            200);
}

TEST(Access, AppHasOnlyItsScopes) {
  Platform platform;
  platform.control("PUT", "/_sandbox/apps",
                   {{"client_id", "tsunagi"}, {"scopes", {"pos.stock:read"}}});
  EXPECT_EQ(platform.raw(token_request(kGood)).status, 400);
}

TEST(Access, MembersNeedALargePlan) {
  Platform platform;
  platform.control("PUT", "/_sandbox/contracts/sb_test", {{"plan", "premium"}});
  EXPECT_EQ(platform.call("GET", "/customers").status, 403);
  EXPECT_EQ(platform.call("GET", "/customers/point").status, 403);
  EXPECT_EQ(platform.call("GET", "/stores").status, 200);
  platform.control("PUT", "/_sandbox/contracts/sb_test", {{"plan", "premium_plus"}});
  EXPECT_EQ(platform.call("GET", "/customers").status, 200);
}

TEST(Access, RateLimitPerSecondReadsAndWritesApart) {
  Platform platform;
  (void)platform.get("/stores");  // has a token from here on
  platform.control("PUT", "/_sandbox/contracts/sb_test",
                   {{"rate_limit", {{"reads_per_second", 10}, {"writes_per_second", 4}}}});
  platform.clock.advance_ms(1000);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(platform.call("GET", "/customers").status, 200) << i;
  const Reply refused = platform.call("GET", "/customers");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(header(refused, "Retry-After"), "1");
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(platform.call("POST", "/stores", {{"storeName", "店"}}).status, 200) << i;
  }
  EXPECT_EQ(platform.call("POST", "/stores", {{"storeName", "店"}}).status, 429);
  EXPECT_EQ(platform.raw(token_request(kGood)).status, 429) << "token calls are counted";
  platform.set_switch("token_calls_counted", "no");
  platform.set_switch("retry_after", "absent");
  EXPECT_EQ(platform.raw(token_request(kGood)).status, 200);
  EXPECT_EQ(header(platform.call("GET", "/customers"), "Retry-After"), "");
  platform.clock.advance_ms(999);
  EXPECT_EQ(platform.call("GET", "/customers").status, 429);
  platform.clock.advance_ms(1);
  EXPECT_EQ(platform.call("GET", "/customers").status, 200);
}

// The verifier and challenge of RFC 7636, appendix B.
constexpr const char* kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr const char* kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

class SignIn : public ::testing::Test {
 protected:
  Platform platform;
  std::map<std::string, std::string> ask = {{"response_type", "code"},
                                            {"client_id", "tsunagi"},
                                            {"scope", "openid email"},
                                            {"state", "st ate"},
                                            {"redirect_uri", "http://127.0.0.1/callback"},
                                            {"code_challenge", kChallenge},
                                            {"code_challenge_method", "S256"}};

  Reply show() {
    return platform.raw({.method = "GET", .path = "/authorize", .query = {ask.begin(), ask.end()}});
  }
  Reply press(const std::string& decision) {
    std::string body = "contract=sb_test&decision=" + decision;
    for (const auto& [name, value] : ask) body += "&" + name + "=" + percent_encode(value);
    return platform.raw({.method = "POST",
                         .path = "/authorize",
                         .content_type = "application/x-www-form-urlencoded",
                         .body = body});
  }
  std::string sign_in() {
    const std::string location = header(press("allow"), "Location");
    const size_t from = location.find("code=") + 5;
    return location.substr(from, location.find('&') - from);
  }
  Reply exchange(const std::string& code, const std::string& verifier = kVerifier,
                 const std::string& redirect = "http://127.0.0.1/callback") {
    return platform.raw({.method = "POST",
                         .path = "/authorize/token",
                         .authorization = kBasic,
                         .content_type = "application/x-www-form-urlencoded",
                         .body = "grant_type=authorization_code&code=" + code + "&code_verifier=" +
                                 verifier + "&redirect_uri=" + percent_encode(redirect)});
  }
};

TEST_F(SignIn, TellsWhoseContractItIs) {
  const Reply page = show();
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("試験商店"), std::string::npos);
  const Reply redirect = press("allow");
  EXPECT_EQ(redirect.status, 302);
  EXPECT_TRUE(header(redirect, "Location").starts_with("http://127.0.0.1/callback?code="));
  EXPECT_TRUE(header(redirect, "Location").ends_with("&state=st%20ate"));
  const Json token = parse(exchange(sign_in()));
  Request userinfo{.method = "GET",
                   .path = "/userinfo",
                   .authorization = "Bearer " + token.at("access_token").get<std::string>()};
  for (const char* method : {"GET", "POST"}) {
    userinfo.method = method;
    const Json user = parse(platform.raw(userinfo));
    EXPECT_EQ(user.at("contract").at("id"), "sb_test");
    EXPECT_EQ(user.at("email"), "head-office@sb_test.example");
    EXPECT_FALSE(user.contains("name")) << "no profile scope";
  }
}

TEST_F(SignIn, CodeIsGoodOnceForItsOwnRequest) {
  const std::string code = sign_in();
  EXPECT_EQ(exchange(code).status, 200);
  EXPECT_EQ(exchange(code).status, 400) << "used";
  EXPECT_EQ(exchange(sign_in(), "another").status, 400) << "verifier";
  EXPECT_EQ(exchange(sign_in(), kVerifier, "http://127.0.0.1/other").status, 400) << "redirect";
  EXPECT_EQ(exchange("guess").status, 400);
  const std::string late = sign_in();
  platform.clock.advance_ms(kCodeSeconds * 1000);
  EXPECT_EQ(exchange(late).status, 400) << "too late";
}

TEST_F(SignIn, UntrustedAddressGetsNoRedirect) {
  ask["redirect_uri"] = "http://127.0.0.1/callback/extra";
  EXPECT_EQ(show().status, 400);
  EXPECT_EQ(press("allow").status, 400);
  ask["redirect_uri"] = "http://127.0.0.1/callback";
  ask["client_id"] = "<script>";
  EXPECT_EQ(show().status, 400);
}

TEST_F(SignIn, ErrorsGoBackToTheApp) {
  struct Row {
    const char* name;
    const char* value;
    const char* error;
  };
  for (const Row& row :
       {Row{"response_type", "token", "unsupported_response_type"},
        Row{"code_challenge_method", "plain", "invalid_request"},
        Row{"code_challenge", "short", "invalid_request"}, Row{"state", "", "invalid_request"},
        Row{"scope", "pos.points:read", "invalid_scope"}}) {
    const std::string before = ask[row.name];
    ask[row.name] = row.value;
    const Reply reply = show();
    EXPECT_EQ(reply.status, 302) << row.name;
    EXPECT_NE(header(reply, "Location").find(std::string("error=") + row.error), std::string::npos)
        << row.name;
    ask[row.name] = before;
  }
  EXPECT_NE(header(press("deny"), "Location").find("error=access_denied"), std::string::npos);
}

TEST_F(SignIn, WordsOnThePageAreEscaped) {
  ask["state"] = "\"><script>alert(1)</script>";
  const Reply page = show();
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body.find("<script"), std::string::npos);
}

TEST_F(SignIn, RefreshNeedsOfflineAccessAndRotates) {
  EXPECT_FALSE(parse(exchange(sign_in())).contains("refresh_token"));
  ask["scope"] = "openid offline_access";
  const std::string refresh = parse(exchange(sign_in())).at("refresh_token");
  Request request{.method = "POST",
                  .path = "/authorize/token",
                  .authorization = kBasic,
                  .content_type = "application/x-www-form-urlencoded",
                  .body = "grant_type=refresh_token&refresh_token=" + refresh};
  Request doubtful = request;
  doubtful.path = "/authorize/token/refresh";
  EXPECT_EQ(platform.raw(doubtful).status, 404);
  EXPECT_EQ(platform.raw(request).status, 200);
  EXPECT_EQ(platform.raw(request).status, 400) << "used";
}

TEST_F(SignIn, AppTokenIsNoUser) {
  const std::string token = platform.token("openid");
  EXPECT_EQ(platform.raw({.method = "GET", .path = "/userinfo", .authorization = "Bearer " + token})
                .status,
            403);
}

}  // namespace
}  // namespace tsunagi::smaregi_sandbox
