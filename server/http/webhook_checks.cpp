#include "server/http/webhook_checks.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "server/base/crypto.h"

namespace tsunagi::http {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 32;
constexpr size_t kMaxWordBytes = 64;
// Of shopify.app.toml.
constexpr std::string_view kTopics[] = {"app/uninstalled",
                                        "customers/update",
                                        "customers/delete",
                                        "customers/merge",
                                        "customers/redact",
                                        "shop/redact",
                                        "customers/data_request",
                                        "fulfillment_orders/order_routing_complete",
                                        "fulfillment_orders/moved",
                                        "fulfillment_orders/split",
                                        "fulfillment_orders/merged",
                                        "fulfillment_orders/cancelled",
                                        "fulfillment_orders/placed_on_hold",
                                        "fulfillment_orders/hold_released",
                                        "fulfillment_orders/scheduled_fulfillment_order_ready",
                                        "orders/paid",
                                        "orders/cancelled",
                                        "orders/fulfilled",
                                        "orders/partially_fulfilled",
                                        "refunds/create"};

// Discarded when it is not JSON, or deeper than any event is.
Json parse_bounded(std::string_view body) {
  bool too_deep = false;
  const Json::parser_callback_t watch = [&too_deep](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  Json json = Json::parse(body, watch, false);
  return too_deep ? Json(Json::value_t::discarded) : json;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kMaxWordBytes &&
         std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

std::string word_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_string()) return {};
  const auto& text = found->get_ref<const std::string&>();
  return is_word(text) ? text : std::string();
}

}  // namespace

bool shopify_signature_matches(const KeyedHash& key, std::string_view body,
                               std::string_view signature) {
  const KeyedHash::Digest digest = key.of(body);
  const std::string expected =
      base64(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  return constant_time_equal(expected, signature);
}

bool is_known_topic(std::string_view topic) {
  return std::ranges::find(kTopics, topic) != std::end(kTopics);
}

bool is_json_object(std::string_view body) { return parse_bounded(body).is_object(); }

Result<SmaregiEvent> parse_smaregi_event(std::string_view body) {
  const Json json = parse_bounded(body);
  if (!json.is_object()) return Error{ErrorCode::kInvalid, "The body is not a JSON object."};
  SmaregiEvent event{word_of(json, "contractId"), word_of(json, "event")};
  if (event.contract_id.empty()) return Error{ErrorCode::kInvalid, "The body lacks contractId."};
  if (event.event.empty()) return Error{ErrorCode::kInvalid, "The body lacks event."};
  return event;
}

}  // namespace tsunagi::http
