// Stock: what the shops have, on its way to the online shop, many figures a call; and what was sold
// online, on its way to the tills.

#include "server/domain/inventory/online_sales.h"
#include "server/jobs/outbox_worker.h"

namespace tsunagi {

void OutboxWorker::write_on_hand(const Tenant& tenant, const std::vector<OutboxItem>& items) {
  if (items.empty()) return;
  if (ports_.inventory == nullptr || ports_.online_stock == nullptr) {
    for (const OutboxItem& item : items) {
      failed(item, {ErrorCode::kInternal, "nobody writes stock here"});
    }
    return;
  }
  OnHandWriter writer({.storage = ports_.storage,
                       .book = *ports_.inventory,
                       .shop = *ports_.online_stock,
                       .clock = ports_.clock});
  const auto outcomes = writer.write(tenant, items);
  for (size_t i = 0; i < items.size(); ++i) {
    if (outcomes[i].done.ok()) {
      finish(items[i], outcomes[i].changes);
    } else {
      failed(items[i], outcomes[i].done.error());
    }
  }
}

void OutboxWorker::take_from_tills(const Tenant& tenant, const OutboxItem& item) {
  if (tenant.contract_id.empty()) {
    return wait(item, kPausedRetrySeconds, "the shop has not joined a contract");
  }
  if (ports_.tills == nullptr || ports_.inventory == nullptr) {
    return failed(item, {ErrorCode::kInternal, "nobody takes stock here"});
  }
  TakingWriter writer({.book = *ports_.inventory,
                       .tills = *ports_.tills,
                       .pos = ports_.pos,
                       .clock = ports_.clock});
  const auto changes = writer.take(tenant, item.write.key, [&] { return mine(item); });
  if (!changes.ok()) return failed(item, changes.error());
  finish(item, *changes);
}

}  // namespace tsunagi
