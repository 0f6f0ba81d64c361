#include "server/http/staff_admin_routes.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/tenant/settings_reader.h"
#include "wasm/core/barcode.h"

namespace tsunagi::http {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr int kStaffIdBytes = 8;
// Half of a session's: the link is good for days and once, and short enough for a QR code.
constexpr int kInvitationBytes = 16;

std::string_view state_of(const Staff& staff) {
  if (staff.revoked_at != 0) return "revoked";
  return staff.joined_at != 0 ? "joined" : "invited";
}

OrderedJson staff_entry(const Staff& staff) {
  const std::string_view state = state_of(staff);
  OrderedJson json = {{"id", staff.id},
                      {"name", staff.name},
                      {"role", word(staff.role)},
                      {"stores", staff.stores},
                      {"state", state},
                      {"since", std::max({staff.invited_at, staff.joined_at, staff.revoked_at})}};
  if (state == "invited") json["until"] = staff.invited_at + kInvitationSeconds;
  return json;
}

// Without a drawing where the server's address is too long for one.
void add_link(OrderedJson& json, const std::string& link) {
  json["link"] = link;
  const auto drawing = draw(Symbology::kQr, link);
  if (!drawing.ok()) return;
  json["qr"] = {{"width", drawing->width}, {"height", drawing->height}, {"path", drawing->path}};
}

Reply staff_list(const Context& context, const Tenant& tenant, const std::string& link = {}) {
  const auto all = context.ports.staff.staff(tenant.id);
  if (!all.ok()) return failed(all.error());
  OrderedJson list = OrderedJson::array();
  for (const Staff& staff : *all) list.push_back(staff_entry(staff));
  OrderedJson json = {{"now", context.ports.clock.now()}, {"staff", std::move(list)}};
  if (!link.empty()) add_link(json, link);
  return merchant_json(json);
}

Reply get_staff(const Context& context, const Tenant& tenant, const Request& /*request*/) {
  return staff_list(context, tenant);
}

bool is_staff_role(Role role) {
  return role == Role::kClerk || role == Role::kManager || role == Role::kHeadOffice;
}

Reply wrong(const char* field, std::string_view message) {
  return refuse(400, "invalid", message, field);
}

// What is wrong, or the shops that a clerk or manager serves, each once.
Result<std::vector<std::string>> named_stores(const Context& context, const Tenant& tenant,
                                              const nlohmann::json& body) {
  const auto there = context.ports.storage.stores(tenant.id);
  if (!there.ok()) return there.error();
  const auto stores = body.find("stores");
  if (stores == body.end() || !stores->is_array() || stores->empty()) {
    return Error{ErrorCode::kInvalid, "stores must name the shops."};
  }
  std::vector<std::string> named;
  for (const auto& store : *stores) {
    const std::string id = store.is_string() ? store.get<std::string>() : std::string();
    if (std::ranges::find(*there, id, &Store::store_id) == there->end()) {
      return Error{ErrorCode::kInvalid, "stores must name shops that are there."};
    }
    if (std::ranges::find(named, id) == named.end()) named.push_back(id);
  }
  return named;
}

Reply invite(const Context& context, const Tenant& tenant, const Request& request) {
  if (!carries_json(request)) {
    return refuse(415, "content_type", "The body must be sent as application/json.");
  }
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object()) return refuse(400, "json", "The body is not a JSON object.");
  const auto text_of = [&body](const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  Staff staff{.id = context.ports.random.token(kStaffIdBytes),
              .name = text_of("name"),
              .stores = {},
              .invited_at = context.ports.clock.now()};
  if (staff.name.empty() || staff.name.size() > kStaffNameBytes ||
      holds_control_character(staff.name)) {
    return wrong("name", "name must be a text of 1 to 200 bytes, in one line.");
  }
  const auto role = role_of(text_of("role"));
  if (!role || !is_staff_role(*role)) {
    return wrong("role", "role must be clerk, manager or head_office.");
  }
  staff.role = *role;
  if (staff.role != Role::kHeadOffice) {
    auto stores = named_stores(context, tenant, body);
    if (!stores.ok() && stores.error().code == ErrorCode::kInvalid) {
      return wrong("stores", stores.error().message);
    }
    if (!stores.ok()) return failed(stores.error());
    staff.stores = std::move(stores).value();
  }
  const std::string token = context.ports.random.token(kInvitationBytes);
  const auto invited = context.ports.staff.invite(tenant.id, staff, token);
  if (!invited.ok()) return failed(invited.error());
  context.ports.log.info("staff.invited", {{"tenant", tenant.id}, {"staff", staff.id}});
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
  const auto id = body["id"].get<std::string>();
  const auto done = context.ports.staff.revoke(tenant.id, id, context.ports.clock.now());
  if (!done.ok()) return failed(done.error());
  context.ports.log.info("staff.revoked", {{"tenant", tenant.id}, {"staff", id}});
  return staff_list(context, tenant);
}

constexpr MerchantRoute kStaffAdminRoutes[] = {
    {"staff", "GET", "GET, HEAD, POST", get_staff},
    {"staff", "POST", "GET, HEAD, POST", invite},
    {"staff/revoke", "POST", "POST", revoke},
};

}  // namespace

MerchantRoutes staff_admin_routes() { return kStaffAdminRoutes; }

}  // namespace tsunagi::http
