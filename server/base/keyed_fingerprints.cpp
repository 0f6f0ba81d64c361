#include "server/base/keyed_fingerprints.h"

#include "server/base/crypto.h"

namespace tsunagi {

KeyedFingerprints::KeyedFingerprints(std::string_view secret_key)
    : key_(hmac_sha256(secret_key, "prints of members' fields")) {}

uint64_t KeyedFingerprints::of(std::string_view text) const {
  constexpr unsigned kByteBits = 8;
  const std::string digest = hmac_sha256(key_, text);
  uint64_t print = 0;
  for (size_t i = 0; i < sizeof print; ++i) {
    print = (print << kByteBits) | static_cast<unsigned char>(digest[i]);
  }
  return print;
}

}  // namespace tsunagi
