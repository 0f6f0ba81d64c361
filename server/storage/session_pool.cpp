#include "server/storage/session_pool.h"

#include <chrono>
#include <utility>

#include "server/storage/engine.h"

namespace tsunagi::storage {

SessionPool::SessionPool(const Address& address, SessionUse use, size_t limit)
    : address_(address), use_(use), limit_(limit == 0 ? 1 : limit) {}

Result<SessionPool::Lease> SessionPool::borrow() {
  {
    std::unique_lock lock(mutex_);
    const bool free = freed_.wait_for(lock, std::chrono::milliseconds(kSessionWaitMs),
                                      [this] { return lent_ < limit_; });
    if (!free) return Error{ErrorCode::kUnavailable, "all database sessions are busy"};
    ++lent_;
    if (!idle_.empty()) {
      std::unique_ptr<Session> session = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(session));
    }
  }
  try {
    return Lease(*this, std::make_unique<Session>(address_, use_));
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

void SessionPool::drop_idle() {
  std::vector<std::unique_ptr<Session>> closing;  // closed outside of the lock
  const std::lock_guard lock(mutex_);
  closing.swap(idle_);
}

void SessionPool::give_back(std::unique_ptr<Session> session) {
  {
    const std::lock_guard lock(mutex_);
    --lent_;
    if (session != nullptr) idle_.push_back(std::move(session));
  }
  freed_.notify_one();
}

SessionPool::Lease::Lease(SessionPool& pool, std::unique_ptr<Session> session)
    : pool_(&pool), session_(std::move(session)) {}

SessionPool::Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      session_(std::move(other.session_)),
      spoiled_(other.spoiled_) {}

SessionPool::Lease::~Lease() {
  if (pool_ == nullptr) return;
  if (spoiled_) session_.reset();
  pool_->give_back(std::move(session_));
}

}  // namespace tsunagi::storage
