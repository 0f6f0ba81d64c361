#pragma once
// Does the writes that are due at the platforms: card metafields and stock in batches, always from
// what is stored at that moment, and members in Smaregi, customers' tags and mails one by one.

#include <optional>
#include <vector>

#include "server/domain/events/event_body.h"
#include "server/domain/inventory/on_hand_writer.h"
#include "server/domain/member/member_sync.h"
#include "server/domain/member/registration.h"
#include "server/jobs/held.h"
#include "server/jobs/jobs.h"

namespace tsunagi {

inline constexpr int kOutboxBatch = 50;
inline constexpr size_t kCardsAWrite = 25;  // metafieldsSet takes at most 25
inline constexpr Seconds kPausedRetrySeconds = 30;
inline constexpr Seconds kGoneRetrySeconds = 3'600;
inline constexpr std::chrono::seconds kMailsTime{5};  // of one shop's batch; none begins after it
inline constexpr Seconds kMailsWaitSeconds = 5;

class OutboxWorker {
 public:
  explicit OutboxWorker(const JobsPorts& ports);
  int run_once();  // items worked on
  // The same of what is in the background, of one kind.
  int run_background_once(OutboxKind kind, int limit);
  void renew();  // the leases of what is being worked on; call it every second

 private:
  int work_off(const Result<std::vector<OutboxItem>>& leased, Seconds leased_at);
  struct Due {  // a card that is to be written
    OutboxItem item;
    CardMetafield card;
  };
  void handle(TenantId tenant_id, const std::vector<OutboxItem>& items);
  void write(const Tenant& tenant, const std::vector<OutboxItem>& items);
  void write_cards(const Tenant& tenant, const std::vector<OutboxItem>& items);
  void write_batch(const Tenant& tenant, const std::vector<Due>& batch);
  void write_alone(const Tenant& tenant, const Due& due);
  void erase_card(const Tenant& tenant, const OutboxItem& item, int64_t customer_id);
  void create_member(const Tenant& tenant, const OutboxItem& item);
  void sync_member(const Tenant& tenant, const OutboxItem& item, Side changed);
  void tag_customer(const Tenant& tenant, const OutboxItem& item);

  void drop_customer(const Tenant& tenant, const OutboxItem& item);
  // true: it was so, and the event that tells of it is in the inbox.
  Result<bool> merged_unheard(const Tenant& tenant, int64_t gone);
  // Of whom the codes are, if they are others than `kept`.
  Result<Done> tell_merges(TenantId tenant, int64_t kept, const std::vector<std::string>& codes);
  Result<Done> tell_merge(TenantId tenant, const ShopMerge& merge);
  // outbox_stock.cpp
  void write_on_hand(const Tenant& tenant, const std::vector<OutboxItem>& items);
  void take_from_tills(const Tenant& tenant, const OutboxItem& item);
  // outbox_orders.cpp
  void ship_order(const Tenant& tenant, const OutboxItem& item);
  // outbox_mails.cpp
  void send_mails(const Tenant& tenant, const std::vector<OutboxItem>& items);
  Result<Done> tell_leaving(const Tenant& tenant, const OutboxItem& item);
  Result<Done> tell_shopper(const Tenant& tenant, const OutboxItem& item);
  Result<Done> tell_restock(const Tenant& tenant, const OutboxItem& item);
  // Hands it over; none: what became of it is noted, since nobody knows whether it arrived.
  Result<std::optional<Done>> hand_over(const OutboxItem& item, const Mail& mail);
  void read_points(const Tenant& tenant, int64_t customer_id);
  [[nodiscard]] std::optional<Shop::TaggedCustomer> known(const OutboxItem& item) const;
  // Whether the customer could be tagged without a look before it.
  Result<std::optional<std::vector<Change>>> tag_known(const Tenant& tenant, const OutboxItem& item,
                                                       const Card& card);
  [[nodiscard]] bool mine(const OutboxItem& item) const;
  // Whether a platform that the item needs does not answer just now; then it is put off.
  bool rests(const Tenant& tenant, const OutboxItem& item);
  void finish(const OutboxItem& item, const std::vector<Change>& changes);
  void failed(const OutboxItem& item, const Error& error);
  void review(const OutboxItem& item, std::string_view cause);
  void wait(const OutboxItem& item, Seconds seconds, std::string_view reason);

  JobsPorts ports_;
  Registration registration_;
  MemberSync member_sync_;
  Held<OutboxItem> held_;
};

}  // namespace tsunagi
