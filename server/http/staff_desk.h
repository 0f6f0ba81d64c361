#pragma once
// What a staff member is shown of the pick-ups, and of whose shops. Inside server/http only.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/domain/staff/staff_book.h"
#include "server/http/context.h"
#include "server/http/pickup_json.h"
#include "server/http/staff_shipments.h"

namespace tsunagi::http {

// Who looks, by the session.
struct StaffRoutes::Viewer {
  Tenant tenant;
  Staff staff;
  Seconds now = 0;
};
Actor actor_of(const StaffRoutes::Viewer& viewer);

// "山田 ○": enough to call somebody, not enough to find them.
std::string masked(const std::string& holder);
// The text of a body; "" when it is none.
std::string body_text(const nlohmann::json& body, const char* name);

// The shops, and their customers' names. open() first.
class Desk {
 public:
  Desk(const Context& context, const StaffRoutes::Viewer& viewer)
      : context_(context), viewer_(viewer) {}

  Result<Done> open();
  [[nodiscard]] const PickupShops& shops() const { return shops_; }
  // The same shops, for what is sent.
  [[nodiscard]] ParcelDesk parcels() const {
    return {context_, viewer_.tenant, viewer_.staff, shops_, viewer_.now};
  }
  [[nodiscard]] bool serves(const std::string& store_id) const;

  Result<nlohmann::ordered_json> pickup(const Pickup& pickup);
  Result<nlohmann::ordered_json> pickups(const std::vector<Pickup>& all);
  Result<std::vector<Pickup>> open_pickups();
  Result<std::vector<Pickup>> open_pickups_at(const std::string& store_id);
  // Over, but for what a person has to decide.
  Result<std::vector<Pickup>> undecided_pickups();

 private:
  // Head office: all; "": none is asked for.
  [[nodiscard]] std::vector<std::string> own_shops() const;
  [[nodiscard]] bool serves_none() const;
  Result<nlohmann::ordered_json> one(const Pickup& pickup, const PickupMailLog& log);

  const Context& context_;
  const StaffRoutes::Viewer& viewer_;
  PickupShops shops_;
};

}  // namespace tsunagi::http
