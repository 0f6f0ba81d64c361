#pragma once
// Works off inbound events: leases some, lets the domain say what they mean, and stores that
// together with their being done. A process that dies in between loses nothing: the lease ends and
// somebody else does the same again.

#include "server/domain/events/event_service.h"
#include "server/jobs/held.h"
#include "server/jobs/jobs.h"

namespace tsunagi {

inline constexpr int kInboxBatch = 32;

class InboxWorker {
 public:
  explicit InboxWorker(const JobsPorts& ports);
  int run_once();  // items worked on
  void renew();    // the leases of what is being worked on; call it every second

 private:
  void handle(TenantId tenant_id, const std::vector<InboxItem>& items);
  static void note_arrivals(const std::vector<InboxItem>& items, EventBatch& batch);
  void settle(const Tenant& tenant, const std::vector<InboxItem>& items, const EventBatch& batch);
  void settle_alone(const Tenant& tenant, const InboxItem& item, const Error& error,
                    const EventBatch& batch);
  void put_off(const InboxItem& item, std::string_view reason, bool refused);

  JobsPorts ports_;
  EventService events_;
  Held<InboxItem> held_;
};

}  // namespace tsunagi
