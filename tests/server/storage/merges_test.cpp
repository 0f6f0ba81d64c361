// Who was merged into whom, and links that come back when a merge is told late.

#include <gmock/gmock.h>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::IsEmpty;

class MergesTest : public StorageTest {
 protected:
  [[nodiscard]] std::optional<Card> card(int64_t customer_id) const {
    return value(db().card(kShop, customer_id));
  }
  [[nodiscard]] std::optional<int64_t> merged_into(int64_t customer_id) const {
    return value(db().merged_into(kShop, customer_id));
  }
  void joins(int64_t customer_id, const std::string& member_id = "") {
    MemberLink made = link(customer_id, "T" + std::to_string(customer_id), member_id);
    made.state = member_id.empty() ? LinkState::kJoining : LinkState::kLinked;
    made.joined_at = kNow;
    apply({change::PutLink{made}});
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, MergesTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(MergesTest, AMergeIsKnownUntilItIsForgotten) {
  apply({change::NoteMerge{.gone = 1, .kept = 2}});
  clock_.set(kNow + 100);
  apply({change::NoteMerge{.gone = 2, .kept = 3}});
  EXPECT_EQ(2, merged_into(1));
  EXPECT_EQ(3, merged_into(2));
  EXPECT_FALSE(merged_into(3));
  EXPECT_FALSE(value(db().merged_into(kOtherShop, 1)));
  EXPECT_EQ(1, value(db().purge_merges(kNow + 50, 10)));
  EXPECT_FALSE(merged_into(1));
  EXPECT_EQ(3, merged_into(2));
}

TEST_P(MergesTest, NoMoreThanAskedIsForgottenAtOnce) {
  for (int64_t gone = 1; gone <= 5; ++gone) {
    apply({change::NoteMerge{.gone = gone, .kept = 9}});
  }
  EXPECT_EQ(2, value(db().purge_merges(kNow + 1, 2)));
  EXPECT_EQ(3, database_->number("SELECT COUNT(*) FROM merged_customer"));
}

TEST_P(MergesTest, ALinkDoesNotMoveToWhomShopifyMergedMeanwhile) {
  joins(1, "81");
  apply({change::NoteMerge{.gone = 2, .kept = 3}});
  EXPECT_ERROR(ErrorCode::kConflict, db().apply(kShop, {change::MoveLink{.from = 1, .to = 2}}));
  EXPECT_TRUE(card(1));
  apply({change::MoveLink{.from = 1, .to = 3}});
  EXPECT_EQ("T1", card(3)->link.code);
}

TEST_P(MergesTest, WhoHasALinkAfterAllIsNotNotedAsOneWithout) {
  joins(1);
  const change::NoteMerge note{.gone = 1, .kept = 2, .without_link = true};
  EXPECT_ERROR(ErrorCode::kConflict, db().apply(kShop, {note}));
  EXPECT_FALSE(merged_into(1));
}

TEST_P(MergesTest, AMergeWaitsForWhoCreatesAMember) {
  joins(1);
  apply({change::Enqueue{{OutboxKind::kCreateMember, "1"}}});
  const auto leased = value(db().lease_outbox(1, kNow, kLeaseSeconds));
  ASSERT_EQ(1u, leased.size());
  for (const change::NoteMerge& note : {change::NoteMerge{1, 2}, change::NoteMerge{2, 1}}) {
    EXPECT_ERROR(ErrorCode::kUnavailable, db().apply(kShop, {note}));
  }
  EXPECT_OK(db().apply(kShop, {change::NoteMerge{3, 4}}));
  EXPECT_OK(db().finish_outbox(leased[0], {}));
  EXPECT_OK(db().apply(kShop, {change::NoteMerge{1, 2}}));
}

TEST_P(MergesTest, ACreationWhoseWorkerDiedHoldsAMergeUpForItsLeaseOnly) {
  joins(1);
  apply({change::Enqueue{{OutboxKind::kCreateMember, "1"}}});
  ASSERT_EQ(1u, value(db().lease_outbox(1, kNow, kLeaseSeconds)).size());
  clock_.set(kNow + kLeaseSeconds);
  EXPECT_OK(db().apply(kShop, {change::NoteMerge{1, 2}}));
}

TEST_P(MergesTest, WhatWasSentOfAJoiningMemberMovesAndOfALinkedOneDoesNot) {
  joins(1);
  joins(2, "82");
  apply({change::PutFieldPrints{1, "sent"}, change::PutFieldPrints{2, "in step"}});
  apply({change::MoveLink{.from = 1, .to = 11}, change::MoveLink{.from = 2, .to = 12}});
  EXPECT_EQ("sent", value(db().field_prints(kShop, 11)));
  EXPECT_EQ("", value(db().field_prints(kShop, 12)));
  EXPECT_EQ("", value(db().field_prints(kShop, 1)));
}

TEST_P(MergesTest, ADroppedLinkComesBackWithItsCode) {
  joins(1, "81");
  apply({change::DropLink{.customer_id = 1, .restorable = true}});
  EXPECT_FALSE(card(1));
  const auto kept = value(db().dropped_link(kShop, 1));
  ASSERT_TRUE(kept);
  EXPECT_EQ("T1", kept->code);
  EXPECT_EQ("81", kept->pos_member_id);
  EXPECT_EQ(LinkState::kLinked, kept->state);
  EXPECT_EQ(kNow, kept->joined_at);
  apply({change::RestoreLink{1}, change::MoveLink{.from = 1, .to = 2}});
  EXPECT_EQ("81", card(2)->link.pos_member_id);
  EXPECT_EQ(2, value(db().code_owner(kShop, "T1")));
  EXPECT_FALSE(value(db().dropped_link(kShop, 1)));
  apply({change::RestoreLink{1}});
  EXPECT_FALSE(card(1)) << "once";
}

TEST_P(MergesTest, ADroppedLinkStaysAwayWhenItsMemberIsAnothersByNow) {
  joins(1, "81");
  apply({change::DropLink{.customer_id = 1, .restorable = true}});
  joins(5, "81");
  apply({change::RestoreLink{1}});
  EXPECT_FALSE(card(1));
  EXPECT_TRUE(card(5));
}

TEST_P(MergesTest, WhoLeavesOrIsErasedLeavesNothingToBringBack) {
  joins(1, "81");
  apply({change::DropLink{.customer_id = 1, .restorable = true}});
  apply({change::DropLink{1}});
  EXPECT_FALSE(value(db().dropped_link(kShop, 1)));
  joins(2, "82");
  apply({change::DropLink{2}});
  EXPECT_FALSE(value(db().dropped_link(kShop, 2)));
  joins(3, "83");
  apply({change::DropLink{.customer_id = 3, .restorable = true}});
  EXPECT_EQ(1, value(db().purge_merges(kNow + 1, 10)));
  EXPECT_FALSE(value(db().dropped_link(kShop, 3)));
}

TEST_P(MergesTest, MembersOffTheCardAreListedUntilForgotten) {
  for (const char* code : {"T2", "T1", "T3"}) {
    apply({change::LeaveMember{{.code = code, .pos_member_id = "8", .kept_customer_id = 5}}});
  }
  const auto page = value(db().left_members(kShop, 2));
  ASSERT_EQ(2u, page.size());
  EXPECT_EQ("T1", page[0].code);
  EXPECT_EQ(5, page[0].kept_customer_id);
  apply({change::ForgetLeftMember{"T1"}});
  EXPECT_EQ("T2", value(db().left_members(kShop, 1))[0].code);
  EXPECT_THAT(value(db().left_members(kOtherShop, 1)), IsEmpty());
  EXPECT_ERROR(ErrorCode::kInvalid, db().left_members(kShop, 0));
}

}  // namespace
}  // namespace tsunagi
