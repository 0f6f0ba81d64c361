#pragma once
// Health as it is asked for by a page: answered at once from what is stored and from what the
// platforms said last; what is older than kHealthFreshSeconds, or of another contract, is asked
// anew in the background, for one shop once at a time and for kHealthAsksAtOnce shops in all, so
// that shoppers keep the threads.

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "server/domain/background.h"
#include "server/domain/health/health.h"

namespace tsunagi {

inline constexpr Seconds kHealthFreshSeconds = 600;
inline constexpr Seconds kHealthAgainSeconds = 2;  // between two that a person asks for
inline constexpr int kHealthAsksAtOnce = 4;

struct HealthReport {
  std::vector<Check> checks;
  HealthFacts facts;
  bool asking = false;  // the platforms are being asked
};

class HealthService {
 public:
  struct Ports {
    Storage& storage;
    Pos& pos;
    Shop& shop;
    Clock& clock;
    Background& background;
    std::function<void(std::string_view)> log = {};  // no personal data, no secret
  };
  explicit HealthService(Ports ports);
  ~HealthService();
  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  Result<HealthReport> report(const Tenant& tenant);
  // Asks the platforms whatever is known, unless they answered less than kHealthAgainSeconds ago.
  Result<HealthReport> ask_again(const Tenant& tenant);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with what is still in the background
};

// Asks both platforms now; blocks as long as they take.
Asked ask_platforms(Pos& pos, Shop& shop, const Clock& clock, const Tenant& tenant);
// With what is stored now.
Result<HealthReport> health_report(Storage& storage, const Clock& clock, const Tenant& tenant,
                                   Asked asked);

}  // namespace tsunagi
