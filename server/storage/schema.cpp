#include "server/storage/schema.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "server/storage/errors.h"
#include "server/storage/migrations/migrations.h"
#include "server/storage/session.h"
#include "server/storage/storage.h"

namespace tsunagi::storage {
namespace {

constexpr std::string_view kBegin = "{begin_write}";
constexpr std::string_view kOneAtATime = "{migration_lock}";
constexpr std::string_view kCreateVersionTable =
    "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)";
constexpr Sql kHasVersionTable{"{has_version_table}"};
constexpr Sql kVersion{"SELECT version FROM schema_version"};
constexpr Sql kForgetVersion{"DELETE FROM schema_version"};
constexpr Sql kSetVersion{"INSERT INTO schema_version (version) VALUES (:a)"};

// 0: an empty database.
int version_of(Session& session) {
  int64_t tables = 0;
  session.one(kHasVersionTable, std::tie(tables));
  int64_t version = 0;
  if (tables > 0) session.one(kVersion, std::tie(version));
  return static_cast<int>(version);
}

Error newer(int version) {
  return {ErrorCode::kConflict,
          "the database has schema " + std::to_string(version) + ", newer than this program's " +
              std::to_string(schema_version_of_program()) + ": start the newer program"};
}

Result<int> apply_missing(Session& session) {
  session.execute(kCreateVersionTable);
  const int before = version_of(session);
  if (before > schema_version_of_program()) return newer(before);
  for (const Migration& migration : migrations()) {
    if (migration.version <= before) continue;
    for (const std::string_view statement : migration.statements) session.execute(statement);
    session.run(kForgetVersion);
    session.run(kSetVersion, migration.version);
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
    session.execute(kBegin);
    if (session.dialect() == Dialect::kPostgres) session.execute(kOneAtATime);
    const Result<int> applied = apply_missing(session);
    session.execute(applied.ok() ? "COMMIT" : "ROLLBACK");
    return applied;
  } catch (...) {
    return current_failure().error;
  }
}

Result<Done> check_schema(Session& session) {
  const int version = version_of(session);
  if (version > schema_version_of_program()) return newer(version);
  if (version < schema_version_of_program()) {
    return Error{ErrorCode::kConflict,
                 "the database has schema " + std::to_string(version) + ", this program needs " +
                     std::to_string(schema_version_of_program()) + ": run tsunagi migrate"};
  }
  return Done{};
}

}  // namespace tsunagi::storage
