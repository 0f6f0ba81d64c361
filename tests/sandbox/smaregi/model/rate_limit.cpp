#include "tests/sandbox/smaregi/model/rate_limit.h"

namespace tsunagi::smaregi_sandbox {

void count_call(World& world, Contract& contract, const Call& call) {
  static constexpr int64_t kWindowMs = 1000;
  const int64_t now = world.clock.now_ms();
  const int64_t limit =
      call.write ? contract.rate_limit.writes_per_second : contract.rate_limit.reads_per_second;
  auto& recent = contract.recent_calls[call.client_id + (call.write ? " write" : " read")];
  while (!recent.empty() && recent.front() <= now - kWindowMs) recent.pop_front();
  if (static_cast<int64_t>(recent.size()) >= limit) {
    Refusal refusal{.status = 429, .detail = "リクエスト数の上限を超えました"};
    if (world.switches.is(Switch::kRetryAfter, "present")) refusal.headers = {{"Retry-After", "1"}};
    throw refusal;
  }
  recent.push_back(now);
}

}  // namespace tsunagi::smaregi_sandbox
