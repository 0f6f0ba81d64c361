#include "server/domain/privacy/held_data.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "server/domain/member/field_words.h"
#include "server/domain/words.h"

namespace tsunagi {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr int kLeftMembersRead = 1'000;
constexpr std::string_view kAgreed = "agreed to text ";

OrderedJson member_json(const Card& card, const HeldRows& rows) {
  const MemberLink& link = card.link;
  return {{"member_code", link.code},
          {"all_codes", rows.codes},
          {"smaregi_member_id", link.pos_member_id},
          {"state", word(link.state)},
          {"joined_at", link.joined_at},
          {"still_asked_for", link.missing}};
}

OrderedJson figures_json(const CardSnapshot& figures) {
  OrderedJson json = {{"name", figures.holder}, {"rank", figures.rank}, {"read_at", figures.as_of}};
  if (figures.has_points) {
    json["points"] = figures.points;
    json["points_expire_on"] = figures.points_expire_on;
  }
  return json;
}

OrderedJson trail_json(const std::vector<AuditRow>& trail) {
  OrderedJson list = OrderedJson::array();
  for (const AuditRow& row : trail) {
    list.push_back(
        {{"at", row.at}, {"actor", row.actor}, {"action", row.action}, {"reason", row.reason}});
  }
  return list;
}

OrderedJson queues_json(const HeldRows& rows) {
  OrderedJson list = OrderedJson::array();
  for (const InboxEntry& row : rows.events) {
    list.push_back({{"queue", "inbox"},
                    {"what", row.item.event.type},
                    {"state", word(row.state)},
                    {"since", row.item.event.received_at},
                    {"error", row.error}});
  }
  for (const OutboxEntry& row : rows.writes) {
    list.push_back({{"queue", "outbox"},
                    {"what", word(row.item.write.kind)},
                    {"state", word(row.state)},
                    {"since", row.enqueued_at},
                    {"error", row.error}});
  }
  return list;
}

OrderedJson mails_json(const PickupMailLog& log, const std::string& pickup) {
  OrderedJson list = OrderedJson::array();
  const auto found = log.find(pickup);
  if (found == log.end()) return list;
  for (const PickupMail& mail : found->second) {
    list.push_back(
        {{"what", word(mail.step)}, {"asked_at", mail.asked_at}, {"outcome", word(mail.outcome)}});
  }
  return list;
}

OrderedJson pickups_json(const HeldRows& rows) {
  OrderedJson list = OrderedJson::array();
  for (const Pickup& pickup : rows.pickups) {
    OrderedJson lines = OrderedJson::array();
    for (const PickupLine& line : pickup.lines) {
      lines.push_back({{"code", line.product_code},
                       {"name", line.product_name},
                       {"quantity", line.quantity},
                       {"picked", line.picked}});
    }
    list.push_back({{"id", pickup.id},
                    {"code", pickup.code},
                    {"state", word(pickup.state)},
                    {"shop", pickup.store_id},
                    {"placed_at", pickup.placed_at},
                    {"ready_from", pickup.ready_from},
                    {"hold_until", pickup.hold_until},
                    {"lines", std::move(lines)},
                    {"mails", mails_json(rows.pickup_mails, pickup.id)}});
  }
  return list;
}

OrderedJson restocks_json(const HeldRows& rows) {
  OrderedJson list = OrderedJson::array();
  for (const RestockRequest& request : rows.restocks) {
    list.push_back({{"code", request.product_code},
                    {"name", request.product_name},
                    {"shop", request.store_id},
                    {"asked_at", request.asked_at},
                    {"state", word(request.state)},
                    {"outcome", word(request.outcome)}});
  }
  return list;
}

// What merges of customers in Shopify left: into whom this one went, whose link waits to be moved,
// members that went off the card.
Result<OrderedJson> merges_json(Storage& storage, TenantId tenant, int64_t customer) {
  const auto into = storage.merged_into(tenant, customer);
  if (!into.ok()) return into.error();
  const auto dropped = storage.dropped_link(tenant, customer);
  if (!dropped.ok()) return dropped.error();
  const auto left = storage.left_members(tenant, kLeftMembersRead);
  if (!left.ok()) return left.error();
  OrderedJson json = {
      {"merged_into", nullptr}, {"dropped_link", nullptr}, {"off_the_card", OrderedJson::array()}};
  if (*into) json["merged_into"] = **into;
  if (*dropped) {
    json["dropped_link"] = {{"code", (*dropped)->code},
                            {"smaregi_member_id", (*dropped)->pos_member_id},
                            {"joined_at", (*dropped)->joined_at}};
  }
  for (const LeftMember& member : *left) {
    if (member.kept_customer_id != customer) continue;
    json["off_the_card"].push_back(
        {{"code", member.code}, {"smaregi_member_id", member.pos_member_id}});
  }
  return json;
}

// The merchant's texts that the trail names.
Result<OrderedJson> texts_json(Storage& storage, TenantId tenant,
                               const std::vector<AuditRow>& trail) {
  OrderedJson list = OrderedJson::array();
  for (const AuditRow& row : trail) {
    const size_t at = row.reason.find(kAgreed);
    if (at == std::string::npos) continue;
    const std::string version = row.reason.substr(at + kAgreed.size());
    const auto text = storage.consent_text(tenant, version);
    if (!text.ok()) return text.error();
    if (!text->has_value()) continue;
    list.push_back({{"at", row.at},
                    {"version", version},
                    {"ja", (*text)->ja},
                    {"en", (*text)->en},
                    {"terms_url", (*text)->terms_url}});
  }
  return list;
}

}  // namespace

Result<std::string> held_data(Storage& storage, const Tenant& tenant, const DataRequest& request,
                              Seconds now) {
  const int64_t customer = request.customer_id;
  const auto card = storage.card(tenant.id, customer);
  if (!card.ok()) return card.error();
  const auto given = storage.given_fields(tenant.id, customer);
  if (!given.ok()) return given.error();
  const auto favourite = storage.favourite(tenant.id, customer);
  if (!favourite.ok()) return favourite.error();
  const auto pins = storage.pins(tenant.id, customer);
  if (!pins.ok()) return pins.error();
  const auto prints = storage.field_prints(tenant.id, customer);
  if (!prints.ok()) return prints.error();
  const auto left = storage.was_member(tenant.id, customer);
  if (!left.ok()) return left.error();
  const auto rows = storage.held_rows(tenant.id, customer);
  if (!rows.ok()) return rows.error();
  const auto merges = merges_json(storage, tenant.id, customer);
  if (!merges.ok()) return merges.error();
  auto texts = texts_json(storage, tenant.id, rows->trail);
  if (!texts.ok()) return texts.error();

  OrderedJson json = {{"shop", tenant.shop_domain},
                      {"customer_id", customer},
                      {"request",
                       {{"id", request.request_id},
                        {"requested_at", request.requested_at},
                        {"orders", request.orders}}},
                      {"made_at", now},
                      {"times", "seconds since 1970-01-01 UTC"},
                      {"member", nullptr},
                      {"card", nullptr},
                      {"given_on_the_card", OrderedJson::object()},
                      {"favourite_shop", *favourite},
                      {"kept_products", *pins},
                      {"pickups", pickups_json(*rows)},
                      {"told_when_back", restocks_json(*rows)},
                      {"was_a_member_before", *left}};
  if (const std::optional<Card>& known = *card) {
    json["member"] = member_json(*known, *rows);
    if (known->snapshot) json["card"] = figures_json(*known->snapshot);
  }
  for (const auto& [field, value] : *given) {
    json["given_on_the_card"][std::string(word(field))] = value;
  }
  json["field_hashes"] =
      prints->empty() ? "none"
                      : "one keyed hash of each field as both platforms last had it, to tell "
                        "that it changed; no field can be read from it";
  json["consents"] = *std::move(texts);
  json["merges"] = *merges;
  json["history"] = trail_json(rows->trail);
  json["waiting_or_given_up"] = queues_json(*rows);
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace tsunagi
