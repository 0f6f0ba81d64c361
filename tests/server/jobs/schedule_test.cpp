// What webhooks missed is found by reading, at a cost that is bounded.

#include "server/jobs/schedule.h"

#include "server/domain/health/health.h"
#include "tests/server/jobs/world.h"

namespace tsunagi {
namespace {

struct ScheduleTest : testing::Test, World {};

TEST_F(ScheduleTest, AShopThatJoinsAContractIsReadWhole) {
  jobs.poll_due();
  EXPECT_EQ(storage.stores(kShop)->size(), 2U);
  EXPECT_TRUE(storage.product_by_code(kShop, "4900000000010", "")->has_value());
  EXPECT_EQ(on_hand("10", "1"), 100);
  EXPECT_EQ(storage.cursor(kShop, kStockConfirmedCursor)->value_or(0), clock.now());
  EXPECT_EQ(shop.prepared(), 1);
}

TEST_F(ScheduleTest, AShopWithoutAContractIsLeftAloneUntilItJoins) {
  Tenant unjoined = tenant();
  unjoined.contract_id.clear();
  storage.put_tenant(unjoined);
  pass(60);
  EXPECT_EQ(pos.calls(), 0);
  storage.put_tenant([&] {
    Tenant joined = unjoined;
    joined.contract_id = "sb_1";
    return joined;
  }());
  clock.advance(kTenantsReadSeconds);
  jobs.poll_due();
  EXPECT_EQ(on_hand("10", "1"), 100);
}

TEST_F(ScheduleTest, AStockChangeWithoutAWebhookIsSeenWithinAFewSeconds) {
  jobs.poll_due();
  clock.advance(1);
  pos.set_stock("10", "1", 42);
  pass(period_of(Reading::kStock), 1);
  EXPECT_EQ(on_hand("10", "1"), 42);
  StockService::Question question;
  question.products = {{"4900000000010", ""}};
  EXPECT_EQ(stock.stock(tenant(), question)->front().shops[0].on_hand, 42) << "the cache is told";
}

TEST_F(ScheduleTest, ASaleWithoutAWebhookReachesThePublishedCard) {
  const std::string hanako = member(7001);
  jobs.poll_due();
  clock.advance(1);
  pos.ring_up({hanako, "1", {{"10", 1}}, 30});
  const Seconds sold_at = clock.now();
  pass(period_of(Reading::kTransactions) + 5);
  EXPECT_EQ(published(7001)["points"], 30);
  EXPECT_EQ(storage.cursor(kShop, kSaleSeenCursor)->value_or(0), sold_at);
}

TEST_F(ScheduleTest, ASaleWhileWeWereAwayForDaysIsFound) {
  const std::string hanako = member(7001);
  jobs.poll_due();
  clock.advance(7'200);
  pos.ring_up({hanako, "1", {{"10", 1}}, 30});
  clock.advance(3 * 86'400);
  jobs.poll_due();
  work();
  EXPECT_EQ(published(7001)["points"], 30);
  EXPECT_EQ(on_hand("10", "1"), 99);
}

TEST_F(ScheduleTest, AnAbsenceLongerThanSmaregiAnswersForIsReadWhole) {
  jobs.poll_due();
  clock.advance(40 * 86'400);
  pos.set_stock("11", "2", 6);
  clock.advance(40 * 86'400);
  jobs.poll_due();
  EXPECT_EQ(on_hand("11", "2"), 6);
  EXPECT_EQ(storage.cursor(kShop, kStockConfirmedCursor)->value_or(0), clock.now());
}

TEST_F(ScheduleTest, ReadingsOfAQuietDayCostLittle) {
  member(7001);
  jobs.poll_due();
  const int before = pos.calls();
  for (int minute = 0; minute < 60; ++minute) pass(60);
  const int an_hour = pos.calls() - before;
  EXPECT_LE(an_hour, 3'600 / 6 + 3'600 / 30 + 20);
  EXPECT_LE(pos.calls("products"), 2);
}

TEST_F(ScheduleTest, TheWholeBookIsReadOnceANight) {
  jobs.poll_due();
  const int before = pos.calls("stock");
  for (int hour = 0; hour < 48; ++hour) {
    clock.advance(3'600);
    jobs.poll_due();
  }
  EXPECT_EQ(pos.calls("stock") - before, 2);
}

TEST_F(ScheduleTest, AMerchantsWishReadsEverythingAtOnce) {
  jobs.poll_due();
  const int before = pos.calls("stock");
  jobs.sync_soon(kShop);
  jobs.poll_due();
  EXPECT_EQ(pos.calls("stock"), before + 1);
}

TEST_F(ScheduleTest, ADeadSmaregiIsAskedLessAndLessAndFoundAgain) {
  jobs.poll_due();
  pos.failures.down = true;
  const int before = pos.calls();
  pass(1'800);
  EXPECT_LE(pos.calls() - before, 150);
  pos.failures.down = false;
  clock.advance(1);
  pos.set_stock("10", "1", 3);
  pass(kLongestPollDelaySeconds + 10);
  EXPECT_EQ(on_hand("10", "1"), 3);
}

TEST_F(ScheduleTest, AFirstReadingThatBreaksOffIsRepeatedAndNothingIsCalledConfirmedBefore) {
  int calls = 0;
  pos.failures.fails = [&] { return ++calls == 3; };  // stores, products, then the stock fails
  jobs.poll_due();
  EXPECT_FALSE(storage.cursor(kShop, kStockConfirmedCursor)->has_value());
  pass(60);
  EXPECT_TRUE(storage.cursor(kShop, kStockConfirmedCursor)->has_value());
  EXPECT_EQ(on_hand("10", "1"), 100);
}

TEST_F(ScheduleTest, OneShopsDeadContractDoesNotHoldUpAnother) {
  Tenant other = tenant();
  other.id = 2;
  other.shop_domain = "b.myshopify.com";
  other.contract_id = "sb_2";
  storage.put_tenant(other);
  int calls = 0;
  pos.failures.fails = [&] { return ++calls == 1; };  // the first shop's very first call
  jobs.poll_due();
  EXPECT_TRUE(storage.cursor(2, kStockConfirmedCursor)->has_value());
}

TEST_F(ScheduleTest, OfSeveralServersOneReadsForAShopAndAnotherTakesOver) {
  storage.is_shared = true;
  Jobs other(ports());
  jobs.poll_due();
  const int before = pos.calls();
  other.poll_due();
  EXPECT_EQ(pos.calls(), before);
  pass(60);
  const int alone = pos.calls() - before;
  for (int second = 0; second < 60; second += 5) {
    clock.advance(5);
    jobs.poll_due();
    other.poll_due();
  }
  EXPECT_LE(pos.calls() - before, 2 * alone + 3) << "two servers ask no more than one";
  // The first is killed.
  pos.set_stock("10", "1", 42);
  for (Seconds passed = 0; passed < kReaderClaimSeconds + kReaderLookSeconds + 5; passed += 5) {
    clock.advance(5);
    other.poll_due();
  }
  EXPECT_EQ(on_hand("10", "1"), 42);
}

TEST_F(ScheduleTest, AMerchantsWishIsReadByTheServerThatIsAsked) {
  storage.is_shared = true;
  Jobs other(ports());
  jobs.poll_due();
  other.poll_due();
  const int before = pos.calls("stock");
  other.sync_soon(kShop);
  other.poll_due();
  EXPECT_EQ(pos.calls("stock"), before + 1);
}

TEST_F(ScheduleTest, ANewNameOfTheProgrammeIsPublishedOnEveryCardOnce) {
  for (int64_t id = 1; id <= 30; ++id) member(id);
  jobs.poll_due();
  work();
  Tenant renamed = tenant();
  renamed.settings.programme_name = "ねこ会員";
  storage.put_tenant(renamed);
  pass(20);
  for (int64_t id = 1; id <= 30; ++id) EXPECT_EQ(published(id)["programme"], "ねこ会員");
  const size_t writes = shop.batches().size();
  pass(120);
  EXPECT_EQ(shop.batches().size(), writes);
  renamed.settings.programme_name = "";
  storage.put_tenant(renamed);
  pass(20);
  EXPECT_EQ(published(1)["programme"], "Café Neko") << "back again is a change, too";
}

TEST_F(ScheduleTest, PointsThatChangeWithoutAnyTraceAreFoundWithinADay) {
  std::vector<std::string> members;
  for (int64_t id = 1; id <= 50; ++id) members.push_back(member(id));
  jobs.poll_due();
  for (const std::string& id : members) pos.set_points(id, 8);
  for (int hour = 0; hour < 26; ++hour) pass(3'600, 60);
  for (int64_t id = 1; id <= 50; ++id) EXPECT_EQ(published(id)["points"], 8) << id;
}

TEST_F(ScheduleTest, PointsThatCouldNotBeReadAtJoiningAreNotLeftForADay) {
  customer_signs_up(7001);
  customer_joins(7001);
  pos.failures.fails = [this] { return pos.calls("points") > 0; };  // from the first reading on
  work();
  EXPECT_FALSE(figures(7001).has_points);
  pos.failures.fails = nullptr;
  pass(300);
  EXPECT_TRUE(figures(7001).has_points);
}

TEST_F(ScheduleTest, ANameThatChangesAtTheTillWithoutAWebhookReachesTheShop) {
  const std::string id = member(7001);
  pass(120);
  pos.edit_member(id, [](PosMember& m) { m.fields[MemberField::kFirstName] = "華子"; });
  pass(period_of(Reading::kMembers) + 5);
  EXPECT_EQ(shop.customers().at(7001).first_name, "華子");
  EXPECT_EQ(published(7001)["holder"], "山田 華子");
}

TEST_F(ScheduleTest, ANameThatChangesInTheShopWithoutAWebhookReachesTheTill) {
  shop.now = [this] { return clock.now(); };
  const std::string id = member(7001);
  pass(300);
  shop.edit_customer(7001, [](ShopCustomer& c) { c.last_name = "佐藤"; });
  pass(period_of(Reading::kCustomers) + 5);
  EXPECT_EQ(pos.members().at(id).fields[MemberField::kLastName], "佐藤");
  const int written = pos.calls("update_member");
  pass(600);
  EXPECT_EQ(pos.calls("update_member"), written) << "and not once more";
}

TEST_F(ScheduleTest, PeopleWhoAreNoMembersAreNotWorkedOn) {
  shop.now = [this] { return clock.now(); };
  member(7001);
  pass(300);
  customer_signs_up(7002);
  shop.edit_customer(7002, [](ShopCustomer& c) { c.last_name = "佐藤"; });
  pos.add_member({.member_id = "", .code = "PLASTIC", .rank = "", .fields = {}});
  pass(300);
  EXPECT_EQ(pos.members().size(), 2U);
  EXPECT_EQ(waiting(), 0);
}

TEST_F(ScheduleTest, WhoIsGoneWithoutAWordIsFoundInTheNight) {
  member(7001);
  const std::string gone = member(7002);
  member(7003);
  member(7004);
  pass(600, 60);
  // Events and changes that nobody told of: the shop's customer is deleted, a member is.
  shop.remove_customer(7003);
  pos.remove_member(gone);
  for (int hour = 0; hour < 36; ++hour) pass(3'600, 600);
  EXPECT_EQ(card(7001).link.state, LinkState::kLinked);
  EXPECT_EQ(card(7002).link.state, LinkState::kStopped);
  EXPECT_EQ(storage.cards(kShop).size(), 3U) << "after the hours in which a merge may be told";
  EXPECT_EQ(card(7004).link.state, LinkState::kLinked);
  EXPECT_EQ(waiting(), 0);
}

TEST_F(ScheduleTest, AJoiningThatGotLostIsTakenUpAgain) {
  customer_signs_up(7001);
  customer_joins(7001);
  const auto leased = storage.lease_outbox(100, clock.now(), 1);
  for (const OutboxItem& item : *leased) {
    ASSERT_TRUE(storage.finish_outbox(item, {}).ok());  // as if the queue had been emptied by hand
  }
  pass(kJoiningOverdueSeconds + 120, 30);
  EXPECT_EQ(card(7001).link.state, LinkState::kLinked);
}

TEST_F(ScheduleTest, WhatNobodyChoseIsPaidBackInTheMinuteThatItIsDueAndAfterAnAbsence) {
  Tenant with_days = tenant();
  with_days.settings.pickup.refund_after_days = 2;
  storage.put_tenant(with_days);
  jobs.poll_due();
  const auto waits = [&](const std::string& id, Seconds refund_at) {
    Pickup& pickup = book.pickups[id];
    pickup.id = id;
    pickup.state = PickupState::kExpired;
    pickup.purchase = {.order_id = 71,
                       .order_name = "#1001",
                       .paid = true,
                       .undecided = true,
                       .put_off = PutOff::kOnHold,
                       .refund_at = refund_at};
  };
  waits("order.71.1", clock.now() + 600);
  waits("order.71.2", clock.now() + 30 * 86'400);
  const auto chosen = [&](const std::string& id) { return book.pickups[id].purchase.choice; };
  pass(590);
  EXPECT_EQ(chosen("order.71.1").what, Choice::kNone);
  pass(10 + period_of(Reading::kPickups));
  EXPECT_EQ(chosen("order.71.1").what, Choice::kRefund);
  EXPECT_TRUE(is_by_itself(chosen("order.71.1")));
  EXPECT_EQ(chosen("order.71.2").what, Choice::kNone);
  EXPECT_GT(orders.reads, 0) << "the order is brought in step";
  clock.advance(40 * 86'400);
  jobs.poll_due();
  EXPECT_TRUE(is_by_itself(chosen("order.71.2")));
}

}  // namespace
}  // namespace tsunagi
