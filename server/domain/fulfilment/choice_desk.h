#pragma once
// What the customer of a purchase may choose of what the shop could not give, with the shops that
// have it, and choosing it. What was chosen is done by ShippingService::step.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/fulfilment/pickup_book.h"
#include "server/domain/fulfilment/purchase_choice.h"
#include "server/domain/ports.h"
#include "server/domain/stock/stock_service.h"

namespace tsunagi {

class ChoiceDesk {
 public:
  struct Ports {
    PickupBook& book;
    Storage& storage;
    StockService& stock;
    Clock& clock;
  };
  explicit ChoiceDesk(Ports ports) : ports_(ports) {}

  struct Shop {
    std::string store_id;
    Seconds from = 0;  // it would be ready
  };
  struct Offer {
    std::vector<Choice> choices;  // another shop only where one has it; may be none
    std::vector<Shop> shops;      // as the merchant orders them
    Seconds refund_at = 0;        // refund_promised()
  };
  using Offers = std::map<std::string, Offer, std::less<>>;  // by pick-up
  // Of those of which something may be chosen now, or that are to be refunded by themselves; one
  // question about the stock for all of them.
  Result<Offers> offers(const Tenant& tenant, const std::vector<Pickup>& pickups);

  struct Asked {
    std::string pickup_id;
    std::string deed;  // told twice it is chosen once
    int64_t customer_id = 0;
    std::string choice;    // word of a Choice
    std::string store_id;  // of "shop" alone
  };
  // kInvalid: no such choice, deed or shop; kNotFound: not the customer's; kConflict: not (any
  // more), and why.
  Result<Pickup> choose(const Tenant& tenant, const Asked& asked);

 private:
  Result<Done> check_shop(const Tenant& tenant, const Pickup& pickup, std::string_view store_id);

  Ports ports_;
};

}  // namespace tsunagi
