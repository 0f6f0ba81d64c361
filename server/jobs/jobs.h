#pragma once
// The work that no request waits for: inbound events, outbound writes, and reading Smaregi on a
// schedule. The steps can be run by hand (tests, with a clock of their own) or by the threads that
// start() makes.
//
//   Jobs jobs({.storage = …, …});
//   jobs.start();
//   …                 // poke() after an event was stored or a write enqueued: it is worked off at
//   once jobs.stop();      // answers when what is in flight is finished; the rest waits in the
//   database

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/domain/card/card_service.h"
#include "server/domain/fulfilment/pickup_service.h"
#include "server/domain/fulfilment/shipping_service.h"
#include "server/domain/inventory/inventory_book.h"
#include "server/domain/inventory/online_stock.h"
#include "server/domain/ports.h"
#include "server/domain/restock/restock_service.h"
#include "server/domain/stock/stock_service.h"
#include "server/domain/sync/known_customers.h"
#include "server/domain/tenant/tenant_directory.h"
#include "server/jobs/breaker.h"

namespace tsunagi {

inline constexpr int kProcessTokenBytes = 8;  // tell processes apart that share a database
inline constexpr int kInboxThreads = 2;
inline constexpr int kOutboxThreads = 2;
inline constexpr int kScheduleThreads = 2;
// Of backfills. A call takes a fifth of a second, and they spend what the platforms let them.
inline constexpr int kBulkThreads = 12;
inline constexpr std::chrono::milliseconds kIdleWait{
    1'000};  // retries and other processes' work are seen after this
inline constexpr std::chrono::milliseconds kLongIdleWait{30'000};  // of those that another wakes

struct JobsPorts {
  Storage& storage;
  Pos& pos;
  Shop& shop;
  Clock& clock;
  Random& random;
  const Fingerprints& fingerprints;
  CardService& cards;
  StockService& stock;
  TenantDirectory& directory;
  Mailer* mailer = nullptr;                        // none: no mail is sent
  std::function<void(std::string_view)> log = {};  // what went wrong; no personal data, no secret
  // By shop domain and by contract. Jobs makes its own.
  const Breaker* shop_breaker = nullptr;
  const Breaker* pos_breaker = nullptr;
  // The platforms for work that nobody waits for; none: as above.
  Pos* bulk_pos = nullptr;
  Shop* bulk_shop = nullptr;
  KnownCustomers* known = nullptr;   // Jobs makes its own
  PickupService* pickups = nullptr;  // whose time runs out; none: nobody looks
  PickupBook* book = nullptr;        // whose customers are told; none: nobody is
  // The online shop's stock; none: it is neither read nor written.
  InventoryBook* inventory = nullptr;
  OnlineStock* online_stock = nullptr;
  OnlineStock* bulk_stock = nullptr;  // for work that nobody waits for; none: as above
  TillStock* tills = nullptr;  // what was sold online is taken from it; none: nobody takes it
  // Online orders that the shops send; none: they send none.
  ShopOrders* orders = nullptr;
  ShippingService* shipping = nullptr;
  // Who waits for a product; none: nobody is told.
  RestockService* restocks = nullptr;
  RestockBook* restock_book = nullptr;

  void say(const std::string& text) const {
    if (log) log(text);
  }
};

class Jobs {
 public:
  explicit Jobs(const JobsPorts& ports);
  ~Jobs();  // stops
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  void start();
  void stop();
  void poke();
  // Reads everything of the tenant anew: after it joined a contract, or when the merchant asks.
  void sync_soon(TenantId tenant);

  // The steps. Each answers how much it did; 0 when there was nothing to do.
  int run_inbox_once();
  int run_outbox_once();
  int poll_due();
  int run_bulk_once();

  // Shops that are not asked, and contracts, because they do not answer.
  struct Open {
    int64_t shops = 0, contracts = 0;
  };
  [[nodiscard]] Open open_breakers() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsunagi
