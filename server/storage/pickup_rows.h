#pragma once
// Pick-ups as rows: reading them, and the trail of what is done to them. Include only in .cpp files
// of this folder.

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "server/domain/fulfilment/pickup.h"
#include "server/storage/session.h"

namespace tsunagi::storage {

// In the order of the ids; without those there are none of, or of a state nobody knows.
std::vector<Pickup> pickups_by_id(Session& session, TenantId tenant,
                                  const std::vector<std::string>& ids);
std::optional<Pickup> pickup_of(Session& session, TenantId tenant, std::string_view id);
// Locked until the transaction ends. Whether there is one.
bool hold_pickup(Session& session, TenantId tenant, std::string_view id);

// which: answers ids.
template <class... In>
std::vector<std::string> ids_of(Session& session, const Sql& which, TenantId tenant,
                                const In&... in) {
  std::string id;
  std::vector<std::string> ids;
  session.each(which, std::tie(id), [&] { ids.push_back(id); }, tenant, in...);
  return ids;
}
template <class... In>
std::vector<Pickup> pickups(Session& session, const Sql& which, TenantId tenant, const In&... in) {
  return pickups_by_id(session, tenant, ids_of(session, which, tenant, in...));
}

struct Deed {
  std::string_view id, actor, action, before, after, reason;
  Role role = Role::kSystem;
  Seconds at = 0;
  bool refused = false;
};
Deed deed_of(const PickupMove& move, PickupState before, PickupState after, bool refused);
void put_deed(Session& session, TenantId tenant, std::string_view pickup, const Deed& deed);

}  // namespace tsunagi::storage
