#pragma once
// The card of a signed-in customer: what is known, refreshed from Smaregi when it has aged. Lookups of one member are
// single flight, however many requests ask; no caller waits longer than kUpstreamPatience, then it gets the last known
// figures (kStale when Smaregi failed, kReady with their older time when it is merely slow to answer the first time).

#include <chrono>
#include <memory>

#include "server/domain/background.h"
#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr std::chrono::milliseconds kUpstreamPatience{800};
inline constexpr Seconds kPointsFreshSeconds = 2;    // an open card polls every 3 s
inline constexpr Seconds kMemberFreshSeconds = 300;  // name, rank and status change rarely
inline constexpr size_t kCardCacheEntries = 20'000;

class CardService {
 public:
  struct Ports {
    Storage& storage;
    Pos& pos;
    Clock& clock;
    Background& background;
  };
  explicit CardService(Ports ports);
  ~CardService();

  // The model of CardState and everything the view needs. kUnavailable only when the database fails.
  Result<CardModel> card(const Tenant& tenant, int64_t customer_id);

  // A worker learned something newer (event or join): the next card() reads it from storage.
  void forget(TenantId tenant, int64_t customer_id);
  void forget_tenant(TenantId tenant);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The model from stored facts, without lookups: shared by the service, the metafield writer and tests.
CardModel card_model(const Tenant& tenant, const std::optional<Card>& card);

// The metafield value (shape: ARCHITECTURE.md, "The card metafield"): both drawings, figures, time.
Result<CardMetafield> card_metafield(const Tenant& tenant, const Card& card);

}  // namespace tsunagi
