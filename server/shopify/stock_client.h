#pragma once
// Shopify's Admin GraphQL API as the domain's OnlineStock: locations, inventory items and what is
// on hand of them. Shares tokens and points with a ShopifyClient.

#include "server/domain/inventory/online_stock.h"
#include "server/shopify/client.h"

namespace tsunagi {

class ShopifyStock final : public OnlineStock {
 public:
  ShopifyStock(const ShopifyClient& shop, ShopifyClient::Caller caller);

  Result<std::vector<ShopLocation>> locations(const Tenant& tenant) override;
  // By Shopify's search, which may be some seconds behind. 302 points a page; leaves a quarter of
  // the bucket free.
  Result<ItemPage> items(const Tenant& tenant, const ItemsAsked& asked) override;
  Result<std::vector<Seen>> on_hand(const Tenant& tenant, int64_t location_id,
                                    const std::vector<int64_t>& item_ids) override;
  // inventorySetQuantities of on_hand, compared with `from`. Shopify refuses a negative figure.
  Result<std::vector<Refusal>> set_on_hand(const Tenant& tenant, const std::vector<Write>& writes,
                                           std::string_view key) override;
  Result<std::optional<Refusal>> begin_on_hand(const Tenant& tenant, const Write& write,
                                               std::string_view key) override;

 private:
  std::shared_ptr<shopify::Wire> wire_;
  const ShopifyClient::Caller caller_;
};

}  // namespace tsunagi
