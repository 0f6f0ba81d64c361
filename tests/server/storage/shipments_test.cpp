// Shipments in both databases: the whole table with its trail, who gets the last piece, and deeds
// that arrive twice.

#include <atomic>
#include <thread>

#include "server/domain/fulfilment/shipping_service.h"
#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

class ShipmentsTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    if (IsSkipped()) return;
    for (const char* store : {"1", "2"}) {
      put_on_shelf("10", store, 1);
      put_on_shelf("20", store, 5);
    }
  }
  void put_on_shelf(const std::string& product, const std::string& store, int64_t on_hand) {
    apply({change::PutStock{{{.product_id = product,
                              .store_id = store,
                              .on_hand = on_hand,
                              .changed_at = ++shelved_}}}});
  }
  static ShipmentLine of(int64_t order_line, const std::string& product, int64_t quantity) {
    return {.order_line = order_line,
            .product_id = product,
            .product_code = "49" + product,
            .product_name = "Tea " + product,
            .quantity = quantity,
            .held = quantity};
  }
  static Shipment to(const std::string& id, const std::string& store,
                     std::vector<ShipmentLine> lines, int64_t order = 71) {
    Shipment shipment{.id = id,
                      .order_id = order,
                      .order_name = "#1001",
                      .work_id = 5,
                      .store_id = store,
                      .state = store.empty() ? ShipmentState::kPerson : ShipmentState::kAssigned,
                      .assigned_at = kNow,
                      .accept_by = kNow + 60,
                      .ship_by = kNow + 600,
                      .changed_at = kNow,
                      .reason = store.empty() ? "stock" : "",
                      .carrier = {},
                      .number = {},
                      .lines = std::move(lines)};
    if (store.empty()) {
      for (ShipmentLine& line : shipment.lines) line.held = 0;
    }
    return shipment;
  }
  Result<Done> put(const std::vector<Shipment>& shipments, const Safety& safety = {}) {
    ShipmentBook::Routed routed{.shipments = shipments, .safety = {}, .trace = "{\"shops\":[]}"};
    for (const Shipment& each : shipments) routed.safety[each.store_id] = safety;
    return db().put_shipments(kShop, routed);
  }
  static ShipmentMove deed(const std::string& id, ShipmentAction action, Role role,
                           const std::string& deed_id) {
    return {.shipment_id = id,
            .action_id = deed_id,
            .action = action,
            .actor = {.role = role, .id = std::string(word(role)), .stores = {"1", "2", ""}},
            .reason = action == ShipmentAction::kCancel ? "order" : "busy",
            .carrier = "yamato",
            .number = "4912-3456-7890",
            .store_id = "2",
            .at = kNow + 100};
  }
  Result<Shipment> act(const ShipmentMove& move, const std::vector<Change>& also = {}) {
    return db().move_shipment(kShop, move, {}, also);
  }
  int64_t held(const std::string& product, const std::string& store) {
    const auto levels = value(db().stock_of(kShop, product, {store}));
    return levels.empty() ? 0 : levels.front().held;
  }

  Seconds shelved_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Databases, ShipmentsTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(ShipmentsTest, IsFoundAgainAsItWasRouted) {
  EXPECT_OK(put({to("s1", "1", {of(1, "20", 2), of(2, "10", 1)}), to("s2", "", {of(3, "20", 9)})}));
  const auto found = value(db().shipment(kShop, "s1"));
  ASSERT_TRUE(found);
  EXPECT_EQ("#1001", found->order_name);
  EXPECT_EQ(kNow + 600, found->ship_by);
  ASSERT_EQ(2U, found->lines.size());
  EXPECT_EQ("Tea 10", found->lines[1].product_name);
  EXPECT_EQ(2U, value(db().shipments_of_order(kShop, 71)).size());
  EXPECT_EQ(1U, value(db().open_shipments(kShop, {"1"}, 10)).size());
  EXPECT_EQ(0U, value(db().open_shipments(kShop, {"2"}, 10)).size());
  EXPECT_EQ(2U, value(db().open_shipments(kShop, {}, 10)).size());
  EXPECT_EQ(1U, value(db().open_shipments(kShop, {}, 1)).size());
  EXPECT_EQ((std::map<std::string, int64_t>{{"1", 1}}), value(db().open_work(kShop)));
  EXPECT_EQ("{\"shops\":[]}", value(db().trace_of(kShop, "s1")));
  const auto deeds = value(db().shipment_deeds(kShop, "s2"));
  ASSERT_EQ(1U, deeds.size());
  EXPECT_EQ("route", deeds[0].action);
  EXPECT_EQ("person", deeds[0].to);
  install(kOtherShop);
  EXPECT_FALSE(value(db().shipment(kOtherShop, "s1")));
  EXPECT_TRUE(value(db().open_shipments(kOtherShop, {}, 10)).empty());
}

TEST_P(ShipmentsTest, WhatItHoldsIsOfferedToNobodyElse) {
  EXPECT_OK(put({to("s1", "1", {of(1, "20", 2), of(2, "20", 2)})}));
  EXPECT_EQ(4, held("20", "1"));
  EXPECT_EQ(0, held("20", "2"));
  // The same piece by another order, and by a pick-up.
  EXPECT_ERROR(ErrorCode::kConflict, put({to("s2", "1", {of(1, "20", 2)}, 72)}));
  const Pickup wish{.id = "pickup-number-1",
                    .customer_id = 7001,
                    .store_id = "1",
                    .code = "100001",
                    .hold_until = kNow + 60,
                    .reason = {},
                    .lines = {{.product_id = "20",
                               .product_code = "4920",
                               .product_name = "Tea",
                               .quantity = 2,
                               .held = 2}}};
  EXPECT_ERROR(ErrorCode::kConflict, db().place(kShop, wish, {0}, std::nullopt));
  const auto stock = value(db().stock_of_codes(kShop, {"4920"}));
  EXPECT_OK(act(deed("s1", ShipmentAction::kRefuse, Role::kClerk, "d1")));
  EXPECT_EQ(0, held("20", "1"));
  EXPECT_OK(db().place(kShop, wish, {0}, std::nullopt));
  EXPECT_ERROR(ErrorCode::kConflict, put({to("s3", "1", {of(1, "20", 4)}, 73)}));
  EXPECT_OK(put({to("s4", "1", {of(1, "20", 3)}, 74)}));
}

TEST_P(ShipmentsTest, WhatWasDecidedBeforeAShopRefusedIsDecidedAnew) {
  EXPECT_OK(put({to("s1", "1", {of(1, "20", 1)})}));
  const auto again = [&](const char* id, int64_t refusals) {
    return db().put_shipments(kShop, {.shipments = {to(id, "1", {of(2, "20", 1)})},
                                      .safety = {{"1", Safety{}}},
                                      .trace = "{}",
                                      .refusals = refusals});
  };
  EXPECT_OK(again("s2", 0));
  EXPECT_OK(
      db().move_shipment(kShop, deed("s1", ShipmentAction::kRefuse, Role::kClerk, "no"), {}, {}));
  EXPECT_ERROR(ErrorCode::kUnavailable, again("s3", 0));
  EXPECT_FALSE(value(db().shipment(kShop, "s3")).has_value());
  EXPECT_OK(again("s3", 1));
}

TEST_P(ShipmentsTest, LinesOfOneProductAreSummedAndSafetyIsLeft) {
  EXPECT_ERROR(ErrorCode::kConflict, put({to("s1", "1", {of(1, "20", 3), of(2, "20", 3)})}));
  EXPECT_ERROR(ErrorCode::kConflict, put({to("s1", "1", {of(1, "20", 4)})}, {.shop = 2}));
  EXPECT_OK(put({to("s1", "1", {of(1, "20", 3)})}, {.shop = 2}));
}

TEST_P(ShipmentsTest, OfEachProductItsOwnSafetyIsLeft) {
  put_on_shelf("10", "1", 5);
  const auto both = [&](const std::string& id, int64_t of_20, int64_t of_10) {
    return to(id, "1", {of(1, "20", of_20), of(2, "10", of_10)});
  };
  const Safety safety{.shop = 1, .products = {{"20", 3}}};
  const auto refused = put({both("s1", 3, 4)}, safety);
  EXPECT_ERROR(ErrorCode::kConflict, refused);
  EXPECT_EQ(std::string(kNotEnough) + "20", refused.error().message);
  const auto other = put({both("s1", 2, 5)}, safety);
  EXPECT_ERROR(ErrorCode::kConflict, other);
  EXPECT_EQ(std::string(kNotEnough) + "10", other.error().message);
  EXPECT_OK(put({both("s1", 2, 4)}, safety));
}

TEST_P(ShipmentsTest, WhoAssignsLeavesWhatTheNewShopKeepsBackOfTheProduct) {
  put_on_shelf("20", "2", 3);
  EXPECT_OK(put({to("s1", "", {of(1, "20", 2)})}));
  const auto assign = [&](const std::string& deed_id, const Safety& safety) {
    ShipmentMove move = deed("s1", ShipmentAction::kAssign, Role::kHeadOffice, deed_id);
    return db().move_shipment(kShop, move, safety, {});
  };
  EXPECT_ERROR(ErrorCode::kConflict, assign("d1", {.shop = 0, .products = {{"20", 2}}}));
  EXPECT_EQ(0, held("20", "2"));
  EXPECT_OK(assign("d2", {.shop = 2, .products = {{"20", 1}, {"10", 9}}}));
  EXPECT_EQ(2, held("20", "2"));
}

TEST_P(ShipmentsTest, OfSeveralShopsAllHoldOrNone) {
  EXPECT_ERROR(ErrorCode::kConflict,
               put({to("s2", "2", {of(2, "10", 2)}), to("s1", "1", {of(1, "20", 2)})}));
  EXPECT_EQ(0, held("20", "1"));
  EXPECT_TRUE(value(db().shipments_of_order(kShop, 71)).empty());
}

TEST_P(ShipmentsTest, PuttingTwicePutsOnce) {
  EXPECT_OK(put({to("s1", "1", {of(1, "20", 3)})}));
  EXPECT_OK(put({to("s1", "1", {of(1, "20", 3)})}));
  EXPECT_EQ(3, held("20", "1"));
  EXPECT_EQ(1U, value(db().shipment_deeds(kShop, "s1")).size());
}

TEST_P(ShipmentsTest, TheLastPieceIsHeldOnce) {
  std::atomic<int> held_by = 0;
  {
    std::vector<std::jthread> routers;
    for (int i = 0; i < 8; ++i) {
      routers.emplace_back([&, i] {
        const auto done = put({to("s" + std::to_string(i), "1", {of(1, "10", 1)}, 100 + i)});
        if (done.ok()) ++held_by;
        if (!done.ok()) EXPECT_EQ(ErrorCode::kConflict, done.error().code) << done.error().message;
      });
    }
  }
  EXPECT_EQ(1, held_by);
  EXPECT_EQ(1, held("10", "1"));
}

// From where it was put to: a shop's, or nobody's.
struct WayTo {
  ShipmentState state;
  std::vector<ShipmentAction> deeds;
  bool nobodys = false;
};
std::vector<WayTo> ways_to_all_states() {
  using enum ShipmentAction;
  return {{ShipmentState::kAssigned, {}},
          {ShipmentState::kAccepted, {kAccept}},
          {ShipmentState::kPicking, {kPick}},
          {ShipmentState::kPacked, {kPick, kPack}},
          {ShipmentState::kShipped, {kPick, kPack, kShip}},
          {ShipmentState::kRefused, {kRefuse}},
          {ShipmentState::kCancelled, {kCancel}},
          {ShipmentState::kPerson, {}, true},
          {ShipmentState::kGivenBack, {kGiveBack}, true}};
}
const ShipmentRule* rule_for(ShipmentState from, ShipmentAction action, Role role) {
  for (const ShipmentRule& rule : shipment_rules()) {
    const bool same = rule.from == from && rule.action == action;
    if (same && rule.roles.at(static_cast<size_t>(role))) return &rule;
  }
  return nullptr;
}

TEST_P(ShipmentsTest, EveryStateActionAndRoleDoesWhatTheTableSaysAndLeavesARowInTheTrail) {
  for (const char* store : {"1", "2"}) put_on_shelf("20", store, 1'000'000);
  std::set<const ShipmentRule*> walked;
  int number = 0;
  for (const WayTo& way : ways_to_all_states()) {
    for (const ShipmentAction action : kShipmentActions) {
      for (const Role role : {Role::kClerk, Role::kManager, Role::kHeadOffice, Role::kSystem}) {
        const std::string id = "s" + std::to_string(++number);
        SCOPED_TRACE(std::string(word(role)) + " " + std::string(word(action)) + " what is " +
                     std::string(word(way.state)));
        EXPECT_OK(put({to(id, way.nobodys ? "" : "1", {of(1, "20", 1)}, 1'000 + number)}));
        for (const ShipmentAction next : way.deeds) {
          const Role by = next == ShipmentAction::kCancel ? Role::kSystem : Role::kHeadOffice;
          EXPECT_OK(act(deed(id, next, by, "way-" + std::string(word(next)))));
        }
        ASSERT_EQ(way.state, value(db().shipment(kShop, id))->state);
        const ShipmentRule* rule = rule_for(way.state, action, role);
        const auto done = act(deed(id, action, role, "deed"));
        EXPECT_EQ(rule != nullptr, done.ok());
        if (!done.ok()) EXPECT_EQ(ErrorCode::kConflict, done.error().code);
        const auto state = value(db().shipment(kShop, id))->state;
        EXPECT_EQ(rule == nullptr ? way.state : rule->to, state);
        const auto last = value(db().shipment_deeds(kShop, id)).back();
        EXPECT_EQ(word(action), last.action);
        EXPECT_EQ(word(role), last.actor);
        EXPECT_EQ(word(way.state), last.from);
        EXPECT_EQ(word(state), last.to);
        EXPECT_EQ(rule == nullptr, last.refused);
        if (rule != nullptr) walked.insert(rule);
      }
    }
  }
  EXPECT_EQ(shipment_rules().size(), walked.size()) << "a rule was not walked";
}

TEST_P(ShipmentsTest, ADeedThatArrivesTwiceIsDoneOnceAndAnothersIsRefused) {
  EXPECT_OK(put({to("s1", "1", {of(1, "20", 1)})}));
  const auto accept = deed("s1", ShipmentAction::kAccept, Role::kClerk, "d1");
  EXPECT_EQ(ShipmentState::kAccepted, value(act(accept)).state);
  EXPECT_EQ(ShipmentState::kAccepted, value(act(accept)).state);
  EXPECT_ERROR(ErrorCode::kConflict, act(deed("s1", ShipmentAction::kPick, Role::kClerk, "d1")));
  EXPECT_EQ(2U, value(db().shipment_deeds(kShop, "s1")).size());
  EXPECT_ERROR(ErrorCode::kNotFound, act(deed("no", ShipmentAction::kPick, Role::kClerk, "d2")));
}

TEST_P(ShipmentsTest, WhatIsToBeHeardIsEnqueuedWithTheDeedOrNotAtAll) {
  EXPECT_OK(put({to("s1", "1", {of(1, "20", 1)})}));
  const Change heard = change::Enqueue{{OutboxKind::kShipOrder, ship_order_key(71)}};
  EXPECT_ERROR(ErrorCode::kConflict,
               act(deed("s1", ShipmentAction::kShip, Role::kClerk, "d1"), {heard}));
  EXPECT_TRUE(value(db().outbox_in(kShop, QueueState::kWaiting, 10)).empty());
  EXPECT_OK(act(deed("s1", ShipmentAction::kRefuse, Role::kClerk, "d2"), {heard}));
  const auto waiting = value(db().outbox_in(kShop, QueueState::kWaiting, 10));
  ASSERT_EQ(1U, waiting.size());
  EXPECT_EQ("order-71", waiting[0].item.write.key);
  EXPECT_EQ(OutboxKind::kShipOrder, waiting[0].item.write.kind);
}

TEST_P(ShipmentsTest, WhatAShopDoesNotFindIsOfferedToNobody) {
  EXPECT_OK(put({to("s1", "1", {of(1, "20", 2)}), to("s2", "2", {of(2, "20", 2)})}));
  const auto doubted = [&](const char* store) {
    return value(db().stock_of(kShop, "20", {store})).front().doubted;
  };
  EXPECT_OK(act(deed("s1", ShipmentAction::kRefuse, Role::kClerk, "d1")));
  EXPECT_FALSE(doubted("1")) << "they are busy: it is there";
  auto refusal = deed("s2", ShipmentAction::kRefuse, Role::kClerk, "d2");
  refusal.reason = "damaged";
  EXPECT_OK(act(refusal));
  EXPECT_TRUE(doubted("2"));
  EXPECT_ERROR(ErrorCode::kConflict, put({to("s3", "2", {of(1, "20", 1)}, 72)}));
  EXPECT_OK(put({to("s4", "1", {of(1, "20", 1)}, 72)}));
}

TEST_P(ShipmentsTest, AShopThatAPersonAsksNeedsThePieces) {
  EXPECT_OK(put({to("s1", "", {of(1, "20", 6)})}));
  const auto assign = deed("s1", ShipmentAction::kAssign, Role::kHeadOffice, "d1");
  EXPECT_ERROR(ErrorCode::kConflict, act(assign));
  EXPECT_EQ(0, held("20", "2"));
  put_on_shelf("20", "2", 6);
  auto again = assign;
  again.action_id = "d2";
  EXPECT_EQ("2", value(act(again)).store_id);
  EXPECT_EQ(6, held("20", "2"));
  EXPECT_EQ(1U, value(db().open_shipments(kShop, {"2"}, 10)).size());
}

TEST_P(ShipmentsTest, WhatThePlatformHasIsNotedAndTheParcelOnce) {
  EXPECT_OK(put({to("s1", "1", {of(1, "20", 2)})}));
  EXPECT_OK(db().note_seen(kShop,
                           {{.shipment_id = "s1", .work_id = 9, .placed = true, .on_hold = true}}));
  auto seen = *value(db().shipment(kShop, "s1"));
  EXPECT_TRUE(seen.placed);
  EXPECT_TRUE(seen.on_hold);
  EXPECT_EQ(9, seen.work_id);
  EXPECT_EQ(0, seen.told_id);
  EXPECT_OK(db().note_seen(kShop, {{.shipment_id = "s1", .work_id = 9, .placed = true}}));
  for (const auto action : {ShipmentAction::kPick, ShipmentAction::kPack, ShipmentAction::kShip}) {
    EXPECT_OK(act(deed("s1", action, Role::kClerk, std::string(word(action)))));
  }
  seen = *value(db().shipment(kShop, "s1"));
  EXPECT_EQ("491234567890", seen.number);
  EXPECT_EQ("yamato", seen.carrier);
  EXPECT_EQ(2, held("20", "1")) << "on its way, and still in the shop's figure";
  EXPECT_OK(
      db().note_seen(kShop, {{.shipment_id = "s1", .work_id = 9, .placed = true, .told_id = 77}}));
  EXPECT_OK(
      db().note_seen(kShop, {{.shipment_id = "s1", .work_id = 9, .placed = true, .told_id = 78}}));
  EXPECT_EQ(77, value(db().shipment(kShop, "s1"))->told_id);
}

TEST_P(ShipmentsTest, WhatAPersonSettledIsToldNobodyAndHeldNoMore) {
  EXPECT_OK(put({to("s1", "1", {of(1, "20", 2)}), to("s2", "2", {of(2, "20", 1)})}));
  for (const auto action : {ShipmentAction::kPick, ShipmentAction::kPack, ShipmentAction::kShip}) {
    EXPECT_OK(act(deed("s1", action, Role::kClerk, std::string(word(action)))));
  }
  apply({change::ParcelsSettled{71}});
  EXPECT_EQ(-1, value(db().shipment(kShop, "s1"))->told_id);
  EXPECT_EQ(0, held("20", "1"));
  EXPECT_EQ(0, value(db().shipment(kShop, "s2"))->told_id) << "that is still to be sent";
  EXPECT_EQ(1, held("20", "2"));
}

TEST_P(ShipmentsTest, AShopThatIsErasedLeavesNone) {
  EXPECT_OK(put({to("s1", "1", {of(1, "20", 2)})}));
  EXPECT_OK(db().erase_tenant(kShop));
  EXPECT_FALSE(value(db().shipment(kShop, "s1")));
  for (const char* table : {"shipment", "shipment_line", "shipment_deed"}) {
    EXPECT_EQ(0, database_->number("SELECT COUNT(*) FROM " + std::string(table))) << table;
  }
}

}  // namespace
}  // namespace tsunagi
