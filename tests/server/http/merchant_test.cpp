// The merchant page and its questions: installation, settings, what is in step.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

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

TEST_F(Merchant, EveryTextThatWasShownIsKept) {
  const auto texts = [&] {
    std::vector<change::Audit> kept;
    for (const change::Audit& audit : storage.audits()) {
      if (audit.action == "consent") kept.push_back(audit);
    }
    return kept;
  };
  EXPECT_EQ(merchant("PUT", "settings", R"({"few_below":5})").status, 200);
  EXPECT_TRUE(texts().empty());
  for (int times = 0; times < 2; ++times) {
    EXPECT_EQ(merchant("PUT", "settings", R"({"consent":{"ja":"一つ目"}})").status, 200);
  }
  EXPECT_EQ(merchant("PUT", "settings", R"({"consent":{"ja":"二つ目"}})").status, 200);
  const auto kept = texts();
  ASSERT_EQ(kept.size(), 2U);
  for (const change::Audit& audit : kept) EXPECT_EQ(audit.reason, "saved") << "not the text";
  const auto first = storage.consent_text(kShopId, kept[0].subject.substr(sizeof "text"));
  ASSERT_TRUE(first.ok() && first->has_value());
  EXPECT_EQ((*first)->ja, "一つ目");
  const Json card = Json::parse(get(signed_path("/card.json", {.customer = kStranger})).body);
  EXPECT_EQ(kept[1].subject, "text " + card["consent"]["version"].get<std::string>());
}

TEST_F(Merchant, AWrongSettingNamesItsField) {
  const Answer answer =
      merchant("PUT", "settings", R"({"stores":[{"store_id":"1","safety_stock":-1}]})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(Json::parse(answer.body)["error"]["field"], "stores[0].safety_stock");
  EXPECT_EQ(storage.writes, 0);
}

TEST_F(Merchant, RefreshReadsEverythingAnew) {
  EXPECT_EQ(merchant("POST", "refresh", "{}").status, 200);
  EXPECT_EQ(syncs, 1);
}

}  // namespace
}  // namespace tsunagi::http
