#pragma once
// Two customers of Shopify become one, or one is gone: what becomes of the links.

#include <vector>

#include "server/domain/ports.h"

namespace tsunagi {

// Shopify repeats a webhook that is not answered 8 times over 4 hours (shopify.dev, changelog of
// 2024-09-10).
inline constexpr Seconds kWebhookRetrySeconds = 4 * 3'600;
// How long the link of a deleted customer waits for the merge that may have deleted it.
inline constexpr Seconds kMergeGraceSeconds = kWebhookRetrySeconds + 3'600;
// How long it stays known who was merged into whom, and whose link was dropped: a day longer than
// Shopify may still tell, for a server that was away or a queue that waited.
inline constexpr Seconds kMergesKeptSeconds = kWebhookRetrySeconds + 86'400;
inline constexpr int kMergeChainMost = 32;  // customers merged one into the next

change::Enqueue drop_later(int64_t customer_id);

// Who the customer is by now, through all merges that are known; itself when there are none.
Result<int64_t> survivor_of(Storage& storage, TenantId tenant, int64_t customer_id);

// kept survives in Shopify, whoever that is. Of two members the one that a till serves, or else the
// one that joined first, stays on the card, so that the same two customers end alike whichever of
// them survives; the other's points stay in Smaregi, and it is listed (left_members). staying: the
// survivor's card, or nullptr.
std::vector<Change> merge_changes(const Card& leaving, const Card* staying, int64_t kept);

}  // namespace tsunagi
