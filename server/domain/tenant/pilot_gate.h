#pragma once
// Who sees anything while a merchant tries it out: customers with kPilotTag. The tags are the
// platform's; what it said of a customer counts for kPilotKnownSeconds. A request waits for it as
// long as for anything upstream, then its customer is not in the pilot until the answer came.

#include <functional>
#include <memory>
#include <string_view>

#include "server/domain/background.h"
#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr Seconds kPilotKnownSeconds = 60;
inline constexpr Seconds kPilotRetrySeconds = 5;  // after a question that failed
inline constexpr size_t kPilotCustomersKnown = 20'000;
inline constexpr int kPilotQuestionsAtOnce = 8;

class PilotGate {
 public:
  struct Ports {
    Shop& shop;
    Clock& clock;
    Background& background;
    std::function<void(std::string_view)> log = {};  // no personal data
  };
  explicit PilotGate(Ports ports);
  ~PilotGate();
  PilotGate(const PilotGate&) = delete;
  PilotGate& operator=(const PilotGate&) = delete;

  // true without a pilot. customer_id 0: nobody is signed in.
  bool admits(const Tenant& tenant, int64_t customer_id);
  void forget_tenant(TenantId tenant);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with questions still in the background
};

}  // namespace tsunagi
