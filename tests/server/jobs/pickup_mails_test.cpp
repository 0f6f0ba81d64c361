// The mails about pick-ups as the workers send them: each once, in their order, and only while they
// are true.

#include <gmock/gmock.h>

#include <algorithm>

#include "server/jobs/held.h"
#include "server/jobs/retry.h"
#include "tests/server/jobs/world.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kFirst = "pickup-number-one";
constexpr Seconds kDay = 86'400;

class PickupMailsTest : public World, public testing::Test {
 protected:
  PickupMailsTest() { customer_signs_up(7001); }

  void placed(const std::string& id = kFirst, const std::string& language = "ja") {
    Pickup pickup;
    pickup.id = id;
    pickup.customer_id = 7001;
    pickup.store_id = "1";
    pickup.code = "012345";
    pickup.language = language;
    pickup.page = "/apps/tsunagi";
    pickup.placed_at = pickup.changed_at = clock.now();
    pickup.accept_by = clock.now() + 1'200;
    pickup.ready_from = clock.now() + 3'600;
    pickup.hold_until = clock.now() + 3 * kDay;
    pickup.lines = {
        {.product_id = "10", .product_code = "4910", .product_name = "煎茶", .quantity = 1}};
    const change::TellShopper tell{
        .pickup_id = id, .mail_id = "placed", .step = PickupMailStep::kPlaced};
    EXPECT_TRUE(book.place(kShop, pickup, {0}, tell).ok());
  }
  Result<Pickup> done(PickupAction action, Role role = Role::kHeadOffice,
                      const std::string& id = kFirst) {
    PickupMove move;
    move.pickup_id = id;
    move.action_id = "deed-" + std::to_string(++deeds_);
    move.action = action;
    move.actor = {.role = role, .id = role == Role::kShopper ? "7001" : "staff"};
    if (action == PickupAction::kReject) move.reason = "not_found";
    return pickups.act(tenant(), move);
  }
  void ready() {
    EXPECT_TRUE(done(PickupAction::kPick).ok());
    EXPECT_TRUE(done(PickupAction::kReady).ok());
  }
  void handed_over() { EXPECT_TRUE(done(PickupAction::kHandOver).ok()); }
  // "ready sent", in the order in which they were asked for.
  std::vector<std::string> log(const std::string& id = kFirst) {
    std::vector<std::string> lines;
    PickupMailLog all = storage.pickup_mails(kShop);
    for (const PickupMail& mail : all[id]) {
      lines.push_back(std::string(word(mail.step)) + " " + std::string(word(mail.outcome)));
    }
    return lines;
  }
  std::vector<std::string> subjects() {
    std::vector<std::string> all;
    for (const Mail& mail : mailer.sent) all.push_back(mail.subject.substr(0, 12));
    return all;
  }

  int deeds_ = 0;
};

TEST_F(PickupMailsTest, EachStepIsToldOnceAndTheHandOverIsNot) {
  placed();
  work();
  ready();
  work();
  handed_over();
  work();
  ASSERT_THAT(mailer.sent, SizeIs(2));
  EXPECT_EQ(mailer.sent[0].to, "h@example.jp");
  EXPECT_THAT(mailer.sent[0].subject, HasSubstr("受け付けました"));
  EXPECT_THAT(mailer.sent[1].subject, HasSubstr("ご用意ができました"));
  EXPECT_THAT(log(), ElementsAre("placed sent", "ready sent"));
  EXPECT_EQ(waiting(), 0);
}

TEST_F(PickupMailsTest, IsWrittenInTheLanguageOfThePickup) {
  placed(kFirst, "en");
  EXPECT_TRUE(done(PickupAction::kReject).ok());
  work();
  ASSERT_THAT(mailer.sent, SizeIs(1));
  EXPECT_THAT(mailer.sent[0].text, HasSubstr("the shop could not find the product"));
  EXPECT_THAT(mailer.sent[0].text, HasSubstr("https://a.myshopify.com/apps/tsunagi/pickup"));
  EXPECT_THAT(log(), ElementsAre("placed outdated", "rejected sent"));
}

TEST_F(PickupMailsTest, TheShopsCancellingIsToldAndTheCustomersOwnIsNot) {
  placed();
  placed("pickup-number-two");
  work();
  EXPECT_TRUE(done(PickupAction::kCancel, Role::kShopper).ok());
  EXPECT_TRUE(done(PickupAction::kCancel, Role::kHeadOffice, "pickup-number-two").ok());
  work();
  EXPECT_THAT(log(), ElementsAre("placed sent"));
  EXPECT_THAT(log("pickup-number-two"), ElementsAre("placed sent", "cancelled sent"));
}

TEST_F(PickupMailsTest, WhatIsNoLongerTrueWhenItsTurnComesIsNotSent) {
  mailer.refuses = Error{ErrorCode::kUnavailable, "mail: connection"};
  placed();
  ready();
  work();
  handed_over();
  mailer.refuses.reset();
  pass(2 * kLongestDelaySeconds, 60);
  EXPECT_THAT(mailer.sent, IsEmpty());
  EXPECT_THAT(log(), ElementsAre("placed outdated", "ready outdated"));
  EXPECT_EQ(waiting(), 0);
}

TEST_F(PickupMailsTest, NobodyIsAskedToChooseWhereNothingIsOfferedAnyMore) {
  for (const bool offered : {true, false}) {
    const std::string id = offered ? "pickup-offered" : "pickup-not-offered";
    placed(id);
    Pickup& pickup = book.pickups.at(id);
    pickup.purchase.order_id = 9001;
    pickup.purchase.paid = pickup.purchase.undecided = true;
    pickup.purchase.put_off = PutOff::kOnHold;
    Settings settings = tenant().settings;
    settings.pickup.choices = {.shop = false, .refund = false, .send = offered};
    ASSERT_TRUE(storage.save_settings(kShop, settings, {}).ok());
    ASSERT_TRUE(
        storage
            .apply(kShop, {change::TellShopper{
                              .pickup_id = id, .mail_id = "c", .step = PickupMailStep::kChoose}})
            .ok());
    work();
    EXPECT_EQ(log(id).back(), offered ? "choose sent" : "choose outdated");
    const auto again =
        pickups.tell_again(tenant(), {.pickup_id = id,
                                      .deed = "again",
                                      .step = PickupMailStep::kChoose,
                                      .actor = {.role = Role::kHeadOffice, .id = "h"},
                                      .at = 0});
    EXPECT_EQ(again.ok(), offered);
  }
}

TEST_F(PickupMailsTest, MailsToOneCustomerKeepTheirOrder) {
  placed();
  clock.advance(1);
  mailer.refuses = Error{ErrorCode::kUnavailable, "mail: connection"};
  work();
  mailer.refuses.reset();
  work();  // its lease gives later mails a time
  placed("pickup-number-two");
  work();
  EXPECT_THAT(mailer.sent, IsEmpty()) << "the first waits for the mail server";
  EXPECT_THAT(log("pickup-number-two"), ElementsAre("placed waiting"));
  pass(2 * kLongestDelaySeconds, 5);
  ASSERT_THAT(mailer.sent, SizeIs(2));
  EXPECT_LT(mailer.sent[0].at, mailer.sent[1].at);
}

TEST_F(PickupMailsTest, WhoHasNoAddressIsNotTriedForEver) {
  shop.edit_customer(7001, [](ShopCustomer& one) { one.mail = ""; });
  placed();
  work();
  EXPECT_THAT(log(), ElementsAre("placed no_address"));
  EXPECT_EQ(waiting(), 0);
  EXPECT_THAT(dead(), IsEmpty());
}

TEST_F(PickupMailsTest, WhoIsGoneFromShopifyIsNotTriedForEver) {
  shop.remove_customer(7001);
  placed();
  work();
  EXPECT_THAT(log(), ElementsAre("placed no_customer"));
  EXPECT_EQ(waiting(), 0);
}

TEST_F(PickupMailsTest, AnAddressThatTheMailServerRefusesIsNoDeadLetter) {
  mailer.refuses = Error{ErrorCode::kInvalid, "mail: refused (550)"};
  placed();
  work();
  EXPECT_THAT(log(), ElementsAre("placed refused"));
  EXPECT_THAT(dead(), IsEmpty());
}

TEST_F(PickupMailsTest, WithoutAMailServerItIsNotedAndNothingPilesUp) {
  JobsPorts without_mail = ports();
  without_mail.mailer = nullptr;
  Jobs mute{without_mail};
  placed();
  while (mute.run_outbox_once() > 0) {
  }
  EXPECT_THAT(log(), ElementsAre("placed no_mail_server"));
  EXPECT_EQ(waiting(), 0);
}

TEST_F(PickupMailsTest, AnAnswerThatIsLostIsForAPersonAndHoldsUpNoOtherMail) {
  mailer.loses_answer = true;
  placed();
  work();
  mailer.loses_answer = false;
  ready();
  work();
  EXPECT_THAT(mailer.sent, SizeIs(2));
  EXPECT_THAT(log(), ElementsAre("placed waiting", "ready sent"));
  const auto found = storage.outbox_in(kShop, QueueState::kReview, 10);
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_EQ((*found)[0].error, kMailUnanswered);
  ASSERT_TRUE(*storage.settle_review(kShop, (*found)[0].item.id, ReviewVerdict::kHappened, "me"));
  EXPECT_THAT(log(), ElementsAre("placed sent", "ready sent"));
}

// The server is killed after the mail server has the mail: nothing of it is stored any more.
TEST_F(PickupMailsTest, AMailThatAKilledServerWasSendingIsNotSentAgainByItself) {
  mailer.before_answer = [&] { storage.down = true; };
  placed();
  work();
  mailer.before_answer = nullptr;
  storage.down = false;
  pass(2 * kLeaseSeconds, 10);
  ASSERT_THAT(mailer.sent, SizeIs(1));
  const auto found = storage.outbox_in(kShop, QueueState::kReview, 10);
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_EQ((*found)[0].error, kWriteInterrupted);
  ASSERT_TRUE(*storage.settle_review(kShop, (*found)[0].item.id, ReviewVerdict::kAgain, "me"));
  work();
  ASSERT_THAT(mailer.sent, SizeIs(2));
  EXPECT_EQ(mailer.sent[0].id, mailer.sent[1].id);
  EXPECT_THAT(log(), ElementsAre("placed sent"));
}

TEST_F(PickupMailsTest, WhoseShopDoesNotAnswerIsToldOnce) {
  placed();
  work();
  pass(1'200 + kLateOfferSeconds - 120, 60);
  EXPECT_THAT(log(), testing::ElementsAre("placed sent")) << "its managers see it first";
  pass(240, 60);
  EXPECT_THAT(log(), testing::ElementsAre("placed sent", "late sent"));
  EXPECT_TRUE(done(PickupAction::kAccept).ok());
  pass(1'200, 60);
  EXPECT_THAT(log(), testing::ElementsAre("placed sent", "late sent"));
}

TEST_F(PickupMailsTest, OneReminderADayBeforeAndOneMailWhenItIsGivenUp) {
  placed();
  ready();
  work();
  mailer.sent.clear();
  pass(2 * kDay - 300, 60);
  EXPECT_THAT(mailer.sent, IsEmpty());
  pass(600, 60);
  ASSERT_THAT(mailer.sent, SizeIs(1));
  EXPECT_THAT(mailer.sent[0].subject, HasSubstr("期限が近づいています"));
  pass(kDay + kExpiryGraceSeconds + 600, 60);
  ASSERT_THAT(mailer.sent, SizeIs(2));
  EXPECT_THAT(mailer.sent[1].subject, HasSubstr("期限が過ぎました"));
}

TEST_F(PickupMailsTest, WhoWasGivenAnotherDayIsRemindedOfThat) {
  placed();
  ready();
  EXPECT_TRUE(done(PickupAction::kExtend).ok());
  work();
  mailer.sent.clear();
  pass(3 * kDay - 300, 60);
  EXPECT_THAT(mailer.sent, IsEmpty());
  pass(600, 60);
  EXPECT_THAT(mailer.sent, SizeIs(1));
}

TEST_F(PickupMailsTest, WhatIsReadyOnItsLastDayNeedsNoReminder) {
  placed();
  pass(2 * kDay + 3'600, 3'600);
  ready();
  work();
  mailer.sent.clear();
  pass(kDay / 2, 600);
  EXPECT_THAT(mailer.sent, IsEmpty());
}

TEST_F(PickupMailsTest, AMailIsSentAgainOnceADeedAsLongAsItIsTrue) {
  placed();
  const auto again = [&](const std::string& deed, PickupMailStep step) {
    const auto told =
        pickups.tell_again(tenant(), {.pickup_id = kFirst,
                                      .deed = deed,
                                      .step = step,
                                      .actor = {.role = Role::kHeadOffice, .id = "head"},
                                      .at = 0});
    return told.ok() ? std::nullopt : std::optional(told.error().code);
  };
  EXPECT_EQ(again("a/b", PickupMailStep::kPlaced), ErrorCode::kInvalid);
  EXPECT_EQ(again("", PickupMailStep::kPlaced), ErrorCode::kInvalid);
  EXPECT_EQ(again("zero", PickupMailStep::kPlaced), ErrorCode::kConflict) << "it is on its way";
  EXPECT_EQ(again("zero", PickupMailStep::kReady), ErrorCode::kConflict) << "it is not ready";
  work();
  EXPECT_EQ(again("placed", PickupMailStep::kPlaced), std::nullopt);
  work();
  EXPECT_THAT(log(), ElementsAre("placed sent", "placed sent"));
  ready();
  work();
  EXPECT_EQ(again("late", PickupMailStep::kPlaced), ErrorCode::kConflict) << "no longer so";
  mailer.sent.clear();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(again("one", PickupMailStep::kReady), std::nullopt);
  work();
  ASSERT_THAT(mailer.sent, SizeIs(1));
  EXPECT_THAT(mailer.sent[0].subject, HasSubstr("ご用意ができました"));
  for (size_t i = log().size(); i < kMailsOfPickupMost; ++i) {
    EXPECT_EQ(again("more-" + std::to_string(i), PickupMailStep::kReady), std::nullopt);
    work();
  }
  EXPECT_EQ(again("one-too-many", PickupMailStep::kReady), ErrorCode::kConflict);
  EXPECT_EQ(again("one", PickupMailStep::kReady), std::nullopt) << "told before";
  const auto stranger =
      pickups.tell_again(tenant(), {.pickup_id = kFirst,
                                    .deed = "x",
                                    .step = PickupMailStep::kReady,
                                    .actor = {.role = Role::kClerk, .id = "clerk", .stores = {"2"}},
                                    .at = 0});
  EXPECT_EQ(stranger.error().code, ErrorCode::kNotFound);
}

TEST_F(PickupMailsTest, AReminderSentAgainIsStillAReminderAndAfterTheHandOverItGoesNowhere) {
  placed();
  ready();
  pass(2 * kDay + 300, 60);
  EXPECT_THAT(log(), ElementsAre("placed outdated", "ready sent", "reminder sent"));
  const MailAgain again{.pickup_id = kFirst,
                        .deed = "one",
                        .step = PickupMailStep::kReminder,
                        .actor = {.role = Role::kHeadOffice, .id = "head"},
                        .at = 0};
  EXPECT_TRUE(pickups.tell_again(tenant(), again).ok());
  work();
  EXPECT_THAT(log(),
              ElementsAre("placed outdated", "ready sent", "reminder sent", "reminder sent"));
  MailAgain late = again;
  late.deed = "two";
  EXPECT_TRUE(pickups.tell_again(tenant(), late).ok());
  handed_over();
  work();
  EXPECT_EQ(log().back(), "reminder outdated");
}

}  // namespace
}  // namespace tsunagi
