#pragma once
// Shopify's Admin GraphQL API as the domain's Shop. Access tokens last an hour and are refreshed by
// rotation, single flight a shop; the pair is stored in one transaction. Before a call the client
// waits for the points the shop's bucket lacks. All operations here may be repeated safely, so 5xx,
// no reply and nonsense are retried a few times.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/outbound.h"
#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr std::string_view kShopifyApiVersion = "2026-10";
inline constexpr size_t kMaxCardsPerWrite = 25;  // metafieldsSet takes no more

struct ShopifyOptions {
  std::string client_id;
  std::string client_secret;
  std::string admin_url = "https://{shop}";  // {shop}: the shop's domain

  std::chrono::milliseconds attempt_time{8'000};  // one request
  std::chrono::milliseconds total_time{30'000};   // one call, waiting and retries included
  std::chrono::milliseconds first_backoff{200};   // doubles, with jitter
  int max_attempts = 5;
};

class ShopifyClient final : public Shop {
 public:
  ShopifyClient(ShopifyOptions options, Outbound& outbound, Storage& storage, Clock& clock,
                Random& random);
  ~ShopifyClient() override;
  ShopifyClient(const ShopifyClient&) = delete;
  ShopifyClient& operator=(const ShopifyClient&) = delete;

  // kUnauthorized: Shopify refuses the session token. Marks the shop installed (Storage::install)
  // and stores its tokens.
  Result<ShopIdentity> install(std::string_view shop_domain,
                               std::string_view session_token) override;
  // kUnauthorized of these three: the shop has to open the app once more, which exchanges a new
  // token.
  Result<Done> prepare(const Tenant& tenant) override;
  Result<std::optional<ShopCustomer>> customer(const Tenant& tenant, int64_t customer_id) override;
  // All or none. kInvalid names the elements that Shopify refuses: write the others without them.
  Result<Done> write_cards(const Tenant& tenant, const std::vector<CardMetafield>& cards) override;
  Result<Done> erase_card(const Tenant& tenant, int64_t customer_id) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsunagi
