#pragma once
// The machine's clock.

#include "server/domain/ports.h"

namespace tsunagi {

class SystemClock : public Clock {
 public:
  [[nodiscard]] Seconds now() const override;
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override;
};

}  // namespace tsunagi
