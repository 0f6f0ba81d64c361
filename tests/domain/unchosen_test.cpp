// What becomes of a purchase that nobody fetched, or that a shop could not give, when nobody
// chooses in the merchant's days: the money goes back once, and never over somebody's choice.
#include "tests/support/choice_world.h"

namespace tsunagi {
namespace {

class UnchosenTest : public ChoiceWorld {};

TEST_F(UnchosenTest, WhatNobodyChoseInTimeIsPaidBackOnceAndItsCustomerIsTold) {
  tenant.settings.pickup.refund_after_days = 3;
  not_fetched();
  EXPECT_EQ(clock.now() + 3 * 86'400, refund_promised(tenant.settings.pickup, first()));
  EXPECT_EQ(clock.now() + 3 * 86'400, desk.offers(tenant, {first()})->at(first().id).refund_at);
  days_pass(3);
  clock.advance(-1);
  EXPECT_EQ(0, refund_unchosen()) << "a second is left to choose";
  step();
  EXPECT_EQ(0, orders.refunded);
  clock.advance(1);
  EXPECT_EQ(1, refund_unchosen());
  EXPECT_EQ(0, refund_unchosen());
  orders.down = true;
  EXPECT_FALSE(try_step().ok());
  orders.down = false;
  orders.lost_answers = 1;
  EXPECT_FALSE(try_step().ok());
  for (int i = 0; i < 3; ++i) step();
  EXPECT_EQ(2, orders.refunded);
  EXPECT_EQ(1U, orders.refund_keys.size());
  EXPECT_EQ(ChoiceState::kDone, state());
  EXPECT_FALSE(first().purchase.undecided);
  EXPECT_EQ((Words{"choose", "refunded"}), mailed());
  const PickupMail told = storage.pickup_mails(tenant.id).begin()->second.back();
  EXPECT_TRUE(is_true_of(told, first(), tenant.settings.pickup, clock.now()));
  EXPECT_EQ(ErrorCode::kConflict, refusal("send"));
}

TEST_F(UnchosenTest, OfAGuestTooAndOnlyWhatIsMissing) {
  tenant.settings.pickup.refund_after_days = 1;
  orders.add_fetched(kChosenOrder, kHere, {{1, "49", 3}}).customer_id = 0;
  step();
  act(PickupAction::kPick);
  act(PickupAction::kReady, {2});
  step();
  days_pass(1);
  EXPECT_EQ(1, refund_unchosen());
  step();
  EXPECT_EQ(1, orders.refunded);
  EXPECT_EQ(2, first().lines[0].quantity);
  give_up();
  EXPECT_EQ(0, refund_unchosen()) << "what is given up later has days of its own";
  days_pass(1);
  EXPECT_EQ(1, refund_unchosen());
  step();
  EXPECT_EQ(3, orders.refunded);
  EXPECT_EQ(2U, orders.refund_keys.size());
  EXPECT_EQ(Words(), mailed());
}

TEST_F(UnchosenTest, WhatWasChosenOrDecidedBeforeIsNotPaidBackByItself) {
  tenant.settings.pickup.refund_after_days = 1;
  rejected();
  ASSERT_TRUE(choose("send").ok());
  days_pass(2);
  EXPECT_EQ(0, refund_unchosen());
  step();
  EXPECT_EQ(Choice::kSend, first().purchase.choice.what);
  EXPECT_EQ(0, orders.refunded);
}

TEST_F(UnchosenTest, AMerchantWhoWasFasterThanTheDaysIsNotSaidToHavePaidBack) {
  tenant.settings.pickup.refund_after_days = 1;
  rejected();
  days_pass(1);
  EXPECT_EQ(1, refund_unchosen());
  work().state = WorkState::kOver;  // sent by hand, or cancelled without the money
  work().own_hold = 0;
  step();
  EXPECT_EQ(0, orders.refunded);
  EXPECT_EQ(Words{"choose"}, mailed());
  EXPECT_FALSE(first().purchase.undecided);
  EXPECT_EQ(ChoiceState::kMerchant, state()) << "nobody says that it was refunded";
}

TEST_F(UnchosenTest, WhoHasNothingToChooseIsToldFromWhenItIsPaidBack) {
  tenant.settings.pickup.refund_after_days = 1;
  tenant.settings.pickup.choices = {.shop = true, .refund = false, .send = false};
  not_fetched();
  EXPECT_EQ(Words(), offered()) << "what was made ready is not moved";
  EXPECT_EQ(clock.now() + kRefundDaySeconds,
            desk.offers(tenant, {first()})->at(first().id).refund_at);
  EXPECT_EQ(Words{"choose"}, mailed());
  const PickupMail told = storage.pickup_mails(tenant.id).begin()->second.front();
  EXPECT_TRUE(is_true_of(told, first(), tenant.settings.pickup, clock.now()));
  EXPECT_EQ(ErrorCode::kConflict, refusal("send"));
  days_pass(1);
  EXPECT_EQ(1, refund_unchosen());
  step();
  EXPECT_EQ(2, orders.refunded);
  EXPECT_EQ((Words{"choose", "refunded"}), mailed());
}

TEST_F(UnchosenTest, WhileItIsTriedOutByOthersNobodyIsPromisedARefundNorGetsOne) {
  tenant.settings.pickup.refund_after_days = 1;
  tenant.settings.pilot.on = true;
  rejected();
  EXPECT_EQ(0, first().purchase.refund_at);
  book.pickups.clear();
  orders = {};
  tenant.settings.pilot.on = false;
  rejected();
  tenant.settings.pilot.on = true;
  days_pass(3);
  EXPECT_EQ(0, refund_unchosen());
  tenant.settings.pilot.on = false;
  EXPECT_EQ(0, refund_unchosen()) << "a day is left to choose";
  days_pass(1);
  EXPECT_EQ(1, refund_unchosen());
}

TEST_F(UnchosenTest, ARefundByItselfThatIsRefusedIsTheMerchants) {
  tenant.settings.pickup.refund_after_days = 1;
  rejected();
  orders.unrefundable = true;
  days_pass(1);
  EXPECT_EQ(1, refund_unchosen());
  for (int i = 0; i < 2; ++i) step();
  EXPECT_EQ(ChoiceState::kMerchant, state());
  EXPECT_TRUE(first().purchase.undecided);
  EXPECT_EQ(0, refund_unchosen());
  EXPECT_EQ(Words{"choose"}, mailed());
}

TEST_F(UnchosenTest, NothingIsPaidBackByItselfThatNobodyPaidOrThatTheMerchantDidNotSay) {
  rejected();
  EXPECT_EQ(0, first().purchase.refund_at) << "what waited before was not promised it";
  book.pickups.clear();
  tenant.settings.pickup.refund_after_days = 1;
  orders.add_fetched(kChosenOrder + 1, kHere, {{1, "49", 2}}).paid = false;
  orders.sends_at = clock.now();
  ASSERT_TRUE(service.step(tenant, kChosenOrder + 1).ok());
  act(PickupAction::kReject);
  ASSERT_TRUE(service.step(tenant, kChosenOrder + 1).ok());
  EXPECT_EQ(PutOff::kOnHold, first().purchase.put_off);
  EXPECT_EQ(0, first().purchase.refund_at);
  book.pickups.clear();
  orders = {};
  rejected();
  days_pass(9);
  tenant.settings.pickup.refund_after_days = 0;
  EXPECT_EQ(0, refund_unchosen()) << "it was switched off again";
  tenant.settings.pickup.refund_after_days = 30;
  EXPECT_EQ(0, refund_unchosen()) << "what waited then was told that nothing would happen";
  EXPECT_EQ(0, first().purchase.refund_at);
}

TEST_F(UnchosenTest, AfterAPauseADayIsLeftToChoose) {
  tenant.settings.pickup.refund_after_days = 3;
  rejected();
  tenant.settings.paused = true;
  days_pass(1);
  EXPECT_EQ(0, refund_unchosen());
  EXPECT_EQ(clock.now() + 2 * kRefundDaySeconds, first().purchase.refund_at) << "as it was told";
  days_pass(8);
  EXPECT_EQ(0, refund_unchosen());
  tenant.settings.paused = false;
  EXPECT_EQ(0, refund_unchosen());
  EXPECT_EQ(clock.now() + kRefundDaySeconds, refund_promised(tenant.settings.pickup, first()));
  days_pass(1);
  EXPECT_EQ(1, refund_unchosen());
}

TEST_F(UnchosenTest, WhatSomebodyHasInHandIsLeftToTheMerchant) {
  tenant.settings.pickup.refund_after_days = 1;
  const auto begin = [this] {
    book.pickups.clear();
    orders = {};
    rejected();
    days_pass(1);
    EXPECT_EQ(1, refund_unchosen());
  };
  const auto expect_left = [this](const char* why) {
    for (int i = 0; i < 2; ++i) step();
    EXPECT_EQ(ChoiceState::kMerchant, state()) << why;
    EXPECT_TRUE(first().purchase.undecided) << why;
    EXPECT_EQ(0, orders.refunded) << why;
  };
  begin();
  orders.orders[kChosenOrder].refunds.push_back({.id = 1, .at = clock.now(), .why = "お詫び"});
  expect_left("money of the order was given back by hand, perhaps this");
  begin();
  work().own_hold = 0;
  expect_left("our hold was let go, and there is another");
  begin();
  work().others_hold = true;
  expect_left("somebody put it on hold, too");
  begin();
  tenant.settings.pickup.refund_after_days = 0;
  expect_left("the merchant does not want it any more");
  tenant.settings.pickup.refund_after_days = 1;
  begin();
  orders.worthless = true;
  expect_left("nothing of it is left to give back");
}

TEST_F(UnchosenTest, OfAnotherHoldThanOursNobodyIsPromisedARefund) {
  tenant.settings.pickup.refund_after_days = 1;
  orders.add_fetched(kChosenOrder, kHere, {{1, "49", 2}});
  step();
  work().state = WorkState::kOnHold;  // by a check of fraud
  act(PickupAction::kReject);
  step();
  EXPECT_EQ(PutOff::kOnHold, first().purchase.put_off);
  EXPECT_EQ(0, first().purchase.refund_at);
}

TEST_F(UnchosenTest, OfAnotherHoldBesideOursNobodyIsPromisedARefund) {
  tenant.settings.pickup.refund_after_days = 1;
  orders.add_fetched(kChosenOrder, kHere, {{1, "49", 2}});
  step();
  act(PickupAction::kReject);
  orders.held_twice = true;
  step();
  EXPECT_EQ(PutOff::kOnHold, first().purchase.put_off);
  EXPECT_EQ(0, first().purchase.refund_at);
}

TEST_F(UnchosenTest, OnePickupOfAnOrderAfterAnother) {
  tenant.settings.pickup.refund_after_days = 1;
  found_in_part();
  days_pass(1);
  EXPECT_EQ(1, refund_unchosen());
  step();
  EXPECT_EQ((Words{"choose", "refunded"}), mailed());
  give_up();
  days_pass(1);
  EXPECT_EQ(1, refund_unchosen()) << "a refund of our own is nobody's hand";
  for (int i = 0; i < 2; ++i) step();
  EXPECT_EQ(3, orders.refunded);
  EXPECT_EQ(ChoiceState::kDone, state());
}

}  // namespace
}  // namespace tsunagi
