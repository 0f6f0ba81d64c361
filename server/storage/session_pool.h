#pragma once
// A bounded set of sessions, opened when first needed and lent to one thread at a time.

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "server/storage/session.h"

namespace tsunagi::storage {

class SessionPool {
 public:
  SessionPool(const Address& address, SessionUse use, size_t limit);

  // A session to use. It goes back by itself, unless it was spoiled: then it is closed.
  class Lease {
   public:
    Lease(SessionPool& pool, std::unique_ptr<Session> session);
    ~Lease();
    Lease(Lease&& other) noexcept;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lease& operator=(Lease&&) = delete;

    Session& operator*() const { return *session_; }
    void spoil() { spoiled_ = true; }

   private:
    SessionPool* pool_;
    std::unique_ptr<Session> session_;
    bool spoiled_ = false;
  };

  // kUnavailable when no session comes free in kSessionWaitMs. Throws what opening a session
  // throws.
  [[nodiscard]] Result<Lease> borrow();

  // Closes the idle sessions: after one lost its server, the others have too.
  void drop_idle();

 private:
  void give_back(std::unique_ptr<Session> session);  // null: the place is free again

  const Address address_;
  const SessionUse use_;
  const size_t limit_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Session>> idle_;  // guarded by mutex_
  size_t lent_ = 0;                             // guarded by mutex_
};

}  // namespace tsunagi::storage
