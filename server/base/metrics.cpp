#include "server/base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <tuple>
#include <utility>

namespace tsunagi {
namespace {

const prometheus::Histogram::BucketBoundaries kSecondsBuckets{
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};

template <class Metric>
prometheus::Family<Metric>& family(prometheus::Registry& registry, const char* name,
                                   const char* help);
template <>
prometheus::Family<prometheus::Counter>& family(prometheus::Registry& registry, const char* name,
                                                const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
template <>
prometheus::Family<prometheus::Gauge>& family(prometheus::Registry& registry, const char* name,
                                              const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}
template <>
prometheus::Family<prometheus::Histogram>& family(prometheus::Registry& registry, const char* name,
                                                  const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

// Requests are counted in slots that each thread picks by the route's address: a request costs one
// shared lock.
struct RequestSeries {
  prometheus::Counter* count = nullptr;
  prometheus::Histogram* seconds = nullptr;
};

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = family<prometheus::Counter>(
      registry, "tsunagi_http_requests_total", "Requests answered, by route and status.");
  prometheus::Family<prometheus::Histogram>& request_seconds = family<prometheus::Histogram>(
      registry, "tsunagi_http_request_seconds", "Time from a complete request to its answer.");
  prometheus::Gauge& open_connections =
      family<prometheus::Gauge>(registry, "tsunagi_http_connections", "Open connections.").Add({});
  prometheus::Gauge& refused_connections =
      family<prometheus::Gauge>(registry, "tsunagi_http_connections_refused",
                                "Connections refused since the start, because too many were open.")
          .Add({});
  prometheus::Family<prometheus::Counter>& upstream_calls = family<prometheus::Counter>(
      registry, "tsunagi_upstream_calls_total", "Calls to a platform, by operation and outcome.");
  prometheus::Family<prometheus::Histogram>& upstream_seconds = family<prometheus::Histogram>(
      registry, "tsunagi_upstream_call_seconds", "Time of a call to a platform.");
  prometheus::Family<prometheus::Gauge>& queue_waiting = family<prometheus::Gauge>(
      registry, "tsunagi_queue_waiting", "Entries that wait to be worked off.");
  prometheus::Family<prometheus::Gauge>& queue_dead = family<prometheus::Gauge>(
      registry, "tsunagi_queue_dead", "Entries that failed for good and wait for a person.");
  prometheus::Family<prometheus::Gauge>& queue_review =
      family<prometheus::Gauge>(registry, "tsunagi_queue_review",
                                "Writes of which a person has to find out whether they happened.");
  prometheus::Family<prometheus::Gauge>& breakers_open = family<prometheus::Gauge>(
      registry, "tsunagi_breaker_open",
      "Shops whose work at a platform rests, because it does not answer.");

  std::shared_mutex mutex;  // guards series
  std::map<std::pair<const char*, int>, RequestSeries> series;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::request(const char* route, int status, double seconds) {
  const std::pair key{route, status};
  RequestSeries found;
  {
    const std::shared_lock lock(state_->mutex);
    const auto it = state_->series.find(key);
    if (it != state_->series.end()) found = it->second;
  }
  if (found.count == nullptr) {
    const std::lock_guard lock(state_->mutex);
    RequestSeries& entry = state_->series[key];
    if (entry.count == nullptr) {
      entry.count = &state_->requests.Add({{"route", route}, {"status", std::to_string(status)}});
      entry.seconds = &state_->request_seconds.Add({{"route", route}}, kSecondsBuckets);
    }
    found = entry;
  }
  found.count->Increment();
  found.seconds->Observe(seconds);
}

void Metrics::connections(int64_t open, int64_t refused_total) {
  state_->open_connections.Set(static_cast<double>(open));
  state_->refused_connections.Set(static_cast<double>(refused_total));
}

void Metrics::upstream(std::string_view system, std::string_view operation,
                       std::string_view outcome, double seconds) {
  const prometheus::Labels labels{{"system", std::string(system)},
                                  {"operation", std::string(operation)}};
  prometheus::Labels with_outcome = labels;
  with_outcome.emplace("outcome", std::string(outcome));
  state_->upstream_calls.Add(with_outcome).Increment();
  state_->upstream_seconds.Add(labels, kSecondsBuckets).Observe(seconds);
}

void Metrics::queue(std::string_view name, const Queue& depth) {
  const prometheus::Labels labels{{"queue", std::string(name)}};
  state_->queue_waiting.Add(labels).Set(static_cast<double>(depth.waiting));
  state_->queue_dead.Add(labels).Set(static_cast<double>(depth.dead));
  state_->queue_review.Add(labels).Set(static_cast<double>(depth.review));
}

void Metrics::breakers(std::string_view system, int64_t open) {
  state_->breakers_open.Add({{"system", std::string(system)}}).Set(static_cast<double>(open));
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace tsunagi
