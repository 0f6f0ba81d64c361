#pragma once
// Japan's 47 prefectures by their number in JIS X 0401, which ISO 3166-2:JP uses too, and how far
// they are from each other.

#include <cstdint>
#include <optional>
#include <string_view>

#include "wasm/core/position.h"

namespace tsunagi {

inline constexpr int kPrefectureCount = 47;
inline constexpr int kPrefectureKmMost = 2'246;  // from Sapporo to Naha

class Prefecture {
 public:
  // 1 to 47.
  [[nodiscard]] static std::optional<Prefecture> from_code(int64_t code);
  // "東京都"; "東京", as forms leave the ending out, but not "北海"; "JP-13", as Shopify's
  // provinceCode has it; "13", two digits. Nothing before or after it.
  [[nodiscard]] static std::optional<Prefecture> parse(std::string_view text);

  // That an address as it is written in Japan begins with: "東京都渋谷区…".
  [[nodiscard]] static std::optional<Prefecture> of_address(std::string_view address);

  [[nodiscard]] int code() const { return code_; }
  [[nodiscard]] std::string_view name() const;     // "東京都"
  [[nodiscard]] std::string_view english() const;  // "Tokyo"
  [[nodiscard]] Position office() const;

  bool operator==(const Prefecture&) const = default;

 private:
  explicit Prefecture(uint8_t code) : code_(code) {}
  uint8_t code_;  // 1..47
};

// Between the two prefectural offices on a sphere of the Earth's mean radius, in whole km; 0 within
// a prefecture. Integers all the way: the same in every build. At most 0.3 % off the ellipsoid.
int distance_km(Prefecture from, Prefecture to);

}  // namespace tsunagi
