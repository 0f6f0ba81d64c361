#pragma once
// Being told by mail when a shop has a product again: who may ask, what is asked for, and whom it
// is time to tell.

#include <string>
#include <string_view>
#include <vector>

#include "server/domain/ports.h"
#include "server/domain/restock/restock_book.h"
#include "server/domain/stock/stock_service.h"

namespace tsunagi {

class RestockService {
 public:
  struct Ports {
    RestockBook& book;
    Storage& storage;
    StockService& stock;
    Clock& clock;
    Random& random;
    bool sends_mail = false;
  };
  explicit RestockService(Ports ports) : ports_(ports) {}

  // Whether customers of the shop may ask: there is a mail server, and the merchant lets them.
  [[nodiscard]] bool offers(const Tenant& tenant) const;
  // What the customer asked for, and that they may ask, in what they are shown.
  Result<Done> mark(const Tenant& tenant, int64_t customer_id, std::vector<StockModel>& models);

  struct Wish {
    int64_t customer_id = 0;
    std::string product_code;
    std::string store_id;
    std::string language;  // "en"; anything else is Japanese
    std::string page;      // RestockRequest::page
  };
  // Told twice it is one request. kConflict: the shop has it (kBackAlready), the customer has as
  // many as one may, or nobody is told here; kNotFound: no such product or shop.
  Result<Done> ask(const Tenant& tenant, const Wish& wish);
  // Done as well when there is none.
  Result<Done> take_back(const Tenant& tenant, const Wish& wish);
  // A mail for everybody whose shop has it again, kRestocksAtOnce at most; how many.
  Result<int> tell_due(const Tenant& tenant);

 private:
  Result<RestockRequest> wished(const Tenant& tenant, const Wish& wish);

  Ports ports_;
};

}  // namespace tsunagi
