#include "server/http/message.h"

#include <nlohmann/json.hpp>

#include "server/http/json_text.h"

namespace tsunagi::http {

Reply refuse(int status, const char* code, std::string_view message, std::string_view field) {
  Reply reply;
  reply.status = status;
  reply.code = code;
  reply.body = R"({"error":{)";
  append_member(reply.body, "code", code);
  append_member(reply.body, "message", message);
  if (!field.empty()) append_member(reply.body, "field", field);
  reply.body += "}}";
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

Reply merchant_json(const nlohmann::ordered_json& json) {
  Reply reply;
  reply.body = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  reply.headers.emplace_back("Cache-Control", "private, no-store");
  return reply;
}

}  // namespace tsunagi::http
