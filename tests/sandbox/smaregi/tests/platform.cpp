#include "tests/sandbox/smaregi/tests/platform.h"

namespace tsunagi::smaregi_sandbox {

namespace {

constexpr const char* kAllScopes =
    "pos.products:read pos.products:write pos.customers:read pos.customers:write pos.stock:read "
    "pos.stock:write "
    "pos.stock-changes:read pos.transactions:read pos.transactions:write pos.stores:read "
    "pos.stores:write";

Request request_of(const std::string& method, const std::string& target, const Json& body) {
  const size_t mark = target.find('?');
  Request request{.method = method, .path = target.substr(0, mark), .host = "sandbox"};
  if (mark != std::string::npos) request.query = parse_form(target.substr(mark + 1)).value();
  if (!body.is_null()) {
    request.content_type = "application/json";
    request.body = body.dump();
  }
  return request;
}

}  // namespace

Platform::Platform(uint64_t seed) : sandbox(clock, seed) {
  control("PUT", "/_sandbox/apps",
          {{"client_id", "tsunagi"},
           {"client_secret", "s3cret"},
           {"redirect_uris", {"http://127.0.0.1/callback"}},
           {"webhook_url", "http://127.0.0.1:1/hook"},
           {"webhook_header", "X-Secret"},
           {"webhook_secret", "hush"}});
  control("PUT", std::string("/_sandbox/contracts/") + kContract,
          {{"name", "試験商店"},
           {"rate_limit", {{"reads_per_second", 1'000'000}, {"writes_per_second", 1'000'000}}}});
}

Reply Platform::control(const std::string& method, const std::string& path, const Json& body) {
  Reply reply = sandbox.handle(request_of(method, path, body));
  EXPECT_EQ(reply.status, 200) << path << ": " << reply.body;
  return reply;
}

void Platform::set_switch(const std::string& name, const std::string& value) {
  control("PUT", "/_sandbox/switches", {{name, value}});
}

std::string Platform::token(const std::string& scope) {
  Request request{.method = "POST",
                  .path = std::string("/app/") + kContract + "/token",
                  .authorization = "Basic dHN1bmFnaTpzM2NyZXQ=",  // tsunagi:s3cret
                  .content_type = "application/x-www-form-urlencoded",
                  .body = "grant_type=client_credentials&scope=" + percent_encode(scope)};
  const Reply reply = sandbox.handle(request);
  EXPECT_EQ(reply.status, 200) << reply.body;
  return reply.status == 200 ? parse(reply).at("access_token").get<std::string>() : std::string();
}

Reply Platform::call_as(const std::string& token, const std::string& method,
                        const std::string& target, const Json& body) {
  Request request = request_of(method, std::string("/") + kContract + "/pos" + target, body);
  request.authorization = "Bearer " + token;
  return sandbox.handle(request);
}

Reply Platform::call(const std::string& method, const std::string& target, const Json& body) {
  if (clock.now() >= token_until_) {
    token_ = token(kAllScopes);
    token_until_ = clock.now() + kTokenSeconds;
  }
  return call_as(token_, method, target, body);
}

namespace {
Json expect_ok(const Reply& reply, const std::string& what) {
  EXPECT_EQ(reply.status, 200) << what << ": " << reply.body;
  return parse(reply);
}
}  // namespace

Json Platform::get(const std::string& target) { return expect_ok(call("GET", target), target); }
Json Platform::post(const std::string& target, const Json& body) {
  return expect_ok(call("POST", target, body), target);
}
Json Platform::patch(const std::string& target, const Json& body) {
  return expect_ok(call("PATCH", target, body), target);
}

Reply Platform::till_reply(const std::string& method, const std::string& target, const Json& body) {
  return sandbox.handle(request_of(method, "/till/api/" + target, body));
}

Json Platform::till(const std::string& method, const std::string& target, const Json& body) {
  return expect_ok(till_reply(method, target, body), target);
}

std::string Platform::add_store(const std::string& name, const Json& point_condition) {
  Json body = {{"storeName", name}};
  if (!point_condition.is_null()) body["pointCondition"] = point_condition;
  return post("/stores", body).at("storeId").get<std::string>();
}

std::string Platform::add_product(const std::string& code, int64_t price, const Json& more) {
  Json body = {{"categoryId", "1"},
               {"productCode", code},
               {"productName", "商品 " + code},
               {"price", std::to_string(price)}};
  body.update(more);
  return post("/products", body).at("productId").get<std::string>();
}

std::string Platform::add_member(const std::string& code, const Json& more) {
  Json body = {{"customerCode", code}, {"lastName", "山田"}, {"firstName", "花子"}};
  body.update(more);
  return post("/customers", body).at("customerId").get<std::string>();
}

Json Platform::sell(const std::string& store, const std::string& member, const Json& lines,
                    int64_t spend) {
  Json body = {
      {"contract", kContract}, {"store_id", store}, {"lines", lines}, {"spend_points", spend}};
  if (!member.empty()) body["member_code"] = member;
  return till("POST", "sales", body);
}

int64_t Platform::points_of(const std::string& member_id) {
  const Json rows = get("/customers/point?customer_id=" + member_id);
  EXPECT_EQ(rows.size(), 1U);
  return rows.size() == 1 ? std::stoll(rows[0].at("point").get<std::string>()) : -1;
}

int64_t Platform::stock_of(const std::string& product_id, const std::string& store_id) {
  const Json rows = get("/stock?product_id=" + product_id + "&store_id=" + store_id);
  return rows.empty() ? 0 : std::stoll(rows[0].at("stockAmount").get<std::string>());
}

Json parse(const Reply& reply) {
  Json body = Json::parse(reply.body, nullptr, false);
  EXPECT_FALSE(body.is_discarded()) << reply.body;
  return body;
}

std::string header(const Reply& reply, const std::string& name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace tsunagi::smaregi_sandbox
