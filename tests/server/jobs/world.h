#pragma once
// A shop, a contract, a till and our workers, all in one process with a clock that the test turns.

#include <gtest/gtest.h>

#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/domain/member/join_service.h"
#include "server/jobs/jobs.h"
#include "tests/support/fake_book.h"
#include "tests/support/fake_inventory.h"
#include "tests/support/fake_orders.h"
#include "tests/support/fake_restocks.h"
#include "tests/support/fake_shipments.h"
#include "tests/support/fake_tills.h"
#include "tests/support/fakes.h"

namespace tsunagi {

struct World {
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  static constexpr TenantId kShop = 1;

  // ---- what happens outside
  void customer_signs_up(int64_t id, const std::string& last_name = "山田");
  std::string customer_joins(int64_t id);
  // Signs up, joins, and is registered.
  std::string member(int64_t id);
  bool webhook(System system, const std::string& type, const std::string& body,
               const std::string& event_id = "");
  bool smaregi_tells(const std::string& type, const std::string& body,
                     const std::string& event_id = "");
  bool shopify_tells(const std::string& topic, const std::string& body);
  static std::string transactions(const std::string& id);

  // ---- what our workers do
  void work();
  // Lets time pass in steps, so that retries and readings happen when they are due.
  void pass(Seconds seconds, Seconds step = 5);

  // ---- what is there to see
  Tenant tenant() { return storage.tenant(kShop)->value_or(Tenant{}); }
  Card card(int64_t id);
  CardSnapshot figures(int64_t id) { return card(id).snapshot.value_or(CardSnapshot{}); }
  nlohmann::json published(int64_t id);
  int64_t on_hand(const std::string& product, const std::string& store);
  std::vector<std::string> dead();
  int64_t waiting();

  fakes::ManualClock clock;
  fakes::SeededRandom random{11};
  fakes::PlainFingerprints fingerprints;
  fakes::FakeStorage storage;
  fakes::FakePos pos{clock};
  fakes::FakeShop shop;
  fakes::FakeMailer mailer;
  fakes::InlineBackground background;
  std::mutex said_mutex;
  std::vector<std::string> said;  // guarded by said_mutex
  CardService cards{{storage, pos, clock, background}};
  StockService stock{storage, clock};
  TenantDirectory directory{storage, clock};
  fakes::FakeBook book{storage};
  PickupService pickups{{book, storage, stock, clock, random}};
  fakes::StockedBook shelf{storage};
  fakes::FakeShipments parcels{storage, shelf};
  fakes::FakeOrders orders;
  fakes::FakeInventory inventory{storage};
  ShippingService shipping{{parcels, shelf, storage, inventory, orders, stock, clock, random}};
  fakes::FakeOnlineStock online;
  fakes::FakeRestocks waiting_list{storage};
  RestockService restocks{{waiting_list, storage, stock, clock, random, true}};
  fakes::FakeTills tills{pos};
  Jobs jobs{ports()};
  int last_event = 0;

  JobsPorts ports() {
    return {.storage = storage,
            .pos = pos,
            .shop = shop,
            .clock = clock,
            .random = random,
            .fingerprints = fingerprints,
            .cards = cards,
            .stock = stock,
            .directory = directory,
            .mailer = &mailer,
            .log =
                [this](std::string_view line) {
                  const std::lock_guard lock(said_mutex);
                  said.emplace_back(line);
                },
            .pickups = &pickups,
            .book = &book,
            .inventory = &inventory,
            .online_stock = &online,
            .tills = &tills,
            .orders = &orders,
            .shipping = &shipping,
            .restocks = &restocks,
            .restock_book = &waiting_list};
  }
};

}  // namespace tsunagi
