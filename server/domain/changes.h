#pragma once
// What a use case asks of the database. It reads, decides, and hands over its changes; they are
// applied in one transaction (Storage::apply).

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "server/domain/inventory/taking.h"
#include "server/domain/restock/restock_request.h"
#include "server/domain/values.h"

namespace tsunagi {

inline std::string customer_subject(int64_t customer_id) {  // of an audit row
  return "customer " + std::to_string(customer_id);
}

namespace change {
// By customer id; a code of another customer is kConflict. only_new: kConflict as well when the
// customer has a link, so that of two joins at once one wins.
struct PutLink {
  MemberLink link;
  bool only_new = false;
};
// Link, snapshot, favourite, pins, requests to be told; the code is never issued again. left: that
// the customer was a member stays known (was_member). restorable: the link alone is kept until
// purge_merges.
struct DropLink {
  int64_t customer_id = 0;
  bool left = true;
  bool restorable = false;
};
struct RestoreLink {
  int64_t customer_id = 0;
};  // a restorable link that was dropped is there again, with its code; else nothing
struct MoveLink {
  int64_t from = 0, to = 0;
};  // with code, snapshot, given fields, favourite and pins; kConflict without a link of `from`,
    // or when `to` has one or was itself merged (NoteMerge). `to` keeps a favourite and pins
    // of its own. What was sent of a member that is still being created goes along (field prints).
// That Shopify made one customer of two, known until purge_merges. kUnavailable while somebody
// creates, changes or drops a member of one of them: what comes of it would find the link
// elsewhere.
struct NoteMerge {
  int64_t gone = 0, kept = 0;
  bool without_link = false;  // kConflict when `gone` has a link all the same
};
// A member that a merge took off the card; nothing sums its points up with the other's.
struct LeaveMember {
  LeftMember member;
};
struct ForgetLeftMember {
  std::string code;
};
struct PutSnapshot {
  CardSnapshot snapshot;
  bool anew = true;  // false: over an earlier one alone, which may have been forgotten meanwhile
};  // an older as_of never overwrites a newer one
struct PutFieldPrints {
  int64_t customer_id = 0;
  std::string prints;
};  // nothing without a link
struct PutGivenFields {
  int64_t customer_id = 0;
  FieldChanges fields;
};  // all of them: others are forgotten; nothing without a link. Kept only while it is joining:
    // kConflict when there are any and it is no longer
struct PutStores {
  std::vector<Store> stores;
};  // the complete list: others are removed
struct PutProducts {
  std::vector<Product> products;
};  // upsert
struct DropProducts {
  std::vector<std::string> product_ids;
};
struct KeepProducts {
  std::vector<std::string> product_ids;
};  // the complete list: others are removed with their stock
struct PutStock {
  std::vector<StockLevel> levels;
};  // upsert, newest changed_at wins
// Staff did not find it: not offered until there is a newer figure of it, or another one.
struct DoubtStock {
  std::string product_id, store_id;
};
// What left a shop is asked for once: with an outbox item of its own, where its name is new.
struct TakeFromTills {
  Taking taking;
};
// The tills know; what the shipment still held of it is free.
struct TillsTook {
  Taking taking;
};
// Sent, and nobody tells the tills of this line: it holds nothing any more.
struct ReleaseSent {
  std::string shipment_id;
  int64_t order_line = 0;
};
// Handed over, and nobody tells the tills of this product: it holds nothing any more.
struct ReleaseHandedOver {
  std::string pickup_id, product_id;
};
struct SetCursor {
  std::string name;
  Seconds value = 0;
  bool anew = false;  // it may go back: the place in a list that is read again and again
};  // never goes back else
struct Enqueue {
  OutboxWrite write;
  Seconds delay = 0;  // due after, or when it was due already if that is sooner
  // Behind everything that a person may wait for (lease_background). What is enqueued both ways is
  // not in the background.
  bool background = false;
};
struct SetFavourite {
  int64_t customer_id = 0;
  std::string store_id;
};  // "" removes
struct SetPin {
  int64_t customer_id = 0;
  std::string product_code;
  bool pinned = false;
};  // at most kMaxPins
// Never what a person typed, nor a platform's words: rows are for ever.
struct Audit {
  std::string actor, action, subject, reason;
};
struct KeepConsentText {
  std::string version;
  Consent consent;
};  // as long as the shop is here: members agreed to it
// Figures and given fields; the link stays, and the prints, by which who comes back is brought in
// step.
struct ForgetFigures {
  int64_t customer_id = 0;
};
// The merchant is told of a member who has a balance (Leaving, and an outbox item), once a code.
// Comes before what takes link or figures away; nothing without a balance.
struct TellLeaving {
  int64_t customer_id = 0;
  LeaveReason reason = LeaveReason::kDeleted;
};
struct LeavingTold {
  std::string code;
};
// The customer of a pick-up is told, once a mail_id: a row of its log, and an outbox item. Nothing
// when the pick-up is nobody's.
struct TellShopper {
  std::string pickup_id, mail_id;
  PickupMailStep step = PickupMailStep::kPlaced;
};
// Of a placed pick-up: whether its shop has less than it promised before.
struct MarkShort {
  std::string pickup_id;
  bool lacks = true;
};
struct ShopperTold {
  std::string key;  // of the outbox item
  PickupMailOutcome outcome = PickupMailOutcome::kSent;
};
// The customer is told when the shop has the product again: one request for both, however often it
// is asked for. kConflict: the customer has kRestocksMost open.
struct AskRestock {
  RestockRequest request;
};
struct TakeBackRestock {
  int64_t customer_id = 0;
  std::string request_id;
};  // nothing when it is another's, or has ended
// An outbox item, once, while the request is open.
struct TellRestock {
  std::string request_id;
};
// What became of the mail; kOutdated: the shop has none again, and the request is open.
struct RestockTold {
  std::string request_id;
  PickupMailOutcome outcome = PickupMailOutcome::kSent;
};
// Nobody tells the platform of an order's parcels any more: a person decided.
struct ParcelsSettled {
  int64_t order_id = 0;
};
struct PutDataRequest {
  DataRequest request;
};  // one that is there stays as it is
// The backfill as it is now. kConflict unless `revision` is that of the one that is stored (0:
// there is none): somebody else began, stopped or advanced it meanwhile.
struct PutBackfill {
  Backfill backfill;
};
// What is left of a customer without a link: that there was one, and requests for what is held.
struct EraseCustomer {
  int64_t customer_id = 0;
};
}  // namespace change
using Change = std::variant<
    change::PutLink, change::DropLink, change::RestoreLink, change::MoveLink, change::NoteMerge,
    change::LeaveMember, change::ForgetLeftMember, change::PutSnapshot, change::PutFieldPrints,
    change::PutGivenFields, change::PutStores, change::PutProducts, change::DropProducts,
    change::KeepProducts, change::PutStock, change::DoubtStock, change::TakeFromTills,
    change::TillsTook, change::ReleaseSent, change::ReleaseHandedOver, change::SetCursor,
    change::Enqueue, change::SetFavourite, change::SetPin, change::Audit, change::KeepConsentText,
    change::ForgetFigures, change::TellLeaving, change::LeavingTold, change::TellShopper,
    change::MarkShort, change::ShopperTold, change::AskRestock, change::TakeBackRestock,
    change::TellRestock, change::RestockTold, change::ParcelsSettled, change::PutDataRequest,
    change::PutBackfill, change::EraseCustomer>;
inline constexpr int kMaxPins = 50;

}  // namespace tsunagi
