#include "server/storage/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace tsunagi::storage {
namespace {

constexpr mode_t kOwnersLock = 0600;

Error lock_failed(const std::string& file, int reason) {
  return {ErrorCode::kUnavailable,
          "cannot lock " + file + ": " + std::generic_category().message(reason)};
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& file, int wait_ms) {
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnersLock);
  if (descriptor < 0) return lock_failed(file, errno);
  FileLock lock(descriptor);
  for (int left_ms = wait_ms;; left_ms -= kLockLookMs) {
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
    const int reason = errno;
    if (reason != EWOULDBLOCK && reason != EINTR) return lock_failed(file, reason);
    if (left_ms <= 0) return Error{ErrorCode::kConflict, file + " is locked"};
    std::this_thread::sleep_for(std::chrono::milliseconds(kLockLookMs));
  }
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace tsunagi::storage
