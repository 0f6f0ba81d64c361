#pragma once
// The parcels of the staff page: what the shops are to send, what is done to it, and to whom.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/domain/staff/staff_book.h"
#include "server/http/context.h"
#include "server/http/pickup_json.h"

namespace tsunagi::http {

class Desk;

// Who looks, and what shops are called.
struct ParcelDesk {
  const Context& context;
  const Tenant& tenant;
  const Staff& staff;
  const PickupShops& shops;
  Seconds now = 0;
};

// What is to be sent by the staff's shops, by what is due first; head office sees what waits for a
// person too, with why no shop was asked. Added to the reply about all there is to do.
Result<Done> add_shipments(const ParcelDesk& desk, nlohmann::ordered_json& work);

// Open ones of these shops (none: of all, nobody's included), and of the staff's, by what is due
// first.
Result<std::vector<Shipment>> open_parcels(const ParcelDesk& desk,
                                           const std::vector<std::string>& stores);
Result<std::vector<Shipment>> own_parcels(const ParcelDesk& desk);
Result<nlohmann::ordered_json> parcels_json(const ParcelDesk& desk,
                                            const std::vector<Shipment>& all);

// {"id","deed","action","reason","carrier","number","shop"} → {"shipment"}, with "affected" after
// what said that its pieces are not there.
Reply act_on_shipment(Desk& at, const nlohmann::json& body);
// {"id"} → {"address":{…}}: read from the online shop at this moment, and kept by nobody.
Reply shipment_address(Desk& at, const nlohmann::json& body);

}  // namespace tsunagi::http
