#pragma once
// The token endpoint of apps, and the check of a Bearer token.

#include <set>
#include <string>
#include <string_view>

#include "tests/sandbox/smaregi/model/sandbox.h"

namespace tsunagi::smaregi_sandbox {

// POST /app/{contract}/token [DOC common]
Reply app_token(World& world, const Request& request, const std::string& contract_id);

// An OAuth refusal: top-level "error" key, or a problem body (switch oauth_error_body).
Reply oauth_error(const World& world, int status, std::string_view code,
                  std::string_view description);

// The app whose Basic credentials the request carries, or nullptr.
const App* authenticated_app(const World& world, const Request& request);

// Something that looks like the RS256 JWT that the platform hands out; opaque to everybody.
std::string make_token(World& world, const Token& token);

// The live token of the request or a 401. "Bearer" may be followed by two blanks: real clients do
// that (§11.8).
const Token& bearer(const World& world, const Request& request);

// The values of a form body by name; refuses a doubled name by answering nothing.
std::optional<std::map<std::string, std::string>> form_values(const Request& request);

// The scopes asked for, in order, or nothing when one is unknown to the app (switch unknown_scope).
std::optional<std::vector<std::string>> granted_scopes(const World& world, const App& app,
                                                       std::string_view asked);

}  // namespace tsunagi::smaregi_sandbox
