// How much there is of a shop, of it alone, and how far its readings got.

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

class FiguresTest : public StorageTest {};
INSTANTIATE_TEST_SUITE_P(Databases, FiguresTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(FiguresTest, CountWhatIsThere) {
  const auto empty = value(db().figures(kShop));
  EXPECT_EQ(empty.linked + empty.joining + empty.stopped + empty.products + empty.stores, 0);
  EXPECT_TRUE(empty.cursors.empty());
  EXPECT_GT(empty.schema, 0);

  MemberLink stopped = link(4, "T4", "104");
  stopped.state = LinkState::kStopped;
  MemberLink linked = link(2, "T2", "102");
  linked.state = LinkState::kLinked;
  MemberLink other = link(3, "T3", "103");
  other.state = LinkState::kLinked;
  apply({change::PutLink{link(1, "T1")}, change::PutLink{linked}, change::PutLink{other},
         change::PutLink{stopped}, change::PutStores{{store("1"), store("2")}},
         change::PutProducts{{product("31", "490")}}, change::SetCursor{"b", 2},
         change::SetCursor{"a", 1}});
  apply({change::PutStores{{store("9")}}, change::SetCursor{"c", 3}}, kOtherShop);

  const auto found = value(db().figures(kShop));
  EXPECT_EQ(found.joining, 1);
  EXPECT_EQ(found.linked, 2);
  EXPECT_EQ(found.stopped, 1);
  EXPECT_EQ(found.stores, 2);
  EXPECT_EQ(found.products, 1);
  const std::vector<std::pair<std::string, Seconds>> cursors = {{"a", 1}, {"b", 2}};
  EXPECT_EQ(found.cursors, cursors);
}

}  // namespace
}  // namespace tsunagi
