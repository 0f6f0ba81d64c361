#include "server/domain/member/member_merge.h"

#include <string>
#include <tuple>

#include "server/domain/member/member_sync.h"

namespace tsunagi {
namespace {

// A member whom the tills serve goes before one who is stopped, and both before one who is none
// yet; of two alike the one that joined first.
bool goes_before(const Card& a, const Card& b) {
  const auto order = [](const Card& card) {
    const int rank = card.link.state == LinkState::kLinked    ? 0
                     : card.link.state == LinkState::kStopped ? 1
                                                              : 2;
    return std::make_tuple(rank, card.link.joined_at, card.link.code);
  };
  return order(a) < order(b);
}

void leave_behind(const Card& card, int64_t kept, std::vector<Change>& changes) {
  const MemberLink& link = card.link;
  changes.emplace_back(change::LeaveMember{
      {.code = link.code, .pos_member_id = link.pos_member_id, .kept_customer_id = kept}});
  changes.emplace_back(change::Audit{
      "shopify", "merge", customer_subject(kept),
      "of two members the later one is off the card: code " + link.code + ", Smaregi member " +
          link.pos_member_id + "; its points stay there until they are brought over in Smaregi"});
}

}  // namespace

change::Enqueue drop_later(int64_t customer_id) {
  return {.write = {OutboxKind::kDropCustomer, std::to_string(customer_id)},
          .delay = kMergeGraceSeconds};
}

Result<int64_t> survivor_of(Storage& storage, TenantId tenant, int64_t customer_id) {
  for (int step = 0; step < kMergeChainMost; ++step) {
    const auto next = storage.merged_into(tenant, customer_id);
    if (!next.ok()) return next.error();
    if (!next->has_value()) return customer_id;
    customer_id = **next;
  }
  return Error{ErrorCode::kConflict, "too many customers were merged one into the next"};
}

std::vector<Change> merge_changes(const Card& leaving, const Card* staying, int64_t kept) {
  const int64_t gone = leaving.link.customer_id;
  const std::string key = std::to_string(kept);
  std::vector<Change> changes;
  // Shopify unites the tags and metafields of both.
  changes.emplace_back(change::Enqueue{.write = {OutboxKind::kWriteCard, key}});
  changes.emplace_back(change::Enqueue{.write = {OutboxKind::kTagCustomer, key}});
  if (staying != nullptr && goes_before(*staying, leaving)) {
    changes.emplace_back(change::DropLink{.customer_id = gone, .left = false});
    leave_behind(leaving, kept, changes);
    return changes;
  }
  if (staying != nullptr) {
    changes.emplace_back(change::DropLink{.customer_id = kept, .left = false});
    leave_behind(*staying, kept, changes);
  }
  changes.emplace_back(change::MoveLink{.from = gone, .to = kept});
  changes.emplace_back(
      change::Audit{"shopify", "merge", customer_subject(kept),
                    "the card of " + customer_subject(gone) + " is this customer's now"});
  changes.emplace_back(change::Enqueue{.write = {work_for(leaving, Side::kShop), key}});
  return changes;
}

}  // namespace tsunagi
