#include "server/domain/tenant/pilot_gate.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "server/domain/bounded_cache.h"
#include "server/domain/card/card_service.h"

namespace tsunagi {
namespace {

using Key = std::pair<TenantId, int64_t>;  // a customer id alone could be another shop's
using TimePoint = std::chrono::steady_clock::time_point;

struct KeyHash {
  size_t operator()(const Key& key) const {
    return std::hash<int64_t>{}(key.first * 1'000'003 + key.second);
  }
};
struct KnownTag {
  bool in = false;
  TimePoint until;
};
// One question that any number of requests wait for.
struct Question {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;  // guarded by mutex
};

}  // namespace

struct PilotGate::State : std::enable_shared_from_this<PilotGate::State> {
  explicit State(Ports given) : ports(std::move(given)) {}

  // The question under way or a new one; nullptr when too many are.
  std::shared_ptr<Question> ask(const Tenant& tenant, const Key& key) {
    auto question = std::make_shared<Question>();
    {
      const std::lock_guard lock(mutex);
      const auto found = questions.find(key);
      if (found != questions.end()) return found->second;
      if (questions.size() >= static_cast<size_t>(kPilotQuestionsAtOnce)) return nullptr;
      questions.emplace(key, question);
    }
    const bool posted = ports.background.post([self = shared_from_this(), tenant, key, question] {
      self->learn(key, self->ports.shop.has_tag(tenant, key.second, kPilotTag));
      self->end(key, *question);
    });
    if (!posted) end(key, *question);
    return question;
  }

  void learn(const Key& key, const Result<bool>& answer) {
    const TimePoint now = ports.clock.steady();
    if (answer.ok()) {
      known.put(key, {*answer, now + std::chrono::seconds(kPilotKnownSeconds)});
      return;
    }
    // What was true a minute ago is the best guess.
    const auto before = known.get(key);
    known.put(key, {before && before->in, now + std::chrono::seconds(kPilotRetrySeconds)});
    if (ports.log) ports.log("pilot: a customer's tags were not read: " + answer.error().message);
  }

  void end(const Key& key, Question& question) {
    {
      const std::lock_guard lock(mutex);
      questions.erase(key);
    }
    {
      const std::lock_guard lock(question.mutex);
      question.over = true;
    }
    question.changed.notify_all();
  }

  Ports ports;
  BoundedCache<Key, KnownTag, KeyHash> known{kPilotCustomersKnown};
  std::mutex mutex;
  std::map<Key, std::shared_ptr<Question>> questions;  // guarded by mutex
};

PilotGate::PilotGate(Ports ports) : state_(std::make_shared<State>(std::move(ports))) {}
PilotGate::~PilotGate() = default;

bool PilotGate::admits(const Tenant& tenant, int64_t customer_id) {
  if (!tenant.settings.pilot.on) return true;
  if (customer_id == 0) return false;
  const Key key{tenant.id, customer_id};
  const auto before = state_->known.get(key);
  if (before && state_->ports.clock.steady() < before->until) return before->in;
  const auto question = state_->ask(tenant, key);
  if (question != nullptr) {
    std::unique_lock lock(question->mutex);
    question->changed.wait_for(lock, kUpstreamPatience, [&] { return question->over; });
  }
  const auto now = state_->known.get(key);
  return now && now->in;
}

void PilotGate::forget_tenant(TenantId tenant) {
  state_->known.erase_if([tenant](const Key& key, const KnownTag&) { return key.first == tenant; });
}

}  // namespace tsunagi
