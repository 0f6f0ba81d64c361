#pragma once
// Compares what is stored with what both platforms say, for an operator who asks. It reads, lists
// where they differ, and heals, when it may, only by asking for what the workers do anyway: an
// outbox item, a stock level as Smaregi counts it now, a dead letter put back. So it runs beside
// the server, twice, or half-way without harm.
//
// What is about to be put right by itself is no drift: a change that a platform made within
// kSettleSeconds, and what waits in the outbox already. An item that waits for longer than
// kWaitingOverdueSeconds is a finding of its own.

#include <optional>
#include <string>
#include <vector>

#include "server/domain/member/member_sync.h"
#include "server/domain/ports.h"
#include "server/domain/reconcile/finding.h"

namespace tsunagi {

// Of a run: so many members, and so many products, are compared. A member costs four calls, a
// product one.
inline constexpr int kReconcileUsual = 100;
inline constexpr int kReconcileMost = 10'000;
inline constexpr int kQueueRowsRead = 10'000;             // of the outbox, by state
inline constexpr Seconds kSettleSeconds = 120;            // until a reading has seen a change
inline constexpr Seconds kWaitingOverdueSeconds = 3'600;  // an outbox item that nothing moves
// Members without a link: who changed in Smaregi so long ago or later, listed a slice at a time,
// the newest first, until so many rows were seen.
inline constexpr Seconds kStrayWindowSeconds = 30 * 86'400;
inline constexpr Seconds kStraySliceSeconds = 10 * 86'400;
inline constexpr size_t kStrayRowsMost = 20'000;

struct ReconcileAsked {
  bool fix = false;
  int limit = kReconcileUsual;
  // Where an earlier run ended. With either of them only what comes after is compared.
  std::optional<int64_t> after_customer = {};
  std::optional<std::string> after_product = {};
};
struct ReconcileReport {
  std::vector<Finding> findings;
  int members = 0, products = 0;  // that were compared
  // Where to go on; nothing: all were compared.
  std::optional<int64_t> next_customer = {};
  std::optional<std::string> next_product = {};
  // A platform or the database does not answer: the rest was not compared.
  std::optional<Error> stopped = {};
};

class Reconcile {
 public:
  explicit Reconcile(MemberPorts ports);

  ReconcileReport run(const Tenant& tenant, const ReconcileAsked& asked);

 private:
  MemberPorts ports_;
  MemberSync member_sync_;
};

}  // namespace tsunagi
