// What the shops have, on its way to the online shop: many figures a call.

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

}  // namespace tsunagi
