// What a customer reads about a pick-up, and when a mail is no longer true.

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "server/domain/fulfilment/pickup_mail_text.h"
#include "server/domain/fulfilment/pickup_mails.h"

namespace tsunagi {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Seconds kHoldUntil = 1'790'000'000;  // 2026-09-21 23:13 in Japan

Pickup pickup_in(PickupState state, const std::string& language) {
  Pickup pickup;
  pickup.id = "pickup-number-one";
  pickup.customer_id = 7001;
  pickup.store_id = "1";
  pickup.code = "012345";
  pickup.state = state;
  pickup.language = language;
  pickup.page = "/apps/tsunagi";
  pickup.ready_from = kHoldUntil - 86'400;
  pickup.hold_until = kHoldUntil;
  pickup.lines = {{.product_id = "10",
                   .product_code = "4910",
                   .product_name = "煎茶\n{{CODE}}",
                   .quantity = 3,
                   .picked = 2}};
  return pickup;
}

class PickupMailTest : public testing::Test {
 protected:
  PickupMailTest() {
    shop.id = 700;
    shop.shop_domain = "a.myshopify.com";
    shop.shop_name = "繋ぎ商店";
    store.store_id = "1";
    store.name = "渋谷店";
    store.phone = "03-1234-5678";
    customer.last_name = "山田";
    customer.first_name = "花子";
    customer.mail = "hanako@example.jp";
  }
  Mail mail_of(PickupMailStep step, const std::string& language) {
    Pickup pickup = pickup_in(PickupState::kReady, language);
    pickup.reason = "damaged";
    if (step == PickupMailStep::kChoose || step == PickupMailStep::kRefunded) {
      pickup.purchase = {.order_id = 71, .order_name = "#1001", .undecided = true};
      pickup.purchase.lines = {{.order_line = 5, .product_id = "10", .quantity = 3}};
    }
    PickupMail mail;
    mail.step = step;
    mail.asked_at = 42;
    const auto written = pickup_mail(
        {.tenant = shop, .pickup = pickup, .mail = mail, .store = store, .customer = customer});
    EXPECT_TRUE(written.ok()) << written.error().message;
    return written.ok() ? *written : Mail{};
  }

  Tenant shop;
  Store store;
  ShopCustomer customer;
};

TEST_F(PickupMailTest, WhatIsMissingOfAnOrderIsAskedAboutWhereTheStoreHasThePage) {
  shop.settings.pickup.page = "/tools/card";
  const std::string text = mail_of(PickupMailStep::kChoose, "en").text;
  EXPECT_THAT(text, HasSubstr("× 1\n")) << "two of three were found";
  EXPECT_THAT(text, HasSubstr("Order: #1001\n"));
  EXPECT_THAT(text, HasSubstr("https://a.myshopify.com/tools/card/pickup\n"));
}

TEST_F(PickupMailTest, UntilWhenToChooseIsSaidWhereItIsPaidBackThenAndElseThatItIsKept) {
  Pickup pickup = pickup_in(PickupState::kExpired, "ja");
  pickup.purchase = {.order_id = 71,
                     .order_name = "#1001",
                     .paid = true,
                     .undecided = true,
                     .put_off = PutOff::kOnHold,
                     .refund_at = kHoldUntil};
  pickup.purchase.lines = {{.order_line = 5, .product_id = "10", .quantity = 3}};
  PickupMail mail;
  mail.step = PickupMailStep::kChoose;
  const auto text = [&] {
    const auto written = pickup_mail(
        {.tenant = shop, .pickup = pickup, .mail = mail, .store = store, .customer = customer});
    return written->subject + "\n" + written->text;
  };
  EXPECT_THAT(text(), HasSubstr("お選びになるまで"));
  EXPECT_THAT(text(), Not(HasSubstr("返金します"))) << "it was switched off meanwhile";
  shop.settings.pickup.refund_after_days = 3;
  EXPECT_THAT(text(), HasSubstr("2026年9月21日(月) 23:13までにお選びがない場合は、この分を返金"));
  EXPECT_THAT(text(), Not(HasSubstr("お選びになるまで")));
  pickup.language = "en";
  EXPECT_THAT(text(), HasSubstr("2026, 23:13, they are refunded."));
  shop.settings.pickup.choices = {.shop = false, .refund = false, .send = false};
  EXPECT_THAT(text(), HasSubstr("They are refunded after Mon, Sep 21, 2026, 23:13."));
  EXPECT_THAT(text(), Not(HasSubstr("choose")));
  pickup.language = "ja";
  EXPECT_THAT(text(), HasSubstr("この分は、2026年9月21日(月) 23:13以降に返金します"));
  EXPECT_THAT(text(), Not(HasSubstr("お選び")));
  pickup.language = "en";
  mail.step = PickupMailStep::kRefunded;
  EXPECT_THAT(text(), HasSubstr("Why it was not handed over: it was not picked up in time\n"));
  EXPECT_THAT(text(), HasSubstr("× 3\n"));
}

TEST_F(PickupMailTest, EveryStepHasAMailOfItsOwnInBothLanguages) {
  std::set<std::string> subjects;
  for (const std::string language : {"ja", "en"}) {
    for (const PickupMailStep step : kPickupMailSteps) {
      SCOPED_TRACE(std::string(word(step)) + " " + language);
      const Mail mail = mail_of(step, language);
      subjects.insert(mail.subject);
      EXPECT_THAT(mail.subject, HasSubstr("012345"));
      EXPECT_THAT(mail.text, HasSubstr("012345"));
      EXPECT_THAT(mail.text, HasSubstr("渋谷店"));
      EXPECT_THAT(mail.text, HasSubstr("03-1234-5678"));
      EXPECT_THAT(mail.text, HasSubstr("https://a.myshopify.com/apps/tsunagi/pickup\n"));
      EXPECT_THAT(mail.text, HasSubstr(language == "ja" ? "山田 花子 様" : "Dear 花子 山田,"));
      EXPECT_THAT(mail.text, HasSubstr("煎茶 {{CODE}} × ")) << "a name is no template";
      EXPECT_EQ(mail.from_name, "繋ぎ商店");
      EXPECT_EQ(mail.at, 42);
      for (const char* never : {"発送", "配送", "お届け", "shipp", "Shipp", "deliver"}) {
        EXPECT_THAT(mail.subject + mail.text, Not(HasSubstr(never)));
      }
      EXPECT_EQ(mail.text.find("{{", mail.text.find("{{CODE}}") + 1), std::string::npos);
    }
  }
  EXPECT_EQ(subjects.size(), 2 * std::size(kPickupMailSteps));
}

TEST_F(PickupMailTest, SaysWhyTheShopCannotAndUntilWhenItIsKept) {
  EXPECT_THAT(mail_of(PickupMailStep::kRejected, "ja").text, HasSubstr("商品に傷みがありました"));
  EXPECT_THAT(mail_of(PickupMailStep::kRejected, "en").text, HasSubstr("the product was damaged"));
  EXPECT_THAT(mail_of(PickupMailStep::kReady, "ja").text,
              HasSubstr("2026年9月21日(月) 23:13までに"));
  EXPECT_THAT(mail_of(PickupMailStep::kReminder, "en").text, HasSubstr("2026, 23:13"));
}

TEST_F(PickupMailTest, OfWhatIsReadyItTellsWhatWasFound) {
  const std::string ready = mail_of(PickupMailStep::kReady, "en").text;
  EXPECT_THAT(ready, HasSubstr("× 2\n"));
  EXPECT_THAT(ready, HasSubstr("we found only"));
  EXPECT_THAT(mail_of(PickupMailStep::kPlaced, "en").text, HasSubstr("× 3\n"));
}

TEST_F(PickupMailTest, WhatIsNotKnownLeavesNoGap) {
  customer.last_name = customer.first_name = "";
  store.phone = "";
  const std::string text = mail_of(PickupMailStep::kReady, "ja").text;
  EXPECT_TRUE(text.starts_with("取り置きのご用意ができました。")) << text;
  EXPECT_THAT(text, Not(HasSubstr("お問い合わせ")));
}

TEST_F(PickupMailTest, TheMerchantsWordsTakeThePlaceOfOursOneByOne) {
  shop.settings.pickup.mails[PickupMailStep::kReady].en = {
      .subject = "Come, {{NAME}}", .text = "{{#LINES}}{{PRODUCT}};{{/LINES}} at {{SHOP}}"};
  shop.settings.pickup.mails[PickupMailStep::kReady].ja.subject = "どうぞ";
  const Mail english = mail_of(PickupMailStep::kReady, "en");
  EXPECT_EQ(english.subject, "Come, 花子 山田");
  EXPECT_EQ(english.text, "煎茶 {{CODE}}; at 渋谷店\n");
  const Mail japanese = mail_of(PickupMailStep::kReady, "ja");
  EXPECT_EQ(japanese.subject, "どうぞ");
  EXPECT_THAT(japanese.text, HasSubstr("ご用意ができました"));
}

TEST(PickupMailTemplate, IsRefusedUnlessItCanBeFilled) {
  for (const char* good : {"", "plain }} text", "{{NAME}}{{#LINES}}{{PRODUCT}}{{/LINES}}",
                           "{{#PHONE}}{{#PAGE}}{{PAGE}}{{/PAGE}}{{/PHONE}}"}) {
    EXPECT_EQ(mail_template_error(good), std::nullopt) << good;
  }
  for (const char* bad : {"{{", "{{NAME", "{{NAME}", "{{name}}", "{{ NAME }}", "{{{NAME}}}", "{{}}",
                          "{{FOO}}", "{{>NAME}}", "{{%AUTOESCAPE context=\"HTML\"}}", "{{=| |=}}",
                          "{{NAME:h}}", "{{#LINES}}", "{{/LINES}}", "{{#LINES}}{{/NAME}}",
                          "{{#LINES}}{{#NAME}}{{/LINES}}{{/NAME}}", "{{! a word }}"}) {
    EXPECT_TRUE(mail_template_error(bad)) << bad;
  }
  for (const PickupMailStep step : kPickupMailSteps) {
    for (const char* language : {"ja", "en"}) {
      const MailText ours = default_mail_text(step, language);
      EXPECT_FALSE(ours.subject.empty() || ours.text.empty()) << word(step);
      EXPECT_EQ(mail_template_error(ours.subject), std::nullopt);
      EXPECT_EQ(mail_template_error(ours.text), std::nullopt);
    }
  }
}

TEST(PickupMailTruth, EachStepIsTrueInItsStatesAlone) {
  using S = PickupState;
  struct Row {
    PickupMailStep step;
    std::set<S> states;
  };
  for (const Row& row :
       {Row{PickupMailStep::kPlaced, {S::kPlaced, S::kAccepted, S::kPicking}},
        Row{PickupMailStep::kReady, {S::kReady}}, Row{PickupMailStep::kReminder, {S::kReady}},
        Row{PickupMailStep::kRejected, {S::kRejected}},
        Row{PickupMailStep::kCancelled, {S::kCancelled}},
        Row{PickupMailStep::kExpired, {S::kExpired}}, Row{PickupMailStep::kLate, {S::kPlaced}},
        Row{PickupMailStep::kShort, {S::kPlaced}}}) {
    for (const S state : kPickupStates) {
      Pickup pickup = pickup_in(state, "ja");
      pickup.short_at = 1;
      PickupMail mail;
      mail.id = reminder_id(pickup);
      mail.step = row.step;
      EXPECT_EQ(is_true_of(mail, pickup, {}, kHoldUntil - 1), row.states.contains(state))
          << word(row.step) << " " << word(state);
    }
  }
}

TEST(PickupMailTruth, AReminderIsOfItsDateAlone) {
  Pickup pickup = pickup_in(PickupState::kReady, "ja");
  PickupMail mail;
  mail.id = reminder_id(pickup);
  mail.step = PickupMailStep::kReminder;
  EXPECT_FALSE(is_true_of(mail, pickup, {}, kHoldUntil));
  pickup.hold_until += kExtendSeconds;
  EXPECT_FALSE(is_true_of(mail, pickup, {}, kHoldUntil - 1));
}

TEST(PickupMailAgain, IsOfWhatWasAskedForIsNotOnItsWayAndIsStillSo) {
  using S = PickupState;
  using Step = PickupMailStep;
  using Outcome = PickupMailOutcome;
  const auto mail = [](Step step, Outcome outcome, const std::string& id = "x") {
    PickupMail mail;
    mail.id = id;
    mail.step = step;
    mail.outcome = outcome;
    return mail;
  };
  const Seconds last_day = kHoldUntil - kReminderSeconds;
  struct Row {
    S state;
    std::vector<PickupMail> sent;
    Step step;
    Seconds now;
    bool may;
  };
  const std::vector<PickupMail> both = {mail(Step::kPlaced, Outcome::kSent),
                                        mail(Step::kReady, Outcome::kSent)};
  const std::vector<PickupMail> reminded = {mail(Step::kReady, Outcome::kSent),
                                            mail(Step::kReminder, Outcome::kSent)};
  const auto outcome = [&](Outcome one) { return std::vector{mail(Step::kReady, one)}; };
  const std::vector<PickupMail> rejected = {mail(Step::kRejected, Outcome::kFailed)};
  const std::vector<PickupMail> again = {mail(Step::kReady, Outcome::kSent),
                                         mail(Step::kReady, Outcome::kWaiting)};
  const std::vector<Row> rows = {
      {S::kReady, both, Step::kReady, last_day, true},
      {S::kReady, both, Step::kPlaced, last_day, false},
      {S::kPicking, both, Step::kPlaced, last_day, true},
      {S::kHandedOver, both, Step::kReady, last_day, false},
      {S::kReady, {}, Step::kReady, last_day, false},
      {S::kReady, reminded, Step::kReminder, last_day, true},
      {S::kReady, reminded, Step::kReminder, last_day - 1, false},
      {S::kReady, reminded, Step::kReminder, kHoldUntil, false},
      {S::kHandedOver, reminded, Step::kReminder, last_day, false},
      {S::kRejected, rejected, Step::kRejected, kHoldUntil + 1, true},
      {S::kRejected, rejected, Step::kCancelled, kHoldUntil + 1, false},
      {S::kReady, again, Step::kReady, last_day, false},
      {S::kReady, outcome(Outcome::kUnanswered), Step::kReady, last_day, true},
      {S::kReady, outcome(Outcome::kFailed), Step::kReady, last_day, true},
      {S::kReady, outcome(Outcome::kNoAddress), Step::kReady, last_day, true},
      {S::kReady, outcome(Outcome::kNoMailServer), Step::kReady, last_day, true}};
  for (const Row& row : rows) {
    Pickup pickup = pickup_in(row.state, "ja");
    pickup.customer_id = 7001;
    const auto may = may_tell_again(pickup, row.sent, row.step, {}, row.now);
    EXPECT_EQ(may.ok(), row.may) << word(row.state) << " " << word(row.step);
    if (!may.ok()) EXPECT_EQ(may.error().code, ErrorCode::kConflict);
    pickup.customer_id = 0;
    EXPECT_FALSE(may_tell_again(pickup, row.sent, row.step, {}, row.now).ok()) << "nobody is there";
  }
  Pickup pickup = pickup_in(S::kReady, "ja");
  pickup.customer_id = 7001;
  std::vector<PickupMail> many(kMailsOfPickupMost - 1, both.back());
  EXPECT_TRUE(may_tell_again(pickup, many, Step::kReady, {}, last_day).ok());
  many.push_back(both.back());
  EXPECT_FALSE(may_tell_again(pickup, many, Step::kReady, {}, last_day).ok());
}

TEST(PickupMailTruth, AShopIsLateWhenItsManagersHadTheirTimeToo) {
  Pickup pickup = pickup_in(PickupState::kPlaced, "ja");
  pickup.accept_by = 1'000;
  EXPECT_FALSE(is_unanswered(pickup, 1'000 + kLateOfferSeconds - 1));
  EXPECT_TRUE(is_unanswered(pickup, 1'000 + kLateOfferSeconds));
  pickup.purchase.order_id = 5;
  EXPECT_FALSE(is_unanswered(pickup, 1'000 + kLateOfferSeconds)) << "it is paid, and stays";
}

TEST(PickupMailTruth, WhoCancelledThemselvesIsNotTold) {
  EXPECT_EQ(told_of(PickupAction::kCancel, Role::kShopper), std::nullopt);
  EXPECT_EQ(told_of(PickupAction::kCancel, Role::kManager), PickupMailStep::kCancelled);
  EXPECT_EQ(told_of(PickupAction::kExtend, Role::kManager), std::nullopt);
  EXPECT_EQ(told_of(PickupAction::kHandOver, Role::kClerk), std::nullopt);
}

TEST(PickupMailKey, IsReadBackAsItWasWritten) {
  const PickupMailName name = pickup_mail_name(pickup_mail_key("pickup-1", "again-2"));
  EXPECT_EQ(name.pickup_id, "pickup-1");
  EXPECT_EQ(name.mail_id, "again-2");
  EXPECT_EQ(pickup_mail_name("nothing").mail_id, "");
}

}  // namespace
}  // namespace tsunagi
