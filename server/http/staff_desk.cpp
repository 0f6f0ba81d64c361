#include "server/http/staff_desk.h"

#include <algorithm>
#include <utility>

#include "server/http/pickup_shops.h"

namespace tsunagi::http {

Actor actor_of(const StaffRoutes::Viewer& viewer) {
  const Staff& staff = viewer.staff;
  return {.role = staff.role, .id = staff.id, .stores = staff.stores};
}

std::string masked(const std::string& holder) {
  const size_t space = holder.find(' ');
  if (space != std::string::npos) return holder.substr(0, space) + " ○";
  if (holder.empty()) return {};
  size_t first = 1;
  while (first < holder.size() && (static_cast<unsigned char>(holder[first]) & 0xC0U) == 0x80U) {
    ++first;
  }
  return holder.substr(0, first) + "○";
}

std::string body_text(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<Done> Desk::open() {
  auto stores = context_.ports.storage.stores(viewer_.tenant.id);
  if (!stores.ok()) return stores.error();
  shops_ = pickup_shops(viewer_.tenant.settings, *stores);
  return Done{};
}

std::vector<std::string> Desk::own_shops() const {
  return viewer_.staff.role == Role::kHeadOffice ? std::vector<std::string>()
                                                 : viewer_.staff.stores;
}

bool Desk::serves(const std::string& store_id) const {
  const auto& stores = viewer_.staff.stores;
  return viewer_.staff.role == Role::kHeadOffice ||
         std::ranges::find(stores, store_id) != stores.end();
}

bool Desk::serves_none() const {
  return viewer_.staff.role != Role::kHeadOffice && viewer_.staff.stores.empty();
}

Result<nlohmann::ordered_json> Desk::pickup(const Pickup& pickup) {
  auto list = pickups({pickup});
  if (!list.ok()) return list.error();
  return std::move((*list)[0]);
}

Result<nlohmann::ordered_json> Desk::pickups(const std::vector<Pickup>& all) {
  std::vector<std::string> ids;
  ids.reserve(all.size());
  for (const Pickup& each : all) ids.push_back(each.id);
  const auto log = context_.ports.book.mails_of(viewer_.tenant.id, ids);
  if (!log.ok()) return log.error();
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Pickup& each : all) {
    auto json = one(each, *log);
    if (!json.ok()) return json.error();
    list.push_back(std::move(json).value());
  }
  return list;
}

Result<std::vector<Pickup>> Desk::open_pickups() {
  if (serves_none()) return std::vector<Pickup>();  // an empty list would mean all shops
  return context_.ports.book.open_pickups(viewer_.tenant.id, own_shops(), kPickupsListed);
}

Result<std::vector<Pickup>> Desk::open_pickups_at(const std::string& store_id) {
  return context_.ports.book.open_pickups(viewer_.tenant.id, {store_id}, kPickupsListed);
}

Result<std::vector<Pickup>> Desk::undecided_pickups() {
  if (serves_none()) return std::vector<Pickup>();
  return context_.ports.book.undecided_pickups(viewer_.tenant.id, own_shops(), kPickupsListed);
}

Result<nlohmann::ordered_json> Desk::one(const Pickup& pickup, const PickupMailLog& log) {
  std::string name;
  if (pickup.customer_id != 0) {
    const auto card = context_.ports.storage.card(viewer_.tenant.id, pickup.customer_id);
    if (!card.ok()) return card.error();
    if (card->has_value() && (*card)->snapshot) name = masked((*card)->snapshot->holder);
  }
  const auto found = log.find(pickup.id);
  const std::vector<PickupMail> mails =
      found == log.end() ? std::vector<PickupMail>() : found->second;
  return staff_json({.pickup = pickup,
                     .customer = name,
                     .mails = mails,
                     .settings = viewer_.tenant.settings.pickup,
                     .extend_until = extended_until(viewer_.tenant.settings, pickup)},
                    shops_, viewer_.staff.role, viewer_.now);
}

}  // namespace tsunagi::http
