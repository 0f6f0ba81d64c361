#include "server/http/staff_affected.h"

#include <algorithm>
#include <utility>

namespace tsunagi::http {
namespace {

// Pick-ups and shipments have lines of their own.
template <class Job>
bool holds_one(const Job& job, const NotThere& gone) {
  if (job.id == gone.said_by || job.store_id != gone.store_id) return false;
  return std::ranges::any_of(job.lines, [&](const auto& line) {
    return line.held > 0 && !line.product_id.empty() &&
           std::ranges::find(gone.products, line.product_id) != gone.products.end();
  });
}

template <class Job>
void keep_affected(std::vector<Job>& jobs, const NotThere& gone) {
  std::erase_if(jobs, [&](const Job& each) { return !holds_one(each, gone); });
  if (jobs.size() > kAffectedMost) jobs.erase(jobs.begin() + kAffectedMost, jobs.end());
}

template <class Job>
void keep_with(std::vector<Job>& jobs, const std::string& product_id) {
  std::erase_if(jobs, [&](const Job& each) {
    return std::ranges::none_of(each.lines,
                                [&](const auto& line) { return line.product_id == product_id; });
  });
}

Result<nlohmann::ordered_json> both_json(Desk& desk, const std::vector<Pickup>& pickups,
                                         const std::vector<Shipment>& shipments) {
  auto to_fetch = desk.pickups(pickups);
  if (!to_fetch.ok()) return to_fetch.error();
  auto to_send = parcels_json(desk.parcels(), shipments);
  if (!to_send.ok()) return to_send.error();
  return nlohmann::ordered_json{{"pickups", std::move(to_fetch).value()},
                                {"shipments", std::move(to_send).value()}};
}

}  // namespace

Result<nlohmann::ordered_json> affected(Desk& desk, const NotThere& gone) {
  if (gone.store_id.empty()) return both_json(desk, {}, {});  // none would mean all shops
  auto pickups = desk.open_pickups_at(gone.store_id);
  if (!pickups.ok()) return pickups.error();
  auto shipments = open_parcels(desk.parcels(), {gone.store_id});
  if (!shipments.ok()) return shipments.error();
  keep_affected(*pickups, gone);
  keep_affected(*shipments, gone);
  return both_json(desk, *pickups, *shipments);
}

Result<nlohmann::ordered_json> open_with(Desk& desk, const std::string& product_id) {
  auto pickups = desk.open_pickups();
  if (!pickups.ok()) return pickups.error();
  auto shipments = own_parcels(desk.parcels());
  if (!shipments.ok()) return shipments.error();
  keep_with(*pickups, product_id);
  keep_with(*shipments, product_id);
  return both_json(desk, *pickups, *shipments);
}

}  // namespace tsunagi::http
