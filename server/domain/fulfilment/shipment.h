#pragma once
// A shipment: the part of an online order that one shop sends, from the moment it is asked to until
// the parcel is on its way. Which action is legal when and for whom is one table (kShipmentRules);
// everything else is 409 and a row in its trail.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/fulfilment/pickup.h"
#include "server/domain/fulfilment/routing.h"
#include "server/domain/values.h"

namespace tsunagi {

enum class ShipmentState : uint8_t {
  kAssigned,   // "assigned": a shop was asked, its pieces are held, it has not said yes
  kAccepted,   // "accepted"
  kPicking,    // "picking"
  kPacked,     // "packed": waits for the carrier
  kShipped,    // "shipped": on its way; what follows is the system's
  kRefused,    // "refused": the shop cannot; another is asked, never this one again
  kPerson,     // "person": no shop is asked; head office decides
  kCancelled,  // "cancelled": there is nothing to send any more
  kGivenBack,  // "given_back": head office left it to the shop platform's own people
};
inline constexpr ShipmentState kShipmentStates[] = {
    ShipmentState::kAssigned, ShipmentState::kAccepted,  ShipmentState::kPicking,
    ShipmentState::kPacked,   ShipmentState::kShipped,   ShipmentState::kRefused,
    ShipmentState::kPerson,   ShipmentState::kCancelled, ShipmentState::kGivenBack};

enum class ShipmentAction : uint8_t {
  kAccept,    // "accept"
  kPick,      // "pick"
  kPack,      // "pack"
  kShip,      // "ship": with the number of the parcel and who carries it
  kRefuse,    // "refuse": with a reason
  kAssign,    // "assign": to a shop, by a person
  kGiveBack,  // "give_back"
  kCancel,    // "cancel": the order no longer asks for it
};
inline constexpr ShipmentAction kShipmentActions[] = {
    ShipmentAction::kAccept,   ShipmentAction::kPick,   ShipmentAction::kPack,
    ShipmentAction::kShip,     ShipmentAction::kRefuse, ShipmentAction::kAssign,
    ShipmentAction::kGiveBack, ShipmentAction::kCancel};

// Why there is nothing to send any more.
enum class CancelReason : uint8_t {
  kOrder,         // "order": the pieces were cancelled, refunded or removed
  kElsewhere,     // "elsewhere": somebody else sent them
  kMoved,         // "moved": the merchant gave them to another location by hand
  kNoPlace,       // "no_place": the shop is no location any more
  kRefusedThere,  // "refused_there": the platform does not let this shop have them
};
inline constexpr CancelReason kCancelReasons[] = {CancelReason::kOrder, CancelReason::kElsewhere,
                                                  CancelReason::kMoved, CancelReason::kNoPlace,
                                                  CancelReason::kRefusedThere};

enum class Carrier : uint8_t { kYamato, kSagawa, kJapanPost, kOther };
inline constexpr Carrier kCarriers[] = {Carrier::kYamato, Carrier::kSagawa, Carrier::kJapanPost,
                                        Carrier::kOther};

std::string_view word(ShipmentState state);
std::string_view word(ShipmentAction action);
std::string_view word(CancelReason reason);
std::string_view word(Carrier carrier);
std::string_view word(ShopVerdict verdict);
std::string_view word(NobodyCause cause);
std::optional<ShipmentState> shipment_state(std::string_view word);
std::optional<ShipmentAction> shipment_action(std::string_view word);
std::optional<CancelReason> cancel_reason(std::string_view word);
std::optional<Carrier> carrier_of(std::string_view word);

struct ShipmentRule {
  ShipmentState from;
  ShipmentAction action;
  ShipmentState to;
  std::array<bool, std::size(kRoles)> roles;  // by Role
};
std::span<const ShipmentRule> shipment_rules();
// Whether an action can still follow.
[[nodiscard]] bool is_open(ShipmentState state);

inline constexpr size_t kTrackingNumberMost = 50;  // bytes of printable ASCII
inline constexpr size_t kShipmentIdBytes = 16;     // drawn here, as hex
// Why no shop is asked besides the causes of routing.
inline constexpr std::string_view kUnknownProduct = "unknown_product";  // none that shops count

struct ShipmentLine {
  int64_t order_line = 0;  // the platform's id of the order's line, the same wherever it is moved
  std::string product_id;  // "": none that shops count
  std::string product_code, product_name;
  int64_t quantity = 0;
  int64_t held = 0;  // that nobody else may have
};

struct Shipment {
  std::string id;
  int64_t order_id = 0;
  std::string order_name;  // as people say it: "#1001"
  int64_t work_id = 0;     // of the platform's order for this work (ShopOrder::Work)
  std::string store_id;    // "": nobody's yet
  ShipmentState state = ShipmentState::kAssigned;
  bool on_hold = false;  // the platform says wait: it may not be sent
  bool placed = false;   // the platform was seen to have the work at this shop
  Seconds assigned_at = 0;
  Seconds accept_by = 0;  // the shop is late from then
  Seconds ship_by = 0;    // and from then with the parcel
  Seconds changed_at = 0;
  std::string reason;  // word of a RejectReason, CancelReason or NobodyCause, or kUnknownProduct
  std::string carrier, number;  // of the parcel: word of a Carrier, tracking_number()
  int64_t told_id = 0;  // of what the platform made of it: then the customer was told; 0: not yet
  std::vector<ShipmentLine> lines;
};

struct ShipmentMove {
  std::string shipment_id;
  std::string action_id;  // of this one deed: what arrives twice is done once
  ShipmentAction action = ShipmentAction::kAccept;
  Actor actor;
  std::string reason = {};                // with kRefuse and kCancel
  std::string carrier = {}, number = {};  // with kShip
  std::string store_id = {};              // with kAssign
  Seconds accept_by = 0, ship_by = 0;     // with kAssign
  Seconds at = 0;
};

[[nodiscard]] bool may_see(const Actor& actor, const Shipment& shipment);

// Does it to the shipment. kConflict: not in this state, not by this role, or it is on hold;
// kNotFound: it is not the actor's to see; kInvalid: what comes with the action is wrong. Then
// nothing has changed. With kAssign held is set, which the caller may only store where there is
// enough.
Result<Done> do_to(Shipment& shipment, const ShipmentMove& move);

// Products that the shop's staff said are not there, or cannot be sold, when they did it.
[[nodiscard]] std::vector<std::string> not_there(const Shipment& shipment,
                                                 const ShipmentMove& move);

// "4912-3456 7890" as carriers print it, without what only helps the eye; "" when it is none.
[[nodiscard]] std::string tracking_number(std::string_view typed);

struct ShipmentDeed {
  Seconds at = 0;
  Role role = Role::kSystem;
  std::string actor;
  std::string action;  // word of an action, or "route"
  std::string from, to, reason;
  bool refused = false;
};

}  // namespace tsunagi
