#include "tests/server/storage/database.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>

#include "server/base/system_random.h"
#include "server/storage/address.h"
#include "server/storage/session.h"

namespace tsunagi {
namespace {

using storage::Session;
using storage::SessionUse;
using storage::Sql;

std::string postgres_url() {
  const char* url = std::getenv("TSUNAGI_TEST_POSTGRES");  // NOLINT(concurrency-mt-unsafe)
  return url == nullptr ? "" : url;
}

Session open(const std::string& url) { return {*storage::parse_address(url), SessionUse::kWrite}; }

std::string unique_name() { return "tsunagi_test_" + SystemRandom().token(8); }

}  // namespace

std::string backend_name(const testing::TestParamInfo<Backend>& info) {
  return info.param == Backend::kSqlite ? "SQLite" : "PostgreSQL";
}

std::string TestDatabase::why_unavailable(Backend backend) {
  if (backend == Backend::kSqlite || !postgres_url().empty()) return "";
  return "TSUNAGI_TEST_POSTGRES is not set: start a server with tests/support/postgres.sh";
}

TestDatabase::TestDatabase(Backend backend) : backend_(backend) {
  if (backend == Backend::kSqlite) {
    folder_ = std::filesystem::temp_directory_path() / unique_name();
    std::filesystem::create_directory(folder_);
    file_ = folder_ + "/tsunagi database.db";  // a blank: paths have them
    url_ = "sqlite://" + file_;
    return;
  }
  schema_ = unique_name();
  open(postgres_url()).execute("CREATE SCHEMA " + schema_);
  const bool has_query = postgres_url().find('?') != std::string::npos;
  url_ = postgres_url() + (has_query ? "&" : "?") + "options=-csearch_path%3D" + schema_;
}

TestDatabase::~TestDatabase() {
  if (backend_ == Backend::kSqlite) {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    return;
  }
  try {
    open(postgres_url()).execute("DROP SCHEMA " + schema_ + " CASCADE");
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
}

int64_t TestDatabase::number(const std::string& sql) const {
  int64_t value = 0;
  Session session = open(url_);
  session.one(Sql{sql.c_str()}, std::tie(value));
  return value;
}

std::vector<std::string> TestDatabase::tables() const {
  Session session = open(url_);
  std::vector<std::string> tables;
  std::string table;
  const Sql sql{backend_ == Backend::kSqlite
                    ? "SELECT name FROM sqlite_master WHERE type = 'table' "
                      "AND name NOT LIKE 'sqlite_%' ORDER BY name"
                    : "SELECT CAST(tablename AS TEXT) FROM pg_tables "
                      "WHERE schemaname = current_schema() ORDER BY 1"};
  session.each(sql, std::tie(table), [&] { tables.push_back(table); });
  return tables;
}

std::vector<std::string> TestDatabase::columns(const std::string& table) const {
  Session session = open(url_);
  std::vector<std::string> columns;
  std::string column;
  const std::string sql = "SELECT name FROM pragma_table_info('" + table + "')";
  session.each(Sql{sql.c_str()}, std::tie(column), [&] { columns.push_back(column); });
  return columns;
}

void TestDatabase::execute(const std::string& sql) const { open(url_).execute(sql); }

MemberLink link(int64_t customer_id, std::string code, std::string pos_member_id) {
  return {.customer_id = customer_id,
          .code = std::move(code),
          .pos_member_id = std::move(pos_member_id)};
}

CardSnapshot snapshot(int64_t customer_id, int64_t points, Seconds as_of) {
  CardSnapshot snapshot;
  snapshot.customer_id = customer_id;
  snapshot.has_points = true;
  snapshot.points = points;
  snapshot.as_of = as_of;
  return snapshot;
}

Store store(std::string store_id, std::string name, int64_t display_order) {
  Store store;
  store.store_id = std::move(store_id);
  store.name = std::move(name);
  store.display_order = display_order;
  return store;
}

Product product(std::string product_id, std::string code, std::string supplier_code) {
  Product product;
  product.product_id = std::move(product_id);
  product.code = std::move(code);
  product.supplier_code = std::move(supplier_code);
  return product;
}

void StorageTest::SetUp() {
  const std::string why = TestDatabase::why_unavailable(GetParam());
  if (!why.empty()) GTEST_SKIP() << why;
  clock_.set(kNow);
  database_ = std::make_unique<TestDatabase>(GetParam());
  ASSERT_TRUE(migrate(database_->url()).ok());
  reopen();
  install(kShop);
  install(kOtherShop);
}

void StorageTest::reopen() {
  storage_.reset();
  auto opened = open_storage({.url = database_->url(), .secret_key = key_, .clock = clock_});
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  storage_ = std::move(*opened);
}

void StorageTest::install(TenantId tenant) {
  const std::string name = "shop" + std::to_string(tenant);
  EXPECT_OK(db().install({.id = tenant, .domain = name + ".myshopify.com", .name = name}));
}

void StorageTest::apply(const std::vector<Change>& changes, TenantId tenant) {
  EXPECT_OK(db().apply(tenant, changes));
}

}  // namespace tsunagi
