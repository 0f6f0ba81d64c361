// Whatever people do in shops and online, and whatever is lost, doubled, failing or killed on the
// way: what is offered is at every step what follows from what happened, and in the end nothing is
// held and both platforms and the book say the same. `SEED=N stock_simulation_test` repeats one
// path; `PATHS=N` leads that many.

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include "tests/simulation/environment.h"
#include "tests/simulation/stock/world.h"

namespace tsunagi::simulation {
namespace {

constexpr uint64_t kPaths = 200;
constexpr size_t kDiaryLines = 40;

std::string told(uint64_t seed, const World& world, const std::string& wrong, bool whole) {
  std::string text = "seed " + std::to_string(seed) + ": " + wrong +
                     "\nrepeat with: scripts/test simulation --seed " + std::to_string(seed) + '\n';
  const auto& diary = world.diary();
  const size_t from = diary.size() > kDiaryLines && !whole ? diary.size() - kDiaryLines : 0;
  for (size_t i = from; i < diary.size(); ++i) text += "  " + diary[i] + '\n';
  return text;
}

// Two threads that give memory back to the system at every turn wait for each other there.
void keep_memory() {
  constexpr int kKept = 256 << 20;
  // NOLINTBEGIN(concurrency-mt-unsafe): before any thread
  mallopt(M_TRIM_THRESHOLD, kKept);
  mallopt(M_MMAP_THRESHOLD, kKept);
  // NOLINTEND(concurrency-mt-unsafe)
}

TEST(StockPaths, EndWithNothingHeldAndOneFigureEverywhere) {
  keep_memory();
  const uint64_t single = number_from_environment("SEED", 0);
  const uint64_t first = single != 0 ? single : number_from_environment("FIRST", 1);
  const uint64_t count = single != 0 ? 1 : number_from_environment("PATHS", kPaths);
  const auto began_at = std::chrono::steady_clock::now();
  std::atomic<uint64_t> next = first;
  std::mutex mutex;
  std::string wrong;  // guarded by mutex: of the lowest seed that is
  uint64_t wrong_seed = first + count;
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
      threads.emplace_back([&] {
        Disk disk;
        for (uint64_t seed = next++; seed < first + count; seed = next++) {
          World world(disk, seed);
          const std::string found = world.lead();
          const std::lock_guard lock(mutex);
          if (found.empty() || seed > wrong_seed) continue;
          wrong_seed = seed;
          wrong = told(seed, world, found, single != 0);
          next = first + count;
        }
      });
    }
  }
  const auto took = std::chrono::steady_clock::now() - began_at;
  std::cout << "seeds " << first << " to " << first + count - 1 << ", "
            << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms\n";
  EXPECT_EQ(wrong, "");
}

}  // namespace
}  // namespace tsunagi::simulation
