#include "server/http/health_routes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/health/support_bundle.h"

namespace tsunagi::http {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kFailedCalls = "tsunagi_upstream_calls_total{";
constexpr size_t kFailedCallsShown = 100;

OrderedJson json_of(const Tenant& tenant, const HealthReport& report) {
  const Figures& figures = report.facts.figures;
  return {{"now", report.facts.now},
          {"as_of", report.facts.asked.at},
          {"asking", report.asking},
          {"checks", checks_json(report.checks)},
          {"figures",
           {{"linked", figures.linked},
            {"joining", figures.joining},
            {"stopped", figures.stopped},
            {"products", figures.products},
            {"stores", figures.stores}}},
          {"till_ready", tenant.settings.till_ready},
          {"pilot",
           {{"on", tenant.settings.pilot.on},
            {"stores", tenant.settings.pilot.stores},
            {"tag", kPilotTag}}}};
}

Reply told(const Tenant& tenant, const Result<HealthReport>& report) {
  return report.ok() ? merchant_json(json_of(tenant, *report)) : failed(report.error());
}

Reply health(const Context& context, const Tenant& tenant, const Request& /*request*/) {
  return told(tenant, context.ports.health.report(tenant));
}

Reply health_again(const Context& context, const Tenant& tenant, const Request& /*request*/) {
  return told(tenant, context.ports.health.ask_again(tenant));
}

// Another server may have saved since this one read the shop.
Reply change_settings(const Context& context, const Tenant& tenant,
                      const std::function<void(Settings&)>& change) {
  const auto stored = context.ports.storage.tenant(tenant.id);
  if (!stored.ok()) return failed(stored.error());
  if (!stored->has_value()) return failed(Error{ErrorCode::kNotFound, "The shop is gone."});
  Tenant changed = **stored;
  change(changed.settings);
  const auto saved = context.ports.storage.save_settings(tenant.id, changed.settings, {});
  if (!saved.ok()) return failed(saved.error());
  context.ports.tenants.forget();
  context.ports.stock.forget_tenant(tenant.id);
  context.ports.pilot.forget_tenant(tenant.id);
  return told(changed, context.ports.health.report(changed));
}

Reply not_json() {
  return refuse(415, "content_type", "The body must be sent as application/json.");
}

Reply till(const Context& context, const Tenant& tenant, const Request& request) {
  if (!carries_json(request)) return not_json();
  const OrderedJson body = OrderedJson::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("ready") || !body["ready"].is_boolean()) {
    return refuse(400, "invalid", "ready must be true or false.");
  }
  const bool ready = body["ready"].get<bool>();
  return change_settings(context, tenant,
                         [ready](Settings& settings) { settings.till_ready = ready; });
}

// The blocks are told first: without it they would show what the server then refuses.
Reply pilot(const Context& context, const Tenant& tenant, const Request& request) {
  if (!carries_json(request)) return not_json();
  const OrderedJson body = OrderedJson::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("on")) {
    return refuse(400, "invalid", "pilot.on must be true or false");
  }
  const auto read = parse_settings(OrderedJson{{"pilot", body}}.dump());
  if (!read.ok()) return refuse(400, "invalid", read.error().message);
  const Pilot wanted = read->pilot;
  const auto stores = context.ports.storage.stores(tenant.id);
  if (!stores.ok()) return failed(stores.error());
  const bool known = std::ranges::all_of(wanted.stores, [&](const std::string& id) {
    return std::ranges::find(*stores, id, &Store::store_id) != stores->end();
  });
  if (!known) return refuse(400, "invalid", "pilot.stores: there is no such shop");
  const auto published = context.ports.shop.publish_pilot(tenant, wanted.on);
  if (!published.ok()) {
    context.ports.log.warning("pilot.not_published",
                              {{"tenant", tenant.id}, {"reason", published.error().message}});
    return failed(published.error());
  }
  context.ports.log.info("pilot.saved", {{"tenant", tenant.id}, {"on", wanted.on ? 1 : 0}});
  return change_settings(context, tenant,
                         [&wanted](Settings& settings) { settings.pilot = wanted; });
}

// Counters of calls that did not succeed, as the metrics have them: they name no shop.
std::vector<std::string> failed_calls(const Metrics& metrics) {
  std::vector<std::string> lines;
  const std::string text = metrics.text();
  std::string_view rest = text;
  while (!rest.empty() && lines.size() < kFailedCallsShown) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const bool fine = line.find("outcome=\"2") != std::string_view::npos;
    if (line.starts_with(kFailedCalls) && !fine) lines.emplace_back(line);
  }
  return lines;
}

Reply bundle(const Context& context, const Tenant& tenant, const Request& /*request*/) {
  const auto report = context.ports.health.report(tenant);
  if (!report.ok()) return failed(report.error());
  auto made = support_bundle(context.ports.storage, tenant, *report,
                             {.version = context.options.version,
                              .cause_of = context.options.cause_of,
                              .calls = failed_calls(context.ports.metrics)});
  if (!made.ok()) return failed(made.error());
  Reply reply;
  reply.body = std::move(made).value();
  reply.headers.emplace_back("Cache-Control", "private, no-store");
  return reply;
}

constexpr MerchantRoute kHealthRoutes[] = {
    {"health", "GET", "GET, HEAD", health},
    {kHealthAgain, "POST", "POST", health_again},
    {"till", "PUT", "PUT", till},
    {"pilot", "PUT", "PUT", pilot},
    {"support-bundle", "GET", "GET, HEAD", bundle},
};

}  // namespace

MerchantRoutes health_routes() { return kHealthRoutes; }

Reply till_sheet(const Context& context) {
  return html_page(context.assets.till_page.fill({{"base", "/admin"}}),
                   {.content_security = "default-src 'none'; base-uri 'none'; form-action 'none'; "
                                        "img-src 'self' data:; style-src 'self'; script-src "
                                        "'self'; frame-ancestors 'none'"});
}

}  // namespace tsunagi::http
