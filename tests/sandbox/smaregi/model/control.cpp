#include "tests/sandbox/smaregi/model/control.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace tsunagi::smaregi_sandbox {

namespace {

constexpr int64_t kMaxRate = 1'000'000;

void only_names(const Json& body, std::initializer_list<std::string_view> names) {
  if (!body.is_object()) refuse("an object is needed");
  for (const auto& [name, value] : body.items()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) refuse("unknown name: " + name);
  }
}

void take_text(const Json& body, const char* name, std::string& into) {
  if (body.contains(name)) into = body[name].get<std::string>();
}

std::vector<std::string> texts(const Json& body, const char* name) {
  return body.at(name).get<std::vector<std::string>>();
}

Reply put_app(World& world, const Json& body) {
  only_names(body, {"client_id", "client_secret", "redirect_uris", "scopes", "webhook_url",
                    "webhook_header", "webhook_secret"});
  const auto id = body.at("client_id").get<std::string>();
  const auto known = world.identity.apps.find(id);
  App app = known == world.identity.apps.end() ? App{.client_id = id, .scopes = known_scopes()}
                                               : known->second;
  take_text(body, "client_secret", app.client_secret);
  take_text(body, "webhook_url", app.webhook_url);
  take_text(body, "webhook_header", app.webhook_header);
  take_text(body, "webhook_secret", app.webhook_secret);
  if (body.contains("redirect_uris")) app.redirect_uris = texts(body, "redirect_uris");
  if (body.contains("scopes")) {
    app.scopes.clear();
    for (std::string& scope : texts(body, "scopes")) {
      if (!known_scopes().contains(scope)) refuse("unknown scope: " + scope);
      app.scopes.insert(std::move(scope));
    }
  }
  if (id.empty() || app.client_secret.empty()) refuse("client_id and client_secret are needed");
  if (known == world.identity.apps.end() && world.identity.apps.size() >= kMaxApps) {
    refuse("too many apps");
  }
  world.identity.apps[id] = app;
  return json_reply({{"client_id", id},
                     {"redirect_uris", app.redirect_uris},
                     {"scopes", app.scopes},
                     {"webhook_url", app.webhook_url},
                     {"webhook_header", app.webhook_header}});
}

Json describe_contract(const Contract& contract) {
  return {{"id", contract.id},
          {"name", contract.name},
          {"plan", contract.plan},
          {"required_columns", contract.required_columns},
          {"ranks", contract.ranks},
          {"rate_limit",
           {{"reads_per_second", contract.rate_limit.reads_per_second},
            {"writes_per_second", contract.rate_limit.writes_per_second}}},
          {"user",
           {{"id", contract.user_id}, {"name", contract.user_name}, {"email", contract.user_mail}}},
          {"rows",
           {{"stores", contract.stores.size()},
            {"products", contract.products.size()},
            {"customers", contract.members.size()},
            {"stock", contract.stock.size()},
            {"stock_history", contract.stock_history.size()},
            {"transactions", contract.transactions.size()}}}};
}

int64_t rate(const Json& limits, const char* name, int64_t before) {
  if (!limits.contains(name)) return before;
  const auto value = limits[name].get<int64_t>();
  if (value < 1 || value > kMaxRate) refuse(std::string(name) + " is out of range");
  return value;
}

// A new contract has one head-office user who can sign in; shops, products and members come through
// the POS API only.
Contract new_contract(World& world, const std::string& id) {
  const bool plain =
      !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
      });
  if (!plain || id == "app" || id == "till" || id == "authorize" || id == "userinfo" ||
      id == "_sandbox") {
    refuse("a contract id is 1 to 64 of a-z 0-9 _ -");
  }
  if (world.contracts.size() >= kMaxContracts) refuse("too many contracts");
  Contract contract;
  contract.id = id;
  contract.name = id;
  contract.user_id = make_uuid(world.random);
  contract.user_name = "本部 担当";
  contract.user_mail = "head-office@" + id + ".example";
  return contract;
}

Reply put_contract(World& world, const std::string& id, const Json& body) {
  only_names(body, {"name", "plan", "required_columns", "ranks", "rate_limit"});
  static constexpr std::array<std::string_view, 5> kPlans = {"standard", "premium", "premium_plus",
                                                             "food", "retail"};
  const auto known = world.contracts.find(id);
  Contract made = known == world.contracts.end() ? new_contract(world, id) : Contract{};
  Contract& contract = known == world.contracts.end() ? made : known->second;
  std::string name = contract.name, plan = contract.plan;
  RateLimit limit = contract.rate_limit;
  take_text(body, "name", name);
  take_text(body, "plan", plan);
  if (std::find(kPlans.begin(), kPlans.end(), plan) == kPlans.end()) {
    refuse("unknown plan: " + plan);
  }
  if (body.contains("rate_limit")) {
    const Json& limits = body["rate_limit"];
    only_names(limits, {"reads_per_second", "writes_per_second"});
    limit = {.reads_per_second = rate(limits, "reads_per_second", limit.reads_per_second),
             .writes_per_second = rate(limits, "writes_per_second", limit.writes_per_second)};
  }
  if (body.contains("required_columns")) {
    contract.required_columns = texts(body, "required_columns");
  }
  if (body.contains("ranks")) contract.ranks = texts(body, "ranks");
  contract.name = name;
  contract.plan = plan;
  contract.rate_limit = limit;
  if (known == world.contracts.end()) world.contracts.emplace(id, std::move(made));
  return json_reply(describe_contract(world.contracts.at(id)));
}

Reply get_contracts(const World& world, const std::vector<std::string>& parts) {
  if (parts.size() == 3) {
    const auto found = world.contracts.find(parts[2]);
    if (found == world.contracts.end()) refuse_missing_resource();
    return json_reply(describe_contract(found->second));
  }
  Json all = Json::array();
  for (const auto& [id, contract] : world.contracts) all.push_back(describe_contract(contract));
  return json_reply({{"contracts", all}});
}

int64_t query_or(const Request& request, std::string_view name, int64_t fallback) {
  for (const auto& [key, value] : request.query) {
    if (key == name) return parse_integer(value).value_or(fallback);
  }
  return fallback;
}

Reply get_requests(const World& world, const Request& request) {
  const int64_t since = query_or(request, "since", 0),
                limit = query_or(request, "limit", kMaxRequestLog);
  int64_t number = world.requests_seen - static_cast<int64_t>(world.requests.size());
  Json rows = Json::array();
  for (const LoggedRequest& entry : world.requests) {
    if (++number <= since || static_cast<int64_t>(rows.size()) >= limit) continue;
    rows.push_back({{"n", number},
                    {"at", static_cast<double>(entry.at_ms) / 1000.0},
                    {"method", entry.method},
                    {"path", entry.path},
                    {"query", entry.query},
                    {"status", entry.status},
                    {"ms", entry.took_ms},
                    {"client_id", entry.client_id},
                    {"faulted", entry.faulted}});
  }
  return json_reply({{"total", world.requests_seen}, {"requests", rows}});
}

Reply get_switches(const World& world) {
  Json rows = Json::array();
  for (const SwitchInfo& info : all_switches()) {
    Json values = Json::array();
    for (const std::string_view value : info.values) {
      if (!value.empty()) values.push_back(value);
    }
    rows.push_back({{"name", info.name},
                    {"value", world.switches.get(info.id)},
                    {"default", info.values[0]},
                    {"values", values},
                    {"meaning", info.meaning},
                    {"source", info.source}});
  }
  return json_reply({{"switches", rows}});
}

Reply put_switches(World& world, const Json& body) {
  if (!body.is_object()) refuse("an object is needed");
  Switches changed = world.switches;
  for (const auto& [name, value] : body.items()) {
    if (!value.is_string() || !changed.set(name, value.get<std::string>())) {
      refuse("no such switch or value: " + name);
    }
  }
  world.switches = changed;
  return get_switches(world);
}

int percent(const Json& body, const char* name) {
  if (!body.contains(name)) return 0;
  const Json& value = body[name];
  if (value.is_boolean()) return value.get<bool>() ? 100 : 0;
  const auto number = value.get<int64_t>();
  if (number < 0 || number > 100) refuse(std::string(name) + " must be 0 to 100");
  return static_cast<int>(number);
}

Json describe_faults(const World& world) {
  Json body = world.faults.describe();
  const WebhookFaults& faults = world.webhooks.faults;
  body["webhooks"] = {{"drop", faults.drop_percent},
                      {"double", faults.double_percent},
                      {"delay_ms", faults.delay_ms},
                      {"shuffle", faults.shuffle}};
  return body;
}

Reply put_faults(World& world, const Json& body) {
  if (!body.is_object()) refuse("an object is needed");
  WebhookFaults webhooks;
  if (body.contains("webhooks")) {
    const Json& given = body["webhooks"];
    only_names(given, {"drop", "double", "delay_ms", "shuffle"});
    webhooks = {
        .drop_percent = percent(given, "drop"),
        .double_percent = percent(given, "double"),
        .delay_ms = std::clamp<int64_t>(given.value("delay_ms", int64_t{0}), 0, kMaxDelayMs),
        .shuffle = given.value("shuffle", false)};
  }
  world.faults.configure(body);
  world.webhooks.faults = webhooks;
  return json_reply(describe_faults(world));
}

Reply get_clock(const World& world) {
  return json_reply(
      {{"now", world.clock.now()}, {"date_time", format_date_time(world.clock.now())}});
}

Reply put_clock(World& world, const Json& body) {
  static constexpr int64_t kFarthest = 100LL * 366 * 86'400;
  only_names(body, {"advance_seconds"});
  const auto seconds = body.at("advance_seconds").get<int64_t>();
  if (seconds < 0 || seconds > kFarthest) {
    refuse("advance_seconds must not be negative or beyond a century");
  }
  world.clock.advance_ms(seconds * 1000);
  return get_clock(world);
}

Reply get_webhooks(const World& world) {
  Json rows = Json::array();
  for (const DeliveryRecord& entry : world.webhooks.log()) {
    const Delivery& sent = entry.delivery;
    rows.push_back({{"event_id", sent.event_id},
                    {"contract_id", sent.contract_id},
                    {"event", sent.event},
                    {"action", sent.action},
                    {"url", sent.url},
                    {"body", sent.body},
                    {"attempt", sent.attempt},
                    {"at", static_cast<double>(entry.at_ms) / 1000.0},
                    {"status", entry.status},
                    {"outcome", entry.outcome}});
  }
  return json_reply({{"waiting", world.webhooks.waiting()}, {"deliveries", rows}});
}

Reply remove(World& world, const std::string& name) {
  if (name == "requests") {
    world.requests.clear();
  } else if (name == "switches") {
    world.switches.reset();
  } else if (name == "faults") {
    return put_faults(world, Json::object());
  } else if (name == "webhooks") {
    world.webhooks.forget_log();
  } else {
    refuse_missing_resource();
  }
  return json_reply(Json::object());
}

}  // namespace

Reply control(World& world, const Request& request, const std::vector<std::string>& parts) {
  const std::string name = parts.size() > 1 ? parts[1] : "";
  if (parts.size() > 3 || (parts.size() == 3 && name != "contracts")) refuse_missing_resource();
  if (request.method == "DELETE") return remove(world, name);
  if (request.method == "GET") {
    if (name == "contracts") return get_contracts(world, parts);
    if (name == "requests") return get_requests(world, request);
    if (name == "switches") return get_switches(world);
    if (name == "faults") return json_reply(describe_faults(world));
    if (name == "clock") return get_clock(world);
    if (name == "webhooks") return get_webhooks(world);
  }
  if (request.method == "PUT") {
    const Json body = parse_json(request.body);
    if (name == "apps") return put_app(world, body);
    if (name == "contracts" && parts.size() == 3) return put_contract(world, parts[2], body);
    if (name == "switches") return put_switches(world, body);
    if (name == "faults") return put_faults(world, body);
    if (name == "clock") return put_clock(world, body);
  }
  refuse_missing_resource();
}

}  // namespace tsunagi::smaregi_sandbox
