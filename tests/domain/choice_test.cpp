// What the customer of a purchase chooses of what the shop could not give: what is offered, that it
// is done once whatever is lost, and that nobody is asked for it in between.
#include "tests/support/choice_world.h"

namespace tsunagi {
namespace {

class ChoiceTest : public ChoiceWorld {};

TEST_F(ChoiceTest, OffersWhatTheMerchantLetsAndOnlyShopsThatHaveAllOfIt) {
  orders.add_fetched(kChosenOrder, kHere, {{1, "49", 2}});
  step();
  EXPECT_EQ(Words(), offered()) << "nothing is undecided";
  act(PickupAction::kReject);
  EXPECT_EQ(Words(), offered()) << "the online shop does not wait yet";
  step();
  EXPECT_EQ((Words{"shop", "refund", "send", "2"}), offered());
  has(1);
  EXPECT_EQ((Words{"refund", "send"}), offered());
  has(2);
  tenant.settings.safety_stock = 1;
  EXPECT_EQ((Words{"refund", "send"}), offered());
  tenant.settings.product_safety = {{first().lines[0].product_id, 0}};
  EXPECT_EQ((Words{"shop", "refund", "send", "2"}), offered()) << "the product's own says more";
  tenant.settings.safety_stock = 0;
  tenant.settings.product_safety = {{first().lines[0].product_id, 1}};
  EXPECT_EQ((Words{"refund", "send"}), offered());
  tenant.settings.product_safety.clear();
  tenant.settings.locations.pop_back();
  EXPECT_EQ((Words{"refund", "send"}), offered()) << "it is no place of the online shop";
  tenant.settings.locations.push_back({"2", kThere});
  tenant.settings.stores = {{.store_id = "2", .name = {}, .no_pickup = true}};
  EXPECT_EQ((Words{"refund", "send"}), offered());
  tenant.settings.stores.clear();
  tenant.settings.pickup.choices = {};
  EXPECT_EQ((Words{"shop", "send", "2"}), offered()) << "money moves where the merchant says so";
  tenant.settings.pickup.choices = {.shop = false, .refund = false, .send = false};
  EXPECT_EQ(Words(), offered());
  EXPECT_EQ(ErrorCode::kConflict, refusal("send"));
  EXPECT_EQ(ChoiceState::kNone, state());
}

TEST_F(ChoiceTest, MoneyIsNotOfferedBackThatNobodyPaidAndNoShopForWhatIsPrepared) {
  orders.add_fetched(kChosenOrder, kHere, {{1, "49", 2}}).paid = false;
  step();
  act(PickupAction::kPick);
  act(PickupAction::kReady);
  step();
  clock.advance(30 * 86'400);
  EXPECT_EQ(1, *pickups.expire_overdue(tenant));
  step();
  EXPECT_EQ(Words{"send"}, offered());
}

TEST_F(ChoiceTest, AGuestIsAskedNothing) {
  orders.add_fetched(kChosenOrder, kHere, {{1, "49", 2}}).customer_id = 0;
  step();
  act(PickupAction::kReject);
  step();
  EXPECT_EQ(Words(), offered());
  EXPECT_TRUE(storage.pickup_mails(tenant.id).empty());
  EXPECT_EQ(ErrorCode::kNotFound, refusal("send"));
}

TEST_F(ChoiceTest, TheCustomerIsAskedByOneMailAndNotWhereNothingIsOffered) {
  rejected();
  for (int i = 0; i < 3; ++i) step();
  const PickupMailLog log = storage.pickup_mails(tenant.id);
  ASSERT_EQ(1U, log.size());
  const auto& mails = log.begin()->second;
  ASSERT_EQ(1U, mails.size());
  EXPECT_EQ(PickupMailStep::kChoose, mails[0].step);
  EXPECT_TRUE(is_true_of(mails[0], first(), tenant.settings.pickup, clock.now()));
  ASSERT_TRUE(choose("send").ok());
  EXPECT_FALSE(is_true_of(mails[0], first(), tenant.settings.pickup, clock.now()))
      << "it was chosen before its turn";
}

TEST_F(ChoiceTest, WhereNoShopHasItAndNothingElseIsOfferedNobodyIsAsked) {
  tenant.settings.pickup.choices = {.shop = true, .refund = false, .send = false};
  has(1);
  rejected();
  EXPECT_TRUE(storage.pickup_mails(tenant.id).empty());
}

TEST_F(ChoiceTest, AnotherShopIsAskedAndTheFirstOneNever) {
  rejected();
  ASSERT_TRUE(choose("shop").ok());
  step();
  EXPECT_EQ(kThere, work().location_id);
  EXPECT_EQ(WorkState::kOpen, work().state);
  EXPECT_EQ(1, orders.moves);
  EXPECT_EQ(std::vector<int64_t>{kThere}, orders.released_at) << "let go where it is prepared";
  EXPECT_EQ(ChoiceState::kDone, state());
  EXPECT_FALSE(first().purchase.undecided);
  ASSERT_EQ(2U, book.pickups.size());
  EXPECT_EQ("2", last().store_id);
  EXPECT_EQ(2, last().lines[0].held);
  EXPECT_EQ(0, first().lines[0].held) << "only the one that begins holds it";
  for (int i = 0; i < 2; ++i) step();
  EXPECT_EQ(2U, book.pickups.size());
}

TEST_F(ChoiceTest, WhateverAnswerIsLostEachThingIsDoneOnce) {
  for (const char* what : {"shop", "refund"}) {
    for (int lost = 0; lost < 2; ++lost) {
      SCOPED_TRACE(std::string(what) + " " + std::to_string(lost));
      book.pickups.clear();
      orders = {};
      rejected();
      ASSERT_TRUE(choose(what, "mine-" + std::string(what) + std::to_string(lost)).ok());
      orders.lost_answers = 1 + lost;
      while (!try_step().ok()) {
        // In between no other pick-up is begun, and the first one is still undecided.
        EXPECT_EQ(1U, book.pickups.size());
      }
      EXPECT_EQ(ChoiceState::kDone, state());
      const bool moved = std::string(what) == "shop";
      EXPECT_EQ(moved ? 1 : 0, orders.moves);
      EXPECT_EQ(moved ? 1 : 0, orders.releases);
      EXPECT_EQ(moved ? 0 : 2, orders.refunded);
      EXPECT_EQ(moved ? 2U : 1U, book.pickups.size());
    }
  }
}

TEST_F(ChoiceTest, WhatTheOnlineShopDoesNotMoveIsOnHoldAndTheMerchants) {
  rejected();
  orders.immovable = true;
  ASSERT_TRUE(choose("shop").ok());
  for (int i = 0; i < 2; ++i) step();
  EXPECT_EQ(ChoiceState::kMerchant, state());
  EXPECT_TRUE(first().purchase.undecided);
  EXPECT_EQ(WorkState::kOnHold, work().state);
  EXPECT_EQ(kHere, work().location_id);
  EXPECT_EQ(1U, book.pickups.size());
  EXPECT_EQ(Words(), offered());
  EXPECT_EQ(ErrorCode::kConflict, refusal("send", "another"));
}

TEST_F(ChoiceTest, WhatIsMovedAndNotLetGoStaysThePersonsToDecide) {
  rejected();
  orders.unreleasable = true;
  ASSERT_TRUE(choose("shop").ok());
  for (int i = 0; i < 2; ++i) step();
  EXPECT_EQ(ChoiceState::kMerchant, state());
  EXPECT_TRUE(first().purchase.undecided) << "it waits at the other shop";
  EXPECT_EQ(1U, book.pickups.size());
  work().state = WorkState::kOpen;  // the merchant lets it go
  work().own_hold = 0;
  step();
  EXPECT_FALSE(first().purchase.undecided);
  ASSERT_EQ(2U, book.pickups.size());
  EXPECT_EQ("2", last().store_id);
}

TEST_F(ChoiceTest, MoneyGoesBackForWhatIsUndecidedAlone) {
  found_in_part();
  EXPECT_EQ((Words{"shop", "refund", "send", "2"}), offered());
  ASSERT_TRUE(choose("refund").ok());
  step();
  EXPECT_EQ(1, orders.refunded);
  EXPECT_EQ(ChoiceState::kDone, state());
  EXPECT_FALSE(first().purchase.undecided);
  EXPECT_EQ(2, first().lines[0].quantity);
  act(PickupAction::kHandOver);
  step();
  EXPECT_EQ(1, orders.hand_overs);
  EXPECT_GT(first().purchase.told_id, 0);
}

// The platform says nowhere which of two works of a line a refund takes the pieces of.
TEST_F(ChoiceTest, ARefundThatTookOfWhatWasFoundLetsTheRestGo) {
  found_in_part();
  auto& works = orders.orders[kChosenOrder].works;
  std::ranges::reverse(works);  // what was found comes first now
  ASSERT_TRUE(choose("refund").ok());
  step();
  EXPECT_EQ(1, orders.refunded);
  EXPECT_EQ(1, orders.releases);
  EXPECT_TRUE(std::ranges::none_of(
      works, [](const OrderWork& each) { return each.state == WorkState::kOnHold; }));
  act(PickupAction::kHandOver);
  step();
  EXPECT_EQ(1, orders.hand_overs);
  int64_t handed = 0;
  for (const auto& [id, lines] : orders.sent) {
    for (const SentLine& line : lines) handed += line.quantity;
  }
  EXPECT_EQ(2, handed);
}

TEST_F(ChoiceTest, WhatWasFoundStaysHereWhileTheRestGoesToAnotherShop) {
  found_in_part();
  ASSERT_TRUE(choose("shop").ok());
  orders.lost_answers = 1;
  EXPECT_FALSE(try_step().ok());
  for (int i = 0; i < 2; ++i) step();
  EXPECT_EQ(ChoiceState::kDone, state());
  ASSERT_EQ(2U, book.pickups.size());
  EXPECT_EQ("2", last().store_id);
  EXPECT_EQ(1, last().lines[0].quantity);
  EXPECT_EQ(2, first().lines[0].quantity);
  EXPECT_EQ(PickupState::kReady, first().state);
}

TEST_F(ChoiceTest, WhatTheOnlineShopDoesNotRefundIsTheMerchants) {
  rejected();
  orders.unrefundable = true;
  ASSERT_TRUE(choose("refund").ok());
  for (int i = 0; i < 2; ++i) step();
  EXPECT_EQ(ChoiceState::kMerchant, state());
  EXPECT_TRUE(first().purchase.undecided);
  EXPECT_EQ(WorkState::kOnHold, work().state);
}

TEST_F(ChoiceTest, WhatIsToBeSentWaitsForTheMerchantUntilItWasMoved) {
  rejected();
  ASSERT_TRUE(choose("send").ok());
  for (int i = 0; i < 2; ++i) step();
  EXPECT_EQ(ChoiceState::kAsked, state());
  EXPECT_TRUE(first().purchase.undecided);
  EXPECT_EQ(WorkState::kOnHold, work().state);
  EXPECT_EQ(0, orders.moves + orders.releases);
  work().location_id = 5;
  step();
  EXPECT_EQ(ChoiceState::kDone, state());
  EXPECT_FALSE(first().purchase.undecided);
}

TEST_F(ChoiceTest, AMerchantWhoWasFasterDecides) {
  rejected();
  ASSERT_TRUE(choose("shop").ok());
  work().state = WorkState::kOpen;  // the same shop shall try once more
  work().own_hold = 0;
  step();
  EXPECT_EQ(ChoiceState::kMerchant, state());
  ASSERT_EQ(2U, book.pickups.size());
  EXPECT_EQ("1", last().store_id);
  EXPECT_EQ(0, orders.moves);
}

TEST_F(ChoiceTest, ChosenTwiceItIsChosenOnceAndAnotherTimeRefused) {
  rejected();
  ASSERT_TRUE(choose("shop").ok());
  EXPECT_TRUE(choose("shop").ok());
  step();
  EXPECT_TRUE(choose("shop").ok()) << "told late";
  step();
  EXPECT_EQ(1, orders.moves);
  EXPECT_EQ(ErrorCode::kConflict, refusal("refund", "another"));
  EXPECT_EQ(0, orders.refunded);
}

TEST_F(ChoiceTest, WhatIsNoChoiceIsRefused) {
  rejected();
  EXPECT_EQ(ErrorCode::kInvalid, refusal("keep"));
  EXPECT_EQ(ErrorCode::kInvalid, refusal("send", ""));
  EXPECT_EQ(ErrorCode::kInvalid, refusal("send", "order.end"));
  const auto ask = [this](const std::string& what, const std::string& shop, int64_t customer) {
    const auto chosen = desk.choose(tenant, {.pickup_id = first().id,
                                             .deed = "mine",
                                             .customer_id = customer,
                                             .choice = what,
                                             .store_id = shop});
    return chosen.ok() ? ErrorCode::kInternal : chosen.error().code;
  };
  EXPECT_EQ(ErrorCode::kInvalid, ask("shop", "", 7001));
  EXPECT_EQ(ErrorCode::kInvalid, ask("shop", "99", 7001));
  EXPECT_EQ(ErrorCode::kInvalid, ask("send", "2", 7001));
  EXPECT_EQ(ErrorCode::kConflict, ask("shop", "1", 7001)) << "the shop that could not";
  EXPECT_EQ(ErrorCode::kConflict, ask("shop", "3", 7001)) << "it is no place of the online shop";
  EXPECT_EQ(ErrorCode::kNotFound, ask("send", "", 7002));
  EXPECT_EQ(ChoiceState::kNone, state());
}

TEST_F(ChoiceTest, WhatIsGivenUpLaterIsAskedAboutAnew) {
  found_in_part();
  ASSERT_TRUE(choose("send").ok());
  clock.advance(30 * 86'400);
  EXPECT_EQ(1, *pickups.expire_overdue(tenant));
  step();
  EXPECT_EQ(ChoiceState::kNone, state());
  EXPECT_EQ((Words{"refund", "send"}), offered());
  ASSERT_TRUE(choose("refund", "later").ok());
  step();
  EXPECT_EQ(3, orders.refunded);
}

}  // namespace
}  // namespace tsunagi
