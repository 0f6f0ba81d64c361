// Leases of outbox items: one lane, one worker, of however many processes; a lease lasts as long as
// it is renewed, and who lost it closes nothing.

#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LanesTest : public StorageTest {
 protected:
  void enqueue(OutboxKind kind, const std::string& key, Seconds delay = 0) {
    apply({change::Enqueue{.write = {kind, key}, .delay = delay}});
  }
  std::vector<OutboxItem> lease(Seconds now = kNow) {
    return value(db().lease_outbox(10, now, kLeaseSeconds));
  }
  std::vector<OutboxKind> kinds(Seconds now = kNow) {
    std::vector<OutboxKind> kinds;
    for (const OutboxItem& item : lease(now)) kinds.push_back(item.write.kind);
    return kinds;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, LanesTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(LanesTest, OfACustomerOneItemIsLeasedTheFirstThatIsDue) {
  enqueue(OutboxKind::kWriteCard, "1", 50);
  enqueue(OutboxKind::kTagCustomer, "1");
  enqueue(OutboxKind::kCreateMember, "1");
  enqueue(OutboxKind::kWriteCard, "2");
  const auto first = lease(kNow + 60);
  ASSERT_EQ(2u, first.size());
  EXPECT_EQ(OutboxKind::kTagCustomer, first[0].write.kind);
  EXPECT_EQ("2", first[1].write.key);
  EXPECT_THAT(lease(kNow + 60), IsEmpty()) << "both lanes are taken";
  EXPECT_OK(db().finish_outbox(first[0], {}));
  EXPECT_THAT(kinds(kNow + 60), ElementsAre(OutboxKind::kCreateMember));
}

TEST_P(LanesTest, WhatIsInTheBackgroundIsLeasedByKindAndComesLastInItsLane) {
  const auto enqueue_in_background = [&](OutboxKind kind, const std::string& key) {
    apply({change::Enqueue{.write = {kind, key}, .background = true}});
  };
  const auto lease_background = [&](OutboxKind kind) {
    return value(db().lease_background(kind, 10, kNow, kLeaseSeconds));
  };
  enqueue_in_background(OutboxKind::kCreateMember, "1");
  enqueue_in_background(OutboxKind::kCreateMember, "2");
  enqueue_in_background(OutboxKind::kTagCustomer, "3");
  enqueue(OutboxKind::kWriteCard, "1");
  EXPECT_EQ(3, value(db().background_depth(kShop)).waiting);
  EXPECT_THAT(lease_background(OutboxKind::kWriteCard), IsEmpty());
  const auto behind = lease_background(OutboxKind::kCreateMember);
  ASSERT_EQ(1u, behind.size()) << "somebody waits for the first customer's card";
  EXPECT_EQ("2", behind[0].write.key);
  EXPECT_TRUE(behind[0].background);
  const auto first = lease();
  ASSERT_EQ(1u, first.size());
  EXPECT_FALSE(first[0].background);
  EXPECT_THAT(lease_background(OutboxKind::kCreateMember), IsEmpty());
  EXPECT_OK(db().finish_outbox(first[0], {}));
  EXPECT_EQ(1u, lease_background(OutboxKind::kCreateMember).size());
  EXPECT_EQ(1u, lease_background(OutboxKind::kTagCustomer).size());
}

TEST_P(LanesTest, WhatSomebodyComesToWaitForLeavesTheBackground) {
  const change::Enqueue background{.write = {OutboxKind::kCreateMember, "1"}, .background = true};
  apply({background});
  enqueue(OutboxKind::kCreateMember, "1");
  apply({background});
  const auto first = lease();
  ASSERT_EQ(1u, first.size());
  EXPECT_FALSE(first[0].background);
  EXPECT_OK(db().bury_outbox(first[0], "refused"));
  apply({background});
  EXPECT_THAT(lease(), IsEmpty()) << "what is asked for anew in the background waits there";
  EXPECT_EQ(1, value(db().background_depth(kShop)).waiting);
}

TEST_P(LanesTest, WhatIsPutOffHoldsUpNothingOfItsCustomer) {
  enqueue(OutboxKind::kCreateMember, "1");
  enqueue(OutboxKind::kWriteCard, "1");
  const auto first = lease();
  ASSERT_EQ(1u, first.size());
  EXPECT_OK(db().retry_outbox(first[0], kNow + 30, "later"));
  EXPECT_THAT(kinds(), ElementsAre(OutboxKind::kWriteCard));
}

TEST_P(LanesTest, TheSameCustomerIdAtAnotherShopIsAnotherLane) {
  enqueue(OutboxKind::kWriteCard, "1");
  apply({change::Enqueue{{OutboxKind::kWriteCard, "1"}}}, kOtherShop);
  EXPECT_EQ(2u, lease().size());
}

TEST_P(LanesTest, ARenewedLeaseHoldsItsLane) {
  enqueue(OutboxKind::kCreateMember, "1");
  enqueue(OutboxKind::kWriteCard, "1");
  const auto held = lease();
  ASSERT_EQ(1u, held.size());
  EXPECT_THAT(value(db().renew_outbox(held, kNow + 1'000)), ElementsAre(held[0].id));
  EXPECT_THAT(lease(kNow + 999), IsEmpty());
  EXPECT_OK(db().finish_outbox(held[0], {}));
  EXPECT_EQ(1u, lease(kNow + 999).size());
}

TEST_P(LanesTest, WhoLostALeaseRenewsAndClosesNothing) {
  enqueue(OutboxKind::kWriteCard, "1");
  const auto lost = lease();
  const auto taken = lease(kNow + kLeaseSeconds);
  ASSERT_EQ(1u, lost.size());
  ASSERT_EQ(1u, taken.size()) << "a worker that died loses nothing";
  EXPECT_THAT(value(db().renew_outbox(lost, kNow + 1'000)), IsEmpty());
  EXPECT_ERROR(ErrorCode::kConflict,
               db().finish_outbox(lost[0], {change::SetFavourite{1, "late"}}));
  EXPECT_ERROR(ErrorCode::kConflict, db().retry_outbox(lost[0], kNow, "late"));
  EXPECT_ERROR(ErrorCode::kConflict, db().bury_outbox(lost[0], "late"));
  EXPECT_EQ("", value(db().favourite(kShop, 1)));
  EXPECT_OK(db().finish_outbox(taken[0], {}));
  EXPECT_THAT(value(db().renew_outbox(taken, kNow + 2'000)), IsEmpty()) << "it is done";
}

TEST_P(LanesTest, ARenewedEventIsNotTakenByAnother) {
  EXPECT_OK(db().put_inbox(
      kShop, {.type = "pos:stock", .event_id = "1", .body = "{}", .received_at = kNow}));
  const auto held = value(db().lease_inbox(1, kNow, kLeaseSeconds));
  ASSERT_EQ(1u, held.size());
  EXPECT_OK(db().renew_inbox({held[0].id}, kNow + 1'000));
  EXPECT_THAT(value(db().lease_inbox(1, kNow + 999, kLeaseSeconds)), IsEmpty());
  EXPECT_OK(db().finish_inbox(kShop, {held[0].id}, {}));
  EXPECT_OK(db().renew_inbox({held[0].id}, kNow + 1'000));
  EXPECT_THAT(value(db().lease_inbox(1, kNow + 9'999, kLeaseSeconds)), IsEmpty());
}

// Three processes with two workers each, which enqueue as they work.
TEST_P(LanesTest, NeverAreTwoWorkersOfManyProcessesAtWorkOnOneCustomer) {
  constexpr int kProcesses = 3;
  constexpr int kWorkers = 2;
  constexpr int kItemsEach = 40;
  constexpr int kCustomers = 5;
  constexpr OutboxKind kKinds[] = {OutboxKind::kWriteCard, OutboxKind::kCreateMember,
                                   OutboxKind::kMemberChanged, OutboxKind::kTagCustomer};
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mutex mutex;
  std::set<std::string> at_work;  // guarded by mutex
  std::atomic<int> broken = 0;
  std::atomic<int> done = 0;
  const auto work = [&](Storage& storage, unsigned chance_seed) {
    std::mt19937 chance(chance_seed);
    for (int finished = 0; finished < kItemsEach;) {
      (void)storage.apply(kShop, {change::Enqueue{{kKinds[chance() % std::size(kKinds)],
                                                   std::to_string(chance() % kCustomers)}}});
      const auto leased = storage.lease_outbox(3, kNow, kLeaseSeconds);
      if (!leased.ok()) continue;
      for (const OutboxItem& item : *leased) {
        {
          const std::lock_guard lock(mutex);
          broken += at_work.insert(item.write.key).second ? 0 : 1;
        }
        std::this_thread::yield();
        {
          const std::lock_guard lock(mutex);
          at_work.erase(item.write.key);
        }
        const bool retried = chance() % 4 == 0;
        const auto closed = retried ? storage.retry_outbox(item, kNow - (chance() % 3), "again")
                                    : storage.finish_outbox(item, {});
        broken += closed.ok() ? 0 : 1;
        ++finished;
        ++done;
      }
    }
  };
  std::vector<std::unique_ptr<Storage>> processes;
  std::vector<std::thread> workers;
  for (int process = 0; process < kProcesses; ++process) {
    auto opened = open_storage({.url = database_->url(), .secret_key = key_, .clock = clock_});
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    processes.push_back(std::move(*opened));
    for (int worker = 0; worker < kWorkers; ++worker) {
      const unsigned its = seed + static_cast<unsigned>(process * kWorkers + worker);
      workers.emplace_back([&, &storage = *processes.back(), its] { work(storage, its); });
    }
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(0, broken);
  EXPECT_LE(kProcesses * kWorkers * kItemsEach, done);
}

}  // namespace
}  // namespace tsunagi
