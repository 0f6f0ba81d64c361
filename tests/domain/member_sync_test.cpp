#include "server/domain/member/member_sync.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

#include "server/domain/health/health.h"
#include "server/domain/member/member_fields.h"
#include "tests/support/fakes.h"

namespace tsunagi {
namespace {

constexpr int64_t kHanako = 7001;
using enum MemberField;

// ---- who wins
struct FlowRow {
  const char* what;
  MemberField field;
  std::string shop, pos;
  bool shop_changed, pos_changed, first_look;
  FieldWinner winner;
  bool shop_is_later;
  Flow flow;
};

class FlowTest : public ::testing::TestWithParam<FlowRow> {};

TEST_P(FlowTest, Goes) {
  const FlowRow& row = GetParam();
  const FieldState state{row.shop, row.pos, row.shop_changed, row.pos_changed, row.first_look};
  EXPECT_EQ(flow_of(row.field, state, row.winner, row.shop_is_later), row.flow) << row.what;
}

constexpr FieldWinner kLater = FieldWinner::kLater;
INSTANTIATE_TEST_SUITE_P(
    Rows, FlowTest,
    ::testing::Values(
        FlowRow{"the same", kPhone, "1", "1", true, true, false, kLater, true, Flow::kNone},
        FlowRow{"nobody changed it", kPhone, "1", "2", false, false, false, kLater, true,
                Flow::kNone},
        FlowRow{"the shop did", kPhone, "1", "2", true, false, false, kLater, false, Flow::kToPos},
        FlowRow{"the till did", kPhone, "1", "2", false, true, false, kLater, true, Flow::kToShop},
        FlowRow{"both, the shop later", kPhone, "1", "2", true, true, false, kLater, true,
                Flow::kToPos},
        FlowRow{"both, the till later", kPhone, "1", "2", true, true, false, kLater, false,
                Flow::kToShop},
        FlowRow{"both, Shopify rules", kPhone, "1", "2", true, true, false, FieldWinner::kShop,
                false, Flow::kToPos},
        FlowRow{"both, Smaregi rules", kPhone, "1", "2", true, true, false, FieldWinner::kPos, true,
                Flow::kToShop},
        FlowRow{"the till did, Shopify rules", kPhone, "1", "2", false, true, false,
                FieldWinner::kShop, false, Flow::kToPos},
        FlowRow{"the shop did, Smaregi rules", kPhone, "1", "2", true, false, false,
                FieldWinner::kPos, true, Flow::kToShop},
        FlowRow{"emptied in the shop", kPhone, "", "2", true, false, false, kLater, true,
                Flow::kNone},
        FlowRow{"emptied at the till", kPhone, "1", "", false, true, false, kLater, false,
                Flow::kNone},
        FlowRow{"emptied where it rules", kPhone, "", "2", true, false, false, FieldWinner::kShop,
                true, Flow::kNone},
        FlowRow{"first look, the till has one", kPhone, "", "2", false, false, true, kLater, true,
                Flow::kToShop},
        FlowRow{"first look, the shop has one", kPhone, "1", "", false, false, true, kLater, false,
                Flow::kToPos},
        FlowRow{"first look, both have one", kPhone, "1", "2", false, false, true, kLater, false,
                Flow::kToShop},
        FlowRow{"the till changed an e-mail", kMail, "a@b", "c@d", false, true, false, kLater,
                false, Flow::kNone},
        FlowRow{"the shop changed an e-mail", kMail, "a@b", "c@d", true, false, false, kLater,
                false, Flow::kToPos},
        FlowRow{"the till changed an address", kAddress, "東京", "大阪", false, true, false, kLater,
                false, Flow::kNone},
        FlowRow{"an address, Smaregi rules", kAddress, "東京", "大阪", true, false, false,
                FieldWinner::kPos, true, Flow::kNone},
        FlowRow{"an opt-out in the shop", kMailConsent, "0", "1", true, false, false, kLater, false,
                Flow::kToPos},
        FlowRow{"an opt-out at the till", kMailConsent, "1", "0", false, true, false, kLater, true,
                Flow::kToShop}));

// ---- prints
TEST(FieldPrints, KnowWhatWasAndSurviveBeingStored) {
  fakes::SeededRandom random(1);
  const fakes::PlainFingerprints key;
  FieldPrints prints(key, random);
  EXPECT_FALSE(prints.knows(Side::kShop, kPhone));
  EXPECT_FALSE(prints.same(Side::kShop, kPhone, ""));
  prints.set(Side::kShop, kPhone, "09012345678");
  const FieldPrints again(prints.text(), key, random);
  EXPECT_TRUE(again.same(Side::kShop, kPhone, "09012345678"));
  EXPECT_FALSE(again.same(Side::kShop, kPhone, "09012345679"));
  EXPECT_FALSE(again.knows(Side::kPos, kPhone));
  EXPECT_FALSE(again.knows(Side::kShop, kMail));
  EXPECT_EQ(prints.text().find("0901234"), std::string::npos) << "no personal data";
  EXPECT_EQ(again.shop_changed_at(), 0);
  prints.set_shop_changed_at(1'790'000'000);
  EXPECT_EQ(FieldPrints(prints.text(), key, random).shop_changed_at(), 1'790'000'000);
}

TEST(FieldPrints, OfAnotherMemberOrFieldDifferForTheSameValue) {
  fakes::SeededRandom random(1);
  const fakes::PlainFingerprints key;
  FieldPrints one(key, random);
  FieldPrints other(key, random);
  one.set(Side::kShop, kSex, "1");
  other.set(Side::kShop, kSex, "1");
  EXPECT_NE(one.text(), other.text());
  FieldPrints fields(key, random);
  fields.set(Side::kShop, kLastName, "林");
  fields.set(Side::kShop, kFirstName, "林");
  const std::string text = fields.text();
  const size_t first = text.find("[\"");
  EXPECT_NE(text.substr(first + 2, 8), text.substr(text.find("\",\"", first) + 3, 8));
}

TEST(FieldPrints, NonsenseIsNothingKnown) {
  fakes::SeededRandom random(1);
  const fakes::PlainFingerprints key;
  for (const char* text : {"", "{", "[]", "7", R"({"salt":7})", R"({"salt":"a","shop":7})",
                           R"({"salt":"a","shop":["zz",7,null,"12345678901234567890"]})"}) {
    const FieldPrints prints(text, key, random);
    for (const MemberField field : kMemberFields) {
      EXPECT_FALSE(prints.knows(Side::kShop, field)) << text;
    }
  }
}

TEST(Comparable, DropsWhatThePlatformsWriteDifferently) {
  EXPECT_EQ(comparable(kPhone, "+81 90-1234-5678"), comparable(kPhone, "090-1234-5678"));
  EXPECT_EQ(comparable(kPhone, "０９０１２３４５６７８"), "09012345678");
  EXPECT_EQ(comparable(kPostCode, "150-0001"), comparable(kPostCode, "1500001"));
  EXPECT_EQ(comparable(kPostCode, "SW1A"), "1") << "digits are enough to tell a change";
  EXPECT_EQ(comparable(kLastName, "-"), "");
  EXPECT_EQ(comparable(kLastName, "ＴＡＲＯ"), "TARO");
  EXPECT_EQ(comparable(kLastKana, "ﾔﾏﾀﾞ"), "ヤマダ");
  EXPECT_EQ(comparable(kMail, "A@Example.JP"), "a@example.jp");
  EXPECT_EQ(comparable(kMailConsent, ""), "0");
}

// ---- the whole
class MemberSyncTest : public ::testing::Test {
 protected:
  MemberSyncTest() {
    storage.put_tenant(shop_tenant);
    shop.now = [this] { return clock.now(); };
    shop.add_customer({.id = kHanako,
                       .last_name = "山田",
                       .first_name = "花子",
                       .mail = "h@example.jp",
                       .phone = "+819012345678",
                       .locale = "ja",
                       .mail_consent = true});
    member = pos.add_member({.member_id = "",
                             .code = "T1",
                             .rank = "",
                             .fields = {{kLastName, "山田"},
                                        {kFirstName, "花子"},
                                        {kMail, "h@example.jp"},
                                        {kPhone, "090-1234-5678"},
                                        {kMailConsent, "1"}}});
    const auto linked = storage.apply(1, {change::PutLink{.link = {.customer_id = kHanako,
                                                                   .code = "T1",
                                                                   .pos_member_id = member,
                                                                   .state = LinkState::kLinked,
                                                                   .joined_at = clock.now()}}});
    EXPECT_TRUE(linked.ok());
    run(Side::kShop);  // the first look
    clock.advance(60);
  }

  // The outbox's work; false when it failed.
  bool run(Side changed) {
    const auto changes = sync.sync(shop_tenant, kHanako, changed);
    if (!changes.ok()) return false;
    EXPECT_TRUE(storage.apply(1, *changes).ok());
    return true;
  }
  void shopper(const std::function<void(ShopCustomer&)>& edit) {
    shop.edit_customer(kHanako, edit);
    clock.advance(1);
  }
  void till(MemberField field, const std::string& value) {
    pos.edit_member(member, [&](PosMember& m) { m.fields[field] = value; });
    clock.advance(1);
  }
  std::string at_till(MemberField field) { return pos.members().at(member).fields[field]; }
  ShopCustomer in_shop() { return shop.customers().at(kHanako); }
  int writes() { return pos.calls("update_member"); }
  std::vector<std::string> audited(const std::string& action) {
    std::vector<std::string> reasons;
    for (const change::Audit& audit : storage.audits()) {
      if (audit.action == action) reasons.push_back(audit.reason);
    }
    return reasons;
  }

  Tenant shop_tenant{.id = 1,
                     .shop_domain = "a.myshopify.com",
                     .shop_name = "猫",
                     .contract_id = "sb_1",
                     .installed = true,
                     .settings = {}};
  fakes::ManualClock clock;
  fakes::SeededRandom random{7};
  fakes::PlainFingerprints fingerprints;
  fakes::FakeStorage storage;
  fakes::FakePos pos{clock};
  fakes::FakeShop shop;
  MemberSync sync{{.storage = storage,
                   .pos = pos,
                   .shop = shop,
                   .clock = clock,
                   .random = random,
                   .fingerprints = fingerprints}};
  std::string member;
};

TEST_F(MemberSyncTest, WhatIsInStepIsNotWritten) {
  EXPECT_EQ(writes(), 0);
  const int before = pos.calls();
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(pos.calls(), before) << "Shopify tells of every order: Smaregi is not asked";
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_EQ(writes(), 0);
}

TEST_F(MemberSyncTest, AChangeInTheShopReachesTheTillOnceAndItsEchoIsNone) {
  shopper([](ShopCustomer& c) {
    c.last_name = "佐藤";
    c.phone = "+818011112222";
  });
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(at_till(kLastName), "佐藤");
  EXPECT_EQ(at_till(kPhone), "08011112222");
  EXPECT_EQ(storage.card(1, kHanako)->value().snapshot->holder, "佐藤 花子");
  EXPECT_EQ(writes(), 1);
  ASSERT_TRUE(run(Side::kPos));
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(writes(), 1);
  EXPECT_EQ(in_shop().last_name, "佐藤");
  EXPECT_EQ(audited("fields"), (std::vector<std::string>{"written: last_name, phone"}));
}

TEST_F(MemberSyncTest, WhenAPersonChangedACustomerIsNotedForTheCheckOfTheShopsNotices) {
  const auto noted = [&] { return storage.cursor(1, kCustomerSeenCursor)->value_or(0); };
  EXPECT_EQ(noted(), 0) << "the first look is no change";
  const Seconds changed_at = clock.now();
  shopper([&](ShopCustomer& c) {
    c.last_name = "佐藤";
    c.changed_at = changed_at;
  });
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(noted(), changed_at);

  till(kFirstName, "華子");
  ASSERT_TRUE(run(Side::kPos));
  shopper([&](ShopCustomer& c) { c.changed_at = clock.now(); });
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(noted(), changed_at) << "our own write, and a card that was published";
}

TEST_F(MemberSyncTest, AChangeAtTheTillReachesTheShopOnceAndItsEchoIsNone) {
  till(kFirstName, "華子");
  till(kPhone, "080-1111-2222");
  till(kMailConsent, "0");
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_EQ(in_shop().first_name, "華子");
  EXPECT_EQ(in_shop().phone, "080-1111-2222");
  EXPECT_FALSE(in_shop().mail_consent);
  ASSERT_TRUE(run(Side::kShop));
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_EQ(writes(), 0);
  EXPECT_EQ(at_till(kPhone), "080-1111-2222") << "as the clerk typed it";
}

TEST_F(MemberSyncTest, ChangesOfDifferentFieldsOnBothSidesBothArrive) {
  shopper([](ShopCustomer& c) { c.last_name = "佐藤"; });
  till(kPhone, "080-1111-2222");
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(at_till(kLastName), "佐藤");
  EXPECT_EQ(in_shop().phone, "080-1111-2222");
}

TEST_F(MemberSyncTest, OfTwoChangesOfOneFieldTheLaterStays) {
  shopper([](ShopCustomer& c) { c.last_name = "佐藤"; });
  till(kLastName, "鈴木");
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(at_till(kLastName), "鈴木");
  EXPECT_EQ(in_shop().last_name, "鈴木");
  till(kLastName, "田中");
  shopper([](ShopCustomer& c) { c.last_name = "高橋"; });
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_EQ(at_till(kLastName), "高橋");
  EXPECT_EQ(in_shop().last_name, "高橋");
}

TEST_F(MemberSyncTest, TheMerchantsSettingDecides) {
  shop_tenant.settings.field_winners[kLastName] = FieldWinner::kShop;
  till(kLastName, "鈴木");
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_EQ(at_till(kLastName), "山田");
  EXPECT_EQ(in_shop().last_name, "山田");
}

TEST_F(MemberSyncTest, NothingEmptyOverwritesSomething) {
  shopper([](ShopCustomer& c) {
    c.last_name = "";
    c.phone = "";
  });
  till(kFirstName, "-");
  ASSERT_TRUE(run(Side::kShop));
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_EQ(at_till(kLastName), "山田");
  EXPECT_EQ(at_till(kPhone), "090-1234-5678");
  EXPECT_EQ(in_shop().first_name, "花子");
  EXPECT_EQ(in_shop().last_name, "") << "and it is not filled in again";
}

TEST_F(MemberSyncTest, AnEmailChangedAtTheTillDoesNotBecomeTheSignInOfTheShop) {
  till(kMail, "thief@example.com");
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_EQ(in_shop().mail, "h@example.jp");
  shopper([](ShopCustomer& c) { c.mail = "new@example.jp"; });
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(at_till(kMail), "new@example.jp");
}

TEST_F(MemberSyncTest, AKanaThatTheShopHasNoPlaceForStaysAsTheTillHasIt) {
  shopper([](ShopCustomer& c) { c.last_name = "Smith"; });
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(at_till(kLastKana), "Smith");
  till(kLastKana, "スミス");
  ASSERT_TRUE(run(Side::kPos));
  ASSERT_TRUE(run(Side::kShop));
  shopper([](ShopCustomer& c) { c.phone = "+818011112222"; });
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(at_till(kLastKana), "スミス");
  shop_tenant.settings.field_keys.last_kana = "custom.kana";
  till(kLastKana, "スミスー");
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_EQ(in_shop().last_kana, "スミスー");
}

TEST_F(MemberSyncTest, ARefusedValueHoldsUpNoOtherAndIsNotSentForEver) {
  pos.refuses_update = [](const FieldChanges& changes) { return changes.contains(kPhone); };
  shopper([](ShopCustomer& c) {
    c.last_name = "佐藤";
    c.phone = "+818011112222";
  });
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(at_till(kLastName), "佐藤");
  EXPECT_EQ(at_till(kPhone), "090-1234-5678");
  EXPECT_EQ(audited("refused").size(), 1U);
  const int before = writes();
  ASSERT_TRUE(run(Side::kShop));
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_EQ(writes(), before);
  EXPECT_EQ(in_shop().phone, "+818011112222") << "the old number does not come back";
}

TEST_F(MemberSyncTest, AnAnswerThatWasLostIsWrittenAgainWithoutHarm) {
  bool lost = false;
  pos.lose_answer_of_update = [&] { return !std::exchange(lost, true); };
  shopper([](ShopCustomer& c) { c.last_name = "佐藤"; });
  EXPECT_FALSE(run(Side::kShop));
  EXPECT_EQ(at_till(kLastName), "佐藤");
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(in_shop().last_name, "佐藤");
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_EQ(at_till(kLastName), "佐藤");
}

TEST_F(MemberSyncTest, TheSameEvenWhenTheTillChangesTheFieldBeforeItIsRepeated) {
  bool lost = false;
  pos.lose_answer_of_update = [&] { return !std::exchange(lost, true); };
  shopper([](ShopCustomer& c) { c.last_name = "佐藤"; });
  EXPECT_FALSE(run(Side::kShop));
  till(kLastName, "鈴木");
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(at_till(kLastName), "鈴木");
  EXPECT_EQ(in_shop().last_name, "鈴木");
}

TEST_F(MemberSyncTest, AMemberWhoWithdrewOrIsGoneIsNotWritten) {
  pos.edit_member(member, [](PosMember& m) { m.status = 3; });
  shopper([](ShopCustomer& c) { c.last_name = "佐藤"; });
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(at_till(kLastName), "山田");
  EXPECT_EQ(storage.card(1, kHanako)->value().link.state, LinkState::kStopped);
  pos.remove_member(member);
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(storage.card(1, kHanako)->value().link.state, LinkState::kStopped);
}

TEST_F(MemberSyncTest, WhatChangedWhileTheCardWasStoppedIsWrittenWhenItIsBack) {
  pos.edit_member(member, [](PosMember& m) { m.status = 3; });
  shopper([](ShopCustomer& c) { c.last_name = "佐藤"; });
  ASSERT_TRUE(run(Side::kShop));
  pos.edit_member(member, [](PosMember& m) { m.status = 0; });
  clock.advance(1);
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_EQ(in_shop().last_name, at_till(kLastName));
  EXPECT_EQ(storage.card(1, kHanako)->value().link.state, LinkState::kLinked);
}

TEST_F(MemberSyncTest, ACustomerWhoIsGoneWaitsForTheMergeThatMayHaveTakenIt) {
  shop.remove_customer(kHanako);
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_TRUE(storage.card(1, kHanako)->has_value());
  const auto outbox = storage.outbox();
  EXPECT_TRUE(std::ranges::any_of(outbox, [](const auto& row) {
    return row.second.item.write.kind == OutboxKind::kDropCustomer;
  }));
}

TEST_F(MemberSyncTest, APlatformThatIsDownIsToldLater) {
  shopper([](ShopCustomer& c) { c.last_name = "佐藤"; });
  pos.failures.down = true;
  EXPECT_FALSE(run(Side::kShop));
  pos.failures.down = false;
  shop.failures.down = true;
  EXPECT_FALSE(run(Side::kShop));
  shop.failures.down = false;
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_EQ(at_till(kLastName), "佐藤");
}

TEST_F(MemberSyncTest, AnswersAboutAnotherMemberAreNotTaken) {
  pos.answers_other_member = true;
  shopper([](ShopCustomer& c) { c.last_name = "佐藤"; });
  EXPECT_FALSE(run(Side::kShop));
  EXPECT_EQ(at_till(kLastName), "山田");
}

TEST_F(MemberSyncTest, NewsIsAChangedFieldOrFace) {
  const auto news = [&] {
    return *sync.is_news(shop_tenant, storage.card(1, kHanako)->value(), pos.members().at(member));
  };
  EXPECT_FALSE(news());
  till(kPhone, "03-1111-2222");
  EXPECT_TRUE(news());
  ASSERT_TRUE(run(Side::kPos));
  pos.edit_member(member, [](PosMember& m) { m.rank = "金"; });
  EXPECT_TRUE(news());
}

TEST_F(MemberSyncTest, ACustomerWhoWasFoundInStepIsNewsOnceChangedAfterThat) {
  const auto news = [&](Seconds changed_at) {
    return *sync.is_news(shop_tenant, kHanako, changed_at);
  };
  shopper([](ShopCustomer&) {});  // an order: nothing of the customer changed
  const Seconds seen = in_shop().changed_at;
  clock.advance(60);
  EXPECT_TRUE(news(seen));
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_FALSE(news(seen));
  EXPECT_TRUE(news(seen + 1));
  EXPECT_TRUE(news(0)) << "the shop does not say when";

  shopper([](ShopCustomer& c) { c.last_name = "佐藤"; });
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_TRUE(news(in_shop().changed_at)) << "more may come within the same second";
  clock.advance(60);
  ASSERT_TRUE(run(Side::kShop));
  EXPECT_FALSE(news(in_shop().changed_at));

  till(kPhone, "03-1111-2222");
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_TRUE(news(in_shop().changed_at)) << "what we wrote may have met what a person wrote";
}

TEST_F(MemberSyncTest, WhoIsLinkedAnewIsNewsWhateverWasSeen) {
  ASSERT_TRUE(storage.apply(1, {change::PutFieldPrints{kHanako, ""}}).ok());
  const auto changes = sync.seen_in_step(shop_tenant, kHanako, clock.now());
  ASSERT_TRUE(changes.ok());
  EXPECT_TRUE(changes->empty()) << "the next look is the first";
  EXPECT_TRUE(*sync.is_news(shop_tenant, kHanako, 1));
}

// What the shop changed while nothing was written to who withdrew: a stopped card looks the same.
TEST_F(MemberSyncTest, NewsIsAMemberWhoIsOnlyStoppedNow) {
  const auto news = [&] {
    return *sync.is_news(shop_tenant, storage.card(1, kHanako)->value(), pos.members().at(member));
  };
  pos.edit_member(member, [](PosMember& m) { m.status = 3; });
  ASSERT_TRUE(run(Side::kPos));
  EXPECT_FALSE(news());
  pos.edit_member(member, [](PosMember& m) { m.status = 1; });
  EXPECT_TRUE(news());
}

}  // namespace
}  // namespace tsunagi
