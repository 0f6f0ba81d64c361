#pragma once
// Which version the database's schema has, and bringing it to ours.

#include "server/storage/address.h"
#include "wasm/core/result.h"

namespace tsunagi::storage {

class Session;

[[nodiscard]] int schema_version_of_program();

// Applies what is missing in one transaction; answers how many steps.
[[nodiscard]] Result<int> migrate_schema(const Address& address);

// kConflict unless the database has exactly the version of this program.
[[nodiscard]] Result<Done> check_schema(Session& session);

}  // namespace tsunagi::storage
