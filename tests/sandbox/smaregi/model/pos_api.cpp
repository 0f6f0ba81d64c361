#include "tests/sandbox/smaregi/model/pos_api.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/rate_limit.h"
#include "tests/sandbox/smaregi/model/tokens.h"

namespace tsunagi::smaregi_sandbox {

namespace {

// The numbers that the pattern's {id} parts stand for; nothing when the path is another one.
std::optional<std::vector<int64_t>> match(std::string_view pattern,
                                          std::span<const std::string> parts) {
  const std::vector<std::string> wanted = split_words(pattern, '/');
  if (wanted.size() != parts.size()) return std::nullopt;
  std::vector<int64_t> ids;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].front() != '{') {
      if (wanted[i] != parts[i]) return std::nullopt;
      continue;
    }
    ids.push_back(
        parse_integer(parts[i]).value_or(-1));  // no resource has a negative id: 404 later
  }
  return ids;
}

struct Found {
  const Route* route = nullptr;
  std::vector<int64_t> ids;
};

Found find_route(std::string_view method, std::span<const std::string> parts) {
  const std::array<std::span<const Route>, 6> tables = {bulk_routes(),  customer_routes(),
                                                        store_routes(), product_routes(),
                                                        stock_routes(), transaction_routes()};
  bool other_method = false;
  for (const auto table : tables) {
    for (const Route& route : table) {
      auto ids = match(route.pattern, parts);
      if (!ids) continue;
      if (route.method == method) return {.route = &route, .ids = std::move(*ids)};
      other_method = true;
    }
  }
  if (other_method) throw Refusal{.status = 405, .detail = "このメソッドは使用できません"};
  refuse_missing_resource();
}

void check_plan(const Contract& contract, Bundle bundle) {
  const bool small = contract.plan == "standard" || contract.plan == "premium";
  if (bundle == Bundle::kMembers && small) {
    throw Refusal{.status = 403, .detail = "ご契約のプランではこのAPIを利用できません"};
  }
}

void check_query(const Context& context, const Route& route) {
  const std::vector<std::string> known = split_words(route.query);
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : context.request.query) {
    const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
    if (!is_known && context.switches().is(Switch::kUnknownQuery, "refused")) {
      refuse("[" + name + "]は指定できないパラメータです");
    }
    if (is_known && std::find(seen.begin(), seen.end(), name) != seen.end()) {
      refuse("[" + name + "]が重複しています");
    }
    seen.push_back(name);
  }
}

Json read_json_body(const Request& request) {
  if (request.method == "GET" || request.method == "DELETE") {
    return nullptr;  // a GET with a body is accepted (§11.8)
  }
  if (request.body.empty()) {
    return nullptr;  // cancel and dispose need none; the others refuse what is no object
  }
  if (!request.content_type.starts_with("application/json")) {
    throw Refusal{.status = 415, .detail = "Content-Typeはapplication/jsonで指定してください"};
  }
  return parse_json(request.body);
}

}  // namespace

Reply pos_api(World& world, const Request& request, const std::vector<std::string>& parts) {
  const Token token = bearer(world, request);
  const auto contract = world.contracts.find(parts[0]);
  if (contract == world.contracts.end() || token.contract_id != parts[0]) {
    throw Refusal{.status = 403, .detail = "このコントラクトへのアクセス権がありません"};
  }
  count_call(world, contract->second,
             {.client_id = token.client_id, .write = request.method != "GET"});
  const Found found = find_route(request.method, std::span(parts).subspan(2));
  if (!token.scopes.contains(std::string(found.route->scope))) {
    throw Refusal{.status = 403, .detail = "スコープが不足しています"};
  }
  check_plan(contract->second, found.route->bundle);
  const Json body = read_json_body(request);
  Context context{.world = world,
                  .contract = contract->second,
                  .request = request,
                  .body = body,
                  .ids = found.ids,
                  .client_id = token.client_id};
  check_query(context, *found.route);
  Reply reply = found.route->handler(context);
  reply.client_id = token.client_id;
  return reply;
}

Member& member_of(Context& context) {
  const auto found = context.contract.members.find(context.ids.at(0));
  if (found == context.contract.members.end()) refuse_missing_resource();
  return found->second;
}

Style write_style(const Context& context) {
  return context.switches().is(Switch::kWriteReplyScalars, "numeric") ? Style::kNumericChoices
                                                                      : Style::kStrings;
}

void publish(World& world, const Contract& contract, std::string_view event,
             std::string_view action, std::string_view id_list, const Json& ids) {
  if (ids.empty()) return;
  world.webhooks.publish({.contract_id = contract.id,
                          .event = std::string(event),
                          .action = std::string(action),
                          .id_list = std::string(id_list)},
                         ids, world.identity, world.switches, world.clock.now_ms());
}

}  // namespace tsunagi::smaregi_sandbox
