// Events from both platforms: each takes effect once, however often, late or broken it comes.

#include "server/jobs/inbox_worker.h"

#include "server/domain/events/event_body.h"
#include "server/domain/health/health.h"
#include "server/domain/member/member_merge.h"
#include "server/jobs/retry.h"
#include "tests/server/jobs/world.h"

namespace tsunagi {
namespace {

struct InboxTest : testing::Test, World {
  void SetUp() override {
    hanako = member(7001);
    jobs.poll_due();
    work();
  }
  std::string hanako;
};

TEST_F(InboxTest, ASaleAtTheTillChangesPointsStockAndThePublishedCard) {
  const std::string id = pos.ring_up({hanako, "1", {{"10", 2}}, 12});
  clock.advance(1);
  ASSERT_TRUE(smaregi_tells("pos:transactions", transactions(id)));
  work();
  EXPECT_EQ(figures(7001).points, 12);
  EXPECT_EQ(on_hand("10", "1"), 98);
  EXPECT_EQ(published(7001)["points"], 12);
  EXPECT_EQ(cards.card(tenant(), 7001)->points, 12);
}

TEST_F(InboxTest, TheSameEventTwiceIsOneEvent) {
  const std::string id = pos.ring_up({hanako, "1", {{"10", 1}}, 5});
  EXPECT_TRUE(smaregi_tells("pos:transactions", transactions(id), "same"));
  EXPECT_FALSE(smaregi_tells("pos:transactions", transactions(id), "same"));
  work();
  const int calls = pos.calls("transaction");
  work();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(pos.calls("transaction"), 1);
}

TEST_F(InboxTest, AllIdsOfAStockEventAreHandledAndEachProductIsReadOnce) {
  pos.set_stock("10", "1", 7);
  pos.set_stock("10", "2", 8);
  pos.set_stock("11", "1", 9);
  clock.advance(1);
  const int before = pos.calls("stock_of");
  smaregi_tells(
      "pos:stock",
      R"({"action":"edited","ids":[{"id":"1","productId":"10","storeId":"1"},)"
      R"({"id":"2","productId":"10","storeId":"2"},{"id":"3","productId":"11","storeId":"1"}]})");
  smaregi_tells("pos:stock", R"({"ids":[{"productId":"10"}]})");
  work();
  EXPECT_EQ(on_hand("10", "1"), 7);
  EXPECT_EQ(on_hand("10", "2"), 8);
  EXPECT_EQ(on_hand("11", "1"), 9);
  EXPECT_EQ(pos.calls("stock_of"), before + 2);
}

TEST_F(InboxTest, AStockEventIsNotReadAgainForTheSaleThatCausedIt) {
  const std::string id = pos.ring_up({"", "1", {{"10", 1}}, 0});
  smaregi_tells("pos:stock", R"({"ids":[{"productId":"10"}]})");
  smaregi_tells("pos:transactions", transactions(id));
  clock.advance(1);
  const int before = pos.calls("stock_of");
  work();
  EXPECT_EQ(pos.calls("stock_of"), before + 1);
}

TEST_F(InboxTest, HundredsOfIdsAreAllHandledInBoundedSteps) {
  std::string ids;
  for (int i = 0; i < 300; ++i) {
    const std::string product = std::to_string(1'000 + i);
    pos.set_stock(product, "1", i);
    ids += (i == 0 ? "" : ",") + (R"({"productId":")" + product + "\"}");
  }
  ASSERT_TRUE(smaregi_tells("pos:stock", R"({"ids":[)" + ids + "]}", "long"));
  work();
  for (int i = 0; i < 300; ++i) EXPECT_EQ(on_hand(std::to_string(1'000 + i), "1"), i);
  int rows = 0;
  for (const auto& [id, row] : storage.inbox()) {
    EXPECT_EQ(row.fate, fakes::FakeStorage::InboxRow::Fate::kDone);
    rows += row.item.event.event_id == "long" ? 1 : 0;
  }
  EXPECT_EQ(rows, 1);
}

TEST_F(InboxTest, AMemberEditedStoppedAndDeletedAtTheTillIsFollowed) {
  pos.edit_member(hanako, [](PosMember& member) { member.rank = "金"; });
  smaregi_tells("pos:customers", R"({"action":"edited","customerIds":[")" + hanako + "\"]}");
  work();
  EXPECT_EQ(published(7001)["rank"], "金");
  pos.edit_member(hanako, [](PosMember& member) { member.status = 3; });
  clock.advance(1);
  smaregi_tells("pos:customers", R"({"action":"bulk-update","customerIds":[)" + hanako + "]}");
  work();
  EXPECT_EQ(published(7001)["state"], "stopped");
  pos.edit_member(hanako, [](PosMember& member) { member.status = 0; });
  clock.advance(1);
  smaregi_tells("pos:customers", R"({"customerIds":[")" + hanako + "\"]}");
  work();
  EXPECT_EQ(published(7001)["state"], "ready");
  pos.remove_member(hanako);
  clock.advance(1);
  smaregi_tells("pos:customers", R"({"action":"deleted","customerIds":[")" + hanako + "\"]}");
  work();
  EXPECT_EQ(published(7001)["state"], "stopped");
}

TEST_F(InboxTest, AChangeInTheShopReachesTheTillAndOneAtTheTillTheShop) {
  shop.edit_customer(7001, [](ShopCustomer& customer) { customer.last_name = "佐藤"; });
  shopify_tells("customers/update", R"({"id":7001})");
  work();
  EXPECT_EQ(pos.members().at(hanako).fields[MemberField::kLastName], "佐藤");
  EXPECT_EQ(published(7001)["holder"], "佐藤 花子");
  pos.edit_member(hanako, [](PosMember& m) { m.fields[MemberField::kPhone] = "03-1111-2222"; });
  for (int i = 0; i < 20; ++i) {
    smaregi_tells("pos:customers", R"({"customerIds":[")" + hanako + "\"]}");
  }
  const int before = pos.calls("points");
  work();
  EXPECT_EQ(shop.customers().at(7001).phone, "03-1111-2222");
  EXPECT_EQ(pos.calls("points"), before + 1) << "twenty times told is once read";
  shopify_tells("customers/update", R"({"id":7001})");
  work();
  EXPECT_EQ(pos.calls("update_member"), 1) << "the echo is no change";
}

TEST_F(InboxTest, ProductsAndStoresThatChangeAreReadAndDeletedOnesGo) {
  pos.add_product({.product_id = "13", .code = "4900000000013", .supplier_code = "", .name = "新"});
  smaregi_tells("pos:products", R"({"action":"created","productIds":["13"]})");
  pos.set_stores({{.store_id = "1", .code = "", .name = "改名", .phone = "", .address = ""}});
  smaregi_tells("pos:stores", R"({"action":"edited","storeIds":["1"]})");
  work();
  EXPECT_EQ(storage.product_by_code(1, "4900000000013", "")->value_or(Product{}).name, "新");
  EXPECT_EQ(storage.stores(1)->front().name, "改名");
  smaregi_tells("pos:products", R"({"action":"deleted","productIds":["13"]})");
  work();
  EXPECT_FALSE(storage.product_by_code(1, "4900000000013", "")->has_value());
}

TEST_F(InboxTest, UnknownTypesAndUnknownPeopleAreDoneWithoutEffect) {
  const int before = pos.calls();
  smaregi_tells("AppSubscription", R"({"event":"AppSubscription","action":"start"})");
  smaregi_tells("pos:coupons", R"({"couponIds":["1"]})");
  smaregi_tells("pos:customers", R"({"customerIds":["424242"]})");
  shopify_tells("orders/create", R"({"id":1})");
  work();
  EXPECT_EQ(waiting(), 0);
  EXPECT_TRUE(dead().empty());
  EXPECT_EQ(pos.calls(), before);
}

TEST_F(InboxTest, AMalformedEventIsBuriedWithTheReasonAndHoldsUpNobody) {
  smaregi_tells("pos:customers", R"({"customerIds":"all"})");
  smaregi_tells("pos:stock", R"({"ids":["10"]})");
  shopify_tells("customers/delete", R"({"id":"x"})");
  pos.edit_member(hanako, [](PosMember& member) { member.rank = "金"; });
  smaregi_tells("pos:customers", R"({"customerIds":[")" + hanako + "\"]}");
  work();
  EXPECT_EQ(figures(7001).rank, "金");
  pass(10, 1);
  EXPECT_EQ(dead().size(), 3U);
  EXPECT_NE(dead().front().find("customerIds"), std::string::npos);
}

// A contract that refuses a request today takes it tomorrow: not every 400 is the event's fault.
TEST_F(InboxTest, ARefusedEventIsTriedAFewTimesThenLiesDead) {
  const std::string id = pos.ring_up({hanako, "1", {{"10", 1}}, 5});
  pos.failures.error = {ErrorCode::kInvalid, "smaregi.transactions.get: status 400"};
  int refused = 0;
  pos.failures.fails = [&] { return ++refused <= kMaxRefusedAttempts - 1; };
  smaregi_tells("pos:transactions", transactions(id));
  work();
  EXPECT_TRUE(dead().empty());
  for (int second = 0; second < 10; ++second) {
    clock.advance(1);
    work();
  }
  EXPECT_TRUE(dead().empty());
  EXPECT_EQ(published(7001)["points"], 5);

  pos.failures.fails = [&] {
    ++refused;
    return true;
  };
  refused = 0;
  smaregi_tells("pos:transactions", transactions(pos.ring_up({hanako, "1", {{"10", 1}}, 5})));
  for (int second = 0; second < 60; ++second) {
    clock.advance(1);
    work();
  }
  EXPECT_EQ(refused, kMaxRefusedAttempts);
  ASSERT_EQ(dead().size(), 1U);
  EXPECT_NE(dead().front().find("status 400"), std::string::npos);
}

TEST_F(InboxTest, WhileSmaregiIsDownEventsWaitAndThenTakeEffect) {
  const std::string id = pos.ring_up({hanako, "1", {{"10", 1}}, 5});
  pos.failures.down = true;
  for (int i = 0; i < 40; ++i) smaregi_tells("pos:transactions", transactions(id));
  const int before = pos.calls();
  work();
  EXPECT_LE(pos.calls() - before, 2) << "a dead Smaregi costs one time-out a batch";
  EXPECT_EQ(waiting(), 40);
  pass(120);
  pos.failures.down = false;
  pass(2 * kLongestDelaySeconds);
  EXPECT_EQ(waiting(), 0);
  EXPECT_EQ(published(7001)["points"], 5);
  EXPECT_EQ(on_hand("10", "1"), 99);
}

TEST_F(InboxTest, AnEventThatNeverSucceedsIsBuriedAfterTheLastAttempt) {
  const std::string id = pos.ring_up({hanako, "1", {{"10", 1}}, 5});
  pos.answers_other_member = true;
  smaregi_tells("pos:transactions", transactions(id));
  for (int i = 0; i < kMaxAttempts + 5 && dead().empty(); ++i) {
    clock.advance(kLongestDelaySeconds);
    jobs.run_inbox_once();
  }
  ASSERT_EQ(dead().size(), 1U);
}

TEST_F(InboxTest, AWorkerThatDiesInBetweenLosesNothing) {
  const std::string id = pos.ring_up({hanako, "1", {{"10", 1}}, 5});
  smaregi_tells("pos:transactions", transactions(id));
  ASSERT_EQ(storage.lease_inbox(10, clock.now(), kLeaseSeconds)->size(), 1U);  // and it dies
  work();
  EXPECT_EQ(waiting(), 1) << "somebody may still be at it";
  clock.advance(kLeaseSeconds);
  work();
  EXPECT_EQ(waiting(), 0);
  EXPECT_EQ(published(7001)["points"], 5);
}

TEST_F(InboxTest, AnEventThatSomebodyElseFinishedDoesNotHoldUpItsBatch) {
  const std::string id = pos.ring_up({hanako, "1", {{"10", 1}}, 5});
  smaregi_tells("pos:transactions", transactions(id), "theirs");
  smaregi_tells("pos:stock", R"({"ids":[{"productId":"11"}]})", "ours");
  pos.set_stock("11", "1", 3);
  const int64_t theirs = storage.inbox().rbegin()->first - 1;
  bool once = true;
  pos.on_call = [&] {  // our lease has ended, and another worker finishes the first
    if (std::exchange(once, false)) {
      EXPECT_TRUE(storage.finish_inbox(kShop, {theirs}, {}).ok());
    }
  };
  work();
  EXPECT_EQ(waiting(), 0);
  EXPECT_EQ(on_hand("11", "1"), 3);
}

TEST_F(InboxTest, WhenTheDatabaseRefusesTheEndTheEventIsDoneAgain) {
  const std::string id = pos.ring_up({hanako, "1", {{"10", 1}}, 5});
  smaregi_tells("pos:transactions", transactions(id));
  pos.on_call = [&] { storage.fail_next_writes = 2; };
  jobs.run_inbox_once();
  pos.on_call = nullptr;
  storage.fail_next_writes = 0;
  pass(2 * kLeaseSeconds);
  EXPECT_EQ(waiting(), 0);
  EXPECT_EQ(published(7001)["points"], 5);
}

// ---- Shopify

TEST_F(InboxTest, UninstallErasesTheTokensAndReinstallWorks) {
  ASSERT_TRUE(storage.put_secrets(kShop, {{SecretPurpose::kShopifyAccess, {"token", 0}}}).ok());
  ASSERT_TRUE(directory.by_domain("a.myshopify.com").ok());
  shopify_tells("app/uninstalled", R"({"id":1})");
  work();
  EXPECT_FALSE(storage.secret(kShop, SecretPurpose::kShopifyAccess)->has_value());
  EXPECT_FALSE(directory.by_domain("a.myshopify.com").ok());
  ASSERT_TRUE(storage.install({kShop, "a.myshopify.com", "Café Neko"}).ok());
  directory.forget();
  EXPECT_TRUE(directory.by_domain("a.myshopify.com").ok());
  EXPECT_EQ(cards.card(tenant(), 7001)->state, CardState::kReady);
}

TEST_F(InboxTest, ADeletedCustomerIsForgotten) {
  (void)storage.apply(kShop, {change::SetPin{7001, "4900000000010", true}});
  shop.remove_customer(7001);
  shopify_tells("customers/delete", R"({"id":7001})");
  work();
  pass(kWebhookRetrySeconds, 600);
  EXPECT_EQ(storage.cards(kShop).size(), 1U) << "a merge may be on its way";
  pass(kMergeGraceSeconds - kWebhookRetrySeconds + 600, 600);
  EXPECT_TRUE(storage.cards(kShop).empty());
  EXPECT_TRUE(storage.pins(kShop, 7001)->empty());
  EXPECT_EQ(cards.card(tenant(), 7001)->state, CardState::kNotJoined);
}

std::string merge_of(int64_t gone, int64_t kept) {
  const std::string gid = "\"gid://shopify/Customer/";
  return R"({"admin_graphql_api_customer_kept_id":)" + gid + std::to_string(kept) +
         R"(","admin_graphql_api_customer_deleted_id":)" + gid + std::to_string(gone) +
         R"(","status":"completed"})";
}
const std::string kMerge7001Into7002 = merge_of(7001, 7002);

TEST_F(InboxTest, AMergedCustomersCardIsTheSurvivorsInWhicheverOrderItIsTold) {
  const std::string code = card(7001).link.code;
  customer_signs_up(7002);
  shop.remove_customer(7001);
  shopify_tells("customers/delete", R"({"id":7001})");
  work();
  shopify_tells("customers/merge", kMerge7001Into7002);
  work();
  shopify_tells("customers/merge", kMerge7001Into7002);
  pass(kMergeGraceSeconds + 600, 600);
  EXPECT_EQ(storage.cards(kShop).size(), 1U);
  EXPECT_EQ(card(7002).link.code, code);
  EXPECT_EQ(card(7002).link.pos_member_id, hanako);
  EXPECT_EQ(published(7002)["code"], code);
  EXPECT_EQ(cards.card(tenant(), 7002)->state, CardState::kReady);
  EXPECT_EQ(pos.members().size(), 1U);
}

TEST_F(InboxTest, OfTwoMembersTheFirstStaysWhicheverCustomerSurvives) {
  clock.advance(60);
  const std::string later = member(7002);
  const std::string first_code = card(7001).link.code;
  const std::string later_code = card(7002).link.code;
  shop.remove_customer(7001);
  shopify_tells("customers/merge", kMerge7001Into7002);
  work();
  EXPECT_EQ(card(7002).link.code, first_code);
  EXPECT_EQ(storage.cards(kShop).size(), 1U);
  EXPECT_TRUE(storage.code_owner(kShop, later_code)->has_value()) << "nobody gets it again";
  const auto audits = storage.audits();
  EXPECT_TRUE(std::ranges::any_of(audits, [&](const change::Audit& audit) {
    return audit.action == "merge" && audit.reason.find(later_code) != std::string::npos;
  })) << "the merchant is told where the later one's points are";
  const auto left = storage.left_members(kShop, 10);
  ASSERT_EQ(left->size(), 1U);
  EXPECT_EQ(left->front().pos_member_id, later);
  EXPECT_EQ(left->front().kept_customer_id, 7002);
}

// 7001 into 7002 into 7003 into 7004, told in every order, the deletes before, between or after.
TEST(MergeChain, EndsAlikeInWhicheverOrderItIsTold) {
  std::vector<int> told{0, 1, 2, 3, 4, 5};  // three merges, then three deletes
  do {
    World world;
    world.member(7001);
    const std::string code = world.card(7001).link.code;
    for (int64_t id = 7002; id <= 7004; ++id) world.customer_signs_up(id);
    for (int64_t id = 7001; id <= 7003; ++id) world.shop.remove_customer(id);
    std::string order;
    for (const int one : told) {
      order += std::to_string(one);
      const int64_t gone = 7001 + one % 3;
      if (one < 3) {
        world.shopify_tells("customers/merge", merge_of(gone, gone + 1));
      } else {
        world.shopify_tells("customers/delete", R"({"id":)" + std::to_string(gone) + "}");
      }
      world.work();
    }
    world.clock.advance(kMergeGraceSeconds + 60);
    world.work();
    ASSERT_EQ(world.storage.cards(World::kShop).size(), 1U) << order;
    ASSERT_EQ(world.card(7004).link.code, code) << order;
  } while (std::ranges::next_permutation(told).found);
}

TEST_F(InboxTest, AMergeThatIsToldAfterTheLinkWasDroppedBringsItBack) {
  const std::string code = card(7001).link.code;
  for (int64_t id : {7002, 7003}) customer_signs_up(id);
  for (int64_t id : {7001, 7002}) shop.remove_customer(id);
  shopify_tells("customers/merge", merge_of(7002, 7003));
  shopify_tells("customers/delete", R"({"id":7001})");
  pass(kMergeGraceSeconds + 600, 600);
  ASSERT_TRUE(storage.cards(kShop).empty());
  shopify_tells("customers/merge", kMerge7001Into7002);
  pass(300, 60);
  EXPECT_EQ(card(7003).link.code, code);
  EXPECT_EQ(card(7003).link.pos_member_id, hanako);
  EXPECT_EQ(published(7003)["code"], code);
  EXPECT_TRUE(published(7003)["has_points"]) << "its figures are read anew";
  EXPECT_EQ(pos.members().size(), 1U);
}

TEST_F(InboxTest, WhoseLinkWasDroppedIsForgottenADayAfterShopifyCanTellOfAMerge) {
  customer_signs_up(7002);
  shop.remove_customer(7001);
  shopify_tells("customers/delete", R"({"id":7001})");
  pass(kMergeGraceSeconds + 600, 600);
  ASSERT_TRUE(storage.dropped_link(kShop, 7001)->has_value());
  pass(kMergesKeptSeconds + 600, 600);
  EXPECT_FALSE(storage.dropped_link(kShop, 7001)->has_value());
  shopify_tells("customers/merge", kMerge7001Into7002);
  work();
  EXPECT_TRUE(storage.cards(kShop).empty());
}

TEST_F(InboxTest, ARedactionLeavesNoLinkToBringBack) {
  shop.remove_customer(7001);
  shopify_tells("customers/delete", R"({"id":7001})");
  pass(kMergeGraceSeconds + 600, 600);
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  EXPECT_FALSE(storage.dropped_link(kShop, 7001)->has_value());
}

TEST_F(InboxTest, AMergeBeforeTheAnswerToACreationMakesNoSecondMember) {
  customer_signs_up(7002, "佐藤");
  customer_joins(7002);
  bool once = true;
  pos.lose_answer_of_create = [&] { return std::exchange(once, false); };
  jobs.run_outbox_once();
  ASSERT_EQ(card(7002).link.state, LinkState::kJoining);
  ASSERT_EQ(pos.members().size(), 2U) << "Smaregi has it, and nobody here knows";
  const std::string code = card(7002).link.code;
  customer_signs_up(7003, "鈴木");  // under another name
  shop.remove_customer(7002);
  shopify_tells("customers/merge", merge_of(7002, 7003));
  pass(120);
  EXPECT_EQ(pos.members().size(), 2U);
  EXPECT_EQ(card(7003).link.state, LinkState::kLinked);
  EXPECT_EQ(card(7003).link.code, code);
}

TEST_F(InboxTest, AMergeWaitsWhileAMemberIsBeingCreated) {
  customer_signs_up(7002);
  customer_joins(7002);
  customer_signs_up(7003);
  // Another server has taken the creation up and is at it.
  ASSERT_TRUE(storage.lease_outbox(10, clock.now(), kLeaseSeconds).ok());
  shop.remove_customer(7002);
  shopify_tells("customers/merge", merge_of(7002, 7003));
  jobs.run_inbox_once();
  EXPECT_EQ(card(7002).link.state, LinkState::kJoining) << "its answer must find the link";
  pass(kLeaseSeconds + 60);
  EXPECT_EQ(card(7003).link.state, LinkState::kLinked);
  EXPECT_EQ(storage.cards(kShop).size(), 2U);
}

TEST_F(InboxTest, AMergeThatFailedMovesNothing) {
  const std::string code = card(7001).link.code;
  customer_signs_up(7002);
  std::string failed = kMerge7001Into7002;
  failed.replace(failed.find("completed"), 9, "failed");
  shopify_tells("customers/merge", failed);
  shopify_tells("customers/merge", kMerge7001Into7002);  // says so, and the customer is still there
  work();
  EXPECT_EQ(card(7001).link.code, code);
  EXPECT_EQ(storage.cards(kShop).size(), 1U);
}

TEST_F(InboxTest, ACodeThatWasAnothersHereIsNotTakenOverAndHoldsUpNothing) {
  const std::string code = card(7001).link.code;
  member(7002);
  const std::string others = card(7002).link.code;
  shop.remove_customer(7002);
  shopify_tells("customers/redact", R"({"customer":{"id":7002}})");
  work();
  pos.edit_member(hanako, [&](PosMember& m) {
    m.code = others;
    m.fields[MemberField::kFirstName] = "華子";
  });
  smaregi_tells("pos:customers", R"({"customerIds":[")" + hanako + "\"]}");
  work();
  EXPECT_EQ(card(7001).link.code, code);
  EXPECT_EQ(shop.customers().at(7001).first_name, "華子");
  EXPECT_TRUE(dead().empty());
  const int written = pos.calls("update_member");
  smaregi_tells("pos:customers", R"({"customerIds":[")" + hanako + "\"]}");
  work();
  EXPECT_EQ(pos.calls("update_member"), written);
}

TEST_F(InboxTest, AMergeOfPeopleWhoAreNoMembersIsNothing) {
  shopify_tells("customers/merge",
                R"({"admin_graphql_api_customer_kept_id":"gid://shopify/Customer/1",)"
                R"("admin_graphql_api_customer_deleted_id":"gid://shopify/Customer/2"})");
  shopify_tells("customers/merge", R"({"admin_graphql_api_customer_kept_id":7})");
  pass(10, 1);
  EXPECT_EQ(storage.cards(kShop).size(), 1U);
  EXPECT_EQ(dead().size(), 1U);
}

TEST_F(InboxTest, RedactionErasesThePublishedCardToo) {
  ASSERT_FALSE(published(7001).is_null());
  shopify_tells("customers/redact",
                R"({"shop_id":1,"customer":{"id":7001,"email":"h@example.jp"}})");
  work();
  EXPECT_TRUE(published(7001).is_null());
  EXPECT_TRUE(storage.cards(kShop).empty());
}

TEST_F(InboxTest, RedactionIsTriedUntilItIsDone) {
  shop.failures.down = true;
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  EXPECT_EQ(waiting(), 2) << "the card and the tag";
  EXPECT_TRUE(storage.cards(kShop).empty()) << "our own rows go at once";
  shop.failures.down = false;
  shop.uninstalled =
      true;  // or its token is refused for another reason: the card may still be there
  for (int i = 0; i < 2 * kMaxAttempts; ++i) pass(2 * kLongestDelaySeconds);
  EXPECT_EQ(waiting(), 2) << "an erasure is never given up";
  shop.uninstalled = false;
  pass(2 * kLongestDelaySeconds);
  EXPECT_EQ(waiting(), 0);
  EXPECT_TRUE(published(7001).is_null());
  EXPECT_TRUE(shop.tags().empty());
}

TEST_F(InboxTest, ADataRequestIsKeptForTheMerchantOnceWithItsOrders) {
  const char* body =
      R"({"customer":{"id":7001},"data_request":{"id":9},"orders_requested":[5,"6",{}]})";
  shopify_tells("customers/data_request", body);
  shopify_tells("customers/data_request", body);
  work();
  const auto requests = *storage.data_requests(kShop, 10);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].request_id, "9");
  EXPECT_EQ(requests[0].customer_id, 7001);
  EXPECT_EQ(requests[0].orders, (std::vector<std::string>{"5", "6"}));
  EXPECT_EQ(requests[0].requested_at, clock.now());
  shopify_tells("customers/data_request", R"({"customer":{"id":7001}})");
  work();
  EXPECT_EQ(storage.data_requests(kShop, 10)->size(), 2U) << "one without an id is one, too";
}

TEST_F(InboxTest, ARedactionLeavesNeitherARequestNorThatThereWasAMember) {
  shopify_tells("customers/data_request", R"({"customer":{"id":7001},"data_request":{"id":9}})");
  shopify_tells("customers/data_request", R"({"customer":{"id":7002},"data_request":{"id":8}})");
  work();
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  EXPECT_EQ(storage.data_requests(kShop, 10)->size(), 1U);
  EXPECT_FALSE(*storage.was_member(kShop, 7001)) << "the customer no longer exists";
}

TEST_F(InboxTest, ARedactionAfterADeletionForgetsThatThereWasAMember) {
  shop.remove_customer(7001);
  shopify_tells("customers/delete", R"({"id":7001})");
  pass(kMergeGraceSeconds + 60, 60);
  EXPECT_TRUE(*storage.was_member(kShop, 7001));
  shopify_tells("customers/redact", R"({"customer":{"id":7001}})");
  work();
  EXPECT_FALSE(*storage.was_member(kShop, 7001));
}

TEST_F(InboxTest, ShopRedactErasesAShopThatIsGone) {
  shopify_tells("app/uninstalled", "{}");
  work();
  shopify_tells("shop/redact", R"({"shop_id":1})");
  work();
  EXPECT_FALSE(storage.tenant(kShop)->has_value());
  EXPECT_TRUE(storage.inbox().empty());
}

TEST_F(InboxTest, ShopRedactOfAShopWhoseUninstallWasNeverHeardErasesItToo) {
  shop.uninstalled = true;
  shopify_tells("shop/redact", R"({"shop_id":1})");
  work();
  EXPECT_FALSE(storage.tenant(kShop)->has_value());
}

TEST_F(InboxTest, ShopRedactErasesNothingWhileItIsUnknownWhetherTheShopIsThere) {
  shop.failures.down = true;
  shopify_tells("shop/redact", R"({"shop_id":1})");
  work();
  EXPECT_EQ(waiting(), 1);
  EXPECT_EQ(storage.cards(kShop).size(), 1U);
}

TEST_F(InboxTest, ShopRedactOfAShopInstalledAgainKeepsItsMembers) {
  shopify_tells("shop/redact", R"({"shop_id":1})");
  work();
  EXPECT_TRUE(storage.tenant(kShop)->has_value());
  EXPECT_EQ(storage.cards(kShop).size(), 1U);
}

TEST_F(InboxTest, WhenTheNewestEventOfEachPlatformCameInIsKept) {
  const auto newest = [&](System system) {
    return storage.cursor(kShop, notice_cursor(system))->value_or(0);
  };
  EXPECT_EQ(newest(System::kSmaregi), 0);
  const Seconds first = clock.now();
  smaregi_tells("pos:stock", R"({"ids":[{"productId":"10"}]})");
  clock.advance(3);
  work();
  EXPECT_EQ(newest(System::kSmaregi), first);
  EXPECT_EQ(newest(System::kShopify), 0);
  shopify_tells("customers/update", R"({"id":7001})");
  smaregi_tells("pos:stock", "no JSON");
  clock.advance(3);
  work();
  EXPECT_EQ(newest(System::kShopify), first + 3);
  EXPECT_EQ(newest(System::kSmaregi), first) << "what was not understood proves nothing";
}

// Smaregi allows a few calls a second, and tells of what we did ourselves, too.
TEST_F(InboxTest, AMemberThatChangedCostsTwoReadingsAndOneThatWeCreatedNone) {
  const std::string id = member(7001);
  const auto readings = [&] { return std::pair(pos.calls("member"), pos.calls("points")); };
  const auto [members, points] = readings();
  smaregi_tells("pos:customers", R"({"action":"created","customerIds":[")" + id + "\"]}");
  work();
  EXPECT_EQ(readings(), std::pair(members, points));
  pos.edit_member(id, [](PosMember& m) { m.rank = "金"; });
  smaregi_tells("pos:customers", R"({"action":"edited","customerIds":[")" + id + "\"]}");
  work();
  EXPECT_EQ(readings(), std::pair(members + 1, points + 1));
  EXPECT_EQ(figures(7001).rank, "金");
}

}  // namespace
}  // namespace tsunagi
