#include "server/http/query.h"

#include <algorithm>
#include <charconv>

namespace tsunagi::http {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool decode(std::string_view text, std::string& out) {
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return false;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return true;
}

}  // namespace

Result<std::vector<Parameter>> parse_query(std::string_view query) {
  std::vector<Parameter> parameters;
  if (query.empty()) return parameters;
  parameters.reserve(8);
  while (true) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    if (!pair.empty()) {
      if (parameters.size() == kQueryMaxParameters) {
        return Error{ErrorCode::kInvalid, "The query has too many parameters."};
      }
      const size_t equals = pair.find('=');
      Parameter& added = parameters.emplace_back();
      const bool decoded =
          decode(pair.substr(0, equals), added.name) &&
          (equals == std::string_view::npos || decode(pair.substr(equals + 1), added.value));
      if (!decoded) return Error{ErrorCode::kInvalid, "The query has a wrong %XX."};
    }
    if (end == std::string_view::npos) return parameters;
    query.remove_prefix(end + 1);
  }
}

size_t count(const std::vector<Parameter>& parameters, std::string_view name) {
  return static_cast<size_t>(
      std::ranges::count_if(parameters, [&](const Parameter& p) { return p.name == name; }));
}

std::optional<std::string_view> only(const std::vector<Parameter>& parameters,
                                     std::string_view name) {
  std::optional<std::string_view> found;
  for (const Parameter& parameter : parameters) {
    if (parameter.name != name) continue;
    if (found) return std::nullopt;
    found = parameter.value;
  }
  return found;
}

std::optional<int64_t> parse_id(std::string_view text) {
  constexpr size_t kMaxDigits = 18;
  if (text.empty() || text.size() > kMaxDigits || text.front() == '0') return std::nullopt;
  int64_t value = 0;
  const char* first = text.data();
  const char* last = first + text.size();
  const auto [end, error] = std::from_chars(first, last, value);
  if (error != std::errc() || end != last || value <= 0) return std::nullopt;
  return value;
}

}  // namespace tsunagi::http
