// The merchant page and its questions: installation, the connection to Smaregi, settings.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/base/crypto.h"
#include "tests/server/http/world.h"

namespace tsunagi::http {
namespace {

using Json = nlohmann::json;

class Merchant : public HttpTest {
 protected:
  Json status() {
    const Answer answer = merchant("GET", "status");
    EXPECT_EQ(answer.status, 200) << answer.raw.substr(0, 400);
    return Json::parse(answer.body, nullptr, false);
  }
  std::string begin_sign_in() {
    const Json answer = Json::parse(merchant("POST", "smaregi/sign-in", "{}").body, nullptr, false);
    const std::string url = answer.value("url", "");
    const size_t at = url.find("state=") + 6;
    return url.substr(at, url.find('&') - at);
  }
};

TEST_F(Merchant, ThePageMayBeFramedByItsShopAlone) {
  const Answer page = get("/admin?shop=shop-one.myshopify.com&embedded=1");
  EXPECT_EQ(page.status, 200);
  const std::string policy = page.header("Content-Security-Policy");
  EXPECT_NE(policy.find("frame-ancestors https://shop-one.myshopify.com https://admin.shopify.com"),
            std::string::npos);
  EXPECT_EQ(policy.substr(policy.size() - 25), "https://admin.shopify.com");
  EXPECT_NE(page.body.find("<html lang=\"ja\">"), std::string::npos);
  EXPECT_NE(get("/admin?shop=shop-one.myshopify.com&locale=en-GB").body.find("<html lang=\"en\">"),
            std::string::npos);
}

TEST_F(Merchant, ThePagesFilesAreServedByTheirHash) {
  const std::string page = get("/admin?shop=shop-one.myshopify.com").body;
  const size_t at = page.find("/admin/assets/admin-");
  ASSERT_NE(at, std::string::npos);
  const Answer file = get(page.substr(at, page.find('"', at) - at));
  EXPECT_EQ(file.status, 200);
  EXPECT_NE(file.header("Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(get("/admin/assets/../../../etc/passwd").status, 404);
}

TEST_F(Merchant, AKnownShopIsNotInstalledAgain) {
  const Json first = status();
  EXPECT_EQ(first["shop"]["domain"], kShop);
  EXPECT_EQ(first["smaregi"]["joined"], true);
  EXPECT_EQ(first["smaregi"]["stores"][0]["name"], "渋谷店");
  EXPECT_EQ(first["in_step"], true) << first.dump();
  EXPECT_EQ(shop.installs, 0);
  EXPECT_EQ(shop.prepared(), 1);
  (void)status();
  EXPECT_EQ(shop.prepared(), 1);
}

TEST_F(Merchant, TheFirstCallOfANewShopInstallsIt) {
  const std::string token = session_token("shop-new.myshopify.com");
  const Answer answer = get("/admin/api/status", "Authorization: Bearer " + token + "\r\n");
  EXPECT_EQ(answer.status, 200) << answer.raw;
  EXPECT_EQ(shop.installs, 1);
  const Json seen = Json::parse(answer.body);
  EXPECT_EQ(seen["smaregi"]["joined"], false);
  EXPECT_EQ(seen["problems"][0]["code"], "not_joined");
  EXPECT_EQ(get("/admin/api/status", "Authorization: Bearer " + token + "\r\n").status, 200);
  EXPECT_EQ(shop.installs, 1);
}

TEST_F(Merchant, AShopThatComesBackIsInstalledAgain) {
  ASSERT_TRUE(storage.uninstall(kShopId).ok());
  tenants->forget();
  EXPECT_EQ(merchant("GET", "status").status, 200);
  EXPECT_EQ(shop.installs, 1);
}

TEST_F(Merchant, ShopifyBeingDownIsToldAndTriedAgain) {
  shop.failures.down = true;
  EXPECT_EQ(status()["problems"][0]["code"], "shopify_unreachable");
  shop.failures.down = false;
  EXPECT_EQ(status()["in_step"], true);
}

TEST_F(Merchant, SmaregiGoingSilentIsTold) {
  clock.advance(16 * 60);
  const Json seen = status();
  EXPECT_EQ(seen["in_step"], false);
  EXPECT_EQ(seen["problems"][0]["code"], "smaregi_silent");
}

TEST_F(Merchant, ATokenThatShopifyNoLongerTakesIsReplacedWhenTheMerchantComes) {
  EXPECT_EQ(status()["in_step"], true);
  shop.uninstalled = true;
  clock.advance(300);
  (void)status();
  EXPECT_EQ(shop.installs, 1);
}

TEST_F(Merchant, SettingsAreSavedAndSeenAtOnce) {
  const Answer answer =
      merchant("PUT", "settings", R"({"programme_name":"繋ぎ会","symbology":"qr","few_below":5})");
  EXPECT_EQ(answer.status, 200) << answer.raw;
  EXPECT_EQ(status()["settings"]["programme_name"], "繋ぎ会");
  const Json card = Json::parse(get(signed_path("/card.json", {.customer = kMember})).body);
  EXPECT_EQ(card["programme"], "繋ぎ会");
  EXPECT_EQ(card["symbology"], "qr");
}

TEST_F(Merchant, AWrongSettingNamesItsField) {
  const Answer answer =
      merchant("PUT", "settings", R"({"stores":[{"store_id":"1","safety_stock":-1}]})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(Json::parse(answer.body)["error"]["field"], "stores[0].safety_stock");
  EXPECT_EQ(storage.writes, 0);
}

TEST_F(Merchant, ASignInJoinsTheContractOnce) {
  ASSERT_TRUE(storage.uninstall(kShopId).ok());
  const std::string state = begin_sign_in();
  EXPECT_EQ(state.size(), 32U);
  const Answer done = get("/smaregi/callback?code=abc&state=" + state);
  EXPECT_EQ(done.status, 200) << done.raw;
  EXPECT_NE(done.body.find("data-outcome=\"joined\""), std::string::npos);
  EXPECT_EQ(base64url(sha256(pos.verifier)), pos.challenge);
  EXPECT_EQ(syncs, 1);
  EXPECT_EQ(get("/smaregi/callback?code=abc&state=" + state).status, 400);
}

TEST_F(Merchant, ASignInThatIsDeclinedChangesNothing) {
  std::string state = begin_sign_in();
  EXPECT_NE(get("/smaregi/callback?error=access_denied&state=" + state).body.find("\"declined\""),
            std::string::npos);
  pos.contract = Error{ErrorCode::kUnavailable, "down"};
  state = begin_sign_in();
  EXPECT_EQ(get("/smaregi/callback?code=abc&state=" + state).status, 503);
  EXPECT_EQ(syncs, 0);
}

TEST_F(Merchant, AContractBelongsToOneShop) {
  Tenant other;
  other.id = kShopId + 5;
  other.shop_domain = "shop-five.myshopify.com";
  other.contract_id = "sb_taken";
  other.installed = true;
  storage.put_tenant(other);
  pos.contract = std::string("sb_taken");
  const std::string state = begin_sign_in();
  const Answer answer = get("/smaregi/callback?code=abc&state=" + state);
  EXPECT_EQ(answer.status, 409) << answer.raw;
  EXPECT_NE(answer.body.find("\"taken\""), std::string::npos);
}

TEST_F(Merchant, RefreshReadsEverythingAnew) {
  EXPECT_EQ(merchant("POST", "refresh", "{}").status, 200);
  EXPECT_EQ(syncs, 1);
}

}  // namespace
}  // namespace tsunagi::http
