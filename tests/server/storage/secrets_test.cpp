// Platform secrets at rest, the one-time state of a sign-in, and the join it asks for.

#include <fstream>
#include <iterator>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

constexpr auto kAccess = SecretPurpose::kShopifyAccess;
constexpr auto kRefresh = SecretPurpose::kShopifyRefresh;

class SecretsTest : public StorageTest {
 protected:
  void put(SecretPurpose purpose, std::string value, TenantId tenant = kShop) {
    EXPECT_OK(db().put_secrets(tenant, {{purpose, {.value = std::move(value), .expires_at = 99}}}));
  }
  [[nodiscard]] std::string read_back(SecretPurpose purpose, TenantId tenant = kShop) const {
    const auto secret = db().secret(tenant, purpose);
    EXPECT_OK(secret);
    return secret.ok() && *secret ? (*secret)->value : "(none)";
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, SecretsTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(SecretsTest, ComeBackAsTheyWerePut) {
  EXPECT_EQ("(none)", read_back(kAccess));
  EXPECT_OK(db().put_secrets(kShop, {{kAccess, {.value = "access", .expires_at = 11}},
                                     {kRefresh, {.value = "refresh", .expires_at = 22}}}));
  reopen();
  EXPECT_EQ("access", (*db().secret(kShop, kAccess))->value);
  EXPECT_EQ(11, (*db().secret(kShop, kAccess))->expires_at);
  EXPECT_EQ("refresh", (*db().secret(kShop, kRefresh))->value);
  EXPECT_EQ(22, (*db().secret(kShop, kRefresh))->expires_at);
  EXPECT_EQ("(none)", read_back(kAccess, kOtherShop));
  put(kAccess, "newer");
  EXPECT_EQ("newer", read_back(kAccess));
  EXPECT_EQ("refresh", read_back(kRefresh));
  put(kAccess, std::string("\0\xff bytes", 8));
  EXPECT_EQ(std::string("\0\xff bytes", 8), read_back(kAccess));
  put(kAccess, "");
  EXPECT_EQ("", read_back(kAccess));
}

TEST_P(SecretsTest, OpenOnlyForTheirShopAndPurpose) {
  put(kAccess, "mine");
  put(kRefresh, "my refresh");
  put(kAccess, "theirs", kOtherShop);
  database_->execute(
      "UPDATE secret SET ciphertext = (SELECT ciphertext FROM secret WHERE tenant = 700 "
      "AND purpose = 'shopify_access') WHERE tenant = 701");
  EXPECT_ERROR(ErrorCode::kInternal, db().secret(kOtherShop, kAccess));
  database_->execute(
      "UPDATE secret SET ciphertext = (SELECT ciphertext FROM secret WHERE tenant = 700 "
      "AND purpose = 'shopify_access') WHERE tenant = 700 AND purpose = 'shopify_refresh'");
  EXPECT_ERROR(ErrorCode::kInternal, db().secret(kShop, kRefresh));
  EXPECT_EQ("mine", read_back(kAccess));
}

TEST_P(SecretsTest, DoNotOpenWithAnotherKey) {
  put(kAccess, "mine");
  auto other =
      open_storage({.url = database_->url(), .secret_key = std::string(32, 'x'), .clock = clock_});
  ASSERT_TRUE(other.ok());
  EXPECT_ERROR(ErrorCode::kInternal, (*other)->secret(kShop, kAccess));
}

TEST_P(SecretsTest, AreNotReadableInTheFile) {
  if (GetParam() != Backend::kSqlite) GTEST_SKIP() << "a server's files are not ours to read";
  put(kAccess, "shpat_canary");
  const auto holds_canary = [&] {
    std::string bytes;
    for (const char* side : {"", "-wal"}) {
      std::ifstream file(database_->file() + side, std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(file), {});
    }
    EXPECT_NE(std::string::npos, bytes.find("shop700.myshopify.com")) << "nothing was read";
    return bytes.find("shpat_canary") != std::string::npos;
  };
  EXPECT_FALSE(holds_canary());
  storage_.reset();
  EXPECT_FALSE(holds_canary());
}

TEST_P(SecretsTest, ASignInStateIsTakenOnce) {
  EXPECT_OK(db().put_oauth_state(kShop, "state", "verifier", kNow));
  EXPECT_FALSE(db().take_oauth_state("other", kNow)->has_value());
  const auto taken = db().take_oauth_state("state", kNow + 1);
  ASSERT_TRUE(taken.ok() && taken->has_value());
  EXPECT_EQ(kShop, (*taken)->first);
  EXPECT_EQ("verifier", (*taken)->second);
  EXPECT_FALSE(db().take_oauth_state("state", kNow + 1)->has_value());
}

TEST_P(SecretsTest, ASignInStateLastsTenMinutes) {
  EXPECT_OK(db().put_oauth_state(kShop, "in time", "v", kNow));
  EXPECT_OK(db().put_oauth_state(kShop, "late", "v", kNow));
  EXPECT_TRUE(db().take_oauth_state("in time", kNow + 599)->has_value());
  EXPECT_FALSE(db().take_oauth_state("late", kNow + 600)->has_value());
  EXPECT_OK(db().put_oauth_state(kShop, "forgotten", "v", kNow));
  EXPECT_OK(db().put_oauth_state(kShop, "next", "v", kNow + 600));
  EXPECT_EQ(1, database_->number("SELECT COUNT(*) FROM oauth_state"));
}

TEST_P(SecretsTest, ASignInStateIsNobodyElses) {
  EXPECT_OK(db().put_oauth_state(kShop, "state", "v", kNow));
  EXPECT_ERROR(ErrorCode::kConflict, db().put_oauth_state(kOtherShop, "state", "w", kNow));
  EXPECT_ERROR(ErrorCode::kInvalid, db().put_oauth_state(kShop, "", "v", kNow));
  EXPECT_EQ(kShop, (*db().take_oauth_state("state", kNow))->first);
}

TEST_P(SecretsTest, APendingJoinIsReadOftenAndTakenOnce) {
  EXPECT_OK(db().put_pending_join({.tenant = kShop, .contract_id = "skc"}, "token", kNow));
  EXPECT_FALSE(db().take_pending_join("other", kNow)->has_value());
  reopen();
  for (int i = 0; i < 2; ++i) {
    const auto read = db().pending_join("token", kNow + 1);
    ASSERT_TRUE(read.ok() && read->has_value());
    EXPECT_EQ(kShop, (*read)->tenant);
    EXPECT_EQ("skc", (*read)->contract_id);
  }
  const auto taken = db().take_pending_join("token", kNow + 1);
  ASSERT_TRUE(taken.ok() && taken->has_value());
  EXPECT_EQ(kShop, (*taken)->tenant);
  EXPECT_EQ("skc", (*taken)->contract_id);
  EXPECT_FALSE(db().pending_join("token", kNow + 1)->has_value());
  EXPECT_FALSE(db().take_pending_join("token", kNow + 1)->has_value());
}

TEST_P(SecretsTest, APendingJoinLastsTenMinutes) {
  EXPECT_OK(db().put_pending_join({.tenant = kShop, .contract_id = "skc"}, "in time", kNow));
  EXPECT_OK(db().put_pending_join({.tenant = kShop, .contract_id = "skc"}, "late", kNow));
  EXPECT_TRUE(db().pending_join("in time", kNow + 599)->has_value());
  EXPECT_FALSE(db().pending_join("late", kNow + 600)->has_value());
  EXPECT_TRUE(db().take_pending_join("in time", kNow + 599)->has_value());
  EXPECT_FALSE(db().take_pending_join("late", kNow + 600)->has_value());
  EXPECT_OK(db().put_pending_join({.tenant = kShop, .contract_id = "skc"}, "forgotten", kNow));
  EXPECT_OK(db().put_pending_join({.tenant = kShop, .contract_id = "skc"}, "next", kNow + 600));
  EXPECT_EQ(1, database_->number("SELECT COUNT(*) FROM pending_join"));
}

TEST_P(SecretsTest, APendingJoinIsOfAShopThatIsThereAndItsTokenIsNotKept) {
  EXPECT_ERROR(ErrorCode::kNotFound,
               db().put_pending_join({.tenant = 999, .contract_id = "skc"}, "token", kNow));
  EXPECT_ERROR(ErrorCode::kInvalid,
               db().put_pending_join({.tenant = kShop, .contract_id = ""}, "token", kNow));
  EXPECT_OK(db().put_pending_join({.tenant = kShop, .contract_id = "skc"}, "token", kNow));
  EXPECT_ERROR(ErrorCode::kConflict,
               db().put_pending_join({.tenant = kOtherShop, .contract_id = "skc"}, "token", kNow));
  EXPECT_EQ(0, database_->number("SELECT COUNT(*) FROM pending_join WHERE token_hash = 'token'"));
  EXPECT_EQ(kShop, (*db().take_pending_join("token", kNow))->tenant);
}

}  // namespace
}  // namespace tsunagi
