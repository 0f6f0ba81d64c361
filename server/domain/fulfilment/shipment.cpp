#include "server/domain/fulfilment/shipment.h"

#include <algorithm>
#include <utility>

namespace tsunagi {
namespace {

using State = ShipmentState;
using Deed = ShipmentAction;

// shopper, clerk, manager, head office, system
constexpr std::array kShopStaff{false, true, true, true, false};
constexpr std::array kHeadOfficeAlone{false, false, false, true, false};
constexpr std::array kByItself{false, false, false, false, true};

constexpr ShipmentRule kShipmentRules[] = {
    {State::kAssigned, Deed::kAccept, State::kAccepted, kShopStaff},
    {State::kAssigned, Deed::kPick, State::kPicking, kShopStaff},  // who begins has accepted
    {State::kAssigned, Deed::kRefuse, State::kRefused, kShopStaff},
    {State::kAssigned, Deed::kGiveBack, State::kGivenBack, kHeadOfficeAlone},
    {State::kAssigned, Deed::kCancel, State::kCancelled, kByItself},
    {State::kAccepted, Deed::kPick, State::kPicking, kShopStaff},
    {State::kAccepted, Deed::kRefuse, State::kRefused, kShopStaff},
    {State::kAccepted, Deed::kGiveBack, State::kGivenBack, kHeadOfficeAlone},
    {State::kAccepted, Deed::kCancel, State::kCancelled, kByItself},
    {State::kPicking, Deed::kPack, State::kPacked, kShopStaff},
    {State::kPicking, Deed::kRefuse, State::kRefused, kShopStaff},
    {State::kPicking, Deed::kCancel, State::kCancelled, kByItself},
    {State::kPacked, Deed::kShip, State::kShipped, kShopStaff},
    {State::kPacked, Deed::kRefuse, State::kRefused, kShopStaff},
    {State::kPacked, Deed::kCancel, State::kCancelled, kByItself},
    {State::kPerson, Deed::kAssign, State::kAssigned, kHeadOfficeAlone},
    {State::kPerson, Deed::kGiveBack, State::kGivenBack, kHeadOfficeAlone},
    {State::kPerson, Deed::kCancel, State::kCancelled, kByItself},
};

template <class Enum, size_t N>
std::optional<Enum> with_word(const Enum (&all)[N], std::string_view text) {
  for (const Enum value : all) {
    if (word(value) == text) return value;
  }
  return std::nullopt;
}

Error not_now(const Shipment& shipment, const ShipmentMove& move) {
  return {ErrorCode::kConflict, "a shipment that is " + std::string(word(shipment.state)) +
                                    " takes no " + std::string(word(move.action)) + " by " +
                                    std::string(word(move.actor.role))};
}

Result<Done> take_parcel(Shipment& shipment, const ShipmentMove& move) {
  if (shipment.on_hold) {
    return Error{ErrorCode::kConflict, "the order is on hold: it may not be sent"};
  }
  const std::string number = tracking_number(move.number);
  if (number.empty() || !carrier_of(move.carrier)) {
    return Error{ErrorCode::kInvalid, "a parcel has a number and a carrier from the list"};
  }
  shipment.number = number;
  shipment.carrier = move.carrier;
  return Done{};
}

Result<Done> take_shop(Shipment& shipment, const ShipmentMove& move) {
  if (move.store_id.empty()) return Error{ErrorCode::kInvalid, "no shop is named"};
  const bool counted = std::ranges::none_of(
      shipment.lines, [](const ShipmentLine& line) { return line.product_id.empty(); });
  if (!counted) {
    return Error{ErrorCode::kInvalid, "shops do not count one of its products"};
  }
  shipment.store_id = move.store_id;
  shipment.assigned_at = move.at;
  shipment.accept_by = move.accept_by;
  shipment.ship_by = move.ship_by;
  shipment.reason.clear();
  for (ShipmentLine& line : shipment.lines) line.held = line.quantity;
  return Done{};
}

Result<Done> apply_deed(Shipment& shipment, const ShipmentMove& move) {
  switch (move.action) {
    case Deed::kRefuse:
      if (!reject_reason(move.reason)) {
        return Error{ErrorCode::kInvalid, "a refusal needs a reason from the list"};
      }
      shipment.reason = move.reason;
      return Done{};
    case Deed::kCancel:
      if (!cancel_reason(move.reason)) {
        return Error{ErrorCode::kInvalid, "a cancellation needs a reason from the list"};
      }
      shipment.reason = move.reason;
      return Done{};
    case Deed::kShip:
      return take_parcel(shipment, move);
    case Deed::kAssign:
      return take_shop(shipment, move);
    case Deed::kAccept:
    case Deed::kPick:
    case Deed::kPack:
    case Deed::kGiveBack:
      return Done{};
  }
  return Done{};
}

}  // namespace

std::string_view word(ShipmentState state) {
  switch (state) {
    case State::kAssigned:
      return "assigned";
    case State::kAccepted:
      return "accepted";
    case State::kPicking:
      return "picking";
    case State::kPacked:
      return "packed";
    case State::kShipped:
      return "shipped";
    case State::kRefused:
      return "refused";
    case State::kPerson:
      return "person";
    case State::kCancelled:
      return "cancelled";
    case State::kGivenBack:
      return "given_back";
  }
  return "";
}

std::string_view word(ShipmentAction action) {
  switch (action) {
    case Deed::kAccept:
      return "accept";
    case Deed::kPick:
      return "pick";
    case Deed::kPack:
      return "pack";
    case Deed::kShip:
      return "ship";
    case Deed::kRefuse:
      return "refuse";
    case Deed::kAssign:
      return "assign";
    case Deed::kGiveBack:
      return "give_back";
    case Deed::kCancel:
      return "cancel";
  }
  return "";
}

std::string_view word(CancelReason reason) {
  switch (reason) {
    case CancelReason::kOrder:
      return "order";
    case CancelReason::kElsewhere:
      return "elsewhere";
    case CancelReason::kMoved:
      return "moved";
    case CancelReason::kNoPlace:
      return "no_place";
    case CancelReason::kRefusedThere:
      return "refused_there";
  }
  return "";
}

std::string_view word(Carrier carrier) {
  switch (carrier) {
    case Carrier::kYamato:
      return "yamato";
    case Carrier::kSagawa:
      return "sagawa";
    case Carrier::kJapanPost:
      return "japan_post";
    case Carrier::kOther:
      return "other";
  }
  return "";
}

std::string_view word(ShopVerdict verdict) {
  switch (verdict) {
    case ShopVerdict::kTaken:
      return "taken";
    case ShopVerdict::kNotShipping:
      return "not_shipping";
    case ShopVerdict::kRefused:
      return "refused";
    case ShopVerdict::kNothing:
      return "nothing";
    case ShopVerdict::kPart:
      return "part";
    case ShopVerdict::kLaterPriority:
      return "later_priority";
    case ShopVerdict::kFarther:
      return "farther";
    case ShopVerdict::kBusier:
      return "busier";
    case ShopVerdict::kLaterId:
      return "later_id";
    case ShopVerdict::kNotAsked:
      return "not_asked";
  }
  return "";
}

std::string_view word(NobodyCause cause) {
  switch (cause) {
    case NobodyCause::kNoShop:
      return "no_shop";
    case NobodyCause::kStock:
      return "stock";
    case NobodyCause::kAskedMost:
      return "asked_most";
    case NobodyCause::kSplitMost:
      return "split_most";
    case NobodyCause::kSearchLimit:
      return "search_limit";
  }
  return "";
}

std::optional<ShipmentState> shipment_state(std::string_view word) {
  return with_word(kShipmentStates, word);
}
std::optional<ShipmentAction> shipment_action(std::string_view word) {
  return with_word(kShipmentActions, word);
}
std::optional<CancelReason> cancel_reason(std::string_view word) {
  return with_word(kCancelReasons, word);
}

std::optional<Carrier> carrier_of(std::string_view word) { return with_word(kCarriers, word); }

std::span<const ShipmentRule> shipment_rules() { return kShipmentRules; }

bool is_open(ShipmentState state) {
  return std::ranges::any_of(kShipmentRules,
                             [state](const ShipmentRule& rule) { return rule.from == state; });
}

bool may_see(const Actor& actor, const Shipment& shipment) {
  switch (actor.role) {
    case Role::kShopper:
      return false;
    case Role::kClerk:
    case Role::kManager:
      return std::ranges::find(actor.stores, shipment.store_id) != actor.stores.end();
    case Role::kHeadOffice:
    case Role::kSystem:
      return true;
  }
  return false;
}

Result<Done> do_to(Shipment& shipment, const ShipmentMove& move) {
  if (!may_see(move.actor, shipment)) {
    return Error{ErrorCode::kNotFound, "there is no such shipment"};
  }
  const auto* rule = std::ranges::find_if(kShipmentRules, [&](const ShipmentRule& each) {
    return each.from == shipment.state && each.action == move.action;
  });
  if (rule == std::end(kShipmentRules) || !rule->roles.at(static_cast<size_t>(move.actor.role))) {
    return not_now(shipment, move);
  }
  if (auto done = apply_deed(shipment, move); !done) return done;
  shipment.state = rule->to;
  shipment.changed_at = move.at;
  // What is on its way is held until the shop's own figure says that it left.
  if (!is_open(shipment.state) && shipment.state != State::kShipped) {
    for (ShipmentLine& line : shipment.lines) line.held = 0;
  }
  return Done{};
}

std::vector<std::string> not_there(const Shipment& shipment, const ShipmentMove& move) {
  std::vector<std::string> products;
  if (move.action != Deed::kRefuse || !is_of_pieces(move.reason)) return products;
  for (const ShipmentLine& line : shipment.lines) products.push_back(line.product_id);
  return products;
}

std::string tracking_number(std::string_view typed) {
  std::string number;
  for (const char c : typed) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (c == '-' || c == ' ') continue;
    if (!letter && (c < '0' || c > '9')) return {};
    number += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return number.size() > kTrackingNumberMost ? std::string() : number;
}

}  // namespace tsunagi
