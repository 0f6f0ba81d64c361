#include "server/http/proxy_signature.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/base/crypto.h"
#include "server/base/url.h"

namespace tsunagi::http {
namespace {

constexpr size_t kShopMaxBytes = 255;
constexpr size_t kPrefixMaxBytes = 64;
constexpr std::array<std::string_view, 5> kOwn{"shop", "signature", "timestamp",
                                               "logged_in_customer_id", "path_prefix"};

Error refused_query(const char* reason) { return Error{ErrorCode::kUnauthorized, reason}; }

bool is_own(std::string_view name) { return std::ranges::find(kOwn, name) != kOwn.end(); }

// "/apps/tsunagi": a slash, then letters, digits, -, _ and slashes.
bool is_path_prefix(std::string_view text) {
  if (text.size() < 2 || text.size() > kPrefixMaxBytes || text.front() != '/') return false;
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '/';
  });
}

}  // namespace

std::string signed_text(const std::vector<Parameter>& parameters) {
  std::vector<std::pair<std::string_view, std::string>> pairs;  // name, "name=value,value"
  pairs.reserve(parameters.size());
  size_t length = 0;
  for (const Parameter& parameter : parameters) {
    if (parameter.name == "signature" || parameter.name == "hmac") continue;
    const auto known =
        std::ranges::find_if(pairs, [&](const auto& pair) { return pair.first == parameter.name; });
    if (known != pairs.end()) {
      known->second += ',';
      known->second += parameter.value;
    } else {
      pairs.emplace_back(parameter.name, parameter.name + "=" + parameter.value);
    }
    length += parameter.name.size() + parameter.value.size() + 1;
  }
  std::ranges::sort(pairs, {}, [](const auto& pair) -> const std::string& { return pair.second; });
  std::string text;
  text.reserve(length);
  for (const auto& pair : pairs) text += pair.second;
  return text;
}

Result<ProxyRequest> verify_proxy_query(std::string_view query, const KeyedHash& key, Seconds now) {
  auto parsed = parse_query(query);
  if (!parsed.ok()) return refused_query("The signed query cannot be read.");
  std::vector<Parameter>& parameters = *parsed;
  for (const std::string_view name : kOwn) {
    if (count(parameters, name) != 1) {
      return refused_query(
          "shop, timestamp, logged_in_customer_id, path_prefix and signature must each be there "
          "once.");
    }
  }
  const std::string expected = key.hex_of(signed_text(parameters));
  if (!constant_time_equal(expected, *only(parameters, "signature"))) {
    return refused_query("The signature does not match.");
  }
  ProxyRequest request;
  request.shop = *only(parameters, "shop");
  if (request.shop.size() > kShopMaxBytes || !is_shop_domain(request.shop)) {
    return refused_query("shop is not a shop's domain.");
  }
  const std::string_view customer = *only(parameters, "logged_in_customer_id");
  if (!customer.empty()) {
    const auto id = parse_id(customer);
    if (!id) return refused_query("logged_in_customer_id is not a number.");
    request.customer_id = *id;
  }
  request.path_prefix = *only(parameters, "path_prefix");
  if (!is_path_prefix(request.path_prefix)) return refused_query("path_prefix is not a path.");
  const auto timestamp = parse_id(*only(parameters, "timestamp"));
  if (!timestamp) return refused_query("timestamp is not a number.");
  request.timestamp = *timestamp;
  if (now - request.timestamp > kProxyTimestampTolerance ||
      request.timestamp - now > kProxyTimestampTolerance) {
    return refused_query("The signed request is too old, or its time is in the future.");
  }
  for (Parameter& parameter : parameters) {
    if (!is_own(parameter.name) && parameter.name != "hmac") {
      request.others.push_back(std::move(parameter));
    }
  }
  return request;
}

}  // namespace tsunagi::http
