#pragma once
// Events on their way to the apps, with the faults asked for. The sender (or a simulator) takes
// what is due and reports how it went.

#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/sandbox/smaregi/model/apps.h"
#include "tests/sandbox/smaregi/model/switches.h"
#include "tests/sandbox/smaregi/model/wire.h"

namespace tsunagi::smaregi_sandbox {

inline constexpr size_t kMaxWaitingWebhooks = 10'000;
inline constexpr size_t kMaxWebhookLog = 10'000;
inline constexpr int kWebhookRetries = 2;  // with webhook_retry = twice
inline constexpr int64_t kWebhookRetryDelayMs = 1000;

struct WebhookFaults {
  int drop_percent = 0, double_percent = 0;
  int64_t delay_ms = 0;
  bool shuffle = false;
};

struct Delivery {
  int64_t id = 0;
  int attempt = 1;
  int64_t due_at_ms = 0;
  std::string event_id, contract_id, event, action, url, body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
};

struct DeliveryRecord {
  Delivery delivery;
  int64_t at_ms = 0;
  int status = 0;       // 0: no answer
  std::string outcome;  // delivered refused failed dropped
};

class Webhooks {
 public:
  explicit Webhooks(uint64_t seed) : random_(seed) {}

  WebhookFaults faults;

  struct Event {
    std::string contract_id, event, action, id_list;  // e.g. "customerIds"
  };
  // Queues the event for every app that has an address.
  void publish(const Event& event, const Json& ids, const Identity& identity,
               const Switches& switches, int64_t now_ms);
  // The answer of an asynchronous call, sent to the address the caller named.
  struct Callback {
    std::string contract_id, url, body;
  };
  void call_back(const Callback& callback, int64_t now_ms);
  [[nodiscard]] std::vector<Delivery> take_due(int64_t now_ms);
  [[nodiscard]] int64_t next_due_at_ms() const;  // -1: nothing waits
  void report(const Delivery& delivery, int status, const Switches& switches, int64_t now_ms);
  [[nodiscard]] size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] const std::deque<DeliveryRecord>& log() const { return log_; }
  void forget_log() { log_.clear(); }

 private:
  bool chance(int percent);
  void put(Delivery delivery);
  void remember(const Delivery& delivery, int status, std::string outcome, int64_t now_ms);

  std::mt19937_64 random_;
  std::deque<Delivery> waiting_;
  std::deque<DeliveryRecord> log_;
  int64_t last_id_ = 0;
};

// A version 4 UUID from the given generator.
std::string make_uuid(std::mt19937_64& random);

}  // namespace tsunagi::smaregi_sandbox
