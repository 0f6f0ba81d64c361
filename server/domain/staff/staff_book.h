#pragma once
// Who serves in a merchant's shops. A merchant invites by a link that works once; who takes it up
// gets a session, which the merchant can end. Of both only a hash is kept (storage makes it).

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/domain/fulfilment/pickup.h"

namespace tsunagi {

// Of a tenant: who may serve or is invited, and the newest of those who may no more.
inline constexpr int kStaffMost = 500;
inline constexpr int kFormerStaffMost = 100;
inline constexpr size_t kStaffNameBytes = 200;  // UTF-8
inline constexpr Seconds kInvitationSeconds = 7 * 86'400;
inline constexpr Seconds kStaffSessionSeconds = 30 * 86'400;
inline constexpr int kStaffTokenBytes = 32;

struct Staff {
  std::string id;
  std::string name;  // as the merchant calls them: shown to the merchant and themselves
  Role role = Role::kClerk;
  std::vector<std::string> stores;  // of a clerk or manager
  Seconds invited_at = 0;
  Seconds joined_at = 0;   // 0: the invitation waits
  Seconds revoked_at = 0;  // 0: not revoked
};

class StaffBook {  // storage
 public:
  virtual ~StaffBook() = default;
  // kConflict: kStaffMost are there.
  virtual Result<Done> invite(TenantId tenant, const Staff& staff, std::string_view token) = 0;
  virtual Result<std::vector<Staff>> staff(TenantId tenant) = 0;  // by invitation
  // Ends the sessions, and the invitation when it waits. kNotFound.
  virtual Result<Done> revoke(TenantId tenant, std::string_view staff_id, Seconds now) = 0;
  // The invitation's, once, with a session that the caller names. None: there is no such
  // invitation, or it is used, revoked or older than kInvitationSeconds.
  virtual Result<std::optional<std::pair<TenantId, Staff>>> take_up(std::string_view invitation,
                                                                    std::string_view session,
                                                                    Seconds now) = 0;
  virtual Result<std::optional<std::pair<TenantId, Staff>>> staff_of_session(
      std::string_view session, Seconds now) = 0;
  virtual Result<Done> end_session(std::string_view session) = 0;
};

}  // namespace tsunagi
