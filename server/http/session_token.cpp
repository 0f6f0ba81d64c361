#include "server/http/session_token.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "server/base/crypto.h"
#include "server/base/url.h"

namespace tsunagi::http {
namespace {

using Json = nlohmann::json;

Error refused_token(const char* reason) { return Error{ErrorCode::kUnauthorized, reason}; }

std::optional<Json> object(std::string_view part) {
  const auto text = decode_base64url(part);
  if (!text.ok()) return std::nullopt;
  Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<int64_t> time_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<int64_t>();
}

// "https://example.myshopify.com" and an optional path.
std::string host_of(std::string_view url) {
  constexpr std::string_view kHttps = "https://";
  if (!url.starts_with(kHttps)) return {};
  url.remove_prefix(kHttps.size());
  return std::string(url.substr(0, url.find('/')));
}

}  // namespace

Result<SessionToken> verify_session_token(std::string_view token, const SessionTokenRules& rules,
                                          Seconds now) {
  if (token.size() > kSessionTokenMaxBytes) return refused_token("The session token is too long.");
  const size_t first = token.find('.');
  const size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return refused_token("The session token does not have three parts.");
  }
  const auto header = object(token.substr(0, first));
  if (!header || text_of(*header, "alg") != "HS256") {
    return refused_token("The session token is not signed with HS256.");
  }
  const KeyedHash::Digest digest = rules.key.of(token.substr(0, second));
  const std::string expected =
      base64url(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  if (!constant_time_equal(expected, token.substr(second + 1))) {
    return refused_token("The session token's signature does not match.");
  }
  const auto claims = object(token.substr(first + 1, second - first - 1));
  if (!claims) return refused_token("The session token cannot be read.");
  const auto expires = time_of(*claims, "exp");
  const auto not_before = time_of(*claims, "nbf");
  if (!expires || now > *expires + kSessionTokenTolerance) {
    return refused_token("The session token has expired.");
  }
  if (!not_before || now < *not_before - kSessionTokenTolerance) {
    return refused_token("The session token is not valid yet.");
  }
  if (text_of(*claims, "aud") != rules.client_id) {
    return refused_token("The session token is for another app.");
  }
  SessionToken session;
  session.shop = host_of(text_of(*claims, "dest"));
  if (!is_shop_domain(session.shop) || host_of(text_of(*claims, "iss")) != session.shop) {
    return refused_token("The session token does not name one shop.");
  }
  session.user = text_of(*claims, "sub");
  return session;
}

}  // namespace tsunagi::http
