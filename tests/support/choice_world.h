#pragma once
// An order that is fetched at one of two shops, of which the first cannot give all, or nobody
// comes: what its customer chooses then, or what happens when nobody does.

#include <gtest/gtest.h>

#include <algorithm>

#include "server/domain/fulfilment/choice_desk.h"
#include "server/domain/fulfilment/pickup_service.h"
#include "server/domain/fulfilment/shipping_service.h"
#include "tests/support/fake_book.h"
#include "tests/support/fake_inventory.h"
#include "tests/support/fake_orders.h"
#include "tests/support/fake_shipments.h"
#include "tests/support/fake_world.h"

namespace tsunagi {

inline constexpr int64_t kChosenOrder = 71;
inline constexpr int64_t kHere = 901;
inline constexpr int64_t kThere = 902;

class ChoiceWorld : public ::testing::Test {
 protected:
  using Words = std::vector<std::string>;

  ChoiceWorld() {
    tenant.id = 41;
    tenant.settings.pickup.on = true;
    tenant.settings.pickup.hours = {.opens = 0, .closes = 1'440};
    tenant.settings.pickup.choices = {.shop = true, .refund = true, .send = true};
    tenant.settings.locations = {{"1", kHere}, {"2", kThere}};
    (void)storage.install({.id = tenant.id, .domain = "a.myshopify.com", .name = "a"});
    (void)storage.apply(tenant.id, {change::PutStores{{{"1", "S1", "渋谷店", "", "", 1, false},
                                                       {"2", "S2", "新宿店", "", "", 2, false},
                                                       {"3", "S3", "倉庫", "", "", 3, false}}}});
    book.stock["49"] = {.code = "49", .product_id = "p49", .name = "商品49", .shops = {}};
    has(2);
    clock.advance(1'000);
  }
  // What the other shop has; the third is no place of the online shop.
  void has(int64_t pieces) {
    book.stock["49"].shops = {{.store_id = "1", .on_shelf = 9},
                              {.store_id = "2", .on_shelf = pieces},
                              {.store_id = "3", .on_shelf = 9}};
  }
  Result<ShippingService::Outcome> try_step() {
    orders.sends_at = clock.now();
    return service.step(tenant, kChosenOrder);
  }
  void step() {
    const auto outcome = try_step();
    EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().message);
  }
  void act(PickupAction action, std::vector<int64_t> picked = {}) {
    const auto done =
        pickups.act(tenant, {.pickup_id = first().id,
                             .action_id = "deed-" + std::to_string(++deeds),
                             .action = action,
                             .actor = {.role = Role::kClerk, .id = "p1", .stores = {"1", "2"}},
                             .reason = action == PickupAction::kReject ? "not_found" : "",
                             .picked = std::move(picked)});
    EXPECT_TRUE(done.ok());
  }
  // An order of two pieces that the first shop could not find.
  void rejected() {
    orders.add_fetched(kChosenOrder, kHere, {{1, "49", 2}});
    step();
    act(PickupAction::kReject);
    step();
  }
  // Of three pieces two were found.
  void found_in_part() {
    orders.add_fetched(kChosenOrder, kHere, {{1, "49", 3}});
    step();
    act(PickupAction::kPick);
    act(PickupAction::kReady, {2});
    step();
  }
  Result<Pickup> choose(const std::string& what, const std::string& deed = "mine") {
    return desk.choose(tenant, {.pickup_id = first().id,
                                .deed = deed,
                                .customer_id = 7001,
                                .choice = what,
                                .store_id = what == "shop" ? "2" : ""});
  }
  ErrorCode refusal(const std::string& what, const std::string& deed = "mine") {
    const auto chosen = choose(what, deed);
    EXPECT_FALSE(chosen.ok());
    return chosen.ok() ? ErrorCode::kInternal : chosen.error().code;
  }
  std::vector<std::string> offered() {
    const auto offers = desk.offers(tenant, {first()});
    std::vector<std::string> words;
    const auto own = offers->find(first().id);
    if (own == offers->end()) return words;
    for (const Choice each : own->second.choices) words.emplace_back(word(each));
    for (const ChoiceDesk::Shop& shop : own->second.shops) words.push_back(shop.store_id);
    return words;
  }
  // Ready, and not fetched: it waits, and the days are counted.
  void not_fetched() {
    orders.add_fetched(kChosenOrder, kHere, {{1, "49", 2}});
    step();
    act(PickupAction::kPick);
    act(PickupAction::kReady);
    step();
    give_up();
  }
  void give_up() {
    clock.advance(30 * 86'400);
    EXPECT_EQ(1, *pickups.expire_overdue(tenant));
    step();
  }
  int refund_unchosen() {
    const auto refunded = pickups.refund_unchosen(tenant);
    return refunded.ok() ? *refunded : -1;
  }
  void days_pass(int64_t days) { clock.advance(days * kRefundDaySeconds); }
  Words mailed() {
    Words steps;
    for (const auto& [id, mails] : storage.pickup_mails(tenant.id)) {
      for (const PickupMail& mail : mails) steps.emplace_back(word(mail.step));
    }
    return steps;
  }
  const Pickup& first() { return book.pickups.begin()->second; }
  const Pickup& last() { return std::prev(book.pickups.end())->second; }
  OrderWork& work() { return orders.orders[kChosenOrder].works.front(); }
  ChoiceState state() { return first().purchase.choice.state; }

  fakes::ManualClock clock;
  fakes::SeededRandom random{5};
  fakes::FakeStorage storage;
  fakes::StockedBook book{storage};
  fakes::FakeShipments shipments{storage, book};
  fakes::FakeOrders orders;
  StockService stock{storage, clock};
  fakes::FakeInventory inventory{storage};
  PickupService pickups{{book, storage, stock, clock, random}};
  ShippingService service{{shipments, book, storage, inventory, orders, stock, clock, random}};
  ChoiceDesk desk{{book, storage, stock, clock}};
  Tenant tenant;
  int deeds = 0;
};

}  // namespace tsunagi
