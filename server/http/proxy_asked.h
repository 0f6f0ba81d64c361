#pragma once
// What the routes below the app proxy share: who asks, and how a change is read. Inside server/http
// only.

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/context.h"
#include "server/http/proxy_signature.h"

namespace tsunagi::http {

inline constexpr const char* kNoStore = "private, no-store";

struct Asked {
  const Request& request;
  const ProxyRequest& proxy;
  const Tenant& tenant;
  Seconds now = 0;
};

Reply json_reply(std::string body, const char* cache);
std::string nonce_of(const Context& context, const Asked& asked);

struct ProxyChange {
  nlohmann::json body;
  std::optional<Reply> refused;
};
// A change carries JSON with exactly the named fields and a nonce of this customer; of `optional`
// it may carry what it likes.
ProxyChange read_change(const Context& context, const Asked& asked,
                        std::initializer_list<std::string_view> fields,
                        std::initializer_list<std::string_view> optional = {});
Reply wrong_type(const char* message);

}  // namespace tsunagi::http
