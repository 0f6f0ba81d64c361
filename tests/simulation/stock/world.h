#pragma once
// One path from one seed: shoppers reserve and cancel, staff pick, reject, hand over and send,
// tills sell and take back, online orders come and change, notices get lost, calls fail, the server
// is killed. After every step what is offered must be what follows from what happened; when
// everything has healed, both platforms and the book say the same.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/stock/disk.h"
#include "tests/simulation/stock/online_shop.h"
#include "tests/simulation/stock/promises.h"
#include "tests/simulation/stock/server.h"
#include "tests/simulation/stock/tills.h"
#include "tests/simulation/stock/weather.h"
#include "tests/support/fakes.h"

namespace tsunagi::simulation {

inline constexpr TenantId kShop = 1;
// Of Shopify: where it puts orders that nobody was chosen for, and one that is no shop's.
inline constexpr int64_t kWarehouse = 70, kElsewhere = 79;

class World {
 public:
  World(Disk& disk, uint64_t seed);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // To its end, or to the first thing that is wrong: "" or what.
  std::string lead();
  [[nodiscard]] const std::vector<std::string>& diary() const { return diary_; }

 private:
  struct Delivery {
    Notice notice;
    std::string id;
  };
  // A wish or deed as a page draws it: it may be told again.
  struct Deed {
    bool of_shipment = false;
    bool heard = false;  // that it was done, or refused: then it is in the trail
    PickupMove pickup;
    ShipmentMove shipment;
  };

  // ---- world.cpp
  void open_shops();
  void start_server();
  void step();
  void somebody_acts();
  void pass();
  void let_time_pass(Seconds seconds);
  void work_a_little();
  void work_off();
  void revive();
  void tell(const Notice& notice);
  void deliver_until(Seconds until);
  // Faults end, what was not lost arrives, and time passes: until nothing waits any more, until
  // what was taken along counts as sold, and until all was read again.
  enum class Until : uint8_t { kQuiet, kSold, kNight };
  void heal(Until until);
  void end_everything();
  void erase();

  // ---- world_checks.cpp
  void expect(bool holds, const std::string& otherwise);
  enum class Scope : uint8_t { kLive, kAll };
  // At what is stored now, and whether it follows from what happened.
  void look(const Promises::Told& told = {}, Scope scope = Scope::kLive);
  void look_at_shipments(int64_t order, const Promises::Told& told);
  void check_held();
  void check_short();
  void check_offered();
  void check_end(bool nothing_held);
  void check_parcels();
  void check_online();
  void check_mails();
  void check_queues();
  void read_figures();
  void read_tenant();
  // What the merchant keeps back there, as the page says it.
  [[nodiscard]] int64_t safety_at(const Shelf& shelf) const;
  [[nodiscard]] std::optional<int64_t> offered(const Shelf& shelf) const;
  void before_promise(const ShipmentBook::Routed& routed);
  void after_promise(const ShipmentBook::Routed& routed, const Result<Done>& done);
  [[nodiscard]] std::vector<std::string> overdrawn(const Promises::Wish& wish) const;

  // ---- world_pickups.cpp
  void reserve();
  void tell_wish(const PickupService::Wish& wish, const Promises::Wish& sums);
  void act_on_pickup();
  void do_to_pickup(const PickupMove& move, const Pickup& before);
  PickupMove draw_move(const Pickup& pickup);
  void pay_for(const Pickup& pickup);
  void repeat_a_deed();
  void let_go_of_pickups();

  // ---- world_tills.cpp
  void sell_at_till();
  void pay_late();
  void take_delivery();
  void count_shelf();
  void save_safety();
  void save_locations();
  void save(const Settings& settings);
  void platform_outage();
  void set_level_by_hand();

  // ---- world_orders.cpp
  void buy_online();
  void buy_online_first();
  void act_on_shipment();
  ShipmentMove draw_shipment_move(const Shipment& shipment);
  void do_to_shipment(const ShipmentMove& move, const Shipment& before);
  void merchant_acts();
  void change_order(OnlineShop::Order& order, OnlineShop::Work& work);
  void move_order(OnlineShop::Order& order, OnlineShop::Work& work);
  void settle_reviews();
  void let_go_of_shipments();
  void note_parcel(const OnlineShop::Leaving& leaving);
  [[nodiscard]] std::string shop_of_parcel(int64_t location, const std::string& number) const;
  void cancel_a_parcel(OnlineShop::Order& order);
  void bring_back(OnlineShop::Order& order);
  void correct_what_is_not_taken(const std::string& store);
  [[nodiscard]] bool is_free(const Shipment& shipment, int64_t order_line) const;

  uint64_t pick(uint64_t limit) { return chance_.below(limit); }
  bool often(int percent) { return chance_.chance(percent); }
  void note(std::string line);
  [[nodiscard]] const Tenant& tenant() const { return tenant_; }
  [[nodiscard]] std::string random_store() { return stores_[pick(stores_.size())]; }
  [[nodiscard]] std::string random_product() { return products_[pick(products_.size())]; }
  [[nodiscard]] Shelf random_shelf() { return {random_product(), random_store()}; }
  [[nodiscard]] int64_t location_of_store(const std::string& store) const;
  [[nodiscard]] std::string store_of_location(int64_t location) const;
  [[nodiscard]] bool location_in_settings(const std::string& store) const;
  [[nodiscard]] int64_t item_of(const std::string& product) const;
  [[nodiscard]] std::string product_of(int64_t item) const;
  [[nodiscard]] Actor clerk_of(const std::string& store);
  [[nodiscard]] std::string new_id(const char* what);
  // As a request is answered, by a server that may be killed in the middle of it.
  template <class Act>
  auto as_request(Act act) -> decltype(act()) {
    auto answer = [&] {
      const Weather::Work at_work(weather_, Weather::Whose::kRequest);
      return act();
    }();
    if (!weather_.at_work()) revive();
    return answer;
  }

  Disk& disk_;
  uint64_t seen_writes_ = 0;
  fakes::ManualClock clock_;
  fakes::SeededRandom chance_;  // what people do
  fakes::SeededRandom random_;  // what the server draws
  fakes::PlainFingerprints fingerprints_;
  fakes::InlineBackground background_;
  fakes::FakeMailer mailer_;
  fakes::FakeShop customers_;
  Tills tills_{clock_};
  OnlineShop shop_{clock_};
  Weather weather_;
  std::unique_ptr<Database> truth_;    // as it is
  std::unique_ptr<Database> storage_;  // as the server sees it
  std::unique_ptr<WatchedShipments> shipments_;
  std::unique_ptr<Server> server_;

  std::vector<std::string> products_, stores_;
  std::vector<int64_t> orders_;
  std::multimap<Seconds, Delivery> on_the_way_;
  std::vector<std::pair<std::string, Tills::Quantities>> unpaid_;  // taken along before paying
  std::vector<Deed> deeds_;
  std::set<int64_t> corrected_;  // parcels that a person told the tills of
  Promises promises_;
  Figures figures_;
  std::map<Shelf, std::optional<int64_t>> before_promise_;
  Tenant tenant_;  // as it is stored
  std::vector<std::string> diary_;
  std::string wrong_;
  int64_t last_id_ = 0;
};

}  // namespace tsunagi::simulation
