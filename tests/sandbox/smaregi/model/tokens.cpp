#include "tests/sandbox/smaregi/model/tokens.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/rate_limit.h"

namespace tsunagi::smaregi_sandbox {

Reply oauth_error(const World& world, int status, std::string_view code,
                  std::string_view description) {
  if (world.switches.is(Switch::kOauthErrorBody, "problem")) {
    throw Refusal{.status = status, .detail = std::string(description)};
  }
  return json_reply({{"error", code}, {"error_description", description}}, status);
}

const App* authenticated_app(const World& world, const Request& request) {
  static constexpr std::string_view kBasic = "Basic ";
  if (!request.authorization.starts_with(kBasic)) return nullptr;
  const auto pair = base64_decode(std::string_view(request.authorization).substr(kBasic.size()));
  if (!pair) return nullptr;
  const size_t colon = pair->find(':');
  if (colon == std::string::npos) return nullptr;
  const auto app = world.identity.apps.find(pair->substr(0, colon));
  if (app == world.identity.apps.end() || app->second.client_secret != pair->substr(colon + 1)) {
    return nullptr;
  }
  return &app->second;
}

std::string make_token(World& world, const Token& token) {
  const int64_t now = world.clock.now();
  const Json claims = {{"aud", token.client_id},
                       {"jti", make_uuid(world.random)},
                       {"iat", now},
                       {"nbf", now},
                       {"exp", token.expires_at},
                       {"sub", token.contract_id},
                       {"scopes", token.scopes}};
  std::string signature;
  for (int i = 0; i < 32; ++i) {
    const uint64_t bits = world.random();
    for (int byte = 0; byte < 8; ++byte) signature += static_cast<char>(bits >> (8 * byte) & 0xff);
  }
  return base64url(R"({"typ":"JWT","alg":"RS256"})") + "." + base64url(claims.dump()) + "." +
         base64url(signature);
}

const Token& bearer(const World& world, const Request& request) {
  static constexpr std::string_view kBearer = "Bearer ";
  std::string_view value = request.authorization;
  if (!value.starts_with(kBearer)) {
    throw Refusal{.status = 401, .detail = "アクセストークンがありません"};
  }
  value.remove_prefix(kBearer.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  const auto token = world.identity.tokens.find(std::string(value));
  if (token == world.identity.tokens.end() || token->second.expires_at <= world.clock.now()) {
    throw Refusal{.status = 401, .detail = "アクセストークンが無効です"};
  }
  return token->second;
}

std::optional<std::map<std::string, std::string>> form_values(const Request& request) {
  if (!request.content_type.starts_with("application/x-www-form-urlencoded")) return std::nullopt;
  const auto pairs = parse_form(request.body);
  if (!pairs) return std::nullopt;
  std::map<std::string, std::string> values;
  for (const auto& [name, value] : *pairs) {
    if (!values.emplace(name, value).second) return std::nullopt;
  }
  return values;
}

std::optional<std::vector<std::string>> granted_scopes(const World& world, const App& app,
                                                       std::string_view asked) {
  std::vector<std::string> granted;
  for (std::string& scope : split_words(asked)) {
    const bool allowed = known_scopes().contains(scope) && app.scopes.contains(scope);
    if (allowed) {
      granted.push_back(std::move(scope));
    } else if (world.switches.is(Switch::kUnknownScope, "refused")) {
      return std::nullopt;
    }
  }
  if (granted.empty()) return std::nullopt;
  return granted;
}

namespace {

// Tokens that ran out make room; beyond the limit the oldest to end goes.
void make_room(std::map<std::string, Token>& tokens, int64_t now) {
  if (tokens.size() < kMaxTokens) return;
  std::erase_if(tokens, [now](const auto& entry) { return entry.second.expires_at <= now; });
  if (tokens.size() < kMaxTokens) return;
  const auto first = std::min_element(
      tokens.begin(), tokens.end(),
      [](const auto& a, const auto& b) { return a.second.expires_at < b.second.expires_at; });
  tokens.erase(first);
}

}  // namespace

Reply app_token(World& world, const Request& request, const std::string& contract_id) {
  if (request.method != "POST") throw Refusal{.status = 405, .detail = "POST only"};
  const App* app = authenticated_app(world, request);
  if (app == nullptr) {
    return oauth_error(world, 401, "invalid_client", "Client authentication failed");
  }
  const auto contract = world.contracts.find(contract_id);
  if (contract == world.contracts.end()) {
    return oauth_error(world, 400, "invalid_request", "unknown contract");
  }
  if (world.switches.is(Switch::kTokenCallsCounted, "yes")) {
    count_call(world, contract->second, {.client_id = app->client_id, .write = true});
  }
  const auto form = form_values(request);
  if (!form) return oauth_error(world, 400, "invalid_request", "a form body is needed");
  const auto grant = form->find("grant_type");
  if (grant == form->end() || grant->second != "client_credentials") {
    return oauth_error(world, 400, "unsupported_grant_type",
                       "grant_type must be client_credentials");
  }
  const auto scope = form->find("scope");
  const auto granted = granted_scopes(world, *app, scope == form->end() ? "" : scope->second);
  if (!granted) {
    return oauth_error(world, 400, "invalid_scope",
                       "The requested scope is invalid, unknown, or malformed");
  }

  make_room(world.identity.tokens, world.clock.now());
  Token token{.client_id = app->client_id,
              .contract_id = contract_id,
              .scopes = {granted->begin(), granted->end()},
              .expires_at = world.clock.now() + kTokenSeconds};
  const std::string text = make_token(world, token);
  world.identity.tokens.emplace(text, std::move(token));
  std::string words;
  for (const std::string& word : *granted) words += (words.empty() ? "" : " ") + word;
  // expires_in is an integer, scope is in the order asked (§1).
  Reply reply = json_reply({{"scope", words},
                            {"token_type", "Bearer"},
                            {"expires_in", kTokenSeconds},
                            {"access_token", text}});
  reply.client_id = app->client_id;
  return reply;
}

}  // namespace tsunagi::smaregi_sandbox
