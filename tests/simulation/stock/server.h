#pragma once
// A server process: what main.cpp wires, without its threads and routes. What is in memory ends
// with it.

#include <functional>
#include <string>
#include <vector>

#include "server/domain/card/card_service.h"
#include "server/domain/fulfilment/pickup_service.h"
#include "server/domain/fulfilment/shipping_service.h"
#include "server/domain/tenant/tenant_directory.h"
#include "server/jobs/jobs.h"
#include "server/storage/storage.h"
#include "tests/simulation/stock/online_shop.h"

namespace tsunagi::simulation {

// The book of shipments with somebody who looks on when it promises anything.
class WatchedShipments final : public ShipmentBook {
 public:
  explicit WatchedShipments(ShipmentBook& book) : book_(book) {}

  using Put = std::function<Result<Done>()>;
  std::function<Result<Done>(const Routed&, const Put&)> looks_on;

  Result<Done> put_shipments(TenantId tenant, const Routed& routed) override {
    return looks_on(routed, [&] { return book_.put_shipments(tenant, routed); });
  }
  Result<Shipment> move_shipment(TenantId tenant, const ShipmentMove& move, const Safety& safety,
                                 const std::vector<Change>& also) override {
    return book_.move_shipment(tenant, move, safety, also);
  }
  Result<Done> note_seen(TenantId tenant, const std::vector<Seen>& seen) override {
    return book_.note_seen(tenant, seen);
  }
  Result<std::optional<Shipment>> shipment(TenantId tenant, std::string_view id) override {
    return book_.shipment(tenant, id);
  }
  Result<std::vector<Shipment>> shipments_of_order(TenantId tenant, int64_t order_id) override {
    return book_.shipments_of_order(tenant, order_id);
  }
  Result<std::vector<Shipment>> open_shipments(TenantId tenant,
                                               const std::vector<std::string>& stores,
                                               int limit) override {
    return book_.open_shipments(tenant, stores, limit);
  }
  Result<std::map<std::string, int64_t>> open_work(TenantId tenant) override {
    return book_.open_work(tenant);
  }
  Result<std::string> trace_of(TenantId tenant, std::string_view id) override {
    return book_.trace_of(tenant, id);
  }
  Result<std::vector<ShipmentDeed>> shipment_deeds(TenantId tenant, std::string_view id) override {
    return book_.shipment_deeds(tenant, id);
  }

 private:
  ShipmentBook& book_;
};

struct Server {
  struct Ports {
    Database& storage;
    ShipmentBook& shipments;
    Pos& pos;
    Shop& shop;
    OnlineShop& online;
    TillStock& tills;
    Mailer& mailer;
    Clock& clock;
    Random& random;
    const Fingerprints& fingerprints;
    Background& background;
  };
  explicit Server(const Ports& ports)
      : cards({ports.storage, ports.pos, ports.clock, ports.background}),
        stock(ports.storage, ports.clock),
        directory(ports.storage, ports.clock),
        pickups({.book = ports.storage,
                 .storage = ports.storage,
                 .stock = stock,
                 .clock = ports.clock,
                 .random = ports.random}),
        shipping({.book = ports.shipments,
                  .stock_book = ports.storage,
                  .storage = ports.storage,
                  .inventory = ports.storage,
                  .orders = ports.online,
                  .stock = stock,
                  .clock = ports.clock,
                  .random = ports.random}),
        jobs({.storage = ports.storage,
              .pos = ports.pos,
              .shop = ports.shop,
              .clock = ports.clock,
              .random = ports.random,
              .fingerprints = ports.fingerprints,
              .cards = cards,
              .stock = stock,
              .directory = directory,
              .mailer = &ports.mailer,
              .pickups = &pickups,
              .book = &ports.storage,
              .inventory = &ports.storage,
              .online_stock = &ports.online,
              .tills = &ports.tills,
              .orders = &ports.online,
              .shipping = &shipping}) {}

  CardService cards;
  StockService stock;
  TenantDirectory directory;
  PickupService pickups;
  ShippingService shipping;
  Jobs jobs;
};

}  // namespace tsunagi::simulation
