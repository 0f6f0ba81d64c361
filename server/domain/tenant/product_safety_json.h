#pragma once
// The products that have a safety stock of their own, as JSON:
// [{"product_id":"8000001","safety_stock":2}].

#include <nlohmann/json.hpp>
#include <optional>

#include "server/domain/values.h"

namespace tsunagi {

nlohmann::json product_safety_json(const ProductSafety& products);
// What is wrong, if anything is. Whether the tills have the products is not looked at.
std::optional<Error> read_product_safety(const nlohmann::json& list, ProductSafety& products);

}  // namespace tsunagi
