#pragma once
// The session token of the merchant page: a JWT that Shopify signs for a minute. Pure.
// Source: @shopify/shopify-api 15, lib/session/decode-session-token.ts; shopify.dev, "Session
// tokens".

#include <string>
#include <string_view>

#include "server/domain/values.h"
#include "server/http/keyed_hash.h"
#include "wasm/core/result.h"

namespace tsunagi::http {

inline constexpr Seconds kSessionTokenTolerance = 10;
inline constexpr size_t kSessionTokenMaxBytes = 4 * 1024;

struct SessionToken {
  std::string shop;  // the domain
  std::string user;  // Shopify's id of the person
};

struct SessionTokenRules {
  const KeyedHash& key;  // the app's client secret
  std::string_view client_id;
};

// kUnauthorized, with a reason, unless: three parts, algorithm HS256, the signature, exp and nbf
// within the tolerance, aud our client id, dest and iss of one and the same shop.
Result<SessionToken> verify_session_token(std::string_view token, const SessionTokenRules& rules,
                                          Seconds now);

}  // namespace tsunagi::http
