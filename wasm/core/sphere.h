#pragma once
// Angles and arcs in integers, so that every build computes the same. Fractions are in units of
// 1/2^30; products of two of them stay below 2^62.

#include <cstdint>

namespace tsunagi::sphere {

using Fixed = int64_t;
inline constexpr int kFractionBits = 30;
inline constexpr Fixed kOne = Fixed{1} << kFractionBits;
inline constexpr int64_t kPiBillionths = 3'141'592'654;
inline constexpr Fixed kPi = (kPiBillionths << kFractionBits) / 1'000'000'000;
inline constexpr int64_t kRadiusM = 6'371'009;  // the Earth's mean radius

constexpr Fixed times(Fixed a, Fixed b) { return (a * b + kOne / 2) >> kFractionBits; }

// Taylor's series, for at most a quarter of a turn either way: there the ninth term is nothing any
// more.
inline constexpr int kTerms = 9;
constexpr Fixed sine(Fixed angle) {
  const Fixed square = times(angle, angle);
  Fixed term = angle;
  Fixed sum = angle;
  for (int i = 1; i < kTerms; ++i) {
    term = -times(term, square) / (2 * i * (2 * i + 1));
    sum += term;
  }
  return sum;
}
constexpr Fixed cosine(Fixed angle) {
  const Fixed half = sine(angle / 2);
  return kOne - 2 * times(half, half);
}
// For 0 to 0.5: 2 m of the Earth's surface at its end.
constexpr Fixed arc_sine(Fixed ratio) {
  const Fixed square = times(ratio, ratio);
  Fixed power = ratio;
  Fixed sum = ratio;
  for (int i = 1; i < kTerms; ++i) {
    power = times(power, square) * (2 * i - 1) / (2 * i);
    sum += power / (2 * i + 1);
  }
  return sum;
}

// Below 2^62.
constexpr int64_t square_root(int64_t number) {
  int64_t root = 0;
  for (int64_t bit = kOne; bit > 0; bit >>= 1) {
    const int64_t tried = root + bit;
    if (tried * tried <= number) root = tried;
  }
  return root;
}

// From the centre of a sphere of radius one.
struct Direction {
  Fixed x, y, z;
};
// Through the sphere, 0 to 2.
constexpr Fixed chord_between(const Direction& a, const Direction& b) {
  const Fixed x = a.x - b.x;
  const Fixed y = a.y - b.y;
  const Fixed z = a.z - b.z;
  return square_root(x * x + y * y + z * z);
}

}  // namespace tsunagi::sphere
