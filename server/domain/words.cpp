#include "server/domain/words.h"

#include <algorithm>

namespace tsunagi {
namespace {

template <class Enum, size_t N>
std::optional<Enum> find(const Enum (&all)[N], std::string_view text) {
  for (const Enum value : all) {
    if (word(value) == text) return value;
  }
  return std::nullopt;
}

constexpr LinkState kLinkStates[] = {LinkState::kJoining, LinkState::kLinked, LinkState::kStopped};
constexpr System kSystems[] = {System::kShopify, System::kSmaregi};
constexpr OutboxKind kOutboxKinds[] = {
    OutboxKind::kWriteCard,     OutboxKind::kCreateMember,  OutboxKind::kCustomerChanged,
    OutboxKind::kMemberChanged, OutboxKind::kTagCustomer,   OutboxKind::kDropCustomer,
    OutboxKind::kTellLeaving,   OutboxKind::kPickupMail,    OutboxKind::kWriteOnHand,
    OutboxKind::kShipOrder,     OutboxKind::kTakeFromTills, OutboxKind::kRestockMail};
constexpr RestockState kRestockStates[] = {RestockState::kOpen, RestockState::kTelling,
                                           RestockState::kDone};

}  // namespace

std::string_view word(LinkState state) {
  switch (state) {
    case LinkState::kJoining:
      return "joining";
    case LinkState::kLinked:
      return "linked";
    case LinkState::kStopped:
      return "stopped";
  }
  return "";
}

std::string_view word(System system) {
  switch (system) {
    case System::kShopify:
      return "shopify";
    case System::kSmaregi:
      return "smaregi";
  }
  return "";
}

std::string_view word(OutboxKind kind) {
  switch (kind) {
    case OutboxKind::kWriteCard:
      return "write_card";
    case OutboxKind::kCreateMember:
      return "create_member";
    case OutboxKind::kCustomerChanged:
      return "customer_changed";
    case OutboxKind::kMemberChanged:
      return "member_changed";
    case OutboxKind::kDropCustomer:
      return "drop_customer";
    case OutboxKind::kTagCustomer:
      return "tag_customer";
    case OutboxKind::kTellLeaving:
      return "tell_leaving";
    case OutboxKind::kPickupMail:
      return "pickup_mail";
    case OutboxKind::kWriteOnHand:
      return "write_on_hand";
    case OutboxKind::kRestockMail:
      return "restock_mail";
    case OutboxKind::kShipOrder:
      return "ship_order";
    case OutboxKind::kTakeFromTills:
      return "take_from_tills";
  }
  return "";
}

std::string_view word(RestockState state) {
  switch (state) {
    case RestockState::kOpen:
      return "open";
    case RestockState::kTelling:
      return "telling";
    case RestockState::kDone:
      return "done";
  }
  return "";
}

std::string_view word(QueueState state) {
  switch (state) {
    case QueueState::kWaiting:
      return "waiting";
    case QueueState::kLeased:
      return "leased";
    case QueueState::kDone:
      return "done";
    case QueueState::kDead:
      return "dead";
    case QueueState::kReview:
      return "review";
  }
  return "";
}

std::string_view word(LeaveReason reason) {
  switch (reason) {
    case LeaveReason::kDeleted:
      return "deleted";
    case LeaveReason::kRedacted:
      return "redacted";
    case LeaveReason::kWithdrawn:
      return "withdrawn";
    case LeaveReason::kGone:
      return "gone";
  }
  return "";
}

std::string_view word(BackfillState state) {
  switch (state) {
    case BackfillState::kRunning:
      return "running";
    case BackfillState::kStopped:
      return "stopped";
    case BackfillState::kDone:
      return "done";
  }
  return "";
}

std::optional<LinkState> link_state(std::string_view text) { return find(kLinkStates, text); }
std::optional<System> system_of(std::string_view text) { return find(kSystems, text); }
std::optional<RestockState> restock_state(std::string_view word) {
  return find(kRestockStates, word);
}
std::optional<OutboxKind> outbox_kind(std::string_view text) { return find(kOutboxKinds, text); }
std::optional<QueueState> queue_state(std::string_view text) {
  static constexpr QueueState kStates[] = {QueueState::kWaiting, QueueState::kLeased,
                                           QueueState::kDone, QueueState::kDead,
                                           QueueState::kReview};
  return find(kStates, text);
}

std::optional<BackfillState> backfill_state(std::string_view text) {
  static constexpr BackfillState kStates[] = {BackfillState::kRunning, BackfillState::kStopped,
                                              BackfillState::kDone};
  return find(kStates, text);
}

std::optional<LeaveReason> leave_reason(std::string_view text) {
  static constexpr LeaveReason kReasons[] = {LeaveReason::kDeleted, LeaveReason::kRedacted,
                                             LeaveReason::kWithdrawn, LeaveReason::kGone};
  return find(kReasons, text);
}

std::string joined_words(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& one : words) {
    if (!text.empty()) text += ',';
    text += one;
  }
  return text;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace tsunagi
