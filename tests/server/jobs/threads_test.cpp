// The same with real threads: work begins when it is announced, and a stop loses nothing.

#include <condition_variable>
#include <thread>

#include "tests/server/jobs/world.h"

namespace tsunagi {
namespace {

struct ThreadsTest : testing::Test, World {
  bool shows(int64_t id, const char* field, const nlohmann::json& value) {
    const auto card = published(id);
    return card.is_object() && card.contains(field) && card[field] == value;
  }
  // Waits on a condition, with a limit that only a broken build reaches. The shop's time goes on
  // meanwhile: what two workers stored in the wrong order is put right by the next reading.
  template <class Condition>
  bool comes_true(Condition condition) {
    using std::chrono::milliseconds;
    const auto began = std::chrono::steady_clock::now();
    milliseconds passed{0};
    while (!condition()) {
      const auto real =
          std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
      if (real > std::chrono::seconds(30)) return false;
      clock.advance_ms((real - passed).count());
      passed = real;
      std::this_thread::yield();
    }
    return true;
  }
};

TEST_F(ThreadsTest, JoiningAndSellingReachThePublishedCardByThemselves) {
  jobs.start();
  customer_signs_up(7001);
  customer_joins(7001);
  jobs.poke();
  ASSERT_TRUE(comes_true([&] { return shows(7001, "state", "ready"); }));
  const std::string id = pos.ring_up({card(7001).link.pos_member_id, "1", {{"10", 1}}, 25});
  clock.advance(1);
  smaregi_tells("pos:transactions", transactions(id));
  jobs.poke();
  EXPECT_TRUE(comes_true([&] { return shows(7001, "points", 25); }));
  jobs.stop();
}

TEST_F(ThreadsTest, StoppingWaitsForWhatIsInFlightAndKeepsTheRest) {
  const std::string hanako = member(7001);
  jobs.poll_due();
  std::mutex mutex;
  std::condition_variable changed;
  bool asked = false;
  bool answer = false;
  pos.on_call = [&] {
    std::unique_lock lock(mutex);
    asked = true;
    changed.notify_all();
    changed.wait(lock, [&] { return answer; });
  };
  const std::string id = pos.ring_up({hanako, "1", {{"10", 1}}, 25});
  clock.advance(1);
  smaregi_tells("pos:transactions", transactions(id));
  jobs.start();
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return asked; });
  }
  std::atomic<bool> stopped = false;
  std::thread stopping([&] {
    jobs.stop();
    stopped = true;
  });
  EXPECT_FALSE(stopped) << "an event is being worked on";
  {
    const std::lock_guard lock(mutex);
    answer = true;
  }
  changed.notify_all();
  stopping.join();
  pos.on_call = nullptr;
  EXPECT_EQ(storage.queue_depth(Storage::kEveryTenant)->inbox_waiting, 0)
      << "what was begun is finished";
  work();
  EXPECT_EQ(published(7001)["points"], 25);
}

TEST_F(ThreadsTest, StartingAndStoppingMayBeRepeated) {
  for (int i = 0; i < 5; ++i) {
    jobs.start();
    jobs.start();
    jobs.stop();
    jobs.stop();
  }
  member(7001);
  EXPECT_EQ(published(7001)["state"], "ready");
}

TEST_F(ThreadsTest, ManyEventsOfOneMemberFromManySidesEndInTheTruth) {
  const std::string hanako = member(7001);
  jobs.poll_due();
  jobs.start();
  std::vector<std::thread> tills;
  for (int till = 0; till < 4; ++till) {
    tills.emplace_back([&, till] {
      for (int i = 0; i < 25; ++i) {
        const std::string id = pos.ring_up({hanako, "1", {{"10", 1}}, 1});
        clock.advance_ms(50);
        (void)storage.put_inbox(
            kShop, {System::kSmaregi, "pos:transactions",
                    std::to_string(till) + "-" + std::to_string(i), transactions(id), clock.now()});
        jobs.poke();
        (void)cards.card(tenant(), 7001);
      }
    });
  }
  for (std::thread& till : tills) till.join();
  clock.advance(3);
  jobs.poke();
  EXPECT_TRUE(comes_true([&] { return shows(7001, "points", 100); }));
  EXPECT_TRUE(comes_true([&] { return on_hand("10", "1") == 0; }));
  jobs.stop();
}

}  // namespace
}  // namespace tsunagi
