#pragma once
// What the process counts, in the Prometheus text format. Safe from any thread; a call costs an
// atomic add or two.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tsunagi {

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // route: a literal pattern, so that the number of series is bounded.
  void request(const char* route, int status, double seconds);
  void connections(int64_t open, int64_t refused_total);
  // system "smaregi" or "shopify"; operation a literal such as "customers.get"; outcome "ok",
  // "throttled", "failed"…
  void upstream(std::string_view system, std::string_view operation, std::string_view outcome,
                double seconds);
  // Shops for which the workers do not ask a platform ("smaregi", "shopify") that does not answer.
  void breakers(std::string_view system, int64_t open);
  // name: "inbox", "outbox". review: of which nobody knows whether they had their effect.
  struct Queue {
    int64_t waiting = 0, dead = 0, review = 0;
  };
  void queue(std::string_view name, const Queue& depth);

  [[nodiscard]] std::string text() const;  // content type kMetricsContentType

 private:
  struct State;
  std::unique_ptr<State> state_;
};
inline constexpr const char* kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace tsunagi
