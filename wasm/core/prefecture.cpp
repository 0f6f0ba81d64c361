#include "wasm/core/prefecture.h"

#include <array>
#include <cstddef>

#include "wasm/core/sphere.h"

namespace tsunagi {
namespace {

constexpr size_t kCount = kPrefectureCount;

// The position of the prefectural office in 1/10,000 of a degree north and east, rounded from the
// seconds that the Geospatial Information Authority of Japan gives (都道府県庁の経度緯度, JGD2000).
struct Office {
  std::string_view name;
  int32_t north, east;
};
constexpr std::array<Office, kCount> kOffices = {{
    {"北海道", 430'642, 1'413'469}, {"青森県", 408'244, 1'407'400},
    {"岩手県", 397'036, 1'411'525}, {"宮城県", 382'689, 1'408'719},
    {"秋田県", 397'186, 1'401'025}, {"山形県", 382'406, 1'403'633},
    {"福島県", 377'500, 1'404'678}, {"茨城県", 363'414, 1'404'467},
    {"栃木県", 365'658, 1'398'836}, {"群馬県", 363'911, 1'390'608},
    {"埼玉県", 358'569, 1'396'489}, {"千葉県", 356'047, 1'401'233},
    {"東京都", 356'894, 1'396'917}, {"神奈川県", 354'478, 1'396'425},
    {"新潟県", 379'022, 1'390'236}, {"富山県", 366'953, 1'372'114},
    {"石川県", 365'944, 1'366'256}, {"福井県", 360'653, 1'362'219},
    {"山梨県", 356'639, 1'385'683}, {"長野県", 366'514, 1'381'811},
    {"岐阜県", 353'911, 1'367'222}, {"静岡県", 349'769, 1'383'831},
    {"愛知県", 351'803, 1'369'067}, {"三重県", 347'303, 1'365'086},
    {"滋賀県", 350'044, 1'358'683}, {"京都府", 350'214, 1'357'556},
    {"大阪府", 346'864, 1'355'200}, {"兵庫県", 346'914, 1'351'831},
    {"奈良県", 346'853, 1'358'328}, {"和歌山県", 342'261, 1'351'675},
    {"鳥取県", 355'036, 1'342'383}, {"島根県", 354'722, 1'330'506},
    {"岡山県", 346'617, 1'339'350}, {"広島県", 343'964, 1'324'594},
    {"山口県", 341'858, 1'314'714}, {"徳島県", 340'658, 1'345'594},
    {"香川県", 343'403, 1'340'433}, {"愛媛県", 338'417, 1'327'661},
    {"高知県", 335'597, 1'335'311}, {"福岡県", 336'064, 1'304'181},
    {"佐賀県", 332'494, 1'302'989}, {"長崎県", 327'447, 1'298'736},
    {"熊本県", 327'897, 1'307'417}, {"大分県", 332'381, 1'316'125},
    {"宮崎県", 319'111, 1'314'239}, {"鹿児島県", 315'603, 1'305'581},
    {"沖縄県", 262'125, 1'276'811},
}};

// In the order of the offices.
constexpr std::array<std::string_view, kCount> kEnglish = {{
    "Hokkaido",  "Aomori",   "Iwate",    "Miyagi",    "Akita",     "Yamagata",  "Fukushima",
    "Ibaraki",   "Tochigi",  "Gunma",    "Saitama",   "Chiba",     "Tokyo",     "Kanagawa",
    "Niigata",   "Toyama",   "Ishikawa", "Fukui",     "Yamanashi", "Nagano",    "Gifu",
    "Shizuoka",  "Aichi",    "Mie",      "Shiga",     "Kyoto",     "Osaka",     "Hyogo",
    "Nara",      "Wakayama", "Tottori",  "Shimane",   "Okayama",   "Hiroshima", "Yamaguchi",
    "Tokushima", "Kagawa",   "Ehime",    "Kochi",     "Fukuoka",   "Saga",      "Nagasaki",
    "Kumamoto",  "Oita",     "Miyazaki", "Kagoshima", "Okinawa",
}};

using sphere::Direction;
using sphere::Fixed;

constexpr Fixed radians(int32_t ten_thousandths) {
  constexpr int64_t kHalfTurn = 1'800'000;
  // 2^30 * pi / 1,800,000 as one number first, with twelve bits more: 1.4e6 * 7.7e6 is far from
  // full.
  constexpr int kMoreBits = 12;
  constexpr int64_t kUnit = sphere::kPi * (1 << kMoreBits) / kHalfTurn;
  return (ten_thousandths * kUnit) >> kMoreBits;
}

constexpr Direction direction(const Office& office) {
  // East of Akashi's meridian, so that angles stay small.
  constexpr int32_t kAkashi = 1'350'000;
  const Fixed north = radians(office.north);
  const Fixed east = radians(office.east - kAkashi);
  return {.x = sphere::times(sphere::cosine(north), sphere::cosine(east)),
          .y = sphere::times(sphere::cosine(north), sphere::sine(east)),
          .z = sphere::sine(north)};
}

// Twice the arc whose sine is half the chord through the Earth.
constexpr uint16_t km_between(const Direction& a, const Direction& b) {
  const Fixed half = sphere::chord_between(a, b) / 2;
  const int64_t metres = (2 * sphere::arc_sine(half) * sphere::kRadiusM) >> sphere::kFractionBits;
  return static_cast<uint16_t>((metres + 500) / 1'000);
}

using DistanceTable = std::array<std::array<uint16_t, kCount>, kCount>;
constexpr DistanceTable measured() {
  std::array<Direction, kCount> directions{};
  for (size_t i = 0; i < kCount; ++i) {
    directions[i] = direction(kOffices[i]);
  }
  DistanceTable km{};
  for (size_t from = 0; from < kCount; ++from) {
    for (size_t to = 0; to < from; ++to) {
      km[from][to] = km[to][from] = km_between(directions[from], directions[to]);
    }
  }
  return km;
}
constexpr DistanceTable kKm = measured();

// "東京" of "東京都": the ending is one character of three bytes. Hokkaido's belongs to its name.
std::string_view without_ending(std::string_view name) {
  constexpr size_t kEndingBytes = 3;
  return name == kOffices[0].name ? name : name.substr(0, name.size() - kEndingBytes);
}

// Two digits as their number, else 0, which is no prefecture.
int code_of(std::string_view digits) {
  constexpr auto kIsDigit = [](char c) { return c >= '0' && c <= '9'; };
  if (digits.size() != 2 || !kIsDigit(digits[0]) || !kIsDigit(digits[1])) {
    return 0;
  }
  return (digits[0] - '0') * 10 + (digits[1] - '0');
}

size_t place(Prefecture prefecture) { return static_cast<size_t>(prefecture.code()) - 1; }

}  // namespace

std::optional<Prefecture> Prefecture::from_code(int64_t code) {
  if (code < 1 || code > kPrefectureCount) {
    return std::nullopt;
  }
  return Prefecture(static_cast<uint8_t>(code));
}

std::optional<Prefecture> Prefecture::parse(std::string_view text) {
  constexpr std::string_view kCountry = "JP-";
  if (const auto found =
          from_code(code_of(text.starts_with(kCountry) ? text.substr(kCountry.size()) : text))) {
    return found;
  }
  for (size_t i = 0; i < kCount; ++i) {
    if (text == kOffices[i].name || text == without_ending(kOffices[i].name)) {
      return from_code(static_cast<int64_t>(i) + 1);
    }
  }
  return std::nullopt;
}

std::optional<Prefecture> Prefecture::of_address(std::string_view address) {
  for (size_t i = 0; i < kCount; ++i) {
    if (address.starts_with(kOffices[i].name)) return from_code(static_cast<int64_t>(i) + 1);
  }
  return std::nullopt;
}

std::string_view Prefecture::name() const { return kOffices[place(*this)].name; }

std::string_view Prefecture::english() const { return kEnglish[place(*this)]; }

Position Prefecture::office() const {
  constexpr int64_t kFiner = kPartsOfDegree / 10'000;
  const Office& office = kOffices[place(*this)];
  return {.north = office.north * kFiner, .east = office.east * kFiner};
}

int distance_km(Prefecture from, Prefecture to) { return kKm[place(from)][place(to)]; }

}  // namespace tsunagi
