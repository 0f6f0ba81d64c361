#include "server/jobs/jobs.h"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "server/jobs/bulk_worker.h"
#include "server/jobs/guarded.h"
#include "server/jobs/guarded_orders.h"
#include "server/jobs/guarded_stock.h"
#include "server/jobs/guarded_tills.h"
#include "server/jobs/inbox_worker.h"
#include "server/jobs/outbox_worker.h"
#include "server/jobs/schedule.h"

namespace tsunagi {
namespace {

// Threads sleep here until there is work, for at most kIdleWait.
class Bell {
 public:
  void ring() {
    {
      const std::lock_guard lock(mutex_);
      ++rung_;
    }
    changed_.notify_all();
  }
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }
  void open() {
    const std::lock_guard lock(mutex_);
    closed_ = false;
  }
  bool closed() {
    const std::lock_guard lock(mutex_);
    return closed_;
  }
  uint64_t rung() {
    const std::lock_guard lock(mutex_);
    return rung_;
  }
  // Until it rings after `heard`.
  void wait(uint64_t heard, std::chrono::milliseconds longest = kIdleWait) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, longest, [&] { return closed_ || rung_ != heard; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t rung_ = 0;  // guarded by mutex_, as is closed_
  bool closed_ = false;
};

}  // namespace

struct Jobs::State {
  explicit State(const JobsPorts& ports)
      : shop_breaker("Shopify", ports.clock, ports.log),
        pos_breaker("Smaregi", ports.clock, ports.log),
        shop(ports.shop, shop_breaker),
        pos(ports.pos, pos_breaker),
        bulk_shop(ports.bulk_shop != nullptr ? *ports.bulk_shop : ports.shop, shop_breaker),
        bulk_pos(ports.bulk_pos != nullptr ? *ports.bulk_pos : ports.pos, pos_breaker),
        known(ports.clock),
        orders(ports.orders != nullptr
                   ? std::make_unique<GuardedOrders>(*ports.orders, shop_breaker)
                   : nullptr),
        shipping(ports.shipping != nullptr && orders
                     ? std::make_unique<ShippingService>(ports.shipping->by_way_of(*orders))
                     : nullptr),
        tills(ports.tills != nullptr ? std::make_unique<GuardedTills>(*ports.tills, pos_breaker)
                                     : nullptr),
        inbox(with(ports, pos, shop, stock_of(ports.online_stock, stock))),
        outbox(with(ports, pos, shop, stock_of(ports.online_stock, stock))),
        schedule(with(ports, pos, shop, stock_of(ports.online_stock, stock))),
        bulk(with(ports, bulk_pos, bulk_shop,
                  stock_of(ports.bulk_stock != nullptr ? ports.bulk_stock : ports.online_stock,
                           bulk_stock))) {}

  OnlineStock* stock_of(OnlineStock* given, std::optional<GuardedStock>& guarded) {
    if (given == nullptr) return nullptr;
    if (!guarded) guarded.emplace(*given, shop_breaker);
    return &*guarded;
  }

  // Workers learn the platforms' state from each other's calls, whichever ports they call by.
  JobsPorts with(const JobsPorts& ports, Pos& its_pos, Shop& its_shop, OnlineStock* its_stock) {
    return {.storage = ports.storage,
            .pos = its_pos,
            .shop = its_shop,
            .clock = ports.clock,
            .random = ports.random,
            .fingerprints = ports.fingerprints,
            .cards = ports.cards,
            .stock = ports.stock,
            .directory = ports.directory,
            .mailer = ports.mailer,
            .log = ports.log,
            .shop_breaker = &shop_breaker,
            .pos_breaker = &pos_breaker,
            .known = &known,
            .pickups = ports.pickups,
            .book = ports.book,
            .inventory = ports.inventory,
            .online_stock = its_stock,
            .tills = tills.get(),
            .orders = orders.get(),
            .shipping = shipping.get(),
            .restocks = ports.restocks,
            .restock_book = ports.restock_book};
  }

  // Calls step until it has nothing to do, then waits for the bell.
  template <class Step>
  void work(int count, Step step) {
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([this, step] { work_by(bell, kIdleWait, step); });
    }
  }
  // With a bell of their own: no event wakes them. One looks for work now and then, and finding
  // some wakes the others.
  template <class Step>
  void work_in_bulk(int count, Step step) {
    for (int i = 0; i < count; ++i) {
      const auto idle = i == 0 ? kIdleWait : kLongIdleWait;
      threads.emplace_back([this, idle, step] { work_by(bulk_bell, idle, step); });
    }
  }
  template <class Step>
  static void work_by(Bell& bell, std::chrono::milliseconds idle, Step step) {
    while (!bell.closed()) {
      const uint64_t heard = bell.rung();
      if (step() > 0) {
        bell.ring();  // one's work is often another's: events lead to writes
      } else {
        bell.wait(heard, idle);
      }
    }
  }

  // Renews leases until the workers have come back, a stop included.
  void keep_leases() {
    keeper = std::thread([this] {
      while (!working_bell.closed()) {
        const uint64_t heard = working_bell.rung();
        inbox.renew();
        outbox.renew();
        bulk.renew();
        working_bell.wait(heard);
      }
    });
  }

  Breaker shop_breaker;
  Breaker pos_breaker;
  GuardedShop shop;
  GuardedPos pos;
  GuardedShop bulk_shop;
  GuardedPos bulk_pos;
  std::optional<GuardedStock> stock;
  std::optional<GuardedStock> bulk_stock;
  KnownCustomers known;
  std::unique_ptr<GuardedOrders> orders;
  std::unique_ptr<ShippingService> shipping;
  std::unique_ptr<GuardedTills> tills;
  InboxWorker inbox;
  OutboxWorker outbox;
  Schedule schedule;
  BulkWorker bulk;
  Bell bell;
  Bell bulk_bell;
  Bell working_bell;  // closed when no worker is at work any more
  std::thread keeper;
  std::mutex mutex;
  std::vector<std::thread> threads;  // guarded by mutex
};

Jobs::Jobs(const JobsPorts& ports) : state_(std::make_unique<State>(ports)) {}
Jobs::~Jobs() { stop(); }

void Jobs::start() {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  if (!state.threads.empty()) return;
  state.bell.open();
  state.bulk_bell.open();
  state.working_bell.open();
  state.keep_leases();
  state.work(kInboxThreads, [&state] { return state.inbox.run_once(); });
  state.work(kOutboxThreads, [&state] { return state.outbox.run_once(); });
  state.work(kScheduleThreads, [&state] { return state.schedule.run_one() ? 1 : 0; });
  state.work_in_bulk(kBulkThreads, [&state] { return state.bulk.run_once(); });
}

void Jobs::stop() {
  State& state = *state_;
  state.bell.close();
  state.bulk_bell.close();
  const std::lock_guard lock(state.mutex);
  for (std::thread& thread : state.threads) thread.join();
  state.threads.clear();
  state.working_bell.close();
  if (state.keeper.joinable()) state.keeper.join();
}

void Jobs::poke() { state_->bell.ring(); }

void Jobs::sync_soon(TenantId tenant) {
  state_->schedule.all_soon(tenant);
  poke();
}

Jobs::Open Jobs::open_breakers() const {
  return {.shops = state_->shop_breaker.open(), .contracts = state_->pos_breaker.open()};
}

int Jobs::run_inbox_once() { return state_->inbox.run_once(); }
int Jobs::run_outbox_once() { return state_->outbox.run_once(); }
int Jobs::run_bulk_once() { return state_->bulk.run_once(); }
int Jobs::poll_due() { return state_->schedule.run_due(); }

}  // namespace tsunagi
