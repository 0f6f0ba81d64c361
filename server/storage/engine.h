#pragma once
// How a piece of work reaches the database: who opens sessions, who begins, commits and tries
// again.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "server/storage/address.h"
#include "server/storage/file_lock.h"
#include "wasm/core/result.h"

namespace tsunagi::storage {

class Session;

// The work of a use case. It may be run again from the start on another session, so it must not
// consume what it captured. An error it answers undoes all it wrote.
using Work = std::function<Result<Done>(Session&)>;

class Engine {
 public:
  virtual ~Engine() = default;
  // Neither throws: what the database throws is answered as an Error.
  [[nodiscard]] virtual Result<Done> read(const Work& work) = 0;
  // One transaction, committed and on disk when this answers.
  [[nodiscard]] virtual Result<Done> write(const Work& work) = 0;
};

inline constexpr size_t kWriteQueueLimit =
    4'096;  // writes waiting for SQLite's writer; more are kUnavailable
inline constexpr size_t kGroupMax = 256;  // writes of one SQLite commit
inline constexpr int kTransactionTries =
    5;  // PostgreSQL: after serialization failures, deadlocks, lost sessions
inline constexpr int kSessionWaitMs = 2'000;  // for a free session of the pool

// alone: what keeps other servers from the file, held until the last session is closed.
[[nodiscard]] std::unique_ptr<Engine> make_sqlite_engine(const Address& address, size_t sessions,
                                                         std::optional<FileLock> alone);
[[nodiscard]] std::unique_ptr<Engine> make_postgres_engine(const Address& address, size_t sessions);

}  // namespace tsunagi::storage
