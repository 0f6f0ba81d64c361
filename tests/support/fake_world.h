#pragma once
// Time, chance and threads under a test's control.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "server/domain/background.h"
#include "server/domain/ports.h"

namespace tsunagi::fakes {

class ManualClock : public Clock {
 public:
  [[nodiscard]] Seconds now() const override { return start_ + millis_.load() / 1000; }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point(std::chrono::hours(1) +
                                                 std::chrono::milliseconds(millis_.load()));
  }
  void advance(Seconds seconds) { millis_ += seconds * 1000; }
  void advance_ms(int64_t millis) { millis_ += millis; }

 private:
  const Seconds start_ = 1'790'000'000;
  std::atomic<int64_t> millis_ = 0;
};

class SeededRandom : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  uint64_t below(uint64_t limit) override {
    const std::lock_guard lock(mutex_);
    return limit == 0 ? 0 : engine_() % limit;
  }
  std::string token(int bytes) override {
    std::string out;
    for (int i = 0; i < bytes * 2; ++i) out += "0123456789abcdef"[below(16)];
    return out;
  }
  bool chance(int percent) { return below(100) < static_cast<uint64_t>(percent); }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

class InlineBackground : public Background {
 public:
  bool post(std::function<void()> work) override {
    work();
    return true;
  }
};

// Work waits until the test runs it.
class HeldBackground : public Background {
 public:
  bool post(std::function<void()> work) override {
    const std::lock_guard lock(mutex_);
    if (full) return false;
    queue_.push_back(std::move(work));
    return true;
  }
  size_t waiting() {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }
  void run_all() {
    for (;;) {
      std::function<void()> work;
      {
        const std::lock_guard lock(mutex_);
        if (queue_.empty()) return;
        work = std::move(queue_.front());
        queue_.pop_front();
      }
      work();
    }
  }
  void drop_all() {
    const std::lock_guard lock(mutex_);
    queue_.clear();
  }
  std::atomic<bool> full = false;

 private:
  std::mutex mutex_;
  std::deque<std::function<void()>> queue_;
};

class ThreadBackground : public Background {
 public:
  explicit ThreadBackground(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  }
  ~ThreadBackground() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    ready_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  bool post(std::function<void()> work) override {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(work));
    }
    ready_.notify_one();
    return true;
  }

 private:
  void run() {
    for (;;) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        work = std::move(queue_.front());
        queue_.pop_front();
      }
      work();
    }
  }
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tsunagi::fakes
