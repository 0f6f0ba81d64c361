#pragma once
// Work that a request does not wait for, or waits for only a little. Implemented by
// base/thread_pool; tests run it inline.

#include <functional>

namespace tsunagi {

class Background {
 public:
  virtual ~Background() = default;
  // false when the queue (a named limit) is full: the caller answers with what it has.
  [[nodiscard]] virtual bool post(std::function<void()> work) = 0;
};

}  // namespace tsunagi
