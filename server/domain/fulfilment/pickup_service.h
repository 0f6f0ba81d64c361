#pragma once
// Pick-ups as people use them: what a shop could put aside and from when, putting it aside, and
// what is done to it until it is handed over.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/fulfilment/cart.h"
#include "server/domain/fulfilment/pickup_book.h"
#include "server/domain/fulfilment/shop_settings.h"
#include "server/domain/ports.h"
#include "server/domain/stock/stock_service.h"

namespace tsunagi {

inline constexpr int kCodeDraws = 5;  // of a code that no other open pick-up has
inline constexpr int kPickupsListed =
    200;  // of a shop's open ones; of a customer's kOpenPickupsMost
inline constexpr int kExpiredAtOnce = 100;
inline constexpr int kRemindedAtOnce = 100;
inline constexpr int kRefundedAtOnce = 100;

// Of a person's deed: the system's own are no ids that a person could take before.
[[nodiscard]] bool is_deed_id(std::string_view id);
// Six digits.
std::string draw_code(Random& random);
// Until when the shop says yes, has it ready and keeps it, of what is asked for now.
void set_times(const Settings& settings, Pickup& pickup, Seconds now);
// A day longer, or until the shop closes on the next that it is open on.
Seconds extended_until(const Settings& settings, const Pickup& pickup);

class PickupService {
 public:
  struct Ports {
    PickupBook& book;
    Storage& storage;
    StockService& stock;
    Clock& clock;
    Random& random;
  };
  explicit PickupService(Ports ports) : ports_(ports) {}

  using Wanted = tsunagi::Wanted;
  struct Wish {
    std::string id;  // kPickupIdLeast..kPickupIdMost letters, digits and "-"
    int64_t customer_id = 0;
    std::string store_id;
    std::string language;
    std::string page;  // Pickup::page
    std::vector<Wanted> wanted;
    std::string instead = {};  // of the customer's open pick-up that ends once this one is placed
  };
  // From when a shop would have it ready; none: it does not put things aside, or is not open.
  [[nodiscard]] std::optional<Seconds> promise(const Tenant& tenant,
                                               std::string_view store_id) const;
  // What each of these shops that puts things aside could of a whole cart. kInvalid: a cart nobody
  // can have put aside.
  Result<Cart> cart(const Tenant& tenant, const std::vector<Store>& stores,
                    const std::vector<Wanted>& wanted);
  // kConflict: there is not enough any more (kNotEnough), or the customer has too many;
  // kInvalid: a wish nobody can have; kNotFound: no such product or shop, or no such pick-up to
  // end.
  Result<Pickup> reserve(const Tenant& tenant, const Wish& wish);
  Result<Pickup> act(const Tenant& tenant, PickupMove move);
  // Open pick-ups whose time has run out are given up; how many.
  Result<int> expire_overdue(const Tenant& tenant);
  // Of purchases that nobody fetched, or that the shop could not give, and of which nobody has
  // chosen anything in the merchant's days, the money goes back; of how many.
  Result<int> refund_unchosen(const Tenant& tenant);
  // What was handed over is offered as Smaregi says once it knows of the sale.
  Result<Done> release_sold(const Tenant& tenant);
  // Who has a day left to come is reminded; how many.
  Result<int> remind(const Tenant& tenant);
  // Whose shop has not answered is told that they may have it elsewhere; how many.
  Result<int> offer_elsewhere(const Tenant& tenant);
  // Where a shop has less than it promised, since the till sold it, those who were promised last
  // and whom it has not said yes are marked, and told that they may have it elsewhere; who was
  // promised first keeps it. How many were marked.
  Result<int> mark_short(const Tenant& tenant);

  // A mail that the customer was sent, once more; when is the clock's. kConflict: it may not be
  // (may_tell_again); kInvalid: a deed that is none; kNotFound: not the actor's to see.
  Result<Pickup> tell_again(const Tenant& tenant, MailAgain again);

 private:
  [[nodiscard]] Result<std::set<std::string>> lacking(const Tenant& tenant) const;
  Result<int> ask_for(const Tenant& tenant, const std::vector<Change>& mails);  // how many
  Result<Done> may_end_instead(const Tenant& tenant, const Wish& wish);
  Result<Pickup> place(const Tenant& tenant, Pickup pickup);
  [[nodiscard]] Seconds keep_until(const Tenant& tenant, const Pickup& pickup,
                                   PickupAction action) const;
  void forget_stock(const Tenant& tenant, const Pickup& pickup);

  Ports ports_;
};

}  // namespace tsunagi
