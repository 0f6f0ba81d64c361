#include "server/http/backfill_routes.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "server/domain/sync/backfill.h"
#include "server/domain/words.h"

namespace tsunagi::http {
namespace {

BackfillService service(const Context& context) {
  return BackfillService({.storage = context.ports.storage,
                          .shop = context.ports.shop,
                          .clock = context.ports.clock,
                          .random = context.ports.random});
}

Reply told(const Context& context, const Result<BackfillService::Report>& report) {
  if (!report.ok()) return failed(report.error());
  const Backfill backfill = report->backfill.value_or(Backfill{});
  return merchant_json({{"now", context.ports.clock.now()},
                        {"state", report->backfill ? word(backfill.state) : "none"},
                        {"tag", backfill.tag},
                        {"expected", backfill.expected},
                        {"brought", backfill.brought},
                        {"members", backfill.members},
                        {"left", backfill.left},
                        {"waiting", report->depth.waiting},
                        {"registering", report->depth.registering},
                        {"lacking", report->depth.lacking},
                        {"changed_at", backfill.changed_at}});
}

// The tag that the body names; none: the reply says why.
std::optional<std::string> tag_in(const Request& request, Reply& refused) {
  if (!carries_json(request)) {
    refused = refuse(415, "content_type", "The body must be sent as application/json.");
    return std::nullopt;
  }
  const nlohmann::ordered_json body = nlohmann::ordered_json::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("tag") || !body["tag"].is_string()) {
    refused = refuse(400, "invalid", "tag must be a customer tag.");
    return std::nullopt;
  }
  return body["tag"].get<std::string>();
}

Reply backfill_now(const Context& context, const Tenant& tenant, const Request& /*request*/) {
  return told(context, service(context).report(tenant));
}

Reply count(const Context& context, const Tenant& tenant, const Request& request) {
  Reply refused;
  const auto tag = tag_in(request, refused);
  if (!tag) return refused;
  const auto counted = service(context).count(tenant, *tag);
  if (!counted.ok()) return failed(counted.error());
  return merchant_json({{"tag", *tag}, {"count", *counted}});
}

Reply begin(const Context& context, const Tenant& tenant, const Request& request) {
  Reply refused;
  const auto tag = tag_in(request, refused);
  if (!tag) return refused;
  const auto begun = service(context).begin(tenant, *tag);
  if (begun.ok()) {
    context.ports.log.info("backfill.begun",
                           {{"tenant", tenant.id}, {"customers", begun->backfill->expected}});
  }
  return told(context, begun);
}

Reply stop(const Context& context, const Tenant& tenant, const Request& /*request*/) {
  return told(context, service(context).stop(tenant));
}

constexpr MerchantRoute kBackfillRoutes[] = {
    {"backfill", "GET", "GET, HEAD", backfill_now},
    {"backfill/count", "POST", "POST", count},
    {"backfill/begin", "POST", "POST", begin},
    {"backfill/stop", "POST", "POST", stop},
};

}  // namespace

MerchantRoutes backfill_routes() { return kBackfillRoutes; }

}  // namespace tsunagi::http
