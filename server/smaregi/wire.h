#pragma once
// One conversation with Smaregi: token, rate budget, request, and what to do with each kind of
// answer.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/outbound.h"
#include "server/base/rate_budget.h"
#include "server/domain/ports.h"
#include "server/smaregi/client.h"
#include "server/smaregi/token.h"

namespace tsunagi::smaregi {

struct Ask {
  std::string_view label;  // "smaregi.customers.get"
  std::string method = "GET";
  std::string path;       // below /{contract}/pos, query included and encoded
  std::string body = {};  // JSON
  Priority priority = Priority::kShopper;
  std::chrono::milliseconds time{10'000};  // waiting and retries included
  bool repeatable = true;                  // false: never sent again once it may have worked
};

// Reads a reply of status 200. kUnavailable: nonsense, ask again.
using Accept = std::function<Result<Done>(const HttpReply&)>;

struct Outcome {
  Result<Done> result = Done{};
  bool maybe_done = false;  // it failed, but may have taken effect
};

class Wire {
 public:
  Wire(const SmaregiOptions& options, Outbound& outbound, Clock& clock, Random& random);

  Outcome ask(const std::string& contract, const Ask& ask, const Accept& accept);

  // A token that nobody has used: what the contract grants now. A merchant waits for it.
  Result<Token> new_token(const std::string& contract) {
    return fetch_token(contract, Priority::kShopper);
  }

  // A form sent to the identity server with the app's own credentials. Not repeated.
  Result<HttpReply> identity(std::string_view label, const std::string& path, std::string form);
  // GET at the identity server with a user's token.
  Result<HttpReply> user_info(const std::string& token);

 private:
  struct Budgets {
    RateBudget reads;
    RateBudget writes;
  };
  using TimePoint = std::chrono::steady_clock::time_point;

  Budgets& budgets(const std::string& contract);
  [[nodiscard]] BudgetPart::Lease lease(const std::string& contract, std::string budget) const;
  Result<Token> fetch_token(const std::string& contract, Priority priority);

  const SmaregiOptions& options_;
  Outbound& outbound_;
  Clock& clock_;
  Random& random_;
  const std::string process_;  // among those that share a contract's budget
  TokenSource tokens_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Budgets>> budgets_;  // guarded by mutex_; never erased
};

}  // namespace tsunagi::smaregi
