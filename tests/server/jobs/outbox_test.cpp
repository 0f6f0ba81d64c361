// Writes to the platforms: each happens, with what is true at that moment, and a member is created
// once.

#include "server/jobs/outbox_worker.h"

#include "server/domain/member/member_fields.h"
#include "server/domain/member/member_merge.h"
#include "server/domain/sync/sync_service.h"
#include "server/jobs/inbox_worker.h"
#include "server/jobs/retry.h"
#include "tests/server/jobs/world.h"

namespace tsunagi {
namespace {

struct OutboxTest : testing::Test, World {};

TEST_F(OutboxTest, JoiningShowsTheCodeAtOnceAndMakesTheMember) {
  customer_signs_up(7001);
  const std::string code = customer_joins(7001);
  EXPECT_EQ(cards.card(tenant(), 7001)->state, CardState::kRegistering);
  work();
  ASSERT_EQ(pos.members().size(), 1U);
  EXPECT_EQ(pos.members().begin()->second.code, code);
  EXPECT_EQ(card(7001).link.state, LinkState::kLinked);
  EXPECT_EQ(published(7001)["state"], "ready");
  EXPECT_EQ(published(7001)["code"], code);
  EXPECT_EQ(published(7001)["holder"], "山田 花子");
  const CardModel model = *cards.card(tenant(), 7001);
  EXPECT_EQ(model.state, CardState::kReady);
  EXPECT_TRUE(model.has_points);
}

TEST_F(OutboxTest, WhoIsAMemberAtTheTillCarriesTheCodeAsATag) {
  customer_signs_up(7001);
  pos.failures.down = true;
  customer_joins(7001);
  work();
  EXPECT_TRUE(shop.tags().empty()) << "no till knows the code yet";
  pos.failures.down = false;
  pass(60);
  EXPECT_EQ(shop.tags().at(7001), card(7001).link.code);
}

TEST_F(OutboxTest, TheTagFollowsTheCodeAndGoesWithTheMember) {
  const std::string hanako = member(7001);
  const auto tag = [&] {
    const auto tags = shop.tags();
    const auto found = tags.find(7001);
    return found == tags.end() ? std::string() : found->second;
  };
  const auto told = [&](const std::function<void(PosMember&)>& edit) {
    clock.advance(1);
    pos.edit_member(hanako, edit);
    smaregi_tells("pos:customers", R"({"customerIds":[")" + hanako + "\"]}");
    work();
    return tag();
  };
  EXPECT_EQ(told([](PosMember& one) { one.code = "PLASTIC-1"; }), "PLASTIC-1");
  EXPECT_EQ(told([](PosMember& one) { one.status = 3; }), "") << "withdrawn at the till";
  EXPECT_EQ(told([](PosMember& one) { one.status = 0; }), "PLASTIC-1");
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  EXPECT_EQ(tag(), "");
  EXPECT_TRUE(dead().empty());
}

TEST_F(OutboxTest, TheEchoOfATagIsNoChange) {
  member(7001);
  const int before = pos.calls();
  for (int echo = 0; echo < 3; ++echo) {
    shopify_tells("customers/update", R"({"id":7001})");
    work();
  }
  EXPECT_EQ(pos.calls(), before);
  EXPECT_EQ(waiting(), 0);
}

TEST_F(OutboxTest, PointsOfAMemberThatIsOtherwiseTheSameAreReadToo) {
  const std::string hanako = member(7001);
  pos.set_points(hanako, 250);  // booked by hand in Smaregi: no receipt tells of it
  smaregi_tells("pos:customers", R"({"customerIds":[")" + hanako + "\"]}");
  work();
  EXPECT_EQ(figures(7001).points, 250);
  EXPECT_EQ(published(7001)["points"], 250);
}

TEST_F(OutboxTest, SmaregiGetsTheFieldsAsItTakesThem) {
  shop.add_customer({.id = 7001,
                     .last_name = "",
                     .first_name = "花子🌸",
                     .mail = "h@example.jp",
                     .phone = "+81 90-1234-5678",
                     .locale = "ja",
                     .mail_consent = true});
  customer_joins(7001);
  work();
  EXPECT_EQ(pos.last_created.fields[MemberField::kLastName], kPosNameFiller);
  EXPECT_EQ(pos.last_created.fields[MemberField::kFirstName], "花子");
  EXPECT_EQ(pos.last_created.fields[MemberField::kPhone], "090-1234-5678");
  EXPECT_EQ(pos.last_created.fields[MemberField::kMailConsent], "1");
}

TEST_F(OutboxTest, WhatSmaregiRefusesIsSentSmaller) {
  customer_signs_up(7001);
  pos.refuses_creation = [](const NewPosMember& member) {
    return !member.fields[MemberField::kPhone].empty();
  };
  customer_joins(7001);
  work();
  EXPECT_EQ(card(7001).link.state, LinkState::kLinked);
  EXPECT_EQ(pos.last_created.fields[MemberField::kLastName], "山田");

  customer_signs_up(7002);
  pos.refuses_creation = [](const NewPosMember& member) {
    return member.fields[MemberField::kLastName] != "-";
  };
  customer_joins(7002);
  work();
  EXPECT_EQ(card(7002).link.state, LinkState::kLinked);
}

TEST_F(OutboxTest, WhoLacksWhatSmaregiRequiresWaitsUntilTheCardWasAnswered) {
  pos.set_required({.fields = {MemberField::kLastKana, MemberField::kPhone}, .others = {}});
  customer_signs_up(7001);
  customer_joins(7001);
  work();
  EXPECT_TRUE(pos.members().empty());
  EXPECT_EQ(card(7001).link.missing, (std::vector<std::string>{"last_kana"}));
  EXPECT_EQ(waiting(), 0) << "it is not tried in vain";
  EXPECT_EQ(storage.waiting_links(1, 10)->size(), 1U);
  EXPECT_EQ(published(7001)["state"], "registering");
  EXPECT_EQ(cards.card(tenant(), 7001)->state, CardState::kFieldMissing);
  EXPECT_EQ(cards.card(tenant(), 7001)->missing_field, "kana");

  JoinService joining(storage, clock, random);
  EXPECT_EQ(joining.give_fields(tenant(), 7001, {{"last_kana", "漢字"}}).error().code,
            ErrorCode::kInvalid);
  ASSERT_TRUE(joining.give_fields(tenant(), 7001, {{"last_kana", "やまだ"}, {"sex", "1"}}).ok());
  work();
  EXPECT_EQ(card(7001).link.state, LinkState::kLinked);
  EXPECT_TRUE(card(7001).link.missing.empty());
  EXPECT_EQ(pos.last_created.fields[MemberField::kLastKana], "ヤマダ");
  EXPECT_EQ(pos.last_created.fields[MemberField::kSex], "")
      << "what was not asked for is not taken";
  EXPECT_EQ(shop.customers().at(7001).last_kana, "") << "there is no metafield for it";
  EXPECT_TRUE(storage.given_fields(1, 7001)->empty()) << "it is with the platforms now";
  EXPECT_EQ(joining.give_fields(tenant(), 7001, {{"last_kana", "やまだ"}}).error().code,
            ErrorCode::kConflict);
}

TEST_F(OutboxTest, WhoLacksWhatSmaregiRequiresIsTakenUpWhenTheShopKnowsIt) {
  pos.set_required({.fields = {MemberField::kBirthDate}, .others = {}});
  customer_signs_up(7001);
  customer_joins(7001);
  work();
  EXPECT_TRUE(pos.members().empty());
  shop.edit_customer(7001, [](ShopCustomer& c) { c.birth_date = "1990-01-02"; });
  webhook(System::kShopify, "customers/update", R"({"id":7001})");
  work();
  EXPECT_EQ(card(7001).link.state, LinkState::kLinked);
  EXPECT_EQ(pos.last_created.fields[MemberField::kBirthDate], "1990-01-02");
}

TEST_F(OutboxTest, AColumnThatNoFieldFillsIsNotAskedOfTheCustomer) {
  pos.set_required({.fields = {MemberField::kSex}, .others = {"faxNumber"}});
  customer_signs_up(7001);
  customer_joins(7001);
  work();
  EXPECT_EQ(card(7001).link.missing, (std::vector<std::string>{"faxNumber", "sex"}));
  EXPECT_EQ(cards.card(tenant(), 7001)->state, CardState::kRegistering);
  pos.set_required({});
  pass(2 * kRequiredSeconds + kJoiningOverdueSeconds);
  EXPECT_EQ(card(7001).link.state, LinkState::kLinked) << "the merchant took the column out";
}

TEST_F(OutboxTest, AMemberThatSmaregiNeverTakesIsBuriedWithTheReason) {
  customer_signs_up(7001);
  pos.refuses_creation = [](const NewPosMember&) { return true; };
  customer_joins(7001);
  pass(600);
  ASSERT_EQ(dead().size(), 1U);
  EXPECT_NE(dead().front().find("refused"), std::string::npos);
  EXPECT_EQ(published(7001)["state"], "registering");
}

TEST_F(OutboxTest, ACreationWhoseAnswerWasLostIsFoundAndNotRepeated) {
  customer_signs_up(7001);
  bool once = true;
  pos.lose_answer_of_create = [&] { return std::exchange(once, false); };
  const std::string code = customer_joins(7001);
  work();
  EXPECT_EQ(card(7001).link.state, LinkState::kJoining);
  pass(60);
  EXPECT_EQ(pos.members().size(), 1U);
  EXPECT_EQ(card(7001).link.state, LinkState::kLinked);
  EXPECT_EQ(card(7001).link.code, code);
}

TEST_F(OutboxTest, AWorkerThatDiedAfterTheCreationDoesNotMakeASecondMember) {
  customer_signs_up(7001);
  customer_joins(7001);
  // The creation went out, and the process died before it could store it: only Smaregi knows.
  const ShopCustomer customer = shop.customer(tenant(), 7001)->value_or(ShopCustomer{});
  const auto sent =
      new_member(card(7001).link.code, member_fields(customer, clock.now()), FieldSet::kAll);
  ASSERT_TRUE(pos.create_member("sb_1", sent).ok());
  (void)storage.lease_outbox(10, clock.now(), kLeaseSeconds);
  clock.advance(kLeaseSeconds);
  work();
  EXPECT_EQ(pos.members().size(), 1U);
  EXPECT_EQ(card(7001).link.state, LinkState::kLinked);
}

// Fifty items of seconds each outlast the lease that they began with.
TEST_F(OutboxTest, WhatIsBeingWorkedOnStaysLeasedHoweverLongItTakes) {
  for (int64_t id = 1; id <= 10; ++id) {
    customer_signs_up(id);
    customer_joins(id);
  }
  OutboxWorker ours(ports());
  int taken_away = 0;
  pos.on_call = [&] {
    clock.advance(kRenewSeconds);  // each call is slow
    ours.renew();                  // as its thread does every second
    const auto others = storage.lease_outbox(50, clock.now(), 1);
    for (const OutboxItem& item : *others) {
      taken_away += item.write.kind == OutboxKind::kCreateMember ? 1 : 0;
    }
  };
  EXPECT_EQ(ours.run_once(), 10);
  EXPECT_GT(pos.calls("create_member") * kRenewSeconds, kLeaseSeconds);
  EXPECT_EQ(taken_away, 0) << "another process finds every one taken";
  pos.on_call = nullptr;
  clock.advance(kLeaseSeconds);
  work();
  EXPECT_EQ(pos.members().size(), 10U);
  EXPECT_EQ(waiting(), 0);
}

TEST_F(OutboxTest, AProcessThatStoodStillBeginsNothingItNoLongerHolds) {
  for (int64_t id = 1; id <= 3; ++id) {
    customer_signs_up(id);
    customer_joins(id);
  }
  bool once = true;
  std::vector<OutboxItem> others;
  pos.on_call = [&] {
    if (!std::exchange(once, false)) return;
    clock.advance(2 * kLeaseSeconds);  // nothing was renewed meanwhile
    others = *storage.lease_outbox(50, clock.now(), kLeaseSeconds);
  };
  jobs.run_outbox_once();
  pos.on_call = nullptr;
  EXPECT_EQ(others.size(), 3U);
  EXPECT_EQ(pos.calls("create_member"), 1) << "what was under way, and no more";
  EXPECT_EQ(card(1).link.state, LinkState::kJoining) << "its holder is another by now";
  clock.advance(kLeaseSeconds);
  work();
  EXPECT_EQ(pos.members().size(), 3U);
  EXPECT_EQ(waiting(), 0);
}

TEST_F(OutboxTest, ACodeThatAStrangerHasInSmaregiIsDrawnAnewAndNobodysCardChanges) {
  customer_signs_up(7001);
  const std::string drawn = customer_joins(7001);
  const std::string stranger = pos.add_member(
      {.member_id = "",
       .code = drawn,
       .rank = "",
       .fields = {{MemberField::kLastName, "他人"}, {MemberField::kFirstName, "某"}}},
      900);
  work();
  const Card mine = card(7001);
  EXPECT_NE(mine.link.code, drawn);
  EXPECT_NE(mine.link.pos_member_id, stranger);
  EXPECT_EQ(mine.link.state, LinkState::kLinked);
  EXPECT_EQ(published(7001)["code"], mine.link.code);
  EXPECT_EQ(cards.card(tenant(), 7001)->points, 0);
  EXPECT_EQ(pos.members().at(stranger).code, drawn);
  EXPECT_EQ(pos.members().size(), 2U);
}

TEST_F(OutboxTest, WhileSmaregiIsDownTheCardStaysAndTheMemberIsMadeLater) {
  customer_signs_up(7001);
  pos.failures.down = true;
  customer_joins(7001);
  pass(300);
  EXPECT_EQ(cards.card(tenant(), 7001)->state, CardState::kRegistering);
  EXPECT_EQ(published(7001)["state"], "registering");
  pos.failures.down = false;
  pass(2 * kLongestDelaySeconds);
  EXPECT_EQ(published(7001)["state"], "ready");
  EXPECT_EQ(pos.members().size(), 1U);
}

TEST_F(OutboxTest, CardsAreWrittenInBatchesOfAtMostTwentyFive) {
  for (int64_t id = 1; id <= 60; ++id) {
    customer_signs_up(id);
    customer_joins(id);
  }
  work();
  EXPECT_EQ(shop.cards().size(), 60U);
  for (const size_t batch : shop.batches()) EXPECT_LE(batch, kCardsAWrite);
  EXPECT_LT(shop.batches().size(), 20U);
}

TEST_F(OutboxTest, OneCustomerThatIsGoneDoesNotHoldUpTheBatch) {
  for (int64_t id = 1; id <= 10; ++id) member(id);
  shop.remove_customer(5);
  std::vector<Change> all;
  for (int64_t id = 1; id <= 10; ++id) {
    pos.set_points(card(id).link.pos_member_id, 77);
    EXPECT_TRUE(cards.refresh(tenant(), id, CardService::Want::kPoints).ok());
  }
  work();
  EXPECT_EQ(shop.cards().size(), 9U);
  for (int64_t id = 1; id <= 10; ++id) {
    if (id == 5) continue;
    EXPECT_EQ(published(id)["points"], 77) << id;
  }
  pass(kMergeGraceSeconds + 600, 600);
  EXPECT_EQ(storage.cards(kShop).size(), 9U) << "the link of a customer that is gone goes";
  EXPECT_TRUE(dead().empty());
}

TEST_F(OutboxTest, WhileShopifyIsDownTheLastStateIsWrittenOnceItIsBack) {
  const std::string id = member(7001);
  shop.failures.down = true;
  for (int points = 1; points <= 20; ++points) {
    pos.set_points(id, points);
    clock.advance(3);
    (void)cards.card(tenant(), 7001);
    work();
  }
  EXPECT_EQ(published(7001)["points"], 0);
  shop.failures.down = false;
  const size_t before = shop.batches().size();
  pass(2 * kLongestDelaySeconds);
  EXPECT_EQ(published(7001)["points"], 20);
  EXPECT_EQ(shop.batches().size(), before + 1);
}

TEST_F(OutboxTest, APausedShopWritesNothingUntilItGoesOn) {
  const std::string id = member(7001);
  Tenant paused = tenant();
  paused.settings.paused = true;
  storage.put_tenant(paused);
  pos.set_points(id, 50);
  pass(600);
  ASSERT_TRUE(cards.refresh(tenant(), 7001, CardService::Want::kPoints).ok());
  work();
  EXPECT_EQ(published(7001)["points"], 0);
  pass(600);
  const auto put_off = storage.outbox_in(kShop, QueueState::kWaiting, 10);
  EXPECT_FALSE(put_off->empty());
  for (const OutboxEntry& entry : *put_off) {
    EXPECT_EQ(entry.item.attempts, 0) << "a pause uses up none of the tries";
  }
  paused.settings.paused = false;
  storage.put_tenant(paused);
  pass(120);
  EXPECT_EQ(published(7001)["points"], 50);
}

TEST_F(OutboxTest, AnUninstalledShopIsWrittenToNoMore) {
  customer_signs_up(7001);
  customer_joins(7001);
  ASSERT_TRUE(storage.uninstall(kShop).ok());
  work();
  EXPECT_EQ(waiting(), 0);
  EXPECT_TRUE(shop.cards().empty());
  EXPECT_TRUE(pos.members().empty());
}

TEST_F(OutboxTest, ACustomerThatLeftBeforeTheWriteLeavesNoCardBehind) {
  member(7001);
  ASSERT_TRUE(
      storage
          .apply(kShop, {change::Enqueue{{OutboxKind::kWriteCard, "7001"}}, change::DropLink{7001}})
          .ok());
  work();
  EXPECT_TRUE(published(7001).is_null());
}

TEST_F(OutboxTest, AnItemWithAKeyThatIsNoCustomerIsBuried) {
  ASSERT_TRUE(storage.apply(kShop, {change::Enqueue{{OutboxKind::kWriteCard, "70x1"}}}).ok());
  pass(60);
  EXPECT_EQ(dead().size(), 1U);
}

TEST(Delays, DoubleUpToTheLongestAndAreSpread) {
  fakes::SeededRandom random(3);
  EXPECT_EQ(delay_after(0, random), 1);
  for (int attempts = 0; attempts < 200; ++attempts) {
    const Seconds delay = delay_after(attempts, random);
    EXPECT_GE(delay, 1);
    EXPECT_LE(delay, kLongestDelaySeconds);
    const Seconds least = attempts > 6 ? kLongestDelaySeconds / 2 : 1;
    EXPECT_GE(delay, least);
  }
}

}  // namespace
}  // namespace tsunagi
