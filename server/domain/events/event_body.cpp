#include "server/domain/events/event_body.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "server/domain/ascii.h"
#include "server/domain/events/order_event.h"

namespace tsunagi {
namespace {

using Json = nlohmann::json;

struct ListShape {
  std::string_view type;
  const char* list;
  const char* member;  // the id's name when entries are objects; nullptr when they are the ids
};
constexpr ListShape kShapes[] = {
    {"pos:stock", "ids", "productId"},
    {"pos:transactions", "transactionHeadIds", nullptr},
    {"pos:customers", "customerIds", nullptr},
    {"pos:products", "productIds", nullptr},
};

Error malformed(std::string reason) { return {ErrorCode::kInvalid, std::move(reason)}; }

const ListShape* shape_of(std::string_view type) {
  for (const ListShape& shape : kShapes) {
    if (shape.type == type) return &shape;
  }
  return nullptr;
}

Result<Json> parse_object(std::string_view body) {
  Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object()) return malformed("the body is not a JSON object");
  return json;
}

// Smaregi writes ids as strings, and here and there as numbers.
std::optional<std::string> id_text(const Json& value) {
  std::string text;
  if (value.is_string()) {
    text = value.get<std::string>();
  } else if (value.is_number_unsigned()) {
    text = std::to_string(value.get<uint64_t>());
  } else {
    return std::nullopt;
  }
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || text.size() > kPosIdDigits || !digits) return std::nullopt;
  return text;
}

struct Listed {
  Json json;
  const ListShape* shape = nullptr;
  [[nodiscard]] const Json& list() const { return json.at(shape->list); }
};

Result<Listed> parse_listed(std::string_view type, std::string_view body) {
  const ListShape* shape = shape_of(type);
  if (shape == nullptr) return malformed("events of this type have no ids");
  auto json = parse_object(body);
  if (!json.ok()) return json.error();
  const auto list = json->find(shape->list);
  if (list == json->end() || !list->is_array()) {
    return malformed(std::string(shape->list) + " is missing or not a list");
  }
  return Listed{std::move(json).value(), shape};
}

}  // namespace

Result<PosEventBody> parse_pos_event(std::string_view type, std::string_view body) {
  const auto listed = parse_listed(type, body);
  if (!listed.ok()) return listed.error();
  PosEventBody event;
  const auto action = listed->json.find("action");
  if (action != listed->json.end() && action->is_string()) {
    event.action = action->get<std::string>();
  }
  std::set<std::string> seen;
  for (const Json& entry : listed->list()) {
    std::optional<std::string> id;
    if (listed->shape->member == nullptr) {
      id = id_text(entry);
    } else if (entry.is_object() && entry.contains(listed->shape->member)) {
      id = id_text(entry.at(listed->shape->member));
    }
    if (!id) return malformed(std::string(listed->shape->list) + " holds something that is no id");
    if (seen.insert(*id).second) event.ids.push_back(*id);
  }
  return event;
}

Result<std::vector<std::string>> split_pos_event(std::string_view type, std::string_view body) {
  const auto listed = parse_listed(type, body);
  if (!listed.ok()) return listed.error();
  const size_t total = listed->list().size();
  if (total <= kIdsAStep) return std::vector<std::string>{std::string(body)};
  const size_t part_size = std::max(kIdsAStep, (total + kPartsAStep - 1) / kPartsAStep);
  std::vector<std::string> parts;
  Json part = listed->json;
  for (size_t from = 0; from < total; from += part_size) {
    Json slice = Json::array();
    const size_t to = std::min(total, from + part_size);
    for (size_t i = from; i < to; ++i) slice.push_back(listed->list()[i]);
    part[listed->shape->list] = std::move(slice);
    parts.push_back(part.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return parts;
}

Result<int64_t> parse_shop_customer(std::string_view body) {
  const auto json = parse_object(body);
  if (!json.ok()) return json.error();
  const Json* holder = &*json;
  if (const auto customer = json->find("customer"); customer != json->end()) {
    if (!customer->is_object()) return malformed("customer is not an object");
    holder = &*customer;
  }
  const auto id = holder->find("id");
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (id == holder->end() || !id->is_number_unsigned() || id->get<uint64_t>() == 0 ||
      id->get<uint64_t>() > kMax) {
    return malformed("the customer's id is missing or not a number");
  }
  return id->get<int64_t>();
}

namespace {

std::string lower_text(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_string()) return "";
  return ascii_lower(found->get<std::string>());
}

}  // namespace

Result<ShopMerge> parse_shop_merge(std::string_view body) {
  const auto json = parse_object(body);
  if (!json.ok()) return json.error();
  const auto id_of = [&json](const char* name) -> int64_t {
    constexpr std::string_view kPrefix = "gid://shopify/Customer/";
    const auto found = json->find(name);
    if (found == json->end() || !found->is_string()) return 0;
    std::string_view digits = found->get_ref<const std::string&>();
    if (!digits.starts_with(kPrefix)) return 0;
    digits.remove_prefix(kPrefix.size());
    int64_t id = 0;
    const char* first = digits.data();
    const char* last = first + digits.size();
    const auto [end, error] = std::from_chars(first, last, id);
    return error == std::errc() && end == last && id > 0 ? id : 0;
  };
  const ShopMerge merge{.kept = id_of("admin_graphql_api_customer_kept_id"),
                        .gone = id_of("admin_graphql_api_customer_deleted_id"),
                        .completed = lower_text(*json, "status") == "completed"};
  if (merge.kept == 0 || merge.gone == 0 || merge.kept == merge.gone) {
    return malformed("the merged customers' ids are missing or not two");
  }
  return merge;
}

Result<DataRequest> parse_data_request(std::string_view body) {
  const auto customer = parse_shop_customer(body);
  if (!customer.ok()) return customer.error();
  const auto json = parse_object(body);
  if (!json.ok()) return json.error();
  DataRequest request{.request_id = "", .customer_id = *customer};
  const auto named = json->find("data_request");
  if (named != json->end() && named->is_object() && named->contains("id")) {
    request.request_id = id_text(named->at("id")).value_or("");
  }
  const auto orders = json->find("orders_requested");
  if (orders == json->end() || !orders->is_array()) return request;
  for (const Json& order : *orders) {
    if (request.orders.size() == kRequestOrdersMost) break;
    if (auto id = id_text(order)) request.orders.push_back(*std::move(id));
  }
  return request;
}

namespace {

std::string kept_pos_body(std::string_view type, std::string_view body) {
  const ListShape* shape = shape_of(type);
  const auto event = parse_pos_event(type, body);
  if (shape == nullptr || !event.ok()) return "{}";
  Json list = Json::array();
  for (const std::string& id : event->ids) {
    list.push_back(shape->member == nullptr ? Json(id) : Json{{shape->member, id}});
  }
  Json kept = {{shape->list, std::move(list)}};
  const bool word =
      std::ranges::all_of(event->action, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
  if (word && !event->action.empty()) kept["action"] = event->action;
  return kept.dump();
}

std::string kept_merge(std::string_view body) {
  const auto merge = parse_shop_merge(body);
  return merge.ok() ? merge_body(*merge) : "{}";
}

std::string kept_data_request(std::string_view body) {
  const auto request = parse_data_request(body);
  if (!request.ok()) return "{}";
  return Json{{"customer", {{"id", request->customer_id}}},
              {"data_request", {{"id", request->request_id}}},
              {"orders_requested", request->orders}}
      .dump();
}

}  // namespace

std::string merge_body(const ShopMerge& merge) {
  const std::string gid = "gid://shopify/Customer/";
  return Json{{"admin_graphql_api_customer_kept_id", gid + std::to_string(merge.kept)},
              {"admin_graphql_api_customer_deleted_id", gid + std::to_string(merge.gone)},
              {"status", merge.completed ? "completed" : "other"}}
      .dump();
}

std::string kept_body(System system, std::string_view type, std::string_view body) {
  if (system == System::kSmaregi) return kept_pos_body(type, body);
  if (is_order_event(type)) return kept_order_event(type, body);
  if (type == "customers/merge") return kept_merge(body);
  if (type == "customers/data_request") return kept_data_request(body);
  if (type != "customers/update" && type != "customers/delete" && type != "customers/redact") {
    return "{}";
  }
  const auto customer = parse_shop_customer(body);
  if (!customer.ok()) return "{}";
  return Json{{"customer", {{"id", *customer}}}}.dump();
}

}  // namespace tsunagi
