#pragma once
// The nouns of the domain: plain values that every folder of the server shares. No behaviour, no
// I/O.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/domain/fulfilment/routing.h"
#include "wasm/core/barcode.h"
#include "wasm/core/member_code.h"
#include "wasm/core/position.h"
#include "wasm/core/view.h"

namespace tsunagi {

// Whether the same may work later, or after a new sign-in at the platform: then nothing else works
// there either.
inline bool may_pass(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kBusy ||
         error.code == ErrorCode::kUnauthorized;
}

using TenantId = int64_t;  // Shopify's numeric shop id; the myshopify domain is an alias
using Seconds = int64_t;   // unix time, UTC

// What both platforms hold of a person.
enum class MemberField : uint8_t {
  kLastName,
  kFirstName,
  kLastKana,
  kFirstKana,
  kMail,
  kPhone,
  kPostCode,
  kAddress,
  kBirthDate,    // "YYYY-MM-DD"
  kSex,          // "1" male, "2" female
  kMailConsent,  // "1" yes, "0" no
};
inline constexpr MemberField kMemberFields[] = {
    MemberField::kLastName,  MemberField::kFirstName,  MemberField::kLastKana,
    MemberField::kFirstKana, MemberField::kMail,       MemberField::kPhone,
    MemberField::kPostCode,  MemberField::kAddress,    MemberField::kBirthDate,
    MemberField::kSex,       MemberField::kMailConsent};

// The fields of one person in Smaregi's form; "" is not there.
class MemberFields {
 public:
  MemberFields() = default;
  MemberFields(std::initializer_list<std::pair<MemberField, std::string>> given) {
    for (const auto& [field, value] : given) (*this)[field] = value;
  }
  std::string& operator[](MemberField field) { return values_.at(static_cast<size_t>(field)); }
  const std::string& operator[](MemberField field) const {
    return values_.at(static_cast<size_t>(field));
  }
  bool operator==(const MemberFields&) const = default;

 private:
  std::array<std::string, std::size(kMemberFields)> values_;
};
using FieldChanges = std::map<MemberField, std::string>;  // what to write; the others stay

// Which platform's value stays when both were changed; kLater: the one that was changed last.
enum class FieldWinner : uint8_t { kLater, kShop, kPos };  // "later", "shopify", "smaregi"

// Of a shop, in minutes after midnight in Japan.
struct OpeningHours {
  int64_t opens = 600;
  int64_t closes = 1'200;
  std::array<bool, 7> closed_weekdays = {};       // from Sunday
  std::vector<int64_t> closed_on = {};            // days from 1970-01-01, in order, each once
  std::optional<int64_t> cut_off = std::nullopt;  // what is asked for later waits for the next day
  bool operator==(const OpeningHours&) const = default;
};

// What a merchant may set on the merchant page; stored as JSON in the tenant's row.
struct StoreSetting {
  std::string store_id;
  std::string name;  // "" shows Smaregi's name
  bool hidden = false;
  int64_t safety_stock = 0;
  bool no_pickup = false;
  std::optional<OpeningHours> hours = std::nullopt;  // none: the programme's
  std::optional<Position> position = std::nullopt;   // none: the prefecture's office
};
// What a shopper is told of a pick-up by mail, and what became of such a mail.
enum class PickupMailStep : uint8_t {
  kPlaced,     // "placed"
  kReady,      // "ready"
  kRejected,   // "rejected"
  kCancelled,  // "cancelled": by the shop
  kExpired,    // "expired"
  kReminder,   // "reminder": a day before it is given up
  kLate,       // "late": the shop has not answered in its time; wait, or have it elsewhere
  kShort,      // "short": the shop may not have it any more; likewise
  kChoose,     // "choose": of a purchase, what shall become of what the shop could not give
  kRefunded,   // "refunded": of a purchase, since nobody chose
};
enum class PickupMailOutcome : uint8_t {
  kWaiting,     // "waiting"
  kSent,        // "sent"
  kUnanswered,  // "unanswered": it may have arrived; a person decides
  kFailed,      // "failed": given up, as a dead letter
  // Not sent, and why:
  kOutdated,      // "outdated": by its turn the pick-up was no longer so
  kNoAddress,     // "no_address": the customer has none
  kNoCustomer,    // "no_customer": who is gone
  kRefused,       // "refused": the mail server takes no mail for this address
  kNoMailServer,  // "no_mail_server": none is set up
};
// Templates (domain/fulfilment/pickup_mail_text.h); "" is ours.
struct MailText {
  std::string subject, text;
  bool operator==(const MailText&) const = default;
};
struct MailTexts {
  MailText ja, en;
  bool operator==(const MailTexts&) const = default;
};
// Of what a shop could not give of a purchase: what its customer may choose. None: the merchant
// decides.
struct ChoiceSettings {
  bool shop = true;     // another shop that has it
  bool refund = false;  // money moves only where the merchant says so
  bool send = true;     // to an address, which the merchant does by hand
  bool operator==(const ChoiceSettings&) const = default;
};
// Putting aside in a shop (domain/fulfilment).
struct PickupSettings {
  bool on = false;
  int64_t prepare_minutes = 60;                    // of open time, before it waits at the counter
  int64_t accept_minutes = 30;                     // of open time, before the shop is late
  int64_t hold_days = 3;                           // after it was promised
  OpeningHours hours = {};                         // of every shop that sets none
  std::map<PickupMailStep, MailTexts> mails = {};  // that the merchant replaced
  ChoiceSettings choices = {};
  int64_t refund_after_days = 0;       // of what nobody chose about; 0: never by itself
  std::string page = "/apps/tsunagi";  // below which the store has the pick-up page
  bool operator==(const PickupSettings&) const = default;
};
// Telling customers that a shop has a product again (domain/restock).
struct RestockSettings {
  bool on = true;
  MailTexts mail = {};  // that the merchant replaced
  bool operator==(const RestockSettings&) const = default;
};
// The customer metafields of Shopify that hold what its customers have no field for:
// "namespace.key"; "" is not read.
struct FieldKeys {
  std::string last_kana, first_kana;
  std::string birth_date = "facts.birth_date";  // Shopify's standard definition
  std::string sex;
  bool operator==(const FieldKeys&) const = default;
};

// How a customer becomes a member.
enum class Joining : uint8_t {
  kButton,     // "button": who presses it on the card
  kAutomatic,  // "automatic": who opens a page with the card, signed in
};

// What the card shows beside the button that joins; plain text. Agreed to by pressing it.
struct Consent {
  std::string ja, en;     // one alone is shown in both languages
  std::string terms_url;  // "" shows no link
  bool operator==(const Consent&) const = default;
  [[nodiscard]] bool empty() const { return *this == Consent{}; }
};

// While a merchant tries it out: who is not in it sees a store without the app.
struct Pilot {
  bool on = false;                  // only signed-in customers with kPilotTag see anything
  std::vector<std::string> stores;  // whose stock they see; empty: all
  bool operator==(const Pilot&) const = default;
};
inline constexpr const char* kPilotTag = "tsunagi-pilot";

// The place in the online shop's stock that a shop is.
struct StoreLocation {
  std::string store_id;
  int64_t location_id = 0;  // Shopify's
  bool operator==(const StoreLocation&) const = default;
};

// Sending online orders from the shops (domain/fulfilment/shipping_service.h).
struct ShippingShop {
  std::string store_id;
  bool ships = true;
  int64_t priority = 0;  // 0 goes first
  bool operator==(const ShippingShop&) const = default;
};
struct ShippingSettings {
  bool on = false;
  // Where the online shop puts orders that nobody has been chosen for; 0: only what it gave to a
  // shop is ours.
  int64_t location_id = 0;
  bool unpaid = false;          // send also what nobody has paid for yet (cash on delivery)
  int64_t accept_minutes = 60;  // of open time, before the shop is late
  int64_t ship_minutes = 480;   // of open time, before the parcel is late
  RoutingRules rules = {};
  std::vector<ShippingShop> shops = {};  // those not listed ship, and go first
  bool operator==(const ShippingSettings&) const = default;
};

// By the tills' product id; what is not listed has no figure of its own.
using ProductSafety = std::map<std::string, int64_t, std::less<>>;

// What a shop keeps back from what it offers (fulfilment/shop_settings.h), of every product.
struct Safety {
  int64_t shop = 0;             // of a product without a figure of its own
  ProductSafety products = {};  // of the others, also 0
  [[nodiscard]] int64_t of(std::string_view product_id) const {
    const auto own = products.find(product_id);
    return own == products.end() ? shop : own->second;
  }
};

struct Settings {
  std::string programme_name;  // "" shows the shop's name
  Joining joining = Joining::kButton;
  Consent consent;
  CodeRule code_rule = CodeRule::kOwn;
  char code_letter = 'T';
  Symbology symbology = Symbology::kCode128;
  Symbology second_symbology = Symbology::kQr;
  int64_t few_below = 3;
  int64_t safety_stock = 0;  // of every store that sets none
  ProductSafety product_safety;
  std::vector<StoreSetting>
      stores;  // in display order; stores not listed follow by Smaregi's order
  std::string contact_url;
  int64_t look_changes = 0;  // of name and symbologies: a look that came back is a new one
  FieldKeys field_keys;
  std::map<MemberField, FieldWinner> field_winners;  // kLater where none is named
  std::string notify_mail;  // where mails to the merchant go; "" is Shopify's address of the shop
  PickupSettings pickup;
  bool paused = false;  // the kill switch: blocks show nothing, nothing is written to a platform
  // Each has a button of its own; saving the others leaves them as they are (saved_over).
  bool till_ready = false;  // the merchant says that the tills find new members at once
  Pilot pilot;
  // A shop is one place, and a place one shop. Of a shop that is not listed nothing is written.
  std::vector<StoreLocation> locations;
  ShippingSettings shipping;
  RestockSettings restock;
};

struct Tenant {
  TenantId id = 0;
  std::string shop_domain;  // "example.myshopify.com"
  std::string shop_name;
  std::string contract_id;  // Smaregi's; "" until joined
  bool installed = false;   // false after app/uninstalled
  Settings settings;
};

struct Store {  // a Smaregi store
  std::string store_id, code, name, phone, address;
  int64_t display_order = 0;
  bool paused = false;
};

struct Product {  // a Smaregi product
  std::string product_id, code, supplier_code, name;
  bool stock_controlled = true;
};

struct StockLevel {
  std::string product_id, store_id;
  int64_t on_hand = 0;
  int64_t layaway = 0;
  Seconds changed_at = 0;  // Smaregi's updDateTime: an older one never overwrites a newer one
  int64_t held = 0;        // by our own pick-ups; only where it is read
  bool doubted = false;    // staff did not find it, and Smaregi has said nothing newer; only read
};

enum class LinkState : uint8_t {
  kJoining,  // code drawn and kept here; Smaregi has not confirmed the member yet
  kLinked,   // Smaregi has the member
  kStopped,  // stopped, lost or withdrawn at the till
};

struct MemberLink {
  int64_t customer_id = 0;    // Shopify
  std::string code;           // the active code shown on the card
  std::string pos_member_id;  // Smaregi customerId; "" while joining
  LinkState state = LinkState::kJoining;
  Seconds joined_at = 0;
  // What Smaregi asks of every member and this customer has not given, as field_words.h has it;
  // a column that no field fills has Smaregi's own name. Only while joining.
  std::vector<std::string> missing = {};
};

// A member that lost its card when two customers became one.
struct LeftMember {
  std::string code;
  std::string pos_member_id;  // "" when Smaregi's answer about it never came
  int64_t kept_customer_id = 0;
};

// The last figures Smaregi gave for a member.
struct CardSnapshot {
  int64_t customer_id = 0;
  bool has_points = false;
  int64_t points = 0;
  std::string points_expire_on;  // "YYYY-MM-DD" or ""
  std::string rank;
  std::string holder;
  Seconds as_of = 0;
};

// A link with what is known of it: what a card is made of.
struct Card {
  MemberLink link;
  std::optional<CardSnapshot> snapshot;
};

enum class System : uint8_t { kShopify, kSmaregi };  // "shopify", "smaregi"

// An inbound event. Stored under (tenant, system, type, event_id) before it is answered; takes
// effect once.
struct InboxEvent {
  System system = System::kShopify;
  std::string type;      // "orders/create", "pos:stock"
  std::string event_id;  // the platform's delivery id; a hash of the body where it sends none
  std::string body;      // JSON, as kept_body() leaves it (domain/events/event_body.h)
  Seconds received_at = 0;
};
struct InboxItem {
  int64_t id = 0;
  TenantId tenant = 0;
  InboxEvent event;
  int attempts = 0;
};

// A write to a platform that must happen, stored in the transaction of the fact it reports. A newer
// item with the same key replaces a waiting one (only the last state matters). Items of one shop
// with the same key, whatever their kind, are a lane: they are done one after the other.
enum class OutboxKind : uint8_t {
  kWriteCard,        // Shopify: card metafield of a customer; key = customer id
  kCreateMember,     // Smaregi: member of a joining link; key = customer id
  kCustomerChanged,  // both: fields of a linked customer that changed in Shopify; key = customer id
  kMemberChanged,    // both: fields of a linked customer that changed in Smaregi; key = customer id
  kDropCustomer,     // here: the link of a customer who is gone in Shopify; key = customer id
  kTagCustomer,      // Shopify: the member code among the customer's tags; key = customer id
  kTellLeaving,      // the merchant, by mail: a member with a balance left; key = member code
  kPickupMail,       // a customer, by mail: what became of a pick-up; key = pickup_mail_key()
  kWriteOnHand,      // Shopify: what a shop has of a product; key = on_hand_key()
  kTakeFromTills,    // Smaregi: what left a shop for an online order; key = taking_key()
  kRestockMail,      // a customer, by mail: a shop has a product again; key = the request's id
  kShipOrder,        // Shopify: who sends an order, and what was sent; key = ship_order_key()
};
struct OutboxWrite {
  OutboxKind kind = OutboxKind::kWriteCard;
  std::string key;
};
struct OutboxItem {
  int64_t id = 0;
  TenantId tenant = 0;
  OutboxWrite write;
  int attempts = 0;
  int64_t revision = 0;  // completing an item that was enqueued again meanwhile leaves it waiting
  int64_t lease = 0;     // counts how often it was leased: only its last holder may close it
  bool background = false;  // nobody waits for it
};

// The merchant makes members of all customers with a tag (domain/sync/backfill.h).
enum class BackfillState : uint8_t { kRunning, kStopped, kDone };  // "running", "stopped", "done"
struct Backfill {
  std::string tag;  // a customer tag of Shopify
  BackfillState state = BackfillState::kRunning;
  Seconds begun_at = 0;
  Seconds changed_at = 0;  // when it last got on, or was stopped
  int64_t expected = 0;    // customers with the tag, as counted at the beginning
  int64_t place = 0;       // id of the last customer who was looked at
  int64_t brought = 0;     // who became a member by it
  int64_t members = 0;     // who was one already
  int64_t left = 0;        // who was one before and left
  int64_t revision = 0;    // counts the writes
};

// Why somebody is no member any more.
enum class LeaveReason : uint8_t {
  kDeleted,    // "deleted": the customer no longer exists in Shopify
  kRedacted,   // "redacted": the customer's data was to be erased
  kWithdrawn,  // "withdrawn": at the till, or merged there into another member
  kGone,       // "gone": the member no longer exists in Smaregi
};

// A member who left with points, as the merchant is told of it; says nothing of the person.
struct Leaving {
  std::string code;
  std::string pos_member_id;
  LeaveReason reason = LeaveReason::kDeleted;
  int64_t points = 0;
  Seconds points_as_of = 0;
  Seconds left_at = 0;
  Seconds told_at = 0;  // 0: not yet
};

// A customer asked what is held (customers/data_request). The file is made when it is asked for.
struct DataRequest {
  std::string request_id;  // Shopify's
  int64_t customer_id = 0;
  std::vector<std::string> orders = {};  // ids of the orders that it is about
  Seconds requested_at = 0;
};

struct PosMember {  // a Smaregi customer
  std::string member_id, code, rank;
  MemberFields fields = {};
  int status = 0;          // "0" usable "1" stopped "2" lost "3" withdrawn "4" merged
  Seconds changed_at = 0;  // Smaregi's updDateTime; 0 when the reply has none
};
struct PosMemberPage {
  std::vector<PosMember> members;
  bool more = false;
};
struct PosPoints {
  std::string member_id;
  int64_t points = 0;
  std::string expire_on;
};
struct PosTransaction {
  std::string id, member_id, store_id;
  std::vector<std::string> product_ids;
  Seconds changed_at = 0;  // Smaregi's updDateTime; 0 when the reply has none
};
struct NewPosMember {
  std::string code;
  MemberFields fields = {};  // "" is not sent
};
// What a contract asks of every member besides code and names.
struct PosRequired {
  std::vector<MemberField> fields;
  std::vector<std::string> others;  // Smaregi's names of columns that no field here fills
};

struct ShopAddress {
  std::string line1, line2, city, post_code, phone;
  std::string province_code;  // "JP-13"
  std::string country;        // ISO 3166 alpha-2
  bool operator==(const ShopAddress&) const = default;
};
struct ShopCustomer {  // a Shopify customer, as typed
  int64_t id = 0;
  std::string last_name, first_name, mail, phone, locale;
  bool mail_consent = false;
  ShopAddress address = {};  // the default one
  std::string last_kana = {}, first_kana = {}, birth_date = {}, sex = {};
  Seconds changed_at = 0;  // Shopify's updatedAt
  bool operator==(const ShopCustomer&) const = default;
};
struct ShopIdentity {
  TenantId id = 0;
  std::string domain, name;
};

// What a platform says of our access to it.
struct Access {
  std::vector<std::string> missing;  // scopes that the app needs and was not granted
  std::optional<Seconds> ahead;      // its clock minus ours, to the second, as far as it says
  bool has_members = true;           // false: the plan of the contract has no members and points
};

// Articles of the online shop by what became of their matching (domain/inventory/shop_item.h).
struct ItemCounts {
  int64_t matched = 0, unmatched = 0, duplicate = 0, untracked = 0;
};

// How much there is of a shop, and how far its readings got.
struct Figures {
  int64_t joining = 0, linked = 0, stopped = 0;  // members
  int64_t products = 0, stores = 0;
  ItemCounts items;                                      // of the online shop
  std::vector<std::pair<std::string, Seconds>> cursors;  // by name
  int64_t schema = 0;                                    // version of the database's
};

// What the theme block's first paint needs; the value of the customer metafield $app:tsunagi.card.
struct CardMetafield {
  int64_t customer_id = 0;
  std::string json;
};

}  // namespace tsunagi
