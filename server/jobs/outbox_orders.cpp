// The orders of the outbox: who sends them, and what was sent.

#include "server/domain/fulfilment/shipping_service.h"
#include "server/jobs/outbox_worker.h"

namespace tsunagi {

// What was begun and not answered is looked up by the next attempt: the order is read first.
void OutboxWorker::ship_order(const Tenant& tenant, const OutboxItem& item) {
  const int64_t order = order_of_key(item.write.key);
  if (order == 0) return failed(item, {ErrorCode::kInvalid, "the key is no order's"});
  if (ports_.shipping == nullptr) return finish(item, {});
  const auto outcome = ports_.shipping->step(tenant, order);
  if (!outcome.ok()) return failed(item, outcome.error());
  switch (*outcome) {
    case ShippingService::Outcome::kInStep:
      return finish(item, {});
    case ShippingService::Outcome::kReview:
      return review(item, kParcelUnknown);
  }
}

}  // namespace tsunagi
