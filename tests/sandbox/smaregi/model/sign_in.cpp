#include "tests/sandbox/smaregi/model/sign_in.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/smaregi/model/tokens.h"

namespace tsunagi::smaregi_sandbox {

namespace {

constexpr size_t kMaxCodes = 10'000;

using Values = std::map<std::string, std::string>;

std::string value_of(const Values& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

std::string sha256_base64url(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return base64url({reinterpret_cast<const char*>(digest.data()), size});
}

// An error of which the app is told nothing, because the address to tell it at is not one of its
// own.
Reply error_page(std::string_view why) {
  Reply reply{.status = 400, .content_type = "text/html; charset=utf-8"};
  reply.body =
      "<!doctype html><html lang=\"ja\"><head><meta "
      "charset=\"utf-8\"><title>エラー</title></head><body>"
      "<main><h1>エラー</h1><p>" +
      escape_html(why) + "</p></main></body></html>";
  return reply;
}

Reply redirect(const AuthorizeRequest& ask, const std::string& query) {
  const char join = ask.redirect_uri.find('?') == std::string::npos ? '?' : '&';
  Reply reply{.status = 302, .content_type = "text/html; charset=utf-8"};
  reply.headers = {
      {"Location", ask.redirect_uri + join + query + "&state=" + percent_encode(ask.state)}};
  reply.client_id = ask.client_id;
  return reply;
}

// What is checked before the app's own address may be trusted; nullptr when it may not.
const App* trusted_app(const World& world, const AuthorizeRequest& ask) {
  const auto app = world.identity.apps.find(ask.client_id);
  if (app == world.identity.apps.end()) return nullptr;
  const auto& uris = app->second.redirect_uris;  // exact match: no prefix, no other port
  return std::find(uris.begin(), uris.end(), ask.redirect_uri) == uris.end() ? nullptr
                                                                             : &app->second;
}

AuthorizeRequest read_ask(const Values& values) {
  return {.client_id = value_of(values, "client_id"),
          .redirect_uri = value_of(values, "redirect_uri"),
          .scope = value_of(values, "scope"),
          .state = value_of(values, "state"),
          .challenge = value_of(values, "code_challenge")};
}

std::optional<Reply> wrong_ask(const World& world, const App& app, const AuthorizeRequest& ask) {
  static constexpr size_t kChallengeLength = 43;  // base64url of a SHA-256
  if (ask.state.empty()) return redirect(ask, "error=invalid_request&error_description=state");
  if (ask.challenge.size() != kChallengeLength) {
    return redirect(ask, "error=invalid_request&error_description=code_challenge");
  }
  if (!granted_scopes(world, app, ask.scope)) return redirect(ask, "error=invalid_scope");
  return std::nullopt;
}

Reply show_consent(World& world, const Request& request) {
  Values values;
  for (const auto& [name, value] : request.query) {
    if (!values.emplace(name, value).second) return error_page("doubled parameter: " + name);
  }
  const AuthorizeRequest ask = read_ask(values);
  const App* app = trusted_app(world, ask);
  if (app == nullptr) return error_page("client_id または redirect_uri が登録されていません");
  if (value_of(values, "response_type") != "code") {
    return redirect(ask, "error=unsupported_response_type");
  }
  if (value_of(values, "code_challenge_method") != "S256") {
    return redirect(ask, "error=invalid_request&error_description=code_challenge_method");
  }
  if (auto wrong = wrong_ask(world, *app, ask)) return *wrong;
  Reply reply{.content_type = "text/html; charset=utf-8", .body = consent_page(world, ask)};
  // No form-action: browsers apply it to the redirect to the app as well.
  reply.headers = {
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"},
      {"Cache-Control", "no-store"}};
  reply.client_id = ask.client_id;
  return reply;
}

Reply decide_consent(World& world, const Request& request) {
  const auto values = form_values(request);
  if (!values) return error_page("a form body is needed");
  const AuthorizeRequest ask = read_ask(*values);
  const App* app = trusted_app(world, ask);
  if (app == nullptr) return error_page("client_id または redirect_uri が登録されていません");
  if (auto wrong = wrong_ask(world, *app, ask)) return *wrong;
  if (value_of(*values, "decision") != "allow") return redirect(ask, "error=access_denied");
  const std::string contract = value_of(*values, "contract");
  if (!world.contracts.contains(contract)) return error_page("契約がありません");
  auto& codes = world.identity.codes;
  const int64_t now = world.clock.now();
  std::erase_if(codes, [now](const auto& entry) { return entry.second.expires_at <= now; });
  if (codes.size() >= kMaxCodes) return error_page("too many sign-ins");
  const std::string code = make_uuid(world.random) + make_uuid(world.random);
  codes.emplace(code, AuthorizationCode{.client_id = ask.client_id,
                                        .contract_id = contract,
                                        .redirect_uri = ask.redirect_uri,
                                        .challenge = ask.challenge,
                                        .scope = ask.scope,
                                        .expires_at = now + kCodeSeconds});
  return redirect(ask, "code=" + percent_encode(code));
}

Reply hand_out(World& world, const App& app, const std::string& contract,
               const std::string& scope) {
  const auto granted = granted_scopes(world, app, scope);
  if (!granted) return oauth_error(world, 400, "invalid_scope", "scope");
  Token token{.client_id = app.client_id,
              .contract_id = contract,
              .scopes = {granted->begin(), granted->end()},
              .of_user = true,
              .expires_at = world.clock.now() + kTokenSeconds};
  const std::string text = make_token(world, token);
  Json body = {{"scope", scope},
               {"token_type", "Bearer"},
               {"expires_in", kTokenSeconds},
               {"access_token", text}};
  if (token.scopes.contains("offline_access") &&
      world.identity.refresh_tokens.size() < kMaxTokens) {
    const std::string refresh = make_uuid(world.random) + make_uuid(world.random);
    world.identity.refresh_tokens.emplace(refresh, token);
    body["refresh_token"] = refresh;
  }
  if (world.identity.tokens.size() < kMaxTokens) {
    world.identity.tokens.emplace(text, std::move(token));
  }
  Reply reply = json_reply(body);
  reply.client_id = app.client_id;
  return reply;
}

Reply exchange_code(World& world, const App& app, const Values& form) {
  const auto found = world.identity.codes.find(value_of(form, "code"));
  if (found == world.identity.codes.end()) {
    return oauth_error(world, 400, "invalid_grant", "unknown code");
  }
  const AuthorizationCode code = found->second;
  world.identity.codes.erase(found);  // good once, whatever comes of it
  const bool good = code.client_id == app.client_id && code.expires_at > world.clock.now() &&
                    code.redirect_uri == value_of(form, "redirect_uri") &&
                    code.challenge == sha256_base64url(value_of(form, "code_verifier"));
  if (!good) return oauth_error(world, 400, "invalid_grant", "the code does not fit this request");
  return hand_out(world, app, code.contract_id, code.scope);
}

Reply exchange_refresh(World& world, const App& app, const Values& form) {
  const auto found = world.identity.refresh_tokens.find(value_of(form, "refresh_token"));
  if (found == world.identity.refresh_tokens.end() || found->second.client_id != app.client_id) {
    return oauth_error(world, 400, "invalid_grant", "unknown refresh token");
  }
  std::string scope;
  for (const std::string& word : found->second.scopes) scope += (scope.empty() ? "" : " ") + word;
  const std::string contract = found->second.contract_id;
  world.identity.refresh_tokens.erase(found);
  return hand_out(world, app, contract, scope);
}

Reply user_token(World& world, const Request& request) {
  const App* app = authenticated_app(world, request);
  if (app == nullptr) {
    return oauth_error(world, 401, "invalid_client", "Client authentication failed");
  }
  const auto form = form_values(request);
  if (!form) return oauth_error(world, 400, "invalid_request", "a form body is needed");
  const std::string grant = value_of(*form, "grant_type");
  if (grant == "authorization_code") return exchange_code(world, *app, *form);
  if (grant == "refresh_token") return exchange_refresh(world, *app, *form);
  return oauth_error(world, 400, "unsupported_grant_type", "grant_type");
}

Reply userinfo(World& world, const Request& request) {
  const Token& token = bearer(world, request);
  if (!token.of_user || !token.scopes.contains("openid")) {
    throw Refusal{.status = 403, .detail = "openid スコープがありません"};
  }
  const Contract& contract = world.contracts.at(token.contract_id);
  // [omniauth-smaregi], nonz250
  Json body = {
      {"sub", contract.user_id},
      {"contract", {{"id", contract.id}, {"user_id", contract.user_id}, {"is_owner", true}}}};
  if (token.scopes.contains("profile")) body["name"] = contract.user_name;
  if (token.scopes.contains("email")) {
    body["email"] = contract.user_mail;
    body["email_verified"] = true;
  }
  Reply reply = json_reply(body);
  reply.client_id = token.client_id;
  return reply;
}

}  // namespace

Reply sign_in(World& world, const Request& request, const std::vector<std::string>& parts) {
  const bool get = request.method == "GET", post = request.method == "POST";
  if (parts[0] == "userinfo" && parts.size() == 1 && (get || post)) return userinfo(world, request);
  if (parts[0] == "authorize" && parts.size() == 1 && get) return show_consent(world, request);
  if (parts[0] == "authorize" && parts.size() == 1 && post) return decide_consent(world, request);
  const bool token_path = parts[0] == "authorize" && parts.size() >= 2 && parts[1] == "token";
  const bool refresh_path =
      parts.size() == 3 && parts[2] == "refresh" && world.switches.is(Switch::kRefreshPath, "both");
  if (token_path && post && (parts.size() == 2 || refresh_path)) return user_token(world, request);
  refuse_missing_resource();
}

}  // namespace tsunagi::smaregi_sandbox
