#include "server/domain/member/member_merge.h"

#include <string>
#include <tuple>

#include "server/domain/member/member_sync.h"

namespace tsunagi {
namespace {

std::string subject(int64_t customer_id) { return "customer " + std::to_string(customer_id); }

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

change::Audit left_behind(const Card& card, int64_t kept) {
  return {"shopify", "merge", subject(kept),
          "of two members the later one is off the card: code " + card.link.code +
              ", Smaregi member " + card.link.pos_member_id +
              "; its points stay there until they are brought over in Smaregi"};
}

}  // namespace

change::Enqueue drop_later(int64_t customer_id) {
  return {.write = {OutboxKind::kDropCustomer, std::to_string(customer_id)},
          .delay = kMergeGraceSeconds};
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
    changes.emplace_back(left_behind(leaving, kept));
    return changes;
  }
  if (staying != nullptr) {
    changes.emplace_back(change::DropLink{.customer_id = kept, .left = false});
    changes.emplace_back(left_behind(*staying, kept));
  }
  changes.emplace_back(change::MoveLink{.from = gone, .to = kept});
  changes.emplace_back(change::Audit{"shopify", "merge", subject(kept),
                                     "the card of " + subject(gone) + " is this customer's now"});
  changes.emplace_back(change::Enqueue{.write = {work_for(leaving, Side::kShop), key}});
  return changes;
}

}  // namespace tsunagi
