// What the merchant page asks about the online shop's stock, over a real socket.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "server/domain/inventory/inventory_service.h"
#include "server/domain/tenant/tenant_directory.h"
#include "tests/server/http/world.h"

namespace tsunagi::http {
namespace {

Store shop_of(const std::string& id, const std::string& name) {
  Store store;
  store.store_id = id;
  store.name = name;
  return store;
}

class InventoryRoutes : public HttpTest {
 protected:
  InventoryRoutes() {
    online.places = {{71, "渋谷"}, {72, "新宿"}};
    (void)storage.apply(kShopId,
                        {change::PutStores{{shop_of("1", "渋谷店"), shop_of("2", "新宿店")}}});
    storage.writes = 0;
  }
  nlohmann::json told(const std::string& method, const std::string& what,
                      const std::string& body = "") {
    const Answer answer = merchant(method, what, body);
    EXPECT_EQ(answer.status, 200) << what << answer.raw.substr(0, 400);
    return nlohmann::json::parse(answer.body, nullptr, false);
  }
  [[nodiscard]] std::vector<StoreLocation> stored() {
    return (*storage.tenant(kShopId))->settings.locations;
  }
};

TEST_F(InventoryRoutes, TellsPlacesShopsAndWhatDoesNotMatch) {
  ShopItem odd{.variant_id = 5,
               .item_id = 6,
               .parent_id = 7,
               .name = "<b>謎</b>",
               .barcode = "4999",
               .sku = "ODD"};
  (void)inventory.put_items(kShopId, {odd}, std::nullopt, {});
  const auto seen = told("GET", "inventory");
  EXPECT_EQ(seen["locations"][1]["id"], "72");
  EXPECT_EQ(seen["locations"][1]["name"], "新宿");
  EXPECT_EQ(seen["stores"][0]["store_id"], "1");
  EXPECT_EQ(seen["stores"][0]["location"], "");
  EXPECT_EQ(seen["reading"], false);
  EXPECT_EQ(seen["items"]["unmatched"][0]["name"], "<b>謎</b>");
  EXPECT_EQ(seen["items"]["unmatched"][0]["url"],
            std::string("https://") + kShop + "/admin/products/7/variants/5");
  EXPECT_TRUE(seen["items"]["duplicate"].empty());
}

TEST_F(InventoryRoutes, KeepsWhatWasChosenAndAsksForARound) {
  const auto saved =
      told("PUT", "inventory", R"({"locations":[{"store_id":"2","location":"71"}]})");
  EXPECT_EQ(saved["stores"][1]["location"], "71");
  EXPECT_EQ(saved["reading"], true);
  EXPECT_EQ(stored(), (std::vector<StoreLocation>{{"2", 71}}));
  EXPECT_EQ(*storage.cursor(kShopId, kRoundWantedCursor), std::optional(clock.now()));
  EXPECT_GT(wakes, 0);
  EXPECT_EQ(storage.audits().back().action, "locations");
  const auto settings = told("GET", "status")["settings"];
  EXPECT_EQ(merchant("PUT", "settings", settings.dump()).status, 200);
  EXPECT_EQ(stored(), (std::vector<StoreLocation>{{"2", 71}})) << "saving the others leaves it";
  nlohmann::json without = settings;
  without["locations"] = nlohmann::json::array();
  EXPECT_EQ(merchant("PUT", "settings", without.dump()).status, 200);
  EXPECT_EQ(stored().size(), 1u) << "it has a button of its own";
  EXPECT_EQ(told("PUT", "inventory", R"({"locations":[]})")["reading"], false);
  EXPECT_TRUE(stored().empty());
}

// Whose place was stored, and from when on what leaves it is taken, was without that for ever.
TEST_F(InventoryRoutes, NoShopIsALocationWithoutTheMomentFromWhichItIsTakenFrom) {
  for (int writes = 0; writes < 3; ++writes) {
    int left = writes;
    storage.before_apply = [&] { storage.down = left-- <= 0; };
    (void)merchant("PUT", "inventory", R"({"locations":[{"store_id":"2","location":"71"}]})");
    storage.before_apply = nullptr;
    storage.down = false;
    const bool kept = !stored().empty();
    const auto from = *storage.cursor(kShopId, taken_from_cursor({"2", 71}));
    EXPECT_TRUE(!kept || from.has_value()) << writes;
  }
  told("PUT", "inventory", R"({"locations":[{"store_id":"2","location":"71"}]})");
  EXPECT_EQ(*storage.cursor(kShopId, taken_from_cursor({"2", 71})), std::optional(clock.now()));
}

TEST_F(InventoryRoutes, RefusesWhatIsNoMapping) {
  for (const char* body : {
           "",
           "[]",
           "{}",
           R"({"locations":{}})",
           R"({"locations":[7]})",
           R"({"locations":[{"store_id":"1"}]})",
           R"({"locations":[{"location":"71"}]})",
           R"({"locations":[{"store_id":"1","location":71}]})",
           R"({"locations":[{"store_id":"1","location":"0"}]})",
           R"({"locations":[{"store_id":"1","location":"-71"}]})",
           R"({"locations":[{"store_id":"1","location":"71x"}]})",
           R"({"locations":[{"store_id":"1","location":"99"}]})",
           R"({"locations":[{"store_id":"9","location":"71"}]})",
           R"({"locations":[{"store_id":"1","location":"71"},{"store_id":"2","location":"71"}]})",
           R"({"locations":[{"store_id":"1","location":"71"},{"store_id":"1","location":"72"}]})",
       }) {
    EXPECT_EQ(merchant("PUT", "inventory", body).status, 400) << body;
  }
  EXPECT_TRUE(stored().empty());
  EXPECT_EQ(storage.writes, 0);
  EXPECT_EQ(merchant("DELETE", "inventory").status, 405);
  EXPECT_EQ(merchant("GET", "inventory/again").status, 405);
  EXPECT_EQ(get("/admin/api/inventory").status, 401);
}

TEST_F(InventoryRoutes, TakesAsManyAsThereMayBeShopsAndNotOneMore) {
  nlohmann::json all = nlohmann::json::array();
  std::vector<Store> stores;
  online.places.clear();
  for (int i = 1; i <= 1'001; ++i) {
    const std::string id = std::to_string(i);
    online.places.push_back({1'000 + i, "place " + id});
    if (i > 1'000) break;
    stores.push_back(shop_of(id, "shop " + id));
    all.push_back({{"store_id", id}, {"location", std::to_string(1'000 + i)}});
  }
  (void)storage.apply(kShopId, {change::PutStores{stores}});
  EXPECT_EQ(merchant("PUT", "inventory", nlohmann::json{{"locations", all}}.dump()).status, 200);
  EXPECT_EQ(stored().size(), 1'000u);
  all.push_back({{"store_id", "1001"}, {"location", "2001"}});
  EXPECT_EQ(merchant("PUT", "inventory", nlohmann::json{{"locations", all}}.dump()).status, 400);
}

TEST_F(InventoryRoutes, ShopifyAwayIsSaidAndChangesNothing) {
  online.down = true;
  EXPECT_TRUE(told("GET", "inventory")["locations"].is_null());
  EXPECT_EQ(
      merchant("PUT", "inventory", R"({"locations":[{"store_id":"1","location":"71"}]})").status,
      503);
  EXPECT_TRUE(stored().empty());
}

TEST_F(InventoryRoutes, MatchesAgainWhenAsked) {
  (void)told("PUT", "inventory", R"({"locations":[{"store_id":"1","location":"71"}]})");
  clock.advance(60);
  EXPECT_EQ(told("POST", "inventory/again", "{}")["reading"], true);
  EXPECT_EQ(*storage.cursor(kShopId, kRoundWantedCursor), std::optional(clock.now()));
}

}  // namespace
}  // namespace tsunagi::http
