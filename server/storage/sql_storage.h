#pragma once
// The Storage port over an engine: one implementation for both databases. Each group of functions
// has its own file: tenants.cpp, secrets.cpp, cards.cpp, stock.cpp, inbox.cpp, outbox.cpp,
// operators.cpp, privacy.cpp, figures.cpp, shared.cpp, backfill.cpp, pickups.cpp, pickup_mails.cpp,
// cart.cpp, shipments.cpp, staff.cpp, inventory.cpp, takings.cpp, restocks.cpp; changes.cpp applies
// changes, shelves.cpp locks stock.

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "server/storage/engine.h"
#include "server/storage/session.h"
#include "server/storage/storage.h"

namespace tsunagi::storage {

struct Deed;  // pickup_rows.h

// Texts that are keys or indexed are no longer than this, in bytes (PostgreSQL indexes at most
// 2,700); longer ones are kInvalid when written.
inline constexpr size_t kKeyMaxBytes = 255;
inline constexpr size_t kErrorMaxBytes = 1'000;  // of an error kept with an event; cut
inline constexpr Seconds kOauthStateSeconds = 600;
inline constexpr Seconds kPendingJoinSeconds = 600;

class SqlStorage : public Database {
 public:
  // shared: whether other processes may be at work on this database.
  SqlStorage(std::unique_ptr<Engine> engine, bool shared, std::string secret_key, Clock& clock);

  [[nodiscard]] bool shared() const override { return shared_; }
  Result<bool> claim(TenantId tenant, const Claim& what, Seconds now, Seconds until) override;
  Result<Done> release(TenantId tenant, const Claim& what) override;
  Result<BudgetSlice> lease_budget(const BudgetAsk& ask, Seconds now) override;
  Result<Done> take_up_leases(Seconds now) override;

  Result<Done> ready() override;

  Result<std::optional<Tenant>> tenant(TenantId id) override;
  Result<std::optional<Tenant>> tenant_by_domain(std::string_view shop_domain) override;
  Result<std::optional<Tenant>> tenant_by_contract(std::string_view contract_id) override;
  Result<std::vector<Tenant>> tenants() override;
  Result<Done> install(const ShopIdentity& shop) override;
  Result<Done> uninstall(TenantId tenant) override;
  Result<Done> erase_tenant(TenantId tenant) override;
  Result<Done> join_contract(TenantId tenant, std::string_view contract_id) override;
  Result<Done> save_settings(TenantId tenant, const Settings& settings,
                             const std::vector<Change>& also) override;

  Result<std::optional<StoredSecret>> secret(TenantId tenant, SecretPurpose purpose) override;
  Result<Done> put_secrets(
      TenantId tenant, const std::vector<std::pair<SecretPurpose, StoredSecret>>& secrets) override;
  Result<Done> put_oauth_state(TenantId tenant, std::string_view state, std::string_view verifier,
                               Seconds now) override;
  Result<std::optional<std::pair<TenantId, std::string>>> take_oauth_state(std::string_view state,
                                                                           Seconds now) override;
  Result<Done> put_pending_join(const PendingJoin& join, std::string_view token,
                                Seconds now) override;
  Result<std::optional<PendingJoin>> pending_join(std::string_view token, Seconds now) override;
  Result<std::optional<PendingJoin>> take_pending_join(std::string_view token,
                                                       Seconds now) override;

  Result<std::optional<Card>> card(TenantId tenant, int64_t customer_id) override;
  Result<std::optional<Card>> card_by_member(TenantId tenant,
                                             std::string_view pos_member_id) override;
  Result<std::vector<Card>> cards_after(TenantId tenant, int64_t customer_id, int limit) override;
  Result<std::optional<int64_t>> code_owner(TenantId tenant, std::string_view code) override;
  Result<std::vector<Product>> products(TenantId tenant,
                                        const std::vector<std::string>& product_ids) override;
  Result<std::optional<Product>> product_by_code(TenantId tenant, std::string_view barcode,
                                                 std::string_view sku) override;
  Result<std::vector<StockLevel>> stock_of(TenantId tenant, std::string_view product_id,
                                           const std::vector<std::string>& store_ids) override;
  Result<std::vector<Store>> stores(TenantId tenant) override;
  Result<std::optional<Seconds>> cursor(TenantId tenant, std::string_view name) override;
  Result<std::string> field_prints(TenantId tenant, int64_t customer_id) override;
  Result<FieldChanges> given_fields(TenantId tenant, int64_t customer_id) override;
  Result<std::vector<MemberLink>> waiting_links(TenantId tenant, int limit) override;
  Result<bool> was_member(TenantId tenant, int64_t customer_id) override;
  Result<std::optional<int64_t>> merged_into(TenantId tenant, int64_t customer_id) override;
  Result<std::optional<MemberLink>> dropped_link(TenantId tenant, int64_t customer_id) override;
  Result<std::vector<LeftMember>> left_members(TenantId tenant, int limit) override;
  Result<std::vector<MemberLink>> links_by_member(TenantId tenant, std::string_view after_member_id,
                                                  int limit) override;
  Result<std::optional<Backfill>> backfill(TenantId tenant) override;
  Result<std::vector<TenantId>> running_backfills() override;
  Result<BackgroundDepth> background_depth(TenantId tenant) override;
  Result<std::string> favourite(TenantId tenant, int64_t customer_id) override;
  Result<std::vector<std::string>> pins(TenantId tenant, int64_t customer_id) override;

  Result<Done> apply(TenantId tenant, const std::vector<Change>& changes) override;

  Result<bool> put_inbox(TenantId tenant, const InboxEvent& event) override;
  Result<std::vector<InboxItem>> lease_inbox(int limit, Seconds now, int lease_seconds) override;
  Result<Done> renew_inbox(const std::vector<int64_t>& ids, Seconds until) override;
  Result<Done> finish_inbox(TenantId tenant, const std::vector<int64_t>& ids,
                            const std::vector<Change>& changes) override;
  Result<Done> retry_inbox(int64_t id, Seconds at, std::string_view error) override;
  Result<int64_t> purge_inbox(Seconds done_before, Seconds dead_before, int limit) override;
  Result<Done> bury_inbox(int64_t id, std::string_view error) override;
  Result<int64_t> purge_merges(Seconds before, int limit) override;

  Result<std::vector<OutboxItem>> lease_outbox(int limit, Seconds now, int lease_seconds) override;
  Result<std::vector<OutboxItem>> lease_background(OutboxKind kind, int limit, Seconds now,
                                                   int lease_seconds) override;
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
  Result<std::vector<std::string>> stocked_after(TenantId tenant, std::string_view product_id,
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
  Result<HeldRows> held_rows(TenantId tenant, int64_t customer_id) override;
  Result<int64_t> purge_papers(Seconds before) override;

  Result<Pickup> place(TenantId tenant, const Pickup& wish, const std::vector<int64_t>& safety,
                       const std::optional<change::TellShopper>& tell) override;
  Result<Pickup> move(TenantId tenant, const PickupMove& move,
                      const std::vector<Change>& also) override;
  Result<std::vector<CodeStock>> stock_of_codes(TenantId tenant,
                                                const std::vector<std::string>& codes) override;
  Result<Goods> goods_of(TenantId tenant, std::string_view store_id,
                         const std::vector<std::string>& codes) override;
  Result<Pickup> put_purchase(TenantId tenant, const Pickup& pickup) override;
  Result<Done> note_purchases(TenantId tenant, const std::vector<PurchaseSeen>& seen,
                              Seconds now) override;
  Result<Pickup> tell_again(TenantId tenant, const MailAgain& again,
                            const PickupSettings& settings) override;
  Result<Pickup> choose(TenantId tenant, const ChoiceMade& made,
                        const std::vector<Change>& also) override;
  Result<std::vector<Pickup>> pickups_of_order(TenantId tenant, int64_t order_id) override;
  Result<std::vector<Pickup>> open_pickups_by_order(TenantId tenant,
                                                    std::string_view order_name) override;
  Result<std::vector<Pickup>> refunds_due(TenantId tenant, Seconds until, int limit) override;
  Result<Done> delay_refunds(TenantId tenant, Seconds until) override;
  Result<std::vector<Pickup>> undecided_purchases(TenantId tenant, int limit) override;
  Result<std::vector<Pickup>> undecided_pickups(TenantId tenant,
                                                const std::vector<std::string>& stores,
                                                int limit) override;
  Result<std::optional<Pickup>> pickup(TenantId tenant, std::string_view id) override;
  Result<std::optional<Pickup>> open_pickup_by_code(TenantId tenant,
                                                    std::string_view code) override;
  Result<std::vector<Pickup>> open_pickups(TenantId tenant, const std::vector<std::string>& stores,
                                           int limit) override;
  Result<std::vector<Pickup>> pickups_of(TenantId tenant, int64_t customer_id, int limit) override;
  Result<std::vector<Pickup>> overdue_pickups(TenantId tenant, Seconds until, int limit) override;
  Result<Done> release_sold(TenantId tenant, Seconds now) override;
  Result<std::vector<PickupDeed>> deeds_of(TenantId tenant, std::string_view id) override;
  Result<PickupMailLog> mails_of(TenantId tenant, const std::vector<std::string>& ids) override;
  Result<bool> is_behind(TenantId tenant, const Pickup& pickup, const PickupMail& mail) override;
  Result<std::vector<Pickup>> pickups_to_remind(TenantId tenant, Seconds now, int limit) override;
  Result<std::vector<ShortShelf>> short_shelves(TenantId tenant, Seconds settled,
                                                int limit) override;
  Result<std::vector<Pickup>> placed_on(TenantId tenant, const ShortShelf& shelf) override;
  Result<std::vector<std::string>> short_pickups(TenantId tenant) override;
  Result<std::vector<Pickup>> unanswered_pickups(TenantId tenant, Seconds accept_by,
                                                 int limit) override;

  Result<Done> put_shipments(TenantId tenant, const Routed& routed) override;
  Result<Shipment> move_shipment(TenantId tenant, const ShipmentMove& move, const Safety& safety,
                                 const std::vector<Change>& also) override;
  Result<Done> note_seen(TenantId tenant, const std::vector<Seen>& seen) override;
  Result<std::optional<Shipment>> shipment(TenantId tenant, std::string_view id) override;
  Result<std::vector<Shipment>> shipments_of_order(TenantId tenant, int64_t order_id) override;
  Result<std::vector<Shipment>> open_shipments(TenantId tenant,
                                               const std::vector<std::string>& stores,
                                               int limit) override;
  Result<std::map<std::string, int64_t>> open_work(TenantId tenant) override;
  Result<std::string> trace_of(TenantId tenant, std::string_view id) override;
  Result<std::vector<ShipmentDeed>> shipment_deeds(TenantId tenant, std::string_view id) override;

  Result<Done> invite(TenantId tenant, const Staff& staff, std::string_view token) override;
  Result<std::vector<Staff>> staff(TenantId tenant) override;
  Result<Done> revoke(TenantId tenant, std::string_view staff_id, Seconds now) override;
  Result<std::optional<std::pair<TenantId, Staff>>> take_up(std::string_view invitation,
                                                            std::string_view session_token,
                                                            Seconds now) override;
  Result<std::optional<std::pair<TenantId, Staff>>> staff_of_session(std::string_view session_token,
                                                                     Seconds now) override;
  Result<Done> end_session(std::string_view session_token) override;

  Result<Done> put_items(TenantId tenant, const std::vector<ShopItem>& items,
                         const std::optional<Range>& whole,
                         const std::vector<Change>& also) override;
  Result<Done> drop_item(TenantId tenant, int64_t variant_id) override;
  Result<Done> put_matches(TenantId tenant, const std::vector<ShopItem>& items,
                           const std::vector<Change>& also) override;
  Result<std::vector<ShopItem>> items_after(TenantId tenant, int64_t variant_id,
                                            int limit) override;
  Result<std::vector<ShopItem>> items_that(TenantId tenant, ItemMatch match,
                                           int64_t after_variant_id, int limit) override;
  Result<std::optional<ShopItem>> matched_item(TenantId tenant,
                                               std::string_view product_id) override;
  Result<std::vector<Product>> products_after(TenantId tenant, std::string_view product_id,
                                              int limit) override;
  Result<int64_t> on_hand_waiting(TenantId tenant) override;
  Result<std::optional<Taking>> taking(TenantId tenant, std::string_view key) override;
  Result<std::vector<Taking>> takings_of_order(TenantId tenant, int64_t order_id) override;
  Result<int64_t> still_counted(TenantId tenant, std::string_view product_id,
                                std::string_view store_id) override;
  Result<Done> begin_taking(TenantId tenant, std::string_view key, Seconds now) override;

  Result<std::optional<RestockRequest>> restock(TenantId tenant, std::string_view id) override;
  Result<std::vector<RestockRequest>> restocks_of(TenantId tenant, int64_t customer_id) override;
  Result<std::vector<RestockRequest>> restocks_ever(TenantId tenant, int64_t customer_id,
                                                    int limit) override;
  Result<std::vector<std::string>> restocked(TenantId tenant, const RestockShops& shops,
                                             Seconds since, int limit) override;
  Result<std::vector<RestockRequest>> restock_log(TenantId tenant, int limit) override;
  Result<int64_t> purge_restocks(Seconds asked_before, Seconds settled_before, int limit) override;

 private:
  // Runs body(Session&) → Result<T> and answers what it answered, or why it could not be run or
  // committed.
  template <class Body>
  auto read(const Body& body) {
    return answered(body, [this](const Work& work) { return engine_->read(work); });
  }
  template <class Body>
  auto write(const Body& body) {
    return answered(body, [this](const Work& work) { return engine_->write(work); });
  }
  template <class Body, class Run>
  auto answered(const Body& body, const Run& run) -> std::invoke_result_t<Body, Session&> {
    std::optional<std::invoke_result_t<Body, Session&>> answer;
    const Result<Done> done = run([&](Session& session) -> Result<Done> {
      auto result = body(session);
      const Result<Done> status = result.ok() ? Result<Done>(Done{}) : result.error();
      answer = std::move(result);
      return status;
    });
    if (!done) return done.error();
    if (!answer) return Error{ErrorCode::kInternal, "the work was never run"};
    return *std::move(answer);
  }

  // A deed that was refused is kept in the pick-up's trail, too; once, however often it is told.
  Result<Done> note_refused(TenantId tenant, std::string_view pickup, const Deed& deed);
  // how: into which state, unless it was enqueued again meanwhile.
  Result<Done> set_aside(const Sql& how, const OutboxItem& item, std::string_view error);
  // Whether the queue has anything that is due, without troubling the writer.
  Result<bool> any_due(const Sql& sql, Seconds now);

  const std::unique_ptr<Engine> engine_;
  const bool shared_;
  const std::string secret_key_;
  Clock& clock_;
};

// changes.cpp: inside a write.

// kNotFound for a shop that is not (or no longer) there: what comes late must not write rows of an
// erased shop. The shop cannot be erased until the transaction ends.
[[nodiscard]] Result<Done> hold_tenant(Session& session, TenantId tenant);
// SQLite has one writer. In PostgreSQL leases are given one process after the other, as a look at
// what is leased is worth nothing else.
void take_lease_turn(Session& session);
[[nodiscard]] Result<Done> apply_changes(Session& session, TenantId tenant,
                                         const std::vector<Change>& changes, Seconds now);

[[nodiscard]] Result<Done> check_key(std::string_view what, std::string_view key);
[[nodiscard]] std::string_view cut_error(std::string_view error);

}  // namespace tsunagi::storage
