#pragma once
// A fresh, migrated database for one test: an SQLite file in a temporary folder, or a schema of its
// own in the PostgreSQL server that TSUNAGI_TEST_POSTGRES names (tests/support/postgres.sh starts
// one).

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "server/domain/ports.h"
#include "server/storage/storage.h"

namespace tsunagi {

class SettableClock : public Clock {
 public:
  [[nodiscard]] Seconds now() const override { return now_; }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return {}; }
  void set(Seconds now) { now_ = now; }

 private:
  Seconds now_ = 1'790'000'000;
};

enum class Backend : uint8_t { kSqlite, kPostgres };
std::string backend_name(const testing::TestParamInfo<Backend>& info);

class TestDatabase {
 public:
  explicit TestDatabase(Backend backend);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  // "" when there is no server to test with; a test then skips with this text.
  static std::string why_unavailable(Backend backend);

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const std::string& file() const { return file_; }  // SQLite

  // Behind the storage's back.
  [[nodiscard]] int64_t number(const std::string& sql) const;
  [[nodiscard]] std::vector<std::string> tables() const;
  [[nodiscard]] std::vector<std::string> columns(const std::string& table) const;  // SQLite
  void execute(const std::string& sql) const;

 private:
  const Backend backend_;
  std::string folder_, file_, schema_, url_;
};

// Rows with what a test is about; the rest is empty.
MemberLink link(int64_t customer_id, std::string code, std::string pos_member_id = "");
CardSnapshot snapshot(int64_t customer_id, int64_t points, Seconds as_of);
Store store(std::string store_id, std::string name = "", int64_t display_order = 0);
Product product(std::string product_id, std::string code, std::string supplier_code = "");

// Every test of the contract runs on both databases.
class StorageTest : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override;

  // Closes the storage and opens the same database again, as after a restart.
  void reopen();
  void install(TenantId tenant);
  void apply(const std::vector<Change>& changes, TenantId tenant = kShop);
  [[nodiscard]] Database& db() const { return *storage_; }

  static constexpr TenantId kShop = 700;
  static constexpr TenantId kOtherShop = 701;
  static constexpr Seconds kNow = 1'790'000'000;
  static constexpr int kLeaseSeconds = 60;
  const std::string key_ = std::string(32, 'k');
  SettableClock clock_;
  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<Database> storage_;
};

#define EXPECT_OK(expression)                                                                      \
  do {                                                                                             \
    const auto& expect_ok_result = (expression);                                                   \
    EXPECT_TRUE(expect_ok_result.ok())                                                             \
        << #expression << ": " << (expect_ok_result.ok() ? "" : expect_ok_result.error().message); \
  } while (false)

#define EXPECT_ERROR(wanted, expression)                                                        \
  do {                                                                                          \
    const auto& expect_error_result = (expression);                                             \
    ASSERT_FALSE(expect_error_result.ok()) << #expression;                                      \
    EXPECT_EQ(wanted, expect_error_result.error().code) << expect_error_result.error().message; \
  } while (false)

// What was answered, out of the answer: safe to loop over.
template <class T>
T value(Result<T> result) {
  EXPECT_OK(result);
  return result.ok() ? *std::move(result) : T{};
}

}  // namespace tsunagi
