// The card: answered from what is known, asked of Smaregi once, honest about its age, and never
// another member's.

#include "server/domain/card/card_service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/fakes.h"

namespace tsunagi {
namespace {

constexpr int64_t kHanakoCard = 7001;
constexpr int64_t kTaro = 7002;

struct CardTest : testing::Test {
  CardTest() { storage.put_tenant(shop); }

  std::string link(int64_t customer, const std::string& code, int64_t points,
                   const std::string& last_name = "山田") {
    const std::string id = pos.add_member(
        {.member_id = "",
         .code = code,
         .rank = "ゴールド",
         .fields = {{MemberField::kLastName, last_name}, {MemberField::kFirstName, "花子"}},
         .status = 0},
        points);
    EXPECT_TRUE(storage
                    .apply(1, {change::PutLink{.link = {.customer_id = customer,
                                                        .code = code,
                                                        .pos_member_id = id,
                                                        .state = LinkState::kLinked,
                                                        .joined_at = clock.now()}}})
                    .ok());
    return id;
  }
  Card stored(int64_t customer) {
    const auto read = storage.card(1, customer);
    return read.ok() ? read->value_or(Card{}) : Card{};
  }
  CardModel look(CardService& service, int64_t customer = kHanakoCard) {
    const auto card = service.card(shop, customer);
    EXPECT_TRUE(card.ok());
    return card.ok() ? *card : CardModel{};
  }
  size_t writes_waiting() { return storage.outbox().size(); }
  size_t writes_waiting(OutboxKind kind) {
    const auto rows = storage.outbox();
    return static_cast<size_t>(std::ranges::count_if(
        rows, [&](const auto& row) { return row.second.item.write.kind == kind; }));
  }
  void write_everything() {
    const auto leased = storage.lease_outbox(1'000, clock.now(), 1);
    for (const OutboxItem& item : *leased) ASSERT_TRUE(storage.finish_outbox(item, {}).ok());
  }

  Tenant shop{.id = 1,
              .shop_domain = "a.myshopify.com",
              .shop_name = "Café Neko",
              .contract_id = "sb_1",
              .installed = true,
              .settings = {}};
  fakes::ManualClock clock;
  fakes::FakeStorage storage;
  fakes::FakePos pos{clock};
  fakes::InlineBackground at_once;
  fakes::HeldBackground held;
  std::vector<std::string> said;
  CardService::Ports ports(Background& background) {
    return {storage, pos, clock, background,
            [this](std::string_view line) { said.emplace_back(line); }};
  }
  CardService service{ports(at_once)};
};

TEST_F(CardTest, ACustomerWithoutALinkHasNotJoinedAndCostsNoLookup) {
  const CardModel card = look(service);
  EXPECT_EQ(card.state, CardState::kNotJoined);
  EXPECT_EQ(card.programme, "Café Neko");
  EXPECT_EQ(card.code, "");
  EXPECT_EQ(pos.calls(), 0);
}

TEST_F(CardTest, AJoiningCustomerSeesTheCodeAtOnce) {
  ASSERT_TRUE(storage
                  .apply(1, {change::PutLink{.link = {.customer_id = kHanakoCard,
                                                      .code = "T0000000000000",
                                                      .pos_member_id = "",
                                                      .state = LinkState::kJoining,
                                                      .joined_at = 1}}})
                  .ok());
  const CardModel card = look(service);
  EXPECT_EQ(card.state, CardState::kRegistering);
  EXPECT_EQ(card.code, "T0000000000000");
  EXPECT_EQ(pos.calls(), 0);
}

TEST_F(CardTest, TheFirstLookBringsFiguresWithTheirTimeAndPublishesThem) {
  link(kHanakoCard, "CARD-1", 2340);
  const CardModel card = look(service);
  EXPECT_EQ(card.state, CardState::kReady);
  EXPECT_EQ(card.customer, "7001");
  EXPECT_EQ(card.code, "CARD-1");
  EXPECT_EQ(card.rank, "ゴールド");
  EXPECT_EQ(card.holder, "山田 花子");
  EXPECT_TRUE(card.has_points);
  EXPECT_EQ(card.points, 2340);
  EXPECT_EQ(card.as_of, clock.now());
  EXPECT_EQ(pos.calls("member"), 1);
  EXPECT_EQ(pos.calls("points"), 1);
  EXPECT_EQ(writes_waiting(), 1U);
}

TEST_F(CardTest, PointsSpentAtTheTillShowAtTheNextPoll) {
  const std::string id = link(kHanakoCard, "CARD-1", 100);
  ASSERT_EQ(look(service).points, 100);
  pos.set_points(id, 40);
  clock.advance(3);
  EXPECT_EQ(look(service).points, 40);
}

TEST_F(CardTest, AReadingOfPointsThatMeetsAWithdrawalOnAnotherServerBringsNothingBack) {
  const std::string id = link(kHanakoCard, "CARD-1", 100);
  ASSERT_EQ(look(service).points, 100);
  pos.set_points(id, 40);
  clock.advance(3);
  pos.on_call = [&] { EXPECT_TRUE(storage.apply(1, {change::ForgetFigures{kHanakoCard}}).ok()); };
  (void)look(service);
  EXPECT_FALSE(stored(kHanakoCard).snapshot.has_value());
}

TEST_F(CardTest, PollsWithinTheFreshTimeCostNothingAndTheMemberIsReadRarely) {
  link(kHanakoCard, "CARD-1", 100);
  for (int i = 0; i < 50; ++i) (void)look(service);
  EXPECT_EQ(pos.calls(), 2);
  for (Seconds passed = 0; passed < kMemberFreshSeconds; passed += 3) {
    clock.advance(3);
    (void)look(service);
  }
  EXPECT_EQ(pos.calls("member"), 2);
  EXPECT_EQ(pos.calls("points"), 1 + static_cast<int>(kMemberFreshSeconds / 3));
}

TEST_F(CardTest, UnchangedFiguresAreNeitherPublishedNorStoredAtEachPoll) {
  link(kHanakoCard, "CARD-1", 100);
  (void)look(service);
  write_everything();
  int applied = 0;
  storage.before_apply = [&] { ++applied; };
  for (Seconds passed = 0; passed < kAsOfWriteSeconds; passed += 3) {
    clock.advance(3);
    EXPECT_EQ(look(service).as_of, clock.now());
  }
  EXPECT_EQ(applied, 1);
  EXPECT_EQ(writes_waiting(), 0U);
}

struct Happening {
  const char* what;
  void (*happens)(fakes::FakePos&, const std::string&);
  bool tag = false;  // of the customer in the shop follows
};
class PublishedChanges : public CardTest, public testing::WithParamInterface<Happening> {};

TEST_P(PublishedChanges, AreWrittenToTheShop) {
  const std::string id = link(kHanakoCard, "CARD-1", 100);
  (void)look(service);
  write_everything();
  GetParam().happens(pos, id);
  clock.advance(kMemberFreshSeconds);
  (void)look(service);
  EXPECT_EQ(writes_waiting(OutboxKind::kWriteCard), 1U) << GetParam().what;
  EXPECT_EQ(writes_waiting(OutboxKind::kTagCustomer), GetParam().tag ? 1U : 0U) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    Table, PublishedChanges,
    testing::Values(Happening{"points", [](auto& pos, const auto& id) { pos.set_points(id, 99); }},
                    Happening{"code",
                              [](auto& pos, const auto& id) {
                                pos.edit_member(id, [](PosMember& m) { m.code = "CARD-2"; });
                              },
                              true},
                    Happening{"rank",
                              [](auto& pos, const auto& id) {
                                pos.edit_member(id, [](PosMember& m) { m.rank = "シルバー"; });
                              }},
                    Happening{"name",
                              [](auto& pos, const auto& id) {
                                pos.edit_member(id, [](PosMember& m) {
                                  m.fields[MemberField::kLastName] = "佐藤";
                                });
                              }},
                    Happening{"stopped",
                              [](auto& pos, const auto& id) {
                                pos.edit_member(id, [](PosMember& m) { m.status = 1; });
                              },
                              true},
                    Happening{"gone", [](auto& pos, const auto& id) { pos.remove_member(id); },
                              true}));

TEST_F(CardTest, TheCodeThatSmaregiHasIsTheOneShown) {
  const std::string id = link(kHanakoCard, "CARD-1", 100);
  pos.edit_member(id, [](PosMember& member) { member.code = "CARD-9"; });
  EXPECT_EQ(look(service).code, "CARD-9");
  EXPECT_EQ(stored(kHanakoCard).link.code, "CARD-9");
}

TEST_F(CardTest, ACodeThatIsAnotherCustomersHereIsNotTakenOver) {
  const std::string id = link(kHanakoCard, "CARD-1", 100);
  link(kTaro, "CARD-2", 5);
  pos.edit_member(id, [](PosMember& member) { member.code = "CARD-2"; });
  const CardModel card = look(service);
  EXPECT_EQ(card.code, "CARD-1");
  EXPECT_EQ(card.points, 100) << "the figures are true all the same";
  EXPECT_EQ(look(service, kTaro).code, "CARD-2");
}

class StatusAtTheTill : public CardTest, public testing::WithParamInterface<int> {};
TEST_P(StatusAtTheTill, StopsTheCardAndBringsItBack) {
  const std::string id = link(kHanakoCard, "CARD-1", 100);
  (void)look(service);
  pos.edit_member(id, [](PosMember& member) { member.status = GetParam(); });
  clock.advance(kMemberFreshSeconds);
  EXPECT_EQ(look(service).state, CardState::kStopped);
  EXPECT_EQ(stored(kHanakoCard).link.state, LinkState::kStopped);
  pos.edit_member(id, [](PosMember& member) { member.status = 0; });
  clock.advance(kMemberFreshSeconds);
  EXPECT_EQ(look(service).state, CardState::kReady);
}
INSTANTIATE_TEST_SUITE_P(StoppedLostWithdrawnMerged, StatusAtTheTill, testing::Values(1, 2, 3, 4));

TEST_F(CardTest, AMemberThatSmaregiDeletedIsStoppedWithOneAuditRow) {
  const std::string id = link(kHanakoCard, "CARD-1", 100);
  (void)look(service);
  pos.remove_member(id);
  for (int i = 0; i < 3; ++i) {
    clock.advance(kMemberFreshSeconds);
    EXPECT_EQ(look(service).state, CardState::kStopped);
  }
  EXPECT_EQ(storage.audits().size(), 1U);
}

TEST_F(CardTest, AReplyAboutAnotherMemberIsNeverShownNorStored) {
  link(kHanakoCard, "CARD-1", 2340);
  pos.answers_other_member = true;
  const CardModel card = look(service);
  EXPECT_EQ(card.state, CardState::kStale);
  EXPECT_FALSE(card.has_points);
  EXPECT_FALSE(stored(kHanakoCard).snapshot.has_value());
  EXPECT_FALSE(said.empty());
}

TEST_F(CardTest, TwoShopsWithTheSameCustomerIdDoNotMeet) {
  link(kHanakoCard, "CARD-1", 100);
  Tenant other = shop;
  other.id = 2;
  storage.put_tenant(other);
  EXPECT_EQ(look(service).points, 100);
  EXPECT_EQ(service.card(other, kHanakoCard)->state, CardState::kNotJoined);
}

// ---- Smaregi is down or slow

TEST_F(CardTest, ADeadSmaregiMarksTheFiguresStaleAndTheyRecoverAlone) {
  const std::string id = link(kHanakoCard, "CARD-1", 100);
  const Seconds read_at = clock.now();
  (void)look(service);
  pos.failures.down = true;
  pos.set_points(id, 70);
  clock.advance(3);
  const CardModel card = look(service);
  EXPECT_EQ(card.state, CardState::kStale);
  EXPECT_EQ(card.points, 100);
  EXPECT_EQ(card.as_of, read_at);

  pos.failures.down = false;
  for (Seconds waited = 0; waited <= 9; waited += 3) {
    clock.advance(3);
    (void)look(service);
  }
  EXPECT_EQ(look(service).state, CardState::kReady);
  EXPECT_EQ(look(service).points, 70);
}

TEST_F(CardTest, ADeadSmaregiCostsNothingAfterAFewFailures) {
  for (int64_t customer = 1; customer <= 300; ++customer) {
    link(customer, "CARD-" + std::to_string(customer), 1);
  }
  pos.failures.down = true;
  for (int64_t customer = 1; customer <= 300; ++customer) (void)look(service, customer);
  EXPECT_LE(pos.calls(), kCircuitFailures + 1);
  clock.advance(kCircuitOpenSeconds);
  const int before = pos.calls();
  for (int64_t customer = 1; customer <= 300; ++customer) (void)look(service, customer);
  EXPECT_EQ(pos.calls(), before + 1) << "one lookup sees whether Smaregi is back";
}

TEST_F(CardTest, OneFailureOfOneMemberDoesNotMarkTheOthersStale) {
  link(kHanakoCard, "CARD-1", 100);
  link(kTaro, "CARD-2", 5);
  (void)look(service);
  (void)look(service, kTaro);
  bool once = true;
  pos.failures.fails = [&] { return std::exchange(once, false); };
  clock.advance(3);
  EXPECT_EQ(look(service).state, CardState::kStale);
  EXPECT_EQ(look(service, kTaro).state, CardState::kReady);
}

TEST_F(CardTest, ALookupThatIsStillWaitingIsAnsweredWithTheLastKnownFigures) {
  CardService slow(ports(held));
  const std::string id = link(kHanakoCard, "CARD-1", 100);
  ASSERT_TRUE(slow.refresh(shop, kHanakoCard, CardService::Want::kMember).ok());
  pos.set_points(id, 40);
  clock.advance(3);
  const CardModel first = look(slow);
  EXPECT_EQ(first.state, CardState::kReady);
  EXPECT_EQ(first.points, 100);
  clock.advance(kLookupSlowSeconds + 1);
  EXPECT_EQ(look(slow).state, CardState::kStale) << "the lookup has been under way for too long";
  EXPECT_EQ(held.waiting(), 1U) << "and no second one was started";
  held.run_all();
  EXPECT_EQ(look(slow).points, 40);
  EXPECT_EQ(look(slow).state, CardState::kReady);
}

TEST_F(CardTest, AFullQueueIsAnsweredFromWhatIsKnown) {
  CardService busy(ports(held));
  link(kHanakoCard, "CARD-1", 100);
  held.full = true;
  const CardModel card = look(busy);
  EXPECT_EQ(card.state, CardState::kReady);
  EXPECT_EQ(card.code, "CARD-1");
  EXPECT_FALSE(card.has_points);
  held.full = false;
  (void)look(busy);
  held.run_all();
  EXPECT_EQ(look(busy).points, 100);
}

TEST_F(CardTest, ALookupThatThePoolDropsLeavesNobodyWaiting) {
  CardService busy(ports(held));
  link(kHanakoCard, "CARD-1", 100);
  (void)look(busy);
  ASSERT_EQ(held.waiting(), 1U);
  held.drop_all();
  EXPECT_TRUE(busy.refresh(shop, kHanakoCard, CardService::Want::kMember).ok());
  EXPECT_EQ(look(busy).points, 100);
}

TEST_F(CardTest, ADatabaseThatFailsIsUnavailable) {
  link(kHanakoCard, "CARD-1", 100);
  storage.down = true;
  const auto card = service.card(shop, kHanakoCard);
  ASSERT_FALSE(card.ok());
  EXPECT_EQ(card.error().code, ErrorCode::kUnavailable);
}

TEST_F(CardTest, AnotherProcessesNewsIsSeenWithinTheFreshTime) {
  const std::string id = link(kHanakoCard, "CARD-1", 100);
  CardService other(ports(at_once));
  (void)look(service);
  pos.set_points(id, 55);
  clock.advance(1);
  ASSERT_TRUE(other.refresh(shop, kHanakoCard, CardService::Want::kPoints).ok());
  clock.advance(1);
  pos.failures.down = true;
  EXPECT_EQ(look(service).points, 55);
}

TEST_F(CardTest, ADroppedCardIsGoneAtOnce) {
  link(kHanakoCard, "CARD-1", 100);
  (void)look(service);
  ASSERT_TRUE(service.drop(1, kHanakoCard, {}).ok());
  EXPECT_EQ(look(service).state, CardState::kNotJoined);
  EXPECT_TRUE(storage.cards(1).empty());
}

TEST_F(CardTest, ALookupUnderWayDoesNotBringADroppedCardBack) {
  const std::string id = link(kHanakoCard, "CARD-1", 100);
  fakes::ThreadBackground threads(2);
  std::thread dropping;
  bool once = true;
  // While Smaregi is being asked, the customer is deleted; the deletion waits for the lookup to
  // end.
  pos.on_call = [&] {
    if (!std::exchange(once, false)) return;
    pos.edit_member(id, [](PosMember& member) { member.status = 1; });
    dropping = std::thread([&] { EXPECT_TRUE(service.drop(1, kHanakoCard, {}).ok()); });
  };
  (void)look(service);
  dropping.join();
  EXPECT_TRUE(storage.cards(1).empty());
  EXPECT_EQ(look(service).state, CardState::kNotJoined);
}

TEST_F(CardTest, AWorkersRefreshIsNeverSatisfiedByALookupThatBeganBefore) {
  CardService slow(ports(held));
  link(kHanakoCard, "CARD-1", 100);
  (void)look(slow);  // its lookup waits in the queue
  ASSERT_EQ(held.waiting(), 1U);
  std::thread worker(
      [&] { EXPECT_TRUE(slow.refresh(shop, kHanakoCard, CardService::Want::kPoints).ok()); });
  held.run_all();
  worker.join();
  EXPECT_GE(pos.calls("points"), 2);
}

TEST(CardConcurrency, TwoHundredParallelColdRequestsCostOneLookupOfEachKind) {
  fakes::ManualClock clock;
  fakes::FakeStorage storage;
  fakes::FakePos pos(clock);
  fakes::ThreadBackground background(8);
  CardService service({storage, pos, clock, background});
  Tenant shop{.id = 1,
              .shop_domain = "a.myshopify.com",
              .shop_name = "A",
              .contract_id = "sb_1",
              .installed = true,
              .settings = {}};
  const std::string id =
      pos.add_member({.member_id = "",
                      .code = "CARD-1",
                      .rank = "",
                      .fields = {{MemberField::kLastName, "-"}, {MemberField::kFirstName, "-"}}},
                     42);
  ASSERT_TRUE(storage
                  .apply(1, {change::PutLink{.link = {.customer_id = kHanakoCard,
                                                      .code = "CARD-1",
                                                      .pos_member_id = id,
                                                      .state = LinkState::kLinked}}})
                  .ok());
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  threads.reserve(200);
  for (int i = 0; i < 200; ++i) {
    threads.emplace_back([&] {
      const auto card = service.card(shop, kHanakoCard);
      if (card.ok() && card->points == 42 && card->state == CardState::kReady) ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 200);
  EXPECT_EQ(pos.calls("member"), 1);
  EXPECT_EQ(pos.calls("points"), 1);
}

// ---- the metafield

TEST(CardMetafield, HasTheDocumentedShape) {
  Tenant shop{.id = 1,
              .shop_domain = "a.myshopify.com",
              .shop_name = "Café",
              .contract_id = "sb_1",
              .installed = true,
              .settings = {}};
  Card card;
  card.link = {kHanakoCard, "T0123456789012", "5", LinkState::kLinked, 1};
  card.snapshot =
      CardSnapshot{kHanakoCard, true, -20, "2026-12-31", "<b>金</b>", "山田 花子", 1'790'000'000};
  const auto metafield = card_metafield(shop, card);
  ASSERT_TRUE(metafield.ok()) << metafield.error().message;
  EXPECT_EQ(metafield->customer_id, kHanakoCard);
  const auto json = nlohmann::json::parse(metafield->json);
  EXPECT_EQ(json["v"], 1);
  EXPECT_EQ(json["state"], "ready");
  EXPECT_EQ(json["programme"], "Café");
  EXPECT_EQ(json["code"], "T0123456789012");
  EXPECT_EQ(json["rank"], "<b>金</b>");
  EXPECT_EQ(json["has_points"], true);
  EXPECT_EQ(json["points"], -20);
  EXPECT_EQ(json["expires_on"], "2026-12-31");
  EXPECT_EQ(json["as_of"], 1'790'000'000);
  const auto first = draw(Symbology::kCode128, "T0123456789012");
  const auto second = draw(Symbology::kQr, "T0123456789012");
  EXPECT_EQ(json["first"]["symbology"], "code128");
  EXPECT_EQ(json["first"]["width"], first->width);
  EXPECT_EQ(json["first"]["height"], 1);
  EXPECT_EQ(json["first"]["path"], first->path);
  EXPECT_EQ(json["second"]["symbology"], "qr");
  EXPECT_EQ(json["second"]["path"], second->path);
}

TEST(CardMetafield, ACodeThatTheSymbologyCannotCarryIsDrawnAsCode128) {
  Tenant shop;
  shop.settings.symbology = Symbology::kEan13;
  shop.settings.second_symbology = Symbology::kNw7;
  Card card;
  card.link = {kHanakoCard, "plastic card 1", "5", LinkState::kJoining, 1};
  const auto metafield = card_metafield(shop, card);
  ASSERT_TRUE(metafield.ok());
  const auto json = nlohmann::json::parse(metafield->json);
  EXPECT_EQ(json["state"], "registering");
  EXPECT_EQ(json["first"]["symbology"], "code128");
  EXPECT_FALSE(json.contains("second"));
  EXPECT_EQ(json["has_points"], false);
}

}  // namespace
}  // namespace tsunagi
