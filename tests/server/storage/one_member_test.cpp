// One person, one member: several devices with two tabs each press 会員になる at the same instant,
// while webhooks of both platforms say that the customer changed and all workers run. One server on
// SQLite, three on PostgreSQL, as ARCHITECTURE.md has them.

#include <algorithm>
#include <atomic>
#include <latch>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>

#include "server/base/system_clock.h"
#include "server/domain/member/join_service.h"
#include "server/jobs/jobs.h"
#include "tests/server/storage/database.h"
#include "tests/support/fakes.h"
#include "tests/support/workers.h"

namespace tsunagi {
namespace {

constexpr int64_t kCustomer = 7'001;
constexpr int kWebhookThreads = 8;
constexpr int kWebhooksAThread = 4;

// One process's share: its own sessions, caches and workers.
struct Server {
  Server(std::unique_ptr<Storage> opened, fakes::FakePos& pos, fakes::FakeShop& shop, Clock& clock,
         uint64_t seed)
      : storage(std::move(opened)),
        random(seed),
        join(*storage, clock, random),
        workers({.storage = *storage,
                 .pos = pos,
                 .shop = shop,
                 .clock = clock,
                 .random = random,
                 .fingerprints = fingerprints},
                background) {
    workers.jobs.start();
  }

  std::unique_ptr<Storage> storage;
  fakes::SeededRandom random;
  fakes::PlainFingerprints fingerprints;
  fakes::InlineBackground background;
  JoinService join;
  fakes::Workers workers;
};

class OneMemberTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(db().join_contract(kShop, "sb_1").ok());
    shop_.add_customer({.id = kCustomer,
                        .last_name = "山田",
                        .first_name = "花子",
                        .mail = "h@example.jp",
                        .phone = "+819012345678",
                        .locale = "ja"});
    shop_.now = [this] { return time_.now(); };
    pos_.lose_answer_of_create = [this] { return !lost_.exchange(true); };
    const bool sqlite = GetParam() == Backend::kSqlite;
    servers_count_ = sqlite ? 1 : 3;
    threads_a_server_ = sqlite ? 200 : 70;
    for (int i = 0; i < servers_count_; ++i) {
      auto opened = open_storage({.url = database_->url(), .secret_key = key_, .clock = time_});
      ASSERT_TRUE(opened.ok()) << opened.error().message;
      servers_.push_back(std::make_unique<Server>(std::move(*opened), pos_, shop_, time_,
                                                  static_cast<uint64_t>(i) + 1));
    }
  }
  void TearDown() override { servers_.clear(); }

  void everybody_joins() {
    const int joining = servers_count_ * threads_a_server_;
    std::latch start(joining + kWebhookThreads);
    std::vector<std::jthread> threads;
    for (int i = 0; i < joining; ++i) {
      threads.emplace_back([this, &start, i] {
        Server& server = *servers_[static_cast<size_t>(i % servers_count_)];
        const Tenant tenant = value(server.storage->tenant(kShop)).value_or(Tenant{});
        start.arrive_and_wait();
        const auto link = server.join.join(tenant, kCustomer);
        server.workers.jobs.poke();
        const std::lock_guard lock(mutex_);
        if (link.ok()) shown_.insert(link->code);
        joined_ += link.ok() ? 1 : 0;
      });
    }
    for (int i = 0; i < kWebhookThreads; ++i) {
      threads.emplace_back([this, &start, i] {
        Server& server = *servers_[static_cast<size_t>(i % servers_count_)];
        start.arrive_and_wait();
        for (int n = 0; n < kWebhooksAThread; ++n) {
          EXPECT_OK(server.storage->put_inbox(
              kShop,
              {System::kShopify, "customers/update", std::to_string(i) + "-" + std::to_string(n),
               R"({"id":)" + std::to_string(kCustomer) + "}", time_.now()}));
          server.workers.jobs.poke();
        }
      });
    }
  }

  // Until nothing is left to do; the lost creation is tried again after a second or two.
  void settle() {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!at_rest()) {
      ASSERT_LT(std::chrono::steady_clock::now(), give_up) << "the workers do not come to rest";
      std::this_thread::yield();
    }
  }
  bool at_rest() {
    // In one statement: what is done may ask for more.
    return database_->number(
               "SELECT (SELECT COUNT(*) FROM inbox WHERE state <> 'done') + "
               "(SELECT COUNT(*) FROM outbox WHERE state <> 'done')") == 0;
  }

  SystemClock time_;
  fakes::FakePos pos_{time_};
  fakes::FakeShop shop_;
  std::atomic<bool> lost_ = false;  // the answer of the first creation
  int servers_count_ = 0;
  int threads_a_server_ = 0;
  std::mutex mutex_;
  std::set<std::string> shown_;  // guarded by mutex_, as is joined_
  int joined_ = 0;
  std::vector<std::unique_ptr<Server>> servers_;
};
INSTANTIATE_TEST_SUITE_P(Databases, OneMemberTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(OneMemberTest, HoweverManyJoinAtOnce) {
  everybody_joins();
  settle();
  for (const auto& server : servers_) server->workers.jobs.stop();

  EXPECT_EQ(servers_count_ * threads_a_server_, joined_) << "everybody is shown a card";
  ASSERT_EQ(1U, shown_.size()) << "and the same one";
  const std::string code = *shown_.begin();
  const auto members = pos_.members();
  ASSERT_EQ(1U, members.size());
  EXPECT_EQ(code, members.begin()->second.code);
  EXPECT_EQ(1, pos_.calls("create_member")) << "the lost answer was found by its code";
  EXPECT_EQ(1, database_->number("SELECT COUNT(*) FROM member_link"));
  EXPECT_EQ(1, database_->number("SELECT COUNT(*) FROM member_code"));
  const auto card = value(db().card(kShop, kCustomer)).value_or(Card{});
  EXPECT_EQ(LinkState::kLinked, card.link.state);
  EXPECT_EQ(code, card.link.code);
  EXPECT_EQ(members.begin()->first, card.link.pos_member_id);
  EXPECT_EQ(code, shop_.tags()[kCustomer]);
  EXPECT_EQ("ready", nlohmann::json::parse(shop_.cards()[kCustomer])["state"]);
}

}  // namespace
}  // namespace tsunagi
