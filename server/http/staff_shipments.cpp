#include "server/http/staff_shipments.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/fulfilment/shop_settings.h"
#include "server/http/json_text.h"
#include "server/http/staff_affected.h"
#include "server/http/staff_desk.h"

namespace tsunagi::http {
namespace {

using ParcelJson = nlohmann::ordered_json;

Actor actor_at(const ParcelDesk& desk) {
  return {.role = desk.staff.role, .id = desk.staff.id, .stores = desk.staff.stores};
}

std::string shop_name(const ParcelDesk& desk, const std::string& id) {
  const auto found = desk.shops.find(id);
  return found == desk.shops.end() ? id : found->second.name;
}

// The next thing that is due of it.
Seconds parcel_due_at(const Shipment& shipment) {
  return shipment.state == ShipmentState::kAssigned ? shipment.accept_by : shipment.ship_by;
}

ParcelJson parcel_actions(const Shipment& shipment, Role viewer) {
  ParcelJson actions = ParcelJson::array();
  for (const ShipmentRule& rule : shipment_rules()) {
    const bool waits = shipment.on_hold && rule.action == ShipmentAction::kShip;
    const bool allowed = rule.roles.at(static_cast<size_t>(viewer));
    if (rule.from == shipment.state && allowed && !waits) actions.push_back(word(rule.action));
  }
  return actions;
}

ParcelJson shipment_json(const ParcelDesk& desk, const Shipment& shipment) {
  ParcelJson lines = ParcelJson::array();
  for (const ShipmentLine& line : shipment.lines) {
    lines.push_back({{"name", line.product_name},
                     {"code", line.product_code},
                     {"quantity", line.quantity},
                     {"picked", 0}});
  }
  ParcelJson json = {{"id", shipment.id},
                     {"order", shipment.order_name},
                     {"shop", shipment.store_id},
                     {"shop_name", shop_name(desk, shipment.store_id)},
                     {"state", word(shipment.state)},
                     {"late", is_open(shipment.state) && desk.now >= parcel_due_at(shipment)},
                     {"on_hold", shipment.on_hold},
                     {"due_at", parcel_due_at(shipment)},
                     {"assigned_at", shipment.assigned_at},
                     {"changed_at", shipment.changed_at},
                     {"lines", std::move(lines)},
                     {"actions", parcel_actions(shipment, desk.staff.role)}};
  if (!shipment.reason.empty()) json["reason"] = shipment.reason;
  if (!shipment.number.empty()) {
    json["carrier"] = shipment.carrier;
    json["number"] = shipment.number;
  }
  return json;
}

// Why each shop was asked or not, with its name.
Result<ParcelJson> trace_for(const ParcelDesk& desk, const Shipment& shipment) {
  const auto text = desk.context.ports.shipments.trace_of(desk.tenant.id, shipment.id);
  if (!text.ok()) return text.error();
  ParcelJson trace = ParcelJson::parse(*text, nullptr, false);
  if (!trace.is_object()) return ParcelJson::object();
  if (trace.contains("shops")) {
    for (ParcelJson& shop : trace["shops"]) {
      shop["name"] = shop_name(desk, shop.value("shop", std::string()));
    }
  }
  return trace;
}

// Which shops refused it, with their reasons: they are never asked again.
Result<ParcelJson> refusals_of(const ParcelDesk& desk, const Shipment& shipment) {
  const auto all =
      desk.context.ports.shipments.shipments_of_order(desk.tenant.id, shipment.order_id);
  if (!all.ok()) return all.error();
  ParcelJson refusals = ParcelJson::array();
  for (const Shipment& each : *all) {
    if (each.state != ShipmentState::kRefused) continue;
    refusals.push_back({{"shop", each.store_id},
                        {"name", shop_name(desk, each.store_id)},
                        {"reason", each.reason},
                        {"at", each.changed_at}});
  }
  return refusals;
}

Result<ParcelJson> shown(const ParcelDesk& desk, const Shipment& shipment) {
  ParcelJson json = shipment_json(desk, shipment);
  if (shipment.state != ShipmentState::kPerson) return json;
  auto trace = trace_for(desk, shipment);
  if (!trace.ok()) return trace.error();
  auto refusals = refusals_of(desk, shipment);
  if (!refusals.ok()) return refusals.error();
  json["trace"] = std::move(trace).value();
  json["refusals"] = std::move(refusals).value();
  return json;
}

}  // namespace

Result<std::vector<Shipment>> open_parcels(const ParcelDesk& desk,
                                           const std::vector<std::string>& stores) {
  auto open = desk.context.ports.shipments.open_shipments(desk.tenant.id, stores, kShipmentsListed);
  if (!open.ok()) return open.error();
  std::ranges::sort(*open, {},
                    [](const Shipment& each) { return std::pair(parcel_due_at(each), each.id); });
  return open;
}

Result<std::vector<Shipment>> own_parcels(const ParcelDesk& desk) {
  if (desk.staff.role == Role::kHeadOffice) return open_parcels(desk, {});
  if (desk.staff.stores.empty()) return std::vector<Shipment>();
  return open_parcels(desk, desk.staff.stores);
}

Result<ParcelJson> parcels_json(const ParcelDesk& desk, const std::vector<Shipment>& all) {
  ParcelJson list = ParcelJson::array();
  for (const Shipment& each : all) {
    auto json = shown(desk, each);
    if (!json.ok()) return json.error();
    list.push_back(std::move(json).value());
  }
  return list;
}

Result<Done> add_shipments(const ParcelDesk& desk, ParcelJson& work) {
  const auto open = own_parcels(desk);
  if (!open.ok()) return open.error();
  auto list = parcels_json(desk, *open);
  if (!list.ok()) return list.error();
  ParcelJson carriers = ParcelJson::array();
  for (const Carrier carrier : kCarriers) carriers.push_back(word(carrier));
  work["shipments"] = std::move(list).value();
  work["carriers"] = std::move(carriers);
  if (desk.staff.role != Role::kHeadOffice) return Done{};
  const auto stores = desk.context.ports.storage.stores(desk.tenant.id);
  if (!stores.ok()) return stores.error();
  ParcelJson senders = ParcelJson::array();
  for (const Store& store : *stores) {
    if (ships(desk.tenant.settings, store)) senders.push_back(store.store_id);
  }
  work["senders"] = std::move(senders);
  return Done{};
}

Reply act_on_shipment(Desk& at, const nlohmann::json& body) {
  const ParcelDesk desk = at.parcels();
  const auto action = shipment_action(body_text(body, "action"));
  ShipmentMove move{.shipment_id = body_text(body, "id"),
                    .action_id = body_text(body, "deed"),
                    .actor = actor_at(desk),
                    .reason = body_text(body, "reason"),
                    .carrier = body_text(body, "carrier"),
                    .number = body_text(body, "number"),
                    .store_id = body_text(body, "shop")};
  if (!action || move.shipment_id.empty() || move.action_id.empty() ||
      move.action_id.size() > kDeedIdMost) {
    return refuse(400, "invalid", "id, deed and action must be texts, and the action a known one.");
  }
  move.action = *action;
  const auto moved = desk.context.ports.shipping.act(desk.tenant, move);
  if (!moved.ok()) return failed(moved.error());
  desk.context.ports.wake_workers();
  auto json = shown(desk, *moved);
  if (!json.ok()) return failed(json.error());
  ParcelJson reply = {{"shipment", std::move(json).value()}};
  const NotThere gone{moved->store_id, not_there(*moved, move), moved->id};
  if (gone.products.empty()) return merchant_json(reply);
  auto others = affected(at, gone);
  if (!others.ok()) return failed(others.error());
  reply["affected"] = std::move(others).value();
  return merchant_json(reply);
}

Reply shipment_address(Desk& at, const nlohmann::json& body) {
  const ParcelDesk desk = at.parcels();
  const auto there =
      desk.context.ports.shipping.address(desk.tenant, actor_at(desk), body_text(body, "id"));
  if (!there.ok()) return failed(there.error());
  return merchant_json({{"address",
                         {{"last_name", there->last_name},
                          {"first_name", there->first_name},
                          {"company", there->company},
                          {"post_code", there->post_code},
                          {"province", there->province},
                          {"city", there->city},
                          {"line1", there->line1},
                          {"line2", there->line2},
                          {"phone", there->phone},
                          {"country", there->country}}}});
}

}  // namespace tsunagi::http
