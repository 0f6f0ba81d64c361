// Inbound events: stored once, leased to one worker at a time, done once.

#include <gmock/gmock.h>

#include <thread>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

InboxEvent event(std::string id, Seconds received_at, std::string type = "pos:stock",
                 System system = System::kSmaregi) {
  return {.system = system,
          .type = std::move(type),
          .event_id = std::move(id),
          .body = "{\"id\":1}",
          .received_at = received_at};
}

class InboxTest : public StorageTest {
 protected:
  void receive(const std::string& id, Seconds at = kNow) {
    const auto put = db().put_inbox(kShop, event(id, at));
    EXPECT_OK(put);
    EXPECT_TRUE(put.ok() && *put) << id;
  }
  std::vector<InboxItem> lease(Seconds now = kNow, int limit = 10) {
    auto leased = db().lease_inbox(limit, now, kLeaseSeconds);
    EXPECT_OK(leased);
    return leased.ok() ? *leased : std::vector<InboxItem>{};
  }
  std::vector<std::string> leased_ids(Seconds now = kNow, int limit = 10) {
    std::vector<std::string> ids;
    for (const InboxItem& item : lease(now, limit)) ids.push_back(item.event.event_id);
    return ids;
  }
  [[nodiscard]] int64_t count(const std::string& state) const {
    return database_->number("SELECT COUNT(*) FROM inbox WHERE state = '" + state + "'");
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, InboxTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(InboxTest, AnEventComesBackAsItWasReceived) {
  InboxEvent received = event("e1", kNow, "orders/create", System::kShopify);
  received.body = "{\"名\":\"🎴 'x' \\\" :a\"}";
  EXPECT_TRUE(*db().put_inbox(kShop, received));
  const auto items = lease();
  ASSERT_EQ(1u, items.size());
  EXPECT_EQ(kShop, items[0].tenant);
  EXPECT_EQ(System::kShopify, items[0].event.system);
  EXPECT_EQ("orders/create", items[0].event.type);
  EXPECT_EQ("e1", items[0].event.event_id);
  EXPECT_EQ(received.body, items[0].event.body);
  EXPECT_EQ(kNow, items[0].event.received_at);
  EXPECT_EQ(0, items[0].attempts);
}

TEST_P(InboxTest, AnEventIsStoredOnceUnderItsWholeKey) {
  EXPECT_TRUE(*db().put_inbox(kShop, event("e", kNow)));
  EXPECT_FALSE(*db().put_inbox(kShop, event("e", kNow + 5)));
  EXPECT_TRUE(*db().put_inbox(kOtherShop, event("e", kNow)));
  EXPECT_TRUE(*db().put_inbox(kShop, event("e", kNow, "pos:products")));
  EXPECT_TRUE(*db().put_inbox(kShop, event("e", kNow, "pos:stock", System::kShopify)));
  EXPECT_EQ(4, count("waiting"));
}

TEST_P(InboxTest, RefusesAKeyThatIsNone) {
  EXPECT_ERROR(ErrorCode::kInvalid, db().put_inbox(kShop, event("", kNow)));
  EXPECT_ERROR(ErrorCode::kInvalid, db().put_inbox(kShop, event("e", kNow, "")));
  EXPECT_OK(db().put_inbox(kShop, event(std::string(255, 'e'), kNow)));
  EXPECT_ERROR(ErrorCode::kInvalid, db().put_inbox(kShop, event(std::string(256, 'e'), kNow)));
  EXPECT_ERROR(ErrorCode::kNotFound, db().put_inbox(999, event("e", kNow)));
}

TEST_P(InboxTest, FiftyThreadsStoreOneEventOnce) {
  constexpr int kThreads = 50;
  constexpr int kEvents = 20;
  std::atomic<int> stored = 0;
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int e = 0; e < kEvents; ++e) {
          const auto put = db().put_inbox(kShop, event(std::to_string(e), kNow));
          if (!put.ok()) ++failed;
          if (put.ok() && *put) ++stored;
        }
      });
    }
  }
  EXPECT_EQ(0, failed);
  EXPECT_EQ(kEvents, stored);
  EXPECT_EQ(kEvents, count("waiting"));
}

TEST_P(InboxTest, EventsAreLeasedInOrderAndOnce) {
  receive("second", kNow - 1);
  receive("first", kNow - 2);
  receive("third", kNow - 1);
  EXPECT_THAT(leased_ids(kNow, 2), ElementsAre("first", "second"));
  EXPECT_THAT(leased_ids(kNow, 2), ElementsAre("third"));
  EXPECT_THAT(leased_ids(), IsEmpty());
  EXPECT_ERROR(ErrorCode::kInvalid, db().lease_inbox(0, kNow, kLeaseSeconds));
}

TEST_P(InboxTest, ALeaseEndsByItself) {
  receive("e");
  EXPECT_EQ(0, lease().front().attempts);
  EXPECT_THAT(leased_ids(kNow + kLeaseSeconds - 1), IsEmpty());
  reopen();
  const auto again = lease(kNow + kLeaseSeconds);
  ASSERT_EQ(1u, again.size());
  EXPECT_EQ(1, again[0].attempts);
}

TEST_P(InboxTest, ManyWorkersLeaseEachEventOnce) {
  constexpr int kEvents = 60;
  std::vector<std::string> all;
  for (int e = 0; e < kEvents; ++e) {
    all.push_back(std::to_string(e));
    receive(all.back());
  }
  std::mutex mutex;
  std::vector<std::string> leased;
  {
    std::vector<std::jthread> workers;
    for (int w = 0; w < 8; ++w) {
      workers.emplace_back([&] {
        // A worker may find nothing while others hold the rest locked; it is done when nothing is
        // due.
        while (db().queue_depth(Storage::kEveryTenant).ok()) {
          const auto items = db().lease_inbox(4, kNow, kLeaseSeconds);
          ASSERT_TRUE(items.ok()) << items.error().message;
          const std::lock_guard lock(mutex);
          for (const InboxItem& item : *items) leased.push_back(item.event.event_id);
          if (leased.size() >= kEvents) return;
        }
      });
    }
  }
  EXPECT_THAT(leased, UnorderedElementsAreArray(all));
}

TEST_P(InboxTest, FinishingAppliesTheChangesAndEmptiesTheBody) {
  receive("e");
  const auto items = lease();
  clock_.set(kNow + 7);
  EXPECT_OK(db().finish_inbox(kShop, {items[0].id}, {change::SetFavourite{1, "3"}}));
  EXPECT_EQ("3", *db().favourite(kShop, 1));
  EXPECT_EQ(1, database_->number("SELECT COUNT(*) FROM inbox WHERE state = 'done' AND body = '' "
                                 "AND done_at = 1790000007"));
  EXPECT_THAT(leased_ids(kNow + 1'000'000), IsEmpty());
  EXPECT_FALSE(*db().put_inbox(kShop, event("e", kNow))) << "a repeat is known for ever";
}

TEST_P(InboxTest, AnEventTakesEffectOnce) {
  receive("e");
  const auto first = lease();
  const auto second = lease(kNow + kLeaseSeconds);  // the first worker was too slow
  EXPECT_OK(db().finish_inbox(kShop, {second[0].id}, {change::SetFavourite{1, "second"}}));
  EXPECT_ERROR(ErrorCode::kConflict,
               db().finish_inbox(kShop, {first[0].id}, {change::SetFavourite{1, "first"}}));
  EXPECT_EQ("second", *db().favourite(kShop, 1));
  EXPECT_ERROR(ErrorCode::kConflict, db().retry_inbox(first[0].id, kNow, "late"));
  EXPECT_ERROR(ErrorCode::kConflict, db().bury_inbox(first[0].id, "late"));
  EXPECT_EQ(1, count("done"));
}

TEST_P(InboxTest, ARefusedChangeLeavesTheEventToDo) {
  apply({change::PutLink{link(1, "T1")}});
  receive("a");
  receive("b");
  const auto items = lease();
  EXPECT_ERROR(ErrorCode::kConflict,
               db().finish_inbox(kShop, {items[0].id, items[1].id},
                                 {change::SetFavourite{1, "3"}, change::PutLink{link(2, "T1")}}));
  EXPECT_EQ(2, count("leased"));
  EXPECT_EQ("", *db().favourite(kShop, 1));
  EXPECT_OK(db().finish_inbox(kShop, {items[0].id, items[1].id}, {}));
  EXPECT_EQ(2, count("done"));
}

TEST_P(InboxTest, AnEventOfAnotherShopIsNotFinished) {
  receive("e");
  const auto items = lease();
  EXPECT_ERROR(ErrorCode::kConflict, db().finish_inbox(kOtherShop, {items[0].id}, {}));
  EXPECT_EQ(1, count("leased"));
}

TEST_P(InboxTest, ARetryWaitsForItsTime) {
  receive("e");
  const int64_t id = lease()[0].id;
  EXPECT_OK(db().retry_inbox(id, kNow + 30, "Smaregi is away"));
  EXPECT_THAT(leased_ids(kNow + 29), IsEmpty());
  const auto again = lease(kNow + 30);
  ASSERT_EQ(1u, again.size());
  EXPECT_EQ(1, again[0].attempts);
  EXPECT_EQ("{\"id\":1}", again[0].event.body);
  EXPECT_ERROR(ErrorCode::kConflict, db().retry_inbox(id + 999, kNow, ""));
}

TEST_P(InboxTest, ADeadLetterKeepsItsBodyAndMayLiveAgain) {
  receive("e");
  const int64_t id = lease()[0].id;
  EXPECT_OK(db().bury_inbox(id, std::string(2'000, 'x')));
  EXPECT_EQ(1000, database_->number("SELECT LENGTH(error) FROM inbox"));
  EXPECT_THAT(leased_ids(kNow + 1'000'000), IsEmpty());
  EXPECT_EQ(1, db().queue_depth(Storage::kEveryTenant)->inbox_dead);
  EXPECT_OK(db().retry_inbox(id, kNow, ""));
  EXPECT_EQ("{\"id\":1}", lease()[0].event.body);
  EXPECT_EQ(0, db().queue_depth(Storage::kEveryTenant)->inbox_dead);
}

TEST_P(InboxTest, WhatWasStoredSurvivesARestart) {
  receive("a");
  receive("b");
  const auto items = lease(kNow, 1);
  reopen();
  EXPECT_OK(db().finish_inbox(kShop, {items[0].id}, {change::SetFavourite{1, "3"}}));
  reopen();
  EXPECT_EQ("3", *db().favourite(kShop, 1));
  EXPECT_THAT(leased_ids(kNow + kLeaseSeconds), ElementsAre("b"));
}

TEST_P(InboxTest, OldEventsAreForgottenAndOldBodiesOfDeadOnes) {
  for (const char* id : {"a", "b", "c"}) receive(id, kNow - 50);
  const auto items = lease(kNow, 2);
  EXPECT_OK(db().finish_inbox(kShop, {items[0].id}, {}));
  EXPECT_OK(db().bury_inbox(items[1].id, "no"));
  EXPECT_EQ(0, *db().purge_inbox(kNow, kNow - 50, 10)) << "done just now; received at the limit";
  EXPECT_EQ(2, *db().purge_inbox(kNow + 1, kNow - 49, 10));
  EXPECT_EQ(0, *db().purge_inbox(kNow + 1, kNow - 49, 10)) << "nothing is left to forget";
  EXPECT_EQ(1, db().queue_depth(kShop)->inbox_waiting);
  EXPECT_EQ(1, db().queue_depth(kShop)->inbox_dead) << "that it died stays known";
}

TEST_P(InboxTest, TheDepthCountsWhatIsToDo) {
  const auto empty = *db().queue_depth(Storage::kEveryTenant);
  EXPECT_EQ(0, empty.inbox_waiting + empty.inbox_dead + empty.outbox_waiting + empty.outbox_dead);
  EXPECT_EQ(0, empty.oldest_waiting);
  for (const char* id : {"a", "b", "c", "d"}) receive(id, kNow - 50);
  const auto items = lease(kNow, 3);
  EXPECT_OK(db().finish_inbox(kShop, {items[0].id}, {}));
  EXPECT_OK(db().bury_inbox(items[1].id, "no"));
  apply({change::Enqueue{{OutboxKind::kWriteCard, "1"}}});
  const auto depth = *db().queue_depth(Storage::kEveryTenant);
  EXPECT_EQ(2, depth.inbox_waiting);
  EXPECT_EQ(1, depth.inbox_dead);
  EXPECT_EQ(1, depth.outbox_waiting);
  EXPECT_EQ(0, depth.outbox_dead);
  EXPECT_EQ(kNow - 50, depth.oldest_waiting);
  EXPECT_EQ(2, db().queue_depth(kShop)->inbox_waiting);
  const auto others = *db().queue_depth(kOtherShop);
  EXPECT_EQ(0, others.inbox_waiting + others.inbox_dead + others.outbox_waiting);
  EXPECT_EQ(0, others.oldest_waiting) << "another shop's queue is nobody else's business";
}

}  // namespace
}  // namespace tsunagi
