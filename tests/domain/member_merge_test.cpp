// Whose card stays when two customers become one.

#include "server/domain/member/member_merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <variant>

namespace tsunagi {
namespace {

constexpr int64_t kGone = 1;
constexpr int64_t kKept = 2;

Card card(int64_t customer, LinkState state, Seconds joined_at) {
  return {.link = {.customer_id = customer,
                   .code = "T" + std::to_string(customer),
                   .pos_member_id = state == LinkState::kJoining ? "" : std::to_string(customer),
                   .state = state,
                   .joined_at = joined_at},
          .snapshot = std::nullopt};
}

bool moves(const std::vector<Change>& changes) {
  return std::ranges::any_of(
      changes, [](const Change& one) { return std::holds_alternative<change::MoveLink>(one); });
}

TEST(MemberMerge, AMemberGoesBeforeOneWhoIsStoppedAndBothBeforeOneWhoIsNoneYet) {
  constexpr LinkState kRanks[] = {LinkState::kLinked, LinkState::kStopped, LinkState::kJoining};
  for (size_t gone = 0; gone < std::size(kRanks); ++gone) {
    for (size_t kept = 0; kept < std::size(kRanks); ++kept) {
      if (gone == kept) continue;
      for (const Seconds joined_at : {Seconds{1}, Seconds{9}}) {
        const Card leaving = card(kGone, kRanks[gone], joined_at);
        const Card staying = card(kKept, kRanks[kept], 5);
        EXPECT_EQ(moves(merge_changes(leaving, &staying, kKept)), gone < kept)
            << gone << " " << kept << " " << joined_at;
      }
    }
  }
}

TEST(MemberMerge, OfTwoAlikeTheFirstStaysAndTheSurvivorIsPublishedAndTaggedEitherWay) {
  const Card first = card(kGone, LinkState::kLinked, 1);
  const Card later = card(kKept, LinkState::kLinked, 2);
  EXPECT_TRUE(moves(merge_changes(first, &later, kKept)));
  EXPECT_FALSE(moves(merge_changes(later, &first, kGone)));
  EXPECT_TRUE(moves(merge_changes(first, nullptr, kKept)));
  for (const auto& changes :
       {merge_changes(first, &later, kKept), merge_changes(later, &first, kGone)}) {
    for (const OutboxKind kind : {OutboxKind::kWriteCard, OutboxKind::kTagCustomer}) {
      EXPECT_EQ(1, std::ranges::count_if(changes, [kind](const Change& one) {
                  const auto* enqueue = std::get_if<change::Enqueue>(&one);
                  return enqueue != nullptr && enqueue->write.kind == kind;
                }));
    }
  }
}

}  // namespace
}  // namespace tsunagi
