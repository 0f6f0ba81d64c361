#pragma once
// The real database, in a file of its own: as it is, and as a server sees it that may be killed
// before and after every transaction.

#include <functional>
#include <memory>
#include <string>

#include "server/storage/storage.h"

namespace tsunagi::storage {
class Engine;
}

namespace tsunagi::simulation {

class Disk {
 public:
  Disk();
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // is_dead: asked before and after every transaction of who opened it. A transaction that was
  // committed stays, whoever no longer hears of it.
  [[nodiscard]] std::unique_ptr<Database> open(Clock& clock, std::function<bool()> is_dead);
  // Transactions so far: as long as there is none more, everything is as it was.
  [[nodiscard]] uint64_t writes() const { return writes_; }

 private:
  std::string folder_;
  uint64_t writes_ = 0;
  std::unique_ptr<storage::Engine> engine_;
};

}  // namespace tsunagi::simulation
