// The log of mails about pick-ups, and the outbox items that send them, in both databases.

#include <gmock/gmock.h>

#include "server/domain/fnv1a.h"
#include "server/storage/address.h"
#include "server/storage/migrations/migrations.h"
#include "server/storage/session.h"
#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kOne = "pickup-number-one";
constexpr const char* kTwo = "pickup-number-two";

class PickupMailLogTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    if (IsSkipped()) return;
    apply({change::PutStock{
        {{.product_id = "20", .store_id = "1", .on_hand = 50, .changed_at = 1}}}});
  }
  static change::TellShopper tell(const std::string& id, const std::string& mail,
                                  PickupMailStep step = PickupMailStep::kPlaced) {
    return {.pickup_id = id, .mail_id = mail, .step = step};
  }
  void place(const std::string& id, int64_t customer = 7001) {
    Pickup wish;
    wish.id = id;
    wish.customer_id = customer;
    wish.store_id = "1";
    wish.code = std::to_string(100'000 + ++codes_);
    wish.page = "/a/b";
    wish.placed_at = wish.changed_at = kNow;
    wish.accept_by = kNow + 1'200;
    wish.hold_until = kNow + 3 * 86'400;
    wish.lines = {{.product_id = "20",
                   .product_code = "4920",
                   .product_name = "Tea",
                   .quantity = 1,
                   .held = 1}};
    EXPECT_OK(db().place(kShop, wish, {0}, tell(id, "placed")));
  }
  Result<Pickup> move(const std::string& id, PickupAction action, const std::string& deed,
                      const std::vector<Change>& also = {}) {
    PickupMove move;
    move.pickup_id = id;
    move.action_id = deed;
    move.action = action;
    move.actor = {.role = Role::kHeadOffice, .id = "head"};
    move.at = clock_.now();
    return db().move(kShop, move, also);
  }
  void ready(const std::string& id) {
    EXPECT_OK(move(id, PickupAction::kPick, "pick"));
    EXPECT_OK(move(id, PickupAction::kReady, "ready", {tell(id, "ready", PickupMailStep::kReady)}));
  }
  [[nodiscard]] std::vector<std::string> log(const std::string& id) const {
    std::vector<std::string> lines;
    PickupMailLog all = value(db().mails_of(kShop, {id}));
    for (const PickupMail& mail : all[id]) {
      lines.push_back(mail.id + " " + std::string(word(mail.outcome)));
    }
    return lines;
  }
  [[nodiscard]] std::vector<std::string> queue(QueueState state = QueueState::kWaiting) const {
    std::vector<std::string> keys;
    for (const OutboxEntry& entry : value(db().outbox_in(kShop, state, 100))) {
      if (entry.item.write.kind == OutboxKind::kPickupMail) keys.push_back(entry.item.write.key);
    }
    return keys;
  }
  std::vector<OutboxItem> lease() {
    return value(db().lease_outbox(10, clock_.now(), kLeaseSeconds));
  }

  int codes_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Databases, PickupMailLogTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(PickupMailLogTest, WhatIsToldTwiceIsOneMail) {
  place(kOne);
  place(kOne);
  apply({tell(kOne, "placed")});
  EXPECT_THAT(log(kOne), ElementsAre("placed waiting"));
  EXPECT_THAT(queue(), ElementsAre("pickup-number-one/placed"));
  EXPECT_EQ("/a/b", value(db().pickup(kShop, kOne))->page);
  ready(kOne);
  ready(kOne);
  EXPECT_THAT(log(kOne), ElementsAre("placed waiting", "ready waiting"));
  EXPECT_EQ(2U, queue().size());
  apply({tell("no-such-pickup", "placed")});
  EXPECT_EQ(2U, queue().size());
}

TEST_P(PickupMailLogTest, WhatIsRefusedTellsNobody) {
  place(kOne);
  EXPECT_ERROR(ErrorCode::kConflict, move(kOne, PickupAction::kHandOver, "deed",
                                          {tell(kOne, "ready", PickupMailStep::kReady)}));
  EXPECT_THAT(log(kOne), ElementsAre("placed waiting"));
}

TEST_P(PickupMailLogTest, TheOutcomeIsThatOfTheItemUntilItIsKnown) {
  place(kOne);
  ready(kOne);
  const auto items = lease();
  ASSERT_EQ(2U, items.size());
  EXPECT_OK(db().begin_outbox(items[0]));
  EXPECT_OK(db().review_outbox(items[0], kMailUnanswered));
  EXPECT_OK(db().bury_outbox(items[1], "given up"));
  EXPECT_THAT(log(kOne), ElementsAre("placed unanswered", "ready failed"));
  EXPECT_TRUE(value(db().settle_review(kShop, items[0].id, ReviewVerdict::kHappened, "me")));
  EXPECT_TRUE(value(db().replay_outbox(items[1].id)));
  EXPECT_THAT(log(kOne), ElementsAre("placed sent", "ready waiting"));
  clock_.set(kNow + 50);
  const auto again = lease();
  ASSERT_EQ(1U, again.size());
  EXPECT_OK(db().finish_outbox(
      again[0],
      {change::ShopperTold{.key = again[0].write.key, .outcome = PickupMailOutcome::kOutdated}}));
  EXPECT_THAT(log(kOne), ElementsAre("placed sent", "ready outdated"));
  EXPECT_EQ(kNow + 50, value(db().mails_of(kShop, {kOne}))[kOne][1].settled_at);
  EXPECT_THAT(queue(), IsEmpty());
}

TEST_P(PickupMailLogTest, WhoWasAskedForFirstGoesFirst) {
  place(kOne);
  clock_.set(kNow + 1);
  place(kTwo);
  place("pickup-of-another", 7002);
  const auto behind = [&](const std::string& id) {
    const Pickup pickup = *value(db().pickup(kShop, id));
    return value(db().is_behind(kShop, pickup, value(db().mails_of(kShop, {id}))[id].back()));
  };
  EXPECT_FALSE(behind(kOne));
  EXPECT_TRUE(behind(kTwo));
  EXPECT_FALSE(behind("pickup-of-another"));
  ready(kOne);
  EXPECT_TRUE(behind(kOne)) << "its first mail waits";
  for (const OutboxItem& item : lease()) {
    if (item.write.key != "pickup-number-one/placed") continue;
    EXPECT_OK(db().begin_outbox(item));
    EXPECT_OK(db().review_outbox(item, kMailUnanswered));
  }
  EXPECT_FALSE(behind(kTwo)) << "what is in review holds up nobody";
}

TEST_P(PickupMailLogTest, WhoIsReadyBeforeTheLastDayIsRemindedOnIt) {
  place(kOne);
  const Seconds last_day = kNow + 2 * 86'400;
  const auto due = [&](Seconds now) {
    return value(db().pickups_to_remind(kShop, now, 10)).size();
  };
  EXPECT_EQ(0U, due(last_day)) << "it is not ready";
  ready(kOne);
  EXPECT_EQ(0U, due(last_day - 1));
  EXPECT_EQ(1U, due(last_day));
  EXPECT_EQ(1U, due(last_day + 86'400 - 1));
  EXPECT_EQ(0U, due(last_day + 86'400));
  apply({tell(kOne, reminder_id(*value(db().pickup(kShop, kOne))), PickupMailStep::kReminder)});
  EXPECT_EQ(0U, due(last_day));
  EXPECT_OK(move(kOne, PickupAction::kExtend, "extend"));
  EXPECT_EQ(0U, due(last_day));
  EXPECT_EQ(1U, due(last_day + 86'400));
  place(kTwo);
  clock_.set(last_day + 1);
  ready(kTwo);
  EXPECT_EQ(0U, due(last_day + 2)) << "who was told on the last day";
}

TEST_P(PickupMailLogTest, WhoseShopDoesNotAnswerIsFoundUntilTheyAreTold) {
  place(kOne);
  const Seconds by = value(db().pickup(kShop, kOne))->accept_by;
  const auto late = [&](Seconds until) {
    return value(db().unanswered_pickups(kShop, until, 10)).size();
  };
  EXPECT_EQ(0U, late(by - 1));
  EXPECT_EQ(1U, late(by));
  apply({tell(kOne, "late", PickupMailStep::kLate)});
  EXPECT_EQ(0U, late(by));
  place(kTwo);
  EXPECT_EQ(1U, late(by));
  ready(kTwo);
  EXPECT_EQ(0U, late(by));
}

TEST_P(PickupMailLogTest, RedactionRemovesTheMailsAndTheirItems) {
  place(kOne);
  place("pickup-of-another", 7002);
  EXPECT_EQ(1U, value(db().held_rows(kShop, 7001)).pickup_mails.at(kOne).size());
  apply({change::EraseCustomer{7001}});
  EXPECT_THAT(log(kOne), IsEmpty());
  EXPECT_THAT(queue(), ElementsAre("pickup-of-another/placed"));
  EXPECT_THAT(log("pickup-of-another"), ElementsAre("placed waiting"));
  apply({tell(kOne, "ready", PickupMailStep::kReady)});
  EXPECT_THAT(log(kOne), IsEmpty()) << "it is nobody's";
  EXPECT_OK(db().erase_tenant(kShop));
  EXPECT_EQ(0, database_->number("SELECT COUNT(*) FROM pickup_mail"));
}

// What the version of statements is made of (schema.cpp).
std::string first_version() {
  Fnv1a all;
  for (const std::string_view statement : storage::migrations().front().statements) {
    all.add(statement);
  }
  return std::to_string(all.value());
}

TEST_P(PickupMailLogTest, AnOutboxFromBeforeKeepsWhatWaitsInIt) {
  const TestDatabase database(GetParam());
  const auto address = storage::parse_address(database.url());
  ASSERT_TRUE(address.ok());
  if (GetParam() == Backend::kSqlite) {
    ASSERT_TRUE(migrate(database.url()).ok());  // makes the file
    for (const std::string& table : database.tables()) {
      if (table != "sqlite_sequence") database.execute("DROP TABLE " + table);
    }
  }
  {
    storage::Session session(*address, storage::SessionUse::kWrite);
    for (const std::string_view statement : storage::migrations().front().statements) {
      session.execute(statement);
    }
    session.execute(
        "CREATE TABLE schema_version (version INTEGER NOT NULL, statements TEXT NOT NULL)");
  }
  database.execute("INSERT INTO schema_version VALUES (1, '" + first_version() + "')");
  for (const char* key : {"b", "a"}) {
    database.execute(
        "INSERT INTO outbox (tenant, kind, item_key, state, due_at, enqueued_at, attempts) "
        "VALUES (700, 'write_card', '" +
        std::string(key) + "', 'dead', 5, 6, 7)");
  }
  ASSERT_TRUE(migrate(database.url()).ok());
  EXPECT_EQ(2,
            database.number("SELECT COUNT(*) FROM outbox WHERE state = 'dead' AND attempts = 7"));
  EXPECT_EQ(1, database.number("SELECT COUNT(*) FROM outbox x JOIN outbox y ON x.id < y.id "
                               "WHERE x.item_key = 'b' AND y.item_key = 'a'"));
}

TEST_P(PickupMailLogTest, OneMoreIsAskedForOnceADeedAndStandsInTheTrail) {
  place(kOne);
  ready(kOne);
  const auto settle = [&](const std::string& mail) {
    apply({change::ShopperTold{.key = pickup_mail_key(kOne, mail),
                               .outcome = PickupMailOutcome::kSent}});
  };
  const auto again = [&](const std::string& deed, PickupMailStep step,
                         const std::string& who = "head") {
    return db().tell_again(kShop,
                           {.pickup_id = kOne,
                            .deed = deed,
                            .step = step,
                            .actor = {.role = Role::kHeadOffice, .id = who},
                            .at = clock_.now()},
                           {});
  };
  EXPECT_ERROR(ErrorCode::kConflict, again("early", PickupMailStep::kReady));
  settle("ready");
  EXPECT_ERROR(ErrorCode::kConflict, again("early", PickupMailStep::kReady));
  EXPECT_OK(again("one", PickupMailStep::kReady));
  EXPECT_OK(again("one", PickupMailStep::kReady));
  EXPECT_ERROR(ErrorCode::kConflict, again("one", PickupMailStep::kReminder));
  EXPECT_ERROR(ErrorCode::kConflict, again("one", PickupMailStep::kReady, "another"));
  EXPECT_THAT(log(kOne), ElementsAre("placed waiting", "ready sent", "again-one waiting"));
  EXPECT_ERROR(ErrorCode::kConflict, again("two", PickupMailStep::kReady));
  std::vector<std::string> trail;
  for (const PickupDeed& deed : value(db().deeds_of(kShop, kOne))) {
    if (deed.action != "tell") continue;
    EXPECT_EQ(deed.actor, "head");
    EXPECT_EQ(deed.from, "ready");
    EXPECT_EQ(deed.to, "ready");
    trail.push_back(deed.reason + (deed.refused ? " refused" : ""));
  }
  EXPECT_THAT(trail, ElementsAre("ready refused", "ready", "ready refused"));
  MailAgain nowhere;
  nowhere.pickup_id = "pickup-of-nobody";
  nowhere.deed = "one";
  EXPECT_ERROR(ErrorCode::kNotFound, db().tell_again(kShop, nowhere, {}));
}

}  // namespace
}  // namespace tsunagi
