// Addresses, migrations, and refusing what is not ours.

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <thread>

#include "server/storage/address.h"
#include "server/storage/schema.h"
#include "server/storage/text.h"
#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

class SchemaTest : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    const std::string why = TestDatabase::why_unavailable(GetParam());
    if (!why.empty()) GTEST_SKIP() << why;
    database_ = std::make_unique<TestDatabase>(GetParam());
  }
  Result<std::unique_ptr<Database>> open() {
    return open_storage(
        {.url = database_->url(), .secret_key = std::string(32, 'k'), .clock = clock_});
  }
  SettableClock clock_;
  std::unique_ptr<TestDatabase> database_;
};
INSTANTIATE_TEST_SUITE_P(Databases, SchemaTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(SchemaTest, MigratingTwiceChangesNothing) {
  const auto first = migrate(database_->url());
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_LE(1, *first);
  const auto tables = database_->tables();
  {
    auto storage = open();
    ASSERT_TRUE(storage.ok());
    EXPECT_OK((*storage)->install({.id = 1, .domain = "a.myshopify.com", .name = "a"}));
  }
  EXPECT_EQ(0, *migrate(database_->url()));
  EXPECT_EQ(tables, database_->tables());
  EXPECT_EQ(1, database_->number("SELECT COUNT(*) FROM tenant"));
  EXPECT_EQ(1, database_->number("SELECT COUNT(*) FROM schema_version"));
}

TEST_P(SchemaTest, ManyMayMigrateAtOnce) {
  std::atomic<int> failed = 0;
  std::atomic<int> steps = 0;
  {
    std::vector<std::jthread> processes;
    for (int i = 0; i < 6; ++i) {
      processes.emplace_back([&] {
        const auto applied = migrate(database_->url());
        if (!applied.ok()) ++failed;
        if (applied.ok()) steps += *applied;
      });
    }
  }
  EXPECT_EQ(0, failed);
  EXPECT_EQ(storage::schema_version_of_program(), steps) << "each step once";
}

TEST_P(SchemaTest, RefusesADatabaseWithoutSchema) {
  const auto opened = open();
  EXPECT_ERROR(ErrorCode::kConflict, opened);
  EXPECT_NE(std::string::npos, opened.error().message.find("run tsunagi migrate"));
  EXPECT_FALSE(std::filesystem::exists(database_->file())) << "opening must not create a database";
}

TEST_P(SchemaTest, RefusesAnOlderSchema) {
  ASSERT_TRUE(migrate(database_->url()).ok());
  database_->execute("UPDATE schema_version SET version = version - 1");
  const auto opened = open();
  EXPECT_ERROR(ErrorCode::kConflict, opened);
  EXPECT_NE(std::string::npos, opened.error().message.find("run tsunagi migrate"));
}

TEST_P(SchemaTest, RefusesANewerSchema) {
  ASSERT_TRUE(migrate(database_->url()).ok());
  database_->execute("UPDATE schema_version SET version = version + 1");
  const auto opened = open();
  EXPECT_ERROR(ErrorCode::kConflict, opened);
  EXPECT_NE(std::string::npos, opened.error().message.find("newer than this program"));
  EXPECT_ERROR(ErrorCode::kConflict, migrate(database_->url()));
}

TEST_P(SchemaTest, RefusesASchemaThatAnotherBuildMade) {
  ASSERT_TRUE(migrate(database_->url()).ok());
  database_->execute("UPDATE schema_version SET statements = 'another'");
  const auto opened = open();
  EXPECT_ERROR(ErrorCode::kConflict, opened);
  EXPECT_NE(std::string::npos, opened.error().message.find("another build"));
  EXPECT_ERROR(ErrorCode::kConflict, migrate(database_->url()));
}

TEST_P(SchemaTest, IsReadyWhileTheDatabaseAnswers) {
  ASSERT_TRUE(migrate(database_->url()).ok());
  auto storage = open();
  ASSERT_TRUE(storage.ok());
  EXPECT_OK((*storage)->ready());
  database_->execute("DROP TABLE schema_version");
  EXPECT_FALSE((*storage)->ready().ok());
}

TEST(StorageAddressTest, ReadsTheTwoKinds) {
  struct Row {
    std::string url, target;
  };
  for (const Row& row :
       {Row{"sqlite://tsunagi.db", "tsunagi.db"},
        Row{"sqlite:///var/lib/a b.db", "/var/lib/a b.db"}, Row{"sqlite://db=/x.db", "/x.db"},
        Row{"postgresql://u@h/d", "postgresql://u@h/d"},
        Row{"postgres://u@h/d", "postgres://u@h/d"}}) {
    const auto address = storage::parse_address(row.url);
    ASSERT_TRUE(address.ok()) << row.url;
    EXPECT_EQ(row.target, address->target);
  }
}

TEST(StorageAddressTest, RefusesWhatIsNoAddress) {
  for (const std::string& url :
       {std::string(), std::string("tsunagi.db"), std::string("sqlite://"),
        std::string("sqlite://db="), std::string("sqlite://:memory:"),
        std::string("sqlite://file:x?mode=ro"), std::string("sqlite://a\"b"),
        std::string("sqlite://a\0b", 12), std::string("mysql://x:pass@y"),
        std::string("postgresql://a\0b", 16), std::string("postgresql://u:pass@h/d?no_such=1"),
        std::string("postgresql://u:pass@[::1"), "sqlite://" + std::string(2'000, 'a')}) {
    const auto address = storage::parse_address(url);
    EXPECT_ERROR(ErrorCode::kInvalid, address);
    EXPECT_EQ(std::string::npos, address.error().message.find("pass"));
    EXPECT_ERROR(ErrorCode::kInvalid, migrate(url));
  }
}

TEST(StorageOpeningTest, RefusesAKeyOfTheWrongLength) {
  const SettableClock fixed;
  SettableClock clock = fixed;
  for (const size_t length : {0, 31, 33}) {
    EXPECT_ERROR(ErrorCode::kInvalid, open_storage({.url = "sqlite://x.db",
                                                    .secret_key = std::string(length, 'k'),
                                                    .clock = clock}));
  }
}

TEST(StorageOpeningTest, SaysThatAServerCannotBeReached) {
  SettableClock clock;
  // Port 1 of this machine: nobody listens there.
  const std::string url = "postgresql://nobody:secret@127.0.0.1:1/none";
  const auto opened =
      open_storage({.url = url, .secret_key = std::string(32, 'k'), .clock = clock});
  EXPECT_ERROR(ErrorCode::kUnavailable, opened);
  EXPECT_EQ(std::string::npos, opened.error().message.find("secret"));
  const auto migrated = migrate(url);
  EXPECT_ERROR(ErrorCode::kUnavailable, migrated);
  EXPECT_EQ(std::string::npos, migrated.error().message.find("secret"));
  EXPECT_ERROR(ErrorCode::kUnavailable, migrate("sqlite:///no/such/folder/x.db"));
}

// A column that is forgotten there is data of a person that nobody knows to erase.
TEST(PrivacyTableTest, EveryColumnIsNamedOnceInTheDocument) {
  const TestDatabase database(Backend::kSqlite);
  ASSERT_TRUE(migrate(database.url()).ok());
  std::multiset<std::string> columns;
  for (const std::string& table : database.tables()) {
    for (const std::string& column : database.columns(table)) columns.insert(table + "." + column);
  }
  std::ifstream stream(TSUNAGI_SOURCE_DIR "/docs/privacy.md");
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const std::string lists = text.substr(std::min(text.size(), text.find("## Held of a person")));
  static const std::regex name(R"re(`([a-z_]+\.[a-z_]+)`)re");
  std::multiset<std::string> named;
  for (std::sregex_iterator at(lists.begin(), lists.end(), name), end; at != end; ++at) {
    if (!(*at)[1].str().starts_with("settings.")) named.insert((*at)[1]);
  }
  EXPECT_LT(100U, columns.size());
  std::vector<std::string> differ;
  std::ranges::set_symmetric_difference(columns, named, std::back_inserter(differ));
  EXPECT_THAT(differ, testing::IsEmpty()) << "docs/privacy.md says what each is, and what ends it";
}

TEST(SqliteFileTest, OnlyItsOwnerMayRead) {
  const TestDatabase database(Backend::kSqlite);
  ASSERT_TRUE(migrate(database.url()).ok());
  struct stat status{};
  ASSERT_EQ(0, stat(database.file().c_str(), &status));
  EXPECT_EQ(0600u, status.st_mode & 0777u);
}

TEST(StorableTextTest, KeepsTextAndReplacesTheRest) {
  struct Row {
    std::string text, kept;
  };
  const std::string r = "\uFFFD";
  for (const Row& row : {Row{"", ""}, Row{"plain\n\x7f", "plain\n\x7f"},
                         Row{"会員 🎴 é \u0080 \u07FF \u0800 \U0010FFFF",
                             "会員 🎴 é \u0080 \u07FF \u0800 \U0010FFFF"},
                         Row{std::string("a\0b", 3), "a" + r + "b"}, Row{"\x80", r},
                         Row{"\xc0\xaf", r + r},                  // overlong
                         Row{"\xe0\x9f\xbf", r + r + r},          // overlong
                         Row{"\xed\xa0\x80", r + r + r},          // surrogate
                         Row{"\xf4\x90\x80\x80", r + r + r + r},  // above U+10FFFF
                         Row{"\xe4\xbc", r + r},                  // cut
                         Row{"\xe4"
                             "A",
                             r + "A"}}) {
    EXPECT_EQ(row.kept, storage::storable(row.text));
    EXPECT_EQ(row.kept, storage::storable(row.kept));
  }
}

}  // namespace
}  // namespace tsunagi
