#pragma once
// HMAC-SHA256 with one key, many times: the key's two blocks are hashed once.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tsunagi::http {

class KeyedHash {
 public:
  using Digest = std::array<unsigned char, 32>;
  explicit KeyedHash(std::string_view key);
  ~KeyedHash();
  KeyedHash(const KeyedHash&) = delete;
  KeyedHash& operator=(const KeyedHash&) = delete;

  // Safe from any thread.
  [[nodiscard]] Digest of(std::string_view message) const;
  [[nodiscard]] std::string hex_of(std::string_view message) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsunagi::http
