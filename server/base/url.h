#pragma once
// Addresses of platforms and their parts. Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wasm/core/result.h"

namespace tsunagi {

inline constexpr size_t kMaxUrlBytes = 8'192;

struct Url {
  bool https = true;
  std::string host;  // lower case; an IPv6 address without brackets
  int port = 443;
  std::string path;                          // path and query as given, "/" at least
  [[nodiscard]] std::string origin() const;  // "https://example.com:443"
};

// http and https only; no user information, no fragment, no control characters or spaces. kInvalid
// says what is wrong.
Result<Url> parse_url(std::string_view url);

// 127.0.0.0/8, ::1 or "localhost".
bool is_loopback(std::string_view host);

// A platform's base address as configured: https, or http on a loopback address, without a query.
// "{shop}" may stand for the shop's domain.
Result<Done> check_base_address(std::string_view url);

// base without its trailing slashes, then path.
std::string join_url(std::string_view base, std::string_view path);

// Everything but A-Z a-z 0-9 - . _ ~ becomes %XX.
std::string percent_encode(std::string_view text);

// "a=1&b=2%2B3" in the order given.
std::string form_encode(const std::vector<std::pair<std::string_view, std::string>>& fields);

// "example.myshopify.com": the only form of a shop's domain.
bool is_shop_domain(std::string_view domain);

}  // namespace tsunagi
