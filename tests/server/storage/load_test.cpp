// Many callers at once, and a database that goes away.

#include <atomic>
#include <cstdlib>
#include <thread>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

class LoadTest : public StorageTest {};
INSTANTIATE_TEST_SUITE_P(Databases, LoadTest, testing::Values(Backend::kSqlite, Backend::kPostgres),
                         backend_name);

TEST_P(LoadTest, AFailingWriteDoesNotFailItsNeighbours) {
  apply({change::PutLink{link(1, "taken")}});
  constexpr int kThreads = 16;
  constexpr int kWrites = 25;
  std::atomic<int> good = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int w = 0; w < kWrites; ++w) {
          const int64_t customer_id = 1'000 + t * kWrites + w;
          const bool bad = w % 5 == 0;
          const auto written = db().apply(
              kShop, {change::SetFavourite{customer_id, "3"},
                      change::PutLink{
                          link(customer_id, bad ? "taken" : "T" + std::to_string(customer_id))}});
          if (written.ok() && !bad) ++good;
          if (!written.ok() && bad && written.error().code == ErrorCode::kConflict) ++refused;
        }
      });
    }
  }
  EXPECT_EQ(kThreads * kWrites * 4 / 5, good);
  EXPECT_EQ(kThreads * kWrites / 5, refused);
  EXPECT_EQ(1 + good, database_->number("SELECT COUNT(*) FROM member_link"));
  EXPECT_EQ(good, database_->number("SELECT COUNT(*) FROM favourite"));
}

TEST_P(LoadTest, NobodyWritesForAShopThatIsErasedAmongTheirWrites) {
  constexpr int kRounds = 20;
  constexpr int kThreads = 8;
  int stored_before = 0;
  for (int round = 0; round < kRounds; ++round) {
    const TenantId shop = 100 + round;
    const std::string name = "shop-" + std::to_string(shop);
    EXPECT_OK(db().install({.id = shop, .domain = name + ".myshopify.com", .name = name}));
    std::atomic<int> stored = 0;
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
          for (int n = 0; n < 1'000; ++n) {
            const std::string id = std::to_string(t) + "-" + std::to_string(n);
            const auto put =
                db().put_inbox(shop, {System::kShopify, "customers/update", id, "{}", 1});
            if (!put.ok()) return;  // the shop is gone
            ++stored;
          }
        });
      }
      while (stored < kThreads) std::this_thread::yield();
      EXPECT_OK(db().erase_tenant(shop));
    }
    stored_before += stored;
    EXPECT_LT(stored, kThreads * 1'000) << "all was written before the shop was erased";
    EXPECT_EQ(
        0, database_->number("SELECT COUNT(*) FROM inbox WHERE tenant = " + std::to_string(shop)));
  }
  EXPECT_GE(stored_before, kRounds * kThreads);
}

TEST_P(LoadTest, AWriteIsSeenByWhoeverReadsAfterIt) {
  constexpr int kThreads = 16;
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 1; t <= kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int round = 0; round < 25; ++round) {
          const std::string store_id = std::to_string(round);
          if (!db().apply(kShop, {change::SetFavourite{t, store_id}}).ok()) ++wrong;
          const auto seen = db().favourite(kShop, t);
          if (!seen.ok() || *seen != store_id) ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(0, wrong);
}

TEST_P(LoadTest, PinsOfManyThreadsStayWithinTheLimit) {
  std::atomic<int> pinned = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int p = 0; p < 10; ++p) {
          const std::string code = std::to_string(t) + "-" + std::to_string(p);
          if (db().apply(kShop, {change::SetPin{1, code, true}}).ok()) ++pinned;
        }
      });
    }
  }
  EXPECT_EQ(kMaxPins, pinned);
  EXPECT_EQ(static_cast<size_t>(kMaxPins), db().pins(kShop, 1)->size());
}

TEST_P(LoadTest, JoinsOfOneCustomerGiveOneCode) {
  std::atomic<int> won = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 50; ++t) {
      threads.emplace_back([&, t] {
        const change::PutLink join{.link = link(1, "T" + std::to_string(t)), .only_new = true};
        if (db().apply(kShop, {join, change::Enqueue{{OutboxKind::kCreateMember, "1"}}}).ok()) {
          ++won;
        }
      });
    }
  }
  EXPECT_EQ(1, won);
  EXPECT_EQ(1, database_->number("SELECT COUNT(*) FROM member_code"));
  EXPECT_EQ(1, db().queue_depth(Storage::kEveryTenant)->outbox_waiting);
}

TEST_P(LoadTest, WorksWithOneSession) {
  auto narrow =
      open_storage({.url = database_->url(), .secret_key = key_, .clock = clock_, .sessions = 1});
  ASSERT_TRUE(narrow.ok());
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 1; t <= 8; ++t) {
      threads.emplace_back([&, t] {
        for (int round = 0; round < 10; ++round) {
          if (!(*narrow)->apply(kShop, {change::SetFavourite{t, "3"}}).ok()) ++wrong;
          if (!(*narrow)->favourite(kShop, t).ok()) ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(0, wrong);
}

TEST_P(LoadTest, ClosingAnswersWhatIsUnderWay) {
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 1; t <= 8; ++t) {
      threads.emplace_back([&, t] {
        EXPECT_OK(db().apply(kShop, {change::SetFavourite{t, "3"}}));
        ++answered;
      });
    }
  }
  storage_.reset();
  EXPECT_EQ(8, answered);
  EXPECT_EQ(8, database_->number("SELECT COUNT(*) FROM favourite"));
}

// The pool holds sessions of the server's former life.
TEST_P(LoadTest, FindsARestartedServerAgain) {
  if (GetParam() != Backend::kPostgres) GTEST_SKIP() << "SQLite has no server";
  const auto kill_others = [&] {
    return database_->number(
        "SELECT COUNT(*) FROM (SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend') AS gone");
  };
  EXPECT_EQ("", *db().favourite(kShop, 1));
  EXPECT_LE(1, kill_others());
  EXPECT_OK(db().favourite(kShop, 1));
  EXPECT_LE(1, kill_others());
  apply({change::SetFavourite{1, "3"}});
  EXPECT_EQ("3", *db().favourite(kShop, 1));
}

}  // namespace
}  // namespace tsunagi
