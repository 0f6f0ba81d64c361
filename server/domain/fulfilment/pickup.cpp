#include "server/domain/fulfilment/pickup.h"

#include <algorithm>
#include <map>
#include <utility>

#include "server/domain/fulfilment/shipment.h"

namespace tsunagi {
namespace {

using S = PickupState;
using A = PickupAction;

// shopper, clerk, manager, head office, system
constexpr std::array kStaff{false, true, true, true, false};
constexpr std::array kManagers{false, false, true, true, false};
constexpr std::array kAllButClerks{true, false, true, true, true};
constexpr std::array kStaffOrSystem{false, true, true, true, true};
constexpr std::array kSystemAlone{false, false, false, false, true};

constexpr PickupRule kPickupRules[] = {
    {S::kPlaced, A::kAccept, S::kAccepted, kStaff},
    {S::kPlaced, A::kPick, S::kPicking, kStaff},  // who begins to pick has accepted
    {S::kPlaced, A::kReject, S::kRejected, kStaff},
    {S::kPlaced, A::kCancel, S::kCancelled, kAllButClerks},
    {S::kPlaced, A::kExpire, S::kExpired, kSystemAlone},
    {S::kAccepted, A::kPick, S::kPicking, kStaff},
    {S::kAccepted, A::kReject, S::kRejected, kStaff},
    {S::kAccepted, A::kCancel, S::kCancelled, kAllButClerks},
    {S::kAccepted, A::kExpire, S::kExpired, kSystemAlone},
    {S::kPicking, A::kReady, S::kReady, kStaff},
    {S::kPicking, A::kReject, S::kRejected, kStaff},
    {S::kPicking, A::kCancel, S::kCancelled, kAllButClerks},
    {S::kPicking, A::kExpire, S::kExpired, kSystemAlone},
    {S::kReady, A::kHandOver, S::kHandedOver, kStaffOrSystem},
    {S::kReady, A::kCancel, S::kCancelled, kAllButClerks},
    {S::kReady, A::kExtend, S::kReady, kManagers},
    {S::kReady, A::kExpire, S::kExpired, kSystemAlone},
    // Of purchases: whoever handed them over told the online shop, not us.
    {S::kPlaced, A::kHandOver, S::kHandedOver, kSystemAlone},
    {S::kAccepted, A::kHandOver, S::kHandedOver, kSystemAlone},
    {S::kPicking, A::kHandOver, S::kHandedOver, kSystemAlone},
};

template <class Enum, size_t N>
std::optional<Enum> named(const Enum (&all)[N], std::string_view text) {
  for (const Enum value : all) {
    if (word(value) == text) return value;
  }
  return std::nullopt;
}

Error refused(const Pickup& pickup, const PickupMove& move) {
  return {ErrorCode::kConflict, "a pick-up that is " + std::string(word(pickup.state)) +
                                    " takes no " + std::string(word(move.action)) + " by " +
                                    std::string(word(move.actor.role))};
}

// What was found of each line; the rest is no longer held.
Result<Done> find_lines(std::vector<PickupLine>& lines, const std::vector<int64_t>& picked) {
  if (picked.empty()) {
    for (PickupLine& line : lines) line.picked = line.quantity;
    return Done{};
  }
  if (picked.size() != lines.size()) {
    return Error{ErrorCode::kInvalid, "picked must have a figure for each line"};
  }
  int64_t all = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (picked[i] < 0 || picked[i] > lines[i].quantity) {
      return Error{ErrorCode::kInvalid, "picked must be from 0 to what was asked for"};
    }
    all += picked[i];
  }
  if (all == 0) return Error{ErrorCode::kInvalid, "nothing was found: reject it instead"};
  for (size_t i = 0; i < lines.size(); ++i) {
    lines[i].picked = picked[i];
    lines[i].held = std::min(lines[i].held, picked[i]);
  }
  return Done{};
}

// What a purchase does not take though a reservation does.
Result<Done> check_purchase(const Pickup& pickup, const PickupMove& move) {
  if (!is_purchase(pickup.purchase)) return Done{};
  if (move.action == A::kCancel && move.actor.role == Role::kShopper) {
    return Error{ErrorCode::kConflict, "what was bought is cancelled in the online shop"};
  }
  if (move.action == A::kExpire && pickup.state != S::kReady) {
    return Error{ErrorCode::kConflict, "what was bought is kept until it was ready for a time"};
  }
  const bool by_staff = move.actor.role != Role::kSystem;
  if (move.action == A::kHandOver && by_staff && pickup.purchase.on_hold) {
    return Error{ErrorCode::kConflict, "the online shop says that it must wait"};
  }
  return Done{};
}

// Whether a person has to decide about some of it, since it was paid for.
void follow_purchase(Pickup& pickup, const PickupMove& move) {
  if (!is_purchase(pickup.purchase)) return;
  const bool by_system = move.actor.role == Role::kSystem;
  const bool part =
      move.action == A::kReady && std::ranges::any_of(pickup.lines, [](const PickupLine& line) {
        return line.picked < line.quantity;
      });
  const bool given_up = move.action == A::kReject || move.action == A::kExpire ||
                        (move.action == A::kCancel && !by_system);
  if (part || given_up) {
    pickup.purchase.undecided = true;
    pickup.purchase.put_off = PutOff::kNot;
    pickup.purchase.choice = {};  // it was about less
    pickup.purchase.refund_at = 0;
  }
  if (move.action == A::kCancel && by_system) pickup.purchase.undecided = false;
}

Result<Done> carry_out(Pickup& pickup, const PickupMove& move) {
  switch (move.action) {
    case A::kReject:
      if (!reject_reason(move.reason)) {
        return Error{ErrorCode::kInvalid, "a rejection needs a reason from the list"};
      }
      pickup.reason = move.reason;
      return Done{};
    case A::kReady:
      if (auto found = find_lines(pickup.lines, move.picked); !found) return found;
      pickup.hold_until = std::max(pickup.hold_until, move.keep_until);
      return Done{};
    case A::kExtend:
      pickup.hold_until = std::max(pickup.hold_until + kExtendSeconds, move.keep_until);
      return Done{};
    case A::kExpire:
      if (move.at < pickup.hold_until + kExpiryGraceSeconds) {
        return Error{ErrorCode::kConflict, "the pick-up is kept longer"};
      }
      return Done{};
    case A::kHandOver:
      if (pickup.state == S::kReady) return Done{};
      return find_lines(pickup.lines, {});
    case A::kCancel:
      if (cancel_reason(move.reason)) pickup.reason = move.reason;
      return Done{};
    case A::kAccept:
    case A::kPick:
      return Done{};
  }
  return Done{};
}

}  // namespace

std::string_view word(PickupState state) {
  switch (state) {
    case S::kPlaced:
      return "placed";
    case S::kAccepted:
      return "accepted";
    case S::kPicking:
      return "picking";
    case S::kReady:
      return "ready";
    case S::kHandedOver:
      return "handed_over";
    case S::kRejected:
      return "rejected";
    case S::kExpired:
      return "expired";
    case S::kCancelled:
      return "cancelled";
  }
  return "";
}

std::string_view word(PickupAction action) {
  switch (action) {
    case A::kAccept:
      return "accept";
    case A::kReject:
      return "reject";
    case A::kPick:
      return "pick";
    case A::kReady:
      return "ready";
    case A::kHandOver:
      return "hand_over";
    case A::kCancel:
      return "cancel";
    case A::kExtend:
      return "extend";
    case A::kExpire:
      return "expire";
  }
  return "";
}

std::string_view word(Role role) {
  switch (role) {
    case Role::kShopper:
      return "shopper";
    case Role::kClerk:
      return "clerk";
    case Role::kManager:
      return "manager";
    case Role::kHeadOffice:
      return "head_office";
    case Role::kSystem:
      return "system";
  }
  return "";
}

std::string_view word(RejectReason reason) {
  switch (reason) {
    case RejectReason::kNotFound:
      return "not_found";
    case RejectReason::kDamaged:
      return "damaged";
    case RejectReason::kBusy:
      return "busy";
    case RejectReason::kClosed:
      return "closed";
  }
  return "";
}

std::optional<PickupState> pickup_state(std::string_view word) {
  return named(kPickupStates, word);
}
std::optional<PickupAction> pickup_action(std::string_view word) {
  return named(kPickupActions, word);
}
std::optional<Role> role_of(std::string_view word) { return named(kRoles, word); }
std::optional<RejectReason> reject_reason(std::string_view word) {
  return named(kRejectReasons, word);
}

std::span<const PickupRule> pickup_rules() { return kPickupRules; }

bool may_see(const Actor& actor, const Pickup& pickup) {
  switch (actor.role) {
    case Role::kShopper:
      return pickup.customer_id != 0 && actor.id == std::to_string(pickup.customer_id);
    case Role::kClerk:
    case Role::kManager:
      return std::ranges::find(actor.stores, pickup.store_id) != actor.stores.end();
    case Role::kHeadOffice:
    case Role::kSystem:
      return true;
  }
  return false;
}

bool is_open(PickupState state) {
  return std::ranges::any_of(kPickupRules,
                             [state](const PickupRule& rule) { return rule.from == state; });
}

bool is_given_up(PickupState state) { return !is_open(state) && state != PickupState::kHandedOver; }

Result<Done> do_to(Pickup& pickup, const PickupMove& move) {
  if (!may_see(move.actor, pickup)) {
    return Error{ErrorCode::kNotFound, "there is no such pick-up"};
  }
  const auto* rule = std::ranges::find_if(kPickupRules, [&](const PickupRule& each) {
    return each.from == pickup.state && each.action == move.action;
  });
  if (rule == std::end(kPickupRules) || !rule->roles.at(static_cast<size_t>(move.actor.role))) {
    return refused(pickup, move);
  }
  if (auto taken = check_purchase(pickup, move); !taken) return taken;
  if (auto done = carry_out(pickup, move); !done) return done;
  follow_purchase(pickup, move);
  pickup.state = rule->to;
  pickup.changed_at = move.at;
  if (!is_open(pickup.state) && pickup.state != S::kHandedOver) {
    for (PickupLine& line : pickup.lines) line.held = 0;
  }
  return Done{};
}

bool is_of_pieces(std::string_view reason) {
  return reason == word(RejectReason::kNotFound) || reason == word(RejectReason::kDamaged);
}

std::vector<std::string> not_there(const Pickup& pickup, const PickupMove& move) {
  const bool none = move.action == A::kReject && is_of_pieces(move.reason);
  std::vector<std::string> products;
  for (const PickupLine& line : pickup.lines) {
    const bool lacks = move.action == A::kReady && line.picked < line.quantity;
    if (none || lacks) products.push_back(line.product_id);
  }
  return products;
}

Result<std::vector<PickupLine>> summed(std::vector<PickupLine> lines) {
  if (lines.empty()) return Error{ErrorCode::kInvalid, "a pick-up needs a product"};
  if (lines.size() > static_cast<size_t>(kPickupLinesMost)) {
    return Error{ErrorCode::kInvalid,
                 "a pick-up takes at most " + std::to_string(kPickupLinesMost) + " lines"};
  }
  std::map<std::string, PickupLine> by_product;
  for (PickupLine& line : lines) {
    if (line.quantity < 1 || line.quantity > kPickupQuantityMost) {
      return Error{ErrorCode::kInvalid,
                   "a quantity must be from 1 to " + std::to_string(kPickupQuantityMost)};
    }
    const auto [found, first] = by_product.try_emplace(line.product_id, line);
    if (!first) found->second.quantity += line.quantity;
  }
  std::vector<PickupLine> sums;
  for (auto& [product, line] : by_product) {
    if (line.quantity > kPickupQuantityMost) {
      return Error{ErrorCode::kInvalid,
                   "a quantity must be from 1 to " + std::to_string(kPickupQuantityMost)};
    }
    line.held = line.quantity;
    sums.push_back(std::move(line));
  }
  return sums;
}

}  // namespace tsunagi
