#pragma once
// Where pick-ups are kept. What is promised is decided inside the transaction that promises it, so
// this is a port of its own: placing and moving check and write in one step.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/changes.h"
#include "server/domain/fulfilment/cart.h"
#include "server/domain/fulfilment/pickup.h"
#include "server/domain/fulfilment/pickup_mail.h"
#include "server/domain/fulfilment/purchase.h"
#include "server/domain/fulfilment/purchase_choice.h"

namespace tsunagi {

// What a refused placing lacks, after the product's id.
inline constexpr std::string_view kNotEnough = "not enough: ";
// The reason when somebody else has the code, or placed the same wish at this moment.
inline constexpr std::string_view kCodeTaken = "the code is another open pick-up's";

class PickupBook {  // storage
 public:
  virtual ~PickupBook() = default;

  // Holds what the lines ask for (summed() before), all of them or none, with its mail in the
  // same transaction. Offered is on hand − layaway − held − safety, a figure for each line. The one
  // that is stored: a pick-up with this id is answered as it is when it is the same customer's.
  // kConflict: kNotEnough and the product, the id is another customer's, or the customer has
  // kOpenPickupsMost; kUnavailable and kCodeTaken: draw another code and place it again.
  virtual Result<Pickup> place(TenantId tenant, const Pickup& wish,
                               const std::vector<int64_t>& safety,
                               const std::optional<change::TellShopper>& tell) = 0;
  // do_to() under the row's lock, with a row in the trail and `also`. A deed that is in the trail
  // already is answered with the pick-up as it is. kConflict is written down too. What was
  // not_there() is not offered until Smaregi has a newer figure of it.
  virtual Result<Pickup> move(TenantId tenant, const PickupMove& move,
                              const std::vector<Change>& also) = 0;

  // What every shop has of these barcodes or SKUs, one question for all of them; each code once, in
  // any order.
  virtual Result<std::vector<CodeStock>> stock_of_codes(TenantId tenant,
                                                        const std::vector<std::string>& codes) = 0;

  // What a wish is decided by before it is placed: the shop, and of each code its product, without
  // levels. One question.
  struct Goods {
    std::optional<Store> store;  // its id and whether it pauses
    std::vector<CodeStock> products;
  };
  virtual Result<Goods> goods_of(TenantId tenant, std::string_view store_id,
                                 const std::vector<std::string>& codes) = 0;

  virtual Result<std::optional<Pickup>> pickup(TenantId tenant, std::string_view id) = 0;
  virtual Result<std::optional<Pickup>> open_pickup_by_code(TenantId tenant,
                                                            std::string_view code) = 0;
  // Open ones of these shops (none: of all), by what is due first: as many of those to prepare, and
  // then as many of those that wait at the counter.
  virtual Result<std::vector<Pickup>> open_pickups(TenantId tenant,
                                                   const std::vector<std::string>& stores,
                                                   int limit) = 0;
  // Open ones first, then the newest.
  virtual Result<std::vector<Pickup>> pickups_of(TenantId tenant, int64_t customer_id,
                                                 int limit) = 0;
  // Open ones that were kept until then or before; of purchases those that are ready.
  virtual Result<std::vector<Pickup>> overdue_pickups(TenantId tenant, Seconds until,
                                                      int limit) = 0;
  // What was handed over is no longer held once its sale is known, or nobody waits for it any more.
  // Not of purchases, which are not sold at the till: theirs ends with change::TillsTook.
  virtual Result<Done> release_sold(TenantId tenant, Seconds now) = 0;
  virtual Result<std::vector<PickupDeed>> deeds_of(TenantId tenant, std::string_view id) = 0;

  // The mails that their customers are or were sent, in the order in which they were asked for.
  virtual Result<PickupMailLog> mails_of(TenantId tenant, const std::vector<std::string>& ids) = 0;
  // Whether one that was asked for before it, to the same customer, is still to be sent.
  virtual Result<bool> is_behind(TenantId tenant, const Pickup& pickup, const PickupMail& mail) = 0;
  // may_tell_again() under the row's lock, with a row in the trail and the mail. A deed that is in
  // the trail already is answered with the pick-up as it is. kConflict is written down too.
  virtual Result<Pickup> tell_again(TenantId tenant, const MailAgain& again,
                                    const PickupSettings& settings) = 0;
  // ---- of purchases

  // Holds what the lines ask for, whether or not the shop has it: it is sold. Notes whether it was
  // short of it. A pick-up with this id is answered as it is. kUnavailable and kCodeTaken as above.
  virtual Result<Pickup> put_purchase(TenantId tenant, const Pickup& pickup) = 0;
  // What the platform was seen to have. Nothing of it is noted where the pick-up is in another
  // state by now, but that it was prepared and told.
  struct PurchaseSeen {
    std::string pickup_id;
    PickupState state = PickupState::kPlaced;  // as it was read
    std::optional<bool> paid = {}, on_hold = {};
    std::optional<PutOff> put_off = {};
    bool prepared = false, decided = false;
    int64_t told_id = 0;
    // How the choice of this id ended. Of another one nothing is noted.
    struct ChoiceSeen {
      std::string id = {};
      ChoiceState state = ChoiceState::kNone;
    } choice = {};
    bool ask_customer = false;              // by a mail, once, in the same transaction
    std::optional<Seconds> refund_at = {};  // Purchase::refund_at
    bool held_by_others = false;            // the hold is not ours, or not alone
    bool tell_refunded = false;  // likewise by a mail, where the choice ends as done with it
    std::vector<PurchaseLine> fewer = {};  // all lines, where some of it is no longer to be fetched
  };
  virtual Result<Done> note_purchases(TenantId tenant, const std::vector<PurchaseSeen>& seen,
                                      Seconds now) = 0;
  // choose() under the row's lock, with a row in the trail and `also`; of another shop, that has
  // what is missing at this moment (kConflict and kNotEnough), and that keeps it from now on. A
  // deed that is in the trail already is answered with the pick-up as it is. kConflict is written
  // down too, but of the system's own.
  virtual Result<Pickup> choose(TenantId tenant, const ChoiceMade& made,
                                const std::vector<Change>& also) = 0;
  // Paid ones of which nobody has chosen anything and that are to be paid back from then or before
  // (Purchase::refund_at), by what is due first; guests' and open ones too.
  virtual Result<std::vector<Pickup>> refunds_due(TenantId tenant, Seconds until, int limit) = 0;
  // None of those is paid back before that moment; 0: none at all.
  virtual Result<Done> delay_refunds(TenantId tenant, Seconds until) = 0;
  // Closed ones too, as they were begun.
  virtual Result<std::vector<Pickup>> pickups_of_order(TenantId tenant, int64_t order_id) = 0;
  // Open ones of the order that people call so.
  virtual Result<std::vector<Pickup>> open_pickups_by_order(TenantId tenant,
                                                            std::string_view order_name) = 0;
  // Of which a person has to decide, the newest first; open ones too.
  virtual Result<std::vector<Pickup>> undecided_purchases(TenantId tenant, int limit) = 0;
  // Of which a person has to decide, of these shops (none: of all), the newest first; none that is
  // open.
  virtual Result<std::vector<Pickup>> undecided_pickups(TenantId tenant,
                                                        const std::vector<std::string>& stores,
                                                        int limit) = 0;

  // ---- reminders

  // Ready ones whose last day has begun, that were as they are before it did, and that nobody was
  // reminded of.
  virtual Result<std::vector<Pickup>> pickups_to_remind(TenantId tenant, Seconds now,
                                                        int limit) = 0;
  // That no shop has said yes to until then or before, and whose customer was not told so.
  virtual Result<std::vector<Pickup>> unanswered_pickups(TenantId tenant, Seconds accept_by,
                                                         int limit) = 0;

  // ---- what was sold at the till though it was promised

  struct ShortShelf {
    std::string product_id, store_id;
    int64_t lacks = 0;  // pieces, above 0
  };
  // Of which more is held than Smaregi counts. What is ready or handed over may be paid for and not
  // counted any more: it is part of what is lacking only where the figure is from `settled` or
  // before. The largest lacks first.
  virtual Result<std::vector<ShortShelf>> short_shelves(TenantId tenant, Seconds settled,
                                                        int limit) = 0;
  // Reservations that no shop has said yes to and that hold some of the product there, the newest
  // first.
  virtual Result<std::vector<Pickup>> placed_on(TenantId tenant, const ShortShelf& shelf) = 0;
  // Those of change::MarkShort.
  virtual Result<std::vector<std::string>> short_pickups(TenantId tenant) = 0;
};

}  // namespace tsunagi
