#include "server/storage/sql_storage.h"

#include "server/storage/schema.h"

namespace tsunagi::storage {

SqlStorage::SqlStorage(std::unique_ptr<Engine> engine, bool shared, std::string secret_key,
                       Clock& clock)
    : engine_(std::move(engine)),
      shared_(shared),
      secret_key_(std::move(secret_key)),
      clock_(clock) {}

Result<Done> SqlStorage::ready() { return read(&check_schema); }

Result<Done> SqlStorage::apply(TenantId tenant, const std::vector<Change>& changes) {
  if (changes.empty()) return Done{};
  const Seconds now = clock_.now();
  return write([&](Session& session) { return apply_changes(session, tenant, changes, now); });
}

Result<Done> check_key(std::string_view what, std::string_view key) {
  if (key.empty()) return Error{ErrorCode::kInvalid, std::string(what) + " must not be empty"};
  if (key.size() > kKeyMaxBytes) {
    return Error{ErrorCode::kInvalid, std::string(what) + " must be at most " +
                                          std::to_string(kKeyMaxBytes) + " bytes long"};
  }
  return Done{};
}

std::string_view cut_error(std::string_view error) { return error.substr(0, kErrorMaxBytes); }

}  // namespace tsunagi::storage
