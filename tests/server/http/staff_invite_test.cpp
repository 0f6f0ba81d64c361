// Who serves in the shops: a merchant invites by a link that works once, and revokes.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/server/http/world.h"

namespace tsunagi::http {
namespace {

using Json = nlohmann::json;

constexpr const char* kOtherShop = "shop-other.myshopify.com";
constexpr TenantId kOtherShopId = kShopId + 1;
constexpr const char* kJson = "Content-Type: application/json\r\n";

class StaffInvitation : public HttpTest {
 protected:
  StaffInvitation() {
    (void)desk->install({.id = kOtherShopId, .domain = kOtherShop, .name = "隣の店"});
    Tenant other;
    other.id = kOtherShopId;
    other.shop_domain = kOtherShop;
    other.installed = true;
    storage.put_tenant(other);
    (void)storage.FakeStorage::put_secrets(kOtherShopId,
                                           {{SecretPurpose::kShopifyAccess, {"token", 0}}});
  }

  Answer invite(const Json& body) { return merchant("POST", "staff", body.dump()); }
  // The answer to a valid invitation.
  Json invited(const std::string& name = "佐藤 花") {
    const Answer answer = invite({{"name", name}, {"role", "clerk"}, {"stores", {"1"}}});
    EXPECT_EQ(answer.status, 200) << answer.raw;
    return Json::parse(answer.body, nullptr, false);
  }
  Answer as_other(const std::string& method, const std::string& what, const Json& body = {}) {
    return send(method, "/admin/api/" + what, body.is_null() ? "" : body.dump(),
                "Authorization: Bearer " + session_token(kOtherShop) + "\r\n" + kJson);
  }
  Json listed() {
    const Answer answer = merchant("GET", "staff");
    EXPECT_EQ(answer.status, 200) << answer.raw;
    return Json::parse(answer.body, nullptr, false)["staff"];
  }

  static std::string token_of(const Json& invitation) {
    const auto link = invitation["link"].get<std::string>();
    return link.substr(link.find('=') + 1);
  }
  Answer join(const std::string& token) {
    return send("POST", "/staff/api/join", Json{{"token", token}}.dump(), kJson);
  }
  // The header that a browser sends back after it joined.
  static std::string cookie_of(const Answer& joined) {
    const std::string set = joined.header("Set-Cookie");
    return "Cookie: " + set.substr(0, set.find(';')) + "\r\n";
  }
  int work(const std::string& cookie) { return get("/staff/api/work", cookie).status; }
};

TEST_F(StaffInvitation, NeedsASessionToken) {
  for (const auto& [method, path] :
       {std::pair{"GET", "staff"}, {"POST", "staff"}, {"POST", "staff/revoke"}}) {
    const Answer answer = send(method, std::string("/admin/api/") + path, "{}");
    EXPECT_EQ(answer.status, 401) << method << path;
  }
  EXPECT_TRUE(listed().empty());
  EXPECT_EQ(merchant("PUT", "staff", "{}").status, 405);
  EXPECT_EQ(merchant("GET", "staff/revoke").status, 405);
}

TEST_F(StaffInvitation, IsListedUntilItIsTakenUpWithALinkThatIsNeverShownAgain) {
  const Json answer = invited();
  ASSERT_EQ(answer["staff"].size(), 1U);
  const Json& staff = answer["staff"][0];
  EXPECT_EQ(staff["name"], "佐藤 花");
  EXPECT_EQ(staff["role"], "clerk");
  EXPECT_EQ(staff["stores"], Json::array({"1"}));
  EXPECT_EQ(staff["state"], "invited");
  EXPECT_EQ(staff["since"], clock.now());
  EXPECT_EQ(staff["until"], clock.now() + 7 * 86'400);
  EXPECT_EQ(answer["now"], clock.now());
  EXPECT_TRUE(answer["link"].get<std::string>().starts_with("https://tsunagi.example/staff#join="));
  EXPECT_EQ(merchant("GET", "staff").body.find(token_of(answer)), std::string::npos);

  clock.advance(60);
  ASSERT_EQ(join(token_of(answer)).status, 200);
  const Json joined = listed();
  EXPECT_EQ(joined[0]["state"], "joined");
  EXPECT_EQ(joined[0]["since"], clock.now());
  EXPECT_FALSE(joined[0].contains("until"));
}

TEST_F(StaffInvitation, TheDrawingIsTheLinks) {
  const Json answer = invited();
  const auto drawing = draw(Symbology::kQr, answer["link"].get<std::string>());
  ASSERT_TRUE(drawing.ok()) << drawing.error().message;
  EXPECT_EQ(answer["qr"]["width"], drawing->width);
  EXPECT_EQ(answer["qr"]["height"], drawing->height);
  EXPECT_EQ(answer["qr"]["path"], drawing->path);
}

TEST_F(StaffInvitation, TheLinkWorksOnce) {
  const std::string token = token_of(invited());
  const Answer first = join(token);
  ASSERT_EQ(first.status, 200) << first.raw;
  EXPECT_EQ(Json::parse(first.body)["staff"]["name"], "佐藤 花");
  EXPECT_EQ(work(cookie_of(first)), 200);
  const Answer second = join(token);
  EXPECT_EQ(second.status, 401);
  EXPECT_EQ(Json::parse(second.body)["error"]["code"], "invitation");
  EXPECT_TRUE(second.header("Set-Cookie").empty());
  EXPECT_EQ(work(cookie_of(first)), 200) << "who took it up stays";
}

TEST_F(StaffInvitation, TheLinkIsGoodForSevenDays) {
  const std::string in_time = token_of(invited("間に合う"));
  clock.advance(1);
  const std::string later = token_of(invited("間に合わない"));
  clock.advance(kInvitationSeconds - 2);
  EXPECT_EQ(join(in_time).status, 200);
  clock.advance(2);
  EXPECT_EQ(join(later).status, 401);
}

TEST_F(StaffInvitation, WhoIsRevokedIsSignedOutAtOnce) {
  const Json answer = invited();
  const auto id = answer["staff"][0]["id"].get<std::string>();
  const std::string cookie = cookie_of(join(token_of(answer)));
  ASSERT_EQ(work(cookie), 200);
  const Answer revoked = merchant("POST", "staff/revoke", Json{{"id", id}}.dump());
  EXPECT_EQ(revoked.status, 200) << revoked.raw;
  EXPECT_EQ(Json::parse(revoked.body)["staff"][0]["state"], "revoked");
  EXPECT_EQ(work(cookie), 401);
  EXPECT_EQ(merchant("POST", "staff/revoke", Json{{"id", id}}.dump()).status, 404) << "once more";
}

TEST_F(StaffInvitation, OneThatIsRevokedBeforeItIsTakenUpIsNoLongerGood) {
  const Json answer = invited();
  const Json body = {{"id", answer["staff"][0]["id"]}};
  EXPECT_EQ(merchant("POST", "staff/revoke", body.dump()).status, 200);
  EXPECT_EQ(join(token_of(answer)).status, 401);
}

TEST_F(StaffInvitation, AnotherShopsMerchantNeitherSeesNorRevokes) {
  const Json answer = invited();
  const std::string cookie = cookie_of(join(token_of(answer)));
  const Answer seen = as_other("GET", "staff");
  ASSERT_EQ(seen.status, 200) << seen.raw;
  EXPECT_EQ(Json::parse(seen.body)["staff"], Json::array());
  EXPECT_EQ(as_other("POST", "staff/revoke", {{"id", answer["staff"][0]["id"]}}).status, 404);
  EXPECT_EQ(as_other("POST", "staff", {{"name", "x"}, {"role", "clerk"}, {"stores", {"1"}}}).status,
            400)
      << "our shop is none of theirs";
  EXPECT_EQ(work(cookie), 200);
  EXPECT_EQ(listed()[0]["state"], "joined");
}

TEST_F(StaffInvitation, HeadOfficeServesAllShopsAndNeedsToNameNone) {
  const Answer answer = invite({{"name", "本部"}, {"role", "head_office"}, {"stores", {"99"}}});
  ASSERT_EQ(answer.status, 200) << answer.raw;
  EXPECT_EQ(Json::parse(answer.body)["staff"][0]["stores"], Json::array());
}

TEST_F(StaffInvitation, AShopThatIsNamedTwiceIsServedOnce) {
  const Answer answer = invite({{"name", "佐藤"}, {"role", "manager"}, {"stores", {"1", "1"}}});
  ASSERT_EQ(answer.status, 200) << answer.raw;
  EXPECT_EQ(Json::parse(answer.body)["staff"][0]["stores"], Json::array({"1"}));
}

TEST_F(StaffInvitation, WhatIsWrongIsNamed) {
  const auto but = [](const char* field, const Json& value) {
    Json body = {{"name", "佐藤"}, {"role", "clerk"}, {"stores", {"1"}}};
    body[field] = value;
    return body;
  };
  const std::vector<std::pair<Json, const char*>> table = {
      {but("name", ""), "name"},
      {but("name", 7), "name"},
      {but("name", std::string(kStaffNameBytes + 1, 'x')), "name"},
      {but("name", "a\nb"), "name"},
      {but("role", "shopper"), "role"},
      {but("role", "system"), "role"},
      {but("role", "owner"), "role"},
      {but("role", Json()), "role"},
      {but("stores", {"99"}), "stores"},
      {but("stores", {"1", "99"}), "stores"},
      {but("stores", Json::array({1})), "stores"},
      {but("stores", Json::array()), "stores"},
      {but("stores", "1"), "stores"},
      {{{"name", "佐藤"}, {"role", "manager"}}, "stores"}};
  for (const auto& [body, field] : table) {
    const Answer answer = invite(body);
    EXPECT_EQ(answer.status, 400) << body.dump();
    EXPECT_EQ(Json::parse(answer.body)["error"]["field"], field) << body.dump();
  }
  EXPECT_EQ(merchant("POST", "staff", "[]").status, 400);
  EXPECT_EQ(merchant("POST", "staff/revoke", "{}").status, 400);
  EXPECT_EQ(merchant("POST", "staff/revoke", R"({"id":"nobody"})").status, 404);
  const std::string form = "Authorization: Bearer " + session_token() +
                           "\r\nContent-Type: application/x-www-form-urlencoded\r\n";
  EXPECT_EQ(send("POST", "/admin/api/staff", "name=x", form).status, 415);
  EXPECT_EQ(send("POST", "/admin/api/staff/revoke", "id=x", form).status, 415);
  EXPECT_TRUE(listed().empty());
  EXPECT_EQ(invite(but("name", std::string(kStaffNameBytes, 'x'))).status, 200);
}

TEST_F(StaffInvitation, OneMoreThanAShopMayHaveIsRefused) {
  for (int i = 0; i < kStaffMost; ++i) {
    Staff staff;
    staff.id = "s" + std::to_string(i);
    staff.invited_at = clock.now();
    ASSERT_TRUE(desk->invite(kShopId, staff, "token-" + std::to_string(i)).ok()) << i;
  }
  const Answer answer = invite({{"name", "佐藤"}, {"role", "clerk"}, {"stores", {"1"}}});
  EXPECT_EQ(answer.status, 409) << answer.raw;
  EXPECT_EQ(listed().size(), static_cast<size_t>(kStaffMost));
  ASSERT_TRUE(desk->revoke(kShopId, "s7", clock.now()).ok());
  EXPECT_EQ(invite({{"name", "佐藤"}, {"role", "clerk"}, {"stores", {"1"}}}).status, 200);
}

}  // namespace
}  // namespace tsunagi::http
