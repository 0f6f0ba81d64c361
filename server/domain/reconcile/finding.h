#pragma once
// What differs between the database and the platforms, what puts it right, and how one thing that
// was read is compared with what is stored. No reading, no writing.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/domain/member/field_prints.h"
#include "server/domain/ports.h"

namespace tsunagi {

enum class DriftKind : uint8_t {
  kDeadLetter,         // a write that was given up
  kWaiting,            // a write that waits for too long
  kJoiningOverdue,     // a card that is not a member yet
  kCustomerGone,       // no such customer in Shopify
  kMemberGone,         // no such member in Smaregi
  kMemberState,        // usable here, stopped there, or the other way round
  kMemberCode,         // the till finds the member by another code
  kNameOrRank,         // what the card shows of the member
  kFields,             // a field changed at a platform and did not reach the other
  kPoints,             // the balance
  kPublishedCard,      // the metafield is not what would be written now
  kMemberWithoutLink,  // a member with one of our codes is nobody's here
  kMergedMember,       // a member that a merge took off the card still has points
  kStock,              // a stock level
  kUnreadable,         // the platform answers about it, and not as promised
};
inline constexpr DriftKind kDriftKinds[] = {
    DriftKind::kDeadLetter,   DriftKind::kWaiting,       DriftKind::kJoiningOverdue,
    DriftKind::kCustomerGone, DriftKind::kMemberGone,    DriftKind::kMemberState,
    DriftKind::kMemberCode,   DriftKind::kNameOrRank,    DriftKind::kFields,
    DriftKind::kPoints,       DriftKind::kPublishedCard, DriftKind::kMemberWithoutLink,
    DriftKind::kMergedMember, DriftKind::kStock,         DriftKind::kUnreadable};
std::string_view drift_name(DriftKind kind);  // "dead_letter"

struct Replay {
  int64_t outbox_id = 0;
};
// What puts it right; nothing: a person has to.
using Heal = std::variant<std::monostate, OutboxWrite, StockLevel, Replay>;

struct Finding {
  DriftKind kind = DriftKind::kUnreadable;
  // What it is about, as far as it is known: ids, never names.
  int64_t customer_id = 0;
  std::string member_id = {}, product_id = {}, store_id = {};
  int64_t outbox_id = 0;
  std::string stored = {}, actual = {};  // in a few English words; no personal data
  Heal heal = {};
  std::string how = {};  // what the healing does, or what a person can do
  bool healed = false;   // the healing was asked for in this run
};

// ---- Comparing. Nothing: the same.

Finding customer_gone(const Card& card);
Finding joining_overdue(const Card& card, Seconds now);
std::optional<Finding> member_gone(const Card& card);
std::optional<Finding> state_drift(const Card& card, const PosMember& member);
// holder: whose card here shows the code that Smaregi has.
std::optional<Finding> code_drift(const Card& card, const PosMember& member,
                                  const std::optional<Card>& holder);
std::optional<Finding> face_drift(const Card& card, const PosMember& member);
// changed: names of the fields of that side that differ from what was last in step.
std::optional<Finding> fields_drift(const Card& card, Side side,
                                    const std::vector<std::string_view>& changed);
std::optional<Finding> points_drift(const Card& card, const std::optional<PosPoints>& points);
// there: the metafield as it is. kInvalid: the card cannot be drawn.
Result<std::optional<Finding>> published_drift(const Tenant& tenant, const Card& card,
                                               const std::optional<std::string>& there);
// points: what the member that is off the card still has.
Finding merged_member(const LeftMember& left, const PosMember& member, const PosPoints& points);
std::optional<Finding> stock_drift(const std::optional<StockLevel>& stored,
                                   const StockLevel& level);

}  // namespace tsunagi
