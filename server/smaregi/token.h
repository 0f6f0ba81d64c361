#pragma once
// App access tokens, one a contract. Single flight: however many callers need one, one asks; the
// others wait for its answer. Renewed kRenewBeforeSeconds before the end, while the old one still
// serves everybody else.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "server/domain/ports.h"
#include "server/smaregi/reply.h"

namespace tsunagi::smaregi {

inline constexpr Seconds kRenewBeforeSeconds = 300;
inline constexpr size_t kMaxContracts = 10'000;

class TokenSource {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Fetch = std::function<Result<Token>(const std::string& contract)>;

  TokenSource(Fetch fetch, Clock& clock);

  Result<std::string> get(const std::string& contract, TimePoint deadline);
  // The platform answered 401 to this token: the next get() asks for another. A token that has been
  // replaced meanwhile stays.
  void reject(const std::string& contract, const std::string& token);

 private:
  struct Slot;
  std::shared_ptr<Slot> slot(const std::string& contract);
  Result<std::string> renew(const std::string& contract, Slot& slot,
                            std::unique_lock<std::mutex> lock);

  const Fetch fetch_;
  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Slot>> slots_;  // guarded by mutex_
};

}  // namespace tsunagi::smaregi
