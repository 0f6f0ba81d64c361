#include "server/storage/schema.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "server/domain/fnv1a.h"
#include "server/storage/errors.h"
#include "server/storage/migrations/migrations.h"
#include "server/storage/session.h"
#include "server/storage/storage.h"

namespace tsunagi::storage {
namespace {

constexpr std::string_view kBeginWrite = "{begin_write}";
constexpr std::string_view kOneAtATime = "{migration_lock}";
constexpr std::string_view kCreateVersionTable =
    "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, statements {text} NOT "
    "NULL)";
constexpr Sql kHasVersionTable{"{has_version_table}"};
constexpr Sql kVersion{"SELECT version, statements FROM schema_version"};
constexpr Sql kForgetVersion{"DELETE FROM schema_version"};
constexpr Sql kSetVersion{"INSERT INTO schema_version (version, statements) VALUES (:a, :b)"};

// What the migrations up to this version say: a migration that was changed after a database had it
// is found here, and not by each statement that misses a column.
std::string statements_of(int version) {
  Fnv1a all;
  for (const Migration& migration : migrations()) {
    if (migration.version > version) break;
    for (const std::string_view statement : migration.statements) all.add(statement);
  }
  return std::to_string(all.value());
}

// 0: an empty database.
struct Stored {
  int version = 0;
  std::string statements;
};
Stored stored_schema(Session& session) {
  Stored stored;
  int64_t tables = 0;
  session.one(kHasVersionTable, std::tie(tables));
  if (tables == 0) return stored;
  int64_t version = 0;
  session.one(kVersion, std::tie(version, stored.statements));
  stored.version = static_cast<int>(version);
  return stored;
}

Error of_another_build(int version) {
  return {ErrorCode::kConflict,
          "the database has a schema " + std::to_string(version) +
              " of another build: start that one, or begin with an empty database"};
}

Error newer(int version) {
  return {ErrorCode::kConflict,
          "the database has schema " + std::to_string(version) + ", newer than this program's " +
              std::to_string(schema_version_of_program()) + ": start the newer program"};
}

Result<int> apply_missing(Session& session) {
  session.execute(kCreateVersionTable);
  const Stored stored = stored_schema(session);
  const int before = stored.version;
  if (before > schema_version_of_program()) return newer(before);
  if (before > 0 && stored.statements != statements_of(before)) return of_another_build(before);
  for (const Migration& migration : migrations()) {
    if (migration.version <= before) continue;
    for (const std::string_view statement : migration.statements) session.execute(statement);
    session.run(kForgetVersion);
    session.run(kSetVersion, migration.version, statements_of(migration.version));
  }
  return schema_version_of_program() - before;
}

// Personal data lives in the file: only its owner may read it. SQLite gives its side files the same
// mode.
void create_private_file(const std::string& file) {
  constexpr mode_t kOwnerOnly = 0600;
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly);
  if (descriptor >= 0) close(descriptor);
}

}  // namespace

int schema_version_of_program() { return migrations().back().version; }

Result<int> migrate_schema(const Address& address) {
  if (address.dialect == Dialect::kSqlite) create_private_file(address.target);
  try {
    Session session(address, SessionUse::kWrite);
    session.execute(kBeginWrite);
    if (session.dialect() == Dialect::kPostgres) session.execute(kOneAtATime);
    const Result<int> applied = apply_missing(session);
    session.execute(applied.ok() ? "COMMIT" : "ROLLBACK");
    return applied;
  } catch (...) {
    return current_failure().error;
  }
}

Result<Done> check_schema(Session& session) {
  const Stored stored = stored_schema(session);
  const int version = stored.version;
  if (version > schema_version_of_program()) return newer(version);
  if (version < schema_version_of_program()) {
    return Error{ErrorCode::kConflict,
                 "the database has schema " + std::to_string(version) + ", this program needs " +
                     std::to_string(schema_version_of_program()) + ": run tsunagi migrate"};
  }
  if (stored.statements != statements_of(version)) return of_another_build(version);
  return Done{};
}

}  // namespace tsunagi::storage
