#pragma once
// A file that one process at a time holds, or one part of a process: the kernel's flock(), which
// ends with its holder, however it ends. Never the file of an SQLite database itself: SQLite loses
// its own locks when anybody in its process closes that file.

#include <string>

#include "wasm/core/result.h"

namespace tsunagi::storage {

inline constexpr int kLockLookMs = 50;  // how often it is looked whether the lock is free

class FileLock {
 public:
  // Creates the file where there is none; it stays when the lock ends, empty. Waits up to wait_ms.
  // kConflict: somebody else has held it all the time; kUnavailable: it cannot be opened or locked.
  [[nodiscard]] static Result<FileLock> take(const std::string& file, int wait_ms);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;  // -1: it was moved from
};

}  // namespace tsunagi::storage
