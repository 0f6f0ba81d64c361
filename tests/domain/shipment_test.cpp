// Shipments: the whole table of states, actions and roles, and what comes with an action.
#include "server/domain/fulfilment/shipment.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tsunagi {
namespace {

Shipment shipment_in(ShipmentState state) {
  return {.id = "s1",
          .order_id = 7,
          .order_name = "#1001",
          .store_id = state == ShipmentState::kPerson ? "" : "1",
          .state = state,
          .reason = {},
          .carrier = {},
          .number = {},
          .lines = {{.order_line = 1,
                     .product_id = "31",
                     .product_code = "49",
                     .product_name = "タオル",
                     .quantity = 2,
                     .held = state == ShipmentState::kPerson ? 0 : 2}}};
}

// An actor whose shops are those of the shipment, and all that the action needs.
ShipmentMove move_of(ShipmentAction action, Role role) {
  return {.shipment_id = "s1",
          .action_id = "d1",
          .action = action,
          .actor = {.role = role, .id = "p1", .stores = {"1", ""}},
          .reason = action == ShipmentAction::kCancel ? "order" : "not_found",
          .carrier = "yamato",
          .number = "4912-3456-7890",
          .store_id = "2",
          .at = 100};
}

const ShipmentRule* rule_for(ShipmentState from, ShipmentAction action) {
  for (const ShipmentRule& rule : shipment_rules()) {
    if (rule.from == from && rule.action == action) return &rule;
  }
  return nullptr;
}

TEST(ShipmentTest, EveryStateActionAndRoleDoesWhatTheTableSaysOrChangesNothing) {
  int legal = 0;
  for (const ShipmentState state : kShipmentStates) {
    for (const ShipmentAction action : kShipmentActions) {
      for (const Role role : kRoles) {
        Shipment shipment = shipment_in(state);
        const auto done = do_to(shipment, move_of(action, role));
        const ShipmentRule* rule = rule_for(state, action);
        const bool may = rule != nullptr && rule->roles.at(static_cast<size_t>(role));
        const std::string what = std::string(word(state)) + " " + std::string(word(action)) + " " +
                                 std::string(word(role));
        ASSERT_EQ(may, done.ok()) << what << (done.ok() ? "" : done.error().message);
        EXPECT_EQ(may ? rule->to : state, shipment.state) << what;
        if (may) {
          ++legal;
          EXPECT_EQ(100, shipment.changed_at) << what;
          const bool holds =
              (is_open(shipment.state) && shipment.state != ShipmentState::kPerson) ||
              shipment.state == ShipmentState::kShipped;
          EXPECT_EQ(holds ? 2 : 0, shipment.lines[0].held) << what;
        } else {
          const auto expected =
              role == Role::kShopper ? ErrorCode::kNotFound : ErrorCode::kConflict;
          EXPECT_EQ(expected, done.error().code) << what;
        }
      }
    }
  }
  EXPECT_GT(legal, 20);
}

TEST(ShipmentTest, EveryWayEndsAndNoStateIsOutOfReach) {
  std::vector<ShipmentState> reached = {ShipmentState::kAssigned, ShipmentState::kPerson};
  for (size_t i = 0; i < reached.size(); ++i) {
    for (const ShipmentRule& rule : shipment_rules()) {
      const bool known = std::ranges::find(reached, rule.to) != reached.end();
      if (rule.from == reached[i] && !known) reached.push_back(rule.to);
    }
  }
  EXPECT_EQ(std::size(kShipmentStates), reached.size());
  for (const ShipmentState end : {ShipmentState::kShipped, ShipmentState::kRefused,
                                  ShipmentState::kCancelled, ShipmentState::kGivenBack}) {
    EXPECT_FALSE(is_open(end)) << word(end);
  }
}

TEST(ShipmentTest, StaffOfAnotherShopSeeNothing) {
  Shipment shipment = shipment_in(ShipmentState::kAssigned);
  ShipmentMove move = move_of(ShipmentAction::kAccept, Role::kClerk);
  move.actor.stores = {"2"};
  const auto done = do_to(shipment, move);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(ErrorCode::kNotFound, done.error().code);
}

TEST(ShipmentTest, AParcelNeedsANumberAndACarrierFromTheList) {
  struct Case {
    const char *carrier, *number;
    bool good;
  };
  for (const Case& each : {Case{"yamato", "4912-3456-7890", true},
                           {"sagawa", "1 2 3", true},
                           {"yamato", "", false},
                           {"yamato", "--", false},
                           {"turtle", "491234567890", false},
                           {"", "491234567890", false},
                           {"other", "12<34", false},
                           {"japan_post", "EN123456789JP", true}}) {
    Shipment shipment = shipment_in(ShipmentState::kPacked);
    ShipmentMove move = move_of(ShipmentAction::kShip, Role::kClerk);
    move.carrier = each.carrier;
    move.number = each.number;
    const auto done = do_to(shipment, move);
    EXPECT_EQ(each.good, done.ok()) << each.carrier << " " << each.number;
    if (!done.ok()) EXPECT_EQ(ErrorCode::kInvalid, done.error().code);
  }
}

TEST(ShipmentTest, ANumberIsWhatIsLeftWithoutWhatHelpsTheEye) {
  EXPECT_EQ("491234567890", tracking_number("4912-3456 7890"));
  EXPECT_EQ("EN123456789JP", tracking_number("en123456789jp"));
  EXPECT_EQ("", tracking_number("４９"));
  EXPECT_EQ(std::string(kTrackingNumberMost, '1'),
            tracking_number(std::string(kTrackingNumberMost, '1')));
  EXPECT_EQ("", tracking_number(std::string(kTrackingNumberMost + 1, '1')));
}

TEST(ShipmentTest, WhatIsOnHoldIsPackedAndNotSent) {
  Shipment shipment = shipment_in(ShipmentState::kPicking);
  shipment.on_hold = true;
  EXPECT_TRUE(do_to(shipment, move_of(ShipmentAction::kPack, Role::kClerk)).ok());
  const auto sent = do_to(shipment, move_of(ShipmentAction::kShip, Role::kClerk));
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(ErrorCode::kConflict, sent.error().code);
  EXPECT_EQ(ShipmentState::kPacked, shipment.state);
}

TEST(ShipmentTest, AnArticleThatNoShopCountsIsGivenToNoShop) {
  Shipment shipment = shipment_in(ShipmentState::kPerson);
  shipment.lines[0].product_id.clear();
  EXPECT_FALSE(do_to(shipment, move_of(ShipmentAction::kAssign, Role::kHeadOffice)).ok());
  EXPECT_TRUE(do_to(shipment, move_of(ShipmentAction::kGiveBack, Role::kHeadOffice)).ok());
}

TEST(ShipmentTest, WordsNameOneValueEach) {
  for (const ShipmentState state : kShipmentStates) EXPECT_EQ(state, shipment_state(word(state)));
  for (const ShipmentAction action : kShipmentActions) {
    EXPECT_EQ(action, shipment_action(word(action)));
  }
  for (const CancelReason reason : kCancelReasons) EXPECT_EQ(reason, cancel_reason(word(reason)));
  for (const Carrier carrier : kCarriers) EXPECT_EQ(carrier, carrier_of(word(carrier)));
  EXPECT_FALSE(shipment_state("").has_value());
}

}  // namespace
}  // namespace tsunagi
