// Each check of a shop's health, broken on purpose: its state and the cause that the merchant's
// sentence is chosen by. And how the platforms are asked: at once, once, and not too often.

#include "server/domain/health/health.h"

#include <gtest/gtest.h>

#include <functional>

#include "server/domain/health/health_service.h"
#include "server/domain/inventory/inventory_service.h"
#include "server/domain/inventory/on_hand_writer.h"
#include "server/domain/stock/stock_service.h"
#include "tests/support/fakes.h"

namespace tsunagi {
namespace {

constexpr Seconds kAskedAt = 1'790'000'000;

// A shop where nothing is wrong.
struct Sound {
  Tenant tenant{.id = 1,
                .shop_domain = "cats.myshopify.com",
                .shop_name = "猫",
                .contract_id = "sb_1",
                .installed = true,
                .settings = {}};
  HealthFacts facts;
  Sound() {
    tenant.settings.till_ready = true;
    facts.now = kAskedAt;
    facts.figures.cursors = {{notice_cursor(System::kShopify), kAskedAt - 60},
                             {notice_cursor(System::kSmaregi), kAskedAt - 60},
                             {std::string(kSaleSeenCursor), kAskedAt - 90},
                             {std::string(kCustomerSeenCursor), kAskedAt - 90},
                             {std::string(kStockConfirmedCursor), kAskedAt - 5}};
    facts.asked.shop = Access{.missing = {}, .ahead = 0};
    facts.asked.pos = Access{.missing = {}, .ahead = -1};
    facts.asked.required = PosRequired{};
  }
  void cursor(std::string_view name, Seconds value) {
    for (auto& [its, at] : facts.figures.cursors) {
      if (its == name) at = value;
    }
  }
};

Check check(const Sound& shop, std::string_view name) {
  for (Check& found : checks_of(shop.tenant, shop.facts)) {
    if (found.name == name) return std::move(found);
  }
  ADD_FAILURE() << "no check " << name;
  return {};
}

TEST(Health, OfStockOnlineIsOnlyThereWhereAShopHasAPlace) {
  Sound shop;
  shop.facts.figures.items.unmatched = 3;
  for (const Check& found : checks_of(shop.tenant, shop.facts)) EXPECT_NE(found.name, "inventory");
  shop.tenant.settings.locations = {{"1", 71}};
  shop.facts.figures.items = {.matched = 9};
  EXPECT_EQ(check(shop, "inventory").state, CheckState::kOk);
  shop.facts.figures.items = {.matched = 9, .unmatched = 1, .duplicate = 2, .untracked = 4};
  const Check listed = check(shop, "inventory");
  EXPECT_EQ(listed.state, CheckState::kWarning);
  EXPECT_EQ(listed.cause, "unmatched");
  EXPECT_EQ(listed.values.front().second, "7");
  shop.facts.figures.cursors.emplace_back(kRoundBegunCursor, kAskedAt - 50);
  shop.facts.figures.cursors.emplace_back(kLocationGoneCursor, kAskedAt - 40);
  EXPECT_EQ(check(shop, "inventory").cause, "location_gone");
  EXPECT_EQ(check(shop, "inventory").state, CheckState::kBroken);
  shop.cursor(kRoundBegunCursor, kAskedAt - 30);
  EXPECT_EQ(check(shop, "inventory").cause, "unmatched") << "chosen anew since";
}

TEST(Health, OfASoundShopIsOkThroughout) {
  for (const Check& found : checks_of(Sound().tenant, Sound().facts)) {
    EXPECT_EQ(found.state, CheckState::kOk) << found.name << " " << found.cause;
    EXPECT_EQ(found.cause, "") << found.name;
  }
}

struct BrokenRow {
  const char* what;
  std::function<void(Sound&)> break_it;
  std::string_view name;
  CheckState state;
  std::string_view cause;
};

Result<Access> refused() { return Error{ErrorCode::kUnauthorized, "status 401"}; }
Result<Access> down() { return Error{ErrorCode::kUnavailable, "time-out"}; }
Result<Access> clock_off(Seconds ahead) { return Access{.missing = {}, .ahead = ahead}; }

const BrokenRow kBroken[] = {
    {"stopped by the merchant", [](Sound& s) { s.tenant.settings.paused = true; }, "running",
     CheckState::kWarning, "paused"},
    {"token refused", [](Sound& s) { s.facts.asked.shop = refused(); }, "shop", CheckState::kBroken,
     "refused"},
    {"shop down", [](Sound& s) { s.facts.asked.shop = down(); }, "shop", CheckState::kWarning,
     "unreachable"},
    {"a scope of the shop",
     [](Sound& s) { s.facts.asked.shop = Access{.missing = {"read_x"}, .ahead = {}}; },
     "shop_scopes", CheckState::kBroken, "missing"},
    {"nobody was asked", [](Sound& s) { s.facts.asked = {}; }, "shop", CheckState::kUnknown,
     "not_asked"},
    {"no contract", [](Sound& s) { s.tenant.contract_id.clear(); }, "pos", CheckState::kBroken,
     "not_joined"},
    {"contract refused", [](Sound& s) { s.facts.asked.pos = refused(); }, "pos",
     CheckState::kBroken, "refused"},
    {"a scope of the contract",
     [](Sound& s) { s.facts.asked.pos = Access{.missing = {"pos.x"}, .ahead = {}}; }, "pos_scopes",
     CheckState::kBroken, "missing"},
    {"a plan without members",
     [](Sound& s) { s.facts.asked.pos = Access{.missing = {}, .ahead = {}, .has_members = false}; },
     "plan", CheckState::kBroken, "no_members"},
    {"scopes of a contract that refuses us", [](Sound& s) { s.facts.asked.pos = refused(); },
     "pos_scopes", CheckState::kUnknown, "no_entry"},
    {"a plan nobody was asked of", [](Sound& s) { s.facts.asked.pos.reset(); }, "plan",
     CheckState::kUnknown, "not_asked"},
    {"a column that nothing fills",
     [](Sound& s) { s.facts.asked.required = PosRequired{.fields = {}, .others = {"faxNumber"}}; },
     "columns", CheckState::kBroken, "unfillable"},
    {"never read", [](Sound& s) { s.cursor(kStockConfirmedCursor, 0); }, "stock",
     CheckState::kWarning, "first_reading"},
    {"old stock", [](Sound& s) { s.cursor(kStockConfirmedCursor, kAskedAt - kStockOldAfter - 1); },
     "stock", CheckState::kBroken, "silent"},
    {"a queue that waits",
     [](Sound& s) { s.facts.depth.oldest_waiting = kAskedAt - kQueueOldAfter - 1; }, "queue",
     CheckState::kWarning, "waits"},
    {"dead letters", [](Sound& s) { s.facts.depth.outbox_dead = 2; }, "dead_letters",
     CheckState::kBroken, "given_up"},
    {"a mail that may have arrived", [](Sound& s) { s.facts.depth.outbox_review = 1; }, "review",
     CheckState::kBroken, "undecided"},
    {"members who lack something", [](Sound& s) { s.facts.waiting = 3; }, "members",
     CheckState::kWarning, "wait"},
    {"a sale that no event told of",
     [](Sound& s) {
       s.cursor(kSaleSeenCursor, kAskedAt - kNoticeLateAfter - 1);
       s.cursor(notice_cursor(System::kSmaregi), kAskedAt - kNoticeLateAfter - kNoticeSkew - 2);
     },
     "pos_notices", CheckState::kBroken, "missed"},
    {"a changed customer that no event told of",
     [](Sound& s) {
       s.cursor(kCustomerSeenCursor, kAskedAt - kNoticeLateAfter - 1);
       s.cursor(notice_cursor(System::kShopify),
                kAskedAt - kNoticeLateAfter - kCustomerNoticeSkew - 2);
     },
     "shop_notices", CheckState::kBroken, "missed"},
    {"a changed customer, and no event ever",
     [](Sound& s) { s.cursor(notice_cursor(System::kShopify), 0); }, "shop_notices",
     CheckState::kBroken, "missed"},
    {"no event ever, and nothing to tell of",
     [](Sound& s) {
       s.cursor(notice_cursor(System::kShopify), 0);
       s.cursor(kCustomerSeenCursor, 0);
     },
     "shop_notices", CheckState::kUnknown, "none_yet"},
    {"tills not set up", [](Sound& s) { s.tenant.settings.till_ready = false; }, "till",
     CheckState::kWarning, "unconfirmed"},
    {"a clock that is off", [](Sound& s) { s.facts.asked.pos = clock_off(-kClockWarnsAt); },
     "clock", CheckState::kWarning, "off"},
    {"a clock that is far off", [](Sound& s) { s.facts.asked.shop = clock_off(kClockBreaksAt); },
     "clock", CheckState::kBroken, "off"},
};

TEST(Health, EachThingThatIsBrokenIsTold) {
  for (const BrokenRow& row : kBroken) {
    Sound shop;
    row.break_it(shop);
    const Check found = check(shop, row.name);
    EXPECT_EQ(word(found.state), word(row.state)) << row.what;
    EXPECT_EQ(found.cause, row.cause) << row.what;
  }
}

TEST(Health, JustWithinItsLimitIsFine) {
  Sound shop;
  shop.cursor(kStockConfirmedCursor, kAskedAt - kStockOldAfter);
  shop.facts.depth.oldest_waiting = kAskedAt - kQueueOldAfter;
  shop.facts.asked.pos = clock_off(kClockWarnsAt - 1);
  for (const std::string_view name : {"stock", "queue", "clock"}) {
    EXPECT_EQ(check(shop, name).state, CheckState::kOk) << name;
  }
}

TEST(Health, ASaleOfThisMomentMayStillBeToldOf) {
  Sound shop;
  shop.cursor(notice_cursor(System::kSmaregi), 0);
  shop.cursor(kSaleSeenCursor, kAskedAt - kNoticeLateAfter);
  EXPECT_EQ(check(shop, "pos_notices").cause, "none_yet");
  shop.cursor(kSaleSeenCursor, kAskedAt - kNoticeLateAfter - 1);
  EXPECT_EQ(check(shop, "pos_notices").cause, "missed");
  shop.facts.depth.oldest_waiting = kAskedAt - kNoticeLateAfter - 1;
  EXPECT_EQ(check(shop, "pos_notices").cause, "none_yet") << "it may be what waits";
}

TEST(Health, ACustomersTimeOfChangeMayBeOfALaterWriteOfOurOwn) {
  Sound shop;
  shop.cursor(notice_cursor(System::kShopify), kAskedAt - 600);
  shop.cursor(kCustomerSeenCursor, kAskedAt - 600 + kCustomerNoticeSkew);
  EXPECT_EQ(check(shop, "shop_notices").state, CheckState::kOk);
  shop.cursor(kCustomerSeenCursor, kAskedAt - 600 + kCustomerNoticeSkew + 1);
  EXPECT_EQ(check(shop, "shop_notices").cause, "missed");
  EXPECT_EQ(check(shop, "shop_notices").since, kAskedAt - 600 + kCustomerNoticeSkew + 1);
}

TEST(Health, TheClockNamesWhoIsFurtherAway) {
  Sound shop;
  shop.facts.asked.shop = clock_off(12);
  shop.facts.asked.pos = clock_off(-20);
  const Check found = check(shop, "clock");
  EXPECT_EQ(found.values[0].second, "20");
  EXPECT_EQ(found.values[1].second, "smaregi");
}

class HealthServiceTest : public testing::Test {
 protected:
  HealthServiceTest() { storage.put_tenant(tenant); }
  std::string state(const HealthReport& report, std::string_view name) {
    for (const Check& found : report.checks) {
      if (found.name == name) return std::string(word(found.state));
    }
    return "none";
  }
  Tenant tenant = Sound().tenant;
  fakes::FakeStorage storage;
  fakes::ManualClock clock;
  fakes::FakePos pos{clock};
  fakes::FakeShop shop;
  fakes::HeldBackground background;
  HealthService health{{storage, pos, shop, clock, background}};
};

TEST_F(HealthServiceTest, AnswersAtOnceAndAsksInTheBackgroundOnce) {
  const auto first = health.report(tenant);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(first->asking);
  EXPECT_EQ(state(*first, "pos"), "unknown");
  EXPECT_TRUE(health.report(tenant)->asking);
  EXPECT_EQ(background.waiting(), 1U);
  background.run_all();
  const auto then = health.report(tenant);
  EXPECT_FALSE(then->asking);
  EXPECT_EQ(state(*then, "pos"), "ok");
  EXPECT_EQ(pos.calls("access"), 1);
}

TEST_F(HealthServiceTest, WhatWasSaidCountsForItsTimeAndAPersonMayAskSooner) {
  (void)health.report(tenant);
  background.run_all();
  pos.set_access(Error{ErrorCode::kUnauthorized, "refused"});
  clock.advance(kHealthFreshSeconds - 1);
  EXPECT_FALSE(health.report(tenant)->asking);
  EXPECT_TRUE(health.ask_again(tenant)->asking);
  background.run_all();
  EXPECT_EQ(state(*health.report(tenant), "pos"), "broken");
  clock.advance(kHealthAgainSeconds - 1);
  EXPECT_FALSE(health.ask_again(tenant)->asking) << "pressed twice";
  clock.advance(kHealthFreshSeconds);
  EXPECT_TRUE(health.report(tenant)->asking);
}

TEST_F(HealthServiceTest, AnotherContractIsAskedAnewAndTheFormerSaysNothing) {
  (void)health.report(tenant);
  background.run_all();
  tenant.contract_id = "sb_2";
  const auto report = health.report(tenant);
  EXPECT_TRUE(report->asking);
  EXPECT_EQ(state(*report, "pos"), "unknown");
  EXPECT_EQ(state(*report, "shop"), "ok");
}

TEST_F(HealthServiceTest, NoMoreShopsAreAskedThanThereIsRoomFor) {
  for (int i = 0; i <= kHealthAsksAtOnce; ++i) {
    tenant.id = 100 + i;
    storage.put_tenant(tenant);
    EXPECT_EQ(health.report(tenant)->asking, i < kHealthAsksAtOnce) << i;
  }
  EXPECT_EQ(background.waiting(), static_cast<size_t>(kHealthAsksAtOnce));
  background.run_all();
  EXPECT_TRUE(health.report(tenant)->asking) << "its turn has come";
  background.full = true;
  tenant.id = 99;
  storage.put_tenant(tenant);
  EXPECT_FALSE(health.report(tenant)->asking) << "the pool is full";
}

}  // namespace
}  // namespace tsunagi
