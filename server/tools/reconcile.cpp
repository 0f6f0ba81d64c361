// tsunagi reconcile: what differs between the database and the platforms, and what heals it.

#include "server/domain/reconcile/reconcile.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "server/tools/commands.h"
#include "server/tools/print.h"

namespace tsunagi::tools {
namespace {

using Json = nlohmann::ordered_json;

bool heals(const Finding& finding) { return !std::holds_alternative<std::monostate>(finding.heal); }

Json subject_json(const Finding& finding) {
  Json subject = Json::object();
  if (finding.outbox_id != 0) subject["outbox"] = "outbox:" + std::to_string(finding.outbox_id);
  if (finding.customer_id != 0) subject["customer"] = finding.customer_id;
  if (!finding.member_id.empty()) subject["member"] = finding.member_id;
  if (!finding.product_id.empty()) subject["product"] = finding.product_id;
  if (!finding.store_id.empty()) subject["store"] = finding.store_id;
  return subject;
}

Json json_of(const Tenant& tenant, const ReconcileReport& report) {
  Json findings = Json::array();
  for (const Finding& finding : report.findings) {
    findings.push_back({{"kind", drift_name(finding.kind)},
                        {"subject", subject_json(finding)},
                        {"stored", finding.stored},
                        {"actual", finding.actual},
                        {"heals", heals(finding)},
                        {"how", finding.how},
                        {"healed", finding.healed}});
  }
  Json next = Json::object();
  if (report.next_customer) next["customer"] = *report.next_customer;
  if (report.next_product) next["product"] = *report.next_product;
  Json shop = {{"shop", tenant.shop_domain},
               {"members_compared", report.members},
               {"products_compared", report.products},
               {"next", next},
               {"stopped", nullptr},
               {"findings", findings}};
  if (report.stopped) shop["stopped"] = report.stopped->message;
  return shop;
}

std::string subject_text(const Finding& finding) {
  const Json subject = subject_json(finding);
  std::string text;
  for (const auto& [name, id] : subject.items()) {
    if (!text.empty()) text += ", ";
    text += name == "outbox" ? id.get<std::string>()
                             : name + " " + (id.is_string() ? id.get<std::string>() : id.dump());
  }
  return text;
}

void print(std::ostream& out, const Tenant& tenant, const ReconcileReport& report) {
  constexpr size_t kIndented = kColumns - 10;
  out << printable(tenant.shop_domain) << ": " << report.members << " members and "
      << report.products << " products compared, " << report.findings.size() << " findings\n";
  for (const Finding& finding : report.findings) {
    out << drift_name(finding.kind) << "  " << printable(subject_text(finding), kColumns - 24)
        << '\n';
    if (!finding.stored.empty()) {
      out << "  stored  " << printable(finding.stored, kIndented) << '\n';
    }
    const char* heal = finding.healed ? "  healed  " : heals(finding) ? "  --fix   " : "  by hand ";
    out << "  true    " << printable(finding.actual, kIndented) << '\n'
        << heal << printable(finding.how, kIndented) << '\n';
  }
  if (report.next_customer) out << "go on with --after-customer " << *report.next_customer << '\n';
  if (report.next_product) {
    out << "go on with --after-product " << printable(*report.next_product) << '\n';
  }
  if (report.stopped) {
    out << "stopped: " << printable(report.stopped->message, kColumns - 9) << '\n';
  }
}

}  // namespace

int reconcile(const Ports& ports, const ReconcileAsked& asked) {
  const auto tenants = shops(ports.storage, asked.shop);
  if (!tenants.ok()) return wrong(ports.err, tenants.error());
  tsunagi::ReconcileAsked wanted{.fix = asked.fix};
  if (asked.limit > 0) wanted.limit = asked.limit;
  if (asked.after_customer > 0) wanted.after_customer = asked.after_customer;
  if (!asked.after_product.empty()) wanted.after_product = asked.after_product;
  if ((wanted.after_customer || wanted.after_product) && asked.shop.empty()) {
    return wrong(ports.err, {ErrorCode::kInvalid, "--after-… goes with --shop"});
  }
  Reconcile comparison({.storage = ports.storage,
                        .pos = ports.pos,
                        .shop = ports.shop,
                        .clock = ports.clock,
                        .random = ports.random,
                        .fingerprints = ports.fingerprints});
  Json document = {{"shops", Json::array()}};
  int code = kFine;
  for (const Tenant& tenant : *tenants) {
    const ReconcileReport report = comparison.run(tenant, wanted);
    if (!report.findings.empty()) code = std::max(code, kFound);
    if (report.stopped) code = kWrong;
    if (asked.json) {
      document["shops"].push_back(json_of(tenant, report));
    } else {
      print(ports.out, tenant, report);
    }
  }
  if (asked.json) print_json(ports.out, document);
  return code;
}

}  // namespace tsunagi::tools
