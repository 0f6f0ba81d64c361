#pragma once
// One server process's share of the work: its own caches and workers, on a storage and platforms
// that other processes may use as well.

#include "server/domain/card/card_service.h"
#include "server/domain/stock/stock_service.h"
#include "server/domain/tenant/tenant_directory.h"
#include "server/jobs/jobs.h"

namespace tsunagi::fakes {

struct Workers {
  Workers(const MemberPorts& ports, Background& background)
      : cards({ports.storage, ports.pos, ports.clock, background}),
        stock(ports.storage, ports.clock),
        directory(ports.storage, ports.clock),
        jobs({.storage = ports.storage,
              .pos = ports.pos,
              .shop = ports.shop,
              .clock = ports.clock,
              .random = ports.random,
              .fingerprints = ports.fingerprints,
              .cards = cards,
              .stock = stock,
              .directory = directory}) {}

  CardService cards;
  StockService stock;
  TenantDirectory directory;
  Jobs jobs;
};

}  // namespace tsunagi::fakes
