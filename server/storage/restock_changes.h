#pragma once
// What of a use case's changes is about requests to be told that a shop has a product again.

#include "server/domain/changes.h"
#include "server/storage/session.h"

namespace tsunagi::storage {

// The customer's requests are counted: nobody else may be adding one.
[[nodiscard]] Result<Done> ask_restock(Session& session, TenantId tenant,
                                       const RestockRequest& request);
void take_back_restock(Session& session, TenantId tenant, const change::TakeBackRestock& take);
// true: an outbox item is still to be enqueued for it.
bool tell_restock(Session& session, TenantId tenant, const change::TellRestock& tell, Seconds now);
void restock_told(Session& session, TenantId tenant, const change::RestockTold& told, Seconds now);
// Of what both asked for the one who carries on keeps their own.
void move_restocks(Session& session, TenantId tenant, int64_t from_customer, int64_t to_customer);
// With their mails that still wait.
void forget_restocks_of(Session& session, TenantId tenant, int64_t customer_id);

}  // namespace tsunagi::storage
