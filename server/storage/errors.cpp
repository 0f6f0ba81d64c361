#include "server/storage/errors.h"

#include <soci/error.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <exception>
#include <string>

namespace tsunagi::storage {
namespace {

constexpr int kPrimaryCode = 0xff;  // SQLite's extended codes keep the primary one in the low byte

Failure sqlite_failure(const soci::sqlite3_soci_error& error) {
  const int code = error.result() & kPrimaryCode;
  const std::string name =
      "SQLite error " + std::to_string(error.result()) + ": " + sqlite_api::sqlite3_errstr(code);
  switch (code) {
    case SQLITE_CONSTRAINT:
      return {FailureKind::kFinal, {ErrorCode::kConflict, name}};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {FailureKind::kFinal, {ErrorCode::kUnavailable, name}};
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {FailureKind::kConnection, {ErrorCode::kUnavailable, name}};
    default:
      return {FailureKind::kFinal, {ErrorCode::kInternal, name}};
  }
}

// SQLSTATE classes: PostgreSQL manual, appendix A.
Failure postgres_failure(const soci::postgresql_soci_error& error) {
  const std::string state = error.sqlstate();
  const std::string_view kind = std::string_view(state).substr(0, 2);
  const std::string name = "PostgreSQL error " + state;
  if (state == "40001" || state == "40P01") {
    return {FailureKind::kRetry, {ErrorCode::kUnavailable, name + ": transactions collide"}};
  }
  if (kind == "23") return {FailureKind::kFinal, {ErrorCode::kConflict, name + ": not unique"}};
  if (state == "57014" || kind == "55") {  // a time-out of ours, or a lock not to be had
    return {FailureKind::kFinal, {ErrorCode::kUnavailable, name + ": took too long"}};
  }
  // libpq gives no SQLSTATE when the connection itself broke.
  if (kind == "08" || kind == "57" || kind == "53" || kind == "  ") {
    return {FailureKind::kConnection, {ErrorCode::kUnavailable, name + ": connection lost"}};
  }
  return {FailureKind::kFinal, {ErrorCode::kInternal, name}};
}

}  // namespace

Failure current_failure() {
  try {
    throw;
  } catch (const soci::sqlite3_soci_error& error) {
    return sqlite_failure(error);
  } catch (const soci::postgresql_soci_error& error) {
    return postgres_failure(error);
  } catch (const CannotConnect& error) {
    return {FailureKind::kConnection, {ErrorCode::kUnavailable, error.what()}};
  } catch (const soci::soci_error& error) {  // a misuse of SOCI: ours
    return {FailureKind::kConnection, {ErrorCode::kInternal, error.get_error_message()}};
  } catch (const std::exception& error) {
    return {FailureKind::kConnection,
            {ErrorCode::kInternal, std::string("database: ") + error.what()}};
  }
}

}  // namespace tsunagi::storage
