#pragma once
// What goes wrong, and when: calls that fail before or after they have their effect, platforms that
// are down, a process that is killed at any point, and people who act in the middle of its work.

#include <functional>

#include "tests/support/fake_world.h"

namespace tsunagi::simulation {

class Weather {
 public:
  explicit Weather(uint64_t seed) : chance_(seed) {}

  bool rough = false;  // without it nothing goes wrong
  bool tills_down = false, shop_down = false;
  std::function<void()> meanwhile;  // what people do while the server is at work

  // A server at work: it may be killed, and while it works by itself people do not wait for it.
  enum class Whose : uint8_t { kOwn, kRequest };
  class Work {
   public:
    Work(Weather& weather, Whose whose);
    ~Work();
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

   private:
    Weather& weather_;
  };

  // At every transaction and every call. true: the process is dead.
  bool moment();
  [[nodiscard]] bool dead() const { return dead_; }
  [[nodiscard]] bool at_work() const { return works_ > 0; }
  void revive() { dead_ = false; }

  // Asked by the platforms' models, before a call and after it.
  bool fails(bool down) { return moment() || down || (rough && chance_.chance(kFailsPercent)); }
  bool is_slow() { return rough && chance_.chance(kSlowPercent); }
  bool loses_answer() { return moment() || (rough && chance_.chance(kLosesPercent)); }

 private:
  static constexpr int kFailsPercent = 4;
  static constexpr int kLosesPercent = 6;
  static constexpr int kSlowPercent = 5;
  static constexpr int kMeanwhilePercent = 2;
  static constexpr int kKillPercent = 10, kKillInRequestPercent = 4;
  static constexpr uint64_t kMomentsBeforeAKill = 30;

  fakes::SeededRandom chance_;
  int works_ = 0;  // one within the other, where people act meanwhile
  Whose outermost_ = Whose::kOwn;
  uint64_t moments_left_ = 0;  // until the kill; 0: none is planned
  bool dead_ = false;
};

}  // namespace tsunagi::simulation
