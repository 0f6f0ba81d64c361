#pragma once
// The mail that a shop has a product again when its turn has come: what it says, or why it does not
// go. Name and address are the customer's of that moment, asked of Shopify and kept nowhere.

#include <array>
#include <string>
#include <string_view>

#include "server/domain/ports.h"
#include "server/domain/restock/restock_book.h"

namespace tsunagi {

inline constexpr std::string_view kRestockMailName = "restocked";  // of its default words
// What its templates may hold. RESERVE is the page where it is put aside, where the shops do that.
inline constexpr std::array<std::string_view, 7> kRestockMailMarks{
    "NAME", "STORE", "SHOP", "PHONE", "PRODUCT", "PAGE", "RESERVE"};

struct RestockMailPorts {
  RestockBook& book;
  Storage& storage;
  Shop& shop;
  Clock& clock;
};

// kSend: `mail` goes out; kSettled: `outcome` says why not, and with kOutdated the request is open
// again; kGone: there is nothing to send any more.
struct RestockMailTurn {
  enum class What : uint8_t { kSend, kSettled, kGone };
  What what = What::kGone;
  PickupMailOutcome outcome = PickupMailOutcome::kWaiting;
  Mail mail = {};
};
Result<RestockMailTurn> restock_mail_turn(const RestockMailPorts& ports, const Tenant& tenant,
                                          const OutboxItem& item);

// What a mail is made of.
struct RestockLetter {
  const Tenant& tenant;
  const RestockRequest& request;
  const Store& store;
  const ShopCustomer& customer;
};
// id and `to` are left empty. kInternal: the merchant's template has an error.
Result<Mail> restock_mail(const RestockLetter& letter);

}  // namespace tsunagi
