#pragma once
// Online orders as the shop platform tells of them: what is to be sent, from which location, and
// what was sent. The platform splits an order into works: each the lines that one location sends.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/fulfilment/shipment.h"
#include "server/domain/values.h"

namespace tsunagi {

inline constexpr Seconds kOrderOverlapSeconds = 60;  // readings of changes go back so far

enum class WorkState : uint8_t {
  kOpen,    // somebody may send it
  kOnHold,  // nobody may, for now
  kLater,   // not before a day that has not come
  kBegun,   // somebody said there that they are at work on it
  kOver,    // nothing of it is left to do
};

struct OrderWork {
  struct Line {
    int64_t id = 0;          // in this work; another wherever it is moved
    int64_t order_line = 0;  // the same everywhere
    std::string barcode, sku, title;
    int64_t remaining = 0;  // pieces that are still to be sent
  };
  int64_t id = 0;
  WorkState state = WorkState::kOpen;
  bool by_carrier = false;  // to an address
  int64_t location_id = 0;  // 0: none
  std::vector<Line> lines;
  bool fetched = false;      // by the customer, who chose the location; else it needs no carrier
  int64_t own_hold = 0;      // of put_off(), while it holds the work; 0: none
  bool others_hold = false;  // somebody else's holds it too, or alone
};

// What was sent of an order, by whomever.
struct SentParcel {
  int64_t id = 0;
  int64_t location_id = 0;  // that it left from; 0: none
  Seconds sent_at = 0;
  std::vector<std::string> numbers;
};
// Whether it goes by this number, as a shipment has it.
[[nodiscard]] inline bool has_number(const SentParcel& parcel, std::string_view number) {
  return std::ranges::any_of(
      parcel.numbers, [&](const std::string& each) { return tracking_number(each) == number; });
}
struct SentLine {
  int64_t order_line = 0;
  int64_t variant_id = 0;  // 0: the article is gone from the shop
  int64_t quantity = 0;
};

// Money went back, goods perhaps with it.
struct OrderRefund {
  int64_t id = 0;
  Seconds at = 0;
  std::string why = {};  // as who made it noted it
};
// Goods that were sent have come back and are for sale again.
struct ReturnedLine {
  int64_t id = 0;  // of this line of the refund
  int64_t location_id = 0;
  SentLine what;
};

struct ShopOrder {
  int64_t id = 0;
  std::string name;   // "#1001"
  bool paid = false;  // or promised by a payment that is authorized
  bool cancelled = false;
  std::optional<Prefecture> ship_to;  // none: abroad, or not named
  std::vector<OrderWork> works;       // closed ones too, by id
  std::vector<SentParcel> parcels;
  std::vector<int64_t> cancelled_parcels;  // ids: what was in them is back where it left from
  std::vector<OrderRefund> refunds;
  int64_t customer_id = 0;      // 0: a guest's
  std::string language = "ja";  // or "en"
};

// Who the parcel goes to. Shown to the shop that sends it while it does, and stored nowhere.
struct ShipTo {
  std::string last_name = {}, first_name = {}, company = {}, post_code = {}, province = {},
              city = {}, line1 = {}, line2 = {}, phone = {}, country = {};
};

// Lines of a work that go together: (OrderWork::Line::id, quantity).
struct WorkPart {
  int64_t line = 0;
  int64_t quantity = 0;
};
struct WorkParts {
  int64_t work_id = 0;
  std::vector<WorkPart> parts;
};

class ShopOrders {  // shopify
 public:
  virtual ~ShopOrders() = default;
  // None: there is no such order, or it is not the app's to see.
  virtual Result<std::optional<ShopOrder>> order(const Tenant& tenant, int64_t order_id) = 0;
  virtual Result<std::optional<int64_t>> order_of_work(const Tenant& tenant, int64_t work_id) = 0;
  // Ids of orders whose works changed in [from, to]; from 0: that have open ones.
  struct Changed {
    std::vector<int64_t> orders;
    Seconds until = 0;  // all changes up to this moment are among them
  };
  virtual Result<Changed> orders_changed(const Tenant& tenant, Seconds from, Seconds to) = 0;
  // Likewise those with refunds that changed in [from, to]: a refund changes no work that is over.
  virtual Result<Changed> orders_refunded(const Tenant& tenant, Seconds from, Seconds to) = 0;
  // No lines: it is gone, or nothing came back.
  virtual Result<std::vector<ReturnedLine>> returned_lines(const Tenant& tenant,
                                                           int64_t refund_id) = 0;
  // No lines: it is gone.
  virtual Result<std::vector<SentLine>> parcel_lines(const Tenant& tenant, int64_t parcel_id) = 0;
  virtual Result<std::optional<ShipTo>> ship_to(const Tenant& tenant, int64_t work_id) = 0;

  // Another location shall send these lines; whole: all that remains of the work. Answers the work
  // that has them then. Moving it to where it is does nothing, so asking again is safe once the
  // order was read. kConflict: the platform refuses it as things are, and why.
  struct Move {
    int64_t work_id = 0;
    int64_t location_id = 0;
    std::vector<WorkPart> parts;
  };
  virtual Result<int64_t> move(const Tenant& tenant, const Move& move) = 0;
  // They are on their way, and the customer is told. What has been sent is refused the second time
  // (kConflict). Answers the parcel's id.
  struct Parcel {
    int64_t work_id = 0;
    std::vector<WorkPart> parts;
    Carrier carrier = Carrier::kOther;
    std::string number;
  };
  virtual Result<int64_t> send(const Tenant& tenant, const Parcel& parcel) = 0;

  // Of works that are fetched. It is ready at the counter: the platform tells the customer, once.
  // What it knows already is done.
  virtual Result<Done> prepared(const Tenant& tenant, int64_t work_id) = 0;
  // The customer has it, and is told nothing. What was noted is refused the second time
  // (kConflict). Answers the id of the note, which is among the order's parcels.
  virtual Result<int64_t> handed_over(const Tenant& tenant,
                                      const std::vector<WorkParts>& works) = 0;
  // A person shall decide what becomes of it; no parts: of the whole work, else they become a work
  // of their own. kConflict: the platform refuses it as things are.
  struct Undecided {
    WorkParts work;
    std::string why;  // for that person
  };
  virtual Result<Done> put_off(const Tenant& tenant, const Undecided& undecided) = 0;
  // Our hold of a work ends; those of others stay. kConflict: the platform refuses it as things
  // are.
  struct Held {
    int64_t work_id = 0;
    int64_t hold_id = 0;
  };
  virtual Result<Done> release(const Tenant& tenant, const Held& held) = 0;
  // Nobody sends these any more, and who paid gets back what the platform reckons for them, in yen.
  // Under one key it happens once; read the order before asking again. kConflict: the platform
  // refuses it, or it is not in yen.
  struct Refund {
    struct Line {
      int64_t order_line = 0;
      int64_t quantity = 0;
      int64_t location_id = 0;  // that they are free again at
      bool operator==(const Line&) const = default;
    };
    int64_t order_id = 0;
    std::string key;
    std::vector<Line> lines;
    std::string why = {};     // for the merchant
    bool only_money = false;  // where the platform reckons nothing for the lines: kConflict
  };
  virtual Result<Done> refund(const Tenant& tenant, const Refund& refund) = 0;
};

}  // namespace tsunagi
