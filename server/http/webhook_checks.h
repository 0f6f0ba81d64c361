#pragma once
// What a webhook's sender claims, checked. Pure.

#include <string>
#include <string_view>

#include "server/http/keyed_hash.h"
#include "wasm/core/result.h"

namespace tsunagi::http {

// Shopify: base64 of the HMAC over the raw body. Source: shopify.dev, "Verify webhook deliveries".
[[nodiscard]] bool shopify_signature_matches(const KeyedHash& key, std::string_view body,
                                             std::string_view signature);

// The topics of shopify.app.toml.
[[nodiscard]] bool is_known_topic(std::string_view topic);

struct SmaregiEvent {
  std::string contract_id;
  std::string event;  // "pos:stock"
};
// kInvalid with a reason when the body is not what Smaregi promises: {"contractId","event",…}.
Result<SmaregiEvent> parse_smaregi_event(std::string_view body);

// A JSON object of bounded depth?
[[nodiscard]] bool is_json_object(std::string_view body);

}  // namespace tsunagi::http
