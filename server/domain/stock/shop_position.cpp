#include "server/domain/stock/shop_position.h"

#include <array>
#include <cstdio>
#include <cstdlib>

#include "wasm/core/prefecture.h"

namespace tsunagi {
namespace {

constexpr size_t kDegreesMost = 3;  // figures before the point
constexpr int64_t kTen = 10;

bool is_figure(char c) { return c >= '0' && c <= '9'; }

void skip_spaces(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

// "-35.6595" off the front, in millionths; figures beyond them are dropped.
std::optional<int64_t> take_degrees(std::string_view& text) {
  skip_spaces(text);
  const bool minus = text.starts_with('-');
  if (minus) text.remove_prefix(1);
  size_t figures = 0;
  int64_t value = 0;
  for (; !text.empty() && is_figure(text.front()); text.remove_prefix(1)) {
    if (++figures > kDegreesMost) return std::nullopt;
    value = value * kTen + (text.front() - '0');
  }
  if (figures == 0) return std::nullopt;
  size_t places = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    for (; !text.empty() && is_figure(text.front()); text.remove_prefix(1)) {
      if (places == kPositionPlaces) continue;
      ++places;
      value = value * kTen + (text.front() - '0');
    }
  }
  for (; places < kPositionPlaces; ++places) value *= kTen;
  return minus ? -value : value;
}

// Two figures with `between` between them; what follows is in `text`.
std::optional<Position> take_pair(std::string_view& text, std::string_view between) {
  const auto north = take_degrees(text);
  skip_spaces(text);
  if (!north || !text.starts_with(between)) return std::nullopt;
  text.remove_prefix(between.size());
  const auto east = take_degrees(text);
  if (!east) return std::nullopt;
  const Position position{.north = *north, .east = *east};
  return is_on_earth(position) ? std::optional(position) : std::nullopt;
}

std::optional<Position> after(std::string_view text, std::string_view mark,
                              std::string_view between) {
  const size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + mark.size());
  return take_pair(text, between);
}

std::string degrees_text(int64_t parts) {
  const auto whole = std::lldiv(std::llabs(parts), kPartsOfDegree);
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%s%lld.%06lld", parts < 0 ? "-" : "", whole.quot,
                      whole.rem);
  return text.data();
}

}  // namespace

std::optional<Position> parse_position(std::string_view text) {
  if (text.starts_with("https://") || text.starts_with("http://")) {
    // The pin comes first: "@" is the middle of the map.
    if (const auto pin = after(text, "!3d", "!4d")) return pin;
    return after(text, "@", ",");
  }
  const auto position = take_pair(text, ",");
  skip_spaces(text);
  return text.empty() ? position : std::nullopt;
}

std::string position_text(const Position& position) {
  return degrees_text(position.north) + "," + degrees_text(position.east);
}

std::optional<ShopPlace> place_of(const StoreSetting* setting, const Store& store) {
  if (setting != nullptr && setting->position) return ShopPlace{.position = *setting->position};
  const auto prefecture = Prefecture::of_address(store.address);
  if (!prefecture) return std::nullopt;
  return ShopPlace{.position = prefecture->office(), .approximate = true};
}

}  // namespace tsunagi
