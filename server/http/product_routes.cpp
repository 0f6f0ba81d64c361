#include "server/http/product_routes.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace tsunagi::http {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr size_t kProductCodeBytes = 255;  // a longer barcode is no product's

OrderedJson product_json(const Product& product) {
  return {{"product_id", product.product_id}, {"code", product.code}, {"name", product.name}};
}

Reply find_product(const Context& context, const Tenant& tenant, const Request& request) {
  if (!carries_json(request)) {
    return refuse(415, "content_type", "The body must be sent as application/json.");
  }
  const OrderedJson body = OrderedJson::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("code") || !body["code"].is_string() ||
      body["code"].get_ref<const std::string&>().empty()) {
    return refuse(400, "invalid", "code must be a product's barcode.", "code");
  }
  const auto& code = body["code"].get_ref<const std::string&>();
  if (code.size() > kProductCodeBytes) return refuse(404, "not_found", "No product has this code.");
  const auto product = context.ports.storage.product_by_code(tenant.id, code, "");
  if (!product.ok()) return failed(product.error());
  if (!product->has_value()) return refuse(404, "not_found", "No product has this code.");
  if (!(*product)->stock_controlled) {
    return refuse(409, "not_counted", "The shops do not count this product.");
  }
  return merchant_json({{"product", product_json(**product)}});
}

constexpr MerchantRoute kProductRoutes[] = {{"products/find", "POST", "POST", find_product}};

}  // namespace

Result<OrderedJson> products_named(const Context& context, const Tenant& tenant) {
  OrderedJson list = OrderedJson::array();
  if (tenant.settings.product_safety.empty()) return list;
  std::vector<std::string> ids;
  for (const auto& [product_id, pieces] : tenant.settings.product_safety) ids.push_back(product_id);
  const auto products = context.ports.storage.products(tenant.id, ids);
  if (!products.ok()) return products.error();
  for (const Product& product : *products) list.push_back(product_json(product));
  return list;
}

std::optional<Reply> refuse_products(const Context& context, TenantId tenant,
                                     const Settings& before, const Settings& wanted) {
  std::vector<std::string> added;
  for (const auto& [product_id, pieces] : wanted.product_safety) {
    if (!before.product_safety.contains(product_id)) added.push_back(product_id);
  }
  if (added.empty()) return std::nullopt;
  const auto known = context.ports.storage.products(tenant, added);
  if (!known.ok()) return failed(known.error());
  for (const std::string& id : added) {
    if (std::ranges::find(*known, id, &Product::product_id) != known->end()) continue;
    return refuse(400, "invalid", "product_safety: there is no product " + id, "product_safety");
  }
  return std::nullopt;
}

MerchantRoutes product_routes() { return kProductRoutes; }

}  // namespace tsunagi::http
