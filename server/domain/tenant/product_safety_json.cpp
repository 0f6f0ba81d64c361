#include "server/domain/tenant/product_safety_json.h"

#include <string>
#include <utility>

#include "server/domain/tenant/settings_reader.h"

namespace tsunagi {

nlohmann::json product_safety_json(const ProductSafety& products) {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [product_id, pieces] : products) {
    list.push_back({{"product_id", product_id}, {"safety_stock", pieces}});
  }
  return list;
}

std::optional<Error> read_product_safety(const nlohmann::json& list, ProductSafety& products) {
  if (!list.is_array() || list.size() > kSettingSafetyProducts) {
    return refused_setting(
        "product_safety",
        "must be a list of at most " + std::to_string(kSettingSafetyProducts) + " products");
  }
  ProductSafety read;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string field = "product_safety[" + std::to_string(i) + "]";
    if (!list[i].is_object()) return refused_setting(field, "must be an object");
    SettingsReader reader(list[i], field + ".");
    std::string product_id;
    int64_t pieces = 0;
    reader.text("product_id", kSettingWordBytes, product_id);
    if (product_id.empty()) reader.fail("product_id", "is missing");
    // 0 is a figure, too: what is left out is not meant.
    if (reader.find("safety_stock") == nullptr) reader.fail("safety_stock", "is missing");
    reader.count("safety_stock", kSettingStockMax, pieces);
    if (reader.error()) return reader.error();
    if (!read.emplace(std::move(product_id), pieces).second) {
      return refused_setting(field + ".product_id", "is listed twice");
    }
  }
  products = std::move(read);
  return std::nullopt;
}

}  // namespace tsunagi
