#include "server/domain/stock/shop_areas.h"

#include <map>
#include <string>

#include "wasm/core/prefecture.h"

namespace tsunagi {
namespace {

Area named_area(int64_t code, size_t shops) {
  const auto prefecture = Prefecture::from_code(code);
  const std::string count = std::to_string(shops);
  std::string ja = code == 0 ? "すべての都道府県" : "その他";
  std::string en = code == 0 ? "All prefectures" : "Other";
  if (prefecture) {
    ja = prefecture->name();
    en = prefecture->english();
  }
  return {.code = code,
          .ja = ja + "（" + count + "）",
          .en = en + " (" + count + ")",
          .count = static_cast<int64_t>(shops)};
}

}  // namespace

std::vector<Area> areas_of(const std::vector<ShopStock>& shops) {
  std::map<int64_t, size_t> counts;
  for (const ShopStock& shop : shops) ++counts[area_of(shop)];
  if (shops.size() <= kShopsAtAGlance || counts.size() < 2) return {};
  std::vector<Area> areas{named_area(0, shops.size())};
  for (const auto& [code, count] : counts) areas.push_back(named_area(code, count));
  return areas;
}

}  // namespace tsunagi
