// What the Smaregi client asks for: members, lists, windows, the sign-in.
#include "tests/server/smaregi/client_world.h"

namespace tsunagi {
namespace {

// ---- members
// -------------------------------------------------------------------------------------

TEST_F(SmaregiClientTest, AReplyAboutAnotherMemberIsNeverGivenOut) {
  smaregi.on(kMember, {ok(R"({"customerId":"8","customerCode":"T2"})")});
  EXPECT_EQ(client->member("sb_one", "7").error().code, ErrorCode::kUnavailable);
  smaregi.on(kPoints, {ok(R"([{"customerId":"8","point":"1"}])")});
  EXPECT_EQ(client->points("sb_one", "7").error().code, ErrorCode::kUnavailable);
  smaregi.on(
      kMembers,
      {ok(R"([{"customerId":"8","customerCode":"T10"},{"customerId":"9","customerCode":"t1"}])")});
  const auto found = client->member_by_code("sb_one", "T1");
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found) << "a code that only begins alike";
}

TEST_F(SmaregiClientTest, FindsAMemberByItsCode) {
  smaregi.on(kMembers, {list(member("繋", "T 1+&"))});
  const auto found = client->member_by_code("sb_one", "T 1+&");
  ASSERT_TRUE(found);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->member_id, "7");
  EXPECT_EQ(smaregi.seen(kMembers).back().query, "?customer_code=T%201%2B%26");
}

TEST_F(SmaregiClientTest, Points) {
  smaregi.on(kPoints,
             {ok(R"([{"customerId":"7","point":"2340","pointExpireDate":"2026-12-31"}])")});
  const auto points = client->points("sb_one", "7");
  ASSERT_TRUE(points);
  EXPECT_EQ(points->points, 2340);
  EXPECT_EQ(points->expire_on, "2026-12-31");
  EXPECT_EQ(smaregi.seen(kPoints).back().query, "?customer_id=7");
  smaregi.on(kPoints, {ok("[]")});
  EXPECT_EQ(client->points("sb_one", "7").error().code, ErrorCode::kNotFound);
}

NewPosMember somebody() {
  return {.code = "T1",
          .fields = {{MemberField::kLastName, "繋"},
                     {MemberField::kFirstName, "木"},
                     {MemberField::kLastKana, "ツナギ"},
                     {MemberField::kFirstKana, "キ"},
                     {MemberField::kMail, "a@example.com"},
                     {MemberField::kPhone, "090-1234-5678"},
                     {MemberField::kPostCode, "150-0001"},
                     {MemberField::kAddress, "東京都渋谷区1-2-3"},
                     {MemberField::kBirthDate, "1990-01-02"},
                     {MemberField::kSex, "2"},
                     {MemberField::kMailConsent, "1"}}};
}

TEST_F(SmaregiClientTest, CreatesAMember) {
  smaregi.on(
      kCreate,
      {ok(R"({"customerId":7,"customerCode":"T1","lastName":"繋","firstName":"木","status":0})")});
  const auto created = client->create_member("sb_one", somebody());
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ(created->member_id, "7");
  EXPECT_EQ(nlohmann::json::parse(smaregi.seen(kCreate).back().body),
            (nlohmann::json{{"customerCode", "T1"},
                            {"lastName", "繋"},
                            {"firstName", "木"},
                            {"lastKana", "ツナギ"},
                            {"firstKana", "キ"},
                            {"mailAddress", "a@example.com"},
                            {"phoneNumber", "090-1234-5678"},
                            {"postCode", "150-0001"},
                            {"address", "東京都渋谷区1-2-3"},
                            {"birthDate", "1990-01-02"},
                            {"sex", "2"},
                            {"mailReceiveFlag", "1"}}));
}

TEST_F(SmaregiClientTest, WhatIsNotKnownIsNotSentButTheConsentAlwaysIs) {
  smaregi.on(kCreate, {member()});
  NewPosMember sparse;
  sparse.code = "T1";
  sparse.fields[MemberField::kLastName] = "繋";
  sparse.fields[MemberField::kFirstName] = "木\xff";  // not UTF-8: replaced, never thrown
  ASSERT_TRUE(client->create_member("sb_one", sparse));
  EXPECT_EQ(nlohmann::json::parse(smaregi.seen(kCreate).back().body),
            (nlohmann::json{{"customerCode", "T1"},
                            {"lastName", "繋"},
                            {"firstName", "木\xef\xbf\xbd"},
                            {"mailReceiveFlag", "0"}}));
}

TEST_F(SmaregiClientTest, ACreationIsNeverSentTwiceBlindly) {
  for (const Answer& trouble :
       {status(500), test::html(), test::half_body(), test::never(), ok("[]")}) {
    const size_t before = smaregi.count(kCreate);
    smaregi.on(kCreate, {trouble});
    smaregi.on(kMembers, {ok("[]")});
    EXPECT_EQ(client->create_member("sb_one", somebody()).error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(smaregi.count(kCreate) - before, 1U) << trouble.body;
    smaregi.on(kMembers, {list(member())});
    const auto found = client->create_member("sb_one", somebody());
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->member_id, "7");
  }
}

TEST_F(SmaregiClientTest, WhatCertainlyHadNoEffectIsSentAgain) {
  smaregi.on(kCreate, {test::throttled("0"), status(401), member()});
  EXPECT_TRUE(client->create_member("sb_one", somebody()));
  EXPECT_EQ(smaregi.count(kCreate), 3U);
}

TEST_F(SmaregiClientTest, ATakenCodeIsAConflictHoweverSmaregiWordsIt) {
  for (const Answer& refusal :
       {status(400, R"({"title":"Bad Request","status":400})"), status(409)}) {
    smaregi.on(kCreate, {refusal});
    smaregi.on(kMembers, {list(member("別人"))});
    EXPECT_EQ(client->create_member("sb_one", somebody()).error().code, ErrorCode::kConflict);
    smaregi.on(kMembers, {list(member())});
    EXPECT_TRUE(client->create_member("sb_one", somebody()))
        << "an earlier attempt of ours that had worked";
  }
  smaregi.on(
      kCreate,
      {status(400, R"({"title":"Bad Request","detail":"山田の[rank]は必須です","status":400})")});
  smaregi.on(kMembers, {ok("[]")});
  const auto refused = client->create_member("sb_one", somebody());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
  EXPECT_NE(refused.error().message.find("status 400, [rank] 必須"), std::string::npos);
  EXPECT_EQ(refused.error().message.find("山田"), std::string::npos);
}

TEST_F(SmaregiClientTest, OnlyTheNamedFieldsOfAMemberAreChanged) {
  smaregi.on(kUpdate, {ok(R"({"customerId":7,"customerCode":"T1","lastName":"改","firstName":"木",
      "sex":1,"birthDate":"1990-01-02","updDateTime":"2022-10-26T15:22:35+09:00"})")});
  const auto updated = client->update_member(
      "sb_one", "7",
      {{MemberField::kLastName, "改"}, {MemberField::kSex, "1"}, {MemberField::kMailConsent, "0"}});
  ASSERT_TRUE(updated) << updated.error().message;
  EXPECT_EQ(updated->member_id, "7");
  EXPECT_EQ(updated->fields[MemberField::kLastName], "改");
  EXPECT_EQ(updated->fields[MemberField::kSex], "1");
  EXPECT_EQ(updated->changed_at, 1'666'765'355);
  EXPECT_EQ(nlohmann::json::parse(smaregi.seen(kUpdate).back().body),
            (nlohmann::json{{"lastName", "改"}, {"sex", "1"}, {"mailReceiveFlag", "0"}}));
}

TEST_F(SmaregiClientTest, EveryFieldIsChangedUnderTheNameItIsCreatedWith) {
  smaregi.on(kUpdate, {member()});
  smaregi.on(kCreate, {member()});
  ASSERT_TRUE(client->create_member("sb_one", somebody()));
  FieldChanges all;
  for (const MemberField field : kMemberFields) all[field] = somebody().fields[field];
  ASSERT_TRUE(client->update_member("sb_one", "7", all));
  auto created = nlohmann::json::parse(smaregi.seen(kCreate).back().body);
  created.erase("customerCode");
  EXPECT_EQ(nlohmann::json::parse(smaregi.seen(kUpdate).back().body), created);
}

TEST_F(SmaregiClientTest, NoChangesAreAReadingAndAnEmptyValueIsRefusedUnsent) {
  smaregi.on(kMember, {member()});
  smaregi.on(kUpdate, {member()});
  EXPECT_EQ(client->update_member("sb_one", "7", {})->member_id, "7");
  EXPECT_EQ(smaregi.count(kMember), 1U);
  const auto emptied = client->update_member(
      "sb_one", "7", {{MemberField::kLastName, "改"}, {MemberField::kPhone, ""}});
  EXPECT_EQ(emptied.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(smaregi.count(kUpdate), 0U);
}

TEST_F(SmaregiClientTest, WhatAChangeIsRefusedFor) {
  struct Row {
    Answer answer;
    ErrorCode means;
    size_t calls;
  };
  const FieldChanges change{{MemberField::kPostCode, "150-0001"}};
  for (const Row& row :
       {Row{status(404, R"({"title":"NotFound","status":404})"), ErrorCode::kNotFound, 1},
        Row{status(400, R"({"title":"Bad Request","detail":"[postCode]は必須です"})"),
            ErrorCode::kInvalid, 1},
        Row{status(409), ErrorCode::kConflict, 1}, Row{status(403), ErrorCode::kUnauthorized, 1},
        Row{status(500), ErrorCode::kUnavailable, 4}, Row{ok("{}"), ErrorCode::kUnavailable, 4},
        Row{ok("[]"), ErrorCode::kUnavailable, 4}, Row{test::html(), ErrorCode::kUnavailable, 4},
        Row{ok(R"({"customerId":"8"})"), ErrorCode::kUnavailable, 1}}) {
    const size_t before = smaregi.count(kUpdate);
    smaregi.on(kUpdate, {row.answer});
    const auto updated = client->update_member("sb_one", "7", change);
    ASSERT_FALSE(updated) << row.answer.body;
    EXPECT_EQ(updated.error().code, row.means) << row.answer.body;
    EXPECT_EQ(smaregi.count(kUpdate) - before, row.calls) << row.answer.body;
    EXPECT_EQ(updated.error().message.find("150-0001"), std::string::npos);
  }
}

TEST_F(SmaregiClientTest, AChangeIsRepeatedAfterEveryPassingTrouble) {
  for (const Answer& trouble : {status(500), status(503), status(401), test::throttled("0"),
                                test::html(), test::half_body(), test::never(), ok("{}")}) {
    const size_t before = smaregi.count(kUpdate);
    smaregi.on(kUpdate, {trouble, member("改")});
    EXPECT_TRUE(client->update_member("sb_one", "7", {{MemberField::kLastName, "改"}}))
        << trouble.body;
    EXPECT_EQ(smaregi.count(kUpdate) - before, 2U) << trouble.body;
  }
}

TEST_F(SmaregiClientTest, WhatAContractRequiresOfAMember) {
  smaregi.on(kRequired, {ok(R"([{"columnName":"customerCode","value":"1"},
      {"columnName":"lastName","value":"1"},{"columnName":"firstName","value":1},
      {"columnName":"lastKana","value":"1"},{"columnName":"phoneNumber","value":1},
      {"columnName":"address","value":"0"},{"columnName":"sex","value":null},
      {"columnName":"rank","value":"1"},{"columnName":"note","value":0}])")});
  const auto required = client->required("sb_one");
  ASSERT_TRUE(required) << required.error().message;
  EXPECT_EQ(required->fields,
            (std::vector<MemberField>{MemberField::kLastKana, MemberField::kPhone}));
  EXPECT_EQ(required->others, (std::vector<std::string>{"rank"}));
  smaregi.on(kRequired, {ok("[]")});
  EXPECT_TRUE(client->required("sb_one")->fields.empty());
  smaregi.on(kRequired, {status(404)});
  EXPECT_EQ(client->required("sb_one").error().code, ErrorCode::kNotFound);
}

// ---- lists
// ---------------------------------------------------------------------------------------

std::string products_from(int first, int count) {
  nlohmann::json rows = nlohmann::json::array();
  for (int i = 0; i < count; ++i) rows.push_back({{"productId", std::to_string(first + i)}});
  return rows.dump();
}

// Answers `total` products in pages, with or without a Link header.
test::ScriptedServer::Handler catalogue(int total, bool with_link, int cap = 1'000) {
  return [=](const Seen& seen) {
    const int limit = std::min(cap, std::stoi(seen.field("limit")));
    const int begin = (std::stoi(seen.field("page")) - 1) * limit;
    const int count = std::clamp(total - begin, 0, limit);
    Answer answer = ok(products_from(begin + 1, count));
    if (with_link) {
      const bool more = begin + count < total;
      answer.headers.emplace_back("Link", more ? "<https://x/?page=2>; rel=\"next\""
                                               : "<https://x/?page=1>; rel=\"first\"");
    }
    return answer;
  };
}

TEST_F(SmaregiClientTest, ListsAreReadToTheirEnd) {
  struct Row {
    int total;
    bool with_link;
    size_t calls;
  };
  for (const Row& row :
       {Row{0, false, 1}, Row{999, false, 1}, Row{1'000, false, 2}, Row{2'500, false, 3},
        Row{0, true, 1}, Row{1'000, true, 1}, Row{2'500, true, 3}}) {
    const size_t before = smaregi.count(kProducts);
    smaregi.on(kProducts, catalogue(row.total, row.with_link));
    const auto products = client->products("sb_one");
    ASSERT_TRUE(products) << products.error().message;
    EXPECT_EQ(products->size(), static_cast<size_t>(row.total));
    EXPECT_EQ(smaregi.count(kProducts) - before, row.calls) << row.total << row.with_link;
    if (row.total > 0) {
      EXPECT_EQ(products->back().product_id, std::to_string(row.total));
    }
  }
}

TEST_F(SmaregiClientTest, AServerThatGivesSmallerPagesThanAskedIsReadToTheEndByItsLinks) {
  smaregi.on(kProducts, catalogue(250, true, 100));
  const auto products = client->products("sb_one");
  ASSERT_TRUE(products);
  EXPECT_EQ(products->size(), 250U);
}

TEST_F(SmaregiClientTest, ALinkThatIsNotAboutPagesEndsNothing) {
  const auto pages = catalogue(1'500, false);
  smaregi.on(kProducts, [&](const Seen& seen) {
    Answer answer = pages(seen);
    answer.headers.emplace_back("Link", "<https://x/style.css>; rel=preload");
    return answer;
  });
  EXPECT_EQ(client->products("sb_one")->size(), 1'500U);
}

TEST_F(SmaregiClientTest, ReadingEndsAtTheNamedNumberOfPages) {
  SmaregiOptions small = options();
  small.max_pages = 3;
  rebuild(small);
  smaregi.on(kProducts, catalogue(2'999, false));
  EXPECT_TRUE(client->products("sb_one"));
  smaregi.on(kProducts, catalogue(1'000'000, false));
  EXPECT_EQ(client->products("sb_one").error().code, ErrorCode::kUnavailable);
}

TEST_F(SmaregiClientTest, APageThatFailsOnceIsReadAgainAndCountsOnce) {
  std::atomic<int> calls = 0;
  const auto good = catalogue(1'500, false);
  smaregi.on(kProducts, [&](const Seen& seen) { return ++calls == 2 ? status(503) : good(seen); });
  const auto products = client->products("sb_one");
  ASSERT_TRUE(products);
  EXPECT_EQ(products->size(), 1'500U);
}

TEST_F(SmaregiClientTest, StockOfAProductIsOnlyOfThatProduct) {
  smaregi.on(
      kStock,
      {ok(R"([{"storeId":"1","productId":"5","stockAmount":"3"},{"storeId":"1","productId":"6"}])")});
  const auto stock = client->stock_of("sb_one", "5");
  ASSERT_TRUE(stock);
  ASSERT_EQ(stock->size(), 1U);
  EXPECT_EQ(stock->front().on_hand, 3);
  EXPECT_EQ(smaregi.seen(kStock).back().field("product_id"), "5");
}

constexpr const char* kAddStock = "POST /sb_one/pos/stock/5/add";
constexpr const char* kStockChanges = "GET /sb_one/pos/stock/changes/5/1";
TillMove some_move() {
  return {.product_id = "5", .store_id = "1", .amount = -3, .memo = "Shopify 77/5 #1001"};
}

TEST_F(SmaregiClientTest, StockIsChangedByAnAmountUnderAMemo) {
  smaregi.on(kAddStock, {ok(R"({"productId":"5","storeId":"1","stockAmount":"5"})")});
  ASSERT_TRUE(client->add("sb_one", some_move()));
  EXPECT_EQ(nlohmann::json::parse(smaregi.seen(kAddStock).back().body),
            (nlohmann::json{{"storeId", "1"},
                            {"stockAmount", "-3"},
                            {"stockHistory", {{"memo", "Shopify 77/5 #1001"}}}}));
  smaregi.on(kAddStock, {status(400)});
  EXPECT_EQ(client->add("sb_one", some_move()).error().code, ErrorCode::kInvalid);
}

TEST_F(SmaregiClientTest, AChangeOfStockIsNeverSentTwiceBlindly) {
  for (const Answer& trouble : {status(500), test::half_body(), test::never()}) {
    const size_t before = smaregi.count(kAddStock);
    smaregi.on(kAddStock, {trouble});
    EXPECT_EQ(client->add("sb_one", some_move()).error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(smaregi.count(kAddStock) - before, 1U) << trouble.body;
  }
}

TEST_F(SmaregiClientTest, AChangeIsFoundByItsMemoOnAnyDaySinceThen) {
  const auto rows = [](const std::string& memo) {
    return ok(R"([{"id":"1","memo":null},{"id":"2","memo":")" + memo + R"("}])");
  };
  constexpr Seconds kNoon = 1'790'046'000;  // of 22 September in Japan
  smaregi.on(kStockChanges, {rows("Shopify 77/5 #1001")});
  EXPECT_TRUE(*client->was_added("sb_one", some_move(), kNoon, kNoon + 60));
  EXPECT_EQ(smaregi.seen(kStockChanges).back().field("target_date"), "2026-09-22");
  smaregi.on(kStockChanges, {rows("Shopify 77/50 #1001")});
  EXPECT_FALSE(*client->was_added("sb_one", some_move(), kNoon, kNoon + 60));
  EXPECT_EQ(smaregi.count(kStockChanges), 2U);
  smaregi.on(kStockChanges, {rows("another")});
  EXPECT_FALSE(*client->was_added("sb_one", some_move(), kNoon, kNoon + 43'200));
  EXPECT_EQ(smaregi.count(kStockChanges), 4U) << "the next day begins";
  smaregi.on(kStockChanges, {status(400)});
  EXPECT_FALSE(client->was_added("sb_one", some_move(), kNoon, kNoon));
}

constexpr Seconds kDay = 86'400;
constexpr Seconds kStart = 1'790'000'000;

TEST_F(SmaregiClientTest, AWindowIsAskedForInJapansTimeWithThePlusEncoded) {
  smaregi.on(kStock, {ok("[]")});
  ASSERT_TRUE(client->stock_changed("sb_one", kStart, kStart + 60));
  const auto asked = smaregi.seen(kStock);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_NE(asked[0].query.find("upd_date_time-from=2026-09-21T23%3A13%3A20%2B09%3A00"),
            std::string::npos)
      << asked[0].query;
  EXPECT_EQ(asked[0].field("upd_date_time-from"), "2026-09-21T23:13:20+09:00");
  EXPECT_EQ(asked[0].field("upd_date_time-to"), "2026-09-21T23:16:20+09:00")
      << "two minutes more than asked";
}

TEST_F(SmaregiClientTest, LongWindowsAreSplitWithoutGapOrOverlap) {
  smaregi.on(kSales, {ok("[]")});
  ASSERT_TRUE(client->transactions_changed("sb_one", kStart, kStart + 70 * kDay));
  const auto asked = smaregi.seen(kSales);
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0].field("upd_date_time-from"), "2026-09-21T23:13:20+09:00");
  EXPECT_EQ(asked[0].field("upd_date_time-to"), "2026-10-22T23:13:19+09:00");
  EXPECT_EQ(asked[1].field("upd_date_time-from"), "2026-10-22T23:13:20+09:00");
  EXPECT_EQ(asked[1].field("upd_date_time-to"), "2026-11-22T23:13:19+09:00");
  EXPECT_EQ(asked[2].field("upd_date_time-from"), "2026-11-22T23:13:20+09:00");
  EXPECT_EQ(asked[2].field("upd_date_time-to"), "2026-11-30T23:15:20+09:00");
  for (const Seen& seen : asked) {
    EXPECT_EQ(seen.field("with_details"), "all");
    EXPECT_EQ(seen.field("limit"), "100") << "more is refused with details";
  }
}

TEST_F(SmaregiClientTest, ChangedMembersAreReadInPagesOfTheirWindow) {
  smaregi.on(kMembers, [](const Seen& seen) {
    const int page = std::stoi(seen.field("page"));
    nlohmann::json rows = nlohmann::json::array();
    for (int i = 0; i < (page == 1 ? 1'000 : 2); ++i) {
      rows.push_back({{"customerId", std::to_string(page * 1'000 + i)},
                      {"updDateTime", "2026-09-21T23:13:20+09:00"}});
    }
    return ok(rows.dump());
  });
  const auto members = client->members_changed("sb_one", kStart, kStart + 60);
  ASSERT_TRUE(members) << members.error().message;
  ASSERT_EQ(members->size(), 1'002U);
  EXPECT_EQ(members->back().changed_at, kStart);
  const auto asked = smaregi.seen(kMembers);
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].field("upd_date_time-from"), "2026-09-21T23:13:20+09:00");
  EXPECT_EQ(asked[0].field("upd_date_time-to"), "2026-09-21T23:16:20+09:00");
  EXPECT_EQ(asked[0].field("limit"), "1000");
}

TEST_F(SmaregiClientTest, MembersAreListedOnByTheirNumbers) {
  const auto rows = [](std::initializer_list<const char*> ids) {
    nlohmann::json rows = nlohmann::json::array();
    for (const char* id : ids) rows.push_back({{"customerId", id}, {"customerCode", "T"}});
    return ok(rows.dump());
  };
  smaregi.on(kMembers, {rows({"100", "21"})});
  const auto page = client->members_after("sb_one", 20);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->members.size(), 2U);
  EXPECT_EQ(page->members[0].member_id, "21") << "as numbers, however they come";
  EXPECT_FALSE(page->more);
  EXPECT_EQ(smaregi.seen(kMembers)[0].field("customer_id-from"), "21");
  EXPECT_EQ(smaregi.seen(kMembers)[0].field("limit"), "1000");

  nlohmann::json full = nlohmann::json::array();
  for (int id = 1; id <= 1'000; ++id) full.push_back({{"customerId", std::to_string(id)}});
  smaregi.on(kMembers, {ok(full.dump())});
  EXPECT_TRUE(client->members_after("sb_one", 0)->more);
  smaregi.on(kMembers, {ok("[]")});
  EXPECT_FALSE(client->members_after("sb_one", 1'000)->more);
  for (const auto& wrong : {rows({"20"}), rows({"x"})}) {
    smaregi.on(kMembers, {wrong});
    EXPECT_EQ(client->members_after("sb_one", 20).error().code, ErrorCode::kUnavailable);
  }
}

// Of four calls a second.
TEST_F(SmaregiClientTest, WorkersLeaveAShopperHalfOfTheCalls) {
  SmaregiOptions slow = options();
  slow.reads = {.start = 4, .ceiling = 4};
  slow.shopper_time = 300ms;
  rebuild(slow);
  SmaregiClient workers(*client, SmaregiClient::Background());
  smaregi.on(kMember, {member()});
  smaregi.on(kPoints, {ok(R"([{"customerId":"7","point":"1"}])")});
  EXPECT_TRUE(workers.member("sb_one", "7"));
  EXPECT_TRUE(workers.points("sb_one", "7"));
  EXPECT_EQ(workers.member("sb_one", "7").error().code, ErrorCode::kBusy);
  EXPECT_TRUE(client->member("sb_one", "7")) << "at once";
  EXPECT_TRUE(client->points("sb_one", "7"));
  EXPECT_EQ(smaregi.count(kToken), 1U) << "the token is theirs together";
}

TEST_F(SmaregiClientTest, WindowsHaveALimitAndADirection) {
  smaregi.on(kStock, {ok("[]")});
  EXPECT_EQ(client->stock_changed("sb_one", kStart, kStart - 1).error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(client->stock_changed("sb_one", kStart, kStart + 24 * 31 * kDay - 121));
  EXPECT_EQ(smaregi.count(kStock), 24U);
  EXPECT_EQ(client->stock_changed("sb_one", kStart, kStart + 24 * 31 * kDay - 120).error().code,
            ErrorCode::kInvalid);
  EXPECT_EQ(smaregi.count(kStock), 24U);
}

TEST_F(SmaregiClientTest, AnIdCannotLeaveItsPlaceInTheAddress) {
  const std::string path = "GET /sb_one/pos/customers/../customers?x=1";
  smaregi.on(path, {member()});
  EXPECT_FALSE(client->member("sb_one", "../customers?x=1"));
  ASSERT_EQ(smaregi.count(path), 1U);
  EXPECT_EQ(smaregi.seen(path).back().target, "/sb_one/pos/customers/..%2Fcustomers%3Fx%3D1");
}

// ---- joining
// -------------------------------------------------------------------------------------

TEST_F(SmaregiClientTest, TheSignInAddressCarriesStateAndChallenge) {
  EXPECT_EQ(
      client->sign_in_url("st&te", "chal-lenge_", "https://tsunagi.example/smaregi/callback"),
      smaregi.url() +
          "/authorize?response_type=code&client_id=the-app&scope=openid&state=st%26te&redirect_uri="
          "https%3A%2F%2Ftsunagi.example%2Fsmaregi%2Fcallback&code_challenge=chal-lenge_&"
          "code_challenge_method=S256");
}

TEST_F(SmaregiClientTest, ASignInTellsTheContract) {
  smaregi.on("POST /authorize/token", {token("user-token")});
  smaregi.on("GET /userinfo",
             {ok(R"({"sub":"sb_one:1","contract":{"id":"sb_one","is_owner":true}})")});
  const auto contract = client->contract_of_sign_in("the code", "verifier", "https://a/b");
  ASSERT_TRUE(contract) << contract.error().message;
  EXPECT_EQ(*contract, "sb_one");
  const Seen asked = smaregi.seen("POST /authorize/token").back();
  EXPECT_EQ(asked.authorization, "Basic " + base64("the-app:s3cret:with/odd+chars"));
  EXPECT_EQ(asked.body,
            "grant_type=authorization_code&code=the%20code&redirect_uri=https%3A%2F%2Fa%2Fb&"
            "code_verifier=verifier");
  EXPECT_EQ(smaregi.seen("GET /userinfo").back().authorization, "Bearer user-token");
}

TEST_F(SmaregiClientTest, ASpentSignInIsUnauthorizedAnUnreachableOneUnavailable) {
  smaregi.on("POST /authorize/token", {status(400, R"({"error":"invalid_grant"})")});
  EXPECT_EQ(client->contract_of_sign_in("c", "v", "r").error().code, ErrorCode::kUnauthorized);
  smaregi.on("POST /authorize/token", {status(503)});
  EXPECT_EQ(client->contract_of_sign_in("c", "v", "r").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(smaregi.count("POST /authorize/token"), 2U) << "a code is good once: never repeated";
}

constexpr const char* kStores = "GET /sb_one/pos/stores";

Answer token_for(const std::string& scopes) {
  return ok(R"({"scope":")" + scopes +
            R"(","token_type":"Bearer","expires_in":3600,"access_token":"B"})");
}

TEST_F(SmaregiClientTest, SaysWhatAContractGrants) {
  Answer stores = ok("[]");
  stores.headers = {{"Date", "Sun, 20 Sep 2026 17:46:40 GMT"}};  // 1'789'926'400
  smaregi.on(kStores, {stores});
  smaregi.on(kMembers, {ok("[]")});
  smaregi.on(kToken, {token_for(std::string(kSmaregiScopes))});
  const auto whole = client->access("sb_one");
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_TRUE(whole->missing.empty());
  EXPECT_TRUE(whole->has_members);
  EXPECT_EQ(whole->ahead, 1'789'926'400 - clock.now());
  EXPECT_EQ(smaregi.seen(kMembers).back().field("fields"), "customerId") << "nobody's data";

  smaregi.on(kToken, {token_for("pos.customers:read pos.stores:read")});
  const std::vector<std::string> missing = {"pos.customers:write", "pos.transactions:read",
                                            "pos.products:read",   "pos.stock:read",
                                            "pos.stock:write",     "pos.stock-changes:read"};
  EXPECT_EQ(client->access("sb_one")->missing, missing);
  smaregi.on(kToken, {ok(R"({"scope":["a"],"expires_in":3600,"access_token":"C"})")});
  EXPECT_TRUE(client->access("sb_one")->missing.empty()) << "it does not say in words";
}

TEST_F(SmaregiClientTest, APlanWithoutMembersIsKnownByItsRefusal) {
  smaregi.on(kStores, {ok("[]")});
  smaregi.on(kMembers, {status(403)});
  smaregi.on(kToken, {token_for(std::string(kSmaregiScopes))});
  const auto access = client->access("sb_one");
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_FALSE(access->has_members);
  EXPECT_EQ(access->ahead, std::nullopt) << "without a Date nothing is known";
  smaregi.on(kMembers, {status(404)});
  EXPECT_FALSE(client->access("sb_one")) << "that says nothing of plans";
}

TEST_F(SmaregiClientTest, AContractThatRefusesUsAndScopesThatAreRefused) {
  smaregi.on(kToken, {status(401, R"({"error":"invalid_client"})")});
  EXPECT_EQ(client->access("sb_one").error().code, ErrorCode::kUnauthorized);
  smaregi.on(kToken, {status(400, R"({"error":"invalid_scope","error_description":"no"})")});
  const auto access = client->access("sb_one");
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->missing.size(), 8U) << "all, since it does not say which";
}

}  // namespace
}  // namespace tsunagi
