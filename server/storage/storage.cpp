#include "server/storage/storage.h"

#include <filesystem>

#include "server/base/crypto.h"
#include "server/storage/address.h"
#include "server/storage/schema.h"
#include "server/storage/sql_storage.h"

namespace tsunagi {
namespace {

using storage::Address;
using storage::Dialect;
using storage::Engine;

std::unique_ptr<Engine> make_engine(const Address& address, size_t sessions) {
  switch (address.dialect) {
    case Dialect::kSqlite:
      return storage::make_sqlite_engine(address, sessions);
    case Dialect::kPostgres:
      return storage::make_postgres_engine(address, sessions);
  }
  return nullptr;
}

// Opening would create the file: an address misspelt must not look like an empty database.
bool file_is_there(const Address& address) {
  std::error_code ignored;
  return std::filesystem::exists(address.target, ignored);
}

}  // namespace

Result<int> migrate(std::string_view url) {
  const auto address = storage::parse_address(url);
  if (!address) return address.error();
  return storage::migrate_schema(*address);
}

Result<std::unique_ptr<Database>> open_storage(const StorageOptions& options) {
  if (options.secret_key.size() != kSecretKeyBytes) {
    return Error{ErrorCode::kInvalid, "the secret key must be 32 bytes long"};
  }
  const auto address = storage::parse_address(options.url);
  if (!address) return address.error();
  if (address->dialect == Dialect::kSqlite && !file_is_there(*address)) {
    return Error{ErrorCode::kConflict,
                 "there is no database file " + address->target + ": run tsunagi migrate"};
  }
  std::unique_ptr<Engine> engine = make_engine(*address, options.sessions);
  const Result<Done> schema = engine->read(&storage::check_schema);
  if (!schema) return schema.error();
  // SQLite's file is one server's.
  const bool shared = address->dialect == Dialect::kPostgres;
  std::unique_ptr<Database> opened = std::make_unique<storage::SqlStorage>(
      std::move(engine), shared, options.secret_key, options.clock);
  return opened;
}

}  // namespace tsunagi
