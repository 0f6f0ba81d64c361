#pragma once
// The products that a merchant gives settings of their own. Inside server/http only.

#include <nlohmann/json.hpp>
#include <optional>

#include "server/http/merchant_route.h"

namespace tsunagi::http {

// What the tills call the products that the settings name: [{"product_id","code","name"}]. Those
// they have no more are left out.
Result<nlohmann::ordered_json> products_named(const Context& context, const Tenant& tenant);
// 400 where `wanted` names a product that `before` does not, and that the tills do not have.
std::optional<Reply> refuse_products(const Context& context, TenantId tenant,
                                     const Settings& before, const Settings& wanted);
// What of /admin/api finds a product by its code.
MerchantRoutes product_routes();

}  // namespace tsunagi::http
