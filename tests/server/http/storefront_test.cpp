// What a shopper's pages are answered through the app proxy.

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/server/http/world.h"

namespace tsunagi::http {
namespace {

using Json = nlohmann::json;

class Storefront : public HttpTest {
 protected:
  Json json(const Answer& answer) {
    EXPECT_EQ(answer.status, 200) << answer.raw.substr(0, 400);
    return Json::parse(answer.body, nullptr, false);
  }
  void with_settings(const std::function<void(Settings&)>& edit) {
    Tenant one = storage.tenant(kShopId)->value_or(Tenant{});
    edit(one.settings);
    storage.put_tenant(one);
    tenants->forget();
  }
  Answer change(const std::string& path, int64_t customer, Json body) {
    body["nonce"] = nonce(customer);
    return send("POST", signed_path(path, {.customer = customer}), body.dump());
  }
};

TEST_F(Storefront, AMemberSeesCodeAndPoints) {
  const Json card = json(get(signed_path("/card.json", {.customer = kMember})));
  EXPECT_EQ(card["state"], "ready");
  EXPECT_EQ(card["customer"], "7001");
  EXPECT_EQ(card["code"], "T0123456789012");
  EXPECT_EQ(card["points"], 2340);
  EXPECT_EQ(card["rank"], "ゴールド");
  EXPECT_EQ(card["now"], clock.now());
}

TEST_F(Storefront, SomebodyWhoHasNotJoinedSeesNobodysCard) {
  const Answer answer = get(signed_path("/card.json", {.customer = kStranger}));
  EXPECT_EQ(json(answer)["state"], "not_joined");
  EXPECT_EQ(json(answer)["customer"], "7002");
  EXPECT_EQ(answer.body.find("T0123456789012"), std::string::npos);
}

TEST_F(Storefront, AskingForOneselfByNumberIsTheSame) {
  EXPECT_EQ(
      get(signed_path("/card.json", {.customer = kMember, .asked = {{"customer", "7001"}}})).status,
      200);
}

TEST_F(Storefront, PersonalAnswersAreNeverKept) {
  for (const char* path : {"/card.json", "/pins.json"}) {
    EXPECT_EQ(get(signed_path(path, {.customer = kMember})).header("Cache-Control"),
              "private, no-store")
        << path;
  }
  const std::vector<std::pair<std::string, std::string>> towel = {{"barcode", "4900000000017"}};
  EXPECT_EQ(get(signed_path("/stock.json", {.customer = kMember, .asked = towel}))
                .header("Cache-Control"),
            "private, no-store");
  EXPECT_EQ(get(signed_path("/stock.json", {.asked = towel})).header("Cache-Control"),
            "public, max-age=2");
}

TEST_F(Storefront, JoiningGivesACardAtOnce) {
  const Json card = json(change("/join", kStranger, Json::object()));
  EXPECT_EQ(card["state"], "registering");
  EXPECT_EQ(card["code"].get<std::string>().size(), 14U);
  EXPECT_EQ(wakes, 1);
  const Json again = json(change("/join", kStranger, Json::object()));
  EXPECT_EQ(again["code"], card["code"]);
}

TEST_F(Storefront, WhatJoiningAgreesToIsToldBeforeAndKeptAfter) {
  const Json before = json(get(signed_path("/card.json", {.customer = kStranger})));
  EXPECT_FALSE(before.contains("consent"));
  with_settings([](Settings& settings) {
    settings.consent = {"規約に同意します", "", "https://shop.example/terms"};
  });
  EXPECT_FALSE(json(get(signed_path("/card.json", {.customer = kMember}))).contains("consent"));
  const Json shown = json(get(signed_path("/card.json", {.customer = kStranger})))["consent"];
  EXPECT_EQ(shown["ja"], "規約に同意します");
  EXPECT_EQ(shown["en"], "規約に同意します") << "one text alone is for both languages";
  EXPECT_EQ(shown["terms_url"], "https://shop.example/terms");
  const std::string version = shown["version"];
  EXPECT_EQ(version.size(), 16U);

  EXPECT_EQ(change("/join", kStranger, Json::object()).status, 409) << "without having seen it";
  EXPECT_EQ(change("/join", kStranger, {{"consent", "another"}}).status, 409);
  EXPECT_EQ(change("/join", kStranger, {{"consent", 1}}).status, 400);
  EXPECT_FALSE(storage.card(kShopId, kStranger)->has_value());
  EXPECT_EQ(json(change("/join", kStranger, {{"consent", version}}))["state"], "registering");
  EXPECT_EQ(storage.audits().back().reason, "asked; agreed to text " + version);

  with_settings([](Settings& settings) { settings.consent.en = "I agree"; });
  const Json changed = json(get(signed_path("/card.json", {.customer = 7003})))["consent"];
  EXPECT_NE(changed["version"], version);
  EXPECT_EQ(changed["en"], "I agree");
}

TEST_F(Storefront, WhereJoiningIsAutomaticTheFirstLookAtTheCardMakesTheMember) {
  with_settings([](Settings& settings) { settings.joining = Joining::kAutomatic; });
  const Json card = json(get(signed_path("/card.json", {.customer = kStranger})));
  EXPECT_EQ(card["state"], "registering");
  EXPECT_EQ(card["code"].get<std::string>().size(), 14U);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(json(get(signed_path("/card.json", {.customer = kStranger})))["code"], card["code"]);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(get(signed_path("/card.json", {})).status, 401) << "a guest is nobody";
  EXPECT_EQ(storage.cards(kShopId).size(), 2U);
}

TEST_F(Storefront, WhoLeftIsAskedWhereJoiningIsAutomatic) {
  with_settings([](Settings& settings) { settings.joining = Joining::kAutomatic; });
  ASSERT_TRUE(storage.apply(kShopId, {tsunagi::change::DropLink{kMember}}).ok());
  cards->forget(kShopId, kMember);
  EXPECT_EQ(json(get(signed_path("/card.json", {.customer = kMember})))["state"], "not_joined");
  EXPECT_EQ(json(change("/join", kMember, Json::object()))["state"], "registering");
}

TEST_F(Storefront, StockIsForEverybodyAndTheNonceForCustomers) {
  const std::vector<std::pair<std::string, std::string>> towel = {{"barcode", "4900000000017"},
                                                                  {"sku", "T-1"}};
  const Json anonymous = json(get(signed_path("/stock.json", {.asked = towel})));
  EXPECT_FALSE(anonymous.contains("nonce"));
  EXPECT_EQ(anonymous["products"][0]["shops"][0]["on_hand"], 8);
  EXPECT_EQ(anonymous["products"][0]["can_pin"], false);
  const Json mine = json(get(signed_path("/stock.json", {.customer = kMember, .asked = towel})));
  EXPECT_TRUE(mine.contains("nonce"));
  EXPECT_EQ(mine["products"][0]["can_pin"], true);
}

TEST_F(Storefront, SeveralProductsComeBackInTheOrderAsked) {
  const Json stock = json(get(signed_path(
      "/stock.json",
      {.asked = {{"barcode", "1"}, {"sku", "a"}, {"barcode", ""}, {"sku", "b"}, {"sku", "c"}}})));
  ASSERT_EQ(stock["products"].size(), 3U);
  EXPECT_EQ(stock["products"][0]["product_code"], "1");
  EXPECT_EQ(stock["products"][1]["product_code"], "b");
  EXPECT_EQ(stock["products"][2]["product_code"], "c");
  EXPECT_TRUE(stock["products"][2]["shops"].empty());
}

TEST_F(Storefront, FavouriteAndPinsAreRemembered) {
  EXPECT_EQ(change("/favourite", kMember, {{"shop", "1"}}).body, R"({"favourite":"1"})");
  EXPECT_EQ(change("/pins", kMember, {{"code", "4900000000017"}, {"pinned", true}}).body,
            R"({"pinned":true})");
  const Json pins = json(get(signed_path("/pins.json", {.customer = kMember})));
  ASSERT_EQ(pins["products"].size(), 1U);
  EXPECT_EQ(pins["products"][0]["product_name"], "今治タオル");
  EXPECT_EQ(pins["products"][0]["shops"][0]["favourite"], true);
  EXPECT_EQ(change("/pins", kMember, {{"code", "4900000000017"}, {"pinned", false}}).body,
            R"({"pinned":false})");
  EXPECT_TRUE(json(get(signed_path("/pins.json", {.customer = kMember})))["products"].empty());
}

TEST_F(Storefront, WhoIsSignedInMayAskToBeToldAndTakeItBack) {
  const auto ask = [&](bool wanted) {
    return change(
        "/back-in-stock", kMember,
        {{"code", "4900000000017"}, {"shop", "1"}, {"wanted", wanted}, {"language", "en"}});
  };
  const auto shown = [&](int64_t customer) {
    return json(
        get(signed_path("/stock.json", {.customer = customer,
                                        .asked = {{"barcode", "4900000000017"}}})))["products"][0];
  };
  const Answer back = ask(true);
  EXPECT_EQ(back.status, 409);
  EXPECT_NE(back.body.find(R"("code":"in_stock")"), std::string::npos) << back.body;
  clock.advance(kStockCacheSeconds + 1);
  const StockLevel none{
      .product_id = "31", .store_id = "1", .on_hand = 0, .changed_at = clock.now()};
  (void)storage.FakeStorage::apply(kShopId, {change::PutStock{{none}}});
  EXPECT_EQ(ask(true).body, R"({"wanted":true})");
  EXPECT_EQ(ask(true).body, R"({"wanted":true})");
  EXPECT_EQ(storage.restocks.size(), 1U);
  const RestockRequest& request = storage.restocks.begin()->second;
  EXPECT_EQ(request.customer_id, kMember);
  EXPECT_EQ(request.language, "en");
  EXPECT_EQ(request.page, kPrefix);
  EXPECT_EQ(shown(kMember)["can_ask"], true);
  EXPECT_EQ(shown(kMember)["shops"][0]["asked"], true);
  EXPECT_FALSE(shown(kStranger)["shops"][0].contains("asked"));
  EXPECT_FALSE(shown(0).contains("can_ask"));
  const Answer page =
      get(signed_path("/stock", {.customer = kMember, .asked = {{"barcode", "4900000000017"}}}));
  EXPECT_NE(page.body.find("tsunagi-stock__restock"), std::string::npos) << page.body;
  EXPECT_EQ(ask(false).body, R"({"wanted":false})");
  EXPECT_TRUE(storage.restocks.empty());
  const std::vector<Json> refused{
      {{"code", 1}, {"shop", "1"}, {"wanted", true}},
      {{"code", "4900000000017"}, {"shop", "1"}, {"wanted", "true"}},
      {{"code", "4900000000017"}, {"shop", "1"}},
      {{"code", "4900000000017"}, {"shop", "1"}, {"wanted", true}, {"customer", "7002"}}};
  for (const Json& body : refused) EXPECT_EQ(change("/back-in-stock", kMember, body).status, 400);
  EXPECT_EQ(send("POST", signed_path("/back-in-stock", {}), "{}").status, 401);
  with_settings([](Settings& settings) { settings.restock.on = false; });
  EXPECT_EQ(ask(true).status, 409);
  EXPECT_FALSE(shown(kMember).contains("can_ask"));
}

TEST_F(Storefront, ShopsSayWhereTheyAre) {
  const auto shown = [&] {
    clock.advance(kShopListCacheSeconds + 1);
    return json(get(signed_path(
        "/stock.json", {.asked = {{"barcode", "4900000000017"}}})))["products"][0]["shops"][0];
  };
  const Json about = shown();
  EXPECT_EQ(about["north"], 35'689'400);
  EXPECT_EQ(about["east"], 139'691'700);
  EXPECT_EQ(about["approximate"], true);
  with_settings([](Settings& settings) {
    settings.stores = {{.store_id = "1",
                        .name = "",
                        .hidden = false,
                        .safety_stock = 0,
                        .no_pickup = false,
                        .hours = std::nullopt,
                        .position = Position{.north = 35'659'500, .east = 139'700'500}}};
  });
  const Json exact = shown();
  EXPECT_EQ(exact["north"], 35'659'500);
  EXPECT_FALSE(exact.contains("approximate"));
}

TEST_F(Storefront, ManyShopsAreNarrowedByPrefectureWithoutAnyScript) {
  std::vector<Store> many;
  for (int i = 1; i <= 30; ++i) {
    const std::string id = std::to_string(i);
    many.push_back(
        {id, "S" + id, "店" + id + "。", "", i % 2 == 0 ? "大阪府1" : "東京都1", i, false});
  }
  (void)storage.FakeStorage::apply(kShopId, {change::PutStores{many}});
  using Words = std::vector<std::pair<std::string, std::string>>;
  const auto asked = [&](const char* path, const Words& more) {
    Words words = {{"barcode", "4900000000017"}};
    words.insert(words.end(), more.begin(), more.end());
    return get(signed_path(path, {.asked = words}));
  };
  const Json all = json(asked("/stock.json", {}))["products"][0];
  EXPECT_EQ(
      all["areas"],
      Json::parse(
          R"json([{"code":0,"ja":"すべての都道府県（30）","en":"All prefectures (30)","count":30},
          {"code":13,"ja":"東京都（15）","en":"Tokyo (15)","count":15},
          {"code":27,"ja":"大阪府（15）","en":"Osaka (15)","count":15}])json"));
  EXPECT_EQ(all["shops"][1]["prefecture"], 27);
  EXPECT_EQ(all["others"], 10);
  EXPECT_EQ(all["more_url"], "/apps/tsunagi/stock?barcode=4900000000017&sku=4900000000017&all=1");
  const Json osaka = json(asked("/stock.json", {{"area", "27"}}))["products"][0];
  ASSERT_EQ(osaka["shops"].size(), 15U);
  for (const Json& shop : osaka["shops"]) EXPECT_EQ(shop["prefecture"], 27);

  const std::string page = asked("/stock", {{"area", "27"}}).body;
  EXPECT_NE(page.find("data-area=\"27\""), std::string::npos) << page;
  EXPECT_NE(page.find("<option value=\"27\" selected=\"\">大阪府（15）"), std::string::npos)
      << page;
  EXPECT_NE(page.find("<option value=\"27\" selected=\"\">Osaka (15)"), std::string::npos) << page;
  EXPECT_NE(page.find("店30。"), std::string::npos);
  EXPECT_EQ(page.find("店29。"), std::string::npos);
  EXPECT_NE(asked("/stock", {}).body.find("<option value=\"0\" selected=\"\">"), std::string::npos);
  for (const char* odd : {"", "0", "1", "013", "x", "{{x}}", "-27", "99999999999999999999"}) {
    const Answer answer = asked("/stock", {{"area", odd}});
    EXPECT_EQ(answer.status, 200) << odd;
    EXPECT_NE(answer.body.find("店1。"), std::string::npos) << odd;
    EXPECT_NE(answer.body.find("店2。"), std::string::npos) << odd;
    EXPECT_EQ(answer.body.find("{{x"), std::string::npos) << odd;
  }
  const std::string whole = asked("/stock", {{"area", "27"}, {"all", "1"}}).body;
  EXPECT_EQ(whole.find("tsunagi-stock__more"), std::string::npos);
}

TEST_F(Storefront, ThePickUpPageIsToldOfTheAreasOfShopsThatPutAside) {
  std::vector<Store> many;
  for (int i = 1; i <= 10; ++i) {
    const std::string id = std::to_string(i);
    many.push_back({id, "S" + id, "店" + id, "", i == 10 ? "大阪府1" : "東京都1", i, false});
  }
  (void)storage.FakeStorage::apply(kShopId, {change::PutStores{many}});
  with_settings([](Settings& settings) { settings.pickup.on = true; });
  const auto shown = [&] {
    clock.advance(kShopListCacheSeconds + 1);
    return json(get(
        signed_path("/pickup.json", {.customer = kMember, .asked = {{"code", "4900000000017"}}})));
  };
  const Json ten = shown();
  EXPECT_EQ(ten["shops"][9]["area"], 27);
  ASSERT_EQ(ten["areas"].size(), 3U);
  EXPECT_EQ(ten["areas"][2],
            Json::parse(R"json({"code":27,"ja":"大阪府（1）","en":"Osaka (1)"})json"));
  with_settings([](Settings& settings) {
    settings.stores = {{.store_id = "10",
                        .name = "",
                        .hidden = false,
                        .safety_stock = 0,
                        .no_pickup = true,
                        .hours = std::nullopt,
                        .position = std::nullopt}};
  });
  const Json nine = shown();
  EXPECT_EQ(nine["shops"].size(), 9U);
  EXPECT_FALSE(nine.contains("areas")) << "all of them are in Tokyo";
}

TEST_F(Storefront, PagesAreLiquidBelowTheShopsOwnPath) {
  const Answer page = get(signed_path("/card", {.path_prefix = "/community/kaiin"}));
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("Content-Type"), "application/liquid; charset=utf-8");
  EXPECT_NE(page.body.find("href=\"/community/kaiin/assets/tsunagi-"), std::string::npos)
      << page.body;
  EXPECT_NE(page.body.find("<a href=\"/community/kaiin/card\">50% off</a>"), std::string::npos)
      << page.body;
}

TEST_F(Storefront, WhatPeopleTypedIsTextForLiquid) {
  Store odd{"1", "S1", "{{ customer.email }}{% x %}<b>", "", "", 1, false};
  (void)storage.FakeStorage::apply(kShopId, {change::PutStores{{odd}}});
  const Answer page = get(signed_path("/stock", {.asked = {{"barcode", "4900000000017"}}}));
  EXPECT_EQ(page.status, 200);
  for (const char* mark : {"{{", "{%", "<b>"}) {
    EXPECT_EQ(page.body.find(mark), std::string::npos) << page.body;
  }
  EXPECT_NE(page.body.find("&#123;&#123; customer.email"), std::string::npos) << page.body;
}

TEST_F(Storefront, TheManifestIsJsonWhateverTheProgrammeIsCalled) {
  auto tenant = *storage.tenant(kShopId);
  tenant->settings.programme_name = "\"会\" {{ x }} </script>";
  storage.put_tenant(*tenant);
  const Answer answer =
      get(signed_path("/manifest.webmanifest", {}), "Accept-Language: en-US,en\r\n");
  EXPECT_EQ(answer.header("Content-Type"), "application/manifest+json");
  const Json manifest = json(answer);
  EXPECT_EQ(manifest["name"], "\"会\" {{ x }} </script>");
  EXPECT_EQ(manifest["lang"], "en");
  EXPECT_EQ(manifest["start_url"], "/apps/tsunagi/card");
}

TEST_F(Storefront, FilesHaveTheirHashInTheirNameAndNeverChange) {
  const Answer worker = get(signed_path("/sw.js", {}));
  const size_t at = worker.body.find("/apps/tsunagi/assets/");
  ASSERT_NE(at, std::string::npos) << worker.body;
  EXPECT_EQ(worker.body.find("%release%"), std::string::npos);
  EXPECT_EQ(worker.header("Content-Type"), "text/javascript; charset=utf-8");
  const std::string address = worker.body.substr(at + 13, worker.body.find('\'', at) - at - 13);
  const Answer file = get(signed_path(address, {}));
  EXPECT_EQ(file.status, 200) << address;
  EXPECT_EQ(file.body, ".tsunagi{}");
  EXPECT_EQ(file.header("Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(file.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(get(signed_path("/assets/tsunagi.css", {})).status, 404);
  EXPECT_EQ(get(signed_path("/assets/sw.js", {})).status, 404);
}

TEST_F(Storefront, WhoLacksAFieldIsAskedForItUntilItIsGiven) {
  constexpr int64_t kWaiting = 9'001;
  const MemberLink waits{.customer_id = kWaiting,
                         .code = "T0000000009001",
                         .pos_member_id = "",
                         .state = LinkState::kJoining,
                         .joined_at = clock.now(),
                         .missing = {"last_kana", "birth_date"}};
  ASSERT_TRUE(storage.FakeStorage::apply(kShopId, {change::PutLink{waits}}).ok());
  const Signed who{.customer = kWaiting};
  const Json card = json(get(signed_path("/card.json", who)));
  EXPECT_EQ(card["state"], "field_missing");
  EXPECT_EQ(card["missing_field"], "several");
  EXPECT_EQ(card["missing"], "last_kana,birth_date");
  const auto give = [&](const std::string& fields) {
    return send("POST", signed_path("/fields", who),
                R"({"nonce":")" + nonce(kWaiting) + R"(","fields":)" + fields + "}");
  };
  const Answer wrong = give(R"({"last_kana":"やまだ","birth_date":"2990-01-01"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_NE(wrong.body.find(R"("code":"field")"), std::string::npos) << wrong.body;
  EXPECT_EQ(Json::parse(wrong.body)["error"]["field"], "birth_date");
  const Json half = json(give(R"({"last_kana":"やまだ","unknown":"1"})"));
  EXPECT_EQ(half["missing"], "birth_date");
  const Json whole = json(give(R"({"birth_date":"1990-01-02"})"));
  EXPECT_EQ(whole["state"], "registering");
  EXPECT_FALSE(whole.contains("missing"));
}

TEST_F(Storefront, APausedShopShowsAndChangesNothing) {
  const std::string proof = nonce(kMember);
  auto tenant = *storage.tenant(kShopId);
  tenant->settings.paused = true;
  storage.put_tenant(*tenant);
  tenants->forget();
  const std::vector<std::pair<std::string, std::string>> towel = {{"barcode", "4900000000017"}};
  const Signed member{.customer = kMember, .asked = towel};
  for (const Answer& answer :
       {get(signed_path("/card.json", member)), get(signed_path("/stock.json", member)),
        get(signed_path("/pins.json", member)),
        send("POST", signed_path("/favourite", member),
             R"({"shop":"1","nonce":")" + proof + "\"}")}) {
    EXPECT_EQ(answer.status, 409);
    EXPECT_NE(answer.body.find(R"("code":"paused")"), std::string::npos) << answer.body;
  }
  EXPECT_EQ(get(signed_path("/stock", member)).body.find("渋谷店"), std::string::npos);
  for (const char* path : {"/card", "/sw.js", "/manifest.webmanifest"}) {
    EXPECT_EQ(get(signed_path(path, member)).status, 200) << path;
  }
}

TEST_F(Storefront, ADatabaseThatIsDownIsSaidPlainly) {
  storage.down = true;
  clock.advance(kTenantCacheSeconds + 1);
  const Answer answer = get(signed_path("/card.json", {.customer = kMember}));
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find(R"("code":"unavailable")"), std::string::npos);
  EXPECT_EQ(answer.header("Retry-After"), "2");
}

TEST_F(Storefront, ShopsNeverSeeEachOther) {
  Tenant other;
  other.id = kShopId + 1;
  other.shop_domain = "shop-two.myshopify.com";
  other.installed = true;
  storage.put_tenant(other);
  const Json card =
      json(get(signed_path("/card.json", {.customer = kMember, .shop = "shop-two.myshopify.com"})));
  EXPECT_EQ(card["state"], "not_joined");
}

TEST_F(Storefront, TheLogTellsTheRouteAndNoneOfTheSecrets) {
  const std::string target = signed_path("/card.json", {.customer = kMember});
  const std::string id = get(target).header("X-Request-Id");
  EXPECT_EQ(id.size(), 16U);
  EXPECT_EQ(
      get(signed_path("/join", {.customer = kMember, .asked = {{"name", "山田花子"}}})).status,
      405);
  log.reset();  // writes what is queued
  std::ifstream stream(log_file);
  std::stringstream text;
  text << stream.rdbuf();
  EXPECT_NE(text.str().find("\"id\":\"" + id +
                            R"(","method":"GET","route":"/proxy/card.json","status":200)"),
            std::string::npos)
      << text.str();
  EXPECT_NE(text.str().find(R"("code":"method")"), std::string::npos);
  for (const std::string& secret :
       {target.substr(target.find("signature=") + 10), std::string("T0123456789012"),
        std::string("山田"), std::string(kClientSecret)}) {
    EXPECT_EQ(text.str().find(secret), std::string::npos) << secret;
  }
  std::string line;
  std::istringstream lines(text.str());
  while (std::getline(lines, line)) {
    EXPECT_TRUE(Json::parse(line, nullptr, false).is_object()) << line;
  }
}

}  // namespace
}  // namespace tsunagi::http
