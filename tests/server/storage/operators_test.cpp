// What operators read of the queues, dead letters that are put back, and what they decide.

#include <gmock/gmock.h>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OperatorsTest : public StorageTest {
 protected:
  int64_t receive(const std::string& id, TenantId tenant = kShop) {
    EXPECT_OK(db().put_inbox(tenant, {.system = System::kSmaregi,
                                      .type = "pos:stock",
                                      .event_id = id,
                                      .body = "{}",
                                      .received_at = kNow}));
    return database_->number("SELECT MAX(id) FROM inbox");
  }
  int64_t dead_event(const std::string& id, TenantId tenant = kShop) {
    const int64_t event = receive(id, tenant);
    EXPECT_OK(db().lease_inbox(10, kNow, kLeaseSeconds));
    EXPECT_OK(db().bury_inbox(event, "no"));
    return event;
  }
  void enqueue(const std::string& key, TenantId tenant = kShop) {
    apply({change::Enqueue{{OutboxKind::kWriteCard, key}}}, tenant);
  }
  OutboxItem dead_item(const std::string& key) {
    enqueue(key);
    const auto leased = value(db().lease_outbox(10, kNow, kLeaseSeconds));
    EXPECT_EQ(1u, leased.size());
    EXPECT_OK(db().bury_outbox(leased[0], "refused"));
    return leased[0];
  }
  std::vector<std::string> events(QueueState state, TenantId tenant = kShop, int limit = 10) {
    std::vector<std::string> ids;
    for (const InboxEntry& entry : value(db().inbox_in(tenant, state, limit))) {
      EXPECT_EQ(state, entry.state);
      EXPECT_EQ("", entry.item.event.body) << "what an event says is nobody's business";
      ids.push_back(entry.item.event.event_id);
    }
    return ids;
  }
  std::vector<std::string> items(QueueState state, TenantId tenant = kShop, int limit = 10) {
    std::vector<std::string> keys;
    for (const OutboxEntry& entry : value(db().outbox_in(tenant, state, limit))) {
      EXPECT_EQ(state, entry.state);
      keys.push_back(entry.item.write.key);
    }
    return keys;
  }
  [[nodiscard]] int64_t audited(const std::string& subject) const {
    return database_->number(
        "SELECT COUNT(*) FROM audit WHERE actor = 'operator' AND action = "
        "'replay' AND subject = '" +
        subject + "'");
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, OperatorsTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(OperatorsTest, EventsAreListedByStateAndShop) {
  dead_event("dead");
  receive("done");
  const auto leased = value(db().lease_inbox(10, kNow, kLeaseSeconds));
  ASSERT_EQ(1u, leased.size());
  EXPECT_OK(db().finish_inbox(kShop, {leased[0].id}, {}));
  receive("leased");
  EXPECT_OK(db().lease_inbox(10, kNow, kLeaseSeconds));
  receive("first");
  receive("second");
  receive("other", kOtherShop);
  EXPECT_THAT(events(QueueState::kDead), ElementsAre("dead"));
  EXPECT_THAT(events(QueueState::kDone), ElementsAre("done"));
  EXPECT_THAT(events(QueueState::kLeased), ElementsAre("leased"));
  EXPECT_THAT(events(QueueState::kWaiting), ElementsAre("first", "second"));
  EXPECT_THAT(events(QueueState::kWaiting, kShop, 1), ElementsAre("first"));
  EXPECT_THAT(events(QueueState::kWaiting, Storage::kEveryTenant),
              ElementsAre("first", "second", "other"));
  EXPECT_ERROR(ErrorCode::kInvalid, db().inbox_in(kShop, QueueState::kDead, 0));
}

TEST_P(OperatorsTest, AnEventIsShownWithWhatBecameOfIt) {
  const int64_t id = dead_event("e");
  const auto rows = value(db().inbox_in(kShop, QueueState::kDead, 10));
  ASSERT_EQ(1u, rows.size());
  EXPECT_EQ(id, rows[0].item.id);
  EXPECT_EQ(kShop, rows[0].item.tenant);
  EXPECT_EQ(System::kSmaregi, rows[0].item.event.system);
  EXPECT_EQ("pos:stock", rows[0].item.event.type);
  EXPECT_EQ(kNow, rows[0].item.event.received_at);
  EXPECT_EQ(1, rows[0].item.attempts);
  EXPECT_EQ("no", rows[0].error);
  EXPECT_TRUE(rows[0].has_body);
}

TEST_P(OperatorsTest, ItemsAreListedByStateAndShop) {
  dead_item("1");
  enqueue("2");
  EXPECT_OK(db().lease_outbox(10, kNow, kLeaseSeconds));
  enqueue("3");
  enqueue("4", kOtherShop);
  EXPECT_THAT(items(QueueState::kDead), ElementsAre("1"));
  EXPECT_THAT(items(QueueState::kLeased), ElementsAre("2"));
  EXPECT_THAT(items(QueueState::kWaiting), ElementsAre("3"));
  EXPECT_THAT(items(QueueState::kWaiting, Storage::kEveryTenant), ElementsAre("3", "4"));
  EXPECT_THAT(items(QueueState::kWaiting, Storage::kEveryTenant, 1), ElementsAre("3"));
  EXPECT_THAT(items(QueueState::kDone), IsEmpty()) << "what is written is gone";
  const auto dead = value(db().outbox_in(kShop, QueueState::kDead, 10));
  EXPECT_EQ("refused", dead[0].error);
  EXPECT_EQ(kNow, dead[0].enqueued_at);
  EXPECT_EQ(OutboxKind::kWriteCard, dead[0].item.write.kind);
  EXPECT_ERROR(ErrorCode::kInvalid, db().outbox_in(kShop, QueueState::kDead, 0));
}

TEST_P(OperatorsTest, ADeadEventWaitsAgainAsIfItWereNew) {
  const int64_t id = dead_event("e");
  clock_.set(kNow + 100);
  EXPECT_TRUE(value(db().replay_inbox(id)));
  const auto rows = value(db().inbox_in(kShop, QueueState::kWaiting, 10));
  ASSERT_EQ(1u, rows.size());
  EXPECT_EQ(0, rows[0].item.attempts);
  EXPECT_EQ("", rows[0].error);
  EXPECT_EQ(kNow + 100, rows[0].due_at);
  EXPECT_EQ(1, audited("inbox " + std::to_string(id)));
  EXPECT_FALSE(value(db().replay_inbox(id))) << "once more does nothing";
  EXPECT_EQ(1, audited("inbox " + std::to_string(id)));
  EXPECT_EQ(1u, value(db().lease_inbox(10, kNow + 100, kLeaseSeconds)).size());
  EXPECT_FALSE(value(db().replay_inbox(id + 99))) << "there is no such event";
}

TEST_P(OperatorsTest, AnEventWhoseBodyWasPurgedIsNotReplayed) {
  const int64_t id = dead_event("e");
  EXPECT_EQ(1, *db().purge_inbox(0, kNow + 1, 10));
  EXPECT_FALSE(value(db().inbox_in(kShop, QueueState::kDead, 10))[0].has_body);
  EXPECT_ERROR(ErrorCode::kConflict, db().replay_inbox(id));
  EXPECT_THAT(events(QueueState::kDead), ElementsAre("e"));
  EXPECT_EQ(0, audited("inbox " + std::to_string(id)));
}

TEST_P(OperatorsTest, ADeadItemWaitsAgainAndItsFormerWriterCannotCloseIt) {
  const OutboxItem before = dead_item("7001");
  clock_.set(kNow + 100);
  EXPECT_TRUE(value(db().replay_outbox(before.id)));
  EXPECT_FALSE(value(db().replay_outbox(before.id)));
  EXPECT_EQ(1, audited("outbox " + std::to_string(before.id)));
  const auto rows = value(db().outbox_in(kShop, QueueState::kWaiting, 10));
  ASSERT_EQ(1u, rows.size());
  EXPECT_EQ(0, rows[0].item.attempts);
  EXPECT_EQ("", rows[0].error);
  EXPECT_EQ(kNow + 100, rows[0].due_at);
  EXPECT_OK(db().finish_outbox(before, {}));  // it was slow, and thinks that it was written
  EXPECT_THAT(items(QueueState::kWaiting), ElementsAre("7001"));
  EXPECT_FALSE(value(db().replay_outbox(before.id + 99)));
}

class ReviewTest : public OperatorsTest {
 protected:
  // A member who left with points, and the mail about her, of which nobody knows whether it went.
  OutboxItem undecided() {
    apply({change::PutLink{link(1, "T1", "101")}, change::PutSnapshot{snapshot(1, 30, kNow)},
           change::TellLeaving{1}, change::DropLink{1}});
    const auto leased = value(db().lease_outbox(10, kNow, kLeaseSeconds));
    EXPECT_EQ(1u, leased.size());
    EXPECT_OK(db().begin_outbox(leased[0]));
    EXPECT_OK(db().review_outbox(leased[0], "unanswered"));
    return leased[0];
  }
  [[nodiscard]] Seconds told_at() const { return value(db().leaving(kShop, "T1"))->told_at; }
  [[nodiscard]] int64_t verdicts(const std::string& actor, const std::string& reason) const {
    return database_->number("SELECT COUNT(*) FROM audit WHERE action = 'review' AND actor = '" +
                             actor + "' AND reason = '" + reason + "'");
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, ReviewTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(ReviewTest, WhatHappenedAfterAllIsClosedAsIfThatHadBeenKnown) {
  const OutboxItem item = undecided();
  EXPECT_THAT(items(QueueState::kReview), ElementsAre("T1"));
  EXPECT_EQ(1, db().queue_depth(kShop)->outbox_review);
  EXPECT_EQ(0, db().queue_depth(kOtherShop)->outbox_review);
  EXPECT_EQ(0, told_at());
  clock_.set(kNow + 100);
  EXPECT_FALSE(
      value(db().settle_review(kOtherShop, item.id, ReviewVerdict::kHappened, "merchant")));
  EXPECT_TRUE(value(db().settle_review(kShop, item.id, ReviewVerdict::kHappened, "merchant")));
  EXPECT_EQ(kNow + 100, told_at());
  EXPECT_EQ(1, verdicts("merchant", "tell_leaving T1: done"));
  EXPECT_THAT(items(QueueState::kReview), IsEmpty());
  EXPECT_FALSE(value(db().settle_review(kShop, item.id, ReviewVerdict::kAgain, "merchant")));
  EXPECT_EQ(0u, value(db().lease_outbox(10, kNow + 1'000'000, kLeaseSeconds)).size());
}

TEST_P(ReviewTest, WhatIsDoneAgainWaitsAndItsFormerWriterCannotCloseIt) {
  const OutboxItem before = undecided();
  EXPECT_TRUE(value(
      db().settle_review(Storage::kEveryTenant, before.id, ReviewVerdict::kAgain, "operator")));
  EXPECT_EQ(1, verdicts("operator", "tell_leaving T1: again"));
  EXPECT_FALSE(value(db().settle_review(kShop, before.id, ReviewVerdict::kHappened, "merchant")));
  EXPECT_ERROR(ErrorCode::kConflict, db().finish_outbox(before, {change::LeavingTold{"T1"}}));
  EXPECT_EQ(0, told_at());
  const auto leased = value(db().lease_outbox(10, kNow, kLeaseSeconds));
  ASSERT_EQ(1u, leased.size());
  EXPECT_EQ(0, leased[0].attempts);
  EXPECT_OK(db().begin_outbox(leased[0]));
}

TEST_P(ReviewTest, DeadLettersAreNotInReviewAndTheOtherWayRound) {
  const OutboxItem item = undecided();
  EXPECT_FALSE(value(db().replay_outbox(item.id))) << "nothing is repeated blindly";
  const OutboxItem dead = dead_item("7001");
  EXPECT_FALSE(value(db().settle_review(kShop, dead.id, ReviewVerdict::kAgain, "merchant")));
  EXPECT_ERROR(ErrorCode::kInvalid, db().outbox_in(kShop, QueueState::kReview, 0));
}

TEST_P(OperatorsTest, ACardIsFoundByItsCode) {
  apply({change::PutLink{link(1, "T1", "101")}, change::PutSnapshot{snapshot(1, 30, kNow)}});
  const auto card = value(db().card_by_code(kShop, "T1"));
  ASSERT_TRUE(card.has_value());
  EXPECT_EQ(1, card->link.customer_id);
  EXPECT_EQ(30, card->snapshot->points);
  EXPECT_FALSE(value(db().card_by_code(kOtherShop, "T1")).has_value());
  EXPECT_FALSE(value(db().card_by_code(kShop, "")).has_value());
  apply({change::PutLink{link(1, "T2", "101")}});
  EXPECT_FALSE(value(db().card_by_code(kShop, "T1")).has_value()) << "it shows another code now";
  apply({change::DropLink{1}});
  EXPECT_FALSE(value(db().card_by_code(kShop, "T2")).has_value());
}

TEST_P(OperatorsTest, ProductsWithStockArePaged) {
  Product service = product("3", "");
  service.stock_controlled = false;
  apply({change::PutProducts{{product("1", ""), product("2", ""), service, product("4", "")}}});
  EXPECT_THAT(value(db().stocked_after(kShop, "", 2)), ElementsAre("1", "2"));
  EXPECT_THAT(value(db().stocked_after(kShop, "2", 2)), ElementsAre("4"));
  EXPECT_THAT(value(db().stocked_after(kOtherShop, "", 2)), IsEmpty());
  EXPECT_ERROR(ErrorCode::kInvalid, db().stocked_after(kShop, "", 0));
}

}  // namespace
}  // namespace tsunagi
