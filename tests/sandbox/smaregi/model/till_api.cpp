#include "tests/sandbox/smaregi/model/till_api.h"

#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/points.h"
#include "tests/sandbox/smaregi/model/till_booking.h"

namespace tsunagi::smaregi_sandbox {

namespace {

std::string query(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.query) {
    if (key == name) return value;
  }
  return {};
}

Contract& contract_named(World& world, const std::string& id) {
  const auto found = world.contracts.find(id);
  if (found == world.contracts.end()) throw Refusal{.status = 404, .detail = "契約がありません"};
  return found->second;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json synced_at(const Contract& contract) {
  return contract.till.taken_at == 0 ? Json(nullptr)
                                     : Json(format_date_time(contract.till.taken_at));
}

Reply get_contract(World& world, const Request& request) {
  const Contract& contract = contract_named(world, query(request, "contract"));
  Json stores = Json::array();
  for (const auto& [id, store] : contract.stores) {
    stores.push_back({{"store_id", std::to_string(id)},
                      {"name", store.record.text("storeName")},
                      {"paused", store.record.text("pauseFlag") == "1"}});
  }
  return json_reply({{"contract", contract.id},
                     {"name", contract.name},
                     {"stores", stores},
                     {"synced_at", synced_at(contract)},
                     {"members_synced", contract.till.members.size()}});
}

Json describe_member(const Record& member, const Record& points, std::string_view mode,
                     int64_t as_of) {
  const std::string name = member.text("lastName") + " " + member.text("firstName");
  return {{"customer_id", member.text("customerId")},
          {"code", member.text("customerCode")},
          {"name", name},
          {"rank", text_or_null(member.text("rank"))},
          {"status", member.text("status")},
          {"usable", member.text("status") == "0"},
          {"point", points.number("point")},
          {"point_expire_date", text_or_null(points.text("pointExpireDate"))},
          {"as_of", format_date_time(as_of)},
          {"mode", mode}};
}

// Local mode looks into the till's own copy, which is as old as the last sync [HELP 204199077,
// 202934208].
Reply get_member(World& world, const Request& request) {
  Contract& contract = contract_named(world, query(request, "contract"));
  const std::string code = query(request, "code"), mode = query(request, "mode");
  if (!mode.empty() && mode != "live" && mode != "local") refuse("mode must be live or local");
  if (mode == "local") {
    const auto found = contract.till.members.find(code);
    if (found == contract.till.members.end()) {
      throw Refusal{.status = 404, .detail = "端末に会員がありません"};
    }
    return json_reply(describe_member(found->second.first, found->second.second, "local",
                                      contract.till.taken_at));
  }
  const auto found = contract.member_by_code.find(code);
  if (found == contract.member_by_code.end()) {
    throw Refusal{.status = 404, .detail = "会員が見つかりません"};
  }
  Member& member = contract.members.at(found->second);
  expire_points(world, contract, member);
  return json_reply(describe_member(member.record, member.points, "live", world.clock.now()));
}

Reply get_product(World& world, const Request& request) {
  const Contract& contract = contract_named(world, query(request, "contract"));
  const auto found = contract.product_by_code.find(query(request, "code"));
  if (found == contract.product_by_code.end()) {
    throw Refusal{.status = 404, .detail = "商品が見つかりません"};
  }
  const Record& product = contract.products.at(found->second);
  const bool member = contract.member_by_code.contains(query(request, "member_code"));
  return json_reply({{"product_id", product.text("productId")},
                     {"code", product.text("productCode")},
                     {"name", product.text("productName")},
                     {"price", till_price(product, member)},
                     {"tax_division", product.text("taxDivision")}});
}

Reply get_sale(World& world, const Request& request) {
  Contract& contract = contract_named(world, query(request, "contract"));
  const Transaction& sale = find_sale(contract, {.head_id = query(request, "transaction_head_id"),
                                                 .receipt = query(request, "receipt")});
  Json lines = Json::array();
  for (const Record& detail : sale.details) {
    const auto back = sale.returned.find(detail.text("transactionDetailId"));
    const int64_t sold = detail.number("quantity");
    lines.push_back({{"product_code", detail.text("productCode")},
                     {"name", detail.text("productName")},
                     {"quantity", sold},
                     {"returnable", sold - (back == sale.returned.end() ? 0 : back->second)},
                     {"price", detail.number("salesPrice")}});
  }
  return json_reply({{"transaction_head_id", sale.head.text("transactionHeadId")},
                     {"receipt", sale.head.text("transactionUuid")},
                     {"store_id", sale.head.text("storeId")},
                     {"total", sale.head.number("total")},
                     {"lines", lines}});
}

Reply post_sync(World& world, const Json& body) {
  Contract& contract = contract_named(world, body.at("contract").get<std::string>());
  contract.till.members.clear();
  for (const auto& [id, member] : contract.members) {
    contract.till.members[member.record.text("customerCode")] = {member.record, member.points};
  }
  contract.till.taken_at = world.clock.now();
  return json_reply(
      {{"synced_at", synced_at(contract)}, {"members_synced", contract.till.members.size()}});
}

std::vector<AskedLine> read_lines(const Json& body) {
  std::vector<AskedLine> lines;
  if (!body.contains("lines")) return lines;
  const Json& given = body.at("lines");
  if (!given.is_array() || given.empty() || given.size() > kMaxBasketLines) {
    refuse("lines: 1〜" + std::to_string(kMaxBasketLines) + "行で指定してください");
  }
  for (const Json& row : given) {
    AskedLine line{.product_code = row.at("product_code").get<std::string>(), .quantity = 1};
    if (row.contains("quantity")) {
      if (!row["quantity"].is_number_integer()) refuse("quantity must be an integer");
      line.quantity = row["quantity"].get<int64_t>();
    }
    if (line.quantity < 1 || line.quantity > kMaxLineQuantity) refuse("quantity is out of range");
    lines.push_back(std::move(line));
  }
  return lines;
}

// Ids may come as a string or a number.
std::string id_text(const Json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

Reply post_sale(World& world, const Json& body) {
  Contract& contract = contract_named(world, body.at("contract").get<std::string>());
  AskedSale ask{.store_id = parse_integer(id_text(body, "store_id")).value_or(0),
                .member_code = id_text(body, "member_code"),
                .lines = read_lines(body)};
  if (ask.lines.empty()) refuse("商品がありません");
  if (body.contains("spend_points")) {
    if (!body["spend_points"].is_number_integer()) refuse("spend_points must be an integer");
    ask.spend_points = body["spend_points"].get<int64_t>();
  }
  if (body.contains("sold_at")) {
    const auto at = parse_date_time(body["sold_at"].get<std::string>());
    if (!at || *at > world.clock.now()) refuse("sold_at must be a past time");
    ask.sold_at = *at;
  }
  return json_reply(describe_booking(ring_up(world, contract, ask)));
}

Reply post_return(World& world, const Json& body) {
  Contract& contract = contract_named(world, body.at("contract").get<std::string>());
  Transaction& sale = find_sale(contract, {.head_id = id_text(body, "transaction_head_id"),
                                           .receipt = id_text(body, "receipt")});
  return json_reply(describe_booking(take_back(world, contract, sale, read_lines(body))));
}

}  // namespace

Reply till_api(World& world, const Request& request, const std::vector<std::string>& parts) {
  using Get = Reply (*)(World&, const Request&);
  using Post = Reply (*)(World&, const Json&);
  static constexpr std::array<std::pair<std::string_view, Get>, 4> kGets = {
      {{"contract", get_contract},
       {"member", get_member},
       {"product", get_product},
       {"sale", get_sale}}};
  static constexpr std::array<std::pair<std::string_view, Post>, 3> kPosts = {
      {{"sync", post_sync}, {"sales", post_sale}, {"returns", post_return}}};
  if (parts.size() != 3 || parts[1] != "api") refuse_missing_resource();
  for (const auto& [name, handler] : kGets) {
    if (name == parts[2] && request.method == "GET") return handler(world, request);
  }
  for (const auto& [name, handler] : kPosts) {
    if (name == parts[2] && request.method == "POST") {
      return handler(world, parse_json(request.body));
    }
  }
  refuse_missing_resource();
}

}  // namespace tsunagi::smaregi_sandbox
