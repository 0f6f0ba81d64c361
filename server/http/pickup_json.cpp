#include "server/http/pickup_json.h"

#include <algorithm>

#include "server/domain/fulfilment/purchase_choice.h"

namespace tsunagi::http {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson lines_json(const std::vector<PickupLine>& lines) {
  OrderedJson list = OrderedJson::array();
  for (const PickupLine& line : lines) {
    list.push_back({{"name", line.product_name},
                    {"code", line.product_code},
                    {"quantity", line.quantity},
                    {"picked", line.picked}});
  }
  return list;
}

// And with what a scan of it may read.
OrderedJson staff_lines_json(const std::vector<PickupLine>& lines) {
  OrderedJson list = lines_json(lines);
  for (size_t i = 0; i < lines.size(); ++i) {
    OrderedJson codes = OrderedJson::array();
    for (const std::string* code : {&lines[i].product_code, &lines[i].barcode, &lines[i].sku}) {
      const bool fresh = std::find(codes.begin(), codes.end(), *code) == codes.end();
      if (!code->empty() && fresh) codes.push_back(*code);
    }
    list[i]["codes"] = std::move(codes);
  }
  return list;
}

// "outcome" is sent, waiting, unanswered, failed or not_sent; then "reason" says why. "again": it
// may be sent once more, said of the last of its step.
OrderedJson mail_log_json(const Pickup& pickup, const std::vector<PickupMail>& mails,
                          const PickupSettings& settings, Seconds now) {
  OrderedJson list = OrderedJson::array();
  for (auto mail = mails.begin(); mail != mails.end(); ++mail) {
    OrderedJson json = {{"step", word(mail->step)},
                        {"at", mail->settled_at != 0 ? mail->settled_at : mail->asked_at}};
    if (is_not_sent(mail->outcome)) {
      json["outcome"] = "not_sent";
      json["reason"] = word(mail->outcome);
    } else {
      json["outcome"] = word(mail->outcome);
    }
    const bool last = std::none_of(
        mail + 1, mails.end(), [&](const PickupMail& later) { return later.step == mail->step; });
    if (last && may_tell_again(pickup, mails, mail->step, settings, now).ok()) json["again"] = true;
    list.push_back(std::move(json));
  }
  return list;
}

// What the viewer may do to it now.
std::vector<PickupAction> actions_of(const Pickup& pickup, Role viewer) {
  std::vector<PickupAction> actions;
  const Purchase& purchase = pickup.purchase;
  for (const PickupRule& rule : pickup_rules()) {
    const bool allowed = rule.roles.at(static_cast<size_t>(viewer));
    const bool waits = purchase.on_hold && rule.action == PickupAction::kHandOver;
    const bool elsewhere = is_purchase(purchase) && viewer == Role::kShopper;
    if (rule.from == pickup.state && allowed && !waits && !elsewhere) {
      actions.push_back(rule.action);
    }
  }
  return actions;
}

// Of what was bought in the online shop: nothing is paid at the till where it is paid.
OrderedJson shopper_online(const Purchase& purchase) {
  return {{"order", purchase.order_name}, {"paid", purchase.paid}};
}
OrderedJson staff_online(const Purchase& purchase) {
  OrderedJson json = shopper_online(purchase);
  json["short"] = purchase.short_of;
  json["on_hold"] = purchase.on_hold;
  json["undecided"] = purchase.undecided;
  return json;
}

// What the customer chose of what the shop could not give, and how far that is.
OrderedJson choice_json(const PurchaseChoice& choice, const PickupShops& shops) {
  OrderedJson json = {{"what", word(choice.what)}, {"state", word(choice.state)}};
  if (choice.what == Choice::kShop) {
    json["shop"] = choice.store_id;
    json["shop_name"] = shop_of(shops, choice.store_id).name;
  }
  if (is_by_itself(choice)) json["by"] = word(Role::kSystem);
  return json;
}

// The shop is late with a yes, or with having it ready.
bool is_late(const Pickup& pickup, Seconds now) {
  switch (pickup.state) {
    case PickupState::kPlaced:
      return now >= pickup.accept_by;
    case PickupState::kAccepted:
    case PickupState::kPicking:
      return now >= pickup.ready_from;
    case PickupState::kReady:
    case PickupState::kHandedOver:
    case PickupState::kRejected:
    case PickupState::kExpired:
    case PickupState::kCancelled:
      return false;
  }
  return false;
}

}  // namespace

PickupShop shop_of(const PickupShops& shops, const std::string& store_id) {
  const auto found = shops.find(store_id);
  return found == shops.end() ? PickupShop{.name = store_id, .phone = {}, .map_url = {}}
                              : found->second;
}

OrderedJson shopper_json(const Pickup& pickup, const PickupShops& shops, Seconds now) {
  const PickupShop shop = shop_of(shops, pickup.store_id);
  const auto actions = actions_of(pickup, Role::kShopper);
  OrderedJson json = {
      {"id", pickup.id},
      {"code", pickup.code},
      {"state", word(pickup.state)},
      {"shop", pickup.store_id},
      {"shop_name", shop.name},
      {"phone", shop.phone},
      {"map_url", shop.map_url},
      {"ready_from", pickup.ready_from},
      {"hold_until", pickup.hold_until},
      {"placed_at", pickup.placed_at},
      {"changed_at", pickup.changed_at},
      {"lines", lines_json(pickup.lines)},
      {"can_cancel", std::ranges::find(actions, PickupAction::kCancel) != actions.end()}};
  if (!pickup.reason.empty()) json["reason"] = pickup.reason;
  if (is_unanswered(pickup, now)) json["unanswered"] = true;
  if (is_short(pickup)) json["short"] = true;
  if (!is_purchase(pickup.purchase)) return json;
  json["online"] = shopper_online(pickup.purchase);
  const PurchaseChoice& choice = pickup.purchase.choice;
  if (!choice.id.empty()) json["choice"] = choice_json(choice, shops);
  return json;
}

OrderedJson choose_json(const Pickup& pickup, const ChoiceDesk::Offer& offer,
                        const PickupShops& shops) {
  OrderedJson choices = OrderedJson::array();
  for (const Choice choice : offer.choices) choices.push_back(word(choice));
  OrderedJson able = OrderedJson::array();
  for (const ChoiceDesk::Shop& each : offer.shops) {
    const PickupShop shop = shop_of(shops, each.store_id);
    able.push_back({{"shop", each.store_id},
                    {"name", shop.name},
                    {"phone", shop.phone},
                    {"map_url", shop.map_url},
                    {"from", each.from}});
  }
  OrderedJson lines = OrderedJson::array();
  const auto missing = missing_products(pickup);
  for (const PickupLine& line : pickup.lines) {
    const auto lacks = missing.find(line.product_id);
    if (lacks == missing.end()) continue;
    lines.push_back({{"name", line.product_name}, {"quantity", lacks->second}});
  }
  OrderedJson json = {
      {"choices", std::move(choices)}, {"shops", std::move(able)}, {"lines", std::move(lines)}};
  if (offer.refund_at != 0) json["refund_at"] = offer.refund_at;
  return json;
}

OrderedJson staff_json(const StaffPickup& seen, const PickupShops& shops, Role viewer,
                       Seconds now) {
  const Pickup& pickup = seen.pickup;
  OrderedJson actions = OrderedJson::array();
  for (const PickupAction action : actions_of(pickup, viewer)) {
    actions.push_back(word(action));
  }
  OrderedJson json = {{"id", pickup.id},
                      {"code", pickup.code},
                      {"shop", pickup.store_id},
                      {"shop_name", shop_of(shops, pickup.store_id).name},
                      {"state", word(pickup.state)},
                      {"late", is_late(pickup, now)},
                      {"accept_by", pickup.accept_by},
                      {"ready_from", pickup.ready_from},
                      {"hold_until", pickup.hold_until},
                      {"extend_until", seen.extend_until},
                      {"placed_at", pickup.placed_at},
                      {"changed_at", pickup.changed_at},
                      {"customer", seen.customer},
                      {"language", pickup.language},
                      {"lines", staff_lines_json(pickup.lines)},
                      {"mails", mail_log_json(pickup, seen.mails, seen.settings, now)},
                      {"actions", std::move(actions)}};
  if (is_short(pickup)) json["short"] = true;
  if (!is_purchase(pickup.purchase)) return json;
  json["online"] = staff_online(pickup.purchase);
  const PurchaseChoice& choice = pickup.purchase.choice;
  if (!choice.id.empty()) json["online"]["choice"] = choice_json(choice, shops);
  return json;
}

}  // namespace tsunagi::http
