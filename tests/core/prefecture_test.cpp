#include "wasm/core/prefecture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

namespace tsunagi {
namespace {

std::vector<Prefecture> all_prefectures() {
  std::vector<Prefecture> all;
  for (int code = 1; code <= kPrefectureCount; ++code) all.push_back(*Prefecture::from_code(code));
  return all;
}

int km(const char* from, const char* to) {
  return distance_km(*Prefecture::parse(from), *Prefecture::parse(to));
}

TEST(Prefecture, IsReadFromItsNameItsShortNameAndItsCodes) {
  const std::vector<std::pair<std::string, int>> cases = {
      {"北海道", 1},       {"北海", 0},      {"青森県", 2},    {"青森", 2},
      {"東京都", 13},      {"東京", 13},     {"京都府", 26},   {"京都", 26},
      {"大阪府", 27},      {"大阪", 27},     {"神奈川県", 14}, {"神奈川", 14},
      {"和歌山", 30},      {"鹿児島県", 46}, {"沖縄", 47},     {"JP-01", 1},
      {"JP-13", 13},       {"JP-47", 47},    {"JP-00", 0},     {"JP-48", 0},
      {"JP-1", 0},         {"JP-013", 0},    {"jp-13", 0},     {"JP13", 0},
      {"JP-", 0},          {"JP-JP-13", 0},  {"JP-東京都", 0}, {"13", 13},
      {"01", 1},           {"1", 0},         {"013", 0},       {"00", 0},
      {"48", 0},           {"-1", 0},        {"1 ", 0},        {"", 0},
      {"都", 0},           {"東京府", 0},    {"京", 0},        {"東京都 ", 0},
      {"東京都渋谷区", 0}, {"Tokyo", 0},     {"県", 0},        {"\xE6\x9D", 0}};
  for (const auto& [text, code] : cases) {
    const auto found = Prefecture::parse(text);
    EXPECT_EQ(found.has_value() ? found->code() : 0, code) << text;
  }
}

TEST(Prefecture, IsNamedInBothLanguages) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"北海道", "Hokkaido"},   {"東京都", "Tokyo"}, {"新潟県", "Niigata"}, {"京都府", "Kyoto"},
      {"和歌山県", "Wakayama"}, {"大分県", "Oita"},  {"沖縄県", "Okinawa"}};
  for (const auto& [name, english] : cases) {
    EXPECT_EQ(Prefecture::parse(name)->english(), english);
  }
  for (const Prefecture one : all_prefectures()) EXPECT_FALSE(one.english().empty());
}

TEST(Prefecture, HasACodeFrom1To47) {
  for (const int64_t none : {int64_t{0}, int64_t{48}, int64_t{-1}, int64_t{1} + 256, INT64_MIN}) {
    EXPECT_FALSE(Prefecture::from_code(none).has_value()) << none;
  }
  for (const Prefecture one : all_prefectures()) {
    EXPECT_EQ(*Prefecture::parse(one.name()), one);
    for (const Prefecture other : all_prefectures()) {
      EXPECT_EQ(one.name() == other.name(), one == other) << one.name();
    }
  }
}

// On the ellipsoid (GRS 80, Vincenty's formula).
TEST(Distance, IsThatOfTheMap) {
  struct Case {
    const char *from, *to;
    double km;
  };
  for (const Case& c :
       {Case{"東京", "大阪", 395.9}, Case{"東京", "北海道", 831.0}, Case{"東京", "沖縄", 1'553.6},
        Case{"滋賀", "京都", 10.5}, Case{"北海道", "沖縄", 2'243.8}}) {
    EXPECT_NEAR(km(c.from, c.to), c.km, 0.5 + c.km * 0.003) << c.from << " " << c.to;
  }
  EXPECT_EQ(km("東京", "東京"), 0);
}

TEST(Distance, IsTheSameBothWaysAndNoDetourIsShorter) {
  const auto all = all_prefectures();
  for (const Prefecture a : all) {
    for (const Prefecture b : all) {
      ASSERT_EQ(distance_km(a, b), distance_km(b, a));
      ASSERT_EQ(distance_km(a, b) == 0, a == b) << a.name() << " " << b.name();
      ASSERT_LE(distance_km(a, b), kPrefectureKmMost);
      for (const Prefecture c : all) {
        ASSERT_LE(distance_km(a, b), distance_km(a, c) + distance_km(c, b) + 1)
            << a.name() << " " << b.name() << " by " << c.name();
      }
    }
  }
}

// The haversine in floating point, with the offices of some prefectures written down again.
TEST(Distance, AgreesWithTheHaversineInFloatingPoint) {
  struct Place {
    const char* name;
    double north, east;
  };
  const std::vector<Place> places = {
      {"北海道", 43.06417, 141.34694}, {"青森県", 40.82444, 140.74},
      {"宮城県", 38.26889, 140.87194}, {"東京都", 35.68944, 139.69167},
      {"新潟県", 37.90222, 139.02361}, {"愛知県", 35.18028, 136.90667},
      {"滋賀県", 35.00444, 135.86833}, {"京都府", 35.02139, 135.75556},
      {"大阪府", 34.68639, 135.52},    {"和歌山県", 34.22611, 135.1675},
      {"広島県", 34.39639, 132.45944}, {"高知県", 33.55972, 133.53111},
      {"福岡県", 33.60639, 130.41806}, {"長崎県", 32.74472, 129.87361},
      {"沖縄県", 26.2125, 127.68111}};
  const auto radians = [](double degrees) { return degrees * 3.14159265358979323846 / 180; };
  for (const Place& a : places) {
    for (const Place& b : places) {
      const double half_north = std::sin(radians(a.north - b.north) / 2);
      const double half_east = std::sin(radians(a.east - b.east) / 2);
      const double h = half_north * half_north + std::cos(radians(a.north)) *
                                                     std::cos(radians(b.north)) * half_east *
                                                     half_east;
      const double expected = 2 * 6'371.009 * std::asin(std::sqrt(h));
      ASSERT_LE(std::abs(km(a.name, b.name) - expected), 0.52) << a.name << " " << b.name;
    }
  }
}

// One number over the whole table: this test also runs in WebAssembly, where it must be the same.
TEST(Distance, IsTheSameInEveryBuild) {
  uint64_t sum = 0;
  int most = 0;
  for (const Prefecture a : all_prefectures()) {
    for (const Prefecture b : all_prefectures()) {
      sum = sum * 1'000'003 + static_cast<uint64_t>(distance_km(a, b));
      most = std::max(most, distance_km(a, b));
    }
  }
  EXPECT_EQ(sum, 13'172'434'096'204'547'882U);
  EXPECT_EQ(most, km("北海道", "沖縄"));
  EXPECT_EQ(most, kPrefectureKmMost);
}

}  // namespace
}  // namespace tsunagi
