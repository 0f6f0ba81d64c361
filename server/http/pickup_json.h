#pragma once
// Pick-ups as JSON, for the shopper's page and the staff's. Times are unix seconds; what is absent
// is left out.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/fulfilment/choice_desk.h"
#include "server/domain/fulfilment/pickup.h"
#include "server/domain/fulfilment/pickup_mail.h"

namespace tsunagi::http {

// Of the shops a pick-up names: as the merchant shows them.
struct PickupShop {
  std::string name, phone, map_url;
};
using PickupShops = std::map<std::string, PickupShop, std::less<>>;
// One that is not there any more goes by its id.
PickupShop shop_of(const PickupShops& shops, const std::string& store_id);

// unanswered: the shop let its time go by; short: it may not have it any more; the page offers
// others.
nlohmann::ordered_json shopper_json(const Pickup& pickup, const PickupShops& shops, Seconds now);
// What its customer may choose of what the shop could not give.
nlohmann::ordered_json choose_json(const Pickup& pickup, const ChoiceDesk::Offer& offer,
                                   const PickupShops& shops);
// What staff sees of a pick-up. customer: as they may see it; mails: that the customer was or is to
// be sent; settings: of the merchant; extend_until: how long it is kept when they extend it;
// viewer: what they may do is listed.
struct StaffPickup {
  const Pickup& pickup;
  std::string_view customer;
  const std::vector<PickupMail>& mails;
  const PickupSettings& settings;
  Seconds extend_until = 0;
};
nlohmann::ordered_json staff_json(const StaffPickup& seen, const PickupShops& shops, Role viewer,
                                  Seconds now);

}  // namespace tsunagi::http
