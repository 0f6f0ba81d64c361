// The cache keeps what is used and never more than its limit.

#include "server/domain/bounded_cache.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace tsunagi {
namespace {

constexpr size_t kShardCount = 16;  // the limit is spread over shards

TEST(BoundedCache, NeverHoldsMoreThanItsLimit) {
  BoundedCache<int, int> cache(160);
  for (int i = 0; i < 10'000; ++i) cache.put(i, i);
  EXPECT_LE(cache.size(), 160U);
  EXPECT_GE(cache.size(), 160U - kShardCount);
}

TEST(BoundedCache, ForgetsWhatWasUsedLeast) {
  BoundedCache<int, int> cache(160);
  cache.put(-1, 1);
  for (int i = 0; i < 10'000; ++i) {
    cache.put(i, i);
    ASSERT_TRUE(cache.get(-1).has_value()) << "after " << i;
  }
  EXPECT_FALSE(cache.get(0).has_value());
}

TEST(BoundedCache, ReplacesErasesAndKeepsTheFirstOfTwo) {
  BoundedCache<std::string, int> cache(100);
  cache.put("a", 1);
  cache.put("a", 2);
  EXPECT_EQ(cache.get("a"), 2);
  EXPECT_EQ(cache.get_or_put("a", 3), 2);
  EXPECT_EQ(cache.get_or_put("b", 3), 3);
  cache.erase("a");
  EXPECT_FALSE(cache.get("a").has_value());
  cache.erase_if([](const std::string& key, int value) { return key == "b" && value == 3; });
  EXPECT_EQ(cache.size(), 0U);
}

TEST(BoundedCache, IsSafeFromManyThreads) {
  BoundedCache<int, int> cache(64);
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 2'000; ++i) {
        cache.put(i % 100, t);
        (void)cache.get((i + t) % 100);
        if (i % 100 == 0) cache.erase_if([](int key, int) { return key % 7 == 0; });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.size(), 64U);
}

}  // namespace
}  // namespace tsunagi
