#pragma once
// Reading fields of Shopify's JSON. Inside server/shopify only.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "server/shopify/reply.h"
#include "wasm/core/result.h"

namespace tsunagi::shopify {

using nlohmann::json;

inline Error nonsense(std::string_view what) {
  return {ErrorCode::kUnavailable, "Shopify's reply: " + std::string(what)};
}

// nullptr when there is no such field.
inline const json* field(const json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

inline const json* object_at(const json& object, std::string_view name) {
  const json* value = field(object, name);
  return value != nullptr && value->is_object() ? value : nullptr;
}

// "" when absent, null, no text, or longer than anything we keep.
inline std::string text_at(const json& object, std::string_view name) {
  const json* value = field(object, name);
  if (value == nullptr || !value->is_string()) return "";
  const auto& text = value->get_ref<const std::string&>();
  return text.size() > kMaxTextBytes ? "" : text;
}

// "data" of a reply, or of it one object.
inline Result<json> data_of(std::string_view body) {
  json document = json::parse(body, nullptr, false);
  if (document.is_discarded()) return nonsense("not JSON");
  if (object_at(document, "data") == nullptr) return nonsense("data is missing");
  return json(std::move(document["data"]));
}

}  // namespace tsunagi::shopify
