#include "tests/simulation/stock/world.h"

#include <algorithm>
#include <utility>

namespace tsunagi::simulation {
namespace {

constexpr int kSteps = 30;
constexpr int kLostPercent = 30;  // of the platforms' messages, with all their retries
constexpr int kDoubledPercent = 30;
constexpr uint64_t kLongestDelay = 240;  // of a message
constexpr int kTurnsToRest = 200;
constexpr int64_t kFirstProduct = 101, kFirstItem = 501, kFirstVariant = 901,
                  kFirstCustomer = 7'001;
constexpr int64_t kCustomers = 3;
constexpr Seconds kDay = 25 * 3'600;  // with its night

}  // namespace

World::World(Disk& disk, uint64_t seed)
    : disk_(disk),
      chance_(seed),
      random_(seed + 1),
      weather_(seed + 2),
      truth_(disk.open(clock_, [] { return false; })),
      storage_(disk.open(clock_, [this] { return weather_.moment(); })),
      shipments_(std::make_unique<WatchedShipments>(*storage_)) {
  tills_.tell = [this](const Notice& notice) { tell(notice); };
  tills_.pos.failures.fails = [this] { return weather_.fails(weather_.tills_down); };
  tills_.fails = tills_.pos.failures.fails;
  tills_.loses_answer = [this] { return weather_.loses_answer(); };
  tills_.is_slow = [this] { return weather_.is_slow(); };
  shop_.tell = tills_.tell;
  shop_.after_a_look = [this](int64_t item, int64_t location) {
    const bool there = shop_.levels.contains({item, location});
    if (weather_.rough && there && often(2)) shop_.set_by_hand(item, location, 5);
  };
  shop_.log = [this](std::string line) { note(std::move(line)); };
  shop_.fails = [this] { return weather_.fails(weather_.shop_down); };
  shop_.loses_answer = tills_.loses_answer;
  shop_.on_parcel = [this](const auto& leaving) { note_parcel(leaving); };
  customers_.failures.fails = shop_.fails;
  mailer_.before_answer = [this] { mailer_.loses_answer = weather_.loses_answer(); };
  shipments_->looks_on = [this](const auto& routed, const auto& put) {
    before_promise(routed);
    const Weather::Work undisturbed(weather_, Weather::Whose::kRequest);
    auto done = put();
    after_promise(routed, done);
    return done;
  };
  weather_.meanwhile = [this] { somebody_acts(); };
  open_shops();
  start_server();
}

World::~World() = default;

// ---- how a path goes

std::string World::lead() {
  server_->jobs.poll_due();  // the whole book
  work_off();
  look();
  weather_.rough = true;
  for (int i = 0; i < kSteps && wrong_.empty(); ++i) step();
  heal(Until::kNight);
  check_end(false);
  end_everything();
  check_end(true);
  erase();
  return wrong_;
}

void World::step() {
  if (often(15)) weather_.tills_down = weather_.shop_down = false;
  somebody_acts();
  pass();
  work_a_little();
  look();
  check_offered();
}

void World::somebody_acts() {
  struct Choice {
    uint64_t weight;
    void (World::*act)();
  };
  constexpr Choice kChoices[] = {
      {12, &World::reserve},        {24, &World::act_on_pickup},    {4, &World::repeat_a_deed},
      {6, &World::buy_online},      {24, &World::act_on_shipment},  {6, &World::merchant_acts},
      {6, &World::sell_at_till},    {3, &World::pay_late},          {4, &World::take_delivery},
      {3, &World::count_shelf},     {2, &World::save_safety},       {2, &World::save_locations},
      {2, &World::platform_outage}, {2, &World::set_level_by_hand},
  };
  uint64_t sum = 0;
  for (const Choice& choice : kChoices) sum += choice.weight;
  uint64_t drawn = pick(sum);
  for (const Choice& choice : kChoices) {
    if (drawn < choice.weight) return (this->*choice.act)();
    drawn -= choice.weight;
  }
}

void World::pass() {
  const uint64_t how_long = pick(100);
  if (how_long < 65) return let_time_pass(static_cast<Seconds>(pick(8)));
  if (how_long < 90) return let_time_pass(static_cast<Seconds>(pick(300)));
  if (how_long < 98) return let_time_pass(static_cast<Seconds>(pick(3 * 3'600)));
  let_time_pass(static_cast<Seconds>(pick(2 * 86'400)));
}

void World::let_time_pass(Seconds seconds) {
  clock_.advance(seconds);
  tills_.arrive();
  if (seconds > 60) note(std::to_string(seconds) + " s pass");
  deliver_until(clock_.now());
}

void World::work_a_little() {
  {
    const Weather::Work at_work(weather_, Weather::Whose::kOwn);
    const uint64_t turns = 1 + pick(4);
    for (uint64_t i = 0; i < turns && !weather_.dead(); ++i) {
      switch (pick(4)) {
        case 0:
          server_->jobs.poll_due();
          break;
        case 1:
          server_->jobs.run_inbox_once();
          break;
        case 2:
          server_->jobs.run_outbox_once();
          break;
        default:
          server_->jobs.run_bulk_once();
          break;
      }
    }
  }
  revive();
}

void World::work_off() {
  for (int i = 0; i < kTurnsToRest; ++i) {
    const int done = server_->jobs.run_inbox_once() + server_->jobs.run_outbox_once() +
                     server_->jobs.run_bulk_once();
    if (done == 0) return;
  }
  expect(false, "the queues are worked on for ever");
}

// What was leased by the process that is gone is taken up by one that is alone; of several servers
// it waits for its lease to end.
void World::revive() {
  if (!weather_.dead()) return;
  const bool alone = often(50);
  note(alone ? "the server was killed and starts again" : "a server was killed, another goes on");
  weather_.revive();
  if (alone) {
    expect(storage_->take_up_leases(clock_.now()).ok(), "what was leased cannot be taken up");
  }
  start_server();
}

// ---- messages

void World::tell(const Notice& notice) {
  const std::string id = new_id("event");
  if (!weather_.rough) {
    on_the_way_.emplace(clock_.now(), Delivery{notice, id});
    return;
  }
  if (often(kLostPercent)) return;
  const auto at = [&] { return clock_.now() + static_cast<Seconds>(pick(kLongestDelay)); };
  on_the_way_.emplace(at(), Delivery{notice, id});
  if (!often(kDoubledPercent)) return;
  on_the_way_.emplace(at(), Delivery{notice, often(50) ? id : id + "-again"});
}

void World::deliver_until(Seconds until) {
  while (!on_the_way_.empty() && on_the_way_.begin()->first <= until) {
    const auto next = on_the_way_.extract(on_the_way_.begin());
    const auto& [notice, id] = next.mapped();
    const auto stored =
        storage_->put_inbox(kShop, {notice.system, notice.type, id, notice.body, clock_.now()});
    expect(stored.ok(), "a notice was not stored");
  }
}

// ---- how it ends

void World::heal(Until until) {
  if (!wrong_.empty()) return;
  note("everything heals");
  weather_.rough = weather_.tills_down = weather_.shop_down = false;
  deliver_until(clock_.now() + static_cast<Seconds>(kLongestDelay));
  std::vector<Seconds> waits = {120};  // leases end, and all is tried again
  if (until != Until::kQuiet) waits.push_back(kSoldUnheardSeconds + 60);
  if (until == Until::kNight) waits.push_back(kDay);
  waits.push_back(10);  // what waited for its turn
  for (const Seconds wait : waits) {
    let_time_pass(wait);
    server_->jobs.poll_due();
    work_off();
    look();
    if (wait == kDay) shop_.touched.clear();
    check_online();
    settle_reviews();
    if (!wrong_.empty()) return;
  }
  if (until == Until::kQuiet) return;
  const auto marked = server_->pickups.mark_short(tenant());
  expect(marked.ok(), "what lacks is not marked");
  work_off();
  look();
  check_short();
}

void World::end_everything() {
  if (!wrong_.empty()) return;
  note("everything is brought to its end");
  let_go_of_pickups();
  let_go_of_shipments();
  heal(Until::kSold);
}

void World::erase() {
  const auto erased = truth_->erase_tenant(kShop);
  expect(erased.ok(), "the shop is not erased");
}

// ---- the shops

void World::open_shops() {
  (void)truth_->install({.id = kShop, .domain = "a.myshopify.com", .name = "Café Neko"});
  (void)truth_->join_contract(kShop, "sb_1");
  const uint64_t stores = 2 + pick(3);
  const uint64_t products = 2 + pick(3);
  std::vector<Store> list;
  shop_.places = {{kWarehouse, "倉庫"}, {kElsewhere, "外部"}};
  for (uint64_t i = 1; i <= stores; ++i) {
    stores_.push_back(std::to_string(i));
    list.push_back({.store_id = stores_.back(),
                    .code = "",
                    .name = "店" + stores_.back(),
                    .phone = "",
                    .address = often(50) ? "東京都渋谷区" : "大阪府大阪市"});
    shop_.places.push_back({location_of_store(stores_.back()), list.back().name});
  }
  tills_.pos.set_stores(std::move(list));
  for (uint64_t i = 0; i < products; ++i) {
    const auto number = static_cast<int64_t>(i);
    const std::string id = std::to_string(kFirstProduct + number);
    products_.push_back(id);
    tills_.pos.add_product(
        {.product_id = id, .code = "49" + id, .supplier_code = "S-" + id, .name = "p" + id});
    shop_.articles.push_back({.variant_id = kFirstVariant + number,
                              .item_id = kFirstItem + number,
                              .name = "p" + id,
                              .barcode = often(70) ? "49" + id : "",
                              .sku = "S-" + id});
    for (const std::string& store : stores_) {
      if (often(90)) tills_.deliver({id, store}, static_cast<int64_t>(pick(12)));
      if (often(80)) shop_.levels[{kFirstItem + number, location_of_store(store)}].available = 3;
    }
    shop_.levels[{kFirstItem + number, kWarehouse}].available = 9;
  }
  for (int64_t i = 0; i < kCustomers; ++i) {
    customers_.add_customer({.id = kFirstCustomer + i,
                             .last_name = "姓",
                             .first_name = "名",
                             .mail = "c" + std::to_string(i) + "@example.jp",
                             .phone = "",
                             .locale = "ja"});
  }
  shop_.facts = {.moves_take_committed = often(50),
                 .moves_join = often(50),
                 .unrestocked_leaves_on_hand = often(50)};
  tenant_.settings.pickup.on = true;
  tenant_.settings.pickup.hold_days = 1 + static_cast<int64_t>(pick(3));
  tenant_.settings.safety_stock = static_cast<int64_t>(pick(2));
  if (often(30)) tenant_.settings.product_safety[random_product()] = static_cast<int64_t>(pick(3));
  tenant_.settings.shipping.on = true;
  tenant_.settings.shipping.location_id = kWarehouse;
  tenant_.settings.shipping.unpaid = often(20);
  tenant_.settings.shipping.rules.split_most = 1 + static_cast<int>(pick(3));
  tenant_.settings.shipping.rules.asked_most = 1 + static_cast<int>(pick(5));
  for (const std::string& store : stores_) {
    if (often(90)) tenant_.settings.locations.push_back({store, location_of_store(store)});
  }
  const Settings wanted = tenant_.settings;
  read_tenant();
  save(wanted);
}

void World::start_server() {
  server_ = nullptr;
  server_ = std::make_unique<Server>(Server::Ports{.storage = *storage_,
                                                   .shipments = *shipments_,
                                                   .pos = tills_.pos,
                                                   .shop = customers_,
                                                   .online = shop_,
                                                   .tills = tills_,
                                                   .mailer = mailer_,
                                                   .clock = clock_,
                                                   .random = random_,
                                                   .fingerprints = fingerprints_,
                                                   .background = background_});
}

void World::read_tenant() { tenant_ = truth_->tenant(kShop)->value_or(Tenant{}); }

void World::note(std::string line) {
  diary_.push_back(std::to_string(clock_.now()) + ' ' + std::move(line));
}

int64_t World::location_of_store(const std::string& store) const {
  return kWarehouse + std::stoll(store);
}

std::string World::store_of_location(int64_t location) const {
  const std::string store = std::to_string(location - kWarehouse);
  return std::ranges::find(stores_, store) == stores_.end() ? "" : store;
}

int64_t World::item_of(const std::string& product) const {
  return std::stoll(product) - kFirstProduct + kFirstItem;
}

std::string World::product_of(int64_t item) const {
  return std::to_string(item - kFirstItem + kFirstProduct);
}

Actor World::clerk_of(const std::string& store) {
  return {
      .role = often(80) ? Role::kClerk : Role::kManager, .id = "clerk-" + store, .stores = {store}};
}

std::string World::new_id(const char* what) {
  const std::string number = std::to_string(++last_id_);
  return std::string(what) + "-" + std::string(16 - std::min<size_t>(16, number.size()), '0') +
         number;
}

}  // namespace tsunagi::simulation
