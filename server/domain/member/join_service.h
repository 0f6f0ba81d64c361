#pragma once
// Joining: a customer becomes a member. The code is drawn and stored first (state joining), the
// member is then created in Smaregi from the outbox; whoever asks twice gets the same code.

#include <map>
#include <string>

#include "server/domain/ports.h"

namespace tsunagi {

class JoinService {
 public:
  JoinService(Storage& storage, Clock& clock, Random& random);
  // The customer's link, new or existing. kConflict when the tenant has not joined a contract or is
  // paused.
  Result<MemberLink> join(const Tenant& tenant, int64_t customer_id);
  // What a waiting customer typed for the fields that the link lacks, by word; others are ignored.
  // kInvalid with the field's word when a value is none that Smaregi takes; kConflict when nothing
  // is asked of the customer.
  Result<Done> give_fields(const Tenant& tenant, int64_t customer_id,
                           const std::map<std::string, std::string>& typed);

 private:
  Storage& storage_;
  Clock& clock_;
  Random& random_;
};

// A member code of the tenant's letter that was never issued or linked before.
Result<std::string> draw_member_code(Storage& storage, Random& random, const Tenant& tenant);

}  // namespace tsunagi
