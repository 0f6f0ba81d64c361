// PostgreSQL: a use case is a transaction on a session of the pool. A transaction that collided
// with another is run again; so is one whose session turned out to be dead before it could commit.

#include "server/storage/engine.h"
#include "server/storage/errors.h"
#include "server/storage/session.h"
#include "server/storage/session_pool.h"

namespace tsunagi::storage {
namespace {

constexpr std::string_view kBeginTransaction = "BEGIN";
constexpr std::string_view kCommitTransaction = "COMMIT";
constexpr std::string_view kRollbackTransaction = "ROLLBACK";

class PostgresEngine : public Engine {
 public:
  PostgresEngine(const Address& address, size_t sessions)
      : pool_(address, SessionUse::kWrite, sessions) {}

  Result<Done> read(const Work& work) override { return with_tries(&PostgresEngine::query, work); }

  Result<Done> write(const Work& work) override {
    return with_tries(&PostgresEngine::transaction, work);
  }

 private:
  struct Attempt {
    Result<Done> result;
    bool again = false;
  };
  using Try = Attempt (PostgresEngine::*)(SessionPool::Lease&, const Work&);

  Result<Done> with_tries(Try once, const Work& work) {
    for (int tries = 1;; ++tries) {
      Attempt attempt = with_lease(once, work);
      if (!attempt.again || tries == kTransactionTries) return std::move(attempt.result);
    }
  }

  Attempt with_lease(Try once, const Work& work) {
    try {
      auto lease = pool_.borrow();
      if (!lease) return {.result = lease.error()};
      return (this->*once)(*lease, work);
    } catch (
        ...) {  // no session to be had: the server is away, and trying at once again does not help
      return {.result = current_failure().error};
    }
  }

  Attempt query(SessionPool::Lease& lease, const Work& work) {
    try {
      return {.result = work(*lease)};
    } catch (...) {
      return undo(lease, current_failure());
    }
  }

  Attempt transaction(SessionPool::Lease& lease, const Work& work) {
    try {
      (*lease).execute(kBeginTransaction);
      (*lease).let_go();
      Result<Done> result = work(*lease);
      if (!result) {
        roll_back(lease);
        return {.result = std::move(result)};
      }
    } catch (...) {
      return undo(lease, current_failure());
    }
    return commit(lease);
  }

  Attempt commit(SessionPool::Lease& lease) {
    try {
      (*lease).execute(kCommitTransaction);
      return {.result = Done{}};
    } catch (...) {
      const Failure failure = current_failure();
      Attempt attempt = undo(lease, failure);
      // Whether a commit that lost its connection took effect is unknown: it is not ours to repeat.
      if (failure.kind == FailureKind::kConnection) attempt.again = false;
      return attempt;
    }
  }

  Attempt undo(SessionPool::Lease& lease, const Failure& failure) {
    switch (failure.kind) {
      case FailureKind::kConnection:
        lease.spoil();
        pool_.drop_idle();
        return {.result = failure.error, .again = true};
      case FailureKind::kRetry:
        roll_back(lease);
        return {.result = failure.error, .again = true};
      case FailureKind::kFinal:
        roll_back(lease);
        return {.result = failure.error};
    }
    return {.result = failure.error};
  }

  static void roll_back(SessionPool::Lease& lease) {
    try {
      (*lease).execute(kRollbackTransaction);
    } catch (...) {
      lease.spoil();
    }
  }

  SessionPool pool_;
};

}  // namespace

std::unique_ptr<Engine> make_postgres_engine(const Address& address, size_t sessions) {
  return std::make_unique<PostgresEngine>(address, sessions);
}

}  // namespace tsunagi::storage
