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
namespace shopify {
class Wire;
}

inline constexpr std::string_view kShopifyApiVersion = "2026-10";
// What the app asks of a shop: as in shopify.app.toml, which a test compares.
inline constexpr std::string_view kShopifyScopes =
    "read_customers,write_customers,read_customer_merge,write_app_proxy,read_orders,write_orders,"
    "read_products,"
    "read_inventory,write_inventory,read_locations,write_merchant_managed_fulfillment_orders";
inline constexpr size_t kMaxCardsPerWrite = 25;  // metafieldsSet takes no more
// Of 250 customers (252 points) in one customers_changed: where it stops once that brings the
// caller forward, and where it gives up.
inline constexpr int kChangedPages = 4;
inline constexpr int kMostChangedPages = 40;

struct ShopifyOptions {
  std::string client_id;
  std::string client_secret;
  std::string admin_url = "https://{shop}";  // {shop}: the shop's domain

  std::chrono::milliseconds attempt_time{8'000};   // one request
  std::chrono::milliseconds total_time{30'000};    // one call, waiting and retries included
  std::chrono::milliseconds merchant_time{4'000};  // the same, for a merchant who waits
  std::chrono::milliseconds first_backoff{200};    // doubles, with jitter
  int max_attempts = 5;
};

class ShopifyClient final : public Shop {
 public:
  ShopifyClient(ShopifyOptions options, Outbound& outbound, Storage& storage, Clock& clock,
                Random& random);
  // Who makes the calls of a client.
  enum class Caller : uint8_t {
    kWorker,
    kBackground,  // nobody waits: a part of the shop's points is left alone
    kMerchant,    // who waits on the merchant page: ends after merchant_time
  };
  // The same for another caller. Shares tokens and points with `other`.
  ShopifyClient(const ShopifyClient& other, Caller caller);
  ~ShopifyClient() override;
  ShopifyClient(const ShopifyClient&) = delete;
  ShopifyClient& operator=(const ShopifyClient&) = delete;
  // For who shares it (orders.h, stock_client.h).
  [[nodiscard]] const std::shared_ptr<shopify::Wire>& wire() const { return wire_; }

  // kUnauthorized: Shopify refuses the session token. Marks the shop installed (Storage::install)
  // and stores its tokens.
  Result<ShopIdentity> install(std::string_view shop_domain,
                               std::string_view session_token) override;
  // kUnauthorized of all below: the shop has to open the app once more, which exchanges a new
  // token.
  Result<Done> prepare(const Tenant& tenant) override;
  // Shop.email, "Shopify will use this email address to communicate with the shop owner".
  Result<std::string> contact_mail(const Tenant& tenant) override;
  Result<std::optional<ShopCustomer>> customer(const Tenant& tenant, int64_t customer_id) override;
  // By Shopify's search, which may be some seconds behind. More than kChangedPages pages end early:
  // `until` is later than `from` then, and asking again from `until` misses nothing, customers who
  // changed within the same second included; some come twice. kUnavailable: kMostChangedPages pages
  // of customers changed within a second of `from`.
  Result<Changed> customers_changed(const Tenant& tenant, Seconds from, Seconds to,
                                    const std::optional<TagFilter>& among) override;
  // 250 points for as many customers; leaves a quarter of the bucket free. kInvalid: more ids than
  // that.
  Result<std::vector<int64_t>> missing_customers(const Tenant& tenant,
                                                 const std::vector<int64_t>& ids) override;
  // One page. Whatever the search says, only who has the tag counts; letters of either case are the
  // same tag.
  Result<TaggedPage> customers_tagged(const Tenant& tenant, std::string_view tag, int64_t after_id,
                                      int limit) override;
  // As a segment has them: customersCount takes no tag.
  Result<int64_t> count_tagged(const Tenant& tenant, std::string_view tag) override;
  Result<std::optional<std::string>> published_card(const Tenant& tenant,
                                                    int64_t customer_id) override;
  // At most three writes (consent, metafields, names with phone), each by itself: of what Shopify
  // refuses the first is answered as kInvalid, with its field, and the others are written all the
  // same. Fields for which the merchant named no metafield are left out. kInvalid with nothing
  // written: e-mail, post code, address, an empty value, what cannot be a phone number, a metafield
  // that serves two fields.
  Result<Done> update_customer(const Tenant& tenant, int64_t customer_id,
                               const FieldChanges& changes) override;
  // All or none. kInvalid names the elements that Shopify refuses: write the others without them.
  Result<Done> write_cards(const Tenant& tenant, const std::vector<CardMetafield>& cards) override;
  Result<Done> erase_card(const Tenant& tenant, int64_t customer_id) override;
  // The form of the tag: member_tag.h. One reading, and a write only where something is to change.
  // kInvalid: Shopify refuses the tag, of a customer who has as many as it takes.
  Result<Done> tag_customer(const Tenant& tenant, int64_t customer_id, std::string_view member_code,
                            const OtherCodes& others = {}) override;
  Result<std::optional<int64_t>> customer_with_code(const Tenant& tenant,
                                                    std::string_view member_code) override;
  Result<std::optional<ShopCustomer>> add_member_tag(const Tenant& tenant, int64_t customer_id,
                                                     std::string_view member_code) override;
  // Case does not count in tags.
  Result<bool> has_tag(const Tenant& tenant, int64_t customer_id, std::string_view tag) override;
  Result<Access> access(const Tenant& tenant) override;
  // The app's own metafield tsunagi.pilot, which its blocks read as app.metafields.tsunagi.pilot
  // (shopify.dev, "App-owned metafields").
  Result<Done> publish_pilot(const Tenant& tenant, bool on) override;

 private:
  std::shared_ptr<shopify::Wire> wire_;
  Storage& storage_;
  Clock& clock_;
  const Caller caller_;
};

}  // namespace tsunagi
