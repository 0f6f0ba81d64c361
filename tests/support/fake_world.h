#pragma once
// Time, chance and threads under a test's control.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "server/domain/background.h"
#include "server/domain/ports.h"

namespace tsunagi::fakes {

class ManualClock : public Clock {
 public:
  [[nodiscard]] Seconds now() const override { return start_ + millis_.load() / 1000; }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override;
  void advance(Seconds seconds) { millis_ += seconds * 1000; }
  void advance_ms(int64_t millis) { millis_ += millis; }

 private:
  const Seconds start_ = 1'790'000'000;
  std::atomic<int64_t> millis_ = 0;
};

// Wall time under the test's control, waiting in real time.
class HalfManualClock final : public Clock {
 public:
  [[nodiscard]] Seconds now() const override { return wall; }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::now();
  }
  std::atomic<Seconds> wall = 1'790'000'000;
};

class SeededRandom : public Random {
 public:
  explicit SeededRandom(uint64_t seed);
  uint64_t below(uint64_t limit) override;
  std::string token(int bytes) override;
  bool chance(int percent) { return below(100) < static_cast<uint64_t>(percent); }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

// Without a key: what is told apart is the same.
class PlainFingerprints final : public Fingerprints {
 public:
  [[nodiscard]] uint64_t of(std::string_view text) const override;
};

class FakeMailer : public Mailer {
 public:
  Result<MailFate> send(const Mail& mail) override;
  std::optional<Error> refuses;         // answers this
  bool loses_answer = false;            // has the mail, and never says so
  std::function<void()> before_answer;  // it has the mail by then
  std::vector<Mail> sent;
};

class InlineBackground : public Background {
 public:
  bool post(std::function<void()> work) override;
};

// Work waits until the test runs it.
class HeldBackground : public Background {
 public:
  HeldBackground();
  ~HeldBackground() override;
  bool post(std::function<void()> work) override;
  size_t waiting();
  void run_all();
  void drop_all();
  std::atomic<bool> full = false;

 private:
  std::mutex mutex_;
  std::deque<std::function<void()>> queue_;
};

class ThreadBackground : public Background {
 public:
  explicit ThreadBackground(int threads);
  ~ThreadBackground() override;
  bool post(std::function<void()> work) override;

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tsunagi::fakes
