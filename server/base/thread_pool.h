#pragma once
// Background work on a fixed number of threads with a bounded queue. The destructor finishes what
// was accepted.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "server/domain/background.h"

namespace tsunagi {

struct ThreadPoolLimits {
  size_t threads = 8;
  size_t queue = 1'024;  // pieces of work waiting for a thread
};

class ThreadPool : public Background {
 public:
  explicit ThreadPool(ThreadPoolLimits limits);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // false when the queue is full or the pool is stopping. Work must not throw.
  [[nodiscard]] bool post(std::function<void()> work) override;

 private:
  void run();

  const size_t queue_limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;  // guarded by mutex_
  bool stopping_ = false;                      // guarded by mutex_
  std::vector<std::thread> threads_;           // constant after construction
};

}  // namespace tsunagi
