// Every statement finds its rows by an index, however many members and products a shop has: the
// statements are taken out of the sources and SQLite is asked how it would run them.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "server/storage/address.h"
#include "server/storage/session.h"
#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

struct Statement {
  std::string name, text;
};

// "constexpr Sql kName{" and string literals up to "};".
std::vector<Statement> statements_in(const std::string& source) {
  static const std::regex declaration(R"re(constexpr Sql (k\w+)\{([^;]*)\};)re");
  static const std::regex literal(R"re("([^"]*)")re");
  std::vector<Statement> found;
  for (std::sregex_iterator at(source.begin(), source.end(), declaration), end; at != end; ++at) {
    Statement statement{.name = (*at)[1], .text = ""};
    const std::string body = (*at)[2];
    for (std::sregex_iterator part(body.begin(), body.end(), literal); part != end; ++part) {
      statement.text += (*part)[1];
    }
    found.push_back(statement);
  }
  return found;
}

bool reads_or_changes_rows(const std::string& sql) {
  const bool postgres_alone = sql.find("AS (INSERT") != std::string::npos;
  return !postgres_alone &&
         (sql.starts_with("SELECT") || sql.starts_with("WITH") || sql.starts_with("UPDATE") ||
          sql.starts_with("DELETE")) &&
         sql.find("pg_") == std::string::npos;
}

std::vector<std::string> plan_of(const storage::Address& address, const std::string& sql) {
  // A session of its own: sessions know a statement by the address of its text, which must stay.
  storage::Session session(address, storage::SessionUse::kRead);
  // Unbound parameters are NULL: a plan does not depend on them.
  const std::string text = "EXPLAIN QUERY PLAN " + sql;
  std::vector<std::string> steps;
  int64_t id = 0;
  int64_t parent = 0;
  int64_t unused = 0;
  std::string step;
  session.each(storage::Sql{text.c_str()}, std::tie(id, parent, unused, step),
               [&] { steps.push_back(step); });
  return steps;
}

TEST(StatementPlanTest, EveryStatementFindsItsRowsByAnIndex) {
  // These mean all rows of a table or shop, which are few, or are all to be removed, or have a
  // partial index of their own.
  const std::set<std::string> all_rows_meant = {
      "kInstalled",         "kDepth",          "kStores",
      "kKeepProducts",      "kKeepStock",      "kLinks",
      "kForgetStores",      "kForgetProducts", "kForgetStock",
      "kForgetCursors",     "kForgetSecrets",  "kForgetStates",
      "kForgetOldStates",   "kForgetJoins",    "kForgetOldJoins",
      "kVersion",           "kForgetVersion",  "kForgetSecretsOfDomain",
      "kOpenEvents",        "kDoneEvents",     "kOpenItems",
      "kWaiting",           "kLeftMembers",    "kForgetDroppedLinks",
      "kForgetLeftMembers", "kDataRequests",   "kCountMembers",
      "kCountProducts",     "kCountStores",    "kAllCursors",
      "kBackfill",          "kPutBackfill",    "kForgetBackfill",
      "kRunning",           "kOpen",           "kOpenOf",
      "kStaffCount",        "kStaff",          "kEndSessions",
      "kForgetEnded",       "kReleaseSold",    "kForgetFormerStaff",
      "kCountItems",        "kForgetItems",    "kForgetRestocks",
      "kOpenShipments",     "kForgetTakings",  "kForgetTakingItems",
      "kForgetSentHeld",    "kOpenWork",       "kOpenShipmentsOf",
      "kForgetFetchedHeld", "kUnanswered",     "kShortShelves",
      "kShortPickups"};
  const std::map<std::string, std::string> by_index = {{"kOpen", "pickup_open"},
                                                       {"kOpenOf", "pickup_open"},
                                                       {"kUnanswered", "pickup_open"},
                                                       {"kShortPickups", "pickup_open"},
                                                       {"kReleaseSold", "pickup_line_held"},
                                                       {"kUndecided", "pickup_order_undecided"},
                                                       {"kRefundsDue", "pickup_order_refund"},
                                                       {"kRefundBefore", "pickup_order_refund"},
                                                       {"kDelayRefunds", "pickup_order_refund"},
                                                       {"kUndecidedAll", "pickup_order_undecided"},
                                                       {"kUndecidedOf", "pickup_order_undecided"}};

  const TestDatabase database(Backend::kSqlite);
  ASSERT_TRUE(migrate(database.url()).ok());
  const storage::Address address = *storage::parse_address(database.url());
  int checked = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(TSUNAGI_SOURCE_DIR "/server/storage")) {
    if (file.path().extension() != ".cpp") continue;
    std::ifstream stream(file.path());
    const std::string source{std::istreambuf_iterator<char>(stream), {}};
    for (const Statement& statement : statements_in(source)) {
      if (!reads_or_changes_rows(statement.text)) continue;
      if (const auto index = by_index.find(statement.name); index != by_index.end()) {
        EXPECT_NE(plan_of(address, statement.text).front().find(" INDEX " + index->second),
                  std::string::npos)
            << statement.name;
      }
      if (all_rows_meant.contains(statement.name)) continue;
      ++checked;
      for (const std::string& step : plan_of(address, statement.text)) {
        const std::string place =
            file.path().filename().string() + " " + statement.name + ": " + step;
        // "asked": the rows that a statement makes of its parameter.
        const bool parameter = step.starts_with("SCAN json_each") || step == "SCAN asked";
        EXPECT_TRUE(parameter || !step.starts_with("SCAN")) << place << "; add an index";
        const bool one_row = step.starts_with("SEARCH tenant ");
        EXPECT_TRUE(one_row || step.find("(tenant=?)") == std::string::npos)
            << place << "; add an index";
      }
    }
  }
  EXPECT_LE(35, checked) << "the statements were not found in the sources";
}

}  // namespace
}  // namespace tsunagi
