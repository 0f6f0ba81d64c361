#pragma once
// What an inbound event means. Figures are never taken from an event: its ids say what to read
// again, so that events may be lost, doubled, late or in any order. Ids of one batch are read once,
// however often they are named.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/card/card_service.h"
#include "server/domain/ports.h"
#include "server/domain/stock/stock_service.h"
#include "server/domain/tenant/tenant_directory.h"

namespace tsunagi {

class KnownCustomers;
class ShopOrders;

inline constexpr size_t kRereadsRemembered = 10'000;  // products whose last reading is known

struct EventBatch {
  std::vector<int64_t> done;
  std::vector<Change> changes;  // to apply in the transaction that marks `done`
  struct Failure {
    InboxItem item;
    std::string reason;
    bool refused = false;  // not the moment's fault: it is not tried for long
  };
  std::vector<Failure> failures;
  // Products whose stock is among the changes, with the moment its complete reading began (0: not
  // read).
  std::map<std::string, Seconds> products;
  bool stores = false;  // the list of shops is among the changes
};

class EventService {
 public:
  struct Ports {
    Storage& storage;
    Pos& pos;
    Shop& shop;
    Clock& clock;
    CardService& cards;
    StockService& stock;
    TenantDirectory& directory;
    std::function<void(std::string_view)> log = {};
    KnownCustomers* known = nullptr;  // of whom an event may be our own echo
    ShopOrders* orders = nullptr;     // none: nothing is sent from the shops
  };
  explicit EventService(Ports ports);
  ~EventService();

  // items: leased, of this tenant. Call settled() once the outcome is stored.
  EventBatch handle(const Tenant& tenant, const std::vector<InboxItem>& items);
  void settled(TenantId tenant, const EventBatch& batch);

 private:
  class Step;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsunagi
