#pragma once
// The database as plain maps, with the rules that ports.h gives. One lock; every call is one
// transaction.

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "server/domain/ports.h"

namespace tsunagi::fakes {

class FakeStorage : public Storage {
 public:
  FakeStorage();
  ~FakeStorage() override;

  struct InboxRow {
    InboxItem item;
    enum class Fate { kWaiting, kDone, kDead } fate = Fate::kWaiting;
    Seconds next_at = 0;
    Seconds leased_until = 0;
    std::string error;
  };
  struct OutboxRow {
    OutboxItem item;
    bool dead = false;
    bool review = false;
    int64_t begun = 0;                    // the revision whose write is under way
    Seconds enqueued_at = 1'790'000'000;  // where ManualClock begins, or as a test arranges it
    Seconds next_at = 0;
    Seconds leased_until = 0;
    std::string error;
    [[nodiscard]] bool rests() const { return dead || review; }  // until a person decides
  };

  // ---- what a test arranges and looks at
  std::atomic<bool> down = false;
  std::atomic<int> fail_next_writes = 0;  // writes that are refused before they have an effect
  std::atomic<int> reads = 0;
  std::function<void()> before_apply;  // runs without the lock
  // Whether the online shop has an article that is this product: a FakeInventory's to say.
  std::function<bool(TenantId, const std::string& product)> is_matched;
  // What a shipment still holds ends with these.
  std::function<void(const change::MarkShort&)> mark_short;
  std::function<void(const change::TillsTook&)> tills_took;
  std::function<void(const change::ReleaseSent&)> release_sent;
  std::function<void(const change::ReleaseHandedOver&)> release_handed_over;
  std::map<std::string, Taking> takings;                        // of all shops, by key
  std::map<std::string, RestockRequest, std::less<>> restocks;  // of all shops, by id

  void put_tenant(const Tenant& tenant);
  void edit_outbox(int64_t id, const std::function<void(OutboxRow&)>& edit);
  std::map<int64_t, InboxRow> inbox() const;
  std::map<int64_t, OutboxRow> outbox() const;
  std::vector<change::Audit> audits() const;
  std::vector<StockLevel> levels(TenantId tenant) const;
  std::vector<Card> cards(TenantId tenant);
  // As they were told; what became of one whose item still waits is the item's to say.
  PickupMailLog pickup_mails(TenantId tenant) const;

  // ---- Storage
  Result<Done> ready() override;

  Result<std::optional<Tenant>> tenant(TenantId id) override;
  Result<std::optional<Tenant>> tenant_by_domain(std::string_view domain) override;
  Result<std::optional<Tenant>> tenant_by_contract(std::string_view contract) override;
  Result<std::vector<Tenant>> tenants() override;
  Result<Done> install(const ShopIdentity& shop) override;
  Result<Done> uninstall(TenantId tenant) override;
  Result<Done> erase_tenant(TenantId tenant) override;
  Result<Done> join_contract(TenantId tenant, std::string_view contract) override;
  Result<Done> save_settings(TenantId tenant, const Settings& settings,
                             const std::vector<Change>& also) override;

  std::atomic<bool> is_shared = false;
  std::atomic<int> claims_refused = 0;
  [[nodiscard]] bool shared() const override { return is_shared; }
  Result<bool> claim(TenantId tenant, const Claim& what, Seconds now, Seconds until) override;
  Result<Done> release(TenantId tenant, const Claim& what) override;
  // Budgets are shared in the tests of the database alone: whoever asks has all of it.
  Result<BudgetSlice> lease_budget(const BudgetAsk&, Seconds) override {
    return BudgetSlice{.part = kWholeBudget, .slow_to = 0};
  }

  Result<std::optional<StoredSecret>> secret(TenantId tenant, SecretPurpose purpose) override;
  Result<Done> put_secrets(
      TenantId tenant, const std::vector<std::pair<SecretPurpose, StoredSecret>>& secrets) override;
  // Sign-ins are begun in the tests of the routes alone: kept there.
  Result<Done> put_oauth_state(TenantId, std::string_view, std::string_view, Seconds) override {
    return Done{};
  }
  Result<std::optional<std::pair<TenantId, std::string>>> take_oauth_state(std::string_view,
                                                                           Seconds) override {
    return std::optional<std::pair<TenantId, std::string>>{};
  }
  Result<Done> put_pending_join(const PendingJoin& join, std::string_view token,
                                Seconds now) override;
  Result<std::optional<PendingJoin>> pending_join(std::string_view token, Seconds now) override;
  Result<std::optional<PendingJoin>> take_pending_join(std::string_view token,
                                                       Seconds now) override;

  Result<std::optional<Card>> card(TenantId tenant, int64_t customer) override;
  Result<std::optional<Card>> card_by_member(TenantId tenant, std::string_view member) override;
  Result<std::vector<Card>> cards_after(TenantId tenant, int64_t customer, int limit) override;
  Result<std::optional<int64_t>> code_owner(TenantId tenant, std::string_view code) override;
  Result<std::vector<Product>> products(TenantId tenant,
                                        const std::vector<std::string>& product_ids) override;
  Result<std::optional<Product>> product_by_code(TenantId tenant, std::string_view barcode,
                                                 std::string_view sku) override;
  Result<std::vector<StockLevel>> stock_of(TenantId tenant, std::string_view product,
                                           const std::vector<std::string>& store_ids) override;
  Result<std::vector<Store>> stores(TenantId tenant) override;
  Result<std::optional<Seconds>> cursor(TenantId tenant, std::string_view name) override;
  Result<std::string> field_prints(TenantId tenant, int64_t customer) override;
  Result<FieldChanges> given_fields(TenantId tenant, int64_t customer) override;
  Result<std::vector<MemberLink>> waiting_links(TenantId tenant, int limit) override;
  Result<bool> was_member(TenantId tenant, int64_t customer) override;
  Result<std::optional<int64_t>> merged_into(TenantId tenant, int64_t customer) override;
  Result<std::optional<MemberLink>> dropped_link(TenantId tenant, int64_t customer) override;
  Result<std::vector<LeftMember>> left_members(TenantId tenant, int limit) override;
  Result<std::vector<MemberLink>> links_by_member(TenantId tenant, std::string_view after_member_id,
                                                  int limit) override;
  Result<std::string> favourite(TenantId tenant, int64_t customer) override;
  Result<std::vector<std::string>> pins(TenantId tenant, int64_t customer) override;

  Result<Done> apply(TenantId tenant, const std::vector<Change>& changes) override;

  Result<bool> put_inbox(TenantId tenant, const InboxEvent& event) override;
  Result<std::vector<InboxItem>> lease_inbox(int limit, Seconds now, int lease_seconds) override;
  Result<Done> renew_inbox(const std::vector<int64_t>& ids, Seconds until) override;
  Result<Done> finish_inbox(TenantId tenant, const std::vector<int64_t>& ids,
                            const std::vector<Change>& changes) override;
  Result<Done> retry_inbox(int64_t id, Seconds at, std::string_view error) override;
  Result<int64_t> purge_inbox(Seconds done_before, Seconds dead_before, int limit) override;
  Result<int64_t> purge_merges(Seconds before, int limit) override;
  Result<Done> bury_inbox(int64_t id, std::string_view error) override;

  Result<std::vector<OutboxItem>> lease_outbox(int limit, Seconds now, int lease_seconds) override;
  Result<std::vector<OutboxItem>> lease_background(OutboxKind kind, int limit, Seconds now,
                                                   int lease_seconds) override;
  Result<std::optional<Backfill>> backfill(TenantId tenant) override;
  Result<std::vector<TenantId>> running_backfills() override;
  Result<BackgroundDepth> background_depth(TenantId tenant) override;
  Result<std::vector<int64_t>> renew_outbox(const std::vector<OutboxItem>& items,
                                            Seconds until) override;
  Result<Done> finish_outbox(const OutboxItem& item, const std::vector<Change>& changes) override;
  Result<Done> retry_outbox(const OutboxItem& item, Seconds at, std::string_view error) override;
  Result<Done> put_off_outbox(const OutboxItem& item, Seconds at, std::string_view reason) override;
  Result<Done> bury_outbox(const OutboxItem& item, std::string_view error) override;
  Result<Done> begin_outbox(const OutboxItem& item) override;
  Result<Done> review_outbox(const OutboxItem& item, std::string_view error) override;
  Result<QueueDepth> queue_depth(TenantId tenant) override;
  Result<Figures> figures(TenantId tenant) override;

  Result<std::vector<InboxEntry>> inbox_in(TenantId tenant, QueueState state, int limit) override;
  Result<std::vector<OutboxEntry>> outbox_in(TenantId tenant, QueueState state, int limit) override;
  Result<std::optional<Card>> card_by_code(TenantId tenant, std::string_view code) override;
  Result<std::vector<std::string>> stocked_after(TenantId tenant, std::string_view product,
                                                 int limit) override;
  Result<bool> replay_inbox(int64_t id) override;
  Result<bool> replay_outbox(int64_t id) override;
  Result<bool> settle_review(TenantId tenant, int64_t id, ReviewVerdict verdict,
                             std::string_view actor) override;

  Result<std::optional<Consent>> consent_text(TenantId tenant, std::string_view version) override;
  Result<std::optional<Leaving>> leaving(TenantId tenant, std::string_view code) override;
  Result<std::vector<DataRequest>> data_requests(TenantId tenant, int limit) override;
  Result<std::optional<DataRequest>> data_request(TenantId tenant,
                                                  std::string_view request_id) override;
  Result<HeldRows> held_rows(TenantId tenant, int64_t customer) override;
  Result<int64_t> purge_papers(Seconds before) override;

 private:
  struct Data {
    std::map<int64_t, Card> cards;
    std::map<std::string, int64_t> codes;  // ever issued, with their owner; 0 when dropped
    std::vector<Store> stores;
    std::map<std::string, Product> products;
    std::map<std::pair<std::string, std::string>, StockLevel> stock;
    std::map<std::string, Seconds> cursors;
    std::map<int64_t, std::string> prints;
    std::map<int64_t, FieldChanges> given;
    std::set<int64_t> former_members;
    std::map<int64_t, std::pair<int64_t, Seconds>> merged;  // by who is gone
    std::map<int64_t, std::pair<MemberLink, Seconds>> dropped;
    std::map<std::string, LeftMember> left;
    std::map<int64_t, std::string> favourites;
    std::map<int64_t, std::vector<std::string>> pins;
    std::map<SecretPurpose, StoredSecret> secrets;
    std::map<std::string, Consent, std::less<>> texts;     // by version
    std::map<std::string, Leaving, std::less<>> leavings;  // by code
    std::map<std::string, DataRequest, std::less<>> requests;
    PickupMailLog pickup_mails;
    std::optional<Backfill> backfill;
    std::set<int64_t> lacking;  // customers whose link ever lacked something
  };

  static Error not_held() { return {ErrorCode::kConflict, "done already, or somebody else's"}; }
  static Error unavailable() { return {ErrorCode::kUnavailable, "the database is down"}; }
  std::optional<Error> refuse_write();
  // Defined beside their only callers, in the .cpp.
  template <class Work>
  Result<Done> write(Work work);
  template <class Work>
  auto read(Work work) -> Result<decltype(work(*this))>;
  template <class Matches>
  Result<std::optional<Tenant>> find_tenant(Matches matches);

  Result<Done> apply_locked(TenantId tenant, const std::vector<Change>& changes);
  Result<Done> apply_each_locked(TenantId tenant, Data& data, const std::vector<Change>& changes);
  // Why a link or a backfill among them cannot be put.
  static std::optional<Error> refuse_links(const Data& data, const std::vector<Change>& changes);
  void ask_for_on_hand(TenantId tenant, const std::string& product_id, const std::string& store_id,
                       std::vector<change::Enqueue>& enqueued);
  void apply_privacy(Data& data, const Change& change,
                     std::vector<change::Enqueue>& enqueued) const;
  void enqueue_locked(TenantId tenant, const change::Enqueue& enqueue);
  // Whether the change is one of a request to be told.
  bool restock_locked(const Change& change, std::vector<change::Enqueue>& enqueued);
  // The changes of a merge; nullopt: the change is none of them.
  std::optional<Result<Done>> merge_locked(TenantId tenant, Data& copy, const Change& change);
  // Those of `wanted` that are due, one of a lane at most.
  std::vector<OutboxItem> lease_locked(int limit, Seconds now, int lease_seconds,
                                       const std::function<bool(const OutboxItem&)>& wanted);
  OutboxRow* held_locked(const OutboxItem& item);  // nullptr: gone, or somebody else's by now
  bool at_work_locked(TenantId tenant, int64_t customer) const;

  mutable std::mutex mutex_;  // guards everything below
  int64_t last_id_ = 0;
  std::map<TenantId, Tenant> tenants_;
  std::map<TenantId, Data> data_;
  std::map<int64_t, InboxRow> inbox_;
  std::set<std::tuple<TenantId, System, std::string, std::string>> inbox_keys_;
  std::map<int64_t, OutboxRow> outbox_;
  Seconds last_lease_at_ = 0;  // what delays are counted from
  std::vector<change::Audit> audits_;
  std::map<std::pair<TenantId, std::string>, std::pair<std::string, Seconds>> claims_;
  std::map<std::string, std::pair<PendingJoin, Seconds>, std::less<>> joins_;  // by token
};

template <class Work>
Result<Done> FakeStorage::write(Work work) {
  if (auto refused = refuse_write()) return *refused;
  const std::lock_guard lock(mutex_);
  work(*this);
  return Done{};
}

template <class Work>
auto FakeStorage::read(Work work) -> Result<decltype(work(*this))> {
  if (down) return unavailable();
  ++reads;
  const std::lock_guard lock(mutex_);
  return work(*this);
}

}  // namespace tsunagi::fakes
