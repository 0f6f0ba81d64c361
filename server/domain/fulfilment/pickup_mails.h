#pragma once
// A mail about a pick-up when its turn has come: what it says, or why it does not go. Name and
// address are the customer's of that moment, asked of Shopify and kept nowhere.

#include <string>
#include <string_view>

#include "server/domain/fulfilment/pickup_book.h"
#include "server/domain/ports.h"

namespace tsunagi {

struct PickupMailPorts {
  PickupBook& book;
  Storage& storage;
  Shop& shop;
  Clock& clock;
};

// kSend: `mail` goes out; kSettled: `outcome` says why not; kBehind: another mail to the customer
// goes first; kGone: there is nothing to send any more.
struct PickupMailTurn {
  enum class What : uint8_t { kSend, kSettled, kBehind, kGone };
  What what = What::kGone;
  PickupMailOutcome outcome = PickupMailOutcome::kWaiting;
  Mail mail = {};
};
Result<PickupMailTurn> pickup_mail_turn(const PickupMailPorts& ports, const Tenant& tenant,
                                        const OutboxItem& item);

// What a mail is made of.
struct PickupLetter {
  const Tenant& tenant;
  const Pickup& pickup;
  const PickupMail& mail;
  const Store& store;
  const ShopCustomer& customer;
};
// id and `to` are left empty. kInternal: the merchant's template has an error.
Result<Mail> pickup_mail(const PickupLetter& letter);

}  // namespace tsunagi
