#include "server/smaregi/token.h"

#include <algorithm>
#include <utility>

namespace tsunagi::smaregi {
namespace {
constexpr std::chrono::milliseconds kLongestNap{250};  // the clock may be a test's: look again
}  // namespace

struct TokenSource::Slot {
  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex:
  std::string value;
  Seconds renew_at = 0;
  Seconds ends_at = 0;
  bool asking = false;
  uint64_t answers = 0;  // counts finished requests
  Error last_error;      // of the last one, when it failed
  bool last_failed = false;
};

TokenSource::TokenSource(Fetch fetch, Clock& clock) : fetch_(std::move(fetch)), clock_(clock) {}

std::shared_ptr<TokenSource::Slot> TokenSource::slot(const std::string& contract) {
  const std::scoped_lock lock(mutex_);
  const auto found = slots_.find(contract);
  if (found != slots_.end()) return found->second;
  if (slots_.size() >= kMaxContracts) slots_.erase(slots_.begin());  // costs one more request
  return slots_[contract] = std::make_shared<Slot>();
}

Result<std::string> TokenSource::get(const std::string& contract, TimePoint deadline) {
  const auto kept = slot(contract);
  Slot& slot = *kept;
  std::unique_lock lock(slot.mutex);
  const Seconds now = clock_.now();
  if (!slot.value.empty() && now < slot.renew_at) return slot.value;
  if (!slot.asking) return renew(contract, slot, std::move(lock));
  if (!slot.value.empty() && now < slot.ends_at) return slot.value;

  const uint64_t before = slot.answers;
  while (slot.answers == before) {
    const TimePoint steady = clock_.steady();
    if (steady >= deadline) {
      return Error{ErrorCode::kBusy, "Smaregi token: no answer before the deadline"};
    }
    slot.changed.wait_for(
        lock, std::min<std::chrono::steady_clock::duration>(deadline - steady, kLongestNap));
  }
  if (slot.last_failed) return slot.last_error;
  if (slot.value.empty()) return Error{ErrorCode::kUnavailable, "Smaregi token: refused at once"};
  return slot.value;
}

Result<std::string> TokenSource::renew(const std::string& contract, Slot& slot,
                                       std::unique_lock<std::mutex> lock) {
  slot.asking = true;
  lock.unlock();
  auto token = fetch_(contract);
  lock.lock();
  const Seconds now = clock_.now();
  slot.asking = false;
  ++slot.answers;
  slot.last_failed = !token.ok();
  if (token) {
    slot.value = token->value;
    slot.renew_at = now + std::max(token->lasts - kRenewBeforeSeconds, token->lasts / 2);
    slot.ends_at = now + token->lasts;
  } else {
    slot.last_error = token.error();
  }
  slot.changed.notify_all();
  if (token) return slot.value;
  // The renewal failed, but the old token has some minutes left.
  if (!slot.value.empty() && now < slot.ends_at) return slot.value;
  return token.error();
}

void TokenSource::reject(const std::string& contract, const std::string& token) {
  const auto kept = slot(contract);
  const std::scoped_lock lock(kept->mutex);
  if (kept->value == token) kept->value.clear();
}

}  // namespace tsunagi::smaregi
