#pragma once
// Customers who agreed elsewhere, long ago, become members all at once: those whom the merchant
// gave a tag. It goes through them page by page and stores where it is with what it enqueues, so
// that it goes on after anything; the outbox does the rest, behind everything that a person waits
// for. Whoever has no tag, and who was a member and left, stays what they are.

#include <optional>
#include <string_view>

#include "server/domain/ports.h"
#include "server/domain/sync/known_customers.h"

namespace tsunagi {

inline constexpr int kBackfillPage = 25;
// Writes of one shop's backfill that wait in the outbox at most: no more is read before.
inline constexpr int kBackfillWaits = 300;

class BackfillService {
 public:
  struct Ports {
    Storage& storage;
    Shop& shop;
    Clock& clock;
    Random& random;
  };
  explicit BackfillService(Ports ports) : ports_(ports) {}

  // What the merchant sees.
  struct Report {
    std::optional<Backfill> backfill;  // none: there was none
    Storage::BackgroundDepth depth;
  };
  Result<Report> report(const Tenant& tenant);
  // How many customers have the tag. kInvalid: no tag.
  Result<int64_t> count(const Tenant& tenant, std::string_view tag);
  // Begins; one that was stopped at the same tag goes on where it was. kConflict: one is running,
  // the shop is paused or has no contract; kInvalid: no tag.
  Result<Report> begin(const Tenant& tenant, std::string_view tag);
  // What is in the outbox already is still done.
  Result<Report> stop(const Tenant& tenant);

  // One page, when there is room for it. true: it got on, or somebody else did.
  Result<bool> step(const Tenant& tenant, KnownCustomers& known);

 private:
  Result<Done> put(const Tenant& tenant, const Backfill& backfill, std::string_view action);

  Ports ports_;
};

}  // namespace tsunagi
