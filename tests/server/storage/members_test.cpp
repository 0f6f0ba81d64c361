// Links, codes, cards, favourites and pins.

#include <gmock/gmock.h>

#include <thread>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class MembersTest : public StorageTest {
 protected:
  [[nodiscard]] std::optional<Card> card(int64_t customer_id, TenantId tenant = kShop) const {
    auto found = db().card(tenant, customer_id);
    EXPECT_OK(found);
    return found.ok() ? *found : std::nullopt;
  }
  [[nodiscard]] int64_t points(int64_t customer_id) const {
    const auto found = card(customer_id);
    return found && found->snapshot ? found->snapshot->points : -1;
  }
  Result<Done> pin(const std::string& code, bool pinned = true, int64_t customer_id = 1) {
    return db().apply(kShop, {change::SetPin{customer_id, code, pinned}});
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, MembersTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(MembersTest, ALinkComesBackAsItWasPut) {
  apply({change::PutLink{{.customer_id = 1,
                          .code = "T0123456789012",
                          .pos_member_id = "88",
                          .state = LinkState::kLinked,
                          .joined_at = kNow}}});
  const auto found = card(1);
  ASSERT_TRUE(found);
  EXPECT_EQ(1, found->link.customer_id);
  EXPECT_EQ("T0123456789012", found->link.code);
  EXPECT_EQ("88", found->link.pos_member_id);
  EXPECT_EQ(LinkState::kLinked, found->link.state);
  EXPECT_EQ(kNow, found->link.joined_at);
  EXPECT_FALSE(found->snapshot);
  EXPECT_EQ(1, (*db().card_by_member(kShop, "88"))->link.customer_id);
  EXPECT_FALSE(card(1, kOtherShop));
  EXPECT_FALSE(db().card_by_member(kOtherShop, "88")->has_value());
}

TEST_P(MembersTest, ALinkIsReplacedByCustomer) {
  for (const LinkState state : {LinkState::kJoining, LinkState::kLinked, LinkState::kStopped}) {
    MemberLink changed = link(1, "T1", state == LinkState::kJoining ? "" : "88");
    changed.state = state;
    apply({change::PutLink{changed}});
    EXPECT_EQ(state, card(1)->link.state);
  }
  EXPECT_EQ(1, database_->number("SELECT COUNT(*) FROM member_link"));
}

TEST_P(MembersTest, NobodyIsFoundByNoMemberId) {
  apply({change::PutLink{link(1, "T1")}, change::PutLink{link(2, "T2")}});
  EXPECT_FALSE(db().card_by_member(kShop, "")->has_value());
}

TEST_P(MembersTest, OfTwoJoinsAtOnceTheFirstWins) {
  apply({change::PutLink{.link = link(1, "T1"), .only_new = true}});
  EXPECT_ERROR(ErrorCode::kConflict,
               db().apply(kShop, {change::PutLink{.link = link(1, "T2"), .only_new = true}}));
  EXPECT_EQ("T1", card(1)->link.code);
  EXPECT_FALSE(db().code_owner(kShop, "T2")->has_value()) << "the code of the loser is not used up";
}

TEST_P(MembersTest, ACodeBelongsToOneCustomerOfAShop) {
  apply({change::PutLink{link(1, "T1")}});
  EXPECT_ERROR(ErrorCode::kConflict, db().apply(kShop, {change::PutLink{link(2, "T1")}}));
  EXPECT_FALSE(card(2));
  apply({change::PutLink{link(2, "T1")}}, kOtherShop);
  EXPECT_EQ(2, card(2, kOtherShop)->link.customer_id);
}

TEST_P(MembersTest, ACodeOfThePastIsNotGivenToSomebodyElse) {
  apply({change::PutLink{link(1, "T1")}});
  apply({change::PutLink{link(1, "T2")}});
  EXPECT_ERROR(ErrorCode::kConflict, db().apply(kShop, {change::PutLink{link(2, "T1")}}));
  apply({change::PutLink{link(1, "T1")}});
  EXPECT_EQ("T1", card(1)->link.code);
}

TEST_P(MembersTest, ACodeOfADroppedLinkIsNeverIssuedAgain) {
  apply({change::PutLink{link(1, "T1")}});
  apply({change::PutLink{link(1, "T2")}});
  apply({change::DropLink{1}});
  for (const char* code : {"T1", "T2"}) {
    EXPECT_TRUE(db().code_owner(kShop, code)->has_value());
    EXPECT_ERROR(ErrorCode::kConflict, db().apply(kShop, {change::PutLink{link(2, code)}}));
    EXPECT_ERROR(ErrorCode::kConflict, db().apply(kShop, {change::PutLink{link(1, code)}}));
  }
  EXPECT_FALSE(db().code_owner(kShop, "T3")->has_value());
  EXPECT_FALSE(db().code_owner(kOtherShop, "T1")->has_value());
  EXPECT_EQ(0, database_->number("SELECT COUNT(*) FROM member_code WHERE customer_id = 1"))
      << "nothing of the customer stays";
}

TEST_P(MembersTest, ThatSomebodyLeftStaysKnownAndNothingElse) {
  apply({change::PutLink{link(1, "T1")}, change::PutLink{link(2, "T2")}});
  apply({change::DropLink{1}, change::DropLink{.customer_id = 2, .left = false},
         change::DropLink{3}});
  EXPECT_TRUE(*db().was_member(kShop, 1));
  EXPECT_FALSE(*db().was_member(kShop, 2)) << "who lost the contract did not leave";
  EXPECT_FALSE(*db().was_member(kShop, 3)) << "who was none cannot leave";
  EXPECT_FALSE(*db().was_member(kOtherShop, 1));
  apply({change::PutLink{link(1, "T4")}});
  apply({change::DropLink{1}});
  EXPECT_TRUE(*db().was_member(kShop, 1));
}

TEST_P(MembersTest, APosMemberBelongsToOneCustomer) {
  apply({change::PutLink{link(1, "T1", "88")}});
  EXPECT_ERROR(ErrorCode::kConflict, db().apply(kShop, {change::PutLink{link(2, "T2", "88")}}));
  EXPECT_FALSE(card(2));
  EXPECT_FALSE(db().code_owner(kShop, "T2")->has_value());
  apply({change::PutLink{link(1, "T1")}});
  apply({change::PutLink{link(2, "T2", "88")}});
  EXPECT_EQ(2, (*db().card_by_member(kShop, "88"))->link.customer_id);
}

TEST_P(MembersTest, RefusesALinkWithoutACodeOrWithALongOne) {
  EXPECT_ERROR(ErrorCode::kInvalid, db().apply(kShop, {change::PutLink{link(1, "")}}));
  apply({change::PutLink{link(1, std::string(255, 'c'), std::string(255, 'm'))}});
  EXPECT_ERROR(ErrorCode::kInvalid,
               db().apply(kShop, {change::PutLink{link(1, std::string(256, 'c'))}}));
  EXPECT_ERROR(ErrorCode::kInvalid,
               db().apply(kShop, {change::PutLink{link(1, "c", std::string(256, 'm'))}}));
}

TEST_P(MembersTest, ASnapshotComesBackAsItWasPut) {
  const CardSnapshot put = {.customer_id = 1,
                            .has_points = true,
                            .points = -12,
                            .points_expire_on = "2026-12-31",
                            .rank = "ゴールド",
                            .holder = "山田 \"太郎\" 'O''Neil' {{ x }} 🎴",
                            .as_of = kNow};
  apply({change::PutLink{link(1, "T1")}, change::PutSnapshot{put}});
  reopen();
  const auto found = card(1);
  ASSERT_TRUE(found && found->snapshot);
  EXPECT_EQ(1, found->snapshot->customer_id);
  EXPECT_TRUE(found->snapshot->has_points);
  EXPECT_EQ(put.points, found->snapshot->points);
  EXPECT_EQ(put.points_expire_on, found->snapshot->points_expire_on);
  EXPECT_EQ(put.rank, found->snapshot->rank);
  EXPECT_EQ(put.holder, found->snapshot->holder);
  EXPECT_EQ(put.as_of, found->snapshot->as_of);
}

TEST_P(MembersTest, AnOlderSnapshotNeverOverwritesANewerOne) {
  apply({change::PutLink{link(1, "T1")}});
  struct Step {
    int64_t points;
    Seconds as_of;
    int64_t shown;
  };
  for (const Step& step : {Step{10, kNow, 10}, Step{20, kNow - 1, 10}, Step{30, kNow, 30},
                           Step{40, kNow + 1, 40}, Step{50, 0, 40}}) {
    apply({change::PutSnapshot{snapshot(1, step.points, step.as_of)}});
    EXPECT_EQ(step.shown, points(1)) << step.as_of;
  }
}

TEST_P(MembersTest, AReadingThatBeganBeforeTheFiguresWereForgottenBringsNothingBack) {
  apply({change::PutLink{link(1, "T1")}, change::PutSnapshot{snapshot(1, 10, kNow)}});
  apply({change::PutSnapshot{snapshot(1, 20, kNow + 1), /*anew=*/false}});
  EXPECT_EQ(20, points(1));
  apply({change::PutSnapshot{snapshot(1, 30, kNow), /*anew=*/false}});
  EXPECT_EQ(20, points(1)) << "an older one";
  apply({change::ForgetFigures{1}});
  apply({change::PutSnapshot{snapshot(1, 40, kNow + 2), /*anew=*/false}});
  EXPECT_FALSE(card(1)->snapshot.has_value());
  apply({change::PutSnapshot{snapshot(1, 50, kNow + 2)}});
  EXPECT_EQ(50, points(1)) << "who is back";
}

TEST_P(MembersTest, WhoWaitsIsListedWithWhatIsMissing) {
  MemberLink waits = link(2, "T2");
  waits.missing = {"last_kana", "faxNumber"};
  MemberLink older = link(3, "T3");
  older.missing = {"sex"};
  older.joined_at = waits.joined_at - 1;
  apply({change::PutLink{link(1, "T1")}, change::PutLink{waits}, change::PutLink{older}});
  const auto listed = db().waiting_links(kShop, 10);
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(2u, listed->size());
  EXPECT_EQ(3, listed->front().customer_id);
  EXPECT_EQ(waits.missing, listed->back().missing);
  EXPECT_EQ(waits.missing, card(2)->link.missing);
  EXPECT_EQ(1u, db().waiting_links(kShop, 1)->size());
  EXPECT_EQ(ErrorCode::kInvalid, db().waiting_links(kShop, 0).error().code);
  waits.missing.clear();
  apply({change::PutLink{waits}, change::DropLink{3}});
  EXPECT_TRUE(db().waiting_links(kShop, 10)->empty());
}

TEST_P(MembersTest, WhatACustomerGaveIsKeptUntilItIsReplacedOrTheLinkGoes) {
  using enum MemberField;
  apply({change::PutGivenFields{1, {{kSex, "1"}}}});
  EXPECT_TRUE(db().given_fields(kShop, 1)->empty()) << "nobody's";
  apply({change::PutLink{link(1, "T1")}, change::PutLink{link(2, "T2")},
         change::PutGivenFields{1, {{kLastKana, "ヤマダ"}, {kSex, "1"}}},
         change::PutGivenFields{2, {{kPhone, "03-1111-2222"}}}});
  EXPECT_EQ((FieldChanges{{kLastKana, "ヤマダ"}, {kSex, "1"}}), *db().given_fields(kShop, 1));
  apply({change::PutGivenFields{1, {{kSex, "2"}}}});
  EXPECT_EQ((FieldChanges{{kSex, "2"}}), *db().given_fields(kShop, 1));
  apply({change::DropLink{1}});
  EXPECT_TRUE(db().given_fields(kShop, 1)->empty());
  EXPECT_EQ(1u, db().given_fields(kShop, 2)->size());
}

TEST_P(MembersTest, WhatACustomerGaveAfterTheRegistrationIsNotKept) {
  using enum MemberField;
  MemberLink joining = link(1, "T1");
  apply({change::PutLink{joining}, change::PutGivenFields{1, {{kSex, "1"}}}});
  for (const LinkState state : {LinkState::kLinked, LinkState::kStopped}) {
    joining.state = state;
    apply({change::PutLink{joining}, change::PutGivenFields{1, {}}});
    EXPECT_ERROR(ErrorCode::kConflict,
                 db().apply(kShop, {change::PutGivenFields{1, {{kPhone, "03-1111-2222"}}},
                                    change::Audit{"customer", "fields", "customer 1", ""}}));
    EXPECT_TRUE(db().given_fields(kShop, 1)->empty());
  }
  EXPECT_EQ(0, database_->number("SELECT COUNT(*) FROM audit")) << "all or nothing";
}

// Whichever of the two is first: what was given goes with the registration or is refused.
TEST_P(MembersTest, AnAnswerAndTheRegistrationAtOnceLeaveNothingGiven) {
  constexpr int kRounds = 40;
  for (int round = 1; round <= kRounds; ++round) {
    MemberLink one = link(round, "T" + std::to_string(round));
    apply({change::PutLink{one}});
    one.state = LinkState::kLinked;
    std::jthread answer([&] {
      (void)db().apply(kShop, {change::PutGivenFields{round, {{MemberField::kSex, "1"}}}});
    });
    EXPECT_OK(db().apply(kShop, {change::PutLink{one}, change::PutGivenFields{round, {}}}));
    answer.join();
    ASSERT_TRUE(db().given_fields(kShop, round)->empty()) << "round " << round;
  }
}

TEST_P(MembersTest, AMovedLinkTakesEverythingOfItAlong) {
  MemberLink linked = link(1, "T1", "88");
  apply({change::PutLink{linked}, change::PutGivenFields{1, {{MemberField::kSex, "1"}}}});
  linked.state = LinkState::kLinked;
  apply({change::PutLink{linked}, change::PutSnapshot{snapshot(1, 5, kNow)},
         change::PutFieldPrints{1, "{}"}, change::SetFavourite{1, "3"},
         change::SetPin{1, "p", true}, change::SetPin{2, "own", true}});
  apply({change::MoveLink{.from = 1, .to = 2}});
  EXPECT_FALSE(card(1));
  EXPECT_EQ("T1", card(2)->link.code);
  EXPECT_EQ(5, points(2));
  EXPECT_EQ("3", *db().favourite(kShop, 2));
  EXPECT_THAT(*db().pins(kShop, 2), testing::ElementsAre("own"));
  EXPECT_TRUE(db().pins(kShop, 1)->empty());
  EXPECT_EQ("", *db().field_prints(kShop, 2)) << "the next look is the first";
  EXPECT_EQ(1u, db().given_fields(kShop, 2)->size());
  EXPECT_EQ(ErrorCode::kConflict, db().apply(kShop, {change::PutLink{link(3, "T1")}}).error().code)
      << "the code is the new owner's";
  apply({change::PutLink{link(4, "T4")}});
  EXPECT_EQ(ErrorCode::kConflict, db().apply(kShop, {change::MoveLink{4, 2}}).error().code);
  EXPECT_ERROR(ErrorCode::kConflict, db().apply(kShop, {change::MoveLink{.from = 99, .to = 5}}));
  EXPECT_FALSE(card(5));
}

TEST_P(MembersTest, LinksAreListedInTheOrderOfTheirMembersNumbers) {
  int64_t customer = 1;
  for (const char* member : {"100", "9", "20", "1000", "99"}) {
    apply({change::PutLink{link(customer, "T" + std::to_string(customer), member)}});
    ++customer;
  }
  apply({change::PutLink{link(customer, "T-joining")}});
  const auto after = [&](const std::string& member, int limit) {
    std::vector<std::string> ids;
    for (const MemberLink& one : value(db().links_by_member(kShop, member, limit))) {
      ids.push_back(one.pos_member_id);
    }
    return ids;
  };
  EXPECT_THAT(after("", 10), ElementsAre("9", "20", "99", "100", "1000"));
  EXPECT_THAT(after("20", 2), ElementsAre("99", "100"));
  EXPECT_THAT(after("50", 1), ElementsAre("99"));
  EXPECT_THAT(after("1000", 1), IsEmpty());
  EXPECT_THAT(value(db().links_by_member(kOtherShop, "", 9)), IsEmpty());
  EXPECT_ERROR(ErrorCode::kInvalid, db().links_by_member(kShop, "", 0));
}

TEST_P(MembersTest, ALateSnapshotDoesNotBringAnErasedCustomerBack) {
  apply({change::PutLink{link(1, "T1")}});
  apply({change::DropLink{1}});
  apply({change::PutSnapshot{snapshot(1, 10, kNow)}});
  EXPECT_FALSE(card(1));
  EXPECT_EQ(0, database_->number("SELECT COUNT(*) FROM card_snapshot"));
}

TEST_P(MembersTest, DroppingALinkTakesEverythingOfTheCustomer) {
  for (const int64_t customer_id : {1, 2}) {
    apply({change::PutLink{link(customer_id, "T" + std::to_string(customer_id))},
           change::PutSnapshot{snapshot(customer_id, 5, kNow)},
           change::PutFieldPrints{customer_id, R"({"salt":"a"})"},
           change::SetFavourite{customer_id, "3"}, change::SetPin{customer_id, "p", true}});
  }
  apply({change::DropLink{1}});
  apply({change::PutFieldPrints{1, "late"}});
  EXPECT_FALSE(card(1));
  EXPECT_EQ("", *db().field_prints(kShop, 1));
  EXPECT_EQ(R"({"salt":"a"})", *db().field_prints(kShop, 2));
  EXPECT_EQ("", *db().favourite(kShop, 1));
  EXPECT_THAT(*db().pins(kShop, 1), IsEmpty());
  EXPECT_EQ(5, points(2));
  EXPECT_EQ("3", *db().favourite(kShop, 2));
  EXPECT_THAT(*db().pins(kShop, 2), ElementsAre("p"));
  apply({change::DropLink{1}});
}

TEST_P(MembersTest, CardsComeInPagesByCustomer) {
  constexpr int64_t kCustomers[] = {30, 10, 20, 9'007'199'254'740'993};
  for (const int64_t customer_id : kCustomers) {
    apply({change::PutLink{link(customer_id, "T" + std::to_string(customer_id))},
           change::PutSnapshot{snapshot(customer_id, customer_id, kNow)}});
  }
  apply({change::PutLink{link(15, "T15")}}, kOtherShop);
  const auto ids = [&](int64_t after, int limit) {
    std::vector<int64_t> ids;
    for (const Card& card : value(db().cards_after(kShop, after, limit))) {
      EXPECT_EQ(card.link.customer_id, card.snapshot->points) << "another member's figures";
      ids.push_back(card.link.customer_id);
    }
    return ids;
  };
  EXPECT_THAT(ids(0, 2), ElementsAre(10, 20));
  EXPECT_THAT(ids(20, 2), ElementsAre(30, 9'007'199'254'740'993));
  EXPECT_THAT(ids(9'007'199'254'740'993, 2), IsEmpty());
  EXPECT_ERROR(ErrorCode::kInvalid, db().cards_after(kShop, 0, 0));
}

TEST_P(MembersTest, AFavouriteIsReplacedAndRemoved) {
  EXPECT_EQ("", *db().favourite(kShop, 1));
  apply({change::SetFavourite{1, "3"}});
  apply({change::SetFavourite{1, "4"}});
  EXPECT_EQ("4", *db().favourite(kShop, 1));
  EXPECT_EQ("", *db().favourite(kShop, 2));
  apply({change::SetFavourite{1, ""}});
  EXPECT_EQ("", *db().favourite(kShop, 1));
}

TEST_P(MembersTest, PinsKeepTheirOrder) {
  for (const char* code : {"c", "a", "b", "a"}) EXPECT_OK(pin(code));
  EXPECT_THAT(*db().pins(kShop, 1), ElementsAre("c", "a", "b"));
  EXPECT_OK(pin("c", false));
  EXPECT_OK(pin("never pinned", false));
  EXPECT_OK(pin("c"));
  EXPECT_THAT(*db().pins(kShop, 1), ElementsAre("a", "b", "c"));
  EXPECT_THAT(*db().pins(kShop, 2), IsEmpty());
  EXPECT_ERROR(ErrorCode::kInvalid, pin(""));
  EXPECT_ERROR(ErrorCode::kInvalid, pin(std::string(256, 'p')));
}

TEST_P(MembersTest, AtMostFiftyPins) {
  for (int i = 1; i <= kMaxPins; ++i) EXPECT_OK(pin(std::to_string(i)));
  EXPECT_ERROR(ErrorCode::kConflict, pin("one more"));
  EXPECT_OK(pin("1"));
  EXPECT_EQ(static_cast<size_t>(kMaxPins), db().pins(kShop, 1)->size());
  EXPECT_OK(pin("one more", true, 2));
  EXPECT_OK(pin("7", false));
  EXPECT_OK(pin("one more"));
  EXPECT_EQ("one more", db().pins(kShop, 1)->back());
}

TEST_P(MembersTest, ARefusedChangeUndoesItsNeighbours) {
  apply({change::PutLink{link(1, "T1")}});
  EXPECT_ERROR(ErrorCode::kConflict,
               db().apply(kShop, {change::SetFavourite{9, "3"}, change::PutLink{link(2, "T1")},
                                  change::SetPin{9, "p", true}}));
  EXPECT_EQ("", *db().favourite(kShop, 9));
  EXPECT_THAT(*db().pins(kShop, 9), IsEmpty());
}

TEST_P(MembersTest, AnErasedShopStaysErased) {
  EXPECT_OK(db().erase_tenant(kShop));
  EXPECT_ERROR(ErrorCode::kNotFound, db().apply(kShop, {change::PutLink{link(1, "T1")}}));
  EXPECT_EQ(0, database_->number("SELECT COUNT(*) FROM member_code"));
}

TEST_P(MembersTest, TextThatNoDatabaseKeepsIsRepairedAlike) {
  CardSnapshot odd = snapshot(1, 1, kNow);
  odd.holder = std::string(
      "a\0b\xff"
      "c\xed\xa0\x80",
      8);
  apply({change::PutLink{link(1, "T1")}, change::PutSnapshot{odd}});
  EXPECT_EQ("a\uFFFDb\uFFFDc\uFFFD\uFFFD\uFFFD", card(1)->snapshot->holder);
}

}  // namespace
}  // namespace tsunagi
