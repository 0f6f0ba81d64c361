#pragma once
// The card of a signed-in customer: what is known, refreshed from Smaregi when it has aged. Lookups
// of one member are single flight, however many requests ask; no caller waits longer than
// kUpstreamPatience, then it gets the last known figures (kStale when Smaregi failed, kReady with
// their older time when it is merely slow to answer the first time).
//
// An open card polls every 3 s. Its answer waits up to kFreshPatience for figures of this very
// moment, so that points spent at a till show at the next poll and not at the one after it. A
// Smaregi that fails or is slow opens a circuit: for kCircuitOpenSeconds nobody waits for it and
// one lookup tries whether it is back.

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "server/domain/background.h"
#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr std::chrono::milliseconds kUpstreamPatience{800};  // nothing usable is known
inline constexpr std::chrono::milliseconds kFreshPatience{300};     // a little old is at hand
inline constexpr Seconds kPointsFreshSeconds = 2;                   // an open card polls every 3 s
inline constexpr Seconds kPointsUsableSeconds = 60;  // older figures are worth kUpstreamPatience
inline constexpr Seconds kMemberFreshSeconds = 300;  // name, rank and status change rarely
inline constexpr Seconds kAsOfWriteSeconds =
    60;  // unchanged figures are written again after this long
inline constexpr Seconds kLookupRetrySeconds =
    2;  // a member whose lookup failed is left alone for so long
inline constexpr Seconds kLookupSlowSeconds = 2;  // a lookup that takes longer marks the card stale
inline constexpr Seconds kCircuitOpenSeconds = 5;
inline constexpr int kCircuitFailures = 3;  // one after the other, of any member of the tenant
inline constexpr int kLookupsAtOnce = 64;   // of one tenant
inline constexpr size_t kCardCacheEntries = 20'000;

class CardService {
 public:
  struct Ports {
    Storage& storage;
    Pos& pos;
    Clock& clock;
    Background& background;
    std::function<void(std::string_view)> log =
        {};  // what an operator should know; no personal data
    // What refresh() asks, for workers: its calls go after those that a shopper waits for. None:
    // the same.
    Pos* worker_pos = nullptr;
  };
  explicit CardService(Ports ports);
  ~CardService();

  // The model of CardState and everything the view needs. kUnavailable only when the database
  // fails.
  Result<CardModel> card(const Tenant& tenant, int64_t customer_id);

  enum class Want : uint8_t {
    kPoints,       // and the member when it has aged
    kMember,       // both
    kPointsAlone,  // the caller has just read the member
  };
  // For a worker: looks up now and stores what changed. Waits for Smaregi; a lookup that began
  // before the call does not count. Done when the customer has no member to look up. kUnavailable,
  // kUnauthorized: try again later.
  Result<Done> refresh(const Tenant& tenant, int64_t customer_id, Want want);

  // Runs the work while no lookup of this card runs that could write it again: for whoever changes
  // or drops the link.
  Result<Done> exclusively(TenantId tenant, int64_t customer_id,
                           const std::function<Result<Done>()>& work);
  // Drops the link (DropLink) together with the changes, while no lookup runs that could write it
  // again; the customer's tag goes by the outbox.
  Result<Done> drop(TenantId tenant, int64_t customer_id, const std::vector<Change>& changes);

  // A worker learned something newer (event or join): the next card() reads it from storage.
  void forget(TenantId tenant, int64_t customer_id);
  void forget_tenant(TenantId tenant);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with lookups still in the background
};

// The model from stored facts, without lookups: shared by the service, the metafield writer and
// tests.
CardModel card_model(const Tenant& tenant, const std::optional<Card>& card);

// The metafield value (shape: ARCHITECTURE.md, "The card metafield"): both drawings, figures, time.
Result<CardMetafield> card_metafield(const Tenant& tenant, const Card& card);

}  // namespace tsunagi
