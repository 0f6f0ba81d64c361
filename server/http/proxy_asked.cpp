#include "server/http/proxy_asked.h"

#include <algorithm>
#include <utility>

namespace tsunagi::http {

Reply json_reply(std::string body, const char* cache) {
  Reply reply;
  reply.body = std::move(body);
  reply.headers.emplace_back("Cache-Control", cache);
  return reply;
}

std::string nonce_of(const Context& context, const Asked& asked) {
  return context.nonces.make(asked.tenant.id, asked.proxy.customer_id, asked.now);
}

ProxyChange read_change(const Context& context, const Asked& asked,
                        std::initializer_list<std::string_view> fields,
                        std::initializer_list<std::string_view> optional) {
  if (!carries_json(asked.request)) {
    return {{}, refuse(415, "content_type", "The body must be sent as application/json.")};
  }
  ProxyChange change{nlohmann::json::parse(asked.request.body, nullptr, false), std::nullopt};
  if (!change.body.is_object()) {
    return {{}, refuse(400, "json", "The body is not a JSON object.")};
  }
  for (const auto& [name, value] : change.body.items()) {
    const bool known = std::ranges::find(fields, name) != fields.end() ||
                       std::ranges::find(optional, name) != optional.end();
    if (name != "nonce" && !known) {
      return {{}, refuse(400, "unknown_field", "The body has a field that is not known here.")};
    }
  }
  for (const std::string_view field : fields) {
    if (!change.body.contains(field)) {
      return {{},
              refuse(400, "missing_field", "The body lacks the field " + std::string(field) + ".")};
    }
  }
  const auto nonce = change.body.find("nonce");
  if (nonce == change.body.end() || !nonce->is_string() ||
      !context.nonces.valid(nonce->get_ref<const std::string&>(), asked.tenant.id,
                            asked.proxy.customer_id, asked.now)) {
    return {{},
            refuse(400, "nonce",
                   "The nonce is missing, wrong or too old. Ask for the card or the stock again.")};
  }
  return change;
}

Reply wrong_type(const char* message) { return refuse(400, "wrong_type", message); }

}  // namespace tsunagi::http
