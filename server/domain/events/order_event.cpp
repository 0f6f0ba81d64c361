#include "server/domain/events/order_event.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

namespace tsunagi {
namespace {

using EventJson = nlohmann::json;

constexpr std::string_view kWorkPrefix = "fulfillment_orders/";
// The fields that name a work, in the bodies of all its topics (shopify.dev, "Webhook topics").
constexpr const char* kWorkFields[] = {
    "fulfillment_order",           "original_fulfillment_order",    "moved_fulfillment_order",
    "remaining_fulfillment_order", "replacement_fulfillment_order", "fulfillment_order_merges"};

int64_t work_number(const EventJson& holder) {
  constexpr std::string_view kGid = "gid://shopify/FulfillmentOrder/";
  const auto found = holder.is_object() ? holder.find("id") : holder.end();
  if (!holder.is_object() || found == holder.end() || !found->is_string()) return 0;
  std::string_view digits = found->get_ref<const std::string&>();
  if (!digits.starts_with(kGid)) return 0;
  digits.remove_prefix(kGid.size());
  int64_t id = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  return error == std::errc() && end == digits.data() + digits.size() && id > 0 ? id : 0;
}

int64_t order_number(const EventJson& body, const char* name) {
  constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  const auto found = body.find(name);
  if (found == body.end() || !found->is_number_unsigned()) return 0;
  const auto id = found->get<uint64_t>();
  return id <= kMost ? static_cast<int64_t>(id) : 0;
}

}  // namespace

bool is_order_event(std::string_view type) {
  return type.starts_with(kWorkPrefix) || type.starts_with("orders/") || type == "refunds/create";
}

Result<OrderEvent> parse_order_event(std::string_view type, std::string_view body) {
  const EventJson json = EventJson::parse(body, nullptr, /*allow_exceptions=*/false);
  OrderEvent event;
  if (json.is_object() && type.starts_with(kWorkPrefix)) {
    for (const char* name : kWorkFields) {
      const auto found = json.find(name);
      const int64_t id = found == json.end() ? 0 : work_number(*found);
      const bool known = std::ranges::find(event.works, id) != event.works.end();
      if (id != 0 && !known && event.works.size() < 2) event.works.push_back(id);
    }
  } else if (json.is_object()) {
    event.order = order_number(json, type == "refunds/create" ? "order_id" : "id");
  }
  if (event.order != 0 || !event.works.empty()) return event;
  return Error{ErrorCode::kInvalid, "the event names no order"};
}

std::string kept_order_event(std::string_view type, std::string_view body) {
  const auto event = parse_order_event(type, body);
  if (!event.ok()) return "{}";
  if (event->order != 0) {
    return EventJson{{type == "refunds/create" ? "order_id" : "id", event->order}}.dump();
  }
  EventJson kept = EventJson::object();
  for (size_t i = 0; i < event->works.size(); ++i) {
    kept[kWorkFields[i]] = {
        {"id", "gid://shopify/FulfillmentOrder/" + std::to_string(event->works[i])}};
  }
  return kept.dump();
}

}  // namespace tsunagi
