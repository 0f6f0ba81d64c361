// Who is gone at a platform without a word is found by lists of ids: page by page, once a night, at
// a cost that is bounded, and on from where it stopped.

#include "server/domain/sync/id_sweep.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "tests/support/fakes.h"

namespace tsunagi {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr TenantId kShop = 1;
constexpr Seconds kDay = 86'400;

class IdSweepTest : public ::testing::Test {
 protected:
  IdSweepTest() {
    storage.put_tenant(tenant);
    EXPECT_FALSE(step()) << "the first night is the next one";
    clock.advance(kDay);
  }
  // Customers 1 … n with members 1001 … , all in step.
  void join(int64_t customers) {
    std::vector<Change> changes;
    for (int64_t id = 1; id <= customers; ++id) {
      ShopCustomer customer;
      customer.id = id;
      shop.add_customer(customer);
      const std::string code = "T" + std::to_string(id);
      const std::string member = std::to_string(1'000 + id);
      pos.add_member({.member_id = member, .code = code, .rank = ""});
      changes.emplace_back(change::PutLink{.link = {.customer_id = id,
                                                    .code = code,
                                                    .pos_member_id = member,
                                                    .state = LinkState::kLinked,
                                                    .joined_at = clock.now()}});
    }
    ASSERT_TRUE(storage.apply(kShop, changes).ok());
  }
  bool step() {
    const auto more = sweep.step(tenant);
    EXPECT_TRUE(more.ok()) << more.error().message;
    return more.ok() && *more;
  }
  int night() {
    int steps = 1;
    while (step()) ++steps;
    return steps;
  }
  void nobody_tells_of(int64_t customer) { shop.remove_customer(customer); }
  std::vector<std::string> asked_for() {
    std::vector<std::string> keys;
    for (const auto& [id, row] : storage.outbox()) {
      keys.push_back((row.item.write.kind == OutboxKind::kMemberChanged ? "member " : "customer ") +
                     row.item.write.key);
    }
    return keys;
  }

  fakes::ManualClock clock;
  fakes::FakeStorage storage;
  fakes::FakePos pos{clock};
  fakes::FakeShop shop;
  Tenant tenant{.id = kShop,
                .shop_domain = "a.myshopify.com",
                .shop_name = "a",
                .contract_id = "sb_1",
                .installed = true,
                .settings = {}};
  IdSweep sweep{storage, pos, shop, clock};
};

TEST_F(IdSweepTest, TenThousandCustomersCostFiftyCalls) {
  join(10'000);
  nobody_tells_of(1);
  nobody_tells_of(250);
  nobody_tells_of(251);
  nobody_tells_of(10'000);
  pos.remove_member("1001");
  pos.remove_member("2000");
  pos.remove_member("2001");
  pos.remove_member("11000");
  for (const char* withdrawn : {"1500", "9999"}) {
    pos.edit_member(withdrawn, [](PosMember& member) { member.status = 3; });
  }
  night();
  EXPECT_THAT(asked_for(),
              UnorderedElementsAre("customer 1", "customer 250", "customer 251", "customer 10000",
                                   "member 1", "member 1000", "member 1001", "member 10000",
                                   "member 500", "member 8999"));
  EXPECT_LE(shop.asked_who_is_missing, 10'000 / 250 + 1);
  EXPECT_LE(pos.calls(), 10'000 / 1'000 + 1);
}

TEST_F(IdSweepTest, WhatIsInStepAsksForNothing) {
  join(600);
  // A plastic card of the merchant's is nobody's here.
  pos.add_member({.member_id = "7", .code = "PLASTIC", .rank = ""});
  night();
  EXPECT_THAT(asked_for(), IsEmpty());
}

TEST_F(IdSweepTest, IsDoneOnceANight) {
  join(300);
  EXPECT_GT(night(), 2);
  const int before = pos.calls() + shop.asked_who_is_missing;
  EXPECT_EQ(night(), 1);
  EXPECT_EQ(pos.calls() + shop.asked_who_is_missing, before);
  clock.advance(kDay);
  nobody_tells_of(7);
  night();
  EXPECT_THAT(asked_for(), UnorderedElementsAre("customer 7"));
}

TEST_F(IdSweepTest, GoesOnWhereItStoppedWhateverStopsIt) {
  join(3'000);
  nobody_tells_of(1);
  nobody_tells_of(3'000);
  pos.remove_member("1001");
  pos.remove_member("4000");
  int calls = 0;
  const auto every_third = [&] { return ++calls % 3 == 0; };
  pos.failures.fails = every_third;
  shop.failures.fails = every_third;
  int failures = 0;
  for (int turn = 0; turn < 200; ++turn) {
    // A server that was killed begins with what is stored.
    const auto more = IdSweep(storage, pos, shop, clock).step(tenant);
    failures += more.ok() ? 0 : 1;
    if (more.ok() && !*more) break;
  }
  EXPECT_GT(failures, 0);
  EXPECT_THAT(asked_for(),
              UnorderedElementsAre("customer 1", "customer 3000", "member 1", "member 3000"));
  EXPECT_LE(calls - failures, 3'000 / 250 + 1 + 3'000 / 1'000 + 1) << "no page is read twice";
}

TEST_F(IdSweepTest, AStoppedCardWhoseMemberIsServedAgainIsFoundToo) {
  join(2);
  ASSERT_TRUE(storage
                  .apply(kShop, {change::PutLink{.link = {.customer_id = 1,
                                                          .code = "T1",
                                                          .pos_member_id = "1001",
                                                          .state = LinkState::kStopped,
                                                          .joined_at = 1}}})
                  .ok());
  night();
  EXPECT_THAT(asked_for(), UnorderedElementsAre("member 1"));
}

TEST_F(IdSweepTest, WhoIsStillJoiningIsLookedForAtTheShopAlone) {
  ASSERT_TRUE(storage
                  .apply(kShop, {change::PutLink{.link = {.customer_id = 5,
                                                          .code = "T5",
                                                          .pos_member_id = "",
                                                          .state = LinkState::kJoining,
                                                          .joined_at = 1}}})
                  .ok());
  night();
  const auto outbox = storage.outbox();
  ASSERT_EQ(outbox.size(), 1U);
  EXPECT_EQ(outbox.begin()->second.item.write.kind, OutboxKind::kCreateMember)
      << "which sees that the customer is gone";
}

TEST_F(IdSweepTest, AnotherContractIsSweptFromItsBeginning) {
  join(300);
  EXPECT_TRUE(step());
  EXPECT_TRUE(step());
  tenant.contract_id = "sb_2";
  EXPECT_FALSE(step()) << "its first night is the next one";
  clock.advance(kDay);
  nobody_tells_of(1);
  night();
  EXPECT_THAT(asked_for(), UnorderedElementsAre("customer 1"));
}

TEST(SweepNight, ShopsAreSpreadOverTheNightInJapanAndKeepTheirTurn) {
  constexpr Seconds kMidnight = 1'789'999'200 - 1'789'999'200 % kDay - 32'400;  // in Japan
  std::map<Seconds, int> by_hour;
  for (TenantId tenant = 1; tenant <= 1'000; ++tenant) {
    Seconds turn = 0;
    while (sweep_night(kMidnight + turn, tenant) == sweep_night(kMidnight, tenant)) turn += 60;
    EXPECT_GE(turn, kSweepBegins);
    EXPECT_LE(turn, kSweepBegins + kSweepSpread + 60);
    ++by_hour[(turn - kSweepBegins) / 3'600];
    EXPECT_EQ(sweep_night(kMidnight + kDay + turn, tenant),
              sweep_night(kMidnight + turn, tenant) + 1);
    EXPECT_EQ(sweep_night(kMidnight + kDay + turn - 60, tenant),
              sweep_night(kMidnight + turn, tenant));
  }
  for (Seconds hour = 0; hour < 4; ++hour) EXPECT_GT(by_hour[hour], 180) << hour;
}

}  // namespace
}  // namespace tsunagi
