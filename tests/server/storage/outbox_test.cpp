// Outbound writes: one item a key, never lost, never forgotten while newer than what was written.

#include <gmock/gmock.h>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OutboxTest : public StorageTest {
 protected:
  void enqueue(const std::string& key, OutboxKind kind = OutboxKind::kWriteCard,
               TenantId tenant = kShop) {
    apply({change::Enqueue{{kind, key}}}, tenant);
  }
  std::vector<OutboxItem> lease(Seconds now = kNow, int limit = 10) {
    auto leased = db().lease_outbox(limit, now, kLeaseSeconds);
    EXPECT_OK(leased);
    return leased.ok() ? *leased : std::vector<OutboxItem>{};
  }
  OutboxItem lease_one(Seconds now = kNow) {
    const auto items = lease(now);
    EXPECT_EQ(1u, items.size());
    return items.empty() ? OutboxItem{} : items[0];
  }
  std::vector<std::string> leased_keys(Seconds now = kNow, int limit = 10) {
    std::vector<std::string> keys;
    for (const OutboxItem& item : lease(now, limit)) keys.push_back(item.write.key);
    return keys;
  }
  [[nodiscard]] int64_t waiting() const {
    return db().queue_depth(Storage::kEveryTenant)->outbox_waiting;
  }
  [[nodiscard]] int64_t dead() const {
    return db().queue_depth(Storage::kEveryTenant)->outbox_dead;
  }
  [[nodiscard]] int64_t review() const {
    return db().queue_depth(Storage::kEveryTenant)->outbox_review;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, OutboxTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(OutboxTest, AnItemComesBackAsItWasEnqueued) {
  enqueue("7001", OutboxKind::kCreateMember);
  const OutboxItem item = lease_one();
  EXPECT_EQ(kShop, item.tenant);
  EXPECT_EQ(OutboxKind::kCreateMember, item.write.kind);
  EXPECT_EQ("7001", item.write.key);
  EXPECT_EQ(0, item.attempts);
}

TEST_P(OutboxTest, ADelayedItemWaitsAndIsNotPutOffByBeingAskedForAgain) {
  const change::Enqueue later{.write = {OutboxKind::kDropCustomer, "1"}, .delay = 600};
  ASSERT_TRUE(db().apply(kShop, {later}).ok());
  EXPECT_EQ(0, db().queue_depth(kShop)->outbox_waiting) << "it was put off on purpose";
  EXPECT_EQ(0, db().queue_depth(kShop)->oldest_waiting);
  EXPECT_TRUE(db().lease_outbox(1, kNow + 599, 30)->empty());
  clock_.set(kNow + 300);
  ASSERT_TRUE(db().apply(kShop, {later}).ok());
  EXPECT_EQ(1u, db().lease_outbox(1, kNow + 600, 30)->size());
}

TEST_P(OutboxTest, ANewerItemReplacesAWaitingOne) {
  enqueue("1");
  enqueue("1");
  enqueue("1", OutboxKind::kCreateMember);
  enqueue("1", OutboxKind::kWriteCard, kOtherShop);
  EXPECT_EQ(3, waiting());
  EXPECT_ERROR(ErrorCode::kInvalid,
               db().apply(kShop, {change::Enqueue{{OutboxKind::kWriteCard, ""}}}));
}

TEST_P(OutboxTest, ItemsAreLeasedInOrderAndOnce) {
  for (const char* key : {"b", "a", "c"}) enqueue(key);
  EXPECT_THAT(leased_keys(kNow, 2), ElementsAre("b", "a"));
  EXPECT_THAT(leased_keys(kNow, 2), ElementsAre("c"));
  EXPECT_THAT(leased_keys(), IsEmpty());
  EXPECT_THAT(leased_keys(kNow + kLeaseSeconds), ElementsAre("b", "a", "c"));
  EXPECT_ERROR(ErrorCode::kInvalid, db().lease_outbox(0, kNow, kLeaseSeconds));
}

TEST_P(OutboxTest, AFinishedItemIsGoneAndItsChangesAreThere) {
  enqueue("1");
  EXPECT_OK(db().finish_outbox(lease_one(), {change::SetFavourite{1, "3"}}));
  EXPECT_EQ(0, waiting());
  EXPECT_EQ("3", *db().favourite(kShop, 1));
  reopen();
  EXPECT_THAT(leased_keys(kNow + 1'000'000), IsEmpty());
}

TEST_P(OutboxTest, AnItemEnqueuedAgainWhileItWasWrittenWaitsAgain) {
  enqueue("1");
  const OutboxItem old = lease_one();
  enqueue("1");
  EXPECT_THAT(leased_keys(), IsEmpty()) << "one writer a key at a time";
  EXPECT_OK(db().finish_outbox(old, {change::SetFavourite{1, "3"}}));
  EXPECT_EQ("3", *db().favourite(kShop, 1));
  EXPECT_EQ(1, waiting());
  const OutboxItem newer = lease_one();
  EXPECT_GT(newer.revision, old.revision);
  EXPECT_EQ(0, newer.attempts);
  EXPECT_OK(db().finish_outbox(newer, {}));
  EXPECT_EQ(0, waiting());
}

TEST_P(OutboxTest, FinishingMayEnqueueTheSameKey) {
  enqueue("1");
  EXPECT_OK(db().finish_outbox(lease_one(), {change::Enqueue{{OutboxKind::kWriteCard, "1"}}}));
  EXPECT_THAT(leased_keys(), ElementsAre("1"));
}

TEST_P(OutboxTest, AnItemTakesEffectOnce) {
  enqueue("1");
  const OutboxItem slow = lease_one();
  const OutboxItem fast = lease_one(kNow + kLeaseSeconds);
  EXPECT_OK(db().finish_outbox(fast, {change::SetFavourite{1, "fast"}}));
  EXPECT_ERROR(ErrorCode::kConflict, db().finish_outbox(slow, {change::SetFavourite{1, "slow"}}));
  EXPECT_ERROR(ErrorCode::kConflict, db().retry_outbox(slow, kNow, "late"));
  EXPECT_ERROR(ErrorCode::kConflict, db().bury_outbox(slow, "late"));
  EXPECT_EQ("fast", *db().favourite(kShop, 1));
}

TEST_P(OutboxTest, ARefusedChangeLeavesTheItemToDo) {
  apply({change::PutLink{link(1, "T1")}});
  enqueue("1");
  const OutboxItem item = lease_one();
  EXPECT_ERROR(ErrorCode::kConflict, db().finish_outbox(item, {change::SetFavourite{1, "3"},
                                                               change::PutLink{link(2, "T1")}}));
  EXPECT_EQ(1, waiting());
  EXPECT_EQ("", *db().favourite(kShop, 1));
  EXPECT_OK(db().finish_outbox(item, {}));
}

TEST_P(OutboxTest, WhatIsPutOffUntriedCountsNoAttempt) {
  enqueue("1");
  EXPECT_OK(db().retry_outbox(lease_one(), kNow + 10, "refused"));
  EXPECT_OK(db().put_off_outbox(lease_one(kNow + 10), kNow + 20, "the shop is paused"));
  EXPECT_THAT(leased_keys(kNow + 19), IsEmpty());
  const OutboxItem third = lease_one(kNow + 20);
  EXPECT_EQ(1, third.attempts);
  EXPECT_OK(db().finish_outbox(third, {}));
  EXPECT_ERROR(ErrorCode::kConflict, db().put_off_outbox(third, kNow, "late"));
}

TEST_P(OutboxTest, ARetryWaitsForItsTimeUnlessThereIsNews) {
  enqueue("1");
  EXPECT_OK(db().retry_outbox(lease_one(), kNow + 30, "Shopify is away"));
  EXPECT_THAT(leased_keys(kNow + 29), IsEmpty());
  const OutboxItem second = lease_one(kNow + 30);
  EXPECT_EQ(1, second.attempts);
  EXPECT_OK(db().retry_outbox(second, kNow + 300, "Shopify is away"));
  clock_.set(kNow + 40);
  enqueue("1");
  EXPECT_EQ(0, lease_one(kNow + 40).attempts);
}

TEST_P(OutboxTest, ADeadItemLivesAgainWhenItIsEnqueuedAgain) {
  enqueue("1");
  EXPECT_OK(db().bury_outbox(lease_one(), "refused for good"));
  EXPECT_EQ(0, waiting());
  EXPECT_EQ(1, dead());
  EXPECT_THAT(leased_keys(kNow + 1'000'000), IsEmpty());
  enqueue("1");
  EXPECT_EQ(0, dead());
  EXPECT_EQ(0, lease_one().attempts);
}

TEST_P(OutboxTest, NewsOutliveTheBurialOfWhatWasTried) {
  enqueue("1");
  const OutboxItem old = lease_one();
  enqueue("1");
  EXPECT_OK(db().bury_outbox(old, "refused for good"));
  EXPECT_EQ(0, dead());
  EXPECT_THAT(leased_keys(), ElementsAre("1"));
}

TEST_P(OutboxTest, AWriteThatWasBegunAndNeverEndedIsReviewedAndNotLeasedAgain) {
  enqueue("T1", OutboxKind::kTellLeaving);
  const OutboxItem item = lease_one();
  EXPECT_OK(db().begin_outbox(item));
  EXPECT_THAT(leased_keys(kNow + kLeaseSeconds - 1), IsEmpty());
  EXPECT_EQ(0, review()) << "it is being written";
  EXPECT_THAT(leased_keys(kNow + kLeaseSeconds), IsEmpty());
  EXPECT_EQ(1, review());
  EXPECT_EQ(0, waiting() + dead());
  reopen();
  EXPECT_THAT(leased_keys(kNow + 1'000'000), IsEmpty());
  const auto rows = value(db().outbox_in(kShop, QueueState::kReview, 10));
  ASSERT_EQ(1u, rows.size());
  EXPECT_EQ(kWriteInterrupted, rows[0].error);
  EXPECT_EQ("T1", rows[0].item.write.key);
}

TEST_P(OutboxTest, WhoStoodStillAndKnowsTheOutcomeMaySayIt) {
  for (const char* key : {"T1", "T2"}) enqueue(key, OutboxKind::kTellLeaving);
  const auto items = lease();
  ASSERT_EQ(2u, items.size());
  for (const OutboxItem& item : items) EXPECT_OK(db().begin_outbox(item));
  EXPECT_THAT(leased_keys(kNow + kLeaseSeconds), IsEmpty());
  EXPECT_EQ(2, review());
  EXPECT_OK(db().finish_outbox(items[0], {}));
  EXPECT_OK(db().retry_outbox(items[1], kNow + 100, "mail: connection"));
  EXPECT_EQ(0, review());
  EXPECT_THAT(leased_keys(kNow + 100), ElementsAre("T2"));
  EXPECT_THAT(leased_keys(kNow + 100 + kLeaseSeconds), ElementsAre("T2")) << "nothing was begun";
}

TEST_P(OutboxTest, AnOutcomeThatNobodyKnowsIsReviewedAtOnce) {
  enqueue("T1", OutboxKind::kTellLeaving);
  const OutboxItem item = lease_one();
  EXPECT_OK(db().begin_outbox(item));
  EXPECT_OK(db().review_outbox(item, kMailUnanswered));
  EXPECT_EQ(1, review());
  EXPECT_THAT(leased_keys(kNow + 1'000'000), IsEmpty());
  EXPECT_EQ(kMailUnanswered, value(db().outbox_in(kShop, QueueState::kReview, 10))[0].error);
}

TEST_P(OutboxTest, ALeaseIsNotBegunByWhoLostIt) {
  enqueue("T1", OutboxKind::kTellLeaving);
  const OutboxItem slow = lease_one();
  const OutboxItem fast = lease_one(kNow + kLeaseSeconds);
  EXPECT_ERROR(ErrorCode::kConflict, db().begin_outbox(slow));
  EXPECT_OK(db().begin_outbox(fast));
  EXPECT_OK(db().finish_outbox(fast, {}));
  EXPECT_ERROR(ErrorCode::kConflict, db().begin_outbox(fast));
}

// Another leaving of the same member is another mail.
TEST_P(OutboxTest, WhatIsEnqueuedAgainIsAnotherWrite) {
  enqueue("T1", OutboxKind::kTellLeaving);
  const OutboxItem item = lease_one();
  EXPECT_OK(db().begin_outbox(item));
  enqueue("T1", OutboxKind::kTellLeaving);
  EXPECT_ERROR(ErrorCode::kConflict, db().begin_outbox(item));  // it was read before the news
  const OutboxItem second = lease_one(kNow + kLeaseSeconds);
  EXPECT_EQ(0, review());
  EXPECT_OK(db().begin_outbox(second));
  EXPECT_OK(db().review_outbox(second, kMailUnanswered));
  EXPECT_EQ(1, review());
  enqueue("T1", OutboxKind::kTellLeaving);
  EXPECT_EQ(0, review());
  EXPECT_THAT(leased_keys(), ElementsAre("T1"));
}

TEST_P(OutboxTest, EnqueuedWithTheFactOrNotAtAll) {
  apply({change::PutLink{link(1, "T1")}});
  EXPECT_ERROR(ErrorCode::kConflict,
               db().apply(kShop, {change::Enqueue{{OutboxKind::kCreateMember, "2"}},
                                  change::PutLink{link(2, "T1")}}));
  EXPECT_EQ(0, waiting());
}

}  // namespace
}  // namespace tsunagi
