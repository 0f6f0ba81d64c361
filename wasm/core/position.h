#pragma once
// A place on the Earth, and how far it is from another.

#include <cstdint>

namespace tsunagi {

inline constexpr int64_t kPartsOfDegree = 1'000'000;
inline constexpr int64_t kNorthMost = 90 * kPartsOfDegree;
inline constexpr int64_t kEastMost = 180 * kPartsOfDegree;

// In millionths of a degree.
struct Position {
  int64_t north = 0, east = 0;
  bool operator==(const Position&) const = default;
};
bool is_on_earth(const Position& position);

// On a sphere of the Earth's mean radius, in metres; both must be on the Earth. Integers all the
// way: the same in every build. At most 0.3 % off the ellipsoid.
int64_t distance_m(const Position& from, const Position& to);

}  // namespace tsunagi
