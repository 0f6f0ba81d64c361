#pragma once

#include <cstdint>
#include <cstdlib>

namespace tsunagi::simulation {

// A figure that the caller may set for one run, such as SEED; without it, `otherwise`.
inline uint64_t number_from_environment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace tsunagi::simulation
