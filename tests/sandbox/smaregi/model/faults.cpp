#include "tests/sandbox/smaregi/model/faults.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tsunagi::smaregi_sandbox {

namespace {

int64_t number(const Json& body, const char* name, int64_t fallback, int64_t low, int64_t high) {
  const auto found = body.find(name);
  if (found == body.end()) return fallback;
  if (!found->is_number_integer()) refuse(std::string(name) + " must be an integer");
  const auto value = found->get<int64_t>();
  if (value < low || value > high) refuse(std::string(name) + " is out of range");
  return value;
}

bool flag(const Json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end()) return false;
  if (!found->is_boolean()) refuse(std::string(name) + " must be true or false");
  return found->get<bool>();
}

// "/*/pos/stock" against the head of "/sb_1/pos/stock/12".
bool has_prefix(std::string_view path, std::string_view pattern) {
  size_t at = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '*') {
      const size_t end = std::min(path.find('/', at), path.size());
      if (end == at) return false;
      at = end;
    } else if (at < path.size() && path[at] == pattern[i]) {
      ++at;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

void Faults::configure(const Json& body) {
  static constexpr std::array<std::string_view, 11> kNames = {
      "delay_ms", "status",    "drop",    "half_body", "html",    "path",
      "detail",   "remaining", "percent", "seed",      "webhooks"};
  for (const auto& [name, value] : body.items()) {
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
      refuse("unknown fault: " + name);
    }
  }
  for (const char* text : {"path", "detail"}) {
    if (body.contains(text) && !body[text].is_string()) {
      refuse(std::string(text) + " must be a string");
    }
  }
  Fault fault;
  fault.delay_ms = number(body, "delay_ms", 0, 0, kMaxDelayMs);
  fault.status = static_cast<int>(number(body, "status", 0, 0, 599));
  if (fault.status != 0 && fault.status < 400) refuse("status must be 400 to 599");
  fault.detail = body.value("detail", std::string("sandbox fault"));
  fault.drop = flag(body, "drop");
  fault.half_body = flag(body, "half_body");
  fault.html = flag(body, "html");
  const int64_t remaining = number(body, "remaining", -1, -1, 1'000'000);
  const int64_t percent = number(body, "percent", 100, 0, 100);
  const int64_t seed = number(body, "seed", 1, 0, INT64_MAX);
  fault_ = fault;
  path_ = body.value("path", std::string());
  remaining_ = remaining;
  percent_ = percent;
  seed_ = seed;
  random_.seed(static_cast<uint64_t>(seed));
}

Json Faults::describe() const {
  return {{"delay_ms", fault_.delay_ms},   {"status", fault_.status}, {"drop", fault_.drop},
          {"half_body", fault_.half_body}, {"html", fault_.html},     {"path", path_},
          {"remaining", remaining_},       {"percent", percent_},     {"seed", seed_}};
}

Fault Faults::next(std::string_view path) {
  if (remaining_ == 0 || !has_prefix(path, path_)) return {};
  if (percent_ < 100 && static_cast<int64_t>(random_() % 100) >= percent_) return {};
  if (remaining_ > 0) --remaining_;
  return fault_;
}

}  // namespace tsunagi::smaregi_sandbox
