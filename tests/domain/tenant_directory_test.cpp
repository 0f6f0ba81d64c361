// Who a request belongs to, without a database read each time.

#include "server/domain/tenant/tenant_directory.h"

#include <gtest/gtest.h>

#include "tests/support/fakes.h"

namespace tsunagi {
namespace {

struct TenantDirectoryTest : testing::Test {
  void install(bool installed = true) {
    storage.put_tenant({.id = 1,
                        .shop_domain = "a.myshopify.com",
                        .shop_name = "A",
                        .contract_id = "sb_1",
                        .installed = installed,
                        .settings = {}});
  }
  fakes::ManualClock clock;
  fakes::FakeStorage storage;
  TenantDirectory directory{storage, clock};
};

TEST_F(TenantDirectoryTest, KnownShopsAreReadOnceInAWhile) {
  install();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(directory.by_domain("a.myshopify.com").ok());
  EXPECT_EQ(storage.reads, 1);
  clock.advance(kTenantCacheSeconds);
  ASSERT_TRUE(directory.by_domain("a.myshopify.com").ok());
  EXPECT_EQ(storage.reads, 2);
}

TEST_F(TenantDirectoryTest, StrangersAreReadOnceInAWhileAndSeenOnceInstalled) {
  for (int i = 0; i < 100; ++i) {
    const auto found = directory.by_domain("a.myshopify.com");
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, ErrorCode::kNotFound);
  }
  EXPECT_EQ(storage.reads, 1);
  install();
  directory.forget();
  EXPECT_TRUE(directory.by_domain("a.myshopify.com").ok());
}

TEST_F(TenantDirectoryTest, AFloodOfStrangersDoesNotPushOutAKnownShop) {
  install();
  ASSERT_TRUE(directory.by_domain("a.myshopify.com").ok());
  for (int i = 0; i < 5'000; ++i) (void)directory.by_domain("x" + std::to_string(i));
  const int before = storage.reads;
  ASSERT_TRUE(directory.by_domain("a.myshopify.com").ok());
  EXPECT_EQ(storage.reads, before);
}

TEST_F(TenantDirectoryTest, UninstalledIsUnknownAndTheOldPointerStaysValid) {
  install();
  const auto before = directory.by_domain("a.myshopify.com");
  ASSERT_TRUE(before.ok());
  install(false);
  directory.forget();
  EXPECT_FALSE(directory.by_domain("a.myshopify.com").ok());
  EXPECT_EQ(before.value()->shop_name, "A");
}

TEST_F(TenantDirectoryTest, ADatabaseThatFailsIsUnavailableNotUnknown) {
  storage.down = true;
  const auto found = directory.by_domain("a.myshopify.com");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::kUnavailable);
  storage.down = false;
  install();
  EXPECT_TRUE(directory.by_domain("a.myshopify.com").ok()) << "a failure must not be remembered";
}

TEST_F(TenantDirectoryTest, OverlongNamesCostNoRead) {
  EXPECT_FALSE(directory.by_domain(std::string(256, 'a')).ok());
  EXPECT_EQ(storage.reads, 0);
  EXPECT_FALSE(directory.by_domain(std::string(255, 'a')).ok());
  EXPECT_EQ(storage.reads, 1);
}

}  // namespace
}  // namespace tsunagi
