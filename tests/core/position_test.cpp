#include "wasm/core/position.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <numbers>
#include <random>

#include "wasm/core/prefecture.h"

namespace tsunagi {
namespace {

// The haversine formula in floating point: slow, and obviously right.
double by_haversine(const Position& a, const Position& b) {
  const auto radians = [](int64_t parts) {
    return static_cast<double>(parts) / kPartsOfDegree * std::numbers::pi / 180;
  };
  const double north = radians(b.north - a.north) / 2;
  const double east = radians(b.east - a.east) / 2;
  const double h = std::pow(std::sin(north), 2) + std::cos(radians(a.north)) *
                                                      std::cos(radians(b.north)) *
                                                      std::pow(std::sin(east), 2);
  return 2 * 6'371'009 * std::asin(std::min(1.0, std::sqrt(h)));
}

TEST(Distance, IsTheSameEverywhere) {
  struct Case {
    Position from, to;
    int64_t metres;
  };
  const Position shibuya{.north = 35'659'500, .east = 139'700'500};
  for (const Case& c :
       {Case{shibuya, shibuya, 0}, Case{shibuya, {.north = 35'689'600, .east = 139'700'600}, 3'347},
        Case{shibuya, {.north = 34'702'500, .east = 135'495'900}, 396'632},
        Case{{.north = 0, .east = 0}, {.north = 0, .east = 1'000'000}, 111'195},
        Case{{.north = 0, .east = 179'000'000}, {.north = 0, .east = -179'000'000}, 222'390}}) {
    EXPECT_NEAR(distance_m(c.from, c.to), c.metres, 3);
    EXPECT_EQ(distance_m(c.from, c.to), distance_m(c.to, c.from));
  }
}

TEST(Distance, IsWhatTheHaversineFormulaSays) {
  std::mt19937_64 random(20'261'123);
  std::uniform_int_distribution<int64_t> north(-kNorthMost, kNorthMost);
  std::uniform_int_distribution<int64_t> east(-kEastMost, kEastMost);
  std::uniform_int_distribution<int64_t> near(-50'000, 50'000);
  for (int i = 0; i < 20'000; ++i) {
    const Position a{.north = north(random), .east = east(random)};
    const Position far{.north = north(random), .east = east(random)};
    const double expected = by_haversine(a, far);
    EXPECT_NEAR(static_cast<double>(distance_m(a, far)), expected, 5 + expected / 100'000);
    const Position b{.north = std::clamp(a.north + near(random), -kNorthMost, kNorthMost),
                     .east = std::clamp(a.east + near(random), -kEastMost, kEastMost)};
    EXPECT_NEAR(static_cast<double>(distance_m(a, b)), by_haversine(a, b), 1.5);
  }
}

TEST(Distance, AgreesWithThatOfPrefectures) {
  for (int from = 1; from <= kPrefectureCount; ++from) {
    for (int to = 1; to < from; ++to) {
      const Prefecture a = *Prefecture::from_code(from);
      const Prefecture b = *Prefecture::from_code(to);
      EXPECT_NEAR(static_cast<double>(distance_m(a.office(), b.office())) / 1'000,
                  distance_km(a, b), 0.51);
    }
  }
}

TEST(OnEarth, EndsAtThePolesAndTheDateLine) {
  EXPECT_TRUE(is_on_earth({.north = kNorthMost, .east = -kEastMost}));
  EXPECT_FALSE(is_on_earth({.north = kNorthMost + 1, .east = 0}));
  EXPECT_FALSE(is_on_earth({.north = 0, .east = -kEastMost - 1}));
}

TEST(PrefectureOfAddress, IsWhatTheAddressBeginsWith) {
  EXPECT_EQ(Prefecture::of_address("京都府京都市")->code(), 26);
  EXPECT_EQ(Prefecture::of_address("東京都渋谷区")->code(), 13);
  EXPECT_EQ(Prefecture::of_address("北海道札幌市")->code(), 1);
  EXPECT_EQ(Prefecture::of_address("渋谷区"), std::nullopt);
  EXPECT_EQ(Prefecture::of_address(""), std::nullopt);
}

}  // namespace
}  // namespace tsunagi
