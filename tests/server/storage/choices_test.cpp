// What customers choose of what a shop could not give, in both databases: once, of what is there,
// and in the trail.

#include <gmock/gmock.h>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kChosen = "order.71.1";

class ChoicesTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    if (IsSkipped()) return;
    apply(
        {change::PutStock{{{.product_id = "10", .store_id = "1", .on_hand = 3, .changed_at = 1},
                           {.product_id = "10", .store_id = "2", .on_hand = 3, .changed_at = 1}}}});
    EXPECT_OK(db().put_purchase(kShop, bought(1, "100001")));
  }
  static Pickup bought(int number, const std::string& code) {
    Pickup pickup{.id = "order.71." + std::to_string(number),
                  .customer_id = 7001,
                  .store_id = "1",
                  .code = code,
                  .placed_at = kNow + number,
                  .accept_by = kNow + 1'800,
                  .ready_from = kNow + 3'600,
                  .hold_until = kNow + 86'400,
                  .changed_at = kNow,
                  .reason = {},
                  .lines = {{.product_id = "10",
                             .product_code = "4910",
                             .product_name = "Tea",
                             .quantity = 2,
                             .held = 2},
                            {.product_id = "line.9",
                             .product_code = {},
                             .product_name = "Wrapping",
                             .quantity = 1}},
                  .purchase = {.order_id = 71, .order_name = "#1001", .paid = true}};
    pickup.purchase.lines = {{.order_line = 5, .product_id = "10", .quantity = 2},
                             {.order_line = 9, .product_id = "line.9", .quantity = 1}};
    return pickup;
  }
  // The shop gives it up, and the online shop waits.
  void given_up(const std::string& id = kChosen) {
    EXPECT_OK(db().move(kShop,
                        {.pickup_id = id,
                         .action_id = "reject",
                         .action = PickupAction::kReject,
                         .actor = {.role = Role::kClerk, .id = "p1", .stores = {"1"}},
                         .reason = "busy",
                         .picked = {},
                         .at = kNow},
                        {}));
    note({.pickup_id = id, .state = PickupState::kRejected, .put_off = PutOff::kOnHold});
  }
  void note(const PickupBook::PurchaseSeen& seen) {
    EXPECT_OK(db().note_purchases(kShop, {seen}, kNow));
  }
  Result<Pickup> choose(Choice what, const std::string& deed, const std::string& store = "",
                        const std::string& id = kChosen, const Safety& safety = {}) {
    return db().choose(kShop,
                       {.pickup_id = id,
                        .action_id = deed,
                        .customer_id = 7001,
                        .what = what,
                        .store_id = store,
                        .safety = safety,
                        .offered = {.shop = true, .refund = true, .send = true},
                        .at = kNow + 5},
                       {change::Enqueue{{OutboxKind::kShipOrder, "order-71"}}});
  }
  // From so many seconds after now its money goes back.
  void promised(Seconds after, const std::string& id = kChosen) {
    given_up(id);
    note({.pickup_id = id, .state = PickupState::kRejected, .refund_at = kNow + after});
  }
  Result<Pickup> refund(Seconds at, const std::string& deed = "order.refund.1") {
    return db().choose(kShop,
                       {.pickup_id = kChosen,
                        .action_id = deed,
                        .what = Choice::kRefund,
                        .store_id = {},
                        .at = at,
                        .by = Role::kSystem},
                       {change::Enqueue{{OutboxKind::kShipOrder, "order-71"}}});
  }
  [[nodiscard]] std::vector<std::string> due(Seconds at, int limit = 10) const {
    std::vector<std::string> ids;
    for (const Pickup& each : value(db().refunds_due(kShop, kNow + at, limit))) {
      ids.push_back(each.id);
    }
    return ids;
  }
  [[nodiscard]] Pickup now(const std::string& id = kChosen) const {
    return *value(db().pickup(kShop, id));
  }
  [[nodiscard]] int64_t held(const std::string& store) const {
    return value(db().stock_of(kShop, "10", {store})).front().held;
  }
  [[nodiscard]] std::vector<std::string> trail() const {
    std::vector<std::string> deeds;
    for (const PickupDeed& deed : value(db().deeds_of(kShop, kChosen))) {
      deeds.push_back(deed.action + " " + deed.reason + (deed.refused ? " refused" : ""));
    }
    return deeds;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, ChoicesTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(ChoicesTest, AnotherShopKeepsItUntilItsOwnPickUpBegins) {
  given_up();
  EXPECT_EQ(held("1"), 0);
  const Pickup chosen = value(choose(Choice::kShop, "one", "2"));
  EXPECT_EQ(chosen.purchase.choice.state, ChoiceState::kAsked);
  const PurchaseChoice kept = now().purchase.choice;
  EXPECT_EQ(kept.id, "one");
  EXPECT_EQ(kept.what, Choice::kShop);
  EXPECT_EQ(kept.store_id, "2");
  EXPECT_EQ(held("1"), 0);
  EXPECT_EQ(held("2"), 2);
  EXPECT_EQ(database_->number("SELECT COUNT(*) FROM outbox WHERE kind = 'ship_order'"), 1);
  note({.pickup_id = kChosen,
        .state = PickupState::kRejected,
        .choice = {.id = "another", .state = ChoiceState::kDone}});
  EXPECT_EQ(now().purchase.choice.state, ChoiceState::kAsked) << "another choice's end";
  const PickupBook::PurchaseSeen done{.pickup_id = kChosen,
                                      .state = PickupState::kRejected,
                                      .decided = true,
                                      .choice = {.id = "one", .state = ChoiceState::kDone}};
  note(done);
  note(done);
  EXPECT_EQ(held("2"), 0);
  EXPECT_EQ(now().purchase.choice.state, ChoiceState::kDone);
  EXPECT_FALSE(now().purchase.undecided);
  EXPECT_THAT(trail(),
              testing::ElementsAre("place ", "reject busy", "choose shop", "choice_done shop"));
}

TEST_P(ChoicesTest, ToldTwiceItIsMadeOnceAndNothingElseAfterIt) {
  given_up();
  EXPECT_OK(choose(Choice::kRefund, "one"));
  EXPECT_OK(choose(Choice::kRefund, "one"));
  EXPECT_ERROR(ErrorCode::kConflict, choose(Choice::kSend, "one"));
  EXPECT_ERROR(ErrorCode::kConflict, choose(Choice::kSend, "two"));
  EXPECT_ERROR(ErrorCode::kConflict, choose(Choice::kSend, "two"));
  EXPECT_EQ(now().purchase.choice.what, Choice::kRefund);
  EXPECT_THAT(trail(), testing::ElementsAre("place ", "reject busy", "choose refund",
                                            "choose send refused"));
}

TEST_P(ChoicesTest, AShopThatHasNotEnoughIsRefusedAndNothingChanges) {
  given_up();
  apply({change::PutStock{{{.product_id = "10", .store_id = "2", .on_hand = 1, .changed_at = 2}}}});
  const auto refused = choose(Choice::kShop, "one", "2");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_TRUE(refused.error().message.starts_with(kNotEnough)) << refused.error().message;
  EXPECT_EQ(now().purchase.choice.id, "");
  EXPECT_EQ(held("2"), 0);
  EXPECT_EQ(database_->number("SELECT COUNT(*) FROM outbox WHERE kind = 'ship_order'"), 0);
  apply({change::PutStock{{{.product_id = "10", .store_id = "2", .on_hand = 9, .changed_at = 3}}}});
  EXPECT_ERROR(ErrorCode::kConflict, choose(Choice::kShop, "one", "2"));
  EXPECT_OK(choose(Choice::kShop, "two", "2"));
}

TEST_P(ChoicesTest, AShopKeepsBackWhatTheProductSays) {
  given_up();
  apply({change::PutStock{{{.product_id = "10", .store_id = "2", .on_hand = 3, .changed_at = 2}}}});
  const auto with = [&](const std::string& deed, const Safety& safety) {
    return choose(Choice::kShop, deed, "2", kChosen, safety);
  };
  EXPECT_ERROR(ErrorCode::kConflict, with("one", {.shop = 2}));
  EXPECT_ERROR(ErrorCode::kConflict, with("two", {.shop = 0, .products = {{"10", 2}}}));
  EXPECT_EQ(held("2"), 0);
  EXPECT_OK(with("three", {.shop = 2, .products = {{"10", 1}}}));
  EXPECT_EQ(held("2"), 2);
}

TEST_P(ChoicesTest, TheLastPiecesAreOneCustomers) {
  EXPECT_OK(db().put_purchase(kShop, bought(2, "100002")));
  given_up();
  given_up("order.71.2");
  EXPECT_OK(choose(Choice::kShop, "one", "2"));
  EXPECT_ERROR(ErrorCode::kConflict, choose(Choice::kShop, "one", "2", "order.71.2"));
  note({.pickup_id = kChosen,
        .state = PickupState::kRejected,
        .choice = {.id = "one", .state = ChoiceState::kMerchant}});
  EXPECT_TRUE(now().purchase.undecided);
  EXPECT_EQ(held("2"), 0) << "what the merchant decides is kept by nobody";
  EXPECT_OK(choose(Choice::kShop, "two", "2", "order.71.2"));
}

TEST_P(ChoicesTest, NobodyChoosesWhatDoesNotWaitOrIsNotTheirs) {
  EXPECT_ERROR(ErrorCode::kConflict, choose(Choice::kSend, "early"));
  EXPECT_ERROR(ErrorCode::kNotFound, choose(Choice::kSend, "one", "", "order.71.9"));
  given_up();
  EXPECT_ERROR(ErrorCode::kNotFound, db().choose(kShop,
                                                 {.pickup_id = kChosen,
                                                  .action_id = "one",
                                                  .customer_id = 7002,
                                                  .what = Choice::kSend,
                                                  .store_id = {}},
                                                 {}));
  EXPECT_ERROR(ErrorCode::kConflict, db().choose(kShop,
                                                 {.pickup_id = kChosen,
                                                  .action_id = "two",
                                                  .customer_id = 7001,
                                                  .what = Choice::kRefund,
                                                  .store_id = {}},
                                                 {}));
  EXPECT_EQ(now().purchase.choice.id, "");
}

TEST_P(ChoicesTest, ItsCustomerIsAskedOnceInTheTransactionThatNotesIt) {
  EXPECT_THAT(value(db().undecided_purchases(kShop, 10)), IsEmpty());
  given_up();
  EXPECT_THAT(value(db().undecided_purchases(kShop, 10)), SizeIs(1));
  const PickupBook::PurchaseSeen asks{
      .pickup_id = kChosen, .state = PickupState::kRejected, .ask_customer = true};
  note(asks);
  note(asks);
  note({.pickup_id = kChosen, .state = PickupState::kReady, .ask_customer = true});
  const auto mails = value(db().mails_of(kShop, {kChosen}));
  ASSERT_THAT(mails, SizeIs(1));
  ASSERT_THAT(mails.begin()->second, SizeIs(1));
  EXPECT_EQ(mails.begin()->second[0].step, PickupMailStep::kChoose);
  EXPECT_EQ(database_->number("SELECT COUNT(*) FROM outbox WHERE kind = 'pickup_mail'"), 1);
}

TEST_P(ChoicesTest, WhatNobodyChoseIsDueFromItsMomentTheOldestFirst) {
  EXPECT_OK(db().put_purchase(kShop, bought(2, "100002")));
  EXPECT_THAT(due(1'000), IsEmpty());
  promised(200);
  promised(100, "order.71.2");
  EXPECT_EQ(now().purchase.refund_at, kNow + 200);
  note({.pickup_id = kChosen, .state = PickupState::kRejected, .on_hold = true});
  EXPECT_EQ(now().purchase.refund_at, kNow + 200) << "another reading does not move it";
  EXPECT_THAT(due(99), IsEmpty());
  EXPECT_THAT(due(100), testing::ElementsAre("order.71.2"));
  EXPECT_THAT(due(200), testing::ElementsAre("order.71.2", kChosen));
  EXPECT_THAT(due(200, 1), testing::ElementsAre("order.71.2"));
  EXPECT_THAT(value(db().refunds_due(kShop + 1, kNow + 200, 10)), IsEmpty());
  EXPECT_OK(choose(Choice::kSend, "one"));
  EXPECT_THAT(due(200), testing::ElementsAre("order.71.2")) << "it was chosen";
  note({.pickup_id = "order.71.2", .state = PickupState::kRejected, .paid = false});
  EXPECT_THAT(due(200), IsEmpty()) << "nobody has paid";
  note({.pickup_id = "order.71.2", .state = PickupState::kRejected, .paid = true});
  EXPECT_THAT(due(200), SizeIs(1));
  note({.pickup_id = "order.71.2", .state = PickupState::kRejected, .decided = true});
  EXPECT_THAT(due(200), IsEmpty()) << "the merchant decided";
}

TEST_P(ChoicesTest, RefundsByItselfAreDelayedOrForgottenUnlessSomebodyChose) {
  EXPECT_OK(db().put_purchase(kShop, bought(2, "100002")));
  EXPECT_OK(db().delay_refunds(kShop, kNow + 900));
  promised(200);
  promised(100, "order.71.2");
  EXPECT_OK(db().delay_refunds(kShop + 1, 0));
  EXPECT_OK(db().delay_refunds(kShop, kNow + 150));
  EXPECT_EQ(now().purchase.refund_at, kNow + 200) << "it was later";
  EXPECT_THAT(due(149), IsEmpty());
  EXPECT_THAT(due(150), testing::ElementsAre("order.71.2"));
  EXPECT_OK(choose(Choice::kSend, "one"));
  EXPECT_OK(db().delay_refunds(kShop, 0));
  EXPECT_THAT(due(9'000), IsEmpty());
  EXPECT_EQ(now().purchase.refund_at, kNow + 200);
}

TEST_P(ChoicesTest, TheMoneyGoesBackByItselfOnceAndInTheTrailItWasTheSystem) {
  promised(100);
  EXPECT_ERROR(ErrorCode::kConflict, refund(kNow + 99));
  EXPECT_OK(refund(kNow + 100));  // what was early is not refused for ever
  EXPECT_OK(refund(kNow + 101));  // told twice
  EXPECT_ERROR(ErrorCode::kConflict, refund(kNow + 101, "order.refund.2"));
  EXPECT_ERROR(ErrorCode::kConflict, choose(Choice::kSend, "late"));
  EXPECT_EQ(now().purchase.choice.what, Choice::kRefund);
  EXPECT_EQ(database_->number("SELECT COUNT(*) FROM outbox WHERE kind = 'ship_order'"), 1);
  EXPECT_THAT(due(1'000), IsEmpty());
  const PickupBook::PurchaseSeen done{
      .pickup_id = kChosen,
      .state = PickupState::kRejected,
      .decided = true,
      .choice = {.id = "order.refund.1", .state = ChoiceState::kDone},
      .tell_refunded = true};
  note(done);
  note(done);
  EXPECT_THAT(trail(), testing::ElementsAre("place ", "reject busy", "refund refund",
                                            "choose send refused", "choice_done refund"));
  const PickupDeed deed = value(db().deeds_of(kShop, kChosen))[2];
  EXPECT_EQ(deed.role, Role::kSystem);
  EXPECT_EQ(deed.actor, "");
  const auto mails = value(db().mails_of(kShop, {kChosen}));
  ASSERT_THAT(mails, SizeIs(1));
  ASSERT_THAT(mails.begin()->second, SizeIs(1));
  EXPECT_EQ(mails.begin()->second[0].id, "refunded-rejected");
  EXPECT_EQ(mails.begin()->second[0].step, PickupMailStep::kRefunded);
}

TEST_P(ChoicesTest, APersonWhoChoosesBeforeItIsDoneIsNotOverruled) {
  promised(100);
  EXPECT_OK(choose(Choice::kShop, "one", "2"));
  EXPECT_ERROR(ErrorCode::kConflict, refund(kNow + 100));
  EXPECT_EQ(now().purchase.choice.what, Choice::kShop);
  EXPECT_EQ(held("2"), 2);
}

TEST_P(ChoicesTest, WhatIsGivenUpLaterIsPromisedAnew) {
  const Actor clerk{.role = Role::kClerk, .id = "p1", .stores = {"1"}};
  const auto move = [&](PickupAction action, std::vector<int64_t> picked, const Actor& by) {
    EXPECT_OK(db().move(kShop,
                        {.pickup_id = kChosen,
                         .action_id = "deed-" + std::string(word(action)),
                         .action = action,
                         .actor = by,
                         .reason = {},
                         .picked = std::move(picked),
                         .at = kNow + 90 * 86'400},
                        {}));
  };
  move(PickupAction::kPick, {}, clerk);
  move(PickupAction::kReady, {1, 1}, clerk);
  note({.pickup_id = kChosen,
        .state = PickupState::kReady,
        .put_off = PutOff::kOnHold,
        .refund_at = kNow + 50});
  EXPECT_THAT(due(50), SizeIs(1)) << "of what is open too";
  move(PickupAction::kExpire, {}, {});
  EXPECT_EQ(now().purchase.refund_at, 0);
  EXPECT_THAT(due(50), IsEmpty());
}

}  // namespace
}  // namespace tsunagi
