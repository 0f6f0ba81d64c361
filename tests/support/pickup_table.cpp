// Prints what the product knows of pick-ups, for a test that walks all of it over HTTP:
//
//   {"states":[…], "open":[…], "actions":[…], "roles":[…], "extend_seconds":N,
//    "rules":[{"from", "action", "to", "roles":[…]}]}

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "server/domain/fulfilment/pickup.h"

namespace tsunagi {
namespace {

using Json = nlohmann::ordered_json;

template <class All>
Json words(const All& all) {
  Json list = Json::array();
  for (const auto value : all) list.push_back(word(value));
  return list;
}

Json rule_json(const PickupRule& rule) {
  Json roles = Json::array();
  for (const Role role : kRoles) {
    if (rule.roles.at(static_cast<size_t>(role))) roles.push_back(word(role));
  }
  return {{"from", word(rule.from)},
          {"action", word(rule.action)},
          {"to", word(rule.to)},
          {"roles", std::move(roles)}};
}

Json table() {
  Json open = Json::array();
  for (const PickupState state : kPickupStates) {
    if (is_open(state)) open.push_back(word(state));
  }
  Json rules = Json::array();
  for (const PickupRule& rule : pickup_rules()) rules.push_back(rule_json(rule));
  return {{"states", words(kPickupStates)},   {"open", std::move(open)},
          {"actions", words(kPickupActions)}, {"roles", words(kRoles)},
          {"extend_seconds", kExtendSeconds}, {"rules", std::move(rules)}};
}

}  // namespace
}  // namespace tsunagi

int main() {
  std::puts(tsunagi::table().dump().c_str());
  return 0;
}
