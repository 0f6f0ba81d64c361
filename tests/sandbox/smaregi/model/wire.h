#pragma once
// What goes in and comes out of the stand-in, without any HTTP: the front translates, a simulator
// calls it directly.

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tsunagi::smaregi_sandbox {

using Json = nlohmann::ordered_json;

struct Request {
  std::string method = {};
  std::string path = {};  // percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query = {};  // decoded, in order, doubles kept
  std::string authorization = {}, content_type = {}, host = {}, body = {};
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::string client_id = {};  // who asked, once known: for the request log
};

// A refusal leaves a handler by being thrown, so that "check everything, then write" reads as one
// column; the router is the only place that catches it. It never leaves this library. Body:
// {"type","title","detail","status"} [DOC poststockproductidadd].
struct Refusal {
  int status = 400;
  std::string detail;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

[[noreturn]] void refuse(std::string detail);  // 400
[[noreturn]] void
refuse_missing_resource();  // 404 for an id in the address [DOC patchstockproductid]
[[noreturn]] void refuse_unknown(
    std::string_view noun);  // 400 for an id in the body [DOC]: 指定された…IDの…

std::string_view title_of(int status);
std::string problem_body(int status, std::string_view detail);

Json parse_json(std::string_view text);  // refuses what is not JSON
Reply json_reply(const Json& body, int status = 200);

// application/x-www-form-urlencoded; std::nullopt when malformed.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text);
std::string percent_encode(std::string_view text);
std::string escape_html(std::string_view text);
std::optional<std::string> base64_decode(std::string_view text);  // standard alphabet
std::string base64url(std::string_view bytes);                    // without padding

// Length in characters of UTF-8 text.
int64_t characters(std::string_view text);
// A decimal integer without sign tricks or blanks; std::nullopt when it is none or does not fit.
std::optional<int64_t> parse_integer(std::string_view text);

}  // namespace tsunagi::smaregi_sandbox
