#pragma once
// The other open work with a product: what a shop has to look at once more when staff could not
// find it there. Inside server/http only.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/http/staff_desk.h"

namespace tsunagi::http {

inline constexpr size_t kAffectedMost = 20;  // pick-ups, and as many shipments

// What a deed said is not there: of which shop, and which job said so.
struct NotThere {
  std::string store_id;
  std::vector<std::string> products;
  std::string said_by;  // id of the pick-up or shipment: it is none of the others
};
// {"pickups","shipments"}: open ones of the shop that hold one of the products, by what is due
// first.
Result<nlohmann::ordered_json> affected(Desk& desk, const NotThere& gone);
// {"pickups","shipments"}: open ones of the viewer's shops with the product.
Result<nlohmann::ordered_json> open_with(Desk& desk, const std::string& product_id);

}  // namespace tsunagi::http
