#pragma once
// Randomness from OpenSSL's generator: good for codes, states and tokens.

#include "server/domain/ports.h"

namespace tsunagi {

class SystemRandom : public Random {
 public:
  // Every number below limit is equally likely. limit is at least 1.
  uint64_t below(uint64_t limit) override;
  std::string token(int bytes) override;
};

}  // namespace tsunagi
