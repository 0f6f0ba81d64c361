#include "server/http/undecided_list.h"

#include <string>
#include <utility>
#include <vector>

#include "server/domain/fulfilment/purchase_choice.h"
#include "server/http/pickup_shops.h"

namespace tsunagi::http {

Result<nlohmann::ordered_json> undecided_list(const Context& context, const Tenant& tenant,
                                              const std::vector<Store>& stores) {
  const auto undecided = context.ports.book.undecided_purchases(tenant.id, kUndecidedShown);
  if (!undecided.ok()) return undecided.error();
  const PickupShops shops = pickup_shops(tenant.settings, stores);
  const auto name_of = [&](const std::string& store) {
    const auto found = shops.find(store);
    return found == shops.end() ? store : found->second.name;
  };
  const std::string orders =
      for_shop(context.options.shopify_admin_url, tenant.shop_domain) + "/admin/orders/";
  auto list = nlohmann::ordered_json::array();
  for (const Pickup& pickup : *undecided) {
    const Purchase& purchase = pickup.purchase;
    const PurchaseChoice& choice = purchase.choice;
    list.push_back({{"order", purchase.order_name},
                    {"url", orders + std::to_string(purchase.order_id)},
                    {"code", pickup.code},
                    {"shop", name_of(pickup.store_id)},
                    {"since", pickup.changed_at},
                    {"choice", word(choice.what)},
                    {"state", word(choice.state)},
                    {"to", choice.what == Choice::kShop ? name_of(choice.store_id) : ""}});
  }
  return list;
}

}  // namespace tsunagi::http
