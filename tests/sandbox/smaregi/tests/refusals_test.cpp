// What the platform refuses is refused here, rule by rule, and a refusal changes nothing.

#include "tests/sandbox/smaregi/tests/platform.h"

namespace tsunagi::smaregi_sandbox {
namespace {

struct Row {
  const char* why;
  const char* method;
  std::string target, body;
  int status;
  const char* detail;
};

std::string repeat(const std::string& piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

std::string member(const std::string& more) {
  return R"({"customerCode":"NEW1","lastName":"佐藤","firstName":"一郎")" +
         (more.empty() ? "" : "," + more) + "}";
}
std::string field(const std::string& name, const std::string& value) {
  return member("\"" + name + "\":\"" + value + "\"");
}

// The world every row starts from: store 1, store 2 (paused), product 1, members 1 (code M1) and 2
// (code M2).
void fill(Platform& platform) {
  platform.control("PUT", std::string("/_sandbox/contracts/") + kContract,
                   {{"ranks", {"一般", "ゴールド"}}});
  platform.add_store();
  platform.patch("/stores/" + platform.add_store("休止店"), {{"pauseFlag", "1"}});
  platform.add_product("4900000000017", 1000);
  platform.add_member("M1");
  platform.add_member("M2");
}

std::vector<Row> member_rows() {
  const std::string ascii21 = repeat("a", 21), kana86 = repeat("ア", 86), name86 = repeat("あ", 86);
  return {
      {"no code", "POST", "/customers", R"({"lastName":"佐藤","firstName":"一郎"})", 400,
       "[customerCode]"},
      {"no first name", "POST", "/customers", R"({"customerCode":"N","lastName":"佐藤"})", 400,
       "[firstName]"},
      {"empty last name", "POST", "/customers",
       R"({"customerCode":"N","lastName":"","firstName":"一郎"})", 400, "[lastName]"},
      {"code of 21", "POST", "/customers",
       R"({"customerCode":")" + ascii21 + R"(","lastName":"佐","firstName":"一"})", 400, "20文字"},
      {"code not ASCII", "POST", "/customers",
       R"({"customerCode":"会員1","lastName":"佐","firstName":"一"})", 400, "使用できない"},
      {"code taken", "POST", "/customers",
       R"({"customerCode":"M1","lastName":"佐","firstName":"一"})", 400, "既に使用"},
      {"code taken by PATCH", "PATCH", "/customers/2", R"({"customerCode":"M1"})", 400, "既に使用"},
      {"code emptied", "PATCH", "/customers/2", R"({"customerCode":null})", 400, "必須"},
      {"number of 21", "POST", "/customers", field("customerNo", ascii21), 400, "[customerNo]"},
      {"name of 86", "POST", "/customers",
       R"({"customerCode":"N","lastName":")" + name86 + R"(","firstName":"一"})", 400,
       "[lastName]"},
      {"kana in hiragana", "POST", "/customers", field("firstKana", "いちろう"), 400,
       "[firstKana]"},
      {"kana half width", "POST", "/customers", field("firstKana", "ｲﾁﾛｳ"), 400, "[firstKana]"},
      {"kana of 86", "POST", "/customers", field("lastKana", kana86), 400, "[lastKana]"},
      {"post code of 11", "POST", "/customers", field("postCode", "123-4567890"), 400,
       "[postCode]"},
      {"address of 86", "POST", "/customers", field("address", name86), 400, "[address]"},
      {"phone of 21", "POST", "/customers", field("phoneNumber", repeat("1", 21)), 400,
       "[phoneNumber]"},
      {"phone with a blank", "POST", "/customers", field("phoneNumber", "03 1234 5678"), 400,
       "[phoneNumber]"},
      {"phone full width", "POST", "/customers", field("phoneNumber", "０３"), 400,
       "[phoneNumber]"},
      {"mail of 256", "POST", "/customers", field("mailAddress", repeat("m", 256)), 400,
       "[mailAddress]"},
      {"note of 1001", "POST", "/customers", field("note", repeat("の", 1001)), 400, "[note]"},
      {"sex of another kind", "POST", "/customers", field("sex", "3"), 400, "[sex]"},
      {"status of another kind", "PATCH", "/customers/1", R"({"status":"5"})", 400, "[status]"},
      {"birthday that is none", "POST", "/customers", field("birthDate", "2026-02-29"), 400,
       "[birthDate]"},
      {"rank not in the master", "POST", "/customers", field("rank", "白金"), 400, "[rank]"},
      {"text given as number", "POST", "/customers",
       R"({"customerCode":12345,"lastName":"佐","firstName":"一"})", 400, "型"},
      {"text given as object", "PATCH", "/customers/1", R"({"lastName":{}})", 400, "型"},
      {"unknown field", "POST", "/customers", member(R"("points":5)"), 400, "[points]"},
      {"misspelt field", "PATCH", "/customers/1", R"({"zipCode":"1"})", 400, "[zipCode]"},
      {"read-only field", "PATCH", "/customers/1", R"({"customerId":"9"})", 400, "[customerId]"},
      {"points are elsewhere", "PATCH", "/customers/1", R"({"point":"9"})", 400, "[point]"},
      {"unknown store in the body", "POST", "/customers", field("storeId", "99"), 400, "店舗ID"},
      {"unknown member", "GET", "/customers/99", "", 404, "指定されたID"},
      {"unknown member PATCH", "PATCH", "/customers/99", R"({"lastName":"佐"})", 404,
       "指定されたID"},
      {"unknown member DELETE", "DELETE", "/customers/99", "", 404, "指定されたID"},
      {"id that is no number", "GET", "/customers/abc", "", 404, "指定されたID"},
      {"there is no PUT", "PUT", "/customers/1", R"({"lastName":"佐"})", 405, ""},
      {"body is a list", "POST", "/customers", "[]", 400, "オブジェクト"},
      {"body is no JSON", "POST", "/customers", "{", 400, "JSON"},
      {"body is not UTF-8", "POST", "/customers", "{\"lastName\":\"\xff\"}", 400, "JSON"},
      {"no body", "POST", "/customers", "", 400, "オブジェクト"},
  };
}

std::vector<Row> other_rows() {
  return {
      {"points without figures", "POST", "/customers/1/point/add", "{}", 400, "[point]"},
      {"points as text", "POST", "/customers/1/point/add", R"({"point":"ten"})", 400, "[point]"},
      {"points as fraction", "POST", "/customers/1/point/add", R"({"point":1.5})", 400, "[point]"},
      {"points of ten digits", "POST", "/customers/1/point/add", R"({"point":1000000000})", 400,
       "[point]"},
      {"more points than there are", "POST", "/customers/1/point/add", R"({"point":-1})", 400,
       "不足"},
      {"negative balance", "PATCH", "/customers/1/point", R"({"point":-1})", 400, "0以上"},
      {"points of an unknown member", "POST", "/customers/99/point/add", R"({"point":1})", 404,
       "指定されたID"},
      {"a path that does not exist", "PATCH", "/customers/point", R"({"point":1})", 404,
       "指定されたID"},
      {"shop without a name", "POST", "/stores", R"({"storeCode":"1"})", 400, "[storeName]"},
      {"kind of shop cannot change", "PATCH", "/stores/1", R"({"division":"2"})", 400,
       "[division]"},
      {"giving points per zero yen", "PATCH", "/stores/1",
       R"({"pointCondition":{"pointGivingUnitPrice":0}})", 400, "[pointGivingUnitPrice]"},
      {"unknown shop", "GET", "/stores/99", "", 404, "指定されたID"},
      {"product without price", "POST", "/products", R"({"categoryId":1,"productName":"品"})", 400,
       "[price]"},
      {"price as text", "POST", "/products",
       R"({"categoryId":1,"productName":"品","price":"高い"})", 400, "[price]"},
      {"code of 21", "POST", "/products",
       R"({"categoryId":1,"productName":"品","price":1,"productCode":"123456789012345678901"})",
       400, "[productCode]"},
      {"unknown product", "GET", "/products/99", "", 404, "指定されたID"},
      {"unknown product's stock", "PATCH", "/stock/99", R"({"storeId":1,"stockAmount":1})", 404,
       "指定されたID"},
      {"unknown shop's stock", "PATCH", "/stock/1", R"({"storeId":99,"stockAmount":1})", 400,
       "店舗ID"},
      {"stock above the limit", "PATCH", "/stock/1", R"({"storeId":1,"stockAmount":1000000000})",
       400, "[999999999]以下"},
      {"stock below the limit", "PATCH", "/stock/1", R"({"storeId":1,"stockAmount":-1000000000})",
       400, "[-999999999]以上"},
      {"sum above the limit", "POST", "/stock/1/add", R"({"storeId":1,"stockAmount":1000000000})",
       400, "[999999999]以下"},
      {"delta above the limit", "POST", "/stock/1/add", R"({"storeId":1,"stockAmount":1999999999})",
       400, "[stockAmount]"},
      {"stock memo of 101", "PATCH", "/stock/1",
       R"({"storeId":1,"stockAmount":1,"stockHistory":{"memo":")" + repeat("m", 101) + "\"}}", 400,
       "[memo]"},
      {"stock without shop", "PATCH", "/stock/1", R"({"stockAmount":1})", 400, "[storeId]"},
      {"unknown query name", "GET", "/customers?name=山田", "", 400, "[name]"},
      {"doubled query name", "GET", "/customers?limit=1&limit=2", "", 400, "[limit]"},
      {"limit 0", "GET", "/customers?limit=0", "", 400, "[limit]"},
      {"limit 1001", "GET", "/customers?limit=1001", "", 400, "[limit]"},
      {"limit that is no number", "GET", "/customers?limit=ten", "", 400, "[limit]"},
      {"page 0", "GET", "/products?page=0", "", 400, "[page]"},
      {"sort by an unknown name", "GET", "/customers?sort=lastName", "", 400, "[sort]"},
      {"sort in an unknown order", "GET", "/customers?sort=customerId:up", "", 400, "[sort]"},
      {"unknown field", "GET", "/customers?fields=points", "", 400, "[fields]"},
      {"no window", "GET", "/transactions", "", 400, "いずれか"},
      {"half a window", "GET", "/transactions?sum_date-from=2026-09-01", "", 400, "両方"},
      {"window of 32 days", "GET", "/transactions?sum_date-from=2026-08-01&sum_date-to=2026-09-02",
       "", 400, "31日"},
      {"stock window of 32 days", "GET",
       "/stock?upd_date_time-from=2026-08-01T00:00:00%2B09:00&upd_date_time-to=2026-09-02T00:00:00%"
       "2B09:00",
       "", 400, "31日"},
      {"window with a bare plus", "GET",
       "/stock?upd_date_time-from=2026-08-01T00:00:00+09:00&upd_date_time-to=2026-08-02T00:00:00+"
       "09:00",
       "", 400, "TZD"},
      {"window backwards", "GET",
       "/products?upd_date_time-from=2026-08-02T00:00:00%2B09:00&upd_date_time-to=2026-08-01T00:00:"
       "00%2B09:00",
       "", 400, "範囲"},
      {"window of days for times", "GET",
       "/products?upd_date_time-from=2026-08-01&upd_date_time-to=2026-08-02", "", 400, "TZD"},
      {"unknown transaction", "GET", "/transactions/99", "", 404, "指定されたID"},
      {"details limit 101", "GET",
       "/transactions?sum_date-from=2026-09-01&sum_date-to=2026-09-02&with_details=all&limit=101",
       "", 400, "[limit]"},
      {"unknown path", "GET", "/nothing", "", 404, "指定されたID"},
      {"no such path of stock", "GET", "/stock/1/store/1", "", 404, "指定されたID"},
  };
}

std::string sale(const std::string& changes) {
  Json body = Json::parse(
      R"({"transactionHeadDivision":"1","subtotal":"1000","total":"1000","storeId":"1","terminalId":"1",
    "terminalTranId":"1","terminalTranDateTime":"2026-09-21T10:02:43+0900","details":[{"transactionDetailId":"1",
    "transactionDetailDivision":"1","productId":"1","salesPrice":"1000","quantity":"1"}]})");
  body.merge_patch(Json::parse(changes));
  return body.dump();
}

std::vector<Row> sale_rows() {
  return {
      {"layaway division", "POST", "/transactions", sale(R"({"transactionHeadDivision":"10"})"),
       400, "[transactionHeadDivision]"},
      {"expiry division", "POST", "/transactions", sale(R"({"transactionHeadDivision":"8"})"), 400,
       "[transactionHeadDivision]"},
      {"subtotal is not the sum", "POST", "/transactions",
       sale(R"({"subtotal":"999","total":"999"})"), 400, "[subtotal]"},
      {"total is not the formula", "POST", "/transactions", sale(R"({"pointDiscount":"10"})"), 400,
       "[total]"},
      {"no details", "POST", "/transactions", sale(R"({"details":null})"), 400, "[details]"},
      {"detail without price", "POST", "/transactions",
       sale(
           R"({"details":[{"transactionDetailId":"1","transactionDetailDivision":"1","quantity":"1"}]})"),
       400, "[salesPrice]"},
      {"unknown product", "POST", "/transactions",
       sale(
           R"({"details":[{"transactionDetailId":"1","transactionDetailDivision":"1","productId":"99","salesPrice":"1000","quantity":"1"}]})"),
       400, "商品ID"},
      {"unknown shop", "POST", "/transactions", sale(R"({"storeId":"99"})"), 400, "店舗ID"},
      {"paused shop", "POST", "/transactions", sale(R"({"storeId":"2"})"), 400, "休止"},
      {"terminal 0", "POST", "/transactions", sale(R"({"terminalId":"0"})"), 400, "[terminalId]"},
      {"receipt id of 11", "POST", "/transactions", sale(R"({"terminalTranId":"12345678901"})"),
       400, "[terminalTranId]"},
      {"no time", "POST", "/transactions", sale(R"({"terminalTranDateTime":null})"), 400,
       "[terminalTranDateTime]"},
      {"code of another member", "POST", "/transactions",
       sale(R"({"customerId":"1","customerCode":"M2"})"), 400, "一致しません"},
      {"unknown member", "POST", "/transactions", sale(R"({"customerId":"99"})"), 400, "会員ID"},
      {"points of nobody", "POST", "/transactions", sale(R"({"newPoint":"10"})"), 400,
       "[customerId]"},
      {"points not there", "POST", "/transactions", sale(R"({"customerId":"1","spendPoint":"10"})"),
       400, "不足"},
      {"unknown sum division", "POST", "/transactions", sale(R"({"sumDivision":"3"})"), 400,
       "[sumDivision]"},
      {"pick-up by the API", "POST", "/transactions",
       sale(R"({"layawayServerTransactionHeadId":"1"})"), 400, "[layawayServerTransactionHeadId]"},
      {"layaway of division 1", "POST", "/transactions/layaways", sale("{}"), 400,
       "[transactionHeadDivision]"},
      {"unknown layaway", "POST", "/transactions/layaways/99/dispose", "{}", 404, "指定されたID"},
  };
}

void expect_refusals(const std::vector<Row>& rows) {
  Platform platform;
  fill(platform);
  const std::string token = platform.token(
      "pos.products:read pos.products:write pos.customers:read pos.customers:write pos.stock:read "
      "pos.stock:write "
      "pos.transactions:read pos.transactions:write pos.stores:read pos.stores:write");
  (void)platform.events();
  const std::string contract = std::string("/_sandbox/contracts/") + kContract;
  const std::string before = platform.control("GET", contract).body;
  for (const Row& row : rows) {
    const size_t mark = row.target.find('?');
    Request request{.method = row.method,
                    .path = "/sb_test/pos" + row.target.substr(0, mark),
                    .authorization = "Bearer " + token,
                    .content_type = "application/json",
                    .body = row.body};
    if (mark != std::string::npos) request.query = parse_form(row.target.substr(mark + 1)).value();
    const Reply reply = platform.raw(request);
    EXPECT_EQ(reply.status, row.status) << row.why << ": " << reply.body;
    const Json body = parse(reply);
    EXPECT_EQ(body.value("status", 0), row.status) << row.why;
    EXPECT_TRUE(body.contains("type") && body.contains("title")) << row.why;
    EXPECT_NE(body.value("detail", std::string()).find(row.detail), std::string::npos)
        << row.why << ": " << reply.body;
  }
  EXPECT_EQ(platform.control("GET", contract).body, before) << "a refusal wrote something";
  EXPECT_TRUE(platform.events().empty()) << "a refusal fired an event";
}

TEST(Refusals, Members) { expect_refusals(member_rows()); }
TEST(Refusals, PointsShopsProductsStockAndLists) { expect_refusals(other_rows()); }
TEST(Refusals, Transactions) { expect_refusals(sale_rows()); }

TEST(Refusals, AtTheLimitIsAccepted) {
  Platform platform;
  fill(platform);
  const Json made = platform.post("/customers", {{"customerCode", repeat("~", 20)},
                                                 {"lastName", repeat("あ", 85)},
                                                 {"firstName", repeat("い", 85)},
                                                 {"firstKana", repeat("ア", 85)},
                                                 {"phoneNumber", repeat("1", 20)},
                                                 {"note", repeat("の", 1000)},
                                                 {"mailAddress", repeat("m", 255)},
                                                 {"rank", "ゴールド"}});
  EXPECT_EQ(made.at("customerCode"), repeat("~", 20));
  EXPECT_EQ(
      platform.patch("/stock/1", {{"storeId", 1}, {"stockAmount", 999'999'999}}).at("stockAmount"),
      "999999999");
  EXPECT_EQ(platform.post("/stock/1/add", {{"storeId", 1}, {"stockAmount", -1'999'999'998}})
                .at("stockAmount"),
            "-999999999");
}

TEST(Refusals, RequiredColumnsOfTheContract) {
  Platform platform;
  platform.control("PUT", "/_sandbox/contracts/sb_test",
                   {{"required_columns", {"firstKana", "phoneNumber"}}});
  EXPECT_EQ(platform
                .call("POST", "/customers",
                      {{"customerCode", "A"}, {"lastName", "佐"}, {"firstName", "一"}})
                .status,
            400);
  const std::string id =
      platform.add_member("A", {{"firstKana", "ハナコ"}, {"phoneNumber", "0312345678"}});
  EXPECT_EQ(platform.call("PATCH", "/customers/" + id, {{"phoneNumber", ""}}).status, 400);
  int marked = 0;
  for (const Json& row : platform.get("/customer_required_column_setting")) {
    const std::string name = row.at("columnName");
    const bool expected = name == "customerCode" || name == "firstName" || name == "lastName" ||
                          name == "firstKana" || name == "phoneNumber";
    EXPECT_EQ(row.at("value"), expected ? "1" : "0") << name;
    marked += expected ? 1 : 0;
  }
  EXPECT_EQ(marked, 5);
}

}  // namespace
}  // namespace tsunagi::smaregi_sandbox
