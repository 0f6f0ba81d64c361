#include "server/http/staff_trail.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "server/http/query.h"
#include "server/http/staff_desk.h"

namespace tsunagi::http {
namespace {

using StaffNames = std::map<std::string, std::string, std::less<>>;

Result<StaffNames> staff_names(const Context& context, TenantId tenant) {
  auto all = context.ports.staff.staff(tenant);
  if (!all.ok()) return all.error();
  StaffNames names;
  for (Staff& each : *all) names.emplace(std::move(each.id), std::move(each.name));
  return names;
}

bool is_staff(Role role) {
  switch (role) {
    case Role::kClerk:
    case Role::kManager:
    case Role::kHeadOffice:
      return true;
    case Role::kShopper:
    case Role::kSystem:
      return false;
  }
  return false;
}

// Of a pick-up or a shipment. Nothing tells one customer from another.
template <class OneDeed>
nlohmann::ordered_json deed_json(const OneDeed& deed, const StaffNames& names) {
  nlohmann::ordered_json json = {
      {"at", deed.at}, {"by", word(deed.role)}, {"action", deed.action},  {"from", deed.from},
      {"to", deed.to}, {"reason", deed.reason}, {"refused", deed.refused}};
  const auto name = is_staff(deed.role) ? names.find(deed.actor) : names.end();
  if (name != names.end()) json["name"] = name->second;
  return json;
}

template <class OneDeed>
Reply trail_json(const Context& context, TenantId tenant,
                 const Result<std::vector<OneDeed>>& deeds) {
  if (!deeds.ok()) return failed(deeds.error());
  const auto names = staff_names(context, tenant);
  if (!names.ok()) return failed(names.error());
  const size_t earlier = deeds->size() > kTrailShown ? deeds->size() - kTrailShown : 0;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (size_t i = earlier; i < deeds->size(); ++i) list.push_back(deed_json((*deeds)[i], *names));
  return merchant_json({{"trail", std::move(list)}, {"earlier", earlier}});
}

Reply no_trail() { return refuse(404, "not_found", "There is no such pick-up or shipment."); }

Reply pickup_trail(const Context& context, const StaffRoutes::Viewer& viewer, std::string_view id) {
  const auto found = context.ports.book.pickup(viewer.tenant.id, id);
  if (!found.ok()) return failed(found.error());
  if (!found->has_value() || !may_see(actor_of(viewer), **found)) return no_trail();
  return trail_json(context, viewer.tenant.id, context.ports.book.deeds_of(viewer.tenant.id, id));
}

Reply shipment_trail(const Context& context, const StaffRoutes::Viewer& viewer,
                     std::string_view id) {
  const auto found = context.ports.shipments.shipment(viewer.tenant.id, id);
  if (!found.ok()) return failed(found.error());
  if (!found->has_value() || !may_see(actor_of(viewer), **found)) return no_trail();
  return trail_json(context, viewer.tenant.id,
                    context.ports.shipments.shipment_deeds(viewer.tenant.id, id));
}

}  // namespace

Reply trail(const Context& context, const StaffRoutes::Viewer& viewer, std::string_view query) {
  if (viewer.staff.role == Role::kClerk) {
    return refuse(403, "role", "Managers and head office read what was done.");
  }
  const auto asked = parse_query(query);
  if (!asked.ok()) return failed(asked.error());
  const auto pickup = only(*asked, "pickup");
  const auto shipment = only(*asked, "shipment");
  if (asked->size() != 1 || pickup.has_value() == shipment.has_value()) {
    return refuse(400, "invalid", "pickup or shipment must be an id, and nothing else be asked.");
  }
  return pickup ? pickup_trail(context, viewer, *pickup)
                : shipment_trail(context, viewer, *shipment);
}

}  // namespace tsunagi::http
