#include "tests/support/fake_world.h"

#include "server/domain/fnv1a.h"

namespace tsunagi::fakes {

// ---- ManualClock

std::chrono::steady_clock::time_point ManualClock::steady() const {
  return std::chrono::steady_clock::time_point(std::chrono::hours(1) +
                                               std::chrono::milliseconds(millis_.load()));
}

// ---- SeededRandom

SeededRandom::SeededRandom(uint64_t seed) : engine_(seed) {}

uint64_t SeededRandom::below(uint64_t limit) {
  const std::lock_guard lock(mutex_);
  return limit == 0 ? 0 : engine_() % limit;
}

std::string SeededRandom::token(int bytes) {
  std::string out;
  for (int i = 0; i < bytes * 2; ++i) out += "0123456789abcdef"[below(16)];
  return out;
}

// ---- PlainFingerprints

uint64_t PlainFingerprints::of(std::string_view text) const {
  Fnv1a hash;
  hash.add(text);
  return hash.value();
}

// ---- FakeMailer

Result<MailFate> FakeMailer::send(const Mail& mail) {
  if (refuses) return *refuses;
  sent.push_back(mail);
  if (before_answer) before_answer();
  return loses_answer ? MailFate::kUnknown : MailFate::kTaken;
}

// ---- InlineBackground

bool InlineBackground::post(std::function<void()> work) {
  work();
  return true;
}

// ---- HeldBackground

HeldBackground::HeldBackground() = default;
HeldBackground::~HeldBackground() = default;

bool HeldBackground::post(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (full) return false;
  queue_.push_back(std::move(work));
  return true;
}

size_t HeldBackground::waiting() {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void HeldBackground::run_all() {
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

void HeldBackground::drop_all() {
  const std::lock_guard lock(mutex_);
  queue_.clear();
}

// ---- ThreadBackground

ThreadBackground::ThreadBackground(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

ThreadBackground::~ThreadBackground() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool ThreadBackground::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
  }
  ready_.notify_one();
  return true;
}

void ThreadBackground::run() {
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

}  // namespace tsunagi::fakes
