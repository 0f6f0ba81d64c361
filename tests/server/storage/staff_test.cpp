// Who serves in the shops, in both databases: invited, joined, revoked, forgotten.

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

class StaffTest : public StorageTest {};
INSTANTIATE_TEST_SUITE_P(Databases, StaffTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(StaffTest, StaffComeByInvitationAndGoWhenTheyAreRevoked) {
  const Staff hanako{
      .id = "s1", .name = "花子", .role = Role::kManager, .stores = {"1", "2"}, .invited_at = kNow};
  EXPECT_OK(db().invite(kShop, hanako, "invitation"));
  EXPECT_FALSE(value(db().take_up("invitation", "session", kNow + kInvitationSeconds)));
  EXPECT_FALSE(value(db().take_up("another", "session", kNow)));
  const auto joined = value(db().take_up("invitation", "session", kNow + 1));
  ASSERT_TRUE(joined);
  EXPECT_EQ(kShop, joined->first);
  EXPECT_EQ(Role::kManager, joined->second.role);
  EXPECT_EQ((std::vector<std::string>{"1", "2"}), joined->second.stores);
  EXPECT_FALSE(value(db().take_up("invitation", "second", kNow + 2))) << "it works once";
  EXPECT_TRUE(value(db().staff_of_session("session", kNow + 2)));
  EXPECT_FALSE(value(db().staff_of_session("invitation", kNow + 2)));
  EXPECT_FALSE(value(db().staff_of_session("session", kNow + 1 + kStaffSessionSeconds)));
  EXPECT_EQ(1U, value(db().staff(kShop)).size());
  EXPECT_OK(db().revoke(kShop, "s1", kNow + 3));
  EXPECT_FALSE(value(db().staff_of_session("session", kNow + 4)));
  EXPECT_ERROR(ErrorCode::kNotFound, db().revoke(kShop, "s1", kNow + 5));
  EXPECT_EQ(kNow + 3, value(db().staff(kShop)).front().revoked_at);
}

TEST_P(StaffTest, WhoMayNoLongerServeTakesNobodysPlaceAndIsForgottenAtLast) {
  const auto invite = [&](const std::string& id, Seconds at) {
    EXPECT_OK(
        db().invite(kShop, {.id = id, .name = "a", .stores = {}, .invited_at = at}, "token-" + id));
  };
  const Seconds long_ago = kNow - kInvitationSeconds - 3'600;
  for (int i = 0; i < kFormerStaffMost; ++i) invite("s" + std::to_string(i), long_ago + i);
  invite("gone", kNow - 2);
  EXPECT_OK(db().revoke(kShop, "gone", kNow - 1));
  invite("now", kNow);
  const auto staff = value(db().staff(kShop));
  EXPECT_EQ(static_cast<size_t>(kFormerStaffMost) + 1, staff.size());
  EXPECT_EQ("s1", staff.front().id) << "the oldest was forgotten";
  EXPECT_EQ("now", staff.back().id);
}

TEST_P(StaffTest, ASessionEndsWhenItIsLeft) {
  EXPECT_OK(db().invite(kShop, {.id = "s1", .name = "a", .stores = {}, .invited_at = kNow},
                        "invitation"));
  ASSERT_TRUE(value(db().take_up("invitation", "session", kNow)));
  EXPECT_OK(db().end_session("session"));
  EXPECT_FALSE(value(db().staff_of_session("session", kNow)));
}

}  // namespace
}  // namespace tsunagi
