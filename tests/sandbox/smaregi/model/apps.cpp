#include "tests/sandbox/smaregi/model/apps.h"

#include <algorithm>

namespace tsunagi::smaregi_sandbox {

std::vector<std::string> split_words(std::string_view text, char separator) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

const std::set<std::string>& known_scopes() {
  // §1 [ARC config/smaregi.php], [SM]; stock history has a scope of its own.
  static const std::set<std::string> scopes = {"openid",
                                               "profile",
                                               "email",
                                               "offline_access",
                                               "pos.products:read",
                                               "pos.products:write",
                                               "pos.customers:read",
                                               "pos.customers:write",
                                               "pos.stock:read",
                                               "pos.stock:write",
                                               "pos.stock-changes:read",
                                               "pos.transactions:read",
                                               "pos.transactions:write",
                                               "pos.suppliers:read",
                                               "pos.suppliers:write",
                                               "pos.stores:read",
                                               "pos.stores:write",
                                               "pos.staffs:read",
                                               "pos.staffs:write",
                                               "pos.losses:read",
                                               "pos.losses:write",
                                               "pos.orders:read",
                                               "pos.orders:write",
                                               "pos.transfers:read",
                                               "pos.transfers:write",
                                               "pos.stocktaking:read",
                                               "order-shipment.stores:read",
                                               "order-shipment.stores:write",
                                               "order-shipment.orders:read",
                                               "order-shipment.orders:write",
                                               "order-shipment.stock:read"};
  return scopes;
}

}  // namespace tsunagi::smaregi_sandbox
