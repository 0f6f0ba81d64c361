// Whatever is lost, doubled, shuffled, failing or killed on the way: in the end our book and the
// published cards are the platforms' truth. `SEED=N simulation_test` repeats one life; `SEEDS=N`
// runs that many.

#include <gtest/gtest.h>

#include <iostream>
#include <string>

#include "tests/simulation/environment.h"
#include "tests/simulation/world.h"

namespace tsunagi::simulation {
namespace {

constexpr int kSteps = 300;
constexpr uint64_t kWorlds = 10;

std::string tail(const std::vector<std::string>& diary) {
  constexpr size_t kLines = 25;
  std::string text;
  const size_t from = diary.size() > kLines ? diary.size() - kLines : 0;
  for (size_t i = from; i < diary.size(); ++i) text += "  " + diary[i] + "\n";
  return text;
}

void live(uint64_t seed) {
  World world(seed);
  const std::string repeat = "\nrepeat with SEED=" + std::to_string(seed) + " simulation_test\n";
  for (int step = 0; step < kSteps; ++step) {
    world.step();
    const std::string wrong = world.broken_invariant();
    ASSERT_EQ(wrong, "") << "at step " << step << repeat << tail(world.diary());
  }
  world.settle();
  ASSERT_EQ(world.broken_invariant(), "") << "after settling" << repeat << tail(world.diary());
  ASSERT_EQ(world.difference_from_truth(), "") << repeat << tail(world.diary());
}

TEST(Simulation, EveryLifeEndsInTheTruth) {
  const uint64_t single = number_from_environment("SEED", 0);
  const uint64_t first = single != 0 ? single : 1;
  const uint64_t count = single != 0 ? 1 : number_from_environment("SEEDS", kWorlds);
  std::cout << "seeds " << first << " to " << first + count - 1 << ", " << kSteps
            << " steps each\n";
  for (uint64_t seed = first; seed < first + count && !HasFatalFailure(); ++seed) live(seed);
}

}  // namespace
}  // namespace tsunagi::simulation
