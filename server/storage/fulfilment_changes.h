#pragma once
// What of a use case's changes is about pick-ups and parcels: the mails, whose they
// are, and what a person settled.

#include "server/domain/changes.h"
#include "server/storage/session.h"

namespace tsunagi::storage {

// A row of the log. true: it is new, and an outbox item is still to be enqueued for it.
void mark_short(Session& session, TenantId tenant, const change::MarkShort& mark, Seconds now);
bool tell_shopper(Session& session, TenantId tenant, const change::TellShopper& tell, Seconds now);
void shopper_told(Session& session, TenantId tenant, const change::ShopperTold& told, Seconds now);
void move_pickups(Session& session, TenantId tenant, int64_t from_customer, int64_t to_customer);
// They are nobody's, and their mails are gone.
void forget_pickups_of(Session& session, TenantId tenant, int64_t customer_id);
// What left a shop and was never told of counts as told, and holds nothing any more.
void settle_parcels(Session& session, TenantId tenant, int64_t order_id);

// true: it is new, and an outbox item is still to be enqueued for it.
bool take_from_tills(Session& session, TenantId tenant, const Taking& taking);
void tills_took(Session& session, TenantId tenant, const Taking& taking, Seconds now);
void release_sent(Session& session, TenantId tenant, const change::ReleaseSent& release);
void release_handed_over(Session& session, TenantId tenant,
                         const change::ReleaseHandedOver& release);

}  // namespace tsunagi::storage
