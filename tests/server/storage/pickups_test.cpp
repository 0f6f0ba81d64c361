// Pick-ups in both databases: who gets the last piece, and what may be done when and by whom.

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

class PickupsTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    if (IsSkipped()) return;
    shelf("10", 1);
    shelf("20", 5);
  }
  void shelf(const std::string& product, int64_t on_hand, int64_t layaway = 0) {
    apply({change::PutStock{{{.product_id = product,
                              .store_id = "1",
                              .on_hand = on_hand,
                              .layaway = layaway,
                              .changed_at = ++shelved_}}}});
  }
  static std::string id_of(int number) { return "pickup-number-" + std::to_string(number); }
  static Pickup wish(int number, std::vector<PickupLine> lines, int64_t customer = 7001) {
    return {.id = id_of(number),
            .customer_id = customer,
            .store_id = "1",
            .code = std::to_string(100'000 + number),
            .placed_at = kNow,
            .accept_by = kNow + 1'800,
            .ready_from = kNow + 3'600,
            .hold_until = kNow + 86'400,
            .changed_at = kNow,
            .reason = {},
            .lines = value(summed(std::move(lines)))};
  }
  static PickupLine line(const std::string& product, int64_t quantity) {
    return {.product_id = product,
            .product_code = "49" + product,
            .product_name = "Tea " + product,
            .quantity = quantity};
  }
  Result<Pickup> place(const Pickup& pickup, int64_t safety = 0) {
    return db().place(kShop, pickup, std::vector<int64_t>(pickup.lines.size(), safety),
                      std::nullopt);
  }
  Result<Pickup> act(const std::string& id, PickupAction action, Role role,
                     const std::string& deed) {
    return db().move(kShop,
                     {.pickup_id = id,
                      .action_id = deed,
                      .action = action,
                      .actor = actor(role),
                      .reason = action == PickupAction::kReject ? "busy" : "",
                      .picked = {},
                      .at = kNow + 2 * 86'400},
                     {});
  }
  static PickupMove made_ready(std::vector<int64_t> picked) {
    return {.pickup_id = id_of(1),
            .action_id = "ready",
            .action = PickupAction::kReady,
            .actor = actor(Role::kClerk),
            .reason = {},
            .picked = std::move(picked),
            .at = kNow};
  }
  static Actor actor(Role role) {
    switch (role) {
      case Role::kShopper:
        return {.role = role, .id = "7001"};
      case Role::kClerk:
      case Role::kManager:
        return {.role = role, .id = "staff", .stores = {"1"}};
      case Role::kHeadOffice:
        return {.role = role, .id = "head"};
      case Role::kSystem:
        return {.role = role, .id = {}};
    }
    return {};
  }
  int64_t held(const std::string& product) {
    const auto levels = value(db().stock_of(kShop, product, {"1"}));
    return levels.empty() ? 0 : levels.front().held;
  }

  Seconds shelved_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Databases, PickupsTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(PickupsTest, IsHeldAndFoundAgainAsItWasPlaced) {
  const Pickup placed = value(place(wish(1, {line("20", 2), line("10", 1)})));
  EXPECT_EQ(2, held("20"));
  EXPECT_EQ(1, held("10"));
  const auto found = value(db().pickup(kShop, id_of(1)));
  ASSERT_TRUE(found);
  EXPECT_EQ(placed.code, found->code);
  EXPECT_EQ(PickupState::kPlaced, found->state);
  ASSERT_EQ(2U, found->lines.size());
  EXPECT_EQ("10", found->lines[0].product_id);
  EXPECT_EQ("Tea 20", found->lines[1].product_name);
  EXPECT_EQ(kNow + 86'400, found->hold_until);
  EXPECT_EQ(id_of(1), value(db().open_pickup_by_code(kShop, placed.code))->id);
  EXPECT_EQ(1U, value(db().open_pickups(kShop, {"1"}, 10)).size());
  EXPECT_EQ(0U, value(db().open_pickups(kShop, {"2"}, 10)).size());
  EXPECT_EQ(1U, value(db().open_pickups(kShop, {}, 10)).size());
  EXPECT_EQ(1U, value(db().pickups_of(kShop, 7001, 10)).size());
  EXPECT_EQ(0U, value(db().pickups_of(kShop, 7002, 10)).size());
  install(kOtherShop);
  EXPECT_FALSE(value(db().pickup(kOtherShop, id_of(1))));
}

TEST_P(PickupsTest, PlacingTwiceHoldsOnce) {
  EXPECT_OK(place(wish(1, {line("20", 2)})));
  EXPECT_OK(place(wish(1, {line("20", 2)})));
  EXPECT_EQ(2, held("20"));
  EXPECT_ERROR(ErrorCode::kConflict, place(wish(1, {line("20", 1)}, /*customer=*/7002)));
}

TEST_P(PickupsTest, OfferedIsOnHandWithoutLayawayHeldAndSafety) {
  struct Case {
    int64_t on_hand, layaway, held, safety, most;
  };
  const Case cases[] = {{5, 0, 0, 0, 5}, {5, 2, 0, 0, 3},  {5, 0, 3, 0, 2}, {5, 0, 0, 4, 1},
                        {9, 2, 3, 1, 3}, {5, -2, 0, 0, 5}, {2, 0, 0, 3, 0}, {-1, 0, 0, 0, 0}};
  int number = 0;
  for (const Case& each : cases) {
    SCOPED_TRACE(number);
    const std::string product = "p" + std::to_string(number);
    shelf(product, 100);
    const int before = ++number * 10;
    if (each.held > 0) EXPECT_OK(place(wish(before, {line(product, each.held)}, 8000 + number)));
    shelf(product, each.on_hand, each.layaway);
    const auto more = place(wish(before + 1, {line(product, each.most + 1)}), each.safety);
    EXPECT_ERROR(ErrorCode::kConflict, more);
    EXPECT_EQ(std::string(kNotEnough) + product, more.error().message);
    if (each.most > 0) EXPECT_OK(place(wish(before + 2, {line(product, each.most)}), each.safety));
  }
}

TEST_P(PickupsTest, OfEachLineItsOwnSafetyIsLeft) {
  for (const char* product : {"a", "b"}) shelf(product, 5);
  const auto both = [&](int number, const std::vector<int64_t>& safety) {
    return db().place(kShop, wish(number, {line("a", 3), line("b", 3)}), safety, std::nullopt);
  };
  const auto first = both(1, {3, 0});
  EXPECT_ERROR(ErrorCode::kConflict, first);
  EXPECT_EQ(std::string(kNotEnough) + "a", first.error().message);
  const auto second = both(1, {0, 3});
  EXPECT_ERROR(ErrorCode::kConflict, second);
  EXPECT_EQ(std::string(kNotEnough) + "b", second.error().message);
  EXPECT_OK(both(1, {2, 2}));
}

TEST_P(PickupsTest, AWishThatIsSentTwiceAtOnceIsPlacedOnceAndAnsweredTwice) {
  for (int round = 0; round < 20; ++round) {
    const std::string product = "last" + std::to_string(round);
    shelf(product, 1);
    std::atomic<int> answered = 0;
    {
      std::vector<std::jthread> senders;
      for (int i = 0; i < 4; ++i) {
        senders.emplace_back([&] {
          const auto placed = place(wish(100 + round, {line(product, 1)}, 9'000 + round));
          if (placed.ok()) ++answered;
          if (!placed.ok()) ADD_FAILURE() << placed.error().message;
        });
      }
    }
    EXPECT_EQ(4, answered);
    EXPECT_EQ(1, held(product));
  }
}

TEST_P(PickupsTest, TwoLinesOfOneItemAreASum) {
  EXPECT_ERROR(ErrorCode::kConflict, place(wish(1, {line("20", 3), line("20", 3)})));
  EXPECT_EQ(0, held("20"));
  EXPECT_OK(place(wish(2, {line("20", 3), line("20", 2)})));
  EXPECT_EQ(5, held("20"));
}

TEST_P(PickupsTest, AllOfItOrNothing) {
  EXPECT_ERROR(ErrorCode::kConflict, place(wish(1, {line("20", 5), line("10", 2)})));
  EXPECT_ERROR(ErrorCode::kConflict, place(wish(2, {line("20", 5), line("unknown", 1)})));
  EXPECT_EQ(0, held("20"));
}

TEST_P(PickupsTest, OfFiftyWhoWantTheLastPieceOneGetsIt) {
  std::atomic<int> got = 0;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> shoppers;
    for (int i = 0; i < 50; ++i) {
      shoppers.emplace_back([&, i] {
        const auto placed = place(wish(i, {line("10", 1), line("20", 1)}, 7001 + i));
        if (placed.ok()) ++got;
        if (!placed.ok() && placed.error().code == ErrorCode::kConflict) ++refused;
      });
    }
  }
  EXPECT_EQ(1, got);
  EXPECT_EQ(49, refused);
  EXPECT_EQ(1, held("10"));
  EXPECT_EQ(1, held("20"));
}

// Two who want the same two products, each in another order, do not wait for each other for ever.
TEST_P(PickupsTest, ACrowdThatWantsSeveralProductsGetsWhatThereIs) {
  shelf("30", 20);
  shelf("40", 20);
  std::atomic<int> got = 0;
  {
    std::vector<std::jthread> shoppers;
    for (int i = 0; i < 30; ++i) {
      shoppers.emplace_back([&, i] {
        const std::vector<PickupLine> lines = i % 2 == 0
                                                  ? std::vector{line("30", 1), line("40", 1)}
                                                  : std::vector{line("40", 1), line("30", 1)};
        if (place(wish(i, lines, 7001 + i)).ok()) ++got;
      });
    }
  }
  EXPECT_EQ(20, got);
  EXPECT_EQ(20, held("30"));
  EXPECT_EQ(20, held("40"));
}

TEST_P(PickupsTest, ACustomerHasOnlySoManyOpenOnes) {
  shelf("20", 1'000);
  for (int i = 0; i < kOpenPickupsMost; ++i) EXPECT_OK(place(wish(i, {line("20", 1)})));
  EXPECT_ERROR(ErrorCode::kConflict, place(wish(kOpenPickupsMost, {line("20", 1)})));
  EXPECT_OK(act(id_of(0), PickupAction::kCancel, Role::kShopper, "cancel"));
  EXPECT_OK(place(wish(kOpenPickupsMost, {line("20", 1)})));
}

// A way from "placed" to each state, by those who may do everything on it.
std::vector<PickupAction> way_to(PickupState wanted) {
  using A = PickupAction;
  switch (wanted) {
    case PickupState::kPlaced:
      return {};
    case PickupState::kAccepted:
      return {A::kAccept};
    case PickupState::kPicking:
      return {A::kPick};
    case PickupState::kReady:
      return {A::kPick, A::kReady};
    case PickupState::kHandedOver:
      return {A::kPick, A::kReady, A::kHandOver};
    case PickupState::kRejected:
      return {A::kReject};
    case PickupState::kExpired:
      return {A::kExpire};
    case PickupState::kCancelled:
      return {A::kCancel};
  }
  return {};
}

const PickupRule* rule_of(PickupState state, PickupAction action, Role role) {
  for (const PickupRule& rule : pickup_rules()) {
    const bool allowed = rule.roles.at(static_cast<size_t>(role));
    if (rule.from == state && rule.action == action && allowed) return &rule;
  }
  return nullptr;
}

// The whole table: what it allows does what it says, everything else is refused and written down.
TEST_P(PickupsTest, EveryActionInEveryStateByEveryRole) {
  shelf("20", 100'000);
  int number = 0;
  int legal = 0;
  for (const PickupState state : kPickupStates) {
    for (const PickupAction action : kPickupActions) {
      for (const Role role : kRoles) {
        SCOPED_TRACE(std::string(word(state)) + ", " + std::string(word(action)) + ", " +
                     std::string(word(role)));
        const std::string id = id_of(++number);
        EXPECT_OK(place(wish(number, {line("20", 2)})));
        for (const PickupAction step : way_to(state)) {
          const Role by = step == PickupAction::kExpire ? Role::kSystem : Role::kHeadOffice;
          EXPECT_OK(act(id, step, by, "way-" + std::string(word(step))));
        }
        const Pickup before = *value(db().pickup(kShop, id));
        ASSERT_EQ(state, before.state);
        const size_t deeds = value(db().deeds_of(kShop, id)).size();
        const int64_t held_before = held("20");

        const auto done = act(id, action, role, "the-deed");
        const auto trail = value(db().deeds_of(kShop, id));
        ASSERT_EQ(deeds + 1, trail.size());
        EXPECT_EQ(word(action), trail.back().action);
        EXPECT_EQ(role, trail.back().role);
        EXPECT_EQ(word(state), trail.back().from);
        const Pickup after = *value(db().pickup(kShop, id));
        const auto* rule = rule_of(state, action, role);
        EXPECT_EQ(rule == nullptr, trail.back().refused);
        if (rule == nullptr) {
          EXPECT_ERROR(ErrorCode::kConflict, done);
          EXPECT_EQ(state, after.state);
          EXPECT_EQ(before.hold_until, after.hold_until);
          EXPECT_EQ(held_before, held("20"));
        } else {
          ++legal;
          EXPECT_OK(done);
          EXPECT_EQ(rule->to, after.state);
          EXPECT_EQ(word(rule->to), trail.back().to);
          const bool stays = is_open(rule->to) || rule->to == PickupState::kHandedOver;
          EXPECT_EQ(stays ? 2 : 0, after.lines.front().held);
          EXPECT_EQ(stays ? held_before : held_before - 2, held("20"));
        }
        // Told again, it is the same once.
        EXPECT_EQ(done.ok(), act(id, action, role, "the-deed").ok());
        EXPECT_EQ(deeds + 1, value(db().deeds_of(kShop, id)).size());
        if (is_open(after.state)) {
          EXPECT_OK(act(id, PickupAction::kCancel, Role::kHeadOffice, "clear"));
        }
      }
    }
  }
  EXPECT_OK(db().release_sold(kShop, kNow + 2 * 86'400 + kSoldUnheardSeconds));
  EXPECT_EQ(0, held("20"));
  int allowed = 0;
  for (const PickupRule& rule : pickup_rules()) {
    allowed += static_cast<int>(std::ranges::count(rule.roles, true));
  }
  EXPECT_EQ(allowed, legal);
}

TEST_P(PickupsTest, WhoMayNotSeeItFindsNothingAndLeavesNoTrace) {
  EXPECT_OK(place(wish(1, {line("20", 1)})));
  const auto as = [&](const Actor& who, PickupAction action) {
    return db().move(kShop,
                     {.pickup_id = id_of(1),
                      .action_id = "deed",
                      .action = action,
                      .actor = who,
                      .reason = {},
                      .picked = {},
                      .at = kNow},
                     {});
  };
  EXPECT_ERROR(ErrorCode::kNotFound,
               as({.role = Role::kShopper, .id = "7002"}, PickupAction::kCancel));
  EXPECT_ERROR(ErrorCode::kNotFound,
               as({.role = Role::kClerk, .id = "x", .stores = {"2"}}, PickupAction::kAccept));
  EXPECT_ERROR(ErrorCode::kNotFound,
               as({.role = Role::kManager, .id = "x"}, PickupAction::kAccept));
  EXPECT_ERROR(ErrorCode::kNotFound,
               act("no-such-pickup-id", PickupAction::kAccept, Role::kHeadOffice, "deed"));
  EXPECT_EQ(1U, value(db().deeds_of(kShop, id_of(1))).size());
}

TEST_P(PickupsTest, WhatIsNotFoundIsNoLongerHeld) {
  EXPECT_OK(place(wish(1, {line("20", 3), line("10", 1)})));
  EXPECT_OK(act(id_of(1), PickupAction::kPick, Role::kClerk, "pick"));
  PickupMove ready = made_ready({0, 0});
  EXPECT_ERROR(ErrorCode::kInvalid, db().move(kShop, ready, {}));
  ready.picked = {0, 4};
  EXPECT_ERROR(ErrorCode::kInvalid, db().move(kShop, ready, {}));
  ready.picked = {0};
  EXPECT_ERROR(ErrorCode::kInvalid, db().move(kShop, ready, {}));
  ready.picked = {0, 2};
  EXPECT_OK(db().move(kShop, ready, {}));
  EXPECT_EQ(0, held("10"));
  EXPECT_EQ(2, held("20"));
}

TEST_P(PickupsTest, IsKeptUntilItsTimeAndNotLonger) {
  EXPECT_OK(place(wish(1, {line("20", 1)})));
  const Seconds until = kNow + 86'400;
  EXPECT_EQ(0U, value(db().overdue_pickups(kShop, until - 1, 10)).size());
  EXPECT_EQ(1U, value(db().overdue_pickups(kShop, until, 10)).size());
  PickupMove expire{.pickup_id = id_of(1),
                    .action_id = "early",
                    .action = PickupAction::kExpire,
                    .actor = {},
                    .reason = {},
                    .picked = {},
                    .at = until + kExpiryGraceSeconds - 1};
  EXPECT_ERROR(ErrorCode::kConflict, db().move(kShop, expire, {}));
  expire.at = until + kExpiryGraceSeconds;
  expire.action_id = "late";
  EXPECT_OK(db().move(kShop, expire, {}));
  EXPECT_EQ(0, held("20"));
  EXPECT_EQ(0U, value(db().overdue_pickups(kShop, until, 10)).size());
}

TEST_P(PickupsTest, ALateShopTakesNothingOffTheCustomersTime) {
  EXPECT_OK(place(wish(1, {line("20", 1)})));
  EXPECT_OK(act(id_of(1), PickupAction::kPick, Role::kClerk, "pick"));
  PickupMove ready = made_ready({});
  ready.at = kNow + 80'000;
  ready.keep_until = kNow + 200'000;
  EXPECT_EQ(kNow + 200'000, value(db().move(kShop, ready, {})).hold_until);
  EXPECT_EQ(kNow + 200'000, value(db().pickup(kShop, id_of(1)))->hold_until);
}

TEST_P(PickupsTest, WhatStaffDoNotFindIsNotOfferedUntilSmaregiHasANewerFigure) {
  const auto doubted = [&](const std::string& product) {
    return value(db().stock_of(kShop, product, {"1"})).front().doubted;
  };
  EXPECT_OK(place(wish(1, {line("10", 1), line("20", 2)})));
  EXPECT_OK(act(id_of(1), PickupAction::kPick, Role::kClerk, "pick"));
  PickupMove ready = made_ready({1, 1});
  EXPECT_OK(db().move(kShop, ready, {}));
  EXPECT_FALSE(doubted("10"));
  EXPECT_TRUE(doubted("20"));
  EXPECT_ERROR(ErrorCode::kConflict, place(wish(2, {line("20", 1)})));
  // The night's reading says the same of the same moment.
  apply({change::PutStock{{{.product_id = "20",
                            .store_id = "1",
                            .on_hand = 5,
                            .layaway = 0,
                            .changed_at = shelved_}}}});
  EXPECT_TRUE(doubted("20"));
  shelf("20", 4);
  EXPECT_FALSE(doubted("20"));
  EXPECT_OK(place(wish(2, {line("20", 1)})));
  PickupMove none{.pickup_id = id_of(2),
                  .action_id = "none",
                  .action = PickupAction::kReject,
                  .actor = actor(Role::kClerk),
                  .reason = "not_found",
                  .picked = {},
                  .at = kNow};
  EXPECT_OK(db().move(kShop, none, {}));
  EXPECT_TRUE(doubted("20"));
  EXPECT_ERROR(ErrorCode::kConflict, place(wish(3, {line("20", 1)})));
}

TEST_P(PickupsTest, WhatWasHandedOverIsHeldUntilItsSaleIsKnown) {
  const Seconds at = kNow + 2 * 86'400;
  for (const int number : {1, 2}) {
    EXPECT_OK(place(wish(number, {line(number == 1 ? "20" : "10", 1)})));
    for (const PickupAction step : way_to(PickupState::kHandedOver)) {
      EXPECT_OK(act(id_of(number), step, Role::kHeadOffice, "way-" + std::string(word(step))));
    }
  }
  EXPECT_OK(db().release_sold(kShop, at + 1));
  EXPECT_EQ(1, held("20"));
  EXPECT_EQ(1, held("10"));
  apply({change::PutStock{{{.product_id = "20",
                            .store_id = "1",
                            .on_hand = 4,
                            .layaway = 0,
                            .changed_at = at - kPaidBeforeSeconds}}}});
  EXPECT_OK(db().release_sold(kShop, at + 1));
  EXPECT_EQ(0, held("20")) << "the customer paid before it was handed over";
  EXPECT_EQ(1, held("10"));
  EXPECT_OK(db().release_sold(kShop, at + kSoldUnheardSeconds - 1));
  EXPECT_EQ(1, held("10"));
  EXPECT_OK(db().release_sold(kShop, at + kSoldUnheardSeconds));
  EXPECT_EQ(0, held("10"));
}

TEST_P(PickupsTest, WhatIsToDoIsListedHoweverMuchWaitsAtTheCounter) {
  shelf("20", 100);
  for (int number = 1; number <= 4; ++number) {
    EXPECT_OK(place(wish(number, {line("20", 1)}, 7000 + number)));
    if (number > 3) continue;
    for (const PickupAction step : way_to(PickupState::kReady)) {
      EXPECT_OK(act(id_of(number), step, Role::kHeadOffice, "way-" + std::string(word(step))));
    }
  }
  for (const std::vector<std::string>& shops :
       {std::vector<std::string>{}, std::vector<std::string>{"1"}}) {
    const auto listed = value(db().open_pickups(kShop, shops, 2));
    ASSERT_EQ(3U, listed.size());
    EXPECT_EQ(id_of(4), listed[0].id);
    EXPECT_EQ(id_of(1), listed[1].id);
    EXPECT_EQ(id_of(2), listed[2].id);
    EXPECT_EQ(1U, listed[2].lines.size());
  }
}

TEST_P(PickupsTest, ACustomersOpenOnesComeFirst) {
  Pickup old = wish(1, {line("20", 1)});
  EXPECT_OK(place(old));
  for (int number = 2; number <= 4; ++number) {
    Pickup later = wish(number, {line("20", 1)});
    later.placed_at = kNow + number;
    EXPECT_OK(place(later));
    EXPECT_OK(act(id_of(number), PickupAction::kCancel, Role::kShopper, "cancel"));
  }
  const auto own = value(db().pickups_of(kShop, 7001, 2));
  ASSERT_EQ(2U, own.size());
  EXPECT_EQ(id_of(1), own[0].id);
  EXPECT_EQ(id_of(4), own[1].id);
}

TEST_P(PickupsTest, GoToWhoIsLeftOfMergesThatAreToldOfInAnyOrder) {
  EXPECT_OK(place(wish(1, {line("20", 1)}, 7001)));
  apply({change::NoteMerge{.gone = 7002, .kept = 7003}});
  apply({change::NoteMerge{.gone = 7001, .kept = 7002}});
  EXPECT_EQ(7003, value(db().pickup(kShop, id_of(1)))->customer_id);
  apply({change::NoteMerge{.gone = 7003, .kept = 7004}});
  EXPECT_EQ(7004, value(db().pickup(kShop, id_of(1)))->customer_id);
}

TEST_P(PickupsTest, ALineHasWhatAScanOfItMayRead) {
  Product product;
  product.product_id = "20";
  product.code = "4900000000020";
  product.supplier_code = "TEA-20";
  apply({change::PutProducts{{product}}});
  EXPECT_OK(place(wish(1, {line("10", 1), line("20", 1)})));
  const auto found = value(db().pickup(kShop, id_of(1)));
  EXPECT_EQ("", found->lines[0].barcode) << "Smaregi has forgotten it";
  EXPECT_EQ("4900000000020", found->lines[1].barcode);
  EXPECT_EQ("TEA-20", found->lines[1].sku);
}

TEST_P(PickupsTest, ItsMailIsAskedForInTheSameTransaction) {
  const change::TellShopper tell{
      .pickup_id = id_of(1), .mail_id = "placed", .step = PickupMailStep::kPlaced};
  Pickup taken = wish(2, {line("20", 1)});
  EXPECT_OK(place(taken));
  Pickup same_code = wish(1, {line("10", 1)});
  same_code.code = taken.code;
  EXPECT_ERROR(ErrorCode::kUnavailable, db().place(kShop, same_code, {0}, tell));
  EXPECT_TRUE(value(db().mails_of(kShop, {id_of(1)})).empty());
  EXPECT_TRUE(value(db().outbox_in(kShop, QueueState::kWaiting, 10)).empty());
  EXPECT_OK(db().place(kShop, wish(1, {line("10", 1)}), {0}, tell));
  const auto mails = value(db().mails_of(kShop, {id_of(1)}));
  ASSERT_TRUE(mails.contains(id_of(1)));
  ASSERT_EQ(1U, mails.at(id_of(1)).size());
  EXPECT_EQ("placed", mails.at(id_of(1))[0].id);
  EXPECT_EQ(PickupMailStep::kPlaced, mails.at(id_of(1))[0].step);
  EXPECT_EQ(kNow, mails.at(id_of(1))[0].asked_at);
}

}  // namespace
}  // namespace tsunagi
