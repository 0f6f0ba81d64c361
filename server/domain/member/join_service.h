#pragma once
// Joining: a customer becomes a member. The code is drawn and stored first (state joining), the
// member is then created in Smaregi from the outbox; whoever asks twice gets the same code.
//
// Nobody becomes a member by being a customer: Shopify makes a customer of every guest who orders,
// and says who has an account only where its classic customer accounts are in use
// (docs/joining.md).

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/domain/ports.h"

namespace tsunagi {

class JoinService {
 public:
  JoinService(Storage& storage, Clock& clock, Random& random);
  // Who pressed the button. The customer's link, new or existing. agreed_to: the version of the
  // merchant's text that was shown, "" when there is none. kConflict when the tenant has not joined
  // a contract or is paused.
  Result<MemberLink> join(const Tenant& tenant, int64_t customer_id,
                          std::string_view agreed_to = {});
  // Who opened a page with the card, signed in: joins where the merchant's setting says so. None:
  // it does not, nobody can join just now, or the customer was a member before and left.
  Result<std::optional<MemberLink>> join_on_visit(const Tenant& tenant, int64_t customer_id);
  // What a waiting customer typed for the fields that the link lacks, by word; others are ignored.
  // kInvalid with the field's word when a value is none that Smaregi takes; kConflict when nothing
  // is asked of the customer. Of who is registered meanwhile nothing is kept.
  Result<Done> give_fields(const Tenant& tenant, int64_t customer_id,
                           const std::map<std::string, std::string>& typed);

 private:
  Result<MemberLink> join_as(const Tenant& tenant, int64_t customer_id, const std::string& reason);

  Result<Done> hurry(const Tenant& tenant, const MemberLink& link);

  Storage& storage_;
  Clock& clock_;
  Random& random_;
};

// A member code of the tenant's letter that was never issued or linked before.
Result<std::string> draw_member_code(Storage& storage, Random& random, const Tenant& tenant);

}  // namespace tsunagi
