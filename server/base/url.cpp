#include "server/base/url.h"

#include <algorithm>
#include <charconv>

#include "server/domain/ascii.h"

namespace tsunagi {
namespace {

Error invalid(std::string_view why) {
  return {ErrorCode::kInvalid, "address: " + std::string(why)};
}

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '.' || host.back() == '.') return false;
  if (host.find("..") != std::string_view::npos) return false;
  return std::all_of(host.begin(), host.end(),
                     [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; });
}

bool is_ipv6(std::string_view host) {
  return host.size() >= 2 && host.size() <= 45 && std::all_of(host.begin(), host.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
                  c == ':' || c == '.';
         });
}

Result<int> parse_port(std::string_view text) {
  int port = 0;
  const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc() || stop != text.data() + text.size() || port < 1 || port > 65'535) {
    return invalid("the port is not a number from 1 to 65535");
  }
  return port;
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

std::string Url::origin() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (https ? "https://" : "http://") + (ipv6 ? "[" + host + "]" : host) + ":" +
         std::to_string(port);
}

Result<Url> parse_url(std::string_view url) {
  if (url.size() > kMaxUrlBytes) return invalid("longer than 8192 bytes");
  if (std::any_of(url.begin(), url.end(), [](char c) { return c <= ' ' || c >= 0x7f; })) {
    return invalid("only printable ASCII without spaces is allowed");
  }
  Url parsed;
  if (ascii_lower(url.substr(0, 8)) == "https://") {
    url.remove_prefix(8);
  } else if (ascii_lower(url.substr(0, 7)) == "http://") {
    url.remove_prefix(7);
    parsed.https = false;
    parsed.port = 80;
  } else {
    return invalid("must begin with https:// or http://");
  }
  if (url.find('#') != std::string_view::npos) return invalid("no fragment is allowed");

  std::string_view authority = url.substr(0, url.find_first_of("/?"));
  const std::string_view rest = url.substr(authority.size());
  if (authority.find('@') != std::string_view::npos) {
    return invalid("no user name or password is allowed");
  }
  if (authority.starts_with('[')) {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos || !is_ipv6(authority.substr(1, close - 1))) {
      return invalid("not an IPv6 address in brackets");
    }
    parsed.host = ascii_lower(authority.substr(1, close - 1));
    authority.remove_prefix(close + 1);
    if (!authority.empty() && authority.front() != ':') return invalid("text after the host");
  } else {
    const std::string_view host = authority.substr(0, authority.find(':'));
    if (!is_name(host)) return invalid("the host is missing or malformed");
    parsed.host = ascii_lower(host);
    authority.remove_prefix(host.size());
  }
  if (!authority.empty()) {
    const auto port = parse_port(authority.substr(1));
    if (!port) return port.error();
    parsed.port = *port;
  }
  parsed.path = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  return parsed;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  if (!host.starts_with("127.")) return false;
  // Four numbers, so that 127.0.0.1.example.com is not taken for one.
  int parts = 0;
  while (!host.empty()) {
    const std::string_view part = host.substr(0, host.find('.'));
    int number = 0;
    const auto [stop, problem] = std::from_chars(part.data(), part.data() + part.size(), number);
    const bool whole = problem == std::errc() && stop == part.data() + part.size();
    if (!whole || number < 0 || number > 255) return false;
    ++parts;
    host.remove_prefix(std::min(host.size(), part.size() + 1));
  }
  return parts == 4;
}

Result<Done> check_base_address(std::string_view url) {
  const auto parsed = parse_url(replace_all(std::string(url), "{shop}", "a.myshopify.com"));
  if (!parsed) return parsed.error();
  if (parsed->path.find('?') != std::string::npos) return invalid("no query is allowed");
  if (!parsed->https && !is_loopback(parsed->host)) {
    return invalid("must be https, unless it is on this machine (127.0.0.1, ::1, localhost)");
  }
  return Done{};
}

std::string join_url(std::string_view base, std::string_view path) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + std::string(path);
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string form_encode(const std::vector<std::pair<std::string_view, std::string>>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += percent_encode(name);
    out += '=';
    out += percent_encode(value);
  }
  return out;
}

bool is_shop_domain(std::string_view domain) {
  constexpr std::string_view kSuffix = ".myshopify.com";
  if (domain.size() <= kSuffix.size() || domain.size() > 253 || !domain.ends_with(kSuffix)) {
    return false;
  }
  const std::string_view name = domain.substr(0, domain.size() - kSuffix.size());
  return is_alnum(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
           return is_alnum(c) || c == '-' || c == '_';
         });
}

}  // namespace tsunagi
