#include "server/storage/address.h"

#include <libpq-fe.h>

#include <memory>

namespace tsunagi::storage {
namespace {

constexpr std::string_view kSqlitePrefix = "sqlite://";
constexpr std::string_view kSqliteKey = "db=";
constexpr std::string_view kPostgresPrefixes[] = {"postgresql://", "postgres://"};
constexpr size_t kAddressMaxLength = 2'000;

Error invalid(std::string message) { return {ErrorCode::kInvalid, std::move(message)}; }

Result<Address> sqlite_address(std::string_view file) {
  if (file.starts_with(kSqliteKey)) file.remove_prefix(kSqliteKey.size());
  if (file.empty()) return invalid("the database address names no file: sqlite://FILE");
  if (file.starts_with(":memory:") || file.starts_with("file:")) {
    return invalid("the database must be a file on disk: sqlite://FILE");
  }
  // SOCI takes the file's name between double quotes.
  if (file.find('"') != std::string_view::npos || file.find('\0') != std::string_view::npos) {
    return invalid("the database file's name must not hold a double quote or a NUL");
  }
  return Address{Dialect::kSqlite, std::string(file)};
}

// libpq would repeat an address that it cannot read, password and all, so it is asked here and its
// words are dropped.
Result<Address> postgres_address(std::string url) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
      PQconninfoParse(url.c_str(), nullptr), &PQconninfoFree);
  if (parsed == nullptr) {
    return invalid("the database address must be postgresql://user@host:port/database");
  }
  return Address{Dialect::kPostgres, std::move(url)};
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
  if (url.size() > kAddressMaxLength) return invalid("the database address is too long");
  if (url.starts_with(kSqlitePrefix)) return sqlite_address(url.substr(kSqlitePrefix.size()));
  for (const std::string_view prefix : kPostgresPrefixes) {
    if (!url.starts_with(prefix)) continue;
    if (url.find('\0') != std::string_view::npos) {
      return invalid("the database address must not hold a NUL");
    }
    return postgres_address(std::string(url));
  }
  return invalid("the database address must be sqlite://FILE or postgresql://…");
}

}  // namespace tsunagi::storage
