#pragma once
// A pick-up: what a shop puts aside for a customer, from the wish to the counter. Which action is
// legal when and for whom is one table (kPickupRules); everything else is 409 and a row in its
// trail.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/fulfilment/purchase.h"
#include "server/domain/values.h"

namespace tsunagi {

enum class PickupState : uint8_t {
  kPlaced,      // "placed": held for the customer, the shop has not said yes
  kAccepted,    // "accepted"
  kPicking,     // "picking"
  kReady,       // "ready": waits at the counter; what could not be found is no longer held
  kHandedOver,  // "handed_over"
  kRejected,    // "rejected": by the shop
  kExpired,     // "expired": nobody came
  kCancelled,   // "cancelled"
};
inline constexpr PickupState kPickupStates[] = {PickupState::kPlaced,     PickupState::kAccepted,
                                                PickupState::kPicking,    PickupState::kReady,
                                                PickupState::kHandedOver, PickupState::kRejected,
                                                PickupState::kExpired,    PickupState::kCancelled};

enum class PickupAction : uint8_t {
  kAccept,    // "accept"
  kReject,    // "reject": with a reason
  kPick,      // "pick"
  kReady,     // "ready": with what was found of each line
  kHandOver,  // "hand_over"
  kCancel,    // "cancel"
  kExtend,    // "extend": kept a day longer
  kExpire,    // "expire"
};
inline constexpr PickupAction kPickupActions[] = {
    PickupAction::kAccept,   PickupAction::kReject, PickupAction::kPick,   PickupAction::kReady,
    PickupAction::kHandOver, PickupAction::kCancel, PickupAction::kExtend, PickupAction::kExpire};

enum class Role : uint8_t {
  kShopper,     // "shopper": for a pick-up of their own
  kClerk,       // "clerk": for pick-ups of their shops, as is a manager
  kManager,     // "manager"
  kHeadOffice,  // "head_office": for every shop
  kSystem,      // "system"
};
inline constexpr Role kRoles[] = {Role::kShopper, Role::kClerk, Role::kManager, Role::kHeadOffice,
                                  Role::kSystem};

// Why a shop cannot; a fixed list, since a trail is for ever.
enum class RejectReason : uint8_t { kNotFound, kDamaged, kBusy, kClosed };
inline constexpr RejectReason kRejectReasons[] = {RejectReason::kNotFound, RejectReason::kDamaged,
                                                  RejectReason::kBusy, RejectReason::kClosed};

std::string_view word(PickupState state);
std::string_view word(PickupAction action);
std::string_view word(Role role);
std::string_view word(RejectReason reason);
std::optional<PickupState> pickup_state(std::string_view word);
std::optional<PickupAction> pickup_action(std::string_view word);
std::optional<Role> role_of(std::string_view word);
std::optional<RejectReason> reject_reason(std::string_view word);
// Whether the pieces are not there, or cannot be sold.
[[nodiscard]] bool is_of_pieces(std::string_view reason);

struct PickupRule {
  PickupState from;
  PickupAction action;
  PickupState to;
  std::array<bool, std::size(kRoles)> roles;  // by Role
};
std::span<const PickupRule> pickup_rules();

[[nodiscard]] bool is_open(PickupState state);
// Over, and nobody has it.
[[nodiscard]] bool is_given_up(PickupState state);

inline constexpr int64_t kPickupLinesMost = 20;
inline constexpr int64_t kPickupQuantityMost = 99;  // of one line
inline constexpr int kOpenPickupsMost = 20;         // of one customer
inline constexpr size_t kPickupIdLeast = 16, kPickupIdMost = 64;

struct PickupLine {
  std::string product_id, product_code, product_name;
  std::string barcode = {}, sku = {};  // as Smaregi has them now; only where it is read
  int64_t quantity = 0;                // that was asked for
  int64_t picked = 0;                  // that the shop found; from "ready" on
  int64_t held = 0;  // that nobody else may have: 0 once it is closed, and its sale known
};

struct Pickup {
  std::string id;  // drawn by the page that placed it, so that placing it twice places it once
  int64_t customer_id = 0;
  std::string store_id;
  std::string code;  // six digits, shown at the counter; one open pick-up's of the tenant alone
  PickupState state = PickupState::kPlaced;
  std::string language = "ja";
  std::string page = {};  // path below which the storefront has the pick-up page: "/apps/tsunagi"
  Seconds placed_at = 0;
  Seconds accept_by = 0;   // the shop is late from then
  Seconds ready_from = 0;  // what the customer was promised
  Seconds hold_until = 0;
  Seconds changed_at = 0;
  Seconds short_at = 0;  // since when the shop has less than it promised until then; 0: it has not
  std::string reason;    // word of a RejectReason or, of a purchase, of a CancelReason
  std::vector<PickupLine> lines;
  Purchase purchase = {};
};

// Who does it. stores: of whom a clerk or manager may touch the pick-ups.
struct Actor {
  Role role = Role::kSystem;
  std::string id;  // of the staff member or customer; "" for the system
  std::vector<std::string> stores = {};
};

struct PickupMove {
  std::string pickup_id;
  std::string action_id;  // of this one deed: what arrives twice is done once
  PickupAction action = PickupAction::kAccept;
  Actor actor;
  std::string reason;           // with kReject; of a purchase with kCancel by the system
  std::vector<int64_t> picked;  // with kReady, a figure a line; none: everything
  Seconds at = 0;
  Seconds keep_until = 0;  // with kReady and kExtend: kept at least until then
};

inline constexpr Seconds kExtendSeconds = 86'400;
// Who stands at the counter when the time ends is served.
inline constexpr Seconds kExpiryGraceSeconds = 1'800;

// What was handed over is held until Smaregi's figure knows of its sale: one that is not older than
// so long before the hand-over does, and so long after it nobody waits for one.
inline constexpr Seconds kPaidBeforeSeconds = 60;
inline constexpr Seconds kSoldUnheardSeconds = 1'800;

// Whether the pick-up is the actor's to see.
[[nodiscard]] bool may_see(const Actor& actor, const Pickup& pickup);

// Does it to the pick-up. kConflict: not in this state, or not by this role, or not to a purchase;
// kNotFound: it is not the actor's to see; kInvalid: what comes with the action is wrong. Then
// nothing has changed.
Result<Done> do_to(Pickup& pickup, const PickupMove& move);

// Ids of the products that the move says the shop does not have, or only damaged, though its stock
// says so; in the order of the lines. pickup: as it is after the move.
std::vector<std::string> not_there(const Pickup& pickup, const PickupMove& move);

// A customer's lines with equal products as one, in the order of their ids. kInvalid: none, too
// many, or a quantity that is not 1..kPickupQuantityMost.
Result<std::vector<PickupLine>> summed(std::vector<PickupLine> lines);

// Of a line of a trail.
struct PickupDeed {
  Seconds at = 0;
  Role role = Role::kSystem;
  std::string actor;
  std::string action;  // word of an action, or "place"
  std::string from, to, reason;
  bool refused = false;
};

}  // namespace tsunagi
