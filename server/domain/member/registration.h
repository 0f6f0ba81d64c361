#pragma once
// The second half of joining: the member is created in Smaregi under the code that the card already
// shows. Safe to repeat: a creation whose answer was lost is found by its code before it is tried
// again.

#include <functional>
#include <string_view>
#include <vector>

#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr int kCodesTried = 4;  // a code that somebody else has in Smaregi is drawn anew

class Registration {
 public:
  struct Ports {
    Storage& storage;
    Pos& pos;
    Shop& shop;
    Clock& clock;
    Random& random;
  };
  explicit Registration(Ports ports) : ports_(ports) {}

  // The changes to apply when the outbox item is done; none when there is nothing to do.
  // kUnavailable, kUnauthorized: later; kInvalid: Smaregi refuses the member however little of it
  // is sent.
  Result<std::vector<Change>> register_member(const Tenant& tenant, int64_t customer_id);

 private:
  // What Smaregi has under the card's code.
  struct Holder {
    std::optional<PosMember> ours;  // created by an earlier attempt
    bool taken = false;             // it is somebody else's
  };
  Result<Holder> holder_of_code(const Tenant& tenant, const Card& card, const MemberFields& fields);
  Result<PosMember> create(const Tenant& tenant, const std::string& code,
                           const MemberFields& fields);
  Result<Done> draw_again(const Tenant& tenant, Card& card);

  Ports ports_;
};

}  // namespace tsunagi
