#pragma once
// Two customers of Shopify become one, or one is gone: what becomes of the links.

#include <vector>

#include "server/domain/ports.h"

namespace tsunagi {

// How long the link of a deleted customer waits for the merge that may have deleted it.
inline constexpr Seconds kMergeGraceSeconds = 600;

change::Enqueue drop_later(int64_t customer_id);

// kept survives in Shopify, whoever that is. Of two members the one that a till serves, or else the
// one that joined first, stays on the card, so that the same two customers end alike whichever of
// them survives; the other's points stay in Smaregi, and the audit says where. staying: the
// survivor's card, or nullptr.
std::vector<Change> merge_changes(const Card& leaving, const Card* staying, int64_t kept);

}  // namespace tsunagi
