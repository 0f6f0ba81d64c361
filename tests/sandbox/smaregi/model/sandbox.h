#pragma once
// The stand-in of the Smaregi platform, whole: identity, POS API, till and control, without HTTP.
//
//   ManualClock clock(1'790'000'000);
//   Sandbox sandbox(clock, /*seed=*/7);
//   Reply reply = sandbox.handle({.method = "GET", .path = "/sb_1/pos/customers", ...});
//
// Safe to call from several threads: one lock around every call, nothing blocks inside it.
//
// In the stand-in's comments "§3.5" is a section of ../SOURCES.md, and "[DOC getstock]" one of the
// public sources listed there.

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "tests/sandbox/smaregi/model/apps.h"
#include "tests/sandbox/smaregi/model/clock.h"
#include "tests/sandbox/smaregi/model/contract.h"
#include "tests/sandbox/smaregi/model/faults.h"
#include "tests/sandbox/smaregi/model/switches.h"
#include "tests/sandbox/smaregi/model/webhooks.h"
#include "tests/sandbox/smaregi/model/wire.h"

namespace tsunagi::smaregi_sandbox {

inline constexpr size_t kMaxContracts = 1'000;
inline constexpr size_t kMaxRequestLog = 20'000;
inline constexpr size_t kMaxBodyBytes = 1 << 20;

struct LoggedRequest {
  std::string method = {}, path = {}, query = {}, client_id = {};
  int status = 0;
  int64_t at_ms = 0, took_ms = 0;
  bool faulted = false;
};

// The state behind the lock; handlers get it whole.
struct World {
  World(VirtualClock& clock_in, uint64_t seed)
      : clock(clock_in), random(seed), webhooks(seed ^ 0x9e3779b9U) {}
  VirtualClock& clock;
  std::mt19937_64 random;
  Switches switches;
  Identity identity;
  Webhooks webhooks;
  Faults faults;
  std::map<std::string, Contract> contracts;
  std::deque<LoggedRequest> requests;
  int64_t requests_seen = 0;
};

class Sandbox {
 public:
  Sandbox(VirtualClock& clock, uint64_t seed) : world_(clock, seed) {}

  [[nodiscard]] Reply handle(const Request& request);

  // For the front: faults, log, webhooks. A simulator may leave the first two out.
  [[nodiscard]] Fault fault_for(std::string_view path);
  void log(LoggedRequest entry);
  [[nodiscard]] std::vector<Delivery> take_due_webhooks();
  [[nodiscard]] int64_t next_webhook_at_ms();  // -1: none waits
  void report_webhook(const Delivery& delivery, int status);
  [[nodiscard]] int64_t now_ms() const { return world_.clock.now_ms(); }

 private:
  std::mutex mutex_;
  World world_;
};

}  // namespace tsunagi::smaregi_sandbox
