#pragma once

#include <string>

#include "server/domain/ports.h"

namespace tsunagi {

// The first 64 bits of HMAC-SHA-256, with a key of its own made of the server's secret key.
class KeyedFingerprints final : public Fingerprints {
 public:
  explicit KeyedFingerprints(std::string_view secret_key);
  [[nodiscard]] uint64_t of(std::string_view text) const override;

 private:
  const std::string key_;
};

}  // namespace tsunagi
