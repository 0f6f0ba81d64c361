#pragma once
// A request that Shopify's app proxy forwarded: whether Shopify signed it, just now, and for whom.
// Pure. Source: shopify.dev, "Authenticate app proxies"; @shopify/shopify-api 15,
// lib/utils/hmac-validator.ts.
//
// The signed text joins "name=value" pairs without a separator, so that one signed pair "k=vX=1"
// reads as two. Every name that decides something must therefore be there exactly once and its
// whole value must have the one right form.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/values.h"
#include "server/http/keyed_hash.h"
#include "server/http/query.h"
#include "wasm/core/result.h"

namespace tsunagi::http {

inline constexpr Seconds kProxyTimestampTolerance = 90;

struct ProxyRequest {
  std::string shop;         // lower case, "example.myshopify.com"
  int64_t customer_id = 0;  // 0: nobody is signed in
  std::string path_prefix;  // "/apps/tsunagi"
  Seconds timestamp = 0;
  std::vector<Parameter> others;  // what the page asked for, in its order
};

// The text that is signed: without hmac and signature, values of one name joined with ',', pairs
// sorted and joined.
std::string signed_text(const std::vector<Parameter>& parameters);

// kUnauthorized with a reason in the order: each name once, the signature, the forms, the time.
Result<ProxyRequest> verify_proxy_query(std::string_view query, const KeyedHash& key, Seconds now);

}  // namespace tsunagi::http
