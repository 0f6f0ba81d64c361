#pragma once
// Registered apps, the tokens they were given, and sign-ins of users.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/smaregi/model/wire.h"

namespace tsunagi::smaregi_sandbox {

struct App {
  std::string client_id, client_secret = {};
  std::vector<std::string> redirect_uris = {};
  std::set<std::string> scopes = {};
  std::string webhook_url = {}, webhook_header = {}, webhook_secret = {};  // "" : no webhooks
};

struct Token {
  std::string client_id, contract_id;
  std::set<std::string> scopes;
  bool of_user = false;
  int64_t expires_at = 0;  // unix seconds
};

struct AuthorizationCode {
  std::string client_id, contract_id, redirect_uri, challenge, scope;
  int64_t expires_at = 0;
};

inline constexpr size_t kMaxTokens = 100'000;
inline constexpr size_t kMaxApps = 100;
inline constexpr int64_t kTokenSeconds = 3600;  // [kanryu/smaregi-auth]
inline constexpr int64_t kCodeSeconds = 600;    // not stated; the longest that RFC 6749 recommends

struct Identity {
  std::map<std::string, App> apps;
  std::map<std::string, Token> tokens;
  std::map<std::string, AuthorizationCode> codes;
  std::map<std::string, Token> refresh_tokens;
};

// Splits "a b  c" at blanks.
std::vector<std::string> split_words(std::string_view text, char separator = ' ');
const std::set<std::string>& known_scopes();

}  // namespace tsunagi::smaregi_sandbox
