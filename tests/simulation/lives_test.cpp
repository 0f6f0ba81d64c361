// Whatever goes wrong on the way, people end as they would have in a clean world: the same lives
// are led twice, and the two ends compared word for word. `SEED=N simulation_test` repeats one
// script; `SEEDS=N` leads that many, of `LIVES=N` each.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include "tests/simulation/environment.h"
#include "tests/simulation/lives.h"

namespace tsunagi::simulation {
namespace {

constexpr uint64_t kSeeds = 200;
constexpr uint64_t kLives = 100;
constexpr Seconds kSecondsALife = 72;  // that the beginnings of two lives are apart
constexpr Seconds kLongestWindow = 86'400;
constexpr size_t kDiariesShown = 2;

std::string both_diaries(const Lives& clean, const Lives& rough, size_t life) {
  std::string text = "  life " + std::to_string(life) + " in a clean world\n";
  for (const std::string& line : clean.diary(life)) text += "    " + line + '\n';
  text += "  and with faults\n";
  for (const std::string& line : rough.diary(life)) text += "    " + line + '\n';
  return text;
}

// "" or what is different.
std::string difference(uint64_t seed, uint64_t count) {
  const Seconds window = std::min(static_cast<Seconds>(count) * kSecondsALife, kLongestWindow);
  const std::vector<Life> script = make_script(seed, count, window);
  Lives clean(script, seed, Weather::kClean);
  Lives rough(script, seed, Weather::kRough);
  clean.lead();
  rough.lead();
  const std::vector<std::string> wanted = clean.end_state();
  const std::vector<std::string> found = rough.end_state();
  std::string text;
  size_t shown = 0;
  for (size_t i = 0; i < std::max(wanted.size(), found.size()); ++i) {
    const std::string& want = i < wanted.size() ? wanted[i] : "nothing";
    const std::string& have = i < found.size() ? found[i] : "nothing";
    if (want == have) continue;
    text += "  - " + want + "\n  + " + have + '\n';
    const size_t life = i < count ? i : clean.life_named_in(want);
    if (life < count && shown++ < kDiariesShown) text += both_diaries(clean, rough, life);
  }
  if (text.empty()) return "";
  return "seed " + std::to_string(seed) + ", " + std::to_string(count) +
         " lives; repeat with: scripts/test simulation --seed " + std::to_string(seed) + '\n' +
         text;
}

TEST(Lives, EndAsInACleanWorld) {
  const uint64_t single = number_from_environment("SEED", 0);
  const uint64_t first = single != 0 ? single : 1;
  const uint64_t count = single != 0 ? 1 : number_from_environment("SEEDS", kSeeds);
  const uint64_t lives = number_from_environment("LIVES", kLives);
  const auto began_at = std::chrono::steady_clock::now();
  std::atomic<uint64_t> next = first;
  std::mutex mutex;
  std::string wrong;  // guarded by mutex: of the lowest seed that is
  uint64_t wrong_seed = first + count;
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
      threads.emplace_back([&] {
        for (uint64_t seed = next++; seed < first + count; seed = next++) {
          std::string text = difference(seed, lives);
          const std::lock_guard lock(mutex);
          if (text.empty() || seed > wrong_seed) continue;
          wrong_seed = seed;
          wrong = std::move(text);
          next = first + count;
        }
      });
    }
  }
  const auto took = std::chrono::steady_clock::now() - began_at;
  std::cout << "seeds " << first << " to " << first + count - 1 << ", " << lives << " lives each, "
            << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms\n";
  EXPECT_EQ(wrong, "");
}

}  // namespace
}  // namespace tsunagi::simulation
