// Asynchronous bulk calls: accepted at once, each row worked off by the handler of the single call,
// the results posted to callbackUrl. Rows that are refused do not stop the others.

#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/points.h"

namespace tsunagi::smaregi_sandbox {

namespace {

constexpr size_t kMaxRows =
    100;  // [DOC postcustomersbulk], [DOC patchcustomerspointbulk]; of stock [SM]

struct Bulk {
  std::string_view list;  // name of the array in the body
  std::string_view id;    // member of a row that the single call has in its address; "" none
  Handler handler = nullptr;
};

const Json& rows_of(const Context& context, const Bulk& bulk) {
  if (!context.body.is_object()) refuse("リクエストボディはJSONオブジェクトで指定してください");
  const auto rows = context.body.find(std::string(bulk.list));
  const bool fits =
      rows != context.body.end() && rows->is_array() && !rows->empty() && rows->size() <= kMaxRows;
  if (!fits) {
    refuse("[" + std::string(bulk.list) + "]は1件以上" + std::to_string(kMaxRows) +
           "件以下で指定してください");
  }
  return *rows;
}

std::string callback_url(const Context& context) {
  const auto url = context.body.find("callbackUrl");
  if (url == context.body.end() || !url->is_string()) refuse("[callbackUrl]は必須です");
  const auto text = url->get<std::string>();
  if (!text.starts_with("https://") && !text.starts_with("http://")) {
    refuse("[callbackUrl]の値が不正です");
  }
  return text;
}

// The reply of the single call, or its refusal.
Json work_off(const Context& context, const Bulk& bulk, const Json& row) {
  Json body = row;
  Context single{.world = context.world,
                 .contract = context.contract,
                 .request = context.request,
                 .body = body,
                 .ids = {},
                 .client_id = context.client_id};
  try {
    if (!bulk.id.empty()) {
      const auto id = row.is_object() ? row.find(std::string(bulk.id)) : row.end();
      if (id == row.end()) refuse("[" + std::string(bulk.id) + "]は必須です");
      single.ids = {
          parse_integer(id->is_string() ? id->get<std::string>() : id->dump()).value_or(-1)};
      body.erase(std::string(bulk.id));
    }
    return Json::parse(bulk.handler(single).body);
  } catch (const Refusal& refusal) {
    return Json::parse(problem_body(refusal.status, refusal.detail));
  }
}

Reply run(Context& context, const Bulk& bulk) {
  const Json& rows = rows_of(context, bulk);
  const std::string url = callback_url(context);
  for (const auto& [name, value] : context.body.items()) {
    if (name != bulk.list && name != "callbackUrl") refuse("[" + name + "]は指定できません");
  }
  const int64_t id = ++context.contract.last_bulk;
  Json result = Json::array();
  for (const Json& row : rows) result.push_back(work_off(context, bulk, row));
  const Json report = {{"requestId", id}, {"result", result}};  // requestId is an integer [DOC]
  context.world.webhooks.call_back(
      {.contract_id = context.contract.id, .url = url, .body = report.dump()},
      context.world.clock.now_ms());
  const bool accepted = context.switches().is(Switch::kBulkStatus, "202");
  return json_reply({{"requestId", id}, {"callbackUrl", url}}, accepted ? 202 : 200);
}

Reply create_members(Context& context) {
  return run(context, {.list = "customers", .id = "", .handler = create_member});
}
Reply set_many_points(Context& context) {
  return run(context, {.list = "customerPoints", .id = "customerId", .handler = set_points});
}
Reply add_much_stock(Context& context) {
  return run(context, {.list = "stock", .id = "productId", .handler = add_stock});
}

constexpr std::array<Route, 3> kBulkRoutes = {{
    {"POST", "/customers/bulk", "pos.customers:write", "", create_members, Bundle::kMembers},
    {"PATCH", "/customers/point/bulk", "pos.customers:write", "", set_many_points,
     Bundle::kMembers},
    {"POST", "/stock/add/bulk", "pos.stock:write", "", add_much_stock},
}};

}  // namespace

std::span<const Route> bulk_routes() { return kBulkRoutes; }

}  // namespace tsunagi::smaregi_sandbox
