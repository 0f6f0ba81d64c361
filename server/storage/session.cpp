#include "server/storage/session.h"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "server/storage/errors.h"

namespace tsunagi::storage {
namespace {

constexpr std::string_view kSqliteBusySeconds = "5";  // another process holds the write lock
// 8 MiB a session, once it has read so much: at SQLite's own 2 a member among 100,000 is read from
// the file at every look.
constexpr const char* kSqliteCache = "PRAGMA cache_size = -8192";
constexpr std::string_view kPostgresConnectSeconds = "3";
constexpr const char* kPostgresStatementLimit = "SET statement_timeout = '10s'";
constexpr const char* kPostgresLockLimit = "SET lock_timeout = '5s'";
constexpr const char* kPostgresIdleLimit = "SET idle_in_transaction_session_timeout = '30s'";

// What the two dialects write differently.
struct Word {
  std::string_view name, sqlite, postgres;
};
constexpr Word kWords[] = {
    {"{id}", "INTEGER PRIMARY KEY AUTOINCREMENT",
     "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"},
    {"{text}", "TEXT", "TEXT COLLATE \"C\""},  // bytes in order, as SQLite compares them
    {"{clustered}", "WITHOUT ROWID", ""},
    {"{begin_write}", "BEGIN IMMEDIATE", "BEGIN"},
    {"{skip_locked}", "", "FOR UPDATE SKIP LOCKED"},
    {"{hold}", "", "FOR KEY SHARE"},
    {"{hold_as_it_is}", "", "FOR SHARE"},
    {"{hold_alone}", "", "FOR UPDATE"},
    {"{in_json_array_open}", "SELECT value FROM json_each(",
     "SELECT json_array_elements_text(CAST("},
    {"{in_json_array_close}", ")", " AS json))"},
    {"{each_in_json_array_open}", "json_each(", "json_array_elements_text(CAST("},
    {"{each_in_json_array_close}", ")", " AS json)) AS json_each(value)"},
    // "= ANY" of an array is always looked up in an index; for "IN (SELECT …)" a table that was
    // never analysed is read whole.
    {"{any_open}", "IN (", "= ANY (ARRAY("},
    {"{any_close}", ")", "))"},
    {"{each_object_open}", "json_each(", "json_array_elements(CAST("},
    {"{each_object_close}", ")", " AS json)) AS json_each(value)"},
    {"{migration_lock}", "", "SELECT pg_advisory_xact_lock(7846113)"},
    {"{has_version_table}", "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_version'",
     "SELECT COUNT(*) FROM pg_tables WHERE tablename = 'schema_version' AND schemaname = "
     "current_schema()"},
    {"{audit_append_only}",
     "CREATE TRIGGER audit_append_only BEFORE UPDATE ON audit "
     "BEGIN SELECT RAISE(ABORT, 'audit is append only'); END",
     "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
     "'BEGIN RAISE EXCEPTION ''audit is append only''; END'; "
     "CREATE TRIGGER audit_append_only BEFORE UPDATE ON audit "
     "FOR EACH ROW EXECUTE FUNCTION audit_append_only()"},
};

soci::connection_parameters parameters(const Address& address) {
  if (address.dialect == Dialect::kSqlite) {
    const std::string options =
        "db=\"" + address.target + "\" timeout=" + std::string(kSqliteBusySeconds);
    return {*soci::factory_sqlite3(), options};
  }
  std::string url = address.target;
  if (url.find("connect_timeout=") == std::string::npos) {
    url += url.find('?') == std::string::npos ? '?' : '&';
    url += "connect_timeout=" + std::string(kPostgresConnectSeconds);
  }
  return {*soci::factory_postgresql(), url};
}

// A session is one thread's at a time: SQLite need not lock a connection at each of its calls. For
// the whole process, and only before its first connection; too late, it locks and is as right.
void let_sqlite_trust_us() {
  [[maybe_unused]] static const int chosen = sqlite_api::sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
}

}  // namespace

Session::Session(const Address& address, SessionUse use) : dialect_(address.dialect) {
  connect(address);
  switch (dialect_) {
    case Dialect::kSqlite:
      prepare_sqlite(use);
      break;
    case Dialect::kPostgres:
      prepare_postgres();
      break;
  }
}

void Session::connect(const Address& address) {
  let_sqlite_trust_us();
  try {
    session_.open(parameters(address));
  } catch (const soci::sqlite3_soci_error&) {
    throw;  // says what is wrong by its code
  } catch (const soci::soci_error& error) {
    // libpq's words: server, port and reason on the first line; an address that is none was refused
    // before.
    const std::string reason = error.get_error_message();
    const size_t start = reason.find('\n') == std::string::npos ? 0 : reason.find('\n') + 1;
    throw CannotConnect("cannot connect to PostgreSQL: " +
                        reason.substr(start, reason.find('\n', start) - start));
  }
}

Session::~Session() { statements_.clear(); }

void Session::prepare_sqlite(SessionUse use) {
  std::string mode;
  session_ << "PRAGMA journal_mode = WAL", soci::into(mode);
  if (mode != "wal") throw CannotConnect("the SQLite file cannot use a write-ahead log");
  session_ << "PRAGMA synchronous = FULL";
  int synchronous = 0;
  constexpr int kFull = 2;
  session_ << "PRAGMA synchronous", soci::into(synchronous);
  if (synchronous != kFull) throw CannotConnect("SQLite refuses synchronous = FULL");
  session_ << kSqliteCache;
  if (use == SessionUse::kRead) session_ << "PRAGMA query_only = ON";
}

void Session::prepare_postgres() {
  session_ << kPostgresStatementLimit;
  session_ << kPostgresLockLimit;
  session_ << kPostgresIdleLimit;
  session_ << "SET client_encoding = 'UTF8'";
  session_ << "SET client_min_messages = 'warning'";
}

void Session::execute(std::string_view text) { session_ << in_dialect(text); }

Session::Prepared& Session::prepared(const Sql& sql) {
  const auto known = statements_.find(sql.text);
  if (known != statements_.end()) return known->second;
  soci::statement statement(session_);
  statement.alloc();
  statement.prepare(in_dialect(sql.text));
  return statements_.emplace(sql.text, Prepared{.statement = statement, .given = {}}).first->second;
}

void Session::bind(Prepared& prepared) {
  for (Given& given : prepared.given) {
    std::visit([&](auto& value) { prepared.statement.exchange(soci::use(value)); }, given);
  }
  prepared.statement.define_and_bind();
  prepared.bound = true;
}

std::string Session::in_dialect(std::string_view text) const {
  std::string result(text);
  for (const Word& word : kWords) {
    const std::string_view written = dialect_ == Dialect::kSqlite ? word.sqlite : word.postgres;
    for (size_t at = result.find(word.name); at != std::string::npos;
         at = result.find(word.name, at + written.size())) {
      result.replace(at, word.name.size(), written);
    }
  }
  return result;
}

}  // namespace tsunagi::storage
