#pragma once
// Threads in a time of their own. One of them runs at a moment; when it waits, the one whose time
// comes first goes on, and the clock jumps there. So hours pass in seconds, in the same order each
// time. A thread must not wait for another in any other way than by this clock.

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

#include "server/domain/ports.h"

namespace tsunagi::test {

class VirtualClock final : public Clock {
 public:
  using Nanos = std::chrono::nanoseconds;

  [[nodiscard]] Seconds now() const override {
    const std::lock_guard lock(mutex_);
    return kBegin + std::chrono::duration_cast<std::chrono::seconds>(passed_).count();
  }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    const std::lock_guard lock(mutex_);
    return std::chrono::steady_clock::time_point(std::chrono::hours(1) + passed_);
  }
  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
            Nanos longest) override {
    lock.unlock();
    rest(longest, &changed);
    lock.lock();
  }
  void wake(std::condition_variable& changed) override {
    const std::lock_guard lock(mutex_);
    for (Thread& thread : threads_) {
      if (thread.awaits == &changed) thread.wakes_at = std::min(thread.wakes_at, passed_);
    }
  }
  void pass(Nanos longest) { rest(longest, nullptr); }
  [[nodiscard]] double passed() const {  // seconds
    const std::lock_guard lock(mutex_);
    return std::chrono::duration<double>(passed_).count();
  }

  // Runs them all until each has returned.
  void run(const std::vector<std::function<void()>>& bodies) {
    threads_ = std::vector<Thread>(bodies.size());
    std::vector<std::thread> started;
    for (size_t i = 0; i < bodies.size(); ++i) {
      started.emplace_back([this, i, &bodies] {
        self() = i;
        await_turn(i);
        bodies[i]();
        leave(i);
      });
    }
    {
      const std::lock_guard lock(mutex_);
      running_ = 0;
      threads_[0].turn.notify_one();
    }
    for (std::thread& thread : started) thread.join();
    threads_.clear();
  }

 private:
  static constexpr Seconds kBegin = 1'790'000'000;
  static constexpr size_t kNobody = std::numeric_limits<size_t>::max();
  struct Thread {
    Nanos wakes_at{0};
    const std::condition_variable* awaits = nullptr;
    bool left = false;
    std::condition_variable turn;
  };
  static size_t& self() {
    thread_local size_t index = kNobody;
    return index;
  }

  void await_turn(size_t me) {
    std::unique_lock lock(mutex_);
    threads_[me].turn.wait(lock, [&] { return running_ == me; });
  }
  void rest(Nanos longest, const std::condition_variable* awaits) {
    const size_t me = self();
    std::unique_lock lock(mutex_);
    if (me == kNobody) {  // before and after the threads
      passed_ += longest;
      return;
    }
    threads_[me].wakes_at = passed_ + std::max(longest, Nanos(1));
    threads_[me].awaits = awaits;
    pass_on();
    threads_[me].turn.wait(lock, [&] { return running_ == me; });
    threads_[me].awaits = nullptr;
  }
  void leave(size_t me) {
    const std::lock_guard lock(mutex_);
    threads_[me].left = true;
    pass_on();
  }
  void pass_on() {
    size_t next = kNobody;
    for (size_t i = 0; i < threads_.size(); ++i) {
      if (threads_[i].left) continue;
      if (next == kNobody || threads_[i].wakes_at < threads_[next].wakes_at) next = i;
    }
    running_ = next;
    if (next == kNobody) return;
    passed_ = std::max(passed_, threads_[next].wakes_at);
    threads_[next].turn.notify_one();
  }

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  Nanos passed_{0};
  std::vector<Thread> threads_;
  size_t running_ = kNobody;
};

}  // namespace tsunagi::test
