#pragma once
// The second half of joining: the member is created in Smaregi under the code that the card already
// shows. Safe to repeat: a creation whose answer was lost is found by its code before it is tried
// again.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "server/domain/bounded_cache.h"
#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr int kCodesTried = 4;  // a code that somebody else has in Smaregi is drawn anew
inline constexpr int kRequiredSeconds = 600;  // what a contract asks for is read again after this
inline constexpr size_t kContractsRemembered = 10'000;

class Registration {
 public:
  // What becomes of the member: the customer's fields and, where they were empty, what the customer
  // gave to the card.
  struct Sent {
    MemberFields fields;
    FieldChanges given;
  };
  explicit Registration(MemberPorts ports) : ports_(ports) {}

  // The changes to apply when the outbox item is done; none when there is nothing to do. A customer
  // who lacks what the contract asks of every member waits, and the link says for what.
  // kUnavailable, kUnauthorized: later; kInvalid: Smaregi refuses the member however little of it
  // is sent.
  // known: the customer, as a page of many said a moment ago; then nobody waits for the points.
  Result<std::vector<Change>> register_member(const Tenant& tenant, int64_t customer_id,
                                              std::optional<ShopCustomer> known = std::nullopt);

 private:
  // What Smaregi has under the card's code.
  struct Holder {
    std::optional<PosMember> ours;  // created by an earlier attempt
    bool taken = false;             // it is somebody else's
  };
  Result<Holder> holder_of_code(const Tenant& tenant, const Card& card, const Sent& sent);
  struct Created {
    PosMember member;
    bool whole = false;  // nothing was left out
  };
  Result<Created> create(const Tenant& tenant, const Card& card, const Sent& sent,
                         const std::vector<MemberField>& required);
  Result<PosRequired> required_of(const Tenant& tenant);
  void forget_required(const Tenant& tenant);
  Result<Done> draw_again(const Tenant& tenant, Card& card);

  struct Known {
    PosRequired required;
    std::chrono::steady_clock::time_point until;
  };
  MemberPorts ports_;
  BoundedCache<std::string, Known> required_{kContractsRemembered};  // by contract
};

}  // namespace tsunagi
