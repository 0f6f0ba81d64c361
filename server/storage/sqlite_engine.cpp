// SQLite: writes queue up for one thread, which commits as many as are waiting in one transaction
// (a commit is a disk flush); they are answered after it. When one of them fails, all are undone
// and run again, each with a savepoint of its own, so that it does not fail its neighbours.

#include <array>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "server/storage/engine.h"
#include "server/storage/errors.h"
#include "server/storage/session.h"
#include "server/storage/session_pool.h"

namespace tsunagi::storage {
namespace {

constexpr Sql kBegin{"{begin_write}"};
constexpr Sql kCommit{"COMMIT"};
constexpr Sql kRollback{"ROLLBACK"};
constexpr Sql kSavepoint{"SAVEPOINT one_write"};
constexpr Sql kRelease{"RELEASE one_write"};
constexpr Sql kRollbackOne{"ROLLBACK TO one_write"};

struct Write {
  const Work& work;  // of the thread that waits for answer
  Result<Done> result = Done{};
  std::promise<Result<Done>> answer;
  std::array<std::shared_ptr<Write>, 2> next = {};  // to be answered by the thread of this one
};

class SqliteEngine : public Engine {
 public:
  SqliteEngine(const Address& address, size_t sessions, std::optional<FileLock> alone)
      : alone_(std::move(alone)),
        address_(address),
        readers_(address, SessionUse::kRead, sessions),
        writer_([this] { write_all(); }) {}

  ~SqliteEngine() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    queued_.notify_all();
    writer_.join();
  }

  Result<Done> read(const Work& work) override {
    try {
      auto lease = readers_.borrow();
      if (!lease) return lease.error();
      try {
        return work(**lease);
      } catch (...) {
        lease->spoil();
        throw;
      }
    } catch (...) {
      return current_failure().error;
    }
  }

  Result<Done> write(const Work& work) override {
    // Shared with the writer, which may still be inside set_value() when this thread goes on.
    const auto write = std::make_shared<Write>(Write{.work = work, .answer = {}});
    auto answer = write->answer.get_future();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return Error{ErrorCode::kUnavailable, "the database is closing"};
      if (queue_.size() >= kWriteQueueLimit) {
        return Error{ErrorCode::kUnavailable, "too many writes are waiting for the database"};
      }
      queue_.push_back(write);
    }
    queued_.notify_one();
    Result<Done> result = answer.get();
    for (const auto& next : write->next) {
      if (next) next->answer.set_value(next->result);
    }
    return result;
  }

 private:
  using Group = std::vector<std::shared_ptr<Write>>;

  // The writer thread: until stopping and nothing is queued.
  void write_all() {
    for (;;) {
      Group group = next_group();
      if (group.empty()) return;
      commit(group);
      tell(std::move(group));
    }
  }

  // Waking a thread takes a good part of what a write takes: the threads wake each other, as a tree
  // of two branches, while the writer goes on.
  static void tell(Group group) {
    for (size_t i = group.size() - 1; i > 0; --i) {
      group[(i - 1) / 2]->next[i % 2] = std::move(group[i]);
    }
    group.front()->answer.set_value(group.front()->result);
  }

  Group next_group() {
    std::unique_lock lock(mutex_);
    queued_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    Group group;
    while (!queue_.empty() && group.size() < kGroupMax) {
      group.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    return group;
  }

  // Leaves in every write of the group its result, after the commit.
  void commit(const Group& group) {
    if (commit_together(group)) return;
    const bool alone = group.size() == 1;  // its failure is its result
    if (!alone) commit_apart(group);
  }

  // False when a write failed: then nothing of the group is written.
  bool commit_together(const Group& group) {
    return in_transaction(group, [&] {
      for (const auto& write : group) {
        write->result = attempt(*session_, write->work);
        if (!write->result) return false;
      }
      return true;
    });
  }

  void commit_apart(const Group& group) {
    in_transaction(group, [&] {
      for (const auto& write : group) write->result = run_one(*session_, write->work);
      return true;
    });
  }

  // Commits what work() wrote unless it answers false. What breaks the transaction is the result of
  // every write that has not failed by itself.
  template <class WriteGroup>
  bool in_transaction(const Group& group, const WriteGroup& work) {
    try {
      if (session_ == nullptr) session_ = std::make_unique<Session>(address_, SessionUse::kWrite);
      session_->run(kBegin);
      session_->let_go();
      if (!work()) {
        roll_back();
        return false;
      }
      session_->run(kCommit);
    } catch (...) {
      const Failure failure = current_failure();
      for (const auto& write : group) {
        if (write->result.ok()) write->result = failure.error;
      }
      roll_back();
    }
    return true;
  }

  // A failure of the work itself is its result; a failure to undo it breaks the group and is
  // thrown.
  static Result<Done> run_one(Session& session, const Work& work) {
    session.run(kSavepoint);
    Result<Done> result = attempt(session, work);
    if (!result) {
      session.run(kRollbackOne);
      session.let_go();  // it may have installed the shop
    }
    session.run(kRelease);
    return result;
  }

  static Result<Done> attempt(Session& session, const Work& work) {
    try {
      return work(session);
    } catch (...) {
      return current_failure().error;
    }
  }

  // Some errors have ended the transaction already; then the session is opened anew.
  void roll_back() {
    try {
      if (session_ != nullptr) session_->run(kRollback);
    } catch (...) {
      session_.reset();
    }
  }

  const std::optional<FileLock> alone_;  // first: it outlives all sessions
  const Address address_;
  SessionPool readers_;
  std::unique_ptr<Session> session_;  // the writer thread's own

  std::mutex mutex_;
  std::condition_variable queued_;
  std::deque<std::shared_ptr<Write>> queue_;  // guarded by mutex_
  bool stopping_ = false;                     // guarded by mutex_
  std::thread writer_;                        // last: it uses all of the above
};

}  // namespace

std::unique_ptr<Engine> make_sqlite_engine(const Address& address, size_t sessions,
                                           std::optional<FileLock> alone) {
  return std::make_unique<SqliteEngine>(address, sessions, std::move(alone));
}

}  // namespace tsunagi::storage
