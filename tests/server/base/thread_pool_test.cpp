// A fixed number of threads, a bounded queue, and nothing accepted is lost.

#include "server/base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>

namespace tsunagi {
namespace {

TEST(ThreadPoolTest, RefusesWorkOnceItsQueueIsFull) {
  constexpr size_t kThreads = 2;
  constexpr size_t kQueue = 3;
  std::latch started(kThreads);
  std::latch may_end(1);
  std::atomic<int> done = 0;
  {
    ThreadPool pool({.threads = kThreads, .queue = kQueue});
    for (size_t i = 0; i < kThreads; ++i) {
      EXPECT_TRUE(pool.post([&] {
        started.count_down();
        may_end.wait();
        ++done;
      }));
      // Only what no thread has taken counts as queued.
      if (i + 1 == kThreads) started.wait();
    }
    for (size_t i = 0; i < kQueue; ++i) EXPECT_TRUE(pool.post([&] { ++done; })) << i;
    EXPECT_FALSE(pool.post([&] { ++done; }));
    may_end.count_down();
  }
  EXPECT_EQ(static_cast<int>(kThreads + kQueue), done) << "closing finishes what was accepted";
}

TEST(ThreadPoolTest, UsesAllItsThreadsAtOnce) {
  constexpr size_t kThreads = 4;
  std::latch all_here(kThreads);
  {
    ThreadPool pool({.threads = kThreads, .queue = kThreads});
    for (size_t i = 0; i < kThreads; ++i) {
      EXPECT_TRUE(pool.post([&] { all_here.arrive_and_wait(); }));
    }
  }
  EXPECT_TRUE(all_here.try_wait());
}

TEST(ThreadPoolTest, WorkMayPostWork) {
  std::atomic<int> done = 0;
  std::latch second(1);
  {
    ThreadPool pool({.threads = 1, .queue = 1});
    EXPECT_TRUE(pool.post([&] {
      ++done;
      EXPECT_TRUE(pool.post([&] {
        ++done;
        second.count_down();
      }));
    }));
    second.wait();
  }
  EXPECT_EQ(2, done);
}

}  // namespace
}  // namespace tsunagi
