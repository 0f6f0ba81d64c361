// Joining gives one code, however often and from however many sides it is asked for.

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "server/domain/member/join_service.h"
#include "tests/support/fakes.h"

namespace tsunagi {
namespace {

struct JoinTest : testing::Test {
  Tenant shop{.id = 1,
              .shop_domain = "a.myshopify.com",
              .shop_name = "A",
              .contract_id = "sb_1",
              .installed = true,
              .settings = {}};
  fakes::ManualClock clock;
  fakes::SeededRandom random{7};
  fakes::FakeStorage storage;
  JoinService service{storage, clock, random};

  void joining_is_automatic() { shop.settings.joining = Joining::kAutomatic; }
  // Whether the visit of a signed-in customer leaves a member.
  bool member_after_visit(int64_t customer) {
    const auto link = service.join_on_visit(shop, customer);
    EXPECT_TRUE(link.ok()) << link.error().message;
    EXPECT_EQ(link.ok() && link->has_value(), storage.card(1, customer)->has_value());
    return link.ok() && link->has_value();
  }
};

TEST_F(JoinTest, TheCodeIsStoredAndTheMemberAskedForInOneTransaction) {
  const auto link = service.join(shop, 7001);
  ASSERT_TRUE(link.ok()) << link.error().message;
  EXPECT_TRUE(MemberCode::parse(link->code, CodeRule::kOwn).ok());
  EXPECT_EQ(link->code[0], 'T');
  EXPECT_EQ(link->state, LinkState::kJoining);
  EXPECT_EQ(link->joined_at, clock.now());
  const auto stored = storage.card(1, 7001);
  EXPECT_EQ(stored->value_or(Card{}).link.code, link->code);
  std::set<OutboxKind> kinds;
  for (const auto& [id, row] : storage.outbox()) {
    EXPECT_EQ(row.item.write.key, "7001");
    kinds.insert(row.item.write.kind);
  }
  EXPECT_EQ(kinds, (std::set{OutboxKind::kWriteCard, OutboxKind::kCreateMember}));
}

TEST_F(JoinTest, WhoeverAsksTwiceGetsTheSameCode) {
  const auto first = service.join(shop, 7001);
  const auto second = service.join(shop, 7001);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->code, second->code);
  EXPECT_NE(service.join(shop, 7002)->code, first->code);
}

TEST_F(JoinTest, WhatWasAgreedToIsInTheAuditTrail) {
  ASSERT_TRUE(service.join(shop, 7001, "0123456789abcdef").ok());
  ASSERT_TRUE(service.join(shop, 7002).ok());
  const auto audits = storage.audits();
  ASSERT_EQ(audits.size(), 2U);
  EXPECT_EQ(audits[0].action, "join");
  EXPECT_EQ(audits[0].subject, "customer 7001");
  EXPECT_EQ(audits[0].reason, "asked; agreed to text 0123456789abcdef");
  EXPECT_EQ(audits[1].reason, "asked");
}

TEST_F(JoinTest, AVisitMakesAMemberWhereTheMerchantWantsIt) {
  EXPECT_FALSE(member_after_visit(7001)) << "by the button, unless the merchant says otherwise";
  joining_is_automatic();
  EXPECT_TRUE(member_after_visit(7001));
  EXPECT_EQ(storage.audits().back().reason, "automatic: opened the card, signed in");
  const std::string code = storage.card(1, 7001)->value_or(Card{}).link.code;
  EXPECT_TRUE(member_after_visit(7001));
  EXPECT_EQ(storage.card(1, 7001)->value_or(Card{}).link.code, code) << "each visit is the first";
  EXPECT_EQ(storage.cards(1).size(), 1U);
}

TEST_F(JoinTest, AVisitMakesNobodyAMemberAgainWhoLeft) {
  joining_is_automatic();
  ASSERT_TRUE(member_after_visit(7001));
  ASSERT_TRUE(storage.apply(1, {change::DropLink{7001}}).ok());
  EXPECT_FALSE(member_after_visit(7001));
  EXPECT_TRUE(service.join(shop, 7001).ok()) << "who asks joins again";
  EXPECT_TRUE(member_after_visit(7002)) << "and everybody else";
}

TEST_F(JoinTest, AVisitMakesNobodyAMemberWhileNobodyCanJoin) {
  joining_is_automatic();
  shop.settings.paused = true;
  EXPECT_FALSE(member_after_visit(7001));
  shop.settings.paused = false;
  shop.contract_id.clear();
  EXPECT_FALSE(member_after_visit(7001));
  shop.contract_id = "sb_1";
  storage.down = true;
  EXPECT_EQ(service.join_on_visit(shop, 7001).error().code, ErrorCode::kUnavailable);
}

TEST_F(JoinTest, AskingFromTwoPhonesAtOnceMakesOneLink) {
  bool other_phone = true;
  std::string other_code;
  storage.before_apply = [&] {
    if (!std::exchange(other_phone, false)) return;
    other_code = service.join(shop, 7001)->code;  // the other phone is faster
  };
  const auto link = service.join(shop, 7001);
  ASSERT_TRUE(link.ok());
  EXPECT_EQ(link->code, other_code);
  EXPECT_EQ(storage.cards(1).size(), 1U);
}

TEST_F(JoinTest, TwentyThreadsMakeOneLink) {
  std::vector<std::string> codes(20);
  std::vector<std::thread> threads;
  threads.reserve(codes.size());
  for (std::string& code : codes) {
    threads.emplace_back([&] { code = service.join(shop, 7001)->code; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set(codes.begin(), codes.end()).size(), 1U);
}

// Answers the same number until it has been asked `times` times.
class StuckRandom : public Random {
 public:
  explicit StuckRandom(int times) : left_(times) {}
  uint64_t below(uint64_t limit) override { return left_-- > 0 ? 5 : ++next_ % limit; }
  std::string token(int) override { return ""; }

 private:
  int left_;
  uint64_t next_ = 1'000;
};

TEST_F(JoinTest, ACodeThatIsTakenIsDrawnAnew) {
  StuckRandom stuck(3);
  JoinService joining(storage, clock, stuck);
  const auto first = joining.join(shop, 1);
  const auto second = joining.join(shop, 2);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(first->code, second->code);
}

TEST_F(JoinTest, WhenEveryDrawIsTakenItSaysSo) {
  StuckRandom stuck(1'000);
  JoinService joining(storage, clock, stuck);
  ASSERT_TRUE(joining.join(shop, 1).ok());
  const auto second = joining.join(shop, 2);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
}

TEST_F(JoinTest, AnAnswerThatComesWhileTheMemberIsMadeIsNotKept) {
  auto link = *service.join(shop, 7001);
  link.missing = {"sex"};
  ASSERT_TRUE(storage.apply(1, {change::PutLink{.link = link}}).ok());
  bool worker = true;
  storage.before_apply = [&] {
    if (!std::exchange(worker, false)) return;
    link.state = LinkState::kLinked;
    link.missing.clear();
    ASSERT_TRUE(storage.apply(1, {change::PutLink{.link = link}}).ok());
  };
  EXPECT_TRUE(service.give_fields(shop, 7001, {{"sex", "1"}}).ok()) << "nothing is left to ask";
  EXPECT_TRUE(storage.given_fields(1, 7001)->empty());
}

TEST_F(JoinTest, WithoutAContractOrWhilePausedNobodyJoins) {
  Tenant unjoined = shop;
  unjoined.contract_id.clear();
  EXPECT_EQ(service.join(unjoined, 7001).error().code, ErrorCode::kConflict);
  Tenant paused = shop;
  paused.settings.paused = true;
  EXPECT_EQ(service.join(paused, 7001).error().code, ErrorCode::kConflict);
  EXPECT_EQ(service.join(shop, 0).error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(storage.cards(1).empty());
  EXPECT_TRUE(storage.outbox().empty());
}

}  // namespace
}  // namespace tsunagi
