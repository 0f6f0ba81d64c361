// Any bytes as a webhook's body, as a session token and as text that is put into an answer: a value
// or an Error, never a throw.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "server/http/json_text.h"
#include "server/http/liquid_safe.h"
#include "server/http/session_token.h"
#include "server/http/webhook_checks.h"

using namespace tsunagi;
using namespace tsunagi::http;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const KeyedHash key("hush");
  const auto event = parse_smaregi_event(bytes);
  if (event.ok()) {
    demand(is_json_object(bytes));
    demand(!event->contract_id.empty() && !event->event.empty());
    demand(event->event.find_first_of("\r\n \0") == std::string::npos);
  } else {
    demand(event.error().code == ErrorCode::kInvalid && !event.error().message.empty());
  }
  demand(!shopify_signature_matches(key, bytes, "not the signature"));
  demand(!verify_session_token(bytes, {key, "client"}, 1'790'000'000).ok());

  std::string text;
  append_json_text(text, bytes);
  const auto back = nlohmann::json::parse(text, nullptr, false);
  demand(back.is_string());
  demand(text.find_first_of("<>&") == std::string::npos);
  demand(liquid_safe(bytes).find_first_of("{}%") == std::string::npos);
  return 0;
}
