#include "tests/simulation/stock/disk.h"

#include <soci/sqlite3/soci-sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "server/base/crypto.h"
#include "server/base/system_random.h"
#include "server/storage/engine.h"
#include "server/storage/errors.h"
#include "server/storage/session.h"
#include "server/storage/sql_storage.h"

namespace tsunagi::simulation {
namespace {

using storage::Session;
using storage::Sql;

constexpr Sql kBegin{"{begin_write}"};
constexpr Sql kCommit{"COMMIT"};
constexpr Sql kRollback{"ROLLBACK"};
constexpr const char* kMemoryFolder = "/dev/shm";

// A transaction a write, as in the server, on one session: a path is led by one thread, and waking
// another takes longer than what it would do.
class OneThread final : public storage::Engine {
 public:
  explicit OneThread(const storage::Address& address)
      : session_(address, storage::SessionUse::kWrite) {
    session_.execute("PRAGMA locking_mode = EXCLUSIVE");
    session_.execute("PRAGMA synchronous = OFF");
    session_.execute("PRAGMA journal_mode = MEMORY");
  }

  Result<Done> read(const storage::Work& work) override {
    try {
      return work(session_);
    } catch (...) {
      return storage::current_failure().error;
    }
  }
  Result<Done> write(const storage::Work& work) override {
    try {
      session_.run(kBegin);
      session_.let_go();
      auto written = work(session_);
      session_.run(written.ok() ? kCommit : kRollback);
      return written;
    } catch (...) {
      const auto failure = storage::current_failure();
      session_.run(kRollback);
      return failure.error;
    }
  }

 private:
  Session session_;
};

// SQLite counts what it allocates under one lock of the whole process. Only before its first
// connection; too late, it is as right and slower.
void let_sqlite_count_nothing() {
  [[maybe_unused]] static const int chosen = sqlite_api::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

std::filesystem::path fast_folder() {
  std::error_code none;
  return std::filesystem::is_directory(kMemoryFolder, none)
             ? std::filesystem::path(kMemoryFolder)
             : std::filesystem::temp_directory_path();
}

class Connection final : public storage::Engine {
 public:
  Connection(storage::Engine& engine, uint64_t& writes, std::function<bool()> is_dead)
      : engine_(engine), writes_(writes), is_dead_(std::move(is_dead)) {}

  Result<Done> read(const storage::Work& work) override {
    if (is_dead_()) return dead();
    return engine_.read(work);
  }
  Result<Done> write(const storage::Work& work) override {
    if (is_dead_()) return dead();
    ++writes_;
    auto written = engine_.write(work);
    if (is_dead_()) return dead();
    return written;
  }

 private:
  static Error dead() { return {ErrorCode::kUnavailable, "the process was killed"}; }

  storage::Engine& engine_;
  uint64_t& writes_;
  const std::function<bool()> is_dead_;
};

}  // namespace

Disk::Disk() {
  let_sqlite_count_nothing();
  folder_ = fast_folder() / ("tsunagi_simulation_" + SystemRandom().token(8));
  std::filesystem::create_directory(folder_);
  const std::string url = "sqlite://" + folder_ + "/stock.db";
  if (auto migrated = migrate(url); !migrated.ok()) {
    throw std::runtime_error(migrated.error().message);
  }
  engine_ = std::make_unique<OneThread>(*storage::parse_address(url));
}

Disk::~Disk() {
  engine_ = nullptr;
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::unique_ptr<Database> Disk::open(Clock& clock, std::function<bool()> is_dead) {
  return std::make_unique<storage::SqlStorage>(
      std::make_unique<Connection>(*engine_, writes_, std::move(is_dead)), false,
      std::string(kSecretKeyBytes, 'k'), clock);
}

}  // namespace tsunagi::simulation
