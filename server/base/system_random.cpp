#include "server/base/system_random.h"

#include <cstdlib>
#include <cstring>

#include "server/base/crypto.h"

namespace tsunagi {

uint64_t SystemRandom::below(uint64_t limit) {
  if (limit == 0) std::abort();
  // The lowest 2^64 mod limit values are drawn again, so that what is left divides evenly.
  const uint64_t unfair = (0 - limit) % limit;
  for (;;) {
    uint64_t value = 0;
    std::memcpy(&value, random_bytes(sizeof value).data(), sizeof value);
    if (value >= unfair) return value % limit;
  }
}

std::string SystemRandom::token(int bytes) {
  if (bytes < 0) std::abort();
  return hex(random_bytes(static_cast<size_t>(bytes)));
}

}  // namespace tsunagi
