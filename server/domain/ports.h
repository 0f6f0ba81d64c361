#pragma once
// What the domain needs from the outside world. Each interface is implemented by one folder (named
// beside it) and by a fake in tests. All are safe to call from any thread; none throws.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/changes.h"
#include "server/domain/fulfilment/pickup.h"
#include "server/domain/fulfilment/pickup_mail.h"
#include "server/domain/values.h"
#include "wasm/core/result.h"

namespace tsunagi {

class Clock {  // base
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Seconds now() const = 0;                                   // wall clock
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;  // for time-outs
  // How a queue of this process waits: until wake() of the same condition or for `longest`, and
  // maybe shorter. A clock whose time is not the machine's waits in its own.
  virtual void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                    std::chrono::nanoseconds longest) {
    changed.wait_for(lock, longest);
  }
  virtual void wake(std::condition_variable& changed) { changed.notify_all(); }
};

class Random {  // base
 public:
  virtual ~Random() = default;
  virtual uint64_t below(uint64_t limit) = 0;  // uniform, cryptographic
  virtual std::string token(int bytes) = 0;    // lower-case hex
};

// Tells whether two texts are equal when only one is there: without the server's key nobody can try
// texts until one fits.
class Fingerprints {  // base
 public:
  virtual ~Fingerprints() = default;
  [[nodiscard]] virtual uint64_t of(std::string_view text) const = 0;
};

// ---- the database (storage)

// Stored platform secrets, encrypted at rest (AES-256-GCM, tenant and purpose bound as associated
// data).
enum class SecretPurpose : uint8_t { kShopifyAccess, kShopifyRefresh };
struct StoredSecret {
  std::string value;
  Seconds expires_at = 0;
};

// A contract proven by a sign-in at Smaregi and not yet joined: the merchant is being asked.
struct PendingJoin {
  TenantId tenant = 0;
  std::string contract_id;
};

// What several processes may spend together at a platform is given out in slices: so many
// thousandths of it, for kSliceSeconds. The slices that are good at a moment are never more than
// the whole, and a part of it stays free for a process that comes new.
inline constexpr Seconds kSliceSeconds = 3;
inline constexpr Seconds kSliceRestSeconds = 1;  // then others may have it: calls take a while
inline constexpr int64_t kWholeBudget = 1'000;
inline constexpr int64_t kSpareBudget = 100;
inline constexpr int64_t kLeastWanted = 300;  // so that a burst finds more than nothing
struct BudgetAsk {
  std::string owner;   // Smaregi's contract or Shopify's shop domain
  std::string budget;  // "smaregi.reads"
  std::string process;
  int64_t wanted = 0;   // thousandths that would be used now
  int64_t slow_to = 0;  // the platform refused: this rate (in thousandths) is what it takes; or 0
};
struct BudgetSlice {
  int64_t part = 0;     // thousandths
  int64_t slow_to = 0;  // the lowest that another process says; or 0
};

// What operators see of the queues. attempts: how often the item was taken up.
// kDone: of the inbox alone; kReview: of the outbox alone, a write of which nobody knows whether it
// had its effect.
enum class QueueState : uint8_t { kWaiting, kLeased, kDone, kDead, kReview };
// What a person found out about a write in review.
enum class ReviewVerdict : uint8_t { kHappened, kAgain };
struct InboxEntry {
  InboxItem item;  // without its body
  QueueState state = QueueState::kWaiting;
  Seconds due_at = 0;  // of a leased one: when its lease ends
  std::string error;
  bool has_body = false;
};
struct OutboxEntry {
  OutboxItem item;
  QueueState state = QueueState::kWaiting;
  Seconds due_at = 0;
  Seconds enqueued_at = 0;
  std::string error;
};

// What only the file of a data request has (domain/privacy/held_data.h).
struct AuditRow {
  Seconds at = 0;
  std::string actor, action, subject, reason;
};
struct HeldRows {
  std::vector<std::string> codes;  // that the customer has or had
  std::vector<AuditRow> trail;
  std::vector<OutboxEntry> writes;
  std::vector<InboxEntry> events;
  std::vector<Pickup> pickups = {};
  PickupMailLog pickup_mails = {};
  std::vector<RestockRequest> restocks = {};
};
inline constexpr int kHeldRowsMost = 1'000;  // of each

// Errors of what is in review.
inline constexpr std::string_view kWriteInterrupted =
    "interrupted: begun, and its end is not known";
inline constexpr std::string_view kMailUnanswered = "unanswered: the mail was handed over";
inline constexpr std::string_view kParcelUnknown =
    "unknown: a parcel left the shop, and the online shop has neither it nor its order";

class Storage {  // storage
 public:
  virtual ~Storage() = default;
  [[nodiscard]] virtual Result<Done> ready() = 0;  // answers a query: for /readyz

  // Tenants
  virtual Result<std::optional<Tenant>> tenant(TenantId id) = 0;
  virtual Result<std::optional<Tenant>> tenant_by_domain(std::string_view shop_domain) = 0;
  virtual Result<std::optional<Tenant>> tenant_by_contract(std::string_view contract_id) = 0;
  virtual Result<std::vector<Tenant>> tenants() = 0;           // installed ones
  virtual Result<Done> install(const ShopIdentity& shop) = 0;  // insert, or mark installed again
  virtual Result<Done> uninstall(TenantId tenant) = 0;         // erases secrets; keeps the rest
  virtual Result<Done> erase_tenant(TenantId tenant) = 0;      // shop/redact: every row of it
  virtual Result<Done> join_contract(TenantId tenant,
                                     std::string_view contract_id) = 0;  // kConflict when another's
  // And what follows from them, in the same transaction.
  virtual Result<Done> save_settings(TenantId tenant, const Settings& settings,
                                     const std::vector<Change>& also) = 0;

  // Whether other processes may be at work on the same database; else nothing need be shared.
  [[nodiscard]] virtual bool shared() const = 0;
  // Something that one process at a time does for a shop. true: it is the holder's until `until`,
  // unless released; a holder may claim it again.
  struct Claim {
    std::string_view name, holder;
  };
  virtual Result<bool> claim(TenantId tenant, const Claim& what, Seconds now, Seconds until) = 0;
  virtual Result<Done> release(TenantId tenant, const Claim& what) = 0;
  // Of a shop or contract that is not known, as one that installs the app, what is kept for who
  // comes new.
  virtual Result<BudgetSlice> lease_budget(const BudgetAsk& ask, Seconds now) = 0;

  // Secrets. put_secrets writes all of them in one transaction.
  virtual Result<std::optional<StoredSecret>> secret(TenantId tenant, SecretPurpose purpose) = 0;
  virtual Result<Done> put_secrets(
      TenantId tenant, const std::vector<std::pair<SecretPurpose, StoredSecret>>& secrets) = 0;
  // One-time state of a sign-in at Smaregi; take_oauth_state removes it and answers it once, for 10
  // minutes.
  virtual Result<Done> put_oauth_state(TenantId tenant, std::string_view state,
                                       std::string_view verifier, Seconds now) = 0;
  virtual Result<std::optional<std::pair<TenantId, std::string>>> take_oauth_state(
      std::string_view state, Seconds now) = 0;
  // What the merchant's answer to a sign-in will be about, for 10 minutes; take_pending_join
  // removes it and answers it once. kNotFound when the shop is gone.
  virtual Result<Done> put_pending_join(const PendingJoin& join, std::string_view token,
                                        Seconds now) = 0;
  virtual Result<std::optional<PendingJoin>> pending_join(std::string_view token, Seconds now) = 0;
  virtual Result<std::optional<PendingJoin>> take_pending_join(std::string_view token,
                                                               Seconds now) = 0;

  // Reading
  virtual Result<std::optional<Card>> card(TenantId tenant, int64_t customer_id) = 0;
  virtual Result<std::optional<Card>> card_by_member(TenantId tenant,
                                                     std::string_view pos_member_id) = 0;
  virtual Result<std::vector<Card>> cards_after(TenantId tenant, int64_t customer_id,
                                                int limit) = 0;  // by id
  // What the fields of a member were when both platforms were last in step (member/field_prints.h);
  // "" when they never were.
  virtual Result<std::string> field_prints(TenantId tenant, int64_t customer_id) = 0;
  // What a joining customer told the card, until Smaregi has it.
  virtual Result<FieldChanges> given_fields(TenantId tenant, int64_t customer_id) = 0;
  // Joining links that lack something, in the order of joining, at most `limit`.
  virtual Result<std::vector<MemberLink>> waiting_links(TenantId tenant, int limit) = 0;
  // Whose the code is or, when his link was dropped, 0; none: it was never issued or linked.
  virtual Result<std::optional<int64_t>> code_owner(TenantId tenant, std::string_view code) = 0;
  virtual Result<bool> was_member(TenantId tenant,
                                  int64_t customer_id) = 0;  // and left
  // Into whom the customer was merged, one step; what RestoreLink would bring back.
  virtual Result<std::optional<int64_t>> merged_into(TenantId tenant, int64_t customer_id) = 0;
  virtual Result<std::optional<MemberLink>> dropped_link(TenantId tenant, int64_t customer_id) = 0;
  virtual Result<std::vector<LeftMember>> left_members(TenantId tenant, int limit) = 0;  // by code
  // Links that have a Smaregi member, in the order of its id as a number.
  virtual Result<std::vector<MemberLink>> links_by_member(TenantId tenant,
                                                          std::string_view after_member_id,
                                                          int limit) = 0;
  virtual Result<std::optional<Product>> product_by_code(
      TenantId tenant, std::string_view barcode,
      std::string_view sku) = 0;  // barcode first, then SKU
  // Those of these that there are, in no order.
  virtual Result<std::vector<Product>> products(TenantId tenant,
                                                const std::vector<std::string>& product_ids) = 0;
  // What Smaregi counted in these stores, in no order; a store without a row is left out. Costs as
  // much as the stores asked for, however many there are.
  virtual Result<std::vector<StockLevel>> stock_of(TenantId tenant, std::string_view product_id,
                                                   const std::vector<std::string>& store_ids) = 0;
  virtual Result<std::vector<Store>> stores(TenantId tenant) = 0;
  virtual Result<std::optional<Seconds>> cursor(TenantId tenant, std::string_view name) = 0;
  virtual Result<std::optional<Backfill>> backfill(TenantId tenant) = 0;
  virtual Result<std::vector<TenantId>> running_backfills() = 0;  // of installed shops
  struct BackgroundDepth {
    int64_t waiting = 0;      // outbox items in the background, leased ones included
    int64_t registering = 0;  // of those, what creates members
    int64_t lacking = 0;      // joining links that lack something
  };
  virtual Result<BackgroundDepth> background_depth(TenantId tenant) = 0;
  virtual Result<std::string> favourite(TenantId tenant, int64_t customer_id) = 0;  // "" when none
  virtual Result<std::vector<std::string>> pins(TenantId tenant,
                                                int64_t customer_id) = 0;  // product codes

  // Writing
  virtual Result<Done> apply(TenantId tenant, const std::vector<Change>& changes) = 0;

  // Inbox: put_inbox answers false when the event is there already. Leases end by themselves after
  // lease_seconds.
  virtual Result<bool> put_inbox(TenantId tenant, const InboxEvent& event) = 0;
  virtual Result<std::vector<InboxItem>> lease_inbox(int limit, Seconds now, int lease_seconds) = 0;
  virtual Result<Done> renew_inbox(const std::vector<int64_t>& ids, Seconds until) = 0;
  // Marks the items done and applies the changes in the same transaction. The raw bodies are
  // emptied.
  virtual Result<Done> finish_inbox(TenantId tenant, const std::vector<int64_t>& ids,
                                    const std::vector<Change>& changes) = 0;
  virtual Result<Done> retry_inbox(int64_t id, Seconds at, std::string_view error) = 0;
  virtual Result<Done> bury_inbox(int64_t id, std::string_view error) = 0;  // dead letter
  // Forgets events that were done before `done_before`, and what the bodies of dead ones received
  // before `dead_before` said; at most `limit` of each. How many there were.
  virtual Result<int64_t> purge_inbox(Seconds done_before, Seconds dead_before, int limit) = 0;
  // Forgets merges noted and restorable links dropped before `before`; at most `limit` of each.
  virtual Result<int64_t> purge_merges(Seconds before, int limit) = 0;

  // Of a lane at most one item, the first that is due, and none while another of it is leased: of
  // all workers of all processes one at a time is at work on a customer. Leases end by themselves
  // after lease_seconds unless renewed; an item that was leased to somebody else since is kConflict
  // for its former holder.
  // In a lane what is in the background comes last, and only lease_background takes it.
  virtual Result<std::vector<OutboxItem>> lease_outbox(int limit, Seconds now,
                                                       int lease_seconds) = 0;
  virtual Result<std::vector<OutboxItem>> lease_background(OutboxKind kind, int limit, Seconds now,
                                                           int lease_seconds) = 0;
  // Ids of those that are still the caller's, until `until`.
  virtual Result<std::vector<int64_t>> renew_outbox(const std::vector<OutboxItem>& items,
                                                    Seconds until) = 0;
  virtual Result<Done> finish_outbox(const OutboxItem& item,
                                     const std::vector<Change>& changes) = 0;
  virtual Result<Done> retry_outbox(const OutboxItem& item, Seconds at, std::string_view error) = 0;
  // As retry_outbox, for an item that nothing was tried with: this time does not count as an
  // attempt.
  virtual Result<Done> put_off_outbox(const OutboxItem& item, Seconds at,
                                      std::string_view reason) = 0;
  virtual Result<Done> bury_outbox(const OutboxItem& item, std::string_view error) = 0;
  // Before a write that must not be repeated blindly: stored, so that an item whose lease ends
  // between this and its end is not leased again but goes to review (kWriteInterrupted). kConflict:
  // the lease is somebody else's by now.
  virtual Result<Done> begin_outbox(const OutboxItem& item) = 0;
  // It was begun, and its outcome cannot be known. When it was enqueued again meanwhile that is
  // another write: it waits.
  virtual Result<Done> review_outbox(const OutboxItem& item, std::string_view error) = 0;

  struct QueueDepth {
    int64_t inbox_waiting = 0, inbox_dead = 0, outbox_waiting = 0, outbox_dead = 0;
    int64_t outbox_review = 0;
    Seconds oldest_waiting = 0;  // received or enqueued at; 0 when nothing waits
  };
  static constexpr TenantId kEveryTenant = 0;
  virtual Result<QueueDepth> queue_depth(TenantId tenant) = 0;
  virtual Result<Figures> figures(TenantId tenant) = 0;

  // Reading for operators. tenant: kEveryTenant for all. What waits comes in the order it is due,
  // what is done the newest first, what is dead or in review by shop and id.
  virtual Result<std::vector<InboxEntry>> inbox_in(TenantId tenant, QueueState state,
                                                   int limit) = 0;
  virtual Result<std::vector<OutboxEntry>> outbox_in(TenantId tenant, QueueState state,
                                                     int limit) = 0;
  virtual Result<std::optional<Card>> card_by_code(TenantId tenant, std::string_view code) = 0;
  // Ids of products whose stock is counted, by id.
  virtual Result<std::vector<std::string>> stocked_after(TenantId tenant,
                                                         std::string_view product_id,
                                                         int limit) = 0;
  // A dead letter waits again, with no attempt counted and due now, and an audit row says so; false
  // when it is not dead (any more). kConflict: the event's body was purged.
  virtual Result<bool> replay_inbox(int64_t id) = 0;
  virtual Result<bool> replay_outbox(int64_t id) = 0;
  // Decides what is in review: it happened, and is closed as if that had been known; or it is done
  // again, due now. With an audit row of `actor`; false when it is not in review (any more).
  virtual Result<bool> settle_review(TenantId tenant, int64_t id, ReviewVerdict verdict,
                                     std::string_view actor) = 0;

  // Privacy
  virtual Result<std::optional<Consent>> consent_text(TenantId tenant,
                                                      std::string_view version) = 0;
  virtual Result<std::optional<Leaving>> leaving(TenantId tenant, std::string_view code) = 0;
  virtual Result<std::vector<DataRequest>> data_requests(TenantId tenant,
                                                         int limit) = 0;  // the newest first
  virtual Result<std::optional<DataRequest>> data_request(TenantId tenant,
                                                          std::string_view request_id) = 0;
  virtual Result<HeldRows> held_rows(TenantId tenant, int64_t customer_id) = 0;
  // Forgets requests made, and leavings told, before `before`: a few. How many there were.
  virtual Result<int64_t> purge_papers(Seconds before) = 0;
};

// ---- Smaregi (smaregi)
// ---------------------------------------------------------------------------------------------
// Calls block on the network for at most the client's own time-outs and share one rate budget per
// contract. kUnavailable: down, slow, throttled or nonsense; kUnauthorized: the contract refuses
// us; kNotFound; kConflict: a code already taken.
class Pos {
 public:
  virtual ~Pos() = default;
  virtual Result<PosMember> member(std::string_view contract, std::string_view member_id) = 0;
  virtual Result<std::optional<PosMember>> member_by_code(std::string_view contract,
                                                          std::string_view code) = 0;
  virtual Result<PosPoints> points(std::string_view contract, std::string_view member_id) = 0;
  virtual Result<PosMember> create_member(std::string_view contract,
                                          const NewPosMember& member) = 0;
  // Writes these fields and answers the member as it is then. kNotFound: there is no such member;
  // kInvalid: a value is refused. Safe to repeat.
  virtual Result<PosMember> update_member(std::string_view contract, std::string_view member_id,
                                          const FieldChanges& changes) = 0;
  // Members that changed in [from, to]; windows longer than 31 days are split by the client.
  virtual Result<std::vector<PosMember>> members_changed(std::string_view contract, Seconds from,
                                                         Seconds to) = 0;
  // All members whose id is a greater number than after_id, by id, as many as a page holds.
  virtual Result<PosMemberPage> members_after(std::string_view contract, int64_t after_id) = 0;
  virtual Result<PosRequired> required(std::string_view contract) = 0;
  // Asks with a new token, behind everything else. kUnauthorized: the contract refuses us.
  virtual Result<Access> access(std::string_view contract) = 0;
  virtual Result<PosTransaction> transaction(std::string_view contract, std::string_view id) = 0;
  // Transactions that changed in [from, to]; windows longer than 31 days are split by the client.
  virtual Result<std::vector<PosTransaction>> transactions_changed(std::string_view contract,
                                                                   Seconds from, Seconds to) = 0;
  virtual Result<std::vector<Store>> stores(std::string_view contract) = 0;
  virtual Result<std::vector<Product>> products(std::string_view contract) = 0;
  virtual Result<std::vector<Product>> products_changed(std::string_view contract, Seconds from,
                                                        Seconds to) = 0;
  virtual Result<std::vector<StockLevel>> stock(std::string_view contract) = 0;
  virtual Result<std::vector<StockLevel>> stock_changed(std::string_view contract, Seconds from,
                                                        Seconds to) = 0;
  virtual Result<std::vector<StockLevel>> stock_of(std::string_view contract,
                                                   std::string_view product_id) = 0;

  // Joining: who owns the contract is proven by a sign-in at Smaregi (authorization code with
  // PKCE).
  virtual std::string sign_in_url(std::string_view state, std::string_view challenge,
                                  std::string_view redirect_uri) = 0;
  virtual Result<std::string> contract_of_sign_in(std::string_view code, std::string_view verifier,
                                                  std::string_view redirect_uri) = 0;
};

inline constexpr size_t kMostCustomersAsked = 250;  // Shopify takes no longer lists of ids

// ---- Shopify (shopify)
// ---------------------------------------------------------------------------------------------
class Shop {
 public:
  virtual ~Shop() = default;
  // Exchanges the merchant's session token for tokens, stores them, and answers who the shop is.
  virtual Result<ShopIdentity> install(std::string_view shop_domain,
                                       std::string_view session_token) = 0;
  // Creates what the blocks need (the metafield definition); idempotent.
  virtual Result<Done> prepare(const Tenant& tenant) = 0;
  // Where the platform itself writes to the merchant; "" when it names no address.
  virtual Result<std::string> contact_mail(const Tenant& tenant) = 0;
  virtual Result<std::optional<ShopCustomer>> customer(const Tenant& tenant,
                                                       int64_t customer_id) = 0;
  // Ids of customers that changed in [from, to], oldest change first, as far as they fit.
  struct Changed {
    std::vector<int64_t> customers;
    Seconds until = 0;                           // all changes up to this moment are among them
    std::map<int64_t, Seconds> changed_at = {};  // of each, as far as it is said
  };
  struct TagFilter {
    std::string tag;
    bool carried = true;  // false: only who does not carry it
  };
  virtual Result<Changed> customers_changed(const Tenant& tenant, Seconds from, Seconds to,
                                            const std::optional<TagFilter>& among) = 0;
  // Which of these customers do not exist, at most kMostCustomersAsked at once.
  virtual Result<std::vector<int64_t>> missing_customers(const Tenant& tenant,
                                                         const std::vector<int64_t>& ids) = 0;
  // Customers with the tag whose id is greater than after_id, by id, with what a member is made of.
  // kInvalid: no such tag can be searched for (is_searchable_tag).
  struct TaggedCustomer {
    ShopCustomer customer;
    bool carries_ours = false;  // a tag as tag_customer leaves it
  };
  struct TaggedPage {
    std::vector<TaggedCustomer> customers;
    int64_t last_id = 0;  // as far as was looked
    bool more = false;
  };
  virtual Result<TaggedPage> customers_tagged(const Tenant& tenant, std::string_view tag,
                                              int64_t after_id, int limit) = 0;
  virtual Result<int64_t> count_tagged(const Tenant& tenant, std::string_view tag) = 0;
  // The card metafield as it is there; nullopt: there is none.
  virtual Result<std::optional<std::string>> published_card(const Tenant& tenant,
                                                            int64_t customer_id) = 0;
  // Writes names, phone, consent, and kana, birth date and sex where the merchant named a
  // metafield; other fields are not written. kNotFound: there is no such customer; kInvalid: a
  // value is refused. Safe to repeat.
  virtual Result<Done> update_customer(const Tenant& tenant, int64_t customer_id,
                                       const FieldChanges& changes) = 0;
  virtual Result<Done> write_cards(const Tenant& tenant,
                                   const std::vector<CardMetafield>& cards) = 0;  // ≤ 25
  virtual Result<Done> erase_card(const Tenant& tenant, int64_t customer_id) = 0;
  // Of the tags that are ours the customer has the one of this member code and no other; "" leaves
  // none. Other tags stay. Done as well when the customer is gone. Safe to repeat. others: told of
  // the codes whose tags are about to go; with its error nothing is written.
  using OtherCodes = std::function<Result<Done>(const std::vector<std::string>& codes)>;
  virtual Result<Done> tag_customer(const Tenant& tenant, int64_t customer_id,
                                    std::string_view member_code,
                                    const OtherCodes& others = {}) = 0;
  // The same for a customer who carries none of ours: one write and no look before it. Answers the
  // customer as it is then; nullopt when that is not known.
  virtual Result<std::optional<ShopCustomer>> add_member_tag(const Tenant& tenant,
                                                             int64_t customer_id,
                                                             std::string_view member_code) = 0;
  // A customer who is tagged with this member code. Shopify's search is seconds behind its writes.
  virtual Result<std::optional<int64_t>> customer_with_code(const Tenant& tenant,
                                                            std::string_view member_code) = 0;
  virtual Result<bool> has_tag(const Tenant& tenant, int64_t customer_id, std::string_view tag) = 0;
  virtual Result<Access> access(const Tenant& tenant) = 0;
  // Tells the blocks whether only customers with kPilotTag are to see them.
  virtual Result<Done> publish_pilot(const Tenant& tenant, bool on) = 0;
};

// ---- mail (mail)
// ---------------------------------------------------------------------------------------------
struct Mail {
  std::string to;             // one address, is_mail_address()
  std::string subject, text;  // UTF-8; lines of the text end with \n
  std::string id;             // the same for the same mail sent again, letters, digits, '.' and '-'
  std::string from_name = "Tsunagi";  // UTF-8, one line
  Seconds at = 0;
};

// kUnknown: all of the mail was handed over, and no answer came: it may be delivered or not.
enum class MailFate : uint8_t { kTaken, kUnknown };

class Mailer {
 public:
  virtual ~Mailer() = default;
  // An error means that the mail server certainly does not have it. kInvalid: it refuses this mail
  // for good; kUnauthorized: it refuses us; kUnavailable: later.
  virtual Result<MailFate> send(const Mail& mail) = 0;
};

// What works on a member at both platforms needs all of them.
struct MemberPorts {
  Storage& storage;
  Pos& pos;
  Shop& shop;
  Clock& clock;
  Random& random;
  const Fingerprints& fingerprints;
};

}  // namespace tsunagi
