#include "tests/simulation/stock/weather.h"

namespace tsunagi::simulation {

Weather::Work::Work(Weather& weather, Whose whose) : weather_(weather) {
  if (++weather_.works_ > 1) return;
  weather_.outermost_ = whose;
  const int percent = whose == Whose::kOwn ? kKillPercent : kKillInRequestPercent;
  if (weather_.rough && weather_.chance_.chance(percent)) {
    weather_.moments_left_ = 1 + weather_.chance_.below(kMomentsBeforeAKill);
  }
}

Weather::Work::~Work() {
  --weather_.works_;
  if (weather_.works_ == 0) weather_.moments_left_ = 0;
}

bool Weather::moment() {
  if (dead_) return true;
  if (moments_left_ > 0) {
    --moments_left_;
    dead_ = moments_left_ == 0;
    if (dead_) return true;
  }
  const bool alone = works_ == 1 && outermost_ == Whose::kOwn;
  if (rough && alone && chance_.chance(kMeanwhilePercent)) meanwhile();
  return dead_;
}

}  // namespace tsunagi::simulation
