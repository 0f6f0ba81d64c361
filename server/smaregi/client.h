#pragma once
// Smaregi's Platform API as the domain's Pos. One client for all contracts; every call of a
// contract shares its token and its rate budget. Reads are repeated a few times (429, 5xx, no
// reply, a reply that is not what was promised) within a total time, and so are changes of a
// member; creating one is not: when it is unknown whether it worked, the code is looked up first.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/outbound.h"
#include "server/base/rate_budget.h"
#include "server/domain/inventory/till_stock.h"
#include "server/domain/ports.h"

namespace tsunagi {

// What the app asks of a contract.
inline constexpr std::string_view kSmaregiScopes =
    "pos.customers:read pos.customers:write pos.transactions:read pos.products:read pos.stock:read "
    "pos.stock:write pos.stock-changes:read pos.stores:read";

struct SmaregiOptions {
  std::string client_id;
  std::string client_secret;
  std::string id_url;   // "https://id.smaregi.jp"
  std::string api_url;  // "https://api.smaregi.jp"
  std::string scopes = std::string(kSmaregiScopes);

  // Where several processes ask of one contract: gives out slices of what it may be asked. `owner`
  // is the contract.
  std::function<Result<BudgetSlice>(const BudgetAsk&)> lease_budget = {};

  // Start rates are the sandbox's figures, the lower of the two published pairs (one source only).
  RateLimits reads{.start = 10, .ceiling = 50};
  // Few writes at once are seldom; of a backfill's many, those that it begins too slowly are lost.
  RateLimits writes{.start = 4,
                    .ceiling = 20,
                    .creep_after = std::chrono::milliseconds(4'000),
                    .events = 1,
                    .sweeps = 1};

  std::chrono::milliseconds attempt_time{5'000};  // one request
  std::chrono::milliseconds shopper_time{
      10'000};  // a call somebody may be waiting for, retries included
  std::chrono::milliseconds background_time{60'000};  // one page of a sweep, retries included
  std::chrono::milliseconds first_backoff{200};       // doubles, with jitter
  int max_attempts = 4;
  int max_pages = 1'000;  // of one reading
  int max_windows = 24;   // of 31 days
};

class SmaregiClient final : public Pos, public TillStock {
 public:
  SmaregiClient(SmaregiOptions options, Outbound& outbound, Clock& clock, Random& random);
  // The same for work that no shopper waits for: its calls go after theirs. Shares tokens and
  // budgets with `other`.
  struct Background {};
  SmaregiClient(const SmaregiClient& other, Background);
  // The same for work that nobody waits for at all: what nobody else takes of the budget, and
  // patience for it.
  struct Bulk {};
  SmaregiClient(const SmaregiClient& other, Bulk);
  ~SmaregiClient() override;
  SmaregiClient(const SmaregiClient&) = delete;
  SmaregiClient& operator=(const SmaregiClient&) = delete;

  Result<PosMember> member(std::string_view contract, std::string_view member_id) override;
  Result<std::optional<PosMember>> member_by_code(std::string_view contract,
                                                  std::string_view code) override;
  Result<PosPoints> points(std::string_view contract, std::string_view member_id) override;
  Result<PosMember> create_member(std::string_view contract, const NewPosMember& member) override;
  // An empty value is kInvalid; without changes the member is read. kUnavailable as well when the
  // reply is not that member: it may have been written.
  Result<PosMember> update_member(std::string_view contract, std::string_view member_id,
                                  const FieldChanges& changes) override;
  Result<std::vector<PosMember>> members_changed(std::string_view contract, Seconds from,
                                                 Seconds to) override;
  // One page of the list by id. kUnavailable: a member's id is no number.
  Result<PosMemberPage> members_after(std::string_view contract, int64_t after_id) override;
  Result<PosRequired> required(std::string_view contract) override;
  // A token call and two of one row each. The plan has no name in the API: 403 for members is all
  // that tells it, where the scope was granted.
  Result<Access> access(std::string_view contract) override;
  Result<PosTransaction> transaction(std::string_view contract, std::string_view id) override;
  Result<std::vector<PosTransaction>> transactions_changed(std::string_view contract, Seconds from,
                                                           Seconds to) override;
  Result<std::vector<Store>> stores(std::string_view contract) override;
  Result<std::vector<Product>> products(std::string_view contract) override;
  Result<std::vector<Product>> products_changed(std::string_view contract, Seconds from,
                                                Seconds to) override;
  Result<std::vector<StockLevel>> stock(std::string_view contract) override;
  Result<std::vector<StockLevel>> stock_changed(std::string_view contract, Seconds from,
                                                Seconds to) override;
  Result<std::vector<StockLevel>> stock_of(std::string_view contract,
                                           std::string_view product_id) override;

  Result<Done> add(std::string_view contract, const TillMove& move) override;
  // The history has days and no moments to ask for: those of [from, to] in Japan, one by one.
  Result<bool> was_added(std::string_view contract, const TillMove& move, Seconds from,
                         Seconds to) override;

  std::string sign_in_url(std::string_view state, std::string_view challenge,
                          std::string_view redirect_uri) override;
  Result<std::string> contract_of_sign_in(std::string_view code, std::string_view verifier,
                                          std::string_view redirect_uri) override;

 private:
  struct State;
  SmaregiClient(std::shared_ptr<State> state, Priority priority);

  std::shared_ptr<State> state_;
  const Priority priority_;               // of what is asked of one member
  const std::chrono::milliseconds time_;  // for it
};

}  // namespace tsunagi
