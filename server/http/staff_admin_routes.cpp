#include "server/http/staff_admin_routes.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace tsunagi::http {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr int kStaffIdBytes = 8;

std::string_view state_of(const Staff& staff) {
  if (staff.revoked_at != 0) return "revoked";
  return staff.joined_at != 0 ? "joined" : "invited";
}

Reply staff_list(const Context& context, const Tenant& tenant, const std::string& link = {}) {
  const auto all = context.ports.staff.staff(tenant.id);
  if (!all.ok()) return failed(all.error());
  OrderedJson list = OrderedJson::array();
  for (const Staff& staff : *all) {
    list.push_back({{"id", staff.id},
                    {"name", staff.name},
                    {"role", word(staff.role)},
                    {"stores", staff.stores},
                    {"state", state_of(staff)},
                    {"since", std::max({staff.invited_at, staff.joined_at, staff.revoked_at})}});
  }
  OrderedJson json = {{"staff", std::move(list)}};
  if (!link.empty()) json["link"] = link;
  return merchant_json(json);
}

Reply get_staff(const Context& context, const Tenant& tenant, const Request& /*request*/) {
  return staff_list(context, tenant);
}

bool is_staff_role(Role role) {
  return role == Role::kClerk || role == Role::kManager || role == Role::kHeadOffice;
}

Reply wrong(const char* field, const char* message) {
  return refuse(400, "invalid", message, field);
}

Reply invite(const Context& context, const Tenant& tenant, const Request& request) {
  if (!carries_json(request)) {
    return refuse(415, "content_type", "The body must be sent as application/json.");
  }
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object()) return refuse(400, "json", "The body is not a JSON object.");
  const auto name = body.find("name");
  const auto role = body.find("role");
  const auto stores = body.find("stores");
  if (name == body.end() || !name->is_string() || name->get_ref<const std::string&>().empty() ||
      name->get_ref<const std::string&>().size() > kStaffNameBytes) {
    return wrong("name", "name must be a text of 1 to 200 bytes.");
  }
  const auto known =
      role != body.end() && role->is_string() ? role_of(role->get<std::string>()) : std::nullopt;
  if (!known || !is_staff_role(*known)) {
    return wrong("role", "role must be clerk, manager or head_office.");
  }
  Staff staff{.id = context.ports.random.token(kStaffIdBytes),
              .name = name->get<std::string>(),
              .role = *known,
              .stores = {},
              .invited_at = context.ports.clock.now()};
  if (*known != Role::kHeadOffice) {
    const auto there = context.ports.storage.stores(tenant.id);
    if (!there.ok()) return failed(there.error());
    if (stores == body.end() || !stores->is_array() || stores->empty()) {
      return wrong("stores", "stores must name the shops.");
    }
    for (const auto& store : *stores) {
      const bool exists = store.is_string() && std::ranges::find(*there, store.get<std::string>(),
                                                                 &Store::store_id) != there->end();
      if (!exists) return wrong("stores", "stores must name shops that are there.");
      staff.stores.push_back(store.get<std::string>());
    }
  }
  const std::string token = context.ports.random.token(kStaffTokenBytes);
  const auto invited = context.ports.staff.invite(tenant.id, staff, token);
  if (!invited.ok()) return failed(invited.error());
  return staff_list(context, tenant, context.options.public_url + "/staff#join=" + token);
}

Reply revoke(const Context& context, const Tenant& tenant, const Request& request) {
  if (!carries_json(request)) {
    return refuse(415, "content_type", "The body must be sent as application/json.");
  }
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("id") || !body["id"].is_string()) {
    return wrong("id", "id must be a text.");
  }
  const auto done = context.ports.staff.revoke(tenant.id, body["id"].get<std::string>(),
                                               context.ports.clock.now());
  if (!done.ok()) return failed(done.error());
  return staff_list(context, tenant);
}

constexpr std::array<MerchantRoute, 3> kRoutes{{
    {"staff", "GET", "GET, HEAD, POST", get_staff},
    {"staff", "POST", "GET, HEAD, POST", invite},
    {"staff/revoke", "POST", "POST", revoke},
}};

}  // namespace

const MerchantRoute* staff_admin_route(std::string_view path, std::string_view method) {
  const MerchantRoute* first = nullptr;
  for (const MerchantRoute& route : kRoutes) {
    if (route.path != path) continue;
    if (route.method == method) return &route;
    if (first == nullptr) first = &route;
  }
  return first;
}

}  // namespace tsunagi::http
