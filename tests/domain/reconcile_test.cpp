// Each kind of drift made by hand: it is found, explained, and healed by what the workers do.

#include "server/domain/reconcile/reconcile.h"

#include <gmock/gmock.h>
#include <algorithm>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "server/domain/card/card_service.h"
#include "tests/support/fakes.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kHanakoId = 7001;
constexpr int64_t kTaroId = 7002;
using enum MemberField;

class ReconcileTest : public ::testing::Test {
 protected:
  ReconcileTest() {
    storage.put_tenant(tenant);
    hanako = joins(kHanakoId, "T1", "花子");
    pos.set_stores({store("1"), store("2")});
    pos.add_product(product("11"));
    pos.set_stock("11", "1", 5);
    pos.set_stock("11", "2", 3, 1);
    changes({change::PutStores{*pos.stores("")}, change::PutProducts{*pos.products("")},
             change::PutStock{pos.all_stock()}});
    clock.advance(kSettleSeconds);
  }

  static Store store(std::string id) {
    Store made;
    made.store_id = std::move(id);
    return made;
  }
  static Product product(std::string id) {
    Product made;
    made.product_id = std::move(id);
    return made;
  }
  void signs_up(int64_t id, const std::string& name) {
    ShopCustomer customer;
    customer.id = id;
    customer.last_name = "山田";
    customer.first_name = name;
    shop.add_customer(customer);
  }
  // A member as joining leaves one: both sides in step, the card published.
  std::string joins(int64_t id, const std::string& code, const std::string& name) {
    signs_up(id, name);
    const std::string member =
        pos.add_member({.member_id = "",
                        .code = code,
                        .rank = "銀",
                        .fields = {{kLastName, "山田"}, {kFirstName, name}, {kMailConsent, "0"}}},
                       100);
    changes({change::PutLink{.link = {.customer_id = id,
                                      .code = code,
                                      .pos_member_id = member,
                                      .state = LinkState::kLinked,
                                      .joined_at = clock.now()}},
             change::PutSnapshot{{.customer_id = id,
                                  .has_points = true,
                                  .points = 100,
                                  .points_expire_on = "",
                                  .rank = "銀",
                                  .holder = "山田 " + name,
                                  .as_of = clock.now()}}});
    MemberSync sync({.storage = storage,
                     .pos = pos,
                     .shop = shop,
                     .clock = clock,
                     .random = random,
                     .fingerprints = fingerprints});
    changes(*sync.sync(tenant, id, Side::kShop));
    publish(id);
    return member;
  }
  void changes(const std::vector<Change>& all) { ASSERT_TRUE(storage.apply(1, all).ok()); }
  void publish(int64_t id) {
    shop.set_card(id, card_metafield(tenant, **storage.card(1, id))->json);
    for (const auto& [number, row] : storage.outbox()) {
      EXPECT_TRUE(storage.finish_outbox(row.item, {}).ok());
    }
  }
  MemberLink link(int64_t id) { return (*storage.card(1, id))->link; }

  ReconcileReport look(const ReconcileAsked& asked = {}) {
    Reconcile reconcile({.storage = storage,
                         .pos = pos,
                         .shop = shop,
                         .clock = clock,
                         .random = random,
                         .fingerprints = fingerprints});
    return reconcile.run(tenant, asked);
  }
  std::vector<std::string> kinds(const ReconcileReport& report) {
    std::vector<std::string> names;
    for (const Finding& finding : report.findings) {
      names.emplace_back(drift_name(finding.kind));
      EXPECT_FALSE(finding.how.empty()) << names.back();
      for (const std::string& text : {finding.stored, finding.actual, finding.how}) {
        EXPECT_EQ(text.find("花子"), std::string::npos) << "no personal data";
      }
    }
    return names;
  }
  // Finds exactly this drift, and nothing is changed by looking.
  Finding only(const std::string& kind) {
    const auto outbox_before = storage.outbox().size();
    const ReconcileReport report = look();
    EXPECT_FALSE(report.stopped.has_value());
    EXPECT_THAT(kinds(report), ElementsAre(kind));
    EXPECT_EQ(storage.outbox().size(), outbox_before);
    return report.findings.empty() ? Finding{} : report.findings[0];
  }
  // --fix asks for exactly this, and says so in the audit trail.
  void heals_by(OutboxKind kind, int64_t customer) {
    const size_t audits_before = storage.audits().size();
    const ReconcileReport report = look({.fix = true});
    ASSERT_FALSE(report.findings.empty());
    for (const Finding& finding : report.findings) EXPECT_TRUE(finding.healed);
    std::vector<std::string> asked;
    for (const auto& [id, row] : storage.outbox()) {
      EXPECT_EQ(row.item.write.kind, kind);
      asked.push_back(row.item.write.key);
    }
    EXPECT_THAT(asked, ElementsAre(std::to_string(customer)));
    ASSERT_EQ(storage.audits().size(), audits_before + 1);
    EXPECT_EQ(storage.audits().back().actor, "operator");
    EXPECT_EQ(storage.audits().back().action, "reconcile");
    EXPECT_THAT(kinds(look()), IsEmpty()) << "what waits is no drift";
  }
  // What the worker does with the item.
  void work(Side side, int64_t customer) {
    MemberSync sync({.storage = storage,
                     .pos = pos,
                     .shop = shop,
                     .clock = clock,
                     .random = random,
                     .fingerprints = fingerprints});
    const auto done = sync.sync(tenant, customer, side);
    ASSERT_TRUE(done.ok());
    const auto rows = storage.outbox();
    for (const auto& [id, row] : rows) EXPECT_TRUE(storage.finish_outbox(row.item, *done).ok());
    if (storage.card(1, customer)->has_value()) publish(customer);
    clock.advance(kSettleSeconds);
  }

  Tenant tenant{.id = 1,
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
  std::string hanako;
};

TEST_F(ReconcileTest, WhatIsInStepHasNoFindings) {
  const ReconcileReport report = look();
  EXPECT_THAT(kinds(report), IsEmpty());
  EXPECT_EQ(report.members, 1);
  EXPECT_EQ(report.products, 1);
  EXPECT_FALSE(report.next_customer || report.next_product || report.stopped);
}

TEST_F(ReconcileTest, AMemberThatIsGoneStopsTheCard) {
  pos.remove_member(hanako);
  const Finding finding = only("member_gone");
  EXPECT_EQ(finding.customer_id, kHanakoId);
  EXPECT_EQ(finding.member_id, hanako);
  EXPECT_EQ(finding.stored, "linked");
  heals_by(OutboxKind::kMemberChanged, kHanakoId);
  work(Side::kPos, kHanakoId);
  EXPECT_EQ(link(kHanakoId).state, LinkState::kStopped);
  EXPECT_THAT(kinds(look()), IsEmpty());
}

TEST_F(ReconcileTest, AMemberWhoWithdrewStopsTheCardAndOneWhoIsBackStartsIt) {
  pos.edit_member(hanako, [](PosMember& member) { member.status = 3; });
  clock.advance(kSettleSeconds);
  EXPECT_EQ(only("member_state").actual, "withdrawn in Smaregi");
  heals_by(OutboxKind::kMemberChanged, kHanakoId);
  work(Side::kPos, kHanakoId);
  EXPECT_EQ(link(kHanakoId).state, LinkState::kStopped);
  pos.edit_member(hanako, [](PosMember& member) { member.status = 0; });
  clock.advance(kSettleSeconds);
  const Finding back = only("member_state");
  EXPECT_EQ(back.stored, "stopped");
  EXPECT_EQ(back.actual, "usable in Smaregi");
}

TEST_F(ReconcileTest, TheCodeOfTheTillIsTakenOver) {
  pos.edit_member(hanako, [](PosMember& member) { member.code = "CARD-77"; });
  clock.advance(kSettleSeconds);
  const Finding finding = only("member_code");
  EXPECT_EQ(finding.stored, "T1");
  EXPECT_EQ(finding.actual, "CARD-77");
  heals_by(OutboxKind::kMemberChanged, kHanakoId);
  work(Side::kPos, kHanakoId);
  EXPECT_EQ(link(kHanakoId).code, "CARD-77");
  EXPECT_THAT(kinds(look()), IsEmpty());
}

TEST_F(ReconcileTest, ACodeOfAnotherCustomerOrOneThatNoBarcodeCarriesIsForAPerson) {
  joins(kTaroId, "T2", "太郎");
  clock.advance(kSettleSeconds);
  pos.edit_member(hanako, [](PosMember& member) { member.code = "T2"; });
  clock.advance(kSettleSeconds);
  EXPECT_THAT(only("member_code").how, HasSubstr("customer 7002 has that code"));
  pos.edit_member(hanako, [](PosMember& member) { member.code = "会員"; });
  clock.advance(kSettleSeconds);
  EXPECT_THAT(only("member_code").how, HasSubstr("no barcode can carry that code"));
  const ReconcileReport report = look({.fix = true});
  EXPECT_FALSE(report.findings[0].healed);
  EXPECT_TRUE(storage.outbox().empty());
}

TEST_F(ReconcileTest, ACustomerThatIsGoneLosesTheLinkUnlessAMergeMovesIt) {
  shop.remove_customer(kHanakoId);
  EXPECT_EQ(only("customer_gone").customer_id, kHanakoId);
  heals_by(OutboxKind::kCustomerChanged, kHanakoId);
  MemberSync sync({.storage = storage,
                   .pos = pos,
                   .shop = shop,
                   .clock = clock,
                   .random = random,
                   .fingerprints = fingerprints});
  const auto changes = sync.sync(tenant, kHanakoId, Side::kShop);
  ASSERT_TRUE(changes.ok());
  ASSERT_EQ(changes->size(), 1U);
  EXPECT_EQ(std::get<change::Enqueue>(changes->front()).write.kind, OutboxKind::kDropCustomer);
}

TEST_F(ReconcileTest, AFieldThatChangedAtOnePlatformReachesTheOther) {
  pos.edit_member(hanako, [](PosMember& member) { member.fields[kPhone] = "03-1111-2222"; });
  clock.advance(kSettleSeconds);
  EXPECT_EQ(only("fields").actual, "changed in Smaregi: phone");
  heals_by(OutboxKind::kMemberChanged, kHanakoId);
  work(Side::kPos, kHanakoId);
  EXPECT_EQ(shop.customers().at(kHanakoId).phone, "03-1111-2222");
  shop.edit_customer(kHanakoId, [](ShopCustomer& customer) { customer.mail = "h@example.jp"; });
  EXPECT_EQ(only("fields").actual, "changed in Shopify: mail");
  heals_by(OutboxKind::kCustomerChanged, kHanakoId);
  work(Side::kShop, kHanakoId);
  EXPECT_EQ(pos.members().at(hanako).fields[kMail], "h@example.jp");
  EXPECT_THAT(kinds(look()), IsEmpty());
}

TEST_F(ReconcileTest, TheRankOnTheCardIsReadAnew) {
  pos.edit_member(hanako, [](PosMember& member) { member.rank = "金"; });
  clock.advance(kSettleSeconds);
  EXPECT_EQ(only("name_or_rank").actual, "another rank or name in Smaregi");
  heals_by(OutboxKind::kMemberChanged, kHanakoId);
}

TEST_F(ReconcileTest, WhatChangedJustNowIsNoDriftYet) {
  pos.edit_member(hanako, [](PosMember& member) { member.rank = "金"; });
  clock.advance(kSettleSeconds - 1);
  EXPECT_THAT(kinds(look()), IsEmpty());
  clock.advance(1);
  EXPECT_THAT(kinds(look()), ElementsAre("name_or_rank"));
}

TEST_F(ReconcileTest, TheBalanceIsReadAnew) {
  pos.set_points(hanako, 250);
  const Finding finding = only("points");
  EXPECT_EQ(finding.stored, "100");
  EXPECT_EQ(finding.actual, "250");
  heals_by(OutboxKind::kMemberChanged, kHanakoId);
}

TEST_F(ReconcileTest, ACardThatIsMissingOrOtherInShopifyIsWrittenAgain) {
  EXPECT_TRUE(shop.erase_card(tenant, kHanakoId).ok());
  EXPECT_EQ(only("published_card").actual, "none in Shopify");
  auto card = nlohmann::json::parse(card_metafield(tenant, **storage.card(1, kHanakoId))->json);
  card["as_of"] = 1;
  shop.set_card(kHanakoId, card.dump());
  EXPECT_THAT(kinds(look()), IsEmpty()) << "the time of the figures always differs";
  card["points"] = 7;
  card["花子"] = 1;
  shop.set_card(kHanakoId, card.dump());
  EXPECT_EQ(only("published_card").actual, "other in Shopify: points, more");
  shop.set_card(kHanakoId, "{");
  EXPECT_EQ(only("published_card").actual, "other in Shopify: unreadable");
  heals_by(OutboxKind::kWriteCard, kHanakoId);
}

TEST_F(ReconcileTest, JoiningForTooLongIsAskedForAgain) {
  signs_up(kTaroId, "太郎");
  changes({change::PutLink{.link = {.customer_id = kTaroId,
                                    .code = "T2",
                                    .pos_member_id = "",
                                    .state = LinkState::kJoining,
                                    .joined_at = clock.now()}},
           change::Enqueue{{OutboxKind::kCreateMember, "7002"}}});
  clock.advance(599);
  EXPECT_THAT(kinds(look()), IsEmpty());
  clock.advance(1);
  const Finding finding = only("joining_overdue");
  EXPECT_EQ(finding.customer_id, kTaroId);
  EXPECT_EQ(finding.stored, "joining since 10 min");
  ASSERT_TRUE(look({.fix = true}).findings[0].healed);
  EXPECT_EQ(storage.outbox().begin()->second.item.revision, 2);
}

TEST_F(ReconcileTest, AMemberWithOurCodeAndNoLinkIsFound) {
  const auto own = MemberCode::make('T', 42)->text();
  pos.add_member({.member_id = "", .code = own, .rank = ""});
  pos.add_member({.member_id = "", .code = "PLASTIC-1", .rank = ""});  // a card of the merchant's
  clock.advance(kSettleSeconds);
  const Finding finding = only("member_without_link");
  EXPECT_THAT(finding.actual, HasSubstr(own));
  EXPECT_EQ(finding.stored, "the code was never issued here");
  EXPECT_FALSE(look({.fix = true}).findings[0].healed);

  signs_up(kTaroId, "太郎");
  changes({change::PutLink{.link = {.customer_id = kTaroId,
                                    .code = own,
                                    .pos_member_id = "",
                                    .state = LinkState::kJoining,
                                    .joined_at = clock.now()}}});
  EXPECT_THAT(kinds(look()), IsEmpty()) << "it is being linked";
  clock.advance(600);
  const ReconcileReport report = look({.fix = true});
  EXPECT_THAT(kinds(report), ElementsAre("member_without_link", "joining_overdue"));
  for (const Finding& one : report.findings) EXPECT_TRUE(one.healed);
  ASSERT_EQ(storage.outbox().size(), 1U) << "one creation for both";
  EXPECT_EQ(storage.outbox().begin()->second.item.write.kind, OutboxKind::kCreateMember);
}

TEST_F(ReconcileTest, AMemberThatAMergeTookOffTheCardIsListedWhileItHasPoints) {
  const std::string left = pos.add_member({.member_id = "", .code = "T9", .rank = ""}, 120);
  const std::string unanswered = pos.add_member({.member_id = "", .code = "T8", .rank = ""}, 30);
  changes(
      {change::LeaveMember{{.code = "T9", .pos_member_id = left, .kept_customer_id = kHanakoId}},
       change::LeaveMember{{.code = "T8", .pos_member_id = "", .kept_customer_id = kHanakoId}},
       change::LeaveMember{{.code = "T7", .pos_member_id = "", .kept_customer_id = kHanakoId}}});
  const ReconcileReport report = look({.fix = true});
  ASSERT_THAT(kinds(report), ElementsAre("merged_member", "merged_member"));
  EXPECT_EQ(report.findings[0].member_id, unanswered) << "found by its code";
  EXPECT_EQ(report.findings[1].member_id, left);
  EXPECT_EQ(report.findings[1].customer_id, kHanakoId);
  EXPECT_THAT(report.findings[1].actual, HasSubstr("120"));
  EXPECT_FALSE(report.findings[1].healed) << "points are moved by a person";
  EXPECT_EQ(storage.left_members(1, 10)->size(), 2U) << "T7 never came to be";

  pos.set_points(left, 0);
  pos.edit_member(unanswered, [](PosMember& member) { member.status = 3; });
  EXPECT_THAT(kinds(look()), IsEmpty());
  EXPECT_EQ(storage.left_members(1, 10)->size(), 2U) << "looking alone changes nothing";
  look({.fix = true});
  EXPECT_THAT(*storage.left_members(1, 10), IsEmpty());
}

TEST_F(ReconcileTest, StockIsStoredAsSmaregiCountsIt) {
  changes({change::PutStock{{{.product_id = "11",
                              .store_id = "1",
                              .on_hand = 99,
                              .changed_at = clock.now() - kSettleSeconds}}}});
  const Finding finding = only("stock");
  EXPECT_EQ(finding.product_id, "11");
  EXPECT_EQ(finding.store_id, "1");
  EXPECT_EQ(finding.stored, "99 on hand, 0 laid away");
  EXPECT_EQ(finding.actual, "5 on hand, 0 laid away");
  EXPECT_TRUE(look({.fix = true}).findings[0].healed);
  EXPECT_EQ((*storage.stock_of(1, "11", {"1"}))[0].on_hand, 5);
  EXPECT_THAT(kinds(look()), IsEmpty());
}

TEST_F(ReconcileTest, StockThatIsNewerHereThanInSmaregiIsForAPerson) {
  changes({change::PutStock{
      {{.product_id = "11", .store_id = "1", .on_hand = 99, .changed_at = clock.now()}}}});
  EXPECT_THAT(only("stock").how, HasSubstr("look at both clocks"));
  EXPECT_FALSE(look({.fix = true}).findings[0].healed);
}

TEST_F(ReconcileTest, DeadWritesArePutBack) {
  changes({change::Enqueue{{OutboxKind::kWriteCard, "7001"}}});
  const OutboxItem item = storage.outbox().begin()->second.item;
  EXPECT_TRUE(storage.bury_outbox(item, "refused").ok());
  const Finding finding = only("dead_letter");
  EXPECT_EQ(finding.outbox_id, item.id);
  EXPECT_EQ(finding.stored, "write_card 7001");
  EXPECT_TRUE(look({.fix = true}).findings[0].healed);
  EXPECT_FALSE(storage.outbox().at(item.id).dead);
  EXPECT_EQ(storage.audits().back().action, "replay");
}

TEST_F(ReconcileTest, AWriteThatNothingMovesIsSaid) {
  changes({change::Enqueue{{OutboxKind::kWriteCard, "7001"}}});
  storage.edit_outbox(storage.outbox().begin()->first, [&](auto& row) {
    row.enqueued_at = clock.now() - kWaitingOverdueSeconds + 1;
    row.error = "status 401";
  });
  EXPECT_THAT(kinds(look()), IsEmpty());
  clock.advance(1);
  const Finding finding = only("waiting");
  EXPECT_THAT(finding.actual, HasSubstr("status 401"));
  EXPECT_FALSE(look({.fix = true}).findings[0].healed);
}

TEST_F(ReconcileTest, SeveralFindingsOfOneCustomerAreHealedByOneWrite) {
  pos.edit_member(hanako, [](PosMember& member) {
    member.rank = "金";
    member.fields[kPhone] = "03-1111-2222";
  });
  pos.set_points(hanako, 250);
  clock.advance(kSettleSeconds);
  EXPECT_THAT(kinds(look()), ElementsAre("name_or_rank", "fields", "points"));
  const ReconcileReport report = look({.fix = true});
  for (const Finding& finding : report.findings) EXPECT_TRUE(finding.healed);
  EXPECT_EQ(storage.outbox().size(), 1U);
}

TEST_F(ReconcileTest, ARunEndsAtItsLimitAndTheNextGoesOn) {
  joins(kTaroId, "T2", "太郎");
  joins(7003, "T3", "次郎");
  pos.add_product(product("12"));
  changes({change::PutProducts{*pos.products("")}});
  clock.advance(kSettleSeconds);
  const ReconcileReport first = look({.limit = 1});
  EXPECT_EQ(first.members, 1);
  EXPECT_EQ(first.products, 1);
  ASSERT_EQ(first.next_customer, kHanakoId);
  ASSERT_EQ(first.next_product, "11");
  const ReconcileReport members = look({.limit = 2, .after_customer = first.next_customer});
  EXPECT_EQ(members.members, 2);
  EXPECT_EQ(members.products, 0);
  EXPECT_FALSE(members.next_customer) << "that was the last";
  const ReconcileReport products = look({.limit = 1, .after_product = first.next_product});
  EXPECT_EQ(products.products, 1);
  EXPECT_EQ(products.members, 0);
  EXPECT_FALSE(products.next_product);
}

TEST_F(ReconcileTest, APlatformThatIsDownStopsTheRunAndSaysWhereToGoOn) {
  joins(kTaroId, "T2", "太郎");
  clock.advance(kSettleSeconds);
  const int one_member = pos.calls("member") + 1;
  pos.on_call = [this, one_member] {
    if (pos.calls("member") > one_member) pos.failures.down = true;
  };
  const ReconcileReport report = look();
  ASSERT_TRUE(report.stopped.has_value());
  EXPECT_EQ(report.stopped->code, ErrorCode::kUnavailable);
  EXPECT_EQ(report.members, 1);
  EXPECT_EQ(report.next_customer, kHanakoId);
  shop.uninstalled = true;
  EXPECT_EQ(look().stopped->code, ErrorCode::kUnavailable) << "Smaregi is asked first";
}

TEST_F(ReconcileTest, AnAnswerAboutAnotherMemberIsAFindingAndTheRestIsCompared) {
  joins(kTaroId, "T2", "太郎");
  clock.advance(kSettleSeconds);
  pos.answers_other_member = true;
  const ReconcileReport report = look();
  EXPECT_THAT(kinds(report), ElementsAre("unreadable", "unreadable"));
  EXPECT_FALSE(report.stopped.has_value());
}

TEST_F(ReconcileTest, AProductThatCannotBeReadIsAFindingAndTheRestIsCompared) {
  pos.add_product(product("12"));
  changes({change::PutProducts{*pos.products("")}});
  pos.failures.error = {ErrorCode::kInternal, "nonsense"};
  pos.failures.fails = [this] { return pos.calls("stock_of") == 1; };
  const ReconcileReport report = look();
  EXPECT_THAT(kinds(report), ElementsAre("unreadable"));
  EXPECT_EQ(report.findings[0].product_id, "11");
  EXPECT_EQ(report.products, 2);
  EXPECT_FALSE(report.stopped.has_value());
}

TEST_F(ReconcileTest, AShopWithoutAContractHasItsQueueOnly) {
  tenant.contract_id.clear();
  const ReconcileReport report = look();
  EXPECT_EQ(report.members, 0);
  EXPECT_EQ(pos.calls("members_changed"), 0);
}

TEST_F(ReconcileTest, MembersAreListedFarBackInSlices) {
  const auto own = MemberCode::make('T', 42)->text();
  pos.add_member({.member_id = "", .code = own, .rank = ""});
  clock.advance(kStrayWindowSeconds - kSettleSeconds);
  const int before = pos.calls("members_changed");
  EXPECT_THAT(kinds(look()), ElementsAre("member_without_link"));
  EXPECT_EQ(pos.calls("members_changed") - before, kStrayWindowSeconds / kStraySliceSeconds);
  clock.advance(kSettleSeconds + 1);
  EXPECT_THAT(kinds(look()), IsEmpty()) << "too long ago";
}

TEST(DriftNames, AreDifferentAndExplainedToOperators) {
  std::ifstream stream(TSUNAGI_SOURCE_DIR "/docs/operating.md");
  const std::string docs{std::istreambuf_iterator<char>(stream), {}};
  std::set<std::string_view> names;
  for (const DriftKind kind : kDriftKinds) {
    const std::string name(drift_name(kind));
    EXPECT_THAT(docs, HasSubstr("`" + name + "`"));
    names.insert(drift_name(kind));
  }
  EXPECT_EQ(names.size(), std::size(kDriftKinds));
}

}  // namespace
}  // namespace tsunagi
