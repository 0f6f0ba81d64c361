#include "wasm/core/position.h"

#include "wasm/core/sphere.h"

namespace tsunagi {
namespace {

constexpr sphere::Fixed arc_radians(int64_t millionths) {
  // 2^30 * pi / 180,000,000 as one number first, with twenty bits more: 1.8e8 * 2e7 is far from
  // full.
  constexpr int kMoreBits = 20;
  constexpr int64_t kUnit = sphere::kPi * (1 << kMoreBits) / kEastMost;
  return (millionths * kUnit) >> kMoreBits;
}

// Of any angle within half a turn, by one within a quarter of it.
constexpr sphere::Direction looking(int64_t north, int64_t east) {
  const bool behind = east > kNorthMost || east < -kNorthMost;
  const int64_t half_turn = east < 0 ? -kEastMost : kEastMost;
  const sphere::Fixed side = arc_radians(behind ? half_turn - east : east);
  const sphere::Fixed height = arc_radians(north);
  const sphere::Fixed level = sphere::cosine(height);
  const sphere::Fixed ahead = sphere::times(level, sphere::cosine(side));
  return {.x = behind ? -ahead : ahead,
          .y = sphere::times(level, sphere::sine(side)),
          .z = sphere::sine(height)};
}

// Beyond a half: what is missing to a right angle.
constexpr sphere::Fixed whole_arc_sine(sphere::Fixed ratio) {
  if (ratio <= sphere::kOne / 2) return sphere::arc_sine(ratio);
  const sphere::Fixed rest = sphere::kOne > ratio ? sphere::kOne - ratio : 0;
  const sphere::Fixed root = sphere::square_root(rest << (sphere::kFractionBits - 1));
  return sphere::kPi / 2 - 2 * sphere::arc_sine(root);
}

}  // namespace

bool is_on_earth(const Position& position) {
  return position.north >= -kNorthMost && position.north <= kNorthMost &&
         position.east >= -kEastMost && position.east <= kEastMost;
}

int64_t distance_m(const Position& from, const Position& to) {
  int64_t apart = to.east - from.east;
  if (apart > kEastMost) apart -= 2 * kEastMost;
  if (apart < -kEastMost) apart += 2 * kEastMost;
  const sphere::Fixed chord =
      sphere::chord_between(looking(from.north, 0), looking(to.north, apart));
  return (2 * whole_arc_sine(chord / 2) * sphere::kRadiusM + sphere::kOne / 2) >>
         sphere::kFractionBits;
}

}  // namespace tsunagi
