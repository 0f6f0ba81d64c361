#pragma once
// The tills' stock as the workers see it: behind the contract's breaker (breaker.h).

#include <string>

#include "server/domain/inventory/till_stock.h"
#include "server/jobs/breaker.h"

namespace tsunagi {

class GuardedTills final : public TillStock {
 public:
  GuardedTills(TillStock& tills, Breaker& breaker) : tills_(tills), breaker_(breaker) {}

  Result<Done> add(std::string_view contract, const TillMove& move) override {
    return breaker_.run(std::string(contract), [&] { return tills_.add(contract, move); });
  }
  Result<bool> was_added(std::string_view contract, const TillMove& move, Seconds from,
                         Seconds to) override {
    return breaker_.run(std::string(contract),
                        [&] { return tills_.was_added(contract, move, from, to); });
  }

 private:
  TillStock& tills_;
  Breaker& breaker_;
};

}  // namespace tsunagi
