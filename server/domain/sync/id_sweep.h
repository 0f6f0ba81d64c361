#pragma once
// Once a night all customers and members of our links are looked for at both platforms, by lists of
// ids: whoever is gone or withdrawn and nobody told us of. It only enqueues what an event would
// have enqueued; the workers look closer. It goes on where it was after anything.

#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr int kSweptLinks =
    1'000;  // of one look at the database, while members are compared
// When a shop's turn begins: from 01:00 in Japan on, the shops spread over four hours.
inline constexpr Seconds kSweepBegins = 3'600;
inline constexpr Seconds kSweepSpread = 4 * 3'600;

class IdSweep {
 public:
  IdSweep(Storage& storage, Pos& pos, Shop& shop, Clock& clock)
      : storage_(storage), pos_(pos), shop_(shop), clock_(clock) {}

  // One page of customers, or of members, when it is time; one call to a platform. true: there is
  // more to do at once.
  Result<bool> step(const Tenant& tenant);

 private:
  Result<bool> sweep_customers(const Tenant& tenant, int64_t after);
  Result<bool> sweep_members(const Tenant& tenant, int64_t after);
  // Adds what is to be done for the links with members in (after, until].
  Result<Done> compare(const Tenant& tenant, const PosMemberPage& page, int64_t after,
                       std::vector<Change>& changes);

  Storage& storage_;
  Pos& pos_;
  Shop& shop_;
  Clock& clock_;
};

// The night, counted in days, in which the shop is at the moment; another one from its turn on.
int64_t sweep_night(Seconds at, TenantId tenant);

}  // namespace tsunagi
