#include "server/http/pending_lists.h"

#include <string>
#include <utility>

#include "server/domain/fulfilment/pickup_mail.h"
#include "server/domain/fulfilment/purchase_choice.h"
#include "server/domain/fulfilment/shipping_service.h"
#include "server/domain/words.h"
#include "server/http/pickup_json.h"
#include "server/http/pickup_shops.h"

namespace tsunagi::http {
namespace {

using OrderedJson = nlohmann::ordered_json;

// What a person looks for: a member's code, of a mail about a pick-up its number, of one about a
// product its name, or an order's id.
Result<std::string> review_key(const AppPorts& ports, const OutboxEntry& entry) {
  const OutboxWrite& write = entry.item.write;
  if (write.kind == OutboxKind::kShipOrder) return std::to_string(order_of_key(write.key));
  if (write.kind == OutboxKind::kRestockMail) {
    const auto request = ports.restock_book.restock(entry.item.tenant, write.key);
    if (!request.ok()) return request.error();
    return request->has_value() ? (*request)->product_name : write.key;
  }
  if (write.kind != OutboxKind::kPickupMail) return write.key;
  const auto pickup = ports.book.pickup(entry.item.tenant, pickup_mail_name(write.key).pickup_id);
  if (!pickup.ok()) return pickup.error();
  return pickup->has_value() ? (*pickup)->code : write.key;
}

}  // namespace

OrderedJson waiting_list(const std::vector<MemberLink>& links, const std::string& customers_url) {
  OrderedJson list = OrderedJson::array();
  for (const MemberLink& link : links) {
    const std::string id = std::to_string(link.customer_id);
    list.push_back({{"customer", id},
                    {"url", customers_url + id},
                    {"since", link.joined_at},
                    {"missing", link.missing}});
  }
  return list;
}

OrderedJson request_list(const std::vector<DataRequest>& requests,
                         const std::string& customers_url) {
  OrderedJson list = OrderedJson::array();
  for (const DataRequest& request : requests) {
    const std::string customer = std::to_string(request.customer_id);
    list.push_back({{"id", request.request_id},
                    {"customer", customer},
                    {"url", customers_url + customer},
                    {"orders", request.orders},
                    {"requested_at", request.requested_at}});
  }
  return list;
}

Result<OrderedJson> review_list(const Context& context, const Tenant& tenant) {
  const auto entries =
      context.ports.storage.outbox_in(tenant.id, QueueState::kReview, kReviewShown);
  if (!entries.ok()) return entries.error();
  auto* const cause_of = context.options.cause_of;  // which a test may leave out
  OrderedJson list = OrderedJson::array();
  for (const OutboxEntry& entry : *entries) {
    auto key = review_key(context.ports, entry);
    if (!key.ok()) return key.error();
    list.push_back({{"id", std::to_string(entry.item.id)},
                    {"kind", word(entry.item.write.kind)},
                    {"key", *std::move(key)},
                    {"since", entry.enqueued_at},
                    {"cause", cause_of == nullptr ? "" : cause_of(entry.error)}});
  }
  return list;
}

Result<OrderedJson> undecided_list(const Context& context, const Tenant& tenant,
                                   const std::vector<Store>& stores) {
  const auto undecided = context.ports.book.undecided_purchases(tenant.id, kUndecidedShown);
  if (!undecided.ok()) return undecided.error();
  const PickupShops shops = pickup_shops(tenant.settings, stores);
  const std::string orders =
      for_shop(context.options.shopify_admin_url, tenant.shop_domain) + "/admin/orders/";
  OrderedJson list = OrderedJson::array();
  for (const Pickup& pickup : *undecided) {
    const Purchase& purchase = pickup.purchase;
    const PurchaseChoice& choice = purchase.choice;
    list.push_back(
        {{"order", purchase.order_name},
         {"url", orders + std::to_string(purchase.order_id)},
         {"code", pickup.code},
         {"shop", shop_of(shops, pickup.store_id).name},
         {"since", pickup.changed_at},
         {"choice", word(choice.what)},
         {"state", word(choice.state)},
         {"to", choice.what == Choice::kShop ? shop_of(shops, choice.store_id).name : ""},
         {"by_itself", is_by_itself(choice)},
         {"refund_at", refund_promised(tenant.settings.pickup, pickup)}});
  }
  return list;
}

}  // namespace tsunagi::http
