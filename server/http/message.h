#pragma once
// A request and a reply as the routes see them: nothing of the HTTP library.

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tsunagi::http {

struct Request {
  std::string_view method;  // "GET"; HEAD is answered as GET
  std::string_view path;    // as sent, without the query; never percent-decoded
  std::string_view query;   // as sent, without '?'
  std::string_view body;    // complete
  // The value of the header when it is present exactly once, else "". Names in any case.
  std::function<std::string(const char* name)> header;
  uint64_t id = 0;
};

struct Reply {
  int status = 200;
  const char* content_type = "application/json";
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // instead of body: sent as it is
  std::vector<std::pair<const char*, std::string>> headers;

  // For log and metrics: literals, so that their number is bounded.
  const char* route = "other";
  const char* code = "";  // the error's code
  int64_t tenant = 0;
};

// A refusal: {"error":{"code","message","field"}}. All are literals or our own words, never what
// was sent. field: where the page shows it; left out when "".
Reply refuse(int status, const char* code, std::string_view message, std::string_view field = {});

// An answer of the merchant page's own routes; kept by nobody.
Reply merchant_json(const nlohmann::ordered_json& json);

using Handler = std::function<Reply(const Request&)>;

}  // namespace tsunagi::http
