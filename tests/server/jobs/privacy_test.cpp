// Members who leave: what stays of them, and what the merchant is told.

#include <gmock/gmock.h>

#include "server/domain/member/member_merge.h"
#include "server/jobs/held.h"
#include "server/jobs/inbox_worker.h"
#include "server/jobs/retry.h"
#include "server/jobs/schedule.h"
#include "tests/server/jobs/world.h"

namespace tsunagi {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class LeavingTest : public World, public testing::Test {
 protected:
  LeavingTest() {
    hanako = member(7001);
    give(hanako, 2'340);
  }
  void give(const std::string& id, int64_t points) {
    pos.set_points(id, points);
    smaregi_tells("pos:customers", R"({"customerIds":[")" + id + "\"]}");
    clock.advance(1);
    work();
    ASSERT_EQ(figures(7001).points, points);
  }
  void changes_at_the_till(const std::function<void(PosMember&)>& edit) {
    pos.edit_member(hanako, edit);
    smaregi_tells("pos:customers", R"({"customerIds":[")" + hanako + "\"]}");
    work();
  }
  [[nodiscard]] std::vector<std::string> told() const {
    std::vector<std::string> outcomes;
    for (const change::Audit& audit : storage.audits()) {
      if (audit.action == "mail") outcomes.push_back(audit.reason);
    }
    return outcomes;
  }
  std::vector<OutboxEntry> reviewed() { return *storage.outbox_in(kShop, QueueState::kReview, 10); }
  [[nodiscard]] std::string mail_key() {
    for (const auto& [id, row] : storage.outbox()) {
      if (row.item.write.kind == OutboxKind::kTellLeaving) return row.item.write.key;
    }
    return "";
  }
  std::string hanako;
};

TEST_F(LeavingTest, AWithdrawalAtTheTillErasesTheFiguresAndTellsTheMerchantOnce) {
  const std::string code = card(7001).link.code;
  changes_at_the_till([](PosMember& one) { one.status = 3; });
  EXPECT_EQ(card(7001).link.state, LinkState::kStopped);
  EXPECT_FALSE(card(7001).snapshot);
  EXPECT_NE(*storage.field_prints(kShop, 7001), "") << "who comes back is brought in step by them";
  EXPECT_EQ(published(7001)["state"], "stopped");
  EXPECT_EQ(published(7001)["holder"], "");
  ASSERT_THAT(mailer.sent, SizeIs(1));
  EXPECT_EQ(mailer.sent[0].to, "owner@shop.example");
  EXPECT_THAT(mailer.sent[0].text, HasSubstr(code));
  EXPECT_THAT(mailer.sent[0].text, HasSubstr("2,340 pt"));
  EXPECT_THAT(mailer.sent[0].text, HasSubstr("退会になりました"));
  EXPECT_EQ(mailer.sent[0].text.find("花子"), std::string::npos);

  // Neither looks nor events nor the sweep bring the name back, and nobody is told twice.
  changes_at_the_till([](PosMember& one) { one.rank = "ゴールド"; });
  EXPECT_EQ(cards.card(tenant(), 7001)->state, CardState::kStopped);
  pass(2 * 86'400, 3'600);
  EXPECT_FALSE(card(7001).snapshot);
  EXPECT_THAT(mailer.sent, SizeIs(1));
  shop.remove_customer(7001);
  shopify_tells("customers/delete", R"({"id":7001})");
  pass(kMergeGraceSeconds + 60, 60);
  EXPECT_TRUE(storage.cards(kShop).empty());
  EXPECT_THAT(mailer.sent, SizeIs(1)) << "of a member who is gone already";
}

TEST_F(LeavingTest, WhoIsUsableAgainHasHerCardBack) {
  changes_at_the_till([](PosMember& one) { one.status = 3; });
  changes_at_the_till([](PosMember& one) { one.status = 0; });
  EXPECT_EQ(card(7001).link.state, LinkState::kLinked);
  EXPECT_EQ(figures(7001).holder, "山田 花子");
  EXPECT_EQ(figures(7001).points, 2'340);
  EXPECT_NE(*storage.field_prints(kShop, 7001), "");
  EXPECT_EQ(published(7001)["holder"], "山田 花子");
}

TEST_F(LeavingTest, AStoppedOrLostCardKeepsItsFigures) {
  for (const int status : {1, 2}) {
    changes_at_the_till([&](PosMember& one) { one.status = status; });
    EXPECT_EQ(card(7001).link.state, LinkState::kStopped);
    EXPECT_EQ(figures(7001).points, 2'340);
  }
  EXPECT_TRUE(mailer.sent.empty());
}

TEST_F(LeavingTest, AMemberDeletedInSmaregiIsToldOfAsGone) {
  pos.remove_member(hanako);
  smaregi_tells("pos:customers", R"({"customerIds":[")" + hanako + "\"]}");
  work();
  EXPECT_FALSE(card(7001).snapshot);
  ASSERT_THAT(mailer.sent, SizeIs(1));
  EXPECT_THAT(mailer.sent[0].text, HasSubstr("The member was deleted in Smaregi."));
}

TEST_F(LeavingTest, ACustomerDeletedInShopifyIsToldOfWhenItIsCertain) {
  shop.remove_customer(7001);
  shopify_tells("customers/delete", R"({"id":7001})");
  work();
  EXPECT_TRUE(mailer.sent.empty()) << "a merge may move the card yet";
  pass(kMergeGraceSeconds + 60, 60);
  ASSERT_THAT(mailer.sent, SizeIs(1));
  EXPECT_THAT(mailer.sent[0].text, HasSubstr("Shopifyで顧客が削除されました"));
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  EXPECT_THAT(mailer.sent, SizeIs(1));
}

TEST_F(LeavingTest, AMergeThatNobodyToldOfIsKnownByTheTagAndNobodyHasLeft) {
  const std::string code = card(7001).link.code;
  customer_signs_up(7002);
  shop.merge_customer(7001, 7002);
  EXPECT_TRUE(shopify_tells("customers/delete", R"({"id":7001})"));
  pass(kMergeGraceSeconds + 60, 60);
  EXPECT_EQ(card(7002).link.code, code);
  EXPECT_EQ(shop.tags(), (std::map<int64_t, std::string>{{7002, code}}));
  EXPECT_TRUE(mailer.sent.empty());
}

// Of two members the one who joined first stays on the card.
TEST_F(LeavingTest, AMergeIsKnownBeforeTheTagThatTellsOfItGoes) {
  const std::string code = card(7001).link.code;
  clock.advance(60);
  const std::string other = member(7002);
  shop.merge_customer(7001, 7002);
  pos.edit_member(other, [](PosMember& found) { found.code = "CARD-9"; });
  smaregi_tells("pos:customers", R"({"customerIds":[")" + other + "\"]}");
  pass(60);
  EXPECT_EQ(card(7002).link.code, code);
  EXPECT_EQ(shop.tags(), (std::map<int64_t, std::string>{{7002, code}}));
}

TEST_F(LeavingTest, ATagThatTheMerchantCopiedMovesNobodysCard) {
  const std::string code = card(7001).link.code;
  const std::string other = member(7002);
  shop.copy_tag(7002, code);
  pos.edit_member(other, [](PosMember& found) { found.code = "CARD-9"; });
  smaregi_tells("pos:customers", R"({"customerIds":[")" + other + "\"]}");
  pass(60);
  EXPECT_EQ(shop.tags(), (std::map<int64_t, std::string>{{7001, code}, {7002, "CARD-9"}}));
}

TEST_F(LeavingTest, ARedactionTellsWhereTheMerchantWantsIt) {
  auto shop_of_mine = tenant();
  shop_of_mine.settings.notify_mail = "desk@shop.example";
  storage.put_tenant(shop_of_mine);
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  ASSERT_THAT(mailer.sent, SizeIs(1));
  EXPECT_EQ(mailer.sent[0].to, "desk@shop.example");
  EXPECT_THAT(mailer.sent[0].text, HasSubstr("Shopify asked for the customer's data to be erased"));
}

TEST_F(LeavingTest, WithoutABalanceNobodyIsTold) {
  give(hanako, 0);
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  EXPECT_TRUE(mailer.sent.empty());
  EXPECT_EQ(mail_key(), "");
}

TEST_F(LeavingTest, AMailServerThatIsDownIsTriedUntilItTakesTheMail) {
  mailer.refuses = Error{ErrorCode::kUnavailable, "mail: connection"};
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  for (int i = 0; i < 2 * kMaxRefusedAttempts; ++i) pass(2 * kLongestDelaySeconds, 60);
  EXPECT_TRUE(dead().empty());
  mailer.refuses.reset();
  pass(2 * kLongestDelaySeconds, 60);
  EXPECT_THAT(mailer.sent, SizeIs(1));
  EXPECT_EQ(mail_key(), "");
}

TEST_F(LeavingTest, AMailThatIsRefusedIsADeadLetterThatCanBePutBack) {
  const std::string code = card(7001).link.code;
  mailer.refuses = Error{ErrorCode::kInvalid, "mail: refused (550)"};
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  for (int i = 0; i < 2 * kMaxRefusedAttempts; ++i) pass(2 * kLongestDelaySeconds, 60);
  ASSERT_THAT(dead(), SizeIs(1));
  EXPECT_EQ(mail_key(), code);
  mailer.refuses.reset();
  for (const auto& [id, row] : storage.outbox()) {
    if (row.dead) ASSERT_TRUE(*storage.replay_outbox(id));
  }
  work();
  EXPECT_THAT(mailer.sent, SizeIs(1));
}

TEST_F(LeavingTest, AMailWhoseAnswerIsLostIsReviewedAndSentAgainWhenSomebodySaysSo) {
  mailer.loses_answer = true;
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  mailer.loses_answer = false;
  pass(2 * kLongestDelaySeconds, 60);
  ASSERT_THAT(mailer.sent, SizeIs(1)) << "it may have arrived";
  const auto found = reviewed();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].error, kMailUnanswered);
  EXPECT_THAT(told(), testing::IsEmpty());

  ASSERT_TRUE(*storage.settle_review(kShop, found[0].item.id, ReviewVerdict::kAgain, "merchant"));
  work();
  ASSERT_THAT(mailer.sent, SizeIs(2));
  EXPECT_THAT(reviewed(), testing::IsEmpty());
  EXPECT_EQ(mailer.sent[0].id, mailer.sent[1].id);
  EXPECT_EQ(mailer.sent[0].text, mailer.sent[1].text);
  EXPECT_EQ(mailer.sent[0].at, mailer.sent[1].at);
}

// The server is killed after the mail server has the mail: nothing of it is stored any more.
TEST_F(LeavingTest, AMailThatAKilledServerWasSendingIsReviewedAndTheOthersGo) {
  const std::string code = card(7001).link.code;
  const std::string taro = member(7002);
  pos.set_points(taro, 50);
  smaregi_tells("pos:customers", R"({"customerIds":[")" + taro + "\"]}");
  clock.advance(1);
  work();
  mailer.before_answer = [&] { storage.down = true; };
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  mailer.before_answer = nullptr;
  storage.down = false;
  ASSERT_THAT(mailer.sent, SizeIs(1));
  EXPECT_THAT(reviewed(), testing::IsEmpty()) << "its lease has not ended";
  shopify_tells("customers/redact", R"({"customer":{"id":7002}})");
  pass(2 * kLeaseSeconds, 10);
  EXPECT_THAT(mailer.sent, SizeIs(2));
  const auto found = reviewed();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].item.write.key, code);
  EXPECT_EQ(found[0].error, kWriteInterrupted);
  ASSERT_TRUE(
      *storage.settle_review(kShop, found[0].item.id, ReviewVerdict::kHappened, "merchant"));
  pass(2 * kLongestDelaySeconds, 60);
  EXPECT_THAT(mailer.sent, SizeIs(2)) << "nobody is told twice";
  EXPECT_NE((*storage.leaving(kShop, code))->told_at, 0);
}

TEST_F(LeavingTest, WithoutAMailServerNothingPilesUp) {
  JobsPorts without_mail = ports();
  without_mail.mailer = nullptr;
  Jobs mute{without_mail};
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  while (mute.run_inbox_once() + mute.run_outbox_once() > 0) {
  }
  EXPECT_EQ(waiting(), 0);
  EXPECT_THAT(told(), testing::ElementsAre("not sent: no mail server is set up"));
}

TEST_F(LeavingTest, AShopWithoutAnAddressIsNotToldForEver) {
  shop.contact = "";
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  EXPECT_EQ(waiting(), 0);
  EXPECT_THAT(told(), testing::ElementsAre("not sent: the shop has no address"));
}

TEST_F(LeavingTest, APausedShopIsToldAllTheSame) {
  auto paused = tenant();
  paused.settings.paused = true;
  storage.put_tenant(paused);
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  EXPECT_THAT(mailer.sent, SizeIs(1)) << "a mail is written to no platform";
}

TEST_F(LeavingTest, RequestsAndLeavingsAreForgottenAfterAMonth) {
  const std::string code = card(7001).link.code;
  shopify_tells("customers/data_request", R"({"customer":{"id":7002},"data_request":{"id":9}})");
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  pass(kPapersKeptSeconds - 86'400, 86'400);
  EXPECT_THAT(*storage.data_requests(kShop, 10), SizeIs(1));
  EXPECT_TRUE(storage.leaving(kShop, code)->has_value());
  pass(2 * 86'400, 86'400);
  EXPECT_TRUE(storage.data_requests(kShop, 10)->empty());
  EXPECT_FALSE(storage.leaving(kShop, code)->has_value());
}

// A platform's error may quote what a person typed.
TEST_F(LeavingTest, TheTrailKeepsTheFieldThatIsRefusedAndNotThePlatformsWords) {
  shop.refuses_update = [](const FieldChanges&) { return true; };
  pos.edit_member(hanako, [](PosMember& one) { one.fields[MemberField::kPhone] = "0355556666"; });
  clock.advance(60);
  smaregi_tells("pos:customers", R"({"customerIds":[")" + hanako + "\"]}");
  work();
  bool refused = false;
  for (const change::Audit& audit : storage.audits()) {
    refused = refused || audit.action == "refused";
    if (audit.action == "refused") EXPECT_EQ(audit.reason, "phone");
  }
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace tsunagi
