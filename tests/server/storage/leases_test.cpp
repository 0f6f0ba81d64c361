// What a server that was killed had leased, and the lock by which the next one knows that it is
// alone.

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

#include "server/storage/file_lock.h"
#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using storage::FileLock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kLongWaitMs = 60'000;  // ends with what is waited for

class LeasesTest : public StorageTest {
 protected:
  void receive(const std::string& id) {
    EXPECT_TRUE(value(db().put_inbox(kShop, {.system = System::kSmaregi,
                                             .type = "pos:stock",
                                             .event_id = id,
                                             .body = "{}",
                                             .received_at = kNow})));
  }
  void enqueue(const std::string& key, OutboxKind kind = OutboxKind::kWriteCard,
               bool background = false) {
    apply({change::Enqueue{.write = {kind, key}, .background = background}});
  }
  std::vector<InboxItem> lease_inbox(Seconds now) {
    return value(db().lease_inbox(10, now, kLeaseSeconds));
  }
  std::vector<OutboxItem> lease_outbox(Seconds now) {
    return value(db().lease_outbox(10, now, kLeaseSeconds));
  }
  OutboxItem lease_one(Seconds now) {
    const auto items = lease_outbox(now);
    EXPECT_EQ(1u, items.size());
    return items.empty() ? OutboxItem{} : items[0];
  }
  // As the next server does, which is alone.
  void take_up(Seconds now) { EXPECT_OK(db().take_up_leases(now)); }
};
INSTANTIATE_TEST_SUITE_P(Databases, LeasesTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(LeasesTest, AnEventIsDueAtOnceAndItsLeaseWasAnAttempt) {
  receive("e");
  ASSERT_EQ(0, lease_inbox(kNow).at(0).attempts);
  EXPECT_THAT(lease_inbox(kNow + 1), IsEmpty());
  take_up(kNow + 1);
  const auto again = lease_inbox(kNow + 1);
  ASSERT_EQ(1u, again.size());
  EXPECT_EQ(1, again[0].attempts) << "once, as when a lease ends by itself";
  EXPECT_OK(db().finish_inbox(kShop, {again[0].id}, {}));
  take_up(kNow + 2);
  EXPECT_THAT(lease_inbox(kNow + 1'000), IsEmpty()) << "what is done stays done";
}

TEST_P(LeasesTest, AWriteIsDueWhenTheLastCallOfTheDeadHasArrived) {
  enqueue("1");
  const OutboxItem dead = lease_one(kNow);
  take_up(kNow + 1);
  EXPECT_THAT(lease_outbox(kNow + kUnderWaySeconds), IsEmpty());
  const OutboxItem next = lease_one(kNow + 1 + kUnderWaySeconds);
  EXPECT_EQ(dead.id, next.id);
  EXPECT_EQ(dead.attempts + 1, next.attempts);
  EXPECT_EQ(dead.lease + 1, next.lease);
  EXPECT_ERROR(ErrorCode::kConflict, db().finish_outbox(dead, {}));
  EXPECT_OK(db().finish_outbox(next, {}));
}

TEST_P(LeasesTest, ALaneStaysClosedUntilThen) {
  enqueue("1", OutboxKind::kCreateMember);
  const OutboxItem dead = lease_one(kNow);
  enqueue("1", OutboxKind::kWriteCard);
  enqueue("2", OutboxKind::kWriteCard);
  take_up(kNow);
  EXPECT_EQ("2", lease_one(kNow).write.key);
  EXPECT_THAT(lease_outbox(kNow + kUnderWaySeconds - 1), IsEmpty());
  EXPECT_EQ("1", lease_one(kNow + kUnderWaySeconds).write.key);
}

TEST_P(LeasesTest, WhatNobodyWaitsForIsTakenUpToo) {
  enqueue("1", OutboxKind::kWriteCard, true);
  const auto background = [&](Seconds now) {
    return value(db().lease_background(OutboxKind::kWriteCard, 10, now, kLeaseSeconds)).size();
  };
  ASSERT_EQ(1u, background(kNow));
  take_up(kNow);
  EXPECT_EQ(0u, background(kNow));
  EXPECT_EQ(1u, background(kNow + kUnderWaySeconds));
}

TEST_P(LeasesTest, AMailThatWasBegunIsReviewedAndNotSentAgain) {
  enqueue("T1", OutboxKind::kTellLeaving);
  EXPECT_OK(db().begin_outbox(lease_one(kNow)));
  take_up(kNow);
  EXPECT_THAT(lease_outbox(kNow + kUnderWaySeconds), IsEmpty());
  const auto review = value(db().outbox_in(kShop, QueueState::kReview, 10));
  ASSERT_EQ(1u, review.size());
  EXPECT_EQ(kWriteInterrupted, review[0].error);
}

TEST_P(LeasesTest, WhatIsNotLeasedWaitsForItsTime) {
  receive("e");
  enqueue("1");
  EXPECT_OK(db().retry_inbox(lease_inbox(kNow).at(0).id, kNow + 100, "down"));
  EXPECT_OK(db().retry_outbox(lease_one(kNow), kNow + 100, "down"));
  take_up(kNow);
  EXPECT_THAT(lease_inbox(kNow + 99), IsEmpty());
  EXPECT_THAT(lease_outbox(kNow + 99), IsEmpty());
  EXPECT_EQ(1u, lease_inbox(kNow + 100).size());
  EXPECT_EQ(1u, lease_outbox(kNow + 100).size());
}

TEST_P(LeasesTest, WhatIsDueSoonerStaysSo) {
  receive("e");
  enqueue("1");
  ASSERT_EQ(1u, lease_inbox(kNow).size());
  ASSERT_EQ(1u, lease_outbox(kNow).size());
  const auto due = [&] {
    return std::vector<int64_t>{database_->number("SELECT due_at FROM inbox"),
                                database_->number("SELECT due_at FROM outbox")};
  };
  take_up(kNow + kLeaseSeconds + 1);
  EXPECT_THAT(due(), ElementsAre(kNow + kLeaseSeconds, kNow + kLeaseSeconds));
}

class ServerTest : public StorageTest {
 protected:
  Result<std::unique_ptr<Database>> serve(const std::string& url, int wait_ms = 0) {
    return open_storage(
        {.url = url, .secret_key = key_, .clock = clock_, .server_wait_ms = wait_ms});
  }
  void lease_all(Database& of) {
    EXPECT_TRUE(value(of.put_inbox(kShop, {.system = System::kSmaregi,
                                           .type = "pos:stock",
                                           .event_id = "e",
                                           .body = "{}",
                                           .received_at = kNow})));
    EXPECT_EQ(1u, value(of.lease_inbox(10, kNow, kLeaseSeconds)).size());
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, ServerTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(ServerTest, OneThatIsAloneTakesUpWhatTheOneBeforeItLeased) {
  lease_all(db());
  storage_ = nullptr;
  const auto next = value(serve(database_->url()));
  const bool alone = GetParam() == Backend::kSqlite;
  EXPECT_EQ(alone ? 1u : 0u, value(next->lease_inbox(10, kNow, kLeaseSeconds)).size());
}

TEST_P(ServerTest, ACommandBesideAServerTakesUpNothing) {
  storage_ = nullptr;
  const auto server = value(serve(database_->url()));
  lease_all(*server);
  reopen();
  EXPECT_THAT(value(db().lease_inbox(10, kNow, kLeaseSeconds)), IsEmpty());
}

TEST_P(ServerTest, ASecondOneIsRefusedAtAnSqliteFileAlone) {
  auto first = value(serve(database_->url()));
  lease_all(*first);
  if (GetParam() == Backend::kPostgres) {
    EXPECT_OK(serve(database_->url()));
    return;
  }
  const std::string link = database_->file() + ".link";
  std::filesystem::create_symlink(database_->file(), link);
  for (const std::string& url : {database_->url(), "sqlite://" + link}) {
    const auto second = serve(url);
    EXPECT_ERROR(ErrorCode::kConflict, second);
    EXPECT_THAT(second.error().message, HasSubstr(database_->file()));
    EXPECT_THAT(second.error().message, HasSubstr("PostgreSQL"));
  }
  EXPECT_THAT(value(first->lease_inbox(10, kNow, kLeaseSeconds)), IsEmpty()) << "they are its own";
  EXPECT_OK(first->apply(kShop, {change::SetFavourite{1, "3"}}));
  first = nullptr;
  EXPECT_OK(serve(database_->url()));
}

TEST_P(ServerTest, OneThatStartsWhileTheOneBeforeItEndsWaits) {
  auto first = value(serve(database_->url()));
  std::jthread ending([&] { first = nullptr; });
  EXPECT_OK(serve(database_->url(), kLongWaitMs));
}

class FileLockTest : public testing::Test {
 protected:
  const TestDatabase database_{Backend::kSqlite};
  const std::string file_ = database_.file() + ".lock";
};

TEST_F(FileLockTest, OneHolderAtATimeAlsoInOneProcess) {
  {
    const auto lock = FileLock::take(file_, 0);
    EXPECT_OK(lock);
    EXPECT_ERROR(ErrorCode::kConflict, FileLock::take(file_, 0));
    // Who was refused let go of nothing.
    EXPECT_ERROR(ErrorCode::kConflict, FileLock::take(file_, 2 * storage::kLockLookMs));
    EXPECT_OK(FileLock::take(file_ + "2", 0));
  }
  EXPECT_OK(FileLock::take(file_, 0));
  EXPECT_TRUE(std::filesystem::exists(file_));
}

TEST_F(FileLockTest, ItEndsWithWhoeverItWasGivenTo) {
  auto given = std::make_unique<FileLock>(*FileLock::take(file_, 0));
  EXPECT_ERROR(ErrorCode::kConflict, FileLock::take(file_, 0));
  given = nullptr;
  EXPECT_OK(FileLock::take(file_, 0));
}

TEST_F(FileLockTest, IsWaitedForUntilItsHolderEnds) {
  auto holder = std::make_unique<FileLock>(*FileLock::take(file_, 0));
  std::jthread ending([&] { holder = nullptr; });
  EXPECT_OK(FileLock::take(file_, kLongWaitMs));
}

TEST_F(FileLockTest, SaysWhatCannotBeLocked) {
  const auto lock = FileLock::take("/no/such/folder/x.lock", kLongWaitMs);
  EXPECT_ERROR(ErrorCode::kUnavailable, lock);
  EXPECT_THAT(lock.error().message, HasSubstr("/no/such/folder/x.lock"));
}

}  // namespace
}  // namespace tsunagi
