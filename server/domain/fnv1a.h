#pragma once
// FNV-1a, 64 bits: the same on every machine and in every release, so that it may be stored. Not
// for what somebody could gain from by finding a collision.

#include <cstdint>
#include <string_view>

namespace tsunagi {

class Fnv1a {
 public:
  // "ab" and "c" is not "a" and "bc".
  void add(std::string_view text) {
    for (const char c : text) take(static_cast<unsigned char>(c));
    take(kEnd);
  }
  [[nodiscard]] uint64_t value() const { return hash_; }

 private:
  static constexpr uint64_t kStart = 0xCBF29CE484222325ULL;
  static constexpr uint64_t kPrime = 0x100000001B3ULL;
  static constexpr unsigned char kEnd = 0xFF;  // no byte of UTF-8

  void take(unsigned char byte) { hash_ = (hash_ ^ byte) * kPrime; }

  uint64_t hash_ = kStart;
};

}  // namespace tsunagi
