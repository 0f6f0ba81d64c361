// The merchant page's health check, pilot and support bundle, over a real socket.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/server/http/world.h"

namespace tsunagi::http {
namespace {

using Json = nlohmann::json;

class Health : public HttpTest {
 protected:
  Json asked(const std::string& method, const std::string& what, const std::string& body = "") {
    const Answer answer = merchant(method, what, body);
    EXPECT_EQ(answer.status, 200) << what << answer.raw.substr(0, 400);
    return Json::parse(answer.body, nullptr, false);
  }
  static Json check(const Json& report, const std::string& name) {
    for (const Json& found : report["checks"]) {
      if (found["name"] == name) return found;
    }
    return Json::object();
  }
  int card_status(int64_t customer) {
    return get(signed_path("/card.json", {.customer = customer})).status;
  }
};

TEST_F(Health, IsTold) {
  const Json report = asked("GET", "health");
  EXPECT_EQ(check(report, "shop")["state"], "ok") << report.dump();
  EXPECT_EQ(check(report, "pos")["state"], "ok");
  EXPECT_EQ(check(report, "till")["cause"], "unconfirmed");
  EXPECT_EQ(report["figures"]["linked"], 1);
  EXPECT_EQ(report["figures"]["products"], 1);
  EXPECT_EQ(report["asking"], false);
  EXPECT_EQ(report["as_of"], clock.now());
}

TEST_F(Health, AskingAgainExchangesTheToken) {
  (void)asked("GET", "health");
  shop.set_access(Access{.missing = {"write_customers"}, .ahead = {}});
  clock.advance(60);
  const Json report = asked("POST", "health/again", "{}");
  EXPECT_EQ(check(report, "shop_scopes")["values"]["scopes"], "write_customers");
  EXPECT_EQ(shop.installs, 1) << "a token has the scopes it was issued with";
}

TEST_F(Health, ARequiredColumnThatNothingFillsIsNamedBeforeAnybodyWaits) {
  pos.set_required({.fields = {}, .others = {"faxNumber"}});
  const Json report = asked("GET", "health");
  EXPECT_EQ(check(report, "columns")["values"]["columns"], "faxNumber");
}

TEST_F(Health, TheTillIsTickedAndStaysSoWhenTheFormIsSaved) {
  EXPECT_EQ(check(asked("PUT", "till", R"({"ready":true})"), "till")["state"], "ok");
  (void)asked("PUT", "settings", R"({"few_below":5})");
  EXPECT_EQ(asked("GET", "health")["till_ready"], true);
  EXPECT_EQ(check(asked("PUT", "till", R"({"ready":false})"), "till")["state"], "warning");
  EXPECT_EQ(merchant("PUT", "till", R"({"ready":1})").status, 400);
  EXPECT_EQ(merchant("PUT", "till", "[]").status, 400);
}

TEST_F(Health, TheSheetForTheStaffIsAPageWithoutASession) {
  const Answer page = get("/admin/till");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("サーバー内データから選択"), std::string::npos);
  EXPECT_NE(page.header("Content-Security-Policy").find("frame-ancestors 'none'"),
            std::string::npos);
  EXPECT_EQ(page.body.find('%'), std::string::npos) << "every place is filled";
}

TEST_F(Health, EachAddressTakesItsMethod) {
  EXPECT_EQ(merchant("POST", "health", "{}").status, 405);
  EXPECT_EQ(merchant("GET", "health/again").status, 405);
  EXPECT_EQ(merchant("GET", "pilot").status, 405);
  EXPECT_EQ(merchant("POST", "support-bundle", "{}").status, 405);
  EXPECT_EQ(get("/admin/api/health").status, 401);
  EXPECT_EQ(get("/admin/api/support-bundle").status, 401);
}

TEST_F(Health, APilotIsAsIfNotInstalledForWhoIsNotInIt) {
  shop.set_tag(kMember, kPilotTag, true);
  const Json report = asked("PUT", "pilot", R"({"on":true,"stores":[]})");
  EXPECT_EQ(report["pilot"]["on"], true);
  EXPECT_TRUE(shop.pilot()) << "the blocks are told";
  EXPECT_EQ(card_status(kMember), 200);
  EXPECT_EQ(card_status(kStranger), 409);
  const Answer stock = get(signed_path("/stock.json", {.asked = {{"barcode", "4900000000017"}}}));
  EXPECT_EQ(stock.status, 409);
  EXPECT_NE(stock.body.find("\"paused\""), std::string::npos) << "which hides the block";
  EXPECT_EQ(get(signed_path("/card", {.customer = kStranger})).status, 404);
  EXPECT_EQ(get(signed_path("/card", {.customer = kMember})).status, 200);
  EXPECT_EQ(get(signed_path("/sw.js", {})).status, 200);
  EXPECT_EQ(send("POST", signed_path("/join", {.customer = kStranger}), R"({"nonce":"x"})").status,
            409);

  (void)asked("PUT", "settings", R"({"few_below":5})");
  EXPECT_EQ(card_status(kStranger), 409) << "saving the form does not end it";
  (void)asked("PUT", "pilot", R"({"on":false})");
  EXPECT_FALSE(shop.pilot());
  EXPECT_EQ(card_status(kStranger), 200);
  EXPECT_EQ(get(signed_path("/card", {})).status, 200);
}

TEST_F(Health, APilotThatShopifyIsNotToldOfDoesNotBegin) {
  EXPECT_EQ(merchant("GET", "status").status, 200);
  shop.failures.down = true;
  EXPECT_EQ(merchant("PUT", "pilot", R"({"on":true})").status, 503);
  shop.failures.down = false;
  EXPECT_EQ(card_status(kStranger), 200);
}

TEST_F(Health, APilotOfWhatIsNoShopIsRefused) {
  EXPECT_EQ(merchant("PUT", "pilot", R"({"on":true,"stores":["99"]})").status, 400);
  EXPECT_EQ(merchant("PUT", "pilot", R"({"stores":["1"]})").status, 400);
  EXPECT_EQ(merchant("PUT", "pilot", R"({"on":"yes"})").status, 400);
  EXPECT_EQ(merchant("PUT", "pilot", "nonsense").status, 400);
  EXPECT_EQ(asked("PUT", "pilot", R"({"on":true,"stores":["1"]})")["pilot"]["stores"][0], "1");
}

// A mark wherever somebody could have typed or a platform could have answered something.
TEST_F(Health, TheSupportBundleHasNobodysDataInIt) {
  const std::string mark = "canary-7f3a";
  Settings settings;
  settings.programme_name = mark;
  settings.notify_mail = mark + "@example.jp";
  settings.contact_url = "mailto:" + mark + "@example.jp";
  settings.consent = {mark + "ja", mark + "en", "https://" + mark + ".example/"};
  settings.stores = {{"1", mark, false, 2}};
  ASSERT_TRUE(storage.FakeStorage::save_settings(kShopId, settings, {}).ok());
  tenants->forget();
  const MemberLink link{9001, mark, mark, LinkState::kJoining, clock.now(), {"phone"}};
  ASSERT_TRUE(
      storage
          .FakeStorage::apply(
              kShopId,
              {change::PutLink{link},
               change::PutSnapshot{
                   {.customer_id = 9001, .points_expire_on = "", .rank = mark, .holder = mark}},
               change::PutGivenFields{9001, {{MemberField::kPhone, mark}}},
               change::SetPin{9001, mark, true},
               change::PutStores{{{"1", mark, mark, mark, mark, 1, false}}},
               change::PutProducts{{{"31", mark, mark, mark, true}}},
               change::Enqueue{{OutboxKind::kWriteCard, "9001"}},
               change::Audit{mark, mark, mark, mark}})
          .ok());
  (void)storage.FakeStorage::put_secrets(kShopId,
                                         {{SecretPurpose::kShopifyAccess, {mark + "token", 0}}});
  for (const char* type : {"customers/update", "Canary-7F3A canary-7f3a"}) {
    ASSERT_TRUE(storage
                    .FakeStorage::put_inbox(kShopId, {.system = System::kShopify,
                                                      .type = type,
                                                      .event_id = mark + type,
                                                      .body = "{\"x\":\"" + mark + "\"}",
                                                      .received_at = clock.now()})
                    .ok());
    ASSERT_TRUE(storage.bury_inbox(storage.inbox().rbegin()->first, mark).ok());
  }
  ASSERT_TRUE(storage.bury_outbox(storage.outbox().rbegin()->second.item, mark).ok());
  pos.set_access(Error{ErrorCode::kUnavailable, mark});
  shop.set_access(Error{ErrorCode::kUnavailable, mark});
  metrics.upstream("smaregi", "smaregi.points", "500", 0.1);
  metrics.upstream("smaregi", "smaregi.points", "200", 0.1);
  (void)asked("GET", "health");

  const Answer answer = merchant("GET", "support-bundle");
  ASSERT_EQ(answer.status, 200) << answer.raw;
  for (const std::string& secret :
       {mark, std::string("Canary"), std::string(kClientSecret), std::string(kWebhookSecret),
        std::string(32, 'k'), std::string("T0123456789012"), std::string("花子")}) {
    EXPECT_EQ(answer.raw.find(secret), std::string::npos) << secret << " is in it";
  }
  EXPECT_EQ(answer.body.find("9001"), std::string::npos) << "no customer's id";
  const Json bundle = Json::parse(answer.body);
  EXPECT_EQ(bundle["version"], "1.2.3");
  EXPECT_EQ(bundle["settings"]["programme_name"], std::to_string(mark.size()) + " bytes");
  EXPECT_EQ(bundle["settings"]["few_below"], 3);
  EXPECT_EQ(bundle["dead_letters"].size(), 3U);
  EXPECT_EQ(bundle["dead_letters"][0]["kind"], "shopify customers/update");
  EXPECT_EQ(bundle["dead_letters"][1]["kind"], "shopify other");
  EXPECT_EQ(bundle["dead_letters"][0]["cause"], "refused");
  EXPECT_EQ(bundle["queue"]["outbox_dead"], 1);
  EXPECT_EQ(bundle["figures"]["members"]["linked"], 1);
  EXPECT_GT(bundle["cursors"]["stock.confirmed"], 0);
  EXPECT_EQ(check(bundle["health"], "pos")["cause"], "unreachable");
  ASSERT_EQ(bundle["failed_calls"].size(), 1U) << bundle["failed_calls"].dump();
  EXPECT_NE(bundle["failed_calls"][0].get<std::string>().find("500"), std::string::npos);
}

}  // namespace
}  // namespace tsunagi::http
