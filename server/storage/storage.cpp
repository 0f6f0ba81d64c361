#include "server/storage/storage.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "server/base/crypto.h"
#include "server/storage/address.h"
#include "server/storage/schema.h"
#include "server/storage/sql_storage.h"

namespace tsunagi {
namespace {

using storage::Address;
using storage::Dialect;
using storage::Engine;
using storage::FileLock;

constexpr std::string_view kLockSuffix = ".lock";

std::unique_ptr<Engine> make_engine(const Address& address, size_t sessions,
                                    std::optional<FileLock> alone) {
  switch (address.dialect) {
    case Dialect::kSqlite:
      return storage::make_sqlite_engine(address, sessions, std::move(alone));
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

// One file has one lock, by whatever links it is reached.
Result<FileLock> lock_alone(const Address& address, int wait_ms) {
  std::error_code failed;
  const std::string file = std::filesystem::canonical(address.target, failed).string();
  if (failed) return Error{ErrorCode::kUnavailable, address.target + ": " + failed.message()};
  auto lock = FileLock::take(file + std::string(kLockSuffix), wait_ms);
  if (lock.ok() || lock.error().code != ErrorCode::kConflict) return lock;
  return Error{ErrorCode::kConflict,
               "another tsunagi serve is at " + file + " and did not end within " +
                   std::to_string(wait_ms / 1'000) +
                   " seconds: an SQLite file is for one server, PostgreSQL is for several"};
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
  std::optional<FileLock> alone;
  if (address->dialect == Dialect::kSqlite && options.server_wait_ms) {
    auto lock = lock_alone(*address, *options.server_wait_ms);
    if (!lock) return lock.error();
    alone = *std::move(lock);
  }
  const bool is_alone = alone.has_value();
  std::unique_ptr<Engine> engine = make_engine(*address, options.sessions, std::move(alone));
  const Result<Done> schema = engine->read(&storage::check_schema);
  if (!schema) return schema.error();
  // SQLite's file is one server's.
  const bool shared = address->dialect == Dialect::kPostgres;
  std::unique_ptr<Database> opened = std::make_unique<storage::SqlStorage>(
      std::move(engine), shared, options.secret_key, options.clock);
  if (is_alone) {
    if (auto taken = opened->take_up_leases(options.clock.now()); !taken) return taken.error();
  }
  return opened;
}

}  // namespace tsunagi
