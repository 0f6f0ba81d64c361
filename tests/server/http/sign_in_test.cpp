// A sign-in at Smaregi: it joins what its page named, when the page's own button is pressed, once.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/base/crypto.h"
#include "tests/server/http/world.h"

namespace tsunagi::http {
namespace {

using Json = nlohmann::json;

constexpr const char* kNewContract = "sb_new";

class SignIn : public HttpTest {
 protected:
  SignIn() { pos.contract = std::string(kNewContract); }

  // What the merchant's page asks for: the state that the address to Smaregi carries.
  std::string begin() {
    const Json answer = Json::parse(merchant("POST", "smaregi/sign-in", "{}").body, nullptr, false);
    const std::string url = answer.value("url", "");
    const size_t at = url.find("state=") + 6;
    return url.substr(at, url.find('&') - at);
  }
  Answer come_back(const std::string& state, const std::string& code = "abc",
                   const std::string& headers = "") {
    return get("/smaregi/callback?code=" + code + "&state=" + state, headers);
  }
  static std::string token_in(const Answer& page) {
    constexpr std::string_view kBefore = R"(name="token" value=")";
    const size_t at = page.body.find(kBefore);
    if (at == std::string::npos) return {};
    const size_t from = at + kBefore.size();
    return page.body.substr(from, page.body.find('"', from) - from);
  }
  std::string asked() { return token_in(come_back(begin())); }
  Answer press(const std::string& decision, const std::string& token,
               const std::string& headers = "Origin: https://tsunagi.example\r\n") {
    return send("POST", "/smaregi/callback", "token=" + token + "&decision=" + decision,
                headers + "Content-Type: application/x-www-form-urlencoded\r\n");
  }
  static void expect_outcome(const Answer& answer, int status, const std::string& outcome) {
    EXPECT_EQ(answer.status, status) << answer.raw;
    EXPECT_NE(answer.body.find("data-outcome=\"" + outcome + "\""), std::string::npos)
        << answer.body;
  }
  std::string contract_of_shop() { return (*storage.tenant(kShopId))->contract_id; }
};

TEST_F(SignIn, ComingBackJoinsNothingAndAsks) {
  const std::string state = begin();
  EXPECT_EQ(state.size(), 32U);
  const Answer page = come_back(state);
  EXPECT_EQ(page.status, 200) << page.raw;
  EXPECT_EQ(base64url(sha256(pos.verifier)), pos.challenge);
  for (const char* named : {"一号店", kShop, kNewContract}) {
    EXPECT_NE(page.body.find(named), std::string::npos) << named;
  }
  EXPECT_EQ(token_in(page).size(), 64U);
  EXPECT_EQ(contract_of_shop(), kContract);
  EXPECT_EQ(syncs, 0);
  const std::string policy = page.header("Content-Security-Policy");
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_NE(policy.find("form-action 'self'"), std::string::npos);
  EXPECT_EQ(policy.find("script-src"), std::string::npos);
  // With no-referrer, browsers hide the origin that the answer is checked for.
  EXPECT_EQ(page.header("Referrer-Policy"), "same-origin");
  EXPECT_EQ(page.header("Cache-Control"), "no-store");
}

TEST_F(SignIn, ThePageSpeaksTheBrowsersLanguage) {
  const std::string state = begin();
  for (const auto& [header, language] :
       {std::pair("", "ja"), std::pair("Accept-Language: ja-JP,en;q=0.5\r\n", "ja"),
        std::pair("Accept-Language: en-GB,ja;q=0.5\r\n", "en")}) {
    EXPECT_NE(
        come_back(state, "abc", header).body.find("<html lang=\"" + std::string(language) + "\">"),
        std::string::npos)
        << header;
  }
}

TEST_F(SignIn, TheShopsNameIsShownAsItWasTyped) {
  Tenant tenant = **storage.tenant(kShopId);
  tenant.shop_name = "<script>\"%token%\"</script>";
  storage.put_tenant(tenant);
  const Answer page = come_back(begin());
  EXPECT_EQ(page.body.find("<script"), std::string::npos);
  EXPECT_NE(page.body.find("&lt;script&gt;&quot;%token%&quot;&lt;/script&gt;"), std::string::npos)
      << page.body;
}

TEST_F(SignIn, TheButtonJoinsOnce) {
  const std::string token = asked();
  expect_outcome(press("join", token), 200, "joined");
  EXPECT_EQ(contract_of_shop(), kNewContract);
  EXPECT_EQ(syncs, 1);
  expect_outcome(press("join", token), 400, "expired");
  EXPECT_EQ(syncs, 1);
}

TEST_F(SignIn, CancellingJoinsNothingForGood) {
  const std::string token = asked();
  expect_outcome(press("cancel", token), 200, "cancelled");
  expect_outcome(press("join", token), 400, "expired");
  EXPECT_EQ(contract_of_shop(), kContract);
}

TEST_F(SignIn, ThePageCanBeOpenedAgainUntilItIsAnswered) {
  const std::string state = begin();
  const std::string token = token_in(come_back(state));
  EXPECT_EQ(token_in(come_back(state)), token);
  expect_outcome(press("join", token), 200, "joined");
  expect_outcome(come_back(state), 400, "expired");
}

// What whoever began the sign-in and sent its address to a merchant has in hand: the state, and
// pages of his own.
TEST_F(SignIn, WhoeverBeganItCannotFinishItForSomebodyElse) {
  const std::string state = begin();
  const std::string token = token_in(come_back(state));
  expect_outcome(come_back(state, "guessed"), 400, "expired");
  expect_outcome(get("/smaregi/callback?state=" + state), 400, "expired");
  for (const std::string& other : {state, std::string("abc"), std::string(64, '0'), std::string(),
                                   sha256_hex(token), token.substr(1)}) {
    expect_outcome(press("join", other), 400, "expired");
  }
  for (const char* origin :
       {"https://evil.example", "null", "http://tsunagi.example", "https://tsunagi.example:8443",
        "https://tsunagi.example.evil.example"}) {
    const Answer answer = press("join", token, "Origin: " + std::string(origin) + "\r\n");
    EXPECT_EQ(answer.status, 403) << origin;
    EXPECT_NE(answer.body.find("\"origin\""), std::string::npos) << answer.body;
  }
  EXPECT_EQ(contract_of_shop(), kContract);
  EXPECT_EQ(syncs, 0);
  // Nothing of it has spent the merchant's own answer.
  expect_outcome(press("join", token), 200, "joined");
}

TEST_F(SignIn, ATokenAnswersForItsOwnSignInAlone) {
  const std::string first = asked();
  pos.contract = std::string("sb_second");
  const std::string second = token_in(come_back(begin(), "def"));
  EXPECT_NE(first, second);
  expect_outcome(press("join", first), 200, "joined");
  EXPECT_EQ(contract_of_shop(), kNewContract);
}

TEST_F(SignIn, APressWithoutAnOriginIsAnsweredByItsToken) {
  expect_outcome(press("join", asked(), ""), 200, "joined");
}

TEST_F(SignIn, TheAnswerMustComeWithinTenMinutes) {
  std::string token = asked();
  clock.advance(600);
  expect_outcome(press("join", token), 400, "expired");
  EXPECT_EQ(contract_of_shop(), kContract);
  token = asked();
  clock.advance(599);
  expect_outcome(press("join", token), 200, "joined");
}

TEST_F(SignIn, AnUnclearAnswerSpendsNothing) {
  const std::string token = asked();
  expect_outcome(press("perhaps", token), 400, "expired");
  expect_outcome(press("join&decision=cancel", token), 400, "expired");
  expect_outcome(press("join&token=" + token, token), 400, "expired");
  EXPECT_EQ(contract_of_shop(), kContract);
  expect_outcome(press("join", token), 200, "joined");
}

TEST_F(SignIn, AShopThatUninstalledMeanwhileIsNotJoined) {
  const std::string state = begin();
  const std::string token = token_in(come_back(state));
  ASSERT_TRUE(storage.uninstall(kShopId).ok());
  expect_outcome(come_back(state), 400, "expired");
  expect_outcome(press("join", token), 400, "expired");
  EXPECT_EQ(contract_of_shop(), kContract);
}

TEST_F(SignIn, DeclinedChangesNothing) {
  std::string state = begin();
  expect_outcome(get("/smaregi/callback?error=access_denied&state=" + state), 400, "declined");
  pos.contract = Error{ErrorCode::kUnavailable, "down"};
  state = begin();
  expect_outcome(come_back(state), 503, "later");
  expect_outcome(come_back(state), 400, "expired");
  EXPECT_EQ(contract_of_shop(), kContract);
}

TEST_F(SignIn, AContractBelongsToOneShop) {
  Tenant other;
  other.id = kShopId + 5;
  other.shop_domain = "shop-five.myshopify.com";
  other.contract_id = "sb_taken";
  other.installed = true;
  storage.put_tenant(other);
  pos.contract = std::string("sb_taken");
  expect_outcome(press("join", asked()), 409, "taken");
  EXPECT_EQ(contract_of_shop(), kContract);
}

}  // namespace
}  // namespace tsunagi::http
