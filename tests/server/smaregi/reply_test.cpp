// What Smaregi may answer, and what we make of it: strings, numbers and nulls anywhere; nonsense
// never throws.
#include "server/smaregi/reply.h"

#include <gtest/gtest.h>

#include "server/smaregi/japan_time.h"

namespace tsunagi::smaregi {
namespace {

constexpr Seconds kAfternoon = 1'666'765'355;  // 2022-10-26 15:22:35 in Japan

TEST(SmaregiTime, IsSentInJapansOffset) {
  EXPECT_EQ(format_time(kAfternoon), "2022-10-26T15:22:35+09:00");
  EXPECT_EQ(format_time(0), "1970-01-01T09:00:00+09:00");
  EXPECT_EQ(format_time(1'709'132'400 - 1), "2024-02-28T23:59:59+09:00");
  EXPECT_EQ(format_time(1'709'132'400), "2024-02-29T00:00:00+09:00");
}

TEST(SmaregiTime, Days) {
  EXPECT_EQ(parse_day("2026-12-31"), "2026-12-31");
  EXPECT_EQ(parse_day("1931-01-02"), "1931-01-02");
  EXPECT_EQ(parse_day("2026-12-31T00:00:00+09:00"), "2026-12-31");
  for (const char* text : {"", "0000-00-00", "2026-02-30", "2026/12/31", "2026-12-31x", "soon"}) {
    EXPECT_EQ(parse_day(text), "") << text;
  }
}

TEST(SmaregiReply, ScalarsMayBeTextNumberOrNull) {
  for (
      const char* body : {
          R"({"customerId":"7","customerCode":"T1","rank":"1","status":"2","lastName":"繋","firstName":"木"})",
          R"({"customerId":7,"customerCode":"T1","rank":1,"status":2,"lastName":"繋","firstName":"木","x":[{}]})",
          R"({"customerId":7.0,"customerCode":"T1","rank":1,"status":"2.00","lastName":"繋","firstName":"木"})",
      }) {
    const auto member = parse_member(body);
    ASSERT_TRUE(member) << body << member.error().message;
    EXPECT_EQ(member->member_id, "7");
    EXPECT_EQ(member->code, "T1");
    EXPECT_EQ(member->rank, "1");
    EXPECT_EQ(member->status, 2);
    EXPECT_EQ(member->fields[MemberField::kLastName], "繋");
    EXPECT_EQ(member->fields[MemberField::kFirstName], "木");
  }
  const auto bare = parse_member(R"({"customerId":"7","rank":null,"status":null,"lastName":null})");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->rank, "");
  EXPECT_EQ(bare->status, 0);
}

TEST(SmaregiReply, EveryFieldOfAMemberAndWhenItChanged) {
  const auto full = parse_member(
      R"({"customerId":"7","customerCode":"T1","rank":null,"lastName":"繋","firstName":"-",
          "lastKana":"ツナギ","firstKana":"キ","mailAddress":"a@example.com",
          "phoneNumber":"090-1234-5678","mobileNumber":"080-0000-0000","postCode":"150-0001",
          "address":"東京都渋谷区1-2-3","birthDate":"1990-01-02","sex":"2","mailReceiveFlag":"1",
          "updDateTime":"2022-10-26T15:22:35+09:00"})");
  ASSERT_TRUE(full) << full.error().message;
  EXPECT_EQ(full->fields, (MemberFields{{MemberField::kLastName, "繋"},
                                        {MemberField::kFirstName, "-"},
                                        {MemberField::kLastKana, "ツナギ"},
                                        {MemberField::kFirstKana, "キ"},
                                        {MemberField::kMail, "a@example.com"},
                                        {MemberField::kPhone, "090-1234-5678"},
                                        {MemberField::kPostCode, "150-0001"},
                                        {MemberField::kAddress, "東京都渋谷区1-2-3"},
                                        {MemberField::kBirthDate, "1990-01-02"},
                                        {MemberField::kSex, "2"},
                                        {MemberField::kMailConsent, "1"}}));
  EXPECT_EQ(full->changed_at, kAfternoon);
  for (const char* body :
       {R"({"customerId":"7"})",
        R"({"customerId":"7","lastName":null,"firstName":null,"lastKana":null,"firstKana":null,
            "mailAddress":null,"phoneNumber":null,"postCode":null,"address":null,"birthDate":null,
            "sex":null,"mailReceiveFlag":null,"updDateTime":null})",
        R"({"customerId":"7","mailAddress":"","birthDate":"","sex":"0","mailReceiveFlag":""})",
        R"({"customerId":"7","birthDate":"0000-00-00","sex":0,"mailReceiveFlag":"2"})",
        R"({"customerId":"7","birthDate":"2026-02-30","sex":"9","updDateTime":""})"}) {
    const auto bare = parse_member(body);
    ASSERT_TRUE(bare) << body << bare.error().message;
    EXPECT_EQ(bare->fields, MemberFields{}) << body;
    EXPECT_EQ(bare->changed_at, 0) << body;
  }
  const auto numbers = parse_member(
      R"({"customerId":7,"sex":1,"mailReceiveFlag":0,"birthDate":"1990-01-02T00:00:00+09:00"})");
  ASSERT_TRUE(numbers) << numbers.error().message;
  EXPECT_EQ(numbers->fields[MemberField::kSex], "1");
  EXPECT_EQ(numbers->fields[MemberField::kMailConsent], "0");
  EXPECT_EQ(numbers->fields[MemberField::kBirthDate], "1990-01-02");
  for (const char* body :
       {R"({"customerId":"7","updDateTime":"yesterday"})", R"({"customerId":"7","sex":{}})",
        R"({"customerId":"7","address":["東京都"]})"}) {
    ASSERT_FALSE(parse_member(body)) << body;
    EXPECT_EQ(parse_member(body).error().code, ErrorCode::kUnavailable) << body;
  }
}

TEST(SmaregiReply, RequiredColumns) {
  const auto required = parse_required(
      R"([{"columnName":"customerCode","value":"1"},{"columnName":"firstName","value":"1"},
          {"columnName":"lastName","value":"1"},{"columnName":"sex","value":1},
          {"columnName":"birthDate","value":"0"},{"columnName":"mailReceiveFlag","value":"1"},
          {"columnName":"rank","value":"1"},{"columnName":"mobileNumber","value":true}])");
  ASSERT_TRUE(required) << required.error().message;
  EXPECT_EQ(required->fields,
            (std::vector<MemberField>{MemberField::kSex, MemberField::kMailConsent}));
  EXPECT_EQ(required->others, (std::vector<std::string>{"rank", "mobileNumber"}));
  for (const char* body : {"", "{}", "[1]", R"([{"value":"1"}])", R"([{"columnName":null}])",
                           R"([{"columnName":"rank","value":"yes"}])"}) {
    ASSERT_FALSE(parse_required(body)) << body;
    EXPECT_EQ(parse_required(body).error().code, ErrorCode::kUnavailable) << body;
  }
}

TEST(SmaregiReply, Points) {
  struct Row {
    const char* body;
    int64_t points;
    const char* expire_on;
  };
  for (const Row& row : {
           Row{R"([{"customerId":"7","point":"2340","pointExpireDate":"2026-12-31"}])", 2340,
               "2026-12-31"},
           Row{R"([{"customerId":7,"point":-12,"pointExpireDate":null}])", -12, ""},
           Row{R"([{"customerId":7,"point":"0.00","pointExpireDate":""}])", 0, ""},
           Row{R"([{"customerId":7,"point":2340.0,"pointExpireDate":"2026-12-31T00:00:00+09:00"}])",
               2340, "2026-12-31"},
           Row{R"([{"customerId":7,"point":"9999999990","mile":"x"}])", 9'999'999'990, ""},
           Row{R"([{"customerId":7,"point":null}])", 0, ""},
       }) {
    const auto points = parse_points(row.body);
    ASSERT_TRUE(points) << row.body << points.error().message;
    ASSERT_EQ(points->size(), 1U);
    EXPECT_EQ(points->front().member_id, "7");
    EXPECT_EQ(points->front().points, row.points) << row.body;
    EXPECT_EQ(points->front().expire_on, row.expire_on) << row.body;
  }
}

TEST(SmaregiReply, StoresProductsStock) {
  const auto stores = parse_stores(
      R"([{"storeId":"1","storeCode":"S1","storeName":"渋谷店","phoneNumber":"03-1234-5678","address":"東京都",
           "displaySequence":"20","pauseFlag":"0"},{"storeId":2,"displaySequence":null,"pauseFlag":1}])");
  ASSERT_TRUE(stores) << stores.error().message;
  ASSERT_EQ(stores->size(), 2U);
  EXPECT_EQ((*stores)[0].name, "渋谷店");
  EXPECT_EQ((*stores)[0].phone, "03-1234-5678");
  EXPECT_EQ((*stores)[0].display_order, 20);
  EXPECT_FALSE((*stores)[0].paused);
  EXPECT_TRUE((*stores)[1].paused);

  const auto products = parse_products(
      R"([{"productId":"8000001","productCode":"4901234567894","supplierProductNo":"SKU-1","productName":"靴下",
           "stockControlDivision":"1"},{"productId":8000002,"stockControlDivision":0}])");
  ASSERT_TRUE(products) << products.error().message;
  EXPECT_EQ((*products)[0].product_id, "8000001");
  EXPECT_EQ((*products)[0].code, "4901234567894");
  EXPECT_EQ((*products)[0].supplier_code, "SKU-1");
  EXPECT_FALSE((*products)[0].stock_controlled);
  EXPECT_TRUE((*products)[1].stock_controlled);

  const auto stock = parse_stock(
      R"([{"storeId":"1","productId":"8000001","stockAmount":"-3","layawayStockAmount":"1",
           "updDateTime":"2022-10-26T15:22:35+09:00"},{"storeId":2,"productId":8000001,"stockAmount":null}])");
  ASSERT_TRUE(stock) << stock.error().message;
  EXPECT_EQ((*stock)[0].on_hand, -3);
  EXPECT_EQ((*stock)[0].layaway, 1);
  EXPECT_EQ((*stock)[0].changed_at, kAfternoon);
  EXPECT_EQ((*stock)[1].changed_at, 0);
}

TEST(SmaregiReply, TransactionsNameTheirMemberAndEachProductOnce) {
  const auto sale = parse_transaction(
      R"({"transactionHeadId":"25","customerId":"7","storeId":"1","updDateTime":"2022-10-26T15:22:35+09:00",
          "details":[{"productId":"1"},{"productId":2},{"productId":"1"},{"productId":null}]})");
  ASSERT_TRUE(sale) << sale.error().message;
  EXPECT_EQ(sale->id, "25");
  EXPECT_EQ(sale->member_id, "7");
  EXPECT_EQ(sale->store_id, "1");
  EXPECT_EQ(sale->changed_at, kAfternoon);
  EXPECT_EQ(sale->product_ids, (std::vector<std::string>{"1", "2"}));
  const auto bare =
      parse_transaction(R"({"transactionHeadId":25,"customerId":null,"details":null})");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->member_id, "");
}

TEST(SmaregiReply, TokensAndContracts) {
  const auto token = parse_token(
      R"({"scope":"pos.stores:read","token_type":"Bearer","expires_in":3600,"access_token":"abc"})");
  ASSERT_TRUE(token);
  EXPECT_EQ(token->value, "abc");
  EXPECT_EQ(token->lasts, 3600);
  EXPECT_EQ(parse_token(R"({"expires_in":"60","access_token":"a"})")->lasts, 60);
  for (const char* body :
       {"{}", R"({"access_token":"a"})", R"({"expires_in":60})",
        R"({"access_token":"a","expires_in":-1})", R"({"access_token":{},"expires_in":1})"}) {
    EXPECT_FALSE(parse_token(body)) << body;
  }
  EXPECT_EQ(*parse_contract(
                R"({"sub":"x","contract":{"id":"sb_skx123y4","user_id":"1","is_owner":true}})"),
            "sb_skx123y4");
  for (const char* body :
       {"{}", R"({"contract":null})", R"({"contract":{}})", R"({"contract":{"id":""}})",
        R"({"contract":{"id":"a/b"}})", R"({"contract":{"id":"a b"}})"}) {
    EXPECT_FALSE(parse_contract(body)) << body;
  }
}

TEST(SmaregiReply, NonsenseIsUnavailableAndSaysWhat) {
  struct Row {
    const char* body;
    const char* why;
  };
  for (const Row& row : {
           Row{"", "not JSON"},
           Row{"<!doctype html><h1>Maintenance</h1>", "not JSON"},
           Row{R"([{"customerId":"7")", "not JSON"},
           Row{"[] []", "not JSON"},
           Row{"\xff\xfe", "not JSON"},
           Row{"null", "not a list"},
           Row{"{}", "not a list"},
           Row{R"({"customers":[]})", "not a list"},
           Row{"[1]", "a row is not an object"},
           Row{"[null]", "a row is not an object"},
           Row{"[{}]", "customerId is missing"},
           Row{R"([{"customerId":null}])", "customerId is missing"},
           Row{R"([{"customerId":{}}])", "customerId is not a scalar"},
           Row{R"([{"customerId":"7","point":"many"}])", "point is not a number"},
           Row{R"([{"customerId":"7","point":"1.5"}])", "point is not a whole number"},
           Row{R"([{"customerId":"7","point":1.5}])", "point is not a whole number"},
           Row{R"([{"customerId":"7","point":1e300}])", "point is not a whole number"},
           Row{R"([{"customerId":"7","point":[]}])", "point is not a scalar"},
           Row{R"([{"customerId":"7","point":"99999999999999999999"}])", "point is not a number"},
       }) {
    const auto points = parse_points(row.body);
    ASSERT_FALSE(points) << row.body;
    EXPECT_EQ(points.error().code, ErrorCode::kUnavailable) << row.body;
    EXPECT_NE(points.error().message.find(row.why), std::string::npos) << points.error().message;
  }
  EXPECT_FALSE(parse_stock(R"([{"storeId":"1","productId":"1","updDateTime":"yesterday"}])"));
  EXPECT_FALSE(parse_transaction(R"({"transactionHeadId":"1","details":{}})"));
  EXPECT_FALSE(parse_transaction(R"({"transactionHeadId":"1","details":[1]})"));
  EXPECT_FALSE(parse_member("[]"));
}

TEST(SmaregiReply, ATextIsKeptUpToItsLimit) {
  const auto named = [](size_t bytes) {
    return parse_member(R"({"customerId":"7","lastName":")" + std::string(bytes, 'x') + R"("})");
  };
  EXPECT_TRUE(named(kMaxTextBytes));
  EXPECT_FALSE(named(kMaxTextBytes + 1));
}

TEST(SmaregiReply, ADeeplyNestedReplyIsNoDanger) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  EXPECT_FALSE(parse_members(deep));
  EXPECT_FALSE(parse_member(deep));
}

TEST(SmaregiReply, ProblemsKeepTheFieldAndTheKindAndNothingElse) {
  EXPECT_EQ(
      parse_problem(
          R"({"type":"about:blank","title":"Bad Request","detail":"[lastKana]は必須です","status":400})"),
      "[lastKana] 必須");
  EXPECT_EQ(parse_problem(R"({"title":"NotFound","status":404})"), "");
  EXPECT_EQ(parse_problem(R"({"error":"invalid_scope","error_description":"unknown scope"})"),
            "invalid_scope");
  EXPECT_EQ(
      parse_problem(R"({"title":"Bad Request","detail":"T0123456789012 of a@b.jp, [山田] [sex]"})"),
      "[sex]");
  for (const char* body : {"", "<html>", "[]", "{}", R"({"title":{}})"}) {
    EXPECT_EQ(parse_problem(body), "") << body;
  }
}

}  // namespace
}  // namespace tsunagi::smaregi
