// Customers who wait for a product are told once when their shop has it again.

#include <gmock/gmock.h>

#include <algorithm>

#include "server/jobs/held.h"
#include "server/jobs/schedule.h"
#include "tests/server/jobs/world.h"

namespace tsunagi {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr Seconds kPeriod = 15;  // longer than from one look to the next

class RestocksTest : public World, public testing::Test {
 protected:
  RestocksTest() {
    customer_signs_up(7001);
    customer_signs_up(7002, "鈴木");
    pass(kPeriod);
    shelf(0);
  }

  // What the tills say there is of product 10 in shop 1.
  void shelf(int64_t on_hand) {
    clock.advance(1);
    const StockLevel level{
        .product_id = "10", .store_id = "1", .on_hand = on_hand, .changed_at = clock.now()};
    EXPECT_TRUE(storage.apply(kShop, {change::PutStock{{level}}}).ok());
    pos.set_stock("10", "1", on_hand);
    stock.forget(kShop, "10");
  }
  Result<Done> ask(int64_t customer = 7001, const std::string& language = "ja") {
    return restocks.ask(tenant(), wish(customer, language));
  }
  RestockService::Wish wish(int64_t customer, const std::string& language = "ja") {
    return {.customer_id = customer,
            .product_code = "4900000000010",
            .store_id = "1",
            .language = language,
            .page = "/apps/tsunagi"};
  }
  void edit(const std::function<void(Settings&)>& change) {
    Tenant changed = tenant();
    change(changed.settings);
    storage.put_tenant(changed);
  }
  std::vector<RestockRequest> asked(int64_t customer = 7001) {
    return waiting_list.restocks_ever(kShop, customer, 10).value();
  }
};

TEST_F(RestocksTest, OneMailGoesOutWhenThereIsSomeAgain) {
  EXPECT_TRUE(ask().ok());
  EXPECT_TRUE(ask().ok()) << "told twice it is one request";
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, IsEmpty());
  shelf(2);
  pass(4 * kPeriod);
  ASSERT_THAT(mailer.sent, SizeIs(1));
  EXPECT_EQ(mailer.sent[0].to, "h@example.jp");
  EXPECT_THAT(mailer.sent[0].subject, HasSubstr("渋谷店に入荷しました: product 10"));
  EXPECT_THAT(mailer.sent[0].text, HasSubstr("山田 花子 様"));
  EXPECT_THAT(mailer.sent[0].text,
              HasSubstr("https://a.myshopify.com/apps/tsunagi/stock?barcode=4900000000010"));
  EXPECT_THAT(mailer.sent[0].text, Not(HasSubstr("取り置き")));
  ASSERT_THAT(asked(), SizeIs(1));
  EXPECT_EQ(asked()[0].state, RestockState::kDone);
  EXPECT_EQ(asked()[0].outcome, PickupMailOutcome::kSent);
  shelf(0);
  shelf(3);
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, SizeIs(1)) << "once a request";
}

TEST_F(RestocksTest, AsksAgainForTheNextTime) {
  EXPECT_TRUE(ask().ok());
  shelf(1);
  pass(kPeriod);
  EXPECT_EQ(ask().error().message, kBackAlready);
  shelf(0);
  EXPECT_TRUE(ask().ok());
  shelf(1);
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, SizeIs(2));
}

TEST_F(RestocksTest, IsWrittenInTheLanguageOfTheRequestAndLeadsToTheReservePage) {
  edit([](Settings& settings) { settings.pickup.on = true; });
  EXPECT_TRUE(ask(7001, "en").ok());
  shelf(1);
  pass(kPeriod);
  ASSERT_THAT(mailer.sent, SizeIs(1));
  EXPECT_THAT(mailer.sent[0].subject, HasSubstr("Back at 渋谷店: product 10"));
  EXPECT_THAT(mailer.sent[0].text, HasSubstr("Dear 花子 山田,"));
  EXPECT_THAT(mailer.sent[0].text,
              HasSubstr("https://a.myshopify.com/apps/tsunagi/pickup?code=4900000000010&shop=1"));
}

TEST_F(RestocksTest, TheMerchantsWordsTakeThePlaceOfOurs) {
  edit([](Settings& settings) {
    settings.restock.mail.ja = {.subject = "{{PRODUCT}}です", .text = "{{SHOP}}です"};
  });
  EXPECT_TRUE(ask().ok());
  shelf(1);
  pass(kPeriod);
  ASSERT_THAT(mailer.sent, SizeIs(1));
  EXPECT_EQ(mailer.sent[0].subject, "product 10です");
  EXPECT_EQ(mailer.sent[0].text, "渋谷店です\n");
}

TEST_F(RestocksTest, WhatTheShopKeepsForItselfIsNotBack) {
  edit([](Settings& settings) { settings.safety_stock = 2; });
  EXPECT_TRUE(ask().ok());
  shelf(2);
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, IsEmpty());
  edit([](Settings& settings) { settings.safety_stock = 1; });
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, SizeIs(1));
}

TEST_F(RestocksTest, AProductsOwnSafetyStockDecidesWhetherItIsBack) {
  edit([](Settings& settings) { settings.product_safety = {{"10", 2}}; });
  EXPECT_TRUE(ask().ok());
  shelf(2);
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, IsEmpty());
  edit([](Settings& settings) {
    settings.safety_stock = 9;
    settings.product_safety = {{"10", 1}};
  });
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, SizeIs(1)) << "by the look and by the mail's turn";
}

TEST_F(RestocksTest, WhatStaffDidNotFindIsNotBack) {
  EXPECT_TRUE(ask().ok());
  shelf(2);
  EXPECT_TRUE(storage.apply(kShop, {change::DoubtStock{"10", "1"}}).ok());
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, IsEmpty());
  shelf(3);
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, SizeIs(1));
}

TEST_F(RestocksTest, AllWhoWaitAreToldOfOnePiece) {
  EXPECT_TRUE(ask(7001).ok());
  EXPECT_TRUE(ask(7002).ok());
  shelf(1);
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, SizeIs(2));
}

TEST_F(RestocksTest, WhatIsGoneAgainWhenTheMailsTurnComesIsNotTold) {
  EXPECT_TRUE(ask().ok());
  mailer.refuses = Error{ErrorCode::kUnavailable, "mail: connection"};
  shelf(1);
  pass(kPeriod);
  EXPECT_EQ(asked()[0].state, RestockState::kTelling);
  shelf(0);
  mailer.refuses.reset();
  pass(300);
  EXPECT_THAT(mailer.sent, IsEmpty());
  EXPECT_EQ(asked()[0].state, RestockState::kOpen) << "it waits for the next time";
  shelf(1);
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, SizeIs(1));
}

TEST_F(RestocksTest, WhatIsTakenBackIsNotTold) {
  EXPECT_TRUE(ask(7001).ok());
  EXPECT_TRUE(ask(7002).ok());
  EXPECT_TRUE(restocks.take_back(tenant(), wish(7001)).ok());
  EXPECT_TRUE(restocks.take_back(tenant(), wish(7001)).ok()) << "twice is once";
  shelf(1);
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, SizeIs(1));
  EXPECT_THAT(asked(7001), IsEmpty());
}

TEST_F(RestocksTest, TakenBackBetweenTheLookAndTheMail) {
  EXPECT_TRUE(ask().ok());
  mailer.refuses = Error{ErrorCode::kUnavailable, "mail: connection"};
  shelf(1);
  pass(kPeriod);
  EXPECT_TRUE(restocks.take_back(tenant(), wish(7001)).ok());
  mailer.refuses.reset();
  pass(300);
  EXPECT_THAT(mailer.sent, IsEmpty());
  EXPECT_EQ(waiting(), 0);
}

TEST_F(RestocksTest, AMailThatMayHaveArrivedIsNotSentAgain) {
  EXPECT_TRUE(ask().ok());
  mailer.loses_answer = true;
  shelf(1);
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, SizeIs(1));
  mailer.loses_answer = false;
  pass(600, 60);
  EXPECT_THAT(mailer.sent, SizeIs(1));
  EXPECT_EQ(storage.queue_depth(kShop)->outbox_review, 1);
  const int64_t id = storage.outbox().begin()->first;
  EXPECT_TRUE(storage.settle_review(kShop, id, ReviewVerdict::kHappened, "me").value());
  EXPECT_EQ(asked()[0].outcome, PickupMailOutcome::kSent);
}

TEST_F(RestocksTest, AServerThatEndsBeforeTheMailLeavesItToTheNext) {
  EXPECT_TRUE(ask().ok());
  shelf(1);
  EXPECT_EQ(restocks.tell_due(tenant()).value(), 1);
  EXPECT_EQ(restocks.tell_due(tenant()).value(), 0) << "told twice it is one mail";
  (void)storage.lease_outbox(10, clock.now(), kLeaseSeconds);  // and ends
  pass(2 * kLeaseSeconds);
  EXPECT_THAT(mailer.sent, SizeIs(1));
}

TEST_F(RestocksTest, WhoHasNoAddressOrIsGoneIsNotTriedForEver) {
  shop.edit_customer(7001, [](ShopCustomer& one) { one.mail = ""; });
  EXPECT_TRUE(ask(7001).ok());
  EXPECT_TRUE(ask(7099).ok());
  shelf(1);
  pass(kPeriod);
  EXPECT_EQ(asked(7001)[0].outcome, PickupMailOutcome::kNoAddress);
  EXPECT_EQ(asked(7099)[0].outcome, PickupMailOutcome::kNoCustomer);
  EXPECT_EQ(waiting(), 0);
  EXPECT_THAT(dead(), IsEmpty());
}

TEST_F(RestocksTest, NobodyIsToldWhileTheMerchantHasSwitchedItOffOrHidesTheShop) {
  EXPECT_TRUE(ask().ok());
  edit([](Settings& settings) { settings.restock.on = false; });
  EXPECT_FALSE(ask(7002).ok());
  shelf(1);
  pass(kPeriod);
  edit([](Settings& settings) {
    settings.restock.on = true;
    settings.stores = {{.store_id = "1", .name = "", .hidden = true}};
  });
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, IsEmpty());
  edit([](Settings& settings) { settings.stores.clear(); });
  pass(kPeriod);
  EXPECT_THAT(mailer.sent, SizeIs(1));
}

TEST_F(RestocksTest, AnOldFigureIsNotBelieved) {
  EXPECT_TRUE(ask().ok());
  shelf(1);
  clock.advance(kRestockFigureSeconds + 60);
  EXPECT_EQ(restocks.tell_due(tenant()).value(), 0);
}

TEST_F(RestocksTest, ARequestEndsByItselfAndItsRecordLater) {
  EXPECT_TRUE(ask(7001).ok());
  clock.advance(kRestockSeconds - 60);
  pass(kPurgeSeconds, kPurgeSeconds);
  EXPECT_THAT(asked(7001), SizeIs(1));
  pass(2 * kPurgeSeconds, kPurgeSeconds);
  EXPECT_THAT(asked(7001), IsEmpty());
  shelf(0);
  EXPECT_TRUE(ask(7002).ok());
  shelf(1);
  pass(2 * kPeriod);
  ASSERT_THAT(asked(7002), SizeIs(1));
  clock.advance(kRestockLogSeconds);
  pass(2 * kPurgeSeconds, kPurgeSeconds);
  EXPECT_THAT(asked(7002), IsEmpty());
}

TEST_F(RestocksTest, IsMarkedWhereTheCustomerLooks) {
  EXPECT_TRUE(ask().ok());
  StockService::Question question;
  question.products.push_back({"4900000000010", ""});
  auto models = stock.stock(tenant(), question).value();
  EXPECT_TRUE(restocks.mark(tenant(), 7001, models).ok());
  EXPECT_TRUE(models[0].can_ask);
  EXPECT_TRUE(models[0].shops[0].asked);
  EXPECT_FALSE(models[0].shops[1].asked);
  auto others = stock.stock(tenant(), question).value();
  EXPECT_TRUE(restocks.mark(tenant(), 7002, others).ok());
  EXPECT_TRUE(others[0].can_ask);
  EXPECT_FALSE(others[0].shops[0].asked);
  auto strangers = stock.stock(tenant(), question).value();
  EXPECT_TRUE(restocks.mark(tenant(), 0, strangers).ok());
  EXPECT_FALSE(strangers[0].can_ask);
}

TEST_F(RestocksTest, NobodyMayAskWithoutAMailServerOrForWhatNoShopCounts) {
  RestockService silent{{waiting_list, storage, stock, clock, random, false}};
  EXPECT_FALSE(silent.offers(tenant()));
  EXPECT_EQ(silent.ask(tenant(), wish(7001)).error().code, ErrorCode::kConflict);
  auto unknown = wish(7001);
  unknown.product_code = "4999999999999";
  EXPECT_EQ(restocks.ask(tenant(), unknown).error().code, ErrorCode::kNotFound);
  unknown = wish(7001);
  unknown.store_id = "99";
  EXPECT_EQ(restocks.ask(tenant(), unknown).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace tsunagi
