// tsunagi support-bundle: what whoever helps needs to know, and nobody's data.

#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "server/domain/health/support_bundle.h"
#include "server/tools/causes.h"
#include "server/tools/commands.h"
#include "server/tools/print.h"

namespace tsunagi::tools {
namespace {

using Json = nlohmann::ordered_json;

std::string cause_key(std::string_view error) { return std::string(cause_of(error).key); }

}  // namespace

int support_bundle(const Ports& ports, const SupportAsked& asked) {
  const auto tenants = shops(ports.storage, asked.shop);
  if (!tenants.ok()) return wrong(ports.err, tenants.error());
  Json document = {{"shops", Json::array()}};
  for (const Tenant& tenant : *tenants) {
    const auto health = health_report(ports.storage, ports.clock, tenant,
                                      ask_platforms(ports.pos, ports.shop, ports.clock, tenant));
    if (!health.ok()) return wrong(ports.err, health.error());
    const auto bundle = tsunagi::support_bundle(ports.storage, tenant, *health,
                                                {.version = ports.version, .cause_of = cause_key});
    if (!bundle.ok()) return wrong(ports.err, bundle.error());
    document["shops"].push_back(Json::parse(*bundle));
  }
  print_json(ports.out, document);
  return kFine;
}

}  // namespace tsunagi::tools
