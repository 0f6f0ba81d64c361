// What was done to a pick-up and a shipment, as managers and head office read it; and what else a
// shop has to look at when staff could not find a product.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/http/staff_affected.h"
#include "server/http/staff_trail.h"
#include "tests/server/http/world.h"

namespace tsunagi::http {
namespace {

using Json = nlohmann::json;

constexpr const char* kJsonBody = "Content-Type: application/json\r\n";
constexpr const char* kTowel = "31";
constexpr const char* kMug = "32";

class StaffTrail : public HttpTest {
 protected:
  StaffTrail() {
    (void)storage.FakeStorage::apply(
        kShopId, {change::PutStores{{{"1", "S1", "渋谷店", "", "", 1, false},
                                     {"2", "S2", "新宿店", "", "", 2, false}}}});
    for (const char* store : {"1", "2"}) {
      for (const char* product : {kTowel, kMug}) {
        (void)desk->apply(kShopId, {change::PutStock{{{product, store, 500, 0, clock.now()}}}});
      }
    }
    clerk = signed_in("佐藤", Role::kClerk, {"1"});
    manager = signed_in("田中 店長", Role::kManager, {"1"});
    elsewhere = signed_in("鈴木 店長", Role::kManager, {"2"});
    head_office = signed_in("本部", Role::kHeadOffice, {});
  }

  std::string signed_in(const std::string& name, Role role, std::vector<std::string> stores) {
    Staff staff;
    staff.id = "staff-" + std::to_string(++staff_);
    staff.name = name;
    staff.role = role;
    staff.stores = std::move(stores);
    staff.invited_at = clock.now();
    const std::string token = "invitation-" + staff.id;
    EXPECT_TRUE(desk->invite(kShopId, staff, token).ok());
    const Answer joined = send("POST", "/staff/api/join", Json{{"token", token}}.dump(), kJsonBody);
    EXPECT_EQ(joined.status, 200) << joined.raw;
    const std::string set = joined.header("Set-Cookie");
    return "Cookie: " + set.substr(0, set.find(';')) + "\r\n";
  }
  void place(const std::string& id, const std::string& store, const std::string& product) {
    Pickup wish{.id = id,
                .customer_id = kMember,
                .store_id = store,
                .code = std::to_string(100'000 + ++codes_),
                .placed_at = clock.now(),
                .accept_by = clock.now() + 1'800,
                .ready_from = clock.now() + 3'600,
                .hold_until = clock.now() + 86'400,
                .changed_at = clock.now(),
                .reason = {},
                .lines = {{.product_id = product,
                           .product_code = "49" + product,
                           .product_name = "品 " + product,
                           .quantity = 2,
                           .held = 2}}};
    const auto placed = desk->place(kShopId, wish, {0}, std::nullopt);
    ASSERT_TRUE(placed.ok()) << placed.error().message;
  }
  void route(const std::string& id, const std::string& store, const std::string& product) {
    Shipment shipment;
    shipment.id = id;
    shipment.order_id = 900 + ++codes_;
    shipment.order_name = "#" + std::to_string(shipment.order_id);
    shipment.store_id = store;
    shipment.assigned_at = shipment.changed_at = clock.now();
    shipment.accept_by = clock.now() + 1'800;
    shipment.ship_by = clock.now() + 86'400;
    shipment.lines = {{.order_line = codes_,
                       .product_id = product,
                       .product_code = "49" + product,
                       .product_name = "品 " + product,
                       .quantity = 1,
                       .held = 1}};
    const auto put = desk->put_shipments(
        kShopId, {.shipments = {shipment}, .safety = {{store, Safety{}}}, .trace = "{}"});
    ASSERT_TRUE(put.ok()) << put.error().message;
  }
  Answer deed(const std::string& cookie, const std::string& to, const std::string& id,
              const std::string& action, const std::string& reason = "", const Json& picked = {}) {
    Json body = {{"id", id},
                 {"deed", "deed-" + std::to_string(++deeds_)},
                 {"action", action},
                 {"reason", reason}};
    if (!picked.is_null()) body["picked"] = picked;
    return send("POST", "/staff/api/" + to, body.dump(), kJsonBody + cookie);
  }
  Json trail_of(const std::string& cookie, const std::string& what) {
    const Answer answer = get("/staff/api/trail?" + what, cookie);
    EXPECT_EQ(answer.status, 200) << answer.raw;
    return Json::parse(answer.body, nullptr, false);
  }
  static std::vector<std::string> ids(const Json& list) {
    std::vector<std::string> all;
    for (const Json& each : list) all.push_back(each["id"]);
    return all;
  }

  std::string clerk, manager, elsewhere, head_office;  // Cookie headers

 private:
  int staff_ = 0, codes_ = 0, deeds_ = 0;
};

using Ids = std::vector<std::string>;
const std::string kOne = "pickup-number-one-1";
const std::string kTwo = "pickup-number-two-2";

TEST_F(StaffTrail, SaysWhenWhoAndWhyInTheOrderOfWhatWasDone) {
  place(kOne, "1", kTowel);
  clock.advance(60);
  ASSERT_EQ(deed(clerk, "act", kOne, "accept").status, 200);
  ASSERT_EQ(deed(clerk, "act", kOne, "hand_over").status, 409);
  ASSERT_EQ(deed(manager, "act", kOne, "reject", "damaged").status, 200);
  const Json seen = trail_of(head_office, "pickup=" + kOne);
  struct Row {
    Seconds ago;
    const char *by, *name, *action, *from, *to, *reason;
    bool refused;
  };
  const std::vector<Row> rows = {
      {60, "shopper", nullptr, "place", "", "placed", "", false},
      {0, "clerk", "佐藤", "accept", "placed", "accepted", "", false},
      {0, "clerk", "佐藤", "hand_over", "accepted", "accepted", "", true},
      {0, "manager", "田中 店長", "reject", "accepted", "rejected", "damaged", false}};
  Json wanted = Json::array();
  for (const Row& row : rows) {
    wanted.push_back({{"at", clock.now() - row.ago},
                      {"by", row.by},
                      {"action", row.action},
                      {"from", row.from},
                      {"to", row.to},
                      {"reason", row.reason},
                      {"refused", row.refused}});
    if (row.name != nullptr) wanted.back()["name"] = row.name;
  }
  EXPECT_EQ(seen["trail"], wanted);
  EXPECT_EQ(seen["earlier"], 0);
  EXPECT_EQ(trail_of(manager, "pickup=" + kOne), seen) << "the shop's manager sees the same";
  EXPECT_EQ(seen.dump().find(std::to_string(kMember)), std::string::npos) << "no customer's id";
}

TEST_F(StaffTrail, SaysTheSameOfAShipment) {
  route("shipment-1", "1", kTowel);
  ASSERT_EQ(deed(clerk, "shipment/act", "shipment-1", "refuse", "busy").status, 200);
  const Json seen = trail_of(manager, "shipment=shipment-1")["trail"];
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0]["by"], "system");
  EXPECT_EQ(seen[0]["action"], "route");
  EXPECT_FALSE(seen[0].contains("name"));
  EXPECT_EQ(seen[1]["name"], "佐藤");
  EXPECT_EQ(seen[1]["from"], "assigned");
  EXPECT_EQ(seen[1]["to"], "refused");
  EXPECT_EQ(seen[1]["reason"], "busy");
}

TEST_F(StaffTrail, WhoWasRevokedIsStillNamed) {
  place(kOne, "1", kTowel);
  ASSERT_EQ(deed(clerk, "act", kOne, "accept").status, 200);
  ASSERT_TRUE(desk->revoke(kShopId, "staff-1", clock.now()).ok());
  EXPECT_EQ(trail_of(manager, "pickup=" + kOne)["trail"][1]["name"], "佐藤");
}

TEST_F(StaffTrail, OfALongTrailTheNewestAreShown) {
  place(kOne, "1", kTowel);
  for (size_t i = 0; i < kTrailShown; ++i) {
    ASSERT_EQ(deed(clerk, "act", kOne, "hand_over").status, 409);
  }
  ASSERT_EQ(deed(clerk, "act", kOne, "accept").status, 200);
  const Json seen = trail_of(manager, "pickup=" + kOne);
  EXPECT_EQ(seen["trail"].size(), kTrailShown);
  EXPECT_EQ(seen["trail"].back()["action"], "accept");
  EXPECT_EQ(seen["earlier"], 2);
}

TEST_F(StaffTrail, IsForWhoAnswersForTheShop) {
  place(kOne, "1", kTowel);
  route("shipment-1", "1", kTowel);
  struct Row {
    const char* what;
    int status;
    const char* code;
    std::string cookie, asked;
  };
  const std::vector<Row> rows = {
      {"nobody", 401, "signed_out", "", "?pickup=" + kOne},
      {"a clerk of the shop", 403, "role", clerk, "?pickup=" + kOne},
      {"a clerk, of a shipment", 403, "role", clerk, "?shipment=shipment-1"},
      {"a clerk, of nothing", 403, "role", clerk, ""},
      {"another shop's manager", 404, "not_found", elsewhere, "?pickup=" + kOne},
      {"another shop's manager, of a shipment", 404, "not_found", elsewhere,
       "?shipment=shipment-1"},
      {"a pick-up there is none", 404, "not_found", head_office, "?pickup=nothing"},
      {"a shipment there is none", 404, "not_found", head_office, "?shipment=nothing"},
      {"nothing named", 400, "invalid", manager, ""},
      {"both named", 400, "invalid", manager, "?shipment=shipment-1&pickup=" + kOne},
      {"named twice", 400, "invalid", manager, "?pickup=" + kOne + "&pickup=" + kOne},
      {"something else asked", 400, "invalid", manager, "?limit=9&pickup=" + kOne},
      {"a wrong escape", 400, "invalid", manager, "?pickup=%zz"}};
  for (const Row& row : rows) {
    const Answer answer = get("/staff/api/trail" + row.asked, row.cookie);
    EXPECT_EQ(answer.status, row.status) << row.what << answer.raw;
    EXPECT_EQ(Json::parse(answer.body)["error"]["code"], row.code) << row.what;
  }
  EXPECT_EQ(send("POST", "/staff/api/trail?pickup=" + kOne, "{}", kJsonBody + manager).status, 405);
}

TEST_F(StaffTrail, WhatIsNotThereNamesTheOtherOpenOrdersOfTheShopWithIt) {
  place(kOne, "1", kTowel);
  place(kTwo, "1", kTowel);
  place("pickup-with-another", "1", kMug);
  place("pickup-of-another-shop", "2", kTowel);
  place("pickup-that-is-over", "1", kTowel);
  ASSERT_EQ(deed(manager, "act", "pickup-that-is-over", "cancel").status, 200);
  route("shipment-here", "1", kTowel);
  route("shipment-there", "2", kTowel);
  const Answer answer = deed(clerk, "act", kOne, "reject", "not_found");
  ASSERT_EQ(answer.status, 200) << answer.raw;
  const Json seen = Json::parse(answer.body)["affected"];
  EXPECT_EQ(ids(seen["pickups"]), Ids{kTwo});
  EXPECT_EQ(ids(seen["shipments"]), Ids{"shipment-here"});
  EXPECT_EQ(seen["pickups"][0]["state"], "placed");
  EXPECT_EQ(seen["pickups"][0]["lines"][0]["name"], "品 31");
  EXPECT_EQ(seen["pickups"][0]["lines"][0]["quantity"], 2);

  const Json refused =
      Json::parse(deed(clerk, "shipment/act", "shipment-here", "refuse", "damaged").body);
  EXPECT_EQ(ids(refused["affected"]["pickups"]), Ids{kTwo});
  EXPECT_EQ(ids(refused["affected"]["shipments"]), Ids{});
}

TEST_F(StaffTrail, APartThatIsNotThereNamesThemToo) {
  place(kOne, "1", kTowel);
  place(kTwo, "1", kTowel);
  ASSERT_EQ(deed(clerk, "act", kOne, "pick").status, 200);
  const Json seen = Json::parse(deed(clerk, "act", kOne, "ready", "", {1}).body);
  EXPECT_EQ(seen["pickup"]["state"], "ready");
  EXPECT_EQ(ids(seen["affected"]["pickups"]), Ids{kTwo});
  EXPECT_FALSE(Json::parse(deed(clerk, "act", kTwo, "pick").body).contains("affected"));
}

TEST_F(StaffTrail, HeadOfficeIsToldOfThatShopAlone) {
  place(kOne, "1", kTowel);
  place(kTwo, "2", kTowel);
  const Json seen = Json::parse(deed(head_office, "act", kOne, "reject", "not_found").body);
  EXPECT_EQ(ids(seen["affected"]["pickups"]), Ids{});
}

TEST_F(StaffTrail, OtherReasonsAndRefusedDeedsNameNothing) {
  place(kOne, "1", kTowel);
  place(kTwo, "1", kTowel);
  EXPECT_FALSE(
      Json::parse(deed(elsewhere, "act", kTwo, "reject", "not_found").body).contains("affected"));
  const Json busy = Json::parse(deed(clerk, "act", kOne, "reject", "busy").body);
  EXPECT_TRUE(busy.contains("pickup"));
  EXPECT_FALSE(busy.contains("affected"));
  EXPECT_FALSE(
      Json::parse(deed(clerk, "act", kOne, "reject", "not_found").body).contains("affected"));
}

TEST_F(StaffTrail, AsManyAreNamedAsOneCanLookAt) {
  place(kOne, "1", kTowel);
  for (size_t i = 0; i <= kAffectedMost; ++i) {
    route("shipment-" + std::to_string(i), "1", kTowel);
  }
  const Json seen = Json::parse(deed(clerk, "act", kOne, "reject", "not_found").body)["affected"];
  EXPECT_EQ(seen["shipments"].size(), kAffectedMost);
}

TEST_F(StaffTrail, AScanOfAProductFindsWhatIsToBeSentToo) {
  place(kOne, "1", kTowel);
  route("shipment-here", "1", kTowel);
  route("shipment-with-another", "1", kMug);
  route("shipment-there", "2", kTowel);
  const auto scan = [&](const std::string& cookie) {
    const Answer answer =
        send("POST", "/staff/api/scan", Json{{"text", "4900000000017"}}.dump(), kJsonBody + cookie);
    EXPECT_EQ(answer.status, 200) << answer.raw;
    return Json::parse(answer.body);
  };
  const Json seen = scan(clerk);
  EXPECT_EQ(seen["kind"], "product");
  EXPECT_EQ(ids(seen["pickups"]), Ids{kOne});
  EXPECT_EQ(ids(seen["shipments"]), Ids{"shipment-here"});
  EXPECT_EQ(scan(head_office)["shipments"].size(), 2U);
}

}  // namespace
}  // namespace tsunagi::http
