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

TEST_F(Merchant, AProductIsFoundByItsCode) {
  const auto found = [&](const Json& body) {
    const Answer answer = merchant("POST", "products/find", body.dump());
    return std::to_string(answer.status) + " " + answer.body;
  };
  EXPECT_EQ(found({{"code", "4900000000017"}}),
            "200 "
            R"({"product":{"product_id":"31","code":"4900000000017","name":"今治タオル"}})");
  EXPECT_EQ(found({{"code", "4900000000018"}}).substr(0, 3), "404");
  EXPECT_EQ(found({{"code", std::string(255, '4')}}).substr(0, 3), "404");
  EXPECT_EQ(found({{"code", std::string(256, '4')}}).substr(0, 3), "404");
  for (const Json& wrong : {Json({{"code", ""}}), Json({{"code", 4900}}), Json::object(),
                            Json::array(), Json("4900000000017")}) {
    EXPECT_EQ(found(wrong).substr(0, 3), "400") << wrong;
  }
  (void)storage.FakeStorage::apply(
      kShopId, {change::PutProducts{{{"32", "voucher", "", "ギフト券", false}}}});
  EXPECT_EQ(found({{"code", "voucher"}}).substr(0, 3), "409") << "nobody counts it";
  EXPECT_EQ(merchant("GET", "products/find").status, 405);
}

TEST_F(Merchant, AProductsOwnSafetyStockIsSavedAndShownAtOnce) {
  const auto shown = [&] {
    const Answer answer =
        get(signed_path("/stock.json", {.asked = {{"barcode", "4900000000017"}}}));
    return Json::parse(answer.body)["products"][0]["shops"][0]["safety"].get<int64_t>();
  };
  EXPECT_EQ(status()["products"], Json::array());
  EXPECT_EQ(merchant("PUT", "settings", R"({"safety_stock":1})").status, 200);
  EXPECT_EQ(shown(), 1);
  const Answer saved =
      merchant("PUT", "settings",
               R"({"safety_stock":1,"product_safety":[{"product_id":"31","safety_stock":3}]})");
  ASSERT_EQ(saved.status, 200) << saved.raw;
  EXPECT_EQ(shown(), 3);
  EXPECT_EQ(status()["settings"]["product_safety"],
            Json::parse(R"([{"product_id":"31","safety_stock":3}])"));
  EXPECT_EQ(status()["products"],
            Json::parse(R"([{"product_id":"31","code":"4900000000017","name":"今治タオル"}])"));
}

TEST_F(Merchant, AProductThatTheTillsDoNotHaveGetsNoFigureButKeepsTheOneItHas) {
  const auto with = [&](const char* product) {
    return merchant("PUT", "settings",
                    std::string(R"({"product_safety":[{"product_id":")") + product +
                        R"(","safety_stock":3}]})");
  };
  const Answer unknown = with("9999");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(Json::parse(unknown.body)["error"]["field"], "product_safety");
  EXPECT_EQ(storage.writes, 0);
  EXPECT_EQ(with("31").status, 200);
  (void)storage.FakeStorage::apply(kShopId, {change::DropProducts{{"31"}}});
  EXPECT_EQ(status()["products"], Json::array());
  EXPECT_EQ(with("31").status, 200) << "saving something else must go on";
}

TEST_F(Merchant, ADataRequestIsListedAndItsFileHasAllThatIsHeld) {
  CardSnapshot figures;
  figures.customer_id = kMember;
  figures.has_points = true;
  figures.points = 2'340;
  figures.holder = "山田 花子";
  figures.as_of = clock.now();
  ASSERT_TRUE(
      storage
          .apply(kShopId,
                 {change::KeepConsentText{"v1", {.ja = "同意文", .en = "", .terms_url = ""}},
                  change::PutSnapshot{figures}, change::SetFavourite{kMember, "1"},
                  change::SetPin{kMember, "490", true},
                  change::PutFieldPrints{kMember, R"({"salt":"s3cret"})"},
                  change::Audit{"customer", "join", "customer " + std::to_string(kMember),
                                "asked; agreed to text v1"},
                  change::PutDataRequest{{.request_id = "9",
                                          .customer_id = kMember,
                                          .orders = {"5"},
                                          .requested_at = clock.now()}}})
          .ok());
  const Json listed = status()["data_requests"];
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0]["id"], "9");
  EXPECT_EQ(listed[0]["customer"], std::to_string(kMember));
  EXPECT_EQ(listed[0]["orders"], Json::array({"5"}));
  EXPECT_EQ(listed[0]["requested_at"], clock.now());

  const Answer file = merchant("GET", "data-requests/9");
  EXPECT_EQ(file.status, 200) << file.raw;
  EXPECT_EQ(file.header("Content-Disposition"),
            "attachment; filename=\"tsunagi-customer-" + std::to_string(kMember) + ".json\"");
  EXPECT_EQ(file.header("Cache-Control"), "private, no-store");
  const Json held = Json::parse(file.body);
  const auto card = *storage.card(kShopId, kMember);
  EXPECT_EQ(held["member"]["member_code"], card->link.code);
  EXPECT_EQ(held["member"]["all_codes"], Json::array({card->link.code}));
  EXPECT_EQ(held["card"]["name"], "山田 花子");
  EXPECT_EQ(held["card"]["points"], 2'340);
  EXPECT_EQ(held["favourite_shop"], "1");
  EXPECT_EQ(held["kept_products"], Json::array({"490"}));
  EXPECT_EQ(held["consents"][0]["ja"], "同意文");
  EXPECT_EQ(held["history"][0]["action"], "join");
  EXPECT_EQ(held["request"]["orders"], Json::array({"5"}));
  EXPECT_EQ(file.body.find("s3cret"), std::string::npos) << "hashes are described, not shown";
}

TEST_F(Merchant, ADataRequestOfAnotherShopOrOfNobodyIsNotFound) {
  ASSERT_TRUE(storage.install({.id = 99, .domain = "shop-other.myshopify.com", .name = "o"}).ok());
  ASSERT_TRUE(
      storage.apply(99, {change::PutDataRequest{{.request_id = "9", .customer_id = kMember}}})
          .ok());
  for (const char* path : {"data-requests/9", "data-requests/8", "data-requests/9%2F..",
                           "data-requests/", "data-requests"}) {
    EXPECT_EQ(merchant("GET", path).status, 404) << path;
  }
  EXPECT_EQ(get("/admin/api/data-requests/9").status, 401);
  EXPECT_EQ(merchant("POST", "data-requests/9", "{}").status, 405);
}

TEST_F(Merchant, WhereMailsGoIsSetAndWhetherAnyAreSentIsTold) {
  EXPECT_EQ(status()["mail"]["sends"], false);
  EXPECT_EQ(merchant("PUT", "settings", R"({"notify_mail":"shop@example.jp"})").status, 200);
  EXPECT_EQ(status()["settings"]["notify_mail"], "shop@example.jp");
  for (const char* wrong : {"shop", "a@b\r\nBcc: c@d", "a@b,c@d", "<a@b>"}) {
    const Json body = {{"notify_mail", wrong}};
    const Answer refused = merchant("PUT", "settings", body.dump());
    EXPECT_EQ(refused.status, 400) << wrong;
    EXPECT_EQ(Json::parse(refused.body)["error"]["field"], "notify_mail");
  }
}

TEST_F(Merchant, AMailThatMayHaveArrivedIsListedUntilThePersonDecides) {
  const auto undecided = [&](TenantId tenant, const std::string& code) {
    EXPECT_TRUE(storage.apply(tenant, {change::Enqueue{{OutboxKind::kTellLeaving, code}}}).ok());
    const auto leased = *storage.lease_outbox(1, clock.now(), 30);
    EXPECT_TRUE(storage.begin_outbox(leased.at(0)).ok());
    EXPECT_TRUE(storage.review_outbox(leased.at(0), kMailUnanswered).ok());
    return std::to_string(leased.at(0).id);
  };
  ASSERT_TRUE(storage.install({.id = 99, .domain = "shop-other.myshopify.com", .name = "o"}).ok());
  const std::string theirs = undecided(99, "T9");
  EXPECT_EQ(status()["in_step"], true);
  const std::string first = undecided(kShopId, "T1");
  const std::string second = undecided(kShopId, "T2");
  const Json told = status();
  EXPECT_EQ(told["problems"], Json::parse(R"([{"code":"review","count":2}])"));
  EXPECT_EQ(told["queue"]["review"], 2);
  ASSERT_EQ(told["review"].size(), 2U);
  EXPECT_EQ(told["review"][0]["id"], first);
  EXPECT_EQ(told["review"][0]["key"], "T1");

  const auto decide = [&](const std::string& id, const std::string& verdict) {
    const Json body = {{"id", id}, {"verdict", verdict}};
    return merchant("POST", "review", body.dump());
  };
  EXPECT_EQ(decide(theirs, "done").status, 200);
  EXPECT_EQ((*storage.queue_depth(99)).outbox_review, 1) << "another shop's";
  EXPECT_EQ(Json::parse(decide(first, "done").body)["review"].size(), 1U);
  const int before = wakes;
  EXPECT_EQ(Json::parse(decide(second, "again").body)["in_step"], true);
  EXPECT_GT(wakes, before);
  EXPECT_EQ(storage.outbox().size(), 2U) << "theirs, and the one to be sent again";
  EXPECT_EQ(decide(second, "again").status, 200) << "once more does nothing";
  for (const auto& [id, verdict] : {std::pair{"1", "maybe"},
                                    {"", "done"},
                                    {"-1", "done"},
                                    {"x", "again"},
                                    {"99999999999999999999", "done"}}) {
    EXPECT_EQ(decide(id, verdict).status, 400) << id << verdict;
  }
  EXPECT_EQ(merchant("POST", "review", "[]").status, 400);
  EXPECT_EQ(merchant("GET", "review").status, 405);
}

TEST_F(Merchant, RefreshReadsEverythingAnew) {
  EXPECT_EQ(merchant("POST", "refresh", "{}").status, 200);
  EXPECT_EQ(syncs, 1);
}

}  // namespace
}  // namespace tsunagi::http
