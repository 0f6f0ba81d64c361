#pragma once
// A database address, taken apart.

#include <string>
#include <string_view>

#include "wasm/core/result.h"

namespace tsunagi::storage {

enum class Dialect : uint8_t { kSqlite, kPostgres };

struct Address {
  Dialect dialect = Dialect::kSqlite;
  std::string target;  // SQLite: the file; PostgreSQL: the whole address for libpq
};

// kInvalid when the address is neither sqlite://FILE nor postgresql://…; the message never repeats
// the address, which may hold a password.
[[nodiscard]] Result<Address> parse_address(std::string_view url);

}  // namespace tsunagi::storage
