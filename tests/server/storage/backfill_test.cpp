// How far a backfill got is written by who saw it last.

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

class BackfillRowTest : public StorageTest {};
INSTANTIATE_TEST_SUITE_P(Databases, BackfillRowTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(BackfillRowTest, IsWrittenByWhoSawItLast) {
  EXPECT_FALSE(value(db().backfill(kShop)).has_value());
  apply({change::PutBackfill{{.tag = "vip", .begun_at = kNow, .expected = 3}}});
  EXPECT_ERROR(ErrorCode::kConflict, db().apply(kShop, {change::PutBackfill{{.tag = "other"}}}));
  const Backfill begun = *value(db().backfill(kShop));
  EXPECT_EQ("vip", begun.tag);
  EXPECT_EQ(kNow, begun.begun_at);
  EXPECT_EQ(3, begun.expected);
  EXPECT_EQ(1, begun.revision);

  Backfill further = begun;
  further.place = 7'001;
  further.brought = 2;
  further.members = 1;
  further.left = 4;
  apply({change::PutBackfill{further}});
  Backfill stopped = begun;  // read before it got on
  stopped.state = BackfillState::kStopped;
  EXPECT_ERROR(ErrorCode::kConflict, db().apply(kShop, {change::PutBackfill{stopped}}));
  const Backfill read = *value(db().backfill(kShop));
  EXPECT_EQ(7'001, read.place);
  EXPECT_EQ(2, read.brought);
  EXPECT_EQ(1, read.members);
  EXPECT_EQ(4, read.left);
  EXPECT_EQ(BackfillState::kRunning, read.state);
}

TEST_P(BackfillRowTest, NothingOfAPageIsStoredWhenItWasStoppedMeanwhile) {
  apply({change::PutBackfill{{.tag = "vip"}}});
  const Backfill begun = *value(db().backfill(kShop));
  Backfill stopped = begun;
  stopped.state = BackfillState::kStopped;
  apply({change::PutBackfill{stopped}});
  EXPECT_ERROR(ErrorCode::kConflict,
               db().apply(kShop, {change::PutLink{link(1, "T1")}, change::PutBackfill{begun}}));
  EXPECT_FALSE(db().card(kShop, 1)->has_value());
}

TEST_P(BackfillRowTest, RunsWhereTheShopIsInstalled) {
  apply({change::PutBackfill{{.tag = "vip"}}});
  EXPECT_EQ(std::vector<TenantId>{kShop}, value(db().running_backfills()));
  EXPECT_OK(db().uninstall(kShop));
  EXPECT_TRUE(value(db().running_backfills()).empty());
}

TEST_P(BackfillRowTest, SaysHowManyLackSomething) {
  MemberLink lacking = link(1, "T1");
  lacking.missing = {"birth_date"};
  apply({change::PutLink{lacking}, change::PutLink{link(2, "T2")}});
  EXPECT_EQ(1, value(db().background_depth(kShop)).lacking);
}

}  // namespace
}  // namespace tsunagi
