#include "server/domain/reconcile/finding.h"

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "server/domain/card/card_service.h"
#include "server/domain/card/member_lookup.h"
#include "server/domain/words.h"

namespace tsunagi {
namespace {

using Json = nlohmann::json;

std::string_view status_name(int status) {
  switch (status) {
    case 0:
      return "usable";
    case 1:
      return "stopped";
    case 2:
      return "lost";
    case 3:
      return "withdrawn";
    case 4:
      return "merged into another";
    default:
      return "of an unknown status";
  }
}

std::string points_text(bool has_points, int64_t points, const std::string& expire_on) {
  if (!has_points) return "no points";
  return std::to_string(points) + (expire_on.empty() ? "" : " until " + expire_on);
}

std::string level_text(const StockLevel& level) {
  return std::to_string(level.on_hand) + " on hand, " + std::to_string(level.layaway) +
         " laid away";
}

template <class Text>
std::string listed(const std::vector<Text>& words) {
  std::string text;
  for (const Text& one : words) {
    if (!text.empty()) text += ", ";
    text += one;
  }
  return text;
}

// The parts in which two cards differ; their as-of times always do. Drawings follow from the code.
std::vector<std::string> card_differences(const std::string& wanted, const std::string& there) {
  const Json a = Json::parse(wanted, nullptr, false);
  const Json b = Json::parse(there, nullptr, false);
  if (!a.is_object() || !b.is_object()) return {"unreadable"};
  std::set<std::string> keys;
  for (const auto& [key, value] : a.items()) keys.insert(key);
  for (const auto& [key, value] : b.items()) keys.insert(key);
  keys.erase("as_of");
  std::vector<std::string> differing;
  for (const std::string& key : keys) {
    const bool same = a.contains(key) && b.contains(key) && a[key] == b[key];
    // A key is as long as whoever wrote it liked.
    if (!same) differing.push_back(a.contains(key) ? key : "more");
  }
  return differing;
}

OutboxWrite write_of(OutboxKind kind, const Card& card) {
  return {.kind = kind, .key = std::to_string(card.link.customer_id)};
}

// Whatever Smaregi says of a member, its item reads all of it anew.
Finding of_member(DriftKind kind, const Card& card) {
  return {.kind = kind,
          .customer_id = card.link.customer_id,
          .member_id = card.link.pos_member_id,
          .heal = write_of(OutboxKind::kMemberChanged, card)};
}

// What is known of the card after Smaregi was read.
Card seen_by(const Card& card, const PosMember& member) {
  Card seen = card;
  overlay_member(member, seen, card.snapshot ? card.snapshot->as_of : 0);
  return seen;
}

}  // namespace

std::string_view drift_name(DriftKind kind) {
  switch (kind) {
    case DriftKind::kDeadLetter:
      return "dead_letter";
    case DriftKind::kWaiting:
      return "waiting";
    case DriftKind::kJoiningOverdue:
      return "joining_overdue";
    case DriftKind::kCustomerGone:
      return "customer_gone";
    case DriftKind::kMemberGone:
      return "member_gone";
    case DriftKind::kMemberState:
      return "member_state";
    case DriftKind::kMemberCode:
      return "member_code";
    case DriftKind::kNameOrRank:
      return "name_or_rank";
    case DriftKind::kFields:
      return "fields";
    case DriftKind::kPoints:
      return "points";
    case DriftKind::kPublishedCard:
      return "published_card";
    case DriftKind::kMemberWithoutLink:
      return "member_without_link";
    case DriftKind::kMergedMember:
      return "merged_member";
    case DriftKind::kStock:
      return "stock";
    case DriftKind::kUnreadable:
      return "unreadable";
  }
  return "";
}

Finding customer_gone(const Card& card) {
  const bool joining = card.link.state == LinkState::kJoining;
  Finding finding = of_member(DriftKind::kCustomerGone, card);
  finding.stored = word(card.link.state);
  finding.actual = "no such customer in Shopify";
  finding.heal = write_of(joining ? OutboxKind::kCreateMember : OutboxKind::kCustomerChanged, card);
  finding.how = "drops the link in five hours unless a merge moves it; the member stays in Smaregi";
  return finding;
}

Finding joining_overdue(const Card& card, Seconds now) {
  Finding finding = of_member(DriftKind::kJoiningOverdue, card);
  finding.stored = "joining since " + std::to_string((now - card.link.joined_at) / 60) + " min";
  finding.actual = "not a member in Smaregi yet, as far as is known";
  finding.heal = write_of(OutboxKind::kCreateMember, card);
  finding.how = "asks for the member's creation again";
  return finding;
}

std::optional<Finding> member_gone(const Card& card) {
  if (card.link.state == LinkState::kStopped) return std::nullopt;
  Finding finding = of_member(DriftKind::kMemberGone, card);
  finding.stored = word(card.link.state);
  finding.actual = "no such member in Smaregi";
  finding.how = "stops the card";
  return finding;
}

std::optional<Finding> state_drift(const Card& card, const PosMember& member) {
  const LinkState seen = seen_by(card, member).link.state;
  if (seen == card.link.state) return std::nullopt;
  Finding finding = of_member(DriftKind::kMemberState, card);
  finding.stored = word(card.link.state);
  finding.actual = std::string(status_name(member.status)) + " in Smaregi";
  finding.how = seen == LinkState::kLinked ? "makes the card usable again" : "stops the card";
  return finding;
}

std::optional<Finding> code_drift(const Card& card, const PosMember& member,
                                  const std::optional<Card>& holder) {
  if (member.code == card.link.code) return std::nullopt;
  Finding finding = of_member(DriftKind::kMemberCode, card);
  finding.stored = card.link.code;
  finding.actual = member.code.empty() ? "no code in Smaregi" : member.code;
  finding.how = "shows the code that Smaregi has";
  if (!MemberCode::parse(member.code, CodeRule::kOwnOrAny).ok()) {
    finding.heal = std::monostate();
    finding.how = "no barcode can carry that code: give the member another one in Smaregi";
  } else if (holder) {
    finding.heal = std::monostate();
    finding.how = "customer " + std::to_string(holder->link.customer_id) +
                  " has that code: give one of the two another in Smaregi";
  }
  return finding;
}

std::optional<Finding> face_drift(const Card& card, const PosMember& member) {
  Card seen = seen_by(card, member);
  seen.link = card.link;
  if (same_face(card, seen)) return std::nullopt;
  Finding finding = of_member(DriftKind::kNameOrRank, card);
  finding.stored = "as last read";
  finding.actual = card.snapshot && card.snapshot->rank == member.rank
                       ? "another name in Smaregi"
                       : "another rank or name in Smaregi";
  finding.how = "reads the member anew";
  return finding;
}

std::optional<Finding> fields_drift(const Card& card, Side side,
                                    const std::vector<std::string_view>& changed) {
  if (changed.empty()) return std::nullopt;
  const bool in_shop = side == Side::kShop;
  Finding finding = of_member(DriftKind::kFields, card);
  finding.stored = "in step";
  finding.actual = (in_shop ? "changed in Shopify: " : "changed in Smaregi: ") + listed(changed);
  finding.heal =
      write_of(in_shop ? OutboxKind::kCustomerChanged : OutboxKind::kMemberChanged, card);
  finding.how = "brings both platforms in step";
  return finding;
}

std::optional<Finding> points_drift(const Card& card, const std::optional<PosPoints>& points) {
  const CardSnapshot kept = card.snapshot.value_or(CardSnapshot{});
  Finding finding = of_member(DriftKind::kPoints, card);
  finding.stored = points_text(kept.has_points, kept.points, kept.points_expire_on);
  finding.actual =
      points ? points_text(true, points->points, points->expire_on) : points_text(false, 0, "");
  if (finding.stored == finding.actual) return std::nullopt;
  finding.how = "reads the balance anew";
  return finding;
}

Result<std::optional<Finding>> published_drift(const Tenant& tenant, const Card& card,
                                               const std::optional<std::string>& there) {
  const auto wanted = card_metafield(tenant, card);
  if (!wanted.ok()) return wanted.error();
  std::vector<std::string> differing;
  if (there) differing = card_differences(wanted->json, *there);
  if (there && differing.empty()) return std::optional<Finding>();
  Finding finding = of_member(DriftKind::kPublishedCard, card);
  finding.stored = "the card as it would be written now";
  finding.actual = there ? "other in Shopify: " + listed(differing) : "none in Shopify";
  finding.heal = write_of(OutboxKind::kWriteCard, card);
  finding.how = "writes the card again";
  return std::optional(std::move(finding));
}

Finding merged_member(const LeftMember& left, const PosMember& member, const PosPoints& points) {
  Finding finding{.kind = DriftKind::kMergedMember,
                  .customer_id = left.kept_customer_id,
                  .member_id = member.member_id};
  finding.stored = "off the card since two customers were merged, code " + left.code;
  finding.actual = std::string(status_name(member.status)) +
                   " in Smaregi with points: " + points_text(true, points.points, points.expire_on);
  finding.how = "bring its points over to the member of the customer's card, then withdraw it";
  return finding;
}

std::optional<Finding> stock_drift(const std::optional<StockLevel>& stored,
                                   const StockLevel& level) {
  const StockLevel kept = stored.value_or(StockLevel{});
  if (kept.on_hand == level.on_hand && kept.layaway == level.layaway) return std::nullopt;
  Finding finding{.kind = DriftKind::kStock,
                  .product_id = level.product_id,
                  .store_id = level.store_id,
                  .stored = stored ? level_text(kept) : "no such row",
                  .actual = level_text(level),
                  .heal = level,
                  .how = "stores the level that Smaregi gives"};
  if (kept.changed_at > level.changed_at) {
    finding.heal = std::monostate();
    finding.how = "what is stored is newer than what Smaregi says: look at both clocks";
  }
  return finding;
}

}  // namespace tsunagi
