// Any bytes as the query of an app proxy request, and as the bytes of a connection: an answer,
// never a throw; nobody gets in without the signature; framing does not depend on how the bytes
// arrive.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/http/proxy_signature.h"
#include "server/http/request_frame.h"

using namespace tsunagi;
using namespace tsunagi::http;

namespace {

constexpr Seconds kNow = 1'790'000'000;
constexpr size_t kFrameMaxBytes = 2'000;  // framing byte by byte is quadratic here

void demand(bool holds) {
  if (!holds) std::abort();
}

size_t body_limit(std::string_view) { return 100; }

void check_query(std::string_view query) {
  static const KeyedHash key("hush");
  const auto refused = verify_proxy_query(query, key, kNow);
  if (!refused.ok()) {
    demand(refused.error().code == ErrorCode::kUnauthorized && !refused.error().message.empty());
  }
  // The same query, rightly signed: what is let in has the one right form.
  const auto parameters = parse_query(query);
  if (!parameters.ok()) return;
  const std::string text = signed_text(*parameters);
  const std::string sign = "signature=" + key.hex_of(text);
  const auto let_in = verify_proxy_query(std::string(query) + "&" + sign, key, kNow);
  if (!let_in.ok()) return;
  demand(let_in->customer_id >= 0);
  demand(let_in->shop.ends_with(".myshopify.com"));
  demand(let_in->timestamp >= kNow - kProxyTimestampTolerance &&
         let_in->timestamp <= kNow + kProxyTimestampTolerance);
  demand(let_in->path_prefix.starts_with('/') &&
         let_in->path_prefix.find_first_of("\"<>&%{} ") == std::string::npos);
  for (const Parameter& other : let_in->others) {
    demand(other.name != "shop" && other.name != "logged_in_customer_id");
  }
}

void check_frame(std::string_view bytes) {
  bytes = bytes.substr(0, kFrameMaxBytes);
  RequestFrame whole(body_limit);
  const auto at_once = whole.step(bytes);
  RequestFrame parts(body_limit);
  auto in_parts = RequestFrame::Step::kNeedMore;
  for (size_t size = 1; size <= bytes.size() && in_parts == RequestFrame::Step::kNeedMore; ++size) {
    in_parts = parts.step(bytes.substr(0, size));
  }
  demand(bytes.empty() || at_once == in_parts);
  if (at_once == RequestFrame::Step::kComplete) {
    demand(whole.length() == parts.length() && whole.length() <= bytes.size());
    demand(whole.body(bytes) == parts.body(bytes) && whole.body(bytes).size() <= body_limit({}));
  }
  if (at_once == RequestFrame::Step::kRefused) {
    demand(whole.status() >= 400 && whole.status() == parts.status());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_query(bytes);
  check_frame(bytes);
  return 0;
}
