// Customers with a tag become members all at once: who does and who does not, how often it asks,
// and who goes before it.

#include <gmock/gmock.h>

#include "server/domain/sync/backfill.h"
#include "server/jobs/schedule.h"
#include "tests/server/jobs/world.h"

namespace tsunagi {
namespace {

constexpr const char* kOld = "old";

class BackfillWorkTest : public ::testing::Test {
 protected:
  void tagged(int64_t id) {
    world.customer_signs_up(id);
    world.shop.set_tag(id, kOld, true);
  }
  void begin() {
    const auto begun = service.begin(world.tenant(), kOld);
    ASSERT_TRUE(begun.ok()) << begun.error().message;
  }
  void work() {
    for (int round = 0; round < 500; ++round) {
      if (world.jobs.run_bulk_once() > 0) continue;
      if (world.storage.background_depth(World::kShop)->waiting == 0) return;
      world.clock.advance(1);
    }
    ADD_FAILURE() << "the backfill does not come to rest";
  }
  BackfillService::Report report() { return *service.report(world.tenant()); }

  World world;
  BackfillService service{
      {.storage = world.storage, .shop = world.shop, .clock = world.clock, .random = world.random}};
};

TEST_F(BackfillWorkTest, WhoHasTheTagIsAMemberAndNobodyElse) {
  for (int64_t id = 1; id <= 60; ++id) tagged(id);
  world.customer_signs_up(70);
  begin();
  work();
  EXPECT_EQ(report().backfill->state, BackfillState::kDone);
  EXPECT_EQ(report().backfill->brought, 60);
  EXPECT_EQ(report().backfill->expected, 60);
  EXPECT_EQ(world.pos.members().size(), 60U);
  for (int64_t id = 1; id <= 60; ++id) {
    const Card card = world.card(id);
    EXPECT_EQ(card.link.state, LinkState::kLinked) << id;
    EXPECT_EQ(world.published(id)["state"], "ready") << id;
    EXPECT_EQ(world.shop.tags()[id], card.link.code) << id;
  }
  EXPECT_EQ(world.card(70).link.customer_id, 0);
}

TEST_F(BackfillWorkTest, ACustomerCostsOneReadingOneCreationAndAShareOfAWrite) {
  for (int64_t id = 1; id <= 50; ++id) tagged(id);
  begin();
  work();
  EXPECT_EQ(world.shop.asked_for_customers, 0) << "the page brought them along";
  EXPECT_EQ(world.pos.calls("member_by_code"), 0) << "codes that were never sent";
  EXPECT_EQ(world.pos.calls("create_member"), 50);
  EXPECT_LE(world.shop.batches().size(), 3U) << "cards wait for each other";
}

TEST_F(BackfillWorkTest, MembersStayAndWhoLeftStaysAway) {
  for (int64_t id = 1; id <= 3; ++id) tagged(id);
  const std::string code = world.customer_joins(1);
  const auto left = world.storage.apply(
      World::kShop, {change::PutLink{.link = {.customer_id = 2, .code = "T2", .pos_member_id = ""}},
                     change::DropLink{2}});
  ASSERT_TRUE(left.ok());
  world.work();
  begin();
  work();
  EXPECT_EQ(world.card(1).link.code, code);
  EXPECT_EQ(world.card(2).link.customer_id, 0);
  EXPECT_EQ(world.card(3).link.state, LinkState::kLinked);
  EXPECT_EQ(report().backfill->members, 1);
  EXPECT_EQ(report().backfill->left, 1);
  EXPECT_EQ(report().backfill->brought, 1);
}

TEST_F(BackfillWorkTest, WhoLacksWhatSmaregiAsksWaitsAndIsCounted) {
  tagged(1);
  world.pos.set_required({.fields = {MemberField::kBirthDate}, .others = {}});
  begin();
  work();
  EXPECT_EQ(report().depth.lacking, 1);
  EXPECT_EQ(world.card(1).link.missing, (std::vector<std::string>{"birth_date"}));
}

TEST_F(BackfillWorkTest, StopsAndGoesOnWhereItWas) {
  for (int64_t id = 1; id <= 2 * kBackfillPage; ++id) tagged(id);
  KnownCustomers known(world.clock);
  begin();
  ASSERT_TRUE(*service.step(world.tenant(), known));
  ASSERT_TRUE(service.stop(world.tenant()).ok());
  EXPECT_FALSE(*service.step(world.tenant(), known));
  EXPECT_EQ(report().backfill->brought, kBackfillPage);
  begin();
  EXPECT_EQ(report().backfill->place, kBackfillPage) << "not anew";
  work();
  EXPECT_EQ(report().backfill->brought, 2 * kBackfillPage);
  EXPECT_EQ(world.pos.members().size(), static_cast<size_t>(2 * kBackfillPage));
}

TEST_F(BackfillWorkTest, NoMoreWaitThanItsLimit) {
  for (int64_t id = 1; id <= 2 * kBackfillWaits; ++id) tagged(id);
  KnownCustomers known(world.clock);
  begin();
  while (*service.step(world.tenant(), known)) continue;
  EXPECT_EQ(report().depth.waiting, kBackfillWaits);
  EXPECT_EQ(report().backfill->state, BackfillState::kRunning);
}

TEST_F(BackfillWorkTest, OneWhoJoinsMeanwhileKeepsTheCodeAndGoesFirst) {
  for (int64_t id = 1; id <= 3; ++id) tagged(id);
  KnownCustomers known(world.clock);
  begin();
  ASSERT_TRUE(*service.step(world.tenant(), known));
  const std::string drawn = world.card(2).link.code;
  EXPECT_EQ(world.customer_joins(2), drawn);
  world.work();  // without the backfill's workers
  EXPECT_EQ(world.card(2).link.state, LinkState::kLinked);
  EXPECT_EQ(world.card(1).link.state, LinkState::kJoining);
}

TEST_F(BackfillWorkTest, APageThatMeetsSomebodyJoiningIsReadAgain) {
  tagged(1);
  tagged(2);
  begin();
  KnownCustomers known(world.clock);
  world.storage.before_apply = [this] {
    world.storage.before_apply = nullptr;
    world.customer_joins(2);
  };
  ASSERT_TRUE(*service.step(world.tenant(), known));
  EXPECT_EQ(world.card(1).link.customer_id, 0) << "nothing of the page is stored";
  work();
  EXPECT_EQ(world.card(1).link.state, LinkState::kLinked);
  EXPECT_EQ(report().backfill->members, 1);
}

TEST_F(BackfillWorkTest, ItsOwnWritesAreNoNewsAndSomebodysAre) {
  tagged(1);
  begin();
  work();
  const std::string body = R"({"customer":{"id":1}})";
  world.shopify_tells("customers/update", body);  // of the tag
  world.work();
  EXPECT_EQ(world.shop.asked_for_customers, 0);
  world.shop.edit_customer(1, [](ShopCustomer& customer) { customer.last_name = "改"; });
  world.shopify_tells("customers/update", body);  // of the card
  world.shopify_tells("customers/update", body);
  world.work();
  EXPECT_EQ(world.pos.members().begin()->second.fields[MemberField::kLastName], "改");
}

TEST_F(BackfillWorkTest, WhoCarriesItsTagIsReadOnceItHasEndedAndOthersMeanwhile) {
  world.shop.now = [this] { return world.clock.now(); };
  for (int64_t id = 1; id <= kBackfillPage + 1; ++id) tagged(id);
  world.customer_joins(1);
  world.member(99);
  world.pass(600);
  const auto name_at_the_till = [this](int64_t id) {
    return world.pos.members().at(world.card(id).link.pos_member_id).fields[MemberField::kLastName];
  };
  begin();
  KnownCustomers known(world.clock);
  ASSERT_TRUE(*service.step(world.tenant(), known));
  ASSERT_EQ(report().backfill->state, BackfillState::kRunning);
  for (const int64_t id : {1, 99}) {  // and Shopify does not tell of it
    world.shop.edit_customer(id, [](ShopCustomer& customer) { customer.last_name = "改"; });
  }
  world.pass(2 * period_of(Reading::kCustomers));
  EXPECT_EQ(name_at_the_till(99), "改");
  EXPECT_EQ(name_at_the_till(1), "山田");

  work();
  ASSERT_EQ(report().backfill->state, BackfillState::kDone);
  world.pass(2 * period_of(Reading::kCustomers));
  EXPECT_EQ(name_at_the_till(1), "改");
  const int asked = world.shop.asked_for_customers;
  world.pass(4 * period_of(Reading::kCustomers));
  EXPECT_EQ(world.shop.asked_for_customers, asked) << "what is in step is not read again";
}

TEST_F(BackfillWorkTest, WhomItBroughtIsNotReadOnceMore) {
  world.shop.now = [this] { return world.clock.now(); };
  for (int64_t id = 1; id <= 60; ++id) tagged(id);
  begin();
  work();
  ASSERT_EQ(report().backfill->brought, 60);
  for (int64_t id = 1; id <= 60; ++id) {
    EXPECT_GT(world.shop.customers().at(id).changed_at, 0) << "by its tag";
  }
  world.clock.advance(600);  // longer than a page is remembered
  world.pass(4 * period_of(Reading::kCustomers));
  EXPECT_EQ(world.shop.asked_for_customers, 0);
}

TEST_F(BackfillWorkTest, WhoChangesBetweenThePageAndTheTagIsReadAgain) {
  world.shop.now = [this] { return world.clock.now(); };
  tagged(1);
  begin();
  while (world.pos.members().empty()) {
    ASSERT_GT(world.jobs.run_bulk_once(), 0);
  }
  world.shop.edit_customer(1, [](ShopCustomer& customer) { customer.last_name = "改"; });
  while (world.jobs.run_bulk_once() > 0) continue;
  world.work();
  work();
  EXPECT_EQ(world.pos.members().begin()->second.fields[MemberField::kLastName], "改");
}

TEST_F(BackfillWorkTest, APausedShopAndAnOddTagBeginNothing) {
  for (const char* odd : {"", " ", "a,b", "a'b", "a\"b", "a\\b", "a\nb"}) {
    const auto begun = service.begin(world.tenant(), odd);
    ASSERT_FALSE(begun.ok()) << odd;
    EXPECT_EQ(begun.error().code, ErrorCode::kInvalid);
  }
  EXPECT_EQ(service.begin(world.tenant(), std::string(256, 'a')).error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(service.count(world.tenant(), std::string(255, 'a')).ok());
  Tenant paused = world.tenant();
  paused.settings.paused = true;
  EXPECT_EQ(service.begin(paused, kOld).error().code, ErrorCode::kConflict);
}

}  // namespace
}  // namespace tsunagi
