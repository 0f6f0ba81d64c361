#pragma once
// Faults that the front plays on the platform's own paths (never on the control or the till).

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "tests/sandbox/smaregi/model/wire.h"

namespace tsunagi::smaregi_sandbox {

inline constexpr int64_t kMaxDelayMs = 60'000;

// What to do with one request; the default is nothing.
struct Fault {
  int64_t delay_ms = 0;
  int status = 0;                        // answer this status with an error body; 0: no
  std::string detail = "sandbox fault";  // of that body
  bool drop = false;                     // close the connection without an answer
  bool half_body = false;                // announce the whole body, send half of it, close
  bool html = false;                     // an HTML page in place of JSON
};

class Faults {
 public:
  // Takes {delay_ms, status, detail, drop, half_body, html, path, remaining, percent, seed};
  // refuses what it does not know.
  // {} switches all of them off.
  void configure(const Json& body);
  [[nodiscard]] Json describe() const;
  [[nodiscard]] Fault next(std::string_view path);

 private:
  Fault fault_;
  std::string path_;        // prefix of the address it applies to; "*" in it stands for one segment
  int64_t remaining_ = -1;  // how many more requests; -1: no end
  int64_t percent_ = 100;
  int64_t seed_ = 1;
  std::mt19937_64 random_{1};
};

}  // namespace tsunagi::smaregi_sandbox
