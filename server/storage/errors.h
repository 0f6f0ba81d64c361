#pragma once
// What a database exception means to a caller. The only place that reads SOCI's exceptions.

#include <stdexcept>

#include "wasm/core/result.h"

namespace tsunagi::storage {

// Thrown by a session that cannot be opened: SOCI throws the same type for that and for a misuse of
// SOCI.
struct CannotConnect : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class FailureKind : uint8_t {
  kFinal,       // the same call fails again
  kRetry,       // serialization failure or deadlock: the whole transaction may be run again
  kConnection,  // the session is useless; another one may work
};

struct Failure {
  FailureKind kind = FailureKind::kFinal;
  Error error;  // names no bound value: those may be personal
};

// Only inside a catch clause.
[[nodiscard]] Failure current_failure();

}  // namespace tsunagi::storage
